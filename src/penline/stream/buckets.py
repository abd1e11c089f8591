"""Batches of lines of like width: little padding, so little work for nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

from penline.errors import UsageError
from penline.stream.walk import EpochStream

__all__ = ["WidthBuckets", "cut_by_width"]

T = TypeVar("T")


def cut_by_width(things: list[T], width: Callable[[T], int], count: int) -> list[list[T]]:
    """Sorted by width and cut into batches of at most `count`, equal in number but for one.

    >>> cut_by_width([5, 1, 4, 2, 3], lambda width: width, 2)
    [[1, 2], [3, 4], [5]]
    """
    order = sorted(things, key=width)
    batches = -(-len(order) // count)
    ends = [-(-len(order) * number // batches) for number in range(batches + 1)] if batches else []
    return [order[first:last] for first, last in itertools.pairwise(ends)]


class WidthBuckets(EpochStream[int]):
    """A batch sampler for a map-style data set: lists of numbers of lines of like width.

    For ``DataLoader(dataset, batch_sampler=...)`` where widths are known beforehand, as in a set
    on disk. Lines are shuffled, taken `window` batches at a time, sorted by width there, and cut.
    For lines that are composed on the way, `LineStream` does it without asking for widths.

    It runs in the loader's own process, so its state holds at any number of workers: one place
    in the epoch. It works with ``torchdata.stateful_dataloader.StatefulDataLoader``.

    Args:
        widths: the width of every line, or a function that gives it for a number.
        batch_size: lines of a batch.
        size: how many lines there are, where `widths` is a function.
        **walk: `window`, `length`, `seed`, `shuffle`, `rank`, `world_size`, `drop_last` and
            `endless`, as `penline.stream.walk.EpochStream` takes them; `window` is 64 unless said.

    Raises:
        UsageError: numbers that do not fit together.
    """

    def __init__(
        self,
        widths: Sequence[int] | Callable[[int], int],
        batch_size: int,
        *,
        size: int | None = None,
        **walk: Any,
    ) -> None:
        if callable(widths):
            if size is None:
                raise UsageError(
                    "where widths is a function, say with size how many lines there are"
                )
            self._width_of = widths
        else:
            if size not in (None, len(widths)):
                raise UsageError(f"there are {len(widths)} widths, not {size}")
            size = len(widths)
            self._width_of = widths.__getitem__
        super().__init__(size, batch_size=batch_size, **{"window": 64, **walk})

    def __iter__(self) -> Iterator[list[int]]:
        return cast(Iterator[list[int]], super().__iter__())

    def _made(self, line: int) -> int:
        return line

    def _cut(self, made: list[int], count: int) -> list[list[int]]:
        return cut_by_width(made, self._width_of, count)
