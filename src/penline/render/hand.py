"""Stroke records to ink, in the size of their writer and with the writer's own pen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.characters import kind_of
from penline.errors import FormatError, UsageError
from penline.randomness import rng
from penline.records import Bytes2D, StrokeRecord
from penline.render.pen import Pen, sample_pen
from penline.render.strokes import render_character

__all__ = ["STROKE_HEIGHT_PX", "RenderedCharacter", "StrokeRenderer", "writer_pen"]

STROKE_HEIGHT_PX = 64
"""Height of a writer's median Chinese character when strokes are rendered."""

_MEASURED = 5000
"""Records of a file that are looked at to find the writer's size."""

Drop = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RenderedCharacter:
    """A character rendered from strokes.

    Attributes:
        ink: ``uint8 (height_px, width_px)``.
        facts: the numbers it was rendered with.
        nodes: ``int64 (nodes, 5)``: the pen's path, as `trace_strokes` gives it, from the ink's
            upper left corner.
    """

    ink: Bytes2D
    facts: dict[str, float]
    nodes: npt.NDArray[np.int64]


class StrokeRenderer:
    """Renders the characters of one file, in the size of their writer and with the writer's pen.

    Args:
        writer: the file's writer; pen and unsteadiness follow from it.
        height_px: height of the writer's median Chinese character.
        empty: told of a character without a stroke, which is left out.
        damaged: told of strokes that cannot be drawn, which are left out; None to raise.
    """

    def __init__(self, writer: str, height_px: int, empty: Drop, damaged: Drop | None) -> None:
        self.writer = writer
        self.height_px = height_px
        self.empty = empty
        self.damaged = damaged
        self._units_per_px = 0.0

    def render(self, records: Iterator[Any]) -> Iterator[tuple[StrokeRecord, RenderedCharacter]]:
        """Yield characters that follow one another in the file, each with its ink.

        The first ones that are given tell the writer's size.

        Raises:
            FormatError: strokes that cannot be drawn, and nobody is to be told.
        """
        if not self._units_per_px:
            ahead = list(islice(records, _MEASURED))
            self._units_per_px = _em_units(ahead) / self.height_px
            records = chain(ahead, records)
        units_per_px = self._units_per_px
        pen = writer_pen(self.writer, self.height_px)
        facts = {"height_px": self.height_px, "units_per_px": round(units_per_px, 4)}
        for record in records:
            if not any(len(stroke) for stroke in record.strokes):
                self.empty("character without a stroke")
                continue
            chance = rng(0, record.record, f"strokes:{self.writer}")
            try:
                ink, nodes = render_character(record.strokes, units_per_px, pen, chance)
            except UsageError as error:
                # exact bytes, but no character: points all over the page
                if self.damaged is not None:
                    self.damaged("strokes that cannot be drawn")
                    continue
                place = record.source.file, record.offset, f"strokes of record {record.record}"
                expected = "a character that can be drawn"
                raise FormatError(*place, expected, str(error)) from None
            yield record, RenderedCharacter(ink, facts, nodes)


def writer_pen(writer: str, height_px: int) -> Pen:
    """The pen that a writer's strokes are rendered with: always the same for the same writer."""
    return sample_pen(rng(0, 0, f"pen:{writer}"), height_px)


def _em_units(records: list[StrokeRecord]) -> float:
    """The writer's em in the source's units: the median over all characters that tell a size."""
    ems = []
    for record in records:
        usual = kind_of(record.character).height
        heights = [y for one in record.strokes if len(one) for y in one[:, 1].tolist()]
        if usual and heights:
            ems.append((int(max(heights)) - int(min(heights))) / usual)
    return max(float(median(ems)) if ems else 64.0, 1.0)
