"""MD5 of SD19's pictures, from the publisher's logs or from their bytes; and MIT files.

    79c0...5e /anything/by_class/30/hsf_0/hsf_0_00000.png

One line a picture, the MD5 in hexadecimal and the path. Source: public programs that read the
logs (catalogue/nist-sd19.md, sd19-labels).
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError, UsageError
from penline.formats.byte_source import ByteSource, MappedBytes
from penline.formats.defects import defect_of
from penline.formats.mis import read_origins
from penline.records import Defect
from penline.sources.sd19.files import Files
from penline.sources.sd19.names import number_of, owner_key, owner_of, place_of
from penline.sources.sd19.tables import ROW, Contents, Folder, PictureTable
from penline.words import printable

__all__ = ["LOG", "digests_of", "origins_of", "owners", "read_log"]

LOG = re.compile(r"(by_write|by_class|by_field)_md5\.log", re.IGNORECASE)
"""Names of the logs that are of use."""

Digests = npt.NDArray[np.uint64]
_LINE = re.compile(rb"([0-9A-Fa-f]{32})[ \t]+\*?(\S.*?)[\r\n]*", re.DOTALL)
_LINE_BYTES = 4096


def read_log(path: Path) -> tuple[PictureTable, Digests]:
    """Read the pictures that a log names, and ``uint64 (rows, 2)``, the MD5 of each.

    Pictures of ``train`` folders and other files are left out.

    Raises:
        UsageError: the file cannot be opened.
        FormatError: a line that is not an MD5 and a path; no line names a picture of a tree.
    """
    label = printable(str(path))
    folders: list[Folder] = []
    indices: dict[bytes, int] = {}
    rows, found, offset = array("I"), bytearray(), 0
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"{label}: cannot be opened: {error.strerror}") from error
    with file:
        while line := file.readline(_LINE_BYTES):
            said = _LINE.fullmatch(line)
            if said is None and line.strip():
                expected, shown = "an MD5 and a path", repr(line[:40].decode("latin-1"))
                raise FormatError(label, offset, "line", expected, printable(shown))
            offset += len(line)
            if said is None:
                continue
            where, _, name = said[2].replace(b"\\", b"/").rpartition(b"/")
            index = indices.get(where)
            if index is None:
                place = place_of(where.decode("utf-8", "replace"))
                use = place is not None and (bool(place.codes) or place.writer >= 0)
                index = len(folders) if place and use and not place.repeats else -1
                indices[where] = index
                if place and index >= 0:
                    folders.append(Folder(place, f"{label}::{place.path}"))
            if index < 0:
                continue
            number = number_of(name.decode("utf-8", "replace"), folders[index].place)
            if number is not None:
                rows.extend((index, number))
                found += bytes.fromhex(said[1].decode())
    if not rows:
        raise FormatError(label, 0, "lines", "pictures of by_write, by_class or by_field", "none")
    numbers = np.array(rows, np.uint32).reshape(-1, 2)
    made = np.zeros(len(numbers), ROW)
    made["folder"], made["number"] = numbers.T
    order = np.lexsort((made["number"], made["folder"]))
    digests = np.frombuffer(found, "<u8").reshape(-1, 2).astype(np.uint64)
    return PictureTable(folders, made[order]), digests[order]


def digests_of(
    table: PictureTable, contents: Contents, log: tuple[PictureTable, Digests] | None
) -> tuple[Digests, npt.NDArray[np.bool_]]:
    """Return ``uint64 (rows, 2)``, the MD5 of each picture; ``bool (rows,)``, whether it has one.

    Args:
        table: the pictures.
        contents: reads those that the log does not name.
        log: the publisher's log of the tree.
    """
    found = np.zeros((len(table.rows), 2), np.uint64)
    known = np.zeros(len(table.rows), np.bool_)
    if log is not None:
        said, digests = log
        index = {folder.place.path: number for number, folder in enumerate(said.folders)}
        paths = [index.get(folder.place.path, -1) for folder in table.folders]
        mine = np.array(paths, np.int64)[table.rows["folder"]] << 32 | table.rows["number"]
        theirs = said.rows["folder"].astype(np.int64) << 32 | said.rows["number"]
        at = np.minimum(np.searchsorted(theirs, mine), len(theirs) - 1)
        known = theirs[at] == mine
        found[known] = digests[at[known]]
    for row, (folder, number, entry, _) in enumerate(table.listed()):
        if known[row]:
            continue
        try:
            data = contents.read(table.folders[folder], number, entry)
        except FormatError:
            continue  # named when the picture is read
        digest = hashlib.md5(data, usedforsecurity=False).digest()
        found[row] = np.frombuffer(digest, "<u8")
        known[row] = True
    return found, known


def origins_of(
    table: PictureTable, files: Files, contents: Contents
) -> tuple[npt.NDArray[np.int64], dict[str, int], list[Defect]]:
    """Read what the MIT files say.

    Returns:
        `owner_key` of each row, -1 where no file says it; the number of pictures that each
        folder (`TreeFolder.path`) should have; what is wrong with the files.
    """
    keys = np.full(len(table.rows), -1, np.int64)
    counts: dict[str, int] = {}
    defects = []
    ends = np.searchsorted(table.rows["folder"], np.arange(len(table.folders) + 1))
    for index, folder in enumerate(table.folders):
        numbers = table.rows["number"][ends[index] : ends[index + 1]]
        origin = files.origins.get(folder.place.path)
        if origin is None or not len(numbers):
            continue
        path, entry, shift = origin
        label = f"{folder.label}.mit"
        try:
            zipped = entry >= 0
            data = contents.member(path, entry, shift) if zipped else contents.file(path, label)
            every = owners(MappedBytes(label, memoryview(data)), label)
            listed = np.array([owner_key(*owner, index) for owner, index in every], np.int64)
        except FormatError as error:
            defects.append(defect_of(error))
            continue
        counts[folder.place.path] = len(listed)
        here = keys[ends[index] : ends[index + 1]]
        inside = numbers < len(listed)
        here[inside] = listed[numbers[inside]]
    return keys, counts, defects


def owners(stream: ByteSource, label: str) -> Iterator[tuple[tuple[int, int, str], int]]:
    """Yield writer, template and field of each entry of a MIT file, and its number there.

    Raises:
        FormatError: an entry is of no MIS file of by_write.
    """
    for number, origin in enumerate(read_origins(stream)):
        owner = owner_of(origin.path, origin.index)
        if owner is None:
            expected, found = "a MIS file of by_write", printable(origin.path)
            raise FormatError(label, 0, f"origin of entry {number}", expected, found)
        yield owner, origin.index
