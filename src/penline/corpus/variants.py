"""Characters that a hand writes alike, so that one may stand for the other.

Archives differ in which form they hold: one writer has `,` and no `，`, another the reverse. A
glyph of a stand-in is used only for the picture; the label keeps the corpus's character. Where the
ink sits and how large it is follow the corpus's character, so what is alike here is the shape: the
point of `·` is the point of `.`, at another height.

What is left out on purpose: `。` is a small ring, not the point `.`; `○` is a full-sized ring, not
`。`; `《》` are not two `<`; `「」` are not quotation marks; `、` slants the other way than `,`;
`一` is a letter's stroke and would teach a recogniser to read `—` as `一`; O, 0 and 〇, and 1, l
and I, which a hand may well write alike, but which a reader has to tell apart.
"""

from __future__ import annotations

import functools
import unicodedata

__all__ = ["ALIKE", "EXPANSIONS", "ONE_WAY", "expansion", "stand_ins"]

ALIKE: tuple[str, ...] = (
    # Each row: characters of one shape; for each, the others serve in the order of the row.
    ",，﹐",
    "。｡",
    ".．․﹒",  # ․ is the dot of a leader
    "、､﹑",
    ";；﹔",
    ":：∶﹕",  # ∶ is the ratio sign
    "?？﹖",
    "!！﹗",
    "(（﹙",
    ")）﹚",
    "[［",
    "]］",
    "{｛﹛",
    "}｝﹜",
    "「｢",
    "」｣",
    "〈⟨\u2329",
    "〉⟩\u232a",
    "《⟪",
    "》⟫",
    "“〝",
    "”〞″",  # the double prime leans as the mark does
    "’′ʼ",  # and the prime as the apostrophe
    '"＂',
    "'＇",
    "`｀",
    "—―─",  # one cell each: —— is two; ─ comes from text set with box-drawing lines
    "-－‐‑–−﹣",  # hyphens, the en dash and the minus sign: one short stroke
    "~～〜∼",
    "…⋯",  # a hand sets the points low or in the middle
    "·・･‧•∙⋅",
    "%％﹪",
    "+＋﹢",
    "=＝﹦",
    "<＜﹤",
    ">＞﹥",
    "/／∕⁄",
    "\\＼﹨",
    "|｜∣│",
    "∥‖",
    "_＿",
    "&＆﹠",
    "#＃﹟",
    "@＠﹫",
    "*＊∗﹡",
    "^＾",
    "￥\u00a5",  # full-width and Latin-1 signs
    "$＄﹩",
    "￡\u00a3",
    "￠\u00a2",
    "×✕⨯",
    "〇○◯",  # the numeral is a full-sized ring
    "°˚º",
    "△∆▵",
    "□◻▢",
    "◇◊",
    "☆✩",
    "∑Σ",
    "∏Π",
    "μ\u00b5",  # mu and the micro sign
    "Ω\u2126",  # omega and the ohm sign
    "Å\u212b",  # the letter and the unit
    "⊙☉",
    "①➀",
    "②➁",
    "③➂",
    "④➃",
    "⑤➄",
    "⑥➅",
    "⑦➆",
    "⑧➇",
    "⑨➈",
    "⑩➉",
)

ONE_WAY: dict[str, str] = {
    # Further stand-ins of the key, after those of its row; not the other way, unless said so.
    # Quotation marks: a hand's straight mark is written like either curled one, and a curled one
    # must not be read as its opposite.
    "“": '"＂',
    "”": '"＂',
    "‘": "'＇",
    "’": "'＇",
    '"': "”“″",
    "'": "’‘′",
    "″": '"',
    "′": "'",
    # Dashes: the long one may be made of the short stroke, not the hyphen of a cell-wide one.
    "—": "–-－−",
    "―": "–-－−",
    "─": "–-－−",
    "–": "—",
    # The raised point is a point.
    "·": ".．",
    "・": ".．",
    "･": ".．",
    "‧": ".．",
    "∙": ".．",
    "⋅": ".．",
    "•": ".．",
    # A tall angle bracket is an angle; the sign for "less" is none of the tall ones.
    "〈": "<＜",
    "〉": ">＞",
    # The multiplication sign is a small cross, as x is; but x is often two curves.
    "×": "x",
    # Roman numerals of one letter.
    "Ⅰ": "I",
    "Ⅴ": "V",
    "Ⅹ": "X",
    "ⅰ": "i",
    "ⅴ": "v",
    "ⅹ": "x",
    # White space needs no glyph; a corpus holds U+0020 only, other text may hold these.
    "\u3000": " ",
    "\u00a0": " ",
}

EXPANSIONS: dict[str, tuple[str, ...]] = {
    # Written as several glyphs side by side, where neither the character nor a stand-in is there.
    "…": (".", ".", "."),
    "⋯": ("·", "·", "·"),
    "‥": (".", "."),
    "℃": ("°", "C"),
    "℉": ("°", "F"),
    "№": ("N", "o"),
    "㎎": ("m", "g"),
    "㎏": ("k", "g"),
    "㎜": ("m", "m"),
    "㎝": ("c", "m"),
    "㎞": ("k", "m"),
    "㏄": ("c", "c"),
    "Ⅱ": ("I", "I"),
    "Ⅲ": ("I", "I", "I"),
    "Ⅳ": ("I", "V"),
    "Ⅵ": ("V", "I"),
    "Ⅶ": ("V", "I", "I"),
    "Ⅷ": ("V", "I", "I", "I"),
    "Ⅸ": ("I", "X"),
    "Ⅺ": ("X", "I"),
    "Ⅻ": ("X", "I", "I"),
    "ⅱ": ("i", "i"),
    "ⅲ": ("i", "i", "i"),
    "ⅳ": ("i", "v"),
    "‼": ("!", "!"),
    "⁇": ("?", "?"),
    "⁈": ("?", "!"),
    "⁉": ("!", "?"),
    "ﬁ": ("f", "i"),
    "ﬂ": ("f", "l"),
    "″": ("'", "'"),
    "⸺": ("—", "—"),
}

_WIDTH_OFFSET = 0xFEE0
"""From an ASCII character to its full-width form."""

_DOUBLES = (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA0C))
"""The Kangxi radicals, which text taken out of PDF files holds in place of the ideographs of the
same shape, and the ideographs that Korean standards count twice."""


@functools.cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    rows = [*ALIKE, *(chr(code) + chr(code + _WIDTH_OFFSET) for code in range(0x21, 0x7F))]
    for row in rows:
        for character in row:
            found.setdefault(character, []).extend(row)
    for code in _DOUBLES:
        found[chr(code)] = [unicodedata.normalize("NFKC", chr(code))]
    for character, others in ONE_WAY.items():
        found.setdefault(character, []).extend(others)
    return {
        character: tuple(other for other in dict.fromkeys(others) if other != character)
        for character, others in found.items()
    }


def stand_ins(character: str) -> tuple[str, ...]:
    """The characters whose glyph may stand for `character`, the best first; itself left out.

    >>> stand_ins("，")
    (',', '﹐')
    >>> stand_ins("。")
    ('｡',)
    >>> stand_ins("永")
    ()
    """
    return _table().get(character, ())


def expansion(character: str) -> tuple[str, ...]:
    """The glyphs that, side by side, write `character`; empty where it is not so written.

    >>> expansion("…"), expansion("a")
    (('.', '.', '.'), ())
    """
    return EXPANSIONS.get(character, ())
