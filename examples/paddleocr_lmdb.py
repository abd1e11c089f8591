"""An LMDB set read the way that PaddleOCR's `LMDBDataSet` reads it, without PaddleOCR.

    penline compose -n 2000 --val 0.05 --to lmdb -o lines
    pip install lmdb opencv-python-headless
    python examples/paddleocr_lmdb.py lines/train

PaddleOCR itself is trained with its own `tools/train.py` (docs/training.md has the configuration).
This goes the road of its data set: every folder below that holds a ``data.mdb``, opened read-only
without a lock; ``num-samples``; for each number from 1 the keys ``label-%09d`` and ``image-%09d``;
the picture decoded by OpenCV in colour. What it could not read there, PaddleOCR could not either.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

import cv2
import lmdb
import numpy as np


def folders(top: str) -> Iterator[str]:
    """Folders at and below `top` without folders in them, as PaddleOCR looks for databases."""
    for folder, inner, _ in os.walk(top + "/"):
        if not inner:
            yield folder


def lines(folder: str) -> Iterator[tuple[np.ndarray, str]]:
    """``uint8 (height, width, 3)`` and the text of each line."""
    base = lmdb.open(folder, max_readers=32, readonly=True, lock=False, readahead=False)
    try:
        with base.begin(write=False) as view:
            for number in range(1, int(view.get(b"num-samples")) + 1):
                label = view.get(b"label-%09d" % number).decode("utf-8")
                data = np.frombuffer(view.get(b"image-%09d" % number), np.uint8)
                picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
                if picture is None:
                    raise SystemExit(f"{folder}: image {number} does not decode")
                yield picture, label
    finally:
        base.close()


def main(words: list[str] | None = None) -> tuple[int, int]:
    """Read all; numbers of lines and of different characters."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="lines/train, or lines for both sides")
    arguments = parser.parse_args(words)
    count, characters, widest = 0, set(), 0
    for folder in folders(arguments.folder):
        for picture, label in lines(folder):
            count += 1
            characters |= set(label)
            widest = max(widest, picture.shape[1] * 48 // picture.shape[0])
    print(
        f"{count} lines, {len(characters)} characters; the widest is {widest} px at a height of 48"
    )
    return count, len(characters)


if __name__ == "__main__":
    main()
