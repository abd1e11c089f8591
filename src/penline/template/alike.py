"""Signs that look like others of a list, and what to call them.

Shapes: the pairs that readers of handwriting mistake (1 l I |, 0 O o, 2 Z z, 5 S s, 6 b, 9 q g, and
Chinese characters, kana and signs of one shape), and letters whose capital is the small one larger.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["look_alike", "sign_name"]

_SHAPES = (
    *(
        "1lI|ı",
        "0OoОоΟο〇○",
        "2Zz",
        "5Ss",
        "6b",
        "9qg",
        "AАΑ",
        "aа",
        "BВΒ8",
        "cс",
        "eе",
        "pр",
        "xх×",
        "yу",
    ),
    *("-–—−一ー_~", "'‘’`´", '"“”', ".·・。", ",、，", "uv", "VvνΥ", "rгΓ"),
    *(
        "口囗ロ",
        "力カ",
        "二ニ",
        "八ハ",
        "工エ",
        "夕タ",
        "卜ト",
        "千チ于干",
        "三ミ",
        "才オ",
        "へヘ",
        "べベ",
        "ぺペ",
    ),
    *("リり", "己已巳", "土士", "日曰", "未末", "人入", "戊戌戍"),
)
_CASE = frozenset("cijkopsuvwxyzвгжзийклмнопстухцчшщъыьэюяθικοπτυφχψω")
"""Small letters whose capital has their shape."""


def look_alike(characters: Iterable[str]) -> frozenset[str]:
    """Those of a list that look like another one of it.

    >>> sorted(look_alike("1aAlc"))
    ['1', 'l']
    >>> sorted(look_alike("cCé"))
    ['C', 'c']
    """
    found = set(characters)
    alike = {one for shape in _SHAPES if len(some := found & set(shape)) > 1 for one in some}
    for one in found:
        small = unicodedata.normalize("NFD", one.lower())[:1]
        if small in _CASE and one.swapcase() != one and one.swapcase() in found:
            alike.add(one)
    return frozenset(alike)


def sign_name(character: str) -> str:
    """What to call a sign, in ASCII: short words where there are some, else its code points.

    >>> [sign_name(one) for one in ("l", "I", "1", "é", "|", "ю", "一")]
    ['small L', 'capital I', 'digit 1', 'small E', 'U+007C', 'small', 'U+4E00']
    """
    first = unicodedata.normalize("NFD", character)[0]
    kind = {"Ll": "small", "Lu": "capital"}.get(unicodedata.category(first))
    if kind:
        return f"{kind} {first.upper()}" if first.isascii() else kind
    if character.isascii() and character.isdigit():
        return f"digit {character}"
    return " ".join(f"U+{ord(one):04X}" for one in character)
