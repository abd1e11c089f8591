"""Where a hand leaves and enters the letters of a bank, kept in a file of the bank's folder.

It is made when a bank is first asked for joins, out of its ink alone, and made again where it is of
another bank or of another way to find ends. A bank that cannot be written to keeps it in memory.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from penline.bank.read import Bank, locate
from penline.compiled import compiled, frozen
from penline.durable import about, put
from penline.errors import UsageError
from penline.lock import locked
from penline.machine import say_once
from penline.measure.joins import LETTERS
from penline.measure.latin import latin_figures
from penline.render.letter_ends import kind_of_letter
from penline.render.picture_ends import END_WORDS, find_picture_ends
from penline.words import counted

__all__ = [
    "ENDS_VERSION",
    "BankEnds",
    "LetterShape",
    "bank_ends",
    "ends_file",
    "keep_ends",
    "latin_shapes",
]

ENDS_VERSION = 1
"""Of the way in which ends are found; recipes' hashes hold it where letters of pictures join."""
_FORMAT = "penline-ends"
_TOGETHER = 2048
_MANY = 50_000
"""So many glyphs take a second or more."""
_WAIT_SECONDS = 3600.0


class LetterShape(NamedTuple):
    """What finding the ends of a letter asks of it.

    Attributes:
        kind: what it is like, see `penline.render.letter_ends`.
        height: x-heights; 0 of Chinese characters.
        below: how far it reaches below the line, x-heights.
    """

    kind: int
    height: float
    below: float


class BankEnds(NamedTuple):
    """Ends of the letters of a bank; read-only.

    Attributes:
        rows: ``uint32 (letters,)``: of the bank, rising.
        words: ``int16 (letters, 2, END_WORDS)``: how each is left, and how it is entered, see
            `penline.render.picture_ends`.
    """

    rows: npt.NDArray[np.uint32]
    words: npt.NDArray[np.int16]


def ends_file(bank: Bank, name: str) -> Path:
    """The file that ends of some letters of a bank are kept in.

    Args:
        bank: the bank.
        name: of the letters.
    """
    return bank.path / f"ends-{name}.arrow"


def bank_ends(bank: Bank, name: str, shapes: Mapping[str, LetterShape]) -> BankEnds:
    """Read the ends of a bank's letters from their file, or find them and keep them there.

    Args:
        bank: the bank.
        name: of the letters: each name has one set of shapes.
        shapes: the letters.

    Raises:
        BankError: the bank is damaged.
    """
    file = ends_file(bank, name)
    wanted = _metadata(bank, shapes)
    kept = _read(file, wanted, len(bank))
    if kept is not None:
        return kept
    try:
        lock = file.with_name(f".{file.name}.lock")
        with locked(lock, f"bank {bank.path}", _WAIT_SECONDS):
            kept = _read(file, wanted, len(bank))  # another process may have been quicker
            if kept is not None:
                return kept
            found = _find(bank, shapes)
            put(file, _packed(found, wanted))
            return found
    except (OSError, UsageError) as error:
        why = getattr(error, "strerror", None) or error
        say_once(
            f"{bank.path}: {why}: where its letters are joined is found anew by every process; "
            "penline bank --joins finds it once, where the bank can be written to"
        )
    return _find(bank, shapes)


def latin_shapes() -> dict[str, LetterShape]:
    """Shapes of the small Latin letters."""
    figures = latin_figures()
    return {
        one: LetterShape(kind_of_letter(one), figures[one].height, figures[one].below)
        for one in LETTERS
    }


def keep_ends(bank: Bank) -> int:
    """Find where the small Latin letters of a bank are joined, and keep it in a file of its folder.

    Args:
        bank: the bank.

    Returns:
        How many letters have an end to leave or to enter them by.

    Raises:
        BankError: the bank is damaged.
    """
    words = bank_ends(bank, "latin", latin_shapes()).words
    return int((words[:, :, 0] > 0).any(axis=1).sum())


def _metadata(bank: Bank, shapes: Mapping[str, LetterShape]) -> dict[str, str]:
    made = repr((ENDS_VERSION, sorted(shapes.items())))
    return {
        "format": _FORMAT,
        "version": str(ENDS_VERSION),
        "content": bank.header.content,
        "letters": hashlib.blake2b(made.encode(), digest_size=16).hexdigest(),
    }


