"""Papers: the backgrounds that lines are written on.

Each paper is one module with a settings class and a pure function ``apply``; the registry below
finds it by name, and it is loaded on use.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from penline.errors import RecipeError
from penline.paper.base import Image, Mode, PaperSettings
from penline.paper.guide import Guide
from penline.registry import Registry, Row, subclass_of

__all__ = ["PAPERS", "Guide", "Mode", "PaperSettings", "paper_apply"]

PAPERS: Registry[type[PaperSettings]] = Registry(
    "penline.papers",
    "paper",
    {
        "photo": Row("penline.paper.photo:Photo", "places cut out of your own pictures of paper"),
        "plain": Row("penline.paper.plain:Plain", "a flat sheet"),
        "ruled": Row("penline.paper.ruled:Ruled", "printed lines to write on, from edge to edge"),
        "squared": Row(
            "penline.paper.squared:Squared",
            "printed cells, one a character, bare or with the guides of practice books",
        ),
        "texture": Row(
            "penline.paper.texture:Texture", "a sheet with grain, fibres, stains and uneven light"
        ),
    },
    error=RecipeError,
    fits=subclass_of(PaperSettings),
)


@functools.cache
def paper_apply(name: str) -> Callable[..., Image]:
    """The function ``apply(guide, mode, **params)`` of the paper called `name`.

    It returns a new ``uint8 (height_px, width_px)`` array for gray, ``(height_px, width_px, 3)``
    for rgb.

    Raises:
        RecipeError: no paper has that name.
    """
    found: Callable[..., Image] = PAPERS.module_function(name, "apply")
    return found
