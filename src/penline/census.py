"""Read every record, count, and hold the counts against what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from penline import catalogue
from penline.catalogue import Card
from penline.characters import is_han
from penline.datasets.sources import AnyPath, SourceFile, open_sources
from penline.records import Defect, LineRecord

__all__ = ["Census", "Figure", "census"]

Verdict = Literal["equal", "conflict", "differs", "not published"]

_MOST_DEFECTS = 1000
_EVERYTHING = ("everything", "chinese", "symbols")


@dataclass(frozen=True, slots=True)
class Figure:
    """One count beside what was published of it.

    Attributes:
        card: the card, or a family of cards: ``hwdb1.x``.
        what: the things counted.
        part: ``all``, ``train`` or ``test``.
        scope: ``everything``, ``chinese`` or ``symbols``.
        found: how many were read.
        published: value and source of each published figure, the most trusted first.
        verdict: ``equal`` to all of them, ``conflict`` where sources disagree and one is equal,
            ``differs`` from all, or ``not published``.
    """

    card: str
    what: str
    part: str
    scope: str
    found: int
    published: tuple[tuple[int, str], ...]
    verdict: Verdict


@dataclass(slots=True)
class Census:
    """What a census found.

    Attributes:
        files: files read.
        records: sound records read.
        figures: counts beside published ones, card by card.
        defects: what is wrong, the first thousand.
        defect_count: all that is wrong.
        without_card: files that belong to no data set of the catalogue, and their records.
        whole: whether every card's figures are met and nothing is wrong.
    """

    files: int = 0
    records: int = 0
    figures: list[Figure] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    defect_count: int = 0
    without_card: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """No defect, nothing without a card, no figure that differs from all published ones."""
        differing = any(figure.verdict == "differs" for figure in self.figures)
        return not (differing or self.defect_count or self.without_card or not self.figures)


@dataclass(slots=True)
class _Tally:
    """Counts of one card and one part."""

    writers: set[str] = field(default_factory=set)
    samples: dict[str, int] = field(default_factory=dict)
    files: int = 0
    lines: int = 0
    units: int = 0

    def add(self, character: str) -> None:
        self.samples[character] = self.samples.get(character, 0) + 1

    def join(self, other: _Tally) -> None:
        self.writers |= other.writers
        self.files += other.files
        self.lines += other.lines
        self.units += other.units
        for character, count in other.samples.items():
            self.samples[character] = self.samples.get(character, 0) + count

    def figure(self, what: str, scope: str) -> int | None:
        kinds = {
            "everything": self.samples,
            "chinese": [c for c in self.samples if is_han(c)],
            "symbols": [c for c in self.samples if not is_han(c)],
        }[scope]
        if what == "samples":
            return None if self.lines else sum(self.samples[character] for character in kinds)
        if what == "classes":
            return len(kinds)
        if scope != "everything":
            return None
        if what == "writers":
            return len(self.writers)
        # of text, a file is a page, and every unit of a label a character
        text = {"pages": self.files, "lines": self.lines, "characters": self.units}
        return text.get(what) if self.lines else None


def census(
    paths: AnyPath | Iterable[AnyPath],
    *,
    part: str | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> Census:
    """Read every record of files, folders and zip archives, and compare with the cards.

    A figure of a family of data sets (``hwdb1.x``) is compared where all its sets are there.

    Args:
        paths: what to read; nothing is unpacked.
        part: ``"train"`` or ``"test"``, instead of what the names say.
        progress: called with each file's name and the records so far.

    Raises:
        UsageError: a path that does not exist.
        FormatError: an archive that cannot be opened at all.
    """
    found = Census()
    tallies: dict[tuple[str, str], _Tally] = {}
    for file in open_sources(paths, part=part):
        found.files += 1
        before = found.records
        _count(file, found, tallies)
        if not file.source.card:
            found.without_card[file.source.file] = found.records - before
        if progress:
            progress(file.source.file, found.records)
    cards = sorted({card for card, _ in tallies if card})
    for identity in cards:
        found.figures += _compare(catalogue.card(identity), _parts(tallies, [identity]))
    found.figures += _families(cards, tallies)
    return found


def _count(file: SourceFile, found: Census, tallies: dict[tuple[str, str], _Tally]) -> None:
    source = file.source
    tally = tallies.setdefault((source.card, source.part), _Tally())
    # a writer whose file holds nothing sound is a writer who is missing
    sound = 0
    for record in file.salvage():
        if isinstance(record, Defect):
            found.defect_count += 1
            if len(found.defects) < _MOST_DEFECTS:
                found.defects.append(record)
            continue
        sound += 1
        for character in record.labels:
            tally.add(character)
        if isinstance(record, LineRecord):
            tally.lines += 1
            tally.units += len(record.codes)
    found.records += sound
    if sound:
        tally.writers.add(source.writer)
        tally.files += 1


def _parts(tallies: dict[tuple[str, str], _Tally], cards: list[str]) -> dict[str, _Tally]:
    parts = {"all": _Tally()}
    for (card, part), tally in tallies.items():
        if card not in cards:
            continue
        parts["all"].join(tally)
        if part:
            parts.setdefault(part, _Tally()).join(tally)
    found = {part for card, part in tallies if card in cards}
    if len(found) == 1 and "" not in found:
        del parts["all"]  # one part alone is held against that part's figures
    return parts


def _compare(card: Card, parts: dict[str, _Tally]) -> Iterator[Figure]:
    for part, tally in parts.items():
        for what in ("writers", "samples", "classes", "pages", "lines", "characters"):
            for scope in _EVERYTHING:
                value = tally.figure(what, scope)
                if value is not None:
                    yield _figure(card, card.id, what, part, scope, scope, value)


def _families(cards: list[str], tallies: dict[tuple[str, str], _Tally]) -> Iterator[Figure]:
    """Figures of families whose sets are all there, once each."""
    all_ids = catalogue.ids()
    seen = set()
    for identity in cards:
        card = catalogue.card(identity)
        for count in card.counts:
            family, _, kind = count.scope.partition(" ")
            stem = f"{identity.partition('-')[0]}-{family.removesuffix('x')}"
            sisters = [other for other in all_ids if other.startswith(stem)]
            scope = kind or "everything"
            key = (family, count.what, count.part, scope)
            if not family.endswith(".x") or key in seen or not set(sisters) <= set(cards):
                continue
            seen.add(key)
            tally = _parts(tallies, sisters).get(count.part, _Tally())
            value = tally.figure(count.what, scope) if scope in _EVERYTHING else None
            if value is not None:
                yield _figure(card, family, count.what, count.part, scope, count.scope, value)


def _figure(
    card: Card, name: str, what: str, part: str, scope: str, published_as: str, found: int
) -> Figure:
    published = tuple(
        (count.value, count.source or "")
        for count in card.published(what, part, published_as)
        if count.value is not None
    )
    values = {value for value, _ in published}
    verdict: Verdict = "not published"
    if values == {found}:
        verdict = "equal"
    elif found in values:
        verdict = "conflict"
    elif values:
        verdict = "differs"
    return Figure(name, what, part, scope, found, published, verdict)
