"""Pack glyphs into a bank, as a stream: two batches of ink in memory, whatever the archive's size.

Glyphs are cut out and measured in a thread of their own, some at a time; while one batch is hashed
and written in another, the next one fills.
The fixed-width columns are spooled to files and sorted at the end (about 60 bytes a glyph while
sorting). The folder bears its final name only when it is whole.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from penline.bank.accept import (
    check_place,
    check_run,
    check_source,
    is_space,
    label_fault,
    sound_pixels,
    sound_strokes,
)
from penline.bank.block import TOGETHER, TOGETHER_BYTES, Block, Glyph, block_of, block_of_run
from penline.bank.choice import GlyphChoice
from penline.bank.copying import add_content, blocks_of_bank
from penline.bank.layout import (
    BATCH_ROWS,
    COLUMNS,
    FORMAT,
    GLYPHS,
    HEADER,
    INK,
    MAX_SIDE_PX,
    MEASURED,
    PARTS,
    STROKES,
    VERSION,
    VERSION_WITH_STROKES,
    BankHeader,
    BankOrigin,
    BankSource,
    BankWriterFacts,
    glyphs_schema,
    ink_schema,
)
from penline.bank.measured import glyph_levels, stroke_sizes, take_ink
from penline.bank.pieces import Pieces, commit, partial_bank
from penline.bank.read import Bank
from penline.bank.repeats import Repeats, glyph_keys
from penline.bank.strokes import StrokeTable, pack_points
from penline.bank.strokes_file import StrokesFile
from penline.bank.style import LeanSums, aspect_of
from penline.characters import kind_of
from penline.durable import about, sync
from penline.errors import OVERWRITE, BankError, UsageError
from penline.provenance import Places, path_told
from penline.records import Bytes2D, GlyphRun, Source

__all__ = ["TOO_LARGE", "BankWriter"]

_SPOOLED = [name for name in COLUMNS if name not in (*MEASURED, "by_writer", "by_character")]
_MIN_CAPACITY = 1 << 20
_MOST_GUESSED = 1 << 28
_AHEAD = 4
"""So many of those may wait."""
_BLANK = "blank glyph"
"""Why a glyph without ink is left out."""
_REPEATED = "a second time: same writer, character and ink"
"""Why a glyph that is there already is left out."""
TOO_LARGE = f"glyph of more than {MAX_SIDE_PX:,} px"
"""Why a glyph that no bank can hold is left out."""


class _Batch(NamedTuple):
    """A batch of the bank: up to `BATCH_ROWS` glyphs, measured."""

    ink: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    measured: npt.NDArray[np.int64]
    tables: tuple[list[str], list[str]]
    """Characters and writers by number, as far as they are known."""
    strokes: list[StrokeTable | int]
    """Of glyphs that follow one another: their points, or how many came as pictures."""


def _bounds(sizes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each glyph's ink begins, and its end; how wide each is."""
    starts = np.concatenate([[0], np.cumsum(sizes[:, 0] * sizes[:, 1])])
    return starts, np.ascontiguousarray(sizes[:, 1])


