"""What is read of one tree of SD19's pictures, each with the label and writer that others tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.records import Source
from penline.sources.sd19.account import Account
from penline.sources.sd19.digests import Digests, digests_of, origins_of, read_log
from penline.sources.sd19.files import Files
from penline.sources.sd19.join import PAIRED, UNREADABLE, Join, Side, join, write_owners
from penline.sources.sd19.names import CARD, TreeFolder, writer_id
from penline.sources.sd19.repeats import gaps, not_repeated, without_repeats
from penline.sources.sd19.tables import Contents, Folder, PictureTable
from penline.sources.sd19.units import PictureUnit
from penline.sources.unit import Unit

__all__ = ["characters", "pages"]

_WITH_CLASSES = ("by_class", "by_field")
_NOBODY = -1


def characters(
    read: str,
    tables: Mapping[str, PictureTable],
    logs: Mapping[str, Path],
    files: Files,
    ledger: Account,
    part: str | None,
) -> Iterator[Unit | FormatError]:
    """Yield what is wrong with a tree and those that tell of it, then its pictures.

    Pictures are hashed here where two trees have to be joined and no log tells the hashes.

    Args:
        read: the tree.
        tables: the pictures of all trees.
        logs: the publisher's hash logs, by tree; what is wrong with one that is needed is yielded.
        files: where the MIT files lie.
        ledger: what is known already to be wrong.
        part: ``"train"`` or ``"test"``, instead of the publisher's.
    """
    contents = Contents()
    table = tables[read]
    ledger.file, ledger.other = _whole(table.folders[0]), read
    candidates = _WITH_CLASSES if read == "by_write" else ("by_write",)
    other = ""
    said: dict[str, tuple[PictureTable, Digests]] = {}
    for tree in (*candidates, read):
        if bool(other) == (tree == read) and tree in logs:
            try:
                said[tree] = read_log(logs[tree])
            except FormatError as error:
                yield error
        if not other and tree != read and (tree in tables or tree in said):
            other = tree
    for tree in tables:
        if tree not in (read, other):
            ledger.repeats += len(tables[tree].rows)
            ledger.notes.append(f"{tree}: {len(tables[tree].rows):,} pictures repeat {read}'s")
    partner = tables[other] if other in tables else said[other][0] if other in said else None
    joined: Join | None = None
    alone: Counter[bytes] | None = None
    used = {tree: found for tree, found in ((read, table), (other, partner)) if found is not None}
    sides = {}
    repeating: tuple[PictureTable, Counter[int], set[str]] | None = None
    for tree, found in used.items():
        kept = without_repeats(found)
        counts: dict[str, int] = {}
        if tree == "by_write":
            owners = write_owners(kept)
        else:
            owners, counts, wrong = origins_of(kept, files, contents)
            ledger.add(wrong)
        lost, lacking = gaps(kept, counts)
        if partner is None:
            ledger.add(lost)
            digests, sound = np.empty((0, 2), np.uint64), np.empty(0, np.bool_)
        elif tree not in tables:
            digests, sound = said[tree][1], np.ones(len(kept.rows), np.bool_)
        else:
            digests, sound = digests_of(kept, contents, said.get(tree))
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

    def code(place: TreeFolder) -> int:
        return place.codes[0] if len(place.codes) == 1 else 0

    codes = mine.table.folder_values(code)
    writers = mine.table.folder_values(lambda place: place.writer)
    known = (writers < 0) & (mine.owners >= 0)
    writers[known] = (mine.owners[known] >> 34) // 100
    if theirs is not None and joined is not None:
        paired = np.flatnonzero(joined.state == PAIRED)
        partners = joined.partner[paired]
        if mine.table.folders[0].place.tree == "by_write":
            codes[paired] = theirs.table.folder_values(code)[partners]
        else:
            writers[paired] = theirs.table.folder_values(lambda place: place.writer)[partners]
    return codes.astype(np.uint8), writers.astype(np.int16)


def _units(
    table: PictureTable,
    codes: npt.NDArray[np.uint8],
    writers: npt.NDArray[np.int16],
    states: npt.NDArray[np.uint8],
    other: str,
    part: str | None,
) -> Iterator[PictureUnit]:
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
            yield PictureUnit(source, "png", size, folders, rows, *facts, other)
        first = last


def pages(table: PictureTable, part: str | None) -> Iterator[PictureUnit]:
    """Yield whole forms, one folder at a time."""
    count = len(table.rows)
    writers = (table.rows["number"] // 100).astype(np.int16)
    codes, states = np.zeros(count, np.uint8), np.full(count, PAIRED, np.uint8)
    yield from _units(table, codes, writers, states, "", part)
