"""The verb: read everything, count, compare."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from penline import catalogue
from penline.acquire.named import named
from penline.catalogue import Card, Erratum
from penline.catalogue import errata as known_errata
from penline.census.checks import (
    LabelCheck,
    RepeatCheck,
    missing_files,
    missing_labels,
    missing_writers,
)
from penline.census.figures import compare, families, parts
from penline.census.report import Census, Finding, Note
from penline.census.tally import EVERYTHING, RecordCounts, Scopes
from penline.errors import FormatError, UsageError
from penline.formats.defects import defect_of
from penline.records import Defect, LeftOut, Source
from penline.sources.collect import AnyPath, open_sources
from penline.sources.containers import NOT_READ
from penline.sources.layouts import card_reading
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import Unit
from penline.words import counted

__all__ = ["census"]


def census(
    paths: AnyPath | Iterable[AnyPath],
    *,
    part: str | None = None,
    root: AnyPath | None = None,
    errata: bool = True,
    reading: Reading = NOTHING_SAID,
    progress: Callable[[str, int], None] | None = None,
) -> Census:
    """Read every record of archives, and hold the counts against the figures of the cards.

    A figure of a family of data sets (``hwdb1.x``) is compared where all its sets are there. What
    cannot be opened is a finding, and the others are read.

    Args:
        paths: ids of cards, whose archives lie on the shelf, and files, folders and archives,
            mixed; nothing is unpacked.
        part: ``"train"`` or ``"test"``, instead of what the names say; of an id, only its files.
        root: the folder of all archives; None for ``$PENLINE_ROOT``, or the user's cache.
        errata: apply what is known to be wrong with the archives as published.
        reading: what pictures are, where their names do not tell it.
        progress: called with each file's name and the records so far.

    Raises:
        UsageError: a name that is neither a path there nor an id.
        CatalogueError: a card, or errata, that are not sound.
    """
    given = named(paths, part=part, root=root)
    reading = card_reading(reading, given.ids, mixed=given.mixed)
    found = Census(shelves=given.shelves)
    count = _CensusRun(found, errata)
    for shelf in given.shelves:
        found.add(missing_files(shelf, alone=not given.paths))
    for unit in open_sources(given.paths, part=part, reading=reading, on_fault=count.unreadable):
        if unit.fault is not None and unit.kind in NOT_READ:
            count.unreadable(unit.fault)
            continue
        count.unit(unit)
        if progress:
            progress(unit.source.file, found.records)
    count.close()
    return found


class _CensusRun:
    """A census at work."""

    def __init__(self, found: Census, errata: bool) -> None:
        self.found = found
        self.errata = errata
        self.tallies: dict[tuple[str, str], dict[str, RecordCounts]] = {}
        self.rules: dict[str, _CardRules] = {}
        self.repeats = RepeatCheck()
        self.applied: Counter[Erratum] = Counter()
        self.left_out: Counter[tuple[str, str]] = Counter()

    def unreadable(self, error: FormatError) -> None:
        """Take an archive that cannot be opened for a finding."""
        finding = Finding.of(defect_of(error), "")
        self.found.add([dataclasses.replace(finding, kind="unreadable", record=None)])

    def unit(self, file: Unit) -> None:
        """Count one unit's records."""
        found, before = self.found, self.found.records
        found.files += file.file_count
        if file.note:
            found.notes.append(Note(file.source.card, file.note))
        if file.understood is not None:
            found.notes += [Note("", said) for said in file.understood.lines()]
        fault = self.repeats.fault(file)
        if fault is not None:
            found.add([fault])
        fault = missing_labels(file, found.shelves)
        if fault is not None:
            found.add([fault])
        known = self._rules(file.source.card).errata
        source: Any = None
        left_out = ""
        odd: Counter[str] = Counter()
        tallies: list[RecordCounts] = []
        for record in known_errata.apply(_salvage(file), known, self.applied):
            if isinstance(record, Defect):
                found.add([Finding.of(record, file.source.card)])
                continue
            if isinstance(record, LeftOut):
                odd[record.reason] += 1
                continue
            if record.source is not source:
                source = record.source
                left_out = left_out or source.left_out
                tallies = self._tallies(source)
                for tally in tallies:
                    tally.places.add(file.container)
            for tally in tallies:
                tally.add(record)
            wrong = self._rules(source.card).labels.fault(record)
            if wrong is not None:
                found.add([wrong])
            found.records += 1
        card = file.source.card if source is None else source.card
        found.notes += [
            Note(card, f"left out: {reason}", times=times) for reason, times in odd.items()
        ]
        self.left_out[card, left_out] += bool(left_out)
        if not card:
            found.without_card[file.source.file] = found.records - before

    def close(self) -> None:
        """Compare, when all is counted."""
        cards = sorted({card for card, _ in self.tallies if card})
        for (identity, _), scopes in self.tallies.items():
            if identity and EVERYTHING in scopes:
                self.found.unlabelled += scopes[EVERYTHING].unlabelled
        for identity in cards:
            card = catalogue.card(identity)
            found = parts(self.tallies, [identity])
            self.found.figures += compare(card, found)
            self.found.add(missing_writers(card, found, self._rules(identity).errata))
            self.found.notes += self._notes(identity)
        self.found.figures += families(cards, self.tallies)
        for (identity, left_out), times in self.left_out.items():
            if times:
                says = f"{left_out} are left out in {counted(times, 'file')}"
                self.found.notes.append(Note(identity, says))

    def _notes(self, identity: str) -> Iterator[Note]:
        for erratum in self._rules(identity).errata:
            times = self.applied[erratum]
            if times or erratum.fix == "note":
                yield Note(identity, f"erratum: {erratum.defect}", erratum.evidence, times)

    def _tallies(self, source: Source) -> list[RecordCounts]:
        scopes = self.tallies.setdefault((source.card, source.part), {})
        return [
            scopes.setdefault(scope, RecordCounts())
            for scope in self._rules(source.card).scopes.of(source)
        ]

    def _rules(self, card: str) -> _CardRules:
        rules = self.rules.get(card)
        if rules is None:
            rules = self.rules[card] = _CardRules(card, self.errata)
        return rules


class _CardRules:
    """What a card asks of its records; of files without one, nothing."""

    def __init__(self, identity: str, errata: bool) -> None:
        card: Card | None = catalogue.card(identity) if identity in catalogue.ids() else None
        self.scopes = Scopes(card)
        self.labels = LabelCheck(card)
        self.errata = known_errata.errata(identity) if errata and card is not None else ()


def _salvage(file: Unit) -> Iterator[Any]:
    try:
        yield from file.salvage()
    except UsageError as error:
        yield Defect(file.source.file, 0, 0, "file", "a file that can be opened", str(error))
