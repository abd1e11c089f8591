"""What pages that people transcribed have besides lines, so that the next format keeps it.

A line, a region or a page has it in its metadata as ``extra``, a list of ``[format, text]``: of the
format that is written an element (``"page"``) is put where it was, and attributes
(``"page:attributes"``) on what they were of; what is of another format is carried along, unopened.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

from penline.pages import Page

__all__ = ["Extra", "clean", "names_of", "put_in_order"]

_NAME = re.compile(r"[A-Za-z_][\w.-]{0,255}", re.ASCII)
_STRANGE = re.compile("[^\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Extra:
    """The extra of one line, region or page, parted.

    Args:
        metadata: of the line, the region or the page.
        form: the format that is written.

    Attributes:
        attributes: of the element itself.
        text: attributes of the element of its text.
        elements: to be put into it.
        foreign: ``(format, text)`` of other formats.
    """

    def __init__(self, metadata: Mapping[str, Any], form: str) -> None:
        self.attributes: dict[str, str] = {}
        self.text: dict[str, str] = {}
        self.elements: list[ET.Element] = []
        self.foreign: list[tuple[str, str]] = []
        for own, text in metadata.get("extra", ()):
            if own == form:
                element = _fragment(text)
                if element is not None:
                    self.elements.append(element)
            elif own == f"{form}:attributes":
                self.attributes |= _attributes(text)
            elif own == f"{form}:text":
                self.text |= _attributes(text)
            else:
                self.foreign.append((clean(own), clean(text)))


def clean(text: str) -> str:
    """A text without what XML cannot hold, which becomes U+FFFD; line ends, too."""
    return _STRANGE.sub("\ufffd", text)


def _fragment(text: str) -> ET.Element | None:
    """An element; None of what is none, or has a document type."""
    if "<!" in text.replace("<!--", ""):
        return None
    try:
        return ET.fromstring(text)  # noqa: S314 - no DTD, so no entity
    except (ET.ParseError, ValueError, RecursionError):
        return None


def _attributes(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {
        name: clean(value)
        for name, value in items
        if _NAME.fullmatch(name) and isinstance(value, str) and not name.startswith("xml")
    }


def names_of(page: Page) -> tuple[list[str], list[str]]:
    """The names of a page's regions and lines: their own, where these are names, and used once."""
    taken: set[str] = set()

    def name(metadata: Mapping[str, Any], usual: str) -> str:
        own = str(metadata.get("id", ""))
        while not _NAME.fullmatch(own) or own in taken:
            own, usual = usual, f"{usual}_"
        taken.add(own)
        return own

    regions = [name(part.metadata, f"r{at}") for at, part in enumerate(page.regions)]
    counts: dict[int, int] = {}
    lines = []
    for line in page.lines:
        at = counts[line.region] = counts.get(line.region, -1) + 1
        before = regions[line.region] if line.region < len(regions) else f"r{line.region}"
        lines.append(name(line.metadata, f"{before}_l{at:04d}"))
    return regions, lines


def put_in_order(element: ET.Element, order: Sequence[str]) -> None:
    """Bring children into the order of a schema; those that it does not name come last."""
    ranks = {name: rank for rank, name in enumerate(order)}
    element[:] = sorted(element, key=lambda one: ranks.get(str(one.tag), len(ranks)))
