"""Kernels that read a bank's columns, against their oracles."""

from __future__ import annotations

import numpy as np
import pytest

from penline.bank import bits
from penline.bank.bank_set import BankSet
from penline.bank.items import GlyphColumns, blank_items, lookup_glyphs
from penline.bank.layout import BATCH_ROWS
from penline.bank.line_cover import cover_lines
from penline.bank.read import InkView, locate
from penline.bank.writable import _writable
from penline.compose.items_of import number_repeats
from penline.errors import BankError
from penline.sample import sample_bank
from reference import bank as slow_bank


def some_bits(chance: np.random.Generator, *shape: int) -> np.ndarray:
    """Many, or few, or none."""
    words = chance.integers(0, 1 << 64, (3, *shape), np.uint64)
    few = words[0] & words[1] & words[2] * np.uint64(chance.integers(2))
    return np.where(chance.random(shape) < 0.5, words[0] | words[1], few)


def test_writers_as_bits(chance: np.random.Generator) -> None:
    cover, eligible = some_bits(chance, 9, 3), some_bits(chance, 3)
    count = slow_bank.count_writers(eligible)
    assert bits.count_writers(eligible) == count
    for number in (0, 1, count // 2, count - 1, count, count + 5):
        if number >= 0:
            found = bits.nth_writer(eligible, number)
            assert found == slow_bank.nth_writer(eligible, number)
    for length in (0, 1, 2, 5):
        rows, left = chance.integers(0, 9, length), eligible.copy()
        wanted = slow_bank.intersect(cover, rows.tolist(), eligible)
        assert bits.intersect(cover, rows, left) == len(wanted)
        assert set(slow_bank.writers_of(left)) == wanted
        for reserve in (some_bits(chance, 3), eligible | some_bits(chance, 3), np.zeros_like(left)):
            drawn = eligible.copy()
            wanted = slow_bank.leave_reserve(eligible, reserve)
            assert bits.leave_reserve(drawn, reserve) == len(wanted)
            assert set(slow_bank.writers_of(drawn)) == wanted
        characters, writer = chance.integers(-1, 9, length), int(chance.integers(0, 192))
        assert bits.has_all(cover, characters, writer) == slow_bank.has_all(
            cover, characters.tolist(), writer
        )
    codes = chance.integers(100, 109, 60).astype(np.uint32)
    ends = np.sort(chance.integers(0, 61, 12))
    starts, out = np.concatenate([[0], ends[:-1]]), np.zeros(12, np.bool_)
    row_of = np.full(120, -1, np.int64)
    row_of[100:109] = chance.permutation(9)
    _writable(codes, starts, ends, row_of, cover, eligible, out)
    able = {code: set(slow_bank.writers_of(cover[row_of[code]])) for code in range(100, 109)}
    lines = [codes[a:b].tolist() for a, b in zip(starts, ends, strict=True)]
    among = set(slow_bank.writers_of(eligible))
    assert out.tolist() == slow_bank.writable(lines, able, among)


def test_what_of_lines_can_be_written(chance: np.random.Generator) -> None:
    codes = np.append(np.arange(100, 111), 32)
    row_of = np.full(120, -1, np.int64)
    row_of[codes] = chance.permutation(len(codes))
    rows, among = some_bits(chance, len(codes), 3), some_bits(chance, 3)
    among[chance.integers(3)] |= np.uint64(1 << 7)
    rows[row_of[32]] = ~np.uint64(0)
    guests = np.zeros(len(codes), np.bool_)
    guests[row_of[[108, 109]]] = chance.integers(2)
    text = codes[np.minimum(chance.geometric(0.25, 400) - 1, 11)].astype(np.uint32)
    cuts = np.unique(chance.integers(0, 401, 90))
    spans, limits = np.stack([cuts[:-1], cuts[1:]], 1), chance.integers(1, 5, 2)
    states, by_writer = np.full(len(spans), 9, np.uint8), np.zeros(192, np.int64)
    costs = np.zeros((len(codes), 2), np.int64)
    cover_lines(text, spans, row_of, rows, among, guests, limits, states, by_writer, costs)
    able = {code: set(slow_bank.writers_of(rows[row_of[code]])) for code in codes.tolist()}
    lines = [text[start:end].tolist() for start, end in spans.tolist()]
    strange = {code for code in codes.tolist() if guests[row_of[code]]}
    wanted = slow_bank.cover_lines(
        lines, able, set(slow_bank.writers_of(among)), strange, tuple(limits.tolist())
    )
    assert states.tolist() == wanted[0]
    assert {n: count for n, count in enumerate(by_writer.tolist()) if count} == {
        n: count for n, count in wanted[1].items() if count
    }
    assert {code: costs[row_of[code]].tolist() for code in able} == wanted[2]


def test_who_has_what(chance: np.random.Generator) -> None:
    writer, character = chance.integers(0, 70, (2, 300)).astype(np.uint32)
    part = chance.integers(0, 3, 300).astype(np.uint8)
    allowed, numbers = chance.random(3) < 0.6, chance.permutation(140)[:70]
    own = chance.permutation(90)[:70]
    for wrong in (None, writer, character, part):
        if wrong is not None:
            wrong[chance.integers(300)] = 70 if wrong is not part else 3
        made = np.zeros((90, 3), np.uint64)
        bad = bits.set_cover(writer, character, part, allowed, own, numbers, made)
        given = allowed.tolist(), own.tolist(), numbers.tolist()
        wanted, held = slow_bank.set_cover(writer, character, part, *given)
        assert bad == wanted and (bad >= 0) == (wrong is not None)
        found = {(c, w) for c in range(90) for w in slow_bank.writers_of(made[c])}
        assert found == held


def test_glyphs_of_a_writer(chance: np.random.Generator) -> None:
    """In up to three banks that have the writer, whose characters have other numbers in each."""
    count, classes, n = 80, 8, 40
    characters = chance.integers(-1, classes, n)
    words, best = chance.integers(0, 1 << 64, n, np.uint64), np.full((n, 2), -1, np.int64)
    allowed = np.array([True, bool(chance.integers(2)), False, False])
    banks = []
    for number in range(3):
        wanted = np.where(chance.random(classes) < 0.7, chance.permutation(classes), bits.NOBODY)
        writer, character = chance.integers(0, [[3], [classes]], (2, count))
        part = chance.integers(0, 4, count).astype(np.uint8)
        order = np.lexsort((character, writer)).astype(np.uint32)
        starts, own = np.searchsorted(np.sort(writer), range(4)), int(chance.integers(3))
        index = bits.WriterIndex(order, starts, character.astype(np.uint32), part, allowed, wanted)
        assert bits.select_glyphs(index, own, characters, words, number, number, best)
        banks.append({
            one: [row for row in range(count) if writer[row] == own
                  and character[row] == wanted[one] and allowed[part[row]]]
            for one in range(classes)
        })  # fmt: skip
        chosen = slow_bank.select_glyphs(banks, characters.tolist(), words.tolist())
        assert list(map(tuple, best.tolist())) == chosen
    wrong = index._replace(order=order + np.uint32(count))
    asked = np.arange(classes)
    assert not bits.select_glyphs(wrong, own, asked, words, 0, 0, best)


def test_what_comes_again_is_another_glyph(chance: np.random.Generator) -> None:
    for _ in range(40):
        count, classes = 40, 4
        writer, character = chance.integers(0, [[2], [classes]], (2, count))
        part = chance.integers(0, 2, count).astype(np.uint8)
        allowed = np.array([True, bool(chance.integers(2))])
        order = np.lexsort((character, writer)).astype(np.uint32)
        starts = np.searchsorted(np.sort(writer), range(3))
        index = bits.WriterIndex(order, starts, character.astype(np.uint32), part, allowed, None)
        rows = {
            (w, c): [row for row in range(count)
                     if writer[row] == w and character[row] == c and allowed[part[row]]]
            for w in range(2) for c in range(classes)
        }  # fmt: skip
        for (w, c), own in rows.items():
            for row in (-1, *own):
                assert bits.next_glyph(index, w, c, row) == slow_bank.next_glyph(own, row)
        # some by chance, and of some the first that there is, so that many come again
        held, items = np.flatnonzero(allowed[part]), blank_items(20)
        items["entry"] = chance.integers(0, classes, 20)
        firsts = [held[character[held] == entry][:1] for entry in items["entry"]]
        for at in np.flatnonzero(chance.random(20) < 0.9):
            own = firsts[at] if chance.random() < 0.7 else ()
            items["row"][at] = own[0] if len(own) else chance.choice(held)
            items["bank"][at], items["writer"][at] = chance.random() < 0.2, writer[items["row"][at]]
        number_repeats(items)
        chosen = list(map(tuple, items[["bank", "row"]].tolist()))
        among = [rows[writer[r], character[r]] if b == 0 else [r] for b, r in chosen]
        wanted = slow_bank.take_others(items["entry"].tolist(), chosen, among)
        changed = bits.take_others(tuple(index), 0, items)
        assert list(map(tuple, items[["bank", "row"]].tolist())) == wanted
        assert changed == sum(a != b for a, b in zip(chosen, wanted, strict=True))


@pytest.fixture(scope="module")
def columns() -> GlyphColumns:
    """A bank of two batches, in numbers alone."""
    chance = np.random.default_rng(8)
    count = BATCH_ROWS + 40
    sides = chance.integers(1, 5, (2, count)).astype(np.uint16)
    words, at = [np.arange(7)], []
    for first, last in ((0, BATCH_ROWS), (BATCH_ROWS, count)):
        at.append(sum(map(len, words)))
        sizes = sides[:, first:last].astype(np.int64).prod(0)
        words += [np.cumsum([3, *sizes]), np.arange(5)]
    return GlyphColumns(
        np.concatenate(words), np.array(at), np.array([900, 10**7]),
        np.array([words[1][-1], words[3][-1]]), *sides, chance.integers(0, 999, count),
        chance.integers(0, 256, count).astype(np.uint8), chance.integers(0, 5, count),
        chance.uniform(20, 90, 5), np.array([-1, 200, 77, -1, 31]),
    )  # fmt: skip


def damaged(columns: GlyphColumns, chance: np.random.Generator, row: int) -> GlyphColumns:
    """The same with one number wrong, of the row or of its batch."""
    name = str(chance.choice(["words", "ink_bytes", "height_px", "width_px", "writer"]))
    batch, place = divmod(row, BATCH_ROWS)
    other = getattr(columns, name).copy()
    if name == "words":
        other[columns.offsets_at[batch] + place + chance.integers(2)] += chance.choice([-1, 1, -99])
    elif name == "ink_bytes":
        other[batch] -= 1
    else:
        other[row] = chance.choice([0, 4097, 5]) if name != "writer" else 5
    return columns._replace(**{name: other})


def test_what_a_bank_says_of_rows(columns: GlyphColumns, chance: np.random.Generator) -> None:
    places = [0, 1, 65_534, 65_535, 65_536, 65_537, 65_575, *chance.integers(0, 65_576, 20)]
    bad, total = 0, 0
    for number in range(12):
        items = blank_items(15)
        items["bank"], items["row"] = chance.integers(0, 2, 15), chance.choice(places, 15)
        given = columns
        if number % 3 == 1:
            given = damaged(columns, chance, int(items["row"][chance.integers(15)]))
        elif number % 3:
            items["row"][chance.integers(15)] = chance.choice([-2, 65_576, 1 << 40])
        view = InkView(np.zeros(0, np.uint8), *given[:6])
        starts = np.zeros(15, np.int64)
        place, wanted = slow_bank.locate(view, items["row"].tolist())
        assert locate(view, items["row"], starts) == place
        assert starts.tolist()[: len(wanted)] == wanted
        bad, total = bad + (place >= 0), total + 1
        most = int(chance.choice([3, 4, 4096]))
        row, told = slow_bank.lookup_glyphs(given, 1, most, items)
        assert lookup_glyphs(given, 1, most, items) == row
        assert np.array_equal(items, told)
    assert 4 <= bad < total


def test_where_rows_come_from(chance: np.random.Generator) -> None:
    names = ("writer", "source", "record", "offset")
    bank = dict(zip(names, chance.integers(0, 50, (4, 60)), strict=True))
    items = blank_items(20)
    items["row"], items["owner"] = chance.integers(0, 60, 20), chance.permutation(20)
    for wrong in (None, "writer", "source", "row"):
        if wrong == "row":
            items["row"][chance.integers(20)] = chance.choice([60, -2])
        elif wrong:
            bank[wrong][items["row"][chance.integers(20)]] = 50
        whose, numbers = np.zeros((2, 20), np.int64), np.zeros((20, 3), np.int64)
        made = bits.lookup_provenance(*bank.values(), items, 50, 50, whose, numbers)
        row, told = slow_bank.lookup_provenance(bank, items, 50, 50)
        assert made == row and (row == -1) == (wrong is None)
        assert np.column_stack([whose.T, numbers])[: len(told)].tolist() == list(map(list, told))


def test_a_row_below_the_first_is_told() -> None:
    """-1 stands for "all is well" alone."""
    bank = BankSet([sample_bank()])
    items = blank_items(2)
    items["bank"] = 0
    assert lookup_glyphs(bank.columns[0], 0, 4096, items) == 0
    with pytest.raises(BankError):
        bank.origins(0, items)
