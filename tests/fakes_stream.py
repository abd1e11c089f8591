"""Lines for tests of streams: composed ones, and ones that cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from penline.bank import Bank
from penline.compose import Composer
from penline.errors import UnwritableLine

RECIPE = {"corpus": {"length_range": [4, 12]}, "image": {"height_px": 32}}
COUNT = 150


def composer(bank: Bank | Path, corpus: Path, **more) -> Composer:
    return Composer(RECIPE, bank, corpus, seed=5, **{"length": COUNT, **more})


class Fake(Sequence):
    """Samples without composing; those of some numbers cannot be written."""

    def __init__(self, count: int, bad: Sequence[int] = ()) -> None:
        self.count, self.bad = count, frozenset(bad)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int):
        if not 0 <= index < self.count:
            raise IndexError(index)
        if index in self.bad:
            raise UnwritableLine(index, 3, "nobody has 龘")

        class Made:
            image = np.full((8, 20 + index * 37 % 90), 250, np.uint8)
            text = "ab"
            side = "val" if index % 5 == 0 else "train"

        Made.index = index
        return Made


def numbers(batches) -> list:
    """Of batches, or of lines: the lines' numbers."""
    out = []
    for batch in batches:
        got = batch if isinstance(batch, list) else [batch]
        out.append([line if isinstance(line, int) else line.index for line in got])
    return out


def flat(batches) -> list[int]:
    return sorted(number for batch in numbers(batches) for number in batch)
