"""Characters cut out of lines: the ink that was dealt to each, and how sure the deal is."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from penline.bidi import RIGHT_TO_LEFT
from penline.measure.reading import MOST_PX, ink_of_line
from penline.measure.segment import Segmented, segment
from penline.records import Bytes2D, GlyphRecord, LineRecord

__all__ = ["LINE", "SURE", "CutCharacter", "LineCutter", "ReadPlaces", "cut_characters"]

SURE = 1.5
"""Least margin of a sure cut: so much more has the whole line to cost, where the character has any
other ink. docs/own-lines.md says how many cuts of such lines are wrong whose places are known."""
LINE = 10_000
"""Record of a character cut from a line: `LINE` times the line's, and its place in the label."""
_NEAR_EM = 0.08
"""Ink that was dealt to nobody (grey edges, specks) is the nearest character's, if that is near."""

_MOST_UNSURE = 0.5
"""Of a line's characters; of one with more, as of joined letters, nothing is sure."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class ReadPlaces(NamedTuple):
    """Where somebody who can read saw the characters of a line.

    Attributes:
        middles_px: ``float64 (n,)``: x of each one's middle; NaN of those that he does not know.
        agrees: ``bool (n,)``: he read there what the label says, or does not know it.
    """

    middles_px: Floats
    agrees: Flags


ReadsPlaces: TypeAlias = Callable[[Bytes2D, Sequence[str | None]], ReadPlaces | None]
"""Of a line's ink (0 = paper) and its label; None where that does not fit in."""


@dataclass(frozen=True, slots=True, eq=False)
class CutCharacter:
    """A character of a line, cut out.

    Attributes:
        number: of its unit in the label, white space counted.
        character: the label.
        ink: ``uint8 (height_px, width_px)``, 0 = paper: its own ink alone, with no paper around.
        left_px: left edge in the line's picture.
        top_px: upper edge.
        margin: see `penline.measure.segment.Segmented.margins`.
        fault: why the cut is not sure; ``""`` where it is.
    """

    number: int
    character: str
    ink: Bytes2D
    left_px: int
    top_px: int
    margin: float
    fault: str


@dataclass(slots=True)
class LineCutter:
    """Cuts the characters of lines, and counts.

    Attributes:
        read: as `cut_characters` takes it.
        sure: the least margin of a sure cut.
        lines: so many lines were looked at,
        characters: with so many characters,
        kept: of which so many were kept.
    """

    read: ReadsPlaces | None = None
    sure: float = SURE
    lines: int = 0
    characters: int = 0
    kept: int = 0

    def glyphs(self, record: LineRecord, drop: Callable[[str], None]) -> Iterator[GlyphRecord]:
        """Yield the characters of a line whose cut is sure, or that have pictures of their own.

        Args:
            record: the line.
            drop: told why each other one is left out, and a line as a whole.
        """
        self.lines += 1
        told = [one for one in record.characters if one is not None and not one.isspace()]
        self.characters += len(told)
        if record.boxes:
            for at, box in enumerate(record.boxes):
                if box.character is not None:
                    yield self._glyph(record, at, box.pixels, record.paper)
            return
        fault = _line_fault(record, told)
        found = None if fault else self._cut(record)
        if found is None:
            drop(f"lines {fault or 'whose label does not fit their ink'}")
            return
        for one in found:
            if one.fault:
                drop(f"characters of lines, not cut surely: {one.fault}")
            else:
                yield self._glyph(record, one.number, one.ink, 0)

    def counts(self) -> dict[str, float]:
        """What was looked at, kept, and how sure it is, by name."""
        names = ("lines", "characters", "kept", "sure")
        return {name: getattr(self, name) for name in names}

    def _cut(self, record: LineRecord) -> list[CutCharacter] | None:
        return cut_characters(ink_of_line(record), record.characters, self.read, sure=self.sure)

    def _glyph(self, record: LineRecord, at: int, pixels: Bytes2D, paper: int) -> GlyphRecord:
        self.kept += 1
        character, place = record.characters[at] or "", LINE * record.record + at
        code, source = record.codes[at], record.source
        return GlyphRecord(character, code, pixels, paper, source, place, record.offset)


