"""Where a line is cut out of a paragraph: the compiled search over break flags.

A flag byte says of one character whether a line may start with it, whether a line may end with it,
and how good a place that is (`penline.corpus.breaks` makes the flags). Integer arithmetic only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from penline.compiled import compiled

__all__ = [
    "CLAUSE",
    "ENDS",
    "END_PENALTIES",
    "END_RANK_SHIFT",
    "PLAIN",
    "SENTENCE",
    "STARTS",
    "START_PENALTIES",
    "START_RANK_SHIFT",
    "Flags",
    "cover",
    "cut",
    "reach",
]

Flags = npt.NDArray[np.uint8]

# The bits of a flag byte. They stand in this file because numba's cache looks at no other.
STARTS = 1
"""A line may start with this character."""
ENDS = 2
"""A line may end with this character."""
START_RANK_SHIFT = 2
END_RANK_SHIFT = 4
_RANK = 3

SENTENCE, CLAUSE, PLAIN = 0, 1, 2
"""Ranks of a place: beside a sentence's end, beside a clause's end, any other."""

START_PENALTIES = (0, 1, 3, 3)
"""By rank, in target lengths; a character of distance from the drawn position counts 2."""
END_PENALTIES = (0, 3, 9, 9)
"""By rank; a character of distance from the target length counts 4: two characters at most are
given up, or taken in, for the sake of a sentence's end."""


@compiled
def _has_end(flags: Flags, start: int, last: int, shortest: int, longest: int) -> bool:
    for end in range(start + shortest, min(start + longest, last) + 1):
        if flags[end - 1] & ENDS:
            return True
    return False


@compiled
def cut(
    flags: Flags,
    first: int,
    last: int,
    position: int,
    shortest: int,
    longest: int,
    target: int,
) -> tuple[int, int]:
    """Cut one line out of a paragraph, near a position and near a length.

    The start is sought from `position` backwards over `target` characters: places after a
    sentence or a clause are worth a detour. Where no start serves there, the nearest one before
    is taken, then the nearest after. The end is the cheapest place whose length is in the range.

    Args:
        flags: ``uint8 (characters of the corpus,)``.
        first: index of the paragraph's first character.
        last: index just past its last.
        position: a character's index in ``[first, last)``.
        shortest: fewest characters of a line, at least 1.
        longest: most characters of a line.
        target: the length aimed at, in ``[shortest, longest]``.

    Returns:
        (start, end) as indices of the corpus, end just past the line's last character;
        (-1, -1) where the paragraph holds no line of such a length.
    """
    origin = min(position, last - shortest)
    start = -1
    least = 0
    for at in range(origin, max(first, origin - target + 1) - 1, -1):
        flag = flags[at]
        if flag & STARTS:
            rank = (flag >> START_RANK_SHIFT) & _RANK
            cost = 2 * (origin - at) + START_PENALTIES[rank] * target
            if (start < 0 or cost < least) and _has_end(flags, at, last, shortest, longest):
                start = at
                least = cost
    if start < 0:
        for at in range(origin - target, first - 1, -1):
            if flags[at] & STARTS and _has_end(flags, at, last, shortest, longest):
                start = at
                break
    if start < 0:
        for at in range(max(first, origin + 1), last - shortest + 1):
            if flags[at] & STARTS and _has_end(flags, at, last, shortest, longest):
                start = at
                break
    if start < 0:
        return -1, -1
    end = -1
    for at in range(start + shortest, min(start + longest, last) + 1):
        flag = flags[at - 1]
        if flag & ENDS:
            rank = (flag >> END_RANK_SHIFT) & _RANK
            cost = 4 * abs(at - start - target) + END_PENALTIES[rank]
            if end < 0 or cost < least:
                end = at
                least = cost
    return start, end


@compiled
def cover(
    flags: Flags, offsets: npt.NDArray[np.int64], shortest: int, longest: int, word: np.uint64
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Cut paragraphs into lines one after the other, so that none overlaps another.

    Each line begins at the first place after the line before that may start one, and ends at the
    cheapest place near a target length; targets run through the range from a place that `word`
    gives.

    Args:
        flags: ``uint8 (characters,)``.
        offsets: ``int64 (paragraphs + 1,)``: where each paragraph begins.
        shortest: fewest characters of a line, at least 1.
        longest: most characters of a line.
        word: chance.

    Returns:
        (starts, ends), each ``int64 (lines,)``.
    """
    starts = np.empty(flags.shape[0] // shortest + 1, np.int64)
    ends = np.empty(flags.shape[0] // shortest + 1, np.int64)
    count = 0
    state = np.uint64(word)
    for paragraph in range(offsets.shape[0] - 1):
        last = offsets[paragraph + 1]
        at = offsets[paragraph]
        while at + shortest <= last:
            if not (flags[at] & STARTS and _has_end(flags, at, last, shortest, longest)):
                at += 1
                continue
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            target = shortest + np.int64(
                (state >> np.uint64(33)) % np.uint64(longest - shortest + 1)
            )
            end = -1
            least = 0
            for stop in range(at + shortest, min(at + longest, last) + 1):
                flag = flags[stop - 1]
                if flag & ENDS:
                    rank = (flag >> END_RANK_SHIFT) & _RANK
                    cost = 4 * abs(stop - at - target) + END_PENALTIES[rank]
                    if end < 0 or cost < least:
                        end = stop
                        least = cost
            starts[count] = at
            ends[count] = end
            count += 1
            at = end
    return starts[:count], ends[:count]


@compiled
def reach(
    flags: Flags, offsets: npt.NDArray[np.int64], shortest: int, longest: int
) -> npt.NDArray[np.int64]:
    """How many characters of each paragraph lines of the given lengths can start at or follow.

    A character counts when one of the `longest` characters up to it starts a line that can also
    end. A paragraph of reach 0 gives no line; the others are drawn in proportion to their reach, so
    that a long stretch without a place to cut (a link, a table) does not draw the sampler in.

    Args:
        flags: ``uint8 (characters,)``.
        offsets: ``int64 (paragraphs + 1,)``: where each paragraph begins.
        shortest: fewest characters of a line, at least 1.
        longest: most characters of a line.

    Returns:
        ``int64 (paragraphs,)``.
    """
    out = np.zeros(offsets.shape[0] - 1, np.int64)
    for paragraph in range(out.shape[0]):
        first = offsets[paragraph]
        last = offsets[paragraph + 1]
        nearest_end = -1
        next_start = last
        for at in range(last - shortest, first - 1, -1):
            if flags[at + shortest - 1] & ENDS:
                nearest_end = at + shortest
            if flags[at] & STARTS and nearest_end >= 0 and nearest_end - at <= longest:
                out[paragraph] += min(next_start, at + longest) - at
                next_start = at
    return out
