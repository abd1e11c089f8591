"""Do Latin characters stand where people set them who are left out of the model?

    python bench/places.py train_r01_v07.zip --bank BANK [--folds 5] [--draws 3] [--fewest 100]

The table of Latin figures (`penline.measure.latin`) is made anew for each fold of people, without
them, as `tools/measure_latin.py` makes it; lines are then composed, each so many times, by the
isolated characters that they wrote (BANK) with the text of their own lines, joined as often as they
join. Both are measured alike, by the middles of strokes: how far a character reaches below the
writing line and how high it is, in x-heights; of each person the median, and of people the median.
Told are all characters with so many real ones, and whether both figures are within 0.1 x-heights or
10 % of the real ones; and by style white space, and of small letters gaps and the way from one to
the next, where a stroke joins them and where none does. A gap ends where the next letter's own ink
begins; a join belongs half to either letter, its middle to none.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import penline.measure.latin as latin_module
from penline.bank import Bank, open_bank
from penline.compose.line_layout import LineLayout, lay_out
from penline.compose.plan import ComposePlan
from penline.corpus import Corpus
from penline.errors import CorpusError, UnwritableLine
from penline.measure.geometry import LineGeometry, of_boxes
from penline.measure.latin import LatinFigures
from penline.measure.latin_alone import figures_of
from penline.measure.latin_lines import LatinLine, latin_line, latin_shapes, shrunk
from penline.measure.reading import of_page
from penline.recipe import load_recipe
from penline.sources.collect import open_sources

STYLES = "printed", "mixed", "cursive"
ABSOLUTE, RELATIVE = 0.1, 0.1
FEWEST_COMPOSED = 30
LOW = "aceomnrsuvwxz"
Strokes = Sequence[Sequence[np.ndarray]]


class Line(NamedTuple):
    """A line: by whom, in which style, its text, what was measured, and which pairs are joined."""

    writer: str
    style: str
    text: str
    found: LatinLine
    steps: list[tuple[bool, float, float]]
    """Of neighbours in a word: whether a stroke joins them; x-heights from middle to middle, and
    between them."""


def steps_of(strokes: Strokes, line: LineGeometry) -> list[tuple[bool, float, float]]:
    """`Line.steps` of a line whose strokes are parted by characters."""
    low = [k for k, one in enumerate(line.characters) if one in LOW]
    scale = 1 / float(np.median(line.boxes[low, 3] - line.boxes[low, 1]))
    steps = []
    for at, space in enumerate(line.spaces):
        left, right = strokes[at], strokes[at + 1]
        if space or not (left and right and line.trusted[at] and line.trusted[at + 1]):
            continue
        if not (line.characters[at] + line.characters[at + 1]).islower():
            continue
        ends, starts = [one[-1] for one in left], [one[0] for one in right]
        near = min(float(np.abs(a - b).max()) for a in ends for b in starts)
        one, two = line.boxes[at : at + 2, [0, 2]] * scale
        steps.append((near * scale < 0.12, float(two.mean() - one.mean()), float(two[0] - one[1])))
    return steps


def real_lines(archive: Path) -> Iterator[Line]:
    """Lines of UNIPEN whose strokes are told by characters."""
    for unit in open_sources([archive]):
        for record in unit.sound(lambda _: None, salvage=True):
            if not getattr(record, "linked", False):
                continue
            for line in of_page(record):
                found = latin_line(line)
                if found is not None and line.strokes is not None:
                    text = "".join(
                        one + " " * bool(space)
                        for one, space in zip(line.characters, [*line.spaces, False], strict=True)
                    )
                    steps = steps_of(line.strokes, line)
                    yield Line(line.writer, record.source.style, text, found, steps)


def drawn(laid: LineLayout) -> tuple[LineGeometry, Strokes] | None:
    """A composed line by the middles of its strokes; None where some came as pictures."""
    strokes = laid.shapes.strokes
    if strokes is None:
        return None
    own: list[list[np.ndarray]] = [[] for _ in laid.line.text]
    inner: list[list[np.ndarray]] = [[] for _ in laid.line.text]
    first, middles = 0, strokes.cuts_q8.any(1)
    for end, item, middle in zip(strokes.ends, strokes.owners, middles, strict=True):
        owner = int(laid.line.items["owner"][item])
        own[owner].append(strokes.points_q8[first:end] / 256)
        inner[owner] += [] if middle else own[owner][-1:]
        first = end
    boxes: list[tuple[float, float, float, float]] = []
    for one in inner:
        whole = np.concatenate(one) if one else np.zeros((1, 2))
        boxes.append((*whole.min(0), *whole.max(0)))
    line = of_boxes(laid.line.text, boxes, laid.line.writer, "")
    return line, [one for one, c in zip(own, laid.line.text, strict=True) if not c.isspace()]


def composed_lines(bank: Bank, real: list[Line], draws: int) -> Iterator[Line]:
    """Lines with the text of real ones, each by its own writer, who joins as often as there."""
    usual = {"corpus": {"lines": "whole", "length_range": [1, 400]}, "image": {"height_px": 96}}
    for writer in sorted({one.writer for one in real}):
        own = [one for one in real if one.writer == writer]
        joined = [step[0] for one in own for step in one.steps]
        recipe = load_recipe({**usual, "joins": float(np.mean(joined or [0.0]))})
        plan = ComposePlan(recipe, [bank], Corpus.from_texts(["one"]))
        for seed, (index, one) in itertools.product(range(1, draws + 1), enumerate(own)):
            try:
                laid = lay_out(plan.with_text(Corpus.from_texts([one.text]), writer), seed, index)
            except (CorpusError, UnwritableLine):
                continue
            made = drawn(laid)
            found = None if made is None else latin_line(made[0])
            if made is not None and found is not None:
                yield Line(writer, one.style, one.text, found, steps_of(made[1], made[0]))


def written_alone(bank: Bank) -> Iterator[tuple[str, str, float]]:
    """Of each glyph its writer, character, and height between the middles of strokes."""
    names = ("writer", "character", "height_px")
    writers = bank.header.writers
    for writer, one, high in zip(*(bank.columns[name] for name in names), strict=True):
        yield writers[writer].id, bank.characters[one], float(high) - writers[writer].pen_px


def figures_without(lines: list[Line], bank: Bank) -> dict[str, LatinFigures]:
    """The table as its tool makes it, of these lines and what their people wrote alone."""
    found, writers = [one.found for one in lines], [one.writer for one in lines]
    figures = {
        one: own
        for one, own in figures_of(
            shrunk(latin_shapes(found, writers)), found, writers, written_alone(bank)
        ).items()
        if one in map(chr, range(33, 127)) and (one.isalnum() or own.measured >= 10)
    }
    like = latin_module._LIKE.items()
    return figures | {new: figures[old] for new, old in like if old in figures}


def fold_of(writer: str, folds: int) -> int:
    """Which fold a person is in."""
    return int(hashlib.sha1(writer.encode()).hexdigest(), 16) % folds


def by_people(lines: list[Line]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Reach below the line and height, by character and person."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        own = line.found
        for one, below, height in zip(own.text, own.below, own.height, strict=True):
            found[one][line.writer].append((float(below), float(height)))
    return found


def median_of(people: dict[str, list[tuple[float, float]]], who: set[str]) -> np.ndarray:
    """The median over people of each one's median."""
    return np.median([np.median(people[one], axis=0) for one in sorted(who)], axis=0)


