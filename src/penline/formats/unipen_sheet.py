"""A UNIPEN file with what it includes: its components and segments, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.unipen_text import FRACTION, Component, Statement, UnipenSegment, segment_of
from penline.formats.unipen_text import statements as statements_of
from penline.words import printable

__all__ = ["Include", "Included", "UnipenSheet"]

MOST_BYTES = 1 << 26
"""Of a file and all that it includes; the largest of train_r01_v07 have 2 million."""
_MOST_INCLUDES = 64
_MOST_DEPTH = 8
_MOST_COLUMNS = 32
_MOST_GUIDES = 1000

_CHANNELS = {"T": "T", "P": "F"}
"""Columns that are kept beside X and Y, time and pressure, as `StrokeRecord` calls them."""
_STYLES = {"PRINTED": "printed", "CURSIVE": "cursive", "MIXED": "mixed"}
_NUMBER = re.compile(rb"[-+]?\d{1,9}(?:\.\d{0,9})?")
_IDLE = """
RESERVE COMMENT VERSION DATA_SOURCE DATA_ID HIERARCHY DATA_CONTACT DATA_INFO SETUP PAD
ALPHABET ALPHABET_FREQ LEXICON_SOURCE LEXICON_ID LEXICON_CONTACT LEXICON_INFO LEXICON
LEXICON_FREQ X_DIM Y_DIM V_LINE X_POINTS_PER_INCH Y_POINTS_PER_INCH Z_POINTS_PER_INCH
X_POINTS_PER_MM Y_POINTS_PER_MM Z_POINTS_PER_MM POINTS_PER_GRAM POINTS_PER_SECOND DT DATE
COUNTRY HAND AGE SEX SKILL WRITER_INFO START_BOX
"""
"""Keywords of the definition that decide no stroke and no label."""
_IDLE_WORDS = frozenset(_IDLE.split())


class Included(NamedTuple):
    """A file that another one includes.

    Attributes:
        data: its bytes.
        file: what messages call it.
    """

    data: bytes
    file: str


Include = Callable[[str], Included | None]
"""From a path below the folder of included files to the file; None where there is none."""


@dataclass(slots=True)
class UnipenSheet:
    """What a file says, and all that it includes; `read` fills it.

    Attributes:
        include: finds included files; None where a file must stand by itself.
        components: of both kinds, those without a point left out: these are what numbers count.
        segments: in the order of the text.
        faults: what is wrong with single segments, and with the end of a file.
        writer: the last ``.WRITER_ID``; mostly a person's name, and for no output.
        heights: of the writing lines that the writer saw, y **up**.
        scale: what coordinates are multiplied by: 1, or `FRACTION` where any has a fraction.
    """

    include: Include | None = None
    components: list[Component] = field(default_factory=list)
    segments: list[UnipenSegment] = field(default_factory=list)
    faults: list[FormatError] = field(default_factory=list)
    writer: str = ""
    heights: tuple[float, ...] = ()
    scale: int = 1
    _columns: tuple[int, int, int] = (2, 0, 1)
    _channels: tuple[tuple[str, int], ...] = ()
    _style: str = ""
    _own: set[str] = field(default_factory=set)
    _bytes: int = 0
    _includes: int = 0
    _points: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)

    def read(self, data: bytes, file: str, within: tuple[str, ...] = ()) -> None:
        """Take a file, and at each ``.INCLUDE`` what it names.

        Args:
            data: the file.
            file: for messages.
            within: paths of the includes that it stands in.

        Raises:
            FormatError: nothing can be read from there on; what stands before is kept.
        """
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            expected = f"at most {MOST_BYTES:,} bytes with all that it includes"
            raise FormatError(file, 0, "file", expected, "more")
        last = Statement("", b"", 0)
        for last in statements_of(data, file):
            self._take(last, file, within)
        fault = None
        if not data.endswith(b"\n"):
            fault = FormatError(file, len(data), "end of file", "a line end", "none")
        elif last.keyword == "PEN_DOWN" and last.body.strip():
            fault = FormatError(file, len(data), "end of file", ".PEN_UP after .PEN_DOWN", "none")
        if fault is not None:
            self.faults.append(fault)
            if last.keyword in ("PEN_DOWN", "PEN_UP") and last.body.strip():
                self.components[-1] = self.components[-1]._replace(fault=fault)

    @property
    def guides_y(self) -> tuple[int, ...]:
        """The writing lines that the writer saw, y **down**, in the units of points."""
        return tuple(round(-height * self.scale) for height in self.heights)

    def points(self, number: int) -> npt.NDArray[np.int64]:
        """Points of a component, ``int64 (n, 2)``, x right and y **down**.

        Raises:
            FormatError: they cannot be read.
        """
        if number not in self._points:
            self._points[number] = self.components[number].points(self.scale)
        return self._points[number]

    def _take(self, statement: Statement, file: str, within: tuple[str, ...]) -> None:
        keyword, body, offset = statement
        if keyword in ("PEN_DOWN", "PEN_UP"):
            if body.strip():
                down = keyword == "PEN_DOWN"
                self.components.append(
                    Component(
                        *(down, body, self._columns, self._style, file, offset),
                        channels=self._channels,
                    )
                )
                if b"." in body:
                    self.scale = FRACTION
        elif keyword == "SEGMENT":
            try:
                self.segments.append(segment_of(statement, file))
            except FormatError as error:
                self.faults.append(error)
        elif keyword == "INCLUDE":
            self._include(statement, file, within)
        elif keyword == "COORD":
            self._coordinates(statement, file)
        elif keyword == "STYLE":
            self._style = _STYLES.get(_text(body).upper(), "")
        elif keyword == "WRITER_ID":
            self.writer = _text(body)
        elif keyword == "H_LINE":
            words = body.split(None, _MOST_GUIDES)[:_MOST_GUIDES]
            self.heights = tuple(float(word) for word in words if _NUMBER.fullmatch(word))
        elif keyword == "KEYWORD":
            self._own.add(_text(body).partition(" ")[0].removeprefix("."))
        elif keyword not in _IDLE_WORDS and keyword not in self._own:
            shown = printable(f".{keyword[:40]}")
            expected = "a keyword of UNIPEN 1.0, or one that .KEYWORD declares"
            if keyword == "START_SET":
                expected = "one set a file"
            raise FormatError(file, offset, "keyword", expected, shown)

    def _coordinates(self, statement: Statement, file: str) -> None:
        names = _text(statement.body).split()
        once = len(set(names)) == len(names) <= _MOST_COLUMNS
        if not once or not {"X", "Y"} <= set(names):
            shown = repr(printable(" ".join(names)[:40]))
            expected = "names of columns, each once, X and Y among them"
            raise FormatError(file, statement.offset, "COORD", expected, shown)
        self._columns = len(names), names.index("X"), names.index("Y")
        kept = [(own, names.index(name)) for name, own in _CHANNELS.items() if name in names]
        self._channels = tuple(kept)

    def _include(self, statement: Statement, file: str, within: tuple[str, ...]) -> None:
        """Read an included file. Its name is not shown: it may be a person's."""
        path = _text(statement.body)

        def wrong(expected: str, found: str) -> FormatError:
            return FormatError(file, statement.offset, "INCLUDE", expected, found)

        names = path.split("/")
        if not path.isprintable() or "\\" in path or ":" in path or {"", ".", ".."} & set(names):
            raise wrong("a path below the folder of included files", "another one")
        self._includes += 1
        if path in within or len(within) == _MOST_DEPTH or self._includes > _MOST_INCLUDES:
            expected = f"at most {_MOST_INCLUDES} includes, {_MOST_DEPTH} deep, none in itself"
            raise wrong(expected, "itself again" if path in within else "more")
        if self.include is None:
            raise wrong("a file that stands by itself; name the folder of the whole set", "a path")
        found = self.include(path)
        if found is None:
            raise wrong("a file of the folder include", "a path that is not there")
        self.read(found.data, found.file, (*within, path))


def _text(body: bytes) -> str:
    return " ".join(body.decode("latin-1").split())
