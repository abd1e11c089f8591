"""Measure how Latin characters stand in real lines: makes `src/penline/measure/latin.tsv`.

    python tools/measure_latin.py train_r01_v07.zip -o src/penline/measure/latin.tsv

Of each line whose characters know their strokes: the writing line is the straight line through the
feet of letters that stand on it, the x-height the median height of letters of that height; all is
told in x-heights, between the middles of strokes.
"""

from __future__ import annotations

import argparse
import string
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.measure.geometry import LineGeometry
from penline.measure.reading import of_records
from penline.sources.collect import open_sources

LOW = frozenset("aceomnrsuvwxz")
STANDING = LOW | frozenset("bdhiklt")
KIND = dict.fromkeys(string.ascii_uppercase, "upper") | dict.fromkeys(string.digits, "digit")
FEWEST_LOW, FEWEST_STANDING, FEWEST = 3, 4, 10
STEEPEST, WIDEST_XH = 0.15, 1.2
SHRUNK_BY, GAPS_SHRUNK_BY, ROUNDS = 100, 15, 30
HEAD = """# Latin characters in real lines, in x-heights between the middles of strokes; see
# `penline.measure.latin`. By tools/measure_latin.py: {lines:,} lines of {writers} hands, most of
# them printed, of UNIPEN train_r01_v07 (International Unipen Foundation, CC BY 4.0 by its Zenodo
# record, doi 10.5281/zenodo.1195803).
character\tn\theight\tbelow\tbefore\tafter
"""

Floats = npt.NDArray[np.float64]


class Line(NamedTuple):
    """One line in x-heights: of each character reach below the line and height, gaps between."""

    writer: str
    text: list[str]
    below: Floats
    height: Floats
    gaps: Floats
    """NaN where white space or the end of a row is between."""


def line_of(found: LineGeometry) -> Line | None:
    """Measure a line; None where too little of it stands on the line, or its letters lie apart."""
    text, boxes = list(found.characters), found.boxes
    low = [at for at, one in enumerate(text) if one in LOW]
    standing = [at for at, one in enumerate(text) if one in STANDING]
    if len(low) < FEWEST_LOW or len(standing) < FEWEST_STANDING:
        return None
    x_height = float(np.median(boxes[low, 3] - boxes[low, 1]))
    middles, feet = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    slope, base = np.polyfit(middles[standing], feet[standing], 1)
    off = np.abs(feet[standing] - slope * middles[standing] - base)
    near = np.array(standing)[off <= 2.5 * np.median(off) + 1e-9]
    if len(near) >= FEWEST_LOW:
        slope, base = np.polyfit(middles[near], feet[near], 1)
    if abs(slope) > STEEPEST or x_height <= 0:
        return None
    gaps = (boxes[1:, 0] - boxes[:-1, 2]) / x_height
    gaps[found.spaces | (gaps < -FEWEST_LOW)] = np.nan
    if not np.isfinite(gaps).any() or np.nanmean(gaps) > WIDEST_XH:
        return None
    below = (feet - slope * middles - base) / x_height
    return Line(found.writer, text, below, (feet - boxes[:, 1]) / x_height, gaps)


def gap_effects(lines: list[Line]) -> tuple[dict[str, float], dict[str, float]]:
    """What each character adds to a line's mean gap before it and behind it, by least squares."""
    rows = [
        (number, line.text[at], line.text[at + 1], float(np.clip(gap, -1.2, 2.2)))
        for number, line in enumerate(lines)
        for at, gap in enumerate(line.gaps)
        if np.isfinite(gap)
    ]
    names = sorted({one for row in rows for one in row[1:3]})
    where = {name: number for number, name in enumerate(names)}
    of = np.array([row[0] for row in rows])
    left, right = (np.array([where[row[k]] for row in rows]) for k in (1, 2))
    gaps = np.array([row[3] for row in rows])
    after, before = np.zeros(len(names)), np.zeros(len(names))
    for _ in range(ROUNDS):
        counts = np.maximum(np.bincount(of, minlength=len(lines)), 1)
        mean = np.bincount(of, gaps - after[left] - before[right], len(lines)) / counts
        for own, other, at, beside in ((after, before, left, right), (before, after, right, left)):
            rest = gaps - mean[of] - other[beside]
            own[:] = np.bincount(at, rest, len(names))
            own /= np.bincount(at, minlength=len(names)) + GAPS_SHRUNK_BY
    return dict(zip(names, before, strict=True)), dict(zip(names, after, strict=True))


def table_of(lines: list[Line]) -> list[str]:
    """Rows of the table; capitals and digits are drawn towards the median of their kind."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in lines:
        for one, height, below in zip(line.text, line.height, line.below, strict=True):
            found[one].append((height, below))
    kinds = {
        kind: np.median([np.median(found[c], 0) for c in KIND if KIND[c] == kind and found[c]], 0)
        for kind in ("upper", "digit")
    }
    before, after = gap_effects(lines)
    rows = []
    for one in map(chr, range(33, 127)):
        count = len(found[one])
        if one not in KIND and count < FEWEST:
            continue
        own = np.median(found[one], 0) if count else np.zeros(2)
        if one in KIND:
            own = (count * own + SHRUNK_BY * kinds[KIND[one]]) / (count + SHRUNK_BY)
        figures = *own, before.get(one, 0.0), after.get(one, 0.0)
        rows.append("\t".join([one, str(count), *(f"{value + 0.0:.2f}" for value in figures)]))
    return rows


def main() -> None:
    """Measure all lines of the sources, and write the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    left_out: Counter[str] = Counter()
    records = (
        record
        for unit in open_sources(given.sources)
        for record in unit.sound(lambda _: None, salvage=True)
        if hasattr(record, "linked") and record.linked
    )
    lines = [line for found in of_records(records, left_out) if (line := line_of(found))]
    writers = {line.writer for line in lines}
    head = HEAD.format(lines=len(lines), writers=len(writers))
    given.output.write_text(head + "\n".join(table_of(lines)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
