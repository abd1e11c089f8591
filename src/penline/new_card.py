"""Skeletons for one more data set: its card, and a test that makes a fake of its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from penline.catalogue import Card, ids
from penline.catalogue.htr_united import card_text, records
from penline.catalogue.model import ID_PATTERN
from penline.errors import UsageError
from penline.settings import plain_yaml

__all__ = [
    "QUESTIONS",
    "TODO",
    "Question",
    "from_htr_united",
    "left_to_do",
    "new_card",
    "new_places",
]

TODO: Final = "TODO"
"""What stands wherever a skeleton is to be filled in; a contract test looks for it."""


class Question(NamedTuple):
    """A question that a new card begins with.

    Attributes:
        key: its name.
        text: what is asked.
        line: the line of the skeleton that the answer takes the place of.
        form: what stands there then, with ``{}`` for the answer as a quoted text.
        choices: the only answers, or none: any text.
        pattern: what an answer looks like, where that is known.
        wanted: the same in words.
    """

    key: str
    text: str
    line: str
    form: str
    choices: tuple[str, ...] = ()
    pattern: str = ""
    wanted: str = ""

    def filled(self, answer: str) -> str:
        """What stands in the skeleton by an answer; its own line for an empty one.

        Raises:
            UsageError: the answer is none of the choices, or not what is wanted.
        """
        answer = answer.strip()
        if not answer:
            return self.line
        wanted = self.wanted or ", ".join(self.choices)
        if self.choices and answer not in self.choices:
            raise UsageError(f"{self.text}: {answer!r} is none of {wanted}")
        if self.pattern and not re.fullmatch(self.pattern, answer):
            raise UsageError(f"{self.text}: {answer!r} is not {wanted}")
        told = json.dumps(answer, ensure_ascii=False)
        try:
            same = plain_yaml(told) == answer
        except ValueError:
            same = False
        if not same:
            raise UsageError(
                f"{self.text}: {answer!r} has characters that no card can hold; leave out control "
                "characters, and bytes that are not UTF-8"
            )
        several = re.sub(r",\s*", '", "', told) if self.pattern == _CODES[0] else told
        return self.form.format(several)


_ADDRESS = (r"https?://\S+", "an address such as https://example.org/hands, without spaces")
_CODES = (r"[A-Z][a-z]{3}(,\s*[A-Z][a-z]{3})*", "codes of four letters, as in: Hans, Latn")
_KINDS: tuple[str, ...] = Card.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
_ANSWERS = ("yes", "no", "conditional", "unclear")

_CARD = """\
---
id: {id}
title: "TODO: the data set's name, as its publisher writes it"
# one of: offline characters, offline lines and pages, offline photographs,
# online characters, online text, online formulas
kind: offline characters
scripts: ["TODO: ISO 15924 codes, such as Hans, Latn"]
publisher: "TODO: who made it and gives it out"
homepages: []  # TODO: the publisher's pages
simulated: false
licence:
  name: "TODO: the licence's or the terms' own name"
  summary: "TODO: what they allow and forbid, in plain words"
  redistribution: unclear  # TODO: "yes", "no" (in quotes), conditional or unclear
  commercial: unclear  # TODO: "yes", "no" (in quotes), conditional or unclear
  url: null  # TODO: the page with the terms
  sources: [homepage]
citations:
  - key: {key}
    kind: inproceedings  # TODO: article, inproceedings, techreport or misc
    authors: ["TODO: as in the paper"]
    title: "TODO"
    venue: "TODO: the journal or the conference"
    year: null  # TODO
access: "TODO: how to get it: download, registration, request"
prefixes: []  # TODO: addresses below which the files lie, each ending in a slash
# TODO: the archives, as in: - {{name: a.zip, path: data/a.zip, part: train, bytes: null,
# sources: [homepage], confidence: official}}
files: []
counts:
  # value: null where no source says it, with the reason in the note; sources that disagree stand
  # as several counts of the same thing
  - {{what: samples, value: null, note: "TODO"}}
  - {{what: writers, value: null, note: "TODO"}}
