"""The composer that a finished set was made with, from its report."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import ValidationError

from penline.bank import Bank
from penline.compose import Composer
from penline.corpus import Corpus
from penline.durable import read_file
from penline.errors import CorpusError, ExportError, RecipeError, UsageError
from penline.export.paddleocr import DICTIONARY, read_dictionary
from penline.produce import contents
from penline.recipe import Recipe
from penline.registry import check_packages

__all__ = ["RecipeFiles", "composer_of"]

AnyPath = str | os.PathLike[str]
_SAME_AGAIN = "name the same files again, in the same order (--bank, --corpus)"


class RecipeFiles(NamedTuple):
    """Where a recipe's own files lie now; a report knows them by name, and by what they hold.

    Attributes:
        photos: folders of the photo papers, in the recipe's order.
        hand: the placement model.
        replay: the line templates.
    """

    photos: Sequence[Path] = ()
    hand: Path | None = None
    replay: Path | None = None

    @classmethod
    def of(cls, photos: Sequence[AnyPath], hand: AnyPath | None, replay: AnyPath | None) -> Self:
        """The same from paths as a user gives them."""
        one, two = (None if path is None else Path(path) for path in (hand, replay))
        return cls([Path(folder) for folder in photos], one, two)

    def put(self, recipe: Mapping[str, Any]) -> dict[str, Any]:
        """The recipe with these files in it.

        Raises:
            UsageError: it has no such files, or one of its own is not where it says.
        """
        placed: dict[str, Any] = json.loads(json.dumps(recipe))
        papers = [choice["paper"] for choice in placed["papers"] if "folder" in choice["paper"]]
        if self.photos and len(self.photos) != len(papers):
            raise UsageError(f"the recipe has {len(papers)} papers of photos; name as many folders")
        for paper, folder in zip(papers, self.photos, strict=False):
            paper["folder"] = str(folder)
        for paper in papers:
            if not Path(paper["folder"]).is_dir():
                raise UsageError(f"no folder of photos {paper['folder']}; name it with --photos")
        layout = placed["layout"]
        for name, what in (("hand", "placement model"), ("replay", "line templates")):
            path, own = getattr(self, name), layout.get(name)
            if path is not None and own in (None, "default"):
                raise UsageError(f"the recipe has no {what} of its own; leave {path} out")
            if path is not None:
                layout[name] = str(path)
            elif own not in (None, "default") and not Path(own).is_file():
                raise UsageError(f"no file {own} of the recipe's {what}; name it with --{name}")
        return placed


def composer_of(
    report: Mapping[str, Any],
    out: Path,
    banks: Sequence[Bank],
    corpus: Corpus,
    dictionary: Path | None = None,
    files: RecipeFiles | None = None,
) -> Composer:
    """The composer that a finished set was made with.

    Args:
        report: what ``report.json`` holds.
        out: the set's folder, for its dictionary; for messages, too.
        banks: the banks it was made from, in that order.
        corpus: the text it was made from.
        dictionary: the trainer's dictionary that it was made for; None for the one in its folder.
        files: the recipe's own files, where they lie elsewhere now.

    Raises:
        ExportError: the report does not say how the set was composed.
        UsageError: a bank, a text, another file or a package is not there, or not the one that
            it was made from.
    """
    run = report["run"]
    alphabet = None
    try:
        check_packages(run.get("packages", {}), str(out))
        placed = (files or RecipeFiles()).put(run["recipe"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ExportError(f"{out}: its report does not say how it was composed ({error})") from None
    try:
        recipe = Recipe.model_validate(placed)
        wanted: dict[str, str] = dict(run["contents"])
        if "alphabet" in wanted:
            known = dictionary or out / DICTIONARY
            alphabet = frozenset(read_dictionary(read_file(known), known.name))
        seed, stop = int(run["seed"]), int(run["start"]) + int(run["count"])
        composer = Composer(
            *(recipe, list(banks), corpus, seed),
            length=stop,
            part=str(run["part"]),
            val=float(run["val"]),
            alphabet=alphabet,
            strict=False,
        )
    except (RecipeError, CorpusError) as error:
        raise UsageError(
            f"{out} was not made from these banks and this text ({error}); {_SAME_AGAIN}"
        ) from None
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise ExportError(f"{out}: its report does not say how it was composed ({error})") from None
    found = contents(composer)
    for name in sorted({*wanted, *found}):
        if wanted.get(name) != found.get(name):
            number = name.removeprefix("bank ")
            what = f"bank number {int(number) + 1}" if number.isdecimal() else name
            raise UsageError(f"{what} is not what {out} was made from; {_SAME_AGAIN}")
    return composer
