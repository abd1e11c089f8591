"""What holds for a reader, whatever bytes it is given.

- Strict reading ends well or with `FormatError`, whose message is one line; nothing else escapes.
- Salvaging raises nothing. Where strict reading ends well it gives the same records and no defect;
  where not, at least one defect. What is yielded is numbered from 0.
- A map, a stream and a stream in small pieces give the same; a stream that breaks off is an error.
- Traced memory stays below a constant and a multiple of the input.
"""

from __future__ import annotations

import contextlib
import io
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fuzz.touch import fingerprint
from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.records import Defect, Source

__all__ = [
    "MIB",
    "Finding",
    "check_error",
    "check_reader",
    "check_strict",
    "little_memory",
]

MIB = 1 << 20
TIMES_INPUT = 64
"""Pixels of 1 bit become bytes, then ink, then a copy for the fingerprint."""


class Finding(AssertionError):
    """A reader broke a promise. No built-in error that a reader may catch."""


class Drip:
    """A stream that gives a few bytes at a time, and breaks off with an error if told so."""

    def __init__(self, content: bytes, piece: int, breaks: bool = False) -> None:
        self._rest = io.BytesIO(content)
        self._piece = piece
        self._breaks = breaks

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        found = self._rest.read(min(size, self._piece))
        if not found and self._breaks:
            raise OSError(5, "Input/output error")
        return found


@contextlib.contextmanager
def little_memory(size: int, slack_bytes: int) -> Iterator[None]:
    """Traced memory inside stays below `slack_bytes` and a multiple of `size`."""
    mine = not tracemalloc.is_tracing()
    if mine:
        tracemalloc.start(1)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        if mine:
            tracemalloc.stop()
    if peak > slack_bytes + TIMES_INPUT * size:
        raise Finding(f"{peak:,} bytes allocated for an input of {size:,}")


def check_error(error: FormatError) -> tuple[int, str]:
    """Place and field of an error whose message is fit to be shown."""
    message = str(error)
    if not message.startswith(f"{error.file}: byte {error.offset}: ") or not message.isprintable():
        raise Finding(f"a message that is not one plain line: {message!r}")
    if error.offset < 0:
        raise Finding(f"a negative offset: {message}")
    return error.offset, error.field


def _doors(content: bytes, file: str) -> dict[str, Callable[[], ByteSource]]:
    piece = 1 + zlib.crc32(content) % 97
    return {
        "map": lambda: MappedBytes(file, memoryview(content)),
        "stream": lambda: StreamedBytes(file, io.BytesIO(content)),
        "drip": lambda: StreamedBytes(file, Drip(content, piece)),
    }


Outcome = tuple[list[str], tuple[int, str] | None]


def _strict(stream: ByteSource, read: Callable[[ByteSource], Iterable[Any]]) -> Outcome:
    prints: list[str] = []
    with stream:
        try:
            for record in read(stream):
                prints.append(fingerprint(record))  # noqa: PERF401  (kept up to the fault)
        except FormatError as error:
            return prints, check_error(error)
    return prints, None


def _salvaged(
    stream: ByteSource, salvage: Callable[[ByteSource, Source], Iterator[Any]], source: Source
) -> tuple[list[str], list[Defect]]:
    prints: list[str] = []
    defects: list[Defect] = []
    with stream:
        for number, record in enumerate(salvage(stream, source)):
            if record.record != number:
                raise Finding(f"item {number} of what was salvaged says it is {record.record}")
            if isinstance(record, Defect):
                if not str(record).isprintable() or record.offset < 0:
                    raise Finding(f"a defect that is not one plain line: {str(record)!r}")
                defects.append(record)
            else:
                prints.append(fingerprint(record))
    return prints, defects


def check_reader(reader: Any, content: bytes, source: Source, slack_bytes: int = 4 * MIB) -> None:
    """Hold a module with `read` and `salvage` to its promises.

    Raises:
        Finding: it broke one; any other exception is one that the reader let escape.
    """
    with little_memory(len(content), slack_bytes):
        outcomes = {}
        for name, stream in _doors(content, source.file).items():
            strict = _strict(stream(), lambda stream: reader.read(stream, source))
            prints, defects = _salvaged(stream(), reader.salvage, source)
            if strict[1] is None and (defects or prints != strict[0]):
                raise Finding(f"{name}: strict reading ends well, salvaging differs: {defects}")
            if strict[1] is not None and not defects:
                raise Finding(f"{name}: strict reading fails at {strict[1]}, salvaging does not")
            outcomes[name] = (strict, prints, [(d.offset, d.field) for d in defects])
        first = outcomes["map"]
        for name, outcome in outcomes.items():
            if outcome != first:
                raise Finding(f"a map gives {first}, a {name} gives {outcome}")
        _check_broken(content, source.file, lambda stream: reader.read(stream, source))
        half = _broken(content, source.file)
        if not _salvaged(half, reader.salvage, source)[1]:
            raise Finding("a stream that breaks off is salvaged without a defect")


def check_strict(
    read: Callable[[ByteSource], Iterable[Any]],
    content: bytes,
    file: str = "x",
    slack_bytes: int = 4 * MIB,
) -> None:
    """The same for a reader that is strict only."""
    with little_memory(len(content), slack_bytes):
        first: Outcome | None = None
        for name, stream in _doors(content, file).items():
            outcome = _strict(stream(), read)
            first = first or outcome
            if outcome != first:
                raise Finding(f"a map gives {first}, a {name} gives {outcome}")
        _check_broken(content, file, read)


def _broken(content: bytes, file: str) -> ByteSource:
    cut = zlib.crc32(content) % (len(content) + 1)
    return StreamedBytes(file, Drip(content[:cut], 512, breaks=True))


def _check_broken(content: bytes, file: str, read: Callable[[ByteSource], Iterable[Any]]) -> None:
    if _strict(_broken(content, file), read)[1] is None:
        raise Finding("a stream that breaks off is read without an error")
