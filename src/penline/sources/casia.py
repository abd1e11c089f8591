"""CASIA-HWDB, CASIA-OLHWDB and the ICDAR 2013 competition set, by their publisher's file names.

    001-f.gnt  1001-c.gnt    HWDB1.x, one writer a file; the letter varies
    001.pot    1241-c.pot    OLHWDB1.x
    001-P16.dgrl  501-P14.wptt    HWDB2.x and OLHWDB2.x, one page a file: writer, then page
    C001-f-f.gnt  C001-f.pot  C001-P16.dgrl    competition, writers C001 to C060
    1.0train-gb1.gnt    older copies of HWDB1.x: level 1 of a part in one file, writers not told

The numbers are people: 001-420 wrote HWDB1.0, 2.0 and OLHWDB1.0, 2.0; 501-800 the 1.2 and 2.2
sets; 1001-1300 the 1.1 and 2.1 sets. The same number is the same writer in all of them, so a
writer id holds the number and not the set. Source of names, numbers and splits: the publisher's
download page, and public programs and notes of people who read the archives.
"""

from __future__ import annotations

import re

from penline.records import Source
from penline.sources.collector import Collector
from penline.sources.names import places

__all__ = ["CasiaCollector", "identify"]

_CHARACTERS = re.compile(r"(\d{3,4})(-[a-z])?\.(gnt|pot)", re.ASCII | re.IGNORECASE)
_PAGE = re.compile(r"(\d{3,4})-P(\d{2})\.(dgrl|dgr|wptt|ptts)", re.ASCII | re.IGNORECASE)
_COMPETITION = re.compile(
    r"C(\d{3})-(?:[a-z](?:-[a-z])?\.(?:gnt|pot)|P\d{2}\.(?:dgrl|dgr|wptt|ptts))",
    re.ASCII | re.IGNORECASE,
)
_COMPETITION_WRITERS = 60
_WHOLE_PART = re.compile(r"(1\.[012])(train|trn|test|tst)-gb1\.gnt", re.ASCII | re.IGNORECASE)

_VERSIONS: tuple[tuple[int, int, str], ...] = (
    (1, 420, "1.0"),
    (501, 800, "1.2"),
    (1001, 1300, "1.1"),
)
"""First writer, last writer, version of the character sets."""

_PARTS: tuple[tuple[int, int, str], ...] = (
    (1001, 1240, "train"),
    (1241, 1300, "test"),
)
"""The split by writer where a source states it: 1.1 only. In 1.0 the test writers are not the
last ones (121 is one of them), and for 1.2 only numbers of writers are known."""

_FAMILIES = {"gnt": "casia-hwdb", "pot": "casia-olhwdb"}
_PAGE_FAMILIES = {"dgrl": "casia-hwdb", "dgr": "casia-hwdb"} | dict.fromkeys(
    ("wptt", "ptts"), "casia-olhwdb"
)

_ARCHIVE = re.compile(
    r"(?:gnt|pot|hwdb|wptt|^)[-_ ]?([12]\.[012])[-_ ]?(train|trn|test|tst)",
    re.ASCII | re.IGNORECASE,
)
"""``Gnt1.0TrainPart1.zip``, ``Pot1.1Test.zip``, ``HWDB1.1trn_gnt``, ``1.0test-GB1.zip``,
``HWDB2.0Test.zip``, ``WPTT2.1-Train.zip``."""
_WORDS = {"train": "train", "trn": "train", "test": "test", "tst": "test"}
_FOLDERS_ASKED = 2
"""A folder that is called just Train or Test counts this far above the file."""


def identify(file: str) -> Source | None:
    """Tell the writer, part and card of a CASIA file; None for a name outside the patterns.

    The part is what the publisher's archive or folder says (`Gnt1.0Test.zip`), else what is
    known of the writer's number, else what a plain folder `Train` or `Test` close by says, else
    ``""``.

    >>> identify("Pot1.1Test.zip::1243.pot")
    Source(file='Pot1.1Test.zip::1243.pot', writer='casia:1243', part='test', \
card='casia-olhwdb1.1')
    >>> identify("scan.gnt") is None
    True
    """
    *enclosing, name = places(file) or [file]
    competitor = _COMPETITION.fullmatch(name)
    if competitor:
        number = int(competitor[1])
        if 1 <= number <= _COMPETITION_WRITERS:
            return Source(file, f"casia:C{number:03d}", "test", "casia-icdar2013")
        return None
    whole = _WHOLE_PART.fullmatch(name)
    if whole:
        part = _WORDS[whole[2].lower()]
        return Source(file, f"unknown:{name[:-4]}", part, f"casia-hwdb{whole[1]}")
    page = _PAGE.fullmatch(name)
    if page:
        return _page(file, enclosing, page[1], page[3].lower())
    characters = _CHARACTERS.fullmatch(name)
    if characters is None:
        return None
    kind = characters[3].lower()
    number = int(characters[1])
    version = _lookup(_VERSIONS, number)
    if not version or characters[1] != f"{number:03d}" or (kind == "gnt" and not characters[2]):
        return None
    part = (
        _said_by_archive(enclosing, version)
        or _lookup(_PARTS, number)
        or _said_by_folder(enclosing[-_FOLDERS_ASKED:])
    )
    return Source(file, f"casia:{characters[1]}", part, f"{_FAMILIES[kind]}{version}")


def _page(file: str, enclosing: list[str], writer: str, kind: str) -> Source | None:
    """A page of text: its set follows from the writer's number, its part from the archive."""
    number = int(writer)
    version = _lookup(_VERSIONS, number).replace("1.", "2.", 1)
    if not version or writer != f"{number:03d}":
        return None
    near = enclosing[-_FOLDERS_ASKED:]
    part = _said_by_archive(enclosing, version) or _said_by_folder(near)
    return Source(file, f"casia:{writer}", part, f"{_PAGE_FAMILIES[kind]}{version}")


def _lookup(table: tuple[tuple[int, int, str], ...], number: int) -> str:
    return next((value for first, last, value in table if first <= number <= last), "")


def _said_by_archive(enclosing: list[str], version: str) -> str:
    """The part in the nearest name that is the publisher's and of the writer's own version."""
    for name in reversed(enclosing):
        said = _ARCHIVE.search(name)
        if said and said[1] == version:
            return _WORDS[said[2].lower()]
    return ""


def _said_by_folder(enclosing: list[str]) -> str:
    return next((_WORDS[n.lower()] for n in reversed(enclosing) if n.lower() in _WORDS), "")


class CasiaCollector(Collector):
    """Claims files of characters and pages that have CASIA's names."""

    identify = staticmethod(identify)
