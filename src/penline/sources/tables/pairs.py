"""Pictures of lines, each with its text in a file of its own beside it: ``1.png``, ``1.gt.txt``.

So kraken, OCRopus, Calamari and Tesseract take their training lines. Between a picture's name and
its ending may stand another one (``1.bin.png``); of several pictures the shortest name counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.table_row import TableRow
from penline.formats.tarred import is_packed
from penline.records import Defect, Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing
from penline.sources.pictures.decode import is_picture
from penline.sources.pictures.ink import InkRule
from penline.sources.tables.beside import Beside, unpack_first
from penline.sources.tables.classes import side_of
from penline.sources.tables.context import TableContext
from penline.sources.tables.unit import TableUnit, decided
from penline.sources.unit import Unit
from penline.words import counted, printable

__all__ = ["PairsCollector", "PairsUnit"]

_TEXT = ".gt.txt"
_LONGEST = 1 << 16


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
                expected = f"a picture beside it, as {printable(text.removesuffix(_TEXT))}.png"
                yield defect_of(FormatError(label, 0, "picture", expected, "none"), record)
                continue
            found = [folder.content(name, label, 0) for name in (text, picture)]
            fault = next((one for one in found if isinstance(one, FormatError)), None)
            if fault is None and len(found[0]) > _LONGEST:  # type: ignore[arg-type]
                fault = FormatError(label, 0, "size", f"at most {_LONGEST:,} bytes of text", "more")
            if fault is not None:
                yield defect_of(fault, record)
                continue
            raw, content = found
            try:
                line = bytes(raw).decode("utf-8-sig").rstrip("\r\n")  # type: ignore[arg-type]
            except UnicodeDecodeError as error:
                wrong = FormatError(label, error.start, "text", "UTF-8; save it so", "other bytes")
                yield defect_of(wrong, record)
                continue
            yield TableRow(bytes(content), line, record, 0, name=picture)  # type: ignore[arg-type]


class PairsCollector(Collector):
    """Claims pictures that have their text beside them, one unit a folder."""

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._refused: list[FormatError] = []

    def claim(self, listing: Listing) -> Claims:
        """Take the pairs of a listing; pictures without a text are told in the unit's note."""
        texts = [name for name in listing.names if name.endswith(_TEXT)]
        if not texts or self.reading.take == "characters":
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
            for stem in (name.rpartition(".")[0], name.partition(".")[0]):
                by_stem.setdefault(stem, name)
        own = tuple(by_stem.get(text.removesuffix(_TEXT), "") for text in texts)
        spare = len(set(pictures) - set(own))
        folder = listing.prefix.rstrip("/") or listing.path.name
        unit = PairsUnit(
            *(self.said(Source(label, f"unknown:{folder}")), "pairs", 0, InkRule()),
            note=f"{counted(spare, 'picture')} without a {_TEXT} left out" if spare else "",
            family=folder,
            numbers=False,
            lines=True,
            beside=Beside.of(listing),
            texts=tuple(texts),
            pictures=own,
        )
        said = TableContext(self.reading, self.part, side=side_of(listing, texts[0]))
        return Claims(left, {texts[0]: decided(unit, "pictures of lines", _TEXT, "", said)})

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield what cannot be read where it is."""
        yield from self._refused
