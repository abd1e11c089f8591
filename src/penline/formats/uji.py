"""UJI Pen Characters, version 2: one text file of characters as pen strokes, UTF-8.

    // ASCII char: a                      a comment
    WORD a trn_UJI_W01-01                 the character, and whose it is
      NUMSTROKES 1
      POINTS 44 # 557 844 550 803 ...     x right, y down, from the corner of the character's box

Source: `uji2.names`, which lies beside the file (UCI Machine Learning Repository, data set 177).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, strictly
from penline.formats.ink import mark_ends
from penline.formats.text_lines import decoded, text_lines
from penline.records import Defect, Source, StrokeRecord
from penline.words import printable

__all__ = ["read", "read_sessions", "salvage", "salvage_uji"]

_WORD = re.compile(r"WORD\s+(\S)\s+([!-~]{1,40})\s*")
_STROKES = re.compile(rb"\s*NUMSTROKES\s+(\d{1,3})\s*")
_POINTS = re.compile(rb"\s*POINTS\s+(\d{1,5})\s*#((?:\s+-?\d{1,6})*)\s*")
_MOST_STROKES, _LOW, _HIGH = 64, -(1 << 15) + 1, (1 << 15) - 1
_EXPECTED = "WORD, a character and a session"


def read(stream: ByteSource, source: Source) -> Iterator[StrokeRecord]:
    """Yield the characters of all sessions, as of one source.

    Raises:
        FormatError: the first character that is not sound.
    """
    return strictly(salvage(stream, source))


def salvage(stream: ByteSource, source: Source) -> Iterator[StrokeRecord | Defect]:
    """Yield the characters of all sessions, as of one source, and defects."""
    return salvage_uji(stream, lambda _: source)


def read_sessions(stream: ByteSource) -> list[str]:
    """Return the sessions that a file names, each once, in their order.

    Raises:
        FormatError: the file is no text.
    """
    words = (line.split() for _, line in text_lines(stream) if line.lstrip().startswith(b"WORD "))
    named = (word[2].decode("utf-8", "replace") for word in words if len(word) == 3)
    return list(dict.fromkeys(named))


def salvage_uji(
    stream: ByteSource, source_of: Callable[[str], Source | None]
) -> Iterator[StrokeRecord | Defect]:
    """Yield characters, and a defect in the place of each that is not sound.

    Args:
        stream: the file.
        source_of: the source of a session's characters; None for those that are not wanted.
    """
    record, begin = -1, 0
    word: bytes | None = None
    body: list[bytes] = []
    try:
        for offset, line in text_lines(stream):
            if line.lstrip().startswith(b"//"):
                continue
            if line.lstrip().startswith(b"WORD"):
                if record >= 0:
                    yield from _character(stream, begin, word, body, record, source_of)
                record, begin, word, body = record + 1, offset, line, []
            elif record < 0:
                record, begin, body = 0, offset, [line]
            elif len(body) <= _MOST_STROKES + 1:
                body.append(line)
        if record < 0:
            raise FormatError(stream.file, 0, "first record", _EXPECTED, "none")
        yield from _character(stream, begin, word, body, record, source_of)
    except FormatError as error:
        yield defect_of(error, max(record, 0))


def _character(
    stream: ByteSource,
    offset: int,
    word: bytes | None,
    body: list[bytes],
    record: int,
    source_of: Callable[[str], Source | None],
) -> Iterator[StrokeRecord | Defect]:
    try:
        found = _WORD.fullmatch(decoded(stream, offset, word or body[0]).strip())
        if found is None:
            shown = printable((word or body[0])[:40].decode("utf-8", "replace"))
            raise FormatError(stream.file, offset, "header", _EXPECTED, shown)
        source = source_of(found[2])
        if source is None:
            return
        points, ends = mark_ends(_strokes(stream.file, offset, body))
        yield StrokeRecord(found[1], found[1].encode(), points, ends, source, record, offset)
    except FormatError as error:
        yield defect_of(error, record)


def _strokes(file: str, offset: int, body: list[bytes]) -> list[npt.NDArray[np.int64]]:
    count = _STROKES.fullmatch(body[0]) if body else None
    if count is None or not 0 < int(count[1]) <= _MOST_STROKES or int(count[1]) != len(body) - 1:
        expected = f"NUMSTROKES, 1 to {_MOST_STROKES}, and a line of POINTS for each"
        raise FormatError(file, offset, "strokes", expected, f"{len(body)} lines")
    strokes = []
    for line in body[1:]:
        found = _POINTS.fullmatch(line)
        numbers = np.array(found[2].split() if found else [], np.int64)
        if found is None or not 0 < 2 * int(found[1]) == len(numbers):
            shown = printable(line[:40].decode("utf-8", "replace").strip())
            raise FormatError(file, offset, "stroke", "POINTS, their number, # and x y each", shown)
        if numbers.min() < _LOW or numbers.max() > _HIGH:
            raise FormatError(
                file, offset, "stroke", f"points from {_LOW:,} to {_HIGH:,}", "others"
            )
        strokes.append(numbers.reshape(-1, 2))
    return strokes
