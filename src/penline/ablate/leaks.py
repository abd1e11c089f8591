"""What must not be known beforehand: the people and the sentences of the lines to judge on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from penline.ablate.arms import Arm
from penline.ablate.lines import RealLine
from penline.ablate.text import Folding
from penline.corpus import Corpus
from penline.errors import UsageError
from penline.words import counted, listed

__all__ = ["Known", "known_before"]

LEAST = 12
"""Characters of a label that would be recognised as a sentence."""
_LOOSE = Folding(nfkc=True, case=False)
_AROUND = ".,;:!?\"'()[]\u201c\u201d\u2018\u2019"


@dataclass(frozen=True, slots=True)
class Known:
    """What training knows of the lines to judge on, and may.

    Attributes:
        short: how many short labels the text has, and how many different ones there are.
        unknown: lines whose writer is not told, so that nobody can say whether he is in a bank.
    """

    short: tuple[int, int]
    unknown: int

    def figures(self) -> dict[str, int]:
        """All figures, as JSON can hold them."""
        return {
            "short_labels": self.short[1],
            "short_labels_in_the_text": self.short[0],
            "lines_of_untold_writers": self.unknown,
        }


def known_before(
    real: Sequence[RealLine], arms: Iterable[Arm], training: Sequence[RealLine] = ()
) -> Known:
    """Hold the lines to judge on against all that the arms train on.

    Args:
        real: the lines to judge on.
        arms: with their banks and text.
        training: the real lines to train on.

    Raises:
        UsageError: a writer of `real` is in a bank or in `training`, or a sentence of it in a text.
    """
    people = {line.writer for line in real if line.writer}
    arms = list(arms)
    banks = {bank.header.content: bank for arm in arms for bank in arm.banks}
    for bank in banks.values():
        _refuse_people(people & set(bank.writers), f"the bank {bank.path}")
    _refuse_people(people & {line.writer for line in training}, "the real lines to train on")
    labels = {_LOOSE(line.text) for line in real}
    sentences = {label for label in labels if _is_sentence(label)}
    short = labels - sentences
    met: set[str] = set()
    corpora = {arm.corpus.content_hash: arm.corpus for arm in arms}
    texts = [_text_of(corpus) for corpus in corpora.values()]
    texts.append("\n".join(_LOOSE(line.text) for line in training))
    for text in texts:
        if found := _sentences_in(text, sentences):
            raise UsageError(
                f"{counted(len(found), 'label')} of the lines to judge on stand in the text to "
                f"train on, as {sorted(found)[0][:60]!r}: take the text out, or judge on others"
            )
        words = {word.strip(_AROUND) for word in text.split()}
        met |= {
            label for label in short if label in words or (_is_spaceless(label) and label in text)
        }
    return Known((len(met), len(short)), sum(not line.writer for line in real))


def _refuse_people(people: set[str], where: str) -> None:
    if people:
        raise UsageError(
            f"{counted(len(people), 'writer')} of the lines to judge on also wrote in {where}: "
            f"{listed(sorted(people))}; leave them out of the one or the other"
        )


def _is_sentence(label: str) -> bool:
    """Whether a label is long, and of more than one word: of a script without spaces, long."""
    return len(label) >= LEAST and (" " in label or _is_spaceless(label))


def _is_spaceless(label: str) -> bool:
    """Whether it is of a script without spaces between words (Chinese and Japanese here)."""
    return any("\u2e80" <= c <= "\u9fff" for c in label)


def _text_of(corpus: Corpus) -> str:
    """All paragraphs, folded, one a line."""
    codes: Any = np.asarray(corpus.codes, np.uint32)
    whole = codes.astype("<u4").tobytes().decode("utf-32-le")
    ends = corpus.offsets.tolist()
    return "\n".join(_LOOSE(whole[first:last]) for first, last in itertools.pairwise(ends))


def _sentences_in(text: str, sentences: set[str]) -> set[str]:
    """Those of the sentences that stand in a text: their first characters are looked up there."""
    begins: dict[str, list[str]] = {}
    for sentence in sentences:
        begins.setdefault(sentence[:LEAST], []).append(sentence)
    return {
        sentence
        for at in range(len(text) - LEAST + 1)
        if (found := begins.get(text[at : at + LEAST]))
        for sentence in found
        if text.startswith(sentence, at)
    }
