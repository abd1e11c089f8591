"""How easily real words are told from composed ones of the same hands, by looks: two samples.

    python bench/words.py train_r01_v07.zip --bank BANK [--people apb,apd,...] [--arm NAME=YAML]...

People of UNIPEN who wrote isolated characters (they are in BANK) and words: each word is composed
again by its own writer. Real strokes are drawn with the breadth that the composed word has for its
height, and both are brought to one height and to ink or no ink, so that what is left is shape:
breadth, profile by rows, directions, lean, parts and the white between them, length of strokes,
holes. A logistic classifier is trained on four fifths of the people and judged on the others; 0.5
is chance. Intervals are bootstrap percentiles over people.

Arms: `stamps`, recipes of version 1; `placed`, version 2 without variation and joins; `varied`,
without joins; `joined`, version 2; further ones are recipes' settings by a name:
`--arm all="{joins: always}"`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from penline.bank import open_bank
from penline.bank.measured import stroke_sizes
from penline.compose.line_layout import lay_out
from penline.compose.plan import ComposePlan
from penline.corpus import Corpus
from penline.errors import CorpusError, UnwritableLine
from penline.measure.classify import tell_apart
from penline.recipe import load_recipe
from penline.settings import plain_yaml
from penline.sources.collect import open_sources

HEIGHT_PX, ROWS, LEAST, MOST_OF_ONE = 64, 12, 3, 60
NAMES = (
    *("breadth", "ink", "lean", "parts", "white columns", "white", "white varies", "length"),
    *("holes", "foot varies"),
    *(f"row {number}" for number in range(ROWS)),
    *(f"direction {number}" for number in range(8)),
)
ARMS = (
    "stamps={version: 1}",
    "placed={variation_range: [0, 0], joins: never}",
    "varied={joins: never}",
    "joined={}",
)
Strokes = list[np.ndarray]


def real_words(archive: Path, people: set[str], known: set[str]) -> dict[str, dict[str, Strokes]]:
    """By writer: words and the strokes of one writing of each."""
    found: dict[str, dict[str, Strokes]] = defaultdict(dict)
    for unit in open_sources([archive]):
        if getattr(unit, "contributor", "") not in people or unit.source.writer not in known:
            continue
        for record in unit.sound(lambda _: None, salvage=True):
            if not hasattr(record, "lines") or len(record.lines) != 1:
                continue
            text = "".join(one.character or "" for one in record.lines[0].characters)
            own = found[record.source.writer]
            if len(text) >= LEAST and text.isalpha() and len(own) < MOST_OF_ONE:
                own.setdefault(text, [np.asarray(one, float) for one in record.points if len(one)])
    return found


def tight(ink: np.ndarray) -> np.ndarray:
    """Ink or none, `HEIGHT_PX` high, without the white around it."""
    down, across = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    ink = ink[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
    wide = max(round(ink.shape[1] * HEIGHT_PX / ink.shape[0]), 1)
    sized = cv2.resize(ink, (wide, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return np.where(sized > 127, 255, 0).astype(np.uint8)


def drawn(strokes: Strokes, pen: float) -> np.ndarray:
    """Strokes as ink, with a pen that is so broad for the word's height."""
    whole = np.concatenate(strokes)
    low, high = whole.min(0), float(np.ptp(whole[:, 1]))
    scale = 4 * HEIGHT_PX * (1 - pen) / max(high, 1.0)
    breadth = max(round(4 * HEIGHT_PX * pen), 1)
    size = np.ceil((whole.max(0) - low) * scale).astype(int) + 3 * breadth
    ink = np.zeros(size[::-1], np.uint8)
    for points in strokes:
        placed = np.rint((points - low) * scale + 1.5 * breadth).astype(np.int32)
        cv2.polylines(ink, [placed[:, None]], False, 255, breadth, cv2.LINE_8)
    return tight(ink)


