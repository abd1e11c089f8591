"""What the proof on Latin is made of: UNIPEN's words, its isolated characters, and the split."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from penline.ablate.lines import RealLine, fitted
from penline.bank import Bank, BankWriter, open_bank
from penline.convert.penned import penned_lines
from penline.convert.policy import Policy
from penline.formats.ink import InkPage
from penline.pack import pack_records
from penline.records import StrokeRecord
from penline.render.hand import STROKE_HEIGHT_PX
from penline.sources.collect import open_sources

TEST = ("apc", "hpb", "par", "pcl", "lou", "dar", "cec")
TRAIN = ("apd", "ape", "sie", "imt", "rim", "imp", "ibm", "art", "lav")
CHARACTERS = (
    *("apa", "apb", "app", "ced", "aga", "art", "ibm", "val", "tos", "imp", "syn", "pri", "uqb"),
    *("gmd", "cea", "ceb"),
)
WORDS = {"6", "7"}
"""Categories of words."""
SPLIT = Path(__file__).with_name("proof_split.tsv")
HEIGHT_PX = 32


class Word(NamedTuple):
    """A real word.

    Attributes:
        style: printed, mixed, cursive, or "" where the file does not tell.
        line: its picture, tight, of the reader's height; its name is the contributor and the
            number of its file, and the number of the segment.
    """

    style: str
    line: RealLine

    @property
    def contributor(self) -> str:
        return self.line.name[:3]


def _units(archive: Path) -> list[Any]:
    return list(open_sources([archive]))


def people_of_both(units: Iterable[Any]) -> set[str]:
    """People of whom there are isolated characters in cea and ceb, and words in cec."""
    return {one.source.writer for one in units if one.contributor in ("cea", "ceb")}


def words_of(archive: Path, cache: Path) -> list[Word]:
    """All words of letters and digits of the contributors to judge on and to train on."""
    if cache.is_file():
        found: list[Word] = pickle.loads(cache.read_bytes())
        return found
    units = _units(archive)
    known, words = people_of_both(units), []
    for unit in units:
        of_both = unit.contributor == "cec" and unit.source.writer in known
        if unit.contributor in TEST + TRAIN and not of_both:
            words += _words(unit)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(words))
    return words


def _words(unit: Any) -> Iterator[Word]:
    policy = Policy("drop-line")
    for page in unit.sound(policy.drop, salvage=True):
        told = {one.split("/")[0] for one in page.source.filed}
        if not isinstance(page, InkPage) or not told & WORDS or len(page.lines) != 1:
            continue
        text = "".join(one.character or "" for one in page.lines[0].characters)
        if not (text.isascii() and text.isalnum()):
            continue
        for line in penned_lines(page, STROKE_HEIGHT_PX, policy, salvage=True):
            name = f"{page.source.file[-8:]}:{page.record}"
            image = fitted(255 - line.ink, HEIGHT_PX, trim=True)
            yield Word(page.source.style, RealLine(image, text, page.source.writer, name))


def split(words: Iterable[Word]) -> list[Word]:
    """The words to judge on, in the order in which `SPLIT` names them.

    They were drawn once: 1,000 of each style, of the contributors to judge on, then mixed.
    """
    by_name = {one.line.name: one for one in words}
    rows = (row.split("\t") for row in SPLIT.read_text("utf-8").splitlines())
    return [by_name[row[3]] for row in rows if row[0] == "judged"]


def bank_of(archive: Path, out: Path, *, one_each: bool = False) -> Bank:
    """The isolated characters; `one_each`: the first of each writer and character alone."""
    if not out.is_dir():
        with BankWriter(out, given={}) as bank:
            for unit in _units(archive):
                if unit.contributor in CHARACTERS:
                    records: Any = (
                        r
                        for r in unit.sound(bank.drop, salvage=True)
                        if isinstance(r, StrokeRecord)
                    )
                    if one_each:
                        records = _first(records)
                    for _ in pack_records(
                        records, unit.source.writer, bank, STROKE_HEIGHT_PX, True
                    ):
                        pass
    return open_bank(out)


def _first(records: Iterable[StrokeRecord]) -> Iterator[StrokeRecord]:
    seen = set()
    for record in records:
        if record.character not in seen:
            seen.add(record.character)
            yield record
