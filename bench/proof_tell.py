"""What the trainings of the proof on Latin come to: figures, a table, and the page."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from proof_arms import ARMS, FOLDING, Proof

from penline.ablate.arms import differences
from penline.ablate.compared import Compared
from penline.ablate.leaks import known_before
from penline.ablate.models import MODEL
from penline.ablate.running import Ablation
from penline.ablate.scores import interval, rate
from penline.api import ablation_files
from penline.durable import put

HELD: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ARMS, ("both",)),
    **dict.fromkeys(("varied", "joined", "real", "random", "main", "kinds"), ("placed",)),
    **dict.fromkeys(("both+real-25%", "both+real-50%", "both+real-75%"), ("real", "both")),
    "placed": (),
    "both": ("placed", "varied", "joined", "real"),
    "many-hands": ("placed",),
    "both+real-100": ("real-100", "both"),
    "both+real-1000": ("real-1000", "both"),
    "both-then-real": ("real", "both", "both+real-50%"),
    "both-then-real-100": ("real-100", "both", "both+real-100"),
    "both-then-real-1000": ("real-1000", "both", "both+real-1000"),
}
"""Which other arms an arm is held against."""
STYLES = ("all", "printed", "mixed", "cursive")


class Counts(NamedTuple):
    """Edits and lengths of an arm's readings.

    Attributes:
        characters: ``int64 (seeds, words, 2)``, as `edits_of` has them.
        words: the same, of whole words.
        found: the result of each seed.
    """

    characters: Any
    words: Any
    found: list[dict[str, Any]]


def counts_of(proof: Proof) -> dict[str, Counts]:
    """All that has been trained so far, by arm."""
    counts = {}
    for name in ARMS:
        folders = sorted((proof.work / "trained" / name).glob("seed-*"))
        ran = [proof.training(name, int(one.name[5:])).finished() for one in folders]
        if found := [one for one in ran if one]:
            both = (np.array([one[unit] for one in found]) for unit in ("characters", "words"))
            counts[name] = Counts(*both, found)
    return counts


def by_style(proof: Proof) -> dict[str, Any]:
    """Which words are of each style."""
    styles = np.array([one.style for one in proof.judged])
    return {style: (styles == style) | (style == "all") for style in STYLES}


def row_of(proof: Proof, name: str, counts: dict[str, Counts]) -> dict[str, Any]:
    """What an arm came to, by itself and beside those that it is held against."""
    own, found = counts[name].characters, counts[name].found
    where = by_style(proof)
    people = np.array([line.writer for line in proof.real])
    return {
        "differs_from_placed": differences(proof.arm("placed"), proof.arm(name)),
        "seeds": [one["seed"] for one in found],
        "minutes": [round(one["seconds"] / 60, 1) for one in found],
        "skipped": [one["skipped"] for one in found],
        "words": told(counts[name].words),
        **{style: told(own[:, some]) for style, some in where.items()},
        "curve": [one["curve"] for one in found],
        "less_than": {
            other: {
                style: difference(own[:, some], counts[other].characters[:, some], people[some])
                for style, some in where.items()
            }
            for other in HELD.get(name, ())
            if other in counts
        },
    }


def told(counts: Any) -> dict[str, Any]:
    """Per cent of errors, with the 95 % interval and that of each seed."""
    return {
        "error": per_cent(rate(counts)),
        "interval": [per_cent(one) for one in interval(counts)],
        "each": [per_cent(rate(one)) for one in counts],
    }


def difference(counts: Any, first: Any, people: Any) -> dict[str, Any]:
    """Of the same seeds and words, paired; the interval over words, and that over people."""
    seeds = min(len(counts), len(first))
    counts, first = counts[:seeds], first[:seeds]
    whose = np.equal.outer(np.unique(people), people).astype(np.int64)
    by_person = [np.einsum("pl,slk->spk", whose, one) for one in (counts, first)]
    return {
        "seeds": seeds,
        "error": per_cent(rate(counts) - rate(first)),
        "interval": [per_cent(one) for one in interval(counts, first)],
        "interval_over_people": [per_cent(one) for one in interval(*by_person)],
    }


def closed(first: Any, other: Any, real: Any) -> dict[str, Any]:
    """How much of the way from `first` to `real` the arm `other` goes, in per cent; over words."""
    chance = np.random.Generator(np.random.Philox(2))
    words = first.shape[1]
    sums = [one.sum(0) for one in (first, other, real)]
    shares = []
    for _ in range(1000):
        weights = np.bincount(chance.integers(0, words, words), minlength=words)
        begin, reached, end = (float(np.divide(*(weights @ one))) for one in sums)
        shares.append((begin - reached) / (begin - end))
    begin, reached, end = (rate(one) for one in sums)
    return {
        "error": per_cent((begin - reached) / (begin - end)),
        "interval": [per_cent(one) for one in np.percentile(shares, (2.5, 97.5))],
    }


def per_cent(share: float) -> float:
    return round(100 * share, 2)


def results(proof: Proof) -> dict[str, Any]:
    """All figures of what has been trained so far."""
    counts = counts_of(proof)
    ends = [counts[name].characters for name in ("placed", "both", "real") if name in counts]
    seeds = min(map(len, ends), default=0)
    where = by_style(proof) if len(ends) == 3 else {}
    gap = {style: closed(*(one[:seeds][:, some] for one in ends)) for style, some in where.items()}
    base = proof.arm("placed")
    known = known_before(proof.real, [base], proof.train)
    seen = {FOLDING(text) for text in proof.text}
    return {
        "judged_on": {
            "words": len(proof.real),
            "people": len({line.writer for line in proof.real}),
            "share_of_words_seen_in_training": per_cent(
                float(np.mean([FOLDING(line.text) in seen for line in proof.real]))
            ),
        },
        "trained_on": {
            "real_words": len(proof.train),
            "people_of_real_words": len({line.writer for line in proof.train}),
            "different_words": len(seen),
            "glyphs": len(base.banks[0]),
            "people_of_glyphs": len(base.banks[0].writers),
        },
        "known_before": known.figures(),
        "plan": proof.plan.decides(),
        "processor": f"{platform.machine()}, one thread",
        "gap_to_real_words_closed_by_both": gap,
        "arms": {name: row_of(proof, name, counts) for name in counts},
    }


def page(proof: Proof) -> None:
    """Write the page and the best weights of all arms with their first seed."""
    trained = [name for name in ARMS if (proof.work / "trained" / name).is_dir()]
    runs = [proof.training(name, 1) for name in trained]
    ran = [(run, found) for run in runs if (found := run.finished())]
    if not ran:
        return
    compared = Compared(
        proof.plan,
        [run.arm for run, _ in ran],
        [run for run, _ in ran],
        {number: found for number, (_, found) in enumerate(ran)},
        proof.real,
        [one.style for one in proof.judged],
    )
    out = proof.work / "trained"
    put(out / MODEL, json.dumps(compared.model(), ensure_ascii=False, indent=1).encode())
    told = {"known_before": known_before(proof.real, [runs[0].arm], proof.train).figures()}
    told |= {"real_training_lines": len(proof.train), **compared.results()}
    ablation_files(Ablation(out, told, compared.worst()))


def table(found: dict[str, Any]) -> Iterator[str]:
    """The rows of the table, as Markdown has them."""
    yield f"| arm | seeds | {' | '.join(STYLES)} | words | less than | minutes |"
    yield "| --- " * (len(STYLES) + 5) + "|"
    for name, row in found["arms"].items():
        cells = [_cell(row[one]) for one in (*STYLES, "words")]
        less = "; ".join(f"`{other}` {_cell(by['all'])}" for other, by in row["less_than"].items())
        time = ", ".join(map(str, row["minutes"]))
        yield f"| `{name}` | {len(row['seeds'])} | {' | '.join(cells)} | {less} | {time} |"


def _cell(one: dict[str, Any]) -> str:
    low, high = one["interval"]
    return f"{one['error']:.1f} ({low:.1f} to {high:.1f})"
