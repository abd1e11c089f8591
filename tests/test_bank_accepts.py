"""What a bank takes and what it refuses: the message names the conversion that is meant."""

from __future__ import annotations

import re
from pathlib import Path

import numpy
import numpy as np
import pytest

import fakes
import fakes_pages
from penline.bank import BankWriter, open_bank
from penline.errors import BankError
from penline.pack import pack
from penline.records import GlyphRun, Source

OWN = Source("a.png", "own:me")


def picture() -> np.ndarray:
    pixels = np.zeros((20, 15), np.uint8)
    pixels[5:9], pixels[12, 3] = 200, 255
    return pixels


def stored(folder: Path, *given: object, **more: object) -> np.ndarray:
    with BankWriter(folder) as bank:
        bank.add(*given, **more)  # type: ignore[arg-type]
    return open_bank(folder)[0].ink


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda p: p / 255, lambda p: p),
        (lambda p: p.astype(np.float32), lambda p: p),
        (lambda p: p > 0, lambda p: (p > 0) * np.uint8(255)),
        (lambda p: p.astype(np.int64), lambda p: p),
        (lambda p: (p > 0).astype(np.int32), lambda p: (p > 0) * np.uint8(255)),
        (lambda p: p.astype(np.uint16) * 257, lambda p: p),
        (lambda p: p.tolist(), lambda p: p),
    ],
)
def test_the_conversion_that_is_named_is_right(tmp_path: Path, made, expected) -> None:
    pixels = made(picture())
    with pytest.raises(BankError, match="record 7") as refused:
        stored(tmp_path / "no", pixels, "永", OWN, record=7)
    assert not (tmp_path / "no").exists()
    told = re.search(r"(?:numpy\.|\(?pixels\b)(?!: ).*$", str(refused.value).partition("; ")[2])
    assert told, refused.value
    converted = eval(told[0], {"numpy": numpy, "pixels": pixels})  # noqa: S307
    ink = stored(tmp_path / "yes", converted, "永", OWN)
    np.testing.assert_array_equal(ink, expected(picture()))


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((20, 15, 3), np.uint8),
        np.zeros(20, np.uint8),
        np.zeros((0, 15), np.uint8),
        np.zeros((1, 4097), np.uint8),
        np.full((4, 4), np.nan),
        np.full((4, 4), -1.0),
        np.full((4, 4), 1 << 20),
        np.full((4, 4), "x"),
        np.full((4, 4), None),
        b"abcd",
        None,
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, pixels: object) -> None:
    with pytest.raises(BankError):
        stored(tmp_path / "b", pixels, "永", OWN)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("", "0 characters"),
        ("a" * 65, "65 characters"),
        ("a b", "white space"),
        ("e\u200d", "U\\+200D"),
        ("\n", "U\\+000A"),
        ("\t", "white space"),
        ("\0", "control"),
        ("\u200d", "format"),
        ("\ufeff", "format"),
        ("\ud800", "surrogate"),
        ("\uffff", "no character"),
        ("\U0001fffe", "no character"),
        ("\ufffd", "not there"),
        (None, "NoneType"),
        (b"a", "bytes"),
        (5, "int"),
    ],
)
def test_what_stands_for_no_glyph_is_refused(tmp_path: Path, label: object, message: str) -> None:
    with pytest.raises(BankError, match=message):
        stored(tmp_path / "b", picture(), label, OWN)
    assert list(tmp_path.iterdir()) == []


def test_labels_that_leave_ink_are_taken(tmp_path: Path) -> None:
    labels = [*"永a,é\u0301\ue000\U00020000\U0001f600ー", "ab", "e\u0301", "\\alpha", "a" * 64]
    with BankWriter(tmp_path / "b") as bank:
        for label in labels:
            bank.add(picture(), label, OWN)
    assert open_bank(tmp_path / "b").characters == tuple(labels)


