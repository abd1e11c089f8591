"""What a bank knows of a hand: slant and proportions, and who is near whom."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from penline import api
from penline.bank import Bank, BankWriter, open_bank
from penline.bank.bank_set import BankSet
from penline.bank.layout import HEADER
from penline.bank.style import EVERY, FIRST, LeanSums, bank_styles, sampled
from penline.errors import BankError
from penline.measure.appearance import looks_of
from penline.records import Source

TEXT = "永和九年岁在癸丑暮春之初会于"


def leaning(slant: float, high: int = 48, wide: int = 40, level: int = 220) -> np.ndarray:
    """Two upright strokes that lean, and one across."""
    y, x = np.mgrid[0:high, 0:wide] + 0.5
    at = x + slant * (y - high / 2)
    cover = sum(np.clip(2.5 - np.abs(at - place), 0, 1) for place in (wide * 0.3, wide * 0.7))
    cover = np.maximum(cover, np.clip(2.5 - np.abs(y - high / 2), 0, 1))
    return np.round(cover * level).astype(np.uint8)


def bank_of(path: Path, hands: dict[str, dict[str, float]], **more: str) -> Path:
    with BankWriter(path) as bank:
        for writer, how in hands.items():
            source = Source(f"{writer[6:]}.gnt", writer, "train")
            for record, character in enumerate(more.get(writer[6:], TEXT)):
                bank.add(leaning(**how), character, source, record=record)
    return path


def test_some_of_each_writers_glyphs_are_looked_at() -> None:
    seen, chosen = np.zeros(2, np.int64), np.zeros(400, np.bool_)
    writers = np.arange(400) % 2
    sampled(writers, seen, chosen)
    assert seen.tolist() == [200, 200]
    assert chosen[: 2 * FIRST].all()
    assert chosen[writers == 0].sum() == FIRST + (200 - FIRST) // EVERY
    # batches make no difference
    again, parts = np.zeros(2, np.int64), [np.zeros(n, np.bool_) for n in (150, 250)]
    sampled(writers[:150], again, parts[0])
    sampled(writers[150:], again, parts[1])
    np.testing.assert_array_equal(chosen, np.concatenate(parts))


@pytest.mark.parametrize("slant", [-0.3, -0.1, 0.0, 0.15, 0.4])
def test_a_hand_leans_as_it_was_made_to(tmp_path: Path, slant: float) -> None:
    bank = open_bank(bank_of(tmp_path / "a.bank", {"casia:001": {"slant": slant}}))
    (facts,) = bank.header.writers
    assert facts.slant == pytest.approx(slant, abs=0.04)
    assert facts.aspect == pytest.approx(40 / 48, abs=1e-3)
    ink = leaning(slant)
    seen = looks_of(ink, np.array([[0, 0, 40, 48]]), 48.0)[0, 3]
    assert facts.slant == pytest.approx(seen, abs=0.04)


def test_what_is_not_known_is_none(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "a.bank") as bank:
        bank.add(np.full((9, 9), 200, np.uint8), "，", Source("1.gnt", "casia:001"))
    (facts,) = open_bank(tmp_path / "a.bank").header.writers
    assert facts.slant is None
    assert facts.aspect is None
    assert LeanSums().slants() == []


def test_a_bank_of_before_is_measured_when_it_is_asked(tmp_path: Path) -> None:
    hands = {"casia:001": {"slant": 0.2}, "casia:002": {"slant": -0.2, "wide": 60}}
    path = bank_of(tmp_path / "a.bank", hands)
    wanted = bank_styles(open_bank(path))
    header = json.loads((path / HEADER).read_text("utf-8"))
    for writer in header["writers"]:
        del writer["slant"], writer["aspect"]
    (path / HEADER).write_text(json.dumps(header), "utf-8")
    old = open_bank(path)
    assert old.header.writers[0].slant is None
    assert bank_styles(old) == wanted
    wrong = {**old.columns, "writer": np.full(len(old), 9, np.uint32)}
    with pytest.raises(BankError, match="damaged"):
        bank_styles(Bank(old.path, old.header, old.ink, wrong))


def test_the_hand_that_leans_alike_is_near(tmp_path: Path) -> None:
    hands = {
        "casia:001": {"slant": 0.3},
        "casia:002": {"slant": -0.2},
        "casia:003": {"slant": 0.25},
        "casia:004": {"slant": 0.3, "wide": 70},
    }
    shelf = BankSet([open_bank(bank_of(tmp_path / "a.bank", hands))])
    near = [
        shelf.near("casia:001", shelf.bits(others), 1).tolist()
        for others in (["casia:002", "casia:003"], ["casia:003", "casia:004"])
    ]
    assert near == [shelf.bits(["casia:003"]).tolist()] * 2
    assert len(shelf.style("casia:001")) == 2


def test_info_shows_the_hands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from penline.cli.summaries import print_facts

    path = bank_of(tmp_path / "a.bank", {"casia:001": {"slant": 0.2}})
    (found,) = api.info(path)
    assert found.styles["casia:001"]["slant"] == pytest.approx(0.2, abs=0.03)
    print_facts(found)
    assert "slant 0.18, width by height 0.83" in capsys.readouterr().out
