"""Texts beside pictures, ``1.png`` with ``1.gt.txt`` or ``1.txt``: whose each is, what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from penline.errors import FormatError

__all__ = ["TEXTS", "TEXT_LIMIT", "are_boxes", "stems", "text_label", "texts_beside"]

TEXTS = (".gt.txt", ".txt")
"""How the names of texts end, the surer one first."""
TEXT_LIMIT = 1 << 12
"""Bytes of a text that may be a label."""
_BOX = re.compile(r"\d+(\s+-?\d*\.?\d+(e-?\d+)?){4,}", re.ASCII)


def stems(name: str) -> tuple[str, str]:
    """Return what the text of a picture may be called before its ending.

    >>> stems("a/1.bin.png")
    ('a/1.bin', 'a/1')
    """
    folder, slash, own = name.rpartition("/")
    return name.rpartition(".")[0], folder + slash + own.partition(".")[0]


def texts_beside(pictures: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """Find the text of each picture of a folder; of several pictures of one, the shortest name's.

    >>> texts_beside(["1.bin.png", "1.png", "2.png"], ["1.gt.txt", "3.txt"])
    {'1.png': '1.gt.txt'}
    """
    there = set(texts)
    if not there:
        return {}
    found: dict[str, str] = {}
    for picture in sorted(pictures, key=lambda one: (len(one), one)):
        for text in (stem + ending for ending in TEXTS for stem in stems(picture)):
            if text in there:
                found.setdefault(text, picture)
                break
    return {picture: text for text, picture in found.items()}


def text_label(data: bytes, file: str) -> str:
    """Return what a text says, without the white space around it.

    Raises:
        FormatError: it is no text of UTF-8, or nothing.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = repr(data[error.start : error.start + 8])[1:]
        raise FormatError(file, error.start, "text", "UTF-8; save it so", found) from None
    if "\0" in text:
        raise FormatError(file, text.index("\0"), "text", "a label", "NUL")
    label = text.strip()
    if not label:
        raise FormatError(file, 0, "text", "a label", "nothing")
    return label


def are_boxes(text: str) -> bool:
    """Tell whether a text is a list of boxes, as YOLO's: a class's number and four or more others.

    >>> are_boxes("0 0.5 0.5 1 1"), are_boxes("5"), are_boxes("10 may 1990")
    (True, False, False)
    """
    return all(_BOX.fullmatch(line.strip()) for line in text.splitlines() if line.strip())
