"""Files of records one after the other, without a header: how they are read and salvaged."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, end_of
from penline.formats.sniff import misnamed
from penline.records import Defect, Source

__all__ = ["Ahead", "Scanner"]

R = TypeVar("R")
Ahead: TypeAlias = Callable[[ByteSource, Source, int, int], Generator[Any, None, tuple[int, int]]]
"""Yields what is sound from a record's number and offset on; returns offset and number of the first
record that needs a closer look."""

_WINDOW = 4096
"""Places looked at together when a sound record is searched for."""


class Scanner(Generic[R]):
    """Reads records of one format, and goes on behind damage.

    Attributes:
        expected: what a file of the format is, for messages.
        head: bytes of a record's header.
        ahead: finds many sound records at once, or None.
        gives_up: what is obviously another kind of file is not searched for records.
    """

    expected: str
    head: int
    ahead: Ahead | None = None
    gives_up: bool = False

    def start(self, stream: ByteSource) -> int:  # noqa: ARG002
        """Return where the first record begins.

        Raises:
            FormatError: what stands before it is not as it should be.
        """
        return 0

    def empty(self, stream: ByteSource, offset: int) -> FormatError:
        """Say that a file has no record."""
        return FormatError(
            stream.file, offset, "first record", self.expected, "the end of the file"
        )

    def record(self, stream: ByteSource, source: Source, record: int, offset: int) -> R | None:
        """Read the record at `offset`; None at the exact end of a file that has records.

        Raises:
            FormatError: it is not as it should be.
        """
        raise NotImplementedError

    def size(self, record: R) -> int:
        """Return the bytes of a record that was read."""
        raise NotImplementedError

    def after(self, stream: ByteSource, offset: int) -> int | None:
        """Find where to go on after the damaged record at `offset`; None if nothing follows."""
        raise NotImplementedError

    def headers(self, buffer: memoryview, at: int, count: int) -> list[int]:
        """Find those of `count` places from index `at` on where a header may stand."""
        raise NotImplementedError

    def believed(
        self, stream: ByteSource, offset: int, header: memoryview, stop: int | None
    ) -> bool:
        """Tell whether a record that a search found is one."""
        raise NotImplementedError

    def lie(self, stream: ByteSource, offset: int, size: int) -> int | None:  # noqa: ARG002
        """Find a sound record within one that is sound in itself, and lies; None as a rule."""
        return None

    def read(self, stream: ByteSource, source: Source) -> Iterator[R]:
        """Yield all records, strictly; each holds a view of the file's bytes.

        Raises:
            FormatError: at the first thing that is not as it should be.
        """
        return self.strict_pass(stream, source, self.ahead)

    def salvage(self, stream: ByteSource, source: Source) -> Iterator[R | Defect]:
        """Yield sound records, and a defect in the place of each damaged stretch; never raise."""
        return self.salvage_pass(stream, source, self.ahead)

    def strict_pass(self, stream: ByteSource, source: Source, ahead: Ahead | None) -> Iterator[Any]:
        """Yield all records and what `ahead` makes of them, strictly."""
        offset = record = 0
        try:
            offset = self.start(stream)
            while True:
                if ahead is not None:
                    offset, record = yield from ahead(stream, source, record, offset)
                found = self.record(stream, source, record, offset)
                if found is None:
                    break
                yield found
                offset += self.size(found)
                record += 1
        except FormatError as error:
            raise (error if offset else misnamed(stream, error, self.expected)) from None
        if not record:
            raise self.empty(stream, offset)
        stream.finish()

    def salvage_pass(
        self, stream: ByteSource, source: Source, ahead: Ahead | None
    ) -> Iterator[Any]:
        """Yield sound records and what `ahead` makes of them, and defects."""
        offset = record = 0
        fault: FormatError | None = None
        try:
            offset = self.start(stream)
        except FormatError as error:
            fault = misnamed(stream, error, self.expected)
            yield defect_of(fault)
            record = 1
            if fault is not error or stream.peek(0, self.head)[2] < self.head:
                return
        while True:
            following: int | None
            if ahead is not None:
                offset, record = yield from ahead(stream, source, record, offset)
            try:
                found = self.record(stream, source, record, offset)
            except FormatError as error:
                first = not (record or offset)
                fault = misnamed(stream, error, self.expected) if first else error
                yield defect_of(fault, record)
                following = None
                if fault is error or not self.gives_up:
                    following = self.after(stream, offset)
            else:
                if found is None:
                    break
                size = self.size(found)
                inside = self.lie(stream, offset, size)
                if inside is None:
                    yield found
                else:
                    said = f"{size:,}, with a sound record inside"
                    place = stream.file, offset, record
                    yield Defect(*place, "sample size", "the record's own", said)
                following = offset + size if inside is None else inside
            record += 1
            if following is None:
                break
            offset = following
        if record:
            yield from end_of(stream, record, fault)
        else:
            yield defect_of(self.empty(stream, offset))

    def search(self, stream: ByteSource, start: int, stop: int | None) -> int | None:
        """Find the next place from `start` on, and before `stop`, that holds a sound record."""
        while stop is None or start < stop:
            buffer, at, have = stream.peek(start, _WINDOW + self.head)
            count = min(have - self.head + 1, _WINDOW)
            if count <= 0:
                return None
            for step in self.headers(buffer, at, count):
                place = start + step
                if stop is not None and place >= stop:
                    return None
                header = buffer[at + step : at + step + self.head]
                if self.believed(stream, place, header, stop):
                    return place
            start += count
        return None
