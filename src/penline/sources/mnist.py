"""MNIST, EMNIST, QMNIST and the Kuzushiji sets: IDX images with the labels that lie beside them.

    train-images-idx3-ubyte[.gz]           t10k-images.idx3-ubyte          MNIST, and KMNIST
    emnist-letters-test-images-idx3-ubyte.gz    six splits; images are stored transposed
    qmnist-train-images-idx3-ubyte.gz      labels in -labels-idx2-int, eight columns
    xnist-images-idx3-ubyte.xz             all digits of SD19, with QMNIST's columns

An images file holds no labels. They are looked for in the same folder, zip or tar, under the same
name with `labels-idx1-ubyte` or `labels-idx2-int`, plain or packed. Without them records come
with the character ``""``, and the file's note says so.

Labels to characters: digits are themselves. EMNIST's `emnist-<split>-mapping.txt` is read where it
lies beside the images, else the tables below are used, which are the published mapping files'.
Letters and the merged splits have one class for a capital and its small letter; its character is
the capital, whatever was written. KMNIST's ten and Kuzushiji-49's classes are those of the
publisher's kmnist_classmap.csv and k49_classmap.csv. KMNIST has MNIST's file names: it is told by
a folder or archive with "kmnist" or "kuzushiji" in its name, as Fashion-MNIST, which holds no
characters, by "fashion".

QMNIST's columns (its README): class, HSF series, writer, index for this writer, NIST class code,
index in SD19, duplicate, unused. The third gives the writer: ``sd19:0123``.
"""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.door import Door
from penline.formats.idx import read_images, read_labels, read_mapping, salvage_images, unpacked
from penline.records import Defect, GlyphRecord, Source
from penline.sources.names import leaf, places

__all__ = ["beside", "identify", "note", "read", "salvage"]

_NAME = re.compile(
    r"(?:(?P<family>emnist|qmnist|kmnist|k49|xnist|mnist)[-_.])?"
    r"(?:(?P<split>byclass|bymerge|balanced|letters|digits|mnist)[-_.])?"
    r"(?:(?P<part>train|test|t10k)[-_.])?images[-.]idx3-ubyte(?:\.gz|\.xz)?",
    re.ASCII | re.IGNORECASE,
)
_CARDS = {
    "mnist": "mnist",
    "emnist": "emnist",
    "qmnist": "qmnist",
    "xnist": "qmnist",
    "kmnist": "kmnist",
    "k49": "kuzushiji-49",
}
_PARTS = {"train": "train", "test": "test", "t10k": "test"}
_PACKED = ("", ".gz", ".xz")

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

Opener = Callable[[], Door]


def identify(file: str) -> Source | None:
    """The part and card of an images file; None for a name outside the patterns.

    >>> identify("emnist-letters-test-images-idx3-ubyte.gz").card
    'emnist'
    """
    found = _matched(file)
    if found is None:
        return None
    family, _, part = found
    stem = leaf(file).split(".", 1)[0]
    return Source(file, f"unknown:{stem}", part, _CARDS.get(family, ""))


def _matched(file: str) -> tuple[str, str, str] | None:
    """Family, split and part; the family is ``""`` where the pictures are no characters."""
    name = _NAME.fullmatch(leaf(file))
    if name is None:
        return None
    enclosing = " ".join(places(file)[:-1]).lower()
    family = (name["family"] or "").lower()
    if not family:
        family = "mnist"
        if "fashion" in enclosing:
            family = ""
        elif "kmnist" in enclosing or "kuzushiji" in enclosing:
            family = "kmnist"
    return family, (name["split"] or "").lower(), _PARTS.get((name["part"] or "").lower(), "")


def beside(name: str) -> tuple[list[str], list[str]]:
    """Names under which the labels and the mapping of an images file are looked for, in order.

    Args:
        name: the images file's own name.

    >>> labels, mapping = beside("emnist-mnist-test-images-idx3-ubyte.gz")
    >>> labels[:2], mapping
    (['emnist-mnist-test-labels-idx1-ubyte', 'emnist-mnist-test-labels-idx1-ubyte.gz'], \
['emnist-mnist-mapping.txt'])
    """
    stem, mark, _ = re.split(r"(images[-.]idx3-ubyte)", name, maxsplit=1, flags=re.IGNORECASE)[:3]
    between = mark[6]
    kinds = ["labels-idx1-ubyte", "labels.idx1-ubyte"][:: 1 if between == "-" else -1]
    if _matched(name) and name.lower().startswith(("qmnist", "xnist")):
        kinds = ["labels-idx2-int", *kinds]
    labels = [f"{stem}{kind}{packed}" for kind in kinds for packed in _PACKED]
    split = _matched(name)
    mapping = [f"emnist-{split[1]}-mapping.txt"] if split and split[0] == "emnist" else []
    return labels, mapping


