"""Lines chosen by one compiled call: the same as those chosen step by step."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import penline
from conftest import build
from penline.bank.bits import nth_writer
from penline.compose import Composer
from penline.compose.choose import choose
from penline.compose.ladder import assign_by_tries
from penline.compose.make import make
from penline.corpus import Corpus
from penline.corpus.cut import cut
from penline.errors import UnwritableLine
from penline.sample import corpus_files, sample_bank

TEXT = (
    "今天上午9点，我们在学校门口集合，准备去参观1,234年前的 A.D. 古城。\n"
    "The quick brown fox jumps over the lazy dog, 12.5 times.\n"
    "永远好，永远好，好好好好。好 好，永\n"
)


def agree(composer: Composer, count: int) -> int:
    """How many of the first lines were chosen by the one call; all are held against the steps."""
    made, plan = 0, composer.plan
    for index in range(count):
        try:
            slow = assign_by_tries(plan, "train", 5, index)
        except UnwritableLine as error:
            with pytest.raises(UnwritableLine) as caught:
                choose(plan, 5, index, "train")
            assert str(caught.value) == str(error)
            continue
        made += plan.quick(5, index) is not None
        fast = choose(plan, 5, index, "train")
        np.testing.assert_array_equal(fast.items, slow.items)
        assert fast._replace(items=None) == slow._replace(items=None)
    return made


@pytest.mark.parametrize("lengths", [[4, 24], [8, 25], [1, 3], [2, 30]])
def test_the_call_equals_the_steps(lengths):
    recipe = {"corpus": {"length_range": lengths}, "papers": ["plain"]}
    assert agree(Composer(recipe, sample_bank(), corpus_files()[0], seed=5), 60) == 60


@pytest.mark.parametrize("part", ["train", "test", "all"])
def test_letters_numbers_and_white_space(tmp_path, part):
    characters = "".join(dict.fromkeys(TEXT.replace("\n", "").replace(" ", "")))
    own = {"w:1": characters, "w:2": characters[:-4], "w:3": "永远好"}
    build(tmp_path / "b.bank", own, part="train" if part == "all" else part)
    recipe = {"corpus": {"length_range": [3, 30]}}
    corpus = Corpus.from_texts([TEXT])
    composer = Composer(recipe, tmp_path / "b.bank", corpus, seed=5, part=part)
    assert agree(composer, 80) >= 70


def test_what_nobody_has_is_left_to_the_steps(tmp_path):
    build(tmp_path / "b.bank", {"w:1": "永远好,"})
    corpus = Corpus.from_texts(["永远好，永远好。", "永远好,永远好", "好好学习天天向上"])
    composer = Composer({"corpus": {"length_range": [3, 8]}}, tmp_path / "b.bank", corpus, seed=5)
    made = agree(composer, 40)
    assert 0 < made < 40


def test_items_know_how_often_the_same_came_before(tmp_path):
    build(tmp_path / "b.bank", {"w:1": "永远好,"})
    corpus = Corpus.from_texts(["永好 永远 好永，永"])
    recipe = {"corpus": {"length_range": [3, 12], "lines": "whole"}}
    line = choose(Composer(recipe, tmp_path / "b.bank", corpus).plan, 1, 0, "train")
    assert line.items["repeat"].tolist() == [
        line.text[:at].count(character) for at, character in enumerate(line.text)
    ]


@pytest.mark.parametrize(
    "recipe",
    [
        {"writers": "mixed"},
        {"corpus": {"made": {"number": 0.5}}},
        {"corpus": {"lines": "whole"}},
        {"corpus": {"latin": "second"}},
    ],
)
def test_other_recipes_take_the_steps(recipe):
    composer = Composer(recipe, sample_bank(), corpus_files()[0], seed=5)
    assert composer.plan.quick is None


def test_a_text_of_ones_own_is_prepared_in_no_time(tmp_path):
    """What is typed gets a plan over the same arrays; the first plan makes the lines it made."""
    plan = Composer({}, sample_bank(), corpus_files()[0], seed=5).plan
    before = make(plan, 5, 3).image
    characters = [c for c in plan.banks.characters if c not in plan.corpus.characters][:3]
    typed = plan.with_text(Corpus.from_texts(["".join([*characters, *"你好，世界"])]), "")
    assert make(typed, 5, 0).text.startswith("".join(characters))
    assert typed.banks.index is plan.banks.index
    np.testing.assert_array_equal(make(plan, 5, 3).image, before)


def test_a_kernel_goes_stale_with_those_that_it_calls():
    """numba looks at a function's own file alone; the stamp has to hold the others', too."""

    def own(kernel):
        """What numba itself takes down of the kernel's file."""
        return kernel._cache._impl.locator.get_source_stamp()

    def called(kernel, found):
        """All kernels that it calls, near and far."""
        code, names = kernel.py_func.__code__, kernel.py_func.__globals__
        for one in (names.get(name) for name in code.co_names):
            if isinstance(one, Dispatcher) and one not in found:
                found.add(one)
                called(one, found)
        return found

    def parts(stamp):
        """A stamp, and all that it is made of."""
        inner = stamp if isinstance(stamp, tuple) else ()
        return {stamp}.union(*map(parts, inner))

    root, count = Path(penline.__file__).parent, 0
    for file in root.rglob("*.py"):
        if "\n@compiled\n" not in file.read_text("utf-8"):
            continue
        name = ".".join(("penline", *file.relative_to(root).with_suffix("").parts))
        for kernel in vars(importlib.import_module(name)).values():
            if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ == name:
                held = parts(kernel._cache._cache_file._source_stamp)
                for other in (kernel, *called(kernel, set())):
                    assert own(other) in held, f"{kernel}: {other}"
                    count += other.py_func.__module__ != name
    assert count > 30
    assert own(cut) not in parts(nth_writer._cache._cache_file._source_stamp)


def test_nothing_breaks_where_nothing_is_compiled():
    """Coverage tools and fuzzers switch numba off."""
    subprocess.run(
        [sys.executable, "-c", "import penline.compose.quick_choice"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
    )


@pytest.mark.parametrize("banks", [1, 2])
def test_what_comes_again_is_another_of_the_writers_glyphs(tmp_path, banks):
    """In one bank of three glyphs a character, or in two of one each; stamps are as they were."""
    paths = [tmp_path / f"{number}.bank" for number in range(banks)]
    for number, path in enumerate(paths):
        build(path, {"w:1": "永远好"}, copies=3 if banks == 1 else 1, seed=number)
    corpus = Corpus.from_texts(["永永永远远永好永"])
    recipe = {"corpus": {"length_range": [8, 8], "lines": "whole"}, "version": 2}
    composers = [
        Composer(recipe | change, paths, corpus, seed=5)
        for change in ({}, {"variation_range": [0, 0]}, {"version": 1})
    ]
    met = set()
    for index in range(20):
        varied, stamps, before = (
            choose(one.plan, 5, index, "train").items[["bank", "row"]].tolist() for one in composers
        )
        assert stamps == before
        assert varied[0] == stamps[0]
        last: dict[str, tuple[int, int]] = {}
        for character, glyph in zip(corpus[0], varied, strict=True):
            assert last.get(character) != glyph
            last[character] = glyph
        met |= set(varied)
    assert len(met) == (9 if banks == 1 else 6)
