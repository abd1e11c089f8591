"""The composer that a finished set was made with, from its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from penline.bank import Bank
from penline.corpus import Corpus
from penline.errors import ExportError, UsageError
from penline.export.paddleocr import DICTIONARY, read_dictionary
from penline.produce import contents
from penline.recipe import Composer, Recipe

__all__ = ["composer_of"]


def composer_of(
    report: Mapping[str, Any],
    out: Path,
    banks: Sequence[Bank],
    corpus: Corpus,
    dictionary: Path | None = None,
) -> Composer:
    """The composer that a finished set was made with.

    Args:
        report: what ``report.json`` holds.
        out: the set's folder, for its dictionary; for messages, too.
        banks: the banks it was made from, in that order.
        corpus: the text it was made from.
        dictionary: the trainer's dictionary that it was made for; None for the one in its folder.

    Raises:
        ExportError: the report does not say how the set was composed.
        UsageError: a bank or a text is not the one that it was made from.
    """
    run = report["run"]
    alphabet = None
    try:
        recipe = Recipe.model_validate(run["recipe"])
        wanted: dict[str, str] = dict(run["contents"])
        if "alphabet" in wanted:
            known = dictionary or out / DICTIONARY
            alphabet = frozenset(read_dictionary(known.read_bytes(), known.name))
        facts = int(run["seed"]), int(run["start"]) + int(run["count"])
        composer = Composer(
            *(recipe, list(banks), corpus, facts[0]),
            length=facts[1],
            part=str(run["part"]),
            val=float(run["val"]),
            alphabet=alphabet,
            strict=False,
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise ExportError(f"{out}: its report does not say how it was composed ({error})") from None
    found = contents(composer)
    for name in sorted({*wanted, *found}):
        if wanted.get(name) != found.get(name):
            raise UsageError(f"{name} is not what {out} was made from; name the same files again")
    return composer
