"""Pictures of the guide characters: from a bank, or from a font file with Pillow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from penline.bank import Bank
from penline.characters import MIDDLE_EM, kind_of
from penline.errors import MissingExtra, UsageError
from penline.records import Bytes2D

__all__ = ["GuidePicture", "Guides", "bank_guides", "font_guides"]

_FONT_PX = 64
_EM_LOW = -0.12
"""Where a Chinese character stands, in ems above the writing line (`penline.characters`)."""


class GuidePicture(NamedTuple):
    """One character's picture.

    Attributes:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        low: where it ends, in ems above the foot of a Chinese character.
    """

    ink: Bytes2D
    low: float


class Guides:
    """Finds pictures, once for each character, and counts those that it has none of.

    Args:
        find: a character's picture, or None.
        em_px: height of a Chinese character in the pictures.
    """

    def __init__(self, find: Callable[[str], GuidePicture | None], em_px: float) -> None:
        self.em_px = em_px
        self.lacking: dict[str, None] = {}
        self._find = find
        self._found: dict[str, GuidePicture | None] = {}

    def __call__(self, character: str) -> GuidePicture | None:
        picture = self.find(character)
        if picture is None:
            self.lacking[character] = None
        return picture

    def find(self, character: str) -> GuidePicture | None:
        """Return the picture of a character that nobody is asked to write."""
        if character not in self._found:
            self._found[character] = self._find(character)
        return self._found[character]


def bank_guides(bank: Bank) -> Guides:
    """Guides from a bank: by the writer of the most glyphs, then by any other."""
    facts = sorted(bank.header.writers, key=lambda one: (-one.glyphs, one.id))
    em_px = {one.id: one.em_px for one in facts}
    usual = facts[0].em_px

    def find(character: str) -> GuidePicture | None:
        rows = bank.rows(facts[0].id, character)
        rows = rows if rows.size else bank.rows(character=character)
        if not rows.size:
            return None
        glyph = bank[int(rows[0])]
        scale = em_px[glyph.writer] / usual
        kind = kind_of(character)
        height_em = glyph.ink.shape[0] / usual / scale
        low = kind.centre - height_em / 2 if kind.low is None else kind.low
        if kind.name == "han":
            low = MIDDLE_EM - height_em / 2
        return GuidePicture(np.array(glyph.ink), low - _EM_LOW)

    return Guides(find, usual)


def font_guides(path: Path) -> Guides:
    """Guides from a TrueType or OpenType font file.

    Raises:
        MissingExtra: Pillow is not installed.
        UsageError: no such file, or not a font.
    """
    try:
        from PIL import ImageFont
    except ImportError:
        raise MissingExtra("guide characters from a font", "template") from None
    if not path.is_file():
        raise UsageError(f"no font file {path}")
    try:
        font = ImageFont.truetype(str(path), _FONT_PX, layout_engine=ImageFont.Layout.BASIC)
        lacking = _drawn(font, "\U0010fffd")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is not a font that Pillow can read: {error}") from None

    def find(character: str) -> GuidePicture | None:
        ink, foot = _drawn(font, character)
        if not ink.size or (ink.shape == lacking[0].shape and (ink == lacking[0]).all()):
            return None
        return GuidePicture(ink, (foot / _FONT_PX) - _EM_LOW)

    return Guides(find, _FONT_PX)


def _drawn(font: Any, character: str) -> tuple[Bytes2D, float]:
    """Tight ink, and how far above the writing line it ends, px."""
    from PIL import Image, ImageDraw

    sheet = Image.new("L", (3 * _FONT_PX, 3 * _FONT_PX))
    ImageDraw.Draw(sheet).text((_FONT_PX, 2 * _FONT_PX), character, 255, font=font, anchor="ls")
    ink = np.asarray(sheet, np.uint8)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not rows.size:
        return np.zeros((0, 0), np.uint8), 0.0
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.ascontiguousarray(tight), 2.0 * _FONT_PX - float(rows[-1] + 1)
