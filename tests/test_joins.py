"""Joins: the stroke between two letters, who joins, and which letters."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from conftest import build
from fakes_items import items_for
from penline import Composer
from penline.bank import Bank
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.compose.transform.join import (
    NO_PICTURES,
    choose_joins,
    first_joined,
    join_line,
    measure_letters,
    pack_strokes,
)
from penline.compose.transform.join_table import ALWAYS, habit, join_table
from penline.corpus import load
from penline.errors import RecipeError
from penline.measure.joins import LETTERS, join_figures, odds_of
from penline.measure.latin import latin_figures
from penline.recipe import load_recipe
from penline.render.joins import PIECES, add_joins, can_join
from penline.render.letter_ends import (
    ANYWHERE,
    ARCHED,
    BARRED,
    DOTTED,
    END,
    LEFT_HIGH,
    find_ends,
    path_lengths,
)
from reference import joins as slow
from test_oracles_compose import words_of

UNIT = 5000.0


class Made(NamedTuple):
    nodes: np.ndarray
    ends: np.ndarray
    owners: np.ndarray
    late: np.ndarray
    joined: np.ndarray
    cuts: np.ndarray


def scrawl(chance: np.random.Generator, left: float, count: int) -> list[np.ndarray]:
    """Strokes of a letter that wander to and fro."""
    strokes = []
    for _ in range(count):
        steps = chance.integers(-1500, 1500, (int(chance.integers(1, 12)), 2))
        start = [left + chance.integers(0, 5000), chance.integers(-6000, 3000)]
        points = np.cumsum(np.concatenate([[start], steps]), axis=0)
        pens = chance.integers([100, 60], [700, 255], (len(points), 2))
        strokes.append(np.concatenate([points, pens], axis=1).astype(float))
    return strokes


def packed(letters: list[slow.Letter]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes, starts and records of ends, as the kernels take them."""
    rows, starts = [], [0]
    for letter in letters:
        for stroke in letter.strokes:
            begun = np.ones((len(stroke), 1))
            begun[0] = 0
            rows.append(np.concatenate([stroke, begun], axis=1))
        starts.append(sum(map(len, rows)))
    ends = np.zeros(len(letters), END)
    ends["unit"], ends["line"] = [one.unit for one in letters], [one.line for one in letters]
    return np.concatenate(rows).astype(np.int64), np.array(starts), ends


def test_letters_are_joined_as_defined(chance: np.random.Generator) -> None:
    kinds = [0, LEFT_HIGH, DOTTED, BARRED, ARCHED, LEFT_HIGH | ARCHED, ANYWHERE]
    met = 0
    for _ in range(60):
        letters = [
            slow.Letter(
                scrawl(chance, 6000 * at, int(chance.integers(1, 4))),
                int(chance.choice(kinds)),
                UNIT + chance.integers(-500, 500),
                float(chance.integers(-800, 800)),
            )
            for at in range(5)
        ]
        nodes, starts, ends = packed(letters)
        reached = np.concatenate([slow.lengths(one) for own in letters for one in own.strokes])
        np.testing.assert_allclose(path_lengths(nodes), reached)
        find_ends(nodes, path_lengths(nodes), starts, np.array([one.kind for one in letters]), ends)
        for end, letter in zip(ends, letters, strict=True):
            leaves, enters = slow.exit_of(letter), slow.entry_of(letter)
            assert (end["exit_at"] >= 0) == (leaves is not None)
            assert (end["entry_at"] >= 0) == (enters is not None)
        joined = [slow.reachable(*pair) for pair in itertools.pairwise(letters)]
        assert [bool(can_join(ends[at], ends[at + 1])) for at in range(4)] == joined
        joined.append(False)
        wanted = slow.join_letters(letters, joined)
        made = Made(*add_joins(nodes, path_lengths(nodes), starts, ends, np.array(joined)))
        met += sum(joined)
        strokes = [(at, stroke) for at, own in enumerate(wanted) for stroke in own]
        assert made.owners.tolist() == [at for at, _ in strokes]
        assert made.ends.tolist() == np.cumsum([len(stroke) for _, stroke in strokes]).tolist()
        np.testing.assert_allclose(
            made.nodes, np.concatenate([one for _, one in strokes]), atol=0.51
        )
        assert made.joined.sum() == sum(joined) == (made.cuts[:, 2:] != 0).any(1).sum() / 2
        late = [
            slow.late(letter, stroke) and not (leaves and slow.exit_of(letter).stroke == number)
            for letter, leaves in zip(letters, joined, strict=True)
            for number, stroke in enumerate(letter.strokes)
        ]
        assert made.late[(made.cuts[:, 2:] == 0).all(1)].tolist() == late
    assert met > 60


