"""A set of lines or pages on the server: read as far as somebody has looked, and kept on disk.

What was read lies in one file, each item as its facts (JSON), its picture, and of a page the
picture at full size, which its lines are cut out of. In memory there are places in that file alone,
so a set may be of any size.
"""

from __future__ import annotations

import json
import threading
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np

from penline.bank.layout import HEADER
from penline.errors import FormatError, UsageError
from penline.export.run import REPORT, under_way
from penline.look.app.limits import SET_BYTES, SET_DEFECTS, SET_SECONDS
from penline.look.boxes import add_boxes, box_paths
from penline.look.seen import (
    FULL_PX,
    SeenUnit,
    Shown,
    form_of,
    jpeg,
    of_records,
    open_texts,
    png,
    see,
)
from penline.pages import Page, PageLine
from penline.sources.collect import given_names
from penline.sources.names import leaf
from penline.sources.pages.cut import cut_line
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import Unit
from penline.words import printable

__all__ = ["OpenSet", "open_set"]

_PARTS = 4
"""Places of an item in the file: where its facts, its picture and its full page begin; its end."""


def open_set(source: Path, folder: Path, number: int, reading: Reading = NOTHING_SAID) -> OpenSet:
    """Open a set, and read its first line or page.

    Args:
        source: what `penline convert` reads.
        folder: where what is read is kept.
        number: what it is called in addresses.
        reading: what the user says of it.

    Raises:
        UsageError: there is no such path, or a bank lies there.
        FormatError: it holds no line and no page.
    """
    if (source / HEADER).is_file():
        raise UsageError(f"{source} is a bank: penline serve --bank shows it")
    if under_way(source):
        raise UsageError(f"{source} is an unfinished data set; repeat its command to go on with it")
    found = OpenSet(source, open_texts(source, reading), folder / f"set{number}", number)
    if not found.items(0, 1):
        what = next((str(one) for unit in found.units for one in unit.defects), "none")
        expected = "at least one line or page; of characters penline bank makes a bank for --bank"
        raise FormatError(printable(str(source)), 0, "records", expected, what)
    return found


class OpenSet:
    """Gives the items of a set by their numbers; safe to use from several threads.

    Args:
        source: what the user named.
        files: its units.
        place: the file that is made.
        number: what it is called in addresses.

    Attributes:
        name: what it is called on pages; no path.
        forms: what it consists of.
        ended: all of it was read.
        cut_short: the rest was left out, because it is too large.
        counts: what was left out or changed, by reason.
        units: its units, with their defects.
    """

    def __init__(self, source: Path, files: Sequence[Unit], place: Path, number: int) -> None:
        self.name = printable(source.resolve().name or str(source))
        self.number = number
        self.units = [SeenUnit(file, SET_DEFECTS) for file in files]
        self.forms = list(dict.fromkeys(map(form_of, files)))
        self.counts: Counter[str] = Counter()
        self.ended = self.cut_short = False
        self._place, self._lock = place, threading.Lock()
        self._places: array[int] = array("Q")
        self._bytes = 0
        self._root = given_names(source)[0]
        self._folder = source if (source / REPORT).is_file() else None
        self._records = chain.from_iterable(of_records(unit, self.counts) for unit in self.units)

    def __len__(self) -> int:
        return len(self._places) // _PARTS

    def items(self, start: int, most: int) -> list[dict[str, Any]]:
        """Return the facts of items from a number on.

        They are fewer at the end, and where reading on takes longer than `SET_SECONDS`.
        """
        until = time.monotonic() + SET_SECONDS
        with self._lock, self._place.open("ab") as file:
            while len(self) < start + most and not self.ended and time.monotonic() < until:
                record = next(self._records, None)
                if record is None or self._bytes > SET_BYTES:
                    self.ended, self.cut_short = True, record is not None
                else:
                    self._keep(file, record)
        found = [self.facts(at) for at in range(start, min(start + most, len(self)))]
        if self._folder is not None:
            add_boxes(self._folder, [(one, one.pop("called", [])) for one in found])
        return found

    def _keep(self, file: IO[bytes], record: Shown) -> None:
        item = see(record)
        whole = jpeg(record.image, FULL_PX, 92)[0] if isinstance(record, Page) else b""
        facts = {**item.facts, "kind": item.kind, "media_type": item.media_type}
        if self._folder is not None and item.kind == "line":
            facts["called"] = box_paths(self._root, item.name, facts["index"])
        parts = json.dumps(facts).encode(), item.picture, whole
        file.writelines(parts)
        file.flush()
        ends = list(accumulate(map(len, parts), initial=self._bytes))
        self._places.extend(ends)
        self._bytes = ends[-1]

    def _part(self, at: int, part: int) -> bytes:
        if not 0 <= at < len(self):
            raise UsageError("no such line or page here, or it was not looked at yet")
        start, end = self._places[_PARTS * at + part : _PARTS * at + part + 2]
        with self._place.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def facts(self, at: int) -> dict[str, Any]:
        """Return what is known of an item.

        Raises:
            UsageError: there is none of that number.
        """
        found: dict[str, Any] = json.loads(self._part(at, 0))
        return found

    def picture(self, at: int) -> tuple[bytes, str]:
        """Return the picture of an item, and its media type."""
        return self._part(at, 1), self.facts(at)["media_type"]

    def cut(self, at: int, number: int) -> bytes:
        """Return a line of a page as PNG, cut out of the page at full size.

        Raises:
            UsageError: there is no such line.
        """
        facts = self.facts(at)
        lines = facts.get("lines", [])
        if not 0 <= number < len(lines):
            raise UsageError("no such line here")
        data = np.frombuffer(self._part(at, 2), np.uint8)
        whole = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        height, width = whole.shape[:2]
        scale = width / facts["width"], height / facts["height"]
        polygon = np.array(lines[number]["points"], np.float64).reshape(-1, 2) * scale
        line = PageLine("", polygon.clip(0, (width, height)))
        return png(cut_line(whole[:, :, ::-1], line)[0])

    def defects(self) -> list[str]:
        """Return the first defects that were met, without the folders of this machine."""
        found = [defect for unit in self.units for defect in unit.defects]
        return [
            f"{leaf(one.file)}: {one.field}: expected {one.expected}, found {one.found}"
            for one in found[:SET_DEFECTS]
        ]

    @property
    def damaged(self) -> int:
        """How many defects were met."""
        return sum(unit.damaged for unit in self.units)
