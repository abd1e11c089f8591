"""What sets are known to share is told where a split by writer would not part it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from fakes_cards import figure, write
from fakes_pages import idx_images, idx_labels
from penline.api import bank_notes, compose, pack
from penline.catalogue import card, load
from penline.catalogue.facts import Overlap
from penline.catalogue.listing import entry
from penline.catalogue.overlaps import shared
from penline.errors import CatalogueError


def test_what_is_shared_is_told_once_for_each_two_sets() -> None:
    assert shared(["nist-sd19", "mnist", "qmnist", "none", ""]) == [
        "mnist and nist-sd19 share samples (qmnist)",
        "mnist and qmnist share samples (qmnist)",
        "nist-sd19 and qmnist share samples (qmnist: its digits were found again there)",
    ]
    assert shared(["emnist", "qmnist"]) == ["emnist and qmnist both hold samples of nist-sd19"]
    assert shared(["deepwriting", "iam-ondb"]) == [
        "deepwriting and iam-ondb share samples (deepwriting)"
    ]
    assert shared(["mnist", "mnist"]) == shared(["mnist", "kmnist"]) == shared([]) == []


def test_writers_with_the_same_ids_are_parted_by_themselves() -> None:
    same = ["casia-hwdb1.0", "casia-hwdb2.0", "casia-olhwdb1.0"]
    assert any(one.of_set == same[0] for one in card("casia-hwdb2.0").overlaps)
    assert shared(same) == []
    assert shared(["casia-hwdb-t", "casia-hwdb1.0"]) == [
        "casia-hwdb-t and casia-hwdb1.0 share writers "
        "(hwdb-t: the page names CASIA-HWDB, none of its sets)"
    ]


def test_overlaps_are_of_sets_that_have_cards() -> None:
    for one in load().values():
        assert {overlap.of_set for overlap in one.overlaps} <= set(load())
        assert len({(o.of_set, o.of) for o in one.overlaps}) == len(one.overlaps)
    rows = entry(card("qmnist"), ())["overlaps"]
    assert [(row["with"], row["of"], row["source"]) for row in rows] == [
        ("nist-sd19", "samples", "qmnist")
    ]
    with pytest.raises(ValidationError):
        Overlap.model_validate({"with": "mnist", "of": "pages", "source": "s"})


def test_a_set_does_not_overlap_with_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "overlaps: [{with: mine, of: samples, source: s}]"
    write(tmp_path, "mine", [figure("samples", 3)], more=more)
    monkeypatch.setenv("PENLINE_CARDS", str(tmp_path))
    with pytest.raises(CatalogueError, match="overlap with itself"):
        card("mine")


def test_a_bank_of_both_and_its_lines_say_so(tmp_path: Path) -> None:
    pictures = np.zeros((20, 28, 28), np.uint8)
    pictures[:, 6:20, 10:16] = 255
    labels = [0, 1, 1, *[2] * 17]
    for name, stem in (("mnist", "train"), ("emnist", "emnist-digits-train")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{stem}-images-idx3-ubyte").write_bytes(idx_images(pictures))
        (tmp_path / name / f"{stem}-labels-idx1-ubyte").write_bytes(idx_labels(labels))
    bank = pack([tmp_path / "mnist", tmp_path / "emnist"], tmp_path / "both.bank")
    told = "emnist and mnist both hold samples of nist-sd19"
    assert bank_notes(bank)[2][-1] == told
    one = pack([tmp_path / "mnist"], tmp_path / "one.bank")
    assert told not in bank_notes(one)[2]
    (tmp_path / "text.txt").write_text("0 1 2 2 1 0 0 1 2\n" * 40, "utf-8")
    recipe = {"writers": "mixed"}
    more = {"banks": [tmp_path / "both.bank"], "corpora": [tmp_path / "text.txt"], "n": 3}
    made = compose(tmp_path / "lines", recipe=recipe, **more)
    assert made.report["overlaps"] == [told]