class BankWriter:
    """Writes one bank; use it as a context manager.

    Leaving the block normally commits the bank under its final name; leaving it by an exception
    removes everything that was written.

    Args:
        path: the bank's folder.
        overwrite: replace a bank of that name.
        given: the files, folders and archives that glyphs come from, as the user named them: the
            bank knows its sources by their place under these.
        choice: which glyphs go into the bank; the others are counted as left out. None for all.
        reserve: family of writers who are to write only what no other can; "" for none. Those of
            banks that are added stay what they are.

    Raises:
        UsageError: the name is taken and `overwrite` is false.
        BankError: a glyph that no bank can hold, or a bank with no glyph at all.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        given: Iterable[str] = (),
        choice: GlyphChoice | None = None,
        reserve: str = "",
    ) -> None:
        self.path = Path(path)
        self._overwrite = overwrite
        self._see_that_it_is_free()
        self._places = Places(given)
        self._choice = choice
        self._reserve = reserve
        self._reserves: set[str] = set()
        self._banks: list[BankOrigin] = []
        self.dropped: dict[str, int] = {}
        self._characters: dict[str, int] = {}
        self._writers: dict[str, int] = {}
        self._sources: dict[tuple[str, str, str, tuple[str, ...], str], int] = {}
        self._source_facts: list[BankSource] = []
        self._rows = 0
        self._digest = hashlib.sha256(usedforsecurity=False)
        self._leans = LeanSums()
        self._pending: list[Glyph] = []
        self._held_bytes = 0
        self._blank = self._repeated = 0
        self._repeats = Repeats()
        self._file_numbers: dict[str, int] = {}
        self._sound_labels: set[str] = set()
        self._sound_source: Source | None = None
        self._ink = np.empty(_MIN_CAPACITY, np.uint8)
        self._spare = np.empty(0, np.uint8)
        self._used = self._held = 0
        self._parts: list[tuple[npt.NDArray[np.int64], ...]] = []
        self._strokes: list[StrokeTable | int] = []
        self._measuring: deque[Future[None]] = deque()
        self._writing: Future[None] | None = None

    def _see_that_it_is_free(self) -> None:
        if (self.path.exists() or self.path.is_symlink()) and not self._overwrite:
            raise UsageError(f"{self.path} exists; choose another name or {OVERWRITE}")
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / HEADER).is_file():
            raise UsageError(f"{self.path} is a folder of other things; choose another name")
        if self.path.is_file():
            raise UsageError(f"{self.path} is a file; choose another name")

    def __enter__(self) -> BankWriter:
        with ExitStack() as place:
            self._folder = place.enter_context(partial_bank(self.path))
            self._see_that_it_is_free()  # by now another may have made it
            with about(self.path), ExitStack() as files:
                self._spools: dict[str, BinaryIO] = {
                    name: files.enter_context((self._folder / f"{name}.spool").open("wb"))
                    for name in (*_SPOOLED, *MEASURED)
                }
                sink = files.enter_context(Pieces(self._folder / INK))
                self._arrow = files.enter_context(pa.ipc.new_file(sink, ink_schema()))
                self._strokes_file = files.enter_context(StrokesFile(self._folder / STROKES))
                # entered last, so left first: nothing is closed under the thread's hands
                self._writer = files.enter_context(ThreadPoolExecutor(1, "bank writes"))
                self._measurer = files.enter_context(ThreadPoolExecutor(1, "bank measures"))
                self._files = files.pop_all()
            self._place = place.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            try:
                # what ended the block is told, and not that the rest could not be written
                with suppress(OSError, pa.ArrowException):
                    self._files.close()
            finally:
                self._place.__exit__(kind, error, trace)
            return
        with self._place, about(self.path):
            with self._files:
                self._hand_over()
                self._settle(0)
                self._end_batch()
                self._written()
            self._finish()
            commit(self._folder, self.path)

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
        trim: bool = False,
        strokes: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Add one glyph.

        Args:
            pixels: ``uint8 (height_px, width_px)``; looked at later, so not to be changed.
            character: its label.
            source: the file, writer and part it comes from.
            paper: the pixel value that means paper: 0 for ink, 255 for a scan.
            record: number of the record in its file.
            offset: byte offset of the record in its file.
            rendered: for strokes, the numbers that they were drawn with.
            trim: cut off the paper around the ink; not of strokes.
            strokes: ``int64 (points, 5)``: what the pen did, stroke after stroke: x and y from the
                upper left corner of `pixels`, x right and y down, and radius, in 1/256 px; tone, 1
                to 255; 0 where a stroke begins, else 1. None of a picture.

        A glyph without ink is left out, and counted; so is a picture of white space, and one of the
        same writer, character and ink as one of another file, or of the same place, before.

        Raises:
            BankError: something else than ``uint8 (height_px, width_px)``, or than a picture of one
                character with ink, or a source without a writer, or strokes of another form.
        """
        if source is not self._sound_source:
            check_source(source)
            self._sound_source = source
        check_place(source.file, paper, record, offset)
        pixels = sound_pixels(pixels, source.file, record)
        fault = label_fault(character)
        if fault and not is_space(character):
            raise BankError(f"{source.file}: record {record}: {fault}")
        if fault or not (trim or (pixels != paper).any()):
            self.drop(fault or _BLANK)
            return
        height, width = pixels.shape
        points = (
            None if strokes is None else pack_points(sound_strokes(strokes, source.file, record))
        )
        self._pending.append(
            Glyph(pixels, character, source, paper, record, offset, rendered, trim, points)
        )
        self._held_bytes += height * width
        if len(self._pending) == TOGETHER or self._held_bytes > TOGETHER_BYTES:
            self._hand_over()

    def add_run(self, run: GlyphRun) -> int:
        """Add glyphs that follow one another in a file, each trimmed; how many.

        Glyphs of more than 4,096 px on a side, and labels that no ink belongs to, are left out,
        and counted.

        Raises:
            BankError: a picture that does not lie in the run's data, a source without a writer.
        """
        check_run(run)
        check_source(run.source)
        self._hand_over()
        block = block_of_run(run)
        fits = run.sizes_px.max(1) <= MAX_SIDE_PX
        if not fits.all():
            block = block.only(fits)
            self.drop(TOO_LARGE, int((~fits).sum()))
        strange = set(block.characters) - self._sound_labels
        faults = {label: fault for label in strange if (fault := label_fault(label))}
        self._sound_labels |= strange - faults.keys()
        if faults:
            for label in block.characters:
                if label in faults:
                    self.drop(faults[label])
            block = block.only(np.array([label not in faults for label in block.characters]))
        for part in block.parted():
            self._submit(part)
        return len(block.characters)

    def add_bank(
        self, bank: Bank, of: Callable[[Source], Source] = lambda source: source
    ) -> Iterator[int]:
        """Add the glyphs of another bank; yields how many were looked at, again and again.

        Their ink, their places and what was measured of them go over as they are.

        Args:
            bank: the other bank.
            of: what the user says of a source, over what that bank says.

        Raises:
            BankError: the other bank is damaged.
        """
        self._hand_over()
        header, chosen = bank.header, 0
        for source in header.sources:
            self._places.keep(source.file)
        for block in blocks_of_bank(bank, of):
            chosen += self._submit(block)
            yield len(block.characters)
        self._reserves.update(header.reserve)
        name, of_before = path_told(str(bank.path), inside=False), header.dropped
        facts = {"content": header.content, "glyphs": len(bank), "dropped": of_before}
        self._banks.append(BankOrigin(name=name, chosen=chosen, **facts))

    def drop(self, reason: str, count: int = 1) -> None:
        """Count records that were left out."""
        self.dropped[reason] = self.dropped.get(reason, 0) + count

    def _source(self, source: Source, rendered: Mapping[str, Any] | None) -> int:
        drawn = str(rendered) if rendered else ""
        key = (source.file, source.card, source.licence, source.user_given, drawn)
        number = self._sources.get(key)
        if number is None:
            number = self._sources[key] = len(self._source_facts)
            self._source_facts.append(
                BankSource(
                    file=self._places(source.file),
                    card=source.card,
                    rendered=dict(rendered or {}),
                    licence=source.licence,
                    user_given=source.user_given,
                )
            )
        return number

    def _hand_over(self) -> None:
        """Hand the glyphs that have come to the thread that measures."""
        if self._pending:
            glyphs, self._pending = self._pending, []
            self._submit(block_of(glyphs))
            self._held_bytes = 0

    def _submit(self, block: Block) -> int:
        """Have what is chosen of a block measured, as soon as few enough wait; how many."""
        if self._choice is not None:
            block = self._choice(block, self._places.place, self.drop)
        if block.characters:
            self._settle(_AHEAD)
            self._measuring.append(self._measurer.submit(self._measure, block))
        return len(block.characters)

    def _settle(self, left: int) -> None:
        """Wait until so many are under way at most; what stopped the thread is raised here."""
        while len(self._measuring) > left:
            self._measuring.popleft().result()

    def _written(self) -> None:
        """Wait for the batch that is being written."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _measure(self, block: Block) -> None:
        """Make ink of glyphs, measure it, and put it into the batch."""
        self._make_room(int(block.areas.sum()))
        kept = np.empty(block.sizes.shape, np.int64)
        raw, begins, sizes, papers, trims = block[:5]
        size = take_ink(raw, begins, sizes, papers, trims, self._ink[self._used :], kept)
        ink = self._ink[self._used : self._used + size]
        inked = kept[:, 0] > 0
        if not inked.all():
            self._blank += int((~inked).sum())
            block, kept = block.only(inked), np.ascontiguousarray(kept[inked])
            if not len(kept):
                return
        starts, widths = _bounds(kept)
        whose = self._whose(block)
        keys = glyph_keys(ink, starts, widths, whose)
        fresh = self._repeats.fresh(keys, block.places, self._files_of(block))
        if not fresh.all():
            self._repeated += int((~fresh).sum())
            block, kept, whose = block.only(fresh), kept[fresh], whose[fresh]
            if not len(kept):
                return
            left = ink[np.repeat(fresh, np.diff(starts))]
            ink = ink[: len(left)]
            ink[:] = left
            starts, widths = _bounds(kept)
        columns = np.concatenate([kept, whose, self._where(block), block.places], 1)
        self._leans.add(ink, starts, widths, np.ascontiguousarray(columns[:, 3]))
        if block.measured is None:
            levels = glyph_levels(ink, starts)
            strokes = stroke_sizes(ink, starts, widths, levels)
            measured = np.stack([levels.astype(np.int64), *strokes])
        else:
            measured = block.measured.T
        at = 0
        while at < len(kept):
            end = min(len(kept), at + BATCH_ROWS - self._held)
            lengths = np.diff(starts[at : end + 1])
            self._parts.append((lengths, columns[at:end], measured[:, at:end]))
            own = block.strokes
            self._strokes.append(end - at if own is None else own.only(slice(at, end)))
            self._held += end - at
            self._used += int(lengths.sum())
            at = end
            if self._held == BATCH_ROWS:
                ink = ink[len(ink) - (starts[-1] - starts[at]) :].copy()  # the buffers take turns
                self._end_batch()
                self._make_room(len(ink))
                self._ink[: len(ink)] = ink

    def _whose(self, block: Block) -> npt.NDArray[np.int64]:
        """Numbers of character and writer of each glyph, ``int64 (glyphs, 2)``."""
        characters, writers = self._characters, self._writers
        numbers = np.empty((len(block.characters), 2), np.int64)
        numbers[:, 0] = [characters.setdefault(one, len(characters)) for one in block.characters]
        numbers[:, 1] = [writers.setdefault(s.writer, len(writers)) for s, _ in block.owners]
        return numbers

    def _files_of(self, block: Block) -> npt.NDArray[np.int64]:
        """Numbers of the files of each glyph, ``int64 (glyphs,)``."""
        numbers = np.empty(len(block.characters), np.int64)
        files = self._file_numbers
        numbers[:] = [files.setdefault(source.file, len(files)) for source, _ in block.owners]
        return numbers

    def _where(self, block: Block) -> npt.NDArray[np.int64]:
        """Numbers of source and part of each glyph, ``int64 (glyphs, 2)``."""
        numbers = np.empty((len(block.characters), 2), np.int64)
        numbers[:] = [
            (self._source(source, rendered), PARTS.index(source.part))
            for source, rendered in block.owners
        ]
        return numbers

    def _make_room(self, size: int) -> None:
        """Make the batch's buffer large enough for so many bytes more."""
        end = self._used + size
        if end > len(self._ink):
            # what a batch takes by what has come, so that it is not copied again and again
            whole = min(end * BATCH_ROWS // self._held, _MOST_GUESSED) if self._held else 0
            grown = np.empty(max(end, 2 * len(self._ink), len(self._spare), whole), np.uint8)
            grown[: self._used] = self._ink[: self._used]
            self._ink = grown

    def _end_batch(self) -> None:
        """Hand the batch to the thread that writes, when that is done with the one before."""
        if not self._parts:
            return
        lengths, columns, measured = zip(*self._parts, strict=True)
        self._written()
        batch = _Batch(
            self._ink[: self._used],
            np.concatenate([[0], np.cumsum(np.concatenate(lengths))]),
            np.concatenate(columns).T,
            np.concatenate(measured, 1),
            (list(self._characters), list(self._writers)),
            self._strokes,
        )
        self._writing = self._writer.submit(self._write, batch)
        self._rows += self._held
        self._spare, self._ink = self._ink, self._spare
        self._used = self._held = 0
        self._parts, self._strokes = [], []

    def _write(self, batch: _Batch) -> None:
        with about(self.path):
            self._put(batch)

    def _put(self, batch: _Batch) -> None:
        ink, columns = batch.ink, batch.columns
        raws = {}
        for name, column in zip(_SPOOLED, columns, strict=True):
            raws[name] = column.astype(COLUMNS[name]).tobytes()
            self._spools[name].write(raws[name])
        for name, measured in zip(MEASURED, batch.measured, strict=True):
            self._spools[name].write(measured.astype(COLUMNS[name]).tobytes())
        # characters and writers by name, not by the number they happen to have here
        names = [
            [table[number] for number in column.tolist()]
            for table, column in zip(batch.tables, columns[2:4], strict=True)
        ]
        hashed = [raws[name] for name in ("height_px", "width_px", "part")]
        add_content(self._digest, hashed, names, ink)
        buffers = [None, pa.py_buffer(batch.starts), pa.py_buffer(ink)]
        values = pa.LargeBinaryArray.from_buffers(pa.large_binary(), columns.shape[1], buffers)
        self._arrow.write_batch(pa.record_batch([values], schema=ink_schema()))
        self._strokes_file.put(batch.strokes)

    def _finish(self) -> None:
        for reason, count in ((_BLANK, self._blank), (_REPEATED, self._repeated)):
            if count:
                self.drop(reason, count)
        if not self._rows:
            raise BankError(f"{self.path}: nothing to put into the bank{self._said()}")
        columns: dict[str, Any] = {
            name: np.memmap(self._folder / f"{name}.spool", COLUMNS[name], "r")
            for name in (*_SPOOLED, *MEASURED)
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
            Pieces(self._folder / GLYPHS) as sink,
            pa.ipc.new_file(sink, glyphs_schema()) as arrow,
        ):
            arrow.write_batch(pa.record_batch(arrays, schema=glyphs_schema()))
        strokes = self._strokes_file.facts()
        header = BankHeader(
            format=FORMAT,
            version=VERSION if strokes is None else VERSION_WITH_STROKES,
            glyphs=self._rows,
            content=self._digest.hexdigest(),
            ink_bytes=(self._folder / INK).stat().st_size,
            glyphs_bytes=(self._folder / GLYPHS).stat().st_size,
            writers=tuple(self._writer_facts(columns)),
            characters=tuple(self._characters),
            sources=tuple(self._source_facts),
            dropped=self.dropped,
            banks=tuple(self._banks),
            strokes=strokes,
            reserve=tuple(filter(self._is_reserve, self._writers)),
        )
        del arrays
        columns.clear()
        for name in (*_SPOOLED, *MEASURED):
            (self._folder / f"{name}.spool").unlink()
        (self._folder / HEADER).write_text(header.model_dump_json(indent=1), "utf-8")
        for name in (INK, GLYPHS, HEADER, *([STROKES] if strokes else [])):
            sync(self._folder / name)
        # what the user's umask leaves of its files, for the folder, too
        mode = (self._folder / HEADER).stat().st_mode & 0o666
        self._folder.chmod(self._folder.stat().st_mode & 0o2000 | mode | mode >> 2 & 0o111)

    def _is_reserve(self, writer: str) -> bool:
        return writer in self._reserves or writer.partition(":")[0] == self._reserve

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
            if level <= 1:
                raise BankError(f"{name}: ink of 1 in 255: of pixels 0 and 1? Then pixels * 255")
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
        reasons = "; ".join(
            f"{reason}: {count:,}" for reason, count in sorted(self.dropped.items())
        )
        return f" (left out: {reasons})" if reasons else ""
