"""The verb that writes typed text: one line at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Any

from penline.api.composing import known_part, opened
from penline.bank import Bank
from penline.compose.choose import choose
from penline.compose.make import make
from penline.compose.plan import ComposePlan
from penline.corpus import Corpus
from penline.durable import made, put_all
from penline.errors import RecipeError, UnwritableLine, UsageError, refuse_taken
from penline.export.base import Options, encode
from penline.job import takes_keywords
from penline.recipe import Recipe, load_recipe
from penline.recipe.idle import refusals
from penline.records import Sample
from penline.words import listed

__all__ = ["WriteJob", "line_files", "write"]

AnyPath = str | os.PathLike[str]
_FORMATS = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg"}
_MOST = 500
"""Characters of the longest line that a recipe can ask for."""
_LACKING = (
    "give banks in which one writer has all of a text, or leave characters out by corpus: "
    "{missing: drop-char} in the recipe; `penline cover` tells how much of a text a bank can write"
)


@dataclass(frozen=True, slots=True)
class WriteJob:
    """What `write` writes, by whom, and where.

    Attributes:
        text: one text, or several: a line each.
        out: the picture to make, ``.png`` or ``.jpg``: ``line.png`` where there is one text, else
            ``line-001.png`` and so on; None to make no file.
        recipe: a recipe, the path or name of one, a mapping, or None for ``papers``. Of its
            ``corpus`` count ``missing``, ``borrow_most``, ``latin`` and ``nfkc``, since the text
            stands as it is.
        settings: single settings over the recipe's, as ``image.height_px=48``.
        banks: banks, opened or by path; none: the embedded sample.
        writer: id of the only writer who may write; None for any who can.
        seed: any whole number from 0 up.
        part: the publisher's part that glyphs may come from: ``train``, ``test`` or ``all``.
        overwrite: replace files that are there.
    """

    text: str | Sequence[str]
    _: KW_ONLY
    out: AnyPath | None = None
    recipe: Recipe | str | Path | Mapping[str, Any] | None = None
    settings: Sequence[str] = ()
    banks: Sequence[Bank | AnyPath] = ()
    writer: str | None = None
    seed: int = 0
    part: str = "train"
    overwrite: bool = False


@takes_keywords(WriteJob)
def write(job: WriteJob) -> list[Sample]:
    """Write texts as they stand, one line each, and the picture of each where `out` is given.

    Line `n` of the seed is that of text `n`: the one that a `Composer` makes of a corpus that holds
    nothing else, by the recipe's settings with ``lines: whole``.

    Args:
        job: what to write.

    Raises:
        UsageError: no text, no known writer of that name, or a file that is taken or of another
            kind.
        UnwritableLine: no one writer has all of a text, or its line is too wide for the recipe.
        RecipeError, BankError, CorpusError, ExportError, OSError.
    """
    if job.seed < 0:
        raise UsageError("seed is a whole number from 0 up")
    chosen = load_recipe(job.recipe, job.settings)
    texts = [job.text] if isinstance(job.text, str) else list(job.text)
    corpora = [_typed(text, nfkc=chosen.corpus.nfkc) for text in texts]
    if not corpora:
        raise UsageError("give at least one text to write")
    files = [] if job.out is None else line_files(job.out, len(texts))
    for file in files:
        refuse_taken(file, overwrite=job.overwrite)
    plan = _plan(job, chosen, Corpus.from_texts(texts, nfkc=chosen.corpus.nfkc))
    lines = [_line(plan, corpus, job, index) for index, corpus in enumerate(corpora)]
    if files:
        options = Options(format=_FORMATS[files[0].suffix.lower()], quality=chosen.image.quality)
        pictures = [encode(line.image, options) for line in lines]
        with made(files[0].parent):
            put_all(zip(files, pictures, strict=True))
    return lines


def line_files(out: AnyPath, count: int) -> list[Path]:
    """The files of so many lines: `out` itself, or beside it ``line-001.png`` and so on.

    Raises:
        UsageError: `out` is of another kind.
    """
    path = Path(out)
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"{path}: the picture of a line is a .png or a .jpg file")
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{n:03d}{path.suffix}") for n in range(1, count + 1)]


def _typed(text: str, *, nfkc: bool) -> Corpus:
    """A text as the corpus of one line.

    Raises:
        UsageError: it is empty, has several lines, or is too long for one.
    """
    if not text.strip():
        raise UsageError("there is nothing to write in an empty text")
    found = Corpus.from_texts([text], nfkc=nfkc)
    if len(found) > 1:
        raise UsageError(
            "a text of several lines is a page: put it into a file, and penline compose --corpus "
            "FILE --to page-xml; or give each line as a text of its own"
        )
    if found.codes.size > _MOST:
        count = found.codes.size
        raise UsageError(f"{count:,} characters are too many for one line: give at most {_MOST}")
    return found


def _plan(job: WriteJob, chosen: Recipe, corpus: Corpus) -> ComposePlan:
    """A plan for all of the texts, whole, by the chosen writer or any.

    Raises:
        UsageError, RecipeError, BankError: what is given does not go together.
    """
    if job.writer and (chosen.writers == "mixed" or chosen.corpus.latin == "second"):
        raise UsageError(
            "writers: mixed and corpus: {latin: second} take several hands; leave them out of the "
            "recipe, or name no writer"
        )
    banks = opened(job.banks)
    held = any(bank.strokes is not None for bank in banks)
    # before the recipe is bent to the text
    refused = refusals(chosen, corpus, strokes=held)["lines"]
    if chosen.layout.replay is not None:
        refused = "layout.replay: lines of templates have text of their own; leave it out"
    if refused:
        raise RecipeError(refused)
    whole = {"lines": "whole", "length_range": (1, _MOST), "made": {}, "tries": 1}
    bent = chosen.model_copy(update={"corpus": chosen.corpus.model_copy(update=whole)})
    plan = ComposePlan(bent, banks, corpus, part=known_part(job.part), strict=False)
    if job.writer is not None and job.writer not in plan.banks.known:
        raise UsageError(
            f"no known writer {job.writer!r} here; there are {listed(plan.banks.known)}"
        )
    return plan


def _line(plan: ComposePlan, corpus: Corpus, job: WriteJob, index: int) -> Sample:
    """Line `index`, of a text.

    Raises:
        UnwritableLine: nobody can write it; its notes tell what to do.
    """
    typed = plan.with_text(corpus, job.writer or "")
    try:
        choose(typed, job.seed, index, "train")  # what nobody can write fails here, before `make`
    except UnwritableLine as error:
        if job.writer:
            error.add_note(f"{job.writer} alone was asked, and borrows nothing; or name no writer")
        error.add_note(_LACKING)
        raise
    line = make(typed, job.seed, index)
    dropped = {f"character without ink dropped: {c}": n for c, n in corpus.counts.dropped.items()}
    return replace(line, counts={**dropped, **line.counts})
