"""Choosing lines so that rare characters come up."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from penline.bank import Bank
from penline.compose import Composer
from penline.corpus import Corpus
from penline.corpus.balance import RIVALS, Target, choose, exchange, tally
from penline.corpus.breaks import break_flags
from penline.corpus.cut import cover
from penline.corpus.normal import normalised
from penline.errors import CorpusError, UsageError
from penline.select import select

COMMON = "的一是不了人我在有他这为之大来以个中上们"
RARE = [chr(0x4E00 + 37 * i) for i in range(300)]


def natural(paragraphs: int = 4000, seed: int = 3) -> str:
    """Sentences of common characters; one in four holds a rare one."""
    chance = np.random.default_rng(seed)
    lines = []
    for _ in range(paragraphs):
        line = [COMMON[i] for i in np.minimum(chance.geometric(0.2, 14) - 1, len(COMMON) - 1)]
        if chance.random() < 0.25:
            line[int(chance.integers(14))] = RARE[min(int(chance.geometric(0.02)), 299)]
        lines.append("".join(line) + "。")
    return "\n".join(lines) + "\n"


def test_rare_characters_come_up() -> None:
    text = natural()
    chosen = choose([text], 300, (8, 20), Target(power=0.4))
    assert chosen.distance < 0.85 * chosen.distance_plain
    assert chosen.covered > 2 * chosen.covered_plain
    lines = text.split("\n")
    at = [next(n for n, line in enumerate(lines) if one in line) for one in chosen.lines]
    assert len(chosen.lines) == len(set(chosen.lines)) == 300
    assert sum(np.diff(at) >= 0) > 290  # in the order of the text (a line may occur twice in it)
    kinds = {character for line in chosen.lines for character in line}
    assert chosen.covered == len(kinds)


def test_the_natural_power_keeps_natural_frequencies() -> None:
    text = natural()
    chosen = choose([text], 400, (8, 20), Target(power=1))
    assert chosen.distance < chosen.distance_plain
    assert chosen.distance < 0.03


def test_a_floor_is_reached() -> None:
    text = natural(8000)
    plain = Counter(text)
    wanted = {c for c, count in plain.items() if count >= 12 and c != "\n"}
    chosen = choose([text], 2500, (8, 20), Target(power=1, floor=6))
    found = Counter("".join(chosen.lines))
    short = [c for c in wanted if found[c] < 5]
    assert len(short) <= 0.05 * len(wanted)
    assert chosen.met > chosen.met_plain


def test_blocks_do_not_decide_more_than_they_must() -> None:
    """The same text in one block or many gives lines of the same text, as many, as near."""
    text = natural()
    lines = text.splitlines(keepends=True)
    whole = choose([text], 200, (8, 20))
    parts = choose(["".join(lines[i : i + 100]) for i in range(0, len(lines), 100)], 200, (8, 20))
    assert whole.characters == parts.characters
    assert abs(whole.distance - parts.distance) < 0.05


def test_the_same_choice_again_and_another_seed() -> None:
    text = natural(1500)
    assert choose([text], 100, seed=4).lines == choose([text], 100, seed=4).lines
    assert choose([text], 100, seed=4).lines != choose([text], 100, seed=5).lines


def test_memory_does_not_grow_with_the_text() -> None:
    block = natural(3000)
    choose([block], 100)

    def peak(times: int) -> int:
        tracemalloc.start()
        choose((block for _ in range(times)), 100)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(8) < 1.1 * peak(2)


def test_lines_outside_and_repeated_are_counted() -> None:
    text = "永和九年岁在癸丑暮春之初。\n" * 3 + "会于会稽山阴之兰亭修禊事也。\n"
    chosen = choose([text], 10, (13, 20), Target(alphabet=frozenset("永和九年岁在癸丑暮春之初。")))
    assert chosen.lines == ["永和九年岁在癸丑暮春之初。"]
    assert (chosen.seen, chosen.outside, chosen.repeated) == (4, 1, 2)
    with pytest.raises(CorpusError, match="4 lines hold other"):
        choose([text], 10, (13, 20), Target(alphabet=frozenset("永")))


def test_numbers_that_make_no_sense() -> None:
    for call in (
        lambda: Target(power=1.5),
        lambda: Target(floor=-1),
        lambda: choose(["永"], 0),
        lambda: choose(["永"], 1, (5, 4)),
    ):
        with pytest.raises(UsageError):
            call()
    with pytest.raises(CorpusError, match="surrogate"):
        choose(["永\ud800"], 1)


def test_lines_do_not_overlap_and_keep_the_range() -> None:
    codes = normalised(natural(300)).codes
    offsets = np.concatenate(([0], np.flatnonzero(codes == 10) + 1))
    starts, ends = cover(break_flags(codes), offsets, 5, 9, np.uint64(7))
    assert (starts[1:] >= ends[:-1]).all()
    assert set(np.unique(ends - starts)) <= set(range(5, 10))
    assert (
        codes[np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)])] != 10
    ).all()


def test_the_exchange_never_takes_a_step_back() -> None:
    """Cross entropy by plain arithmetic, before and after: it must not grow but by rounding."""
    codes = normalised(natural(400)).codes
    offsets = np.concatenate(([0], np.flatnonzero(codes == 10) + 1))
    starts, ends = cover(break_flags(codes), offsets, 8, 15, np.uint64(1))
    pool, lengths = np.zeros((50, 15), np.uint32), np.zeros(50, np.int64)
    found = np.zeros(0x110000, np.int64)
    for i in range(50):
        lengths[i] = ends[i] - starts[i]
        pool[i, : lengths[i]] = codes[starts[i] : ends[i]]
    tally(codes, starts[:50], ends[:50], found)
    wanted = np.zeros(0x110000)
    wanted[np.unique(codes[codes != 10])] = 3.0

    def potential() -> float:
        """Sum of wanted * H(found), less H of the whole; H is the harmonic number."""
        harmonic = np.concatenate(([0.0], np.cumsum(1 / np.arange(1, found.sum() + 2))))
        return float((wanted * harmonic[found]).sum() - wanted.sum() * harmonic[found.sum()])

    words = np.random.default_rng(0).integers(0, 1 << 63, (1, RIVALS), np.uint64)
    rises = 0
    for i in range(50, 250):
        before, taken = potential(), np.empty(1, np.int64)
        args = starts[i : i + 1], ends[i : i + 1], words, pool, lengths, found, wanted, taken
        exchange(codes, *args)
        recount = np.zeros_like(found)
        for line, length in zip(pool, lengths, strict=True):
            np.add.at(recount, line[:length], 1)
        np.testing.assert_array_equal(recount, found)
        rise = potential() - before
        assert rise > 0 if taken[0] >= 0 else rise == 0
        rises += rise > 0
    assert rises > 5


def test_select_writes_a_corpus_that_composes_each_line_once(
    tmp_path: Path, small_bank: Bank
) -> None:
    alphabet = [c for c in small_bank.characters if "\u4e00" <= c <= "\u9fff"]
    chance = np.random.default_rng(1)
    text = "\n".join("".join(chance.choice(alphabet, 12)) for _ in range(400))
    (tmp_path / "in.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "chosen.txt"
    report = select(tmp_path / "in.txt", out, 30, bank=small_bank, length_range=(6, 12))
    lines = out.read_text(encoding="utf-8").splitlines()
    assert report == json.loads((tmp_path / "chosen.txt.json").read_text(encoding="utf-8"))
    assert report["lines"] == len(lines) == 30
    recipe = {"corpus": {"lines": "whole", "length_range": [6, 12]}}
    composed = [sample.text for sample in Composer(recipe, small_bank, out, 5)[:60]]
    assert sorted(composed[:30]) == sorted(composed[30:]) == sorted(lines)
    assert composed[:30] != composed[30:]
    with pytest.raises(UsageError, match="--overwrite"):
        select(tmp_path / "in.txt", out, 30)
    with pytest.raises(UsageError, match=r"ends in \.txt"):
        select(tmp_path / "in.txt", tmp_path / "chosen.json", 30)
    with pytest.raises(UsageError, match="name banks"):
        select(tmp_path / "in.txt", tmp_path / "other.txt", 30, part="test")


def test_lines_that_nobody_can_write_are_left_out(tmp_path: Path, small_bank: Bank) -> None:
    alphabet = [c for c in small_bank.characters if "\u4e00" <= c <= "\u9fff"]
    good = "".join(alphabet[:8])
    (tmp_path / "in.txt").write_text(f"{good}\n{good[:7]}龘\n", encoding="utf-8")
    report = select(tmp_path / "in.txt", tmp_path / "o.txt", 5, bank=small_bank)
    assert (report["lines"], report["unwritable"]) == (1, 1)


def test_whole_lines_that_are_not_there() -> None:
    corpus = Corpus.from_texts(["永和九年。"])
    with pytest.raises(CorpusError, match="as it stands"):
        corpus.whole_lines((8, 25))