def _hash_of(ends: BankEnds) -> str:
    digest = hashlib.sha256(ends.rows.tobytes(), usedforsecurity=False)
    digest.update(ends.words.tobytes())
    return digest.hexdigest()


def _packed(ends: BankEnds, metadata: dict[str, str]) -> bytes:
    """The bytes of the file."""
    lists = [
        pa.FixedSizeListArray.from_arrays(pa.array(ends.words[:, k].reshape(-1)), END_WORDS)
        for k in range(2)
    ]
    columns = {"row": pa.array(ends.rows), "left": lists[0], "entered": lists[1]}
    table = pa.table(columns).replace_schema_metadata({**metadata, "ends": _hash_of(ends)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _read(file: Path, wanted: dict[str, str], glyphs: int) -> BankEnds | None:
    """What a file holds, if it is what is wanted; what it holds else is told."""
    try:
        with about(file), pa.memory_map(str(file)) as source:
            table = pa.ipc.open_file(source).read_all()
            told = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
            names = table.column_names
            if {key: told.get(key) for key in wanted} != wanted:
                say_once(f"{file}: of another bank, or of another penline; it is made again")
                return None
            if names != ["row", "left", "entered"]:
                raise ValueError("its columns are others")
            rows = table["row"].to_numpy().astype(np.uint32)
            words = [
                table[name].combine_chunks().flatten().to_numpy().reshape(-1, END_WORDS)
                for name in names[1:]
            ]
        found = BankEnds(frozen(rows), frozen(np.stack(words, 1).astype(np.int16)))
        if _hash_of(found) != told.get("ends") or (rows >= glyphs).any():
            raise ValueError("its numbers are not what it says")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, UnicodeDecodeError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        say_once(f"{file}: it is damaged ({reason}); it is made again")
        return None
    return found


def _find(bank: Bank, shapes: Mapping[str, LetterShape]) -> BankEnds:
    """Find the ends of all glyphs of some letters."""
    known = [one for one in shapes if bank.rows(character=one).size]
    parts = [bank.rows(character=one).astype(np.int64) for one in known]
    rows = np.concatenate(parts) if parts else np.empty(0, np.int64)
    numbers = np.repeat(np.arange(len(known)), [len(one) for one in parts])
    order = np.argsort(rows)
    rows, numbers = rows[order], numbers[order]
    if len(rows) >= _MANY:
        say_once(f"{bank.path}: finding where {counted(len(rows), 'letter')} end and begin", 20)
    table = np.array([shapes[one] for one in known]).reshape(-1, 3)
    kinds, heights, below = table[numbers].T
    starts, words = np.empty(len(rows), np.int64), np.zeros((len(rows), 2, END_WORDS), np.int16)
    bad = locate(bank.ink, rows, starts)
    if bad >= 0:
        raise bank.damage(int(rows[bad]))
    high, wide = bank.ink.height_px[rows], bank.ink.width_px[rows]
    given = starts, high, wide, kinds.astype(np.int64), heights.copy(), below.copy(), words

    def some(first: int) -> None:
        find_all(bank.ink.data, *(one[first : first + _TOGETHER] for one in given))

    with ThreadPoolExecutor(max(os.cpu_count() or 1, 1)) as threads:
        list(threads.map(some, range(0, len(rows), _TOGETHER)))
    return BankEnds(frozen(rows.astype(np.uint32)), frozen(words))


@compiled
def find_all(
    data: Any, starts: Any, high: Any, wide: Any, kinds: Any, heights: Any, below: Any, words: Any
) -> None:
    """Find the ends of glyphs.

    Args:
        data: ``uint8 (bytes,)``: where their ink lies.
        starts: ``int64 (n,)``: where each begins.
        high: ``uint16 (n,)``: height of each, px.
        wide: ``uint16 (n,)``: width.
        kinds: ``int64 (n,)``: as the next two, a `LetterShape` each.
        heights: ``float64 (n,)``.
        below: ``float64 (n,)``.
        words: ``int16 (n, 2, END_WORDS)``, filled in.
    """
    for i in range(starts.shape[0]):
        height: Any = np.int64(high[i])
        width: Any = np.int64(wide[i])
        ink = data[starts[i] : starts[i] + height * width]
        find_picture_ends(ink, height, width, kinds[i], heights[i], below[i], words[i])
