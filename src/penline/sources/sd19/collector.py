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
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.formats.zipped import Member, Members, members
from penline.records import Source
from penline.sources.beside import Beside
from penline.sources.sd19 import mis, names
from penline.sources.sd19.account import Account
from penline.sources.sd19.digests import LOG, digests_of, origins_of, read_log
from penline.sources.sd19.join import (
    PAIRED,
    UNREADABLE,
    Join,
    Side,
    join,
    write_owners,
)
from penline.sources.sd19.names import CARD, writer_id
from penline.sources.sd19.repeats import gaps, not_repeated, without_repeats
from penline.sources.sd19.tables import Contents, Files, Folder, Table
from penline.sources.sd19.units import Ledger, Pictures
from penline.sources.source_file import Place, SourceFile

__all__ = ["Trees", "sources"]

Unit: TypeAlias = Pictures | Ledger | mis.Stack
_TREES = ("by_write", "by_class", "by_field", "by_merge")
_WITH_CLASSES = ("by_class", "by_field")
_NOBODY = -1


class Trees:
    """What of SD19 the user's files hold.

    Attributes:
        files: pictures of the second edition.
        logs: the publisher's hash logs, by tree.
        stacks: MIS files of the first edition.
    """

    def __init__(self) -> None:
        self.files = Files()
        self.logs: dict[str, Path] = {}
        self.stacks = mis.Stacks()
        self._zip: Members | None = None

    def zip(self, path: Path, members: Members) -> Members:
        """Take the pictures in a zip; the members that are none."""
        return self.files.zip(path, members)

    def folder(self, path: Path, names: Iterable[str]) -> bool:
        """Take pictures and logs among the files of one folder; whether there are any."""
        listed = list(names)
        logs = [name for name in listed if self.log(path / name)]
        return self.files.folder(path, listed) or bool(logs)

    def log(self, path: Path) -> bool:
        """Take a hash log; whether it is one."""
        found = LOG.fullmatch(path.name)
        if found:
            self.logs.setdefault(found[1].lower(), path)
        return found is not None

    def stack(
        self, file: SourceFile, part: str | None, beside: Beside | None = None
    ) -> SourceFile | mis.Stack | None:
        """A MIS file with what lies beside it; None where it is one of SD19's, and taken.

        Args:
            file: the MIS file.
            part: as in `sources`.
            beside: finds what lies beside a member of a tar, which has no directory.
        """
        place = Place(file.path, file.member)
        stack = mis.stack_of(place, file.size_bytes, part, beside or self._beside(place))
        if self.stacks.take(stack):
            return None
        return stack if stack.classes else file

    def _beside(self, place: Place) -> Beside:
        def in_folder(name: str) -> Place | None:
            found = place.path.with_name(name)
            return Place(found) if found.is_file() else None

        def in_zip(name: str) -> Place | None:
            if not isinstance(place.member, Member):
                return None
            if self._zip is None or self._zip.archive != place.member.archive:
                self._zip = members(place.path)
            found = self._zip.find(str(PurePosixPath(place.member.name).with_name(name)))
            return Place(place.path, found) if found else None

        return in_folder if place.member is None else in_zip


def sources(trees: Trees, part: str | None = None) -> Iterator[Unit]:
    """What is to be read: first what is wrong with the trees as a whole, then the pictures.

    Pictures are hashed here where two trees have to be joined and no log tells the hashes.

    Args:
        trees: what was found.
        part: ``"train"`` or ``"test"``, instead of the publisher's: hsf_4 is for testing.

    Raises:
        UsageError: the same folder of pictures is there twice.
        FormatError: a hash log that is not one.
    """
    tables = {tree: table for tree in _TREES if (table := trees.files.table(tree)) is not None}
    pages = trees.files.table("hsf_page")
    contents = Contents()
    notes: list[str] = []
    repeats = 0
    stacks = trees.stacks
    written = len(tables["by_write"].folders) if "by_write" in tables else 1
    if stacks.count("by_write") >= written or (stacks and not tables):
        chosen = stacks.chosen()
        repeats = sum(len(table.rows) for table in tables.values())
        if tables:
            notes.append(f"{', '.join(tables)}: {repeats:,} pictures repeat the MIS files")
        tables = {}
    else:
        chosen = []
    left_out = len(stacks.all()) - len(chosen)
    if left_out:
        notes.append(f"{left_out:,} MIS files repeat what is read: left out")
    yield from chosen
    read = next((tree for tree in _TREES if tree in tables), "")
    ledger = Account(trees.files, notes, repeats)
    if read:
        yield from _characters(read, tables, trees, contents, ledger, part)
    elif trees.files.odd or notes:
        yield ledger.close(part)
    if pages is not None:
        yield from _pages(pages, part)


