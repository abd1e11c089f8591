"""The lines of ``boxes.jsonl``: text, boxes, provenance and drawn numbers of one composed line.

They are made where the line is, as the bytes that stand in the file: with boxes, a line has some
hundred and fifty numbers, and Python's encoder would take longer to write them down than JPEG takes
for the picture.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
from pydantic_core import to_json

from penline.compiled import compiled
from penline.errors import ExportError
from penline.records import Origins, Sample

__all__ = ["box_line", "box_metadata"]

_quoted = json.encoder.encode_basestring
_CORNER, _WHOLE = "\x01", "\x02"
"""Stand for a number in a pattern; JSON never holds either of them."""
_DIGITS = 20
"""The longest number: a sign, nine digits, a point, eight digits; or 64 bits."""
_MOST_PX = 1e9


@compiled
def _digits(value: Any, out: Any, at: int) -> int:
    """Write a whole number from 0 up; where it ends."""
    end = at + 1
    rest = value // 10
    while rest > 0:
        rest //= 10
        end += 1
    for place in range(end - 1, at - 1, -1):
        out[place] = 48 + value % 10
        value //= 10
    return end


@compiled
def _fill(pattern: Any, corners: Any, wholes: Any, out: Any) -> int:
    """Copy a pattern and put numbers in their places.

    Args:
        pattern: ``uint8 (n,)``, bytes 1 for a corner and 2 for a whole number.
        corners: ``float64 (c,)``, written to eight places: binary fractions down to
            1/256 are exact.
        wholes: ``int64 (w,)``.
        out: ``uint8``, of at least n + 20 (c + w) bytes.

    Returns:
        The bytes written; -1 for a corner that is no number, or far out of any picture.
    """
    at = corner = whole = 0
    for byte in pattern:
        if byte > 2:
            out[at] = byte
            at += 1
            continue
        if byte == 2:
            number = wholes[whole]
            whole += 1
            if number < 0:
                out[at] = 45
                at += 1
            at = _digits(abs(number), out, at)
            continue
        length = corners[corner]
        corner += 1
        if not abs(length) < _MOST_PX:
            return -1
        parts = np.int64(round(abs(length) * 1e8))
        if length < 0 and parts > 0:
            out[at] = 45
            at += 1
        at = _digits(parts // 100000000, out, at)
        rest = parts % 100000000
        if rest:
            out[at] = 46
            at += 1
            unit = 10000000
            while rest:
                out[at] = 48 + rest // unit
                rest %= unit
                unit //= 10
                at += 1
    return at


@functools.lru_cache(maxsize=4096)
def _corners(count: int) -> str:
    point = f"[{_CORNER}, {_CORNER}]"
    return f"[{', '.join([f'[{point}, {point}, {point}, {point}]'] * count)}]"


def _origins(found: Origins) -> str:
    """The list of origins, as a pattern: for each its item, record and offset are left open."""
    if len(set(found.writers)) == 1 and len(set(found.archives)) == 1:
        tail = _whence(found.writers[0], found.archives[0])
        between = f'{tail}, {{"item": {_WHOLE}, "written": '
        written = between.join(map(_quoted, found.written))
        return f'[{{"item": {_WHOLE}, "written": {written}{tail}]'
    each = zip(found.written, found.writers, found.archives, strict=True)
    origins = [
        f'{{"item": {_WHOLE}, "written": {_quoted(written)}{_whence(writer, archive)}'
        for written, writer, archive in each
    ]
    return f"[{', '.join(origins)}]"


@functools.lru_cache(maxsize=4096)
def _whence(writer: str, archive: str) -> str:
    return (
        f', "writer": {_quoted(writer)}, "archive": {_quoted(archive)}, '
        f'"record": {_WHOLE}, "offset": {_WHOLE}}}'
    )


def box_metadata(sample: Sample) -> bytes:
    """What ``boxes.jsonl`` says of a line beside its path: a JSON object in UTF-8.

    Where an entry is several code points, ``entries`` has what each quad is of.

    Corners are written to eight places, so those of penline (1/256 px) exactly.

    Raises:
        ExportError: a corner is no number.
    """
    origins = Origins.of(sample.trace())
    corners, wholes = sample.quads.ravel(), origins.numbers.ravel()
    entries = f'"entries": [{", ".join(map(_quoted, sample.entries))}], ' if sample.entries else ""
    pattern = (
        f'{{"text": {_quoted(sample.text)}, {entries}"writer": {_quoted(sample.writer)}, '
        f'"quads": {_corners(len(sample.quads))}, "origins": {_origins(origins)}, "drawn": '
    ).encode()
    out = np.empty(len(pattern) + _DIGITS * (len(corners) + len(wholes)), np.uint8)
    length = _fill(np.frombuffer(pattern, np.uint8), corners, wholes, out)
    if length < 0:
        raise ExportError("a box whose corners are no numbers")
    return b"%b%b}" % (out[:length].tobytes(), to_json(sample.drawn))


def box_line(path: str, metadata: bytes) -> bytes:
    """A line of ``boxes.jsonl``: the path first, then what `box_metadata` says, and LF."""
    return b'{"path": %b, %b\n' % (_quoted(path).encode(), metadata[1:])
