"""One line of handwriting as numbers: a box a character, whatever the boxes came from.

All records count in pixels of their own source, x right and y down; what is derived from them is
in ems of the line, and up is positive. The line's em is the median height of its Chinese
characters (一 left out); a line with fewer than five of them takes its writer's. The em of a writer
without Chinese characters is the median height of letters of x-height over 0.42 (`X_HEIGHT_EM`), as
hands that write both have it; without such letters, that of capitals, digits and other letters,
each over its height in x-heights.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.characters import is_han
from penline.measure.classes import class_of, expected, family_of
from penline.measure.latin import X_HEIGHT_EM, latin_figures
from penline.records import Bytes2D

__all__ = ["LineGeometry", "of_boxes", "theil_sen", "with_writer_ems"]

Floats = npt.NDArray[np.float64]

Strokes = list[npt.NDArray[np.float32]]

_MOST_POINTS = 1000
OWN_EM = 5
"""Chinese characters from which on a line has an em of its own."""
_LEAST_LETTERS = 3
"""Fewer letters say nothing of a hand's size."""


@dataclass(frozen=True, eq=False)
class LineGeometry:
    """Where the characters of one line stand.

    Attributes:
        characters: the label without white space, "" for ink that is no character.
        boxes: ``float64 (n, 4)``: left, top, right, bottom of each character's ink, px.
        touching: ``bool (n - 1,)``: the ink of neighbours hangs together; None where not known.
        spaces: ``bool (n - 1,)``: white space in the label between neighbours.
        strokes_px: ``float64 (n,)``: length of each character's strokes; NaN where not known.
        trusted: ``bool (n,)``: the box is believed; others are left out of all figures.
        writer: ``family:number``, or ``unknown:...``.
        sheet: what the line was written on, such as a page's file.
        cells: each character stands in a cell of a sheet: gaps and drift mean nothing.
        margins_px: from the page's left edge to the line and from the line to its right edge;
            NaN where not known.
        middle_px: y of the line's middle at x = 0 and its slope, where something else than the
            line's own characters tells.
        writer_em_px: the writer's median Chinese height; 0 where not known.
        looks: ``float64 (n, 7)``: of each character's ink: stroke width in px, share of the box
            that is inked, mean strength of the ink (0 to 1), slant (lean to the right per
            height), breadth of strokes at their ends over their breadth, deviation of their breadth
            over its mean, y where ink crosses to the next, px; NaN where not known.
        ink: ``uint8 (height_px, width_px)``: the line's picture, 0 = paper, in which `boxes`
            stand; None where there is none, or nobody keeps it.
        strokes: of each character, ``float32 (points, 2)`` each; None where there are none, or
            nobody keeps them.
    """

    characters: tuple[str, ...]
    boxes: Floats
    touching: npt.NDArray[np.bool_] | None
    spaces: npt.NDArray[np.bool_]
    strokes_px: Floats
    trusted: npt.NDArray[np.bool_]
    writer: str
    sheet: str
    cells: bool = False
    margins_px: tuple[float, float] = (float("nan"), float("nan"))
    middle_px: tuple[float, float] | None = None
    writer_em_px: float = 0.0
    looks: Floats | None = None
    ink: Bytes2D | None = None
    strokes: tuple[Strokes, ...] | None = None

    @functools.cached_property
    def tall_han(self) -> npt.NDArray[np.bool_]:
        """``bool (n,)``: trusted Chinese characters, 一 left out."""
        han = np.array([is_han(c) and c != "一" for c in self.characters], bool)
        return np.asarray(han & self.trusted)

    @functools.cached_property
    def body(self) -> npt.NDArray[np.bool_]:
        """``bool (n,)``: `tall_han`; in a line without any, trusted letters of x-height."""
        if self.tall_han.any():
            return self.tall_han
        low = np.array([class_of(c or "永") == "x-height" for c in self.characters], bool)
        return np.asarray(low & self.trusted)

    @functools.cached_property
    def em_px(self) -> float:
        """The line's em; 0 where neither the line nor its writer has one."""
        heights = (self.boxes[:, 3] - self.boxes[:, 1])[self.tall_han]
        if len(heights) >= OWN_EM or (len(heights) and not self.writer_em_px):
            return float(np.median(heights))
        return self.writer_em_px

    @functools.cached_property
    def classes(self) -> tuple[str, ...]:
        """The class of each character."""
        lengths = self.strokes_px / max(self.em_px, 1e-9)
        return tuple(
            class_of(c or "永", None if np.isnan(length) else length)
            for c, length in zip(self.characters, lengths.tolist(), strict=True)
        )

    @functools.cached_property
    def level_px(self) -> tuple[float, float]:
        """y of the line's middle at x = 0, and its slope (positive: downwards)."""
        if self.middle_px is not None:
            return self.middle_px
        x, y = self._middles()
        chosen = self.tall_han
        if chosen.sum() < 3:
            chosen = self.trusted
            rise = [expected(c or "永").middle for c in self.characters]
            y = y + np.array(rise) * self.em_px
        x, y = x[chosen], y[chosen]
        if not len(x):
            return 0.0, 0.0
        if len(x) < 6 or np.ptp(x) < 4 * self.em_px:
            return float(np.median(y)), 0.0
        slope = theil_sen(x, y)
        return float(np.median(y - slope * x)), slope

    @property
    def heights_em(self) -> Floats:
        """``float64 (n,)``."""
        return np.asarray((self.boxes[:, 3] - self.boxes[:, 1]) / self.em_px)

    @property
    def widths_em(self) -> Floats:
        """``float64 (n,)``."""
        return np.asarray((self.boxes[:, 2] - self.boxes[:, 0]) / self.em_px)

    @property
    def middles_em(self) -> Floats:
        """``float64 (n,)``: the middle of each box above the line's middle."""
        x, y = self._middles()
        at, slope = self.level_px
        return np.asarray((at + slope * x - y) / self.em_px)

    @property
    def gaps_em(self) -> Floats:
        """``float64 (n - 1,)``: white between neighbours' ink; negative where they overlap."""
        return np.asarray((self.boxes[1:, 0] - self.boxes[:-1, 2]) / self.em_px)

    @property
    def good_gaps(self) -> npt.NDArray[np.bool_]:
        """``bool (n - 1,)``: gaps of trusted neighbours without white space between them."""
        if self.cells:
            return np.zeros(max(len(self.characters) - 1, 0), bool)
        return np.asarray(self.trusted[1:] & self.trusted[:-1] & ~self.spaces)

    def _middles(self) -> tuple[Floats, Floats]:
        x0, y0, x1, y1 = self.boxes.T
        return 0.5 * (x0 + x1), 0.5 * (y0 + y1)


