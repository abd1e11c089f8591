"""UJI Pen Characters, version 2: one file of all writers, a unit for each of them.

A session is `trn_UJI_W03-01`: the part, the place, the writer from 1 to 60, the repetition. Units
of length differ from place to place, so each writer has a size of the own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import strictly
from penline.formats.uji import read_sessions, salvage_uji
from penline.records import Defect, Source, StrokeRecord
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing
from penline.sources.names import leaf
from penline.sources.unit import FileUnit, Place, Unit

__all__ = ["UjiCollector", "UjiUnit", "identify"]

_NAME = re.compile(r"ujipenchars2\.txt", re.IGNORECASE)
_SESSION = re.compile(r"(trn|tst)_[A-Z]{1,8}_W(\d\d)-\d\d", re.ASCII)
_PARTS = {"trn": "train", "tst": "test"}
_CARD = "uji-pen"


def identify(file: str) -> Source | None:
    """Tell the card of UJI's file; None for a name of others.

    >>> identify("uji/ujipenchars2.txt").card
    'uji-pen'
    """
    return Source(file, f"unknown:{_CARD}", "", _CARD) if _NAME.fullmatch(leaf(file)) else None


@dataclass(frozen=True, slots=True)
class UjiUnit(FileUnit):
    """Gives the characters of one writer.

    Attributes:
        writer: number of the writer, ``"03"``; None gives those of sessions of another form.
        file_count: 1 of the first unit of a file, 0 of the others.
    """

    writer: str | None = field(default=None, kw_only=True)
    file_count: int = field(default=1, kw_only=True)

    def runs(self, *, salvage: bool) -> Iterator[StrokeRecord | Defect]:
        """Yield the records, as `Unit.runs`."""
        return self._opened(self.records, salvage=salvage)

    def records(self, stream: ByteSource, *, salvage: bool) -> Iterator[StrokeRecord | Defect]:
        """Yield the writer's characters, and, with the first writer's, what is damaged."""
        every = salvage_uji(stream, self._source_of)
        found = (one for one in every if self.unique or not isinstance(one, Defect))
        return found if salvage else strictly(found)

    def _source_of(self, session: str) -> Source | None:
        found = _SESSION.fullmatch(session)
        return self.source if (found[2] if found else None) == self.writer else None


class UjiCollector(Collector):
    """Claims UJI's file by its name; the units of its writers come last."""

    of_pictures = False

    identify = staticmethod(identify)

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._found: list[tuple[str, int, Place]] = []

    def claim(self, listing: Listing) -> Claims:
        """Take the file; nothing is opened."""
        own = [name for name in listing.names if _NAME.fullmatch(name)]
        for name in own:
            self._found.append((listing.label(name), listing.size_bytes(name), listing.place(name)))
        left = [name for name in listing.names if name not in own]
        return Claims(left, {}, later=bool(own))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield a unit a writer, the first of which tells the damage of the file."""
        for label, size_bytes, place in self._found:
            try:
                with place.open() as stream:
                    sessions = read_sessions(stream)
            except FormatError as error:
                yield error
                continue
            parts: dict[str | None, str] = {}
            for session in sessions:
                found = _SESSION.fullmatch(session)
                parts.setdefault(found[2] if found else None, _PARTS[found[1]] if found else "")
            for place_of, (writer, part) in enumerate((parts or {None: ""}).items()):
                named = f"{_CARD}:{writer}" if writer else f"unknown:{_CARD}"
                source = Source(f"{label} ({named})", named, self.part or part, _CARD)
                first = not place_of
                yield UjiUnit(
                    *(source, "uji", size_bytes if first else 0, place),
                    unique=first,
                    file_count=int(first),
                    writer=writer,
                )
