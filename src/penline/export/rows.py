"""One line as a row of a table: what `imagefolder` and `parquet` say of it, in the same words.

Types are the same in every row, so that a table's columns have one type each: what was drawn,
whose shape follows the recipe, is JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from penline.records import Sample

__all__ = ["BOX_FEATURES", "FEATURES", "FOLDERS", "features_of", "listed", "row"]

FOLDERS: Mapping[str, str] = {"train": "train", "val": "validation", "test": "test"}
"""Side -> name of the split, as Hugging Face calls them."""

_TEXT = {"dtype": "string", "_type": "Value"}
_ORIGIN = {
    "item": "int64",
    "written": "string",
    "writer": "string",
    "archive": "string",
    "record": "int64",
    "offset": "int64",
}
FEATURES: Mapping[str, Any] = {"image": {"_type": "Image"}, "text": _TEXT, "writer": _TEXT}
"""What a row has, and the picture before it, in the words of the datasets library."""
BOX_FEATURES: Mapping[str, Any] = {
    "quads": [[[{"dtype": "float64", "_type": "Value"}]]],
    "origins": [{key: {"dtype": kind, "_type": "Value"} for key, kind in _ORIGIN.items()}],
    "drawn": _TEXT,
}
"""What it has besides, with boxes."""


def features_of(*, boxes: bool) -> dict[str, Any]:
    """The features of a table of lines."""
    return {**FEATURES, **(BOX_FEATURES if boxes else {})}


def listed(index: int, side: str, text: str, writer: str) -> list[Any]:
    """What a shard tells of a record for the list of all records (`penline.hub.listing`)."""
    return [index, FOLDERS.get(side, side), text, writer]


def row(sample: Sample, *, boxes: bool) -> dict[str, Any]:
    """Text and writer; with `boxes` corners and origins of the characters, and what was drawn.

    Where an entry is several code points, ``drawn`` begins with what each corner is of.
    """
    found: dict[str, Any] = {"text": sample.text, "writer": sample.writer}
    if boxes:
        found["quads"] = sample.quads.tolist()
        found["origins"] = [origin._asdict() for origin in sample.origins]
        entries = {"entries": sample.entries} if sample.entries else {}
        found["drawn"] = json.dumps({**entries, **sample.drawn}, ensure_ascii=False)
    return found