def theil_sen(x: Floats, y: Floats) -> float:
    """The median of the slopes of all pairs of points; 0 where all stand above each other.

    Of more than a thousand points, a thousand spread over all of them are taken.
    """
    if len(x) > _MOST_POINTS:
        chosen = np.linspace(0, len(x) - 1, _MOST_POINTS).astype(np.int64)
        x, y = x[chosen], y[chosen]
    one, two = np.triu_indices(len(x), 1)
    apart = x[two] - x[one]
    good = np.abs(apart) > 1e-9
    return float(np.median((y[two] - y[one])[good] / apart[good])) if good.any() else 0.0


def of_boxes(
    text: Sequence[str | None],
    boxes: npt.ArrayLike,
    writer: str,
    sheet: str,
    *,
    touching: npt.NDArray[np.bool_] | None = None,
    strokes_px: npt.ArrayLike | None = None,
    trusted: npt.NDArray[np.bool_] | None = None,
    cells: bool = False,
    margins_px: tuple[float, float] = (float("nan"), float("nan")),
    middle_px: tuple[float, float] | None = None,
    looks: Floats | None = None,
    ink: Bytes2D | None = None,
) -> LineGeometry:
    """A line from a label and a box for each of its units; white space is taken out.

    Args:
        text: the label, one character a box, None for ink without a label.
        boxes: ``(n, 4)``: left, top, right, bottom in px.
        writer: the writer's id.
        sheet: what the line was written on.
        touching: see `LineGeometry`; per pair of neighbours after white space is out.
        strokes_px: see `LineGeometry`, per unit of `text`.
        trusted: see `LineGeometry`, per unit of `text`; None: all but ink without a label.
        cells: see `LineGeometry`.
        margins_px: see `LineGeometry`.
        middle_px: see `LineGeometry`.
        looks: see `LineGeometry`, per unit of `text`.
        ink: see `LineGeometry`.
    """
    table = np.asarray(boxes, np.float64).reshape(-1, 4)
    white = np.array([c is not None and c.isspace() for c in text], bool)
    kept = np.flatnonzero(~white)
    label = tuple(text[at] or "" for at in kept.tolist())
    spaces = np.diff(kept) > 1
    sound = np.array([bool(c) for c in label], bool)
    if trusted is not None:
        sound &= trusted[kept]
    wide = table[:, 2:] - table[:, :2]
    sound &= (wide[kept] > 0).all(1)
    length = np.full(len(text), np.nan) if strokes_px is None else np.asarray(strokes_px, float)
    return LineGeometry(
        characters=label,
        boxes=table[kept],
        touching=touching,
        spaces=np.asarray(spaces, bool),
        strokes_px=length[kept],
        trusted=sound,
        writer=writer,
        sheet=sheet,
        cells=cells,
        margins_px=margins_px,
        middle_px=middle_px,
        looks=None if looks is None else looks[kept],
        ink=ink,
    )


def with_writer_ems(lines: Iterable[LineGeometry]) -> list[LineGeometry]:
    """The same lines, each with its writer's em: the median over all his Chinese characters, or
    what his letters say where there are none.

    Lines by nobody known, and lines that keep no scale with each other (another sheet of another
    size), count sheet by sheet. A line that is left without an em is left out.
    """
    given = list(lines)
    owned: dict[tuple[str, str], list[LineGeometry]] = defaultdict(list)
    for line in given:
        owned[_owner(line)].append(line)
    ems = {owner: _em_of(own) for owner, own in owned.items()}
    found = (dataclasses.replace(line, writer_em_px=ems[_owner(line)]) for line in given)
    return [line for line in found if line.em_px > 0 and line.trusted.any()]


def _em_of(lines: Sequence[LineGeometry]) -> float:
    """The em of one writer; 0 of one with neither Chinese characters nor letters."""
    tall = np.concatenate([(line.boxes[:, 3] - line.boxes[:, 1])[line.tall_han] for line in lines])
    if len(tall):
        return float(np.median(tall))
    low: list[float] = []
    others: list[float] = []
    figures = latin_figures()
    for line in lines:
        heights = (line.boxes[:, 3] - line.boxes[:, 1]).tolist()
        for one, height, good in zip(line.characters, heights, line.trusted, strict=True):
            if not good or one not in figures:
                continue
            name = class_of(one)
            if name == "x-height":
                low.append(height)
            elif family_of(name) in ("letter", "digit"):
                others.append(height / figures[one].height)
    for values in (low, others):
        if len(values) >= _LEAST_LETTERS:
            return float(np.median(values)) / X_HEIGHT_EM
    return 0.0


def _owner(line: LineGeometry) -> tuple[str, str]:
    return line.writer, (line.sheet if line.writer.startswith("unknown:") else "")
