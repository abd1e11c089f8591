"""Tables of SD19's pictures: what zips and folders hold, a few bytes a picture."""

from __future__ import annotations

import io
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError, UsageError
from penline.formats.door import printable
from penline.formats.png import BYTES_LIMIT
from penline.formats.zipped import Archive, Members
from penline.records import Defect
from penline.sources.sd19.names import Place, in_tree, number_of, place_of

__all__ = ["DEFECTS_KEPT", "ROW", "Contents", "Files", "Folder", "Rows", "Table"]

ROW = np.dtype([("folder", "<u4"), ("number", "<u4"), ("entry", "<u8"), ("size", "<u4")])
"""One picture: its folder in the table, the number in its name, the place of its entry in the
zip's directory, its size. 20 bytes."""
DEFECTS_KEPT = 1000

Rows = npt.NDArray[np.void]
_SIZE_LIMIT = (1 << 32) - 1
_BATCH = 4096
_BLOCK_BYTES = 1 << 20
_HIDDEN = re.compile(r"(?:^|/)(?:\.[^./]|__MACOSX)")
_PNG, _MIT = ".png", ".mit"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of pictures.

    Attributes:
        place: what it is.
        label: its path for messages, ``archive.zip::folder``.
        container: the zip archive it is in, its path on disk, or None for lines of a hash log.
        zipped: whether `container` is a zip archive.
        shift: bytes before the zip itself.
    """

    place: Place
    label: str
    container: Path | None = None
    zipped: bool = False
    shift: int = 0

    def file(self, number: int) -> str:
        """The name of a picture."""
        if self.place.tree == "hsf_page":
            return f"f{number // 100:04d}_{number % 100:02d}{_PNG}"
        return f"{self.place.path.rpartition('/')[2]}_{number:05d}{_PNG}"


@dataclass(slots=True)
class Table:
    """The pictures of one tree.

    Attributes:
        folders: where they lie.
        rows: `ROW`, one a picture, sorted by folder and number.
    """

    folders: list[Folder]
    rows: Rows

    def where(self, row: int) -> str:
        """The label of one picture."""
        folder = self.folders[int(self.rows["folder"][row])]
        return f"{folder.label}/{folder.file(int(self.rows['number'][row]))}"

    def listed(self) -> Iterator[tuple[int, int, int, int]]:
        """Folder, number, entry and size of each row as numbers of Python, in order."""
        for start in range(0, len(self.rows), _BATCH):
            yield from self.rows[start : start + _BATCH].tolist()

    def facts(self, fact: Callable[[Place], int]) -> npt.NDArray[np.int64]:
        """``int64 (rows,)``: a fact of each row's folder."""
        facts = np.fromiter((fact(f.place) for f in self.folders), np.int64, len(self.folders))
        found: npt.NDArray[np.int64] = facts[self.rows["folder"]]
        return found

    def only(self, wanted: npt.NDArray[np.bool_]) -> Table:
        """The same folders with some of the rows."""
        return Table(self.folders, self.rows[wanted])


class Contents:
    """Reads pictures of folders and zips; an archive is mapped once."""

    def __init__(self) -> None:
        self._archives: dict[Path, Archive] = {}

    def read(self, folder: Folder, number: int, entry: int) -> bytes:
        """The bytes of one picture.

        Raises:
            FormatError: the file cannot be opened, is too large, or is damaged in its zip.
        """
        label = f"{folder.label}/{folder.file(number)}"
        if folder.container is None:
            raise FormatError(label, 0, "file", "a picture", "a line of a hash log")
        if folder.zipped:
            return self.member(folder.container, entry, folder.shift)
        return self.file(os.path.join(folder.container, folder.file(number)), label)  # noqa: PTH118

    def crc(self, folder: Folder, entry: int) -> int:
        """The CRC-32 of a picture in a zip, as the zip's directory has it."""
        return self._archive(folder.container or Path()).member(entry, folder.shift).crc

    def member(self, path: Path, entry: int, shift: int) -> bytes:
        """The bytes of a zip member."""
        archive = self._archive(path)
        return archive.content(archive.member(entry, shift), BYTES_LIMIT)

    def _archive(self, path: Path) -> Archive:
        archive = self._archives.get(path)
        if archive is None:
            archive = self._archives[path] = Archive(path)
        return archive

    @staticmethod
    def file(path: str | Path, label: str) -> bytes:
        """The bytes of a file."""
        try:
            with io.FileIO(path) as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read(min(size, BYTES_LIMIT) + 1)
                while len(data) != size and len(data) <= BYTES_LIMIT:
                    piece = file.read(_BLOCK_BYTES)
                    if not piece:
                        break
                    data += piece
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise FormatError(label, 0, "file", "a file", f"cannot be opened: {reason}") from error
        if len(data) > BYTES_LIMIT:
            raise FormatError(label, 0, "size", f"at most {BYTES_LIMIT:,} bytes", "more")
        return data


