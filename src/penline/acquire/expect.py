"""What a card says of a file, and whether a file on disk is that one."""

from __future__ import annotations

import errno
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from penline.acquire.errors import Unfit
from penline.catalogue import File

__all__ = ["ExpectedFile", "Proof", "examine"]

MOST_BYTES = 1 << 36
"""Where a card knows no size: larger than any archive of handwriting."""
_OF_THE_DISK = (errno.EIO, errno.EACCES, errno.EPERM, errno.ENOMEM, errno.EMFILE, errno.ESTALE)
"""Errors that tell nothing of the file."""

MB_UNITS = (1_024_000, 1_000_000, 1 << 20)
"""What a publisher's MB may be; NLPR's is the first (calculated from two exact sizes)."""

MOST_UNPACKED = 200
"""A zip is refused, not unpacked for its check, where it claims to grow more than this."""

_READ = 1 << 20
_IDX = re.compile(r"(.*idx\d-(?:ubyte|int))(\.gz|\.xz|)", re.IGNORECASE)
_LISTED = re.compile(r"([0-9][0-9,]*) MB")


@dataclass(frozen=True, slots=True)
class Proof:
    """What an examined file is.

    Attributes:
        bytes: its size.
        md5: hex digest.
        sha256: hex digest.
        by: what it was held against: ``sha256``, ``md5``, ``members`` (the check sums inside a zip
            archive), ``size``, or ``name`` where the card knows nothing else.
    """

    bytes: int
    md5: str
    sha256: str
    by: str


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """What a card says of one file.

    Attributes:
        name: the file's name.
        exact_bytes: its size, or None.
        ranges_bytes: from and to, both included, where only a rounded size is listed.
        md5: hex digest, or None.
        sha256: hex digest, or None.
    """

    name: str
    exact_bytes: int | None = None
    ranges_bytes: tuple[tuple[int, int], ...] = ()
    md5: str | None = None
    sha256: str | None = None

    @classmethod
    def of(cls, file: File) -> ExpectedFile:
        """The expectations of a card's entry.

        A listed size holds within 0.1 %, or the unit that it was rounded to where that is more.
        """
        listed = _LISTED.fullmatch(file.listed_size or "")
        ranges: list[tuple[int, int]] = []
        if listed and file.bytes is None:
            count = int(listed[1].replace(",", ""))
            slack = max(count / 1000, 1)
            ranges = [(int((count - slack) * mb), int((count + slack) * mb)) for mb in MB_UNITS]
        return cls(file.name, file.bytes, tuple(ranges), file.md5, file.sha256)

    @property
    def twins(self) -> tuple[ExpectedFile, ...]:
        """The same IDX file packed in another way, or plain, as copies are often kept.

        >>> [one.name for one in ExpectedFile("train-labels-idx1-ubyte.gz").twins]
        ['train-labels-idx1-ubyte', 'train-labels-idx1-ubyte.xz']
        """
        name = _IDX.fullmatch(self.name)
        if name is None:
            return ()
        return tuple(
            ExpectedFile(name[1] + packed)
            for packed in ("", ".gz", ".xz")
            if packed != name[2].lower()
        )

    @property
    def hashed(self) -> bool:
        """Whether a hash is known."""
        return self.md5 is not None or self.sha256 is not None

    @property
    def provable(self) -> bool:
        """Whether the bytes themselves can be proven: by a hash, or by sums inside the file."""
        return self.hashed or self.name.lower().endswith(".zip")

    @property
    def most_bytes(self) -> int:
        """No sound file is larger."""
        if self.exact_bytes is not None:
            return self.exact_bytes
        return max((high for _, high in self.ranges_bytes), default=MOST_BYTES)

    @property
    def likely_bytes(self) -> int:
        """For room and progress; 0 where no size is known."""
        if self.exact_bytes is not None:
            return self.exact_bytes
        return sum(self.ranges_bytes[0]) // 2 if self.ranges_bytes else 0

    @property
    def size(self) -> str:
        """The size, for a person who looks at a file."""
        if self.exact_bytes is not None:
            return f"{self.exact_bytes:,} bytes"
        return f"about {self.likely_bytes:,} bytes" if self.ranges_bytes else "size not known"

    @property
    def words(self) -> str:
        """Size and hashes, for the same."""
        sums = (("MD5", self.md5), ("SHA-256", self.sha256))
        return ", ".join([self.size, *(f"{kind} {value}" for kind, value in sums if value)])

    def size_fault(self, count: int) -> str:
        """Why `count` bytes cannot be the file; empty where they can."""
        if self.exact_bytes is not None:
            sound = count == self.exact_bytes
        elif self.ranges_bytes:
            sound = any(low <= count <= high for low, high in self.ranges_bytes)
        else:
            sound = 0 < count <= MOST_BYTES
        return "" if sound else f"{count:,} bytes, the card says {self.size}"


def examine(path: Path, expected: ExpectedFile, tick: Callable[[int], None] | None = None) -> Proof:
    """Hold a file against its card: size, then hashes, then the sums inside an unhashed zip.

    Args:
        path: the file.
        expected: what it should be.
        tick: called with the number of bytes of each block read.

    Raises:
        Unfit: it is another file, or a damaged one.
        OSError: it cannot be read.
    """
    if fault := expected.size_fault(path.stat().st_size):
        raise Unfit(f"it holds {fault}")
    sums = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    count = 0
    with path.open("rb") as file:
        while block := file.read(_READ):
            count += len(block)
            for one in sums:
                one.update(block)
            if tick:
                tick(len(block))
    md5, sha256 = (one.hexdigest() for one in sums)
    for kind, found, known in (("MD5", md5, expected.md5), ("SHA-256", sha256, expected.sha256)):
        if known is not None and found != known:
            raise Unfit(f"its {kind} is {found}, the card says {known}")
    if fault := expected.size_fault(count):
        raise Unfit(f"it holds {fault}")
    return Proof(count, md5, sha256, _by(path, expected))


def _by(path: Path, expected: ExpectedFile) -> str:
    if expected.hashed:
        return "sha256" if expected.sha256 else "md5"
    if expected.provable and _members_are_sound(path):
        return "members"
    return "size" if expected.likely_bytes else "name"


def _members_are_sound(path: Path) -> bool:
    """Unpack every member to nowhere. False: packed in a way that Python cannot unpack."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > MOST_UNPACKED * path.stat().st_size:
                raise Unfit(f"it is a zip archive that claims to hold {unpacked:,} bytes")
            bad = archive.testzip()
    except NotImplementedError:
        return False
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, Unfit) or getattr(error, "errno", None) in _OF_THE_DISK:
            raise
        raise Unfit(f"it is not a sound zip archive: {error}") from error
    if bad is not None:
        raise Unfit(f"its member {bad!r} is damaged")
    return True
