"""The pictures of pages: found by the names that files of boxes and lines have for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from penline.sources.names import is_picture
from penline.sources.tables.beside import Beside

__all__ = ["nearest_picture", "pictures_by_name"]


def pictures_by_name(root: Beside) -> dict[str, list[str]]:
    """Return the pictures of a folder and below: own name, and stem -> full names."""
    found: dict[str, list[str]] = {}
    for name in root.below():
        if is_picture(name):
            own = PurePosixPath(name)
            found.setdefault(own.name, []).append(name)
            found.setdefault(own.stem, []).append(name)
    return found


def nearest_picture(name: str, file: str, by_name: Mapping[str, list[str]]) -> str:
    """Return the full name of a page's picture, the one nearest to the file that tells of it."""
    wanted = name.replace("\\", "/") or PurePosixPath(file).stem
    own = PurePosixPath(wanted).name
    stems = PurePosixPath(own).stem, PurePosixPath(file).stem
    some = next(filter(None, map(by_name.get, (own, *stems))), [])
    folder = PurePosixPath(file).parent

    def far(one: str) -> tuple[bool, int, str]:
        parts = PurePosixPath(one).parent.parts
        common = sum(1 for a, b in zip(parts, folder.parts, strict=False) if a == b)
        exact = one == wanted or one == str(folder / wanted)
        return not exact, -common, one

    return min(some, key=far) if some else wanted
