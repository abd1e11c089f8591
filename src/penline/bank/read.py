"""Open a bank: memory-mapped, no copy, nothing believed that was not checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import ValidationError

from penline.bank.layout import (
    BATCH_ROWS,
    COLUMNS,
    FORMAT,
    GLYPHS,
    HEADER,
    INK,
    PARTS,
    VERSION,
    BankHeader,
    glyphs_schema,
    ink_schema,
)
from penline.compiled import compiled, frozen
from penline.durable import about, read_file
from penline.errors import BankError
from penline.provenance import public_names
from penline.records import Bytes2D
from penline.words import counted

__all__ = ["Bank", "BankGlyph", "InkView", "locate", "open_bank"]

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
def locate(view: Any, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> int:
    """Where the ink of each of `rows` begins in ``view.data``; every number is checked.

    Args:
        view: an `InkView`.
        rows: ``int64 (n,)``.
        starts: ``int64 (n,)``, filled in.

    Returns:
        -1 when all is well, else the position in `rows` of the first that is not.
    """
    glyphs = view.height_px.shape[0]
    for i in range(rows.shape[0]):
        row = rows[i]
        if row < 0 or row >= glyphs:
            return i
        batch = row // BATCH_ROWS
        at = view.offsets_at[batch] + row - batch * BATCH_ROWS
        low = view.words[at]
        high = view.words[at + 1]
        size = np.int64(view.height_px[row]) * np.int64(view.width_px[row])
        if low < 0 or high - low != size or size == 0 or high > view.ink_bytes[batch]:
            return i
        starts[i] = view.ink_at[batch] + low
    return -1


@dataclass(frozen=True, slots=True, eq=False)
class BankGlyph:
    """One glyph of a bank.

    Attributes:
        ink: ``uint8 (height_px, width_px)``, read-only view of the memory map.
        character: the label.
        writer: the writer's id.
        part: ``"train"``, ``"test"`` or ``""``.
        archive: the file it came from.
        card: the card of that file's data set, or ``""``.
        told: what of ``writer``, ``card`` and ``licence`` the user said; the rest is known by the
            file's name.
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
    told: tuple[str, ...] = ()


