"""IAM's lines and words: lists that name pictures by an id, which lie anywhere beside them.

    ascii/lines.txt     lines/a01/a01-000u/a01-000u-00.png
    ascii/words.txt     words/a01/a01-000u/a01-000u-00-00.png
    xml/a01-000u.xml    forms.txt         the writers

Where there is no list of lines, the forms' XML tells their texts. Writers are ``iam:000``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.iam import IamRow, iam_form, read_iam, read_iam_form, read_iam_writers
from penline.formats.table_row import TableRow
from penline.formats.tarred import is_packed
from penline.records import Defect, LeftOut, Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing
from penline.sources.pictures.ink import InkRule
from penline.sources.tables.beside import Beside, SiblingFiles, unpack_first
from penline.sources.tables.context import TableContext
from penline.sources.tables.page_pictures import pictures_by_name
from penline.sources.tables.unit import TableUnit, decided
from penline.sources.unit import Unit
from penline.words import printable

__all__ = ["IamCollector", "IamUnit"]

_HEAD = 1 << 14
_LOOKED_AT = 64
"""Files of text of a folder that may be lists."""
_FAMILY = "iam"
_WRONG = "word that IAM marks as cut out wrongly"


@dataclass(frozen=True, slots=True, eq=False)
class IamUnit(TableUnit):
    """Gives the lines or the words of one list, or the lines of forms.

    Attributes:
        root: where all of it lies.
        form: ``"lines"``, ``"words"`` or ``"form"``.
        lists: the list; or the XML files of all forms.
        writers: the files that tell the writers.
    """

    root: Beside = field(kw_only=True)
    form: str = field(kw_only=True)
    lists: tuple[str, ...] = field(kw_only=True)
    writers: tuple[str, ...] = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect | LeftOut]:
        """Yield the pictures of the list's rows; words that IAM marks as wrong are left out."""
        folder = self.root.open()
        names = pictures_by_name(self.root)
        writers = self._writers(folder)
        for record, row in enumerate(self._listed(folder)):
            if isinstance(row, Defect):
                yield row
                continue
            named = names.get(row.name)
            file = self.source.file
            if not named:
                found = FormatError(
                    file, row.offset, "picture", f"{row.name}.png beside it", "none"
                )
                yield defect_of(found, record)
                continue
            if not row.sound:
                yield LeftOut(_WRONG, f"{file}::{row.name}", self.source, record)
                continue
            try:
                content = folder.content(named[0], file, row.offset)
            except FormatError as error:
                yield defect_of(error, record)
                continue
            writer = writers.get(row.form, "")
            yield TableRow(content, row.text, record, row.offset, writer, name=named[0])

    def _listed(self, folder: SiblingFiles) -> Iterator[IamRow | Defect]:
        for name in self.lists:
            place = folder.find(name)
            label = printable(f"{self.root.path}/{name}")
            if place is None:
                yield defect_of(FormatError(label, 0, "file", "a list", "none any more"))
                continue
            with place.open() as stream:
                if self.form != "form":
                    yield from read_iam(stream, self.form)
                    continue
                try:
                    yield from read_iam_form(stream)[2]
                except FormatError as error:
                    yield defect_of(error)

    def _writers(self, folder: SiblingFiles) -> dict[str, str]:
        """The writers' numbers, by form; damaged files of forms tell none."""
        found: dict[str, str] = {}
        for name in self.writers:
            place = folder.find(name)
            if place is None:
                continue
            try:
                with place.open() as stream:
                    if name.lower().endswith(".txt"):
                        found |= read_iam_writers(stream)
                    else:
                        form, writer, _ = read_iam_form(stream)
                        found[form] = writer
            except FormatError:
                continue
        return found


class IamCollector(Collector):
    """Claims IAM's lists and XML where lines are wanted; the pictures lie anywhere beside them."""

    of_pictures = False

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._found: dict[tuple[Path, str], list[str]] = {}

    def claim(self, listing: Listing) -> Claims:
        """Take the lists; their units come last."""
        if self.reading.take == "characters":
            return Claims(listing.names, {})
        root, before = listing.root.path, listing.below
        taken = set()
        texts = [name for name in listing.names if name.lower().endswith(".txt")]
        names = [name for name in listing.names if name.lower().endswith(".xml")]
        names += [name for name in texts if not name.endswith(".gt.txt")][:_LOOKED_AT]
        for name in names:
            form = iam_form(name, listing.place(name).head(_HEAD))
            if form:
                self._found.setdefault((root, form), []).append(before + name)
                taken.add(name)
        return Claims([one for one in listing.names if one not in taken], {}, later=bool(taken))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield a unit for each list; forms are one where no list tells their lines."""
        for root in dict.fromkeys(root for root, _ in self._found):
            own = {form: names for (path, form), names in self._found.items() if path == root}
            beside = Beside(root, "", root.is_file())
            if beside.packed and is_packed(root.name):
                yield unpack_first(printable(str(root)))
                continue
            writers = (*own.get("forms", ()), *own.get("form", ()))
            lists: list[tuple[str, tuple[str, ...]]] = [
                (form, (name,)) for form in ("lines", "words") for name in own.get(form, ())
            ]
            if "lines" not in own and "form" in own:
                lists.append(("form", tuple(own["form"])))
            for form, names in lists:
                yield self._unit(beside, form, names, tuple(writers))

    def _unit(
        self, root: Beside, form: str, names: tuple[str, ...], writers: tuple[str, ...]
    ) -> Unit:
        between = "::" if root.packed else "/"
        label = printable(f"{root.path}{between}{names[0]}" if len(names) == 1 else str(root.path))
        unit = IamUnit(
            *(self.said(Source(label, f"unknown:{_FAMILY}")), "iam", 0, InkRule()),
            family=_FAMILY,
            numbers=False,
            lines=True,
            root=root,
            form=form,
            lists=names,
            writers=writers,
        )
        words = "words" if form == "words" else "lines"
        told = f"the {words} of {names[0]}" if form != "form" else "the lines of the forms' XML"
        said = TableContext(self.reading, self.part)
        return decided(unit, f"IAM's {words}", told, "the forms' writer" if writers else "", said)
