"""Pictures of characters in folders, zips and tars: what their names tell, and what is asked."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from fakes import folder, png_file, zip_file
from fakes_etl import tar_file
from fakes_pictures import drawn, on_white, written
from penline.api import census, convert, info, pack, sheet
from penline.cli import app
from penline.errors import FormatError, UsageError
from penline.records import Defect, GlyphRecord, GlyphRun, LeftOut
from penline.sources.collect import open_sources, read
from penline.sources.pictures.class_map import based, read_class_map
from penline.sources.pictures.files import PictureFiles
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import Unit

CHARACTERS = "永和九年岁在癸丑"
EACH = 4


def data(character: str, number: int) -> bytes:
    return png_file(255 - drawn(character, number))


NAMES: dict[str, str] = {
    "the character itself": "{one}/{at}.png",
    "U+": "U+{code:04X}/{at}.png",
    "u": "u{code:04x}_{at}.png",
    "hexadecimal": "{code:04x}/{at}.png",
    "0x": "0x{code:04x}-{at}.png",
    "decimal": "{code}/{at}.png",
    "file's name": "{one}_{at:03d}.png",
    "at the end": "{at:03d}-{one}.png",
    "unzip's way": "#U{code:04x}/{at}.png",
    "per cent": "{percent}/{at}.png",
    "below more": "data/set/{one}/{at}.png",
}


def name_of(form: str, one: str, at: int) -> str:
    percent = "".join(f"%{byte:02X}" for byte in one.encode())
    return NAMES[form].format(one=one, code=ord(one), at=at, percent=percent)


def files_of(form: str) -> dict[str, bytes]:
    return {name_of(form, one, at): data(one, at) for one in CHARACTERS for at in range(EACH)}


def folder_of(files: Mapping[str, bytes], place: Path) -> Path:
    return folder(place, files)


def one_unit(path: Path, reading: Reading = NOTHING_SAID) -> Unit:
    (unit,) = open_sources(path, reading=reading)
    return unit


def labels_of(unit: Unit) -> Counter[str]:
    return Counter(record.character for record in unit.read())


@pytest.mark.parametrize("form", NAMES)
def test_names_tell_the_characters(form: str, tmp_path: Path) -> None:
    unit = one_unit(folder_of(files_of(form), tmp_path / "set"))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, EACH)
    assert unit.understood is not None and unit.understood.classes == len(CHARACTERS)
    assert not unit.understood.doubts
    for record in unit.read():
        known = drawn(record.character, 0)
        assert record.pixels.max() == known.max() and record.source.writer == "unknown:set"


def test_ink_of_a_folder_is_what_was_written(tmp_path: Path) -> None:
    (unit,) = open_sources(folder_of(files_of("U+"), tmp_path / "set"))
    found = [record.pixels.tobytes() for record in unit.read() if record.character == "永"]
    known = []
    for at in range(EACH):
        ink = drawn("永", at)
        left, top, width, height = cv2.boundingRect(ink)
        known.append(ink[top : top + height, left : left + width].tobytes())
    assert found == known


@pytest.mark.parametrize("holder", ["a.zip", "a.tar", "a.tar.gz"])
def test_archives_are_read_in_place(holder: str, tmp_path: Path) -> None:
    make = zip_file if holder.endswith(".zip") else tar_file
    unit = one_unit(make(tmp_path / holder, files_of("the character itself")))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, EACH)
    assert {record.source.writer for record in unit.read()} == {"unknown:a"}


def test_loose_pictures_are_one_collection(tmp_path: Path) -> None:
    place = folder_of(files_of("file's name"), tmp_path / "set")
    (unit,) = open_sources(sorted(place.iterdir()))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, EACH)


def test_a_folder_of_one_character_is_called_by_it(tmp_path: Path) -> None:
    place = folder_of({f"{at}.png": data("永", at) for at in range(9)}, tmp_path / "永")
    assert labels_of(one_unit(place)) == {"永": 9}


@pytest.mark.parametrize("name", ["a7", "b4", "12", "x"])
def test_a_folders_own_name_says_nothing_where_it_may_be_any(name: str, tmp_path: Path) -> None:
    files = {f"{one}_{at:03d}.png": data(one, at) for one in "0123456789" for at in range(4)}
    unit = one_unit(folder_of(files, tmp_path / name))
    assert labels_of(unit) == dict.fromkeys("0123456789", 4)
    listed = {
        f"img{k:03d}-{at:05d}.png": data(one, at)
        for k, one in enumerate(CHARACTERS)
        for at in range(3)
    }
    listed["classes.txt"] = "\n".join(CHARACTERS).encode()
    unit = one_unit(folder_of(listed, tmp_path / "listed" / name))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, 3)


def test_a_running_number_is_no_code_point_where_looks_tell(tmp_path: Path) -> None:
    files = {f"{one}_{1000 + at}.png": data(one, at) for one in "0123456789" for at in range(4)}
    assert labels_of(one_unit(folder_of(files, tmp_path / "set"))) == dict.fromkeys("0123456789", 4)
    points = {f"{ord(one)}/{at}.png": data(one, at) for one in CHARACTERS for at in range(4)}
    unit = one_unit(folder_of(points, tmp_path / "points"))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, 4)
    unit = one_unit(folder_of({f"{at}.png": data("永", at) for at in range(9)}, tmp_path / "6c38"))
    assert labels_of(unit) == {"永": 9}


def test_zips_of_other_systems_hold_names_in_other_encodings(tmp_path: Path) -> None:
    for number, encoding in enumerate(("utf-8", "gbk")):
        files = {
            f"{one.encode(encoding).decode('cp437')}/{at}.png": data(one, at)
            for one in CHARACTERS
            for at in range(2)
        }
        unit = one_unit(zip_file(tmp_path / f"{number}.zip", files))
        assert labels_of(unit) == dict.fromkeys(CHARACTERS, 2)


@pytest.mark.parametrize(
    ("piece", "character"),
    [
        *(
            ("A_upper", "A"),
            ("a_lower", "a"),
            ("upper_B", "B"),
            ("b-small", "b"),
            ("capital C", "C"),
        ),
        *(("slash", "/"), ("question_mark", "?"), ("%3A", ":"), ("back_slash", "\\"), ("5", "5")),
        *(("e\u0301", "é"), ("&#x4e00;", "一"), ("U+1F600", "😀"), ("uni0041", "A")),
    ],
)
def test_signs_that_file_systems_refuse(piece: str, character: str, tmp_path: Path) -> None:
    files = {f"{one}/{at}.png": data(one, at) for one in "XYZ" for at in range(3)}
    place = folder_of(files | {f"{piece}/1.png": data("永", 1)}, tmp_path / "set")
    assert labels_of(one_unit(place))[character] == 1


def test_cases_in_folders_of_their_own(tmp_path: Path) -> None:
    files = {
        f"{case}/{one}/{at}.png": data(one, at)
        for case in ("upper", "lower")
        for one in "abc"
        for at in range(2)
    }
    assert labels_of(one_unit(folder_of(files, tmp_path / "set"))) == dict.fromkeys("ABCabc", 2)


def test_parts_and_writers_are_told_by_names(tmp_path: Path) -> None:
    files = {
        f"{part}/writer_{who}/{one}/{part}{who}.png": data(one, who)
        for part in ("train", "test", "val")
        for who in range(2)
        for one in CHARACTERS
    }
    unit = one_unit(folder_of(files, tmp_path / "mine"))
    parts = Counter(record.source.part for record in unit.read())
    assert parts == {"train": 16, "test": 32}, "what validates is not trained on"
    writers = {record.source.writer for record in unit.read()}
    assert writers == {"mine:writer_0", "mine:writer_1"}
    assert unit.sides == {"train", "test"}
    report = convert(tmp_path / "mine", out=tmp_path / "real")
    assert report["lines"] == {"train": 16, "test": 32}
    (said,) = open_sources(tmp_path / "mine", part="test")
    assert {record.source.part for record in said.read()} == {"test"}


MAPS: dict[str, str] = {
    "one a line": "\n".join(CHARACTERS),
    "numbers": "\n".join(f"{at}\t{one}" for at, one in enumerate(CHARACTERS)),
    "code points": "\n".join(f"{at} {ord(one)}" for at, one in enumerate(CHARACTERS)),
    "JSON list": json.dumps(list(CHARACTERS)),
    "JSON": json.dumps({str(at): one for at, one in enumerate(CHARACTERS)}),
    "JSON the other way": json.dumps({one: at for at, one in enumerate(CHARACTERS)}),
    "CSV": "id,char\n" + "\n".join(f"{at},{one}" for at, one in enumerate(CHARACTERS)),
    "CSV the other way": "character,class\n"
    + "\n".join(f"{one},{at}" for at, one in enumerate(CHARACTERS)),
    "Chinese header": "编号,字符\n" + "\n".join(f"{at},{one}" for at, one in enumerate(CHARACTERS)),
    "codes in CSV": "id,unicode\n"
    + "\n".join(f"{at},U+{ord(one):04X}" for at, one in enumerate(CHARACTERS)),
}


@pytest.mark.parametrize("kind", MAPS)
def test_numbers_of_classes_need_a_map(kind: str, tmp_path: Path) -> None:
    files = {
        f"{at:05d}/{n}.png": data(one, n) for at, one in enumerate(CHARACTERS) for n in range(3)
    }
    place = folder_of(files, tmp_path / "set")
    with pytest.raises(FormatError, match="--classes FILE"):
        one_unit(place)
    own = tmp_path / "own"
    own.write_text(MAPS[kind], "utf-8")
    assert labels_of(one_unit(place, Reading(classes=str(own)))) == dict.fromkeys(CHARACTERS, 3)
    (place / "classes.txt").write_text(MAPS[kind], "utf-8")
    unit = one_unit(place)
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, 3)
    assert unit.understood is not None and "classes.txt" in unit.understood.label_rule


def test_a_list_counts_from_what_the_names_count_from(tmp_path: Path) -> None:
    def files(first: int, drop: int = 0) -> dict[str, bytes]:
        return {
            f"img{at + first:03d}-{n:05d}.png": data(one, n)
            for at, one in enumerate(CHARACTERS)
            for n in range(3)
            if at >= drop and at < len(CHARACTERS) - drop
        } | {"classes.txt": "\n".join(CHARACTERS).encode()}

    for first in (0, 1):
        place = folder_of(files(first), tmp_path / str(first))
        assert labels_of(one_unit(place)) == dict.fromkeys(CHARACTERS, 3)
    with pytest.raises(UsageError, match="from 0 or from 1"):
        one_unit(folder_of(files(1, drop=1), tmp_path / "neither"))


def test_lines_of_a_list_that_are_no_character_count_too(tmp_path: Path) -> None:
    known = read_class_map("\n".join((*CHARACTERS, "\0")).encode(), "classes.txt")
    from_0 = {str(at): one for at, one in enumerate(CHARACTERS)}
    assert based(known, {0, 3}, "x").characters == from_0
    from_1 = {str(at): one for at, one in enumerate(CHARACTERS, 1)}
    assert based(known, {1, 9}, "x").characters == from_1
    with pytest.raises(UsageError, match="from 1 to 8"):
        based(known, {1, 8}, "x")
    # nor is "\0" a class that has the label 0
    with pytest.raises(FormatError, match="map of classes"):
        read_class_map(b"\0", "labels.json")
    place = folder_of({"x/永.png": data("永", 0), "x/labels.json": b"\0"}, tmp_path)
    assert labels_of(one_unit(place)) == {"永": 1}


def test_where_two_rules_fit_the_user_is_asked(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    blots = [png_file(chance.integers(0, 256, (30, 30)).astype(np.uint8)) for _ in range(64)]
    files = {
        f"{a}/{b}.png": blots[8 * x + y]
        for x, a in enumerate(CHARACTERS)
        for y, b in enumerate("甲乙丙丁戊己庚辛")
    }
    place = folder_of(files, tmp_path / "set")
    with pytest.raises(UsageError, match=r"two rules fit .*'\{label\}/\*'.* or .*'\{label\}'"):
        one_unit(place)
    assert set(labels_of(one_unit(place, Reading("{label}/*")))) == set(CHARACTERS)
    found = one_unit(place, Reading("{writer}/{label}.png"))
    assert set(labels_of(found)) == set("甲乙丙丁戊己庚辛")
    assert {record.source.writer for record in found.read()} == {f"set:{one}" for one in CHARACTERS}


def test_what_looks_alike_decides_between_two_rules(tmp_path: Path) -> None:
    files = {f"{'XYZW'[n]}/{one}.png": data(one, n) for one in "ABCDEFGH" for n in range(4)}
    unit = one_unit(folder_of(files, tmp_path / "set"))
    assert labels_of(unit) == dict.fromkeys("ABCDEFGH", 4)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{writer}/*.png", "without {label}"),
        ("{label}/{label}", "stands twice"),
        ("{name}/{label}", "is no field"),
        ("{label:runes}/*", "no form of labels"),
        ("{label/*", "brace"),
    ],
)
def test_patterns_that_say_nothing_are_refused(pattern: str, message: str, tmp_path: Path) -> None:
    place = folder_of(files_of("U+"), tmp_path / "set")
    with pytest.raises(UsageError, match=message):
        one_unit(place, Reading(pattern))


def test_folders_above_may_be_writers_and_that_is_said(tmp_path: Path) -> None:
    files = {
        f"{who}/{one}/{n}.png": data(one, n)
        for who in ("anna", "ben")
        for one in CHARACTERS
        for n in range(2)
    }
    unit = one_unit(folder_of(files, tmp_path / "set"))
    assert unit.understood is not None
    (doubt,) = unit.understood.doubts
    assert "2 folders above (anna, ben" in doubt and "--labels '{writer}/{label}/*'" in doubt


def test_a_refusal_names_what_is_nearest_and_the_page(tmp_path: Path) -> None:
    place = folder_of(
        {f"scan {at} of mine.png": data("永", at) for at in range(5)}, tmp_path / "set"
    )
    with pytest.raises(FormatError) as caught:
        one_unit(place)
    message = str(caught.value)
    assert (
        message.count(";") >= 4 and "own-characters" in message and "scan 0 of mine.png" in message
    )
    assert "\n" not in message


def test_pictures_beside_other_records_are_left_alone(tmp_path: Path) -> None:
    from fakes import gnt

    place = folder_of({"001-f.gnt": gnt("永"), "docs/1.png": data("永", 1)}, tmp_path / "set")
    assert [unit.kind for unit in open_sources(place)] == ["gnt"]


def test_pages_with_their_text_beside_them_are_no_characters(tmp_path: Path) -> None:
    for number in range(4):
        cv2.imwrite(str(tmp_path / f"scan_{number:03}.png"), on_white(written(1)[0]))
        (tmp_path / f"scan_{number:03}.xml").write_text("<PcGts/>", "utf-8")
    with pytest.raises(FormatError, match=r"an \.xml beside them are for penline convert"):
        list(open_sources(tmp_path))


def test_a_data_set_of_pictures_is_still_refused_as_one(tmp_path: Path) -> None:
    place = folder_of({"report.json": b"{}", "永/1.png": data("永", 1)}, tmp_path / "set")
    with pytest.raises(FormatError, match="a finished data set"):
        one_unit(place)


def odd_ones() -> dict[str, bytes]:
    frame = np.full((48, 48), 0, np.uint8)
    frame[4:44, 4:44] = 255
    frame[20:28, 0:48] = 0
    large = np.kron(255 - drawn("永", 3), np.ones((6, 6), np.uint8))
    return {
        "永/blank.png": png_file(np.full((48, 48), 255, np.uint8)),
        "永/full.png": png_file(np.zeros((48, 48), np.uint8)),
        "永/frame.png": png_file(frame),
        "永/large.png": png_file(np.pad(large, 20, constant_values=255)),
    }


def test_odd_ones_are_counted_and_left_out_unless_they_are_kept(tmp_path: Path) -> None:
    place = folder_of(files_of("the character itself") | odd_ones(), tmp_path / "set")
    found = list(one_unit(place).salvage())
    odd = Counter(one.reason for one in found if isinstance(one, LeftOut))
    assert odd == {
        "picture without ink": 1,
        "picture that is all ink": 1,
        "picture whose ink touches every border": 1,
        "picture many times larger than the others": 1,
    }
    bank = pack(place, tmp_path / "b.bank")
    assert bank.header.dropped == odd and len(bank) == len(CHARACTERS) * EACH
    assert not any(isinstance(one, LeftOut) for one in read(place, salvage=True))
    kept = pack(place, tmp_path / "kept.bank", reading=Reading(keep_odd=True))
    assert kept.header.dropped == {"picture without ink": 1} and len(kept) == len(bank) + 3
    assert info(place)[0].left_out == odd
    assert {note.says for note in census(place).notes} >= {f"left out: {reason}" for reason in odd}


def test_a_file_that_lies_is_one_defect(tmp_path: Path) -> None:
    files = files_of("the character itself")
    bad = {
        "永/cut.png": files["永/0.png"][:-20],
        "永/text.png": b"hello, world",
        "永/empty.png": b"",
        "永/bomb.png": files["永/0.png"][:16]
        + (60_000).to_bytes(4, "big") * 2
        + files["永/0.png"][24:],
    }
    place = folder_of(files | bad, tmp_path / "set")
    found = [one for one in one_unit(place).salvage() if isinstance(one, Defect)]
    assert sorted(Path(one.file).name for one in found) == sorted(Path(name).name for name in bad)
    with pytest.raises(FormatError):
        pack(place, tmp_path / "b.bank")
    bank = pack(place, tmp_path / "b.bank", salvage=True)
    assert len(bank) == len(CHARACTERS) * EACH and sum(bank.header.dropped.values()) == len(bad)


def test_names_may_hold_anything(tmp_path: Path) -> None:
    strange = ["a\nb", "x'y\"z", "[red]", "$(rm)", "{label}", "=1+1", "-o", "\udcff"]
    files = {f"{one}/{own}.png": data(one, at) for one in "甲乙" for at, own in enumerate(strange)}
    place = folder_of(files, tmp_path / "set")
    assert labels_of(one_unit(place)) == dict.fromkeys("甲乙", len(strange))
    shown = CliRunner().invoke(app, ["info", str(place)])
    assert shown.exit_code == 0 and "\udcff" not in shown.stdout
    sheet(place, tmp_path / "s.html")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    place = folder_of(files_of("the character itself"), tmp_path / "set")
    outside = tmp_path / "secret.png"
    outside.write_bytes(data("永", 1))
    (place / "永" / "out.png").symlink_to(outside)
    (place / "永" / "in.png").symlink_to(place / "永" / "0.png")
    os.mkfifo(place / "永" / "pipe.png")
    found = list(one_unit(place).salvage())
    defects = {Path(one.file).name: one.found for one in found if isinstance(one, Defect)}
    assert defects == {"out.png": "a link out of it", "pipe.png": "something else"}
    assert sum(isinstance(one, GlyphRecord) for one in found) == len(CHARACTERS) * EACH + 1


def test_info_tells_how_it_was_understood(tmp_path: Path) -> None:
    place = folder_of(files_of("U+"), tmp_path / "set")
    shown = CliRunner().invoke(app, ["info", str(place)], env={"COLUMNS": "300"})
    assert "understood as: label = folder's name (8 classes), writer = not told" in shown.stdout
    assert "ink: dark ink on light paper, no noise" in shown.stdout
    assert shown.stdout.count("% ink") == 5
    assert f"a bank of it: penline bank {place} -o set.bank" in shown.stdout
    (facts,) = json.loads(CliRunner().invoke(app, ["info", "--json", str(place)]).stdout)
    assert len(facts["understood"]["examples"]) == 5
    example = facts["understood"]["examples"][0]
    assert set(example) == {"file", "label", "writer", "ink_percent", "cut"}


def test_the_commands_take_what_the_user_says(tmp_path: Path) -> None:
    files = {
        f"{who}/{one}/{n}.png": data(one, n)
        for who in ("anna", "ben")
        for one in CHARACTERS
        for n in range(2)
    }
    place = folder_of(files, tmp_path / "set")
    pattern = ["--labels", "{writer}/{label}/*"]
    out = tmp_path / "b.bank"
    made = CliRunner().invoke(app, ["bank", str(place), "-o", str(out), "--json", *pattern])
    facts = json.loads(made.stdout)
    assert facts["writers"] == 2 and facts["understood"][0]["writer_rule"] == "name by the pattern"
    one_hand = [*pattern, "--writer", "cleo", "--overwrite"]
    made = CliRunner().invoke(app, ["bank", str(place), "-o", str(out), "--json", *one_hand])
    facts = json.loads(made.stdout)
    assert facts["writers"] == 1 and facts["understood"][0]["writer_rule"] == "cleo, as you said"
    for verb in (["info", str(place)], ["census", str(place)]):
        shown = CliRunner().invoke(app, [*verb, *pattern], env={"COLUMNS": "300"})
        assert "writer = name by the pattern" in shown.stdout
    page = CliRunner().invoke(app, ["sheet", str(place), "-o", str(tmp_path / "s.html"), *pattern])
    assert page.exit_code == 0
    assert "set:anna" in (tmp_path / "s.html").read_text("utf-8")


def test_a_name_costs_its_bytes(tmp_path: Path) -> None:
    from penline.sources.listing import DiskListing

    files = PictureFiles(tmp_path)
    names = [f"{at:06d}.png" for at in range(50_000)]
    files.take(DiskListing(tmp_path, names), names)
    held = sum(len(group.names) for group in files._groups)
    assert files.count == len(names) and held < 12 * len(names)
    assert list(files.names()) == names
    chosen = files.spread(250)
    assert len(chosen) == 250 and chosen == sorted(set(chosen))
    for step in (2, 4, 10, 15, 100):
        assert len({at % step for at in chosen}) > 0.8 * step, "no class is left out by its turn"


def test_white_on_black_in_a_folder_is_turned(tmp_path: Path) -> None:
    inks = written(24)
    files = {
        f"{'ABC'[at % 3]}/{at}.png": png_file(255 - on_white(ink)) for at, ink in enumerate(inks)
    }
    unit = one_unit(folder_of(files, tmp_path / "set"))
    found = {record.record: record.pixels for record in unit.read()}
    order = sorted(range(24), key=lambda at: (at % 3, str(at) + ".png"))
    assert all(np.array_equal(found[place], inks[at]) for place, at in enumerate(order))


@pytest.mark.parametrize(
    "text", ["²\tA\n", "0\t²\n", "9" * 5000 + "\tA", "A\t" + "9" * 5000, "[" * 9999]
)
def test_strange_numbers_in_maps(text: str) -> None:
    from penline.sources.pictures.class_map import read_class_map

    try:
        found = read_class_map(text.encode(), "x").characters
    except FormatError:
        return
    assert all(len(one) == 1 for one in found.values())


def test_runs_of_a_folder_are_its_glyphs_one_by_one(tmp_path: Path) -> None:
    files = {f"{one}/{at:03d}.png": data(one, at) for one in CHARACTERS[:2] for at in range(90)}
    files["永/050.png"] = files["永/050.png"][:99]
    files["永/060.png"] = png_file(np.full((20, 20), 255, np.uint8))
    unit = one_unit(folder_of(files, tmp_path / "set"))
    dropped: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    found: dict[bool, list[object]] = {False: [], True: []}
    lengths = []
    for runs, drops in dropped.items():
        drop = lambda reason, drops=drops: drops.update((reason,))  # noqa: E731
        for one in unit.sound(drop, salvage=True, runs=runs):
            if not isinstance(one, GlyphRun):
                found[runs].append((one.character, one.record, one.pixels.tolist()))
                continue
            lengths.append(len(one))
            for at, (start, (height, width)) in enumerate(
                zip(one.starts.tolist(), one.sizes_px.tolist(), strict=True)
            ):
                ink = one.data[start : start + height * width].reshape(height, width)
                found[runs].append((one.characters[at], one.record + at, ink.tolist()))
    assert found[True] == found[False] and len(found[True]) == 178
    assert dropped[True] == dropped[False] and dropped[True].total() == 2
    assert len(lengths) == 1 and lengths[0] >= 64


def test_folders_above_a_pattern_tell_the_part(tmp_path: Path) -> None:
    files = {
        f"{above}/{part}/id_{at}_label_{character}.png": png_file(on_white(drawn(character, at)))
        for above, part in (("Train Images", "train"), ("Test Images", "Test"))
        for at, character in enumerate("abc" * 4)
    }
    for said in ("id_{}_label_{label}.png", "{}/id_{}_label_{label}.png"):
        (unit,) = open_sources(folder(tmp_path, files), reading=Reading(labels=said))
        parts = [one.source.part for one in unit.read()]
        told = ["test"] * 12 + ["train"] * 12
        assert parts == (told if "/" not in said else [""] * 24)
