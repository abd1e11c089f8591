"""Measure who joins letters, how often and which: makes `src/penline/measure/joins.tsv`.

    python tools/measure_joins.py train_r01_v07.zip -o src/penline/measure/joins.tsv

Where each letter's own part of a stroke is told, two letters are joined that share a stroke. In
other words joins are counted by pen lifts: a word of ``n`` letters has ``n`` strokes less its joins
and beside its dots and bars.
"""

from __future__ import annotations

import argparse
import string
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.unipen import told_by
from penline.formats.unipen_lines import LinePart, spelled
from penline.formats.unipen_sheet import UnipenSheet
from penline.formats.unipen_text import UnipenPart, parts_of
from penline.sources.collect import open_sources
from penline.sources.unipen.unit import UnipenUnit

LETTERS = string.ascii_lowercase
LOW = frozenset("aceimnorsuvwxz")
LIFTED = "ijtfx"
"""Letters with a dot, a bar or a second stroke, which come after the word."""
CONTEXTS = frozenset("3678")
"""Categories of UNIPEN that hold letters in words."""
STYLES = "printed", "mixed", "cursive"
PRINTED_TO, CURSIVE_FROM = 0.15, 0.75
"""Rates at which a hand whose style is not told is of the outer two."""
FEWEST_PAIRS, FEWEST_LETTERS, LEAST_RATE = 60, 3, 0.03
SHRUNK_BY, ROUNDS, STEP = 1.0, 4000, 0.02
QUANTILES = np.linspace(0, 1, 11)
HEAD = """# Joins between small Latin letters; see `penline.measure.joins`. By
# tools/measure_joins.py: {words:,} words of UNIPEN train_r01_v07 (International Unipen Foundation,
# CC BY 4.0 by its Zenodo record, doi 10.5281/zenodo.1195803).
# hands: of how many people and words; the share of their pairs of letters that is joined, 0 to
# 100 % of people in steps of 10.
# letter: of how many pairs ({pairs:,}, {joined:,} of them joined, by {joiners} hands that join) it
# was the left and the right; what it does to the odds of a join behind it and before it; how high
# joins leave it (x-heights, median).
# pitch: of how many pairs that one hand both joins and does not; how much further from middle to
# middle they are when joined (x-heights; 25, 50 and 75 %).
"""


class Word(NamedTuple):
    """One word.

    Attributes:
        strokes: how often the pen was set down.
        joined: whether each letter is joined to the next; None where that is not told.
        heights: how high each join is where the letter ends, x-heights; NaN without one.
        pitches: from the middle of each letter to that of the next, x-heights.
    """

    writer: str
    style: str
    text: str
    strokes: int
    joined: npt.NDArray[np.bool_] | None
    heights: npt.NDArray[np.float64]
    pitches: npt.NDArray[np.float64]

    @property
    def joins(self) -> float:
        """How many of its letters are joined to the next."""
        if self.joined is not None:
            return float(self.joined.sum())
        return len(self.text) - self.strokes + sum(self.text.count(one) for one in LIFTED)


class Stroke(NamedTuple):
    """A stretch of a component: its number, the first point's number in it, and the points."""

    component: int
    first: int
    points: npt.NDArray[np.int64]


def strokes_of(sheet: UnipenSheet, parts: list[UnipenPart]) -> list[Stroke]:
    """What the parts hold with the pen on the pad."""
    found = []
    for part in parts:
        for number in range(part.first, part.last + 1):
            if sheet.components[number].down:
                start = part.start if number == part.first else 0
                stop = part.stop if number == part.last else None
                points = sheet.points(number)[start : None if stop is None else stop + 1]
                if len(points):
                    found.append(Stroke(number, start, points))
    return found


