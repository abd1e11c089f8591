"""Open a bank: memory-mapped, no copy, nothing believed that was not checked."""

from __future__ import annotations

import os
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from penline.bank.layout import (
    BATCH_ROWS,
    COLUMNS,
    FORMAT,
    GLYPHS,
    HEADER,
    INK,
    PARTS,
    STROKES,
    VERSION,
    VERSION_WITH_STROKES,
    BankHeader,
    glyphs_schema,
    ink_schema,
    strokes_schema,
)
from penline.bank.mapped import batches_of, map_file, values_of
from penline.bank.strokes import (
    StrokeTable,
    StrokeView,
    locate_strokes,
    stroke_view,
    strokes_of,
)
from penline.compiled import compiled, frozen
from penline.durable import read_file
from penline.errors import BankError
from penline.provenance import public_names
from penline.records import Bytes2D
from penline.showing import encoded, figure_html, grid_of, ink_as_picture
from penline.words import counted

__all__ = ["Bank", "BankGlyph", "InkView", "ink_start", "locate", "open_bank"]

_MAX_HEADER_BYTES = 1 << 28


class InkView(NamedTuple):
    """What a kernel needs to find a glyph's ink in the memory map of ``ink.arrow``."""

    data: npt.NDArray[np.uint8]
    """``uint8 (file size,)``: the whole file."""
    words: npt.NDArray[np.int64]
    """The same bytes as ``int64``: the batches' offset buffers lie in it."""
    offsets_at: npt.NDArray[np.int64]
    """For each batch, the index in `words` of its first offset."""
    ink_at: npt.NDArray[np.int64]
    """For each batch, the index in `data` of its first ink byte."""
    ink_bytes: npt.NDArray[np.int64]
    """For each batch, the number of ink bytes."""
    height_px: npt.NDArray[np.uint16]
    width_px: npt.NDArray[np.uint16]


@compiled
def ink_start(view: Any, row: int) -> int:
    """Find where a glyph's ink begins in the bank's data; -1 where its numbers cannot be true.

    Args:
        view: an `InkView`, or what has its fields.
        row: of the glyph, which may be any number.
    """
    if row < 0 or row >= view.height_px.shape[0]:
        return -1
    batch = row // BATCH_ROWS
    at = view.offsets_at[batch] + row - batch * BATCH_ROWS
    low, high = view.words[at], view.words[at + 1]
    size = np.int64(view.height_px[row]) * np.int64(view.width_px[row])
    if low < 0 or high - low != size or size == 0 or high > view.ink_bytes[batch]:
        return -1
    return int(view.ink_at[batch] + low)


