"""The kernels of `penline.compose` that place by rules, and the small ones, from their definition:
characters and their kinds, one after the other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from penline.characters import MIDDLE_EM, kind_of
from reference.randomness import bell, bell_q16

__all__ = [
    "find_glyphs",
    "fit_to_image",
    "holds",
    "ink_reaches",
    "mark_turned",
    "number_repeats",
    "padded_places",
    "place_by_rules",
    "points_outside",
    "press_walk",
    "sample_line_params",
]

LETTERS = ("upper", "ascender", "x-height", "t", "i", "descender", "j", "f")
JOINING = ".,:;'’-/@_"
LOW_MARKS = ("stop-low", "comma-low", "han-stop", "han-comma", "colon", "semicolon", "bang")
LYING = (
    *LETTERS,
    "digit",
    "open",
    "close",
    "dash",
    "long-dash",
    "dots-low",
    "underscore",
    "middle",
)
SPANNED = ("fill", "place", "margin_left", "margin_right", "gap", "gap_latin", "gap_mixed",
           "cell_pull", "space")  # fmt: skip
BELLS = ("size_trend", "slope", "slant")
Fit = tuple[float, float | None, float, float, float, float]
"""Of a Latin character its scale, its foot above the line (None: by its kind), what is added to the
gaps before and behind, the unit of gaps, and half the pen's breadth."""


def script(character: str) -> str:
    """What decides the gap beside a character."""
    if character.isspace():
        return "space"
    name = kind_of(character).name
    if name in LETTERS or name == "digit":
        return "latin"
    return "han" if name in ("han", "han-flat") else "other"


def scripts_of(characters: Sequence[str]) -> tuple[list[str], list[bool]]:
    """The script of each, and which marks are joined to what stands around them."""
    found = [script(character) for character in characters]
    joined = [False] * len(found)
    for at in range(1, len(found) - 1):
        between = found[at - 1] == found[at + 1] == "latin"
        if characters[at] in JOINING and between:
            found[at], joined[at] = "latin", True
    return found, joined


class Walk:
    """A first-order autoregression of deviation 1."""

    def __init__(self, keep: float, fresh: float) -> None:
        self.keep, self.fresh, self.state = keep, fresh, 0.0

    def step(self, word: int) -> float:
        self.state = self.keep * self.state + self.fresh * bell(word)
        return self.state


