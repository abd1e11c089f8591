"""The picture of the proof on Latin: errors by style, as docs/what-teaches.md shows them.

python bench/proof_chart.py [proof_results.json] [-o docs/pictures/what-teaches.png]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

HERE = Path(__file__).parent
BARS = {
    "placed": ("letters in their places", (201, 201, 201)),
    "varied": ("and varied", (224, 164, 88)),
    "joined": ("or joined", (127, 176, 105)),
    "both": ("varied and joined", (47, 111, 79)),
    "real": ("real words of other people", (51, 101, 138)),
}
"""By arm: what it is called, and its colour in RGB order."""
STYLES = ("all", "printed", "mixed", "cursive")
WIDTH, HEIGHT, LEFT, TOP, FOOT, BAR, GAP = 1520, 660, 100, 130, 590, 56, 56
GREY, BLACK = (222, 222, 222), (30, 30, 30)


def chart(arms: dict[str, Any]) -> np.ndarray:
    """The picture, ``uint8 (660, 1520, 3)`` in RGB order."""
    most = max(arms[arm][style]["error"] for arm in BARS for style in STYLES)
    top = 10 * int(-(-most // 10))

    def y_of(error: float) -> int:
        return round(FOOT - (FOOT - TOP) * error / top)

    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for level in range(0, top + 1, 10):
        cv2.line(image, (LEFT, y_of(level)), (WIDTH - 16, y_of(level)), GREY, 1)
        _say(image, f"{level} %", 10, y_of(level) + 9)
    x = LEFT + 20
    for style in STYLES:
        _say(image, style, x + BAR * len(BARS) // 2 - 9 * len(style), FOOT + 44)
        for arm, (_, colour) in BARS.items():
            found = arms[arm][style]
            cv2.rectangle(image, (x, y_of(found["error"])), (x + BAR - 8, FOOT), colour, -1)
            low, high = map(y_of, found["interval"])
            cv2.line(image, (x + BAR // 2 - 4, low), (x + BAR // 2 - 4, high), BLACK, 2)
            x += BAR
        x += GAP
    for number, (name, colour) in enumerate(BARS.values()):
        left, down = LEFT + 20 + 460 * (number % 3), 18 + 46 * (number // 3)
        cv2.rectangle(image, (left, down), (left + 26, down + 26), colour, -1)
        _say(image, name, left + 38, down + 22)
    return image


def _say(image: np.ndarray, text: str, x: int, y: int) -> None:
    cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.85, BLACK, 1, cv2.LINE_AA)


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path, nargs="?", default=HERE / "proof_results.json")
    out = HERE.parent / "docs" / "pictures" / "what-teaches.png"
    parser.add_argument("-o", "--out", type=Path, default=out)
    given = parser.parse_args()
    image = chart(json.loads(given.results.read_text("utf-8"))["arms"])
    cv2.imwrite(str(given.out), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
