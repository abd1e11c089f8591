"""A bank's Arrow files, memory-mapped: where their values lie, nothing believed unchecked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from penline.bank.layout import BATCH_ROWS, BankHeader
from penline.compiled import frozen
from penline.durable import about
from penline.errors import BankError

__all__ = ["Values", "batches_of", "map_file", "values_of"]


class Values(NamedTuple):
    """Where the values of a column of ``large_binary`` lie in their file.

    Attributes:
        data: ``uint8 (file size,)``: the whole file.
        words: the same bytes as ``int64``: the batches' offset buffers lie in it.
        offsets_at: ``int64 (batches,)``: index in `words` of each batch's first offset.
        values_at: ``int64 (batches,)``: index in `data` of each batch's first byte.
        values_bytes: ``int64 (batches,)``: number of its bytes.
    """

    data: npt.NDArray[np.uint8]
    words: npt.NDArray[np.int64]
    offsets_at: npt.NDArray[np.int64]
    values_at: npt.NDArray[np.int64]
    values_bytes: npt.NDArray[np.int64]


def map_file(file: Path, size: int) -> npt.NDArray[np.uint8]:
    """Map a file whose size is known: ``uint8 (size,)``.

    Raises:
        BankError: there is none, or of another size.
    """
    try:
        with about(file):
            found = file.stat().st_size
            if found != size or size == 0:
                raise BankError(f"{file}: {found} bytes, expected {size}: the bank is damaged")
            return np.asarray(np.memmap(file, np.uint8, "r"))
    except FileNotFoundError as error:
        raise BankError(f"{file}: {error.strerror}: the bank is damaged") from None


def batches_of(file: Path, data: npt.NDArray[np.uint8]) -> list[Any]:
    """The record batches of an Arrow file that is mapped already.

    Raises:
        BankError: it is none.
    """
    try:
        reader = pa.ipc.open_file(pa.py_buffer(data))
        return [reader.get_batch(number) for number in range(reader.num_record_batches)]
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BankError(f"{file}: not the Arrow file of a bank: {reason}") from None


def values_of(file: Path, size: int, header: BankHeader, schema: Any) -> Values:
    """Find the values of a bank's file of one column of ``large_binary``, a value a glyph.

    Args:
        file: the file.
        size: how many bytes it has.
        header: of the bank.
        schema: of the file.

    Raises:
        BankError: it is another file, or points outside of itself.
    """
    data = map_file(file, size)
    batches = batches_of(file, data)
    base = data.ctypes.data
    expected = -(-header.glyphs // BATCH_ROWS)
    if len(batches) != expected:
        raise BankError(f"{file}: {len(batches)} batches, expected {expected}")
    found = np.empty((3, expected), np.int64)
    for number, batch in enumerate(batches):
        rows = min(BATCH_ROWS, header.glyphs - number * BATCH_ROWS)
        if batch.num_rows != rows or not batch.schema.equals(schema):
            raise BankError(f"{file}: batch {number} is not {rows} rows of large_binary")
        validity, offsets, values = batch.column(0).buffers()
        at = offsets.address - base
        start = values.address - base if values is not None else 0
        length = values.size if values is not None else 0
        whole = (
            validity is None
            and batch.column(0).offset == 0
            and at >= 0
            and at % 8 == 0
            and offsets.size >= 8 * (rows + 1)
            and at + 8 * (rows + 1) <= data.size // 8 * 8
            and start % 8 == 0
            and 0 <= start <= start + length <= data.size
        )
        if not whole:
            raise BankError(f"{file}: batch {number} points outside of the file")
        found[:, number] = at // 8, start, length
    words = data[: data.size // 8 * 8].view(np.int64)
    return Values(data, words, *(frozen(np.ascontiguousarray(one)) for one in found))