def length_and_pen(ink: np.ndarray) -> tuple[float, float]:
    """Length of strokes, and breadth of the pen, in heights of the word."""
    starts = np.array([0, ink.size])
    length, pen = stroke_sizes(ink.ravel(), starts, np.array([ink.shape[1]]), np.array([255]))
    return length[0] / ink.shape[0], pen[0] / 16 / ink.shape[0]


def features(ink: np.ndarray, letters: int) -> np.ndarray:
    """What a word looks like, by `NAMES`."""
    dark = ink > 0
    count, _ = cv2.connectedComponents(dark.astype(np.uint8), connectivity=8)
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    holes = sum(int(one[3] >= 0) for one in tree[0]) if len(contours) else 0
    columns = dark.any(0)
    edges = np.flatnonzero(np.diff(np.r_[True, columns, True].astype(int)))
    runs = np.diff(edges)[::2] if len(edges) > 1 else np.zeros(1)
    feet = ink.shape[0] - 1 - np.argmax(dark[::-1], 0)[columns]
    soft = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 1.0)
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    strength, angle = np.hypot(gx, gy), np.arctan2(gy, gx) % np.pi
    turns = np.bincount(
        np.minimum((angle * 8 / np.pi).astype(int), 7).ravel(), strength.ravel(), minlength=8
    )
    upright = np.abs(gy) < 0.7 * np.abs(gx)
    lean = float((gx * gy)[upright].sum() / max(float((gx * gx)[upright].sum()), 1.0))
    rows = np.array([part.mean() for part in np.array_split(dark, ROWS)])
    return np.array(
        [
            np.log(ink.shape[1] / ink.shape[0] / letters),
            dark.mean(),
            lean,
            (count - 1) / letters,
            (~columns).mean(),
            runs.mean() / HEIGHT_PX,
            runs.std() / HEIGHT_PX,
            length_and_pen(ink)[0] / letters,
            holes / letters,
            feet.std() / HEIGHT_PX,
            *(rows / rows.sum()),
            *(turns / turns.sum()),
        ]
    )


def composed(plan: ComposePlan, writer: str, text: str) -> np.ndarray | None:
    """A word by its writer; None where the bank lacks a letter."""
    try:
        one = plan.with_text(Corpus.from_texts([text]), writer)
        return tight(lay_out(one, 1, 0).ink)
    except (CorpusError, UnwritableLine):
        return None


def main() -> None:
    """Print the area under the ROC curve of each arm."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--people", default="apb,apd,ape,cea,cec", help="contributors")
    parser.add_argument("--arm", action="append", default=[])
    given = parser.parse_args()
    bank = open_bank(given.bank)
    words = real_words(given.archive, set(given.people.split(",")), set(bank.writers))
    for arm in (*ARMS, *given.arm):
        name, _, text = arm.partition("=")
        settings: dict[str, Any] = plain_yaml(text)
        usual = {"corpus": {"lines": "whole", "length_range": [1, 60]}, "image": {"height_px": 160}}
        plan = ComposePlan(load_recipe({**usual, **settings}), [bank], Corpus.from_texts(["one"]))
        real: dict[str, list[np.ndarray]] = defaultdict(list)
        made: dict[str, list[np.ndarray]] = defaultdict(list)
        for writer, own in sorted(words.items()):
            for word, strokes in sorted(own.items()):
                ink = composed(plan, writer, word)
                if ink is not None:
                    made[writer].append(features(ink, len(word)))
                    as_real = drawn(strokes, length_and_pen(ink)[1])
                    real[writer].append(features(as_real, len(word)))
        sides = ([np.array(side[writer]) for writer in sorted(real)] for side in (real, made))
        found = tell_apart(*sides, NAMES)
        if found is None:
            print(f"{name}: too few people")
            continue
        low, high = found.characters_interval
        by = ", ".join(f"{what} {weight:+.2f}" for what, weight in found.gives_away[:5])
        print(
            f"{name}: {sum(map(len, real.values())):,} words of {len(real)} people; AUC "
            f"{found.characters:.3f} ({low:.3f} to {high:.3f}); by {by}"
        )


if __name__ == "__main__":
    main()
