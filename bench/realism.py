"""How near placements drawn from a fitted model come to a real page, and the common way for scale.

    python bench/realism.py PAGE.dgrl [--draws 20] [--json FILE]

Lines of the page are split in two halves, first and last. On each half a placement model is fitted;
boxes for the texts of the other half are drawn from it, and compared with that half's real boxes:
so no line is compared with a model that has seen it. Three candidates:

- fitted: `penline.measure.place.place_items` by the model of the other half;
- baseline: gaps uniform between 0 and 0.3 of the median height, all heights equal, centred; each
  class is as wide as its mean in the other half, which is more than the common way knows;
- floor: the other half of the real page itself;
- composed (with --compose): lines that penline composes of another hand's glyphs by the model of
  the other half, so that glyphs, not only boxes, are real; marks: the same, commas and stops in
  that half's proportions (``layout: mark_shape: 1``); by rule: without any model.

Fitted and baseline are drawn DRAWS times and all draws are compared together, so their own chance
hardly counts; the floor has the chance of two small halves in it. Intervals are bootstrap
percentiles (2.5 to 97.5 %) over lines. The AUC is the mean over the draws, and so are its ends.

How many times nearer than the baseline a candidate comes is a ratio of two distances to the same
lines, and what it lies beyond the floor a difference of two: their intervals draw the judged half's
lines once for both. Where the interval of the difference holds 0, candidate and floor cannot be
told apart. Lines drawn with replacement lie farther from everything than the lines themselves, so
a ratio's interval leans towards 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from penline.api import pack
from penline.bank import open_bank
from penline.bank.layout import HEADER
from penline.compose import Composer
from penline.corpus import Corpus
from penline.measure.classes import HAN, class_of
from penline.measure.classify import tell_apart
from penline.measure.compare import FEATURES, PLACES, QUANTITIES, features_of
from penline.measure.distance import compare, wasserstein
from penline.measure.estimate import estimate
from penline.measure.geometry import LineGeometry, of_boxes, with_writer_ems
from penline.measure.model import dump
from penline.measure.place import LINE_WORDS, WORDS_PER_CHARACTER, place_items
from penline.measure.reading import of_records
from penline.measure.spread import resamples
from penline.measure.tables import CLASS_NUMBERS, model_tables
from penline.randomness import Draws
from penline.sources.collect import read

SHOWN = ("gap", "size", "width", "vertical place", "drift", "slope")
ASKED = ("gap", "size", "vertical place")
ROUNDS = 400
Lines = list[LineGeometry]
Maker = Callable[[LineGeometry, Draws], LineGeometry]


def fitted(half: Lines) -> Maker:
    """Boxes from the model of a half."""
    model = model_tables(estimate(half))

    def make(line: LineGeometry, rng: Draws) -> LineGeometry:
        # how dense they are is not known: all Chinese characters together
        names = ["han" if name in HAN else name for name in map(class_of, line.characters)]
        kind = np.array([CLASS_NUMBERS[name] for name in names], np.int64)
        places, words = np.zeros((len(kind), 5), np.int64), WORDS_PER_CHARACTER * len(kind)
        chance = rng.words(LINE_WORDS + words)
        given = np.zeros((0, 2)), np.zeros(0), *model.moments[1:3, kind], chance
        white = np.zeros(len(kind), np.bool_)
        place_items(kind, white, *given, 0.0, line.em_px, model, places, np.zeros(3))
        _, high, wide, gap, rise = places.T
        left, top = np.cumsum(gap + wide) - wide, -rise - high // 2
        boxes = np.stack([left, top, left + wide, top + high], 1) / 64.0
        return of_boxes(line.characters, boxes, line.writer, "drawn")

    return make


def baseline(half: Lines) -> Maker:
    """Gaps uniform, heights equal, centred; each class as wide as its mean in the half."""
    widths: dict[str, list[float]] = {}
    for line in half:
        for name, width in zip(line.classes, line.widths_em.tolist(), strict=True):
            widths.setdefault(name, []).append(width)
    means = {name: float(np.mean(found)) for name, found in widths.items()}

    def make(line: LineGeometry, rng: Draws) -> LineGeometry:
        em, x, boxes = line.em_px, 0.0, []
        for name in line.classes:
            width = means.get(name, 0.9) * em
            boxes.append((x, -0.5 * em, x + width, 0.5 * em))
            x += width + rng.uniform(0.0, 0.3) * em
        return of_boxes(line.characters, boxes, line.writer, "drawn")

    return make


def composer(
    source: Path, folder: Path, measured: bool, marks: bool = False
) -> Callable[[Lines], Maker]:
    """Boxes of lines that penline composes of a bank's or a file's glyphs, 96 px high.

    With the model of the half, or by the common way: heights equal, gaps uniform, centred. With
    `marks`, commas and stops take the half's proportions.
    """
    is_bank = (source / HEADER).is_file()
    bank = open_bank(source) if is_bank else pack(source, folder / "x.bank", overwrite=True)

    def of_half(half: Lines) -> Maker:
        hand = folder / f"hand-{len(list(folder.glob('*.yaml')))}.yaml"
        hand.write_text(dump(estimate(half)), "utf-8")
        recipe = {
            "corpus": {"lines": "whole", "length_range": [1, 500], "missing": "drop-char"},
            "papers": ["plain"],
            "image": {"height_px": 96},
            "layout": {"hand": str(hand) if measured else None, "mark_shape": float(marks)},
        }
        known: dict[str, Composer] = {}

        def make(line: LineGeometry, rng: Draws) -> LineGeometry:
            text = "".join(line.characters)
            if text not in known:
                known[text] = Composer(recipe, bank, Corpus.from_texts([text]), 1)
            sample = known[text][rng.below(1 << 20) % 1_000_000]
            quads = sample.quads
            boxes = np.concatenate([quads.min(1), quads.max(1)], 1)
            return of_boxes(sample.text, boxes, line.writer, "drawn")

        return make

    return of_half


MAKERS: dict[str, Callable[[Lines], Maker]] = {"fitted": fitted, "baseline": baseline}


def drawn(make: Maker, real: Lines, draws: int, stage: str) -> list[Lines]:
    """The texts of `real`, written DRAWS times."""
    return [
        with_writer_ems(make(line, Draws(draw, k, f"bench:{stage}")) for k, line in enumerate(real))
        for draw in range(draws)
    ]


def show_distances(real: Lines, sets: dict[str, Lines]) -> dict[str, Any]:
    """Print a table of one half."""
    print(f"{'':16}{'candidate':10}{'W1':>8}  {'95 %':18}{'KS':>6}  95 %")
    result = {}
    for name in SHOWN:
        unit, _, numbers = QUANTITIES[name]
        for label, lines in sets.items():
            found = compare(name, unit, [numbers(x) for x in real], [numbers(x) for x in lines])
            if found is None:
                continue
            w, v = found.wasserstein_interval, found.kolmogorov_interval
            print(
                f"{name:16}{label:10}{found.wasserstein:8.4f}  [{w[0]:.4f}, {w[1]:.4f}]  "
                f"{found.kolmogorov:6.3f}  [{v[0]:.3f}, {v[1]:.3f}]"
            )
            result[f"{name}/{label}"] = dataclasses.asdict(found)
    return result


def show_nearness(real: Lines, sets: dict[str, Lines]) -> dict[str, Any]:
    """Print how many times nearer than the baseline each candidate is, and how it is to the floor.

    Candidates are many draws and stand still; the floor's few lines are drawn again like the real.
    """
    print(f"{'':16}{'candidate':10}{'times nearer than baseline':30}beyond the floor, em")
    result: dict[str, Any] = {}
    drawn = resamples(len(real), ROUNDS, "nearness:real").tolist()
    others = resamples(len(sets["floor"]), ROUNDS, "nearness:floor").tolist()
    for name in ASKED:
        numbers = QUANTITIES[name][2]
        own = [numbers(line) for line in real]
        values = {label: [numbers(line) for line in lines] for label, lines in sets.items()}
        whole = {label: np.concatenate(found) for label, found in values.items()}
        rows = []
        as_they_are = (list(range(len(real))), list(range(len(sets["floor"]))))
        for chosen, other in [as_they_are, *zip(drawn, others, strict=True)]:
            page = np.concatenate([own[k] for k in chosen])
            whole["floor"] = np.concatenate([values["floor"][k] for k in other])
            rows.append([wasserstein(page, whole[label]) for label in sets])
        table = dict(zip(sets, np.array(rows).T, strict=True))
        for label in sets:
            if label == "baseline":
                continue
            ratio = table["baseline"] / np.maximum(table[label], 1e-9)
            apart = table[label] - table["floor"]
            r, d = (np.quantile(v[1:], [0.025, 0.975]).tolist() for v in (ratio, apart))
            said = f"{ratio[0]:.1f} [{r[0]:.1f}, {r[1]:.1f}]"
            less = f"{apart[0]:+.4f} [{d[0]:+.4f}, {d[1]:+.4f}]"
            less += "  not to be told apart" if d[0] <= 0 <= d[1] else ""
            print(f"{name:16}{label:10}{said:30}{less if label != 'floor' else ''}")
            result[f"{name}/{label}"] = {
                "times": [float(ratio[0]), *r],
                "less_floor": [float(apart[0]), *d],
            }
    return result


def show_auc(label: str, real: Lines, sets: list[Lines]) -> dict[str, Any]:
    """Print how well a classifier tells the page from drawn lines of the same texts."""
    names = FEATURES[:PLACES]
    own = [features_of(line)[:, :PLACES] for line in real]
    found = [
        area
        for lines in sets
        if (area := tell_apart(own, [features_of(x)[:, :PLACES] for x in lines], names))
    ]
    mean = {
        "characters": np.mean([(a.characters, *a.characters_interval) for a in found], 0).tolist(),
        "lines": np.mean([(a.lines, *a.lines_interval) for a in found], 0).tolist(),
    }
    weights: Counter[str] = Counter()
    for area in found:
        for name, weight in area.gives_away:
            weights[name] += weight / len(found)
    shown = sorted(weights.items(), key=lambda item: -abs(item[1]))[:6]
    (c, c0, c1), (v, v0, v1) = mean["characters"], mean["lines"]
    print(f"{label:10}characters {c:.3f} [{c0:.3f}, {c1:.3f}]  lines {v:.3f} [{v0:.3f}, {v1:.3f}]")
    print("          by", ", ".join(f"{name} {weight:+.2f}" for name, weight in shown))
    return {**mean, "gives_away": shown}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--compose", type=Path, help="compose, too, of this bank's or file's glyphs"
    )
    given = parser.parse_args(arguments)
    if given.compose:
        folder = Path(tempfile.mkdtemp(prefix="penline-realism-"))
        MAKERS["composed"] = composer(given.compose, folder, measured=True)
        MAKERS["marks"] = composer(given.compose, folder, measured=True, marks=True)
        MAKERS["by rule"] = composer(given.compose, folder, measured=False)
    lines = with_writer_ems(of_records(read(given.page), Counter()))
    if len(lines) < 4:
        print(f"{given.page}: {len(lines)} lines; four are the fewest", file=sys.stderr)
        return 2
    middle = len(lines) // 2
    halves = {"first": lines[:middle], "last": lines[middle:]}
    result: dict[str, Any] = {}
    made: dict[str, list[list[Lines]]] = {label: [] for label in MAKERS}
    for seen, judged in (("first", "last"), ("last", "first")):
        real = halves[judged]
        for label, maker in MAKERS.items():
            stage = f"{label}:{judged}"
            made[label].append(drawn(maker(halves[seen]), real, given.draws, stage))
        sets = {label: [x for one in parts[-1] for x in one] for label, parts in made.items()}
        count = sum(len(line.characters) for line in real)
        print(f"\nfitted on the {seen} half, judged on the {judged}: {count} characters")
        sets["floor"] = halves[seen]
        result[judged] = show_distances(real, sets)
        result[f"nearness {judged}"] = show_nearness(real, sets)
    print("\nAUC between the page's lines and drawn lines of the same texts")
    for label, (last, first) in made.items():
        both = [[*a, *b] for a, b in zip(first, last, strict=True)]
        result[f"auc {label}"] = show_auc(label, lines, both)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
