"""Draw the pictures of the recipe page: one text under several values of a setting.

    python tools/make_strips.py [--out docs/pictures] [NAME ...]

Chinese in them is simulated handwriting, English real, both of the embedded sample. The same code
and sample give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from pages.strips import STRIPS, Strip

from penline.api import write
from penline.bank import Bank
from penline.compose import Composer
from penline.sample import corpus_files, sample_bank

Image = npt.NDArray[np.uint8]

MOST_BYTES = 25_000
WIDTH_PX = 660
LABEL_PX = 19
WHITE, GREY = 255, 90


def merged(base: dict[str, Any], over: Any) -> dict[str, Any]:
    """Settings over others, mappings inside mappings."""
    return base | {
        key: merged(base.get(key, {}), value) if isinstance(value, dict) else value
        for key, value in over.items()
    }


def sample_banks() -> dict[str, Bank]:
    """Banks by the family of their writers."""
    return {"hand": sample_bank("real"), "sample": sample_bank()}


def lines(strip: Strip, bank: Bank) -> Iterator[tuple[str, Image]]:
    """The rows of a strip: each label and its line."""
    base = {"image": {"height_px": 52}, "papers": ["plain"], "effects": "none"}
    if strip.section not in ("ink", "papers", "effects", "image"):
        base["ink"] = {"tone_range": [20, 20]}
    base = merged(base, strip.over or {})
    for label, settings in strip.settings():
        recipe = merged(base, settings)
        if strip.text:
            who = strip.writer or None
            [line] = write(strip.text, recipe=recipe, banks=[bank], writer=who, seed=strip.seed)
        else:
            line = Composer(recipe, bank, corpus_files(), strip.seed)[0]
        yield label, line.image


def drawn(strip: Strip, bank: Bank) -> Image:
    """A strip: labels, and under each its line.

    Raises:
        ValueError: a line is too wide for the page.
    """
    rows = []
    for label, image in lines(strip, bank):
        if image.shape[1] > WIDTH_PX:
            raise ValueError(f"{strip.name}: {image.shape[1]} px, at most {WIDTH_PX}")
        head = np.full((LABEL_PX, WIDTH_PX, 3), WHITE, np.uint8)
        colour, font = (GREY,) * 3, cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(head, label, (2, LABEL_PX - 6), font, 0.43, colour, 1, cv2.LINE_AA)
        line = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, 2)
        sides = (0, 8, 0, WIDTH_PX - line.shape[1])
        rows += [head, cv2.copyMakeBorder(line, *sides, cv2.BORDER_CONSTANT, value=[WHITE] * 3)]
    return np.concatenate(rows)


def encoded(strip: Strip, image: Image) -> bytes:
    """The file's bytes: JPEG, or PNG of sixteen levels.

    Raises:
        ValueError: the file would be too large.
    """
    flags: Sequence[int] = [cv2.IMWRITE_JPEG_QUALITY, 68]
    if strip.kind == "png":
        flags = [cv2.IMWRITE_PNG_COMPRESSION, 9]
        image = (image + np.minimum(8, 255 - image)) // 17 * 17
    if (image == image[:, :, :1]).all():
        image = image[:, :, :1]
    data = cv2.imencode(f".{strip.kind}", image[:, :, ::-1], flags)[1].tobytes()
    if len(data) > MOST_BYTES:
        raise ValueError(f"{strip.name}: {len(data):,} bytes, at most {MOST_BYTES:,}")
    return data


def files(strips: Sequence[Strip] = STRIPS) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each picture."""
    banks = sample_banks()
    for strip in strips:
        bank = banks[strip.writer.partition(":")[0] or "sample"]
        yield strip.file, encoded(strip, drawn(strip, bank))


def main() -> None:
    """Draw the strips and write them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these")
    docs = Path(__file__).resolve().parents[1] / "docs"
    parser.add_argument("--out", type=Path, default=docs / "pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in STRIPS if not options.names or one.name in options.names]
    for name, data in files(chosen):
        (options.out / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
