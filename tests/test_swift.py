"""Lines made by one compiled call: the same as those made step by step."""

from __future__ import annotations

import dataclasses
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
from penline.bank.bits import member
from penline.compose import Composer
from penline.compose.make import lay, lay_by_steps
from penline.compose.swift import swift
from penline.corpus import Corpus
from penline.corpus.cut import cut
from penline.errors import UnwritableLine
from penline.sample import corpus_files, sample_bank

SHORT = {"length_range": [4, 24]}
RECIPES = {
    "by rule": {"corpus": SHORT, "papers": ["plain"]},
    "by a model": {"corpus": SHORT, "papers": ["plain"], "layout": {"hand": "default"}},
    "by its marks": {
        "corpus": SHORT,
        "papers": ["plain"],
        "layout": {"hand": "default", "mark_shape": 0.7},
    },
    "in cells": {"corpus": SHORT, "papers": ["squared"]},
    "papers": {
        "corpus": SHORT,
        "papers": [
            {"name": "squared", "weight": 3},
            {"name": "plain", "weight": 0.5},
            {"name": "ruled", "weight": 0},
        ],
        "layout": {"hand": "default"},
    },
    "small": {"image": {"height_px": 24, "max_width_px": 300}, "corpus": SHORT},
    "narrow": {"image": {"max_width_px": 400}, "corpus": {"length_range": [4, 40]}},
}
TEXT = (
    "今天上午9点，我们在学校门口集合，准备去参观1,234年前的 A.D. 古城。\n"
    "The quick brown fox jumps over the lazy dog, 12.5 times.\n"
    "永远好，永远好，好好好好。好 好，永\n"
)


def equal(one: object, two: object) -> bool:
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        names = [field.name for field in dataclasses.fields(one)]
        return all(equal(getattr(one, name), getattr(two, name)) for name in names)
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(map(equal, one, two))
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two)  # type: ignore[attr-defined]
    return one == two


def agree(composer: Composer, count: int) -> int:
    """How many of the first lines were made by the one call; all are held against the steps."""
    made = 0
    for index in range(count):
        try:
            slow = lay_by_steps(composer.kit, 5, index)
        except UnwritableLine as error:
            with pytest.raises(UnwritableLine) as caught:
                lay(composer.kit, 5, index)
            assert str(caught.value) == str(error)
            continue
        made += composer.kit.swift.line(5, index) is not None
        fast = lay(composer.kit, 5, index)
        for name in ("side", "paper", "numbers", "strength", "upright", "rows", "sizes", "starts"):
            assert equal(getattr(fast, name), getattr(slow, name)), (index, name)
        for name in ("gains", "placed", "ink", "boxes", "shares", "struck"):
            assert equal(getattr(fast, name), getattr(slow, name)), (index, name)
        assert fast.written._replace(glyphs=[]) == slow.written._replace(glyphs=[])
        assert list(fast.written.glyphs) == list(slow.written.glyphs)
        for name in ("paper_rng", "ink_rng"):
            later = [[getattr(x, name).word() for _ in range(70)] for x in (fast, slow)]
            assert later[0] == later[1]
    return made


@pytest.mark.parametrize("name", RECIPES)
def test_the_call_equals_the_steps(name):
    composer = Composer(RECIPES[name], sample_bank(), corpus_files()[0], seed=5)
    made = agree(composer, 60)
    assert made >= {"small": 40, "narrow": 1}.get(name, 60)


@pytest.mark.parametrize("hand", [None, "default"])
def test_letters_numbers_and_white_space(tmp_path, hand):
    characters = "".join(dict.fromkeys(TEXT.replace("\n", "").replace(" ", "")))
    build(tmp_path / "b.bank", {"w:1": characters, "w:2": characters[:-4], "w:3": "永远好"})
    recipe = {"corpus": {"length_range": [3, 30]}, "layout": {"hand": hand}}
    composer = Composer(recipe, tmp_path / "b.bank", Corpus.from_texts([TEXT]), seed=5)
    assert agree(composer, 80) >= 70


def test_what_nobody_has_is_left_to_the_steps(tmp_path):
    build(tmp_path / "b.bank", {"w:1": "永远好,"})
    corpus = Corpus.from_texts(["永远好，永远好。", "永远好,永远好", "好好学习天天向上"])
    composer = Composer({"corpus": {"length_range": [3, 8]}}, tmp_path / "b.bank", corpus, seed=5)
    made = agree(composer, 40)
    assert 0 < made < 40


@pytest.mark.parametrize(
    "recipe",
    [
        {"writers": "mixed"},
        {"layout": {"direction": "vertical"}},
        {"marks": {"strike": 0.5}},
        {"corpus": {"made": {"number": 0.5}}},
        {"corpus": {"lines": "whole"}},
        {"corpus": {"latin": "second"}},
    ],
)
def test_other_recipes_take_the_steps(recipe):
    composer = Composer(recipe, sample_bank(), corpus_files()[0], seed=5)
    assert swift(composer.kit) is None


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
    assert own(cut) not in parts(member._cache._cache_file._source_stamp)


def test_nothing_breaks_where_nothing_is_compiled():
    """Coverage tools and fuzzers switch numba off."""
    subprocess.run(
        [sys.executable, "-c", "import penline.compose.swift_line"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
    )
