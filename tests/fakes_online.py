"""Writers of PTTS, WPTT and MPF files in their true layouts, for tests. No real data.

ptts([[("永", [0, 1]), (None, [2])]], strokes)      bytes of a page, one list a line
wptt([[("永", [0, 1])]], strokes)                   the same, characters without strokes
mpf("永和", vectors)                                bytes of a feature file
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np

from fakes import Points, gb_code, strokes

Line = Sequence[tuple[str | None, Sequence[int]]]


def written(text: Iterable[str | None], seed: int = 0) -> tuple[list[Points], list[Line]]:
    """Strokes of lines of text, and the lines; None is ink that is no character."""
    found: list[Points] = []
    line: list[tuple[str | None, Sequence[int]]] = []
    lines: list[Line] = [line]
    for character in text:
        if character == "\n":
            line = []
            lines.append(line)
            continue
        own = strokes(character or "?", seed)
        line.append((character, range(len(found), len(found) + len(own))))
        found += own
    return found, lines


def page(
    found: Sequence[Points],
    lines: Sequence[Line],
    linked: bool = True,
    code: bytes = b"PTTS",
    text: bytes = b"#made up\0",
    data_type: bytes = b"short",
) -> bytes:
    """One page of strokes and lines of (character or None, stroke indices)."""
    head = struct.pack("<I8s", 54 + len(text), code) + text
    head += struct.pack("<20sH20s", b"GB", 2, data_type)
    points = "<HH" if b"unsigned" in data_type else "<hh"
    body = b""
    for stroke in found:
        body += struct.pack("<H", len(stroke))
        body += b"".join(struct.pack(points, x, y) for x, y in stroke)
    body += struct.pack("<H", len(lines))
    for line in lines:
        body += indices([i for _, own in line for i in own]) + struct.pack("<H", len(line))
        for character, own in line:
            body += b"\xff\xff" if character is None else gb_code(character)
            body += indices(own) if linked else b""
    size = len(head) + 12 + len(body)
    return head + struct.pack("<III", size, 1, len(found)) + body


def indices(numbers: Sequence[int]) -> bytes:
    """A counted list of stroke indices."""
    return struct.pack(f"<H{len(numbers)}H", len(numbers), *numbers)


def mpf(
    characters: Iterable[str],
    vectors: np.ndarray,
    text: bytes = b"Character features, made up. #ftrtype=none\0",
    code: bytes = b"MPF",
) -> bytes:
    """A feature file; `vectors` is ``uint8 (characters, dimensions)``."""
    codes = [gb_code(c) for c in characters]
    head = struct.pack("<i8s", 62 + len(text), code) + text
    kind = b"unsigned char\0junk".ljust(20, b"\xcc")
    head += struct.pack("<20sh20sii", b"GB", 2, kind, len(codes), vectors.shape[1])
    return head + b"".join(c + row.tobytes() for c, row in zip(codes, vectors, strict=True))


def uji(characters: Sequence[str], sessions: Sequence[str]) -> bytes:
    """UJI's text file: each character in each session, its strokes of other points each time."""
    lines = ["// UJI: 100 units per millimetre"]
    for number, session in enumerate(sessions):
        for place, character in enumerate(characters):
            lines += [f"// ASCII char: {character}", f"WORD {character} {session}"]
            strokes = 1 + (place + number) % 3
            lines.append(f"  NUMSTROKES {strokes}")
            for stroke in range(strokes):
                points = [500 + 90 * stroke + 7 * number, 700, 560, 1300 + 11 * place, 700, 900]
                lines.append(f"  POINTS 3 # {' '.join(map(str, points))}")
    return "\n".join(lines).encode() + b"\n"
