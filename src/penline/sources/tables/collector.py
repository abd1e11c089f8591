"""Finds tables of labelled pictures: CSV of pixels, arrays, MATLAB's, Parquet, Arrow, LMDB."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from penline.errors import FormatError
from penline.formats.compressed import compression_of
from penline.formats.idx import unpacked
from penline.formats.mat import read_mat
from penline.formats.pixel_csv import pixel_columns
from penline.records import Source
from penline.sources.collector import Claims, Collector, unknown
from penline.sources.listing import DiskListing, Listing, TarListing
from penline.sources.pictures.class_map import is_class_map
from penline.sources.pictures.ink import InkRule
from penline.sources.tables.arrays import array_sets
from penline.sources.tables.beside import Beside, is_made
from penline.sources.tables.classes import KnownSet, known_set, part_of_name, side_of, side_of_name
from penline.sources.tables.columns import columns_said
from penline.sources.tables.context import TableContext
from penline.sources.tables.leaf import LeafUnit, femnist_classes, is_leaf
from penline.sources.tables.pixels import ArrayUnit, MatUnit, PixelCsvUnit, image_sets, mapping_of
from penline.sources.tables.unit import TableUnit, decided
from penline.sources.tables.webdataset import TarUnit, is_of_sample, is_webdataset
from penline.sources.tables.written import writers_beside
from penline.sources.unit import Place, Unit
from penline.words import printable

__all__ = ["TablesCollector"]

_MAPS = 8
_ASKED = ("columns", "labels")
"""Fields of refusals that say what is not known, where nothing is damaged."""
_LMDB = "data.mdb"
_LMDB_LOCK = "lock.mdb"


class TablesCollector(Collector):
    """Claims tables of pixels and of encoded pictures, one unit a file."""

    of_pictures = False

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._tars: dict[Path, bool] = {}
        self._maps: tuple[Place, ...] = ()
        self._side = ""
        self._refused: list[FormatError] = []

    def claim(self, listing: Listing) -> Claims:
        """Take the tables of a listing; their beginnings are looked at."""
        if self.reading.take != "lines" and is_made(listing):
            return Claims(listing.names, {})
        if isinstance(listing, TarListing) and self._may_be(listing):
            first = listing.path not in self._tars
            if first:
                self._tars[listing.path] = is_webdataset(listing.path)
            if self._tars[listing.path]:
                self.heeds |= {"classes", "keep_odd", "character"}
                return Claims([], {listing.names[0]: self._tar(listing)} if first else {}, True)
        found: dict[str, TableUnit] = {}
        maps = [name for name in listing.names if is_class_map(name)]
        self._maps = tuple(map(listing.place, maps[:_MAPS]))
        for name in listing.names:
            kind = _kind(name)
            if not kind:
                continue
            self._side = side_of(listing, name)
            try:
                unit = getattr(self, f"_{kind}")(listing, name)
            except FormatError as error:
                unit = self._faulty(listing, name, kind, error)
            if unit is not None:
                found[name] = unit
        arrays, silent = self._arrays(listing)
        found |= arrays
        if _LMDB in found:
            silent.add(_LMDB_LOCK)
        if found:
            self.heeds |= {"classes", "keep_odd", "character"}
        if any(_kind(name) in ("csv", "table") for name in found):
            self.heeds |= {"columns"}
        units: dict[str, Unit] = {}
        for name in (name for name in listing.names if name in found):
            fault = found[name].fault
            if fault is not None and fault.field in _ASKED:
                self._refused.append(fault)
            else:
                units[name] = found[name]
        left = [name for name in listing.names if name not in found and name not in silent]
        return Claims(left, units, later=len(units) < len(found))

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield what the user has to say of tables that are sound."""
        yield from self._refused

    def _may_be(self, listing: Listing) -> bool:
        """Whether a tar may be a WebDataset, or was found to be: its first file is of a sample."""
        known = self._tars.get(listing.path)
        return is_of_sample(listing.names[0]) if known is None else known

    def _csv(self, listing: Listing, name: str) -> TableUnit | None:
        place = listing.place(name)
        try:
            with unpacked(place.open(), name) as stream:
                columns = pixel_columns(stream, columns_said(self.reading.columns))
        except FormatError as error:
            if error.field == "columns":
                raise
            return None  # no text: another's
        if columns is None:
            return None
        known, source = self._known(listing, name)
        unit = PixelCsvUnit(
            *(source, "csv", listing.size_bytes(name), InkRule()),
            classes=known.classes,
            transposed=known.family == "emnist",
            family=_family(source),
            place=place,
            columns=columns,
        )
        writer = f"column {columns.writer + 1}" if columns.writer >= 0 else ""
        label = f"column {columns.label + 1} of {columns.total}" if columns.label >= 0 else "none"
        return self._decided(unit, "pixels in a CSV", label + _stand_for(known), writer)

    def _mat(self, listing: Listing, name: str) -> TableUnit:
        place = listing.place(name)
        known, source = self._known(listing, name)
        with place.open() as stream:
            values = read_mat(stream)
        classes, sides = mapping_of(values), frozenset(part for part, _ in image_sets(values))
        unit = MatUnit(
            *(source, "mat", listing.size_bytes(name), InkRule()),
            classes=classes or known.classes,
            family=_family(source),
            place=place,
            sides=sides,
        )
        label_rule = "by the file's mapping" if classes else _stand_for(known)
        return self._decided(
            unit, "MATLAB's arrays", f"array labels {label_rule}".strip(), "array writers"
        )

    def _leaf(self, listing: Listing, name: str) -> TableUnit | None:
        place = listing.place(name)
        if not is_leaf(place):
            return None
        try:
            classes = femnist_classes(place)
        except FormatError as error:
            if error.field != "user_data":
                raise
            return None  # another's, that begins alike
        known, source = self._known(listing, name)
        unit = LeafUnit(
            *(source, "leaf", listing.size_bytes(name), InkRule()),
            classes=classes or known.classes,
            family=_family(source),
            place=place,
        )
        label_rule = "y" + (", class numbers of FEMNIST" if classes else _stand_for(known))
        return self._decided(unit, "LEAF's pictures by user (JSON)", label_rule, "user")

    def _table(self, listing: Listing, name: str) -> TableUnit:
        from penline.formats.arrow_table import arrow_columns
        from penline.sources.tables.encoded import ArrowUnit

        place = listing.place(name)
        with place.open() as stream:
            columns = arrow_columns(stream, columns_said(self.reading.columns))
        if not self.reading.boxes:
            columns = columns._replace(boxes=())
        known, source = self._known(listing, name)
        named = bool(columns.classes)
        unit = ArrowUnit(
            *(source, name.rpartition(".")[2].lower(), listing.size_bytes(name), InkRule()),
            classes={} if named else known.classes,
            family=_family(source),
            numbers=not columns.texts,
            lines=bool(columns.sides),
            written=writers_beside(Beside.of(listing), f"{PurePosixPath(name).name}/"),
            place=place,
            columns=columns,
            sides=columns.sides_in(place.open) if columns.sides else frozenset(),
        )
        label = f"column {printable(columns.label)!r}" if columns.label else "none"
        label = f"the text in column {columns.picture!r}" if columns.sides else label
        label += " by the names of its ClassLabel" if named else _stand_for(known)
        writer = f"column {printable(columns.writer)!r}" if columns.writer else ""
        return self._decided(unit, f"a table of pictures ({unit.kind})", label, writer)

    def _lmdb(self, listing: Listing, name: str) -> TableUnit | None:
        if not isinstance(listing, DiskListing):
            expected = "a file on disk; unpack the archive"
            raise FormatError(listing.label(name), 0, "file", expected, "an LMDB in an archive")
        from penline.sources.tables.encoded import LmdbUnit, is_lmdb

        path = listing.path / name
        if not is_lmdb(path):
            return None
        known, source = self._known(listing, name)
        unit = LmdbUnit(
            *(source, "lmdb", listing.size_bytes(name), InkRule()),
            classes=known.classes,
            family=_family(source),
            numbers=False,
            written=writers_beside(Beside.of(listing)),
            path=path,
        )
        return self._decided(unit, "an LMDB of pictures", "key label-000000001 and so on")

    def _tar(self, listing: Listing) -> TableUnit:
        known, source = self._known(listing, listing.path.name)
        self._side = side_of_name(listing.path.name)
        label = printable(str(listing.path))
        stem = listing.path.name.partition(".")[0]
        source = dataclasses.replace(source, file=label, writer=f"unknown:{stem}")
        unit = TarUnit(
            *(source, "webdataset", listing.path.stat().st_size, InkRule()),
            classes=known.classes,
            family=known.card or stem,
            numbers=False,
            path=listing.path,
        )
        label_rule = "the .txt, .cls or .json beside each picture"
        return self._decided(
            unit, "a WebDataset", label_rule + _stand_for(known), "the .json, where it tells"
        )

    def _arrays(self, listing: Listing) -> tuple[dict[str, TableUnit], set[str]]:
        """The units of a listing's arrays, and the names of what only labels them."""
        units: dict[str, TableUnit] = {}
        names = [name for name in listing.names if name.lower().endswith((".npy", ".npz"))]
        sets, beside, faults = array_sets(listing, names)
        for name, error in faults.items():
            units[name] = self._faulty(listing, name, name[-3:].lower(), error)
        for name, found in sets.items():
            known, source = self._known(listing, name)
            unit = ArrayUnit(
                *(source, name[-3:].lower(), listing.size_bytes(name), InkRule()),
                classes=known.classes,
                transposed=known.family == "emnist",
                sets=found,
                sides=frozenset(pictures.part for pictures, _ in found),
            )
            labels = next((one for _, one in found if one is not None), None)
            label_rule = f"array {labels.name}{_stand_for(known)}" if labels else "none"
            units[name] = self._decided(unit, "arrays of pixels", label_rule)
        return units, beside

    def _known(self, listing: Listing, name: str) -> tuple[KnownSet, Source]:
        """The well-known set that a file is of, and its source."""
        label = listing.label(name)
        known = known_set(f"{listing.inside}/{name}")
        stem = PurePosixPath(name).stem
        part = part_of_name(name)
        return known, self.said(Source(label, f"unknown:{stem}", part, known.card))

    def _decided(self, unit: TableUnit, form: str, label: str, writer: str = "") -> TableUnit:
        said = TableContext(self.reading, self.part, self._maps, self._side)
        return decided(unit, form, label, writer, said)

    def _faulty(self, listing: Listing, name: str, kind: str, error: FormatError) -> TableUnit:
        source = self.said(unknown(listing.label(name)))
        return TableUnit(source, kind, listing.size_bytes(name), InkRule(), fault=error)


def _kind(name: str) -> str:
    """The method that makes the unit of a file of a name."""
    lower = name.lower()
    if lower == _LMDB:
        return "lmdb"
    if lower.removesuffix(compression_of(lower)).endswith((".csv", ".tsv")):
        return "csv"
    return _KINDS.get(lower.rpartition(".")[2], "")


_KINDS = {
    "mat": "mat",
    "json": "leaf",
    **dict.fromkeys(("parquet", "arrow", "feather"), "table"),
}


def _family(source: Source) -> str:
    """What stands before writers' own names in ids: the set's, or the file's."""
    return source.card or PurePosixPath(source.file.replace("::", "/")).stem


def _stand_for(known: KnownSet) -> str:
    split = f"'s {known.split}" if known.split else ""
    return f", class numbers of {known.family}{split}" if known.family else ""
