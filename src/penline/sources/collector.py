"""How the files of a collection are found: a collector looks at listings, and claims files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from penline.errors import FormatError
from penline.records import Source
from penline.sources.listing import Listing
from penline.sources.names import leaf
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import FileUnit, Unit

__all__ = ["AnyFileCollector", "Claims", "Collector", "unknown"]


class Claims(NamedTuple):
    """What a collector takes of a listing.

    Attributes:
        left: the names that it does not take, in the listing's order.
        units: what is read of the others, each under the name of its first file.
        later: among what it takes are records that `Collector.close` will give.
    """

    left: list[str]
    units: dict[str, Unit]
    later: bool = False


class Collector:
    """Claims the files whose names `identify` knows and whose format can be read, one unit each.

    A collector is made anew for each search. It is shown every listing, less what others before it
    took. Most need no more than an `identify` of their own.

    Args:
        part: ``"train"`` or ``"test"``, as the user said; None as names say.

    Attributes:
        reading: what else the user said; set before anything is shown.
        guesses: it takes what may be anything; what it finds says nothing about its root.
        of_pictures: it may claim a picture; one that may not is not asked of pictures alone.
        heeds: those fields of `reading` that decide something of what it has found.
    """

    reading: Reading = NOTHING_SAID
    guesses: bool = False
    of_pictures: bool = True
    heeds: frozenset[str] = frozenset()

    def __init__(self, part: str | None = None) -> None:
        self.part = part

    @staticmethod
    def identify(file: str) -> Source | None:  # noqa: ARG004
        """Tell the writer, part and card of a file by its name; None for a name of others.

        Args:
            file: the path as given, or ``archive.zip::member``.
        """
        return None

    def claim(self, listing: Listing) -> Claims:
        """Take the collection's files of a listing; what labels them may be taken without a unit.

        Nothing is opened.
        """
        own = type(self).unit is not Collector.unit  # which may know more names than kinds do
        if not (own or listing.kinds):
            return Claims(listing.names, {})
        found = {name: self.unit(listing, name) for name in listing.names}
        units = {name: unit for name, unit in found.items() if unit is not None}
        return Claims([name for name in found if name not in units], units)

    def unit(self, listing: Listing, name: str) -> Unit | None:
        """Make what reads one file; None for a file of others."""
        kind = listing.kinds.get(name)
        source = self.identify(listing.label(name)) if kind else None
        if kind is None or source is None:
            return None
        file = self.said(source), kind, listing.size_bytes(name), listing.place(name)
        return self.unit_type(*file, fault=listing.fault(name))

    unit_type: type[FileUnit] = FileUnit
    """What reads a file."""

    def said(self, source: Source) -> Source:
        """Return the source with the part that the user said, where one was."""
        return source if self.part is None else dataclasses.replace(source, part=self.part)

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield what could not be read before all listings were seen; errors are for the user."""
        return iter(())


def unknown(file: str) -> Source:
    """Make the source of a file whose name says nothing.

    >>> unknown("a.zip::scan.gnt").writer
    'unknown:scan'
    """
    return Source(file, f"unknown:{PurePosixPath(leaf(file)).stem}")


class AnyFileCollector(Collector):
    """Claims every file of a known format; its writer is nobody that is known."""

    identify = staticmethod(unknown)