def _characters(
    read: str,
    tables: dict[str, Table],
    trees: Trees,
    contents: Contents,
    ledger: Account,
    part: str | None,
) -> Iterator[Unit]:
    """The ledger, then the pictures of the tree `read` with what the others tell."""
    table = tables[read]
    ledger.file, ledger.other = _whole(table.folders[0]), read
    candidates = _WITH_CLASSES if read == "by_write" else ("by_write",)
    other = next((tree for tree in candidates if tree in tables or tree in trees.logs), "")
    wanted = {read, other} & set(trees.logs) if other else set()
    logs = {tree: read_log(trees.logs[tree]) for tree in sorted(wanted)}
    for tree in tables:
        if tree not in (read, other):
            ledger.repeats += len(tables[tree].rows)
            ledger.notes.append(f"{tree}: {len(tables[tree].rows):,} pictures repeat {read}'s")
    partner = tables[other] if other in tables else logs[other][0] if other in logs else None
    joined: Join | None = None
    alone: Counter[bytes] | None = None
    used = {tree: found for tree, found in ((read, table), (other, partner)) if found is not None}
    sides = {}
    repeating: tuple[Table, Counter[int], set[str]] | None = None
    for tree, found in used.items():
        kept = without_repeats(found)
        counts: dict[str, int] = {}
        if tree == "by_write":
            owners = write_owners(kept)
        else:
            owners, counts, wrong = origins_of(kept, trees.files, contents)
            ledger.add(wrong)
        lost, lacking = gaps(kept, counts)
        if partner is None:
            ledger.add(lost)
            digests, sound = np.empty((0, 2), np.uint64), np.empty(0, np.bool_)
        elif tree not in tables:
            digests, sound = logs[tree][1], np.ones(len(kept.rows), np.bool_)
        else:
            digests, sound = digests_of(kept, contents, logs.get(tree))
        sides[tree] = Side(kept, digests, sound, owners)
        left_out = len(found.rows) - len(kept.rows)
        if left_out:
            ledger.repeats += left_out
            ledger.notes.append(f"{tree}: {left_out:,} pictures of train folders repeat others")
            repeating = found, lacking, {defect.file for defect in lost}
    mine = sides[read]
    if partner is not None:
        theirs = sides[other]
        if read == "by_write":
            joined = join(mine, theirs)
        else:
            back = join(theirs, mine)
            joined = Join(back.other_partner, back.other_state, back.partner, back.state)
        alone = _alone(
            sides["by_write"], joined.state if mine is sides["by_write"] else joined.other_state
        )
        ledger.partners, ledger.states = theirs.table, joined.other_state
        ledger.explain(joined, mine.table, theirs.table, contents)
    if repeating is not None:
        ledger.add(not_repeated(*repeating, contents, alone))
    codes, writers = _facts(mine, sides.get(other), joined)
    states = joined.state if joined else np.full(len(mine.table.rows), PAIRED, np.uint8)
    ledger.note_what_lacks(codes, writers, states)
    yield ledger.close(part)
    yield from _units(mine.table, codes, writers, states, other, part)


def _alone(writers: Side, states: npt.NDArray[np.uint8]) -> Counter[bytes]:
    """The MD5 of those pictures of by_write that a join left alone."""
    rows = np.flatnonzero(~np.isin(states, (PAIRED, UNREADABLE)))
    return Counter(writers.digests[row].astype("<u8").tobytes() for row in rows.tolist())


def _whole(folder: Folder) -> str:
    """A label for the tree that a folder lies in."""
    archive, inside, _ = folder.label.partition("::")
    if inside:
        return archive
    place = folder.place
    outer = folder.label[: -len(place.path)]
    return f"{outer}{place.tree}" if folder.label != f"{outer}{place.tree}" else archive


def _facts(
    mine: Side, theirs: Side | None, joined: Join | None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int16]]:
    """Code and writer of each row; 0 and -1 where they are not known."""

    def code(place: names.Place) -> int:
        return place.codes[0] if len(place.codes) == 1 else 0

    codes = mine.table.facts(code)
    writers = mine.table.facts(lambda place: place.writer)
    known = (writers < 0) & (mine.owners >= 0)
    writers[known] = (mine.owners[known] >> 34) // 100
    if theirs is not None and joined is not None:
        paired = np.flatnonzero(joined.state == PAIRED)
        partners = joined.partner[paired]
        if mine.table.folders[0].place.tree == "by_write":
            codes[paired] = theirs.table.facts(code)[partners]
        else:
            writers[paired] = theirs.table.facts(lambda place: place.writer)[partners]
    return codes.astype(np.uint8), writers.astype(np.int16)


def _units(
    table: Table,
    codes: npt.NDArray[np.uint8],
    writers: npt.NDArray[np.int16],
    states: npt.NDArray[np.uint8],
    other: str,
    part: str | None,
) -> Iterator[Pictures]:
    """One for each form of by_write, and for each folder of another tree."""
    ends = np.searchsorted(table.rows["folder"], np.arange(len(table.folders) + 1))
    first = 0
    while first < len(table.folders):
        last, folder = first + 1, table.folders[first]
        label, place = folder.label, folder.place
        if place.writer >= 0:
            form = place.path.rpartition("/")[0]
            label = label[: -len(place.path) + len(form)]
            while last < len(table.folders) and table.folders[last].place.path.startswith(form):
                last += 1
        here = slice(int(ends[first]), int(ends[last]))
        rows = table.rows[here].copy()
        if len(rows):
            rows["folder"] -= first
            known = np.unique(writers[here])
            one = int(known[0]) if len(known) == 1 else _NOBODY
            who = writer_id(one) if one >= 0 else f"unknown:{place.path}"
            source = Source(label, who, part or place.part, CARD)
            size = int(rows["size"].sum(dtype=np.int64))
            folders = tuple(table.folders[first:last])
            facts = codes[here], writers[here], states[here]
            yield Pictures(source, "png", size, folders, rows, *facts, other)
        first = last


def _pages(table: Table, part: str | None) -> Iterator[Pictures]:
    """Whole forms, one folder at a time."""
    count = len(table.rows)
    writers = (table.rows["number"] // 100).astype(np.int16)
    codes, states = np.zeros(count, np.uint8), np.full(count, PAIRED, np.uint8)
    yield from _units(table, codes, writers, states, "", part)
