"""Which lines teach a reader of Latin words: the arms of docs/what-teaches.md, on UNIPEN.

    python bench/proof.py train_r01_v07.zip --work FOLDER [--only ARM,ARM...] [--seeds 1,2,3]

Small readers are trained (`penline ablate`'s crnn-small, 32 px) on words composed from isolated
characters, or on real words, and judged on 3,000 real words of other people, 1,000 of each style;
bench/proof_split.tsv names them. What has been trained stays in FOLDER; the same command goes on
from there, and writes bench/proof_results.json; `--only ""` trains nothing and tells what is there.
All pictures are words cut to their ink, at one height; pen and paper are the same. A training
takes some four minutes on one core of a processor that multiplies in bfloat16 (AMX), some seven on
others.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

sys.path.append(sys.path.pop(0))  # profile.py beside this hides Python's own, which PyTorch wants

import numpy as np
import proof_data as data
import proof_places  # noqa: F401  its placer joins the table

from penline.ablate.arms import Arm, differences
from penline.ablate.compared import Compared
from penline.ablate.leaks import known_before
from penline.ablate.lines import RealLine
from penline.ablate.models import MODEL
from penline.ablate.running import Ablation, trainings
from penline.ablate.scores import interval, rate
from penline.ablate.text import Folding
from penline.ablate.training import Training, TrainingPlan
from penline.api import ablation_files
from penline.corpus import Corpus
from penline.durable import put
from penline.recipe import load_recipe

RESULTS = Path(__file__).with_name("proof_results.json")
STEPS, BATCH, RATE, EVERY = 2000, 32, 2e-3, 500
FOLDING = Folding(nfkc=True, case=False)
COMMON: dict[str, Any] = {
    "version": 2,
    "corpus": {"lines": "whole", "length_range": [1, 60]},
    "papers": [{"name": "plain", "tone_range": [255, 255]}],
    "ink": {"tone_range": [0, 0]},
    "image": {"height_px": 64},
}
PLACED: dict[str, Any] = {"variation_range": [0, 0], "joins": "never"}


class Kind(NamedTuple):
    """What an arm trains on.

    Attributes:
        recipe: settings over `COMMON`.
        share: of composed words.
        real: how many real words there are, where it takes some; None for all.
        one_each: of each writer and character one glyph alone.
        balanced: words drawn so that every character comes about as often as any other.
    """

    recipe: Mapping[str, Any] = MappingProxyType({})
    share: float = 1.0
    real: int | None = None
    one_each: bool = False
    balanced: bool = False


ARMS: dict[str, Kind] = {
    "placed": Kind(PLACED),
    "varied": Kind({"joins": "never"}),
    "joined": Kind({"variation_range": [0, 0]}),
    "both": Kind(),
    "real": Kind(share=0.0),
    "random": Kind({"variation_range": [0, 0], "layout": {"placer": "random"}}),
    "main": Kind({"version": 1}),
    "kinds": Kind({**PLACED, "layout": {"latin": "kinds"}}),
    "always": Kind({"joins": "always"}),
    "joins-0.7": Kind({"joins": 0.7}),
    "varied-twice": Kind({"variation_range": [1.6, 2.4]}),
    "both+real-50%": Kind(share=0.5),
    "both+real-25%": Kind(share=0.75),
    "both+real-75%": Kind(share=0.25),
    "real-100": Kind(share=0.0, real=100),
    "both+real-100": Kind(share=0.5, real=100),
    "real-1000": Kind(share=0.0, real=1000),
    "both+real-1000": Kind(share=0.5, real=1000),
    "one-each": Kind(one_each=True),
    "breadth-fixed": Kind({"ink": {**COMMON["ink"], "breadth_range": [1, 1]}}),
    "many-hands": Kind({**PLACED, "joins": "measured", "writers": "mixed"}),
    "balanced": Kind(balanced=True),
    "effects": Kind({"effects": "default"}),
}


class Proof:
    """All that the trainings share.

    Args:
        archive: UNIPEN's zip.
        work: where banks, words and trainings are kept.
        steps: of each training.
    """

    def __init__(self, archive: Path, work: Path, steps: int) -> None:
        self.archive, self.work = archive, work
        words = data.words_of(archive, work / "words.pkl")
        self.judged = data.split(words)
        self.real = [one.line for one in self.judged]
        train = [one.line for one in words if one.contributor in data.TRAIN]
        chance = np.random.Generator(np.random.Philox(18))
        self.train = [train[at] for at in chance.permutation(len(train))]
        self.text = [line.text for line in train]
        self.plan = TrainingPlan(
            recogniser="crnn-small",
            alphabet=FOLDING.alphabet(line.text for line in (*self.real, *self.train)),
            folding=FOLDING,
            steps=steps,
            batch=BATCH,
            rate=RATE,
            every=EVERY,
            device="cpu",
            part="all",
            trim=True,
            half=True,
        )

    def arm(self, name: str) -> Arm:
        """The arm, with its bank and text."""
        kind = ARMS[name]
        bank = data.bank_of(
            self.archive,
            self.work / ("one.bank" if kind.one_each else "characters.bank"),
            one_each=kind.one_each,
        )
        text = balanced(self.text) if kind.balanced else self.text
        recipe = load_recipe({**COMMON, **kind.recipe})
        return Arm(name, recipe, (bank,), Corpus.from_texts(text), kind.share)

    def words(self, name: str) -> Sequence[RealLine]:
        """The real words that an arm trains on."""
        kind = ARMS[name]
        return self.train[: kind.real] if kind.share < 1 else ()

    def training(self, name: str, seed: int) -> Training:
        return trainings(
            self.plan, [self.arm(name)], [seed], self.work / "trained", self.real, self.words(name)
        )[0]

    def row(self, found: Sequence[dict[str, Any]], first: Any) -> dict[str, Any]:
        """What an arm came to; `first` is what it is held against, with the same seeds."""
        counts = np.array([one["characters"] for one in found])
        words = np.array([one["words"] for one in found])
        styles = np.array([one.style for one in self.judged])
        people = np.array([line.writer for line in self.real])
        row: dict[str, Any] = {
            "seeds": [one["seed"] for one in found],
            "minutes": [round(one["seconds"] / 60, 1) for one in found],
            "skipped": [one["skipped"] for one in found],
            "words": told(words),
            "all": told(counts),
            **{one: told(counts[:, styles == one]) for one in ("printed", "mixed", "cursive")},
            "curve": [one["curve"] for one in found],
        }
        if first is not None:
            both = min(len(counts), len(first))
            row["less_than_placed"] = {
                style: difference(counts[:both][:, where], first[:both][:, where], people[where])
                for style, where in (
                    ("all", np.ones(len(styles), bool)),
                    *((one, styles == one) for one in ("printed", "mixed", "cursive")),
                )
            }
        return row


def balanced(texts: Sequence[str]) -> list[str]:
    """As many words as there were, drawn by weights under which characters come alike."""
    folded = [FOLDING(text) for text in texts]
    seen = np.bincount([ord(c) for text in folded for c in text], minlength=128)
    weights = np.array([np.mean([1 / seen[ord(c)] for c in text]) for text in folded])
    chance = np.random.Generator(np.random.Philox(19))
    return [texts[at] for at in chance.choice(len(texts), len(texts), p=weights / weights.sum())]


def told(counts: Any) -> dict[str, Any]:
    """Per cent of errors, with the 95 % interval and that of each seed."""
    return {
        "error": per_cent(rate(counts)),
        "interval": [per_cent(one) for one in interval(counts)],
        "each": [per_cent(rate(one)) for one in counts],
    }


def difference(counts: Any, first: Any, people: Any) -> dict[str, Any]:
    """Of the same seeds and words, paired; the interval over words, and that over people."""
    whose = np.equal.outer(np.unique(people), people).astype(np.int64)
    by_person = [np.einsum("pl,slk->spk", whose, one) for one in (counts, first)]
    return {
        "error": per_cent(rate(counts) - rate(first)),
        "interval": [per_cent(one) for one in interval(counts, first)],
        "interval_over_people": [per_cent(one) for one in interval(*by_person)],
    }


def per_cent(share: float) -> float:
    return round(100 * share, 2)


def results(proof: Proof) -> dict[str, Any]:
    """All that has been trained so far."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in ARMS:
        folders = (proof.work / "trained" / name).glob("seed-*")
        ran = [proof.training(name, int(one.name[5:])).finished() for one in sorted(folders)]
        if kept := [one for one in ran if one]:
            found[name] = kept
    first = np.array([one["characters"] for one in found["placed"]]) if "placed" in found else None
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
        "arms": {
            name: {
                "differs_from_placed": differences(base, proof.arm(name)),
                **proof.row(ran, None if name == "placed" else first),
            }
            for name, ran in found.items()
        },
    }