def chosen(
    text: str,
    letters: tuple[np.ndarray, np.ndarray],
    odds: float,
    words: np.ndarray,
    chinese: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Which letters of a line are joined, and where they end and begin."""
    items, table = items_for(text, np.full((len(text), 2), 30))
    (nodes, starts), traits = letters, join_table(table, chinese > 0)
    kinds, figures = traits.kinds[items["entry"]], traits.figures[items["entry"]]
    ends = np.zeros(len(items), END)
    measure_letters(nodes, starts, kinds, figures, 50.0, ends)
    find_ends(nodes, path_lengths(nodes), starts, kinds, ends)
    return choose_joins(items, kinds, figures, ends, words, odds, round(chinese * 65536)), ends


def letters_of(text: str, gap: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of letters that are drawn as a bow from the left to the right, high as they should be,
    and where each letter's begin."""
    figures, nodes, left = latin_figures(), [], 0.0
    for one in text:
        high, below = figures[one].height, figures[one].below
        bow = [(0, below - high), (0.1, below), (0.5, below)]
        for number, (x, y) in enumerate(bow):
            nodes.append((round((left + x) * UNIT), round(y * UNIT), 300, 200, int(number > 0)))
        left += 0.5 + gap
    return np.array(nodes), np.arange(len(text) + 1) * len(bow)


def test_a_join_is_shared_by_both_letters() -> None:
    nodes, starts = letters_of("nu")
    joined, ends = chosen("nu", (nodes, starts), ALWAYS, np.zeros(2, np.uint64))
    assert joined.tolist() == [True, False]
    made = Made(*add_joins(nodes, path_lengths(nodes), starts, ends, joined))
    assert made.owners.tolist() == [0, 0, 1, 1]
    assert made.joined.tolist() == [False, False, True, False]
    left, middle, right, again = np.split(made.nodes, made.ends[:-1])
    np.testing.assert_array_equal(middle, again)  # drawn for both, cut where they meet
    assert left[-1].tolist() == middle[0].tolist() and middle[2].tolist() == right[0].tolist()
    assert right[PIECES // 2 - 1, :2].tolist() == nodes[starts[1], :2].tolist()
    assert made.cuts[1].tolist() == [*middle[1, :2], *(middle[2] - middle[0])[:2]]
    assert made.cuts[3].tolist() == [*middle[1, :2], *(middle[0] - middle[2])[:2]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("no u", [1, 0, 0, 0]), ("Nu2n", [0, 0, 0, 0]), ("n永u", [0, 0, 0]), ("nuns", [1, 1, 1, 0])],
)
def test_small_letters_of_a_word_are_joined(text: str, wanted: list[int]) -> None:
    words = np.full(len(text), (1 << 64) - 1, np.uint64)
    found, _ = chosen(text, letters_of("n" * len(text)), ALWAYS, words)
    assert found.tolist() == wanted


def test_pairs_are_chosen_as_defined(chance: np.random.Generator) -> None:
    figures = join_figures()
    for odds in (0.01, 0.5, 3.0, 200.0):
        text = "".join(chance.choice(list(LETTERS), 12))
        nodes, starts = letters_of(text, 0.4)
        far = int(chance.integers(2, 10))
        nodes[starts[far] :, 0] += round(3 * UNIT)  # out of reach of the one before
        words = words_of(chance, 12)
        joined, ends = chosen(text, (nodes, starts), odds, words)
        pairs = [
            (
                figures.leaving[LETTERS.index(text[at])]
                * figures.entering[LETTERS.index(text[at + 1])],
                bool(can_join(ends[at], ends[at + 1])),
            )
            for at in range(11)
        ]
        assert not pairs[far - 1][1]
        assert joined[:11].tolist() == slow.choose(pairs, odds, words.tolist()[:11])


def on_edge(letter: slow.Letter, move: int) -> bool:
    """Whether rounding alone decides where a letter is entered: another where it is moved."""
    moved = letter._replace(strokes=[one - [move, 0, 0, 0] for one in letter.strokes])
    found = slow.entry_of(letter), slow.entry_of(moved)
    alongs = [-1.0 if one is None else one.along for one in found]
    return abs(alongs[0] - alongs[1]) > 1e-6


@pytest.mark.parametrize("word", ["minimum", "bovine", "if", "quilt"])
def test_a_line_is_joined_as_defined(word: str, chance: np.random.Generator) -> None:
    met = 0
    for _ in range(25):
        items, table = items_for(word, np.full((len(word), 2), 30))
        traits, own = join_table(table, chinese=False), []
        figures = join_figures()
        for at in range(len(word)):
            entry = int(items["entry"][at])
            strokes = scrawl(chance, 6000 * at, int(chance.integers(1, 4)))
            unit, line = slow.measure_letters(strokes, traits.figures[entry].tolist(), 50.0)
            own.append(slow.Letter(strokes, int(traits.kinds[entry]), unit, line))
        every = [stroke for letter in own for stroke in letter.strokes]
        owners = np.array([at for at, letter in enumerate(own) for _ in letter.strokes])
        points = np.concatenate(every).astype(np.int64)
        ends = np.cumsum([len(stroke) for stroke in every])
        given = points[:, :2], points[:, 2], points[:, 3], ends, owners, np.full(len(ends), 7)
        nodes, starts = pack_strokes(*given[:5], len(word))
        told = slow.pack_strokes(every, owners.tolist(), len(word))
        assert np.array_equal(nodes, told[0]) and np.array_equal(starts, told[1])
        kinds = traits.kinds[items["entry"]]
        assert first_joined(items, traits.kinds) == slow.first_joined(kinds, items["row"] >= 0) == 0
        effects = [
            figures.leaving[LETTERS.index(a)] * figures.entering[LETTERS.index(b)]
            for a, b in itertools.pairwise(word)
        ]
        words, odds = words_of(chance, len(word))[: len(word)], float(chance.choice([0.3, 9.0]))
        made = join_line(items, given, traits, (50.0, -1, odds, 0, 0.15), words, NO_PICTURES)
        wanted = slow.join_line(own, effects, odds, 0.15, words.tolist())
        assert (made is None) == (wanted is None)
        if made is None or wanted is None:
            continue
        moves, strokes = wanted
        if any(on_edge(letter, move) for letter, move in zip(own, moves, strict=True)):
            continue
        met += 1
        assert made[0].tolist() == moves
        assert made[5].tolist() == [at for at, each in enumerate(strokes) for _ in each]
        flat = np.concatenate([one for each in strokes for one in each])
        np.testing.assert_allclose(made[1], flat[:, :2], atol=0.51)
        np.testing.assert_allclose(made[2], flat[:, 2], atol=0.51)
        assert set(made[6].tolist()) <= {0, 7}
    assert met


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.8])
def test_a_rate_is_that_of_all_pairs(rate: float) -> None:
    figures, odds = join_figures(), odds_of(rate)
    wanted = slow.solve(rate, figures.leaving, figures.entering, figures.shares)
    assert odds == pytest.approx(wanted, rel=1e-5)
    own = odds * np.outer(figures.leaving, figures.entering)
    weights = np.outer(figures.shares[:, 0], figures.shares[:, 1])
    assert (weights * own / (1 + own)).sum() == pytest.approx(rate, abs=1e-6)


