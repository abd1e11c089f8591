"""The parts of a card: sources, terms, works to cite, files, figures, writers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from penline.catalogue.numbers import NUMBERS_PATTERN, expand

__all__ = [
    "ID_PATTERN",
    "Answer",
    "CardModel",
    "Citation",
    "Confidence",
    "Count",
    "File",
    "Id",
    "Licence",
    "ListingLayout",
    "Overlap",
    "Part",
    "Reference",
    "Text",
    "Url",
    "Whole",
    "WriterNumbers",
    "Writers",
]

ID_PATTERN: Final = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
"""What an id of a data set, a source or a citation looks like."""

Id: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Whole: TypeAlias = Annotated[int, Field(strict=True, ge=0)]
Year: TypeAlias = Annotated[int, Field(strict=True, ge=1000, le=9999)]
Url: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Answer: TypeAlias = Literal["yes", "no", "conditional", "unclear"]
Part: TypeAlias = Literal["all", "train", "validation", "test"]
Confidence: TypeAlias = Literal["official", "community", "calculated", "memory"]


class CardModel(BaseModel):
    """Facts of a card, which cannot change and hold no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(CardModel):
    """Where a fact comes from.

    Attributes:
        title: what it is, in words.
        address: where it was read; None where the place is not known.
        checked: the day on which it was read; None where nobody wrote it down.
    """

    title: Text
    address: Url | None = None
    checked: date | None = None


class Licence(CardModel):
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


class Citation(CardModel):
    """A work to cite when the data are used."""

    key: Id
    kind: Literal["article", "inproceedings", "techreport", "misc"]
    authors: tuple[Text, ...] = Field(min_length=1)
    title: Text
    venue: Text
    year: Year | None = None
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


class File(CardModel):
    """One file as its publisher ships it.

    Attributes:
        name: its name.
        path: its place below a mirror's prefix; None for what is not downloaded.
        part: the publisher's part.
        role: what it holds; only ``data`` holds handwriting, and ``labels`` what it says, where
            that lies in a file of its own.
        bytes: exact size, or None where only a rounded size is known.
        listed_size: size as the publisher or a program lists it.
        md5: hex digest of the file, or None.
        sha256: hex digest of the file, or None.
        members: number of files of handwriting in the archive, or None.
        needed: whether the data set lacks something without it; false for what holds the same
            things in another arrangement.
        sources: keys of the card's sources for the entry.
        confidence: how far the entry can be trusted.
        note: what to know about it.
    """

    name: Text
    path: Text | None
    part: Part
    role: Literal["data", "labels", "hashes", "guide"] = "data"
    bytes: Whole | None = None
    listed_size: Text | None = None
    md5: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")] | None = None
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    members: Whole | None = None
    needed: StrictBool = True
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