def _line_fault(record: LineRecord, label: Sequence[str]) -> str:
    """Why no character of a line can be cut out; ``""`` where one may be."""
    if not label:
        return "without a label"
    if record.height_px * record.width_px > MOST_PX or len(record.characters) >= LINE:
        return "far too large"
    if RIGHT_TO_LEFT.search("".join(label)):
        return "with right-to-left text"
    if any(unicodedata.category(one).startswith("M") for one in label):
        return "with combining marks, whose ink stands with their letters"
    return ""


def cut_characters(
    ink: Bytes2D,
    label: Sequence[str | None],
    read: ReadsPlaces | None = None,
    *,
    sure: float = SURE,
) -> list[CutCharacter] | None:
    """Cut the characters of a line out of its ink.

    Args:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        label: a unit each, None for ink without a character.
        read: tells where characters are; None goes by their shapes alone.
        sure: least margin of a sure cut.

    Returns:
        All characters of the label but white space; None where the ink is too little for it.
    """
    kept = [at for at, one in enumerate(label) if one is None or not one.isspace()]
    text = [label[at] for at in kept]
    places = None if read is None else read(ink, label)
    if read is not None and places is None:
        return None
    middles = None if places is None else places.middles_px[kept]
    agrees = None if places is None else places.agrees[kept]
    found = segment(ink, text, middles_px=middles, margins=True)
    if found is None:
        return None
    owner = _owners(ink, found)
    faults = _faults(found, sure, agrees)
    margins = found.margins if found.margins is not None else np.zeros(len(kept))
    cut = []
    for number, at in enumerate(kept):
        character = label[at]
        if character is None:
            continue
        own = owner == number + 1
        left, top, width, height = cv2.boundingRect(own.astype(np.uint8))
        place = slice(top, top + height), slice(left, left + width)
        inked = np.where(own[place], ink[place], np.uint8(0))
        margin = float(margins[number])
        cut.append(CutCharacter(at, character, inked, left, top, margin, faults[number]))
    return cut


def _faults(found: Segmented, sure: float, agrees: Flags | None) -> list[str]:
    """Why each character's cut is not sure; ``""`` where it is."""
    margins = found.margins if found.margins is not None else np.zeros(len(found.boxes))
    tied = np.append(False, found.touching) | np.append(found.touching, False)
    doubtful = found.doubtful
    beside = np.append(False, doubtful[:-1]) | np.append(doubtful[1:], False)
    reasons = np.full(len(margins), "", object)
    reasons[margins < sure] = "another cut is as likely"
    reasons[beside] = "a neighbour is not as characters of its class are"
    reasons[doubtful] = "not as characters of its class are"
    if agrees is not None:
        reasons[~agrees] = "not read as what the label says"
    reasons[tied] = "hangs together with a neighbour"
    if (reasons != "").mean() > _MOST_UNSURE:
        reasons[reasons == ""] = "most of its line is not"
    return [str(one) for one in reasons]


def _owners(ink: Bytes2D, found: Segmented) -> npt.NDArray[np.int32]:
    """Of each pixel the number of its character, from 1; 0 for nobody's."""
    units, owner = found.units, np.zeros(ink.shape, np.int32)
    numbers = np.searchsorted(found.first, np.arange(len(units.boxes)), side="right")
    rows = zip(units.boxes.tolist(), units.components.tolist(), numbers.tolist(), strict=True)
    for (left, top, right, bottom), component, number in rows:
        here = slice(top, bottom), slice(left, right)
        owner[here][units.labels[here] == component] = number
    away = (owner == 0).astype(np.uint8)
    far, nearest = cv2.distanceTransformWithLabels(
        away, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of = np.zeros(int(nearest.max()) + 1, np.int32)
    of[nearest[away == 0]] = owner[away == 0]
    reach = max(_NEAR_EM * found.em_px, 2.0)
    owner = np.where((ink > 0) & (far <= reach), of[nearest], 0)
    return np.asarray(owner, np.int32)
