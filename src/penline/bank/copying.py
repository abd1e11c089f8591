"""Glyphs of one bank on their way into another: ink, places and measures go over as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.accept import check_source
from penline.bank.block import Block
from penline.bank.layout import BATCH_ROWS, MAX_SIDE_PX, MEASURED, PARTS
from penline.bank.read import Bank, locate
from penline.bank.strokes import add_strokes
from penline.errors import BankError
from penline.records import Source

__all__ = ["add_content", "blocks_of_bank"]

_NAMED = ("character", "writer", "source", "part")
_READ = ("height_px", "width_px", *_NAMED, "record", "offset", *MEASURED)


def add_content(
    digest: Any, raws: Iterable[bytes], names: Iterable[Sequence[str]], ink: npt.NDArray[np.uint8]
) -> None:
    """Add a batch of glyphs to the hash of a bank's content.

    Args:
        digest: a hash of hashlib.
        raws: the columns height, width and part.
        names: of each glyph the character; of each the writer: names, and not their numbers.
        ink: ``uint8 (n,)``.
    """
    for raw in raws:
        digest.update(raw)
    for column in names:
        digest.update("\0".join(column).encode())
    digest.update(ink)


def blocks_of_bank(bank: Bank, of: Callable[[Source], Source]) -> Iterator[Block]:
    """Yield all glyphs of a bank in its order; nothing of it is believed unchecked.

    Args:
        bank: the bank.
        of: what the user says of a source, over what the bank says.

    Raises:
        BankError: its numbers cannot be true, or its content is not what its hash says; the latter
            when all was yielded.
    """
    digest, of_strokes = (hashlib.sha256(usedforsecurity=False) for _ in range(2))
    told = bank.header.strokes
    tables = bank.characters, bank.writers, bank.header.sources, PARTS
    owners = _Owners(bank, of)
    for first in range(0, len(bank), BATCH_ROWS):
        batch = {name: bank.columns[name][first : first + BATCH_ROWS] for name in _READ}
        numbers = {name: column.astype(np.int64) for name, column in batch.items()}
        rows = np.arange(first, first + len(batch["part"]))
        sizes = np.stack([numbers["height_px"], numbers["width_px"]], 1)
        places = np.stack([numbers["record"], numbers["offset"]], 1)
        wrong = (sizes > MAX_SIDE_PX).any(1) | (places < 0).any(1)
        for name, table in zip(_NAMED, tables, strict=True):
            wrong |= numbers[name] >= len(table)
        starts = np.empty(len(rows), np.int64)
        bad = locate(bank.ink, rows, starts)
        if bad >= 0 or wrong.any():
            raise bank.damage(int(rows[bad if bad >= 0 else wrong.argmax()]))
        labels = [
            [table[at] for at in numbers[name].tolist()]
            for name, table in (("character", bank.characters), ("writer", bank.writers))
        ]
        end = starts[-1] + sizes[-1].prod()
        raws = (batch[name].tobytes() for name in ("height_px", "width_px", "part"))
        add_content(digest, raws, labels, bank.ink.data[starts[0] : end])
        strokes = None
        if bank.strokes is not None:
            strokes = bank.stroke_table(rows)
            add_strokes(of_strokes, strokes.counts, strokes.together())
        yield from Block(
            bank.ink.data,
            starts,
            sizes,
            np.zeros(len(rows), np.uint8),
            np.zeros(len(rows), np.bool_),
            labels[0],
            owners(numbers),
            places,
            np.stack([numbers[name] for name in MEASURED], 1),
            strokes,
        ).parted()
    sound = told is None or of_strokes.hexdigest() == told.content
    if digest.hexdigest() != bank.header.content or not sound:
        raise BankError(
            f"{bank.path}: its content is not what its hash says: the bank is damaged, or of a "
            "penline that hashed otherwise; build it again from its archives with penline bank"
        )


class _Owners:
    """Makes the source of each glyph, and the numbers it was rendered with: once each."""

    def __init__(self, bank: Bank, of: Callable[[Source], Source]) -> None:
        self._bank, self._of = bank, of
        self._made: dict[tuple[int, int, int], tuple[Source, dict[str, Any]]] = {}

    def __call__(self, numbers: dict[str, Any]) -> list[tuple[Source, Any]]:
        columns = [numbers[name].tolist() for name in ("source", "writer", "part")]
        made = self._made
        return [made.get(key) or self._make(key) for key in zip(*columns, strict=True)]

    def _make(self, key: tuple[int, int, int]) -> tuple[Source, dict[str, Any]]:
        facts, writer = self._bank.header.sources[key[0]], self._bank.writers[key[1]]
        said = facts.file, writer, PARTS[key[2]], facts.card, facts.licence, facts.user_given
        source = self._of(Source(*said))
        check_source(source)
        self._made[key] = source, facts.rendered
        return self._made[key]
