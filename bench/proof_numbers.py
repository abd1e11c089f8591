"""One hand against many: readers of lines of numbers, judged on lines by other people.

    python bench/proof_numbers.py chinese-numbers.zip --work FOLDER [--seeds 3] [--steps 600]
    python bench/proof_numbers.py FOLDER_OF_MNIST --work ANOTHER [--seeds 3] [--steps 600]

The archive has ten writings of each of 15 characters by 100 people. Of MNIST the test set is
taken, t10k-images-idx3-ubyte.gz, and out of the same folder qmnist-test-labels-idx2-int.gz, which
tells who wrote its 10,000 digits: 297 people.
There are no real lines of either: those that are judged on are composed, too, by people who are in
no bank, of numbers that are in no text. So this says what hands teach, and nothing about lines.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.append(sys.path.pop(0))  # profile.py beside this hides Python's own, which PyTorch wants

import numpy as np

from penline import api
from penline.bank import Bank, open_bank
from penline.bank.choice import GlyphChoice, GlyphKey

DIGITS, PLACES = "零一二三四五六七八九", ("", "十", "百", "千")
JUDGED, TEXT = 1000, 4000
RECIPE = """
version: 2
corpus: {lines: whole, length_range: [1, 40]}
image: {height_px: 32}
"""


def in_words(number: int) -> str:
    """A whole number below 10,000 million million, as it is written out.

    >>> in_words(305), in_words(20_010), in_words(100_000_001)
    ('三百零五', '二万零一十', '一亿零一')
    """
    found = ""
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, number = divmod(number, unit)
        if part:
            gap = bool(found) and part < 1000
            found += (DIGITS[0] if gap else "") + _four(part) + name
    return found or DIGITS[0]


def _four(number: int) -> str:
    found, gap = "", False
    for place in (3, 2, 1, 0):
        digit, number = divmod(number, 10**place)
        if digit:
            found += (DIGITS[0] if gap and found else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return found


class Plan(NamedTuple):
    """How the people of a set are held against each other.

    Attributes:
        write: makes a number a text.
        judged: how many people write the lines to judge on.
        hands: by arm, how many of the others write those to train on.
    """

    write: Callable[[int], str]
    judged: int
    hands: dict[str, int]


CHINESE = Plan(in_words, 20, {"one": 1, "five": 5, "twenty": 20, "all": 80})
MNIST = Plan(str, 60, {"one": 1, "five": 5, "twenty": 20, "eighty": 80, "all": 237})


def numbers(write: Callable[[int], str], seed: int, count: int) -> list[str]:
    """Different numbers of one to twelve digits, as many of each length."""
    chance = np.random.Generator(np.random.Philox(seed))
    tops = 10 ** chance.integers(1, 13, 2 * count)
    return list(dict.fromkeys(write(int(chance.integers(0, top))) for top in tops))[:count]


def _same(judged: str, text: str) -> bool:
    return judged in text if len(judged) >= 12 else judged == text


def of_people(bank: Bank, people: list[str], out: Path) -> Path:
    """A bank of some of a bank's people."""
    others = [GlyphKey(writer=one) for one in bank.writers if one not in people]
    if not out.is_dir():
        api.pack([bank.path], out, choice=GlyphChoice(None, others, "the others"))
    return out


def with_writers(folder: Path, out: Path) -> Path:
    """MNIST's test set as a part of QMNIST's, whose first 10,000 digits it is."""
    if not out.is_dir():
        labels = gzip.decompress((folder / "qmnist-test-labels-idx2-int.gz").read_bytes())
        images = (folder / "t10k-images-idx3-ubyte.gz").read_bytes()
        first = 10_000
        out.mkdir()
        (out / "qmnist-test-images-idx3-ubyte.gz").write_bytes(images)
        (out / "qmnist-test-labels-idx2-int").write_bytes(
            labels[:4] + first.to_bytes(4, "big") + labels[8 : 12 + first * 8 * 4]
        )
    return out


def in_order(bank: Bank, judged: int) -> list[str]:
    """People of a bank, mixed; after those to judge on, who wrote every character comes first."""
    chance = np.random.Generator(np.random.Philox(18))
    people = [bank.writers[at] for at in chance.permutation(len(bank.writers))]
    lacking = {
        one: any(not len(bank.rows(one, character)) for character in bank.characters)
        for one in people
    }
    return people[:judged] + sorted(people[judged:], key=lacking.__getitem__)


def main() -> None:
    """Compose, train, and print the error of each arm."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args()
    work: Path = given.work
    work.mkdir(parents=True, exist_ok=True)
    plan, source = CHINESE, given.archive
    if source.is_dir():
        plan, source = MNIST, with_writers(source, work / "qmnist")
    whole = work / "whole.bank"
    bank = open_bank(whole) if whole.is_dir() else api.pack(source, whole)
    people = in_order(bank, plan.judged)
    judged = numbers(plan.write, 1, JUDGED)
    text = [
        one
        for one in numbers(plan.write, 2, 2 * TEXT)
        if not any(_same(label, one) for label in judged)
    ]
    for name, lines in (("judged", judged), ("text", text[:TEXT])):
        (work / f"{name}.txt").write_text("\n".join(lines), "utf-8")
    (work / "numbers.yaml").write_text(RECIPE, "utf-8")
    real, others = work / "real", people[: plan.judged]
    if not real.is_dir():
        api.compose(
            real,
            n=JUDGED,
            recipe=work / "numbers.yaml",
            banks=[of_people(bank, others, work / "judged.bank")],
            corpora=[work / "judged.txt"],
            to="parquet",
            part="all",
            workers=1,
        )
    banks = {
        name: of_people(bank, people[plan.judged :][:count], work / f"{name}.bank")
        for name, count in plan.hands.items()
    }
    found = api.ablate(
        work / "trained",
        real=real,
        arms=[f"{name}:{work / 'numbers.yaml'},{path}" for name, path in banks.items()],
        corpora=[work / "text.txt"],
        part="all",
        seeds=given.seeds,
        steps=given.steps,
        rate=2e-3,
        half=True,
    )
    for arm in found.results["arms"]:
        error, (low, high) = arm["characters"]["error"], arm["characters"]["interval"]
        each = ", ".join(f"{one:.1%}" for one in arm["characters"]["seeds"])
        minutes = sum(arm["seconds"]) / 60
        print(
            f"{arm['name']}: {plan.hands[arm['name']]} people, {error:.1%} of characters wrong "
            f"({low:.1%} to {high:.1%}; by seed {each}), {minutes:.1f} minutes in all"
        )


if __name__ == "__main__":
    main()
