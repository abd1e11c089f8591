"""What `get` answers: the archives that are there, and those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["GotFile", "GotFiles", "MissingFile"]


@dataclass(frozen=True, slots=True)
class GotFile:
    """One archive on the shelf.

    Attributes:
        name: its name.
        path: where it lies.
        bytes: its size.
        sha256: hex digest of what was read when it was proven.
        proven_by: ``sha256``, ``md5``, ``members`` (the check sums inside the archive), ``size``,
            or ``name`` where nothing more is known.
        how: ``here``, ``downloaded`` or ``adopted``.
    """

    name: str
    path: Path
    bytes: int
    sha256: str
    proven_by: str
    how: str


@dataclass(frozen=True, slots=True)
class MissingFile:
    """One archive that is not on the shelf.

    Attributes:
        name: its name.
        reason: why not.
        expected: its size and hashes, in words.
        urls: where to download it.
    """

    name: str
    reason: str
    expected: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GotFiles:
    """What `get` leaves.

    Attributes:
        id: the data set.
        folder: where its archives lie.
        files: those that are there, in the card's order.
        missing: those that are not; only where files are adopted, else an error tells of them.
        pages: the publisher's pages about the data set.
        access: how the data set is had, in the card's words.
        choice: how files were chosen, as options of the command line.
        note: what else to know; "" where there is nothing.
    """

    id: str
    folder: Path
    files: tuple[GotFile, ...]
    missing: tuple[MissingFile, ...] = ()
    pages: tuple[str, ...] = ()
    access: str = ""
    choice: str = ""
    note: str = ""

    @property
    def advice(self) -> str:
        """What is missing, where to download it and what to do then; "" where nothing is."""
        if not self.missing:
            return ""
        lines = [f"{one.name}: {one.reason}" for one in self.missing]
        lines += [self.note] if self.note else []
        lines.append("To get by hand, into one folder DIR:")
        for one in self.missing:
            lines.append(f"  {one.name} ({one.expected})")
            lines += [f"    {url}" for url in one.urls]
            if not one.urls:
                lines.append("    no address to download it from is known")
        if self.access and not all(one.urls for one in self.missing):
            lines.append(self.access)
        if self.pages:
            lines.append(f"The publisher's pages: {', '.join(self.pages)}")
        root = self.folder.parent
        choice = f"{self.id} {self.choice}".strip()
        lines.append(f"and then: penline get {choice} --adopt DIR --root {_shell(str(root))}")
        return "\n".join(lines)


def _shell(text: str) -> str:
    return f"'{text}'" if " " in text else text
