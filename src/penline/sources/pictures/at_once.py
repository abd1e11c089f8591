"""Ink of many small grey PNGs at once, where no more is to be done than to turn them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.formats.grey_pngs import grey_inks
from penline.records import Bytes2D, GlyphRun, Source
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.labelled import Labelled

__all__ = ["ManyInks", "inks_at_once", "run_of"]


class ManyInks(NamedTuple):
    """Ink of pictures, each cut tight.

    Attributes:
        ink: ``uint8 (n,)``, 0 = paper: one picture after the other, row by row.
        starts: ``int64 (pictures,)``, where each begins.
        sizes_px: ``int64 (pictures, 2)``, height and width of each.
        sound: ``bool (pictures,)``: whether it was taken, has ink and is not odd.
    """

    ink: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    sizes_px: npt.NDArray[np.int64]
    sound: npt.NDArray[np.bool_]

    def one(self, number: int | np.intp) -> Bytes2D:
        """Return the ink of one picture."""
        start, (height, width) = self.starts[number], self.sizes_px[number]
        return self.ink[start : start + height * width].reshape(height, width)


def inks_at_once(files: Sequence[bytes], rule: InkRule) -> ManyInks:
    """Make ink of up to `penline.formats.grey_pngs.FILES_LIMIT` files.

    Args:
        files: whole files, of each of which `penline.formats.grey_pngs.may_be_grey`.
        rule: what is ink; it is `InkRule.flat`.
    """
    made = grey_inks(files, light=rule.turned)
    sizes_px = made.kept_px
    areas = sizes_px[:, 0] * sizes_px[:, 1]
    sound = (areas > 0) & (sizes_px.max(1) <= rule.most_px)
    found = ManyInks(made.ink, np.cumsum(areas) - areas, sizes_px, sound)
    for number in np.flatnonzero(sound & (sizes_px == made.sizes_px).all(1)):  # no paper around it
        sound[number] = not rule.odd(found.one(number), found.one(number))
    return found


def run_of(some: Sequence[Labelled], inks: ManyInks, source: Source) -> GlyphRun | None:
    """Return pictures as a run; None where they are not of one writer, in order and all labelled.

    Args:
        some: the pictures.
        inks: of each.
        source: of the first.
    """
    characters, first = [one.character for one in some], some[0].record
    in_order = [one.record for one in some] == list(range(first, first + len(some)))
    if not in_order or len({(one.writer, one.part) for one in some}) > 1 or not all(characters):
        return None
    offsets = np.array([one.offset for one in some], np.int64)
    return GlyphRun(
        *(characters, inks.ink, inks.starts, inks.sizes_px),
        *(0, source, first, offsets),
        tight=True,
    )
