"""What a census looks for besides damage: characters, files and writers out of place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from penline.acquire.named import OnShelf
from penline.catalogue import Card, Erratum, alphabet
from penline.catalogue.numbers import expand, runs
from penline.census.report import Finding
from penline.census.tally import EVERYTHING, RecordCounts
from penline.records import GlyphRecord, StrokeRecord
from penline.sources.names import leaf
from penline.sources.unit import Unit

__all__ = ["LabelCheck", "RepeatCheck", "missing_files", "missing_labels", "missing_writers"]

_MOST_PLACES = 3


class LabelCheck:
    """Isolated characters against the only ones that the data set has."""

    def __init__(self, card: Card | None) -> None:
        self.known = alphabet(card.alphabet) if card is not None and card.alphabet else None
        self.what = " and ".join(card.alphabet) if card is not None else ""

    def fault(self, record: Any) -> Finding | None:
        """Tell what is wrong with a record's label."""
        if self.known is None or not isinstance(record, GlyphRecord | StrokeRecord):
            return None
        character = record.character
        if not character or character in self.known:
            return None
        source = record.source
        names = " ".join(f"U+{ord(one):04X}" for one in character)
        shown = f"{character} ({names})" if character.isprintable() else names
        return Finding(
            *("wrong label", source.card, source.file, record.offset, record.record),
            *("label", f"a character of {self.what}", shown),
        )


class RepeatCheck:
    """Files of one writer, one page or one set that come a second time."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}

    def fault(self, file: Unit) -> Finding | None:
        """Tell where the file was seen before."""
        source = file.source
        if not source.card or not file.unique:
            return None
        name = leaf(source.file)
        key = (source.card, name.lower())
        first = self._first.get(key)
        if first is None:
            self._first[key] = source.file
            return None
        return Finding(
            *("repeated", source.card, source.file, None, None),
            *("file name", "each file once", f"{name} also in {first}"),
        )


def missing_writers(
    card: Card, counted: dict[str, dict[str, RecordCounts]], known: tuple[Erratum, ...]
) -> Iterator[Finding]:
    """Yield writers whom the card expects in the parts that were read, and who are not there."""
    if card.writers is None:
        return
    for expected in card.writers.expected:
        tally = counted.get(expected.part, {}).get(EVERYTHING)
        if tally is None:
            continue
        absent = {
            number
            for erratum in known
            if erratum.absent and erratum.part in ("all", expected.part)
            for number in expand(erratum.absent)
        }
        here = {writer.rpartition(":")[2] for writer in tally.writers}
        lost = [number for number in expected.all if number not in here | absent]
        if lost:
            part = "" if expected.part == "all" else f" in the {expected.part} part"
            yield Finding(
                *("missing writers", card.id, _where(tally), None, None),
                *("writers", f"{expected.numbers}{part}", f"missing: {runs(lost)}"),
            )


def missing_labels(file: Unit, shelves: tuple[OnShelf, ...]) -> Finding | None:
    """Tell what is wrong with records whose labels have a file of their own, which is lost.

    Args:
        file: a file of records.
        shelves: what is missing there is told already.
    """
    source = file.source
    if not file.lacks or not source.card:
        return None
    if any(shelf.id == source.card and shelf.missing for shelf in shelves):
        return None
    return Finding(
        *("missing file", source.card, source.file, None, None),
        *("labels", f"{file.lacks} (or .gz) beside it", "nothing"),
    )


def missing_files(shelf: OnShelf, *, alone: bool) -> Iterator[Finding]:
    """Yield archives of a card that are not on the shelf.

    Args:
        shelf: of the card.
        alone: nothing but ids was named, so that of a card without files nothing is there.
    """
    for file in shelf.missing:
        yield Finding(
            *("missing file", shelf.id, str(shelf.folder / file.name), None, None),
            *("file", file.expected, "nothing"),
        )
    if alone and not shelf.missing and not shelf.data:
        yield Finding(
            *("missing file", shelf.id, str(shelf.folder), None, None),
            *("files", "files or folders instead of the id; the card names none", "the id alone"),
        )


def _where(tally: RecordCounts) -> str:
    places = sorted(tally.places)
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    return ", ".join(places[:_MOST_PLACES]) + more
