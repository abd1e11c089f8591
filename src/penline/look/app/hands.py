"""Hands that are written on the page: kept on the disk stroke by stroke, until they are a bank.

    HANDS/anna/list.json       what is asked for, and how often
    HANDS/anna/written.jsonl   what was written, a line each; a line more takes one back
    HANDS/anna/anna.inkml      the same as InkML, and
    HANDS/anna/anna.bank       as a bank: both made when the page is asked to

A line is on the disk before the page is told that it is kept. What a browser sends twice, because
an answer was lost, has the same id and counts once.
"""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from penline.bank import Bank
from penline.durable import about, made, put, streamed
from penline.errors import UsageError
from penline.export.inkml_write import (
    END,
    GROUP_END,
    character,
    group_start,
    pen_context,
    start,
)
from penline.look.app import limits
from penline.look.app.writings import HandList, TakenBack, Writing, checked
from penline.pack import pack
from penline.records import Source

__all__ = ["Hand", "HandFolder"]

_NAME = re.compile(r"[^\W_]([\w.-]{0,38}[\w-])?")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LIST, _WRITTEN = "list.json", "written.jsonl"


class Hand:
    """One person's hand; safe to use from several threads.

    Args:
        folder: where it is kept, made before.

    Attributes:
        name: whose it is.
        asked: the characters, in their order.
        times: how often each is asked for.
        written: the character of each writing, by its id, in order.
        served: number of the bank of it that is open on the server, or None.

    Raises:
        UsageError: what is kept there is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self._lock = threading.Lock()
        with about(folder):
            found = checked(HandList, (folder / _LIST).read_bytes(), f"{folder.name}: {_LIST}")
            self.asked, self.times = tuple(found.characters), found.times
            self.written = {one.id: one.character for one in self._kept()}
        self.served: int | None = None

    @property
    def left(self) -> list[str]:
        """The characters that nothing is written of."""
        have = set(self.written.values())
        return [one for one in self.asked if one not in have]

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the writings asked for are there, and how many are asked for."""
        counts = Counter(self.written.values())
        return sum(min(counts[one], self.times) for one in self.asked), len(self.asked) * self.times

    def keep(self, writing: Writing) -> None:
        """Keep one writing, on the disk; one that is there already stays as it is.

        Raises:
            UsageError: another character than those asked for, or there is too much.
        """
        if writing.character not in self.asked:
            raise UsageError("a character that is not on this hand's list")
        with self._lock:
            if writing.id not in self.written:
                if len(self.written) >= limits.WRITE_WRITINGS:
                    raise UsageError(f"{limits.WRITE_WRITINGS:,} writings are kept: make a bank")
                self._append(writing)
                self.written[writing.id] = writing.character

    def take_back(self, id: str) -> None:
        """Take one writing back; one that is not there is none."""
        with self._lock:
            if id in self.written:
                self._append(TakenBack(back=id))
                del self.written[id]

    def bank(self, out: Path) -> Bank:
        """Make the InkML and the bank of what is written, in the hand's folder and in `out`.

        Args:
            out: the folder of a further bank, for the server to open.

        Raises:
            UsageError: nothing is written.
        """
        with self._lock:
            if not self.written:
                raise UsageError("nothing is written yet")
            ink = self.inkml
            with streamed(ink) as file:
                for part in self._inkml():
                    file.write(part.encode())
            pack([ink], self.folder / f"{self.name}.bank", part="train", overwrite=True)
            return pack([ink], out, part="train")

    @property
    def inkml(self) -> Path:
        """Where the InkML is, once it is made."""
        return self.folder / f"{self.name}.inkml"

    def _inkml(self) -> Iterator[str]:
        source = Source(self.inkml.name, f"own:{self.name}", "train")
        yield start("characters")
        number = 0
        for pen, channels in enumerate((("T",), ("T", "F")), 1):
            begun = False
            for writing in self._kept():
                if (writing.pointer == "pen") == ("F" in channels):
                    if not begun:
                        yield pen_context(pen, channels) + group_start(source, pen)
                        begun = True
                    yield character(writing.record(number, source))
                    number += 1
            if begun:
                yield GROUP_END
        yield END

    def _kept(self) -> Iterator[Writing]:
        """What is written and not taken back, one after the other."""
        path = self.folder / _WRITTEN
        if not path.is_file():
            return
        if path.stat().st_size > limits.WRITE_BYTES:
            raise UsageError(f"{self.name}: {_WRITTEN} is larger than any that penline writes")
        at: dict[str, int] = {}
        for number, line in self._lines(path):
            if isinstance(line, TakenBack):
                at.pop(line.back, None)
            else:
                at.setdefault(line.id, number)
        valid = set(at.values())
        for number, line in self._lines(path):
            if number in valid and isinstance(line, Writing):
                yield line

    def _lines(self, path: Path) -> Iterator[tuple[int, Writing | TakenBack]]:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):  # a last one without was never told to be kept
                    where = f"{self.name}: line {number}"
                    if line.startswith(b'{"back"'):
                        yield number, checked(TakenBack, line, where)
                    else:
                        yield number, checked(Writing, line, where)

    def _append(self, line: Writing | TakenBack) -> None:
        path = self.folder / _WRITTEN
        data = line.model_dump_json().encode() + b"\n"
        with about(path), path.open("a+b") as file:
            self._cut_off(file)
            if file.tell() + len(data) > limits.WRITE_BYTES:
                raise UsageError(f"more than {limits.WRITE_BYTES >> 20} MiB are kept: make a bank")
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def _cut_off(file: IO[bytes]) -> None:
        """Remove a last line that was not written to its end, by a server that was ended."""
        end = file.seek(0, os.SEEK_END)
        if end and file.seek(end - 1) and file.read(1) != b"\n":
            file.seek(0)
            end = file.read().rfind(b"\n") + 1
            file.truncate(end)
        file.seek(end)


class HandFolder:
    """All hands of one folder, which is made with the first of them.

    Args:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, Hand] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The names, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(one.parent.name for one in self.folder.glob(f"*/{_LIST}"))

    def hand(self, name: str) -> Hand:
        """One of them by its name.

        Raises:
            UsageError: nobody has it, or what is kept is damaged.
        """
        with self._lock:
            if name not in self._open:
                if name not in self.names():
                    raise UsageError("no hand of that name is begun here")
                self._open[name] = Hand(self.folder / name)
            return self._open[name]

    def begin(self, name: str, characters: tuple[str, ...], times: int) -> Hand:
        """Begin one.

        Args:
            name: whose it is.
            characters: what is to be written.
            times: how often each.

        Raises:
            UsageError: a name that is none or is taken, or there are too many.
        """
        name = unicodedata.normalize("NFC", name)
        if not _NAME.fullmatch(name) or _DEVICE.fullmatch(name):
            raise UsageError(
                "a name: up to 40 letters, digits, underscores, dots and hyphens, a letter or "
                "digit first"
            )
        if len(characters) > limits.WRITE_CHARACTERS:
            raise UsageError(f"at most {limits.WRITE_CHARACTERS:,} characters")
        asked = HandList(characters=list(characters), times=times)
        with self._lock:
            names = self.names()
            if name.casefold() in map(str.casefold, names):
                raise UsageError("a hand of that name is there: go on with it, or take another")
            if len(names) >= limits.WRITE_HANDS:
                raise UsageError(f"{limits.WRITE_HANDS} hands are kept here: move some away")
            with made(self.folder / name):
                put(self.folder / name / _LIST, asked.model_dump_json().encode())
            self._open[name] = Hand(self.folder / name)
            return self._open[name]