def print_characters(real: list[Line], made: list[Line], fewest: int) -> None:
    """Print the medians of each common character, and how many agree."""
    one, two = by_people(real), by_people(made)
    good = []
    for character in sorted(one, key=lambda c: -sum(map(len, one[c].values()))):
        who = one[character].keys() & two[character].keys()
        n = sum(len(one[character][w]) for w in who)
        if n < fewest or sum(len(two[character][w]) for w in who) < FEWEST_COMPOSED:
            continue
        wanted, got = median_of(one[character], who), median_of(two[character], who)
        good.append(bool((abs(wanted - got) <= np.maximum(ABSOLUTE, RELATIVE * abs(wanted))).all()))
        print(
            f"{character} {n:5} of {len(who):2} people: below {wanted[0]:5.2f} {got[0]:5.2f}, "
            f"height {wanted[1]:5.2f} {got[1]:5.2f}{'' if good[-1] else '  <'}"
        )
    print(f"{sum(good)} of {len(good)} characters have both medians")


def print_gaps(what: str, lines: list[Line]) -> None:
    """Print gaps and steps of lines, x-heights: 10, 50 and 90 %."""
    steps = np.array([step for line in lines for step in line.steps]).reshape(-1, 3)
    joined, apart = (steps[steps[:, 0] == one, 1:].T for one in (1, 0))
    told = [f"{len(lines)} lines of {len({one.writer for one in lines})} people"]
    for name, values in (
        ("white space", np.concatenate([one.found.spaces for one in lines])),
        ("gap, apart", apart[1]),
        ("joined", joined[1]),
        ("step, apart", apart[0]),
        ("joined", joined[0]),
    ):
        values = values[np.isfinite(values)]
        if len(values) >= FEWEST_COMPOSED:
            low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
            told.append(f"{name} {low:.2f} {middle:.2f} {high:.2f} ({len(values):,})")
    print(f"{what}: {'; '.join(told)}", flush=True)


def main() -> None:
    """Print how real and composed characters stand, fold by fold left out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=3, help="of each line")
    parser.add_argument("--fewest", type=int, default=100)
    given = parser.parse_args()
    bank, lines = open_bank(given.bank), list(real_lines(given.archive))
    real, made = [], []
    for fold in range(given.folds):
        figures = figures_without(
            [x for x in lines if fold_of(x.writer, given.folds) != fold], bank
        )
        latin_module.latin_figures = lambda figures=figures: figures
        own = [x for x in lines if fold_of(x.writer, given.folds) == fold]
        own = [one for one in own if one.writer in set(bank.writers)]
        real += own
        made += composed_lines(bank, own, given.draws)
    print_characters(real, made, given.fewest)
    for style in (*STYLES, ""):
        for what, side in (("real", real), ("composed", made)):
            chosen = [one for one in side if one.style == style]
            if chosen:
                print_gaps(f"{style or 'not told'}, {what}", chosen)


if __name__ == "__main__":
    main()