class Count(CardModel):
    """One published figure. Sources that disagree stand as several counts of the same thing.

    Attributes:
        what: the things counted.
        part: the publisher's part.
        scope: which of the things; ``everything`` is the whole of this data set, the name of a
            family (``hwdb1.x``) all its sets together; others are told by the card's `scopes`, or
            by the records themselves (`penline.records.Source.filed`).
        value: how many; None where no source found says it, which `note` then tells.
        source: key of the card's source; None where `value` is.
        confidence: how far the figure can be trusted; None where `value` is.
        rounded: the source gives a round figure, which is met by what rounds to it.
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
        "segments",
        "files",
    ]
    part: Part = "all"
    scope: Text = "everything"
    value: Whole | None
    source: Id | None = None
    confidence: Confidence | None = None
    rounded: StrictBool = False
    note: str = ""

    @model_validator(mode="after")
    def _figures_have_sources(self) -> Count:
        known = self.value is not None
        if known != (self.source is not None) or known != (self.confidence is not None):
            raise ValueError("a figure needs a source and a confidence; no figure has neither")
        if not known and not self.note:
            raise ValueError("a missing figure needs a note that says why")
        return self

    def met_by(self, found: int) -> bool:
        """Whether `found` is the figure, or rounds to it where it is a round one."""
        if self.value is None or not self.rounded:
            return found == self.value
        zeros = len(str(self.value)) - len(str(self.value).rstrip("0"))
        unit: int = 10**zeros
        return 2 * abs(found - self.value) <= unit


class ListingLayout(CardModel):
    """How files are read that no publisher's format explains: what a user would say of them.

    Attributes:
        form: the general form, as `docs/own-characters.md` and `docs/own-lines.md` have them:
            ``lines`` are pictures of lines with their texts, ``pages`` PAGE XML and ALTO.
        known: how this is known: ``bytes`` (files were read), ``code`` (a program that reads them)
            or ``page`` (a description only, which does not make the set readable).
        labels: the pattern of names, as ``--labels``.
        columns: which column is what, as ``--columns``.
        classes: what class numbers stand for, from `first` on, each one character.
        first: the number of the first class.
        names: what classes stand for that have names in place of numbers.
        texts: where the text of each picture of a line lies: a pattern that the end of its path
            fits, ``words/*.txt``; its name is the picture's, but for the ending.
        omit: patterns of paths' ends; files that fit one are not read: what says the same twice.
        sources: keys of the card's sources that tell it.
    """

    form: Literal["folders", "list", "table", "arrays", "idx", "boxes", "lines", "pages"]
    known: Literal["bytes", "code", "page"]
    labels: Text | None = None
    columns: Text | None = None
    classes: tuple[Text, ...] = ()
    first: Whole = 0
    names: dict[Text, Text] = Field(default_factory=dict)
    texts: Text | None = None
    omit: tuple[Text, ...] = ()
    sources: tuple[Id, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> ListingLayout:
        if self.classes and self.names:
            raise ValueError("classes have numbers or names, not both")
        if self.texts is not None and self.form != "lines":
            raise ValueError("texts lie beside pictures of lines: form lines")
        return self

    @property
    def stands_for(self) -> tuple[tuple[str, str], ...]:
        """Each class's number or name, and what it stands for."""
        numbered = enumerate(self.classes, self.first)
        return (*self.names.items(), *((str(number), one) for number, one in numbered))


class Overlap(CardModel):
    """What a data set is known to share with another one.

    Attributes:
        of_set: id of the other one; ``with`` in a card.
        of: what both hold: the same ``writers``, or the same ``samples``, be they cut or scaled
            otherwise.
        source: key of the card's source.
        note: what to know about it.
    """

    of_set: Id = Field(alias="with")
    of: Literal["writers", "samples"]
    source: Id
    note: str = ""


class WriterNumbers(CardModel):
    """Numbers of writers that a part is known to have, all of them.

    Attributes:
        part: the publisher's part; ``all`` where the split by number is not known.
        numbers: numbers and ranges, both ends included: ``001-420``.
        source: key of the card's source.
        confidence: how far it can be trusted.
        note: what to know about it.
    """

    part: Part = "all"
    numbers: Annotated[str, StringConstraints(pattern=NUMBERS_PATTERN)]
    source: Id
    confidence: Confidence
    note: str = ""

    @model_validator(mode="after")
    def _can_be_told_one_by_one(self) -> WriterNumbers:
        if len(set(self.all)) != len(self.all):
            raise ValueError(f"{self.numbers!r} names a number twice")
        return self

    @property
    def all(self) -> tuple[str, ...]:
        """Each number, as it stands in a writer's id."""
        return expand(self.numbers)


class Writers(CardModel):
    """How writer ids are formed.

    Attributes:
        family: the part of an id before the colon, as in ``casia:001``.
        rule: how the number is found in a file's name.
        example: a member's name as seen in an archive; None where none was seen.
        numbers: which numbers occur, as far as is known.
        expected: numbers known to be there without a gap; a census names those that are missing.
            Nothing where a range may have gaps.
    """

    family: Id
    rule: Text
    example: Text | None
    numbers: Text
    expected: tuple[WriterNumbers, ...] = ()

    @model_validator(mode="after")
    def _parts_are_apart(self) -> Writers:
        parts = [numbers.part for numbers in self.expected]
        if len(parts) != len(set(parts)):
            raise ValueError("two lists of expected numbers for one part")
        return self
