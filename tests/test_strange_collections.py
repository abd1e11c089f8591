"""Collections that nobody wrote a rule for: read rightly, asked about, or refused by name."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes import folder, png_file, zip_file
from fakes_pictures import drawn
from penline.errors import FormatError, UsageError
from penline.records import Defect
from penline.sources.collect import open_sources
from penline.sources.reading import Reading
from penline.sources.unit import Unit

CHARACTERS = "永字八法春"
EACH = 4


def set_of(form: str, place: Path) -> Path:
    """Pictures named by a form: of the character, its number, its place, and a running number."""
    files = {}
    for k, one in enumerate(CHARACTERS):
        for at in range(EACH):
            told = {"one": one, "k": k, "at": at, "n": at * len(CHARACTERS) + k}
            told |= {
                "pinyin": ("yong", "zi", "ba", "fa", "chun")[k],
                "gb": one.encode("gb2312").hex(),
            }
            files[form.format(**told) + ".png"] = png_file(255 - drawn(one, at))
    return folder(place, files)


def unit_of(path: Path, reading: Reading | None = None) -> Unit:
    (unit,) = open_sources(path, reading=reading or Reading())
    return unit


@pytest.mark.parametrize(
    "form",
    [
        "label_{n:04d}_{one}",
        "{pinyin}{one}/{at}",
        "{one}({at})",
        "{one} - Copy ({at})",
        "{k}画/{one}{at}",
        "{one}.{at}",
        "{gb}/{at}",
        "{n}_{one}_v2",
    ],
)
def test_strange_names_tell_the_character(form: str, tmp_path: Path) -> None:
    unit = unit_of(set_of(form, tmp_path / "set"))
    found = Counter(record.character for record in unit.read())
    assert found == dict.fromkeys(CHARACTERS, EACH)
    assert unit.understood is not None and not unit.understood.doubts


@pytest.mark.parametrize(
    "form",
    [
        "IMG_{n:02d}",
        "IMG_50{n:02d}",  # 倀 and so on, were they code points
        "50{n:02d}",
        "200{n:02d}",
        "123{n:02d}",
        "{n}/1",
        "50{n:02d}/1",
        "{pinyin}/{at}",
        "a{n}",
        "图{n}",
        "第{n}页",
    ],
)
def test_names_that_only_count_are_no_labels(form: str, tmp_path: Path) -> None:
    path = set_of(form, tmp_path / "set")
    with pytest.raises(FormatError, match="names that tell the character; nearest: "):
        unit_of(path)


def test_letters_with_numbers_are_no_code_points(tmp_path: Path) -> None:
    files = {
        f"{one}{n}.png": png_file(255 - drawn(one, n)) for one in "abcdef" for n in range(1, 6)
    }
    with pytest.raises(FormatError, match="names that tell the character; nearest: "):
        unit_of(folder(tmp_path / "set", files))


def test_numbers_are_code_points_where_somebody_says_so(tmp_path: Path) -> None:
    files = {f"{ord('あ') + n}.png": png_file(255 - drawn("あ", n)) for n in range(12)}
    path = folder(tmp_path / "set", files)
    with pytest.raises(FormatError, match=r"decimal, by --labels '\{label:decimal\}' \(100 %"):
        unit_of(path)
    found = [one.character for one in unit_of(path, Reading(labels="{label:decimal}")).read()]
    assert found == [chr(ord("あ") + n) for n in range(12)]


def test_codes_of_gb_2312_that_may_be_hangul_are_asked_about(tmp_path: Path) -> None:
    files = {
        f"{one.encode('gb2312').hex().upper()}/{n}.png": png_file(255 - drawn(one, n))
        for one in "啊大永"  # B0A1, B4F3, D3C0: 낡, 듳, 폀
        for n in range(4)
    }
    path = folder(tmp_path / "set", files)
    with pytest.raises(UsageError, match=r"label:hex\}/\*' .*낡.* or .*label:gb2312\}/\*' .*啊"):
        unit_of(path)
    found = Counter(
        one.character for one in unit_of(path, Reading(labels="{label:gb2312}/*")).read()
    )
    assert found == dict.fromkeys("啊大永", 4)


def test_a_number_beyond_two_bytes_is_no_code_of_gb_2312(tmp_path: Path) -> None:
    files = {f"{number}/1.png": png_file(255 - drawn("永", 0)) for number in (70000, 99999)}
    with pytest.raises(FormatError, match="expected names that tell the character"):
        unit_of(folder(tmp_path / "set", files))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.svg", "draw it to PNG.* found a drawing in SVG"),
        ("a.pdf", "draw its pages to PNG.* found a document"),
        ("a.db", "with a CSV that names them.* found a database"),
        ("a.h5", "as .npz.* found HDF5"),
        ("a.pkl", "as .npz.* found a pickle"),
        ("a.pt", "as .npz.* found PyTorch's pickle"),
        ("a.tfrecord", "with a CSV that names them.* found TFRecord"),
        ("a.ttf", "draw it to PNG.* found a font"),
        ("a.json", "file,label.* found a table or list of no known form"),
        ("a.csv", "file,label.* found a table or list of no known form"),
    ],
)
def test_what_is_not_read_is_refused_by_name(name: str, words: str, tmp_path: Path) -> None:
    files = {f"some/{name}": b"label,image\nx,aGVsbG8=\n", "readme.txt": b"of it"}
    for path in (
        folder(tmp_path / "set", files),
        zip_file(tmp_path / "a.zip", files),
        tmp_path / "set" / "some" / name,
    ):
        with pytest.raises(FormatError, match=words) as raised:
            list(open_sources(path))
        assert "own-characters.md" in str(raised.value) and "\n" not in str(raised.value)


def test_a_spreadsheet_beside_pictures_is_named(tmp_path: Path) -> None:
    path = set_of("IMG_{n:02d}", tmp_path / "set")
    (path / "list.xlsx").write_bytes(b"PK")
    with pytest.raises(FormatError, match=r"of a spreadsheet \(list.xlsx\).*save it as CSV"):
        unit_of(path)


LISTS = {
    "labels.json": lambda rows: json.dumps(dict(rows)),
    "list.json": lambda rows: json.dumps([{"file_name": a, "label": b} for a, b in rows]),
    "gt.txt": lambda rows: "".join(f"{a} {b}\n" for a, b in rows),
    "icdar.txt": lambda rows: "".join(f'{a}, "{b}"\n' for a, b in rows),
    "bare.csv": lambda rows: "".join(f"{a},{b}\n" for a, b in rows),
    "twice.csv": lambda rows: (
        "file,label,char\n" + "".join(f"{a},{CHARACTERS.index(b)},{b}\n" for a, b in rows)
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_other_habits_are_read(name: str, tmp_path: Path) -> None:
    path = set_of("{n}", tmp_path / "set")
    rows = [(f"{at * 5 + k}.png", one) for at in range(EACH) for k, one in enumerate(CHARACTERS)]
    (path / name).write_text(LISTS[name](rows), "utf-8")
    unit = unit_of(path)
    found = Counter(record.character for record in unit.read())
    assert found == dict.fromkeys(CHARACTERS, EACH)
    for record in unit.read():
        assert record.pixels.max() == drawn(record.character, 0).max()


@pytest.mark.parametrize(("rows_from", "files_from"), [(0, 1), (1, 0)])
def test_a_list_that_counts_otherwise_is_not_moved_by_one(
    rows_from: int, files_from: int, tmp_path: Path
) -> None:
    files = {f"{n + files_from}.png": png_file(255 - drawn("永字"[n % 2], n)) for n in range(40)}
    rows = "".join(f"{n + rows_from},{'永字'[n % 2]}\n" for n in range(40))
    path = folder(tmp_path / "set", files | {"list.csv": f"idx,character\n{rows}".encode()})
    with pytest.raises(FormatError, match=r"rows count from 0 .* \{idx\}\.png"):
        unit_of(path)


def gif(frames: int) -> bytes:
    """A GIF of 1 x 1 px with so many frames."""
    frame = b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


def test_of_several_pictures_in_a_file_the_first_is_not_taken(tmp_path: Path) -> None:
    ink = 255 - drawn("永", 1)
    pages = cv2.imencodemulti(".tiff", [ink, ink])[1].tobytes()
    files = {"永/1.tiff": pages, "永/2.gif": gif(2), "永/3.gif": gif(1)}
    files |= {"永/4.tiff": cv2.imencode(".tiff", ink)[1].tobytes(), "永/5.png": png_file(ink)}
    found = list(unit_of(folder(tmp_path / "set", files), Reading(many=False)).salvage())
    defects = {one.record: one.found for one in found if isinstance(one, Defect)}
    assert defects == {0: "several pages", 1: "an animation"}
    assert np.array_equal(found[3].pixels, found[4].pixels)
