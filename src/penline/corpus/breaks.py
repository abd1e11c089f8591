"""Break flags: with which characters a line may start and end.

Two neighbours may be parted where at least one of them is wide (Han and its punctuation), or
where a space stands between them, unless one of them clings to the other: closing punctuation to
what it closes, opening punctuation to what it opens, a number to its sign and its unit. Everything
that this file does not name counts as a letter, so that words of any script stay whole.

The flags are made once, when a corpus is read, for a block of paragraphs at a time.
"""

from __future__ import annotations

import functools
import re
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from penline.corpus.cut import (
    CLAUSE,
    END_RANK_SHIFT,
    ENDS,
    PLAIN,
    SENTENCE,
    START_RANK_SHIFT,
    STARTS,
    Flags,
)
from penline.corpus.normal import LAST_CODE_POINT, Codes, decoded

__all__ = ["CLOSING", "OPENING", "BreakClass", "break_flags", "kinds"]


class BreakClass(IntEnum):
    """How a character behaves where a line is cut."""

    LETTER = 0  # and everything that is not named below
    DIGIT = 1
    SPACE = 2
    EDGE = 3  # the LF between two paragraphs
    HAN = 4  # may be parted from any other
    TAIL = 5  # as HAN, but never first
    NUMERAL = 6  # 一 in 一百
    MEASURE = 7  # 年 in 2024年
    ORDINAL = 8  # 第 in 第3
    STOP_WIDE = 9
    PAUSE_WIDE = 10
    CLOSE_WIDE = 11
    OPEN_WIDE = 12
    STOP = 13
    PAUSE = 14
    CLOSE = 15
    OPEN = 16
    APOSTROPHE = 17  # also the closing single quotation mark
    QUOTE = 18  # straight: opening or closing, as its neighbours say
    TRAILER = 19  # %, -, /: never first, save at a paragraph's start
    GLUE = 20  # ·, =: clings to both sides
    MARK = 21  # combining


_SPANS = (
    (0x2460, 0x24FF, BreakClass.HAN),  # circled numbers
    (0x2500, 0x27BF, BreakClass.HAN),  # box drawing, geometric shapes, dingbats
    (0x2B00, 0x2BFF, BreakClass.HAN),
    (0x2E80, 0xA4CF, BreakClass.HAN),  # radicals, CJK symbols, kana, bopomofo, Han, Yi
    (0x3131, 0x318E, BreakClass.LETTER),  # Hangul letters
    (0x3371, 0x33DF, BreakClass.TRAILER),  # squared units: ㎏, ㎡
    (0xF900, 0xFAFF, BreakClass.HAN),
    (0xFF66, 0xFF9F, BreakClass.HAN),  # half-width kana
    (0x1F000, 0x1FAFF, BreakClass.HAN),
    (0x20000, 0x3FFFF, BreakClass.HAN),
    (0x30, 0x39, BreakClass.DIGIT),
    (0xFF10, 0xFF19, BreakClass.DIGIT),
    (0x300, 0x36F, BreakClass.MARK),
    (0x483, 0x489, BreakClass.MARK),
    (0x1AB0, 0x1AFF, BreakClass.MARK),
    (0x1DC0, 0x1DFF, BreakClass.MARK),
    (0x20D0, 0x20FF, BreakClass.MARK),
    (0x302A, 0x302F, BreakClass.MARK),
    (0x3099, 0x309A, BreakClass.MARK),
    (0xFE20, 0xFE2F, BreakClass.MARK),
    (0x1F3FB, 0x1F3FF, BreakClass.MARK),  # skin tones
)
_MEMBERS = {
    BreakClass.SPACE: " ",
    BreakClass.EDGE: "\n",
    BreakClass.TAIL: "々〻ーゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶｰ",
    BreakClass.NUMERAL: "〇零一二三四五六七八九十百千万亿两点壹贰叁肆伍陆柒捌玖拾佰仟萬億兩",
    BreakClass.MEASURE: "年月日号时分秒元角块个只位名岁倍度人次天周届期卷"
    "页章节条款项米克斤吨升公里厘毫平方立",
    BreakClass.ORDINAL: "第",
    BreakClass.STOP_WIDE: "。！？｡．‼⁇⁈⁉",
    BreakClass.PAUSE_WIDE: "，、；：､—―─⸺…‥⋯",
    BreakClass.CLOSE_WIDE: "）》〉」』】〕］｝〗〙〛”〞〟｣｠»›",
    BreakClass.OPEN_WIDE: "（《〈「『【〔［｛〖〘〚“〝｢｟«‹￥＄￡￠№",
    BreakClass.STOP: ".!?",
    BreakClass.PAUSE: ",;:",
    BreakClass.CLOSE: ")]}",
    BreakClass.OPEN: "([{‘‚„$£¥€¢§¿¡",
    BreakClass.APOSTROPHE: "’",
    BreakClass.QUOTE: "\"'＂＇",
    BreakClass.TRAILER: "%％‰‱°℃℉′″-－‐‑–−/／~～〜",
    BreakClass.GLUE: "·・･•‧∙⋅×÷±=＝+＋<>＜＞≈≠≤≥",
}

