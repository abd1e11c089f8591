"""Lines as the pen writes them: the strokes that a picture is drawn from, in order, with times.

Letters that are joined are one trace. Times are made, since banks keep none: a stroke takes so long
for its length, for its turns and for itself; the pen is up for a while, and longer for a longer
way. Figures are medians over 179 files of isolated characters of UNIPEN, of 20 contributors (least
squares; of a file the median share of the variance that they explain is 0.85), and over the 34 that
tell of the pen in the air; ranges are the quartiles of the files' paces over the median.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.bank.items import Items
from penline.compose.line_strokes import LineStrokes
from penline.compose.text_assignment import TextAssignment
from penline.randomness import Draws, rng, span
from penline.records import OnlineLine, Source

__all__ = ["joined_strokes", "online_line", "stroke_times", "why_no_strokes"]

Ints = npt.NDArray[np.int64]

MS_PER_EM, MS_PER_TURN, MS_PER_STROKE = 115.0, 77.0, 59.0
"""What a stroke takes: for an em of its length, for a turn right back, and for itself."""
LIFT_MS, LIFT_MS_PER_EM = 106.0, 150.0
"""How long the pen is up: at all, and for an em of its way."""
PACE_RANGE = (0.7, 1.5)
"""Of a line, over the paces above."""
LIFT_RANGE = span(0.8, 1.4)
"""Of each time that the pen is up, likewise."""


def online_line(
    line: TextAssignment,
    strokes: LineStrokes | None,
    seed: int,
    index: int,
    side: str,
    em_px: float,
    column_px: int,
) -> OnlineLine | None:
    """Tell the strokes of a line as the pen writes them; None where a glyph came as a picture.

    Args:
        line: what is written.
        strokes: where they lie; None where there are none.
        seed: of the set.
        index: of the line.
        side: ``"train"`` or ``"val"``.
        em_px: the line's em.
        column_px: of a column, which lies on its side, the height of its picture; else 0.
    """
    if len(_from_ink(line, strokes)):
        return None
    owners = line.items["owner"].copy()
    if line.error_index >= 0:
        owners[owners == line.error_index] = -1
        owners[owners > line.error_index] -= 1
    points, spans = [], []
    for trace, parts in enumerate([] if strokes is None else joined_strokes(strokes)):
        first = 0
        for item, part in parts:
            past = first + len(part)
            if owners[item] >= 0:  # a slip of the pen is of no entry
                spans.append((int(owners[item]), trace, first, past))
            first = past
        points.append(np.concatenate([part for _, part in parts]))
    times = stroke_times(points, em_px * 256, rng(seed, index, "times"))
    if column_px:  # as it is read: turned clockwise
        points = [np.stack([column_px * 256 - y, x], 1) for x, y in (p.T for p in points)]
    traces = tuple(
        np.concatenate([own / 256, when[:, None]], 1).astype(np.float32)
        for own, when in zip(points, times, strict=True)
    )
    told = np.array(sorted(spans, key=lambda span: span[0]), np.int64).reshape(-1, 4)
    source, counts = Source("", line.writer), dict(line.counts)
    return OnlineLine(line.label, traces, told, source, index, side=side, counts=counts)


def why_no_strokes(banks: BankSet, line: TextAssignment, strokes: LineStrokes | None) -> str:
    """Say why `online_line` gives None, and what to do."""
    bank = banks.banks[int(_from_ink(line, strokes)["bank"][0])]
    if bank.strokes is None:
        return f"bank {bank.path.name} keeps no strokes; build it again from its archive"
    return "a glyph came as a picture; take banks of strokes alone"


def _from_ink(line: TextAssignment, strokes: LineStrokes | None) -> Items:
    """The items that are not drawn from strokes."""
    inked = line.items["row"] >= 0
    if strokes is not None:
        inked[strokes.owners[~strokes.leads]] = False
    return line.items[inked]


def joined_strokes(strokes: LineStrokes) -> list[list[tuple[int, Ints]]]:
    """Find what the pen writes without being lifted: for each trace its items, each with points.

    Points are ``int64 (points, 2)``, as `LineStrokes` has them. A join belongs to its letters half
    and half.
    """
    starts = strokes.ends - np.diff(strokes.ends, prepend=0)
    middles: dict[int, int] = {}
    for stroke in np.flatnonzero(strokes.cuts_q8.any(1)).tolist():
        middles.setdefault(int(strokes.owners[stroke]), stroke)
    found: list[list[tuple[int, Ints]]] = []
    for stroke in strokes.written.tolist():
        item = int(strokes.owners[stroke])
        own = strokes.points_q8[starts[stroke] : strokes.ends[stroke]]
        if not strokes.joined[stroke]:
            found.append([(item, own)])
            continue
        middle = middles[item]  # of its way in: it stands before that of its way out
        left = strokes.points_q8[starts[middle]]  # where a stroke of the letter before ends
        before = [one for one in found if one[-1][0] == item - 1]
        trace = min(before, key=lambda one: int(np.abs(one[-1][1][-1] - left).sum()))
        trace.append((item, np.concatenate([strokes.cuts_q8[middle, None, :2], own])))
    return found


def stroke_times(traces: Sequence[Ints], em_q8: float, times_rng: Draws) -> list[Ints]:
    """Draw when the pen is where: rising, from 0.

    Args:
        traces: ``int64 (points, 2)`` each, in the unit of `em_q8`.
        em_q8: the line's em.
        times_rng: chance.

    Returns:
        ``int64 (points,)`` each, ms.
    """
    pace = times_rng.uniform(*PACE_RANGE)
    lifts = times_rng.uniforms([LIFT_RANGE] * len(traces))
    clock, found = 0.0, []
    for number, points in enumerate(traces):
        steps = np.diff(points, axis=0)
        lengths = np.sqrt((steps * steps).sum(1, dtype=np.float64))
        turns = np.zeros(len(points))
        both = lengths[1:] * lengths[:-1]
        along = (steps[1:] * steps[:-1]).sum(1)
        turns[1:-1] = np.where(both > 0, 0.5 - 0.5 * along / np.maximum(both, 1.0), 0.0)
        if number:
            way = points[0] - traces[number - 1][-1]
            far = float(np.sqrt((way * way).sum(dtype=np.float64))) / em_q8
            clock += pace * lifts[number] * (LIFT_MS + LIFT_MS_PER_EM * far)
        took = pace * (lengths / em_q8 * MS_PER_EM + (turns[1:] + turns[:-1]) / 2 * MS_PER_TURN)
        if len(took):
            took[[0, -1]] += pace * MS_PER_STROKE / 2  # the pen is set going, and stopped
        when = np.floor(clock + np.concatenate([[0.0], np.cumsum(np.maximum(took, 1.0))]) + 0.5)
        clock = float(when[-1])
        found.append(when.astype(np.int64))
    return found
