"""The archive of all hands: the same bytes whenever it is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

_DATE = (2024, 1, 1, 0, 0, 0)
_UNIX = 3


def write_archive(path: Path, members: dict[str, bytes]) -> None:
    """Write `members` as a zip, packed by bzip2, which suits small bitmaps of few greys best."""
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_BZIP2, 9)
    part.replace(path)
