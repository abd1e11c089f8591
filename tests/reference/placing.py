"""Where glyphs go, from the definition: characters and their kinds, one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from penline.characters import MIDDLE_EM, kind_of

LETTERS = ("upper", "ascender", "x-height", "t", "i", "descender", "j", "f")
JOINING = ".,:;'’-/@_"
IN_NUMBERS = ".,:-/%"
IN_WORDS = ".'’-_@/"
LOW_MARKS = ("stop-low", "comma-low", "han-stop", "han-comma", "colon", "semicolon", "bang")


def bell(word: int) -> float:
    """Four uniforms of 16 bits added up, brought to a deviation of 1."""
    parts = [word >> shift & 0xFFFF for shift in (0, 16, 32, 48)]
    return (sum(parts) - 131070) / 37837


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


def by_rules(
    characters: Sequence[str],
    sizes_px: np.ndarray,
    ems_px: np.ndarray,
    params: dict[str, float],
    words: Sequence[int],
    height_px: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[float]]:
    """A line of `place.rules.place_by_rules`: places, slants, press, and width, em, base."""
    scripts, joined = scripts_of(characters)
    keep, cell = params["keep"], params["cell"]
    walk = {name: Walk(keep, math.sqrt(1 - keep * keep)) for name in ("size", "rise", "slant")}
    walk["press"], walk["gap"] = Walk(keep, math.sqrt(1 - keep * keep)), Walk(0.5, 0.866)
    count, pen = len(characters), 0.0
    before: tuple[str, float, float] | None = None  # script, white behind, half a cell's rest
    white = False
    boxes: list[list[float]] = []  # left, bottom, width, height in ems
    slants, press = np.zeros(count, np.int64), np.full(count, 256)
    for at, character in enumerate(characters):
        word = words[6 * at : 6 * at + 6]
        steps = zip(("size", "rise", "gap", "slant", "press"), word, strict=False)
        state = {name: walk[name].step(int(one)) for name, one in steps}
        own, kind = bell(int(word[5])), kind_of(character)
        if scripts[at] == "space":
            wide = 0.5 * cell if cell else params["space"] * (1 + 0.2 * own)
            boxes.append([pen, math.nan, wide, 1.0])
            pen, white = pen + wide, True
            continue
        grown = 1 + params["size_trend"] * ((at + 0.5) / count - 0.5)
        grown += params["size_walk"] * state["size"]
        high, wide = sizes_px[at] * (grown / ems_px[at])
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
                    gap = params["gap_latin"] + 0.25 * params["gap_walk"] * state["gap"]
                elif pair == {"han"}:
                    gap = params["gap"] + params["gap_walk"] * state["gap"]
                elif "other" in pair:
                    gap = 0.5 * params["gap"] + 0.6 * params["gap_walk"] * state["gap"]
                else:
                    gap = params["gap_mixed"] + params["gap_walk"] * state["gap"]
                gap += before[1] + (0.0 if joined[at] else kind.before) + pad + before[2]
                least = -0.05 if len(pair) == 1 and "other" not in pair else 0.05
                pen += max(params["gap_latin"] if white else gap, least)
            left = pen
            pen += wide
            before = scripts[at], 0.0 if joined[at] else kind.after, pad
        bottom = kind.centre - high / 2 if kind.low is None else kind.low
        bottom += kind.walk * params["rise_walk"] * state["rise"]
        boxes.append([left, bottom, wide, high])
        slants[at] = round((params["slant"] + params["slant_walk"] * state["slant"]) * 65536)
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
    return places, slants, press, [max(math.ceil(ends), 1), em, base]


def even_numbers(items: Sequence[str], sizes: np.ndarray, drawn: np.ndarray) -> None:
    """The digits of a number are of one size, and on one level; `drawn` is changed."""
    scale, high, wide, _, rises = drawn.T
    at = 0
    while at < len(items):
        end = at
        while end < len(items) and (
            items[end].isdigit() or (end > at and items[end] in IN_NUMBERS)
        ):
            end += 1
        run = [k for k in range(at, end) if items[k].isdigit() and items[k].isascii()]
        if len(run) > 1:
            scale_q12 = int(scale[run].sum()) // len(run)
            level = int((rises[run] - high[run] // 2).sum()) // len(run)
            high[run] = np.maximum(sizes[run, 0] * scale_q12 >> 6, 64)
            wide[run] = np.maximum(sizes[run, 1] * scale_q12 >> 6, 64)
            rises[run] = level + high[run] // 2
        at = max(end, at + 1)


def set_words(items: Sequence[str], gap_latin: float, em: float, drawn: np.ndarray) -> None:
    """Letters of words stand on the writing line, close to each other; `drawn` is changed."""
    _, high, _, gaps, rises = drawn.T
    kinds = ["" if item.isspace() else kind_of(item).name for item in items]
    letters = [kind in LETTERS for kind in kinds]
    least = round(0.6 * gap_latin * em * 64)
    for at, item in enumerate(items):
        inside = 0 < at < len(items) - 1 and letters[at - 1] and letters[at + 1]
        if at and kinds[at] == "digit" and kinds[at - 1] in (*LETTERS, "digit"):
            gaps[at] = max(gaps[at], least)
        if not (letters[at] or (inside and item in IN_WORDS)):
            continue
        low = kind_of(item).low
        if low is not None:
            rises[at] = round(((low - MIDDLE_EM) * em + high[at] / 128) * 64)
        if at and (letters[at - 1] or items[at - 1] in IN_WORDS):
            gaps[at] = round(gap_latin * em * 64)


def fitted(
    drawn: np.ndarray,
    inked: np.ndarray,
    least_em: np.ndarray,
    params: dict[str, float],
    em_px: float,
    height_px: int,
) -> tuple[np.ndarray, list[float]]:
    """A drawn line in its picture: places in 1/256 px, and width, em, middle in px."""
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
