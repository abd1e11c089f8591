"""Which lines teach a reader of lines of several words: three arms of the proof on UNIPEN's lines.

    python bench/proof_lines.py train_r01_v07.zip --work FOLDER [--seeds 1] [--steps 2000]

As bench/proof.py, with lines of several words (category 8) in the place of words. Judged are those
of the contributors that the proof judges on, whose text is no part of the text to train on; the
real lines to train on are those of all others, and their labels are the text of all arms. Spaces
before punctuation, which some contributors' labels have, are left out of all labels. FOLDER may be
that of bench/proof.py, and shares its bank. Writes bench/proof_lines.json, and says in
FOLDER/trained-lines which weights of the first seed are best, for penline read.
"""

from __future__ import annotations

import argparse
import json
import pickle
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.append(sys.path.pop(0))  # profile.py beside this hides Python's own, which PyTorch wants

import numpy as np
import proof_data as data
from proof_arms import COMMON, FOLDING, PLACED, plan_of
from proof_data import Word
from proof_tell import difference, told

from penline.ablate.arms import Arm
from penline.ablate.compared import Compared
from penline.ablate.leaks import known_before
from penline.ablate.lines import RealLine, fitted
from penline.ablate.models import MODEL
from penline.ablate.running import trainings
from penline.convert.penned import penned_lines
from penline.convert.policy import Policy
from penline.corpus import Corpus
from penline.durable import put
from penline.formats.ink import InkPage
from penline.recipe import load_recipe
from penline.render.hand import STROKE_HEIGHT_PX

LINES = "8"
TRAIN = (*data.TRAIN, *data.CHARACTERS)
ARMS: dict[str, Any] = {"placed": PLACED, "both": {}, "real": {}}
STYLES = ("all", "printed", "mixed", "cursive")
RESULTS = Path(__file__).with_name("proof_lines.json")


def lines_of(archive: Path, cache: Path) -> list[Word]:
    """All lines of several words, of the contributors to judge on and to train on."""
    if cache.is_file():
        found: list[Word] = pickle.loads(cache.read_bytes())
        return found
    units = list(data.open_sources([archive]))
    known = data.people_of_both(units)
    lines = [
        line
        for unit in units
        if unit.contributor in data.TEST + TRAIN
        and not (unit.contributor == "cec" and unit.source.writer in known)
        for line in _lines(unit)
    ]
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(lines))
    return lines


def _lines(unit: Any) -> Iterator[Word]:
    policy = Policy("drop-line")
    for page in unit.sound(policy.drop, salvage=True):
        told_of = {one.split("/")[0] for one in page.source.filed}
        if not isinstance(page, InkPage) or LINES not in told_of:
            continue
        for line in penned_lines(page, STROKE_HEIGHT_PX, policy, salvage=True):
            text = " ".join("".join(one or "" for one in line.characters).split())
            text = re.sub(r" ([.,;:!?])", r"\1", text)
            if " " in text and text.isascii() and text.isprintable():
                name = f"{page.source.file[-8:]}:{page.record}:{line.record}"
                image = fitted(255 - line.ink, data.HEIGHT_PX, trim=True)
                yield Word(page.source.style, RealLine(image, text, page.source.writer, name))


def main() -> None:
    """Train the arms, judge them, and write what has been found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default=",".join(ARMS))
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    lines = lines_of(given.archive, given.work / "lines.pkl")
    train = [one.line for one in lines if one.contributor not in data.TEST]
    chance = np.random.Generator(np.random.Philox(18))
    train = [train[at] for at in chance.permutation(len(train))]
    text = "\n".join(FOLDING(line.text) for line in train)
    judged = [
        one for one in lines if one.contributor in data.TEST and FOLDING(one.line.text) not in text
    ]
    real = [one.line for one in judged]
    plan = plan_of((*real, *train), given.steps)
    banks = (data.bank_of(given.archive, given.work / "characters.bank"),)
    corpus = Corpus.from_texts([line.text for line in train])
    common = {**COMMON, "corpus": {"lines": "whole", "length_range": [1, 100]}}
    arms = [
        Arm(name, load_recipe({**common, **ARMS[name]}), banks, corpus, float(name != "real"))
        for name in given.only.split(",")
    ]
    known = known_before(real, arms, train)
    styles = np.array([one.style for one in judged])
    people = np.array([line.writer for line in real])
    found: dict[str, Any] = {
        "judged_on": {"lines": len(real), "people": len(set(people))},
        "of_style": {one: int((styles == one).sum()) for one in STYLES[1:]},
        "trained_on": {
            "real_lines": len(train),
            "people": len({line.writer for line in train}),
            "texts": len({FOLDING(line.text) for line in train}),
        },
        "known_before": known.figures(),
        "plan": plan.decides(),
        "arms": {},
    }
    counts: dict[str, Any] = {}
    first: list[tuple[Any, dict[str, Any]]] = []
    out = given.work / "trained-lines"
    seeds = [int(one) for one in given.seeds.split(",")]
    for name, arm in zip(given.only.split(","), arms, strict=True):
        runs = trainings(plan, [arm], seeds, out, real, train)
        ran = [run.run() for run in runs]
        first.append((runs[0], ran[0]))
        counts[name] = np.array([one["characters"] for one in ran])
        words = np.array([one["words"] for one in ran])
        row: dict[str, Any] = {
            "minutes": [round(one["seconds"] / 60, 1) for one in ran],
            "skipped": [one["skipped"] for one in ran],
            "curve": [one["curve"] for one in ran],
            "words": told(words),
        }
        for style in STYLES:
            some = (styles == style) | (style == "all")
            row[style] = told(counts[name][:, some])
            row.setdefault("less_than", {})[style] = {
                other: difference(counts[name][:, some], before[:, some], people[some])
                for other, before in counts.items()
                if other != name
            }
        found["arms"][name] = row
        print(name, row["all"], row["minutes"], flush=True)
        put(given.out, json.dumps(found, indent=1).encode())
        begun, ended = zip(*first, strict=True)
        whole = Compared(plan, arms[: len(first)], begun, dict(enumerate(ended)), real, styles)
        put(out / MODEL, json.dumps(whole.model(), ensure_ascii=False, indent=1).encode())


if __name__ == "__main__":
    main()
