"""Pictures of lines, each with its text in a file of its own beside it: ``1.png``, ``1.gt.txt``.

So kraken, OCRopus, Calamari and Tesseract take their training lines; where lines are wanted, and
most pictures of a folder have a ``1.txt``, that will do. Between a picture's name and
its ending may stand another one (``1.bin.png``); of several pictures the shortest name counts.

Where the user or a card says that texts lie elsewhere (``words/*.txt``), a text's picture is the
one of its name in its own folder, or the only one of its name anywhere.

Where characters will do, too, and the texts hold one each, `sources.pictures` has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.table_row import TableRow
from penline.formats.tarred import is_packed
from penline.records import Defect, Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing, TarListing
from penline.sources.names import is_picture
from penline.sources.pictures.by_text import FITTING
from penline.sources.pictures.class_map import is_class_map
from penline.sources.pictures.forms import is_text
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.texts import (
    TEXT_LIMIT,
    TEXTS,
    are_boxes,
    stems,
    text_label,
    texts_beside,
)
from penline.sources.tables.beside import Beside, unpack_first
from penline.sources.tables.classes import side_of
from penline.sources.tables.context import TableContext
from penline.sources.tables.unit import TableUnit, decided
from penline.sources.tables.written import writers_beside
from penline.sources.unit import Unit
from penline.words import counted, printable

__all__ = ["PairsCollector", "PairsUnit"]

_TEXT = TEXTS[0]
_LONGEST = 1 << 16
_LOOKED_AT = 64


@dataclass(frozen=True, slots=True, eq=False)
class PairsUnit(TableUnit):
    """Gives the lines of one folder.

    Attributes:
        beside: the folder.
        texts: the names of the files of text, in order.
        pictures: the name of each one's picture; "" where there is none.
    """

    beside: Beside = field(kw_only=True)
    texts: tuple[str, ...] = field(kw_only=True)
    pictures: tuple[str, ...] = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the pictures with their texts."""
        folder = self.beside.open()
        for record, (text, picture) in enumerate(zip(self.texts, self.pictures, strict=True)):
            label = printable(f"{self.source.file}/{text}")
            if not picture:
                expected = f"a picture beside it, as {printable(_stem(text))}.png"
                yield defect_of(FormatError(label, 0, "picture", expected, "none"), record)
                continue
            try:
                raw, content = (folder.content(name, label, 0) for name in (text, picture))
                if len(raw) > _LONGEST:
                    expected = f"at most {_LONGEST:,} bytes of text"
                    raise FormatError(label, 0, "size", expected, "more")
                line = raw.decode("utf-8-sig").rstrip("\r\n")
            except FormatError as error:
                yield defect_of(error, record)
            except UnicodeDecodeError as error:
                wrong = FormatError(label, error.start, "text", "UTF-8; save it so", "other bytes")
                yield defect_of(wrong, record)
            else:
                yield TableRow(content, line, record, 0, name=picture)


