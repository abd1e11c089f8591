"""What the paths of UNIPEN's trees say. The files' own names are often those of people."""

from __future__ import annotations

import re
from typing import NamedTuple

from penline.records import Source

__all__ = [
    "BOXED",
    "CARD",
    "CATEGORIES",
    "DATA",
    "REFUSED",
    "InTree",
    "identify",
    "pen_file",
    "place_of",
]

CARD = "unipen"
DATA, INCLUDE = "data", "include"
CATEGORIES = ("1a", "1b", "1c", "1d", "2", "3", "4", "5", "6", "7", "8")
"""Folders of `DATA`, in the order in which they are read."""

REFUSED = ("abm", "lex", "ugi")
"""Contributors whose segments come out as other words by every rule that was tried."""
BOXED = ("ibm",)
"""Contributors a quarter of whose characters were moved to boxes of their own, whose corner is 0, 0
and whose scale, some 60 times finer, is not told."""

_TREE = re.compile(
    r"(?P<root>(?:.*/)?)(?:data/(?P<category>1[a-d]|[2-8])|include)"
    r"/(?P<contributor>[a-z]{3})(?:/(?P<rest>.*))?",
    re.ASCII | re.DOTALL,
)
_LABEL = re.compile(r".*\bunipen/[a-z]{3}/(?:writer-)?\d{4}", re.ASCII | re.DOTALL)


class InTree(NamedTuple):
    """Where a folder lies in the trees.

    Attributes:
        root: what stands before the trees, ``"train_r01_v07/"``.
        category: ``"1a"`` to ``"8"``; ``""`` in `INCLUDE`.
        contributor: three letters.
        rest: the path below the contributor's folder, ``"app12/"``; or ``""``.
    """

    root: str
    category: str
    contributor: str
    rest: str


def place_of(inside: str) -> InTree | None:
    """Tell where a folder lies in the trees; None outside.

    >>> place_of("train_r01_v07/data/1a/app/app12")
    InTree(root='train_r01_v07/', category='1a', contributor='app', rest='app12/')
    """
    found = _TREE.fullmatch(inside)
    if found is None:
        return None
    rest = found["rest"]
    return InTree(
        found["root"], found["category"] or "", found["contributor"], f"{rest}/" if rest else ""
    )


def pen_file(contributor: str, path: str) -> str:
    """Return the path, below `INCLUDE`, of the strokes that an annotation counts in.

    Args:
        contributor: three letters.
        path: of the annotation, below its contributor's folder.
    """
    return f"{contributor}/{DATA}/{path}"


def identify(file: str) -> Source | None:
    """Tell that a label is of these trees; a writer's number stands in no name."""
    return Source(file, "unknown:unipen", card=CARD) if _LABEL.fullmatch(file) else None
