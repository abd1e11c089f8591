"""Which picture of SD19's by_write is which of by_class: the same bytes have the same MD5.

Two pictures belong together where their MD5 and their partition are the same and no other picture
has both. Of pictures that are there several times, the MIT files beside by_class decide, where
they are; else the field does (digits stand in d only, upper case in u or c, lower case in l or
c), else the class, where all of them have the same. What is left is named, never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from penline.sources.sd19.names import TreeFolder, fits_field, owner_key
from penline.sources.sd19.tables import PictureTable

__all__ = [
    "AMBIGUOUS",
    "DIFFERENT",
    "DUPLICATE",
    "PAIRED",
    "UNPAIRED",
    "UNREADABLE",
    "Join",
    "Side",
    "join",
    "write_owners",
]

Numbers = npt.NDArray[np.int64]
Digests = npt.NDArray[np.uint64]
States = npt.NDArray[np.uint8]

PAIRED, UNPAIRED, DUPLICATE, AMBIGUOUS, UNREADABLE, DIFFERENT = range(6)
"""How a picture came out: its partner is known; it has none; more copies of it are there than of
its partner; several partners are possible; its bytes could not be read; a MIT file tells its
partner, whose bytes are others."""

_FIELD_ORDER = ("d", "u", "l", "c")  # the Constitution takes what the fields of one case leave


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The pictures of one tree.

    Attributes:
        table: the pictures.
        digests: ``uint64 (rows, 2)``, the MD5 of each.
        sound: ``bool (rows,)``, whether the picture's bytes could be read.
        owners: ``int64 (rows,)``, `owner_key` of the picture in by_write, -1 where not known.
    """

    table: PictureTable
    digests: Digests
    sound: npt.NDArray[np.bool_]
    owners: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Join:
    """What came out, for the rows of both sides.

    Attributes:
        partner: ``int64 (rows of the first side,)``, its row of the other side, or -1.
        state: ``uint8`` of the same length, see `PAIRED` and so on.
        other_partner: the same for the other side's rows.
        other_state: the same for the other side's rows.
    """

    partner: Numbers
    state: States
    other_partner: Numbers
    other_state: States


def write_owners(table: PictureTable) -> Numbers:
    """Return the `owner_key` of each row of by_write, from its own path."""
    first = table.folder_values(lambda p: owner_key(p.writer, p.template, p.field, 0))
    return first | table.rows["number"].astype(np.int64)


def join(writers: Side, classes: Side) -> Join:
    """Bring pictures of by_write and pictures with classes together.

    Args:
        writers: by_write.
        classes: by_class or by_field; ``train`` folders only where they repeat nothing in it.
    """
    coarse = any(folder.place.repeats for folder in classes.table.folders)

    def partition(place: TreeFolder) -> int:
        return -1 if coarse and place.part == "train" else place.hsf

    n, m = len(writers.table.rows), len(classes.table.rows)
    found = Join(
        np.full(n, -1, np.int64),
        np.where(writers.sound, UNPAIRED, UNREADABLE).astype(np.uint8),
        np.full(m, -1, np.int64),
        np.where(classes.sound, UNPAIRED, UNREADABLE).astype(np.uint8),
    )
    both = writers, classes
    sound = np.concatenate([side.sound for side in both])
    hsf = np.concatenate([side.table.folder_values(partition).astype(np.int8) for side in both])
    columns = [hsf, *(np.concatenate([side.digests[:, k] for side in both]) for k in (1, 0))]
    # sorted by digest and partition, by_write first; equal ones are a group
    order = np.lexsort(columns)
    order = order[sound[order]]
    if not len(order):
        return _by_origin(writers, classes, found)
    new = np.ones(len(order), np.bool_)
    new[1:] = False
    for column in columns:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    del columns, column, ordered
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(order)))
    mine = np.add.reduceat((order < n).astype(np.int64), starts)
    simple = (mine == 1) & (sizes == 2)
    left, right = order[starts[simple]], order[starts[simple] + 1] - n
    found.partner[left], found.other_partner[right] = right, left
    found.state[left] = found.other_state[right] = PAIRED
    for group in np.flatnonzero((mine > 0) & (mine < sizes) & ~simple).tolist():
        start, count = int(starts[group]), int(mine[group])
        members = order[start : start + int(sizes[group])].tolist()
        _settle(members[:count], [row - n for row in members[count:]], writers, classes, found)
    return _by_origin(writers, classes, found)


def _by_origin(writers: Side, classes: Side, found: Join) -> Join:
    """Partners that a MIT file tells, though one of the two is not as it should be."""
    rest = [UNPAIRED, UNREADABLE]
    mine = np.flatnonzero(np.isin(found.state, rest))
    others = np.flatnonzero(np.isin(found.other_state, rest) & (classes.owners >= 0))
    keys = dict(zip(writers.owners[mine].tolist(), mine.tolist(), strict=True))
    for two in others.tolist():
        one = keys.pop(int(classes.owners[two]), None)
        if one is not None:
            found.partner[one], found.other_partner[two] = two, one
            found.state[one], found.other_state[two] = PAIRED, DIFFERENT
    return found


def _settle(mine: list[int], others: list[int], writers: Side, classes: Side, found: Join) -> None:
    """Pair pictures of the same bytes, where there are several."""

    def pair(one: int, two: int) -> None:
        found.partner[one], found.other_partner[two] = two, one
        found.state[one] = found.other_state[two] = PAIRED

    keys = {int(writers.owners[row]): row for row in mine}
    for two in others:
        one = keys.pop(int(classes.owners[two]), None)
        if one is not None:
            pair(one, two)
    mine = [row for row in mine if found.state[row] != PAIRED]
    others = [row for row in others if found.other_state[row] != PAIRED]
    places = classes.table.folders, writers.table.folders
    said = {row: places[0][int(classes.table.rows["folder"][row])].place for row in others}
    field_of = {row: places[1][int(writers.table.rows["folder"][row])].place.field for row in mine}
    for field in _FIELD_ORDER:
        here = [row for row in mine if field_of[row] == field]
        if not here:
            continue
        possible = [
            row
            for row in others
            if found.other_state[row] == UNPAIRED
            and said[row].field in ("", field)
            and fits_field(field, said[row].codes[0])
        ]
        labels = Counter(said[row].codes[0] for row in possible)
        if len(labels) > 1:
            found.state[here] = found.other_state[possible] = AMBIGUOUS
            continue
        for one, two in zip(here, possible, strict=False):
            pair(one, two)
    # copies without a partner of their own, beside copies that have one
    for rows, state in ((mine, found.state), (others, found.other_state)):
        left = [row for row in rows if state[row] == UNPAIRED]
        state[left] = DUPLICATE
