"""What of SD19's trees repeats: by_class/30/train_30 is hsf_0, 1, 2, 3, 6 and 7 once more."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.png import read_png
from penline.records import Defect
from penline.sources.sd19.tables import Contents, PictureTable

__all__ = ["damage", "gaps", "not_repeated", "without_repeats"]

_LOOKED_AT = 1000


def without_repeats(table: PictureTable) -> PictureTable:
    """Leave out ``train`` folders, but for classes that have no others to train on."""
    repeating = table.folder_values(lambda place: place.repeats).astype(np.bool_)
    if not repeating.any():
        return table
    codes = _codes(table)
    training = table.folder_values(lambda place: not place.repeats and place.part == "train")
    return table.only(~repeating | ~np.isin(codes, codes[training.astype(np.bool_)]))


def gaps(table: PictureTable, counts: Mapping[str, int]) -> tuple[list[Defect], Counter[int]]:
    """Find folders that lack pictures or have too many, and how many each class lacks.

    Args:
        table: the pictures, numbered from 0 in each folder.
        counts: how many a folder (`TreeFolder.path`) should have, where that is known.
    """
    defects = []
    lacking: Counter[int] = Counter()
    ends = np.searchsorted(table.rows["folder"], np.arange(len(table.folders) + 1))
    for index, folder in enumerate(table.folders):
        numbers = table.rows["number"][ends[index] : ends[index + 1]]
        if not len(numbers):
            continue
        known = counts.get(folder.place.path)
        last = int(numbers[-1]) + 1
        wanted = max(last, known or 0)
        lost = wanted - len(numbers)
        if lost > 0:
            wrong = np.flatnonzero(numbers != np.arange(len(numbers)))
            first = int(wrong[0]) if len(wrong) else len(numbers)
            name = f"{folder.label}/{folder.file(first)}"
            found = "no such picture" + (f", nor {lost - 1:,} others" if lost > 1 else "")
            expected = f"{wanted:,} pictures, numbered from 0"
            defects.append(Defect(name, 0, first, "folder", expected, found))
            lacking.update(dict.fromkeys(folder.place.codes[:1], lost))
        elif known is not None and last > known:
            name = f"{folder.label}/{folder.file(known)}"
            expected = f"{known:,} pictures, as its MIT file"
            defects.append(Defect(name, 0, known, "folder", expected, f"{last:,}"))
    return defects, lacking


def not_repeated(
    table: PictureTable,
    lacking: Mapping[int, int],
    named: Collection[str],
    contents: Contents,
    alone: Counter[bytes] | None,
) -> Iterator[Defect]:
    """Yield pictures of ``train`` folders that are not in the others as often, or the reverse.

    Pictures are told apart by CRC-32 and size, in a zip as its directory has them. What follows
    from another fault that is named is left out.

    Args:
        table: by_class, with its ``train`` folders.
        lacking: how many pictures of each class are known to be lost.
        named: pictures that were named already.
        contents: reads what is not in a zip.
        alone: MD5 of by_write's pictures that a join left without partner, which it names: a
            picture of the same bytes may be lost in the other folders. None where nothing was
            joined; a join names what the other folders have too many, too.
    """
    signs = _signatures(table, contents)
    codes = _codes(table)
    repeating = table.folder_values(lambda place: place.repeats).astype(np.bool_)
    training = table.folder_values(lambda place: place.part == "train").astype(np.bool_)
    own = training & ~repeating
    keys = np.where(signs < 0, signs, codes << 55 | signs)
    values, index = np.unique(keys, return_inverse=True)
    copies = np.bincount(index[repeating], minlength=len(values))
    copies -= np.bincount(index[own], minlength=len(values))
    fewer: list[int] = np.flatnonzero((copies[index] < 0) & own).tolist()[::-1]
    explained = Counter(dict(lacking))
    for row in fewer[:_LOOKED_AT]:
        explained[int(codes[row])] += damage(table, row, contents) is not None
    surplus = []
    changed: Counter[int] = Counter()
    for row in np.flatnonzero((copies[index] > 0) & repeating).tolist()[::-1]:
        if copies[index[row]] <= 0:
            continue
        copies[index[row]] -= 1
        code = int(codes[row])
        changed[code] += 1
        if alone and _taken(alone, table, row, contents):
            explained[code] -= explained[code] > 0
        else:
            surplus.append((row, code))
    for row, code in surplus:
        explained[code] -= 1
        if explained[code] < 0:
            yield _fault(table, row, contents, "a repeat of a picture in hsf_0 to 7", "another")
    for row in fewer if alone is None else ():
        code = int(codes[row])
        if copies[index[row]] >= 0:
            continue
        copies[index[row]] += 1
        changed[code] -= 1
        if changed[code] < 0 and table.where(row) not in named:
            expected = f"as many copies as in train_{code:02x}"
            yield _fault(table, row, contents, expected, "one more")


def _codes(table: PictureTable) -> npt.NDArray[np.int64]:
    return table.folder_values(lambda place: place.codes[0] if place.codes else 0)


def _signatures(table: PictureTable, contents: Contents) -> npt.NDArray[np.int64]:
    """``int64 (rows,)``: CRC-32 and size of each picture; a number of its own for a lost one."""
    signs = np.empty(len(table.rows), np.int64)
    for row, (index, number, entry, size) in enumerate(table.listed()):
        folder = table.folders[index]
        try:
            if folder.zipped:
                crc = contents.crc(folder, entry)
            else:
                crc = zlib.crc32(contents.read(folder, number, entry))
            signs[row] = crc | (size & 0x7FFFFF) << 32
        except FormatError:
            signs[row] = -1 - row
    return signs


def _taken(alone: Counter[bytes], table: PictureTable, row: int, contents: Contents) -> bool:
    """Whether a picture is one of those, of which it is then taken."""
    index, number, entry, _ = table.rows[row].item()
    try:
        data = contents.read(table.folders[index], number, entry)
    except FormatError:
        return False
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    alone[digest] -= 1
    return alone[digest] >= 0


def damage(table: PictureTable, row: int, contents: Contents) -> FormatError | None:
    """Tell what is wrong with the picture of a row, or None."""
    index, number, entry, _ = table.rows[row].item()
    try:
        read_png(contents.read(table.folders[index], number, entry), table.where(row))
    except FormatError as error:
        return error
    return None


def _fault(table: PictureTable, row: int, contents: Contents, expected: str, found: str) -> Defect:
    """The defect of a picture: that it is damaged, or else that it is not a repeat."""
    number = int(table.rows["number"][row])
    error = damage(table, row, contents)
    if error is not None:
        return defect_of(error, number)
    return Defect(table.where(row), 0, number, "content", expected, found)
