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
import numpy.typing as npt

from penline.characters import is_han
from penline.corpus import Corpus, Side
from penline.corpus.breaks import CLOSING, OPENING
from penline.corpus.common import LEAST, MOST, common, gram, grams
from penline.corpus.normal import Codes
from penline.corpus.sides import word_ends
from penline.randomness import rng

__all__ = ["LEFT_OUT", "TextSplit", "free", "sides_of", "tell"]

Ints = npt.NDArray[np.int64]

PAGE_RUN = 12
"""Where labels are changed, the shortest label for validation on a page."""
LEFT_OUT = "line left out: the other side has its words, too"
_AROUND = f" {CLOSING}{OPENING}\"'＂＇"
"""What may stand around the words of a label."""
_MADE = "validation label of made text, which training may repeat"
_FREE = "validation label of one word or few characters, which training may repeat"


class TextSplit:
    """The two sides of a corpus, for labels that are not lines as they were cut.

    Args:
        corpus: the text.
        val: share of the paragraphs that are for validation.
        changes: how labels are changed: they lose characters (``drop``), or refill a pattern with
            Chinese characters (``refill``: these alone are then looked at); ``""``: not at all.
        shortest: fewest characters of a line.
    """

    def __init__(self, corpus: Corpus, val: float, changes: str, shortest: int) -> None:
        self._corpus, self._sides = corpus, corpus.sides(val)
        self._refill = changes == "refill"
        self._numbers = np.flatnonzero(self._sides.mask)
        text = self._sides.validation
        codes, self._starts, self._common = text.codes, np.unique(text.starts), text.common
        if self._refill:
            whole, offsets = _han_alone(corpus.codes, corpus.offsets)
            codes, self._starts = _han_alone(text.codes, np.append(self._starts, text.codes.size))
            self._common = common(whole, offsets, self._sides.mask, codes, self._starts)
        longer = changes == "drop"
        self.line_run = min(max(shortest, LEAST), MOST) if longer else LEAST
        self.page_run = PAGE_RUN if longer else LEAST
        offsets = np.append(self._starts[: self._numbers.size], codes.size)
        self._held = {
            run: np.unique(grams(codes, offsets, run))
            for run in {self.line_run, self.page_run}
            if changes
        }
        for array in (self._numbers, self._starts, *self._held.values()):
            array.setflags(write=False)
        self._common.setflags(write=False)

    def texts(self, paragraph: int, side: Side) -> list[str]:
        """Find what a side has of a paragraph: nothing, all, or the pieces left to validation."""
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
        if free(label) if side == "val" else not self._held:
            return True
        texts = [self._corpus[paragraph] for paragraph in paragraphs]
        if self._refill:
            label, *texts = ("".join(filter(is_han, text)) for text in (label, *texts))
        runs = _runs(label, texts)
        if side == "val":
            return any(
                len(run) >= least
                and not free(run)
                and not self._known(run, paragraphs, texts)
                and not self._known(run.strip(_AROUND), paragraphs, texts)
                for run in runs
            )
        codes = np.frombuffer(label.encode("utf-32-le"), "<u4")
        across = [
            gram(codes, at, least)
            for seam in list(accumulate(map(len, runs)))[:-1]
            for at in range(max(seam - least + 1, 0), min(seam, len(label) - least + 1))
        ]
        keys, held = np.array(across, np.uint64), self._held[least]
        places = np.searchsorted(held, keys)
        return not np.any(np.append(held, np.uint64(0))[places] == keys)

    def _known(self, run: str, paragraphs: Sequence[int], texts: Sequence[str]) -> bool:
        """Whether a run of a paragraph for validation stands in the training text, too."""
        if free(run):
            return False
        for paragraph, text in zip(paragraphs, texts, strict=True):
            if run in text:
                start = int(self._starts[np.searchsorted(self._numbers, paragraph)])
                return bool(self._common[start + text.find(run)] >= min(len(run), MOST))
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


def _han_alone(codes: Codes, offsets: Ints) -> tuple[Codes, Ints]:
    """Text without all but its Chinese characters, and where its paragraphs then begin and end."""
    present = np.unique(codes)
    kept = np.isin(codes, present[[is_han(chr(code)) for code in present.tolist()]])
    return codes[kept], np.concatenate(([0], np.cumsum(kept)))[offsets]


def sides_of(writers: Sequence[str], val: float) -> list[tuple[Side, Sequence[str]]]:
    """Part writers: of each side those who write it; one alone writes both, of other sentences."""
    if not val:
        return [("train", writers)]
    if len(writers) == 1:
        return [("train", writers), ("val", writers)]
    order = sorted(writers, key=lambda writer: rng(0, 0, f"split:{writer}").word())
    count = min(max(round(val * len(order)), 1), len(order) - 1)
    return [("train", order[count:]), ("val", order[:count])]