scopes: {{}}  # TODO: what a figure's scope means: a regular expression for a folder or a file
alphabet: []  # TODO: its only characters, where known: digits, upper-case, lower-case and others
formats: ["TODO: kinds of file; one that penline reads is named as its reader, such as gnt"]
layout: null  # TODO: for files without a format of a reader: docs/own-characters.md
writers:  # TODO: or null, where no file says who wrote what
  family: {key}
  rule: "TODO: how a file's name or a field gives the writer's number"
  example: null
  numbers: "TODO: which numbers occur"
  expected: []  # TODO: numbers known to be there without a gap, for the census
overlaps: []  # TODO: other sets with the same writers or samples
advice:
  - "TODO: what to use it for, and what to watch"
sources:
  homepage:
    title: "TODO: the publisher's page"
    address: null  # TODO
    checked: null  # TODO: the day on which you read it, as in 2026-11-28
---

## What it is

TODO: two or three sentences in your own words. Name sources in brackets [homepage].

## Licence in plain words

TODO: may I use it, in a product too; may I pass it on?
"""

_TEST = '''\
"""A small file in the archive's true layout, made here, comes back equal. No real data."""

from __future__ import annotations

from pathlib import Path

from penline.catalogue import card
from penline.sources import identify
from penline.sources.collect import read
from penline.formats import READERS
from penline.records import GlyphRecord

CARD = "{id}"
MEMBER = "TODO: a member's name, as seen in an archive"
WRITER = "TODO: its writer, as in casia:001"
CHARACTERS = "TODO"


def fake() -> bytes:
    """A file in the true layout, one record for each of `CHARACTERS`, each field at its limits."""
    raise NotImplementedError("TODO: write the bytes; tests/fakes.py shows how")


def test_penline_reads_its_format() -> None:
    assert card(CARD).readable(READERS)


def test_the_name_tells_the_writer_and_the_card() -> None:
    source = identify(MEMBER)
    assert (source.card, source.writer) == (CARD, WRITER)


def test_a_fake_comes_back_equal(tmp_path: Path) -> None:
    place = tmp_path / MEMBER
    place.write_bytes(fake())
    records = [record for record in read(place) if isinstance(record, GlyphRecord)]
    assert "".join(record.character for record in records) == CHARACTERS
