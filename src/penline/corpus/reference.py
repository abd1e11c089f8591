"""The references of `penline.corpus.cut` and `penline.corpus.common`: the same functions in plain
NumPy and Python, for the tests."""

from __future__ import annotations

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

__all__ = ["common", "cut", "reach"]

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
