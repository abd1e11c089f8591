"""NIST SD19: trees of pictures from zips, folders and hash logs, each character with its label
and its writer.

The same 814,255 characters lie in several orders, so one tree is read and the others tell what
it lacks: by_write, whose paths tell the writer, with the classes of by_class (or by_field, or
their hash logs); where there is no by_write, by_class, with the writers of by_write's log or of
the MIT files in it. Trees that only repeat are left out and counted. A unit of reading is a form
of one writer, or a folder of one class.

Merged classes (by_merge's 43_63 is C or c) are read where there is no other tree, without a
label: nothing in the picture's path tells which of the two was meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from penline.errors import FormatError
from penline.sources.collector import Claims, Collector, unknown
from penline.sources.listing import DiskListing, Listing, TarListing
from penline.sources.sd19.account import Account
from penline.sources.sd19.digests import LOG
from penline.sources.sd19.files import Files
from penline.sources.sd19.mis import MisUnit, chosen, stack_of
from penline.sources.sd19.names import identify, in_tree
from penline.sources.sd19.reading import characters, pages
from penline.sources.unit import FileUnit, Place, Unit

__all__ = ["Sd19Collector"]

_TREES = ("by_write", "by_class", "by_field", "by_merge")
_PACKED = (
    "in a packed tar no CLS and MIT files are looked for: its entries have no label; "
    "unpack the archive, and read the folder"
)


class Sd19Collector(Collector):
    """Claims pictures, MIS files, forms and hash logs of SD19's trees; pairs them when all is seen.

    A MIS file outside the trees is claimed where a CLS file labels it. Pictures in a tar are not
    read, and that is said.
    """

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self.files = Files()
        self.logs: dict[str, Path] = {}
        self.stacks: dict[str, list[MisUnit]] = {}
        self.in_tars: Counter[Path] = Counter()

    identify = staticmethod(identify)

    def claim(self, listing: Listing) -> Claims:
        """Take what is SD19's; most of it is read when all trees have been seen."""
        if isinstance(listing, TarListing):
            left, later = self._pictures_in_tar(listing)
        else:
            left, later = self.files.take(listing)
            if listing.pictures_alone and not later:
                return Claims(left, {})
        rest: list[str] = []
        units: dict[str, Unit] = {}
        for name in left:
            log = LOG.fullmatch(name) if isinstance(listing, DiskListing) else None
            kind = listing.kinds.get(name)
            if log:
                self.logs.setdefault(log[1].lower(), listing.path / name)
                later = True
            elif kind == "mis" and not (isinstance(listing, TarListing) and listing.packed):
                stack = stack_of(listing, name, self.part)
                if stack.inside:
                    self.stacks.setdefault(stack.inside.tree, []).append(stack)
                    later = True
                elif stack.classes:
                    units[name] = stack
                else:
                    rest.append(name)
            elif kind in ("mis", "pct") and (unit := self.unit(listing, name)):
                units[name] = unit
            else:
                rest.append(name)
        return Claims(rest, units, later)

    def unit(self, listing: Listing, name: str) -> FileUnit | None:
        """Make what reads a form, or a MIS file without what lies beside it."""
        label, kind = listing.label(name), listing.kinds.get(name, "")
        stack = kind == "mis"
        source = identify(label) or (unknown(label) if stack else None)
        if source is None:
            return None
        file = self.said(source), kind, listing.size_bytes(name), listing.place(name)
        return FileUnit(*file, _PACKED if stack else "", listing.fault(name), unique=False)

    def _pictures_in_tar(self, listing: TarListing) -> tuple[list[str], bool]:
        if not in_tree(f"{listing.inside}/"):
            return listing.names, False
        left = [name for name in listing.names if not name.lower().endswith(".png")]
        count = len(listing.names) - len(left)
        if count:
            self.in_tars[listing.path] += count
        return left, bool(count)

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield what is wrong with the trees as a whole, then the pictures of one of them.

        Raises:
            UsageError: a hash log that cannot be opened.
        """
        for path, count in self.in_tars.items():
            place = Place(path)
            expected = "SD19's pictures in zips or folders; unpack the archive, and read the folder"
            found = f"{count:,} pictures in a tar"
            fault = FormatError(place.label, 0, "tar archive", expected, found)
            yield FileUnit(self.said(unknown(place.label)), "tar", 0, place, fault=fault)
        tables = {tree: table for tree in _TREES if (table := self.files.table(tree)) is not None}
        forms = self.files.table("hsf_page")
        notes: list[str] = []
        repeats = 0
        written = len(tables["by_write"].folders) if "by_write" in tables else 1
        stacks: list[MisUnit] = []
        if len(self.stacks.get("by_write", ())) >= written or (self.stacks and not tables):
            stacks = chosen(self.stacks)
            repeats = sum(len(table.rows) for table in tables.values())
            if tables:
                notes.append(f"{', '.join(tables)}: {repeats:,} pictures repeat the MIS files")
            tables = {}
        left_out = sum(map(len, self.stacks.values())) - len(stacks)
        if left_out:
            notes.append(f"{left_out:,} MIS files repeat what is read: left out")
        yield from stacks
        read = next((tree for tree in _TREES if tree in tables), "")
        ledger = Account(self.files, notes, repeats)
        if read:
            yield from characters(read, tables, self.logs, self.files, ledger, self.part)
        elif ledger.count or notes:
            yield ledger.close(self.part)
        if forms is not None:
            yield from pages(forms, self.part)
