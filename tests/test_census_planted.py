"""Three data sets with small published figures, and a fault of each kind planted in them.

The census names each fault with its place, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes
import fakes_cards
import fakes_pages
from fakes_cards import figure
from penline import cli
from penline.census import Census, census

# HWDB1.1: five writers of eleven characters each

TEXT = "今天上午九点我们、,A"
TRAIN, TEST = ("1001", "1002", "1003"), ("1241", "1242")
HWDB1 = [
    figure("writers", 5),
    figure("samples", 55),
    figure("samples", 40, scope="chinese"),
    figure("classes", 11),
    figure("writers", 3, part="train"),
    figure("samples", 33, part="train"),
    figure("writers", 2, part="test"),
    figure("samples", 22, part="test"),
    figure("samples", 23, part="test", source="t", confidence="community"),
]
WRITERS = (
    "{part: train, numbers: 1001-1003, source: s, confidence: official}, "
    "{part: test, numbers: 1241-1242, source: s, confidence: official}"
)

# HWDB2.0: four pages of two lines

LINES = ["永和九年", "a,B!"]
HWDB2 = [
    figure("writers", 3),
    figure("pages", 4),
    figure("lines", 8),
    figure("characters", 32),
    figure("pages", 3, part="train"),
    figure("pages", 1, part="test"),
]

# SD19: two writers of Census staff and a student, six characters each

SD19 = [
    figure("writers", 3),
    figure("samples", 18),
    figure("classes", 6),
    figure("samples", 12, part="train"),
    figure("samples", 6, part="test"),
    figure("samples", 12, scope="hsf_0"),
    figure("samples", 6, scope="hsf_4"),
]
SCOPES = "scopes: {hsf_0: hsf_0, hsf_4: hsf_4}\nalphabet: [digits, upper-case, lower-case]"
HANDS = (("hsf_0", "0000"), ("hsf_0", "0001"), ("hsf_4", "2100"))
FIELDS = {"d": "07", "u": "AZ", "l": "az"}


def png(seed: int) -> bytes:
    """A small picture in black and white, another one for each seed."""
    pixels = np.random.default_rng(seed).integers(0, 2, (16, 16), np.uint8) * np.uint8(255)
    done, data = cv2.imencode(".png", pixels)
    assert done
    return data.tobytes()


def sd19() -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Members of by_class.zip and of by_write.zip; ``train`` folders repeat hsf_0."""
    classes: dict[str, bytes] = {}
    writers: dict[str, bytes] = {}
    numbers: dict[str, int] = {}

    def put(folder: str, data: bytes) -> None:
        number = numbers.setdefault(folder, 0)
        numbers[folder] += 1
        classes[f"by_class/{folder}/{folder.rpartition('/')[2]}_{number:05d}.png"] = data

    for hand, (hsf, writer) in enumerate(HANDS):
        for field, characters in FIELDS.items():
            stem = f"{field}{writer}_00"
            for index, character in enumerate(characters):
                data = png(1000 * hand + ord(character))
                code = f"{ord(character):02x}"
                name = f"by_write/{hsf}/f{writer}_00/{stem}/{stem}_{index:05d}.png"
                writers[name] = data
                put(f"{code}/{hsf}", data)
                if hsf != "hsf_4":
                    put(f"{code}/train_{code}", data)
    return classes, writers


Archives = dict[str, dict[str, bytes]]


def archives() -> Archives:
    """Every archive, whole: name -> members."""
    page = fakes_pages.dgrl(LINES)
    by_class, by_write = sd19()
    return {
        "Gnt1.1TrainPart1.zip": {f"{writer}-c.gnt": fakes.gnt(TEXT) for writer in TRAIN},
        "Gnt1.1Test.zip": {f"{writer}-c.gnt": fakes.gnt(TEXT) for writer in TEST},
        "HWDB2.0Train.zip": dict.fromkeys(("001-P16.dgrl", "001-P17.dgrl", "002-P16.dgrl"), page),
        "HWDB2.0Test.zip": {"003-P16.dgrl": page},
        "by_class.zip": by_class,
        "by_write.zip": by_write,
    }


def write(folder: Path, found: Archives) -> Path:
    folder.mkdir()
    for name, members in found.items():
        fakes.zip_file(folder / name, members)
    return folder


