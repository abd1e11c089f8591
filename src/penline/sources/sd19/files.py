"""What of SD19's trees the user's folders and zips hold: pictures, and MIT files beside them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from penline.errors import UsageError
from penline.records import Defect
from penline.sources.listing import Listing
from penline.sources.sd19.names import TreeFolder, in_tree, number_of, place_of
from penline.sources.sd19.tables import DEFECTS_KEPT, ROW, Folder, PictureTable, Rows
from penline.words import printable

__all__ = ["Files"]

_SIZE_LIMIT = (1 << 32) - 1
_PNG, _MIT = ".png", ".mit"


class Files:
    """Collects what is in the trees, from listings.

    Attributes:
        origins: folder of pictures (its `TreeFolder.path`) -> the MIT file beside it, as container,
            entry and shift; the entry of a file that is not in a zip is -1.
    """

    def __init__(self) -> None:
        self.origins: dict[str, tuple[Path, int, int]] = {}
        self._folders: dict[str, list[Folder]] = {}
        self._rows: dict[str, list[Rows]] = {}
        self._labels: dict[str, str] = {}
        self._odd: dict[Path, list[Defect]] = {}
        self._odd_counts: Counter[Path] = Counter()
        self._zips: dict[Path, bool] = {}

    def take(self, listing: Listing) -> tuple[list[str], bool]:
        """Take the pictures and MIT files of a listing.

        Returns:
            The names of other files, and whether pictures were taken.

        Raises:
            UsageError: the same folder of pictures was taken before.
        """
        if not in_tree(f"{listing.inside}/"):
            return listing.names, False
        entries, shift = listing.entries, listing.shift
        zipped = bool(entries)
        pictures, left = [], []
        for name in listing.names:
            ending = name[-len(_PNG) :].lower()
            if ending == _PNG:
                pictures.append((name, entries.get(name, 0), listing.size_bytes(name)))
            elif ending == _MIT:
                place = place_of(f"{listing.inside}/{name[: -len(_MIT)]}")
                path = listing.path if zipped else listing.path / name
                if place is not None:
                    found = path, entries.get(name, -1), shift
                    self.origins.setdefault(place.path, found)
            else:
                left.append(name)
        place = place_of(listing.inside) or TreeFolder("", "", -1)
        label = listing.begin.rstrip("/\\")
        folder = Folder(place, label, listing.path, zipped, shift)
        taken = self._add(folder, pictures)
        if zipped:
            self._zips[listing.path] = self._zips.get(listing.path, False) or taken
        return left, taken

    def odd(self) -> tuple[list[Defect], int]:
        """Return pictures that are not where the publisher has any: some of them, and how many.

        Those of a zip count where it holds pictures of the publisher's, too.
        """
        counted = [path for path in self._odd if self._zips.get(path, True)]
        kept = [defect for path in counted for defect in self._odd[path]]
        return kept[:DEFECTS_KEPT], sum(self._odd_counts[path] for path in counted)

    def table(self, tree: str) -> PictureTable | None:
        """Return the pictures of a tree, or None where there are none."""
        folders = self._folders.get(tree)
        if not folders:
            return None
        pieces = self._rows[tree]
        if len(pieces) > 1:
            self._rows[tree] = pieces = [np.concatenate(pieces)]
        return PictureTable(folders, pieces[0])

    def _add(self, folder: Folder, pictures: list[tuple[str, int, int]]) -> bool:
        """Take a folder's pictures, name, entry and size of each; whether one is as it should."""
        place = folder.place
        known = bool(place.tree) and (bool(place.codes) or not place.hex)
        if not place.repeats and not known and place.tree:
            expected = "a class in hexadecimal, 30-39, 41-5a or 61-7a"
            self._add_odd(folder, pictures, "class folder", expected, place.hex)
            return False
        if not known:
            self._add_odd(folder, pictures, "folder", "a folder of the publisher's", "another")
            return False
        rows, odd = [], []
        for name, entry, size in pictures:
            number = number_of(name, place)
            if number is None:
                odd.append((name, entry, size))
            else:
                rows.append((number, entry, min(size, _SIZE_LIMIT)))
        self._add_odd(folder, odd, "name", f"{folder.file(0)} and the like", "another name")
        if not rows:
            return False
        if place.path in self._labels:
            one, two = self._labels[place.path], folder.label
            raise UsageError(f"{place.path} is there twice: {one} and {two}; name one of them")
        self._labels[place.path] = folder.label
        folders = self._folders.setdefault(place.tree, [])
        made = np.zeros(len(rows), ROW)
        made["folder"] = len(folders)
        made["number"], made["entry"], made["size"] = zip(*sorted(rows), strict=True)
        folders.append(folder)
        self._rows.setdefault(place.tree, []).append(made)
        return True

    def _add_odd(
        self,
        folder: Folder,
        pictures: list[tuple[str, int, int]],
        field: str,
        expected: str,
        found: str,
    ) -> None:
        if not pictures or folder.container is None:
            return
        kept = self._odd.setdefault(folder.container, [])
        self._odd_counts[folder.container] += len(pictures)
        for name, _, _ in pictures[: max(DEFECTS_KEPT - len(kept), 0)]:
            label = f"{folder.label}/{printable(name)}"
            kept.append(Defect(label, 0, 0, field, expected, printable(found)))
