"""InkML: pen strokes as XML, characters, a page or lines, as `penline` writes them.

Source: Ink Markup Language (InkML), W3C Recommendation of 20 September 2011. UTF-8 only.

    ink
      annotation type="layout"    "characters", "page" or "lines"; without it: characters
      definitions/context/traceFormat    channels X and Y, no others, of whole numbers
      traceGroup                  one source file; its annotation "writer" is the writer's id
        traceGroup                one character
          annotation type="truth" the character
          annotation type="code"  the label's raw bytes, hexadecimal (else UTF-8 of the truth)
          trace                   one stroke, "x y, x y, ..."

A page is described in `penline.formats.inkml_page`, lines in `penline.formats.inkml_lines`.

InkML of other programs is read where each character is a traceGroup with its truth and its own
traces; a group of traces without a truth is a page of one line without a label. Of a point X and Y
are read, wherever they stand among the channels, and the other values (force, time, angles) left
out. Coordinates are whole numbers of 16 bits; where the file's first points have fractions, all
are read in sixteenths of their unit. All else (differences in the place of coordinates, traces
outside groups, groups that point at traces as in CROHME) is refused.

The file is parsed as a stream, by expat alone: no DTD, no entities, nothing fetched. An element's
text, a character's points and the depth are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, end_of
from penline.formats.ink import InkPage
from penline.formats.inkml_reading import InkMlReading, Outcome
from penline.formats.sniff import HEAD_BYTES, misnamed, sniff
from penline.records import Defect, OnlineLine, Source, StrokeRecord

__all__ = ["read", "salvage"]

Ink: TypeAlias = StrokeRecord | InkPage | OnlineLine

_EXPECTED = "an InkML file (XML, root element ink)"
_BLOCK = 1 << 16


def read(stream: ByteSource, source: Source) -> Iterator[Ink]:
    """All characters, the lines, or the one page, strictly.

    The points of a character are as POT has them: ``(-1, 0)`` after each stroke, ``(-1, -1)``
    at the end. The writer is the one that the file names, else the source's. Offsets are those
    of this file.

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    for outcome in _walk(stream, source):
        if isinstance(outcome, FormatError):
            raise outcome
        yield outcome
    stream.finish()


def salvage(stream: ByteSource, source: Source) -> Iterator[Ink | Defect]:
    """Sound characters, and a defect in the place of each other; never raises.

    Damage to the XML itself ends the file: what is complete before it is kept. Of a page all is
    sound, or nothing.
    """
    record = 0
    last: FormatError | None = None
    for outcome in _walk(stream, source):
        if isinstance(outcome, FormatError):
            last = outcome
            yield defect_of(outcome, record)
        else:
            yield outcome
        record += 1
    yield from end_of(stream, record, last)


def _walk(stream: ByteSource, source: Source) -> Iterator[Outcome]:
    """Records and faults in file order; the last fault is the one that ended the reading."""
    reading = InkMlReading(stream.file, source)
    offset = 0
    while True:
        piece = stream.read_most(offset, _BLOCK)  # the same pieces through every stream
        fault: FormatError | None = None
        if not piece and stream.fault is not None:
            fault = stream.fault
        else:
            try:
                reading.feed(piece)
            except FormatError as error:
                fault = error
        if fault is not None and not offset and not reading.begun:
            fault = _plain(stream, fault)
        yield from reading.found
        reading.found.clear()
        if fault is not None:
            yield fault
            return
        if not piece:
            return
        offset += len(piece)


def _plain(stream: ByteSource, fault: FormatError) -> FormatError:
    """A plainer fault where the file is obviously something else than XML."""
    head = stream.read_most(0, HEAD_BYTES)
    is_xml = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if is_xml and sniff(head) in ("XML text", "text", None):
        return fault
    return misnamed(stream, fault, _EXPECTED)
