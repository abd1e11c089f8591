"""What is wrong with SD19's trees as a whole, and what they lack, while they are gone through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from penline.records import Defect, Source
from penline.sources.sd19.files import Files
from penline.sources.sd19.join import DIFFERENT, PAIRED, UNPAIRED, UNREADABLE, Join
from penline.sources.sd19.names import CARD
from penline.sources.sd19.repeats import damage
from penline.sources.sd19.tables import DEFECTS_KEPT, Contents, PictureTable
from penline.sources.sd19.units import TreeDefects

__all__ = ["Account"]


class Account:
    """Collects what a `TreeDefects` will tell.

    Args:
        files: what was found.
        notes: what is known already.
        repeats: pictures that were left out already.
    """

    def __init__(self, files: Files, notes: list[str], repeats: int) -> None:
        self.notes = notes
        self.repeats = repeats
        self.defects, self.count = files.odd()
        self.partners: PictureTable | None = None
        self.states = np.empty(0, np.uint8)
        self.file = self.other = "NIST SD19"

    def add(self, defects: Iterable[Defect]) -> None:
        """Count defects, and keep the first ones."""
        for defect in defects:
            self.count += 1
            if len(self.defects) < DEFECTS_KEPT:
                self.defects.append(defect)

    def close(self, part: str | None) -> TreeDefects:
        """Return the unit that tells of it all."""
        source = Source(self.file, "unknown:sd19", part or "", CARD)
        return TreeDefects(
            *(source, "png", 0, tuple(self.defects), self.count, self.partners),
            *(self.states, self.other, self.repeats, "; ".join(self.notes)),
        )

    def explain(
        self, joined: Join, mine: PictureTable, theirs: PictureTable, contents: Contents
    ) -> None:
        """Leave out of the ledger what lacks its partner only because that one is damaged.

        A MIT file tells the partner; else there have to be no more such pictures in a partition
        than damaged ones, which are named themselves.
        """
        lacking = np.flatnonzero(np.isin(joined.other_state, (UNPAIRED, DIFFERENT)))
        suspects = set(np.flatnonzero(np.isin(joined.state, (UNPAIRED, UNREADABLE))).tolist())
        suspects |= set(joined.other_partner[lacking].tolist()) - {-1}
        if not len(lacking) or len(suspects) > DEFECTS_KEPT:
            return
        broken = [row for row in sorted(suspects) if damage(mine, row, contents) is not None]
        hsf = theirs.folder_values(lambda place: place.hsf)
        damaged = Counter(mine.folder_values(lambda place: place.hsf)[broken].tolist())
        alone = Counter(hsf[lacking].tolist())
        for row in lacking.tolist():
            partner = int(joined.other_partner[row])
            known = partner in broken
            if known or (partner < 0 and alone[int(hsf[row])] <= damaged[int(hsf[row])]):
                joined.other_state[row] = PAIRED
                where = theirs.where(row)
                self.notes.append(f"{where}: no partner, for one of {self.other} is damaged")

    def note_what_lacks(
        self,
        codes: npt.NDArray[np.uint8],
        writers: npt.NDArray[np.int16],
        states: npt.NDArray[np.uint8],
    ) -> None:
        """Say how many pictures have no label or no writer, and what would tell it."""
        sound = states == PAIRED
        lacking = int(np.count_nonzero((codes == 0) & sound))
        if lacking and self.other == "by_write":
            self.notes.append(
                f"{lacking:,} pictures have no label, for by_write tells writers only: "
                "name by_class.zip or by_class_md5.log, too"
            )
        elif lacking:
            self.notes.append(f"{lacking:,} pictures of merged classes have no label")
        lacking = int(np.count_nonzero((writers < 0) & sound))
        if lacking:
            self.notes.append(
                f"{lacking:,} pictures have no writer: name by_write.zip or by_write_md5.log, too"
            )