def test_pictures_of_white_space_and_of_nothing_are_left_out_and_counted(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        for label in ("永", " ", "\u3000", " "):
            bank.add(picture(), label, OWN)
        bank.add(np.zeros((4, 4), np.uint8), "空", OWN)
        bank.add(np.full((4, 4), 255, np.uint8), "空", OWN, paper=255)
        bank.add(np.zeros((4, 4), np.uint8), "空", OWN, trim=True)
    found = open_bank(tmp_path / "b")
    assert found.characters == ("永",)
    space = "a label U+{}, which is white space: no ink belongs to it"
    assert found.header.dropped == {
        space.format("0020"): 2,
        space.format("3000"): 1,
        "blank glyph": 3,
    }


@pytest.mark.parametrize("writer", ["", " ", None, 5, "own:a\nb", "own:a\0b", " own:a", "\ud800"])
def test_a_glyph_without_a_writer_is_refused(tmp_path: Path, writer: object) -> None:
    source = Source("a.png", writer)  # type: ignore[arg-type]
    with pytest.raises(BankError, match="own:anna"):
        stored(tmp_path / "b", picture(), "永", source)


@pytest.mark.parametrize(
    "more",
    [
        {"paper": 128},
        {"paper": 300},
        {"paper": None},
        {"record": -1},
        {"record": None},
        {"record": 1.5},
        {"offset": 1 << 63},
    ],
)
def test_numbers_that_are_none_are_refused(tmp_path: Path, more: dict) -> None:
    with pytest.raises(BankError):
        stored(tmp_path / "b", picture(), "永", OWN, **more)


def test_a_part_and_a_file_that_are_none_are_refused(tmp_path: Path) -> None:
    for source in (Source("a.png", "own:me", "val"), Source(None, "own:me")):  # type: ignore[arg-type]
        with pytest.raises(BankError):
            stored(tmp_path / "b", picture(), "永", source)


def test_ink_of_one_in_255_is_a_mask(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"pixels \* 255"):
        stored(tmp_path / "b", (picture() > 0).astype(np.uint8), "永", OWN)
    digits = np.stack([(picture() > 0).astype(np.uint8)] * 3)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(fakes_pages.idx_images(digits))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(fakes_pages.idx_labels([1, 2, 3]))
    with pytest.raises(BankError, match=r"pixels \* 255"):
        pack(tmp_path / "t10k-images-idx3-ubyte", tmp_path / "c")


def run(**changed: object) -> GlyphRun:
    facts = {
        "characters": ["永", "和"],
        "data": np.full(24, 7, np.uint8),
        "starts": np.array([0, 12]),
        "sizes_px": np.array([[3, 4], [4, 3]]),
        "paper": 255,
        "source": OWN,
        "record": 0,
        "offsets": np.array([0, 9]),
    }
    return GlyphRun(**{**facts, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"starts": np.array([0, 13])},
        {"starts": np.array([-1, 12])},
        {"sizes_px": np.array([[3, 4], [4, 4]])},
        {"sizes_px": np.array([[0, 4], [4, 3]])},
        {"sizes_px": np.array([[1 << 40, 1 << 40], [4, 3]])},
        {"starts": np.array([0])},
        {"characters": ["永"]},
        {"data": np.full(24, 7.0)},
        {"data": np.full((2, 12), 7, np.uint8)},
        {"paper": 9},
        {"record": -1},
        {"offsets": np.array([0, -9])},
        {"source": Source("a.png", "")},
    ],
)
def test_a_run_that_is_not_whole_is_refused(tmp_path: Path, changed: dict) -> None:
    with BankWriter(tmp_path / "b") as bank:
        assert bank.add_run(run()) == 2
        with pytest.raises(BankError):
            bank.add_run(run(**changed))
    assert open_bank(tmp_path / "b").characters == ("永", "和")


def test_labels_of_archives_that_are_white_space_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    records = fakes.gnt_records("今天上")
    records[1] = fakes.gnt_record(fakes.glyph("天"), fakes.gb_code("\u3000"))
    path.write_bytes(b"".join(records))
    bank = pack(path, tmp_path / "b")
    assert bank.characters == ("今", "上")
    assert sum(bank.header.dropped.values()) == 1
    assert "U+3000" in next(iter(bank.header.dropped))
