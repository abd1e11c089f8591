"""Latin in its places: what is measured of hands, how a line is set, and what comes of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from fakes_items import items_for
from penline.bank import BankWriter, open_bank
from penline.bank.bank_set import BankSet
from penline.characters import kind_of
from penline.compose import Composer
from penline.compose.character_table import LEAST_WIDTH, MODEL_CLASS, character_table
from penline.compose.place.latin import (
    FITS,
    LatinPlaces,
    latin_places,
    place_latin,
    with_figures,
)
from penline.compose.place.model import place_by_model
from penline.compose.place.model_runs import set_latin
from penline.compose.place.rules import CLASS_OF_KIND, SPACING_OF_KIND, place_by_rules
from penline.corpus import load
from penline.errors import RecipeError
from penline.measure.latin import X_HEIGHT_EM, latin_figures
from penline.measure.model import load_placement_model
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER
from penline.measure.tables import CLASS_NUMBERS, model_tables
from penline.recipe.identity import recipe_hash
from penline.recipe.layout import LINE_PARAMS
from penline.recipe.load import load_recipe
from penline.recipe.schema import Recipe
from penline.records import Source
from reference import compose as slow_compose
from reference import latin as slow_latin
from reference import model as slow_model
from reference.randomness import bell
from test_oracles_compose import params_of, words_of

SIGNS = "永今。，“—gypqjfthdaceABT159.,;'\"-!( )\u3000"
NAMED = {c: (one.height, one.below, one.hangs, one.before, one.after, one.grows)
         for c, one in latin_figures().items()}  # fmt: skip


def texts(chance: np.random.Generator) -> str:
    return "".join(chance.choice(list(SIGNS), chance.integers(1, 30)))


def made_up(chance: np.random.Generator, table, text: str) -> tuple[LatinPlaces, list[float]]:
    """Hands and scales of chance, over the true figures, and the scales by place in the text."""
    figures = np.full((len(table.traits), 6), np.nan)
    for character in set(text) & set(NAMED):
        figures[table.entry_of[ord(character)]] = NAMED[character]
    scales = np.stack([chance.uniform(0.5, 2, len(figures)) for _ in range(2)])
    hands = np.stack([chance.uniform(0.2, 0.6, 4), chance.uniform(0.02, 0.1, 4)], 1)
    return LatinPlaces(figures, scales, hands, np.array([0, 2])), scales


def frozen(latin: LatinPlaces) -> LatinPlaces:
    for array in latin:
        array.setflags(write=False)
    return latin


def fits_of(text, items, latin, scales):
    """What the oracle says of a line."""
    inked = (items["row"] >= 0).tolist()
    own = [scales[max(b, 0), e] for b, e in zip(items["bank"], items["entry"], strict=True)]
    hands = [
        tuple(latin.hands[latin.hands_at[max(b, 0)] + max(w, 0)])
        for b, w in zip(items["bank"], items["writer"], strict=True)
    ]
    sizes = (items["height_px"] / items["em_px"]).tolist()
    return slow_latin.place_latin(text, inked, sizes, NAMED, own, hands)


def line_of(chance: np.random.Generator):
    text = texts(chance)
    white = np.array([c.isspace() for c in text])
    sizes = np.where(white[:, None], 0, chance.integers(2, 120, (len(text), 2)))
    items, table = items_for(text, sizes)
    items["em_px"] = chance.uniform(60, 110, len(text))
    inked = items["row"] >= 0
    items["bank"] = np.where(inked, chance.integers(0, 2, len(text)), -1)
    items["writer"] = np.where(inked, chance.integers(0, 2, len(text)), -1)
    latin, scales = made_up(chance, table, text)
    return text, items, table, frozen(latin), scales


def test_who_is_latin_and_how_it_stands(chance: np.random.Generator) -> None:
    for _ in range(30):
        text, items, table, latin, scales = line_of(chance)
        fits, marks = np.empty((len(text), FITS)), np.zeros(len(text), np.bool_)
        place_latin(items, table.traits, latin, fits, marks)
        wanted, signs = fits_of(text, items, latin, scales)
        assert marks.tolist() == signs
        rows = [(one[0], np.nan if one[1] is None else one[1], *one[2:]) for one in wanted]
        np.testing.assert_allclose(fits, rows, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cell", [0.0, 1.1])
def test_lines_by_rules(cell: float, chance: np.random.Generator) -> None:
    for _ in range(20):
        text, items, table, latin, scales = line_of(chance)
        params, words = params_of(chance, cell), words_of(chance, 6 * len(text))
        given = np.array([params[name] for name in LINE_PARAMS])
        made = place_by_rules(
            items, table.traits, tuple(latin), CLASS_OF_KIND, SPACING_OF_KIND, given, words, 64
        )
        sizes = np.stack([items["height_px"], items["width_px"]], 1)
        wanted = slow_compose.place_by_rules(
            text, sizes, items["em_px"], params, words.tolist(), 64,
            latin=fits_of(text, items, latin, scales),
        )  # fmt: skip
        for one, other in zip(made[:3], wanted[:3], strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1)
        np.testing.assert_allclose(made[3], wanted[3], rtol=0, atol=1e-6)


def test_lines_by_a_model(chance: np.random.Generator) -> None:
    classes = len(CLASS_NUMBERS)
    for _ in range(20):
        text, items, table, latin, scales = line_of(chance)
        items["length_px"] = chance.integers(9, 700, len(text))
        typical = [chance.uniform(0.2, 1, (rows, 2, classes)) for rows in (2, 2, 1)]
        model = model_tables(load_placement_model(None), 0.0)
        params = params_of(chance)
        words = words_of(chance, LINE_WORDS + WORDS_PER_CHARACTER * len(text))
        press = words_of(chance, len(text))
        made = place_by_model(
            items, tuple(table), tuple(latin), tuple(model),
            np.concatenate(typical), np.array([0, 2]),
            np.array([params[name] for name in LINE_PARAMS]), np.append(words, press), 64,
        )  # fmt: skip
        places, _, facts = slow_model.place_by_model(
            text, items, table.traits[items["entry"], MODEL_CLASS],
            table.lengths_em[items["entry"], LEAST_WIDTH], model, typical, params,
            words.tolist(), press.tolist(), 64, latin=fits_of(text, items, latin, scales),
        )  # fmt: skip
        np.testing.assert_allclose(made[0], places, rtol=0, atol=2)
        np.testing.assert_allclose(made[3][1:], facts[1:4], rtol=1e-9, atol=1e-9)


def hands_of(
    glyphs: Sequence[tuple[str, int, float]],
    pens: Sequence[float],
    figures: Mapping[str, tuple[float, ...]],
    usual: float,
) -> tuple[list[float], dict[str, float]]:
    """X-heights of writers and scales of characters.

    `glyphs`: character, writer and height in ems; only those of `figures` that are high enough.
    """
    tall = [one for one in glyphs if one[0] in figures and figures[one[0]][0] >= 0.3]

    def strokes(one: tuple[str, int, float]) -> float:
        return max(one[2] - pens[one[1]], 0.02)

    x_heights = []
    for writer in range(len(pens)):
        own = [one for one in tall if one[1] == writer]
        low = [one for one in own if kind_of(one[0]).name == "x-height"]
        found = [strokes(one) / figures[one[0]][0] for one in low or own]
        x_heights.append(statistics.median_low(found) if found else usual - pens[writer])
    ratios = {
        character: [
            (one[1], strokes(one) / figures[character][0] / x_heights[one[1]])
            for one in tall
            if one[0] == character
        ]
        for character in {one[0] for one in tall}
    }
    found = {}
    for character, own in ratios.items():
        ratio = statistics.median_low([value for _, value in own])
        kind = kind_of(character).name
        if kind in ("upper", "digit"):
            alike = [v for c in ratios if kind_of(c).name == kind for _, v in ratios[c]]
            hands = len({writer for writer, _ in own})
            ratio = (hands * ratio + 4 * statistics.median(alike)) / (hands + 4)
        found[character] = ratio
    off = statistics.median(abs(ratio - 1) for ratio in found.values())
    alone = statistics.median(abs(r * figures[c][5] - 1) for c, r in found.items())
    if alone <= 0.08 and alone < off:
        return x_heights, {character: figures[character][5] for character in found}
    scales = {c: min(max(ratio, 0.97), 1.03) / ratio for c, ratio in found.items()}
    return x_heights, {c: min(max(scale, 1 / 2.2), 2.2) for c, scale in scales.items()}


def test_runs_of_latin_in_lines_by_a_model(chance: np.random.Generator) -> None:
    for _ in range(30):
        text, items, table, latin, scales = line_of(chance)
        drawn = chance.integers(64, 4000, (len(text), 5))
        words = words_of(chance, LINE_WORDS + WORDS_PER_CHARACTER * len(text))
        made = drawn.copy()
        params = params_of(chance)
        given = np.array([params[name] for name in LINE_PARAMS])
        set_latin(items, table.traits, latin, words, given, 50.0, made)
        sizes = np.stack([items["height_px"], items["width_px"]], 1)
        slow_model.set_latin(
            *fits_of(text, items, latin, scales),
            sizes,
            items["em_px"],
            np.array([bell(word) for word in words.tolist()]),
            params,
            50.0,
            drawn,
        )
        np.testing.assert_allclose(made, drawn, rtol=0, atol=1)


def glyph(high: int, wide: int, pen: int = 4) -> np.ndarray:
    """A frame of strokes, `high` and `wide` between their middles."""
    ink = np.full((high + pen, wide + pen), 255, np.uint8)
    ink[pen:high, pen:wide] = 0
    return ink


def banked(path: Path, hands: Iterable[Iterable[tuple[str, int, int]]]) -> BankSet:
    """A bank with a hand for each row of characters with their heights and breadths."""
    with BankWriter(path) as bank:
        for number, hand in enumerate(hands):
            source = Source(f"{number}.gnt", f"own:{number}", "train", "")
            for record, (character, high, wide) in enumerate(hand):
                bank.add(glyph(high, wide), character, source, record=record)
    return BankSet([open_bank(path)])


@pytest.fixture(scope="module")
def hands(tmp_path_factory: pytest.TempPathFactory) -> BankSet:
    """Three hands of 40, 50 and 60 px of x-height; their long letters are all too short."""

    def high(character: str, x_height: int) -> int:
        if character in ".,":
            return 4 if character == "." else x_height // 3
        return x_height if kind_of(character).name == "x-height" else round(1.4 * x_height)

    return banked(
        tmp_path_factory.mktemp("hands") / "hands.bank",
        (
            [(one, high(one, x_height), x_height) for one in "acegdhpqyATx.,"]
            for x_height in (40, 50, 60)
        ),
    )


@pytest.fixture(scope="module")
def written_alone(tmp_path_factory: pytest.TempPathFactory) -> BankSet:
    """Three hands whose letters are as people write them alone; one has tails a quarter longer."""

    def high(character: str, longer: float) -> int:
        one = latin_figures()[character]
        return round(50 * one.height / one.grows * (longer if character in "gpqy" else 1))

    return banked(
        tmp_path_factory.mktemp("alone") / "alone.bank",
        ([(one, high(one, longer), 50) for one in "acegdhpqyATx1"] for longer in (1.0, 1.0, 1.25)),
    )


def test_letters_that_were_written_alone_grow_as_people_s_do(written_alone: BankSet) -> None:
    banks = written_alone.covering("acegdhpqyATx1")
    latin = latin_places(banks, character_table(list(banks.entries)))
    for character, entry in banks.entries.items():
        if character in "acegdhpqyATx1":
            assert latin.scales[0, entry] == latin_figures()[character].grows, character
    assert latin.scales[0, banks.entries["A"]] > 1.15


@pytest.mark.parametrize("source", ["hands", "written_alone"])
def test_hands_are_measured(source: str, request: pytest.FixtureRequest) -> None:
    banks = request.getfixturevalue(source).covering("acegdhpqyATx1.,永")
    table = character_table(list(banks.entries))
    latin = latin_places(banks, table)
    bank, ems = banks.banks[0], banks.columns[0].ems_px
    pens = [min(w.pen_px / w.em_px, X_HEIGHT_EM / 2) for w in bank.header.writers]
    glyphs = [
        (bank.characters[c], int(w), high / ems[w])
        for c, w, high in zip(
            bank.columns["character"], bank.columns["writer"], bank.columns["height_px"],
            strict=True,
        )
    ]  # fmt: skip
    x_heights, scales = hands_of(glyphs, pens, NAMED, X_HEIGHT_EM)
    np.testing.assert_allclose(latin.hands[:, 0], x_heights, atol=1e-4)
    np.testing.assert_allclose(latin.hands[:, 1], pens, atol=1e-4)
    for character, entry in banks.entries.items():
        assert latin.scales[0, entry] == pytest.approx(scales.get(character, 1.0), abs=1e-4)
    if source == "hands":  # 1.4 x-heights in the bank, 2.25 in lines
        assert latin.scales[0, banks.entries["g"]] > 1.4
    assert not any(array.flags.writeable for array in latin)


def test_a_table_with_more_characters_keeps_the_hands(hands: BankSet) -> None:
    banks = hands.covering("acegdhpqyATx.,")
    table = character_table(list(banks.entries))
    latin = latin_places(banks, table)
    wider = with_figures(latin, character_table(["?"], table))
    assert np.array_equal(wider.hands, latin.hands)
    assert wider.figures[-1, 0] == latin_figures()["?"].height
    assert wider.scales.shape[1] == latin.scales.shape[1] + 1


def test_letters_stand_where_real_ones_do(hands: BankSet, tmp_path: Path) -> None:
    """From rendered lines: what hangs below the line and rises above it, in x-heights."""
    recipe = {
        "layout": dict.fromkeys(
            ("size_deviation", "rise_deviation_em", "slope_deviation", "slant_deviation"), 0.0
        )
        | {"size_trend": 0.0, "slant_walk_deviation": 0.0},
        "corpus": {"length_range": [9, 9], "lines": "whole"},
        "image": {"height_px": 200, "format": "png"},
        "variation_range": [0, 0],
    }
    (tmp_path / "text.txt").write_text("apaghaydx", "utf-8")
    sample = Composer(recipe, list(hands.banks), load([tmp_path / "text.txt"]), 3)[0]
    tops, bottoms = sample.quads[:, 0, 1], sample.quads[:, 2, 1]
    low = [0, 2, 5, 8]
    own = (40, 50, 60)[int(sample.writer[-1])]  # between the middles of strokes of 4 px
    x_height = np.median((bottoms - tops)[low]) * own / (own + 4)
    for at, character in enumerate("apaghaydx"):
        below = (bottoms[at] - np.median(bottoms[low])) / x_height
        assert below == pytest.approx(latin_figures()[character].below, abs=0.15), character


def test_version_1_keeps_its_defaults() -> None:
    old, new = Recipe(version=1), Recipe()
    assert (old.layout.latin, old.layout.gap_latin_em_range) == ("kinds", (0.03, 0.07))
    assert (new.version, new.layout.latin) == (2, "measured")
    assert load_recipe({"version": 1, "layout": {"latin": "measured"}}).layout.latin == "measured"
    placed = load_recipe({"version": 1, "layout": {"placer": {"name": "rules"}}})
    assert placed.layout == old.layout
    told = old.model_dump(mode="json")
    told["layout"].pop("latin")
    assert recipe_hash(told, {}) == recipe_hash(old, {})
    with pytest.raises(RecipeError, match="latin"):
        load_recipe({"layout": {"latin": "printed"}})


def test_the_table_of_figures_is_sound() -> None:
    figures = latin_figures()
    assert {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,"} <= set(figures)
    assert all(one.height > 0 and abs(one.below) < 3 for one in figures.values())
    assert all(figures[c].hangs > 0.85 for c in "gpy,")
    assert 0.4 < figures["j"].hangs < figures["q"].hangs < 0.7  # who makes them tall rises, too
    assert all(figures[c].hangs < 0.25 for c in "adhtAB.1")
    assert figures["j"].grows < 1 < figures["1"].grows < figures["A"].grows