@compiled
def locate(view: Any, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> int:
    """Where the ink of each of `rows` begins in ``view.data``; every number is checked.

    Args:
        view: an `InkView`.
        rows: ``int64 (n,)``.
        starts: ``int64 (n,)``, filled in.

    Returns:
        -1 when all is well, else the position in `rows` of the first that is not.
    """
    for i in range(rows.shape[0]):
        starts[i] = ink_start(view, rows[i])
        if starts[i] < 0:
            return i
    return -1


_SHOWN = 36
"""Glyphs of a bank in a notebook."""


@dataclass(frozen=True, slots=True, eq=False)
class BankGlyph:
    """One glyph of a bank.

    Attributes:
        ink: ``uint8 (height_px, width_px)``, read-only view of the memory map.
        strokes: of a glyph that came as strokes, ``float32 (points, 2)`` each, in pixels of `ink`,
            x right and y down; none of one that came as a picture.
        character: the label.
        writer: the writer's id.
        part: ``"train"``, ``"test"`` or ``""``.
        archive: the file it came from.
        card: the card of that file's data set, or ``""``.
        user_given: which of ``writer``, ``card`` and ``licence`` the user gave; the rest is known
            by the file's name.
        record: number of the record in that file.
        offset: byte offset of the record in that file.
    """

    ink: Bytes2D
    character: str
    writer: str
    part: str
    archive: str
    card: str
    record: int
    offset: int
    user_given: tuple[str, ...] = ()
    strokes: tuple[npt.NDArray[np.float32], ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Give `user_given` by its old name, which still works and warns."""
        warnings.warn("BankGlyph.told is now called user_given", DeprecationWarning, stacklevel=2)
        return self.user_given

    def __repr__(self) -> str:
        height, width = self.ink.shape
        return f"<BankGlyph {self.character!r}, {width} x {height} px, {self.writer}>"

    def _repr_png_(self) -> bytes:
        """The glyph dark on white, for a notebook."""
        return encoded(ink_as_picture(self.ink))


class Bank:
    """A bank opened for reading, from any number of threads; see `open_bank`.

    Attributes:
        path: its folder.
        header: what is told of it, its writers and its sources.
        ink: where the glyphs' pixels lie.
        columns: the numbers of each glyph, by name.
        strokes: where the glyphs' points lie; None where all came as pictures.
        writers: ids of the writers.
        writer_starts: ``int64 (writers + 1,)``: where each begins in the column ``by_writer``.
    """

    def __init__(
        self,
        path: Path,
        header: BankHeader,
        ink: InkView,
        columns: dict[str, Any],
        strokes: StrokeView | None = None,
    ):
        self.path = path
        self.header = header
        self.ink = ink
        self.strokes = strokes
        self.columns: Mapping[str, Any] = MappingProxyType(columns)
        self.writers = tuple(facts.id for facts in header.writers)
        counts = [facts.glyphs for facts in header.writers]
        self.writer_starts = frozen(np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]))
        self._writer_numbers = {writer: number for number, writer in enumerate(self.writers)}
        self._character_numbers = {c: number for number, c in enumerate(header.characters)}

    def __reduce__(self) -> tuple[Any, ...]:
        return open_bank, (self.path,)

    def __repr__(self) -> str:
        counts = (len(self), "glyph"), (len(self.characters), "character")
        told = ", ".join(counted(count, noun) for count, noun in counts)
        return f"<Bank {self.path.name}: {told}, {counted(len(self.writers), 'writer')}>"

    def _repr_html_(self) -> str:
        """Some glyphs, for a notebook: one each of characters from all over the bank."""
        step = max(len(self.characters) // _SHOWN, 1)
        some = self.characters[::step][:_SHOWN]
        inks = [self[int(self.rows(character=one)[0])].ink for one in some]
        return figure_html(grid_of(inks), repr(self)[1:-1])

    def __len__(self) -> int:
        return self.header.glyphs

    @property
    def characters(self) -> tuple[str, ...]:
        """The characters that have a glyph."""
        return self.header.characters

    def __getitem__(self, row: int) -> BankGlyph:
        if not isinstance(row, (int, np.integer)):
            raise TypeError("a bank is indexed by row numbers")
        row = int(row)
        if row < 0:
            row += len(self)
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of a bank of {counted(len(self), 'glyph')}")
        start = ink_start(self.ink, row)
        if start < 0:
            raise self.damage(row)
        columns = self.columns
        height, width = int(columns["height_px"][row]), int(columns["width_px"][row])
        source = self._entry(self.header.sources, "source", row)
        return BankGlyph(
            ink=self.ink.data[start : start + height * width].reshape(height, width),
            character=self._entry(self.characters, "character", row),
            writer=self._entry(self.writers, "writer", row),
            part=self._entry(PARTS, "part", row),
            archive=source.file,
            card=source.card,
            record=int(columns["record"][row]),
            offset=int(columns["offset"][row]),
            user_given=source.user_given,
            strokes=self._strokes(row),
        )

    def _strokes(self, row: int) -> tuple[npt.NDArray[np.float32], ...]:
        if self.strokes is None:
            return ()
        return strokes_of(self.stroke_table(np.array([row], np.int64)).together())

    def stroke_table(self, rows: npt.NDArray[np.int64]) -> StrokeTable:
        """Find the points of glyphs.

        Args:
            rows: ``int64 (n,)``.

        Raises:
            BankError: the bank is damaged there.
        """
        starts, counts = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        if self.strokes is None:
            return StrokeTable(np.empty(0, np.int16), starts, counts)
        bad = locate_strokes(self.strokes, len(self), rows, starts, counts)
        if bad >= 0:
            raise self.damage(int(rows[bad]), STROKES)
        return StrokeTable(self.strokes.points, starts, counts)

    def __iter__(self) -> Iterator[BankGlyph]:
        return (self[row] for row in range(len(self)))

    def inks(self, rows: npt.ArrayLike) -> list[Bytes2D]:
        """The ink of many glyphs at once, in the order asked for: a quarter of `bank[row]`'s price.

        Args:
            rows: whole numbers ``(n,)``, from 0 up.

        Returns:
            ``uint8 (height_px, width_px)`` each, read-only views of the memory map.

        Raises:
            IndexError: a row that the bank does not have.
            BankError: the bank is damaged there.
        """
        wanted = np.asarray(rows).astype(np.int64, copy=False).ravel()
        starts = np.empty(len(wanted), np.int64)
        bad = locate(self.ink, wanted, starts)
        if bad >= 0:
            row = int(wanted[bad])
            if not 0 <= row < len(self):
                raise IndexError(f"row {row} of a bank of {counted(len(self), 'glyph')}")
            raise self.damage(row)
        data = self.ink.data
        heights, widths = self.ink.height_px[wanted], self.ink.width_px[wanted]
        return [
            data[start : start + height * width].reshape(height, width)
            for start, height, width in zip(
                starts.tolist(), heights.tolist(), widths.tolist(), strict=True
            )
        ]

    def rows(self, writer: str | None = None, character: str | None = None) -> Any:
        """Rows of the glyphs of a writer, of a character, or of both.

        Found by binary search. Returns ``uint32 (n,)``, empty where there is none.
        """
        if writer is None and character is None:
            return np.arange(len(self), dtype=np.uint32)
        if writer is None:
            number = self._character_numbers.get(str(character), -1)
            return self._search("by_character", "character", number, 0, len(self))
        number = self._writer_numbers.get(writer, -1)
        if number < 0:
            return np.empty(0, np.uint32)
        start, end = (int(x) for x in self.writer_starts[number : number + 2])
        if character is None:
            return self._checked("by_writer", start, end)
        number = self._character_numbers.get(character, -1)
        return self._search("by_writer", "character", number, start, end)

    def damage(self, row: int, file: str = INK) -> BankError:
        """The error for a row whose numbers in a file cannot be true."""
        return BankError(
            f"{self.path / file}: glyph {row}: its place in the file does not hold "
            "(the bank is damaged: build it again with penline bank)"
        )

    def _search(self, order: str, column: str, number: int, start: int, end: int) -> Any:
        if number < 0:
            return np.empty(0, np.uint32)
        rows, values = self.columns[order], self.columns[column]
        find = partial(bisect_left, rows, lo=start, hi=end, key=partial(self._value, values))
        return self._checked(order, find(number), find(number + 1))

    def _value(self, values: Any, row: np.uint32) -> int:
        if row >= len(self):
            raise BankError(f"{self.path / GLYPHS}: an order names row {row} of {len(self)}")
        return int(values[row])

    def _checked(self, order: str, start: int, end: int) -> Any:
        rows = self.columns[order][start:end]
        if rows.size and int(rows.max()) >= len(self):
            raise BankError(f"{self.path / GLYPHS}: {order} names a row beyond the last")
        return rows

    def _entry(self, table: tuple[Any, ...], column: str, row: int) -> Any:
        number = int(self.columns[column][row])
        if number >= len(table):
            raise BankError(f"{self.path / GLYPHS}: row {row}: {column} {number} of {len(table)}")
        return table[number]


def open_bank(path: str | os.PathLike[str]) -> Bank:
    """Open a bank for reading, in milliseconds however large it is.

    Args:
        path: the bank's folder.

    Raises:
        BankError: not a bank, of another version, or damaged; the message names the file.
    """
    folder = Path(path)
    header = _header(folder)
    values = values_of(folder / INK, header.ink_bytes, header, ink_schema())
    columns = _columns(folder / GLYPHS, header)
    ink, strokes = InkView(*values, columns["height_px"], columns["width_px"]), None
    if header.strokes is not None:
        size = header.strokes.bytes
        strokes = stroke_view(values_of(folder / STROKES, size, header, strokes_schema()))
    return Bank(folder, header, ink, columns, strokes)


def _header(folder: Path) -> BankHeader:
    file = folder / HEADER
    if not file.is_file():
        if folder.is_file() and (folder.parent / HEADER).is_file():
            raise BankError(f"{folder} is a file of a bank; name its folder, {folder.parent}")
        raise BankError(f"{folder} is not a bank (no {HEADER} in it); make one with penline bank")
    if file.stat().st_size > _MAX_HEADER_BYTES:
        raise BankError(f"{file} is larger than any bank's header")
    data = read_file(file)
    try:
        header = BankHeader.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        told = first["msg"].replace("Input should be", "not").replace("Field required", "missing")
        raise BankError(f"{file}: {place}: {told}: the bank is damaged; build it again") from None
    versions = VERSION, VERSION_WITH_STROKES
    if header.format != FORMAT or header.version not in versions:
        raise BankError(
            f"{file}: {header.format} version {header.version}; this penline reads {FORMAT} "
            f"version {VERSION} and {VERSION_WITH_STROKES}: build the bank again"
        )
    if (header.version == VERSION) == (header.strokes is not None):
        raise BankError(
            f"{file}: strokes belong to version {VERSION_WITH_STROKES}, and only to it: the bank "
            "is damaged"
        )
    if sum(facts.glyphs for facts in header.writers) != header.glyphs:
        raise BankError(f"{file}: the writers' glyphs do not add up to {header.glyphs}")
    if header.strokes is not None and header.strokes.glyphs > header.glyphs:
        raise BankError(f"{file}: more glyphs with strokes than there are: the bank is damaged")
    return _public(header)


def _public(header: BankHeader) -> BankHeader:
    """A header without a machine's paths, as banks of before may hold them."""
    names = [source.file for source in header.sources]
    told = public_names(names)
    if told == names:
        return header
    sources = zip(header.sources, told, strict=True)
    return header.model_copy(
        update={"sources": tuple(one.model_copy(update={"file": name}) for one, name in sources)}
    )


def _columns(file: Path, header: BankHeader) -> dict[str, Any]:
    batches = batches_of(file, map_file(file, header.glyphs_bytes))
    if len(batches) != 1 or batches[0].num_rows != header.glyphs:
        raise BankError(f"{file}: expected one batch of {header.glyphs} rows")
    batch = batches[0]
    if not batch.schema.equals(glyphs_schema()):
        raise BankError(f"{file}: its columns are not those of a bank of version {VERSION}")
    columns: dict[str, Any] = {}
    for number, (name, dtype) in enumerate(COLUMNS.items()):
        column = batch.column(number)
        validity, values = column.buffers()
        whole = (
            validity is None
            and column.offset == 0
            and values is not None
            and values.size >= header.glyphs * dtype.itemsize
        )
        if not whole:
            raise BankError(f"{file}: column {name} is not {header.glyphs} values of {dtype}")
        columns[name] = np.frombuffer(values, dtype, header.glyphs)
    return columns
