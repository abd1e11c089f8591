"""Text that is made up."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from penline.bank import Bank
from penline.compose import Composer
from penline.corpus import Corpus
from penline.corpus.made import KINDS, capitals, made_line
from penline.errors import RecipeError
from penline.randomness import rng
from penline.recipe import load_recipe

SHAPES = {
    "number": r"-?\d[\d,]*(\.\d+)?%?",
    "date": r".*[年月日/.\-a-z].*",
    "amount": r"[¥$]?[\d,.]+元?|人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万]+元整",
    "telephone": r"1\d{10}|0\d{2}-\d{8}",
    "identity": r"\d{17}[\dX]",
    "address": r".*[省市].*区.*路\d+号(\d+栋\d+室)?",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_has_its_shape(kind: str) -> None:
    found = {KINDS[kind](rng(1, index, "made")) for index in range(300)}
    assert len(found) > 100
    for text in found:
        assert re.fullmatch(SHAPES[kind], text), text


@pytest.mark.parametrize("kind", [*KINDS, "random"])
@pytest.mark.parametrize("length_range", [(8, 25), (1, 4), (18, 18), (60, 61)])
def test_lines_keep_the_range(kind: str, length_range: tuple[int, int]) -> None:
    for index in range(80):
        line = made_line(kind, rng(2, index, "made"), length_range, "永和九年")
        assert line == line.strip()
        assert length_range[0] - 1 <= len(line) <= length_range[1]
        assert line == made_line(kind, rng(2, index, "made"), length_range, "永和九年")


def test_check_digits_of_identity_numbers() -> None:
    for index in range(50):
        text = KINDS["identity"](rng(3, index, "made"))
        total = sum((10 if c == "X" else int(c)) * 2 ** (17 - i) for i, c in enumerate(text))
        assert total % 11 == 1
        assert text[6:8] == "18"


def test_numbers_of_cheques_read_back() -> None:
    digits = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}

    def value(text: str) -> int:
        total, part, last = 0, 0, 0
        for character in text:
            if character in digits:
                last = digits[character]
            elif character == "万":
                total, part, last = (part + last) * 10_000, 0, 0
            else:
                part, last = part + last * units[character], 0
        return total + part + last

    for number in [*range(1, 12_000, 7), 10_001, 100_100, 1_000_001, 20_300_040, 99_999_999]:
        assert value(capitals(number)) == number
        assert "零零" not in capitals(number)


def test_shares_of_a_recipe(small_bank: Bank) -> None:
    recipe = {"corpus": {"made": {"random": 0.5}, "length_range": [6, 9]}}
    corpus = Corpus.from_texts(["".join([c for c in small_bank.characters if c > "一"][:8]) + "\n"])
    lines = Composer(recipe, small_bank, corpus, 1, length=200)
    texts = [sample.text for sample in lines]
    own = Counter(text in corpus[0] for text in texts)
    assert 60 < own[True] < 140
    assert {c for text in texts for c in text} > set(corpus[0])


def test_kinds_and_shares_that_do_not_work() -> None:
    with pytest.raises(RecipeError, match="no kind 'poem'"):
        load_recipe({"corpus": {"made": {"poem": 0.1}}})
    with pytest.raises(RecipeError, match="more than the whole"):
        load_recipe({"corpus": {"made": {"date": 0.6, "number": 0.6}}})
