"""What a card says: the schema of its front matter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from penline.catalogue.alphabets import AlphabetName
from penline.catalogue.facts import (
    ID_PATTERN,
    CardModel,
    Citation,
    Confidence,
    Count,
    File,
    Id,
    Licence,
    ListingLayout,
    Overlap,
    Reference,
    Text,
    Url,
    WriterNumbers,
    Writers,
)

__all__ = [
    "ID_PATTERN",
    "Card",
    "Citation",
    "Count",
    "File",
    "Licence",
    "ListingLayout",
    "Overlap",
    "Reference",
    "WriterNumbers",
    "Writers",
]

_TRUST: tuple[Confidence, ...] = ("official", "community", "calculated", "memory")


class Card(CardModel):
    """The facts of one data set. `prose` is the card's Markdown text below its front matter.

    `formats` are kinds of file as penline's readers are named (``gnt``), or words for a form that
    has no reader of its own; `layout` tells the general readers what they need to read it, or is
    None. `writers` is None where no file says who wrote what. `alphabet` names the only characters
    that the set has isolated glyphs of, where they are known one by one. `overlaps` are what other
    sets are known to hold, too. `scopes` tells
    what a figure's scope means: a regular expression that matches the whole of one name on the way
    to a file (a folder, an archive, a member), by the scope's name; with one for ``everything``,
    nothing else counts there.
    """

    id: Id
    title: Text
    kind: Literal[
        "offline characters",
        "offline lines and pages",
        "offline photographs",
        "online characters",
        "online text",
        "online formulas",
    ]
    scripts: tuple[Text, ...] = Field(min_length=1)
    publisher: Text
    homepages: tuple[Url, ...]
    simulated: StrictBool
    licence: Licence
    citations: tuple[Citation, ...] = Field(min_length=1)
    access: Text
    prefixes: tuple[Url, ...]
    files: tuple[File, ...]
    counts: tuple[Count, ...] = Field(min_length=1)
    scopes: dict[Text, Text] = Field(default_factory=dict)
    alphabet: tuple[AlphabetName, ...] = ()
    formats: tuple[Text, ...] = Field(min_length=1)
    layout: ListingLayout | None = None
    writers: Writers | None
    overlaps: tuple[Overlap, ...] = ()
    advice: tuple[Text, ...] = Field(min_length=1)
    sources: dict[Id, Reference] = Field(min_length=1)
    prose: Text

    @model_validator(mode="after")
    def _holds_together(self) -> Card:
        for key in self.cited:
            if key not in self.sources:
                raise ValueError(f"source {key!r} is not among the card's sources")
        for prefix in self.prefixes:
            if not prefix.endswith("/"):
                raise ValueError(f"prefix {prefix!r} must end in a slash")
        names = [file.name for file in self.files]
        if len(names) != len(set(names)):
            raise ValueError("two files bear the same name")
        if self.id in {overlap.of_set for overlap in self.overlaps}:
            raise ValueError("a set does not overlap with itself")
        said = {"everything", *(count.scope for count in self.counts)}
        for scope, pattern in self.scopes.items():
            if scope not in said:
                raise ValueError(f"no figure is of the scope {scope!r}")
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"scope {scope!r}: {pattern!r}: {error}") from error
        return self

    @property
    def cited(self) -> Iterator[str]:
        """Keys of sources that the licence, files, counts, writers and overlaps refer to."""
        yield from self.licence.sources
        for file in self.files:
            yield from file.sources
        yield from (count.source for count in self.counts if count.source is not None)
        if self.layout is not None:
            yield from self.layout.sources
        if self.writers is not None:
            yield from (numbers.source for numbers in self.writers.expected)
        yield from (overlap.source for overlap in self.overlaps)

    def unsourced(self, text: str) -> str:
        """A text of the card in one line, without the sources that it names in brackets."""
        keys = "|".join(map(re.escape, self.sources))
        return " ".join(re.sub(rf"\s*\[(?:{keys})(?:,\s+(?:{keys}))*\](?!\()", "", text).split())

    @property
    def description(self) -> str:
        """What its prose says the data set is; empty where it has no such heading."""
        return self.unsourced(self.prose.partition("## What it is")[2].partition("\n## ")[0])

    def published(
        self, what: str, part: str = "all", scope: str = "everything"
    ) -> tuple[Count, ...]:
        """The known figures of one thing, the most trusted first; empty where none is known."""
        found = [
            count
            for count in self.counts
            if (count.what, count.part, count.scope) == (what, part, scope)
            and count.value is not None
        ]
        found.sort(key=lambda count: _TRUST.index(count.confidence or "memory"))
        return tuple(found)

    def readable(self, known: Collection[str]) -> bool:
        """Whether one of its formats can be read, or its layout is known by bytes or code.

        Args:
            known: kinds of file that have a reader, as the keys of `penline.formats.READERS`.
        """
        laid_out = self.layout is not None and self.layout.known != "page"
        return any(kind in known for kind in self.formats) or (laid_out and bool(known))

    @property
    def gettable(self) -> bool:
        """Whether an address of some of its handwriting is known."""
        return any(self.urls(file) for file in self.files if file.role == "data")

    def state(self, known: Collection[str]) -> str:
        """How far penline goes: ``readable, gettable``, one of the two, or ``card only``.

        Args:
            known: kinds of file that have a reader.
        """
        facts = {"readable": self.readable(known), "gettable": self.gettable}
        return ", ".join(fact for fact, true in facts.items() if true) or "card only"

    def urls(self, file: File) -> tuple[str, ...]:
        """Addresses of `file`, in the order in which mirrors are to be tried."""
        return tuple(prefix + file.path for prefix in self.prefixes if file.path is not None)

    def summary(self) -> str:
        """One line: id, kind, the main figures, whether the data may be passed on."""
        figures = [
            f"{count.value:,} {what}"
            for what in ("writers", "samples", "pages", "lines", "formulas", "classes")
            for count in self.published(what)[:1]
        ]
        kind = f"{self.kind}, simulated" if self.simulated else self.kind
        size = ", ".join(figures) or "no figures yet"
        return f"{self.id}: {kind}; {size}; redistribution: {self.licence.redistribution}"
