"""XML from anybody: bounded, without document types, entities or anything from a network."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.words import printable

__all__ = ["attribute", "child", "children", "local", "outer", "points_of", "read_xml"]

_BYTES_LIMIT = 1 << 26
_ELEMENTS_LIMIT = 1 << 20
_LONGEST_PX = float(1 << 20)
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = {"utf-8": "utf-8-sig", "us-ascii": "ascii", "ascii": "ascii"} | dict.fromkeys(
    ("iso-8859-1", "latin1", "latin-1", "windows-1252"), "cp1252"
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_POINTS = re.compile(r"[-+\d.,\s]*", re.ASCII)


def read_xml(stream: ByteSource) -> ET.Element:
    """Parse a file, and return its root.

    Raises:
        FormatError: it is larger than 64 MiB or a million elements, has a document type, is in an
            encoding that nobody uses, or is not well-formed.
    """
    data = stream.read_whole(_BYTES_LIMIT)
    stream.finish()
    declared = _DECLARED.match(data[:200])
    named = declared[1].decode().lower() if declared else "utf-8"
    encoding = "utf-16" if data[:2] in _UTF16 else _ENCODINGS.get(named, "")
    try:
        if not encoding:
            raise FormatError(stream.file, 0, "encoding", "UTF-8; save it so", printable(named))
        text = data.decode(encoding)
        if "<!" in text.replace("<!--", ""):  # no DTD, so no entity
            raise FormatError(stream.file, 0, "XML", "no document type, no entities", "<!")
        if text.count("<") > 2 * _ELEMENTS_LIMIT:
            raise FormatError(
                stream.file, 0, "XML", f"at most {_ELEMENTS_LIMIT:,} elements", "more"
            )
        return ET.fromstring(text)  # noqa: S314 - no DTD, so no entity
    except (ET.ParseError, UnicodeDecodeError, RecursionError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        reason = printable(str(error))[:80]
        raise FormatError(stream.file, 0, "XML", "well-formed XML in UTF-8", reason) from None


def local(element: ET.Element) -> str:
    """Return an element's name without its namespace; "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: ET.Element, *names: str) -> Iterator[ET.Element]:
    """Yield the children of some names, in any namespace."""
    return (one for one in element if local(one) in names)


def child(element: ET.Element | None, name: str) -> ET.Element | None:
    """Return the first child of a name; None where there is none."""
    return None if element is None else next(children(element, name), None)


def attribute(element: ET.Element, name: str) -> str:
    """Return an attribute without white space around it; "" where there is none."""
    return element.get(name, "").strip()


def outer(element: ET.Element) -> str:
    """Return an element as text, without its namespace; "" where it is too deep to be written."""
    mark = element.tag.rpartition("}")[0] + "}"
    if mark == "}":
        mark = ""
    bare = ET.Element("x")
    bare.append(element)
    for one in bare.iter() if mark else ():
        if isinstance(one.tag, str):
            one.tag = one.tag.removeprefix(mark)
    try:
        element.tail = None
        return ET.tostring(element, encoding="unicode")
    except RecursionError:
        return ""


def points_of(text: str) -> npt.NDArray[np.float64] | None:
    """Return points written as ``x,y x,y`` or ``x y x y``; None where they are none, or far out.

    >>> points_of("1,2 3,4").tolist(), points_of("1 2 3"), points_of("nan,1")
    ([[1.0, 2.0], [3.0, 4.0]], None, None)
    """
    if not _POINTS.fullmatch(text):
        return None
    try:
        found = np.array(text.replace(",", " ").split(), np.float64)
    except ValueError:
        return None
    if not found.size or found.size % 2 or not (np.abs(found) < _LONGEST_PX).all():
        return None
    return found.reshape(-1, 2)