class Files:
    """Collects the pictures of SD19's trees from zips and folders.

    Attributes:
        odd: pictures inside the trees that are not where the publisher has any, the first ones.
        odd_count: all of them.
        origins: folder of pictures (its `Place.path`) -> the MIT file beside it, as container,
            entry and shift; the entry of a file that is not in a zip is -1.
    """

    def __init__(self) -> None:
        self.odd: list[Defect] = []
        self.odd_count = 0
        self.origins: dict[str, tuple[Path, int, int]] = {}
        self._folders: dict[str, list[Folder]] = {}
        self._rows: dict[str, list[Rows]] = {}
        self._labels: dict[str, str] = {}

    def zip(self, path: Path, members: Members) -> Members:
        """Take what is SD19's in a zip; the members that are not."""
        directory, before = members.directory, len(self._labels)
        odd = len(self.odd), self.odd_count
        rest = array("Q")
        outer = printable(str(path))
        current: bytes | None = None
        batch: list[tuple[str, int, int]] = []
        folder = _outside = Folder(Place("", "", -1), "")
        inside = False
        for start in range(0, len(members), _BATCH):
            for entry in members.places[start : start + _BATCH].tolist():
                where, _, name = directory.name(entry).rpartition(b"/")
                if where != current:
                    self._add(folder, batch)
                    current, batch = where, []
                    text = where.decode("utf-8", "replace")
                    inner = f"{path.stem}/{text}"
                    inside = in_tree(f"{inner}/") and _HIDDEN.search(inner) is None
                    place = place_of(inner) or _outside.place
                    label = f"{outer}::{printable(text)}"
                    folder = Folder(place, label, path, True, directory.shift)
                kind = name[-len(_PNG) :].lower() if inside and name[:1] != b"." else b""
                if kind == b".png":
                    leaf = name.decode("utf-8", "replace")
                    batch.append((leaf, entry, directory.fields(entry)[5]))
                elif kind == b".mit":
                    leaf = name.decode("utf-8", "replace")
                    self._origin(f"{inner}/{leaf}", (path, entry, directory.shift))
                else:
                    rest.append(entry)
        self._add(folder, batch)
        if len(self._labels) > before:
            return Members(members.archive, directory, np.array(rest, np.uint64))
        del self.odd[odd[0] :]
        self.odd_count = odd[1]
        return members

    def folder(self, path: Path, names: Iterable[str]) -> bool:
        """Take what is SD19's among the files of one folder; whether anything was."""
        inner = os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100  # no link is followed
        if not in_tree(f"{inner}/"):
            return False
        before = len(self._labels)
        batch = []
        for name in names:
            if name.lower().endswith(_MIT):
                self._origin(f"{inner}/{name}", (path / name, -1, 0))
            elif name.lower().endswith(_PNG):
                batch.append((name, 0, _file_size(os.path.join(path, name))))  # noqa: PTH118
        place = place_of(inner) or Place("", "", -1)
        self._add(Folder(place, printable(str(path)), path), batch)
        return len(self._labels) > before

    def table(self, tree: str) -> Table | None:
        """The pictures of a tree, or None where there are none."""
        folders = self._folders.get(tree)
        if not folders:
            return None
        pieces = self._rows[tree]
        if len(pieces) > 1:
            self._rows[tree] = pieces = [np.concatenate(pieces)]
        return Table(folders, pieces[0])

    def _origin(self, path: str, found: tuple[Path, int, int]) -> None:
        place = place_of(path[: -len(_MIT)])
        if place is not None:
            self.origins.setdefault(place.path, found)

    def _add(self, folder: Folder, batch: list[tuple[str, int, int]]) -> None:
        """A folder's pictures: name, entry and size of each."""
        place = folder.place
        known = bool(place.tree) and (bool(place.codes) or not place.hex)
        if not place.repeats and not known and place.tree:
            expected = "a class in hexadecimal, 30-39, 41-5a or 61-7a"
            self._odd(folder, batch, "class folder", expected, place.hex)
            return
        if not known:
            self._odd(folder, batch, "folder", "a folder of the publisher's", "another")
            return
        rows, odd = [], []
        for name, entry, size in batch:
            number = number_of(name, place)
            if number is None:
                odd.append((name, entry, size))
            else:
                rows.append((number, entry, min(size, _SIZE_LIMIT)))
        self._odd(folder, odd, "name", f"{folder.file(0)} and the like", "another name")
        if not rows:
            return
        if place.path in self._labels:
            one, two = self._labels[place.path], folder.label
            raise UsageError(f"{place.path} is there twice: {one} and {two}; name one of them")
        self._labels[place.path] = folder.label
        folders = self._folders.setdefault(place.tree, [])
        made = np.zeros(len(rows), ROW)
        made["folder"] = len(folders)
        made["number"], made["entry"], made["size"] = zip(*sorted(rows), strict=True)
        folders.append(folder)
        self._rows.setdefault(place.tree, []).append(made)

    def _odd(
        self,
        folder: Folder,
        batch: list[tuple[str, int, int]],
        field: str,
        expected: str,
        found: str,
    ) -> None:
        self.odd_count += len(batch)
        for name, _, _ in batch[: max(DEFECTS_KEPT - len(self.odd), 0)]:
            label = f"{folder.label}/{printable(name)}"
            self.odd.append(Defect(label, 0, 0, field, expected, printable(found)))


def _file_size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116  # a path object costs more than the call
    except OSError:
        return 0
