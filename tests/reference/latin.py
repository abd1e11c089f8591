"""How Latin stands in a line, from its definition: characters one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from penline.characters import kind_of
from reference.compose import LETTERS, Fit

__all__ = ["place_latin"]


def place_latin(
    text: Sequence[str],
    inked: Sequence[bool],
    sizes: Sequence[float],
    figures: Mapping[str, tuple[float, ...]],
    scales: Sequence[float],
    hands: Sequence[tuple[float, float]],
) -> tuple[list[Fit], list[bool]]:
    """Of each character its fit, and whether it is a sign beside Latin.

    `sizes`: heights in ems; `figures`: height, below, hangs, before, after; `hands`: x-height and
    pen of each character's writer.
    """

    def script(at: int) -> str:
        name = kind_of(text[at]).name
        if text[at].isspace():
            return "white"
        known = inked[at] and text[at] in figures
        if name in LETTERS or name == "digit":
            return "latin" if known else "other"
        return "sign" if known else "other"

    scripts = [script(at) for at in range(len(text))]

    def beside(at: int, step: int) -> bool:
        at += step
        while 0 <= at < len(text) and scripts[at] in ("white", "sign"):
            at += step
        return 0 <= at < len(text) and scripts[at] == "latin"

    signs = [scripts[at] == "sign" and (beside(at, -1) or beside(at, 1)) for at in range(len(text))]
    fits: list[Fit] = []
    for at, character in enumerate(text):
        if not (signs[at] or scripts[at] == "latin"):
            fits.append((1.0, None, 0.0, 0.0, 1.0, 0.0))
            continue
        height, below, hangs, before, after = figures[character][:5]
        x_height, pen = hands[at]
        stroke = max(sizes[at] - pen, 0.0) * scales[at]
        foot = -below * x_height - hangs * (stroke - height * x_height) - pen / 2
        gaps = before * x_height - pen / 2, after * x_height - pen / 2
        fits.append(((stroke + pen) / max(sizes[at], 0.01), foot, *gaps, x_height / 0.42, pen / 2))
    return fits, signs
