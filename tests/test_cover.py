"""How much of a text banks can write, told before anything is composed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import build
from penline import Composer
from penline.bank import Bank
from penline.cover import cover
from penline.errors import CorpusError, UnwritableLine, UsageError
from penline.recipe import Recipe, load_recipe
from test_cli import penline as penline

HAN = "".join(chr(0x4E00 + 3 * number) for number in range(40))
ODDS = 0.9 ** np.arange(40) / (0.9 ** np.arange(40)).sum()


def recipe(**corpus: object) -> Recipe:
    given = {"length_range": [3, 20], "lines": "whole", "tries": 1, **corpus}
    return load_recipe({"corpus": given, "papers": ["plain"]})


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "t.txt"
    path.write_text("永和三四\n永和三五\n永和六六 永\n七七七\n永 和 永\n永\n", "utf-8")
    return path


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return build(tmp_path / "b", {"own:a": "永和三五", "own:b": "永和四", "unknown:x": "七"})


def test_figures_that_one_can_count_by_hand(bank: Bank, text: Path) -> None:
    found = cover(bank, text, recipe=recipe())
    # of 永和三四 a lacks 四 and b 三; the last line is too short
    assert found["lines"] == {"text": 5, "written": 2, "share": 0.4}
    assert found["characters"] == {"text": 20, "written": 15, "share": 0.75}
    assert found["classes"] == {"text": 7, "written": 5, "share": 0.7143}
    assert found["outside"] == 1
    assert found["policies"] == {
        "skip-line": 2,
        "drop-char": 4,  # of 七七七 nothing is left
        "near-writer": 3,  # 四 alone is somebody's
        "other-writer": 3,
        "nfkc": 2,
    }
    assert found["writers"] == [
        {"writer": "own:a", "lines": 2, "characters": 14, "classes": 4},
        {"writer": "own:b", "lines": 1, "characters": 12, "classes": 3},
    ]
    assert [(row["character"], row["lines"], row["alone"]) for row in found["lacks"]] == [
        ("七", 1, 1),
        ("六", 1, 1),
        ("四", 1, 1),
    ]
    assert [row["why"] for row in found["lacks"]] == [
        "nobody has it",
        "nobody has it",
        "1 of 2 writers have it",
    ]
    assert found["advice"] == (
        "set corpus: {missing: drop-char} in the recipe: 80.0% of the lines could be written"
    )


def test_policies_writers_and_dictionaries_count(bank: Bank, text: Path) -> None:
    def written(alphabet: str | None = None, **corpus: object) -> int:
        return cover(bank, text, recipe=recipe(**corpus), alphabet=alphabet)["lines"]["written"]

    assert written(missing="drop-char") == 4
    assert written(missing="near-writer") == 3
    assert written(missing="near-writer", borrow_most=1) == 3
    assert written("永和四") == 1
    mixed = load_recipe({"corpus": {"length_range": [3, 20], "lines": "whole"}, "writers": "mixed"})
    found = cover(bank, text, recipe=mixed)
    assert found["lines"]["written"] == 4  # 七 is by somebody who is not known
    assert found["writers"] == [] and set(found["policies"]) == {"skip-line", "drop-char", "nfkc"}


@pytest.mark.parametrize("missing", ["skip-line", "drop-char", "near-writer", "other-writer"])
@pytest.mark.parametrize("latin", ["own", "second"])
def test_composing_writes_exactly_those_lines(tmp_path: Path, missing: str, latin: str) -> None:
    """Every line of the text comes up once, is tried once, and is written or not."""
    chance = np.random.default_rng(5)
    hands = {f"own:{n}": "".join(chance.permutation(list(HAN))[: 26 + 2 * n]) for n in range(6)}
    hands["own:digits"] = "0123456789"
    bank = build(tmp_path / "b", hands, copies=1)
    # no character twice: of the writers who lack the fewest it does not matter which is drawn
    lines = [
        "".join(chance.choice(list(HAN), chance.integers(5, 10), replace=False, p=ODDS))
        + "".join(chance.choice(list("12龘"), chance.choice([0, 0, 1])))
        for _ in range(300)
    ]
    (tmp_path / "t.txt").write_text("\n".join(lines), "utf-8")
    chosen = recipe(missing=missing, latin=latin, length_range=[5, 12])
    found = cover(bank, tmp_path / "t.txt", recipe=chosen)
    composer = Composer(chosen, bank, tmp_path / "t.txt", length=300)
    made = 0
    for index in range(300):
        try:
            composer[index]
        except UnwritableLine:
            continue
        made += 1
    assert found["lines"]["text"] == 300
    assert found["lines"]["written"] == made
    assert 20 < made < 300


def test_compatibility_characters_are_worth_folding(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": "永和m3"})
    (tmp_path / "t.txt").write_text("永永㎥和永\n永和永和永\n", "utf-8")
    found = cover(bank, tmp_path / "t.txt", recipe=recipe(missing="near-writer"))
    assert found["policies"]["near-writer"] == 1 and found["policies"]["nfkc"] == 2
    assert "nfkc: true" in found["advice"]
    assert cover(bank, tmp_path / "t.txt", recipe=recipe(nfkc=True))["lines"]["written"] == 2


def test_stand_ins_and_turned_brackets_are_written(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": "永和,אב("})
    (tmp_path / "t.txt").write_text("永，和…\n(אב\nאב)\n", "utf-8")
    found = cover(bank, tmp_path / "t.txt", recipe=recipe())
    assert found["lines"]["written"] == 1  # the second bracket is seen as the first looks
    assert [row["character"] for row in found["lacks"]] == [")", "…"]


def test_lines_are_cut_as_composing_cuts_them(bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("永和永和。永和永和。" * 30 + "\n", "utf-8")
    found = cover(bank, tmp_path / "t.txt", recipe=recipe(lines="cut", length_range=[5, 5]))
    assert found["lines"] == {"text": 60, "written": 0, "share": 0.0}
    assert found["lacks"][0]["lines"] == 60
    assert found["advice"].startswith("add glyphs of 。")
    dropped = recipe(lines="cut", length_range=[4, 5], missing="drop-char")
    assert cover(bank, tmp_path / "t.txt", recipe=dropped)["lines"]["share"] == 1


def test_what_cannot_be_asked(bank: Bank, text: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--part train"):
        cover(bank, text, part="test")
    with pytest.raises(UsageError, match="'both'"):
        cover(bank, text, part="both")
    with pytest.raises(CorpusError, match="30 to 40"):
        cover(bank, text, recipe=recipe(length_range=[30, 40]))
    unknown = build(tmp_path / "u", {"unknown:x": "永"})
    with pytest.raises(UsageError, match="mixed"):
        cover(unknown, text)


def test_the_command(penline, bank: Bank, text: Path, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("corpus: {length_range: [3, 20], lines: whole}", "utf-8")
    given = "cover", bank.path, "--corpus", text, "--recipe", tmp_path / "r.yaml"
    code, said, _ = penline(*given)
    assert code == 0
    assert "lines: 2 of 5 (40.0 %)" in said
    assert "best: own:a, 2 lines (40.0 %), 4 different characters" in said
    assert "lacks 七 (U+4E03): costs 1 line, 1 of them alone; nobody has it" in said
    assert "advice set corpus: {missing: drop-char}" in said
    assert json.loads(penline(*given, "--json")[1])["lines"]["written"] == 2
