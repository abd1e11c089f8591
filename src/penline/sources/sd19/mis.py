"""SD19's first edition: X.mis with its classes in X.cls and its origins in X.mit.

The paths of by_write tell the writer, CLS files the classes; in the other trees each entry's
writer stands in the MIT file. A class that the folder tells, too, has to be the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

import numpy as np

from penline.errors import FormatError
from penline.formats import mis
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, strictly
from penline.formats.ihead import BinaryImage
from penline.records import Bytes2D, Defect, Source, glyph_record
from penline.sources.collector import unknown
from penline.sources.listing import Listing
from penline.sources.sd19.digests import owners
from penline.sources.sd19.names import CARD, TreeFolder, place_of, writer_id
from penline.sources.sd19.units import Picture
from penline.sources.unit import FileUnit, Place

__all__ = ["MisUnit", "chosen", "sidecar_names", "stack_of"]

_TREES = ("by_write", "by_class", "by_field", "by_merge")
_PAPER = 255
_EXTENSION = ".mis"


def sidecar_names(name: str) -> tuple[str, str]:
    """Name the files that say what a MIS file of a name holds: classes and origins.

    >>> sidecar_names("d0000_14.mis")
    ('d0000_14.cls', 'd0000_14.mit')
    """
    stem = name[: -len(PurePosixPath(name).suffix)]
    return f"{stem}.cls", f"{stem}.mit"


@dataclass(frozen=True, slots=True)
class MisUnit(FileUnit):
    """Gives the entries of one MIS file, with what lies beside it.

    Of merged classes the CLS file tells the one that was meant. Where the raster is compressed,
    Pillow has to be installed.

    Attributes:
        source: the file; its writer where all entries are one person's.
        inside: what its path in SD19's trees says, or None outside them.
        classes: the CLS file, or None.
        origins: the MIT file, or None.
    """

    unique: bool = False
    inside: TreeFolder | None = None
    classes: Place | None = None
    origins: Place | None = None

    def records(self, stream: ByteSource, *, salvage: bool) -> Iterator[Picture | Defect]:
        """Yield entries, strictly or with defects, those of the files beside among them."""
        found = self._salvaged(stream)
        return found if salvage else strictly(found)

    def _salvaged(self, stream: ByteSource) -> Iterator[Picture | Defect]:
        entries = list(mis.salvage(stream, self.source))
        count = sum(isinstance(entry, BinaryImage) for entry in entries)
        whole = count == len(entries)
        classes: str | None = None
        sources: list[Source] | None = None
        try:
            if self.classes is not None:
                with self.classes.open() as stream:
                    classes = _matched(self.classes, mis.read_classes(stream), count, whole)
        except FormatError as error:
            yield defect_of(error)
        try:
            if self.origins is not None:
                sources = _matched(self.origins, self._writers(self.origins), count, whole)
        except FormatError as error:
            yield defect_of(error)
        own = "".join(map(chr, self.inside.codes)) if self.inside else ""
        for entry in entries:
            if isinstance(entry, Defect):
                yield entry
                continue
            place = entry.record, entry.offset
            character = own if len(own) == 1 else ""
            if classes is not None:
                character = classes[entry.record]
                if own and character not in own:
                    said = f"{ord(character):02x}"
                    where = self.source.file, entry.offset, entry.record
                    yield Defect(*where, "class in the CLS file", f"{own!r}, as the folder", said)
                    continue
            source = sources[entry.record] if sources is not None else self.source
            code = f"{ord(character):02x}".encode() if character else b""
            pixels: Bytes2D = np.subtract(_PAPER, entry.ink, dtype=np.uint8)
            yield glyph_record(character, code, pixels, _PAPER, source, *place)

    def _writers(self, file: Place) -> list[Source]:
        known: dict[int, Source] = {}
        found = []
        with file.open() as stream:
            for (writer, _, _), _ in owners(stream, file.label):
                if writer not in known:
                    facts = self.source.file, writer_id(writer), self.source.part, CARD
                    known[writer] = Source(*facts)
                found.append(known[writer])
        return found


def chosen(stacks: Mapping[str, list[MisUnit]]) -> list[MisUnit]:
    """Choose the MIS files of the first tree that is there, without repeats.

    Args:
        stacks: MIS files of SD19's trees, by tree.
    """
    here = next((stacks[tree] for tree in _TREES if tree in stacks), [])
    training = {
        stack.inside.codes
        for stack in here
        if stack.inside and not stack.inside.repeats and stack.inside.part == "train"
    }
    return [
        stack
        for stack in here
        if stack.inside and not (stack.inside.repeats and stack.inside.codes in training)
    ]


def stack_of(listing: Listing, name: str, part: str | None) -> MisUnit:
    """Make what reads a MIS file, with what lies beside it.

    Args:
        listing: where it lies.
        name: its own name.
        part: ``"train"`` or ``"test"``, instead of what its path says.
    """
    place, label = listing.place(name), listing.label(name)
    path = os.path.abspath(place.path) if place.member is None else label  # noqa: PTH100
    path = re.sub(r"(?:\.zip|\.tar)?::|[\\/]+", "/", path)
    inside = place_of(path[: -len(_EXTENSION)])
    source = unknown(label)
    if inside is not None:
        who = writer_id(inside.writer) if inside.writer >= 0 else f"unknown:{inside.path}"
        source = Source(label, who, part or inside.part, CARD)
    classes, origins = map(listing.find, sidecar_names(name))
    labelled = classes or (inside and len(inside.codes) == 1)
    note = "" if labelled else "no CLS file beside it: its entries have no label"
    return MisUnit(
        *(source, "mis", listing.size_bytes(name), place, note, listing.fault(name)),
        inside=inside,
        classes=classes,
        origins=origins,
    )


Found = TypeVar("Found", str, list[Source])


def _matched(file: Place, found: Found, count: int, whole: bool) -> Found:
    """What a file beside says, where it says it of as many entries as there are."""
    if len(found) < count or (whole and len(found) > count):
        expected = f"{count:,}, one an entry of the MIS file"
        raise FormatError(file.label, 0, "count", expected, f"{len(found):,}")
    return found
