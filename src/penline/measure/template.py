"""The geometry of real lines, to be filled again with other text and another hand's glyphs.

A file of templates is JSON that `penline fit SOURCE --lines FILE` writes on the user's machine from
the user's archive: of each line where its characters stand, in ems, and which marks, digits and
letters stand among them. It holds no ink and none of the Chinese characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError, model_validator

from penline.bidi import RIGHT_TO_LEFT
from penline.characters import is_han
from penline.durable import read_file
from penline.errors import RecipeError, UsageError
from penline.measure.geometry import LineGeometry
from penline.settings import Settings

__all__ = ["HAN", "LineTemplate", "dump_templates", "load_templates", "template_of"]

HAN = "\u53e3"
"""Stands for any Chinese character in a pattern."""
MAX_FILE_BYTES = 1 << 26
MOST_LINES = 100_000
_LEAST = 3

Place = Annotated[float, Field(ge=-50, le=500, allow_inf_nan=False)]
Box = tuple[Place, Place, Place, Place]


class LineTemplate(Settings):
    """Where the characters of one line stand, in ems from its left end and its middle."""

    pattern: Annotated[str, Field(min_length=_LEAST, max_length=500)]
    """The label, each Chinese character as `HAN`."""
    boxes: Annotated[tuple[Box, ...], Field(max_length=500)]
    """Left, bottom, right, top of each character's ink; up is positive, the slope is in it."""

    @model_validator(mode="after")
    def _fits(self) -> LineTemplate:
        if len(self.boxes) != len(self.pattern):
            raise ValueError("a template has one box a character")
        if any(not (x0 < x1 and y0 < y1) for x0, y0, x1, y1 in self.boxes):
            raise ValueError("a box is not turned about")
        if RIGHT_TO_LEFT.search(self.pattern):
            raise ValueError("lines with right-to-left text are not replayed; take them out")
        return self

    @property
    def table(self) -> npt.NDArray[np.float64]:
        """``float64 (n, 4)``: the boxes."""
        return np.array(self.boxes)


def template_of(line: LineGeometry) -> LineTemplate | None:
    """The template of a measured line; None where a box is not believed, or a label is missing."""
    if line.cells or line.em_px <= 0 or len(line.characters) < _LEAST:
        return None
    if not line.trusted.all() or any(len(c) != 1 for c in line.characters):
        return None
    level, _ = line.level_px
    left, top, right, bottom = line.boxes.T
    start = float(left.min())
    columns = [(left - start), (level - bottom), (right - start), (level - top)]
    boxes = np.round(np.stack(columns, 1) / line.em_px, 4)
    pattern = "".join(HAN if is_han(c) else c for c in line.characters)
    try:
        return LineTemplate(pattern=pattern, boxes=tuple(map(tuple, boxes.tolist())))
    except ValidationError:
        return None


def dump_templates(templates: Iterable[LineTemplate]) -> str:
    """The text of a file of templates."""
    lines = [json.dumps(one.model_dump(mode="json"), ensure_ascii=False) for one in templates]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def load_templates(path: Path) -> tuple[LineTemplate, ...]:
    """The templates of a file that `dump_templates` wrote.

    Raises:
        UsageError: no such file.
        RecipeError: not a file of templates.
    """
    if not path.is_file():
        raise UsageError(f"no file of line templates {path}; penline fit SOURCE --lines makes one")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise RecipeError(f"{path} is larger than any file of line templates")
    try:
        values = json.loads(read_file(path))
        if not isinstance(values, list) or not 1 <= len(values) <= MOST_LINES:
            raise ValueError(f"expected a list of 1 to {MOST_LINES:,} lines")
        return tuple(LineTemplate.model_validate(value) for value in values)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:300]
        raise RecipeError(f"{path}: not line templates: {reason}") from None
