"""Kernels of `compose` against their oracles, where no other file compares them."""

from __future__ import annotations

import numpy as np
import pytest

from fakes_items import items_for
from penline.bank.items import GlyphColumns
from penline.compose.character_table import HAN, LEAST_WIDTH, MODEL_CLASS, WHITE, holds
from penline.compose.draw import InkSource, LineShapes
from penline.compose.inside import points_outside, reaches_edge
from penline.compose.items_of import number_repeats
from penline.compose.line_shapes import find_glyphs
from penline.compose.place.base import Placements
from penline.compose.place.latin import NO_LATIN
from penline.compose.place.model import place_by_model, sum_sizes
from penline.compose.place.params import LINE_PARAMS, sample_line_params
from penline.compose.place.rules import (
    CLASS_OF_KIND,
    SPACING_OF_KIND,
    mark_turned,
    place_by_rules,
)
from penline.compose.place.spacing import press_walk
from penline.measure.model import load_placement_model
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER
from penline.measure.tables import CLASS_NUMBERS, model_tables
from reference import compose as slow_compose
from reference import model as slow_model

SIGNS = "永一今天，。！：；“”（）《》…—·、gyAbtijf1.5-0７%/’@_+, \u3000"
RANGES = {
    "fill": (0.5, 0.95), "em_most": (0.5, 1.0), "place": (0, 1), "margin_left": (0, 0.5),
    "margin_right": (0, 0.5), "gap": (-0.02, 0.2), "gap_latin": (0, 0.1), "gap_mixed": (0, 0.2),
    "gap_walk": (0, 0.1), "cell_pull": (0, 1), "space": (0.2, 0.6), "size_walk": (0, 0.1),
    "size_trend": (-0.1, 0.1), "rise_walk": (0, 0.1), "slope": (-0.1, 0.1), "slant": (-0.3, 0.3),
    "slant_walk": (0, 0.05), "press_walk": (0, 0.1), "keep": (0, 0.95), "cell": (0, 0),
}  # fmt: skip


def words_of(chance: np.random.Generator, count: int) -> np.ndarray:
    return chance.integers(0, 1 << 64, count, np.uint64)


def text_of(chance: np.random.Generator) -> str:
    return "".join(chance.choice(list(SIGNS), chance.integers(1, 30)))


def params_of(chance: np.random.Generator, cell: float = 0.0) -> dict[str, float]:
    return {name: float(chance.uniform(*RANGES[name])) for name in LINE_PARAMS} | {"cell": cell}


def test_figures_of_lines(chance: np.random.Generator) -> None:
    words = words_of(chance, 13)
    spans = np.stack([chance.integers(-70_000, 70_000, 10), chance.integers(1, 70_000, 10)], 1)
    deviations = chance.integers(0, 9000, 3)
    constants = chance.uniform(0, 1, len(LINE_PARAMS))
    for cells in (False, True):
        made = sample_line_params(words[: 12 + cells], spans, deviations, constants, cells)
        wanted = slow_compose.sample_line_params(
            words.tolist(),
            spans.tolist(),
            deviations.tolist(),
            dict(zip(LINE_PARAMS, constants.tolist(), strict=True)),
            cells,
        )
        assert dict(zip(LINE_PARAMS, made.tolist(), strict=True)) == wanted


def test_small_kernels(chance: np.random.Generator) -> None:
    text = text_of(chance)
    sizes = chance.integers(1, 90, (len(text), 2))
    items, table = items_for(text, sizes)
    items["start"] = chance.integers(0, 1 << 40, len(text))
    for trait, has in ((HAN, "永一今天"), (WHITE, " \u3000")):
        assert holds(items, table.traits, trait) == slow_compose.holds(text, has)
    items["repeat"] = 99
    number_repeats(items)
    assert items["repeat"].tolist() == slow_compose.number_repeats(items["entry"].tolist())
    items["level"] = chance.choice([0, 39, 40, 255, 1 << 32, *range(41, 254, 9)], len(text))
    press, strength = chance.integers(100, 400, len(text)), int(chance.integers(60, 300))
    wanted = slow_compose.find_glyphs(items, press, strength)
    for one, other in zip(find_glyphs(items, press, strength), wanted, strict=True):
        np.testing.assert_array_equal(one, other)
    deviation, keep = chance.uniform(0, [0.2, 1]).tolist()
    words, found = words_of(chance, 40), np.empty(40, np.int64)
    press_walk(words, deviation, keep, found)
    assert found.tolist() == slow_compose.press_walk(words.tolist(), deviation, keep)


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("near", [False, True])
def test_ink_that_reaches_the_edge(near: bool, padded: bool, chance: np.random.Generator) -> None:
    """By what shows of it (`near`), or by its place."""
    items, _ = items_for("永 和永", np.full((4, 2), 9))
    inked, sizes = np.array([True, False, True, True]), chance.integers(20, 60, (4, 2))
    sizes[1] = 0
    found = []
    for _ in range(80):
        room = 30, 29, int(chance.integers(0, 4)) if near else 0
        boxes = np.full((4, 4), 9)
        if near:
            boxes[:, :2], boxes[:, 2:] = chance.integers(1, 5, (4, 2)), chance.integers(25, 29)
            boxes[1] = chance.integers(0, 2) * boxes[1]
            boxes[2] *= chance.random() < 0.9
        corner = [[700, 700]] * 4 if near else chance.integers(-30, 900, (4, 2))
        places = np.concatenate([corner, [[6000, 6500]] * 4], 1)
        slants = chance.integers(-3000, 3000, 4)
        placed = Placements(places, slants, np.full(4, 256), 29, 20.0, 20.0)
        source = InkSource(np.zeros(0, np.uint8), np.zeros(4, np.int64), sizes, None)
        if padded:
            source = source._replace(pads_px=chance.integers(0, 2, (4, 4)))
        white = source.places(placed)[inked]
        shapes = LineShapes(placed, np.zeros(4, np.int64), [source])
        found.append(reaches_edge(items, boxes, shapes, room))
        assert found[-1] == slow_compose.ink_reaches(inked, boxes, white, slants[inked], room)
        points = chance.integers(-2, 7424, (3, 2))
        assert points_outside(points, 30, 29) == slow_compose.points_outside(points, 30, 29)
    assert 5 < sum(found) < 75


