"""A photograph that was cut apart, and what a person does to its pieces before it is a bank."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from penline.bank import Bank, BankWriter, open_bank
from penline.errors import UsageError
from penline.look.app.limits import CUT_PIECES, CUT_PIXELS, CUT_SHEETS
from penline.records import Source
from penline.sources.pictures.deciding import decide_ink
from penline.sources.pictures.decode import decode
from penline.sources.pictures.many import cut_picture
from penline.sources.pictures.pieces import Piece, cut_apart, merged
from penline.sources.pictures.planes import Picture

__all__ = ["CutPiece", "CutSheet", "CutSheets", "cut_sheet"]

_SHOWN_PX = 1400
_UNDONE = 50
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True)
class CutPiece:
    """One piece.

    Attributes:
        piece: its ink and place.
        character: what it shows; "" where nobody has said it.
        kept: it goes into the bank.
    """

    piece: Piece
    character: str
    kept: bool


Pieces = tuple[CutPiece, ...]


@dataclass(slots=True)
class CutSheet:
    """One photograph on the server, changed by one request at a time.

    Attributes:
        number: what it is called in addresses.
        name: the file's name.
        size: width and height in pixels, as it was cut.
        shown: a JPEG of it for a page.
        ink: what is ink in it, in words.
        pieces: as they are now.
        version: how often they were changed: a change that was made for another one is refused.
    """

    number: int
    name: str
    size: tuple[int, int]
    shown: bytes
    ink: str
    pieces: Pieces
    version: int = 0
    _before: list[Pieces] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kept(self) -> list[CutPiece]:
        """The pieces that would go into a bank."""
        return [one for one in self.pieces if one.kept and one.character]

    @property
    def undoable(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    def change(self, version: int, make: Callable[[Pieces], Pieces]) -> None:
        """Change the pieces.

        Args:
            version: what whoever asks for it has seen.
            make: gives the pieces as they are to be.

        Raises:
            UsageError: they have been changed since, or there would be too many.
        """
        with self._lock:
            if version != self.version:
                raise UsageError("the pieces were changed meanwhile; load the page again")
            made = make(self.pieces)
            if len(made) > CUT_PIECES:
                raise UsageError(f"more than {CUT_PIECES:,} pieces")
            self._before.append(self.pieces)
            del self._before[:-_UNDONE]
            self.pieces, self.version = made, self.version + 1

    def undo(self, version: int) -> None:
        """Take the last change back.

        Raises:
            UsageError: as `change`; or nothing was changed.
        """
        with self._lock:
            if version != self.version or not self._before:
                raise UsageError("there is nothing to take back; load the page again")
            self.pieces, self.version = self._before.pop(), self.version + 1

    def bank(self, out: Path, writer: str) -> Bank:
        """Make a bank of what is kept.

        Args:
            out: the bank's folder.
            writer: whose hand it is, ``family:name``.

        Raises:
            UsageError: no piece with a character is kept.
        """
        kept = self.kept
        if not kept:
            raise UsageError("no piece with a character is kept: label some first")
        with BankWriter(out) as bank:
            for record, one in enumerate(kept):
                bank.add(one.piece.ink, one.character, Source(self.name, writer), record=record)
        return open_bank(out)


def labelled(pieces: Pieces, chosen: Collection[int], character: str) -> Pieces:
    """Label pieces, and keep them."""
    return tuple(
        replace(one, character=character, kept=True) if at in chosen else one
        for at, one in enumerate(pieces)
    )


def kept(pieces: Pieces, chosen: Collection[int], *, keep: bool) -> Pieces:
    """Keep pieces, or drop them."""
    return tuple(replace(one, kept=keep) if at in chosen else one for at, one in enumerate(pieces))


def joined(pieces: Pieces, chosen: Collection[int]) -> Pieces:
    """Merge pieces into one, in the place of the first.

    Raises:
        UsageError: fewer than two.
    """
    some = [pieces[at] for at in sorted(chosen)]
    if len(some) < 2:
        raise UsageError("choose two pieces or more to merge")
    character = next((one.character for one in some if one.character), "")
    whole = CutPiece(merged([one.piece for one in some]), character, True)
    first = min(chosen)
    return tuple(
        whole if at == first else one
        for at, one in enumerate(pieces)
        if at == first or at not in chosen
    )


def split(pieces: Pieces, chosen: Collection[int], parts: int, *, across: bool) -> Pieces:
    """Split pieces, each into so many.

    Raises:
        UsageError: not 2 to 12 parts.
    """
    if not 2 <= parts <= _MOST_PARTS:
        raise UsageError(f"split into 2 to {_MOST_PARTS} parts")
    made: list[CutPiece] = []
    for at, one in enumerate(pieces):
        found = cut_apart(one.piece, parts, across=across) if at in chosen else [one.piece]
        made += [replace(one, piece=part, kept=one.kept or at in chosen) for part in found]
    return tuple(made)


class CutSheets:
    """The photographs on the server: the last few."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, CutSheet] = OrderedDict()
        self._lock = threading.Lock()
        self._next = 1

    def take(self, data: bytes, name: str, character: str) -> CutSheet:
        """Cut a photograph apart, and keep it.

        Raises:
            FormatError: no picture that can be read.
        """
        made = cut_sheet(data, name, character)
        with self._lock:
            made.number = self._next
            self._next += 1
            self._kept[made.number] = made
            while len(self._kept) > CUT_SHEETS:
                self._kept.popitem(last=False)
        return made

    def sheet(self, number: int) -> CutSheet:
        """One photograph by its number.

        Raises:
            UsageError: it is no longer here.
        """
        with self._lock:
            if number not in self._kept:
                raise UsageError(f"no such photograph here: the last {CUT_SHEETS} are kept")
            return self._kept[number]

    def every(self) -> list[CutSheet]:
        """All, the newest first."""
        with self._lock:
            return list(self._kept.values())[::-1]


def cut_sheet(data: bytes, name: str, character: str) -> CutSheet:
    """Cut a photograph apart.

    Args:
        data: the file.
        name: its name, for messages and for the bank.
        character: what it shows; "" where that is not said.

    Raises:
        FormatError: no picture that can be read.
    """
    picture = _bounded(decode(data, name))
    rule = decide_ink([picture], [character] if character else ())
    found = cut_picture(picture, rule, character).pieces
    pieces = tuple(CutPiece(one, character, not one.reason) for one in found[:CUT_PIECES])
    height, width = picture.shape[:2]
    return CutSheet(0, name, (width, height), _shown(picture), rule.words(), pieces)


def _bounded(picture: Picture) -> Picture:
    """A picture that is not larger than a telephone's, for what it costs to look at it."""
    pixels = picture.shape[0] * picture.shape[1]
    if pixels <= CUT_PIXELS:
        return picture
    by = (CUT_PIXELS / pixels) ** 0.5
    size = tuple(max(1, int(side * by)) for side in picture.shape[1::-1])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _shown(picture: Picture) -> bytes:
    small = picture if picture.dtype == np.uint8 else (picture >> 8).astype(np.uint8)
    if small.ndim == 3 and small.shape[2] == 4:  # on white, as a page shows it
        part = small[:, :, 3:].astype(np.uint16)
        white = np.uint16(255)
        small = ((small[:, :, :3] * part + white * (white - part)) // white).astype(np.uint8)
    by = _SHOWN_PX / max(small.shape[:2])
    if by < 1:
        size = tuple(max(1, int(side * by)) for side in small.shape[1::-1])
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