class PairsCollector(Collector):
    """Claims pictures that have their text beside them, one unit a folder."""

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._refused: list[FormatError] = []
        self._texts: dict[tuple[Path, str], list[str]] = {}
        self._pictures: dict[Path, list[str]] = {}
        self._characters: dict[Path, bool] = {}

    def claim(self, listing: Listing) -> Claims:
        """Take the pairs of a listing; pictures without a text are told in the unit's note."""
        take = self.reading.take
        if take == "characters" or (take == "either" and self.reading.says_label):
            return Claims(listing.names, {})
        if self.reading.texts is not None:
            return self._anywhere(listing, self.reading.texts)
        texts = [name for name in listing.names if name.endswith(_TEXT)]
        if not texts and take == "lines":
            texts = _plain_texts(listing)
        if not texts:
            return Claims(listing.names, {})
        ending = _TEXT if texts[0].endswith(_TEXT) else TEXTS[1]
        if take == "either":  # one decision by the first of its folders
            root = listing.root.path
            if root not in self._characters:
                self._characters[root] = _are_characters(listing, texts)
            if self._characters[root]:
                return Claims(listing.names, {})
        label = listing.label("").rstrip("/") or listing.label(texts[0])
        pictures = list(filter(is_picture, listing.names))
        taken = {*texts, *pictures}
        left = [name for name in listing.names if name not in taken]
        if is_packed(listing.path.name):
            self._refused.append(unpack_first(label))
            return Claims(left, {}, later=True)
        by_stem: dict[str, str] = {}
        for name in sorted(pictures, key=lambda one: (len(one), one)):
            for stem in stems(name):
                by_stem.setdefault(stem, name)
        own = tuple(by_stem.get(_stem(text), "") for text in texts)
        spare = len(set(pictures) - set(own))
        folder = listing.prefix.rstrip("/") or listing.path.name
        unit = PairsUnit(
            *(self.said(Source(label, f"unknown:{folder}")), "pairs", 0, InkRule()),
            note=f"{counted(spare, 'picture')} without a {ending} left out" if spare else "",
            family=folder,
            numbers=False,
            lines=True,
            beside=Beside.of(listing),
            texts=tuple(texts),
            pictures=own,
            written=writers_beside(Beside.of(listing)),
        )
        said = TableContext(self.reading, self.part, side=side_of(listing, texts[0]))
        return Claims(left, {texts[0]: decided(unit, "pictures of lines", ending, "", said)})

    def _anywhere(self, listing: Listing, pattern: str) -> Claims:
        """Take texts whose paths end as the pattern says, and all pictures, to be paired later."""
        root, before = listing.root.path, listing.below
        taken = set()
        for name in listing.names:
            if PurePosixPath(f"{listing.inside}/{name}").match(pattern):
                key = root, side_of(listing, name)
                self._texts.setdefault(key, []).append(before + name)
                self.heeds = frozenset(("texts",))
                taken.add(name)
            elif is_picture(name):
                self._pictures.setdefault(root, []).append(before + name)
                taken.add(name)
        left = [name for name in listing.names if name not in taken]
        return Claims(left, {}, later=bool(taken))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield what cannot be read where it is, and the pairs of texts that lie elsewhere."""
        yield from self._refused
        spare = {root: set(names) for root, names in self._pictures.items()}
        for (root, _), texts in self._texts.items():
            own = tuple(_pictures_of(texts, self._pictures.get(root, [])))
            spare.get(root, set()).difference_update(own)
        for (root, side), texts in self._texts.items():
            beside = Beside(root, "", root.is_file())
            label = printable(str(root))
            if beside.packed and is_packed(root.name):
                yield unpack_first(label)
                continue
            rest = len(spare.pop(root, ()))
            stem = root.name.partition(".")[0] if beside.packed else root.name
            unit = PairsUnit(
                *(self.said(Source(label, f"unknown:{stem}")), "pairs", 0, InkRule()),
                note=f"{counted(rest, 'picture')} without a text left out" if rest else "",
                family=stem,
                numbers=False,
                lines=True,
                beside=beside,
                texts=tuple(texts),
                pictures=tuple(_pictures_of(texts, self._pictures.get(root, []))),
            )
            said = TableContext(self.reading, self.part, side=side)
            yield decided(unit, "pictures of lines", self.reading.texts or "", "", said)


def _plain_texts(listing: Listing) -> list[str]:
    """The ``.txt`` of most pictures of a folder, where they are texts; and no boxes, as YOLO's.

    In a tar they are a WebDataset's.
    """
    if isinstance(listing, TarListing):
        return []
    pictures = list(filter(is_picture, listing.names))
    texts = (name for name in listing.names if name.endswith(TEXTS[1]))
    found = sorted(texts_beside(pictures, texts).values())
    labels = _labels(listing, found) if 2 * len(found) > len(pictures) else []
    return found if labels and 2 * sum(map(are_boxes, labels)) < len(labels) else []


def _labels(listing: Listing, texts: list[str]) -> list[str]:
    """What some of the texts say."""
    labels = []
    for name in texts[:: max(len(texts) // _LOOKED_AT, 1)][:_LOOKED_AT]:
        try:
            labels.append(text_label(listing.place(name).head(TEXT_LIMIT), name))
        except FormatError:
            continue  # told when its turn comes
    return labels


def _are_characters(listing: Listing, texts: list[str]) -> bool:
    """Whether nearly all texts hold one character, or the number of a class that a list has."""
    labels = _labels(listing, texts)
    if labels and all(label.isdecimal() for label in labels):
        return max(map(len, labels)) == 1 or any(map(is_class_map, listing.names))
    return bool(labels) and sum(map(is_text, labels)) <= (1 - FITTING) * len(labels)


def _stem(text: str) -> str:
    return text.removesuffix(_TEXT) if text.endswith(_TEXT) else text.rpartition(".")[0]


def _pictures_of(texts: list[str], pictures: list[str]) -> Iterator[str]:
    """The picture of each text: its name's in its folder, or the only one of its name; or ""."""
    by_path = {picture.rpartition(".")[0]: picture for picture in pictures}
    by_name: dict[str, list[str]] = {}
    for picture in pictures:
        by_name.setdefault(PurePosixPath(picture).stem, []).append(picture)
    for text in texts:
        alike = by_name.get(PurePosixPath(text).stem, [])
        yield by_path.get(_stem(text)) or (alike[0] if len(alike) == 1 else "")
