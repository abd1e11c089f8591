"""How much of a text banks can write, before anything is composed: one pass over the text.

Lines are cut one after the other, so that none overlaps another; composing draws from the same
places. Memory does not grow with the text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from penline.bank import Bank, open_bank
from penline.corpus.encodings import UTF_8, codec
from penline.corpus.files import find, texts
from penline.cover.counting import TextCoverage
from penline.cover.hands import Hands
from penline.errors import CorpusError, UsageError
from penline.provenance import path_told
from penline.recipe import Recipe, load_recipe
from penline.version import __version__

__all__ = ["cover"]

AnyPath = str | os.PathLike[str]


def cover(
    banks: AnyPath | Bank | Sequence[AnyPath | Bank],
    corpus: AnyPath | Sequence[AnyPath],
    *,
    recipe: Recipe | str | Path | None = None,
    settings: Sequence[str] = (),
    part: str = "train",
    alphabet: Iterable[str] | None = None,
    field: str = "text",
    encoding: str = UTF_8,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Count what of a text banks can write, as composing would, and find what lacks most.

    Args:
        banks: one or more banks.
        corpus: text files and folders, as `penline.corpus.load` reads them.
        recipe: its range of lengths, its policies and its writers count; a recipe, the path or
            name of one, or None for ``papers``.
        settings: single settings over the recipe's, as ``corpus.length_range=[10, 40]``.
        part: the part of the banks' glyphs: ``train``, ``test`` or ``all``.
        alphabet: the characters that the trainer knows; None for any.
        field: the name of the text's field in ``.jsonl`` files.
        encoding: of the text files.
        progress: called with the characters looked at so far.

    Returns:
        ``characters``, ``classes`` (different characters) and ``lines``: ``text``, ``written`` and
        ``share`` of each; ``policies``: lines that would be written by each way to treat missing
        characters, and with ``nfkc``; ``outside``: characters of the text that lie in no line;
        ``writers``: a row each, best first; ``lacks``: a row each character that keeps lines from
        being written, the costliest first; ``advice``: what to do.

    Raises:
        UsageError: a part that is none, or nobody whose glyphs could be used.
        CorpusError: a text that cannot be read, or gives no line.
        RecipeError, BankError: a recipe or a bank that cannot be read.
    """
    if part not in ("train", "test", "all"):
        raise UsageError(f"part must be train, test or all, not {part!r}")
    chosen = load_recipe(recipe, settings)
    several = [banks] if isinstance(banks, str | os.PathLike | Bank) else banks
    opened = [one if isinstance(one, Bank) else open_bank(one) for one in several]
    hands = Hands(opened, part, chosen, None if alphabet is None else frozenset(alphabet))
    coverage = TextCoverage(hands, chosen)
    encoding, found, done = codec(encoding), find(corpus), 0
    for text in texts(found.files, field=field, encoding=encoding):
        coverage.add(text)
        done += len(text)
        if progress:
            progress(done)
    shortest, longest = chosen.corpus.length_range
    if not coverage.lines:
        raise CorpusError(
            f"the corpus gives no line of {shortest} to {longest} characters; give more text, or "
            "another range of lengths"
        )
    return {
        "penline": __version__,
        "banks": [path_told(str(bank.path), inside=False) for bank in opened],
        "part": part,
        "length_range": [shortest, longest],
        "missing": chosen.corpus.missing,
        "files": len(found.files),
        "ignored_files": len(found.ignored),
        **coverage.counts(),
    }
