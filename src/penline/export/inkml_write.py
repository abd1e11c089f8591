"""The text of InkML files. Source: Ink Markup Language (InkML), W3C Recommendation, 2011.

Coordinates are whole numbers in device units, y downwards, as CASIA's archives have them; the
archives do not say how long a unit is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from penline.errors import ExportError
from penline.pages import StrokePage, StrokePageLine
from penline.records import Source, StrokeRecord

__all__ = ["END", "GROUP_END", "character", "group_start", "page", "start"]

END = "</ink>\n"
GROUP_END = "</traceGroup>\n"
_MOST_STROKES = 1 << 16

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def start(layout: str, *, unsigned: bool = False) -> str:
    """What stands before the strokes; `layout` is ``characters`` or ``page``."""
    low, high = (0, 65_535) if unsigned else (-32_768, 32_767)
    channels = "".join(
        f'<channel name="{name}" type="integer" min="{low}" max="{high}" '
        f'orientation="+ve" units="dev"/>'
        for name in "XY"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ink xmlns="http://www.w3.org/2003/InkML">\n'
        '<definitions><context xml:id="pen"><traceFormat>'
        f"{channels}</traceFormat></context></definitions>\n{_note('layout', layout)}"
    )


def group_start(source: Source) -> str:
    """The beginning of the group of one source file's characters."""
    return f'<traceGroup contextRef="#pen">\n{_provenance(source)}'


def character(record: StrokeRecord) -> str:
    """One character: its label, where it comes from, its strokes."""
    traces = []
    begin = 0
    for end in record.ends:
        traces.append(f"<trace>{_points(record.points[begin:end].tolist())}</trace>\n")
        begin = end + 1
    notes = {
        "truth": record.character,
        "code": record.code.hex(),
        "record": str(record.record),
        "offset": str(record.offset),
    }
    return f"<traceGroup>\n{_notes(notes)}{''.join(traces)}</traceGroup>\n"


def page(record: StrokePage) -> Iterator[str]:
    """A whole file of one page, piece by piece.

    Raises:
        ExportError: more strokes than lines can point at.
    """
    if record.stroke_count > _MOST_STROKES:
        raise ExportError(f"{record.source.file}: more than {_MOST_STROKES:,} strokes on a page")
    kind = record.data_type
    yield start("page", unsigned="unsigned" in kind.lower() or not kind)
    notes = {
        "format code": record.format_code,
        "illustration": record.illustration,
        "code type": record.code_type,
        "data type": kind,
        "sample length": str(record.sample_length),
        "page index": str(record.page_index),
    }
    yield f'{_provenance(record.source)}{_notes(notes)}<traceGroup contextRef="#pen">\n'
    for number, points in enumerate(record.points):
        yield f'<trace xml:id="s{number}">{_points(points.tolist())}</trace>\n'
    yield GROUP_END
    for line in record.lines:
        yield _line(line, record.linked)
    yield END


def _line(line: StrokePageLine, linked: bool) -> str:
    parts = ["<traceView>\n", _note("truth", "".join(c.character or "" for c in line.characters))]
    own = [k for c in line.characters if c.strokes is not None for k in c.strokes.tolist()]
    strokes = line.strokes.tolist()
    if not linked:
        parts += [_note("linked", "no"), _references(strokes)]
    elif own != strokes:
        parts.append(_note("strokes", " ".join(map(str, strokes))))
    for one in line.characters:
        parts += ["<traceView>", _note("code", one.code.hex())]
        if one.character is not None:
            parts.append(_note("truth", one.character))
        if one.strokes is not None:
            parts.append(_references(one.strokes.tolist()))
        parts.append("</traceView>\n")
    return "".join([*parts, "</traceView>\n"])


def _references(numbers: Iterable[int]) -> str:
    return "".join(f'<traceView traceDataRef="#s{number}"/>' for number in numbers)


def _points(points: list[list[int]]) -> str:
    return ",".join(f"{x} {y}" for x, y in points)


def _provenance(source: Source) -> str:
    notes = {"writer": source.writer, "source": source.file, "part": source.part}
    return _notes({kind: text for kind, text in notes.items() if text})


def _notes(notes: dict[str, str]) -> str:
    return "".join(_note(kind, text) for kind, text in notes.items())


def _note(kind: str, text: str) -> str:
    """An annotation. Some characters have no place in XML, not even escaped (XML 1.0, 2.2)."""
    wrong = _NO_XML.search(text)
    if wrong:
        raise ExportError(f"{kind} {text[:40]!r}: XML cannot hold U+{ord(wrong[0]):04X}")
    return f'<annotation type="{kind}">{text.translate(_ESCAPES)}</annotation>\n'
