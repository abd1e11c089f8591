"""Finds UNIPEN's trees, and what belongs to one writer in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from penline.errors import FormatError
from penline.records import Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing, TarListing
from penline.sources.unipen.names import (
    CARD,
    CATEGORIES,
    REFUSED,
    InTree,
    identify,
    pen_file,
    place_of,
)
from penline.sources.unipen.unit import (
    Annotation,
    PenFile,
    RefusedUnit,
    UnipenUnit,
    bytes_of,
)
from penline.sources.unipen.writers import writer_id
from penline.sources.unit import Place, Unit

__all__ = ["UnipenCollector"]

_SEGMENTS = (".dat",)
_INCLUDED = (".dat", ".doc", ".inc", ".lex", ".freq", ".def")
_WRITER = re.compile(rb"^\.WRITER_ID[ \t]*(.*)$", re.MULTILINE)
_HEAD_BYTES = 1 << 16
"""Of a file of strokes; the writer's id stands before the strokes."""


@dataclass(slots=True)
class _Trees:
    """The two trees of one root.

    Attributes:
        label: what labels of its files begin with.
        segments: contributor -> path below its folder -> category -> place and size.
        included: contributor -> path below the tree of included files -> place and size.
    """

    label: str
    segments: dict[str, dict[str, dict[str, tuple[Place, int]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    included: dict[str, dict[str, tuple[Place, int]]] = field(
        default_factory=lambda: defaultdict(dict)
    )


class UnipenCollector(Collector):
    """Claims files of segments below ``data`` and all below ``include``, which are read together.

    Their names are not shown: many are people's. A file of strokes is called by its contributor and
    its number among the contributor's, in the order of their names.
    """

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self.trees: dict[tuple[Path, str], _Trees] = {}
        self.packed: dict[Path, int] = {}

    identify = staticmethod(identify)

    def claim(self, listing: Listing) -> Claims:
        """Take what lies in the trees; it is read when both have been seen."""
        place = place_of(listing.inside)
        if place is None:
            return Claims(listing.names, {})
        endings = _SEGMENTS if place.category else _INCLUDED
        names = [name for name in listing.names if name.endswith(endings)]
        if not names:
            return Claims(listing.names, {})
        if isinstance(listing, TarListing) and listing.packed:
            self.packed[listing.path] = self.packed.get(listing.path, 0) + len(names)
        else:
            self._take(listing, place, names)
        taken = set(names)
        return Claims([name for name in listing.names if name not in taken], {}, later=True)

    def _take(self, listing: Listing, place: InTree, names: list[str]) -> None:
        tail = len(listing.inside) - len(place.root)
        shown = listing.begin.rstrip("/\\")
        trees = self.trees.setdefault(
            (listing.path if listing.prefix else Path(), place.root),
            _Trees(shown[: max(len(shown) - tail, 0)]),
        )
        for name in names:
            file = listing.place(name), listing.size_bytes(name)
            path = place.rest + name
            if place.category:
                trees.segments[place.contributor][path][place.category] = file
            else:
                trees.included[place.contributor][f"{place.contributor}/{path}"] = file

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield a unit a writer, by contributor; then what is not read, and why."""
        refused: list[Unit] = []
        for trees in self.trees.values():
            if not trees.segments:
                expected = "the folder data beside include; name the folder that holds both"
                yield FormatError(f"{trees.label}include", 0, "folder", expected, "none")
            for contributor in sorted(trees.segments):
                units = self._units(trees, contributor)
                if contributor in REFUSED:
                    refused += units
                else:
                    yield from units
        yield from refused
        for path, count in self.packed.items():
            expected = (
                "UNIPEN's trees in a zip or a folder; unpack the archive, and read the folder"
            )
            found = f"{count:,} files in a packed tar"
            yield FormatError(Place(path).label, 0, "tar archive", expected, found)

    def _units(self, trees: _Trees, contributor: str) -> Iterator[Unit]:
        included = trees.included.get(contributor, {})
        shown = f"{trees.label}unipen/{contributor}"
        writers: dict[str, list[PenFile]] = defaultdict(list)
        sizes: dict[str, int] = defaultdict(int)
        for number, (path, found) in enumerate(sorted(trees.segments[contributor].items()), 1):
            label = f"{shown}/{number:04d}"
            writer = ""
            strokes = included.get(pen_file(contributor, path))
            if strokes is not None:
                writer = _writer(strokes[0], label, contributor)
            key = writer or f"unknown:{contributor}-{number:04d}"
            order = [category for category in CATEGORIES if category in found]
            writers[key].append(
                PenFile(label, tuple(Annotation(each, found[each][0]) for each in order))
            )
            sizes[key] += sum(found[each][1] for each in order)
            sizes[key] += strokes[1] if strokes is not None else 0
        make = RefusedUnit if contributor in REFUSED else UnipenUnit
        places = {path: place for path, (place, _) in included.items()}
        for writer in sorted(writers):
            files = tuple(writers[writer])
            whose = f"{shown}/writer-{writer.partition(':')[2]}"
            label = files[0].label if writer.startswith("unknown:") else whose
            source = self.said(Source(label, writer, card=CARD))
            yield make(source, "unipen", sizes[writer], contributor, files, places)


def _writer(place: Place, label: str, contributor: str) -> str:
    """The writer's id; ``""`` where the file cannot be read, which is told when its turn comes."""
    try:
        head = bytes_of(place, label, _HEAD_BYTES)
    except FormatError:
        return ""
    found = _WRITER.search(head)
    name = " ".join(found[1].decode("latin-1").split()) if found else ""
    return writer_id(contributor, name)
