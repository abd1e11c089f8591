"""Errata: what is known to be wrong with an archive as its publisher ships it.

They are data: ``errata/<id>.yaml`` beside the cards holds a list of entries (`Erratum`). Each names
its evidence by a key of the card's sources. `apply` corrects records as they are read.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from penline.catalogue.facts import CardModel, Confidence, Id, Part, Text, Whole
from penline.catalogue.loading import card, errata_files
from penline.catalogue.numbers import NUMBERS_PATTERN, expand
from penline.errors import CatalogueError
from penline.records import Defect
from penline.settings import plain_yaml

__all__ = ["Erratum", "Relabel", "apply", "errata", "parse_errata"]

_BETWEEN = re.compile(r"::|[\\/]+")

T = TypeVar("T")


class Relabel(CardModel):
    """The character that a record really shows.

    Attributes:
        relabel: one Unicode character.
    """

    relabel: Annotated[str, StringConstraints(min_length=1, max_length=1)]


class Erratum(CardModel):
    """One thing known to be wrong.

    Attributes:
        archive: name of the archive, or None for all, or where the files lie unpacked.
        member: name of the file in it, or None where it is not about one file.
        record: number of the record in the file, from 0, or None.
        offset: byte offset of the record in the file, or None.
        part: the publisher's part that it is about.
        defect: what is wrong.
        evidence: key of the card's source that says so.
        confidence: how far that can be trusted.
        fix: ``skip`` the record (a damaged one is then no fault of this copy), or the whole file
            where no record is named; relabel it; or only ``note`` it, to explain a figure.
        absent: numbers of writers whom the publisher's own archives lack.
    """

    archive: Text | None = None
    member: Text | None = None
    record: Whole | None = None
    offset: Whole | None = None
    part: Part = "all"
    defect: Text
    evidence: Id
    confidence: Confidence
    fix: Literal["skip", "note"] | Relabel
    absent: Annotated[str, StringConstraints(pattern=NUMBERS_PATTERN)] | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Erratum:
        placed = self.record is not None or self.offset is not None
        if self.member is None and (placed or self.fix != "note"):
            raise ValueError("a record that is corrected or skipped needs its file's name: member")
        if isinstance(self.fix, Relabel) and not placed:
            raise ValueError("to relabel, say which record, or at which offset")
        if self.absent is not None:
            if self.fix != "note":
                raise ValueError("writers who are absent can only be noted")
            expand(self.absent)
        return self

    def of_file(self, file: str) -> bool:
        """Whether it is about records of a file: ``archive.zip::member``, or a path."""
        *places, name = _BETWEEN.split(file)
        return name == self.member and (self.archive is None or self.archive in places)

    def of_record(self, record: int, offset: int) -> bool:
        """Whether it is about one record of its file."""
        return self.record in (None, record) and self.offset in (None, offset)


_LIST: TypeAdapter[tuple[Erratum, ...]] = TypeAdapter(
    Annotated[tuple[Erratum, ...], Field(min_length=1)]
)


def parse_errata(text: str, name: str) -> tuple[Erratum, ...]:
    """Errata from a file's text: a YAML list.

    Raises:
        CatalogueError: the text is not a list of errata; the message says where.
    """
    try:
        return _LIST.validate_python(plain_yaml(text))
    except ValueError as error:  # pydantic's, too
        raise CatalogueError(f"{name}: {error}") from error


def errata(id: str) -> tuple[Erratum, ...]:
    """The errata of one data set; none where none are known.

    >>> [erratum.absent for erratum in errata("casia-olhwdb2.2")]
    ['671']

    Raises:
        CatalogueError: no such data set, or errata that are not sound.
    """
    sources = card(id).sources
    found: list[Erratum] = []
    for file in errata_files(id):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"errata/{file.name}: cannot be read: {error}") from error
        found += parse_errata(text, f"errata/{file.name}")
    for erratum in found:
        if erratum.evidence not in sources:
            raise CatalogueError(
                f"errata/{id}.yaml: source {erratum.evidence!r} is not among the card's sources"
            )
    return tuple(found)


def apply(
    records: Iterable[T], known: Iterable[Erratum], applied: Counter[Erratum] | None = None
) -> Iterator[T]:
    """Records and defects with the errata of their files applied.

    Args:
        records: records (anything with a `source`, `record` and `offset`) and defects.
        known: errata of the records' data set.
        applied: counts how often each of them was.
    """
    counts: Counter[Erratum] = Counter() if applied is None else applied
    fixes = [erratum for erratum in known if erratum.fix != "note"]
    file: str | None = None
    here: list[Erratum] = []
    for one in records:
        if not fixes:
            yield one
            continue
        facts: Any = one
        name = facts.file if isinstance(one, Defect) else facts.source.file
        if name != file:
            file, here = name, [erratum for erratum in fixes if erratum.of_file(name)]
        kept: Any = one
        for erratum in here:
            if erratum.of_record(facts.record, facts.offset):
                kept = _fixed(kept, erratum, counts)
                if kept is None:
                    break
        if kept is not None:
            yield kept


def _fixed(one: Any, erratum: Erratum, counts: Counter[Erratum]) -> Any:
    if not isinstance(erratum.fix, Relabel):
        counts[erratum] += 1
        return None
    if isinstance(one, Defect) or not hasattr(one, "character"):
        return one
    counts[erratum] += 1
    return dataclasses.replace(one, character=erratum.fix.relabel)
