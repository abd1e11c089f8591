"""A walk over numbered lines that can stop anywhere and go on there: epochs, ranks, workers.

The lines of an epoch are dealt out to the ranks one by one. A rank's lines are cut into units,
each a window of batches (or a single line), and the units are dealt out to the loader's workers.
So the batches are the same at any number of workers; only who makes them differs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

from penline.errors import UsageError
from penline.randomness import rng
from penline.stream.order import Order, share
from penline.stream.place import Worker, rank_of, this_worker

__all__ = ["EpochStream"]

T = TypeVar("T")
VERSION = 1


class EpochStream(ABC, Generic[T]):
    """What `LineStream` and `WidthBuckets` share. Iterating goes through one epoch.

    Iterating again goes through the next one; after an epoch that was broken off, through the
    same one again; after `load_state_dict`, on from there.

    Args:
        size: how many lines there are.
        batch_size: lines of a batch; None for lines one by one.
        window: batches that are made together; within them lines are sorted by width.
        length: lines of an epoch, over all ranks; None for `size`. Epochs go on through the
            lines, and begin again, in another order, when all have had their turn.
        seed: decides the order.
        shuffle: see `Order`. Without it batches come in the order of their window's widths.
        rank: number of this process in a training of several.
        world_size: how many processes there are. Without both, those of ``torch.distributed``
            if that is in use where the object is made, else one.
        drop_last: leave out the lines that do not make a whole batch for every rank.
        endless: go on from epoch to epoch without an end.

    Raises:
        UsageError: numbers that leave nothing to walk over.
    """

    def __init__(
        self,
        size: int,
        *,
        batch_size: int | None,
        window: int = 8,
        length: int | None = None,
        seed: int = 0,
        shuffle: bool = True,
        rank: int | None = None,
        world_size: int | None = None,
        drop_last: bool = False,
        endless: bool = False,
    ) -> None:
        if min(1 if batch_size is None else batch_size, window) < 1:
            raise UsageError("batch_size and window are whole numbers from 1 up")
        self.order = Order(size, seed, shuffle=shuffle)
        self.length = size if length is None else length
        self.batch_size = batch_size
        self.window = window
        self.drop_last = drop_last
        self.endless = endless
        self.rank, self.world_size = rank_of(rank, world_size)
        self._own = share(self.length, self.rank, self.world_size)
        if drop_last:
            self._own = self.length // self.world_size
            self._own -= self._own % (batch_size or 1)
        if self._own < 1:
            raise UsageError(f"rank {self.rank} has no lines in an epoch of {self.length}")
        self.epoch = 0
        self._unit = 0
        self._given = 0
        self._ended = False
        self._loaded = False

    @abstractmethod
    def _made(self, line: int) -> T | None:
        """Line `line`; None for one that does not belong here."""

    @abstractmethod
    def _cut(self, made: list[T], count: int) -> list[list[T]]:
        """A window, sorted by width, in batches of at most `count`."""

    def _identity(self) -> dict[str, Any]:
        """What else decides the walk."""
        return {}

    def __len__(self) -> int:
        """How many batches, or lines, an epoch of this rank has, where every line can be written.

        Raises:
            TypeError: an endless walk has no length.
        """
        if self.endless:
            raise TypeError("an endless walk has no length")
        return -(-self._own // (self.batch_size or 1))

    def set_epoch(self, epoch: int) -> None:
        """Begin epoch `epoch` when iterated next.

        Call it before every epoch where a loader has workers and does not keep them
        (``persistent_workers``): new workers get a copy of this object, which has not moved.
        Workers that are kept go on by themselves, and do not hear of it.

        Raises:
            UsageError: a negative number.
        """
        if epoch < 0:
            raise UsageError(f"epochs are counted from 0 up, not {epoch}")
        self.epoch, self._ended, self._loaded = epoch, False, False

    def state_dict(self) -> dict[str, Any]:
        """Where the walk is, in a few numbers: in this worker, if this is one."""
        return {
            "version": VERSION,
            "epoch": self.epoch,
            "unit": self._unit,
            "given": self._given,
            "ended": self._ended,
            "walk": self._settings(this_worker()),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken, when iterated next.

        Raises:
            UsageError: it is the state of another walk, or of another number of workers.
        """
        if state.get("version") != VERSION:
            raise UsageError("not a state of this version of penline's streams")
        here, there = self._settings(this_worker()), state.get("walk")
        if not isinstance(there, Mapping):
            raise UsageError("the state is damaged: it does not say of which walk it is")
        other = [name for name in here if here[name] != there.get(name)]
        if other:
            said = ", ".join(f"{name} {there.get(name)} then, {here[name]} now" for name in other)
            raise UsageError(f"the state is of another walk: {said}")
        numbers = [state.get(name) for name in ("epoch", "unit", "given")]
        counts = [number for number in numbers if isinstance(number, int) and number >= 0]
        if len(counts) < len(numbers):
            raise UsageError("the state is damaged: its numbers are not counts")
        self.epoch, self._unit, self._given = counts
        self._ended = bool(state.get("ended"))
        self._loaded = True

    def __iter__(self) -> Iterator[T | list[T]]:
        # a loader asks for the state before it asks for a line: move on now, not at the first one
        if self._loaded:
            self._loaded = False
        else:
            if self._ended:
                self.epoch += 1
            self._unit = self._given = 0
            self._ended = False
        return self._walk(this_worker())

    def _walk(self, worker: Worker) -> Iterator[T | list[T]]:
        size = 1 if self.batch_size is None else self.batch_size * self.window
        units = range(worker.number, -(-self._own // size), worker.count)
        while not self._ended:
            yield from self._lines(units) if self.batch_size is None else self._batches(units)
            if self.endless and units:
                self.epoch += 1
                self._unit = self._given = 0
            else:
                self._ended = True

    def _lines(self, units: range) -> Iterator[T]:
        while self._unit < len(units):
            line = self._made(self._line(units[self._unit]))
            self._unit += 1
            if line is not None:
                yield line

    def _batches(self, units: range) -> Iterator[list[T]]:
        count = self.batch_size or 1
        made = list(self._window(units, self._unit))
        while self._unit < len(units):
            batches = self._cut(made, count)
            if self.order.shuffle:
                _shuffle(batches, self.order.seed, self.epoch, f"batches {units[self._unit]}")
            # with each batch that is given, as many lines of the next window are made: a loader
            # never has to wait for a whole window but the first
            coming = self._window(units, self._unit + 1)
            made = []
            for number, batch in enumerate(batches):
                made += islice(coming, count)
                if number >= self._given:
                    self._given = number + 1
                    yield batch
            made += coming
            self._unit += 1
            self._given = 0

    def _window(self, units: range, number: int) -> Iterator[T]:
        if number >= len(units):
            return
        size = (self.batch_size or 1) * self.window
        first = units[number] * size
        for at in range(first, min(first + size, self._own)):
            line = self._made(self._line(at))
            if line is not None:
                yield line

    def _line(self, at: int) -> int:
        """Number of the line that is this rank's `at`-th in the epoch."""
        return self.order.at(self.epoch * self.length + self.rank + self.world_size * at)

    def _settings(self, worker: Worker) -> dict[str, Any]:
        return {
            "size": self.order.size,
            "length": self.length,
            "seed": self.order.seed,
            "shuffle": self.order.shuffle,
            "batch_size": self.batch_size,
            "window": self.window,
            "drop_last": self.drop_last,
            "rank": self.rank,
            "world_size": self.world_size,
            "worker": worker.number,
            "workers": worker.count,
            **self._identity(),
        }


def _shuffle(batches: list[list[T]], seed: int, epoch: int, name: str) -> None:
    """Deal the batches of a window anew; Fisher and Yates, from the back."""
    draws = rng(seed, epoch, name)
    for at in range(len(batches) - 1, 0, -1):
        other = draws.below(at + 1)
        batches[at], batches[other] = batches[other], batches[at]
