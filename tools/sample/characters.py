"""Which characters a hand holds, and how often it writes each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
ASCII = "".join(map(chr, range(0x21, 0x7F)))
LATIN_SIGNS = "·×÷±°–€"
CHINESE_SIGNS = "，。、；：？！“”‘’（）《》…—￥～"

_FOLDER = Path(__file__).parent
_TWICE = "，。、；：？！“”（）,.-:" + LETTERS.upper()
_OFTEN = LETTERS + DIGITS
_SECOND_HAN = 60


def is_han(character: str) -> bool:
    """A Chinese character of the basic block."""
    return "\u4e00" <= character <= "\u9fff"


def sections() -> dict[str, str]:
    """The groups of `characters.txt`."""
    found: dict[str, str] = {}
    name = ""
    for line in (_FOLDER / "characters.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif not line.startswith("#"):
            found[name] = found.get(name, "") + line
    return found


def refused() -> dict[str, frozenset[str]]:
    """Font id -> the characters that `refused.txt` names for it."""
    lines = (_FOLDER / "refused.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(" ") for line in lines if not line.startswith("#"))
    return {font: frozenset(characters) for font, characters in rows}


def han_for_hand(lines: Sequence[str], writable: Iterable[str], count: int) -> list[str]:
    """The `count` Chinese characters that a hand learns.

    Lines of the corpus first, always the one that asks for the fewest new characters, so that a
    hand of few characters still writes whole lines; then everyday characters, then by frequency.
    """
    allowed = set(writable)
    needs = [frozenset(filter(is_han, line)) for line in lines]
    open_needs = [need for need in needs if need <= allowed]
    learnt: dict[str, None] = {}
    while open_needs and len(learnt) < count:
        nearest = min(open_needs, key=lambda need: len(need - learnt.keys()))
        learnt.update(dict.fromkeys(sorted(nearest)))
        open_needs = [need for need in open_needs if not need <= learnt.keys()]
    groups = sections()
    for character in "".join(map("".join, needs)) + groups["everyday"] + groups["ranked"]:
        if character in allowed:
            learnt.setdefault(character)
    return list(learnt)[:count]


def copies(lines: Sequence[str]) -> Counter[str]:
    """How many samples a hand writes of each character; one where it is absent here."""
    counted = Counter(filter(is_han, "".join(lines)))
    often = sorted(counted, key=lambda character: (-counted[character], character))
    wanted = Counter(dict.fromkeys(often[:_SECOND_HAN], 2))
    wanted.update(dict.fromkeys(_TWICE, 2))
    wanted.update(dict.fromkeys(_OFTEN, 3))
    return wanted