def test_a_hand_keeps_its_habit_and_hands_differ() -> None:
    habits = [habit(5, f"a:{number}") for number in range(2000)]
    assert habits == [habit(5, f"a:{number}") for number in range(2000)]
    real = join_figures().rates["all"]
    np.testing.assert_allclose(np.quantile(habits, [0.4, 0.6, 0.8]), real[[4, 6, 8]], atol=0.05)
    assert habit(6, "a:1") != habit(5, "a:1")


def test_chinese_characters_are_joined_where_it_is_asked() -> None:
    words = np.zeros(3, np.uint64)
    for share, wanted in ((0.0, [0, 0, 0]), (0.5, [1, 1, 0])):
        found, _ = chosen("永永永", letters_of("nnn"), 0.0, words, share)
        assert found.tolist() == wanted


WORDS = "learn for learn\nrun for real fun\nlearn on one farm\n"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    letters = "".join(sorted(set(WORDS) - set(" \n")))
    hands = {"casia:001": letters, "casia:002": letters, "casia:003": letters}
    return build(tmp_path_factory.mktemp("hands") / "b", hands, penned=hands)


def lines(bank: Bank, tmp_path: Path, **more: object) -> Composer:
    (tmp_path / "words.txt").write_text(WORDS, "utf-8")
    recipe = {"corpus": {"length_range": [8, 17]}, "papers": ["plain"], **more}
    return Composer(load_recipe(recipe), bank, load(tmp_path / "words.txt"), 3)


