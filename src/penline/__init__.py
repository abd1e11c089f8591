"""penline: from handwriting archives to training-ready text lines.

A first line::

    import penline

    bank = penline.open_bank("hwdb.bank")
    lines = penline.Composer("plain", bank, "novel.txt", seed=1)
    lines[12345].image

The verbs of the command line are functions of `penline.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penline.version import __version__

if TYPE_CHECKING:
    from penline import api as api
    from penline import stream as stream
    from penline.api import info as info
    from penline.api import sheet as sheet
    from penline.api import write as write
    from penline.bank import open_bank as open_bank
    from penline.recipe import Recipe as Recipe
    from penline.recipe import load_recipe as load_recipe
    from penline.records import Sample as Sample
    from penline.sample import sample_bank as sample_bank
    from penline.sources.collect import read as read

_PLACES = {
    "Composer": "penline.compose",
    "Recipe": "penline.recipe",
    "Sample": "penline.records",
    "info": "penline.api",
    "load_recipe": "penline.recipe",
    "open_bank": "penline.bank",
    "read": "penline.sources.collect",
    "sample_bank": "penline.sample",
    "sheet": "penline.api",
    "write": "penline.api",
}

_ROOMS = ("api", "stream")
__all__ = ["__version__", *sorted(_PLACES)]


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that ``import penline`` costs next to nothing."""
    from importlib import import_module

    if name in _ROOMS:
        return import_module(f"penline.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'penline' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
