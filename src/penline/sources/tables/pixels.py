"""Tables of pixels: CSV, NPY and NPZ, and MATLAB's files, as units of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import HOLD_LIMIT, ByteSource, MappedBytes
from penline.formats.defects import defect_of
from penline.formats.idx import unpacked
from penline.formats.mat import MatValue, read_mat
from penline.formats.npy import as_labels, read_head, read_items, read_vector
from penline.formats.pixel_csv import PixelColumns, read_pixel_csv
from penline.formats.table_row import SIDE_LIMIT_PX, TableRow, square_side
from penline.formats.zipped import Members, members, members_in, open_member
from penline.records import Defect
from penline.sources.names import leaf
from penline.sources.tables.unit import TableUnit
from penline.sources.unit import Place
from penline.words import listed

__all__ = [
    "ArrayPlace",
    "ArraySet",
    "ArrayUnit",
    "MatUnit",
    "PixelCsvUnit",
    "arrays_in",
    "mapping_of",
    "picture_shape",
]


@dataclass(frozen=True, slots=True, eq=False)
class PixelCsvUnit(TableUnit):
    """Gives the pictures of a CSV of pixels.

    Attributes:
        place: where the file lies.
        columns: what its columns hold.
    """

    place: Place = field(kw_only=True)
    columns: PixelColumns = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the lines as rows."""
        with unpacked(self.place.open(), leaf(self.source.file)) as stream:
            yield from read_pixel_csv(stream, self.columns)


@dataclass(frozen=True, slots=True)
class ArrayPlace:
    """Where an array lies: a file, or a member of an NPZ.

    Attributes:
        place: the file.
        member: the member's name, or "" of an NPY.
        name: how it is called, for a person.
        part: ``"train"``, ``"test"`` or "", by the names.
    """

    place: Place
    member: str = ""
    name: str = ""
    part: str = ""

    def open(self) -> ByteSource:
        """Open the array's bytes."""
        if not self.member:
            return self.place.open()
        every, archive = arrays_in(self.place)
        found = every.find(self.member)
        if found is None:
            raise FormatError(self.place.label, 0, "member", self.member, "none of that name")
        return open_member(found, archive)


def arrays_in(place: Place) -> tuple[Members, MappedBytes | None]:
    """Return the arrays of an NPZ; and its bytes, where it lies in an archive.

    Raises:
        FormatError: it is no zip, or in an archive of more than `HOLD_LIMIT` bytes.
    """
    if place.member is None:
        return members(place.path), None
    with place.open() as stream:
        buffer, at, have = stream.peek(0, HOLD_LIMIT)
        if stream.peek(have, 1)[2]:
            expected = f"at most {HOLD_LIMIT:,} bytes in an archive; unpack it"
            raise FormatError(place.label, 0, "size", expected, "more")
        view = buffer[at : at + have]
        stream.finish()
    return members_in(place.label, view), MappedBytes(place.label, view)


ArraySet: TypeAlias = tuple[ArrayPlace, ArrayPlace | None]
"""An array of pictures, and that of their labels; None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class ArrayUnit(TableUnit):
    """Gives the pictures of arrays, each with its label from the array beside it.

    Attributes:
        sets: the arrays of pictures, each with that of its labels; None where there is none.
    """

    sets: tuple[ArraySet, ...] = ()

    def labels(self) -> Iterable[str] | None:
        """Return the labels of all arrays."""
        found: list[str] = []
        try:
            for _, beside in self.sets:
                if beside is not None:
                    with beside.open() as stream:
                        found += read_vector(stream)
        except FormatError:
            return None  # told when the rows are read
        return found

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the items of the arrays as rows, those of one after those of another."""
        record = 0
        for pictures, beside in self.sets:
            try:
                for row in self._set(pictures, beside):
                    yield row._replace(record=record)
                    record += 1
            except FormatError as error:
                yield defect_of(error, record)
                record += 1

    def _set(self, pictures: ArrayPlace, beside: ArrayPlace | None) -> Iterator[TableRow]:
        labels = None
        if beside is not None:
            with beside.open() as stream:
                labels = read_vector(stream)
        with pictures.open() as stream:
            head = read_head(stream)
            shape = picture_shape(stream.file, head.dtype, head.shape)
            if labels is not None and len(labels) != head.shape[0]:
                found = f"{len(labels):,} labels"
                expected = f"{head.shape[0]:,}, one a picture"
                raise FormatError(stream.file, 0, "number of labels", expected, found)
            at = 0
            for piece in read_items(stream, head):
                for item in piece.reshape(len(piece), *shape):
                    label = labels[at] if labels is not None else ""
                    offset = head.offset + at * head.item_bytes
                    yield TableRow(in_cv_order(item), label, at, offset, part=pictures.part)
                    at += 1


