"""A recipe made to fit a trainer: its stock network, and the way it reads."""

from __future__ import annotations

from pathlib import Path

from penline.errors import UsageError
from penline.export import exporter_class
from penline.export.base import TAKES
from penline.export.paddleocr import dictionary_entries
from penline.export.paddleocr_networks import COLUMNS, HEIGHT_PX, network_named
from penline.recipe import Recipe

__all__ = ["fitted", "turns"]

FORMATS = ("paddleocr", "lmdb")
"""What PaddleOCR's recognition reads."""


def fitted(recipe: Recipe, name: str, to: str, dictionary: Path | None) -> tuple[Recipe, Path]:
    """The recipe with what a stock network of PaddleOCR reads, and the file of its dictionary.

    Args:
        recipe: what it says itself has to agree with the network.
        name: of the network.
        to: name of the format.
        dictionary: the network's dictionary; None for that of a clone of PaddleOCR in the current
            folder.

    Raises:
        UsageError: no network of that name; or a format, a dictionary, a height or a length that
            is not the network's.
        ExportError: the dictionary is none.
    """
    network = network_named(name)
    if to not in FORMATS:
        formats = " or ".join(FORMATS)
        raise UsageError(f"{name} reads {formats}, not {to}: change --to, or leave --for out")
    file = network.find(dictionary)
    network.prove(file, dictionary_entries(file))
    corpus, image = recipe.corpus, recipe.image
    if "height_px" in image.model_fields_set and image.height_px != HEIGHT_PX:
        raise UsageError(
            f"the recipe says image: {{height_px: {image.height_px}}}, and {name} reads "
            f"{HEIGHT_PX}: leave it out of the recipe, or leave --for out"
        )
    shortest, longest = corpus.length_range
    if network.backbone and longest > COLUMNS:
        raise UsageError(
            f"the recipe says corpus: {{length_range: [{shortest}, {longest}]}}, and {name} has "
            f"{COLUMNS} columns in training: a longer line teaches it nothing. Ask for shorter "
            "ones; or leave --for out, and see docs/paddleocr.md for long lines"
        )
    fitting = image.model_copy(update={"height_px": HEIGHT_PX})
    return recipe.model_copy(update={"image": fitting}), file


def turns(recipe: Recipe, to: str, wanted: bool | None) -> bool:
    """Whether the pictures of columns are turned a quarter to the left.

    Args:
        recipe: says whether lines are columns.
        to: name of the format.
        wanted: what the user said; None for what the format's trainers need.

    Raises:
        UsageError: the user said something, and there is no column of its own to turn.
    """
    kind = exporter_class(to, *TAKES)
    columns = recipe.layout.direction == "vertical" and kind.takes == "lines"
    if wanted is not None and not columns:
        why = (
            "the recipe's lines run across" if kind.takes == "lines" else f"{to} is of {kind.takes}"
        )
        raise UsageError(f"{why}: no column can be turned; leave --turn and --no-turn out")
    return columns and (kind.across if wanted is None else wanted)
