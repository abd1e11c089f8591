"""What is known of a set, in words: from its report and the cards of its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from penline.catalogue import Card, card
from penline.catalogue.terms import AS_SAID, NO_CARD, reported_terms
from penline.errors import CatalogueError
from penline.export.base import Exporter, prefix_of
from penline.export.rows import FOLDERS
from penline.words import counted, listed

__all__ = ["SetFacts", "notice"]

_RECORDS = {"lines": "line", "pages": "page", "strokes": "record"}


@dataclass(frozen=True)
class SetFacts:
    """One set.

    Attributes:
        kind: its format.
        report: what ``report.json`` says, with the hashes so far in ``about``.
        form: of its pictures, ``jpg`` or ``png``.
        letters: all characters of its labels.
    """

    kind: type[Exporter]
    report: Mapping[str, Any]
    form: str
    letters: frozenset[str]

    @cached_property
    def name(self) -> str:
        """A name that follows from all that decides the set."""
        run = dict(self.report["run"])
        if self.composed:  # the hash covers the recipe and its files, wherever they lie
            told = ("recipe_hash", "seed", "start", "count", "boxes", "turned")
            run = {"to": run["to"], **{name: run[name] for name in told}}
        return f"penline-{run['to']}-{prefix_of(run)}"

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """What is said of its sources' terms, as `penline.catalogue.terms` has it."""
        return reported_terms(self.report)

    @cached_property
    def cards(self) -> list[Card]:
        """The cards of its sources, each once."""
        found = []
        for id in dict.fromkeys(row["card"] for row in self.sources):
            with suppress(CatalogueError):
                found.append(card(id))
        return found

    @property
    def composed(self) -> bool:
        return "recipe_hash" in self.report["run"]

    @property
    def boxes(self) -> bool:
        return bool(self.report["run"].get("boxes"))

    @cached_property
    def splits(self) -> dict[str, int]:
        """Split -> records, of those that have any."""
        counts = self.report.get("pages") or self.report["lines"]
        return {FOLDERS.get(side, side): n for side, n in counts.items() if n}

    @cached_property
    def filesets(self) -> dict[str, list[str]]:
        """The patterns of each of the format's filesets that has files, one a side with records."""
        sides = [(side, FOLDERS.get(side, side)) for side, n in self.report["lines"].items() if n]
        found = {
            name: list(
                dict.fromkeys(
                    pattern.format(side=side, split=split, format=self.form)
                    for side, split in sides
                )
            )
            for name, pattern in self.kind.filesets.items()
        }
        if self.kind.takes != "strokes":
            return found
        files = [PurePosixPath(name) for name in self.report["files"]]
        return {
            name: patterns
            for name, patterns in found.items()
            if any(file.match(pattern) for file in files for pattern in patterns)
        }

    @cached_property
    def title(self) -> str:
        """What and how many, in a few words."""
        noun = _RECORDS[self.kind.takes]
        if self.kind.takes == "lines" and self.report.get("longest_label") == 1:
            noun = "character"
        records = counted(sum(self.splits.values()), noun)
        simulated = "simulated " if self.report.get("simulated") else ""
        strokes = ", as strokes of the pen" if self.kind.takes == "strokes" else ""
        return f"{records} of {simulated}handwriting{strokes}"

    @property
    def parted(self) -> str:
        """How many records each split has."""
        return ", ".join(f"{count:,} {split}" for split, count in self.splits.items())

    @cached_property
    def made(self) -> str:
        """How it was made, in sentences."""
        run, report = self.report["run"], self.report
        by = f"penline {report.get('penline', '')}".strip()
        if self.composed:
            last = run["start"] + run["count"] - 1
            return (
                f"Composed by {by}: no person wrote these lines, their characters are put together "
                f"from the sources below. Recipe {run['recipe_hash'][:16]}, seed {run['seed']}, "
                f"samples {run['start']:,} to {last:,}. `report.json` has all that decides them, "
                "and `penline rebuild report.json` makes them again, from the same banks and text."
            )
        mixed = report.get("mixed")
        if isinstance(mixed, dict):
            return (
                f"Mixed by {by}: for training {mixed['composed']:,} composed lines, whose "
                f"characters a program put together, and {mixed['real']:,} as their sources hold "
                "them; `report.json` says from what."
            )
        return (
            f"Converted by {by} from the sources below; `report.json` says from which files, and "
            "what was left out."
        )

    @cached_property
    def text(self) -> str:
        """Whose text the labels are, as far as it is known."""
        if not self.composed:
            return "The labels are those of the sources."
        if self.report.get("languages"):
            return "The text comes with penline: written for it, or in the public domain by age."
        return (
            "The text is from files of whoever made the set; their terms are not known to penline."
        )


def notice(sources: Sequence[Mapping[str, Any]]) -> str:
    """Say whether a set of these sources may be passed on; "" where nothing speaks against it.

    Args:
        sources: rows of `penline.catalogue.terms`.
    """
    forbidding = _titles(row for row in sources if row["redistribution"] == "no")
    if forbidding:
        return f"Do not pass this data set on: the terms of {forbidding} forbid it."
    unknown = [row for row in sources if row["title"] == NO_CARD]
    if not sources or any(not row["licence"].endswith(AS_SAID) for row in unknown):
        return (
            "The terms of this data set's sources are not known: ask whoever gave you the files "
            "before you pass it on."
        )
    unsaid = _titles(
        row for row in sources if row["redistribution"] == "unclear" and row["title"] != NO_CARD
    )
    if unsaid:
        return (
            f"Do not pass this data set on before you have asked: the terms of {unsaid}, as far as "
            "they are known, do not settle whether you may."
        )
    unsettled = _titles(row for row in sources if row["redistribution"] != "yes")
    if unsettled:
        return f"Read the terms of {unsettled} before you pass this data set on."
    return ""


def _titles(rows: Iterable[Mapping[str, Any]]) -> str:
    return listed(list(dict.fromkeys(str(row["title"]) for row in rows)), 12)
