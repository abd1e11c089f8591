"""Kernels of `bank` against their oracles."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from penline.bank import bits, measured, once, repeats
from penline.bank.able import _writable
from penline.bank.items import GlyphColumns, blank_items, lookup_glyphs
from penline.bank.layout import BATCH_ROWS
from penline.bank.read import InkView, locate
from penline.bank.style import lean_sums, sampled
from reference import bank as slow_bank
from reference import measured as slow_measured
from reference import once as slow_once
from reference import repeats as slow_repeats
from reference import style as slow_style


@pytest.fixture(params=range(20))
def chance(request: pytest.FixtureRequest) -> np.random.Generator:
    return np.random.default_rng(request.param)


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


def glyphs_of(chance: np.random.Generator, count: int, most: int) -> list[np.ndarray]:
    """Blank, sparse and full ones."""
    out = []
    for _ in range(count):
        shape = tuple(chance.integers(1, most, 2).tolist())
        share = chance.choice([0.0, 0.1, 0.4, 1.0])
        ink = chance.integers(0, 256, shape) * (chance.random(shape) < share)
        out.append(ink.astype(np.uint8))
    return out


def packed(glyphs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts = np.cumsum([0, *(one.size for one in glyphs)])
    widths = np.array([one.shape[1] for one in glyphs])
    return np.concatenate([one.ravel() for one in glyphs]), starts, widths


def test_ink_of_pictures(chance: np.random.Generator) -> None:
    glyphs = glyphs_of(chance, 30, 9)
    papers = chance.choice([0, 255], 30).astype(np.uint8)
    trims = chance.random(30) < 0.7
    pictures = [np.where(p, p - g, g) for g, p in zip(glyphs, papers, strict=True)]
    raw, starts, _ = packed(pictures)
    raw = np.concatenate([[99] * 3, raw]).astype(np.uint8)
    sizes, kept = np.array([one.shape for one in pictures]), np.zeros((30, 2), np.int64)
    ink = np.zeros(raw.size, np.uint8)
    used = measured.take_ink(raw, starts[:-1] + 3, sizes, papers, trims, ink, kept)
    wanted = slow_measured.take_ink(pictures, papers.tolist(), trims.tolist())
    assert kept.tolist() == [list(one.shape) for one in wanted]
    assert np.array_equal(ink[:used], np.concatenate([one.ravel() for one in wanted]))


def test_measures_of_ink(chance: np.random.Generator) -> None:
    glyphs = [*glyphs_of(chance, 30, 12), *glyphs_of(chance, 3, 300)]
    ink, starts, widths = packed(glyphs)
    levels = measured.glyph_levels(ink, starts)
    assert levels.tolist() == slow_measured.glyph_levels(glyphs)
    made = measured.stroke_sizes(ink, starts, widths, levels)
    lengths, pens = slow_measured.stroke_sizes(glyphs, levels.tolist())
    assert made[0].tolist() == lengths and made[1].tolist() == pens
    writers, seen = chance.integers(0, 3, 400), Counter({0: int(chance.integers(0, 40))})
    before, chosen = np.array([seen[0], 0, 0]), np.zeros(400, np.bool_)
    sampled(writers, before, chosen)
    assert chosen.tolist() == slow_style.sampled(writers.tolist(), seen)
    assert before.tolist() == [seen[writer] for writer in range(3)]
    sums, own = np.zeros((3, 2), np.int64), (writers[:33], chosen[-33:])
    lean_sums(ink, starts, widths, *own, sums)
    assert np.array_equal(sums, slow_style.lean_sums(glyphs, *map(list, own), 3))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 129, 128 * 255, 128 * 256 + 3, 99_999])
def test_places_that_differ(size: int) -> None:
    lanes = np.full(128, 9, np.uint8)
    for share in (0, 0.3, 1):
        one = np.zeros(size, np.uint8)
        other = (np.random.default_rng(1).random(size) < share).astype(np.uint8)
        assert measured._differing(one, other, lanes) == slow_measured.differing(one, other)


def test_a_row_of_more_than_a_run_leans() -> None:
    wide = [np.random.default_rng(3).integers(0, 256, (4, 2500), np.uint8)]
    sums = np.zeros((1, 2), np.int64)
    lean_sums(*packed(wide), np.array([0]), np.array([True]), sums)
    assert np.array_equal(sums, slow_style.lean_sums(wide, [0], [True], 1))


def test_keys_are_equal_where_all_is(chance: np.random.Generator) -> None:
    glyphs = [one.clip(0, 1) for one in [*glyphs_of(chance, 200, 4), *glyphs_of(chance, 5, 20)]]
    glyphs += [one.copy() for one in glyphs[-9:]]
    glyphs += [one.reshape(one.shape[::-1]) for one in glyphs[-9:]]
    owners = chance.integers(0, 2, (len(glyphs), 2))
    keys = repeats.glyph_keys(*packed(glyphs), owners).tolist()
    wanted = slow_repeats.glyph_keys(glyphs, owners.tolist())
    assert 0 not in keys
    assert len(set(keys)) == len(set(wanted)) == len(set(zip(keys, wanted, strict=True)))
    assert len(set(keys)) < len(keys) - 20


def test_tables_of_keys(chance: np.random.Generator) -> None:
    """Of few slots, so that keys lie beside their places and round the table's end."""
    keys = chance.choice(np.arange(1, 200), 12, replace=False).astype(np.uint64)
    slots, larger, here = np.zeros(16, np.uint64), *np.zeros((2, 32), np.uint64)
    for key in keys:
        at = repeats._find(slots, key)
        assert at == slow_repeats.find(slots, int(key))
        slots[at] = key
    for key in chance.integers(1, 200, 20).astype(np.uint64):
        assert repeats._find(slots, key) == slow_repeats.find(slots, int(key))
    repeats._move(slots, larger)
    assert set(larger.tolist()) - {0} == slow_repeats.move(slots)
    assert all(larger[slow_repeats.find(larger, int(key))] == key for key in keys)
    held = np.stack([keys, [repeats._find(slots, key) for key in keys]], 1)[3:].astype(np.uint64)
    wanted = slow_repeats.move_here(slots, held)
    repeats._move_here(slots, here, held)
    assert here[held[:, 1]].tolist() == wanted == held[:, 0].tolist()
    assert all(slow_repeats.find(here, key) == at for key, at in held.tolist())


