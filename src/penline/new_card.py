"""Skeletons for one more data set: its card, and a test that makes a fake of its files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from penline.catalogue import ids
from penline.catalogue.model import ID_PATTERN
from penline.errors import UsageError

__all__ = ["TODO", "left_to_do", "new_card"]

TODO: Final = "TODO"
"""What stands wherever a skeleton is to be filled in; a contract test looks for it."""

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
writers:  # TODO: or null, where no file says who wrote what
  family: {key}
  rule: "TODO: how a file's name or a field gives the writer's number"
  example: null
  numbers: "TODO: which numbers occur"
  expected: []  # TODO: numbers known to be there without a gap, for the census
advice:
  - "TODO: what to use it for, and what to watch"
sources:
  homepage:
    title: "TODO: the publisher's page"
    address: null  # TODO
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


def new_card(id: str, folder: Path) -> list[Path]:
    """Write the skeleton of a card and of its test.

    The card is sound YAML of the right shape and says ``TODO`` wherever something is to be filled
    in; the catalogue's contract test refuses it until nothing is left.

    Args:
        id: the new data set's id, as in ``hit-or3c``: lower-case letters and digits, in groups
            joined by single ``.`` or ``-``.
        folder: an existing folder for both files.

    Returns:
        ``<id>.md`` and ``test_<id>.py``, the latter with ``_`` for ``.`` and ``-``.

    Raises:
        UsageError: the id is not of that form or has a card, the folder is not there, or one of
            the files is; then nothing was written.
    """
    if re.fullmatch(ID_PATTERN, id) is None or id.endswith("\n"):
        raise UsageError(
            f"{id!r} cannot be an id: use lower-case letters and digits, in groups joined by "
            "single . or -, as in hit-or3c"
        )
    if id in ids():
        raise UsageError(f"{id!r} has a card already; see it with `penline card {id}`")
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; make it first")
    key = re.sub("[.-]", "", id)
    module = re.sub("[.-]", "_", id)
    texts = {
        folder / f"{id}.md": _CARD.format(id=id, key=key),
        folder / f"test_{module}.py": _TEST.format(id=id),
    }
    for place in texts:
        if place.exists() or place.is_symlink():
            raise UsageError(f"{place} is there already; move it away or choose another folder")
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
