"""What is read of SD19's pictures: a folder of them at a time, and what no folder can say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.ihead import BinaryImage, IHead
from penline.formats.png import read_png
from penline.records import Bytes2D, Defect, GlyphRecord, Source, glyph_record
from penline.sources.sd19.join import AMBIGUOUS, DIFFERENT, DUPLICATE, PAIRED, UNPAIRED
from penline.sources.sd19.names import CARD, writer_id
from penline.sources.sd19.tables import Contents, Folder, PictureTable, Rows
from penline.sources.unit import Unit

__all__ = ["Picture", "PictureUnit", "TreeDefects"]

Picture: TypeAlias = GlyphRecord | BinaryImage
"""A character, or a whole form."""

_PAPER = 255
_DENSITY_DPI = 300
_EXPECTED = {
    UNPAIRED: ("a picture of the same bytes in {}", "none"),
    DUPLICATE: ("as many copies here as in {}", "one more"),
    AMBIGUOUS: ("one partner in {}", "several of the same bytes, of different classes or writers"),
    DIFFERENT: ("the bytes of its partner in {}", "others"),
}


@dataclass(frozen=True, slots=True, eq=False)
class PictureUnit(Unit):
    """Gives pictures that belong together: one writer's form, or one folder.

    Attributes:
        source: the folder and, where it is one person's, the writer.
        kind: ``"png"``.
        size_bytes: of all pictures.
        folders: where they lie.
        rows: `tables.ROW`, one a picture; ``folder`` counts in `folders`.
        codes: ``uint8 (rows,)``, the character's ASCII code, 0 where it is not known.
        writers: ``int16 (rows,)``, the writer's number, -1 where it is not known.
        states: ``uint8 (rows,)``, see `join.PAIRED`.
        other: the tree that the partners were looked for in.
    """

    source: Source
    kind: str
    size_bytes: int
    folders: tuple[Folder, ...]
    rows: Rows
    codes: npt.NDArray[np.uint8]
    writers: npt.NDArray[np.int16]
    states: npt.NDArray[np.uint8]
    other: str

    def salvage(self) -> Iterator[Picture | Defect]:
        """Yield sound pictures, and defects in place of the others.

        The source of a character holds the folder of its picture and its writer, its number is
        the one in the picture's name; the source of a form holds the picture itself. Of merged
        classes, and where nothing tells the class, the character is ``""``.
        """
        contents = Contents()
        sources: dict[tuple[int, int], Source] = {}
        pages = bool(self.folders) and self.folders[0].place.tree == "hsf_page"
        facts = (self.codes.tolist(), self.writers.tolist(), self.states.tolist())
        for row, code, writer, state in zip(self.rows.tolist(), *facts, strict=True):
            index, number, entry, _ = row
            folder = self.folders[index]
            try:
                label = f"{folder.label}/{folder.file(number)}"
                pixels = read_png(contents.read(folder, number, entry), label)
            except FormatError as error:
                yield defect_of(error, number)
                continue
            if state != PAIRED:
                yield partner_defect(label, number, state, self.other)
                continue
            if pages:
                yield _page(pixels, Source(label, writer_id(writer), self.source.part, CARD))
                continue
            source = sources.get((index, writer))
            if source is None:
                source = sources[index, writer] = self._source(folder, writer)
            name = f"{code:02x}" if code else folder.place.hex
            character = chr(code) if code else ""
            yield glyph_record(character, name.encode(), pixels, _PAPER, source, number, 0)

    def _source(self, folder: Folder, writer: int) -> Source:
        who = writer_id(writer) if writer >= 0 else f"unknown:{folder.place.path}"
        return Source(folder.label, who, self.source.part, CARD)


@dataclass(frozen=True, slots=True, eq=False)
class TreeDefects(Unit):
    """Tells what is wrong with SD19's trees as a whole, and what was left out. Gives no records.

    Attributes:
        source: the archives that were looked at.
        kind: ``"png"``.
        size_bytes: 0.
        defects: what is wrong, the first ones.
        defect_count: all of those, besides `partners`.
        partners: pictures of the other tree that have no partner in the one that is read.
        states: ``uint8``, how each of them came out.
        other: the tree that is read.
        repeats: pictures that were left out because they repeat others.
    """

    source: Source
    kind: str
    size_bytes: int
    defects: tuple[Defect, ...]
    defect_count: int
    partners: PictureTable | None
    states: npt.NDArray[np.uint8]
    other: str
    repeats: int
    note: str = ""
    file_count: int = 0

    def salvage(self) -> Iterator[Picture | Defect]:
        """Yield what is wrong."""
        yield from self.defects
        more = self.defect_count - len(self.defects)
        if more:
            yield Defect(self.source.file, 0, 0, "names", "the publisher's", f"{more:,} more")
        if self.partners is None:
            return
        contents = Contents()
        for row, state in enumerate(self.states.tolist()):
            if state in (PAIRED, AMBIGUOUS):
                continue
            index, number, entry, _ = self.partners.rows[row].item()
            folder, label = self.partners.folders[index], self.partners.where(row)
            try:
                if folder.container is not None:
                    read_png(contents.read(folder, number, entry), label)
            except FormatError as error:
                yield defect_of(error, number)
                continue
            yield partner_defect(label, number, state, self.other)


def partner_defect(label: str, number: int, state: int, other: str) -> Defect:
    """Make the defect of a picture that did not find its partner in the tree `other`."""
    expected, found = _EXPECTED.get(state, _EXPECTED[UNPAIRED])
    return Defect(label, 0, number, "partner", expected.format(other), found)


def _page(pixels: Bytes2D, source: Source) -> BinaryImage:
    """A whole form, as a PCT file would give it."""
    height, width = pixels.shape
    packed: Bytes2D = np.packbits(pixels < _PAPER // 2, axis=1)
    head = IHead("", "", width, height, _DENSITY_DPI, 0, 0, False, 0, "", 0, 0)
    return BinaryImage(packed, 0, False, head, source, 0, 0)
