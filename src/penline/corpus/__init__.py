"""Where the text comes from: files into paragraphs, paragraphs into lines.

    corpus = load("novels/")
    line = corpus.sample(rng(seed, index, "text"), (8, 25))

`variants` says which characters a hand writes alike, for banks that hold one and not the other.
"""

from __future__ import annotations

from penline.corpus.files import load, texts_or_files
from penline.corpus.lines import Line, Lines, UseCounts
from penline.corpus.text import Corpus, ReadCounts, Side
from penline.corpus.variants import expansion, stand_ins
from penline.corpus.whole import WholeLines

__all__ = [
    "Corpus",
    "Line",
    "Lines",
    "ReadCounts",
    "Side",
    "UseCounts",
    "WholeLines",
    "expansion",
    "load",
    "stand_ins",
    "texts_or_files",
]
