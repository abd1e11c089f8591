"""Glyphs of other writers: whom they are taken from, and how they are made to fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from penline.bank import Bank, BankWriter, open_bank
from penline.compose import ComposePlan, Composer
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.make import make
from penline.compose.transform.stroke_width import StrokeWidth
from penline.corpus import Corpus
from penline.errors import UnwritableLine
from penline.randomness import rng
from penline.recipe.load import load_recipe
from penline.records import Source
from penline.render.stroke_width import adjust_stroke_width
from reference import render as reference

TEXT = "永和九年岁在癸丑暮春"
LENT = "龘"


def bar_glyph(pen_px: int, side_px: int = 40, level: int = 200) -> np.ndarray:
    """A cross of bars of one breadth."""
    ink = np.zeros((side_px, side_px), np.uint8)
    middle = side_px // 2 - pen_px // 2
    ink[middle : middle + pen_px, :] = level
    ink[:, middle : middle + pen_px] = level
    return ink


@pytest.fixture(scope="module")
def pens(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Three writers, each lacks a character; 3 writes with a pen like that of 1."""
    path = tmp_path_factory.mktemp("pens") / "pens.bank"
    with BankWriter(path) as bank:
        for writer, pen_px in (("casia:001", 3), ("casia:002", 9), ("casia:003", 4)):
            source = Source(f"{writer}.gnt", writer, "train")
            # nobody can write the whole line: 1 lacks one character, 2 and 3 another
            own = TEXT if pen_px == 3 else TEXT.replace("暮", LENT)
            for record, character in enumerate(own):
                ink = bar_glyph(pen_px)
                bank.add(ink, character, source, paper=0, record=record, offset=record)
    return open_bank(path)


def lines(bank: Bank, **corpus: object) -> Composer:
    text = Corpus.from_texts([TEXT[:6] + LENT + TEXT[6:]])
    settings = {"lines": "whole", "length_range": [1, 30], "missing": "near-writer", **corpus}
    recipe = {"corpus": settings, "papers": ["plain"], "image": {"height_px": 80}}
    return Composer(recipe, bank, text, 1)


@pytest.mark.parametrize("share_q8", [-256, -100, -1, 0, 1, 77, 256])
def test_kernel_and_reference(share_q8: int) -> None:
    rng = np.random.default_rng(share_q8 + 300)
    for shape in ((1, 1), (1, 7), (9, 1), (23, 31)):
        ink = rng.integers(0, 256, shape, np.uint8)
        one, two = (np.full((shape[0] + 2, shape[1] + 2), 7, np.uint8) for _ in range(2))
        adjust_stroke_width(ink, share_q8, one)
        reference.adjust_stroke_width(ink, share_q8, two)
        np.testing.assert_array_equal(one, two)


def test_strokes_gain_and_lose_breadth() -> None:
    ink = bar_glyph(5)
    row = ink.shape[0] // 4
    breadth = {}
    for share in (-256, -128, 0, 128, 256):
        out = np.empty((42, 42), np.uint8)
        adjust_stroke_width(ink, share, out)
        breadth[share] = float(out[row].sum()) / 200
    assert list(breadth.values()) == pytest.approx([3, 4, 5, 6, 7], abs=0.1)


def test_the_nearest_pen_lends(pens: Bank) -> None:
    found = lines(pens)
    shelf = found.plan.banks
    among = shelf.bits(["casia:002", "casia:003"])
    assert shelf.near("casia:001", among, 1).tolist() == shelf.bits(["casia:003"]).tolist()
    origins = [
        {o.written: o.writer for o in found[i].origins}
        for i in range(40)
        if found[i].writer == "casia:001"
    ]
    assert origins
    assert {one[LENT] for one in origins} <= {"casia:002", "casia:003"}


def test_a_borrowed_glyph_gets_the_breadth_of_the_lines_pen(pens: Bank) -> None:
    text = Corpus.from_texts([TEXT[:6] + LENT + TEXT[6:]])
    settings = {"lines": "whole", "length_range": [1, 30], "missing": "near-writer"}
    recipe = {"corpus": settings, "papers": ["plain"], "image": {"height_px": 80}}
    plan = ComposePlan(load_recipe(recipe), [pens], text)
    for index in range(60):
        laid = lay_out(plan, 3, index)
        if laid.line.writer == "casia:001" and laid.line.counts:
            break
    else:
        raise AssertionError("writer 1 was never drawn")
    amounts = StrokeWidth(plan.banks).plan(laid.line.items, "casia:001", rng(0, 0, ""))
    assert amounts is not None
    at = laid.line.text.index(LENT)
    assert amounts[at] < -50
    assert not np.delete(amounts, at).any()
    assert make(plan, 3, index).counts == {f"character borrowed: {LENT}": 1}
    assert list(consistency_errors(decompose(plan, 3, index))) == []


def test_too_many_lacking_characters(tmp_path: Path, pens: Bank) -> None:
    with BankWriter(tmp_path / "few.bank") as bank:
        source = Source("1.gnt", "casia:009", "train")
        bank.add(bar_glyph(3), "永", source, paper=0, record=0, offset=0)
    few = open_bank(tmp_path / "few.bank")
    text = Corpus.from_texts(["永龘龘龘龘"])
    settings = {"lines": "whole", "length_range": [1, 30], "missing": "near-writer", "tries": 2}
    writers = {"corpus": {**settings, "borrow_most": 2}, "papers": ["plain"]}
    with pytest.raises(UnwritableLine):
        Composer(writers, few, text, 1)[0]
