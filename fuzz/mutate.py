"""Bends for files: the same ones for hypothesis, which draws and shrinks them, and for atheris.

A bend is plain numbers, so that it can be drawn by anything. Half of the bends fall near the
beginning of a record (as the reader itself finds them) or of the file, where the headers are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["BEND_BYTES", "KINDS", "MOST_BYTES", "Bend", "bend_of", "bent"]

MOST_BYTES = 1 << 15
_HEAD_BYTES = 96
_SIZES = (1, 2, 4, 8)
_ORDERS = ("little", "big")
_EXTREMES = (
    *(0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 16, 64, 127, 128, 255, 256, 0x7FFF, 0x8000),
    *(0xFFFE, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF),
    *(0x100000000, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF),
)
_DIGITS = re.compile(rb"\d+")


class Bend(NamedTuple):
    """One change: what, where (near a record if `near`), and with which numbers and bytes."""

    kind: int
    near: bool
    place: int
    step: int
    value: int
    raw: bytes


def _bit(at: int, content: bytearray, bend: Bend) -> None:
    if at < len(content):
        content[at] ^= 1 << bend.value % 8


def _number(at: int, content: bytearray, bend: Bend) -> None:
    """A field of 1 to 8 bytes becomes an extreme number, or any."""
    size = _SIZES[bend.value % 4]
    order = _ORDERS[bend.value // 4 % 2]
    choice = bend.value // 8 % (len(_EXTREMES) + 4)
    number = _EXTREMES[choice] if choice < len(_EXTREMES) else bend.value // 256
    _put(content, at, number, size, order)


def _nudge(at: int, content: bytearray, bend: Bend) -> None:
    """A field of 1 to 8 bytes changes by a little."""
    size = _SIZES[bend.value % 4]
    order = _ORDERS[bend.value // 4 % 2]
    number = int.from_bytes(content[at : at + size], order)  # type: ignore[arg-type]
    _put(content, at, number + bend.value // 8 % 9 - 4, size, order)


def _put(content: bytearray, at: int, number: int, size: int, order: str) -> None:
    number &= (1 << 8 * size) - 1
    content[at : at + size] = number.to_bytes(size, order)[: max(len(content) - at, 0)]  # type: ignore[arg-type]


def _splice(at: int, content: bytearray, bend: Bend) -> None:
    content[at : at + bend.value % 9] = bend.raw


def _cut(at: int, content: bytearray, bend: Bend) -> None:
    if bend.value % 2:
        del content[at:]
    else:
        del content[at : at + bend.value // 2 % 512]


def _digits(at: int, content: bytearray, bend: Bend) -> None:
    """A number in text becomes another one; of the same length, if it can be."""
    found = _DIGITS.search(content, at) or _DIGITS.search(content)
    if found:
        old = found.group()
        number = b"%d" % _EXTREMES[bend.value // 2 % len(_EXTREMES)]
        if bend.value % 2:
            number = number[: len(old)].rjust(len(old), b"0")
        content[found.start() : found.end()] = number


KINDS: tuple[Callable[[int, bytearray, Bend], None], ...] = (
    *(_bit, _number, _number, _nudge, _splice, _cut, _digits),
)
_RECORDS = 3
"""Kinds after these move whole records: twice, left out, or from another file."""
_WORDS = 1


def bent(
    content: bytes,
    bends: Sequence[Bend],
    places: Callable[[bytes], Sequence[int]],
    others: Sequence[bytes] = (),
    words: Sequence[bytes] = (),
) -> bytes:
    """`content` after all bends, at most `MOST_BYTES` long.

    Args:
        content: a file.
        bends: what to do, in order.
        places: where the records of a file begin.
        others: other files to take records from.
        words: what the format's fields may hold.
    """
    for bend in bends:
        content = _one(content, bend, places, others, words)[:MOST_BYTES]
    return content


def _one(
    content: bytes,
    bend: Bend,
    places: Callable[[bytes], Sequence[int]],
    others: Sequence[bytes],
    words: Sequence[bytes],
) -> bytes:
    changed = bytearray(content)
    kind = bend.kind % (len(KINDS) + _RECORDS + _WORDS)
    begins = [0, *places(content)] if bend.near or kind >= len(KINDS) else [0]
    which = bend.place % len(begins)
    if kind < len(KINDS):
        at = begins[which] + bend.step % _HEAD_BYTES if bend.near else bend.place
        KINDS[kind](at % (len(content) + 1), changed, bend)
        return bytes(changed)
    if kind == len(KINDS) + _RECORDS:
        if words:
            at = bend.place % (len(content) + 1)
            word = words[bend.value % len(words)]
            changed[at : at + len(word) * (bend.step % 2)] = word
        return bytes(changed)
    begin, end = _span(begins, which, len(content))
    if kind == len(KINDS):
        changed[end:end] = changed[begin:end]
    elif kind == len(KINDS) + 1:
        del changed[begin:end]
    elif others:
        other = others[bend.value % len(others)]
        theirs = [0, *places(other)]
        first, last = _span(theirs, bend.step % len(theirs), len(other))
        changed[begin:end] = other[first:last]
    return bytes(changed)


def _span(begins: Sequence[int], which: int, size: int) -> tuple[int, int]:
    begin = min(begins[which], size)
    later = [at for at in begins if at > begin]
    return begin, min(min(later, default=size), size)


BEND_BYTES = 18


def bend_of(raw: bytes) -> Bend:
    """The bend that bytes stand for, any at all; missing ones count as zeros.

    >>> bend_of(bytes([3, 1, 5]))
    Bend(kind=3, near=True, place=5, step=0, value=0, raw=b'')
    """
    raw = raw.ljust(BEND_BYTES, b"\0")
    return Bend(
        raw[0],
        bool(raw[1] & 1),
        int.from_bytes(raw[2:4], "little"),
        int.from_bytes(raw[4:6], "little"),
        int.from_bytes(raw[6:10], "little"),
        raw[10 : 10 + (raw[1] >> 1) % 9],
    )