class Bank:
    """A bank opened for reading, from any number of threads; see `open_bank`.

    Attributes:
        path: its folder.
        header: what is told of it, its writers and its sources.
        ink: where the glyphs' pixels lie.
        columns: the numbers of each glyph, by name.
        writers: ids of the writers.
        writer_starts: ``int64 (writers + 1,)``: where each begins in the column ``by_writer``.
    """

    def __init__(self, path: Path, header: BankHeader, ink: InkView, columns: dict[str, Any]):
        self.path = path
        self.header = header
        self.ink = ink
        self.columns: Mapping[str, Any] = MappingProxyType(columns)
        self.writers = tuple(facts.id for facts in header.writers)
        counts = [facts.glyphs for facts in header.writers]
        self.writer_starts = frozen(np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]))
        self._writer_numbers = {writer: number for number, writer in enumerate(self.writers)}
        self._character_numbers = {c: number for number, c in enumerate(header.characters)}

    def __reduce__(self) -> tuple[Any, ...]:
        return open_bank, (self.path,)

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
        starts = np.empty(1, np.int64)
        if locate(self.ink, np.array([row], np.int64), starts) >= 0:
            raise self.damage(row)
        columns = self.columns
        height, width = int(columns["height_px"][row]), int(columns["width_px"][row])
        start = int(starts[0])
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
            told=source.told,
        )

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

    def damage(self, row: int) -> BankError:
        """The error for a row whose numbers cannot be true."""
        return BankError(
            f"{self.path / INK}: glyph {row}: its place in the file does not hold "
            "(the bank is damaged: build it again with penline bank)"
        )

    def _search(self, order: str, column: str, number: int, start: int, end: int) -> Any:
        if number < 0:
            return np.empty(0, np.uint32)
        rows, values = self.columns[order], self.columns[column]

        def bound(beyond: int) -> int:
            low, high = start, end
            while low < high:
                middle = (low + high) // 2
                if self._value(values, int(rows[middle])) < beyond:
                    low = middle + 1
                else:
                    high = middle
            return low

        return self._checked(order, bound(number), bound(number + 1))

    def _value(self, values: Any, row: int) -> int:
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
    data = _map(folder / INK, header.ink_bytes)
    batches = _batches(folder / INK, data)
    base = data.ctypes.data
    expected = -(-header.glyphs // BATCH_ROWS)
    if len(batches) != expected:
        raise BankError(f"{folder / INK}: {len(batches)} batches, expected {expected}")
    offsets_at, ink_at, ink_bytes = [], [], []
    for number, batch in enumerate(batches):
        rows = min(BATCH_ROWS, header.glyphs - number * BATCH_ROWS)
        if batch.num_rows != rows or not batch.schema.equals(ink_schema()):
            raise BankError(f"{folder / INK}: batch {number} is not {rows} rows of large_binary")
        validity, offsets, ink = batch.column(0).buffers()
        at = offsets.address - base
        ink_start = ink.address - base if ink is not None else 0
        ink_size = ink.size if ink is not None else 0
        whole = (
            validity is None
            and batch.column(0).offset == 0
            and at >= 0
            and at % 8 == 0
            and offsets.size >= 8 * (rows + 1)
            and at + 8 * (rows + 1) <= data.size // 8 * 8
            and 0 <= ink_start <= ink_start + ink_size <= data.size
        )
        if not whole:
            raise BankError(f"{folder / INK}: batch {number} points outside of the file")
        offsets_at.append(at // 8)
        ink_at.append(ink_start)
        ink_bytes.append(ink_size)
    columns = _columns(folder / GLYPHS, header)
    view = InkView(
        data,
        data[: data.size // 8 * 8].view(np.int64),
        frozen(np.array(offsets_at, np.int64)),
        frozen(np.array(ink_at, np.int64)),
        frozen(np.array(ink_bytes, np.int64)),
        columns["height_px"],
        columns["width_px"],
    )
    return Bank(folder, header, view, columns)


def _header(folder: Path) -> BankHeader:
    file = folder / HEADER
    if not file.is_file():
        raise BankError(f"{folder} is not a bank (no {HEADER} in it); make one with penline bank")
    if file.stat().st_size > _MAX_HEADER_BYTES:
        raise BankError(f"{file} is larger than any bank's header")
    data = read_file(file)
    try:
        header = BankHeader.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BankError(f"{file}: {place}: {first['msg']}") from None
    if header.format != FORMAT or header.version != VERSION:
        raise BankError(
            f"{file}: {header.format} version {header.version}; this penline reads {FORMAT} "
            f"version {VERSION}: build the bank again"
        )
    if sum(facts.glyphs for facts in header.writers) != header.glyphs:
        raise BankError(f"{file}: the writers' glyphs do not add up to {header.glyphs}")
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


def _map(file: Path, size: int) -> npt.NDArray[np.uint8]:
    try:
        with about(file):
            found = file.stat().st_size
            if found != size or size == 0:
                raise BankError(f"{file}: {found} bytes, expected {size}: the bank is damaged")
            return np.asarray(np.memmap(file, np.uint8, "r"))
    except FileNotFoundError as error:
        raise BankError(f"{file}: {error.strerror}: the bank is damaged") from None


def _batches(file: Path, data: npt.NDArray[np.uint8]) -> list[Any]:
    try:
        reader = pa.ipc.open_file(pa.py_buffer(data))
        return [reader.get_batch(number) for number in range(reader.num_record_batches)]
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BankError(f"{file}: not the Arrow file of a bank: {reason}") from None


def _columns(file: Path, header: BankHeader) -> dict[str, Any]:
    batches = _batches(file, _map(file, header.glyphs_bytes))
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
