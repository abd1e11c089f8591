"""The lists of the IAM Handwriting Database: lines, words, and one XML file a form.

    lines.txt    a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE|to|stop|Mr.|Gaitskell|from
                 id, ok or err, grey level, components, x y w h on the form, words with | between
    words.txt    a01-000u-00-00 ok 154 408 768 27 51 AT A
                 id, ok or err, grey level, x y w h on the form, tag, the word
    xml/*.xml    form id writer-id / handwritten-part / line id text / word id text / cmp x y
    forms.txt    a01-000u 000 2 prt 7 5 52 36         id, writer, ...

Lines that begin with # are remarks. ``err`` says of a line that it was cut into words wrongly, and
its text is right; of a word, that its own cut is wrong. XML tells the writers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of
from penline.formats.text_lines import decoded, text_lines
from penline.formats.xml_tree import attribute, child, children, local, read_xml
from penline.records import Defect
from penline.words import printable

__all__ = ["IamRow", "iam_form", "read_iam", "read_iam_form", "read_iam_writers"]

_LINE_ID = re.compile(r"[a-z]\d\d-\d{3}[a-z]?-\d\d", re.ASCII)
_WORD_ID = re.compile(r"[a-z]\d\d-\d{3}[a-z]?-\d\d-\d\d", re.ASCII)
_FORM_ID = re.compile(r"[a-z]\d\d-\d{3}[a-z]?", re.ASCII)
_WRITER = re.compile(r"\d{1,5}", re.ASCII)
_STATES = ("ok", "err")


class IamRow(NamedTuple):
    """One line or word.

    Attributes:
        name: its id, which is its picture's name, too.
        text: what stands there; words of a line with spaces between.
        sound: it was cut out as it should be.
        offset: byte offset in the list.
    """

    name: str
    text: str
    sound: bool
    offset: int = 0

    @property
    def form(self) -> str:
        """The id of its form."""
        return "-".join(self.name.split("-")[:2])


def iam_form(name: str, head: bytes) -> str:
    """Tell by a file's name and beginning what of IAM it is; "" for others.

    >>> iam_form("lines.txt", b"# remark\\na01-000u-00 ok 154 19 408 746 1661 89 A|MOVE")
    'lines'
    """
    lower = name.lower()
    if lower.endswith(".xml"):
        return "form" if b"<handwritten-part" in head and b"writer-id=" in head else ""
    if not lower.endswith(".txt"):
        return ""
    rows = [line.split() for line in head.split(b"\n") if line.strip() and line[:1] != b"#"][:1]
    first = [cell.decode("ascii", "replace") for cell in rows[0]] if rows else []
    if len(first) >= 9 and first[1] in _STATES:
        if _LINE_ID.fullmatch(first[0]):
            return "lines"
        return "words" if _WORD_ID.fullmatch(first[0]) else ""
    if len(first) == 8 and _FORM_ID.fullmatch(first[0]) and _WRITER.fullmatch(first[1]):
        return "forms"
    return ""


def read_iam(stream: ByteSource, form: str) -> Iterator[IamRow | Defect]:
    """Yield the rows of ``lines.txt`` or ``words.txt``, and a defect for each that is not sound.

    Args:
        stream: the file from its beginning.
        form: ``"lines"`` or ``"words"``.
    """
    name, parts = (_LINE_ID, 8) if form == "lines" else (_WORD_ID, 8)
    record = 0
    try:
        for offset, raw in text_lines(stream):
            if raw.startswith(b"#"):
                continue
            cells = decoded(stream, offset, raw).split(" ", parts)
            sound = len(cells) == parts + 1 and name.fullmatch(cells[0]) is not None
            if not sound or cells[1] not in _STATES:
                expected = f"a row of {form}.txt: id, ok or err, numbers, text"
                found = printable(" ".join(cells)[:40])
                yield defect_of(FormatError(stream.file, offset, "row", expected, found), record)
            else:
                text = cells[-1].strip()
                text = text.replace("|", " ") if form == "lines" else text
                yield IamRow(cells[0], text, form == "lines" or cells[1] == "ok", offset)
            record += 1
    except FormatError as error:
        yield defect_of(error, record)


def read_iam_form(stream: ByteSource) -> tuple[str, str, list[IamRow]]:
    """Read a form: its id, its writer's number, and its lines.

    Raises:
        FormatError: it is no form.
    """
    root = read_xml(stream)
    writer = attribute(root, "writer-id")
    part = child(root, "handwritten-part")
    if local(root) != "form" or part is None or not _WRITER.fullmatch(writer):
        found = printable(root.tag[:40])
        raise FormatError(stream.file, 0, "XML", "a form of IAM with its writer-id", found)
    lines = list(children(part, "line"))
    rows = [IamRow(attribute(one, "id"), attribute(one, "text"), True) for one in lines]
    return attribute(root, "id"), writer, [row for row in rows if _LINE_ID.fullmatch(row.name)]


def read_iam_writers(stream: ByteSource) -> dict[str, str]:
    """Read ``forms.txt``: the writer's number of each form."""
    found = {}
    for offset, raw in text_lines(stream):
        cells = decoded(stream, offset, raw).split()
        if len(cells) > 1 and _FORM_ID.fullmatch(cells[0]) and _WRITER.fullmatch(cells[1]):
            found[cells[0]] = cells[1]
    return found