def place_by_rules(
    characters: Sequence[str],
    sizes_px: np.ndarray,
    ems_px: np.ndarray,
    params: dict[str, float],
    words: Sequence[int],
    height_px: int,
    turned: Sequence[bool] | None = None,
    latin: tuple[Sequence[Fit], Sequence[bool]] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[float]]:
    """Places, slants, press and facts of a line; see `place.rules.place_by_rules`.

    `latin`: what `reference.latin.place_latin` gives, where Latin is placed as measured.
    """
    turned = turned or [False] * len(characters)
    scripts, joined = scripts_of(characters)
    plain = (1.0, None, 0.0, 0.0, 1.0, 0.0)
    fits, signs = latin or ([plain] * len(characters), [False] * len(characters))
    for at in range(len(characters)):
        if signs[at]:
            scripts[at], joined[at] = "latin", True
    keep, cell = params["keep"], params["cell"]
    walk = {name: Walk(keep, math.sqrt(1 - keep * keep)) for name in ("size", "rise", "slant")}
    walk["press"], walk["gap"] = Walk(keep, math.sqrt(1 - keep * keep)), Walk(0.5, 0.866)
    count, pen = len(characters), 0.0
    before: tuple[str, float, float, float] | None = None
    # script, white behind, half a cell's rest, half the pen
    white = False
    boxes: list[list[float]] = []  # left, bottom, width, height in ems
    slants, press = np.zeros(count, np.int64), np.full(count, 256)
    for at, character in enumerate(characters):
        word = words[6 * at : 6 * at + 6]
        steps = zip(("size", "rise", "gap", "slant", "press"), word, strict=False)
        state = {name: walk[name].step(int(one)) for name, one in steps}
        own, kind = bell(int(word[5])), kind_of(character)
        upright = turned[at] and not joined[at]
        white_before, white_after = (0.0, 0.0) if joined[at] else (kind.before, kind.after)
        if upright and kind.name in LOW_MARKS:
            white_before, white_after = 0.06, 0.24
        if scripts[at] == "space":
            wide = 0.5 * cell if cell else params["space"] * (1 + 0.2 * own)
            boxes.append([pen, math.nan, wide, 1.0])
            pen, white = pen + wide, True
            continue
        grown = 1 + params["size_trend"] * ((at + 0.5) / count - 0.5)
        grown += params["size_walk"] * state["size"]
        fit, foot, more_before, more_after, unit, half_pen = fits[at]
        high, wide = sizes_px[at] * (grown / ems_px[at] * fit)
        if foot is not None:
            white_before, white_after = more_before, more_after
        wide = max(wide, kind.least_width)
        if cell:
            step = cell / 2 if scripts[at] == "latin" else cell
            if scripts[at] != "latin":  # whole cells begin where a cell begins
                pen = math.ceil(math.ceil(pen / (0.5 * cell) - 0.001) / 2) * cell
            if wide > 0.92 * step:
                high, wide = high * 0.92 * step / wide, 0.92 * step
            side = 0.5
            if kind.name == "open":
                side = 0.9
            elif kind.name in (*LOW_MARKS, "close"):
                side = 0.08
            left = pen + 0.04 * step + (0.92 * step - wide) * side + 0.02 * own * cell
            left = min(max(left, pen), pen + step - wide)
            pen += step
        else:
            pad = max(0.0, 0.84 - wide) / 2 * params["cell_pull"] if scripts[at] == "han" else 0.0
            if before is not None:
                pair = {before[0], scripts[at]}
                if pair == {"latin"}:
                    uneven = 0.25 if foot is None else 1.6
                    gap = params["gap_latin"] * unit + uneven * params["gap_walk"] * state["gap"]
                elif pair == {"han"}:
                    gap = params["gap"] + params["gap_walk"] * state["gap"]
                elif "other" in pair:
                    gap = 0.5 * params["gap"] + 0.6 * params["gap_walk"] * state["gap"]
                else:
                    gap = params["gap_mixed"] + params["gap_walk"] * state["gap"]
                gap += before[1] + white_before + pad + before[2]
                least = -0.05 if len(pair) == 1 and "other" not in pair else 0.05
                if foot is not None and before[0] == "latin":
                    least = -0.05
                if white:
                    gap = params["gap_latin"] * unit - before[3] - half_pen
                pen += max(gap, least)
            left = pen
            pen += wide
            before = scripts[at], white_after, pad, half_pen
        bottom = kind.centre - high / 2 if kind.low is None else kind.low
        if upright:  # in a column all are centred, but commas and stops stand to the right
            aside = kind.name in LOW_MARKS and kind.name != "bang"
            bottom = MIDDLE_EM + (0.28 if aside else 0.0) - high / 2
        if foot is not None:
            bottom = foot * grown + 0.8 * params["rise_walk"] * own
        bottom += kind.walk * params["rise_walk"] * state["rise"]
        boxes.append([left, bottom, wide, high])
        lean = params["slant"] + params["slant_walk"] * state["slant"]
        slants[at] = 0 if turned[at] else round(lean * 65536)
        press[at] = round((1 + params["press_walk"] * state["press"]) * 256)
        white = False
    table = np.array(boxes)
    inked = ~np.isnan(table[:, 1])
    if not cell:
        middles = table[:, 0] + table[:, 2] / 2
        table[:, 1] += params["slope"] * (middles - pen / 2)
    tops, lows = (table[:, 1] + table[:, 3])[inked], table[inked, 1]
    highest, lowest = (tops.max(), lows.min()) if inked.any() else (0.9, -0.1)
    if cell:
        highest = max(highest, MIDDLE_EM + cell / 2 + 0.02)
        lowest = min(lowest, MIDDLE_EM - cell / 2 - 0.02)
    em = min(height_px * params["fill"] / (highest - lowest), height_px * params["em_most"])
    base = (height_px - em * (highest - lowest)) * (0.25 + params["place"] / 2) + em * highest
    table[~inked, 1] = -0.12
    lefts = (params["margin_left"] + table[:, 0]) * em
    rows = [lefts, base - (table[:, 1] + table[:, 3]) * em, *(table[:, 2:] * em).T]
    places = np.round(np.stack(rows, 1) * 256).astype(np.int64)
    places[:, 2:] = np.maximum(places[:, 2:], 256)
    length = math.ceil(pen / cell - 0.001) * cell if cell else pen
    ends = (params["margin_left"] + length + params["margin_right"]) * em
    facts = [max(math.ceil(ends), 1), em, base, params["margin_left"] * em]
    facts += [base - (MIDDLE_EM + cell / 2) * em, round(length / cell) if cell else 0]
    return places, slants, press, facts


def fit_to_image(
    drawn: np.ndarray,
    inked: np.ndarray,
    least_em: np.ndarray,
    params: dict[str, float],
    em_px: float,
    height_px: int,
) -> tuple[np.ndarray, list[float]]:
    """Places in 1/256 px, and width, em, middle in px; see `place.fit_to_image.fit_to_image`."""
    _, high, wide, gaps, rises = (column.astype(float) / 64 for column in drawn.T)
    wide = np.maximum(wide, np.round(least_em * em_px * 64) / 64)
    lefts = np.cumsum(gaps + wide) - wide
    tops = rises + np.floor(high * 64 / 2) / 64
    shown = inked if inked.any() else np.ones(len(inked), bool)
    highest, lowest = tops[shown].max(), (tops - high)[shown].min()
    shrink = min(1.0, round(height_px * params["fill"] * 64) / 64 / max(highest - lowest, 1 / 64))
    shrink = math.floor(shrink * 65536) / 65536
    base = (height_px - (highest - lowest) * shrink) * (0.25 + params["place"] / 2)
    base += highest * shrink
    em = em_px * shrink
    start = params["margin_left"] * em_px * shrink
    rows = [start + (lefts - lefts.min()) * shrink, base - tops * shrink, wide * shrink]
    table = np.stack([*rows, high * shrink], 1)
    table[~inked, 1], table[~inked, 3] = base - em / 2, em
    table[:, 2:] = np.maximum(table[:, 2:], 1.0)
    right = (table[:, 0] + table[:, 2]).max()
    return table * 256, [max(math.ceil(right + params["margin_right"] * em), 1), em, base]


