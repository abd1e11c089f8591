"""Right to left: where each character of a text is seen, by the Unicode bidirectional algorithm.

Source: Unicode Standard Annex #9: rules P2 and P3 (base direction), W1 to W7, N0 to N2, I1 and I2
(levels), L1, L2 (order) and L4 (mirroring). The rules X1 to X10 are those of explicit marks, which
a corpus does not hold (`corpus.normal` drops them); where a text holds one, it is passed over. The
classes of characters are those of Python's `unicodedata`, the pairs those of BidiMirroring.txt.

Labels, boxes and glyphs stay in logical order, the order in which one reads and types; only places
go by what is here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from penline.entries import Cutter, Entries, in_entries, whole_text

__all__ = [
    "RIGHT_TO_LEFT",
    "UNMIRRORED",
    "Levels",
    "display",
    "faces",
    "levels_of",
    "lost",
    "mirrored",
    "visual_order",
]

RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""The blocks of scripts that are written from the right to the left, their digits among them."""

UNMIRRORED = "\uffff"
"""What `mirrored` gives for a character that Unicode wants mirrored, without a mirror image among
its characters (√, ∑): nobody can write it."""

_BRACKETS = (
    "()[]{}༺༻༼༽᚛᚜⁅⁆⁽⁾₍₎⌈⌉⌊⌋\u2329\u232a❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⦍⦐⦏⦎⦑⦒⦓⦔⦕⦖⦗⦘⧘⧙⧚⧛⧼⧽"
    "⸢⸣⸤⸥⸦⸧⸨⸩⹕⹖⹗⹘⹙⹚⹛⹜\u3008\u3009《》「」『』【】〔〕〖〗〘〙〚〛﹙﹚﹛﹜﹝﹞（）［］｛｝｟｠｢｣"
)
_SIGNS = (
    "<>«»‹›∈∋∉∌∊∍∕⧵∼∽≃⋍≒≓≔≕≤≥≦≧≨≩≪≫≮≯≰≱≲≳≴≵≶≷≸≹≺≻≼≽≾≿⊀⊁⊂⊃⊄⊅⊆⊇⊈⊉⊊⊋⊏⊐⊑⊒⊘⦸⊢⊣⊦⫞⊨⫤⊩⫣⊫⫥⊰⊱⊲⊳⊴⊵⊶⊷⋉⋊⋋⋌⋐⋑⋖⋗⋘⋙"
    "⋚⋛⋜⋝⋞⋟⋠⋡⋢⋣⋤⋥⋦⋧⋨⋩⋪⋫⋬⋭⋰⋱⋲⋺⋳⋻⋴⋼⋶⋽⋷⋾⟃⟄⟈⟉⟕⟖⟝⟞⟢⟣⟤⟥⧀⧁⧄⧅⧏⧐⧑⧒⧔⧕⧸⧹⨫⨬⨭⨮⨴⨵⨼⨽⩤⩥⩹⩺⩽⩾⩿⪀⪁⪂⪃⪄⪋⪌⪑⪒⪓⪔⪕⪖⪗⪘"
    "⪙⪚⪛⪜⪡⪢⪦⪧⪨⪩⪪⪫⪬⪭⪯⪰⪳⪴⪻⪼⪽⪾⪿⫀⫁⫂⫃⫄⫅⫆⫍⫎⫏⫐⫑⫒⫓⫔⫕⫖⫬⫭⫷⫸⫹⫺⸂⸃⸄⸅⸉⸊⸌⸍⸜⸝⸠⸡﹤﹥＜＞"
)
_CLOSING = dict(zip(_BRACKETS[::2], _BRACKETS[1::2], strict=True))
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_MIRROR = {
    one: other
    for pairs in (_BRACKETS, _SIGNS)
    for left, right in zip(pairs[::2], pairs[1::2], strict=True)
    for one, other in ((left, right), (right, left))
}
_SAME = {"\u2329": "\u3008", "\u232a": "\u3009"}
"""Brackets that are one by canonical equivalence."""
_DEEPEST = 63
"""So many brackets may be open; rule N0 then gives up."""

