"""The census: equal where all is there, and every planted fault named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fakes
import fakes_cards
import fakes_nist
import fakes_online
import fakes_pages
from fakes_cards import figure
from penline.census import Census, census
from penline.census.report import Finding
from penline.errors import UsageError

TEXT = "今天上午九点我们，,A"


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
EXPECTED = (
    "{part: train, numbers: 1001-1002, source: s, confidence: official}, "
    "{part: test, numbers: '1241', source: s, confidence: official}"
)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts cards with small figures in the place of penline's own."""
    serial = iter(range(100))

    def put(counts: list[str], id: str = "casia-hwdb1.1", **facts: str) -> Path:
        folder = tmp_path / f"cards{next(serial)}"
        fakes_cards.write(folder, id, counts, **facts)
        monkeypatch.setenv("PENLINE_CARDS", str(folder))
        return folder

    put(GOOD, expected=EXPECTED)
    return put


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


def values(found: Census) -> dict[tuple[str, str, str], int]:
    return {(f.what, f.part, f.scope): f.found for f in found.figures}


def the_only(found: Census) -> Finding:
    (finding,) = found.findings
    assert found.finding_count == 1
    assert not found.whole
    return finding


def test_all_there(card, tmp_path: Path) -> None:
    found = census(tree(tmp_path / "a"))
    assert (found.files, found.records, found.finding_count) == (3, 33, 0)
    said = verdicts(found)
    assert said["writers", "all", "everything"] == "equal"
    assert said["samples", "all", "everything"] == "conflict"
    assert said["samples", "all", "chinese"] == "equal"
    assert said["classes", "all", "symbols"] == "equal"
    assert said["samples", "test", "everything"] == "equal"
    assert said["samples", "train", "everything"] == "not published"
    assert (found.whole, found.verdict) == (True, "as published")


def test_a_conflict_names_every_value_and_its_source(card, tmp_path: Path) -> None:
    found = census(tree(tmp_path / "a"))
    (samples,) = [f for f in found.figures if f.verdict == "conflict"]
    assert [(p.value, p.source) for p in samples.published] == [(33, "s"), (34, "t")]
    row = next(f for f in found.as_json()["figures"] if f["verdict"] == "conflict")
    assert row["published"][1] == {
        "value": 34,
        "source": "t",
        "confidence": "community",
        "rounded": False,
    }


def test_a_round_figure_is_met_by_what_rounds_to_it(card, tmp_path: Path) -> None:
    for value, verdict in ((40, "differs"), (30, "equal"), (33, "equal")):
        card([figure("samples", value, rounded="true")])
        found = census(tree(tmp_path / "a"))
        assert verdicts(found)["samples", "all", "everything"] == verdict