def press_walk(words: Iterable[int], deviation: float, keep: float) -> list[int]:
    """See `place.spacing.press_walk`."""
    walk = Walk(keep, math.sqrt(1 - keep * keep))
    return [round((1 + deviation * walk.step(word)) * 256) for word in words]


def sample_line_params(
    words: Sequence[int],
    spans: Sequence[tuple[int, int]],
    deviations_q16: Sequence[int],
    constants: dict[str, float],
    cells: bool,
) -> dict[str, float]:
    """Figures of a line by their names; see `place.params.sample_line_params`."""
    params, spanned = dict(constants), (*SPANNED, *(["cell"] if cells else []))
    at = [*range(len(SPANNED)), len(SPANNED) + len(BELLS)]  # cells come last
    for name, (low, count), word in zip(spanned, spans, [words[k] for k in at[: len(spanned)]],
                                        strict=False):  # fmt: skip
        params[name] = (low + math.floor(Fraction(word, 2**64) * count)) / 65536
    for name, deviation, word in zip(BELLS, deviations_q16, words[len(SPANNED) :], strict=False):
        params[name] = round(Fraction(bell_q16(word) * deviation, 37837)) / 65536
    return params


def mark_turned(characters: Sequence[str]) -> list[bool]:
    """Which characters stand upright in a column; see `place.rules.mark_turned`."""
    lying = [c.isspace() or kind_of(c).name in LYING for c in characters]
    between = [
        0 < at < len(lying) - 1 and c in JOINING and lying[at - 1] and lying[at + 1]
        for at, c in enumerate(characters)
    ]
    return [not (own or among) for own, among in zip(lying, between, strict=True)]


def holds(characters: Iterable[str], has: Iterable[str]) -> bool:
    """See `character_table.holds`; `has`: the characters that have the trait."""
    return not set(characters).isdisjoint(has)


def number_repeats(entries: Iterable[int]) -> list[int]:
    """See `items_of.number_repeats`."""
    met: Counter[int] = Counter()
    out = []
    for entry in entries:
        out.append(met[entry])
        met[entry] += 1
    return out


def find_glyphs(
    items: np.ndarray, press_q8: Iterable[int], strength_q8: int
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """See `line_shapes.find_glyphs`: 245 is full ink, 40 the faintest writer's, four times is the
    most."""
    gains = []
    for level, press in zip(items["level"].tolist(), press_q8, strict=True):
        to_full = math.floor(Fraction(245, max(level, 40)) * 256)
        exact = to_full * Fraction(int(press), 256) * Fraction(strength_q8, 256)
        gains.append(min(math.floor(exact), 1024))
    return items["start"], np.stack([items["height_px"], items["width_px"]], 1), gains


def ink_reaches(
    inked: np.ndarray,
    boxes: np.ndarray,
    places_q8: np.ndarray,
    slants_q16: np.ndarray,
    room: tuple[int, int, int],
) -> bool:
    """See `inside.ink_reaches`; `inked`: which items are no white space; `places_q8`: with their
    white, of what has ink, as `slants_q16`."""
    height_px, width_px, rim_px = room
    left, top, right, bottom = boxes[inked].T
    free = np.stack([left, top, width_px - right, height_px - bottom])
    corner, sides = places_q8[:, :2], places_q8[:, 2:]
    lean = np.stack([abs(slants_q16) * sides[:, 1] // 2**17, 0 * slants_q16], 1)
    reached = np.concatenate([corner - lean, corner + sides + lean])
    return bool((free < max(rim_px, 1)).any()) or points_outside(reached, height_px, width_px)


def points_outside(points_q8: np.ndarray, height_px: int, width_px: int) -> bool:
    """See `inside.points_outside`."""
    size = np.array([width_px, height_px]) * 256
    return bool(((points_q8 < 0) | (points_q8 > size)).any())


def padded_places(places: np.ndarray, sizes: np.ndarray, pads: np.ndarray) -> np.ndarray:
    """Places of glyphs with their white: so many of the place's own pixels more at each side."""
    found = []
    for (left, top, wide, high), size, white in zip(
        places.tolist(), sizes.tolist(), pads.tolist(), strict=True
    ):
        inner = [max(size[1] - white[0] - white[2], 1), max(size[0] - white[1] - white[3], 1)] * 2
        more = [side * px // own for side, px, own in
                zip([wide, high] * 2, white, inner, strict=True)]  # fmt: skip
        found.append(
            [left - more[0], top - more[1], wide + more[0] + more[2], high + more[1] + more[3]]
        )
    return np.array(found)
