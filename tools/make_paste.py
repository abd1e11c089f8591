"""Draw what pasting makes of glyphs, and what penline makes of the same ones.

    python tools/make_paste.py [--out docs/pictures]

The glyphs of two lines, as they lie in the bank: put side by side on a sheet in their white boxes,
resized to one height or each as it is, and the lines themselves. English is real handwriting,
Chinese simulated. The same code and sample give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from make_pictures import GAP_PX, WHITE, encoded, inks, pad

from penline.api import write
from penline.bank import Bank
from penline.records import Sample
from penline.sample import sample_bank

Image = npt.NDArray[np.uint8]

NAME = "paste.jpg"
HEIGHT_PX, CELL_PX, WIDTH_PX = 60, 42, 830
LINES = {
    "sample:02": ("你好，小明：今天3点见，别忘了。", 2),
    "hand:027": ("A happy dog plays all day.", 4),
}
"""By writer: a text and a seed, of a few that were looked at."""
RECIPE: dict[str, Any] = {
    "papers": [{"name": "plain", "tone_range": [224, 224], "warmth_range": [16, 16]}],
    "image": {"mode": "rgb", "height_px": HEIGHT_PX},
    "ink": {"colours": [[0, 0, 0]], "tone_range": [20, 20]},
    "layout": {"hand": "default"},
    "effects": "none",
}


def pasted(bank: Bank, sample: Sample, one_height: bool) -> Image:
    """The line's glyphs side by side on a sheet of its colour, each in its white box.

    Args:
        bank: where they lie.
        sample: the line.
        one_height: resize each to the same height; else each keeps its size, and all are made
            smaller together where the highest needs it.
    """
    found = iter(inks(bank, sample))
    glyphs = [None if character.isspace() else next(found) for character in sample.text]
    highest = max(glyph.shape[0] for glyph in glyphs if glyph is not None)
    cells = []
    for glyph in glyphs:
        cell = np.empty((HEIGHT_PX, CELL_PX // 3, 3), np.uint8)
        cell[:] = sample.image[0, 0]
        if glyph is not None:
            scale = CELL_PX / (glyph.shape[0] if one_height else highest)
            size = max(round(glyph.shape[1] * scale), 1), round(glyph.shape[0] * scale)
            box = WHITE - cv2.resize(glyph, size, interpolation=cv2.INTER_AREA)
            cell = np.empty((HEIGHT_PX, size[0], 3), np.uint8)
            cell[:] = sample.image[0, 0]
            top = (HEIGHT_PX - size[1]) // 2
            cell[top : top + size[1]] = box[:, :, None]
        cells.append(cell)
    return np.concatenate(cells, 1)


def side_by_side(bank: Bank) -> Image:
    """Three rows of two lines, a label above each."""
    lines = [
        write(text, recipe=RECIPE, banks=[bank], writer=writer, seed=seed)[0]
        for writer, (text, seed) in LINES.items()
    ]
    rows = {
        "pasted, each glyph resized to one height": [pasted(bank, one, True) for one in lines],
        "pasted, each glyph at its own size": [pasted(bank, one, False) for one in lines],
        "penline": [one.image for one in lines],
    }
    parts = []
    for label, pair in rows.items():
        head = np.full((24, WIDTH_PX, 3), WHITE, np.uint8)
        at, font = (GAP_PX, 16), cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(head, label, at, font, 0.5, (90, 90, 90), 1, cv2.LINE_AA)
        right = [WIDTH_PX - GAP_PX - image.shape[1] for image in pair]
        parts += [
            head,
            *(pad(one, (0, 4, GAP_PX, far)) for one, far in zip(pair, right, strict=True)),
        ]
    return np.concatenate(parts)


def main() -> None:
    """Draw the picture and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    docs = Path(__file__).resolve().parents[1] / "docs"
    parser.add_argument("--out", type=Path, default=docs / "pictures")
    options = parser.parse_args()
    data = encoded(NAME, side_by_side(sample_bank("both")))
    (options.out / NAME).write_bytes(data)
    print(f"{NAME}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
