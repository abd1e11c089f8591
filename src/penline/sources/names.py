"""Names of files as a publisher's patterns see them."""

from __future__ import annotations

import re
from pathlib import PurePath

__all__ = ["PICTURES", "hidden", "is_picture", "leaf", "places"]

_NOT_READ = (".heic", ".heif", ".avif")
"""Pictures by their names, too, so that somebody says what to do with them."""
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif", *_NOT_READ)
"""How names of pictures end."""
_BETWEEN = re.compile(r"::|[\\/]+")


def places(file: str) -> list[str]:
    """Split a label into names: folders, archive, folders in it, and the file's own.

    >>> places("got/Gnt1.0Test.zip::HWDB1.0/001-f.gnt")
    ['got', 'Gnt1.0Test.zip', 'HWDB1.0', '001-f.gnt']
    """
    return [name for name in _BETWEEN.split(file) if name]


def leaf(file: str) -> str:
    """Return the file's own name.

    >>> leaf("Gnt1.0Test.zip::001-f.gnt")
    '001-f.gnt'
    """
    names = places(file)
    return names[-1] if names else file


def is_picture(name: str) -> bool:
    """Tell by a file's name whether it holds a picture.

    >>> is_picture("a.PNG"), is_picture("a.txt")
    (True, False)
    """
    return name.lower().endswith(PICTURES)


def hidden(name: str) -> bool:
    """Tell whether a file is hidden, or a resource fork that macOS puts beside files."""
    if "/" not in name and "\\" not in name:  # as PurePath would have it, at a tenth of the cost
        return (name.startswith(".") and name not in (".", "..")) or name == "__MACOSX"
    return any(
        (p.startswith(".") and p not in (".", "..")) or p == "__MACOSX"
        for p in PurePath(name).parts
    )
