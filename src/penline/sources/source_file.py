"""One file of records: where its bytes lie, what is known of it, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from penline.errors import FormatError
from penline.formats import READERS, reader_for
from penline.formats.defects import defect_of
from penline.formats.door import Door, open_path, printable
from penline.formats.etl import Etl
from penline.formats.tarred import TarMember
from penline.formats.zipped import Member, open_member
from penline.records import Defect, GlyphRun, Record, Source
from penline.sources import etl, mnist

__all__ = ["Place", "SourceFile", "in_runs"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes lie: a file, or a member of an archive. Can be pickled.

    Attributes:
        path: the file, or the archive that holds it.
        member: the archive's member, or None.
    """

    path: Path
    member: Member | TarMember | None = None

    @property
    def label(self) -> str:
        """The file, or ``archive.zip::member``."""
        return self.member.label if self.member is not None else printable(str(self.path))

    def open(self) -> Door:
        """A door to the bytes.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: it is a folder, or a zip member that cannot be read.
        """
        if self.member is None:
            return open_path(self.path)
        return (
            self.member.open() if isinstance(self.member, TarMember) else open_member(self.member)
        )


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of records; opened by each reading, closed at its end. Can be pickled.

    Attributes:
        source: what the file's name says about it.
        kind: the format, ``"gnt"`` or ``"pot"``.
        size_bytes: the file's size, unpacked (as it lies there, for ``.gz`` and ``.xz``).
        path: the file, or the archive that holds it.
        member: the archive's member, or None.
        labels: the file that labels it, where labels lie in a file of their own.
        mapping: the file that says what the labels stand for, where there is one.
        note: what a user should know of it, in one line; or ``""``.
        fault: why it cannot be read at all, where that is known without opening it: reading
            raises it, and `salvage` gives it as a defect.
    """

    source: Source
    kind: str
    size_bytes: int
    path: Path
    member: Member | TarMember | None = None
    labels: Place | None = None
    mapping: Place | None = None
    note: str = ""
    fault: FormatError | None = None

    def open(self) -> Door:
        """A door to the bytes.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: it is a folder, or a member that cannot be read.
        """
        if self.fault is not None:
            raise self.fault
        return Place(self.path, self.member).open()

    def read(self) -> Iterator[Record]:
        """All records, strictly.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: at the first byte that is not as it should be.
        """
        with self.open() as door:
            if self.kind == "idx":
                yield from mnist.read(door, self.source, *self._openers())
                return
            reader = reader_for(self.kind)
            if isinstance(reader, Etl):
                yield from reader.read(door, self.source, etl.sources_of_sheets(self.source))
            else:
                yield from reader.read(door, self.source)

    def salvage(self) -> Iterator[Record | Defect]:
        """Sound records, and defects in place of the others.

        Raises:
            UsageError: the file cannot be opened.
        """
        try:
            door = self.open()
        except FormatError as error:
            yield defect_of(error)
            return
        with door:
            if self.kind == "idx":
                yield from mnist.salvage(door, self.source, *self._openers())
                return
            reader = reader_for(self.kind)
            if isinstance(reader, Etl):
                yield from reader.salvage(door, self.source, etl.sources_of_sheets(self.source))
            else:
                yield from reader.salvage(door, self.source)

    def _openers(self) -> tuple[mnist.Opener | None, mnist.Opener | None]:
        labels, mapping = self.labels, self.mapping
        return labels.open if labels else None, mapping.open if mapping else None


def in_runs(file: SourceFile, *, salvage: bool) -> Iterator[Record | Defect | GlyphRun]:
    """As `read` or `salvage` of a file; glyphs as runs where its format can find many at once.

    Raises:
        UsageError: the file cannot be opened.
        FormatError: as `SourceFile.read`, without `salvage`.
    """
    find = getattr(reader_for(file.kind), "runs", None) if file.kind in READERS else None
    if find is None:
        yield from file.salvage() if salvage else file.read()
        return
    try:
        door = file.open()
    except FormatError as error:
        if not salvage:
            raise
        yield defect_of(error)
        return
    with door:
        yield from find(door, file.source, salvage=salvage)
