"""Counts of the records of one data set, part and scope."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from penline.catalogue import Card, alphabet
from penline.characters import is_han
from penline.formats.ihead import BinaryImage
from penline.formats.ink import InkPage
from penline.formats.mpf import Features
from penline.records import GlyphRecord, LineRecord, OnlineLine, Source, StrokeRecord
from penline.sources.names import places

__all__ = ["EVERYTHING", "KINDS", "ON_REQUEST", "WHATS", "RecordCounts", "Scopes"]

EVERYTHING = "everything"
WHATS = (
    *("writers", "samples", "classes", "forms", "pages", "lines", "characters"),
    *("vectors", "dimensions", "segments", "files"),
)
"""Things that are counted, in the order in which they are shown."""
ON_REQUEST = ("segments", "files")
"""Of those, what is shown only where a figure of it was published."""

_LEVEL_1 = alphabet(("gb2312-level-1",))
_UNKNOWN = "unknown:"


def _is_level_1(character: str) -> bool:
    return character in _LEVEL_1


KINDS: dict[str, Callable[[str], bool]] = {
    EVERYTHING: lambda character: True,  # noqa: ARG005
    "chinese": is_han,
    "symbols": lambda character: not is_han(character),
    "level-1": _is_level_1,
    "level-1 and symbols": lambda character: _is_level_1(character) or not is_han(character),
}
"""Scopes that choose by the character."""


@dataclass(slots=True)
class RecordCounts:
    """Counts.

    Attributes:
        writers: ids of known writers.
        glyphs: isolated characters by label.
        unlabelled: isolated characters without a label.
        text: characters of lines by label.
        units: characters of lines, ink without a label too.
        lines: lines of text.
        pages: files with pages of text.
        forms: whole forms.
        vectors: vectors of features by label.
        dimensions: how long they are.
        places: archives and folders where the files lie.
        segments: records of any kind.
        files: files of records.
    """

    writers: set[str] = field(default_factory=set)
    glyphs: Counter[str] = field(default_factory=Counter)
    unlabelled: int = 0
    text: Counter[str] = field(default_factory=Counter)
    units: int = 0
    lines: int = 0
    pages: set[str] = field(default_factory=set)
    forms: int = 0
    vectors: Counter[str] = field(default_factory=Counter)
    dimensions: set[int] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    segments: int = 0
    files: set[str] = field(default_factory=set)

    def add(self, record: Any) -> None:
        """Count one sound record."""
        source = record.source
        self.segments += 1
        self.files.add(source.file)
        if source.writer and not source.writer.startswith(_UNKNOWN):
            self.writers.add(source.writer)
        if isinstance(record, GlyphRecord | StrokeRecord):
            if record.character:
                self.glyphs[record.character] += 1
            else:
                self.unlabelled += 1
        elif isinstance(record, LineRecord):
            self.pages.add(source.file)
            self.lines += 1
            self.units += len(record.codes)
            self.text.update(record.labels)
        elif isinstance(record, OnlineLine):
            self.lines += 1
            self.units += len(record.items)
            self.text.update(record.labels)
        elif isinstance(record, InkPage):
            self.pages.add(source.file)
            lines = record.lines
            self.lines += len(lines)
            self.units += sum(len(line.characters) for line in lines)
            self.text.update(c.character for line in lines for c in line.characters if c.character)
        elif isinstance(record, Features):
            self.vectors.update(record.labels)
            self.dimensions.add(record.vectors.shape[1])
        elif isinstance(record, BinaryImage) and source.file.lower().endswith(".mis"):
            self.unlabelled += 1
        else:
            self.forms += 1

    def join(self, other: RecordCounts) -> None:
        """Add what another one counted."""
        self.writers |= other.writers
        self.glyphs.update(other.glyphs)
        self.unlabelled += other.unlabelled
        self.text.update(other.text)
        self.units += other.units
        self.lines += other.lines
        self.pages |= other.pages
        self.forms += other.forms
        self.vectors.update(other.vectors)
        self.dimensions |= other.dimensions
        self.places |= other.places
        self.segments += other.segments
        self.files |= other.files

    def figure(self, what: str, kind: str = EVERYTHING) -> int | None:
        """Return how many; None where nothing such was read, or `kind` makes no sense of it."""
        chosen = KINDS[kind]
        if what == "samples":
            count = sum(n for character, n in self.glyphs.items() if chosen(character))
            count += self.unlabelled if kind == EVERYTHING else 0
            return count if self.glyphs or self.unlabelled else None
        if what == "classes":
            labels = self.glyphs or self.text or self.vectors
            return sum(1 for character in labels if chosen(character)) if labels else None
        if kind != EVERYTHING:
            return None
        counts = {
            "writers": len(self.writers),
            "forms": self.forms,
            "pages": len(self.pages),
            "lines": self.lines,
            "characters": self.units,
            "vectors": self.vectors.total(),
            "dimensions": max(self.dimensions, default=0),
            "segments": self.segments,
            "files": len(self.files),
        }
        return counts.get(what) or None


class Scopes:
    """Which scopes of a card a file's records count in."""

    def __init__(self, card: Card | None) -> None:
        patterns = card.scopes if card is not None else {}
        self._said = frozenset(count.scope for count in card.counts) if card is not None else ()
        self._patterns = {scope: re.compile(pattern) for scope, pattern in patterns.items()}
        self._source: Source | None = None
        self._found: tuple[str, ...] = ()

    def of(self, source: Source) -> tuple[str, ...]:
        """Return the scopes of a source: by its file's path, and where else it is filed."""
        if source != self._source:
            names = places(source.file)
            found = [
                scope
                for scope, pattern in self._patterns.items()
                if any(pattern.fullmatch(name) for name in names)
            ]
            if EVERYTHING not in self._patterns:
                found.insert(0, EVERYTHING)
            found += [scope for scope in source.filed if scope in self._said]
            self._source, self._found = source, tuple(found)
        return self._found