def page(proof: Proof) -> None:
    """Write the page and the best weights of all arms with their first seed."""
    runs = [proof.training(name, 1) for name in ARMS]
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
    styles = ("all", "printed", "mixed", "cursive")
    yield f"| trained on | seeds | {' | '.join(styles)} | words | less than `placed` | minutes |"
    yield "| --- " * (len(styles) + 5) + "|"
    for name, row in found["arms"].items():
        cells = [_cell(row[one]) for one in (*styles, "words")]
        less = _cell(row["less_than_placed"]["all"]) if "less_than_placed" in row else ""
        time = ", ".join(map(str, row["minutes"]))
        yield f"| {name} | {len(row['seeds'])} | {' | '.join(cells)} | {less} | {time} |"


def _cell(one: dict[str, Any]) -> str:
    low, high = one["interval"]
    return f"{one['error']:.1f} ({low:.1f} to {high:.1f})"


def main() -> None:
    """Train what is asked for and is not there, and write what has been found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default=",".join(ARMS))
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    proof = Proof(given.archive, given.work, given.steps)
    for seed in map(int, given.seeds.split(",")):
        for name in filter(None, given.only.split(",")):
            ran = proof.training(name, seed).run()
            error = per_cent(rate(np.array(ran["characters"])))
            print(f"{name}, seed {seed}: {error} in {ran['seconds']:.0f} s", flush=True)
    found = results(proof)
    put(given.out, json.dumps(found, indent=1).encode())
    page(proof)
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
