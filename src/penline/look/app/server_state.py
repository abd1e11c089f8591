"""What the server has open: banks, uploaded ones among them, and the text."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penline.bank import Bank
from penline.bank.bank_set import BankSet
from penline.bank.bits import Bits
from penline.compose.plan import ComposePlan
from penline.compose.spellings import spellings
from penline.corpus import Corpus
from penline.errors import UsageError
from penline.look.app.limits import UPLOADS
from penline.look.app.open_set import OpenSet
from penline.recipe.load import load_recipe
from penline.sources.names import leaf
from penline.words import printable

__all__ = ["Ready", "ServedBank", "ServerState"]

_PLANS = 32
_BANK_SETS = 8
"""Shelves kept: one for each choice of banks that was made of late."""


@dataclass(frozen=True, slots=True)
class ServedBank:
    """One bank on the server.

    Attributes:
        number: what it is called in addresses; never given twice.
        name: what it is called on pages; no path.
        bank: the bank.
        folder: for an uploaded one, the folder to remove with it.
    """

    number: int
    name: str
    bank: Bank
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Banks ready to compose from.

    Attributes:
        banks: the banks as one, every part of them.
        known: ids of the writers who are known to be one person.
        bits: the same as bits.
        plans: what composes, by recipe.
        lock: of `plans`.
    """

    banks: BankSet
    known: frozenset[str]
    bits: Bits
    plans: OrderedDict[str, ComposePlan] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, recipe: Mapping[str, Any], corpus: Corpus, writer: str) -> ComposePlan:
        """What composes a text: made once for a recipe, and given each text in turn.

        Args:
            recipe: the recipe, as plain values.
            corpus: the text.
            writer: the only writer it may be by; ``""`` for any.

        Raises:
            RecipeError, CorpusError: what is given does not go together.
        """
        key = json.dumps(recipe)
        with self.lock:
            made = self.plans.get(key)
            if made is None:
                given: dict[str, Any] = {"part": "all", "bank_set": self.banks}
                made = ComposePlan(load_recipe(recipe), self.banks.banks, corpus, **given)
                self.plans[key] = made
                while len(self.plans) > _PLANS:
                    self.plans.popitem(last=False)
        return made.with_text(corpus, writer)


@dataclass
class ServerState:
    """Banks by number, and the text that sentences come from; safe to use from several threads.

    Attributes:
        corpus: where the sentences come from.
        folder: where uploads may lie.
        samples: whether the banks are the embedded sample.
        sets: lines and pages, by their numbers.
        hands: where hands that are written on the page are kept; None for a folder in `folder`.
    """

    corpus: Corpus
    folder: Path
    samples: bool = False
    sets: tuple[OpenSet, ...] = ()
    hands: Path | None = None
    _banks: dict[int, ServedBank] = field(default_factory=dict)
    _ready: OrderedDict[tuple[int, ...], Ready] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _next: int = 0

    def add(self, bank: Bank, name: str = "", folder: Path | None = None) -> ServedBank:
        """Put a bank on the server.

        Args:
            bank: the bank.
            name: what to call it; the last part of its path where this is empty.
            folder: for an uploaded one, the folder to remove with it.

        Raises:
            UsageError: there are as many uploads as the server takes.
        """
        with self._lock:
            if folder is not None and len(self.uploads) >= UPLOADS:
                raise UsageError(f"{UPLOADS} uploads are open; take one off first")
            plain = printable(name or leaf(str(bank.path)))
            taken = {one.name for one in self._banks.values()}
            own, again = plain, 2
            while own in taken:
                own, again = f"{plain} ({again})", again + 1
            made = ServedBank(self._next, own, bank, folder)
            self._banks[made.number] = made
            self._next += 1
            return made

    def remove(self, number: int) -> None:
        """Take an uploaded bank off the server, and its files away.

        Raises:
            UsageError: no upload has that number.
        """
        with self._lock:
            found = self._banks.get(number)
            if found is None or found.folder is None:
                raise UsageError("no such upload")
            del self._banks[number]
            for numbers in [key for key in self._ready if number in key]:
                del self._ready[numbers]
        with contextlib.suppress(OSError):  # some systems remove no file that is mapped
            shutil.rmtree(found.folder)

    @property
    def banks(self) -> list[ServedBank]:
        """The banks, in the order in which they came."""
        with self._lock:
            return list(self._banks.values())

    @property
    def uploads(self) -> list[ServedBank]:
        """The uploaded ones among them."""
        return [one for one in self.banks if one.folder is not None]

    def bank(self, number: int) -> ServedBank:
        """One bank by its number.

        Raises:
            UsageError: no bank has it.
        """
        with self._lock:
            if number not in self._banks:
                raise UsageError("no such bank here")
            return self._banks[number]

    def one_set(self, number: int) -> OpenSet:
        """One set by its number.

        Raises:
            UsageError: no set has it.
        """
        if not 0 <= number < len(self.sets):
            raise UsageError("no such set here")
        return self.sets[number]

    def chosen(self, numbers: Sequence[int]) -> list[ServedBank]:
        """The banks of these numbers; all that are no uploads where there is no number."""
        if numbers:
            return [self.bank(number) for number in dict.fromkeys(numbers)]
        return [one for one in self.banks if one.folder is None]

    def ready(self, numbers: Sequence[int]) -> Ready:
        """The banks of these numbers as one; kept for the next time."""
        chosen = self.chosen(numbers)
        key = tuple(one.number for one in chosen)
        with self._lock:
            found = self._ready.get(key)
            if found is None:
                banks = BankSet([one.bank for one in chosen], spellings, "all")
                found = Ready(banks, frozenset(banks.known), banks.bits(banks.known))
                self._ready[key] = found
            self._ready.move_to_end(key)
            while len(self._ready) > _BANK_SETS:
                self._ready.popitem(last=False)
            return found
