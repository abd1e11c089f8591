"""What outputs call the files that they were made from: a name and a place, never a machine's path.

A set, a bank or a sheet may be passed on, and made again by somebody whose archives lie elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import count

__all__ = ["Places", "path_told", "public_names", "short_names"]

_MARK = "::"
_BETWEEN = re.compile(r"[\\/]")
_OF_A_MACHINE = re.compile(r"[\\/~]|[A-Za-z]:|(.*[\\/])?\.\.([\\/]|$)", re.DOTALL)
"""An absolute path of any system, a home's, or one that leads upwards."""


class Places:
    """Names source files by their place under what was given; two files never share a name.

    >>> places = Places(["/home/me/got", "/data/Gnt1.0Test.zip"])
    >>> places("/home/me/got/a/001.gnt"), places("/data/Gnt1.0Test.zip::001-f.gnt")
    ('a/001.gnt', 'Gnt1.0Test.zip::001-f.gnt')
    >>> places("/elsewhere/a/001.gnt"), places("/elsewhere/b/001.gnt")
    ('001.gnt', '2/001.gnt')

    Args:
        given: the files, folders and archives that the user named, as messages name them.
    """

    def __init__(self, given: Iterable[str] = ()) -> None:
        self._given = sorted(map(_slashed, given), key=len, reverse=True)
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._kept: set[str] = set()

    def __call__(self, file: str) -> str:
        """The name of a file, or of ``archive.zip::member``, in outputs."""
        archive, mark, member = file.partition(_MARK)
        name = self._names.get(archive)
        if name is None:
            place = self._place(_slashed(archive))
            others = (f"{number}/{place}" for number in count(2))
            name = (
                place
                if place not in self._taken
                else next(one for one in others if one not in self._taken)
            )
            self._taken.add(name)
            self._names[archive] = name
        return name + mark + member

    def keep(self, file: str) -> None:
        """Let a file keep the name that another output gave it."""
        archive = file.partition(_MARK)[0]
        self._names.setdefault(archive, archive)
        self._taken.add(archive)
        self._kept.add(archive)

    def place(self, file: str) -> str:
        """The place of a file under what was given, whoever has the same."""
        archive, mark, member = file.partition(_MARK)
        kept = archive in self._kept
        return (archive if kept else self._place(_slashed(archive))) + mark + member

    def _place(self, archive: str) -> str:
        for root in self._given:
            if archive.startswith(f"{root.rstrip('/')}/"):
                return archive[len(root.rstrip("/")) + 1 :]
            if root == archive or root.startswith(f"{archive}/"):
                return path_told(archive, inside=False)
        return path_told(archive)


def path_told(path: str, *, inside: bool = True) -> str:
    """A path as an output may hold it: its last name where the rest tells of a machine.

    Args:
        path: of any system.
        inside: keep the folders of a relative path.

    >>> path_told("/home/me/photos"), path_told("photos/a"), path_told("../photos")
    ('photos', 'photos/a', 'photos')
    """
    if inside and not _OF_A_MACHINE.match(path):
        return path
    steps = [step for step in _BETWEEN.split(path) if step not in ("", ".", "..")]
    return steps[-1] if steps else "."


def public_names(files: Sequence[str]) -> list[str]:
    """Names as a file of before may hold them, without any machine's path.

    >>> public_names(["/home/me/a/001.pot", "b.zip::1.gnt", "/home/me/c/001.pot"])
    ['a/001.pot', 'b.zip::1.gnt', 'c/001.pot']
    """
    private = [file for file in files if _OF_A_MACHINE.match(file.partition(_MARK)[0])]
    if not private:
        return list(files)
    short = dict(zip(private, short_names(private), strict=True))
    return [short.get(file, file) for file in files]


def short_names(files: Sequence[str]) -> list[str]:
    """Names of files without the folders that they share, so that no page tells whose disk it was.

    >>> short_names(["/home/me/a/001.pot", "/home/me/b/x.zip::d/1.gnt"])
    ['a/001.pot', 'b/x.zip::d/1.gnt']
    >>> short_names(["/home/me/a/001.pot"])
    ['001.pot']
    """
    split = []
    for file in files:
        archive, mark, member = file.partition(_MARK)
        steps = [step for step in _BETWEEN.split(archive) if step not in ("", "..")]
        split.append((steps or [archive], mark + member))
    shared = 0
    least = min((len(steps) for steps, _ in split), default=1) - 1
    while shared < least and len({steps[shared] for steps, _ in split}) == 1:
        shared += 1
    return ["/".join(steps[shared:]) + rest for steps, rest in split]


def _slashed(path: str) -> str:
    """One kind of separator, so that outputs are the same on every system."""
    return path.replace(os.sep, "/")
