"""Photographs that each show one character many times: cut apart, counted, the same ones told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.records import Defect, GlyphRecord, LeftOut, Source, glyph_record
from penline.sources.pictures.alike import look
from penline.sources.pictures.collection import PictureCollection
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.pieces import Cut, Piece, pieces_of
from penline.sources.pictures.planes import Picture
from penline.words import counted

__all__ = ["BURST", "ManyCollection", "cut_picture", "same_writing", "shows_many"]

Looks = npt.NDArray[np.float32]

BURST = "piece of a photograph of the same writing"
NOTHING = "picture without a character to cut out"
_LOOKED_AT = 24
_LEAST_PX = 300
"""A picture with many characters is no smaller."""
_SAME = 0.6
"""So many pieces of two photographs have to be each other's nearest, in one order."""
_FEWEST = 4
_KEPT = 200


def cut_picture(picture: Picture, rule: InkRule, character: str = "") -> Cut:
    """Cut the characters out of one photograph.

    Args:
        picture: as it was decoded.
        rule: what is ink.
        character: what is written, where that is known.
    """
    return pieces_of(rule.whole_ink(picture), rule.pen_px, character)


def shows_many(pictures: Sequence[Picture], rule: InkRule) -> bool:
    """Tell whether most pictures show one character many times: what is cut out looks alike."""
    large = [one for one in pictures if min(one.shape[:2]) >= _LEAST_PX]
    if 2 * len(large) <= len(pictures):
        return False
    some = large[:: max(1, len(large) // _LOOKED_AT)]
    return 2 * sum(cut_picture(one, rule).many for one in some) > len(some)


def same_writing(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    """Tell whether two photographs show the same writing.

    Of other writing, any piece may be the nearest to one of the first photograph; of the same, it
    is the one at its own place, give or take what one of them does not show.
    """
    if min(len(one), len(other)) < _FEWEST:
        return False
    return _same(_looks(one), _looks(other))


def _looks(pieces: Sequence[Piece]) -> Looks:
    """What a photograph shows, to know it again."""
    return np.stack([look(one.ink) for one in pieces])


def _same(one: Looks, other: Looks) -> bool:
    near = np.einsum("ik,jk->ij", one, other)
    nearest = near.argmax(1)
    each_other = near.argmax(0)[nearest] == np.arange(len(one))
    moved = (nearest - np.arange(len(one)))[each_other]
    if not moved.size:
        return False
    # a piece that one of them lacks moves all that follow it
    agreed = max(int((abs(moved - by) <= 1).sum()) for by in np.unique(moved))
    return agreed >= max(_FEWEST, _SAME * min(len(one), len(other)))


@dataclass(frozen=True, slots=True, eq=False)
class ManyCollection(PictureCollection):
    """Gives the characters of photographs, each of many writings of one."""

    def found(self, *, runs: bool) -> Iterator[GlyphRecord | LeftOut | Defect]:  # noqa: ARG002
        """Yield glyphs, a `LeftOut` for each odd piece, and a `Defect` for each unsound picture.

        Records are numbered over all photographs.
        """
        shown: dict[str, list[Looks]] = {}
        sources: dict[tuple[str, str], Source] = {("", ""): self.source}
        record = 0
        for one in self.labelled():
            if isinstance(one, LeftOut):
                yield LeftOut(one.reason, one.file, one.source, record)
                record += 1
                continue
            found = one.picture() if callable(one.picture) else one.picture
            if isinstance(found, FormatError):
                yield defect_of(found, record)
                record += 1
                continue
            source = self.source_of(one, sources)
            cut = cut_picture(found, self.rule, one.character)
            if not cut.pieces:
                yield LeftOut(NOTHING, one.file, source, record)
                record += 1
                continue
            again = self._again(cut, shown.setdefault(one.character, []))
            for piece in cut.pieces:
                reason = BURST if again else piece.reason
                if reason and not (self.keep_odd and not again):
                    yield LeftOut(reason, one.file, source, record)
                else:
                    ink = self.rule.restored(piece.ink, one.character)
                    yield glyph_record(one.character, one.code, ink, 0, source, record, one.offset)
                record += 1

    def _again(self, cut: Cut, before: list[Looks]) -> bool:
        """Tell whether a photograph before this one shows the same writing; else keep it."""
        if len(cut.sound) < _FEWEST:
            return False
        looks = _looks(cut.sound)
        if any(_same(one, looks) for one in before):
            return True
        before.append(looks)
        del before[:-_KEPT]
        return False


def told(cut: Cut) -> str:
    """Say what is cut out of a photograph: ``"48 in 6 rows; 2 left out"``.

    >>> told(Cut([], 0.0, False))
    '0 in 0 rows'
    """
    left = len(cut.pieces) - len(cut.sound)
    return cut.words() + (f"; {counted(left, 'piece')} left out" if left else "")