_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}
_PASSED = frozenset(["BN", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"])
_NEUTRAL = frozenset(["B", "S", "WS", "ON", "BN"])


class Levels(NamedTuple):
    """How deep each character of a text lies in runs of one direction.

    Attributes:
        base: 0 for a paragraph from the left to the right, 1 for one from the right to the left.
        levels: of each character in logical order; those of odd level run from the right.
    """

    base: int
    levels: tuple[int, ...]

    def only(self, part: slice) -> Levels:
        """Of a part of the text: the line of a paragraph keeps the paragraph's levels."""
        return Levels(self.base, self.levels[part])

    def again(self, at: int) -> Levels:
        """Of the text with a further character before the one at `at`, in the same run."""
        levels = self.levels
        return Levels(self.base, (*levels[:at], levels[at], *levels[at:]))

    def without(self, at: int) -> Levels:
        """Of the text without the character at `at`."""
        return Levels(self.base, self.levels[:at] + self.levels[at + 1 :])


def levels_of(entries: Entries) -> Levels | None:
    """Find the levels of a paragraph; its base direction is that of its first strong character.

    An entry has the level of its first code point. None where nothing of it is written from the
    right to the left.

    >>> levels_of("abc"), levels_of("א 12")
    (None, Levels(base=1, levels=(1, 1, 2, 2)))
    """
    text = whole_text(entries)
    if RIGHT_TO_LEFT.search(text) is None:
        return None
    classes = [unicodedata.bidirectional(character) or "L" for character in text]
    strong = next((one for one in classes if one in ("L", "R", "AL")), "L")
    base = int(strong != "L")
    kinds = _weak(classes, "RL"[not base])
    _pairs(text, classes, kinds, "RL"[not base])
    _neutral(kinds, "RL"[not base])
    levels = [base + _deeper(base, kind) for kind in kinds]
    for at in reversed(range(len(text))):  # L1
        if classes[at] not in ("WS", "S", "B") and classes[at] not in _PASSED:
            break
        levels[at] = base
    if len(text) != len(entries):
        ends = accumulate(map(len, entries))
        levels = [levels[end - len(one)] for end, one in zip(ends, entries, strict=True)]
    return Levels(base, tuple(levels))


def _deeper(base: int, kind: str) -> int:
    """Rules I1 and I2."""
    if base:
        return int(kind != "R")
    return {"L": 0, "R": 1}.get(kind, 2)


def _weak(classes: Sequence[str], base: str) -> list[str]:
    """Rules W1 to W7: L, R, EN, AN, and what is neutral."""
    kinds: list[str] = []
    before = base
    for kind in classes:
        if kind == "NSM" or kind in _PASSED:  # W1
            kind = before
        kinds.append(kind)
        before = kind
    strong = base
    for at, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":  # W2
            kinds[at] = "AN"
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for at in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[at - 1 : at + 2]
        if left == right and (kind, left) in (("ES", "EN"), ("CS", "EN"), ("CS", "AN")):
            kinds[at] = left
    for first, end in _runs(kinds, frozenset(["ET"])):  # W5
        if "EN" in (kinds[first - 1 : first] + kinds[end : end + 1]):
            kinds[first:end] = ["EN"] * (end - first)
    strong = base
    for at, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):  # W6
            kinds[at] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            kinds[at] = "L"
    return kinds


def _runs(kinds: Sequence[str], among: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where runs of these kinds begin and end."""
    at = 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] in among:
            end += 1
        if end > at:
            yield at, end
        at = end + 1


def _pairs(text: str, classes: Sequence[str], kinds: list[str], base: str) -> None:
    """Rule N0: both brackets of a pair go one way; `kinds` is changed."""
    for first, last in _bracket_pairs(text, kinds):
        inside = {_STRONG.get(kind, "") for kind in kinds[first + 1 : last]} - {""}
        if not inside:
            continue
        way = base
        if base not in inside:
            before = (_STRONG[kind] for kind in reversed(kinds[:first]) if kind in _STRONG)
            way = next(before, base)
        for bracket in (first, last):
            kinds[bracket] = way
            for at in range(bracket + 1, len(text)):  # marks upon a bracket go with it
                if classes[at] != "NSM" and classes[at] not in _PASSED:
                    break
                kinds[at] = way


def _bracket_pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of brackets (definition BD16), the one that opens first before the others."""
    open_ones: list[tuple[str, int]] = []
    found: list[tuple[int, int]] = []
    for at, character in enumerate(text):
        if kinds[at] != "ON":
            continue
        if character in _CLOSING:
            if len(open_ones) == _DEEPEST:
                return []
            closing = _CLOSING[character]
            open_ones.append((_SAME.get(closing, closing), at))
        elif character in _OPENING:
            wanted = _SAME.get(character, character)
            for depth in reversed(range(len(open_ones))):
                if open_ones[depth][0] == wanted:
                    found.append((open_ones[depth][1], at))
                    del open_ones[depth:]
                    break
    return sorted(found)


def _neutral(kinds: list[str], base: str) -> None:
    """Rules N1 and N2; `kinds` is changed."""
    for first, end in _runs(kinds, _NEUTRAL):
        left = _STRONG[kinds[first - 1]] if first else base
        right = _STRONG[kinds[end]] if end < len(kinds) else base
        kinds[first:end] = [left if left == right else base] * (end - first)


def visual_order(levels: Sequence[int]) -> list[int]:
    """The characters of a line from the left to the right, by their numbers (rule L2).

    >>> visual_order([1, 1, 2, 2])
    [2, 3, 1, 0]
    """
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[at:end] = order[at:end][::-1]
            at = end + 1
    return order


def mirrored(text: Entries, levels: Levels) -> Entries:
    """The entries as they look, in logical order: brackets that run from the right are turned.

    >>> mirrored("(א)", Levels(1, (1, 1, 1)))
    ')א('
    """
    return in_entries(
        _face(character) if level & 1 else character
        for character, level in zip(text, levels.levels, strict=True)
    )


def _face(character: str) -> str:
    if len(character) != 1 or not unicodedata.mirrored(character):
        return character
    return _MIRROR.get(character, UNMIRRORED)


def faces(text: Entries) -> Entries:
    """The text, and behind it what its entries may turn into; the text alone where nothing is
    written from the right to the left.

    >>> faces("(a)"), faces("(א")
    ('(a)', '(א)')
    """
    if RIGHT_TO_LEFT.search(whole_text(text)) is None:
        return text
    turned = (face for one in text if (face := _face(one)) != one)
    return in_entries((*text, *turned))


def lost(text: Entries, lacking: Collection[str]) -> set[str]:
    """The characters of a text that are among `lacking`, or may turn into one that is.

    >>> sorted(lost("(a)", [")"])), sorted(lost("(א)", [")"]))
    ([')'], ['(', ')'])
    """
    gone = set(lacking)
    if RIGHT_TO_LEFT.search(whole_text(text)) is None:
        return gone
    return {character for character in text if {character, _face(character)} & gone}


def display(text: str) -> str:
    """A label in display order, as a reader meets its characters from the left to the right.

    What a trainer wants that reads lines from the left, and does not reorder labels by itself.
    Marks stay behind their letter (rule L3).

    >>> display("(אב) 12")
    '12 (בא)'
    """
    letters = Cutter()(text)
    found = levels_of(letters)
    if found is None:
        return text
    shown = mirrored(letters, found)
    return "".join(
        letters[at] if shown[at] == UNMIRRORED else shown[at] for at in visual_order(found.levels)
    )
