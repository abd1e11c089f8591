"""Rows of any table as labelled pictures, and how a table was understood."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from penline.entries import is_letter
from penline.errors import FormatError
from penline.formats.table_row import TableRow
from penline.formats.tarred import is_packed
from penline.records import Defect, LeftOut
from penline.sources.pictures.deciding import SAMPLES, decide_ink
from penline.sources.pictures.decode import PictureBytes
from penline.sources.pictures.forms import PARTS, is_text, named, plain
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.labelled import Labelled
from penline.sources.pictures.names import id_part
from penline.sources.pictures.planes import Picture
from penline.sources.pictures.unit import InkedUnit
from penline.sources.reading import NOTHING_SAID
from penline.sources.tables.classes import side_of_word
from penline.sources.tables.context import TableContext
from penline.sources.tables.written import BOXES, WritersBeside
from penline.sources.understood import PAGE, Example, Understood, lines_understood
from penline.words import counted, listed, printable

__all__ = ["TableUnit", "decided"]

_LOOKED_AT = 4096
"""So many rows of a table are looked at, at most, before it is read."""
_HALF = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"[\w.-]{1,40}:[^:\s][^:]{0,80}")
"""A writer's id as penline writes it."""
T = TypeVar("T", bound="TableUnit")


@dataclass(frozen=True, slots=True, eq=False)
class TableUnit(InkedUnit):
    """Gives the glyphs of one table; what derives from it has `rows`.

    Attributes:
        classes: what labels stand for; nothing where a label is its character.
        family: what stands before a writer's own name in its id, ``family:name``.
        transposed: the pictures lie on their side, columns before rows.
        part_said: the user said the part, whatever rows have.
        numbers: labels are class numbers, where they are digits; False of a table that has texts.
        named: labels are entries as they stand, of one character or several.
        said: what all pictures show, whatever their labels are; or "".
        sides: those that rows name, as they name them, until the unit is decided.
        written: who wrote its lines, where rows do not tell and a file beside does.
    """

    classes: Mapping[str, str] = field(default_factory=dict)
    family: str = ""
    transposed: bool = False
    numbers: bool = True
    named: bool = False
    said: str = ""
    part_said: bool = False
    written: WritersBeside | None = None

    def rows(self) -> Iterator[TableRow | Defect | LeftOut]:
        """Yield the rows of the table, and a defect in the place of each that is not sound."""
        raise NotImplementedError

    def labels(self) -> Iterable[str] | None:
        """Return all labels of the table, where they can be read without its pictures."""
        return None

    def looked_at(self) -> Iterator[TableRow | Defect | LeftOut]:
        """Yield the rows by which the ink is decided."""
        return islice(self.rows(), _LOOKED_AT)

    def labelled(self) -> Iterator[Labelled | LeftOut]:
        """Yield the pictures of the rows with their characters and writers.

        Words are left out, unless somebody said that they are entries.
        """
        written = self.written if self.lines else None
        for row in self.rows() if written is None else written.signed(self.rows()):
            if isinstance(row, LeftOut):
                yield row
                continue
            if isinstance(row, Defect):
                broken = FormatError(row.file, row.offset, row.field, row.expected, row.found)
                yield Labelled(broken, "", row.record, row.file)
                continue
            character = row.label if self.lines else self.character(row)
            if not row.label.isascii() and _HALF.search(row.label):
                expected, found = "text of Unicode characters", "a lone surrogate"
                character = FormatError(self.source.file, row.offset, "label", expected, found)
            fault = character if isinstance(character, FormatError) else None
            told = self.lines or self.named or bool(self.classes) or fault is not None
            if not told and len(str(character)) > 1 and not is_letter(str(character)):
                reason = f"a label of {len(str(character))} characters; a glyph is of one"
                yield LeftOut(reason, self.name(row), self.source, row.record)
                continue
            yield Labelled(
                fault or self.opened(row),
                "" if fault else str(character),
                row.record,
                self.name(row),
                row.label.encode("utf-8", "surrogatepass"),
                self.writer(row),
                "" if self.part_said else self.part(row),
                row.offset,
                row.picture if self.lines and isinstance(row.picture, bytes) else b"",
                row.boxes,
            )

    def part(self, row: TableRow) -> str:
        """Return the part that a row names, or ""; lines know a side for validation."""
        return side_of_word(row.part) if self.lines else PARTS.get(row.part.lower(), "")

    def name(self, row: TableRow) -> str:
        """Return what a row's picture is called in messages."""
        return printable(f"{self.source.file}::{row.name or f'row {row.record}'}")

    def character(self, row: TableRow) -> str | FormatError:
        """Return what a row's label stands for."""
        if self.said:
            return self.said
        label = row.label.strip() or row.label
        if self.named:
            return named(label) or label
        if not self.classes or not label:
            return plain(label) or label
        found = self.classes.get(_class_key(label))
        if found is None:
            known = f"one of {counted(len(self.classes), 'class')}: {listed(list(self.classes), 5)}"
            return FormatError(self.source.file, row.offset, "label", known, repr(row.label[:40]))
        return found

    def writer(self, row: TableRow) -> str:
        """Return the id of a row's writer; "" where nobody is told."""
        if self.lines and _ID.fullmatch(row.writer):
            return row.writer
        return f"{id_part(self.family)}:{id_part(row.writer)}" if row.writer else ""

    def opened(self, row: TableRow) -> PictureBytes | Callable[[], Picture | FormatError]:
        """Return what gives the pixels of a row when they are needed."""
        if isinstance(row.picture, bytes):
            return PictureBytes(row.picture, self.name(row))
        return functools.partial(self.picture, row)

    def picture(self, row: TableRow) -> Picture | FormatError:
        """Return the pixels of a row, decoded and upright."""
        pixels: Any = row.picture
        if not isinstance(pixels, bytes):
            valid = pixels.dtype.kind in "bu" or (np.isfinite(pixels) & (pixels >= 0)).all()
            if not valid:
                expected, found = "numbers from 0 up; scale them so", "others, or none at all"
                return FormatError(self.source.file, row.offset, "pixels", expected, found)
            upright: Picture = pixels.swapaxes(0, 1) if self.transposed else pixels
            return upright
        return PictureBytes(pixels, self.name(row))()


