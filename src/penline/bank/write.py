"""Pack glyphs into a bank, as a stream: two batches of ink in memory, whatever the archive's size.

While one batch is measured, hashed and written in a thread of its own, the next one fills.
The fixed-width columns are spooled to files and sorted at the end (about 60 bytes a glyph while
sorting). The folder bears its final name only when it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from penline.bank.layout import (
    BATCH_ROWS,
    COLUMNS,
    FORMAT,
    GLYPHS,
    HEADER,
    INK,
    MAX_SIDE_PX,
    PARTS,
    VERSION,
    BankHeader,
    BankSource,
    BankWriterFacts,
    glyphs_schema,
    ink_schema,
)
from penline.bank.style import LeanSums, aspect_of
from penline.characters import kind_of
from penline.compiled import compiled
from penline.errors import BankError, UsageError
from penline.records import Bytes2D, Source

__all__ = ["BankWriter", "glyph_levels", "stroke_sizes"]

_MEASURED = ("level", "length_px", "pen_q4")
_SPOOLED = [name for name in COLUMNS if name not in (*_MEASURED, "by_writer", "by_character")]
_MIN_CAPACITY = 1 << 20


@compiled
def glyph_levels(ink: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> Any:
    """For each glyph, the 90th percentile of its pixels that hold ink; 255 for a blank glyph.

    Args:
        ink: ``uint8 (n,)``, the glyphs' pixels one after the other.
        starts: ``int64 (glyphs + 1,)``, where each begins; the last entry is the end.

    Returns:
        ``uint8 (glyphs,)``.
    """
    levels = np.zeros(starts.shape[0] - 1, np.uint8)
    # four tables, so that equal neighbours do not wait for each other's count
    counts = np.zeros((4, 256), np.int32)
    for glyph in range(levels.shape[0]):
        counts[:] = 0
        first, end = starts[glyph], starts[glyph + 1]
        fours = first + (end - first) // 4 * 4
        for position in range(first, fours, 4):
            counts[0, ink[position]] += 1
            counts[1, ink[position + 1]] += 1
            counts[2, ink[position + 2]] += 1
            counts[3, ink[position + 3]] += 1
        for position in range(fours, end):
            counts[0, ink[position]] += 1
        blank = np.int64(counts[0, 0]) + counts[1, 0] + counts[2, 0] + counts[3, 0]
        inked = end - first - blank
        left = inked - inked * 9 // 10
        value = 255
        while value > 0:
            here = np.int64(counts[0, value]) + counts[1, value] + counts[2, value]
            here += counts[3, value]
            if left <= here:
                break
            left -= here
            value -= 1
        levels[glyph] = value
    return levels


@compiled
def stroke_sizes(
    ink: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    widths_px: npt.NDArray[np.int64],
    levels: npt.NDArray[np.uint8],
) -> Any:
    """For each glyph about how long its strokes are in all, and how broad.

    A stroke has two long edges: its length is half of the outline's, and its breadth the inked
    area over the length. The outline runs where ink crosses two fifths of the glyph's level;
    its length is pi/4 of the crossings in rows and columns, as for edges of all directions.

    Args:
        ink: ``uint8 (n,)``, the glyphs' pixels one after the other.
        starts: ``int64 (glyphs + 1,)``, where each begins; the last entry is the end.
        widths_px: ``int64 (glyphs,)``, the width of each.
        levels: ``uint8 (glyphs,)``, what `glyph_levels` gives.

    Returns:
        Lengths in px and breadths in 1/16 px, ``int64 (glyphs,)`` each; 0 of a blank glyph.
    """
    glyphs = starts.shape[0] - 1
    lengths = np.zeros(glyphs, np.int64)
    pens = np.zeros(glyphs, np.int64)
    for glyph in range(glyphs):
        width = widths_px[glyph]
        two_fifths: Any = levels[glyph] * np.int64(2) // 5
        least = np.uint8(two_fifths if two_fifths > 1 else 1)
        pixels = ink[starts[glyph] : starts[glyph + 1]]
        area = np.int64(0)
        crossings = np.int64(0)
        above = pixels[:0]
        # a row at a time and without a branch, so that the compiler takes many pixels at once
        for first in range(0, pixels.shape[0], width):
            row = pixels[first : first + width]
            inked = np.int32(0)
            changes = np.int32(0)
            for column in range(row.shape[0]):
                inked += np.int32(row[column] >= least)
            for column in range(1, row.shape[0]):
                changes += np.int32((row[column] >= least) != (row[column - 1] >= least))
            if above.shape[0] == row.shape[0]:
                for column in range(row.shape[0]):
                    changes += np.int32((row[column] >= least) != (above[column] >= least))
            else:
                changes += inked
            # what touches an edge begins or ends there
            changes += np.int32(row[0] >= least) + np.int32(row[-1] >= least)
            area += inked
            crossings += changes
            above = row
        for column in range(above.shape[0]):
            crossings += np.int64(above[column] >= least)
        # pi/4 of the crossings, and half of that
        length = crossings * 201 // 512
        lengths[glyph] = min(length, 65535)
        pens[glyph] = min(area * 16 // (length if length > 0 else 1), 65535)
    return lengths, pens


class _Batch(NamedTuple):
    """What `BankWriter` hands to its thread: up to `BATCH_ROWS` glyphs."""

    ink: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    tables: tuple[list[str], list[str]]
    """Characters and writers by number, as far as they are known."""


class BankWriter:
    """Writes one bank; use it as a context manager.

    Leaving the block normally commits the bank under its final name; leaving it by an exception
    removes everything that was written.

    Raises:
        UsageError: the name is taken and `overwrite` is false.
        BankError: a glyph that no bank can hold, or a bank with no glyph at all.
    """

    def __init__(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        self.path = Path(path)
        if (self.path.exists() or self.path.is_symlink()) and not overwrite:
            raise UsageError(f"{self.path} exists; choose another name or pass --overwrite")
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / HEADER).is_file():
            raise UsageError(f"{self.path} is a folder with other things in it; not replaced")
        if self.path.is_file():
            raise UsageError(f"{self.path} is a file; choose another name")
        self.dropped: dict[str, int] = {}
        self._characters: dict[str, int] = {}
        self._writers: dict[str, int] = {}
        self._sources: dict[tuple[str, str], int] = {}
        self._source_facts: list[BankSource] = []
        self._rows = 0
        self._digest = hashlib.blake2b(digest_size=32)
        self._ink = np.empty(_MIN_CAPACITY, np.uint8)
        self._used = 0
        self._starts: list[int] = [0]
        self._pending: list[tuple[int, ...]] = []
        self._leans = LeanSums()
        self._under_way: Future[None] | None = None
        self._spare = np.empty(0, np.uint8)

    def __enter__(self) -> BankWriter:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(
            tempfile.mkdtemp(prefix=f".{self.path.name}.", suffix=".partial", dir=self.path.parent)
        )
        self._stack = ExitStack()
        self._spools: dict[str, BinaryIO] = {
            name: self._stack.enter_context((self._folder / f"{name}.spool").open("wb"))
            for name in (*_SPOOLED, *_MEASURED)
        }
        self._sink = self._stack.enter_context(pa.OSFile(str(self._folder / INK), "wb"))
        self._arrow = self._stack.enter_context(pa.ipc.new_file(self._sink, ink_schema()))
        # entered last, so left first: nothing is closed under the thread's hands
        self._thread = self._stack.enter_context(ThreadPoolExecutor(1, "bank"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._flush()
                self._settle()
                self._stack.close()
                self._finish()
        finally:
            self._stack.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(
        self,
        pixels: Bytes2D,
        character: str,
        source: Source,
        *,
        paper: int = 0,
        record: int = 0,
        offset: int = 0,
        rendered: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one glyph.

        Args:
            pixels: ``uint8 (height_px, width_px)``.
            character: its label.
            source: the file, writer and part it comes from.
            paper: the pixel value that means paper: 0 for ink, 255 for a scan.
            record: number of the record in its file.
            offset: byte offset of the record in its file.
            rendered: for strokes, the numbers that they were drawn with.
        """
        if len(character) != 1:
            raise BankError(
                f"{source.file}: record {record}: a label of {len(character)} characters"
            )
        height, width = pixels.shape
        if not (0 < height <= MAX_SIDE_PX and 0 < width <= MAX_SIDE_PX):
            raise BankError(f"{source.file}: record {record}: a glyph of {width} x {height} px")
        end = self._used + height * width
        if end > self._ink.shape[0]:
            grown = np.empty(max(end, 2 * self._ink.shape[0], self._spare.shape[0]), np.uint8)
            grown[: self._used] = self._ink[: self._used]
            self._ink = grown
        place = self._ink[self._used : end].reshape(height, width)
        if paper:
            np.subtract(paper, pixels, out=place)
        else:
            place[:] = pixels
        self._used = end
        self._starts.append(end)
        characters, writers = self._characters, self._writers
        self._pending.append(
            (
                height,
                width,
                characters.setdefault(character, len(characters)),
                writers.setdefault(source.writer, len(writers)),
                self._source(source, rendered),
                PARTS.index(source.part),
                record,
                offset,
            )
        )
        if len(self._pending) == BATCH_ROWS:
            self._flush()

    def drop(self, reason: str) -> None:
        """Count one record that was left out."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def _source(self, source: Source, rendered: Mapping[str, Any] | None) -> int:
        key = (source.file, source.card)
        number = self._sources.get(key)
        if number is None:
            number = self._sources[key] = len(self._source_facts)
            facts = BankSource(file=source.file, card=source.card, rendered=dict(rendered or {}))
            self._source_facts.append(facts)
        return number

    def _flush(self) -> None:
        """Hand the glyphs that have come to the thread, when it is done with those before."""
        if not self._pending:
            return
        self._settle()
        batch = _Batch(
            self._ink[: self._used],
            np.array(self._starts, np.int64),
            np.array(self._pending, np.int64).T,
            (list(self._characters), list(self._writers)),
        )
        self._under_way = self._thread.submit(self._write, batch)
        self._rows += len(self._pending)
        self._spare, self._ink = self._ink, self._spare
        self._used = 0
        self._starts = [0]
        self._pending = []

    def _settle(self) -> None:
        """Wait for the thread; what stopped it is raised here."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()

    def _write(self, batch: _Batch) -> None:
        ink, starts, columns = batch.ink, batch.starts, batch.columns
        levels = glyph_levels(ink, starts)
        for name, column in zip(_SPOOLED, columns, strict=True):
            raw = column.astype(COLUMNS[name]).tobytes()
            self._spools[name].write(raw)
            if name in ("height_px", "width_px", "part"):
                self._digest.update(raw)
        widths = columns[_SPOOLED.index("width_px")]
        lengths, pens = stroke_sizes(ink, starts, widths, levels)
        self._leans.add(ink, starts, widths, columns[_SPOOLED.index("writer")])
        for name, measured in zip(_MEASURED, (levels, lengths, pens), strict=True):
            self._spools[name].write(measured.astype(COLUMNS[name]).tobytes())
        # characters and writers by name, not by the number they happen to have here
        for names, column in zip(batch.tables, columns[2:4], strict=True):
            self._digest.update("\0".join([names[i] for i in column.tolist()]).encode())
        self._digest.update(ink.data)
        values = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(), len(levels), [None, pa.py_buffer(starts), pa.py_buffer(ink)]
        )
        self._arrow.write_batch(pa.record_batch([values], schema=ink_schema()))

    def _finish(self) -> None:
        if not self._rows:
            raise BankError(f"{self.path}: nothing to put into the bank{self._said()}")
        columns: dict[str, Any] = {
            name: np.memmap(self._folder / f"{name}.spool", COLUMNS[name], "r")
            for name in (*_SPOOLED, *_MEASURED)
        }
        writer, character = columns["writer"], columns["character"]
        columns["by_writer"] = np.lexsort((character, writer)).astype(COLUMNS["by_writer"])
        columns["by_character"] = np.lexsort((writer, character)).astype(COLUMNS["by_character"])
        arrays = [
            pa.Array.from_buffers(
                pa.from_numpy_dtype(dtype), self._rows, [None, pa.py_buffer(columns[name])]
            )
            for name, dtype in COLUMNS.items()
        ]
        with (
            pa.OSFile(str(self._folder / GLYPHS), "wb") as sink,
            pa.ipc.new_file(sink, glyphs_schema()) as arrow,
        ):
            arrow.write_batch(pa.record_batch(arrays, schema=glyphs_schema()))
        header = BankHeader(
            format=FORMAT,
            version=VERSION,
            glyphs=self._rows,
            content=self._digest.hexdigest(),
            ink_bytes=(self._folder / INK).stat().st_size,
            glyphs_bytes=(self._folder / GLYPHS).stat().st_size,
            writers=tuple(self._writer_facts(columns)),
            characters=tuple(self._characters),
            sources=tuple(self._source_facts),
            dropped=self.dropped,
        )
        del arrays
        columns.clear()
        for spool in self._folder.glob("*.spool"):
            spool.unlink()
        (self._folder / HEADER).write_text(header.model_dump_json(indent=1), "utf-8")
        for name in (INK, GLYPHS, HEADER):
            _sync(self._folder / name)
        self._folder.chmod(0o755)
        if self.path.is_dir():
            old = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", dir=self.path.parent))
            self.path.replace(old / "old")
            self._folder.replace(self.path)
            shutil.rmtree(old)
        else:
            self._folder.replace(self.path)
        if os.name == "posix":
            _sync(self.path.parent)

    def _writer_facts(self, columns: Mapping[str, Any]) -> list[BankWriterFacts]:
        expected = np.array([kind_of(character).height for character in self._characters])
        order = columns["by_writer"]
        counts = np.bincount(columns["writer"], minlength=len(self._writers))
        ends = np.cumsum(counts)
        facts, characters = [], list(self._characters)
        spans = zip(self._writers, ends - counts, ends, self._leans.slants(), strict=True)
        for name, start, end, slant in spans:
            rows = order[start:end]
            heights = columns["height_px"][rows].astype(np.float64)
            usual = expected[columns["character"][rows]]
            telling = usual > 0
            ems = heights[telling] / usual[telling] if telling.any() else heights
            level = int(np.median(columns["level"][rows]))
            facts.append(
                BankWriterFacts(
                    id=name,
                    glyphs=end - start,
                    em_px=round(float(np.median(ems)), 2),
                    level=max(level, 1),
                    pen_px=round(float(np.median(columns["pen_q4"][rows])) / 16, 2),
                    slant=slant,
                    aspect=aspect_of(rows, columns, characters),
                )
            )
        return facts

    def _said(self) -> str:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.dropped.items()))
        return f" (left out: {reasons})" if reasons else ""


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