'''


QUESTIONS: Final = (
    Question(
        "title",
        "Name of the data set",
        'title: "TODO: the data set\'s name, as its publisher writes it"',
        "title: {}",
    ),
    Question("kind", "Kind", "kind: offline characters", "kind: {}", _KINDS),
    Question(
        "script",
        "Scripts, as ISO 15924 codes (Hans, Latn)",
        'scripts: ["TODO: ISO 15924 codes, such as Hans, Latn"]',
        "scripts: [{}]",
        (),
        *_CODES,
    ),
    Question(
        "publisher",
        "Who made it and gives it out",
        'publisher: "TODO: who made it and gives it out"',
        "publisher: {}",
    ),
    Question(
        "homepage",
        "Address of the publisher's page",
        "homepages: []  # TODO: the publisher's pages",
        "homepages: [{}]",
        (),
        *_ADDRESS,
    ),
    Question(
        "read",
        "Address that you read",
        "    address: null  # TODO",
        "    address: {}",
        (),
        *_ADDRESS,
    ),
    Question(
        "licence",
        "Name of the licence or the terms",
        "  name: \"TODO: the licence's or the terms' own name\"",
        "  name: {}",
    ),
    Question(
        "redistribution",
        "May it be passed on",
        '  redistribution: unclear  # TODO: "yes", "no" (in quotes), conditional or unclear',
        "  redistribution: {}",
        _ANSWERS,
    ),
    Question(
        "commercial",
        "May it be used commercially",
        '  commercial: unclear  # TODO: "yes", "no" (in quotes), conditional or unclear',
        "  commercial: {}",
        _ANSWERS,
    ),
    Question(
        "access",
        "How to get it",
        'access: "TODO: how to get it: download, registration, request"',
        "access: {}",
    ),
)
"""What `penline new-card` asks; a question without an answer leaves its line to be filled in."""


def new_card(id: str, folder: Path, answers: Mapping[str, str] | None = None) -> list[Path]:
    """Write the skeleton of a card and of its test.

    The card is sound YAML of the right shape and says ``TODO`` wherever something is to be filled
    in; the catalogue's contract test refuses it until nothing is left.

    Args:
        id: the new data set's id, as in ``hit-or3c``: lower-case letters and digits, in groups
            joined by single ``.`` or ``-``.
        folder: an existing folder for both files.
        answers: what is known already, by the `key` of a question of `QUESTIONS`; an empty one
            counts as none.

    Returns:
        ``<id>.md`` and ``test_<id>.py``, the latter with ``_`` for ``.`` and ``-``.

    Raises:
        UsageError: the id is not of that form or has a card, an answer is of no question or not
            as it wants it, the folder is not there, or one of the files is; then nothing was
            written.
    """
    card, test = new_places(id, folder)
    text = _CARD.format(id=id, key=re.sub("[.-]", "", id))
    by_key = {question.key: question for question in QUESTIONS}
    for key, answer in (answers or {}).items():
        if key not in by_key:
            raise UsageError(f"no question is called {key!r}; there are: {', '.join(by_key)}")
        question = by_key[key]
        text = text.replace(question.line + "\n", question.filled(answer) + "\n")
    return _write({card: text, test: _TEST.format(id=id)})


def new_places(id: str, folder: Path) -> list[Path]:
    """Where `new_card` writes; nothing is there yet.

    Raises:
        UsageError: the id is not of its form or has a card, the folder is not there, or one of
            the files is.
    """
    if re.fullmatch(ID_PATTERN, id) is None or id.endswith("\n"):
        raise UsageError(
            f"{id!r} cannot be an id: use lower-case letters and digits, in groups joined by "
            "single . or -, as in hit-or3c"
        )
    if id in ids():
        raise UsageError(f"{id!r} has a card already; see it with `penline card {id}`")
    module = re.sub("[.-]", "_", id)
    return _free(folder, [f"{id}.md", f"test_{module}.py"])


def from_htr_united(place: Path, folder: Path) -> list[Path]:
    """Write a card for each record of a file of HTR-United.

    Ids begin with ``htr-``, so that no card of penline's is replaced; ``PENLINE_CARDS`` names the
    folder to those who want the cards in the catalogue.

    Args:
        place: one record, or HTR-United's whole catalogue, as YAML.
        folder: an existing folder for the cards.

    Returns:
        The cards' files, in the order of the records.

    Raises:
        UsageError: the file cannot be read, the folder is not there, or one of the files is.
        CatalogueError: the file has no records, or one has no title or address; then nothing was
            written.
    """
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place}: cannot be read: {error}") from error
    texts: dict[str, str] = {}
    for record in records(text, place.name):
        id, card = card_text(record, taken=texts)
        texts[f"{id}.md"] = card
    return _write(dict(zip(_free(folder, texts), texts.values(), strict=True)))


def _free(folder: Path, names: Iterable[str]) -> list[Path]:
    """Places of new files in a folder, at which nothing is."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; make it first")
    places = [folder / name for name in names]
    for place in places:
        if place.exists() or place.is_symlink():
            raise UsageError(f"{place} is there already; move it away or choose another folder")
    return places


def _write(texts: Mapping[Path, str]) -> list[Path]:
    for place, text in texts.items():
        with place.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return list(texts)


def left_to_do(text: str) -> tuple[int, ...]:
    """Numbers of the lines, from 1, that still say ``TODO``.

    >>> left_to_do("id: a\\ntitle: TODO\\n")
    (2,)
    """
    return tuple(number for number, line in enumerate(text.splitlines(), 1) if TODO in line)
