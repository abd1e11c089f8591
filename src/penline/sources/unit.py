"""What is read at once: a file of records, or what belongs together of a collection."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from penline.errors import FormatError, UsageError, naming_salvage
from penline.formats import reader_for
from penline.formats.byte_source import ByteSource, open_path
from penline.formats.defects import defect_of, strictly
from penline.formats.tarred import TarMember
from penline.formats.zipped import Member
from penline.records import Defect, LeftOut, Source
from penline.sources.understood import Understood
from penline.words import printable

__all__ = ["FileUnit", "Place", "Unit", "counted", "sides_of"]


class Unit(Protocol):
    """Gives the records of one file, or of several that are read together.

    What derives from this class has to have the first three attributes and `salvage`; the rest has
    an answer here. Units can be pickled, and read as often as one likes.

    Attributes:
        source: what is known of the records before they are read; its ``file`` is the label.
        kind: the format, ``"gnt"``.
        size_bytes: size of what is read, unpacked (as it lies there, for ``.gz`` and ``.xz``).
        note: what a user should know of it, in one line; or ``""``.
        fault: why it cannot be read at all, where that is known without opening it.
        lacks: name of the file that should lie beside it and label it, and does not; or ``""``.
        unique: whether no other unit of its data set has a file of that name.
        file_count: how many files of records it counts as.
        understood: how it was understood, where no publisher's names say what it is; or None.
        sides: those that its records may be of, where they tell; nothing: that of `source`.
    """

    source: Source
    kind: str
    size_bytes: int
    note: str = ""
    fault: FormatError | None = None
    lacks: str = ""
    unique: bool = False
    file_count: int = 1
    understood: Understood | None = None
    sides: frozenset[str] = frozenset()

    def read(self) -> Iterator[Any]:
        """Yield all records, strictly: each has ``source``, ``record``, ``offset``, ``labels``.

        Raises:
            UsageError: a file cannot be opened.
            FormatError: at the first thing that is not as it should be.
        """
        return strictly(self.salvage())

    def salvage(self) -> Iterator[Any]:
        """Yield sound records, and a `Defect` in the place of each other one.

        Raises:
            UsageError: a file cannot be opened.
        """
        raise NotImplementedError

    def runs(self, *, salvage: bool) -> Iterator[Any]:
        """Yield what `read` or `salvage` does; glyphs as a `GlyphRun` where many come at once."""
        return self.salvage() if salvage else self.read()

    def sound(
        self, drop: Callable[[str], None], *, salvage: bool, runs: bool = False
    ) -> Iterator[Any]:
        """Yield sound records.

        Args:
            drop: told the reason for what is left out: each defect, and once what the file's
                format has that its records have not.
            salvage: leave damaged records out; False to raise.
            runs: glyphs may come as a `GlyphRun`.
        """
        plain = self.salvage if salvage else self.read
        records = self.runs(salvage=salvage) if runs else plain()
        yield from counted(records, drop, salvage=salvage)

    def placed(self, drop: Callable[[str], None], *, salvage: bool) -> Iterator[Any]:
        """Yield sound records as `sound`; characters that boxes cut out of pages come as lines."""
        return self.sound(drop, salvage=salvage)

    def open(self) -> ByteSource:
        """Open the bytes that offsets of its records count in.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: it is a folder, or a member that cannot be read; there is no such file.
        """
        raise FormatError(self.source.file, 0, "file", "one file of records", "several")

    @property
    def container(self) -> str:
        """The archive or the folder that the files lie in, for messages."""
        return self.source.file.partition("::")[0]


def counted(records: Iterator[Any], drop: Callable[[str], None], *, salvage: bool) -> Iterator[Any]:
    """Yield what is sound of a unit's records, as `Unit.sound` says."""
    said = ""
    with nullcontext() if salvage else naming_salvage():
        for record in records:
            if isinstance(record, Defect):
                drop(f"defect: {record.field}")
                continue
            if isinstance(record, LeftOut):
                drop(record.reason)
                continue
            if record.source.left_out != said:
                said = record.source.left_out
                drop(f"{said}, by file")
            yield record


def sides_of(unit: Unit) -> frozenset[str]:
    """Return the sides that a unit's records may be of: ``"train"``, ``"val"`` or ``"test"``."""
    return unit.sides or frozenset((unit.source.part or "train",))


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

    def open(self) -> ByteSource:
        """Open the bytes.

        Raises:
            UsageError: the file cannot be opened.
            FormatError: it is a folder, or a member that cannot be read.
        """
        return open_path(self.path) if self.member is None else self.member.open()

    def head(self, n: int) -> bytes:
        """Return the first `n` bytes, or as many as there are; none where they cannot be read."""
        try:
            with self.open() as stream:
                return stream.read_most(0, n)
        except (FormatError, UsageError):
            return b""


@dataclass(frozen=True, slots=True)
class FileUnit(Unit):
    """Gives the records of one file by its format's reader; opens it anew for each reading.

    Attributes:
        place: where the bytes lie.
    """

    source: Source
    kind: str
    size_bytes: int
    place: Place
    note: str = ""
    fault: FormatError | None = None
    unique: bool = True

    def read(self) -> Iterator[Any]:
        """Yield all records, strictly, as `Unit.read`."""
        return self._opened(self.records, salvage=False)

    def salvage(self) -> Iterator[Any]:
        """Yield sound records and defects, as `Unit.salvage`."""
        return self._opened(self.records, salvage=True)

    def runs(self, *, salvage: bool) -> Iterator[Any]:
        """Yield records or runs of them, as `Unit.runs`."""
        find = None if self.fault else getattr(reader_for(self.kind), "runs", None)
        records = functools.partial(find, source=self.source) if find else self.records
        return self._opened(records, salvage=salvage)

    def records(self, stream: ByteSource, *, salvage: bool) -> Iterator[Any]:
        """Yield the records behind a stream, strictly or with defects."""
        reader = reader_for(self.kind)
        return (reader.salvage if salvage else reader.read)(stream, self.source)

    def _opened(self, records: Callable[..., Iterator[Any]], *, salvage: bool) -> Iterator[Any]:
        try:
            stream = self.open()
        except FormatError as error:
            if not salvage:
                raise
            yield defect_of(error)
            return
        with stream:
            yield from records(stream, salvage=salvage)

    def open(self) -> ByteSource:
        """Open the file, as `Unit.open`; raise its fault, where it has one."""
        if self.fault is not None:
            raise self.fault
        return self.place.open()

    @property
    def container(self) -> str:
        """The archive or the folder that the file lies in, for messages."""
        path = self.place.path
        return printable(str(path if self.place.member else path.parent))