@pytest.mark.parametrize("cell", [0.0, 1.1])
def test_columns_by_rules(cell: float, chance: np.random.Generator) -> None:
    """Lines are compared in `test_layout`; here who stands in a column, and where."""
    text = text_of(chance)
    white = np.array([c.isspace() for c in text])
    lying = np.where(white[:, None], 0, chance.integers(5, 120, (len(text), 2)))
    items, table = items_for(text, lying)
    mark_turned(items, table.traits)
    turned = slow_compose.mark_turned(text)
    assert items["turned"].tolist() == turned
    sizes = np.where(np.array(turned)[:, None], lying[:, ::-1], lying)
    assert np.array_equal(np.stack([items["height_px"], items["width_px"]], 1), sizes)
    params = params_of(chance, cell)
    words = words_of(chance, 6 * len(text))
    given = np.array([params[name] for name in LINE_PARAMS])
    made = place_by_rules(
        items, table.traits, tuple(NO_LATIN), CLASS_OF_KIND, SPACING_OF_KIND, given, words, 64
    )
    ems = np.full(len(text), 100.0)
    wanted = slow_compose.place_by_rules(text, sizes, ems, params, words.tolist(), 64, turned)
    for one, other in zip(made[:3], wanted[:3], strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1)
    np.testing.assert_allclose(made[3], wanted[3], rtol=0, atol=1e-6)


def test_sums_of_sizes(chance: np.random.Generator) -> None:
    glyphs, writers, classes = 200, 4, len(CLASS_NUMBERS)
    character, writer = chance.integers(0, 9, glyphs), chance.integers(0, writers, glyphs)
    of_character = chance.integers(0, classes, 9)
    of_character[chance.random(9) < 0.5] = -1
    sides = chance.integers(1, 300, (glyphs, 2)).astype(np.uint16)
    lengths, ems = (
        chance.integers(0, 900, glyphs).astype(np.uint16),
        chance.uniform(40, 99, writers),
    )
    columns = GlyphColumns(
        *[np.zeros(0, np.int64)] * 4, sides[:, 0], sides[:, 1], lengths, np.zeros(0, np.uint8),
        writer, ems, np.zeros(0, np.int64),
    )  # fmt: skip
    order = np.lexsort((character, writer)).astype(np.uint32)
    starts = np.searchsorted(np.sort(writer), np.arange(writers + 1))
    sums = np.zeros((3, writers, classes))
    assert sum_sizes(order, starts, character, columns, of_character, sums) == -1
    kinds = np.array([
        kind if kind >= 0 else slow_model.density(int(length), float(em))
        for kind, length, em in zip(of_character[character], lengths, ems[writer], strict=True)
    ])  # fmt: skip
    wanted = slow_model.sum_sizes(writer, kinds, sides.astype(float), ems, writers)
    np.testing.assert_allclose(sums, wanted, rtol=1e-12)
    bad = int(order[50])
    character[bad] = 9
    assert sum_sizes(order, starts, character, columns, of_character, sums) == bad
    order[20] = glyphs
    assert sum_sizes(order, starts, character, columns, of_character, sums) == glyphs


def test_lines_by_a_model(chance: np.random.Generator) -> None:
    text = text_of(chance)
    white = np.array([c.isspace() for c in text])
    sizes = np.where(white[:, None], 0, chance.integers(20, 120, (len(text), 2)))
    items, table = items_for(text, sizes)
    inked, classes = items["row"] >= 0, len(CLASS_NUMBERS)
    items["length_px"], items["em_px"] = chance.integers(9, 700, len(text)), 80.0
    items["bank"] = np.where(inked, chance.integers(0, 2, len(text)), -1)
    hands = chance.integers(0, 2, (2, len(text))) * chance.integers(0, 2, (2, 1))
    items["writer"] = np.where(inked, hands[items["bank"] % 2, range(len(text))], -1)
    typical = [chance.uniform(0.2, 1, (rows, 2, classes)) for rows in (2, 2, 1)]
    model = model_tables(load_placement_model(None), float(chance.uniform(0, 1)))
    params = params_of(chance)
    words = words_of(chance, LINE_WORDS + WORDS_PER_CHARACTER * len(text))
    press_words, height = words_of(chance, len(text)), int(chance.integers(24, 129))
    made = place_by_model(
        items, tuple(table), tuple(NO_LATIN), tuple(model),
        np.concatenate(typical), np.array([0, 2]),
        np.array([params[name] for name in LINE_PARAMS]), np.append(words, press_words), height,
    )  # fmt: skip
    places, press, facts = slow_model.place_by_model(
        text, items, table.traits[items["entry"], MODEL_CLASS],
        table.lengths_em[items["entry"], LEAST_WIDTH], model, typical, params, words.tolist(),
        press_words.tolist(), height,
    )  # fmt: skip
    np.testing.assert_allclose(made[0], places, rtol=0, atol=2)
    assert made[2].tolist() == press
    assert made[1].tolist() == [facts[4]] * len(text)
    np.testing.assert_allclose(made[3][1:], facts[1:4], rtol=1e-9, atol=1e-9)
    assert abs(made[3][0] - facts[0]) <= 1  # of whole px
