"""What the readings of all arms come to: errors, how sure they are, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from penline.ablate.arms import Arm, differences
from penline.ablate.lines import RealLine
from penline.ablate.scores import by_group, classes_of, confusions, interval, rate
from penline.ablate.training import WEIGHTS, Training, TrainingPlan
from penline.catalogue.terms import terms
from penline.version import __version__

__all__ = ["Compared", "errors", "length_class", "worst_first"]

_WORST = 40
_LENGTHS = ((1, 4), (5, 8), (9, 16), (17, 32))
_UNITS = ("characters", "words")


@dataclass(frozen=True, slots=True)
class Compared:
    """All trainings, ended.

    Attributes:
        plan: how they were trained.
        arms: the first is the one that the others are held against.
        runs: every arm with every seed.
        found: the result of each run, by its number.
        real: the lines that were judged on.
        groups: of each of these, ``""`` for none.
    """

    plan: TrainingPlan
    arms: Sequence[Arm]
    runs: Sequence[Training]
    found: Mapping[int, Mapping[str, Any]]
    real: Sequence[RealLine]
    groups: Sequence[str]

    def results(self) -> dict[str, Any]:
        """All figures, as JSON can hold them."""
        arm, seed = self._best()
        return {
            "penline": __version__,
            "plan": {
                **self.plan.decides(),
                "seeds": len(self.runs) // len(self.arms),
                "device": self.plan.device,
            },
            "judged_on": {
                "lines": len(self.real),
                "writers": len({line.writer for line in self.real} - {""}),
            },
            "arms": [self._row(one) for one in self.arms],
            "best": {"arm": arm.name, "seed": seed},
        }

    def model(self) -> dict[str, Any]:
        """What the best weights are, and how they were made."""
        arm, seed = self._best()
        sources = terms(source for bank in arm.banks for source in bank.header.sources)
        return {
            "penline": __version__,
            "weights": f"{arm.name}/seed-{seed}/{WEIGHTS}",
            **self.plan.decides(),
            "arm": arm.name,
            "seed": seed,
            "made_of": {**arm.decides(), "sources": sources},
        }

    def worst(self) -> list[tuple[RealLine, str]]:
        """The lines that the best weights read worst, and what they read."""
        arm, seed = self._best()
        result = self._results_of(arm)[seed - 1]
        order = worst_first(np.array(result["characters"]))
        return [(self.real[at], result["readings"][at]) for at in order]

    def _results_of(self, arm: Arm) -> list[Mapping[str, Any]]:
        """By seed."""
        return [self.found[n] for n, run in enumerate(self.runs) if run.arm is arm]

    def _counts(self, arm: Arm, unit: str) -> Any:
        return np.array([result[unit] for result in self._results_of(arm)], np.int64)

    def _best(self) -> tuple[Arm, int]:
        arm = min(self.arms, key=lambda one: rate(self._counts(one, "characters")))
        errors = [rate(one) for one in self._counts(arm, "characters")]
        return arm, int(np.argmin(errors)) + 1

    def _row(self, arm: Arm) -> dict[str, Any]:
        results = self._results_of(arm)
        references = [self.plan.folding(line.text) for line in self.real]
        read = [result["readings"] for result in results]
        characters = self._counts(arm, "characters")
        row: dict[str, Any] = {
            "name": arm.name,
            "composed": arm.composed,
            "differs": differences(self.arms[0], arm),
            **{unit: errors(self._counts(arm, unit)) for unit in _UNITS},
            "seconds": [result["seconds"] for result in results],
            "skipped": [result["skipped"] for result in results],
            "curves": [result["curve"] for result in results],
            "lengths": by_group(characters, [length_class(text) for text in references]),
            "groups": by_group(characters, self.groups),
            "writers": by_group(characters, [line.writer for line in self.real]),
            "classes": classes_of(references, read),
            "confusions": confusions(references, read),
        }
        if arm is not self.arms[0]:
            first = self._counts(self.arms[0], "characters")
            row["difference"] = {
                "error": rate(characters) - rate(first),
                "interval": interval(characters, first),
            }
        return row


def errors(counts: Any) -> dict[str, Any]:
    """The error rate of ``int64 (seeds, lines, 2)`` with its interval, and that of each seed."""
    return {
        "error": rate(counts),
        "interval": interval(counts),
        "seeds": [rate(one) for one in counts],
    }


def worst_first(counts: Any) -> list[int]:
    """Numbers of the lines with most edits, at most `_WORST`; counts are ``int64 (lines, 2)``."""
    order = np.argsort(-counts[:, 0], kind="stable")[:_WORST].tolist()
    return [at for at in order if counts[at, 0]]


def length_class(text: str) -> str:
    """Name the class of lengths that a text is of."""
    for low, high in _LENGTHS:
        if len(text) <= high:
            return f"{low} to {high} characters"
    return "33 characters and more"
