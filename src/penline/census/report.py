"""What a census answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from penline.acquire.named import OnShelf
from penline.records import Defect
from penline.words import at_byte

__all__ = ["Census", "Figure", "Finding", "Kind", "Note", "Published", "Verdict"]

Verdict: TypeAlias = Literal["equal", "conflict", "differs", "not published"]
Kind: TypeAlias = Literal[
    "damage", "wrong label", "unreadable", "missing file", "missing writers", "repeated", "unpaired"
]

_MOST_FINDINGS = 1000
_KINDS: dict[str, Kind] = {
    "tag code": "wrong label",
    "partner": "unpaired",
    "content": "unpaired",
}
"""What the field of a defect is a sign of; any other one of damage."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure.

    Attributes:
        value: how many.
        source: key of the card's source.
        confidence: how far it can be trusted.
        rounded: it is a round figure, met by what rounds to it.
    """

    value: int
    source: str
    confidence: str
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One count beside what was published of it.

    Attributes:
        card: the card, or a family of cards: ``hwdb1.x``.
        what: the things counted.
        part: ``all``, ``train`` or ``test``.
        scope: which of the things; ``everything``, or as on the card: ``chinese``, ``hsf_4``.
        found: how many were read.
        published: each published figure, the most trusted first.
        verdict: ``equal`` to all of them, ``conflict`` where sources disagree and one is equal,
            ``differs`` from all, or ``not published``.
    """

    card: str
    what: str
    part: str
    scope: str
    found: int
    published: tuple[Published, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and where.

    Attributes:
        kind: ``damage`` to a record; ``wrong label``: a code that is no character, or a character
            that the data set does not have; ``unreadable``: a file or an archive that cannot be
            opened; ``missing file``: an archive of the card that is not on the shelf; ``missing
            writers``; ``repeated``: a file or a picture that is there once more; ``unpaired``: a
            picture of SD19 that is not in the other tree as well.
        card: id of the data set, or "".
        file: the file, ``archive.zip::member``, or the archives where something is missing.
        offset: byte offset in the file, or None.
        record: number of the record in the file, from 0, or None.
        field: what was looked at.
        expected: what should be there.
        found: what is there.
    """

    kind: Kind
    card: str
    file: str
    offset: int | None
    record: int | None
    field: str
    expected: str
    found: str

    @classmethod
    def of(cls, defect: Defect, card: str) -> Finding:
        """Make a finding of a record's defect."""
        once_more = defect.field == "partner" and defect.found == "one more"
        kind: Kind = "repeated" if once_more else _KINDS.get(defect.field, "damage")
        return cls(
            *(kind, card, defect.file, defect.offset, defect.record),
            *(defect.field, defect.expected, defect.found),
        )

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        whole = self.offset is None or not at_byte(self.offset, self.field)
        place += [] if whole else [f"byte {self.offset:,}"]
        place += [f"record {self.record:,}"] if self.record is not None else []
        says = f"{self.field}: expected {self.expected}, found {self.found}"
        return ": ".join([*place, says])


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know that is no fault.

    Attributes:
        card: id of the data set.
        says: what there is to know.
        source: key of the card's source for it, or "".
        times: how often it was met; 0 where that cannot be counted.
    """

    card: str
    says: str
    source: str = ""
    times: int = 0


@dataclass(slots=True)
class Census:
    """What a census found.

    Attributes:
        files: files read; of SD19 each form, or folder of a class, counts as one.
        records: sound records read.
        unlabelled: isolated characters of known data sets that came without a label.
        figures: counts beside published ones, card by card.
        findings: what is wrong, the first thousand.
        finding_count: all that is wrong.
        notes: what to know: errata that were applied, repeats that were counted once.
        shelves: of each data set named by its id, the archives that are there and that are not.
        without_card: files that belong to no data set of the catalogue, and their records.
    """

    files: int = 0
    records: int = 0
    unlabelled: int = 0
    figures: list[Figure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    finding_count: int = 0
    notes: list[Note] = field(default_factory=list)
    shelves: tuple[OnShelf, ...] = ()
    without_card: dict[str, int] = field(default_factory=dict)

    def add(self, findings: Iterable[Finding]) -> None:
        """Count findings, and keep them while there are not too many."""
        for finding in findings:
            self.finding_count += 1
            if len(self.findings) < _MOST_FINDINGS:
                self.findings.append(finding)

    @property
    def whole(self) -> bool:
        """No finding, nothing without a card, no figure that differs from all published ones."""
        differing = any(figure.verdict == "differs" for figure in self.figures)
        return not (differing or self.finding_count or self.without_card or not self.figures)

    @property
    def verdict(self) -> str:
        """The answer in words."""
        if not self.whole:
            return "not as published"
        compared = any(figure.published for figure in self.figures)
        said = "as published" if compared else "sound, but no figure of it is published"
        if self.unlabelled:
            said += (
                f"; {self.unlabelled:,} characters came without a label, so classes are not proven"
            )
        return said

    def as_json(self) -> dict[str, Any]:
        """Return all as plain values: the attributes, `whole`, `verdict`, each shelf's advice."""
        found = asdict(self)
        for shelf, row in zip(self.shelves, found["shelves"], strict=True):
            row["folder"] = str(shelf.folder)
            row["here"] = [str(path) for path in shelf.here]
            del row["data"]
            row["advice"] = shelf.advice
        return {"whole": self.whole, "verdict": self.verdict, **found}