def test_what_comes_a_second_time(chance: np.random.Generator) -> None:
    others, here = np.zeros((2, 1 << 12), np.uint64)
    held, count, file, met = np.zeros((1000, 2), np.uint64), 0, -1, slow_repeats.Met()
    known = chance.integers(1, 1 << 64, 60, np.uint64)
    files = np.sort(chance.integers(0, 9, 600))
    for part in np.split(np.arange(600), np.sort(chance.integers(0, 600, 3))):
        keys, places = chance.choice(known, len(part)), chance.integers(0, 4, (len(part), 2))
        fresh = np.zeros(len(part), np.bool_)
        given = keys, places, files[part], fresh
        count, file = repeats._take_in(others, here, held, count, file, *given)
        wanted = slow_repeats.take_in(met, keys.tolist(), places.tolist(), files[part].tolist())
        assert fresh.tolist() == wanted
        assert (count, file) == (len(met.here), met.file)


@pytest.mark.parametrize("most", [400, 7])
def test_glyphs_that_a_bank_before_holds(most: int, chance: np.random.Generator) -> None:
    """Of few looks and places, in three banks that number characters and files differently."""
    slots, known, count = np.zeros((256, 4), np.uint64), {}, 40
    allowed, seen = np.array([True, True, False]), Counter()
    for bank in range(3):
        own, files = chance.permutation(3), chance.permutation(2)
        looks = chance.integers(0, [[3], [2], [1], [1], [1], [2]], (6, count))
        places = chance.integers(0, [[2], [2], [2]], (3, count))
        parts = chance.integers(0, 3, count).astype(np.uint8)
        rows, alike = (
            chance.permutation(count)[:30].astype(np.uint32),
            np.zeros((most, 4), np.int64),
        )
        given = [
            (own[c], *rest, files[source], record, offset)
            for c, *rest, source, record, offset in [*zip(*looks, *places, strict=True)]
        ]
        again, pairs = slow_once.known_before(
            bank, rows.tolist(), [one[:6] for one in given], [one[6:] for one in given],
            parts.tolist(), allowed.tolist(), known,
        )  # fmt: skip
        wanted = [once._REPEATED if row in again else part for row, part in enumerate(parts)]
        found = once._known_before(
            bank, rows, tuple(looks), tuple(places), own, files, parts, allowed, slots, alike
        )
        assert parts.tolist() == wanted
        assert list(map(tuple, alike[:found].tolist())) == pairs[:most]
        seen.update(again=len(again), pairs=len(pairs))
    assert seen["again"] and seen["pairs"] > 7
    for column, wrong in ((places[0], 2), (looks[0], 3), (parts, 4), (rows, count)):
        before = column[0 if column is rows else rows[0]]
        column[0 if column is rows else rows[0]] = wrong
        bad = tuple(looks), tuple(places), own, files, parts, allowed, slots, alike
        assert once._known_before(4, rows, *bad) == -1
        column[0 if column is rows else rows[0]] = before
