"""Lines taken apart: every label, box and glyph held against the ink."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from penline.bank import Bank
from penline.compose import Composer
from penline.compose.line_masks import LineMasks, consistency_errors, decompose
from penline.corpus import Corpus
from penline.paper import PAPERS

TEXT = "永和九年，岁在癸丑。Good morning, 12.5 apples。天地玄黄，宇宙洪荒！"


def composer(bank: Bank, **recipe: object) -> Composer:
    usable = "".join(c if c in bank.characters or c == " " else "" for c in TEXT) or TEXT
    more = "".join(c for c in bank.characters if "\u4e00" <= c <= "\u9fff")
    corpus = Corpus.from_texts([f"{usable}\n{more[:40]}"])
    settings = {"corpus": {"length_range": [5, 14], "missing": "drop-char"}, **recipe}
    return Composer(settings, bank, corpus, 3)


@pytest.mark.parametrize("paper", sorted(PAPERS))
@pytest.mark.parametrize("effects", ["none", "default"])
def test_lines_are_sound(small_bank: Bank, paper: str, effects: str) -> None:
    if paper == "photo":
        pytest.skip("needs a folder of pictures")
    lines = composer(small_bank, papers=[paper], effects=effects)
    for index in range(12):
        found = decompose(lines.plan, 3, index)
        assert list(consistency_errors(found)) == []
        np.testing.assert_array_equal(found.sample.image, lines[index].image)


@pytest.fixture(scope="module")
def sound(small_bank: Bank) -> tuple[Composer, LineMasks]:
    lines = composer(small_bank)
    return lines, decompose(lines.plan, 3, 0)


def test_a_blank_glyph_is_found(sound: tuple[Composer, LineMasks]) -> None:
    _, anatomy = sound
    masks = anatomy.after.copy()
    masks[2] = 0
    found = list(consistency_errors(dataclasses.replace(anatomy, after=masks)))
    assert found == [f"character 2 ({anatomy.sample.text[2]}) has no ink"]


def test_a_shifted_box_is_found(sound: tuple[Composer, LineMasks]) -> None:
    _, anatomy = sound
    quads = anatomy.sample.quads.copy()
    quads[1, :, 0] += 3
    sample = dataclasses.replace(anatomy.sample, quads=quads)
    found = list(consistency_errors(dataclasses.replace(anatomy, sample=sample)))
    assert found == [f"character 1 ({sample.text[1]}) has ink outside of its box"]


def test_a_wrong_label_is_found(sound: tuple[Composer, LineMasks]) -> None:
    _, anatomy = sound
    text = "龘" + anatomy.sample.text[1:]
    sample = dataclasses.replace(anatomy.sample, text=text)
    (found,) = consistency_errors(dataclasses.replace(anatomy, sample=sample))
    assert found == f"character 0 (龘) is written {anatomy.sample.text[0]}"


def test_ink_of_nobody_is_found(sound: tuple[Composer, LineMasks]) -> None:
    _, anatomy = sound
    ink = anatomy.ink.copy()
    ink[:3, :3] = 200
    found = list(consistency_errors(dataclasses.replace(anatomy, ink=ink)))
    assert found == ["the line's ink is not the union of its glyphs"]
