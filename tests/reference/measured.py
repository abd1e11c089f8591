"""The kernels of `penline.bank.measured` in plain NumPy, glyph by glyph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["differing", "glyph_levels", "stroke_sizes", "take_ink"]

Ink = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def take_ink(
    pictures: Sequence[npt.NDArray[np.uint8]], papers: Sequence[int], trims: Sequence[bool]
) -> list[Ints]:
    """Ink of each picture, 0 by 0 where none is left; see `measured.take_ink`."""
    out = []
    for picture, paper, trim in zip(pictures, papers, trims, strict=True):
        ink = np.abs(picture.astype(np.int64) - paper)
        if trim:
            rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
            ink = ink[rows.min() : rows.max() + 1] if len(rows) else ink[:0, :0]
            ink = ink[:, columns.min() : columns.max() + 1] if len(rows) else ink
        out.append(ink)
    return out


def glyph_levels(glyphs: Sequence[Ink]) -> list[int]:
    """See `measured.glyph_levels`: nine tenths of the inked pixels are no darker."""
    found = []
    for glyph in glyphs:
        inked = np.sort(glyph[glyph > 0])
        found.append(int(inked[len(inked) * 9 // 10]) if len(inked) else 255)
    return found


def stroke_sizes(glyphs: Sequence[Ink], levels: Sequence[int]) -> tuple[list[int], list[int]]:
    """See `measured.stroke_sizes`: the outline of each glyph, with paper all around."""
    lengths, pens = [], []
    for glyph, level in zip(glyphs, levels, strict=True):
        shape = np.pad(glyph >= max(level * 2 // 5, 1), 1).astype(np.int64)
        outline = np.abs(np.diff(shape, axis=0)).sum() + np.abs(np.diff(shape, axis=1)).sum()
        length = int(outline) * 201 // 512
        lengths.append(min(length, 65535))
        pens.append(min(int(shape.sum()) * 16 // max(length, 1), 65535))
    return lengths, pens


def differing(one: Ink, other: Ink) -> int:
    """See `measured._differing`."""
    return int(np.count_nonzero(one != other))
