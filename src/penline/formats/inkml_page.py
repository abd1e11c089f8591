"""A page of strokes in InkML: its traces once, and views of lines and characters over them.

    ink
      annotation type="layout"              "page"
      annotation type="format code" ...     header of the page, as in PTTS
      traceGroup                            all strokes, in order
        trace xml:id="s0"
      traceView                             one line
        annotation type="strokes"           numbers of its strokes, where they are not just those
                                            of its characters, one after another
        annotation type="linked"            "no", where characters do not list their strokes
        traceView traceDataRef="#s0"        then one stroke of the line
        traceView                           one character
          annotation type="code"            the label's raw bytes, hexadecimal
          annotation type="truth"           the character, where it has one
          traceView traceDataRef="#s0"      one stroke of it

The parts are put together to the body of a PTTS page, which `InkPage` knows to read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import HOLD_LIMIT
from penline.formats.gb import character
from penline.formats.ink import InkPage, pack_numbers
from penline.records import Source
from penline.words import printable

__all__ = ["PageParts"]

_MOST = 0xFFFF
_COUNT = struct.Struct("<H")
_REFERENCE = re.compile(r"#s(\d{1,5})", re.ASCII)
_NUMBERS = re.compile(r"\s*(?:\d{1,5}(?:\s+\d{1,5})*\s*)?", re.ASCII)
_LINE, _CHARACTER = 0, 1
_TYPES = ("format code", "illustration", "code type", "data type")
_INTEGERS = ("sample length", "page index")


@dataclass(slots=True)
class PageParts:
    """What of a page was read so far.

    Attributes:
        file: for messages.
    """

    file: str
    _body: bytearray = field(default_factory=bytearray)
    _strokes: int = 0
    _lines: list[bytes] = field(default_factory=list)
    _characters: list[tuple[bytes, list[int]]] = field(default_factory=list)
    _references: list[int] = field(default_factory=list)
    _own: list[int] = field(default_factory=list)
    _linked: bool | None = None
    _size: int = 0

    def unsigned(self, header: Mapping[str, str]) -> bool:
        """Whether coordinates have no sign, by the header's data type; as `InkPage` has it."""
        kind = header.get("data type", "")
        return "unsigned" in kind.lower() or not kind

    def stroke(self, points: npt.NDArray[np.int64], name: str, offset: int) -> None:
        """Take the next stroke.

        Raises:
            FormatError: a name out of order, or strokes after lines.
        """
        if self._lines or self._strokes > _MOST:
            raise self._error(offset, "trace", "all strokes before all lines", "one more stroke")
        if name != f"s{self._strokes}" or len(points) > _MOST:
            raise self._error(offset, "trace", f"a stroke s{self._strokes}", repr(name[:40]))
        self._body += _COUNT.pack(len(points)) + points.astype("<u2", casting="unsafe").tobytes()
        self._strokes += 1
        self._grow(2 + 4 * len(points), offset)

    def view(
        self, attributes: Mapping[str, str], notes: Mapping[str, str], offset: int, depth: int
    ) -> None:
        """Take a view that has just ended: a stroke, a character or a line.

        Args:
            attributes: of the element.
            notes: its annotations.
            offset: where it begins.
            depth: how many views are around it.

        Raises:
            FormatError: it is none of them, or a stroke that is not there.
        """
        reference = attributes.get("traceDataRef")
        self._grow(8, offset)
        if reference is not None:
            found = _REFERENCE.fullmatch(reference)
            if found is None or int(found[1]) >= self._strokes:
                expected = f"#s0 to #s{self._strokes - 1}"
                raise self._error(offset, "traceDataRef", expected, repr(reference[:40]))
            if depth not in (_LINE + 1, _CHARACTER + 1):
                raise self._error(offset, "traceView", "strokes in lines and characters", "others")
            where = self._own if depth == _CHARACTER + 1 else self._references
            where.append(int(found[1]))
        elif depth == _CHARACTER:
            self._character(notes, offset)
        elif depth == _LINE:
            self._line(notes, offset)
        else:
            raise self._error(offset, "traceView", "a line, its characters, their strokes", "more")

    def page(self, source: Source, header: Mapping[str, str]) -> InkPage:
        """The page.

        Raises:
            FormatError: no stroke, no line, or a header that lacks something.
        """
        if not self._strokes or not 0 < len(self._lines) <= _MOST:
            found = f"{self._strokes} strokes, {len(self._lines)} lines"
            raise self._error(0, "page", "strokes and lines", found)
        for key in (*_TYPES, *_INTEGERS):
            if key not in header:
                raise self._error(0, f"annotation {key}", "the page's header", "none")
        numbers = []
        for key in _INTEGERS:
            if re.fullmatch(r"\d{1,10}", header[key], re.ASCII) is None:
                raise self._error(0, f"annotation {key}", "a whole number", repr(header[key][:40]))
            numbers.append(int(header[key]))
        code, illustration, code_type, data_type = (printable(header[key]) for key in _TYPES)
        lines_at = len(self._body) + _COUNT.size
        body = bytes(self._body) + _COUNT.pack(len(self._lines)) + b"".join(self._lines)
        return InkPage(
            format_code=code,
            illustration=illustration,
            code_type=code_type,
            data_type=data_type,
            sample_length=numbers[0],
            page_index=numbers[1],
            stroke_count=self._strokes,
            linked=bool(self._linked),
            body=memoryview(body),
            sound=b"\1" * len(self._lines),
            body_offset=0,
            lines_offset=lines_at,
            source=source,
            record=0,
            offset=0,
        )

    def _character(self, notes: Mapping[str, str], offset: int) -> None:
        written = notes.get("code", "")
        code = bytes.fromhex(written) if re.fullmatch("[0-9a-f]{4}", written, re.ASCII) else b""
        if not code:
            found = repr(printable(written[:40]))
            raise self._error(offset, "annotation code", "two hexadecimal bytes", found)
        if notes.get("truth") != (None if 0xFF in code else character(code)):
            found = repr(printable(notes.get("truth", "none")[:40]))
            raise self._error(offset, "annotation truth", f"the character of {written}", found)
        if len(self._own) > _MOST:
            raise self._error(offset, "traceView", f"at most {_MOST:,} strokes", "more")
        self._characters.append((code, self._own))
        self._own = []

    def _line(self, notes: Mapping[str, str], offset: int) -> None:
        linked = notes.get("linked") != "no"
        if self._linked not in (None, linked):
            raise self._error(offset, "annotation linked", "the same in all lines", "both")
        self._linked = linked
        strokes = [k for _, own in self._characters for k in own] if linked else self._references
        if "strokes" in notes:
            text = notes["strokes"]
            if _NUMBERS.fullmatch(text) is None:
                found = repr(printable(text[:40]))
                raise self._error(offset, "annotation strokes", "numbers of strokes", found)
            strokes = [int(number) for number in text.split()]
        own_strokes = any(own for _, own in self._characters)
        if (own_strokes and not linked) or (self._references and linked):
            found = f'references where "linked" is {"not " * linked}"no"'
            raise self._error(offset, "line", "strokes of its characters, or of its own", found)
        if max(strokes, default=0) >= self._strokes:
            raise self._error(offset, "line", f"strokes below {self._strokes}", "others")
        if len(strokes) > _MOST or len(self._characters) > _MOST:
            raise self._error(offset, "line", f"at most {_MOST:,} strokes and characters", "more")
        parts = [pack_numbers(strokes), _COUNT.pack(len(self._characters))]
        for code, own in self._characters:
            parts += [code, pack_numbers(own)] if linked else [code]
        self._lines.append(b"".join(parts))
        self._grow(len(self._lines[-1]), offset)
        self._characters, self._references = [], []

    def _grow(self, size: int, offset: int) -> None:
        self._size += size
        if self._size > HOLD_LIMIT:
            raise self._error(offset, "page", f"at most {HOLD_LIMIT:,} bytes", "more")

    def _error(self, offset: int, name: str, expected: str, found: str) -> FormatError:
        return FormatError(self.file, offset, name, expected, found)
