"""Photographs that show one character many times: cut apart, counted, told before packing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes_pictures import photographed, sheet_of
from penline.convert import convert
from penline.errors import UsageError
from penline.pack import pack
from penline.records import GlyphRecord, LeftOut
from penline.sources.collect import open_sources
from penline.sources.pictures.deciding import decide_ink
from penline.sources.pictures.many import BURST, cut_picture, same_writing
from penline.sources.pictures.pieces import CUT_OFF, Cut, Piece, cut_apart, merged
from penline.sources.reading import Reading


def put(path: Path, picture: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())
    return path


def cut_of(picture: np.ndarray) -> Cut:
    return cut_picture(picture, decide_ink([picture]), "永")


@pytest.mark.parametrize("squares_px", [0, 40])
def test_each_writing_is_cut_out_in_its_row(squares_px: int) -> None:
    sheet = sheet_of("永", 4, 6)
    cut = cut_of(photographed(sheet, 1, squares_px=squares_px, times=2))
    assert cut.words() == "24 in 4 rows" and cut.many
    assert [one.row for one in cut.pieces] == [number // 6 for number in range(24)]
    for number, piece in enumerate(cut.pieces):
        row, column = divmod(number, 6)
        known = np.zeros_like(sheet)
        known[row * 80 : row * 80 + 80, column * 80 : column * 80 + 90] = sheet[
            row * 80 : row * 80 + 80, column * 80 : column * 80 + 90
        ]
        left, top, width, height = cv2.boundingRect(known)
        found = piece.left, piece.top, piece.ink.shape[1], piece.ink.shape[0]
        wanted = 2 * left + 60, 2 * top + 60, 2 * width, 2 * height
        assert np.abs(np.subtract(found, wanted)).max() <= 8


def test_what_runs_out_of_the_photograph_is_no_whole_character() -> None:
    picture = photographed(sheet_of("永", 3, 4), 1, times=2)[:, 100:]
    cut = cut_of(picture)
    assert Counter(one.reason for one in cut.pieces) == {"": 9, CUT_OFF: 3}


def test_neighbours_that_touch_are_cut_apart() -> None:
    ink = sheet_of("永", 3, 5)
    cv2.line(ink, (40, 45), (110, 45), 230, 2)
    assert len(cut_of(photographed(ink, 1, times=2)).pieces) == 15


def test_pieces_are_split_and_merged_as_a_person_says() -> None:
    ink = np.zeros((20, 41), np.uint8)
    ink[:, :18] = ink[5:, 23:] = 200
    left, right = cut_apart(Piece(100, 50, ink, 2), 2)
    assert (left.left, left.top, left.ink.shape) == (100, 50, (20, 18))
    assert (right.left, right.top, right.ink.shape) == (123, 55, (15, 18))
    again = merged([right, left])
    assert (again.left, again.top) == (100, 50) and np.array_equal(again.ink, ink)


def test_photographs_of_many_are_told_by_their_look(tmp_path: Path) -> None:
    for number, character in enumerate("永字"):
        put(tmp_path / f"{character}.jpg", photographed(sheet_of(character, 3, 4), number, times=2))
    (unit,) = open_sources(tmp_path)
    assert unit.understood is not None
    assert unit.understood.line().endswith("many in each picture, cut apart")
    assert {one.cut for one in unit.understood.examples} == {"12 in 3 rows"}
    glyphs = [one for one in unit.salvage() if isinstance(one, GlyphRecord)]
    assert Counter(one.character for one in glyphs) == {"永": 12, "字": 12}
    assert [one.record for one in glyphs] == list(range(24))


def test_one_character_a_photograph_stays_one(tmp_path: Path) -> None:
    for number in range(6):
        ink = sheet_of("永", 1, 1, first=number)
        put(tmp_path / "永" / f"{number}.jpg", photographed(ink, number, times=5))
    (unit,) = open_sources(tmp_path)
    assert sum(isinstance(one, GlyphRecord) for one in unit.salvage()) == 6


def test_the_user_says_what_all_photographs_show(tmp_path: Path) -> None:
    photo = put(tmp_path / "IMG_2041.jpg", photographed(sheet_of("永", 3, 4), 1, times=2))
    bank = pack(photo, tmp_path / "a.bank", writer="anna", reading=Reading(character="U+6C38"))
    assert bank.characters == ("永",) and len(bank) == 12 and bank.writers == ("own:anna",)
    (unit,) = open_sources(photo, reading=Reading(character="永", many=False))
    assert unit.understood is not None and unit.understood.command.endswith(
        "IMG_2041.jpg -o " + tmp_path.name + ".bank --character '永' --one"
    )
    for said, told in (
        (Reading(character="list.txt"), "one character or its code point"),
        (Reading(character="永", labels="{label}/*"), "leave --labels"),
    ):
        with pytest.raises(UsageError, match=told):
            list(open_sources(photo, reading=said))
    with pytest.raises(UsageError, match="is for pictures"):
        (tmp_path / "1.gnt").write_bytes(b"")
        list(open_sources(tmp_path / "1.gnt", reading=Reading(character="永")))


def test_a_burst_of_the_same_writing_counts_once(tmp_path: Path) -> None:
    first, other = sheet_of("永", 4, 5), sheet_of("永", 4, 5, first=50)
    picture = photographed(first, 1, times=2)
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[12, 8], [-15, 2], [-4, -9], [8, -3]], np.float32)
    again = cv2.warpPerspective(
        picture, cv2.getPerspectiveTransform(corners, moved), (width, height), borderMode=1
    )
    put(tmp_path / "1.jpg", picture)
    put(tmp_path / "2.jpg", again)
    put(tmp_path / "3.jpg", photographed(other, 3, times=2))
    assert same_writing(cut_of(picture).sound, cut_of(again).sound)
    (unit,) = open_sources(tmp_path, reading=Reading(character="永"))
    found = list(unit.salvage())
    left = Counter(one.reason for one in found if isinstance(one, LeftOut))
    assert left == {BURST: 20} and len(found) == 60


def test_convert_takes_what_is_said_of_pictures(tmp_path: Path) -> None:
    photo = put(tmp_path / "IMG_1.jpg", photographed(sheet_of("永", 3, 4), 1, times=2))
    report = convert(photo, tmp_path / "set", reading=Reading(character="永", many=True))
    assert report["lines"] == {"train": 12} and report["classes"] == 1
