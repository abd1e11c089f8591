"""What is kept of a hand that is written on the page: its forms, checked whoever wrote them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from penline.errors import UsageError
from penline.formats.ink import mark_channels, mark_ends
from penline.look.app import limits
from penline.records import Source, StrokeRecord

__all__ = ["SIDE", "HandList", "TakenBack", "Writing", "checked"]

SIDE = 4096
"""Units of a side of the field that is written in."""
FORCE = 1000
"""Of the hardest pen."""
_LONGEST_MS = 600_000

T = TypeVar("T", bound=BaseModel)
_Id = Annotated[str, Field(pattern=r"^[0-9a-z]{8,40}$")]
_Place = Annotated[int, Field(ge=0, lt=SIDE, strict=True)]
_Time = Annotated[int, Field(ge=0, le=_LONGEST_MS, strict=True)]
_Force = Annotated[int, Field(ge=0, le=FORCE, strict=True)]
_Stroke = Annotated[
    list[tuple[_Place, _Place, _Time, _Force]],
    Field(min_length=1, max_length=limits.WRITE_POINTS),
]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Writing(_Stored):
    """One character as it was written.

    Attributes:
        id: the browser's own name for it.
        character: what was asked for.
        pointer: what wrote.
        strokes: points of each stroke: x right and y down in 1/4096 of the field, milliseconds
            since the first point, force of a pen in thousandths.
    """

    id: _Id
    character: Annotated[str, Field(max_length=40)]
    pointer: Literal["pen", "touch", "mouse"]
    strokes: Annotated[list[_Stroke], Field(min_length=1, max_length=limits.WRITE_STROKES)]

    @model_validator(mode="after")
    def _bounded(self) -> Writing:
        if sum(map(len, self.strokes)) > limits.WRITE_POINTS:
            raise ValueError(f"at most {limits.WRITE_POINTS:,} points")
        times = [point[2] for stroke in self.strokes for point in stroke]
        if times != sorted(times):
            raise ValueError("times do not rise")
        return self

    def record(self, number: int, source: Source) -> StrokeRecord:
        """The same as a record of strokes; of a pen with its force."""
        names = ("T", "F") if self.pointer == "pen" else ("T",)
        values = [np.array(stroke, np.float64)[:, 2 : 2 + len(names)] for stroke in self.strokes]
        if self.pointer == "pen":
            for one in values:
                one[:, 1] /= FORCE
        points, ends = mark_ends([np.array(stroke, np.int64)[:, :2] for stroke in self.strokes])
        code = self.character.encode()
        channels = mark_channels(names, values)
        return StrokeRecord(self.character, code, points, ends, source, number, 0, channels)


class TakenBack(_Stored):
    """One writing is none any more.

    Attributes:
        back: its id.
    """

    back: _Id


class HandList(_Stored):
    """What a hand is asked for.

    Attributes:
        characters: in their order.
        times: how often each.
    """

    characters: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40)]],
        Field(min_length=1, max_length=limits.WRITE_CHARACTERS),
    ]
    times: Annotated[int, Field(ge=1, le=8, strict=True)]


def checked(form: type[T], data: bytes, where: str) -> T:
    """What a file of a hand holds; whoever wrote it.

    Raises:
        UsageError: it is damaged.
    """
    try:
        return form.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"{where} of what is kept is damaged ({first['msg']}); move the folder away"
        ) from None