def note(source: Source, labels: bool) -> str:
    """What a user should know of an images file, or ``""``.

    Args:
        source: the file's facts.
        labels: whether its labels file was found.
    """
    own = leaf(source.file)
    found = _matched(source.file)
    if found is None:
        return f"{own}: no set that penline knows; labels are left aside, and characters are empty"
    if not found[0]:
        return f"{own}: images whose labels are no characters; records come without a character"
    if not labels:
        wanted = beside(own)[0]
        return (
            f"{own}: no labels beside it, so records come without a character; "
            f"put {wanted[0]} (or .gz) into the same folder"
        )
    if found[0] == "emnist" and found[1] in ("letters", "bymerge", "balanced"):
        return f"{own}: a capital and its small letter share a class; the character is the capital"
    return ""


def read(
    door: Door, source: Source, labels: Opener | None, mapping: Opener | None
) -> Iterator[GlyphRecord]:
    """All images with their characters, strictly.

    Args:
        door: the images file, packed or plain.
        source: its facts.
        labels: opens the labels file; None where there is none.
        mapping: opens EMNIST's mapping file; None where there is none.

    Raises:
        FormatError: at the first thing that is not as it should be, in any of the files.
    """
    turned = _turned(source)
    images = read_images(unpacked(door, leaf(source.file)), source, transposed=turned)
    labelling = _Labels.of(source, labels, mapping)
    if labelling is None:
        yield from images
        return
    last = -1
    for record in images:
        labelled = labelling.label(record)
        if isinstance(labelled, FormatError):
            raise labelled
        yield labelled
        last = record.record
    if last + 1 != len(labelling.numbers):
        raise labelling.count(last + 1)


def salvage(
    door: Door, source: Source, labels: Opener | None, mapping: Opener | None
) -> Iterator[GlyphRecord | Defect]:
    """Sound images with their characters, and defects in place of the others; never raises.

    Without sound labels no image is given: the labels' defect stands alone.
    """
    turned = _turned(source)
    record = -1
    try:
        labelling = _Labels.of(source, labels, mapping)
    except FormatError as error:
        yield defect_of(error, 0)
        return
    whole = True
    images = salvage_images(unpacked(door, leaf(source.file)), source, transposed=turned)
    for found in images:
        record += 1
        if isinstance(found, Defect):
            whole = False
            yield found
        elif labelling is None:
            yield found
        else:
            labelled = labelling.label(found)
            yield defect_of(labelled, record) if isinstance(labelled, FormatError) else labelled
    if whole and labelling is not None and record + 1 < len(labelling.numbers):
        yield defect_of(labelling.count(record + 1), record + 1)


def _turned(source: Source) -> bool:
    found = _matched(source.file)
    return bool(found and found[0] == "emnist")


@dataclasses.dataclass(slots=True)
class _Labels:
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
    def of(cls, source: Source, labels: Opener | None, mapping: Opener | None) -> _Labels | None:
        """What labels a file's images; None where nothing does."""
        found = _matched(source.file)
        if labels is None or found is None or not found[0]:
            return None
        family, split, _ = found
        with labels() as raw:
            name = leaf(raw.file)
            with unpacked(raw, name) as door:
                file = door.file
                numbers = read_labels(door)
        wide = numbers.ndim == 2
        characters = _characters(family, split, mapping)
        classes = numbers[:, 0] if wide else numbers
        if family == "mnist" and not wide:
            _is_mnist(file, classes)
        size = 4 if wide else 1
        highest = max(characters, default=0)
        codes = [number.to_bytes(size, "big") for number in range(highest + 1)]
        row = numbers.shape[1] * size if wide else size
        begin = _FIRST_LABEL[numbers.ndim]
        return cls(file, numbers, codes, characters, source, row, begin, {})

    def label(self, record: GlyphRecord) -> GlyphRecord | FormatError:
        """The record with its character, and its writer where the labels tell it."""
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
        """Labels and images are not as many."""
        found = f"{len(self.numbers):,} labels"
        return FormatError(self.file, 4, "number of labels", f"{images:,}, one an image", found)


def _characters(family: str, split: str, mapping: Opener | None) -> dict[int, str]:
    if family == "emnist":
        if mapping is not None:
            with mapping() as door:
                return {label: found[0] for label, found in read_mapping(door).items()}
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
