"""One line as a row of a table: what `imagefolder` and `parquet` say of it, in the same words.

Types are the same in every row, so that a table's columns have one type each: what was drawn,
whose shape follows the recipe, is JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from penline.records import Sample

__all__ = ["FOLDERS", "row"]

FOLDERS: Mapping[str, str] = {"train": "train", "val": "validation", "test": "test"}
"""Side -> name of the split, as Hugging Face calls them."""


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