def decided(unit: T, form: str, label_rule: str, writer_rule: str, said: TableContext) -> T:
    """Return a unit with what is ink decided, and how it was understood.

    Args:
        unit: one of a table, whose first rows are looked at.
        form: what it is, ``"pixels in a CSV"``.
        label_rule: where the label comes from, ``"column 1"``.
        writer_rule: where the writer comes from, or "".
        said: what the user said, and what lies beside the table.
    """
    kept, seen, whole, sound_rows = _looked_at(unit)
    if unit.fault is None and _is_of_lines(unit, seen, said):
        return _of_lines(unit, form, label_rule, writer_rule, said)
    every = unit.labels() if unit.fault is None else None
    labels = [label for label in dict.fromkeys(seen if every is None else every) if label]
    unit = dataclasses.replace(unit, named=unit.named or said.entries, said=said.character)
    label_rule = f"{unit.said}, as said" if unit.said else label_rule
    known = None if unit.named or unit.said else said.classes_of(unit, labels)
    if known is not None:
        label_rule = f"{label_rule}, by {known.name}"
        unit = dataclasses.replace(unit, classes=known.characters)
    found = [(row, unit.picture(row)) for row in kept]
    sound = [(row, one) for row, one in found if not isinstance(one, FormatError)]
    told = [unit.said] if unit.said else labels
    characters = dict.fromkeys(str(unit.character(TableRow(b"", one, 0))) for one in told)
    rule = decide_ink([picture for _, picture in sound], characters)
    examples = [_example(unit, rule, *one) for one in sound[:: max(1, len(sound) // 5)][:5]]
    understood = Understood(
        form,
        label_rule,
        len(characters),
        writer_rule or "not told",
        rule.words(),
        rule.doubts,
        tuple(examples),
        said.command(unit.source.file),
        complete=every is not None or whole,
    )
    return dataclasses.replace(
        unit,
        rule=rule,
        understood=understood,
        fault=unit.fault or _unexplained(unit, labels, said, seen=bool(kept) and sound_rows),
        keep_odd=said.reading.keep_odd,
        part_said=said.part is not None,
        sides=_sides(unit, PARTS.get, said.part or unit.source.part, said),
    )


def _is_of_lines(unit: TableUnit, labels: Iterable[str], said: TableContext) -> bool:
    """Whether labels are texts, and no names or numbers of classes."""
    if said.texts:
        return True
    if said.reading.take == "characters" or said.reading.classes is not None or unit.classes:
        return False
    if said.character:
        return False
    if unit.lines or said.reading.of_lines:
        return True
    found = [label for label in labels if label]
    if all(label.isdigit() for label in found):
        sure = said.reading.take == "lines" and not unit.numbers
        return sure and any(len(label) > 1 for label in found)
    return any(is_text(label) for label in found)


def _of_lines(unit: T, form: str, label_rule: str, writer_rule: str, said: TableContext) -> T:
    """A unit that gives lines, its pictures as they are."""
    path = unit.source.file.partition("::")[0]
    form = form.replace("pictures of lines", "pictures").replace("pictures", "lines")
    understood = lines_understood(
        form,
        label_rule,
        writer_rule or (BOXES if unit.written else ""),
        path,
        NOTHING_SAID if said.reading.card else said.reading,
    )
    part = said.part or said.side
    written = unit.written
    return dataclasses.replace(
        unit,
        lines=True,
        written=written and dataclasses.replace(written, boxes=said.reading.boxes),
        source=dataclasses.replace(unit.source, part=part),
        understood=understood,
        part_said=said.part is not None,
        sides=_sides(unit, side_of_word, part, said),
    )


def _sides(
    unit: TableUnit, meant: Callable[[str], str | None], part: str, said: TableContext
) -> frozenset[str]:
    """The sides that a unit's rows are of; nothing where they do not tell."""
    if said.part is not None:
        return frozenset()
    return frozenset(meant(word.lower()) or part or "train" for word in unit.sides)


def _looked_at(unit: TableUnit) -> tuple[list[TableRow], dict[str, None], bool, bool]:
    """Some rows from all over those that are looked at, their labels, whether that is all, and
    whether all of it is sound."""
    kept: list[TableRow] = []
    labels: dict[str, None] = {}
    step, count, sound = 1, 0, True
    for count, row in enumerate(unit.looked_at() if unit.fault is None else (), 1):
        if not isinstance(row, TableRow):
            sound = sound and not isinstance(row, Defect)
            continue
        labels.setdefault(row.label)
        if count % step == 0:
            kept.append(row)
        if len(kept) == 2 * SAMPLES:
            kept, step = kept[1::2], 2 * step
    return kept, labels, count < _LOOKED_AT, sound


def _example(unit: TableUnit, rule: InkRule, row: TableRow, picture: Picture) -> Example:
    ink = rule.ink(picture)
    percent = 100 * float(np.count_nonzero(ink)) / max(1, picture.shape[0] * picture.shape[1])
    name = printable(row.name or f"row {row.record}")
    return Example(name, printable(str(unit.character(row))), unit.writer(row), round(percent, 1))


def _class_key(label: str) -> str:
    """A label as maps of classes have it: numbers without zeros before them."""
    return (label.lstrip("0") or "0") if label.isdigit() else label


def _unlabelled(unit: TableUnit) -> FormatError:
    """The error for pictures of which nothing says what they show."""
    packed = is_packed(unit.container)
    beside = (
        "labels in the same array file (unpack the archive)" if packed else "labels beside them"
    )
    expected = f"{beside}, or --character for what all pictures show, see {PAGE}"
    return FormatError(unit.source.file, 0, "labels", expected, "none")


def _unexplained(
    unit: TableUnit, labels: list[str], said: TableContext, *, seen: bool
) -> FormatError | None:
    """The error for labels that are no characters, and of which nobody said what they stand for."""
    numbers = [label for label in labels if label.isdigit()]
    if not labels and seen and not unit.said:
        return _unlabelled(unit)
    if unit.classes or unit.named or unit.said or not labels:
        return None
    if len(numbers) == len(labels) and (unit.numbers or max(map(len, numbers)) > 1):
        found = f"class numbers {listed(sorted(numbers, key=int), 5)}, and no list of them"
    elif not any(plain(label) for label in labels):
        found = f"names or words: {listed([printable(label[:20]) for label in labels], 5)}"
    else:
        return None
    lines = "lines of text are for penline convert"
    if said.reading.take != "characters":
        lines = "where they are texts of lines, --columns text=COLUMN"
    expected = (
        "labels of one character; say what they stand for with --classes FILE, or --columns "
        f"entry=COLUMN where they are entries as they are, see {PAGE}; {lines}"
    )
    return FormatError(unit.source.file, 0, "labels", expected, found)
