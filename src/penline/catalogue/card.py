"""What a card says: the schema of its front matter."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

__all__ = [
    "ID_PATTERN",
    "Card",
    "Citation",
    "Count",
    "File",
    "Licence",
    "Source",
    "State",
    "Writers",
]

ID_PATTERN: Final = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
"""What an id of a data set, a source or a citation looks like."""

Id: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Whole: TypeAlias = Annotated[int, Field(strict=True, ge=0)]
Url: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Answer: TypeAlias = Literal["yes", "no", "conditional", "unclear"]
Part: TypeAlias = Literal["all", "train", "validation", "test"]
Confidence: TypeAlias = Literal["official", "community", "calculated", "memory"]
State: TypeAlias = Literal["readable", "card"]

_TRUST: tuple[Confidence, ...] = ("official", "community", "calculated", "memory")


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Facts):
    """Where a fact comes from.

    Attributes:
        title: what it is, in words.
        address: where it was read; None where the place is not known.
    """

    title: Text
    address: Url | None = None


class Licence(_Facts):
    """What a user may do with the data. A summary, not legal advice.

    Attributes:
        name: the terms' own name, or what they amount to.
        summary: the terms in plain words.
        redistribution: whether the data may be passed on.
        commercial: whether they may be used commercially.
        url: the publisher's page about the terms.
        sources: keys of the card's sources that tell of the terms.
    """

    name: Text
    summary: Text
    redistribution: Answer
    commercial: Answer
    url: Url | None = None
    sources: tuple[Id, ...] = Field(min_length=1)


class Citation(_Facts):
    """A work to cite when the data are used."""

    key: Id
    kind: Literal["article", "inproceedings", "techreport", "misc"]
    authors: tuple[Text, ...] = Field(min_length=1)
    title: Text
    venue: Text
    year: Whole | None = None
    pages: Text | None = None

    @property
    def text(self) -> str:
        """One line, as in a list of references."""
        parts = [", ".join(self.authors), f'"{self.title}"', self.venue]
        if self.year is not None:
            parts.append(str(self.year))
        if self.pages is not None:
            parts.append(f"pp. {self.pages}")
        return ", ".join(parts)

    @property
    def bibtex(self) -> str:
        """A BibTeX entry."""
        place = {
            "article": "journal",
            "inproceedings": "booktitle",
            "techreport": "institution",
            "misc": "howpublished",
        }[self.kind]
        fields = {"author": " and ".join(self.authors), "title": f"{{{self.title}}}"}
        fields[place] = self.venue
        if self.year is not None:
            fields["year"] = str(self.year)
        if self.pages is not None:
            fields["pages"] = self.pages.replace("-", "--")
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@{self.kind}{{{self.key},\n{body}}}"


class File(_Facts):
    """One file as its publisher ships it.

    Attributes:
        name: its name.
        path: its place below a mirror's prefix; None for what is not downloaded.
        part: the publisher's part.
        role: what it holds; only ``data`` holds handwriting.
        bytes: exact size, or None where only a rounded size is known.
        listed_size: size as the publisher or a program lists it.
        md5: hex digest of the file, or None.
        sha256: hex digest of the file, or None.
        members: number of files of handwriting in the archive, or None.
        sources: keys of the card's sources for the entry.
        confidence: how far the entry can be trusted.
        note: what to know about it.
    """

    name: Text
    path: Text | None
    part: Part
    role: Literal["data", "hashes", "guide"] = "data"
    bytes: Whole | None = None
    listed_size: Text | None = None
    md5: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")] | None = None
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    members: Whole | None = None
    sources: tuple[Id, ...] = Field(min_length=1)
    confidence: Confidence
    note: str = ""

    @model_validator(mode="after")
    def _path_is_sound(self) -> File:
        if self.path is None:
            return self
        steps = self.path.split("/")
        if steps[-1] != self.name or any(step in ("", ".", "..") for step in steps):
            raise ValueError(f"path {self.path!r} must be relative and end in {self.name!r}")
        return self


class Count(_Facts):
    """One published figure. Sources that disagree stand as several counts of the same thing.

    Attributes:
        what: the things counted.
        part: the publisher's part.
        scope: which of the things; ``everything`` is the whole of this data set, the name of a
            family (``hwdb1.x``) all its sets together.
        value: how many; None where no source found says it, which `note` then tells.
        source: key of the card's source; None where `value` is.
        confidence: how far the figure can be trusted; None where `value` is.
        note: what to know about it.
    """

    what: Literal[
        "writers",
        "samples",
        "classes",
        "pages",
        "paragraphs",
        "lines",
        "words",
        "characters",
        "formulas",
        "forms",
        "images",
    ]
    part: Part = "all"
    scope: Text = "everything"
    value: Whole | None
    source: Id | None = None
    confidence: Confidence | None = None
    note: str = ""

    @model_validator(mode="after")
    def _figures_have_sources(self) -> Count:
        known = self.value is not None
        if known != (self.source is not None) or known != (self.confidence is not None):
            raise ValueError("a figure needs a source and a confidence; no figure has neither")
        if not known and not self.note:
            raise ValueError("a missing figure needs a note that says why")
        return self


class Writers(_Facts):
    """How writer ids are formed.

    Attributes:
        family: the part of an id before the colon, as in ``casia:001``.
        rule: how the number is found in a file's name.
        example: a member's name as seen in an archive; None where none was seen.
        numbers: which numbers occur, as far as is known.
    """

    family: Id
    rule: Text
    example: Text | None
    numbers: Text


class Card(_Facts):
    """The facts of one data set. `prose` is the card's Markdown text below its front matter.

    `formats` are kinds of file as penline's readers are named (``gnt``), or words for a layout that
    has no reader. `writers` is None where no file says who wrote what.
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
    formats: tuple[Text, ...] = Field(min_length=1)
    writers: Writers | None
    advice: tuple[Text, ...] = Field(min_length=1)
    sources: dict[Id, Source] = Field(min_length=1)
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
        return self

    @property
    def cited(self) -> Iterator[str]:
        """Keys of sources that the licence, files and counts refer to."""
        yield from self.licence.sources
        for file in self.files:
            yield from file.sources
        yield from (count.source for count in self.counts if count.source is not None)

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
        """Whether one of the card's formats is among those that can be read.

        Args:
            known: kinds of file that have a reader, as the keys of `penline.formats.READERS`.
        """
        return any(kind in known for kind in self.formats)

    def state(self, known: Collection[str]) -> State:
        """How far penline goes: ``readable``, or only the facts of a ``card``."""
        return "readable" if self.readable(known) else "card"

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
