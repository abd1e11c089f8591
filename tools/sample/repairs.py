"""Characters that a font draws wrongly: put together from parts of others, or lent by a font."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from sample.drawing import EM, Grey, outline_mask
from sample.fonts import Font

_GAP_EM = 0.05


@dataclass(frozen=True)
class Part:
    """The connected pieces of a character whose boxes lie wholly between two shares of its width.

    Attributes:
        character: whose pieces.
        left: share of the width where the part begins, 0 to 1.
        right: where it ends.
        stretch: its width is multiplied by this.
    """

    character: str
    left: float
    right: float
    stretch: float = 1.0


PARTS: dict[str, dict[str, tuple[Part, ...]]] = {
    "ma-shan-zheng": {"料": (Part("粮", 0.0, 0.5), Part("斗", 0.0, 1.0, 0.8))},
    "long-cang": {
        "时": (Part("晚", 0.0, 0.3), Part("讨", 0.37, 1.0)),
        "己": (Part("记", 0.44, 1.0, 1.2),),
        "抢": (Part("拟", 0.0, 0.35), Part("枪", 0.36, 1.0)),
        "敏": (Part("海", 0.27, 1.0, 0.85), Part("教", 0.55, 1.0)),
    },
}

LOANS = {"long-cang": dict.fromkeys("以似分", "ma-shan-zheng")}
"""Font -> characters that are too free in it to be read -> the font that lends them."""


def mask_of(font: Font, character: str) -> Grey:
    """Large mask of a character: the font's own, or put together from `PARTS`."""
    parts = PARTS.get(font.id, {}).get(character)
    if parts is None:
        return outline_mask(font.face, character)
    return _joined([_cut(font, part) for part in parts])


def _cut(font: Font, part: Part) -> Grey:
    """A part on a canvas 2 em high, the base line at 1.5 em, tight in width."""
    _, top, _, _ = font.face.getbbox(part.character, anchor="ls")
    mask = outline_mask(font.face, part.character)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((mask >= 128).astype(np.uint8))
    lefts, widths = boxes[1:, cv2.CC_STAT_LEFT], boxes[1:, cv2.CC_STAT_WIDTH]
    begin, whole = lefts.min(), (lefts + widths).max() - lefts.min()
    kept = [
        label
        for label in range(1, count)
        if boxes[label, cv2.CC_STAT_LEFT] >= begin + part.left * whole - 1
        and boxes[label, cv2.CC_STAT_LEFT] + boxes[label, cv2.CC_STAT_WIDTH]
        <= begin + part.right * whole + 1
    ]
    if not kept:
        raise ValueError(f"{font.id}: no piece of {part.character} within its part")
    piece = np.where(np.isin(labels, kept), mask, 0).astype(np.uint8)
    columns = np.flatnonzero(piece.any(axis=0))
    piece = piece[:, columns[0] : columns[-1] + 1]
    size = (round(piece.shape[1] * part.stretch), piece.shape[0])
    piece = np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    canvas = np.zeros((2 * EM, piece.shape[1]), np.uint8)
    y = EM + EM // 2 + round(top) - EM // 8
    canvas[y : y + piece.shape[0]] = piece
    return canvas


def _joined(pieces: list[Grey]) -> Grey:
    gap = np.zeros((2 * EM, round(_GAP_EM * EM)), np.uint8)
    row = [pieces[0]]
    for piece in pieces[1:]:
        row += [gap, piece]
    whole = np.hstack(row)
    rows = np.flatnonzero(whole.any(axis=1))
    return np.pad(whole[rows[0] : rows[-1] + 1], EM // 8)
