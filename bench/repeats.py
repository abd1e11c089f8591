"""How easily a pair of real writings of a character is told from a composed pair.

    python bench/repeats.py BANK --corpus TEXT [--real PAGE.dgrl] [--count N] [--arm NAME=YAML]...
    python bench/repeats.py BANK --corpus TEXT --curve

A pair is two writings of one character by one hand. Real ones are those of the pages of --real; or,
without it, two glyphs of BANK that one writer wrote, drawn in lines without variation. Composed
ones stand in lines of one hand: the arm `stamps` draws the same glyph twice; `varied` as recipes do
by default, from the same glyph, and from another one where the bank has it; further arms are
recipes' settings by a name: `--arm half="{variation_range: [0.5, 0.5]}"`.

A logistic classifier sees only what differs within a pair: likeness, height, breadth, length of
strokes, breadth of the pen, turning (where edges point), starts and ends, lean, density. It is
trained on four fifths of the hands (of the characters, where the real side is one hand) and judged
on the others; 0.5 is chance. Intervals are bootstrap percentiles over hands or characters.

With --curve: the median likeness of the same glyph twice at amounts of ``variation_range``, by
which `penline fit` names the amount of real repeats (`penline.measure.repeats`); by one pen.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter, defaultdict
from pathlib import Path

import cv2
import numpy as np

from penline.bank import Bank, open_bank
from penline.bank.measured import glyph_levels, stroke_sizes
from penline.compose.line_layout import lay_out
from penline.compose.plan import ComposePlan
from penline.corpus import load
from penline.errors import UnwritableLine
from penline.fit import measured_lines
from penline.measure.appearance import looks_of
from penline.measure.classes import class_of, family_of
from penline.measure.classify import Auc, tell_apart
from penline.measure.repeats import FAMILIES, likeness
from penline.recipe import load_recipe
from penline.settings import plain_yaml

NAMES = (
    *("likeness", "height", "breadth", "aspect", "length", "pen", "density", "lean"),
    *("start", "end", "middle", "turning"),
)
HEIGHT_PX, MOST_OF_ONE, MOST = 96, 15, 3000
CURVE = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
Key = tuple[str, str]
Written = dict[Key, list[tuple[int, np.ndarray, float]]]
"""By writer and character: the glyph's row (-1: not known), its ink, and the em of its line, px."""


def marks(ink: np.ndarray, em_px: float) -> np.ndarray | None:
    """What is compared of one writing; sizes as shares of its line's em."""
    dark = ink > 40
    down, across = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    if not len(down) or len(down) < 6:
        return None
    tight = np.ascontiguousarray(ink[down[0] : down[-1] + 1, across[0] : across[-1] + 1])
    high, wide = tight.shape
    starts = np.array([0, tight.size])
    length, pen = stroke_sizes(
        tight.ravel(), starts, np.array([wide]), glyph_levels(tight.ravel(), starts)
    )
    lean = looks_of(tight, np.array([[0, 0, wide, high]]))[0, 3]
    y, x = np.nonzero(tight > 40)
    y, x = y / high, x / wide
    first, last = np.argmin(x + y), np.argmax(x + y)
    soft = cv2.GaussianBlur(tight.astype(np.float32), (0, 0), 1.0)
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    strength, angle = np.hypot(gx, gy), np.arctan2(gy, gx) % np.pi
    turns = np.bincount(
        np.minimum((angle * 8 / np.pi).astype(int), 7).ravel(), strength.ravel(), minlength=8
    )
    sizes = np.array([high, wide, max(length[0], 1), max(pen[0], 1)]) / em_px
    logs = np.log([*sizes[:2], wide / high, *sizes[2:]])
    points = [x[first], y[first], x[last], y[last], x.mean(), y.mean()]
    own = [*logs, (tight > 40).mean(), lean, *points, *(turns / turns.sum())]
    return np.array(own)


def differences(one: tuple, two: tuple) -> np.ndarray | None:
    """What differs within a pair, each an entry of `Written`, by `NAMES`."""
    a, b, like = marks(*one[1:]), marks(*two[1:]), likeness(one[1], two[1])
    if a is None or b is None or like is None:
        return None
    far = np.abs(a - b)
    points = [np.hypot(*far[at : at + 2]) for at in (7, 9, 11)]
    return np.array([like, *far[:7], *points, far[13:].sum()])


def composed(bank: Bank, corpus: list[Path], settings: dict, count: int) -> Written:
    """Writings of composed lines; letters and Chinese characters alone."""
    recipe = {"version": 2, "image": {"height_px": HEIGHT_PX}, **settings}
    plan = ComposePlan(load_recipe(recipe), [bank], load(corpus))
    found: Written = defaultdict(list)
    for index in range(count):
        try:
            laid = lay_out(plan, 1, index)
        except UnwritableLine:
            continue
        for item, box in zip(laid.line.items, laid.boxes.tolist(), strict=True):
            character = laid.line.text[item["owner"]]
            if item["row"] >= 0 and family_of(class_of(character)) in FAMILIES:
                left, top, right, bottom = box
                ink = laid.ink[top:bottom, left:right].copy()
                one = int(item["row"]), ink, laid.shapes.placed.em_px
                found[laid.line.writer, character].append(one)
    return found


