"""One hand's file: every glyph drawn, laid out as CASIA's GNT records."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Sequence

import numpy as np

from penline.randomness import rng
from sample import characters as known
from sample.drawing import Outline, Pen, draw_glyph, outline
from sample.fonts import Font
from sample.hands import Hand
from sample.repairs import LOANS, PARTS, mask_of

SEED = 20
_HAN_STEP = 15
_LATIN_PROBES = (known.DIGITS, "ABCDEFGHJKLMNOPRSTUVWXYZ")

Shapes = Callable[[str], Outline]


def shapes(font: Font) -> Shapes:
    """Outlines of a font's characters, each measured once."""

    @functools.cache
    def shape(character: str) -> Outline:
        return outline(mask_of(font, character))

    return shape


def pen_for(hand: Hand, shape: Shapes, probes: Sequence[str], height_px: float) -> Pen:
    """The pen with which `hand` draws a font.

    The median heights of the `probes` average `height_px`; the median stroke is the hand's.
    """
    found = [[shape(character) for character in probe] for probe in probes]
    heights = [float(np.median([one.height_em for one in group])) for group in found]
    scale = height_px / float(np.mean(heights))
    stroke_px = scale * float(np.median([one.stroke_em for group in found for one in group]))
    return Pen(
        scale=scale,
        aspect=hand.aspect,
        slant=hand.slant,
        grow_px=(hand.stroke_px - stroke_px) / 2,
        soft_px=hand.soft_px,
        darkest=hand.darkest,
        pressure=hand.pressure,
        wobble_px=hand.wobble_px,
        grid_px=0.3 * hand.size_px,
    )


def held_by(hand: Hand, fonts: dict[str, Font], lines: Sequence[str]) -> dict[str, Font]:
    """Each character that a hand writes, and the font that it writes it in."""
    chinese, latin = fonts[hand.chinese], fonts[hand.latin]
    loans = LOANS.get(chinese.id, {})
    writable = chinese.held - known.refused()[chinese.id] | PARTS.get(chinese.id, {}).keys()
    found = {
        character: fonts[loans.get(character, chinese.id)]
        for character in known.han_for_hand(lines, filter(known.is_han, writable), hand.han)
    }
    found.update(dict.fromkeys(filter(chinese.held.__contains__, known.CHINESE_SIGNS), chinese))
    for character in known.ASCII + known.LATIN_SIGNS:
        if character not in latin.held:
            raise ValueError(f"{latin.id}: no {character!r}")
        found[character] = latin
    return found


def gnt_bytes(
    hand: Hand, held: dict[str, Font], measured: dict[str, Shapes], lines: Sequence[str]
) -> tuple[bytes, int]:
    """The hand's file in order of the codes, and the number of its records."""
    latin = measured[hand.latin]
    latin_px = hand.latin_share * hand.size_px
    digit_pen = pen_for(hand, latin, _LATIN_PROBES[:1], latin_px)
    pens = {hand.latin: pen_for(hand, latin, _LATIN_PROBES, latin_px)}
    han = "".join(filter(known.is_han, held))[::_HAN_STEP]
    for font in {font.id for font in held.values()} - {hand.latin}:
        pens[font] = pen_for(hand, measured[font], (han,), hand.size_px)
    wanted = known.copies(lines)
    records = []
    for character in sorted(held, key=_code):
        font = held[character].id
        pen = digit_pen if character in known.DIGITS else pens[font]
        for copy in range(wanted[character] or 1):
            draws = rng(SEED, (hand.number << 32) + (copy << 24) + ord(character), "sample")
            records.append(_record(character, draw_glyph(measured[font](character), pen, draws)))
    return b"".join(records), len(records)


def _code(character: str) -> bytes:
    """Two bytes: GB18030 in text order; an ASCII character and a NUL."""
    code = character.encode("gb18030").ljust(2, b"\0")
    if len(code) != 2:
        raise ValueError(f"{character!r} has no code of two bytes")
    return code


def _record(character: str, grey: np.ndarray) -> bytes:
    # offset  bytes  field
    # 0       4      size of the record, 10 + width * height
    # 4       2      code
    # 6       2      width
    # 8       2      height
    # 10      w * h  greys, 255 = paper
    height, width = grey.shape
    head = struct.pack("<I2sHH", 10 + width * height, _code(character), width, height)
    return head + grey.tobytes()