def picture_shape(
    file: str, dtype: np.dtype[np.generic], shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the shape of one picture of an array, of its items or of their numbers as a square.

    Raises:
        FormatError: the items are no pictures.
    """
    sides = shape[1:]
    if len(sides) == 1:
        side = square_side(sides[0])
        sides = (side, side)
    sound = 2 <= len(sides) <= 3 and all(1 <= side <= SIDE_LIMIT_PX for side in sides[:2])
    if sound and len(sides) == 3:
        sound = sides[2] in (1, 3, 4)
    if not sound or dtype.kind not in "buif":
        expected = "pictures: (n, height, width), with channels last, or (n, pixels of a square)"
        raise FormatError(file, 0, "shape", expected, f"{dtype} {shape}")
    return sides


def in_cv_order(picture: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Return a picture with its channels in the order blue, green, red, alpha; a view or a copy."""
    if picture.ndim == 2 or picture.shape[2] == 1:
        return picture
    return picture[:, :, [2, 1, 0, 3][: picture.shape[2]]]


_IMAGES = ("images", "image", "imgs", "x", "data")
_CLASSES = ("labels", "label", "y", "targets", "target")
_AUTHORS = ("writers", "writer", "users")


@dataclass(frozen=True, slots=True, eq=False)
class MatUnit(TableUnit):
    """Gives the pictures of a MATLAB file: structures with images and labels, and the writers.

    Attributes:
        place: where the file lies.
    """

    place: Place = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the rows of all structures, those of one after those of another."""
        record = 0
        try:
            with self.place.open() as stream:
                values = read_mat(stream)
            for part, found in image_sets(values):
                for row in _matrix_rows(self.source.file, found):
                    yield row._replace(record=record, part=part)
                    record += 1
            if not record:
                expected = "arrays called images and labels (or X and y)"
                names = listed(list(values), 8) or "none"
                raise FormatError(self.source.file, 0, "arrays", expected, names)
        except FormatError as error:
            yield defect_of(error, record)


def image_sets(
    values: dict[str, MatValue], name: str = ""
) -> Iterator[tuple[str, dict[str, npt.NDArray[np.generic]]]]:
    """Yield the sets of arrays that belong together, each with its part."""
    by_lower = {key.lower(): value for key, value in values.items()}
    found = {}
    for what, names in (("images", _IMAGES), ("labels", _CLASSES), ("writers", _AUTHORS)):
        usual = (by_lower.get(one) for one in names)
        array = next((one for one in usual if isinstance(one, np.ndarray)), None)
        if array is not None:
            found[what] = array
    if "images" in found and "labels" in found:
        yield name if name in ("train", "test") else "", found
    for key, value in values.items():
        if isinstance(value, dict):
            yield from image_sets(value, key.lower())


def mapping_of(values: dict[str, MatValue]) -> dict[str, str]:
    """Return what class numbers stand for by EMNIST's array of code points, or nothing."""
    for key, value in values.items():
        if isinstance(value, dict):
            found = mapping_of(value)
            if found:
                return found
        elif key == "mapping" and value.ndim == 2 and 2 <= value.shape[1] <= 3:
            rows = value[:4096].astype(np.int64).tolist()
            if all(32 < row[1] < 0xD800 for row in rows):
                return {str(row[0]): chr(row[1]) for row in rows}
    return {}


def _matrix_rows(file: str, found: dict[str, npt.NDArray[np.generic]]) -> Iterator[TableRow]:
    images = found["images"]
    labels = as_labels(file, _vector(file, found["labels"]))
    count = len(labels)
    writers = [""] * count
    if "writers" in found and found["writers"].size == count:
        writers = as_labels(file, _vector(file, found["writers"]))
    if images.ndim == 2 and images.shape[0] == count:
        lying = images  # (n, pixels): each row a picture, its columns one after the other
    elif images.ndim >= 3 and images.shape[-1] == count:
        lying = np.moveaxis(images, -1, 0)
    else:
        expected = f"{count:,} pictures: (n, pixels) or (height, width, n)"
        raise FormatError(file, 0, "images", expected, f"{images.shape}")
    shape = picture_shape(file, images.dtype, lying.shape)
    some = max(1, (1 << 22) // max(1, lying[:1].size))
    for start in range(0, count, some):
        piece = np.ascontiguousarray(lying[start : start + some])
        upright = piece.reshape(len(piece), *shape)
        if images.ndim == 2:
            upright = upright.swapaxes(1, 2)
        for at, item in enumerate(upright, start):
            yield TableRow(in_cv_order(item), labels[at], at, 0, writers[at])


def _vector(file: str, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if values.size != max(values.shape, default=0):
        raise FormatError(file, 0, "labels", "a vector", f"{values.shape}")
    return values.reshape(-1)
