"""Papers: the backgrounds that lines are written on.

Each paper is one module with a settings class and a pure function ``apply``; the table below finds
it by name, and it is loaded on use.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module

from penline.errors import RecipeError
from penline.paper.base import Image, Mode, PaperSettings
from penline.paper.guide import Guide

__all__ = ["PAPERS", "Guide", "Mode", "PaperSettings", "paper_apply", "paper_class"]

PAPERS: dict[str, str] = {
    "photo": "penline.paper.photo:Photo",
    "plain": "penline.paper.plain:Plain",
    "ruled": "penline.paper.ruled:Ruled",
    "squared": "penline.paper.squared:Squared",
    "texture": "penline.paper.texture:Texture",
}


def paper_class(name: str) -> type[PaperSettings]:
    """The settings class of the paper called `name`.

    Raises:
        RecipeError: no paper has that name; the message lists those that there are.
    """
    module, attribute = _place(name)
    found: type[PaperSettings] = getattr(import_module(module), attribute)
    return found


@functools.cache
def paper_apply(name: str) -> Callable[..., Image]:
    """The function ``apply(guide, mode, **params)`` of the paper called `name`.

    It returns a new ``uint8 (height_px, width_px)`` array for gray, ``(height_px, width_px, 3)``
    for rgb.

    Raises:
        RecipeError: no paper has that name.
    """
    module, _ = _place(name)
    found: Callable[..., Image] = import_module(module).apply
    return found


def _place(name: str) -> tuple[str, str]:
    if name not in PAPERS:
        raise RecipeError(f"no paper is called {name!r}; there are: {', '.join(sorted(PAPERS))}")
    module, _, attribute = PAPERS[name].partition(":")
    return module, attribute
