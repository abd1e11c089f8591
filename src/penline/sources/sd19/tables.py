"""Tables of SD19's pictures: what zips and folders hold, a few bytes a picture."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.png import BYTES_LIMIT
from penline.formats.zipped import Archive
from penline.sources.sd19.names import TreeFolder

__all__ = ["DEFECTS_KEPT", "ROW", "Contents", "Folder", "PictureTable", "Rows"]

ROW = np.dtype([("folder", "<u4"), ("number", "<u4"), ("entry", "<u8"), ("size", "<u4")])
"""One picture: its folder in the table, the number in its name, the place of its entry in the
zip's directory, its size. 20 bytes."""
DEFECTS_KEPT = 1000

Rows = npt.NDArray[np.void]
_BATCH = 4096
_BLOCK_BYTES = 1 << 20
_PNG = ".png"


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

    place: TreeFolder
    label: str
    container: Path | None = None
    zipped: bool = False
    shift: int = 0

    def file(self, number: int) -> str:
        """Name a picture."""
        if self.place.tree == "hsf_page":
            return f"f{number // 100:04d}_{number % 100:02d}{_PNG}"
        return f"{self.place.path.rpartition('/')[2]}_{number:05d}{_PNG}"


@dataclass(slots=True)
class PictureTable:
    """The pictures of one tree.

    Attributes:
        folders: where they lie.
        rows: `ROW`, one a picture, sorted by folder and number.
    """

    folders: list[Folder]
    rows: Rows

    def where(self, row: int) -> str:
        """Return the label of one picture."""
        folder = self.folders[int(self.rows["folder"][row])]
        return f"{folder.label}/{folder.file(int(self.rows['number'][row]))}"

    def listed(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield folder, number, entry and size of each row as numbers of Python, in order."""
        for start in range(0, len(self.rows), _BATCH):
            yield from self.rows[start : start + _BATCH].tolist()

    def folder_values(self, fact: Callable[[TreeFolder], int]) -> npt.NDArray[np.int64]:
        """Return ``int64 (rows,)``, a number of each row's folder."""
        facts = np.fromiter((fact(f.place) for f in self.folders), np.int64, len(self.folders))
        found: npt.NDArray[np.int64] = facts[self.rows["folder"]]
        return found

    def only(self, wanted: npt.NDArray[np.bool_]) -> PictureTable:
        """Return the same folders with some of the rows."""
        return PictureTable(self.folders, self.rows[wanted])


class Contents:
    """Reads pictures of folders and zips; an archive is mapped once."""

    def __init__(self) -> None:
        self._archives: dict[Path, Archive] = {}

    def read(self, folder: Folder, number: int, entry: int) -> bytes:
        """Read the bytes of one picture.

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
        """Return the CRC-32 of a picture in a zip, as the zip's directory has it."""
        return self._archive(folder.container or Path()).member(entry, folder.shift).crc

    def member(self, path: Path, entry: int, shift: int) -> bytes:
        """Read the bytes of a zip member."""
        archive = self._archive(path)
        return archive.content(archive.member(entry, shift), BYTES_LIMIT)

    def _archive(self, path: Path) -> Archive:
        archive = self._archives.get(path)
        if archive is None:
            archive = self._archives[path] = Archive(path)
        return archive

    @staticmethod
    def file(path: str | Path, label: str) -> bytes:
        """Read the bytes of a file."""
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
