"""Made-up lines whose boxes are known, as pictures and as geometry. No real data.

line("天地，12")           a picture of the text, and the box of each character
geometry("天地，12")       the same as a `LineGeometry`, without a picture
page(["天地，12"])         a DGRL page of such pictures
data_set(folder, texts)   a finished set with ``boxes.jsonl``
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

import fakes_pages
from penline.characters import is_han
from penline.measure.geometry import LineGeometry, of_boxes

EM = 60
"""Height of a made-up Chinese character, px."""

# height and width in ems, and the middle above the line's middle
SHAPES = {
    "，": (0.25, 0.15, -0.35),
    ",": (0.25, 0.15, -0.35),
    "。": (0.25, 0.25, -0.3),
    "“": (0.3, 0.25, 0.3),
    "”": (0.3, 0.25, 0.3),
    "一": (0.1, 0.6, 0.0),
}


def shape(character: str) -> tuple[float, float, float]:
    """Height, width and middle of a character, in ems."""
    if character in SHAPES:
        return SHAPES[character]
    if is_han(character):
        return 1.0, 0.8 + 0.02 * (ord(character) % 10), 0.0
    return 0.7, 0.35, -0.05


def boxes(
    text: str, gap_em: float = 0.2, em: int = EM, seed: int | None = None
) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of each character; with a seed, sizes, places and gaps vary."""
    chance = None if seed is None else np.random.Generator(np.random.PCG64(seed))
    found, x = [], 4.0
    for character in text:
        high, wide, middle = shape(character)
        gap = gap_em
        if chance is not None:
            high, wide = high * (1 + 0.1 * chance.normal()), wide * (1 + 0.1 * chance.normal())
            middle, gap = middle + 0.05 * chance.normal(), gap + 0.06 * chance.normal()
        top = 1.0 * em - (middle + 0.5 * high) * em
        found.append((round(x), round(top), round(x + max(wide, 0.1) * em), round(top + high * em)))
        x += (wide + gap) * em
    return found


def line(
    text: str, gap_em: float = 0.2, em: int = EM
) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """``uint8 (height, width)`` ink, 0 = paper, and the boxes.

    A Chinese character of an even code point is of two parts beside each other, others are of one.
    """
    places = boxes(text, gap_em, em)
    ink = np.zeros((2 * em + 8, places[-1][2] + 6), np.uint8)
    for character, (x0, y0, x1, y1) in zip(text, places, strict=True):
        if is_han(character) and character != "一":
            middle = (x0 + x1) // 2
            if ord(character) % 2:
                frame(ink, x0, y0, x1, y1)
            else:
                frame(ink, x0, y0, middle - 4, y1)
                frame(ink, middle + 1, y0 + 6, x1, y1)
        elif character in "“”":
            ink[y0:y1, x0 : x0 + 5] = 200
            ink[y0:y1, x1 - 5 : x1] = 200
        else:
            ink[y0:y1, x0:x1] = 200
    return ink, places


def frame(ink: np.ndarray, x0: int, y0: int, x1: int, y1: int) -> None:
    """A frame with a bar across, of strokes of four pixels."""
    cv2.rectangle(ink, (x0, y0), (x1 - 1, y1 - 1), 200, 1)
    ink[y0 : y0 + 4, x0:x1] = ink[y1 - 4 : y1, x0:x1] = 200
    ink[y0:y1, x0 : x0 + 4] = ink[y0:y1, x1 - 4 : x1] = 200
    ink[(y0 + y1) // 2 - 2 : (y0 + y1) // 2 + 2, x0:x1] = 200


def geometry(
    text: str, gap_em: float = 0.2, seed: int | None = None, **facts: object
) -> LineGeometry:
    """A line of boxes alone."""
    where = {"writer": "casia:001", "sheet": "made up", **facts}
    return of_boxes(list(text), boxes(text, gap_em, seed=seed), **where)  # type: ignore[arg-type]


def page(texts: Sequence[str], gap_em: float = 0.2) -> bytes:
    """A DGRL page, one picture a line."""
    parts = [fakes_pages.head(len(texts), page=(400 * len(texts), 4000))]
    for number, text in enumerate(texts):
        ink, _ = line(text, gap_em)
        place = struct.pack("<iiii", 300 * number + 20, 150, *ink.shape)
        count = struct.pack("<I", len(text))
        parts += [count, fakes_pages.units(text), place, (255 - ink).tobytes()]
    return b"".join(parts)


def data_set(
    folder: Path, texts: Sequence[str], gap_em: float = 0.2, whole_lines: bool = False
) -> Path:
    """A finished set; with `whole_lines` there is one box around each line."""
    (folder / "images" / "00000").mkdir(parents=True)
    entries = []
    for number, text in enumerate(texts):
        ink, places = line(text, gap_em)
        name = f"images/00000/{number:08d}.png"
        good, data = cv2.imencode(".png", 255 - ink)
        assert good
        (folder / name).write_bytes(data.tobytes())
        boxed = [(0, 0, ink.shape[1], ink.shape[0])] if whole_lines else places
        quads = [[[a, b], [c, b], [c, d], [a, d]] for a, b, c, d in boxed]
        entries.append({"path": name, "text": text, "writer": "casia:001", "quads": quads})
    rows = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries]
    (folder / "boxes.jsonl").write_bytes("".join(rows).encode())
    return folder