def test_one_part_alone_is_held_against_its_own_figures(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    found = census(folder / "Gnt1.1Test.zip")
    assert {figure.part for figure in found.figures} == {"test"}
    assert found.whole


def test_what_nobody_counted_is_no_proof(card, tmp_path: Path) -> None:
    card([figure("lines", 5)])
    found = census(tree(tmp_path / "a"))
    assert found.whole
    assert found.verdict == "sound, but no figure of it is published"


def test_a_missing_writer_is_named(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a", **{"1002-c.gnt": None})
    found = census(folder)
    figures = {(f.what, f.part, f.scope): f for f in found.figures}
    writers = figures["writers", "all", "everything"]
    assert (writers.found, writers.verdict) == (2, "differs")
    finding = the_only(found)
    assert (finding.kind, finding.card) == ("missing writers", "casia-hwdb1.1")
    assert finding.file == str(folder / "Gnt1.1TrainPart1.zip")
    assert finding.found == "missing: 1002"
    assert "1001-1002 in the train part" in finding.expected


def test_only_the_parts_that_are_read_miss_writers(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a", **{"1002-c.gnt": None})
    assert census(folder / "Gnt1.1Test.zip").findings == []


def test_no_writer_is_missed_where_the_range_is_not_known(card, tmp_path: Path) -> None:
    card(GOOD)
    found = census(tree(tmp_path / "a", **{"1002-c.gnt": None}))
    assert not found.whole
    assert found.findings == []


def test_a_writer_of_whom_nothing_is_sound_is_missing(card, tmp_path: Path) -> None:
    found = census(tree(tmp_path / "a", **{"1002-c.gnt": fakes.gnt(TEXT)[:9]}))
    assert [f.kind for f in found.findings] == ["damage", "missing writers"]


def test_a_truncated_member_is_named_with_its_place(card, tmp_path: Path) -> None:
    cut = fakes.gnt(TEXT)[:-5]
    found = census(tree(tmp_path / "a", **{"1002-c.gnt": cut}))
    finding = the_only(found)
    assert finding.kind == "damage"
    assert finding.file.endswith("Gnt1.1TrainPart1.zip::1002-c.gnt")
    assert finding.record == 10
    assert finding.field == "bitmap"
    assert finding.offset == len(cut) + 5 - len(fakes.gnt_records(TEXT)[-1]) + 10
    assert verdicts(found)["samples", "all", "everything"] == "differs"


def test_a_wrong_label_code(card, tmp_path: Path) -> None:
    data = bytearray(fakes.gnt(TEXT))
    data[4:6] = b"\xff\xff"
    finding = the_only(census(tree(tmp_path / "a", **{"1001-c.gnt": bytes(data)})))
    assert (finding.kind, finding.record, finding.field) == ("wrong label", 0, "tag code")


def test_a_character_that_the_set_does_not_have(card, tmp_path: Path) -> None:
    card(GOOD, expected=EXPECTED, more="alphabet: [gb2312-level-1, casia-symbols]")
    text = TEXT.replace("，", "、")
    records = fakes.gnt_records(text)
    for stranger in ("鬯", "，"):  # of level 2, and no CASIA symbol
        records[4] = fakes.gnt_records(stranger)[0]
        members = {f"{n}-c.gnt": b"".join(fakes.gnt_records(text)) for n in (1002, 1241)}
        folder = tree(tmp_path / "a", **members, **{"1001-c.gnt": b"".join(records)})
        finding = the_only(census(folder))
        assert (finding.kind, finding.record) == ("wrong label", 4)
        assert finding.offset == sum(map(len, records[:4]))
        assert finding.file.endswith("1001-c.gnt")
        assert f"U+{ord(stranger):04X}" in finding.found


def test_an_archive_that_cannot_be_read_does_not_end_the_census(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    fakes.zip_file(folder / "A.zip", {"HWDB1.1trn_gnt.alz": b"ALZ\x01" + bytes(40)})
    (folder / "B.zip").write_bytes(b"no zip")
    (folder / "empty").mkdir()
    found = census(folder)
    assert [(f.kind, Path(f.file).name) for f in found.findings] == [
        ("unreadable", "A.zip"),
        ("unreadable", "B.zip"),
    ]
    assert "alz" in str(found.findings[0])
    assert (found.files, found.records) == (3, 33)
    assert not found.whole


def test_a_file_that_comes_twice_is_named(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    (folder / "copy").mkdir()
    (folder / "copy" / "1241-c.gnt").write_bytes(fakes.gnt(TEXT))
    finding = the_only(census(folder))
    assert finding.kind == "repeated"
    assert finding.file == str(folder / "copy" / "1241-c.gnt")
    assert "Gnt1.1Test.zip::1241-c.gnt" in finding.found


def test_a_file_of_no_data_set(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    (folder / "mine.gnt").write_bytes(fakes.gnt("今天"))
    found = census(folder)
    assert list(found.without_card.values()) == [2]
    assert not found.whole


def test_family_figures_need_the_whole_family(tmp_path: Path) -> None:
    """With the real cards: one set of three says nothing about HWDB1.x together."""
    found = census(tree(tmp_path / "a"))
    assert {figure.card for figure in found.figures} == {"casia-hwdb1.1"}
    (samples,) = [
        f for f in found.figures if (f.what, f.part, f.scope) == ("samples", "all", "everything")
    ]
    assert samples.published[0].value == 1_172_907
    assert not found.whole


# Kinds of records


def test_pages_by_line_are_counted(card, tmp_path: Path) -> None:
    counts = [("writers", 2), ("pages", 3), ("lines", 6), ("characters", 36), ("classes", 8)]
    card([figure(what, value, part="test") for what, value in counts], id="casia-hwdb2.0")
    page = fakes_pages.dgrl(["永和九年", "a,B!永和?年"])
    names = ["001-P16.dgrl", "001-P17.dgrl", "002-P16.dgrl"]
    found = census(fakes.zip_file(tmp_path / "HWDB2.0Test.zip", dict.fromkeys(names, page)))
    assert found.whole, found
    assert values(found) == {(what, "test", "everything"): value for what, value in counts}


def test_pages_of_strokes_are_counted(card, tmp_path: Path) -> None:
    counts = [("writers", 1), ("pages", 1), ("lines", 2), ("characters", 4), ("classes", 2)]
    card([figure(what, value) for what, value in counts], id="casia-olhwdb2.0")
    strokes, lines = fakes_online.written(["永", "和", "\n", None, "永"])
    place = tmp_path / "001-P14.wptt"
    place.write_bytes(fakes_online.page(strokes, lines, code=b"WPTT"))
    found = census(place)
    assert found.whole, found
    assert {f.verdict for f in found.figures} == {"equal"}


def test_vectors_are_no_samples(card, tmp_path: Path) -> None:
    place = tmp_path / "001.mpf"
    place.write_bytes(fakes_online.mpf("永和", np.zeros((2, 512), np.uint8)))
    found = census(place)
    counted = {what for what, _, _ in values(found)}
    assert "samples" not in counted
    assert not found.whole


def test_scopes_choose_by_the_names_on_the_way(card, tmp_path: Path) -> None:
    more = "scopes: {folder: 'special', rest: '1002-c[.]gnt', everything: '1\\d{3}-c[.]gnt'}"
    counts = [
        figure("samples", 22, scope="everything"),
        figure("samples", 11, scope="folder"),
        figure("samples", 11, scope="rest"),
    ]
    card(counts, more=more)
    folder = tmp_path / "a"
    (folder / "special").mkdir(parents=True)
    (folder / "special" / "1001-c.gnt").write_bytes(fakes.gnt(TEXT))
    (folder / "1002-c.gnt").write_bytes(fakes.gnt(TEXT))
    found = census(folder)
    assert found.whole, found
    assert values(found)["samples", "train", "everything"] == 22
    card([one.replace("samples", "samples, part: train") for one in counts], more=more)
    found = census(folder)
    assert {f.scope for f in found.figures if f.verdict == "equal"} == {
        *("everything", "folder", "rest")
    }


# Errata


ERRATA = """
- {member: 1001-c.gnt, archive: Gnt1.1TrainPart1.zip, record: 10, defect: cut short, evidence: s,
   confidence: official, fix: skip}
- {member: 1002-c.gnt, record: 0, defect: wrong code, evidence: s, confidence: official,
   fix: {relabel: 天}}
- {member: 1241-c.gnt, archive: Other.zip, record: 0, defect: not here, evidence: s,
   confidence: official, fix: skip}
- {defect: 1002 never wrote, evidence: t, confidence: memory, fix: note, absent: "1240"}
"""


def test_errata_are_applied_and_cited(card, tmp_path: Path) -> None:
    folder = card(
        [figure("samples", 32), figure("samples", 6, scope="chinese")],
        expected="{part: train, numbers: '1001-1002, 1240', source: s, confidence: official}",
        more="alphabet: [gb2312-level-1]",
    )
    (folder / "errata").mkdir()
    (folder / "errata" / "casia-hwdb1.1.yaml").write_text(ERRATA, "utf-8")
    good = fakes.gnt("今天")
    data = {
        "1001-c.gnt": fakes.gnt("今天" * 5) + fakes.gnt("天")[:-5],
        "1002-c.gnt": fakes.gnt("鬯天"),
        "1241-c.gnt": good,
    }
    archives = tree(tmp_path / "a", **data)
    found = census(archives)
    assert found.findings == []
    assert [(note.says, note.source, note.times) for note in found.notes] == [
        ("erratum: cut short", "s", 1),
        ("erratum: wrong code", "s", 1),
        ("erratum: 1002 never wrote", "t", 0),
    ]
    without = census(archives, errata=False)
    assert [f.kind for f in without.findings] == ["damage", "wrong label", "missing writers"]
    assert without.notes == []


# By id


FILES = """
  - {name: Gnt1.1TrainPart1.zip, path: null, part: train, sources: [s], confidence: official}
  - {name: Gnt1.1Test.zip, path: null, part: test, sources: [s], confidence: official}
  - {name: old.zip, path: null, part: all, needed: false, sources: [s], confidence: official}"""


def test_by_id_the_shelf_is_read(card, tmp_path: Path) -> None:
    card(GOOD, expected=EXPECTED, files=FILES)
    root = tmp_path / "root"
    root.mkdir()
    folder = tree(root / "casia-hwdb1.1")
    found = census("casia-hwdb1.1", root=root)
    assert found.whole, found
    (shelf,) = found.shelves
    assert [path.name for path in shelf.here] == ["Gnt1.1TrainPart1.zip", "Gnt1.1Test.zip"]
    assert (shelf.missing, shelf.advice) == ((), "")
    (folder / "Gnt1.1Test.zip").unlink()
    found = census("casia-hwdb1.1", root=root)
    assert not found.whole
    assert ("missing file", str(folder / "Gnt1.1Test.zip")) in {
        (f.kind, f.file) for f in found.findings
    }
    assert "--adopt DIR" in found.shelves[0].advice
    assert "ask" in found.shelves[0].advice
    assert found.as_json()["shelves"][0]["missing"][0]["name"] == "Gnt1.1Test.zip"
    train = census("casia-hwdb1.1", root=root, part="train")
    assert train.findings == []


def test_ids_and_paths_may_be_mixed(card, tmp_path: Path, monkeypatch) -> None:
    card(GOOD, expected=EXPECTED, files=FILES)
    root = tmp_path / "root"
    root.mkdir()
    tree(root / "casia-hwdb1.1")
    (root / "casia-hwdb1.1" / "Gnt1.1Test.zip").rename(tmp_path / "Gnt1.1Test.zip")
    monkeypatch.setenv("PENLINE_ROOT", str(root))
    found = census(["casia-hwdb1.1", tmp_path / "Gnt1.1Test.zip"], part=None)
    assert found.records == 33
    assert [f.kind for f in found.findings] == ["missing file"]


def test_a_name_that_is_nothing(card, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no such file or folder, and no card"):
        census("casia-hwdb9")
    with pytest.raises(UsageError, match="cannot be opened"):
        census("here/casia-hwdb1.1")
    with pytest.raises(UsageError, match="part"):
        census("casia-hwdb1.1", part="middle")


def test_a_folder_of_an_ids_name_is_a_folder(card, tmp_path: Path, monkeypatch) -> None:
    tree(tmp_path / "casia-hwdb1.1")
    monkeypatch.chdir(tmp_path)
    found = census("casia-hwdb1.1")
    assert (found.records, found.shelves) == (33, ())


def test_the_answer_is_json(card, tmp_path: Path) -> None:
    text = json.dumps(census(tree(tmp_path / "a", **{"1002-c.gnt": None})).as_json())
    answer = json.loads(text)
    assert list(answer) == [
        *("whole", "verdict", "files", "records", "unlabelled", "figures", "findings"),
        *("finding_count", "notes", "shelves", "without_card"),
    ]
    assert answer["whole"] is False
    assert answer["findings"][0]["kind"] == "missing writers"


def test_a_file_named_twice_is_counted_twice_and_said(card, tmp_path: Path) -> None:
    test = tree(tmp_path / "a") / "Gnt1.1Test.zip"
    found = census([test, test])
    assert [f.kind for f in found.findings] == ["repeated"]


def test_faults_deep_in_folders_do_not_hide_the_others(card, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    tree(tmp_path / "a" / "b")
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir()
    (deep / "d").mkdir()
    fakes.zip_file(deep / "X.zip", {"a.rar": b"Rar!"})
    fakes.zip_file(deep / "Y.zip", {"readme.txt": b"nothing"})
    (tmp_path / "a" / "Z.tar").write_bytes(b"no tar")
    found = census(tmp_path / "a")
    assert found.records == 33
    assert {Path(f.file).name for f in found.findings} == {"X.zip", "Y.zip", "Z.tar"}
    found = census(deep / "d")
    assert [f.kind for f in found.findings] == ["unreadable"]


def test_archives_in_a_folder_that_nobody_can_open_are_named(card, tmp_path: Path) -> None:
    folder = tree(tmp_path / "a")
    (folder / "deep").mkdir()
    (folder / "deep" / "1.0train-gb1.RAR").write_bytes(b"Rar!")
    (folder / ".hidden.rar").write_bytes(b"Rar!")
    finding = the_only(census(folder))
    assert (finding.kind, Path(finding.file).name) == ("unreadable", "1.0train-gb1.RAR")
    assert "Gnt1.0TrainPart1.zip" in finding.expected


def test_archives_that_nobody_can_open_are_named_once_beside_others_at_fault(
    card, tmp_path: Path
) -> None:
    folder = tree(tmp_path / "a")
    (folder / "0.alz").write_bytes(b"ALZ\x01")
    (folder / "M.zip").write_bytes(b"no zip")
    (folder / "z.rar").write_bytes(b"Rar!")
    found = census(folder)
    named = sorted((f.kind, Path(f.file).name) for f in found.findings)
    assert named == [("unreadable", name) for name in ("0.alz", "M.zip", "z.rar")]
    assert found.records == 33


def test_images_without_their_labels_are_not_as_published(card, tmp_path: Path) -> None:
    counts = [figure("samples", 3, part="test"), figure("classes", 2, part="test")]
    card(counts, id="mnist")
    images = np.full((3, 28, 28), 9, np.uint8)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(fakes_pages.idx_images(images))
    found = census(tmp_path / "t10k-images-idx3-ubyte")
    finding = the_only(found)
    assert (finding.kind, finding.field) == ("missing file", "labels")
    assert "t10k-labels-idx1-ubyte" in finding.expected
    assert (found.unlabelled, found.whole, found.verdict) == (3, False, "not as published")
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(fakes_pages.idx_labels([1, 2, 1]))
    found = census(tmp_path / "t10k-images-idx3-ubyte")
    assert (found.unlabelled, found.whole, found.verdict) == (0, True, "as published")


def test_what_came_without_a_label_is_in_the_verdict(card, tmp_path: Path) -> None:
    whole = fakes_nist.sd19()["by_write"]
    card([figure("samples", len(whole))], id="nist-sd19")
    fakes.zip_file(tmp_path / "by_write.zip", dict(whole))
    found = census(tmp_path / "by_write.zip")
    assert found.unlabelled == len(whole)
    assert found.verdict.startswith(f"as published; {len(whole)} characters came without a label")
    fakes.zip_file(tmp_path / "by_class.zip", dict(fakes_nist.sd19()["by_class"]))
    found = census([tmp_path / "by_write.zip", tmp_path / "by_class.zip"])
    assert (found.unlabelled, found.verdict) == (0, "as published")
    assert [note for note in found.notes if "repeat" in note.says]


def test_a_set_without_a_file_that_is_known_by_name(tmp_path: Path) -> None:
    found = census("iam", root=tmp_path)
    assert [f.kind for f in found.findings] == ["missing file"]
    assert not found.whole


def test_the_figures_of_a_family_are_compared_once_all_its_sets_are_there(card, tmp_path: Path):
    folder = card([figure("lines", 1)])
    family = [figure("samples", 9, scope="hwdb1.x"), figure("samples", 6, scope="hwdb1.x chinese")]
    family += [figure("writers", 3, scope="hwdb1.x"), figure("classes", 4, scope="hwdb1.x")]
    for version in range(3):
        fakes_cards.write(folder, f"casia-hwdb1.{version}", family)
    data = tmp_path / "a"
    data.mkdir()
    names = ("001-f.gnt", "1001-c.gnt", "501-a.gnt")
    for name, text in zip(names, ("今天A", "上天A", "上天A"), strict=True):
        (data / name).write_bytes(fakes.gnt(text))
    found = census(data)
    said = {(f.what, f.scope): (f.found, f.verdict) for f in found.figures if f.card == "hwdb1.x"}
    assert said == {
        ("samples", "everything"): (9, "equal"),
        ("samples", "chinese"): (6, "equal"),
        ("writers", "everything"): (3, "equal"),
        ("classes", "everything"): (4, "equal"),
    }
    assert found.whole
    (data / names[0]).unlink()
    assert {f.card for f in census(data).figures} == {"casia-hwdb1.1", "casia-hwdb1.2"}
