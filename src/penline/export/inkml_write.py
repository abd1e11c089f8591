"""The text of InkML files. Source: Ink Markup Language (InkML), W3C Recommendation, 2011.

Coordinates of characters and pages are whole numbers in device units, y downwards, as CASIA's
archives have them; the archives do not say how long a unit is. Those of composed lines are pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from penline.errors import ExportError
from penline.pages import StrokePage, StrokePageLine
from penline.records import OnlineLine, Source, StrokeRecord

__all__ = ["END", "GROUP_END", "character", "group_start", "line", "page", "pen_context", "start"]

END = "</ink>\n"
GROUP_END = "</traceGroup>\n"
_MOST_STROKES = 1 << 16

_START = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ink xmlns="http://www.w3.org/2003/InkML">\n'
    '{}<definitions><context xml:id="pen"><traceFormat>'
    "{}</traceFormat></context></definitions>\n"
)
_XY = "".join(
    f'<channel name="{name}" type="integer" min="{{0}}" max="{{1}}" orientation="+ve" units="dev"/>'
    for name in "XY"
)
_MORE = {
    "T": '<channel name="T" type="decimal" units="ms"/>',
    "F": '<channel name="F" type="decimal" units="dev"/>',
}
_LINE_CHANNELS = (
    '<channel name="X" type="decimal" orientation="+ve" units="dev"/>'
    '<channel name="Y" type="decimal" orientation="+ve" units="dev"/>'
    '<channel name="T" type="integer" units="ms"/>'
)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def start(layout: str, *, unsigned: bool = False) -> str:
    """What stands before the strokes; `layout` is ``characters``, ``page`` or ``lines``."""
    if layout == "lines":
        return _START.format(_note("layout", layout), _LINE_CHANNELS)
    low, high = (0, 65_535) if unsigned else (-32_768, 32_767)
    return _START.format("", _XY.format(low, high)) + _note("layout", layout)


def pen_context(number: int, channels: Iterable[str]) -> str:
    """A pen that tells other channels than the one before; `number` parts it from others."""
    found = _XY.format(-32_768, 32_767) + "".join(map(_MORE.__getitem__, channels))
    return f'<context xml:id="pen{number}"><traceFormat>{found}</traceFormat></context>\n'


def group_start(source: Source, pen: int = 0) -> str:
    """The beginning of the group of one source file's characters, written with a pen."""
    return f'<traceGroup contextRef="#pen{pen or ""}">\n{_provenance(source)}'


def character(record: StrokeRecord) -> str:
    """One character: its label, where it comes from, its strokes."""
    traces = []
    begin = 0
    for end in record.ends:
        points = _points(record.points[begin:end].tolist())
        if record.channels:
            more = np.stack([one[begin:end] for one in record.channels.values()], 1).tolist()
            rows = zip(points.split(","), more, strict=True)
            points = ",".join(" ".join([place, *map(_plain, values)]) for place, values in rows)
        traces.append(f"<trace>{points}</trace>\n")
        begin = end + 1
    notes = {
        "truth": record.character,
        "code": record.code.hex(),
        "record": str(record.record),
        "offset": str(record.offset),
    }
    return f"<traceGroup>\n{_notes(notes)}{''.join(traces)}</traceGroup>\n"


def line(record: OnlineLine) -> str:
    """One line: its traces, and a view of it with a view of each of its items.

    Raises:
        ExportError: times that are not known.
    """
    if any(trace.shape[1] < 3 for trace in record.traces):
        raise ExportError(f"line {record.record}: no times; penline writes lines of its own alone")
    name = f"l{record.record}"
    notes = {"truth": record.text, "writer": record.source.writer, "index": str(record.record)}
    parts = [f'<traceGroup xml:id="{name}" contextRef="#pen">\n']
    parts.append(_notes({kind: text for kind, text in notes.items() if text}))
    for number, trace in enumerate(record.traces):
        points = ",".join(f"{_plain(x)} {_plain(y)} {t:.0f}" for x, y, t in trace.tolist())
        parts.append(f'<trace xml:id="{name}s{number}">{points}</trace>\n')
    parts.append(f'{GROUP_END}<traceView xml:id="{name}v">\n')
    views: list[list[str]] = [[] for _ in record.items]
    for item, number, first, past in record.spans.tolist():
        whole = past - first == len(record.traces[number])
        stretch = "" if whole else f' from="{first + 1}" to="{past}"'  # counted from 1
        views[item].append(f'<traceView traceDataRef="#{name}s{number}"{stretch}/>')
    for item, view in zip(record.items, views, strict=True):
        parts.append(f"<traceView>{_note('truth', item)}{''.join(view)}</traceView>\n")
    return "".join([*parts, "</traceView>\n"])


def _plain(number: float) -> str:
    """A coordinate: 1/256 px to the nearest thousandth, which tells it exactly."""
    return repr(round(number, 3)).removesuffix(".0")


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