@pytest.fixture(autouse=True)
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three cards, with the figures above."""
    folder = tmp_path / "cards"
    symbols = "alphabet: [gb2312-level-1, casia-symbols]"
    fakes_cards.write(folder, "casia-hwdb1.1", HWDB1, expected=WRITERS, more=symbols)
    fakes_cards.write(folder, "casia-hwdb2.0", HWDB2)
    fakes_cards.write(folder, "nist-sd19", SD19, more=SCOPES)
    monkeypatch.setenv("PENLINE_CARDS", str(folder))


def named(found: Census, folder: Path) -> list[tuple[str, str, int | None, int | None]]:
    """Kind, file below the folder, offset and record of each finding."""
    return sorted(
        (f.kind, Path(f.file).relative_to(folder).as_posix(), f.offset, f.record)
        for f in found.findings
    )


def exit_code(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What the command line gives."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["penline", *words])
        cli.main()
    return int(left.value.code or 0), capsys.readouterr().out


def test_without_faults_it_is_as_published(tmp_path: Path, capsys) -> None:
    folder = write(tmp_path / "a", archives())
    found = census(folder)
    assert found.findings == []
    assert {f.verdict for f in found.figures if f.published} == {"equal", "conflict"}
    assert [f.card for f in found.figures if f.verdict == "conflict"] == ["casia-hwdb1.1"]
    assert found.whole
    code, text = exit_code("census", str(folder), capsys=capsys)
    assert (code, text.splitlines()[-1].endswith(": as published")) == (0, True)
    code, text = exit_code("census", str(folder), "--json", capsys=capsys)
    assert (code, json.loads(text)["whole"]) == (0, True)


def test_train_folders_are_counted_once_and_said(tmp_path: Path) -> None:
    found = census(write(tmp_path / "a", archives()))
    (note,) = [note for note in found.notes if note.card == "nist-sd19"]
    assert "12" in note.says and "repeat" in note.says
    samples = {
        (f.part, f.scope): f.found
        for f in found.figures
        if (f.card, f.what) == ("nist-sd19", "samples")
    }
    assert samples["all", "everything"] == 18
    assert samples["train", "everything"] == 12
    assert samples["test", "everything"] == 6
    assert samples["all", "hsf_0"] == 12


def test_labels_and_writers_come_together(tmp_path: Path) -> None:
    whole = archives()
    folder = write(tmp_path / "a", {name: whole[name] for name in ("by_class.zip", "by_write.zip")})
    figures = {(f.what, f.part): f.found for f in census(folder).figures if f.scope == "everything"}
    assert (figures["writers", "all"], figures["classes", "all"]) == (3, 6)


# One fault each


def missing_writer(found: Archives) -> tuple[str, str, int | None, int | None]:
    del found["Gnt1.1TrainPart1.zip"]["1002-c.gnt"]
    return "missing writers", "Gnt1.1TrainPart1.zip", None, None


def truncated_member(found: Archives) -> tuple[str, str, int | None, int | None]:
    members = found["Gnt1.1Test.zip"]
    records = fakes.gnt_records(TEXT)
    members["1242-c.gnt"] = b"".join(records)[:-7]
    return "damage", "Gnt1.1Test.zip::1242-c.gnt", sum(map(len, records[:-1])) + 10, 10


def truncated_page(found: Archives) -> tuple[str, str, int | None, int | None]:
    members = found["HWDB2.0Test.zip"]
    first, second = fakes_pages.dgrl_lines(LINES)
    members["003-P16.dgrl"] = members["003-P16.dgrl"][:-9]
    pixels = fakes_pages.line_picture(LINES[1], 1).size
    offset = len(fakes_pages.head(2)) + len(first) + len(second) - pixels
    return "damage", "HWDB2.0Test.zip::003-P16.dgrl", offset, 1


def wrong_code(found: Archives) -> tuple[str, str, int | None, int | None]:
    records = fakes.gnt_records(TEXT)
    records[4] = records[4][:4] + b"\x80\xff" + records[4][6:]
    found["Gnt1.1TrainPart1.zip"]["1003-c.gnt"] = b"".join(records)
    return "wrong label", "Gnt1.1TrainPart1.zip::1003-c.gnt", sum(map(len, records[:4])) + 4, 4


def wrong_character(found: Archives) -> tuple[str, str, int | None, int | None]:
    records = fakes.gnt_records(TEXT)
    records[3] = records[3][:4] + fakes.gb_code("鬯") + records[3][6:]
    found["Gnt1.1TrainPart1.zip"]["1001-c.gnt"] = b"".join(records)
    return "wrong label", "Gnt1.1TrainPart1.zip::1001-c.gnt", sum(map(len, records[:3])), 3


def duplicated_png(found: Archives) -> tuple[str, str, int | None, int | None]:
    members = found["by_class.zip"]
    members["by_class/41/hsf_4/hsf_4_00001.png"] = members["by_class/41/hsf_4/hsf_4_00000.png"]
    return "repeated", "by_class.zip::by_class/41/hsf_4/hsf_4_00001.png", 0, 1


def train_picture_that_repeats_nothing(found: Archives) -> tuple[str, str, int | None, int | None]:
    name = "by_class/7a/train_7a/train_7a_00002.png"
    found["by_class.zip"][name] = png(77)
    return "unpaired", f"by_class.zip::{name}", 0, 2


def truncated_png(found: Archives) -> tuple[str, str, int | None, int | None]:
    """In one tree only; its partner in the other one is no second fault."""
    name = "by_write/hsf_4/f2100_00/l2100_00/l2100_00_00001.png"
    found["by_write.zip"][name] = found["by_write.zip"][name][:-15]
    return "damage", f"by_write.zip::{name}", 33, 1  # the chunk that is cut: IDAT, after IHDR


def lost_picture(found: Archives) -> tuple[str, str, int | None, int | None]:
    """The last one of its folder; the train folder still has it, and is no second fault."""
    del found["by_class.zip"]["by_class/30/hsf_0/hsf_0_00001.png"]
    return "unpaired", "by_write.zip::by_write/hsf_0/f0001_00/d0001_00/d0001_00_00000.png", 0, 0


def alz_inside(found: Archives) -> tuple[str, str, int | None, int | None]:
    found["HWDB1.1trn_gnt.zip"] = {"HWDB1.1trn_gnt.alz": b"ALZ\x01\x0a\x00\x00\x00" + bytes(60)}
    return "unreadable", "HWDB1.1trn_gnt.zip", 0, None


FAULTS: dict[str, Callable[[Archives], tuple[str, str, int | None, int | None]]] = {
    "missing writer": missing_writer,
    "truncated member": truncated_member,
    "truncated page": truncated_page,
    "wrong code": wrong_code,
    "wrong character": wrong_character,
    "duplicated PNG": duplicated_png,
    "train picture that repeats nothing": train_picture_that_repeats_nothing,
    "truncated PNG": truncated_png,
    "lost picture": lost_picture,
    "ALZ inside a zip": alz_inside,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place_and_nothing_else(fault: str, tmp_path: Path) -> None:
    planted = archives()
    expected = FAULTS[fault](planted)
    folder = write(tmp_path / "a", planted)
    found = census(folder)
    assert named(found, folder) == [expected]
    assert not found.whole
    untouched = {"casia-hwdb1.1", "casia-hwdb2.0", "nist-sd19"} - {found.findings[0].card}
    differing = {f.card for f in found.figures if f.verdict == "differs"}
    assert not differing & untouched


def test_all_faults_at_once(tmp_path: Path, capsys) -> None:
    planted = archives()
    expected = sorted(plant(planted) for plant in FAULTS.values())
    folder = write(tmp_path / "a", planted)
    found = census(folder)
    assert named(found, folder) == expected
    (lost,) = [f for f in found.findings if f.kind == "missing writers"]
    assert lost.found == "missing: 1002"
    code, text = exit_code("census", str(folder), capsys=capsys)
    assert code == 1
    for _, place, _, _ in expected:
        assert place in text
    code, text = exit_code("census", str(folder), "--json", capsys=capsys)
    assert (code, json.loads(text)["finding_count"]) == (1, len(FAULTS))


def test_a_truncated_picture_beside_the_other_faults_of_archives(tmp_path: Path) -> None:
    planted = archives()
    faults = [fault for fault in FAULTS if not fault.startswith("train picture")]
    expected = sorted(FAULTS[fault](planted) for fault in faults)
    folder = write(tmp_path / "a", planted)
    assert named(census(folder), folder) == expected


def test_a_truncated_picture_does_not_hide_a_train_picture_that_repeats_nothing(
    tmp_path: Path,
) -> None:
    planted = archives()
    faults = ("truncated PNG", "train picture that repeats nothing")
    expected = sorted(FAULTS[fault](planted) for fault in faults)
    folder = write(tmp_path / "a", planted)
    found = census(folder)
    assert not found.whole
    assert named(found, folder) == expected


def test_the_same_from_folders_that_were_unpacked(tmp_path: Path) -> None:
    planted = archives()
    for fault in ("duplicated PNG", "train picture that repeats nothing", "truncated member"):
        FAULTS[fault](planted)
    folder = tmp_path / "a"
    for name, members in planted.items():
        for member, data in members.items():
            place = folder / Path(name).stem / member
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    found = census(folder)
    assert sorted(f.kind for f in found.findings) == ["damage", "repeated", "unpaired"]