_CLOSERS = (
    BreakClass.STOP_WIDE,
    BreakClass.PAUSE_WIDE,
    BreakClass.CLOSE_WIDE,
    BreakClass.STOP,
    BreakClass.PAUSE,
    BreakClass.CLOSE,
)
_OPENERS = (BreakClass.OPEN_WIDE, BreakClass.OPEN)

CLOSING = "".join(_MEMBERS[kind] for kind in (*_CLOSERS, BreakClass.APOSTROPHE))
"""Characters that no line begins with."""
OPENING = "".join(_MEMBERS[kind] for kind in _OPENERS)
"""Characters that no line ends with."""

_D = "[0-9０-９]"
_UNITS = (
    "kg|g|mg|μg|km|m|cm|mm|μm|nm|km/h|m/s|L|l|mL|ml|t|h|min|s|ms|Hz|kHz|MHz|GHz|V|kV|W|kW|MW|A|mA|"
    "K|B|kB|KB|MB|GB|TB|dB|Pa|kPa|MPa|N|J|kJ|cal|kcal|mol|rpm|in|ft|lb|oz|am|pm|AM|PM"
)
_WHOLE = re.compile(
    # possessive, and only from a run's first digit on: linear in any text
    f"(?<!{_D})(?:"
    f"{_D}++(?:[：．—–～〜－／]{_D}++)++"  # 12：30, 2010—2020
    f"|{_D}{{1,3}}(?:，{_D}{{3}})+(?!{_D})"  # 1，000
    "|[0-9]{1,3}\\.[一-鿿])"  # the number of an item: 3.苹果
)
_BEFORE_UNIT = re.compile(f"(?<={_D}) (?=(?:{_UNITS})(?![A-Za-z0-9]))")

_SIZE = 32
Bytes = npt.NDArray[np.uint8]
Pairs = npt.NDArray[np.bool_]


@functools.lru_cache(maxsize=1)
def _kind_table() -> Bytes:
    table = np.full(LAST_CODE_POINT + 1, BreakClass.LETTER, np.uint8)
    for first, last, kind in _SPANS:
        table[first : last + 1] = kind
    for kind, members in _MEMBERS.items():
        table[[ord(member) for member in members]] = kind
    return table


@functools.lru_cache(maxsize=1)
def _pair_tables() -> tuple[Pairs, Pairs]:
    """``bool (1024,)`` each, at ``32 * before + after``: may they be parted, as they stand; and
    where a space is between them."""
    wide = np.isin(
        np.arange(_SIZE), (*range(BreakClass.HAN, BreakClass.OPEN_WIDE + 1), BreakClass.EDGE)
    )
    may_end = ~np.isin(np.arange(_SIZE), (*_OPENERS, BreakClass.GLUE, BreakClass.SPACE))
    may_start = ~np.isin(
        np.arange(_SIZE),
        (
            *_CLOSERS,
            BreakClass.APOSTROPHE,
            BreakClass.TAIL,
            BreakClass.TRAILER,
            BreakClass.GLUE,
            BreakClass.MARK,
            BreakClass.SPACE,
        ),
    )
    spaced = may_end[:, None] & may_start[None, :]
    for number in (BreakClass.DIGIT, BreakClass.NUMERAL):
        spaced[BreakClass.ORDINAL, number] = False
    spaced[BreakClass.DIGIT, [BreakClass.NUMERAL, BreakClass.MEASURE]] = False

    close = spaced & (wide[:, None] | wide[None, :])
    counted = (BreakClass.DIGIT, BreakClass.NUMERAL, BreakClass.MEASURE)
    close[np.ix_((BreakClass.DIGIT, BreakClass.NUMERAL), counted)] = False
    close[BreakClass.MEASURE, BreakClass.MEASURE] = False  # 公里
    close[BreakClass.QUOTE, :] = False
    close[:, BreakClass.QUOTE] = False
    # a paragraph's own edges: only what never may stand there is kept away from them
    close[BreakClass.EDGE, :] = ~np.isin(
        np.arange(_SIZE), (*_CLOSERS, BreakClass.APOSTROPHE, BreakClass.MARK)
    )
    close[:, BreakClass.EDGE] = ~np.isin(np.arange(_SIZE), _OPENERS)
    return close.ravel(), spaced.ravel()


