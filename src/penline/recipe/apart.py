"""Sentences that are held for validation, so that no training line repeats one."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import numpy.typing as npt

from penline.corpus import Corpus

__all__ = ["LEAST", "clauses", "held_clauses"]

LEAST = 8
"""Shorter clauses are common property: greetings, dates, names."""

_ENDS = re.compile(r"[\s，。、；：？！…—,.;:?!“”\"‘’（）()《》]+")


def clauses(text: str) -> list[int]:
    """Keys of the clauses of `text` that have at least `LEAST` characters.

    >>> len(clauses("你好。今天的天气真的很不错，我们出去走走。"))
    1
    """
    return [
        int.from_bytes(hashlib.blake2b(part.encode(), digest_size=8).digest(), "little")
        for part in _ENDS.split(text)
        if len(part) >= LEAST
    ]


def held_clauses(corpus: Corpus, validation: npt.NDArray[np.bool_]) -> frozenset[int]:
    """Keys of all clauses in the paragraphs that are for validation."""
    return frozenset(
        key
        for paragraph in np.flatnonzero(validation).tolist()
        for key in clauses(corpus[paragraph])
    )
