"""Writers of small pages (DGRL, DGR), GNTX and IDX files in their true layouts. No real data.

    dgrl(["永和九年", "a,B!"])     a page, each line a picture
    dgr(["永和九年", "a,B!"])      a page, each character a picture
    gntx("永𠮷")                   a GNTX file, one record a character
    idx_images(pictures), idx_labels([3, 1])

In a text, "?" stands for ink without a label (the unit ``ff ff``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np

from fakes import gb_code, glyph

UNKNOWN = "?"
ILLUSTRATION = b"#a made-up page"
PAGE = (900, 700)
"""Height and width of the page, in pixels."""


def units(text: str, size: int = 2) -> bytes:
    """Label units of a text, `size` bytes each."""
    plain = [b"\xff" * size if c == UNKNOWN else gb_code(c).rstrip(b"\0") for c in text]
    return b"".join(code.ljust(size, b"\0") for code in plain)


def line_place(number: int) -> tuple[int, int]:
    """Top and left of a line; the first begins above and left of the page."""
    return 45 * number - 3, 12 * number - 5


def line_picture(text: str, number: int = 0, bits: int = 8) -> np.ndarray:
    """``uint8 (height, width)``: the characters' pictures side by side, on paper.

    With 1 bit a pixel it is 0 = paper and 255 = ink.
    """
    glyphs = [glyph(c, number + i) for i, c in enumerate(text or " ")]
    line = np.full((max(g.shape[0] for g in glyphs), sum(g.shape[1] for g in glyphs)), 255)
    left = 0
    for one in glyphs:
        line[: one.shape[0], left : left + one.shape[1]] = one
        left += one.shape[1]
    pixels = line.astype(np.uint8)
    return pixels if bits == 8 else np.where(pixels < 255, 255, 0).astype(np.uint8)


def bitmap(pixels: np.ndarray, bits: int) -> bytes:
    """Rows of bytes, or rows of bits that begin at whole bytes."""
    return pixels.tobytes() if bits == 8 else np.packbits(pixels > 0, axis=1).tobytes()


def head(
    count: int,
    *,
    code: bytes = b"DGR",
    illustration: bytes = ILLUSTRATION,
    code_type: bytes = b"GB",
    size: int = 2,
    bits: int = 8,
    page: tuple[int, int] = PAGE,
) -> bytes:
    """All that comes before the first line."""
    start = struct.pack("<I8s", 36 + len(illustration), code) + illustration
    return start + struct.pack("<20sHHIII", code_type, size, bits, *page, count)


def dgrl_lines(texts: Sequence[str], *, bits: int = 8, size: int = 2) -> list[bytes]:
    """The lines of a page by line."""
    found = []
    for number, text in enumerate(texts):
        pixels = line_picture(text, number, bits)
        box = struct.pack("<iiii", *line_place(number), *pixels.shape)
        found.append(struct.pack("<I", len(text)) + units(text, size) + box + bitmap(pixels, bits))
    return found


def dgrl(texts: Sequence[str], *, bits: int = 8, size: int = 2, **facts: object) -> bytes:
    """A page by line."""
    lines = dgrl_lines(texts, bits=bits, size=size)
    return head(len(lines), bits=bits, size=size, **facts) + b"".join(lines)  # type: ignore[arg-type]


def character_places(text: str, number: int) -> list[tuple[int, int]]:
    """Top and left of the characters of a line; neighbours overlap by two columns."""
    top, left = line_place(number)
    widths = [glyph(c, number + i).shape[1] - 2 for i, c in enumerate(text)]
    return [(top + i % 3, left + sum(widths[:i])) for i in range(len(text))]


def dgr_lines(texts: Sequence[str], *, bits: int = 8, size: int = 2) -> list[bytes]:
    """The lines of a page by character."""
    found = []
    for number, text in enumerate(texts):
        line = struct.pack("<I", len(text))
        for i, (character, place) in enumerate(
            zip(text, character_places(text, number), strict=True)
        ):
            pixels = line_picture(character, number + i, bits)
            line += units(character, size) + struct.pack("<hhhh", *place, *pixels.shape)
            line += bitmap(pixels, bits)
        found.append(line)
    return found


def dgr(texts: Sequence[str], *, bits: int = 8, size: int = 2, **facts: object) -> bytes:
    """A page by character."""
    lines = dgr_lines(texts, bits=bits, size=size)
    return head(len(lines), bits=bits, size=size, **facts) + b"".join(lines)  # type: ignore[arg-type]


def gntx_record(pixels: np.ndarray, code: int) -> bytes:
    """One GNTX record of a grey picture and its code point."""
    height, width = pixels.shape
    return struct.pack("<IIHH", 12 + width * height, code, width, height) + pixels.tobytes()


def gntx_records(characters: Iterable[str], seed: int = 0, side_px: int = 24) -> list[bytes]:
    """GNTX records, one a character."""
    return [gntx_record(glyph(c, seed + i, side_px), ord(c)) for i, c in enumerate(characters)]


def gntx(characters: Iterable[str], seed: int = 0, side_px: int = 24) -> bytes:
    """A GNTX file, one record a character."""
    return b"".join(gntx_records(characters, seed, side_px))


def idx_images(pictures: np.ndarray) -> bytes:
    """An IDX file of ``uint8 (items, rows, columns)``."""
    return struct.pack(">IIII", 0x803, *pictures.shape) + pictures.tobytes()


def idx_labels(labels: Sequence[int]) -> bytes:
    """An IDX file of labels, one byte each."""
    return struct.pack(">II", 0x801, len(labels)) + bytes(labels)


def idx_long_labels(labels: np.ndarray) -> bytes:
    """QMNIST's labels: big-endian ``int32 (items, columns)``."""
    return struct.pack(">III", 0xC02, *labels.shape) + labels.astype(">i4").tobytes()
