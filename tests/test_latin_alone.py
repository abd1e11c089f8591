"""How characters in lines differ from those that the same hands wrote alone."""

from __future__ import annotations

import numpy as np
import pytest

from penline.measure.latin import LatinShape
from penline.measure.latin_alone import figures_of
from penline.measure.latin_lines import LatinLine

LOW = {"a": 1.0, "e": 1.0, "o": 1.0}
TALL = {"j": 2.5, "h": 1.9, "1": 1.6, "7": 1.6}
SHAPES = {
    one: LatinShape(n=40, height=height, below=0.9 if one == "j" else 0.0)
    for one, height in (LOW | TALL).items()
}
GROWN, HANGS = {"j": 0.8, "1": 1.25}, {"j": 0.5}


def line_of(longer: float) -> LatinLine:
    """A line by a hand whose tall characters are so much higher than is usual, x-heights."""
    text = [*LOW, "j", "h", "1"]
    height = np.array([*LOW.values(), *(TALL[c] + longer for c in "jh1")])
    below = np.array([SHAPES[c].below + HANGS.get(c, 0.0) * longer * (c in TALL) for c in text])
    none = np.full(len(text) - 1, np.nan)
    return LatinLine(2.0, text, below, height, none, none)


def figures(people: int):
    """Of so many people, each with a unit of their own; 7 was written alone by all, in lines by
    nobody."""
    lines, names, letters = [], [], []
    for number, longer in enumerate(np.linspace(-0.4, 0.4, people).tolist()):
        name, unit = f"w:{number}", 10.0 + number
        lines.append(line_of(longer))
        names.append(name)
        for one, height in (LOW | TALL).items():
            own = height + longer * (one in TALL)
            letters.append((name, one, unit * own / GROWN.get(one, 1.0)))
    letters.append(("w:nobody", "j", 900.0))  # no line, and no letter of x-height
    return figures_of(SHAPES, lines, names, letters)


def test_the_same_hands_are_compared() -> None:
    found = figures(31)
    assert found["j"].grows == pytest.approx((31 * 0.8 + 10) / 41, abs=0.006)
    assert (found["a"].grows, found["h"].grows) == (1.0, 1.0)
    assert (
        found["1"].grows == found["7"].grows == 1.25
    )  # the one is drawn to its kind, the other is it
    assert found["j"].hangs == 0.5
    assert found["h"].hangs == found["a"].hangs == found["7"].hangs == 0.0
    assert found["j"][:5] == (40, 2.5, 0.9, 0.0, 0.0)


def test_few_hands_do_not_say_what_hangs() -> None:
    assert figures(29)["j"].hangs == 1.0
