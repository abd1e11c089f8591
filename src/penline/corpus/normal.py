"""Normalising text: what a paragraph may hold.

A paragraph ends with its line: at an LF, a CR LF or a CR. Three rules, applied to whole blocks of
text at once. White space (the Unicode property White_Space, U+3000 and NBSP included) becomes one
U+0020 a run, and none at a paragraph's ends.
Characters that leave no ink and only steer (control characters, byte order marks, direction marks,
joiners, variation selectors) are dropped and counted. All else stays as it is written.

The tables are written out (`penline.characters`), not asked of `unicodedata`, so that a newer
Python does not change what a corpus holds. (NFKC is Python's; it is an option, and off.)
"""

from __future__ import annotations

import codecs
import functools
import unicodedata
from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.characters import INKLESS_RANGES, WHITE_RANGES

__all__ = ["Codes", "Normalised", "decoded", "dropped_from", "normalised"]

Codes = npt.NDArray[np.uint32]

LAST_CODE_POINT = 0x10FFFF
LINE_FEED = 0x0A
SPACE = 0x20

_KEEP, _WHITE, _DROP = 0, 1, 2


class Normalised(NamedTuple):
    """A block of text after normalising.

    Attributes:
        codes: ``uint32 (n,)`` code points; every paragraph is followed by one LF, none is empty.
        dropped: how many characters without ink were left out.
        empty: how many paragraphs were left out because nothing remained of them.
    """

    codes: Codes
    dropped: int
    empty: int


@functools.lru_cache(maxsize=1)
def _treatment() -> npt.NDArray[np.uint8]:
    table = np.full(LAST_CODE_POINT + 1, _KEEP, np.uint8)
    for ranges, treatment in ((WHITE_RANGES, _WHITE), (INKLESS_RANGES, _DROP)):
        for first, last in ranges:
            table[first : last + 1] = treatment
    return table


def normalised(text: str, *, nfkc: bool = False) -> Normalised:
    """Normalise a block of whole paragraphs, separated by their line ends.

    >>> decoded(normalised("\\ufeff 12\\u00a0\\t月\\u3000\\r\\n\\n 3日").codes)
    '12 月\\n3日\\n'

    Raises:
        UnicodeEncodeError: `text` holds a lone surrogate.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if nfkc:
        text = unicodedata.normalize("NFKC", text)
    codes = np.frombuffer(f"{text}\n".encode("utf-32-le"), "<u4")
    treatment = _treatment()[codes]
    kept = treatment != _DROP
    dropped = codes.size - int(np.count_nonzero(kept))
    if dropped:
        codes, treatment = codes[kept], treatment[kept]
    codes = np.where((treatment == _WHITE) & (codes != LINE_FEED), np.uint32(SPACE), codes)

    white = treatment == _WHITE
    after_white = np.concatenate(([True], white[:-1]))
    codes = codes[~((codes == SPACE) & after_white)]  # one space a run, none at a start
    before_feed = np.append(codes[1:] == LINE_FEED, False)
    codes = codes[~((codes == SPACE) & before_feed)]

    feed = codes == LINE_FEED
    empty = feed & np.concatenate(([True], feed[:-1]))
    # the feed that was added above closes the last paragraph; after a final LF it closes nothing
    surplus = int(text.endswith("\n") or not text)
    return Normalised(codes[~empty], dropped, int(np.count_nonzero(empty)) - surplus)


def dropped_from(text: str) -> Counter[str]:
    """How often each character stands in `text` that `normalised` drops, by its number.

    >>> dropped_from("a\x07b\u200b\u200b")
    Counter({'U+200B': 2, 'U+0007': 1})
    """
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    found, counts = np.unique(codes[_treatment()[codes] == _DROP], return_counts=True)
    return Counter(dict(zip(map("U+{:04X}".format, found), counts.tolist(), strict=True)))


def decoded(codes: Codes) -> str:
    """The text of an array of code points."""
    return codecs.utf_32_le_decode(codes.astype("<u4", copy=False).tobytes(), "strict", True)[0]