def test_joined_lines_are_what_their_labels_say(bank: Bank, tmp_path: Path) -> None:
    composer = lines(bank, tmp_path, joins="always", effects="default", marks={"strike": 0.3})
    joins = 0
    for index in range(20):
        masks = decompose(composer.plan, 3, index)
        assert not list(consistency_errors(masks))
        assert masks.laid.shapes.strokes is not None
        joins += int(masks.laid.shapes.strokes.joined.sum())
    assert joins > 100
    masks.sample.quads[0] += 9.0  # planted
    assert any("outside of its box" in fault for fault in consistency_errors(masks))


def test_joined_pages_are_what_their_labels_say(bank: Bank, tmp_path: Path) -> None:
    small = {"page": {"width_px": 500, "height_px": 300, "em_px_range": [24, 28]}}
    composer = lines(bank, tmp_path, joins="always", **small)
    masks = decompose_page(composer.plan, 3, 0)
    assert not list(page_consistency_errors(masks))


def test_joins_change_nothing_where_there_are_none(bank: Bank, tmp_path: Path) -> None:
    never, always = (lines(bank, tmp_path, joins=joins) for joins in ("never", "always"))
    one, other = lay_out(never.plan, 3, 4), lay_out(always.plan, 3, 4)
    assert one.shapes.strokes is not None and not one.shapes.strokes.joined.any()
    assert other.shapes.strokes is not None and other.shapes.strokes.joined.any()
    assert other.shapes.placed.width_px < one.shapes.placed.width_px  # joined letters stand closer
    moved = one.shapes.placed.places_q8[:, 0] - other.shapes.placed.places_q8[:, 0]
    assert moved[0] == 0 and (np.diff(moved) >= 0).all()
    gaps = np.flatnonzero(np.diff(moved))
    assert set(gaps + 1) <= set(other.shapes.strokes.owners[other.shapes.strokes.joined].tolist())


def test_a_hand_joins_in_all_lines_as_often(bank: Bank, tmp_path: Path) -> None:
    composer = lines(bank, tmp_path)
    found: dict[str, list[float]] = {}
    for index in range(60):
        laid = lay_out(composer.plan, 3, index)
        pairs = sum(len(word) - 1 for word in laid.line.text.split())
        assert laid.shapes.strokes is not None
        found.setdefault(laid.line.writer, []).append(laid.shapes.strokes.joined.sum() / pairs)
    for writer, rates in found.items():
        assert np.mean(rates) == pytest.approx(habit(3, writer), abs=0.15)


def test_strokes_are_written_word_by_word(bank: Bank, tmp_path: Path) -> None:
    strokes = lay_out(lines(bank, tmp_path, joins="always").plan, 3, 4).shapes.strokes
    assert strokes is not None
    late = strokes._replace(late=np.arange(len(strokes.ends)) == 0)
    first, again = strokes.written, late.written
    assert not strokes.cuts_q8[first].any() and sorted(first) == first.tolist()
    word = first[(strokes.owners[first] <= 4)]  # "learn", if all of it is joined
    assert again[0] == 1 and 0 in again and sorted(again) == sorted(first)
    assert len(word) > 4


def test_a_moved_line_keeps_its_cuts(bank: Bank, tmp_path: Path) -> None:
    strokes = lay_out(lines(bank, tmp_path, joins="always").plan, 3, 4).shapes.strokes
    assert strokes is not None
    middles = strokes.cuts_q8.any(axis=1)
    assert 0 < middles.sum() < len(middles)
    moved = strokes.moved(3, -2)
    assert (moved.cuts_q8.any(axis=1) == middles).all()
    assert (moved.cuts_q8 - strokes.cuts_q8)[middles].tolist() == [[768, -512, 0, 0]] * sum(middles)


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        ({"joins": 0.5, "writers": "mixed"}, "by writers: mixed"),
        ({"joins_chinese": 0.5}, "on text without Chinese characters"),
        ({"joins": 1.5}, "a share from 0 to 1"),
    ],
)
def test_joins_without_effect_are_refused(
    bank: Bank, tmp_path: Path, recipe: dict[str, object], why: str
) -> None:
    with pytest.raises(RecipeError, match=why):
        lines(bank, tmp_path, **recipe)[0]


def test_recipes_of_version_1_join_nothing() -> None:
    assert load_recipe({"version": 1}).joins == "never" != load_recipe({}).joins
