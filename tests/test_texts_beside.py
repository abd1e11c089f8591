"""Pictures with a text of one character beside each, and what must not be taken for a label."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from fakes import folder, png_file, zip_file
from fakes_etl import tar_file
from fakes_pictures import drawn
from penline.api import convert
from penline.errors import FormatError, UsageError
from penline.records import Defect, GlyphRecord, LeftOut
from penline.sources.collect import open_sources
from penline.sources.pictures.files import PictureFiles
from penline.sources.reading import Reading
from penline.sources.unit import Unit

CHARACTERS = "永和九年岁"
EACH = 4
LABELS = [one for _ in range(EACH) for one in CHARACTERS]


def files_of(texts: Mapping[int, bytes | str], ending: str = ".txt") -> dict[str, bytes]:
    """Twenty pictures that are counted, with these texts beside them, by number."""
    files = {f"{n}.png": png_file(255 - drawn(one, n)) for n, one in enumerate(LABELS, 1)}
    raw = {n: text if isinstance(text, bytes) else text.encode() for n, text in texts.items()}
    return files | {f"{n}{ending}": text for n, text in raw.items()}


SAID = dict(enumerate(LABELS, 1))


def unit_of(path: Path, reading: Reading | None = None) -> Unit:
    (unit,) = open_sources(path, reading=reading or Reading())
    return unit


def labels_of(unit: Unit) -> Counter[str]:
    return Counter(record.character for record in unit.read())


def doubts_of(unit: Unit) -> str:
    assert unit.understood is not None
    return " | ".join(unit.understood.doubts)


@pytest.mark.parametrize("ending", [".gt.txt", ".txt"])
@pytest.mark.parametrize("holder", ["set", "a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("take", ["characters", "either"])
def test_a_text_of_one_character_is_the_label(
    holder: str, ending: str, take: str, tmp_path: Path
) -> None:
    make = {"set": folder, "a.zip": zip_file}.get(holder, tar_file)
    files = files_of({n: f"\ufeff{one}\r\n" for n, one in SAID.items()}, ending)
    apart = sorted(files.items(), key=lambda one: one[0].endswith("txt"))  # texts are last
    path = make(tmp_path / holder, dict(apart))
    unit = unit_of(path, Reading(take=take))  # type: ignore[arg-type]
    found = pickle.loads(pickle.dumps(unit))  # noqa: S301
    assert labels_of(found) == dict.fromkeys(CHARACTERS, EACH)
    for record in found.read():
        shown = drawn(record.character, 0)
        assert record.pixels.max() == shown.max()
    assert unit.understood is not None and unit.understood.classes == len(CHARACTERS)
    assert unit.understood.label_rule == f"the text beside ({ending})"
    assert not unit.understood.doubts


def test_a_letter_with_its_marks_is_one_character(tmp_path: Path) -> None:
    texts = {n: "e\u0301" if n % 2 else "कि" for n in SAID}
    unit = unit_of(folder(tmp_path / "set", files_of(texts)))
    assert labels_of(unit) == {"é": 10, "कि": 10}


def test_parts_and_writers_stay_in_folders_names(tmp_path: Path) -> None:
    files = {
        f"{part}/writer_{hand}/{name}": content
        for part in ("train", "test")
        for hand in (1, 2)
        for name, content in files_of(SAID, ".gt.txt").items()
    }
    unit = unit_of(folder(tmp_path / "set", files))
    found = Counter((one.source.part, one.source.writer) for one in unit.read())
    assert found == {
        (part, f"set:writer_{hand}"): 20 for part in ("train", "test") for hand in (1, 2)
    }
    assert unit.sides == {"train", "test"}


def test_numbers_of_classes_need_a_map(tmp_path: Path) -> None:
    numbers = {n: f"{CHARACTERS.index(one) + 8:02d}" for n, one in SAID.items()}
    with pytest.raises(FormatError, match=r"--classes FILE.* class numbers 08, 12, 09 and 2 more"):
        unit_of(folder(tmp_path / "bare", files_of(numbers)))
    listed = "".join(f"{n}\t{one}\n" for n, one in enumerate(CHARACTERS, 8))
    files = files_of(numbers) | {"classes.txt": listed.encode()}
    unit = unit_of(folder(tmp_path / "set", files))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, EACH)
    assert unit.understood is not None
    assert unit.understood.label_rule == "the text beside (.txt) as a number of classes.txt"
    (tmp_path / "map.txt").write_text("\n".join(CHARACTERS))
    counted = {n: str(CHARACTERS.index(one)) for n, one in SAID.items()}
    path = folder(tmp_path / "counted", files_of(counted))
    assert "digits themselves" in doubts_of(unit_of(path))
    said = Reading(classes=str(tmp_path / "map.txt"))
    assert labels_of(unit_of(path, said)) == dict.fromkeys(CHARACTERS, EACH)


@pytest.mark.parametrize("ending", [".gt.txt", ".txt"])
def test_texts_of_lines_are_for_convert(ending: str, tmp_path: Path) -> None:
    path = folder(
        tmp_path / "set", files_of({n: f"{one}和 line" for n, one in SAID.items()}, ending)
    )
    with pytest.raises(FormatError, match=r"penline convert .*set -o OUT"):
        unit_of(path)
    convert(path, tmp_path / "out")
    lines = (one for one in open_sources(tmp_path / "out", reading=Reading(take="lines")))
    assert sum(1 for unit in lines for _ in unit.read()) == len(LABELS)


def test_pictures_without_a_text_are_counted(tmp_path: Path) -> None:
    some = {n: one for n, one in SAID.items() if n % 4}
    for path in (
        folder(tmp_path / "set", files_of(some)),
        tar_file(tmp_path / "a.tar.gz", files_of(some)),
    ):
        unit = unit_of(path)
        assert doubts_of(unit) == "5 pictures without a .txt beside left out"
        found = list(unit.salvage())
        assert sum(isinstance(one, GlyphRecord) for one in found) == len(some)
        left = {one.reason for one in found if isinstance(one, LeftOut)}
        assert left == {"picture without a .txt beside it"}


def test_hostile_texts_are_defects(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("秘")
    bad: dict[int, bytes | str] = {1: b"\xff\xfe", 2: b"a\0", 3: b"", 4: "永" * 5_000, 5: "\n"}
    place = folder(tmp_path / "set", files_of(SAID | bad))
    (place / "6.txt").unlink()
    (place / "6.txt").symlink_to(tmp_path / "secret")
    (place / "7.txt").unlink()
    with (place / "7.txt").open("wb") as file:
        file.truncate(1 << 30)
    found = list(unit_of(place).salvage())
    defects = [one for one in found if isinstance(one, Defect)]
    assert len(defects) == 7 and len(found) == len(LABELS)
    assert not [one for one in found if isinstance(one, GlyphRecord) and one.character == "秘"]
    assert {Path(one.file).name for one in defects} == {f"{n}.txt" for n in range(1, 8)}
    packed = zip_file(tmp_path / "a.zip", files_of(SAID | bad))
    assert sum(isinstance(one, Defect) for one in unit_of(packed).salvage()) == 5


def test_names_that_tell_the_character_are_asked_about_or_win(tmp_path: Path) -> None:
    def made(name: str, text: str) -> Path:
        files = {}
        for n, one in SAID.items():
            files[f"{one}/{n}.png"] = png_file(255 - drawn(one, n))
            files[f"{one}/{n}.txt"] = text.format(one).encode()
        return folder(tmp_path / name, files)

    same = unit_of(made("same", "{}"))
    assert labels_of(same) == dict.fromkeys(CHARACTERS, EACH)
    other = made("unlike", "字")
    with pytest.raises(UsageError, match=r"--labels '\{label\}/\*' .* or --labels \.txt"):
        unit_of(other)
    assert labels_of(unit_of(other, Reading(labels="{label}/*"))) == dict.fromkeys(CHARACTERS, EACH)
    assert labels_of(unit_of(other, Reading(labels=".txt"))) == {"字": len(LABELS)}
    with pytest.raises(UsageError, match=r"have no \.gt\.txt beside them"):
        unit_of(other, Reading(labels=".gt.txt"))
    caption = unit_of(made("caption", "a caption of {}, with a brush"))
    assert labels_of(caption) == dict.fromkeys(CHARACTERS, EACH)
    assert "the .txt beside pictures are not read: texts such as a caption" in doubts_of(caption)


def test_a_readme_changes_nothing(tmp_path: Path) -> None:
    files = {f"{one}_{n}.png": png_file(255 - drawn(one, n)) for n, one in SAID.items()}
    unit = unit_of(folder(tmp_path / "set", files | {"readme.txt": b"a", "永_1.txt": b"a note"}))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, EACH)
    assert "are not read" in doubts_of(unit)


def test_a_picture_by_itself_has_its_text(tmp_path: Path) -> None:
    place = folder(tmp_path / "set", files_of(SAID))
    (unit,) = open_sources(sorted(place.glob("*.png")))
    assert labels_of(unit) == dict.fromkeys(CHARACTERS, EACH)


def test_a_text_costs_its_name(tmp_path: Path) -> None:
    from penline.sources.listing import DiskListing

    files = PictureFiles(tmp_path)
    names = [f"{at:06d}.png" for at in range(50_000)]
    texts = {name: f"{name[:-4]}.txt" for name in names}
    files.take(DiskListing(tmp_path, names), names, texts)
    assert len(pickle.dumps(files)) < 50_000 * 24
    assert files.without_text() == 0
