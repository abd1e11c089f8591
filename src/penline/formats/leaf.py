"""LEAF's JSON: pictures by user, as FEMNIST is passed on; a user's are held at once, and no more.

    {"users": ["f0000_14", ...], "num_samples": [174, ...],
     "user_data": {"f0000_14": {"x": [[1.0, 0.98, ...], ...], "y": [7, ...]}, ...}}

A row of `x` is a picture, line after line of a square; `y` has its class number. Keys may come in
any order, and others are skipped.

Source: the sampling scripts of LEAF (https://github.com/TalwalkarLab/leaf, `data/femnist`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.table_row import TableRow, square_side
from penline.words import printable

__all__ = ["begins_as_leaf", "read_leaf"]

_BEGIN = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:users|num_samples|user_data|hierarchies)"\s*:')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\[\]{}\":]+")
_MARK = re.compile(rb'["\[\]{}]')
_ROW = re.compile(rb"\[([^\[\]{}\"]*)\]")
_SPACE = b" \t\r\n"
_HEAD, _NAME, _BLOCK = 1 << 12, 1 << 12, 1 << 16
_ROW_LIMIT = 1 << 22
"""A row of more bytes is refused: a picture of 400 x 400 numbers fits."""
_USER_LIMIT = 1 << 25
"""A user of more numbers is refused."""


def begins_as_leaf(stream: ByteSource) -> bool:
    """Tell whether a file begins as LEAF's do."""
    return _BEGIN.match(stream.read_most(0, _HEAD)) is not None


def read_leaf(stream: ByteSource) -> Iterator[TableRow]:
    """Yield the pictures of all users, ``float32 (side, side)``, with class numbers as labels.

    Raises:
        FormatError: the file is not of this form, or a row is no picture.
    """
    scan, record = _Scan(stream), 0
    for key in scan.fields():
        if key != "user_data":
            scan.skip()
            continue
        for user in scan.fields():
            pictures, labels = _user(scan)
            if len(pictures) != len(labels):
                expected = f"{len(pictures):,} labels, one a picture"
                raise scan.bad("y", expected, f"{len(labels):,} of {printable(user[:40])}")
            for (offset, picture), label in zip(pictures, labels, strict=True):
                yield TableRow(picture, label, record, offset, user)
                record += 1
    if scan.next():
        raise scan.bad("end", "the end of the file", "more")
    stream.finish()
    if not record:
        raise scan.bad("user_data", "pictures by user", "none")


Pictures = list[tuple[int, npt.NDArray[np.float32]]]


def _user(scan: _Scan) -> tuple[Pictures, list[str]]:
    """The pictures of one user, each with its offset, and their labels."""
    pictures: Pictures = []
    labels: list[str] = []
    held = 0
    for key in scan.fields():
        if key == "x":
            for offset in scan.items():
                row = scan.row("x").astype(np.float32)
                side = square_side(len(row))
                held += len(row)
                if not side:
                    raise scan.bad("x", "the numbers of a square", f"{len(row):,} of them")
                if held > _USER_LIMIT:
                    raise scan.bad("x", f"at most {_USER_LIMIT:,} numbers of a user", "more")
                pictures.append((offset, row.reshape(side, side)))
        elif key == "y":
            numbers = scan.row("y")
            if not (np.isfinite(numbers).all() and (numbers == np.trunc(numbers)).all()):
                raise scan.bad("y", "class numbers", "other numbers")
            labels = [str(int(one)) for one in numbers]
        else:
            scan.skip()
    return pictures, labels


class _Scan:
    """Goes forwards through a JSON file."""

    def __init__(self, stream: ByteSource) -> None:
        self._stream = stream
        self._at = 3 if stream.read_most(0, 3) == b"\xef\xbb\xbf" else 0

    def bad(self, field: str, expected: str, found: str) -> FormatError:
        """Make the error for what stands here."""
        return FormatError(self._stream.file, self._at, field, expected, found)

    def next(self) -> bytes:
        """The next character that is no space; nothing at the end."""
        while piece := self._stream.read_most(self._at, 64):
            left = piece.lstrip(_SPACE)
            self._at += len(piece) - len(left)
            if left:
                return left[:1]
        return b""

    def _take(self, wanted: bytes) -> None:
        found = self.next()
        if found != wanted:
            raise self.bad("JSON", wanted.decode(), printable(found.decode("ascii", "replace")))
        self._at += 1

    def items(self) -> Iterator[int]:
        """Yield where each item of a list begins; whoever asks for them reads each."""
        self._take(b"[")
        first = True
        while self.next() != b"]":
            if not first:
                self._take(b",")
                self.next()
            yield self._at
            first = False
        self._at += 1

    def fields(self) -> Iterator[str]:
        """Yield the keys of an object; whoever asks for them reads the value of each."""
        self._take(b"{")
        first = True
        while self.next() != b"}":
            if not first:
                self._take(b",")
                self.next()
            key = self._text()
            self._take(b":")
            yield key
            first = False
        self._at += 1

    def _text(self) -> str:
        match = _STRING.match(self._stream.read_most(self._at, _NAME))
        try:
            found = json.loads(match[0]) if match else None
        except ValueError:
            found = None
        if match is None or found is None:
            raise self.bad("JSON", f"a name in quotes, of at most {_NAME:,} bytes", "none")
        self._at += len(match[0])
        return str(found)

    def row(self, field: str) -> npt.NDArray[np.float64]:
        """Read a list of numbers."""
        self.next()
        size = _BLOCK
        while True:
            piece = self._stream.read_most(self._at, size)
            match = _ROW.match(piece)
            if match or len(piece) < size or size > _ROW_LIMIT:
                break
            size *= 4
        try:
            words = match[1].split(b",") if match and match[1].strip() else []
            numbers = np.array(words, np.bytes_).astype(np.float64)
        except ValueError:
            match = None
        if match is None:
            raise self.bad(field, f"a row of numbers, of at most {_ROW_LIMIT:,} bytes", "none")
        self._at += len(match[0])
        return numbers

    def skip(self) -> None:
        """Go past a value, whatever it is."""
        if self.next() not in (b"[", b"{", b'"'):
            match = _SCALAR.match(self._stream.read_most(self._at, _NAME))
            if match is None:
                raise self.bad("JSON", "a value", "none")
            self._at += len(match[0])
            return
        depth = 0
        while piece := self._stream.read_most(self._at, _BLOCK):
            mark = _MARK.search(piece)
            if mark is None:
                self._at += len(piece)
                continue
            self._at += mark.start()
            if mark[0] == b'"':
                self._past_string()
            else:
                depth += 1 if mark[0] in b"[{" else -1
                self._at += 1
            if depth <= 0:
                return
        raise self.bad("JSON", "the end of a value", "the end of the file")

    def _past_string(self) -> None:
        self._at += 1
        while piece := self._stream.read_most(self._at, _BLOCK):
            end = re.search(rb'["\\]', piece)
            if end is None:
                self._at += len(piece)
            elif end[0] == b'"':
                self._at += end.start() + 1
                return
            else:
                self._at += end.start() + 2
        raise self.bad("JSON", 'the end of a string, "', "the end of the file")
