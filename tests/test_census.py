"""The census: equal where all is there, and every planted fault named."""

from __future__ import annotations

from pathlib import Path

import pytest

import fakes
from penline import catalogue, census
from penline.catalogue import parse
from penline.census import Census

CARD = """---
id: casia-hwdb1.1
title: Made up
kind: offline characters
scripts: [Hans]
publisher: nobody
homepages: []
simulated: true
licence:
  {{name: none, summary: none, redistribution: "yes", commercial: "yes", url: https://example.org,
   sources: [s]}}
citations: [{{key: k, kind: misc, authors: [A], title: T, venue: V}}]
access: none
prefixes: []
files: []
counts:
{counts}
formats: [gnt]
writers: {{family: casia, rule: r, example: null, numbers: n}}
advice: [none]
sources:
  s: {{title: Source one}}
  t: {{title: Source two}}
---

Made up.
"""
TEXT = "今天上午九点我们，,A"


def figure(what: str, value: int, **more: str) -> str:
    more = {"source": "s", "confidence": "official", **more}
    rest = "".join(f", {key}: {item}" for key, item in more.items())
    return f"  - {{what: {what}, value: {value}{rest}}}"


GOOD = [
    figure("writers", 3),
    figure("samples", 33),
    figure("samples", 24, scope="chinese"),
    figure("classes", 11),
    figure("classes", 3, scope="symbols"),
    figure("samples", 34, source="t", confidence="community"),
    figure("writers", 1, part="test"),
    figure("samples", 11, part="test"),
]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch):
    def set_counts(counts: list[str]) -> None:
        made = parse(CARD.format(counts="\n".join(counts)), "casia-hwdb1.1.md")

        class Fake:
            ids = staticmethod(lambda: ("casia-hwdb1.1",))
            card = staticmethod({"casia-hwdb1.1": made}.__getitem__)

        monkeypatch.setattr(census, "catalogue", Fake)

    set_counts(GOOD)
    return set_counts


def tree(folder: Path, **changed: bytes | None) -> Path:
    train = {"1001-c.gnt": fakes.gnt(TEXT), "1002-c.gnt": fakes.gnt(TEXT)}
    test = {"1241-c.gnt": fakes.gnt(TEXT)}
    for files in (train, test):
        for name in list(files):
            if name in changed:
                data = changed[name]
                if data is None:
                    del files[name]
                else:
                    files[name] = data
    folder.mkdir(exist_ok=True)
    fakes.zip_file(folder / "Gnt1.1TrainPart1.zip", train)
    fakes.zip_file(folder / "Gnt1.1Test.zip", test)
    return folder


def verdicts(found: Census) -> dict[tuple[str, str, str], str]:
    return {(f.what, f.part, f.scope): f.verdict for f in found.figures}


def test_all_there(card, tmp_path: Path) -> None:
    found = census.census(tree(tmp_path / "a"))
    assert (found.files, found.records, found.defect_count) == (3, 33, 0)
    said = verdicts(found)
    assert said["writers", "all", "everything"] == "equal"
    assert said["samples", "all", "everything"] == "conflict"
    assert said["samples", "all", "chinese"] == "equal"
    assert said["classes", "all", "symbols"] == "equal"
    assert said["samples", "test", "everything"] == "equal"
    assert said["samples", "train", "everything"] == "not published"
    assert found.whole


def test_one_part_alone_is_held_against_its_own_figures(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    found = census.census(folder / "Gnt1.1Test.zip")
    assert {figure.part for figure in found.figures} == {"test"}
    assert found.whole


def test_a_missing_writer(card, tmp_path: Path) -> None:
    found = census.census(tree(tmp_path / "a", **{"1002-c.gnt": None}))
    figures = {(f.what, f.part, f.scope): f for f in found.figures}
    writers = figures["writers", "all", "everything"]
    assert (writers.found, writers.published, writers.verdict) == (2, ((3, "s"),), "differs")
    assert not found.whole
    assert not found.defects


def test_a_truncated_member_is_named_with_its_place(card, tmp_path: Path) -> None:
    cut = fakes.gnt(TEXT)[:-5]
    found = census.census(tree(tmp_path / "a", **{"1002-c.gnt": cut}))
    assert found.defect_count == 1
    assert found.defects[0].file.endswith("Gnt1.1TrainPart1.zip::1002-c.gnt")
    assert found.defects[0].record == 10
    assert 0 < found.defects[0].offset < len(cut)
    assert verdicts(found)["samples", "all", "everything"] == "differs"
    assert not found.whole


def test_a_wrong_label_code(card, tmp_path: Path) -> None:
    data = bytearray(fakes.gnt(TEXT))
    data[4:6] = b"\xff\xff"
    found = census.census(tree(tmp_path / "a", **{"1001-c.gnt": bytes(data)}))
    assert [(defect.record, defect.field) for defect in found.defects] == [(0, "tag code")]
    assert not found.whole


def test_a_file_of_no_data_set(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    (folder / "mine.gnt").write_bytes(fakes.gnt("今天"))
    found = census.census(folder)
    assert list(found.without_card.values()) == [2]
    assert not found.whole


def test_family_figures_need_the_whole_family(tmp_path: Path) -> None:
    """With the real cards: one set of three says nothing about HWDB1.x together."""
    found = census.census(tree(tmp_path / "a"))
    assert {figure.card for figure in found.figures} == {"casia-hwdb1.1"}
    assert catalogue.card("casia-hwdb1.1").published("samples")[0].value == 1_172_907
    assert not found.whole
