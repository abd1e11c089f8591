"""The kernels of `penline.corpus` in plain NumPy and Python."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from penline.corpus.common import LEAST, MOST
from penline.corpus.cut import (
    END_PENALTIES,
    END_RANK_SHIFT,
    ENDS,
    START_PENALTIES,
    START_RANK_SHIFT,
    STARTS,
    Flags,
)
from penline.corpus.normal import Codes, decoded

__all__ = [
    "common",
    "cover",
    "cut",
    "exchange",
    "fingerprints",
    "gram",
    "grams",
    "reach",
    "tally",
]

Places = npt.NDArray[np.int64]


def _places(flags: Flags, shortest: int, longest: int) -> tuple[Places, Places]:
    """Starts that some end serves, and all ends, of one paragraph's flags."""
    starts = np.flatnonzero(flags & STARTS)
    ends = np.flatnonzero(flags & ENDS) + 1
    never = flags.size + longest + 1
    nearest = np.append(ends, never)[np.searchsorted(ends, starts + shortest)]
    return starts[nearest - starts <= longest], ends


def cut(
    flags: Flags,
    first: int,
    last: int,
    position: int,
    shortest: int,
    longest: int,
    target: int,
) -> tuple[int, int]:
    """Cut one line out of a paragraph; see `penline.corpus.cut.cut`."""
    own = flags[first:last]
    starts, ends = _places(own, shortest, longest)
    if not starts.size:
        return -1, -1
    origin = min(position, last - shortest) - first
    before = starts[starts <= origin]
    near = before[before > origin - target][::-1]
    if near.size:
        rank = own[near] >> START_RANK_SHIFT & 3
        cost = 2 * (origin - near) + np.array(START_PENALTIES)[rank] * target
        start = near[np.argmin(cost)]
    elif before.size:
        start = before[-1]
    else:
        start = starts[0]
    ends = ends[(ends >= start + shortest) & (ends <= start + longest)]
    rank = own[ends - 1] >> END_RANK_SHIFT & 3
    end = ends[np.argmin(4 * np.abs(ends - start - target) + np.array(END_PENALTIES)[rank])]
    return first + int(start), first + int(end)


def reach(
    flags: Flags, offsets: npt.NDArray[np.int64], shortest: int, longest: int
) -> npt.NDArray[np.int64]:
    """How many characters of each paragraph lines can reach; see `penline.corpus.cut.reach`."""
    out = np.zeros(offsets.size - 1, np.int64)
    for paragraph in range(out.size):
        own = flags[offsets[paragraph] : offsets[paragraph + 1]]
        starts, _ = _places(own, shortest, longest)
        out[paragraph] = np.minimum(np.diff(starts, append=own.size), longest).sum()
    return out


def common(
    codes: Codes,
    offsets: npt.NDArray[np.int64],
    validation: npt.NDArray[np.bool_],
    own_codes: Codes,
    own_offsets: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint8]:
    """How many characters stand on the other side, too; see `penline.corpus.common.common`."""
    texts = [decoded(codes[offsets[n] : offsets[n + 1]]) for n in range(validation.size)]
    training = "\n".join(text for text, own in zip(texts, validation, strict=True) if not own)
    out = np.zeros(own_codes.size, np.uint8)
    for first, last in pairwise(own_offsets.tolist()):
        for at in range(first, last):
            for end in range(at + LEAST, min(last, at + MOST) + 1):
                if decoded(own_codes[at:end]) not in training:
                    break
                out[at] = end - at
    return out


def cover(
    flags: Flags, offsets: Places, shortest: int, longest: int, word: int
) -> tuple[Places, Places]:
    """Lines one after the other; see `penline.corpus.cut.cover`."""
    found = []
    for first, last in pairwise(offsets.tolist()):
        own, at = flags[first:last], 0
        starts, ends = _places(own, shortest, longest)
        while (further := starts[starts >= at]).size:
            start = int(further[0])
            word = (word * 6364136223846793005 + 1442695040888963407) % 2**64
            target = shortest + (word >> 33) % (longest - shortest + 1)
            near = ends[(ends >= start + shortest) & (ends <= start + longest)]
            rank = own[near - 1] >> END_RANK_SHIFT & 3
            cost = 4 * np.abs(near - start - target) + np.array(END_PENALTIES)[rank]
            at = int(near[np.argmin(cost)])
            found.append((first + start, first + at))
    lines = np.array(found, np.int64).reshape(-1, 2)
    return lines[:, 0], lines[:, 1]


def gram(codes: Codes, at: int, length: int) -> int:
    """FNV-1a, 64 bits, a code point a step; see `penline.corpus.common.gram`."""
    value = 0xCBF29CE484222325
    for code in codes[at : at + length].tolist():
        value = (value ^ code) * 0x100000001B3 % 2**64
    return value


def grams(codes: Codes, offsets: Places, length: int) -> list[int]:
    """See `penline.corpus.common.grams`."""
    return [
        gram(codes, at, length)
        for first, last in pairwise(offsets.tolist())
        for at in range(first, last - length + 1)
    ]


def fingerprints(codes: Codes, starts: Places, ends: Places) -> list[int]:
    """See `penline.corpus.balance.fingerprints`."""
    return [gram(codes, a, b - a) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def tally(codes: Codes, starts: Places, ends: Places, found: Places) -> None:
    """See `penline.corpus.balance.tally`."""
    parts = [codes[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    counted = np.concatenate([*parts, np.empty(0, np.uint32)]).astype(np.int64)
    found += np.bincount(counted[counted != 32], minlength=found.size)


def exchange(
    lines: list[list[int]],
    words: npt.NDArray[np.uint64],
    pool: list[list[int]],
    wanted: npt.NDArray[np.float64],
) -> tuple[list[list[int]], list[int]]:
    """The pool that comes of it, and the places taken; see `penline.corpus.balance.exchange`.

    Every histogram is counted anew; a line's characters come in (or go) one by one, and each
    brings wanted / found of its class against the mean of all.
    """
    total = sum(wanted.tolist())

    def gain(line: list[int], others: list[list[int]]) -> float:
        """What the line's coming brings beside the others."""
        found = Counter(code for other in others for code in other if code != 32)
        count, brought = float(found.total()), 0.0
        for code in line:
            if code != 32:
                found[code] += 1
                count += 1.0
                brought += float(wanted[code]) / found[code] - total / count
        return brought

    def loss(line: list[int], others: list[list[int]]) -> float:
        """What the line's going brings, itself among the others before."""
        found = Counter(code for other in [*others, line] for code in other if code != 32)
        count, brought = float(found.total()), 0.0
        for code in line:
            if code != 32:
                brought -= float(wanted[code]) / found[code] - total / count
                found[code] -= 1
                count -= 1.0
        return brought

    pool, taken = [list(line) for line in pool], []
    for line, chances in zip(lines, words.tolist(), strict=True):
        rivals = [chance % len(pool) for chance in chances]
        changes = [loss(pool[rival], [*pool[:rival], *pool[rival + 1 :], line]) for rival in rivals]
        best = max(range(len(rivals)), key=changes.__getitem__)
        place = rivals[best] if gain(line, pool) + changes[best] > 0 else -1
        if place >= 0:
            pool[place] = list(line)
        taken.append(place)
    return pool, taken
