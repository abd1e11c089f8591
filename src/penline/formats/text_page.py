"""A page that people transcribed, as its file tells of it: what PAGE XML, ALTO and lists share.

`pages.PageLine` and `pages.PageRegion` hold the text and the outlines. What a format has that they
have not rides in their ``metadata``, so that it can be written again:

    id      the element's own name
    kind    the type of the line or region: Transkribus's ``structure {type:heading;}``,
            eScriptorium's tag, or PAGE's ``type``
    extra   elements that nothing here understands, as ``["page", text]``, and attributes, as
            ``["page:attributes", JSON]``; or of ``alto``

Users' names, e-mail addresses and the addresses of their servers stand in none of them.
"""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.xml_tree import local, outer
from penline.pages import PageLine, PageRegion
from penline.words import printable

__all__ = [
    "Outlines",
    "TextPage",
    "box_around",
    "box_points",
    "extras",
    "left_over",
    "line_text",
    "one_line",
    "private",
    "without_private",
]

Points = npt.NDArray[np.float64]

_PRIVATE = re.compile(
    r"(?i)user|author|creator|owner|editor|e-?mail|agent|url$|^href$|transkribus|provenance"
)
_ADDRESS = re.compile(r"[^\s@:;,{}<>\"']+@[^\s@:;,{}<>\"']+|(?:https?|ftp|file)://[^\s;{}<>\"']+")
_FIELD = re.compile(r"(?i)\s*[\w-]*(?:user|author|creator|editor|owner)[\w-]*\s*:[^;}]*;?")
_WRITTEN = ("Unicode", "PlainText")
"""Elements whose text is what stands on the page, be it an address."""
_ENDS = re.compile(r"\s*[\t\r\n\v\f\x85\u2028\u2029]\s*")


class TextPage(NamedTuple):
    """One page as its file tells of it, before its picture is opened.

    Attributes:
        picture: name of its picture, as the file has it.
        width_px: of the picture, as the file has it; 0 where it does not say.
        height_px: likewise.
        scaled: its units are no pixels: they are scaled to the picture's size.
        lines: in reading order; in the place of each that has no sound outline its fault.
        regions: in reading order.
        metadata: of the page, as the module says.
        writer: whose hand it is, or "".
        side: ``"train"``, ``"val"`` or ``"test"``, or "".
    """

    picture: str
    width_px: int
    height_px: int
    lines: Sequence[PageLine | FormatError]
    regions: Sequence[PageRegion]
    metadata: Mapping[str, Any]
    writer: str = ""
    side: str = ""
    scaled: bool = False


class Outlines:
    """Fits the outlines of one page into its picture, and counts what had to be cut off.

    Args:
        file: for messages.
        size: width and height of the picture.
        scale: what coordinates are multiplied with, x and y.
    """

    def __init__(
        self, file: str, size: tuple[int, int], scale: tuple[float, float] = (1, 1)
    ) -> None:
        self._file = file
        self._last = np.array(size, np.float64)
        self._scale = np.array(scale, np.float64)
        self.counts: Counter[str] = Counter()

    def line(self, line: PageLine) -> PageLine | FormatError:
        """Return a line within the page; a fault where nothing of it is."""
        scaled = line.polygon * self._scale
        polygon = scaled.clip(0, self._last)
        if (polygon != scaled).any():
            self.counts["outlines that reach out of their page, cut off"] += 1
        what = printable(f"line {line.metadata.get('id', '')}".strip()[:60])
        low, high = polygon.min(axis=0), polygon.max(axis=0)
        if (high - low < 1).any():
            size = f"{self._last[0]:g} x {self._last[1]:g}"
            found = " ".join(f"{n:g}" for n in (*line.polygon[0], *line.polygon[-1]))
            expected = f"an outline with an inside, within the picture of {size} px"
            return FormatError(self._file, 0, what, expected, found)
        baseline = line.baseline
        if baseline is not None:
            baseline = (baseline * self._scale).clip(0, self._last)
        characters = line.characters
        if characters is not None:
            characters = (characters * self._scale).clip(0, self._last)
        return dataclasses.replace(line, polygon=polygon, baseline=baseline, characters=characters)

    def region(self, region: PageRegion) -> PageRegion:
        """Return a region within the page."""
        polygon = (region.polygon * self._scale).clip(0, self._last)
        return dataclasses.replace(region, polygon=polygon)


def box_points(left: float, top: float, width: float, height: float) -> Points:
    """Return the corners of a box, ``float64 (4, 2)``, clockwise from the upper left."""
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def box_around(lines: Iterable[PageLine | FormatError]) -> Points:
    """Return the corners of the box around the sound ones of some lines; of none a point."""
    sound = [line.polygon for line in lines if isinstance(line, PageLine)]
    every = np.concatenate(sound) if sound else np.zeros((1, 2))
    low, high = every.min(axis=0), every.max(axis=0)
    return box_points(*low, *(high - low))


def one_line(text: str) -> str:
    """Return a text as one line: line ends and tabs, with the space around them, are one space.

    >>> one_line("\\n  de la\\n  vie ¬\\n")
    'de la vie ¬'
    """
    return _ENDS.sub(" ", text).strip()


def line_text(own: str, words: Iterable[str]) -> str:
    """Return the text of a line: its own, or that of its words, with spaces between."""
    return one_line(own) or " ".join(filter(None, map(one_line, words)))


def private(name: str) -> bool:
    """Tell by the name of an element or attribute whether it tells of a user.

    >>> private("userId"), private("TranskribusMetadata"), private("custom")
    (True, True, False)
    """
    return bool(_PRIVATE.search(name))


def without_private(text: str) -> str:
    """Return the value of an attribute without users' names and addresses.

    >>> without_private("comment {offset:0; author:ann; text:ask bob@x.org;}")
    'comment {offset:0; text:ask ;}'
    """
    return _ADDRESS.sub("", _FIELD.sub("", text))


def left_over(element: ET.Element, *known: str) -> dict[str, str]:
    """Return the attributes that are not known, without what tells of users."""
    found = {}
    for name, value in element.attrib.items():
        own = without_private(value).strip()
        if own and name not in known and not private(name):
            found[name] = own
    return found


def extras(
    element: ET.Element, known: Iterable[str], form: str, attributes: Mapping[str, str] = {}
) -> list[list[str]]:
    """Return the children that are not known, as text, with the format they are of.

    Args:
        element: their parent.
        known: names of those that are read.
        form: ``"page"`` or ``"alto"``.
        attributes: of the element itself, those that are not known.
    """
    names = frozenset(known)
    told = json.dumps(dict(attributes), ensure_ascii=False)
    found = [[f"{form}:attributes", told]] if attributes else []
    for one in list(element):
        if not local(one) or local(one) in names or private(local(one)):
            continue
        for inner in one.iter():
            for name in [name for name in inner.attrib if private(name)]:
                del inner.attrib[name]
            inner.attrib.update(
                {k: without_private(v) for k, v in inner.attrib.items() if k != "CONTENT"}
            )
            for some in [child for child in inner if private(local(child))]:
                inner.remove(some)
            if local(inner) not in _WRITTEN:
                inner.text = _ADDRESS.sub("", inner.text or "").strip() or None
            inner.tail = None
        if text := outer(one):
            found.append([form, text])
    return found