def real_pages(pages: list[Path]) -> Written:
    """Writings of real lines, which have one size."""
    found: Written = defaultdict(list)
    for line in measured_lines(pages, Counter(), pictures=10**6):
        for at in np.flatnonzero(line.trusted).tolist():
            character = line.characters[at]
            if line.ink is not None and family_of(class_of(character)) in FAMILIES:
                x0, y0, x1, y1 = np.maximum(np.rint(line.boxes[at]), 0).astype(int).tolist()
                found[line.writer, character].append((-1, line.ink[y0:y1, x0:x1], 1.0))
    return found


def pairs_of(written: Written, by: int, same: bool | None) -> dict[str, np.ndarray]:
    """Differences within pairs, by writer (0) or character (1).

    Args:
        written: what was written.
        by: which part of the key groups them.
        same: pairs of one glyph, or of two; None for either.
    """
    pairs = [
        (key[by], a, b)
        for key, own in sorted(written.items(), key=lambda entry: entry[0])
        for a, b in itertools.islice(
            (
                (a, b)
                for a, b in itertools.combinations(own, 2)
                if same is None or (a[0] == b[0]) == same
            ),
            MOST_OF_ONE,
        )
    ]
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    for group, one, two in pairs[:: -(-len(pairs) // MOST) or 1]:
        far = differences(one, two)
        if far is not None:
            found[group].append(far)
    return {key: np.array(rows) for key, rows in found.items()}


def told_apart(real: dict[str, np.ndarray], made: dict[str, np.ndarray]) -> tuple[Auc | None, int]:
    """The classifier's area, and the groups that both sides have."""
    both = sorted(real.keys() & made.keys())
    if len(both) < 5:  # another hand's characters: the groups need not be the same
        both_real, both_made = sorted(real), sorted(made)
    else:
        both_real = both_made = both
    return tell_apart([real[k] for k in both_real], [made[k] for k in both_made], NAMES), len(both)


def print_curve(bank: Bank, corpus: list[Path], settings: dict, count: int) -> None:
    """Print the median likeness at each amount of variation, by families of characters."""
    for amount in CURVE:
        more = {"variation_range": [amount, amount], "ink": {"breadth_range": [1, 1]}}
        written = composed(bank, corpus, {**settings, **more}, count)
        likes: dict[str, list[float]] = defaultdict(list)
        for character, pairs in pairs_of(written, 1, True).items():
            likes[family_of(class_of(character))] += pairs[:, 0].tolist()
        found = (f"{k} {np.median(v):.3f} ({len(v):,} pairs)" for k, v in sorted(likes.items()))
        print(f"{amount}: {', '.join(found)}", flush=True)


def main() -> None:
    """Print the area under the ROC curve of each arm."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bank", type=Path)
    parser.add_argument("--corpus", type=Path, nargs="+", required=True)
    parser.add_argument("--real", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=400, help="lines of each arm")
    parser.add_argument("--length", type=int, nargs=2, default=(15, 40))
    parser.add_argument("--arm", action="append", default=[])
    parser.add_argument("--curve", action="store_true")
    given = parser.parse_args()
    bank, usual = open_bank(given.bank), {"corpus": {"length_range": given.length}}
    if given.curve:
        print_curve(bank, given.corpus, usual, given.count)
        return
    stamps = composed(bank, given.corpus, {**usual, "variation_range": [0, 0]}, given.count)
    by = 1 if given.real else 0
    real = pairs_of(real_pages(given.real), 1, None) if given.real else pairs_of(stamps, 0, False)
    arms = {"stamps": pairs_of(stamps, by, True)}
    for one in ("varied={}", *given.arm):
        name, _, text = one.partition("=")
        written = composed(bank, given.corpus, {**usual, **plain_yaml(text)}, given.count)
        arms[name] = pairs_of(written, by, True)
        arms[f"{name}, another glyph"] = pairs_of(written, by, False)
    whole = np.concatenate(list(real.values()))
    print(
        f"real: {len(whole):,} pairs of {len(real)} groups, likeness {np.median(whole[:, 0]):.3f}"
    )
    for name, made in arms.items():
        if not made:
            print(f"{name}: no pairs")
            continue
        found, both = told_apart(real, made)
        likes = np.concatenate(list(made.values()))[:, 0]
        if found is None:
            print(f"{name}: too few groups")
            continue
        low, high = found.characters_interval
        by_what = ", ".join(f"{what} {weight:+.2f}" for what, weight in found.gives_away[:4])
        print(
            f"{name}: {len(likes):,} pairs, likeness {np.median(likes):.3f}; AUC "
            f"{found.characters:.3f} ({low:.3f} to {high:.3f}), {both} groups in both; by {by_what}"
        )


if __name__ == "__main__":
    main()
