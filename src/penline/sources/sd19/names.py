"""NIST SD19 by its publisher's paths: which tree, partition, class, field and writer.

    by_write/hsf_0/f0000_14/d0000_14/d0000_14_00000.png   writer 0000, template 14, field d
    by_class/30/hsf_0/hsf_0_00000.png                     class 30, the digit 0
    by_class/30/train_30/train_30_00000.png               hsf_0, 1, 2, 3, 6 and 7 once more
    by_field/hsf_0/digit/30/30_00000.png
    by_merge/43_63/hsf_0/hsf_0_00000.png                  C or c
    hsf_page/hsf_0/f0000_14.png                           a whole form
    X.mit beside the folder X                             where its images stand in by_write

In the first edition the folder X of pictures is X.mis, and the last name of a by_write path is
that of the field: d0000_14.mis. Trees may lie at any depth of folders. Fields are d (digits),
u (upper case), l (lower case) and c (the Constitution). One person is one four-digit number,
whatever the template.

Source: section 4 of the first edition's guide, section 2 of the second's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from penline.records import Source

__all__ = [
    "CARD",
    "CODES",
    "FIELDS",
    "TreeFolder",
    "fits_field",
    "identify",
    "in_tree",
    "number_of",
    "owner_key",
    "owner_of",
    "place_of",
    "writer_id",
]

CARD = "nist-sd19"
CODES = frozenset((*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B)))
"""The 62 classes, by ASCII code."""
FIELDS = "dulc"
_FIELD_FOLDERS = {"digit": "d", "upper": "u", "lower": "l", "const": "c"}

_WRITE = r"by_write/hsf_(?P<hsf>\d)/f(?P<writer>\d{4})_(?P<template>\d\d)/(?P<field>[dulc])"
_FOLDERS = tuple(
    re.compile(rf"(?:^|/)(?P<place>{pattern})", re.ASCII | re.IGNORECASE)
    for pattern in (
        _WRITE + r"(?P=writer)_(?P=template)",
        r"by_class/(?P<hex>[^/]+)/(?:hsf_(?P<hsf>\d)|(?P<train>train)_[^/]+)",
        r"by_field/hsf_(?P<hsf>\d)/(?P<field>digit|upper|lower|const)/(?P<hex>[^/]+)",
        r"by_merge/(?P<hex>[^/]+)/hsf_(?P<hsf>\d)",
        r"hsf_page/hsf_(?P<hsf>\d)",
    )
)
_TREE = re.compile(r"(?:^|/)(by_write|by_class|by_field|by_merge|hsf_page)/", re.IGNORECASE)
_MERGED = re.compile(r"([0-9a-f]{2})(?:[._]([0-9a-f]{2}))?", re.ASCII | re.IGNORECASE)
_NUMBERED = re.compile(r"(.+)_(\d{5})\.png", re.ASCII | re.IGNORECASE)
_PAGE = re.compile(r"f(\d{4})_(\d\d)\.(?:png|pct)", re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(r"(?:^|/)f(\d{4})_(\d\d)/([dulc])\1_\2\.mis", re.ASCII | re.IGNORECASE)
_STANDARD_TEST = 4


@dataclass(frozen=True, slots=True)
class TreeFolder:
    """What a folder of pictures (or a MIS file) is.

    Attributes:
        tree: ``by_write``, ``by_class``, ``by_field``, ``by_merge`` or ``hsf_page``.
        path: its path from the tree's own folder on, as the publisher writes it.
        hsf: the partition; -1 in a ``train`` folder.
        hex: the name of the class's folder, or "".
        codes: the classes it stands for: one, two where they are merged, none where the folder's
            name is no class or there is no class.
        writer: the writer's number, or -1.
        template: the form's template, or -1.
        field: d, u, l, c, or "".
    """

    tree: str
    path: str
    hsf: int
    hex: str = ""
    codes: tuple[int, ...] = ()
    writer: int = -1
    template: int = -1
    field: str = ""

    @property
    def repeats(self) -> bool:
        """Whether it repeats other folders of its tree."""
        return self.hsf < 0

    @property
    def part(self) -> str:
        """The standard part: hsf_4 is for testing."""
        return "test" if self.hsf == _STANDARD_TEST else "train"


def place_of(folder: str) -> TreeFolder | None:
    """Tell what a folder's path says; None outside the trees, and for folders between.

    Args:
        folder: the path, with ``/`` between names.

    >>> place_of("got/by_class/4a/hsf_4").codes, place_of("by_write/hsf_0") is None
    ((74,), True)
    """
    for pattern in _FOLDERS:
        found = pattern.search(folder)
        if found is None or found.end() != len(folder):
            continue
        said = found.groupdict()
        path = found["place"].lower()
        tree = path.partition("/")[0]
        name = (said.get("hex") or "").lower()
        merged = _MERGED.fullmatch(name)
        codes = tuple(int(code, 16) for code in merged.groups() if code) if merged else ()
        if not CODES.issuperset(codes) or len(codes) > (2 if tree == "by_merge" else 1):
            codes = ()
        field = (said.get("field") or "").lower()
        return TreeFolder(
            tree,
            path,
            int(said.get("hsf") or -1),
            name,
            codes,
            int(said.get("writer") or -1),
            int(said.get("template") or -1),
            _FIELD_FOLDERS.get(field, field),
        )
    return None


def in_tree(path: str) -> bool:
    """Tell whether a path leads through one of the trees.

    >>> in_tree("sd19/by_class/readme.png"), in_tree("photos/a.png")
    (True, False)
    """
    return _TREE.search(path) is not None


def number_of(name: str, place: TreeFolder) -> int | None:
    """Read the number in a picture's name; None where it does not belong into that folder.

    Of a page: 100 x the writer's number + the template.
    """
    if place.tree == "hsf_page":
        page = _PAGE.fullmatch(name)
        return 100 * int(page[1]) + int(page[2]) if page else None
    found = _NUMBERED.fullmatch(name)
    stem = place.path.rpartition("/")[2]
    return int(found[2]) if found and found[1].lower() == stem else None


def owner_key(writer: int, template: int, field: str, index: int) -> int:
    """Make one number for one image of by_write, to sort and compare by."""
    return ((writer * 100 + template) * 4 + FIELDS.index(field)) << 32 | index


def owner_of(origin: str, index: int) -> tuple[int, int, str] | None:
    """Read writer, template and field of an entry of a MIT file; None where its path is odd.

    >>> owner_of("f3804_08/d3804_08.mis", 8)
    (3804, 8, 'd')
    """
    found = _ORIGIN.search(origin)
    if found is None or found.end() != len(origin) or index < 0:
        return None
    return int(found[1]), int(found[2]), found[3].lower()


def fits_field(field: str, code: int) -> bool:
    """Tell whether a class can stand in a field: digits in d, letters in u, l and c.

    >>> fits_field("d", 0x30), fits_field("u", 0x61), fits_field("c", 0x61)
    (True, False, True)
    """
    character = chr(code)
    tests = {"d": str.isdigit, "u": str.isupper, "l": str.islower, "c": str.isalpha}
    return tests[field](character)


def writer_id(writer: int) -> str:
    """Make the id of a writer.

    >>> writer_id(7)
    'sd19:0007'
    """
    return f"sd19:{writer:04d}"


def identify(file: str) -> Source | None:
    """Tell the writer, part and card of a MIS file, a page or a picture; None for others.

    >>> identify("by_write.zip::by_write/hsf_4/f2100_02/d2100_02.mis").writer
    'sd19:2100'
    """
    path = re.sub(r"(?:\.zip|\.tar)?::|[\\/]+", "/", file)
    folder, _, name = path.rpartition("/")
    stem, _, extension = name.rpartition(".")
    inside = place_of(folder)
    page = _PAGE.fullmatch(name) if inside and inside.tree == "hsf_page" else None
    place = place_of(f"{folder}/{stem}") if extension.lower() == "mis" else None
    if inside and (page or number_of(name, inside) is not None):
        place = inside
    if place is None:
        return None
    writer = int(page[1]) if page else place.writer
    who = writer_id(writer) if writer >= 0 else f"unknown:{place.path}"
    return Source(file, who, place.part, CARD)
