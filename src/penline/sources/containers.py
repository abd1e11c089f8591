"""Archives that are not read in place: what to do with each, and what to get instead.

The older downloads of CASIA hold ALZ archives inside zips, and RAR archives. Source of the names:
programs and notes of people who got them; the newer archives hold the same writers' files.
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path, PurePath

from penline.errors import FormatError
from penline.formats.sniff import sniff
from penline.formats.tarred import is_tar
from penline.formats.zipped import Members, open_member
from penline.sources.listing import Listing
from penline.sources.names import hidden, leaf
from penline.words import printable

__all__ = ["MAGIC_BYTES", "NOT_READ", "not_read", "refuse_archive", "refuse_by_magic", "what_to_do"]

_ARCHIVES = (
    *(".zip", ".alz", ".egg", ".rar", ".7z"),
    *(".tar", ".tgz", ".gz", ".bz2", ".xz", ".lzma"),
)
NOT_READ = ("alz", "egg", "rar", "7z")
"""Archives, by extension, that nobody opens in place, but that a folder is not silent about."""
_PEEKED = 8
"""Where a zip holds no known file, the beginnings of its first members say what it holds."""

_TOOLS: dict[str, str] = {
    "alz": "unpack it with unalz, then read the folder",
    "egg": "unpack it with unegg or ALZip, then read the folder",
    "rar": "unpack it with unrar or 7-Zip, then read the folder",
    "7z": "unpack it with 7-Zip, then read the folder",
    "zip": "unpack the archive inside first",
    "tar": "unpack the archive inside first",
}
_NEWER: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"HWDB1\.1trn_gnt", re.IGNORECASE),
        "HWDB1.1trn_gnt_P1.zip and HWDB1.1trn_gnt_P2.zip, or Gnt1.1TrainPart1.zip and "
        "Gnt1.1TrainPart2.zip",
    ),
    (re.compile(r"HWDB1\.1tst_gnt", re.IGNORECASE), "Gnt1.1Test.zip"),
    (
        re.compile(r"(HWDB)?1\.0(train|trn)[-_](gb1|gnt)", re.IGNORECASE),
        "Gnt1.0TrainPart1.zip, Gnt1.0TrainPart2.zip and Gnt1.0TrainPart3.zip",
    ),
    (re.compile(r"(HWDB)?1\.0(test|tst)[-_](gb1|gnt)", re.IGNORECASE), "Gnt1.0Test.zip"),
)
MAGIC_BYTES = 8
"""How much of a file's beginning `what_to_do` looks at."""


def what_to_do(file: str, head: bytes = b"") -> tuple[str, str] | None:
    """Tell what an archive is that cannot be read in place, and what to do; None for others.

    Args:
        file: its path, or ``archive.zip::member``.
        head: its first bytes, which count for more than its name.

    >>> what_to_do("HWDB1.1tst_gnt.zip::x.bin", b"ALZ\\x01")
    ('an ALZ archive', 'unpack it with unalz, then read the folder; or get Gnt1.1Test.zip instead')
    """
    kind = (sniff(head) or "").partition(" archive")[0].lower()
    if not head:
        kind = leaf(file).lower().rpartition(".")[2]
        kind = {"tgz": "tar", "gz": "tar", "bz2": "tar", "xz": "tar", "lzma": "tar"}.get(kind, kind)
    if kind not in (NOT_READ if head else _TOOLS):
        return None
    advice = _TOOLS[kind]
    newer = next((names for pattern, names in _NEWER if pattern.search(file)), None)
    if newer and kind not in ("zip", "tar"):
        advice += f"; or get {newer} instead"
    article = "an" if kind[0] in "ae" else "a"
    return f"{article} {kind.upper()} archive", advice


def not_read(path: Path) -> FormatError | None:
    """Tell why an archive in a folder is not read, by its name; None for other files."""
    if path.suffix.lower()[1:] not in NOT_READ:
        return None
    what, advice = what_to_do(str(path)) or ("an archive", "unpack it first")
    return FormatError(printable(str(path)), 0, "file", f"files of records; {advice}", what)


def refuse_archive(listing: Listing, name: str) -> None:
    """Raise where the name of a member that nobody takes is that of an archive.

    Args:
        listing: of a zip or a tar.
        name: the member's own name.

    Raises:
        FormatError: with what to do, or what to get instead.
    """
    if not name.lower().endswith(_ARCHIVES):
        return
    member = listing.place(name).member
    outer = "tar" if is_tar(listing.path.name) else "zip"
    label = listing.label(name)
    _, advice = what_to_do(label) or ("", "unpack the archive inside first")
    inside = "unpack the archive inside first"
    advice = advice if advice.startswith(inside) else f"{inside} ({advice})"
    raise FormatError(
        printable(str(listing.path)),
        member.offset if member else 0,
        f"member {printable(listing.prefix + name)}",
        f"files of records; {advice}",
        f"a {PurePath(name).suffix.lower()} inside a {outer}",
    )


def refuse_by_magic(path: Path, found: Members) -> None:
    """Raise where a zip without known files holds an archive under some other name.

    Args:
        path: the zip.
        found: its members; the beginnings of the first few are looked at.

    Raises:
        FormatError: with what to do, or what to get instead.
    """
    for member in islice((one for one in found if not hidden(one.name)), _PEEKED):
        try:
            with open_member(member) as stream:
                head = stream.read_most(0, MAGIC_BYTES)
        except FormatError:
            continue
        known = what_to_do(member.label, head)
        if known is not None:
            inside, advice = known
            name = f"member {printable(member.name)}"
            expected = f"files of records; unpack the archive inside first ({advice})"
            raise FormatError(printable(str(path)), member.offset, name, expected, inside)