def letter_joins(
    letters: list[list[Stroke]],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Whether each letter shares a stroke with the next, and how high its part of it ends, y up."""
    count = max(len(letters) - 1, 0)
    joined, ends = np.zeros(count, bool), np.full(count, np.nan)
    for at in range(count):
        shared = {one.component for one in letters[at]} & {one.component for one in letters[at + 1]}
        if shared:
            joined[at] = True
            last = [one for one in letters[at] if one.component == min(shared)][-1]
            ends[at] = -last.points[-1, 1]
    return joined, ends


def words_of(unit: UnipenUnit) -> Iterator[Word]:
    """The words of one writer: those of small letters, the first may be a capital."""
    for file in unit.files:
        if not CONTEXTS & {one.category for one in file.annotations}:
            continue
        segments, _ = unit.segments(file)
        told: dict[int, tuple[LinePart, ...]] = {}
        for sheet, segment, _ in segments:
            if segment.kind not in ("WORD", "TEXT"):
                continue
            if id(sheet) not in told:
                own = (one.segment for one in segments if one.sheet is sheet)
                told[id(sheet)] = told_by(own, len(sheet.components)).characters
            try:
                parts = parts_of(segment, len(sheet.components), "")
                strokes = strokes_of(sheet, parts)
                text = " ".join(segment.label.split())
                letters = [
                    strokes_of(sheet, list(one.parts))
                    for one in spelled(text, told[id(sheet)], parts)
                ]
            except FormatError:
                continue
            styles = {sheet.components[one.component].style for one in strokes}
            style = styles.pop() if len(styles) == 1 else ""
            if len(letters) == len(text.replace(" ", "")) and all(letters):
                yield from _linked(unit.source.writer, style, text, letters)
            elif segment.kind == "WORD" and _counts(text):
                none = np.zeros(0)
                yield Word(unit.source.writer, style, text, len(strokes), None, none, none)


def _counts(word: str) -> bool:
    small = word.isascii() and word.isalpha() and word[1:].islower()
    return small and len(word) >= FEWEST_LETTERS


def _linked(writer: str, style: str, text: str, letters: list[list[Stroke]]) -> Iterator[Word]:
    """The words of a text whose letters are told one by one."""
    boxes = [np.concatenate([stroke.points for stroke in one]) for one in letters]
    low = [box for one, box in zip(text.replace(" ", ""), boxes, strict=True) if one in LOW]
    if len(low) < FEWEST_LETTERS - 1:
        return
    x_height = max(float(np.median([np.ptp(box[:, 1]) for box in low])), 1.0)
    base = -float(np.median([box[:, 1].max() for box in low]))
    at = 0
    for word in text.split():
        own = letters[at : at + len(word)]
        at += len(word)
        if _counts(word):
            joined, ends = letter_joins(own)
            count = len({one.component for letter in own for one in letter})
            middles = [
                (box[:, 0].min() + box[:, 0].max()) / 2 for box in boxes[at - len(word) : at]
            ]
            pitches = np.diff(middles) / x_height
            yield Word(writer, style, word, count, joined, (ends - base) / x_height, pitches)


def style_of(words: list[Word], rate: float) -> str:
    """What a person's files call the hand most often, else what its rate of joins says."""
    told = Counter(word.style for word in words if word.style)
    if told:
        return told.most_common(1)[0][0]
    return STYLES[(rate > PRINTED_TO) + (rate >= CURSIVE_FROM)]


def rate_rows(words: list[Word]) -> list[str]:
    """Rows ``hands``: the rate over people, of each style and of all."""
    of: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        of[word.writer].append(word)
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in (*STYLES, "all")}
    for own in of.values():
        pairs = sum(len(word.text) - 1 for word in own)
        if pairs < FEWEST_PAIRS:
            continue
        rate = min(max(sum(word.joins for word in own) / pairs, 0.0), 1.0)
        for name in (style_of(own, rate), "all"):
            found[name].append((rate, len(own)))
    rows = []
    for name, hands in found.items():
        levels = np.quantile([rate for rate, _ in hands], QUANTILES)
        told = "\t".join(f"{level:.3f}" for level in levels)
        rows.append(f"hands\t{name}\t{len(hands)}\t{sum(count for _, count in hands)}\t{told}")
    return rows


def letter_rows(words: list[Word]) -> tuple[list[str], dict[str, int]]:
    """Rows ``letter``: effects on the odds, by logistic regression with a mean for each hand."""
    told: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        if word.joined is not None:
            told[word.writer].append(word)
    pairs: list[tuple[int, int, int, bool, float]] = []
    joiners = [
        own
        for own in told.values()
        if np.concatenate([word.joined for word in own if word.joined is not None]).mean()
        > LEAST_RATE
    ]
    for hand, own in enumerate(joiners):
        for word in own:
            assert word.joined is not None
            for at, (joined, height) in enumerate(zip(word.joined, word.heights, strict=True)):
                if word.text[at].islower():
                    left, right = LETTERS.index(word.text[at]), LETTERS.index(word.text[at + 1])
                    pairs.append((hand, left, right, bool(joined), float(height)))
    hands, lefts, rights = (np.array([pair[k] for pair in pairs]) for k in range(3))
    joined = np.array([pair[3] for pair in pairs])
    heights = np.array([pair[4] for pair in pairs])
    means, leaving, entering = np.zeros(len(joiners)), np.zeros(26), np.zeros(26)
    for _ in range(ROUNDS):
        odds = np.exp(means[hands] + leaving[lefts] + entering[rights])
        rest = joined - odds / (1 + odds)
        means += STEP * np.bincount(hands, rest, len(joiners))
        for effects, at in ((leaving, lefts), (entering, rights)):
            effects += STEP * (np.bincount(at, rest, 26) - SHRUNK_BY * effects)
    rows = []
    for number, one in enumerate(LETTERS):
        high = heights[(lefts == number) & joined]
        figures = np.exp(leaving[number]), np.exp(entering[number]), np.median(high)
        counts = (lefts == number).sum(), (rights == number).sum()
        told_ = "\t".join([*map(str, counts), *(f"{figure:.2f}" for figure in figures)])
        rows.append(f"letter\t{one}\t{told_}")
    return rows, {"pairs": len(pairs), "joiners": len(joiners), "joined": int(joined.sum())}


def pitch_row(words: list[Word]) -> str:
    """Row ``pitch``: whether letters that are joined stand closer."""
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for word in words:
        for at, joined in enumerate(() if word.joined is None else word.joined):
            found[word.writer, word.text[at : at + 2]][int(joined)].append(float(word.pitches[at]))
    both = [np.mean(near) - np.mean(apart) for apart, near in found.values() if apart and near]
    told = "\t".join(f"{level + 0.0:.2f}" for level in np.quantile(both, [0.25, 0.5, 0.75]))
    return f"pitch\tall\t{len(both)}\t{told}"


def main() -> None:
    """Measure all words of the sources, and write the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    words = [
        word
        for unit in open_sources(given.sources)
        if type(unit) is UnipenUnit
        for word in words_of(unit)
    ]
    letters, facts = letter_rows(words)
    head = HEAD.format(words=len(words), **facts)
    given.output.write_text(
        head + "\n".join([*rate_rows(words), *letters, pitch_row(words)]) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