def kinds(codes: Codes) -> Bytes:
    """``uint8 (n,)``: the `BreakClass` of each code point."""
    return _kind_table()[codes]


def break_flags(codes: Codes) -> Flags:
    """Flags of a block of normalised paragraphs.

    Args:
        codes: ``uint32 (n,)``, every paragraph followed by an LF (`penline.corpus.normal`).

    Returns:
        ``uint8 (n,)``: bits as in `penline.corpus.cut`; 0 at spaces and LFs.
    """
    kind = np.concatenate((np.array([BreakClass.EDGE], np.uint8), kinds(codes)))
    close, spaced = _pair_tables()
    starts = np.zeros(kind.size, np.bool_)
    ends = np.zeros(kind.size, np.bool_)

    parted = close[_pair(kind[:-1], kind[1:])]
    starts[1:] = parted
    ends[:-1] = parted
    at = np.flatnonzero(kind == BreakClass.SPACE)
    before, after = kind[at - 1], kind[at + 1]
    parted = spaced[_pair(before, after)]
    outside = (BreakClass.SPACE, BreakClass.EDGE)
    parted &= (after != BreakClass.QUOTE) | ~np.isin(kind[at + 2], outside)
    parted &= (before != BreakClass.QUOTE) | ~np.isin(kind[at - 2], outside)
    starts[at + 1] = parted
    ends[at - 1] = parted

    text = decoded(codes)
    for match in _WHOLE.finditer(text):
        starts[match.start() + 2 : match.end() + 1] = False
        ends[match.start() + 1 : match.end()] = False
    for match in _BEFORE_UNIT.finditer(text):
        starts[match.end() + 1] = False
        ends[match.start()] = False

    end_rank, start_rank = _ranks(kind)
    flags = np.where(starts, STARTS, 0).astype(np.uint8)
    flags |= np.where(ends, ENDS, 0).astype(np.uint8)
    flags |= start_rank << START_RANK_SHIFT
    flags |= end_rank << END_RANK_SHIFT
    flags[(kind == BreakClass.SPACE) | (kind == BreakClass.EDGE)] = 0
    return flags[1:]


def _pair(before: Bytes, after: Bytes) -> npt.NDArray[np.uint16]:
    return before.astype(np.uint16) * np.uint16(_SIZE) + after


def _ranks(kind: Bytes) -> tuple[Bytes, Bytes]:
    """Ranks of the places just after and just before each character."""
    of_kind = np.full(_SIZE, PLAIN, np.uint8)
    of_kind[[BreakClass.STOP_WIDE, BreakClass.STOP, BreakClass.EDGE]] = SENTENCE
    of_kind[[BreakClass.PAUSE_WIDE, BreakClass.PAUSE]] = CLAUSE
    after = of_kind[kind]
    closing = (
        BreakClass.CLOSE_WIDE,
        BreakClass.CLOSE,
        BreakClass.APOSTROPHE,
        BreakClass.QUOTE,
        BreakClass.SPACE,
    )
    carried = np.flatnonzero(np.isin(kind, closing))
    for _ in range(3):  # 。”：what closes a sentence's quotation closes the sentence, too
        after[carried] = after[carried - 1]
    before = np.concatenate((of_kind[[BreakClass.EDGE]], after[:-1]))
    after[:-1][kind[1:] == BreakClass.EDGE] = SENTENCE
    return after, before
