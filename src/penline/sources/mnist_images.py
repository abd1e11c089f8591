"""Images of MNIST and its kin with their characters: what their files of labels stand for."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import defect_of, strictly
from penline.formats.idx import read_labels, read_mapping, salvage_images, unpacked
from penline.records import Defect, GlyphRecord, Source
from penline.sources.names import leaf
from penline.sources.unit import FileUnit, Place

__all__ = ["LabelledImages", "class_characters"]

_DIGITS = string.digits
_MERGED = _DIGITS + string.ascii_uppercase + "abdefghnqrt"
_SPLITS = {
    "byclass": _DIGITS + string.ascii_uppercase + string.ascii_lowercase,
    "bymerge": _MERGED,
    "balanced": _MERGED,
    "letters": "\0" + string.ascii_uppercase,  # from 1
    "digits": _DIGITS,
    "mnist": _DIGITS,
}
_KMNIST = "おきすつなはまやれを"
_K49 = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねの"
    "はひふへほまみむめもやゆよらりるれろわゐゑをんゝ"
)
_FIRST_LABEL = {1: 8, 2: 12}
_WRITER_COLUMN = 2
_WRITER_LIMIT = 10_000
_EQUAL = ({1000}, {6000})
"""KMNIST and Fashion-MNIST have as many of each class; MNIST has not."""


@dataclass(frozen=True, slots=True)
class LabelledImages(FileUnit):
    """Gives the images of one IDX file, each with its character.

    Attributes:
        labels: the file of their labels, or None: then they come without a character.
        mapping: EMNIST's file of what the labels stand for, or None.
        family: ``mnist``, ``emnist``, ``qmnist``, ``xnist``, ``kmnist`` or ``k49``; ``""`` where
            labels are no characters, and are left aside.
        split: EMNIST's split, or ``""``.
        said: class numbers with what they stand for, where that was said; else nothing.
    """

    lacks: str = ""
    labels: Place | None = None
    mapping: Place | None = None
    family: str = ""
    split: str = ""
    said: tuple[tuple[str, str], ...] = ()

    def records(self, stream: ByteSource, *, salvage: bool) -> Iterator[GlyphRecord | Defect]:
        """Yield images with their characters, strictly or with defects.

        Without sound labels no image is given: the labels' defect stands alone.
        """
        found = self._salvaged(stream)
        return found if salvage else strictly(found)

    def _salvaged(self, stream: ByteSource) -> Iterator[GlyphRecord | Defect]:
        record = -1
        try:
            labelling = _LabelFile.of(self)
        except FormatError as error:
            yield defect_of(error)
            return
        whole = True
        images = salvage_images(
            unpacked(stream, leaf(self.source.file)),
            self.source,
            transposed=self.family == "emnist",  # whose images are stored so
        )
        for record, found in enumerate(images):
            labelled: GlyphRecord | Defect | FormatError = found
            if isinstance(found, Defect):
                whole = False
            elif labelling is not None:
                labelled = labelling.label(found)
            yield defect_of(labelled, record) if isinstance(labelled, FormatError) else labelled
        if whole and labelling is not None and record + 1 < len(labelling.numbers):
            yield defect_of(labelling.count(record + 1), record + 1)


@dataclass(slots=True)
class _LabelFile:
    """Labels of one images file, and what they stand for."""

    file: str
    numbers: npt.NDArray[np.int32]
    codes: list[bytes]
    characters: Mapping[int, str]
    source: Source
    row_bytes: int
    begin: int
    writers: dict[int, Source]

    @classmethod
    def of(cls, unit: LabelledImages) -> _LabelFile | None:
        """Read what labels a unit's images; None where nothing does."""
        if unit.labels is None or not unit.family:
            return None
        with unit.labels.open() as raw, unpacked(raw, leaf(raw.file)) as stream:
            file = stream.file
            numbers = read_labels(stream)
        wide = numbers.ndim == 2
        characters = _characters(unit)
        classes = numbers[:, 0] if wide else numbers
        if unit.family == "mnist" and not wide and not unit.said:
            _is_mnist(file, classes)
        size = 4 if wide else 1
        highest = max(characters, default=0)
        codes = [number.to_bytes(size, "big") for number in range(highest + 1)]
        row = numbers.shape[1] * size if wide else size
        begin = _FIRST_LABEL[numbers.ndim]
        return cls(file, numbers, codes, characters, unit.source, row, begin, {})

    def label(self, record: GlyphRecord) -> GlyphRecord | FormatError:
        """Return the record with its character, and its writer where the labels tell it."""
        at = record.record
        if at >= len(self.numbers):
            return self.count(at + 1)
        row = self.numbers[at]
        number = int(row) if self.numbers.ndim == 1 else int(row[0])
        character = self.characters.get(number)
        if character is None:
            place = self.begin + at * self.row_bytes
            known = f"one of {len(self.characters)} classes"
            return FormatError(self.file, place, "label", known, str(number))
        source = self.source
        if self.numbers.ndim == 2 and self.numbers.shape[1] > _WRITER_COLUMN:
            source = self._writer(int(row[_WRITER_COLUMN]))
        return GlyphRecord(
            character, self.codes[number], record.pixels, record.paper, source, at, record.offset
        )

    def _writer(self, number: int) -> Source:
        source = self.writers.get(number)
        if source is None:
            known = 0 <= number < _WRITER_LIMIT
            writer = f"sd19:{number:04d}" if known else self.source.writer
            source = self.writers[number] = dataclasses.replace(self.source, writer=writer)
        return source

    def count(self, images: int) -> FormatError:
        """Say that labels and images are not as many."""
        found = f"{len(self.numbers):,} labels"
        return FormatError(self.file, 4, "number of labels", f"{images:,}, one an image", found)


def _characters(unit: LabelledImages) -> dict[int, str]:
    if unit.said:
        return {int(number): character for number, character in unit.said if number.isdigit()}
    if unit.family == "emnist" and unit.mapping is not None:
        with unit.mapping.open() as stream:
            return {label: found[0] for label, found in read_mapping(stream).items()}
    return class_characters(unit.family, unit.split)


def class_characters(family: str, split: str = "") -> dict[int, str]:
    """Return what the class numbers of a family of sets, and of a split of EMNIST, stand for."""
    if family == "emnist":
        table = _SPLITS.get(split, _SPLITS["byclass"])
    else:
        table = {"kmnist": _KMNIST, "k49": _K49}.get(family, _DIGITS)
    return {number: one for number, one in enumerate(table) if one != "\0"}


def _is_mnist(file: str, classes: npt.NDArray[np.int32]) -> None:
    """Refuse a set of ten equal classes under MNIST's name: its characters would be wrong."""
    if len(classes) and classes.min() >= 0 and set(np.bincount(classes).tolist()) in _EQUAL:
        expected = "MNIST's classes, which differ in size"
        found = (
            "classes of one size, as in KMNIST and Fashion-MNIST; "
            "keep those in a folder with kmnist (or fashion) in its name"
        )
        raise FormatError(file, 4, "labels", expected, found)
