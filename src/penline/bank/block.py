"""Glyphs on their way into a bank, as columns: what is measured together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.strokes import StrokeTable, stroke_table
from penline.records import Bytes2D, GlyphRun, Source

__all__ = ["TOGETHER", "TOGETHER_BYTES", "Block", "Glyph", "block_of", "block_of_run"]

TOGETHER, TOGETHER_BYTES = 1024, 1 << 24
"""Glyphs that are measured together, or as many as have so many bytes: few enough for the
processor's caches."""


class Glyph(NamedTuple):
    """One glyph as it came."""

    pixels: Bytes2D
    character: str
    source: Source
    paper: int
    record: int
    offset: int
    rendered: Mapping[str, Any] | None
    trim: bool
    strokes: npt.NDArray[np.int16] | None = None
    """``int16 (points, 3)``, packed; None of a picture."""


class Block(NamedTuple):
    """Glyphs that are measured together, as columns; arrays as for `measured.take_ink`."""

    raw: npt.NDArray[np.uint8]
    begins: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    papers: npt.NDArray[np.uint8]
    trims: npt.NDArray[np.bool_]
    characters: list[str]
    owners: list[tuple[Source, Mapping[str, Any] | None]]
    """Source, and the numbers of rendering: one for each glyph, or a single one for all."""
    places: npt.NDArray[np.int64]
    """``int64 (glyphs, 2)``: record and offset."""
    measured: npt.NDArray[np.int64] | None = None
    """``int64 (glyphs, 3)``: the columns `layout.MEASURED`, where they are known already."""
    strokes: StrokeTable | None = None
    """None where no glyph came as strokes."""

    @property
    def areas(self) -> npt.NDArray[np.int64]:
        """``int64 (glyphs,)``: pixels of each."""
        areas: npt.NDArray[np.int64] = self.sizes[:, 0] * self.sizes[:, 1]
        return areas

    def only(self, chosen: slice | npt.NDArray[np.bool_]) -> Block:
        """Some of the glyphs."""

        def some(values: list[Any]) -> list[Any]:
            return values[chosen] if isinstance(chosen, slice) else list(compress(values, chosen))

        return Block(
            self.raw,
            self.begins[chosen],
            self.sizes[chosen],
            self.papers[chosen],
            self.trims[chosen],
            some(self.characters),
            self.owners if len(self.owners) == 1 else some(self.owners),
            self.places[chosen],
            None if self.measured is None else self.measured[chosen],
            None if self.strokes is None else self.strokes.only(chosen),
        )

    def parted(self) -> Iterator[Block]:
        """Blocks of at most `TOGETHER` glyphs and `TOGETHER_BYTES` pixels, or one larger glyph."""
        ends = np.cumsum(self.areas)
        at = 0
        while at < len(ends):
            full = (ends[at - 1] if at else 0) + TOGETHER_BYTES
            most = int(np.searchsorted(ends, full, "right"))
            end = min(at + TOGETHER, max(most, at + 1))
            yield self.only(slice(at, end))
            at = end


def block_of(glyphs: Sequence[Glyph]) -> Block:
    """Glyphs that came one by one, their pixels copied together."""
    pixels: list[Any] = [glyph.pixels for glyph in glyphs]
    sizes = np.array([one.shape for one in pixels], np.int64)
    ends = np.cumsum(sizes[:, 0] * sizes[:, 1])
    return Block(
        np.frombuffer(b"".join(pixels), np.uint8),
        np.concatenate([[0], ends[:-1]]),
        sizes,
        np.array([glyph.paper for glyph in glyphs], np.uint8),
        np.array([glyph.trim for glyph in glyphs], np.bool_),
        [glyph.character for glyph in glyphs],
        [(glyph.source, glyph.rendered) for glyph in glyphs],
        np.array([(glyph.record, glyph.offset) for glyph in glyphs], np.int64),
        strokes=stroke_table(glyph.strokes for glyph in glyphs),
    )


def block_of_run(run: GlyphRun) -> Block:
    """Glyphs that follow one another in a file, trimmed if they are not; nothing is copied."""
    return Block(
        run.data,
        run.starts,
        run.sizes_px,
        np.full(len(run), run.paper, np.uint8),
        np.full(len(run), not run.tight),
        run.characters,
        [(run.source, None)],
        np.stack([run.record + np.arange(len(run)), run.offsets], 1),
    )
