"""The events of an InkML file, made into records; see `penline.formats.inkml` for the elements."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.ink import InkPage, LineOfStrokes, mark_channels, mark_ends, page_of
from penline.formats.inkml_lines import LineParts
from penline.formats.inkml_page import PageParts
from penline.formats.inkml_trace import KEPT, MAX_TEXT, Channels, points_of, values_of
from penline.records import OnlineLine, Source, StrokeRecord
from penline.words import printable

__all__ = ["NAMESPACE", "InkMlReading", "Outcome"]

NAMESPACE = "http://www.w3.org/2003/InkML"
_ID = "http://www.w3.org/XML/1998/namespace id"

_MAX_TOKEN = 1 << 20
"""Bytes of a tag, comment or processing instruction."""
_MAX_DEPTH = 64
_MAX_ANNOTATIONS = 64
_MAX_POINTS = 1 << 16
"""Points of a character, end marks included."""
_MAX_WRITER = 200
_MAX_CODE = 64
_KEPT = ("annotation", "trace")

Outcome: TypeAlias = StrokeRecord | InkPage | OnlineLine | FormatError


@dataclass(slots=True)
class _Frame:
    """An open element."""

    name: str
    offset: int
    attributes: dict[str, str]
    annotations: dict[str, str] = field(default_factory=dict)
    strokes: list[npt.NDArray[np.int64]] = field(default_factory=list)
    values: list[npt.NDArray[np.float64]] = field(default_factory=list)
    points: int = 0
    groups: int = 0
    fault: FormatError | None = None


class InkMlReading:
    """The parser's events, made into records; at most one character is held, or one page."""

    def __init__(self, file: str, source: Source) -> None:
        self.file = file
        self.source = source
        self.found: list[Outcome] = []
        self.begun = False
        self.count = 0
        self._fed = 0
        self._frames: list[_Frame] = []
        self._text: list[str] = []
        self._held = 0
        self._channels = Channels([])
        self._kept: tuple[str, ...] = ()
        self._seconds = False
        self._page: PageParts | None = None
        self._lines: LineParts | None = None
        self._sources = {source.writer: source}
        parser = self._parser = expat.ParserCreate("UTF-8", " ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data

    def feed(self, piece: bytes) -> None:
        """Parse on; no bytes end the file.

        Raises:
            FormatError: nothing can be read from here on.
        """
        parser = self._parser
        self._fed += len(piece)
        try:
            parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            place = max(parser.ErrorByteIndex, 0)
            raise FormatError(self.file, place, "XML", "well-formed XML", reason) from None
        waiting = self._fed - max(parser.CurrentByteIndex, 0)
        if waiting > _MAX_TOKEN:
            raise self._error("XML", f"tags of at most {_MAX_TOKEN:,} bytes", "a longer one")

    def _error(self, field: str, expected: str, found: str) -> FormatError:
        return FormatError(self.file, max(self._parser.CurrentByteIndex, 0), field, expected, found)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            raise self._error("XML encoding", "UTF-8", repr(encoding[:40]))

    def _doctype(self, name: str, *_: object) -> None:
        found = f"a DTD for {printable(name[:40])}"
        raise self._error("document type", "none (entities are not read)", found)

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        space, _, name = full_name.rpartition(" ")
        name = name if space == NAMESPACE else ""
        if not self._frames and name != "ink":
            found = printable(full_name[:80])
            raise self._error("root element", f"{NAMESPACE} ink", found)
        self.begun = True
        if len(self._frames) == _MAX_DEPTH:
            raise self._error("XML", f"elements at most {_MAX_DEPTH} deep", "deeper ones")
        if self._frames and self._frames[-1].name in _KEPT:
            found = printable(full_name[:80])
            raise self._error(self._frames[-1].name, "text alone", f"an element {found}")
        frame = _Frame(name, self._parser.CurrentByteIndex, attributes)
        if name == "traceFormat":
            self._channels.names = []
            self._kept, self._seconds = (), False
        elif name == "channel":
            self._channel(attributes)
        elif name == "traceGroup" and self._frames:
            self._frames[-1].groups += 1
        self._frames.append(frame)
        self._text, self._held = [], 0

    def _data(self, text: str) -> None:
        if self._frames[-1].name in _KEPT:
            self._held += len(text)
            if self._held > MAX_TEXT:
                name = self._frames[-1].name
                raise self._error(name, f"at most {MAX_TEXT:,} characters of text", "more")
            self._text.append(text)

    def _end(self, _name: str) -> None:
        frame = self._frames.pop()
        if frame.name == "annotation":
            self._annotation(frame)
        elif frame.name == "trace":
            self._trace(frame)
        elif frame.name == "traceGroup":
            self._group(frame)
        elif frame.name == "traceFormat":
            self._format()
        elif frame.name == "traceView":
            self._view(frame)
        elif frame.name == "ink" and self._lines is not None and self._lines.held:
            self._add(self._error("line", "a view of its traces", "none"))
        elif frame.name == "ink" and self._page is not None:
            self.found.append(self._page.page(self._source(frame.annotations), frame.annotations))

    def _channel(self, attributes: dict[str, str]) -> None:
        name, kind = attributes.get("name", ""), attributes.get("type", "decimal")
        found = printable(f"{name} of type {kind}"[:80])
        if name in ("X", "Y") and kind not in ("integer", "decimal"):
            raise self._error("channel", f"{name} of type integer or decimal", found)
        self._seconds = self._seconds or (name == "T" and attributes.get("units") == "s")
        if not self._channels.add(name):
            raise self._error("channel", "a few channels, each once", found)

    def _format(self) -> None:
        """Tell which channels are not read, in the file's source."""
        self._kept = tuple(name for name in KEPT if name in self._channels.names)
        self._leave_out([one for one in self._channels.names if one not in ("X", "Y", *KEPT)])

    def _leave_out(self, others: list[str]) -> None:
        if others:
            shown = printable(", ".join(others)[:80])
            left_out = f"channels beside X and Y ({shown})"
            self.source = dataclasses.replace(self.source, left_out=left_out)
            self._sources = {self.source.writer: self.source}

    def _annotation(self, frame: _Frame) -> None:
        if not self._frames:
            return
        kind, parent = frame.attributes.get("type", ""), self._frames[-1]
        parent.annotations[kind] = "".join(self._text)
        if len(parent.annotations) > _MAX_ANNOTATIONS:
            raise self._error("annotation", f"at most {_MAX_ANNOTATIONS} an element", "more")
        if parent.name == "ink" and kind == "layout":
            layout = parent.annotations[kind]
            if layout not in ("characters", "page", "lines"):
                found = repr(printable(layout[:40]))
                raise self._error("layout", '"characters", "page" or "lines"', found)
            self._page = PageParts(self.file) if layout == "page" else None
            self._lines = LineParts(self.file) if layout == "lines" else None

    def _trace(self, frame: _Frame) -> None:
        parent, text = self._frames[-1], "".join(self._text)
        if self._lines is not None:
            name = frame.attributes.get(_ID, "")
            self._lines.trace(text, name, frame.offset, self._channels.names)
            return
        try:
            for name in ("continuation", "type"):
                kind = frame.attributes.get(name, "penDown")
                if kind != "penDown":
                    expected, found = "a whole pen-down stroke", printable(f"{name}={kind}"[:80])
                    raise FormatError(self.file, frame.offset, "trace", expected, found)
            unsigned = self._page is not None and self._page.unsigned(self._frames[0].annotations)
            points = points_of(text, self.file, frame.offset, self._channels, unsigned=unsigned)
            if self._page is not None:
                self._page.stroke(points, frame.attributes.get(_ID, ""), frame.offset)
                return
            if parent.name != "traceGroup":
                expected = "traces inside the traceGroup of a character, with its truth"
                raise FormatError(self.file, frame.offset, "trace", expected, "a trace of its own")
        except FormatError as error:
            if self._page is not None:
                raise
            if parent.name != "traceGroup":
                self._add(error)
            elif parent.fault is None:
                parent.fault = error
            points = np.empty((0, 2), np.int64)
        if parent.name == "traceGroup":
            parent.points += len(points) + 1
            if parent.points >= _MAX_POINTS:
                raise self._error("trace", f"at most {_MAX_POINTS:,} points a character", "more")
            parent.strokes.append(points)
            if self._kept:
                parent.values.append(self._values(text, points))

    def _values(self, text: str, points: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Time and force of a trace; where they are no plain numbers the file has none."""
        found = values_of(text, self._channels, self._kept)
        if found is None or len(found) != len(points):
            self._leave_out([one for one in self._channels.names if one not in ("X", "Y")])
            self._kept = ()
            return np.empty((0, 0))
        if self._seconds:
            found[:, self._kept.index("T")] *= 1000.0
        return found

    def _view(self, frame: _Frame) -> None:
        parent = self._frames[-1]
        if self._page is not None:
            self._page.view(frame.attributes, frame.annotations, frame.offset, self._depth())
        elif self._lines is not None and self._depth():
            self._lines.view(frame.attributes, frame.annotations, frame.offset, self._depth())
        elif self._lines is not None:
            try:
                self._add(self._lines.end(self.count, frame.offset))
            except FormatError as error:
                self._add(error)
        elif parent.name == "traceGroup" and parent.fault is None:
            expected = "the traces of the character themselves"
            parent.fault = FormatError(
                self.file, frame.offset, "traceView", expected, "a reference"
            )

    def _depth(self) -> int:
        return sum(frame.name == "traceView" for frame in self._frames)

    def _group(self, frame: _Frame) -> None:
        if self._page is not None:
            return
        if self._lines is not None:
            self._lines.group(frame.annotations, self._source(frame.annotations), frame.offset)
            return
        if not frame.strokes and frame.fault is None and "truth" not in frame.annotations:
            return  # a group of groups
        if frame.groups and not frame.strokes and frame.fault is None:
            return  # a word, whose characters have their own groups
        bare = "truth" not in frame.annotations and not frame.groups
        try:
            if bare and frame.strokes and frame.fault is None:
                if self._kept:  # a page keeps places alone
                    self._leave_out([o for o in self._channels.names if o not in ("X", "Y")])
                source = self._source(frame.annotations)
                line = LineOfStrokes(range(len(frame.strokes)), ())
                self._add(page_of(frame.strokes, [line], source, self.count, 0, linked=False))
                return
            self._add(self._character(frame))
        except FormatError as error:
            self._add(error)

    def _add(self, outcome: Outcome) -> None:
        self.found.append(outcome)
        self.count += 1

    def _character(self, frame: _Frame) -> StrokeRecord:
        if frame.fault is not None:
            raise frame.fault

        def wrong(field: str, expected: str, found: str) -> FormatError:
            return FormatError(self.file, frame.offset, field, expected, found)

        truth = frame.annotations.get("truth")
        if truth is None or len(truth) != 1:
            found = "none" if truth is None else repr(printable(truth[:40]))
            raise wrong("annotation truth", "one character", found)
        if frame.groups or not frame.strokes:
            found = "groups beside traces" if frame.groups else "none"
            raise wrong("traces", "at least one trace, and nothing else", found)
        code = truth.encode()
        if "code" in frame.annotations:
            written = frame.annotations["code"]
            try:
                code = bytes.fromhex(written)
            except ValueError:
                code = b""
            if not 0 < len(code) <= _MAX_CODE:
                raise wrong("annotation code", "hexadecimal bytes", repr(printable(written[:40])))
        source = self._source(frame.annotations)
        points, ends = mark_ends(frame.strokes)
        facts = source, self.count, frame.offset
        kept = self._kept if len(frame.values) == len(frame.strokes) else ()
        channels = mark_channels(kept, frame.values)
        return StrokeRecord(truth, code, points, ends, *facts, channels)

    def _source(self, own: dict[str, str]) -> Source:
        """The source, with the writer that the innermost element around names."""
        frames = (frame.annotations for frame in reversed(self._frames))
        found = (notes["writer"] for notes in (own, *frames) if "writer" in notes)
        writer = next(found, self.source.writer)
        if writer not in self._sources:
            if not writer or len(writer) > _MAX_WRITER or not writer.isprintable():
                shown = repr(printable(writer[:40]))
                raise self._error("annotation writer", "a writer's id, one line", shown)
            self._sources = {writer: dataclasses.replace(self.source, writer=writer)}
        return self._sources[writer]
