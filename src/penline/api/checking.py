"""Finished data sets read again: check."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from penline.bank import Bank
from penline.check import Checked, read_report
from penline.check import check as check_files
from penline.check import clashes as clashes_of

__all__ = ["check", "clashes"]

AnyPath = str | os.PathLike[str]


def check(
    out: AnyPath,
    *,
    ink: bool = False,
    banks: Sequence[Bank | AnyPath] = (),
    corpora: Sequence[AnyPath] = (),
    field: str = "text",
    photos: Sequence[AnyPath] = (),
    hand: AnyPath | None = None,
    replay: AnyPath | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """Re-read a finished data set; see `penline.check.check` and `penline.prove.ink.prove_ink`.

    Args:
        out: the data set.
        ink: make every line again, too, and prove its label and boxes by its glyphs.
        banks: with `ink`, the banks that it was made from; none: the embedded sample.
        corpora: with `ink`, its text; none: the embedded sample's.
        field: the field of a jsonl file that holds the text.
        photos: with `ink`, folders of the recipe's photo papers, where they lie elsewhere now.
        hand: the recipe's placement model, where it lies elsewhere now.
        replay: the recipe's line templates, where they lie elsewhere now.
        progress: called with items done and items in all.

    Raises:
        ExportError: not a finished data set of penline's.
        UsageError: with `ink`, a bank or a text that is not the one it was made from.
    """
    path = Path(out)
    found = check_files(path, progress)
    if not ink:
        return found
    # what proves lines composes them again: not needed for a look at the files
    from penline.api.composing import opened
    from penline.prove import RecipeFiles
    from penline.prove.ink import prove_ink
    from penline.sample import text_of

    run = read_report(path)["run"]
    recipe, encoding = run.get("recipe"), str(run.get("encoding", "utf-8"))
    nfkc = isinstance(recipe, dict) and bool(recipe.get("corpus", {}).get("nfkc"))
    corpus = text_of(corpora, field=field, nfkc=nfkc, encoding=encoding if corpora else None)
    files = RecipeFiles.of(photos, hand, replay)
    proven = prove_ink(path, opened(banks), corpus, progress, files=files)
    return Checked(path, found.lines, [*found.problems, *proven.problems])


def clashes(outs: Sequence[AnyPath]) -> list[str]:
    """What would go wrong if the lists of finished sets were joined to one folder.

    Args:
        outs: the sets; see `penline.check.clashes`.

    Returns:
        One line for each two sets that have pictures of the same path.

    Raises:
        ExportError: not a finished data set of penline's.
    """
    return clashes_of([Path(out) for out in outs])
