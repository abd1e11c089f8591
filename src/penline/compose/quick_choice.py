"""Most lines of most recipes in one compiled call: a text, a writer, and a glyph a character."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.bank.bank_set import BankSet
from penline.bank.bits import (
    Bits,
    WriterIndex,
    intersect,
    leave_reserve,
    nth_writer,
    select_glyphs,
)
from penline.bank.items import ITEM, GlyphColumns, lookup_glyphs
from penline.compiled import compiled
from penline.compose.character_table import WHITE
from penline.compose.items_of import number_repeats
from penline.compose.text_assignment import TextAssignment
from penline.corpus import Lines
from penline.corpus.cut import cut
from penline.corpus.lines import LineTables
from penline.corpus.normal import decoded
from penline.randomness import BLOCK_WORDS, mulhi, philox_words, stage_keys
from penline.render.kernel import MAX_GLYPH_PX

__all__ = ["QuickChoice", "choose_line"]

_LATER = BLOCK_WORDS // 4
"""The block of a stream after the one that single words are taken from."""
_TEXT, _WRITER = 0, 1


@compiled
def _below(word: Any, bound: Any) -> Any:
    return np.int64(mulhi(np.uint64(word), np.uint64(bound)))


@compiled
def choose_line(
    keys: Any,
    index: int,
    text: Any,
    entry_of: Any,
    traits: Any,
    cover: Any,
    own: Any,
    eligible: Any,
    reserve: Any,
    local: Any,
    by_writer: Any,
    columns: Any,
) -> Any:
    """Draw a sentence, a writer of one bank who can write it, and the glyphs.

    Named tuples come as plain ones: a call takes half as long.

    Args:
        keys: ``uint64 (2, 2)``: of the streams text and writer.
        index: of the line.
        text: fields of `LineTables`: what lines are cut from.
        entry_of: of the `CharacterTable`, as the next.
        traits: its traits.
        cover: ``uint64 (entries, words)``: who can write each.
        own: ``int64 (entries,)``: its number among the bank's characters; -1: stand-ins only.
        eligible: ``uint64 (words,)``: the writers that lines may be by.
        reserve: ``uint64 (words,)``: those who write only what no other can.
        local: ``int64 (writers,)``: their numbers in the bank; -1: not there.
        by_writer: fields of `WriterIndex` of the bank.
        columns: fields of `GlyphColumns` of the bank.

    Returns:
        Where the text begins and ends in the corpus's codes, the writer's number, the records of
        `ITEM`; the writer is -1 where the line cannot be made so.
    """
    text, by_writer, columns = LineTables(*text), WriterIndex(*by_writer), GlyphColumns(*columns)
    words = np.empty((2, 4), np.uint64)
    for stage in range(2):
        philox_words(keys[stage, 0], keys[stage, 1], np.uint64(index), np.uint64(0), words[stage])
    target = text.shortest + _below(words[_TEXT, 0], text.longest - text.shortest + 1)
    point = _below(words[_TEXT, 1], text.shares[-1])
    paragraph = text.paragraphs[np.searchsorted(text.shares, point, "right")]
    first, last = text.offsets[paragraph], text.offsets[paragraph + 1]
    position = first + _below(words[_TEXT, 2], last - first)
    start, end = cut(text.flags, first, last, position, text.shortest, text.longest, target)
    count = end - start
    items = np.zeros(count, ITEM)
    entries = np.empty(count, np.int64)
    for i in range(count):
        entries[i] = entry_of[text.codes[start + i]]
        if entries[i] < 0:
            return start, end, -1, items
    able = eligible.copy()
    if intersect(cover, entries, able) == 0:
        return start, end, -1, items
    holders = leave_reserve(able, reserve)
    number = nth_writer(able, _below(words[_WRITER, 0], holders))
    writer = local[number]
    if writer < 0:
        return start, end, -1, items
    numbers = np.empty(count, np.int64)
    for i in range(count):
        numbers[i] = -1 if traits[entries[i], WHITE] else own[entries[i]]
    later = np.empty((count + 3) // 4 * 4, np.uint64)
    key = keys[_WRITER]
    philox_words(key[0], key[1], np.uint64(index), np.uint64(_LATER), later)
    rows = np.full((count, 2), -1, np.int64)
    whole = select_glyphs(by_writer, writer, numbers, later, 0, 0, rows)
    for i in range(count):
        whole = whole and (rows[i, 1] >= 0 or traits[entries[i], WHITE] != 0)
        item = items[i]
        item.entry, item.owner = entries[i], i
        item.bank, item.row, item.writer = rows[i, 0], rows[i, 1], -1
        item.em_px, item.level = 1.0, 1 << 32
    if not whole or lookup_glyphs(columns, 0, MAX_GLYPH_PX, items) != -1:
        return start, end, -1, items
    number_repeats(items)
    return start, end, number, items


class QuickChoice:
    """What `choose_line` is called with, for lines of one bank; made whole, and then only read.

    Args:
        banks: one bank.
        lines: where text comes from.
        eligible: the writers that lines may be by.
        table: the characters.
        unlike: whether what comes back is another glyph than before, where there is another.

    A line with an entry of several code points is made in another way.
    """

    def __init__(
        self, banks: BankSet, lines: Lines, eligible: Bits, table: Any, *, unlike: bool = False
    ) -> None:
        self._banks, self._unlike = banks, unlike
        self._codes = lines.tables.codes
        self._cut = banks.cutter if banks.cutter.first else None
        self._writers = banks.writers
        self._given: tuple[Any, ...] = (
            tuple(lines.tables),
            table.entry_of,
            table.traits,
            banks.cover,
            banks.own,
            eligible,
            banks.reserve,
            banks.local[0],
            tuple(banks.index[0]),
            tuple(banks.columns[0]),
        )

    def __call__(self, seed: int, index: int) -> TextAssignment | None:
        """A line; None where it has to be made in another way."""
        keys = stage_keys(seed, ("text", "writer"))
        start, end, writer, items = choose_line(keys, index, *self._given)
        if writer < 0:
            return None
        if self._unlike:
            self._banks.take_others(items, MAX_GLYPH_PX)
        text = decoded(self._codes[start:end])
        if self._cut is not None and not isinstance(self._cut(text), str):
            return None
        return TextAssignment(text, self._writers[writer], items, {})
