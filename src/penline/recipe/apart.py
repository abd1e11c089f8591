"""Labels of the two sides kept apart: what `penline.corpus.sides` cannot decide before a line is.

Lines that are cut are apart as they come. Others are not: lines of a page, which end where the
sheet does, and labels that lose characters or refill a pattern. Such a label falls into runs that
stand in its own side's text.

- One for validation needs a run that stands nowhere in the training text.
- One for training must not have, where two of its runs meet, characters that stand in the text for
  validation as they now stand here: no label for validation can then be part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from penline.corpus import Corpus, Side
from penline.corpus.common import LEAST, MOST, gram, grams
from penline.corpus.sides import word_ends

__all__ = ["LEFT_OUT", "Apart", "free", "tell"]

PAGE_RUN = 12
"""Where labels are changed, the shortest label for validation on a page."""
LEFT_OUT = "line left out: the other side has its words, too"
_MADE = "validation label of made text, which training may repeat"
_FREE = "validation label of one word or few characters, which training may repeat"


class Apart:
    """The two sides of a corpus, for labels that are not lines as they were cut.

    Args:
        corpus: the text.
        val: share of the paragraphs that are for validation.
        changes: whether labels may be changed: lose characters, or refill a pattern.
        shortest: fewest characters of a line that was changed.
    """

    def __init__(self, corpus: Corpus, val: float, *, changes: bool, shortest: int) -> None:
        self._corpus = corpus
        self._sides = corpus.sides(val)
        self.line_run = min(max(shortest, LEAST), MOST) if changes else LEAST
        self.page_run = PAGE_RUN if changes else LEAST
        text = self._sides.validation
        runs = {self.line_run, self.page_run} if changes else ()
        self._held = {
            run: frozenset(grams(text.codes, text.offsets, run).tolist()) for run in runs
        }

    def texts(self, paragraph: int, side: Side) -> list[str]:
        """What a side has of a paragraph: nothing, all of it, or the pieces left to validation."""
        if bool(self._sides.mask[paragraph]) != (side == "val"):
            return []
        if side == "train":
            return [self._corpus[paragraph]]
        return self._sides.validation.pieces(paragraph)

    def keeps(self, label: str, side: Side, paragraphs: Sequence[int], least: int) -> bool:
        """Whether a label may stand on its side.

        Args:
            label: what was made of text of these paragraphs.
            side: ``train`` or ``val``.
            paragraphs: the paragraphs, all of that side.
            least: `line_run` for lines, `page_run` for lines of pages.
        """
        if side == "val" and free(label) or side == "train" and not self._held:
            return True
        runs = _runs(label, [self._corpus[paragraph] for paragraph in paragraphs])
        if side == "val":
            return any(
                len(run) >= least and not free(run) and not self._known(run, paragraphs)
                for run in runs
            )
        codes = np.frombuffer(label.encode("utf-32-le"), "<u4")
        return all(
            int(gram(codes, at, least)) not in self._held[least]
            for seam in list(accumulate(map(len, runs)))[:-1]
            for at in range(max(seam - least + 1, 0), min(seam, len(label) - least + 1))
        )

    def _known(self, run: str, paragraphs: Sequence[int]) -> bool:
        """Whether a run of a paragraph for validation stands in the training text, too."""
        text = self._sides.validation
        for paragraph in paragraphs:
            at = self._corpus[paragraph].find(run)
            if at >= 0:
                piece = int(np.searchsorted(text.paragraphs, paragraph))
                return bool(text.common[int(text.starts[piece]) + at] >= min(len(run), MOST))
        return True


def free(label: str) -> bool:
    """Whether both sides may have a label: of few characters, or one word.

    >>> [free(label) for label in ("今天天气", "今天天气很好", "everywhere,", "of course")]
    [True, False, True, False]
    """
    if len(label) < LEAST:
        return True
    codes = np.frombuffer(label.encode("utf-32-le"), "<u4")
    return int(word_ends(codes, np.array([0, len(label)]))[0]) == len(label)


def tell(label: str, made: bool, side: Side, counts: Counter[str]) -> None:
    """Count a finished label that nothing keeps apart from those of training."""
    if side == "val" and (made or free(label)):
        counts[_MADE if made else _FREE] += 1


def _runs(label: str, texts: Sequence[str]) -> list[str]:
    """A label in runs, each as long as any of the texts has it; at least a character."""
    runs: list[str] = []
    at = 0
    while at < len(label):
        end = at + 1
        while end < len(label) and any(label[at : end + 1] in text for text in texts):
            end += 1
        runs.append(label[at:end])
        at = end
    return runs
