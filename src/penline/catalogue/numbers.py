"""Numbers of writers as cards give them: ``1001-1240``, ``501-670, 672-800``, ``C001-C060``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["NUMBERS_PATTERN", "expand", "runs"]

NUMBERS_PATTERN: Final = r"^[A-Z]?\d{1,6}(-[A-Z]?\d{1,6})?(, [A-Z]?\d{1,6}(-[A-Z]?\d{1,6})?)*$"
"""What a list of numbers and ranges looks like."""

_NUMBER = re.compile(r"([A-Z]?)(\d+)", re.ASCII)
_MOST = 100_000


def expand(text: str) -> tuple[str, ...]:
    """Every number of a list of ranges, with the zeros and the letter of its range's first.

    >>> expand("008-011, C1")
    ('008', '009', '010', '011', 'C1')

    Raises:
        ValueError: not such a list, a range that runs backwards, or more than 100,000 numbers.
    """
    found: list[str] = []
    for piece in text.split(", "):
        first, _, last = piece.partition("-")
        begin, end = _NUMBER.fullmatch(first), _NUMBER.fullmatch(last or first)
        if begin is None or end is None or begin[1] != end[1]:
            raise ValueError(f"{piece!r} is no number and no range of numbers")
        low, high = int(begin[2]), int(end[2])
        if not low <= high < low + _MOST:
            raise ValueError(f"{piece!r} runs backwards, or too far")
        found += [f"{begin[1]}{number:0{len(begin[2])}d}" for number in range(low, high + 1)]
    return tuple(found)


def runs(numbers: Iterable[str]) -> str:
    """The same the other way round: neighbours as ranges.

    >>> runs(["1007", "1009", "1010", "1011", "C001"])
    '1007, 1009-1011, C001'
    """
    found: list[list[str]] = []
    for number in sorted(numbers):
        if found and _follows(found[-1][-1], number):
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in found)


def _follows(one: str, two: str) -> bool:
    before, after = _NUMBER.fullmatch(one), _NUMBER.fullmatch(two)
    if before is None or after is None:
        return False
    return before[1] == after[1] and int(before[2]) + 1 == int(after[2])
