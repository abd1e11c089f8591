"""Kernels of `bank` that measure ink or tell what comes again, against their oracles."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from penline.bank import measured, once, repeats
from penline.bank.style import lean_sums, sampled
from reference import measured as slow_measured
from reference import once as slow_once
from reference import repeats as slow_repeats
from reference import style as slow_style


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
