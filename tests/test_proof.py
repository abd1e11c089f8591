"""The split of the proof on Latin: who is judged on wrote nothing that is trained on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

SPLIT = Path(__file__).parent.parent / "bench" / "proof_split.tsv"
ROWS = [row.split("\t") for row in SPLIT.read_text("utf-8").splitlines()[1:]]


def of(role: str, field: int) -> list[str]:
    return [row[field] for row in ROWS if row[0] == role]


def test_people_are_apart() -> None:
    judged = set(of("judged", 2))
    assert len(judged) == 65
    assert not judged & {*of("words", 2), *of("characters", 2)}


def test_contributors_are_those_that_were_chosen() -> None:
    assert set(of("judged", 1)) == {"apc", "hpb", "par", "pcl", "lou", "dar", "cec"}
    words = "apd ape sie imt rim imp ibm art lav"
    assert set(of("words", 1)) == set(words.split())
    characters = "apa apb app ced aga art ibm val tos imp syn pri uqb gmd cea ceb"
    assert set(of("characters", 1)) == set(characters.split())


def test_each_style_has_a_thousand_words_and_none_comes_twice() -> None:
    assert Counter(of("judged", 4)) == {"printed": 1000, "mixed": 1000, "cursive": 1000}
    assert len(set(of("judged", 3))) == 3000
