"""Sheets to write on: printed, written and photographed in simulation, and read again."""

from __future__ import annotations

import json
import re
import struct
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes_photo import Strength, jpeg, likeness, photograph, sheet_of, write
from penline import api, cli
from penline.api import template_sheets
from penline.bank import Bank, BankWriter, open_bank
from penline.errors import BankError, FormatError, MissingExtra, UsageError
from penline.records import Source
from penline.sample import sample_bank
from penline.template import drawing
from penline.template.alike import look_alike
from penline.template.code import BITS, MAX_SHEETS, VERSION, Code, pack_bits, unpack_bits
from penline.template.drawing import Picture, Rectangle, Words, sheet_marks
from penline.template.guides import bank_guides
from penline.template.layout import CELL_RANGE_MM, MARK_MM, MARKS, PAGE_MM, Grid
from penline.template.listing import digest_of, read_characters
from penline.template.make import sheets
from penline.template.pdf import pdf_bytes
from penline.template.presets import PRESETS, listed_characters, preset
from penline.template.reading import read_sheet
from penline.template.scanning import scan

WRITER = "sample:01"
CELL_MM = 25
"""Large cells: few of them, so that a test is quick."""
QUICK = Strength(side_px=1900)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return sample_bank()


def text_of(bank: Bank, count: int, start: int = 0) -> tuple[str, ...]:
    able = [c for c in bank.characters if bank.rows(WRITER, c).size]
    # letters, signs and Chinese characters by turns
    mixed = [*dict.fromkeys(c for pair in zip(able, able[200:], strict=False) for c in pair)]
    return tuple(mixed[start : start + count])


def written(bank: Bank, characters, planted=None, sheet=1, seed=1, cell_mm=CELL_MM, **more):
    """A sheet of `characters`, written."""
    made, grid = sheet_of(characters, bank_guides(bank), sheet, cell_mm)
    rng = np.random.default_rng(seed)
    write(made, grid, bank, WRITER, rng, planted=planted, em_mm=0.6 * cell_mm, **more)
    return made, grid


def shot(made, path: Path, how: Strength = QUICK, seed: int = 1) -> Path:
    picture = photograph(made.page, np.random.default_rng(seed), how)
    path.write_bytes(jpeg(picture, how.quality))
    return path


def listed(path: Path, characters) -> Path:
    path.write_text("".join(characters), "utf-8")
    return path


# The list, the code, the layout


def test_a_list_is_the_different_characters_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("\ufeff天 地\r\n天\u3000a\tA\n".encode())
    assert read_characters(path) == ("天", "地", "a", "A")
    # letters with their marks beside them are the characters that they make; others stay
    path.write_bytes("e\u0301\u00e9a\u0302\u0301\uf900".encode())
    assert read_characters(path) == ("\u00e9", "\u1ea5", "\uf900")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no character"),
        (b" \n\t", "no character"),
        (b"ab\xff", "byte 2 is not UTF-8"),
        (b"a\x00b", "U\\+0000"),
        ("x \u0302".encode(), "U\\+0302"),
        ("a\u200db".encode(), "U\\+200D"),
    ],
    ids=["empty", "white", "encoding", "control", "combining", "format"],
)
def test_a_list_that_cannot_be_written_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=said):
        read_characters(path)
    with pytest.raises(UsageError, match="no list"):
        read_characters(tmp_path / "none.txt")


def test_lists_have_names(tmp_path: Path) -> None:
    assert [len(preset(name)) for name in PRESETS] == [10, 52, 94, 170, 500, 3500, 100]
    assert set(preset("zh-500")) < set(preset("zh-3500"))
    assert preset("zh-3500")[:4] == ("一", "乙", "二", "十") and preset("zh-3500")[-1] == "矗"
    assert preset("zh-500")[:5] == ("的", "一", "了", "是", "不")
    kana = "".join(preset("kana"))
    assert kana[0] == "ぁ" and kana[82:84] == "んァ" and kana[-2:] == "ヶー"
    assert all("가" <= one <= "힣" for one in preset("hangul-100"))
    assert preset("digits+latin") == (*"0123456789", *preset("latin"))


def test_a_list_is_a_file_a_name_or_a_text(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed(Path("l.txt"), "天地")
    assert listed_characters("l.txt") == listed_characters(Path("l.txt")) == ("天", "地")
    assert listed_characters("digits") == tuple("0123456789")
    assert listed_characters("Ab bA,") == ("A", "b", ",")
    assert listed_characters(" digits") == tuple("digts")
    assert listed_characters(" none.txt") == tuple("noe.tx")
    assert listed_characters("+-*/=") == tuple("+-*/=")
    for said, told in (
        ("none.txt", "no list of characters none.txt"),
        (str(tmp_path / "none"), "no list of characters"),
        ("digit", "no list 'digit'; there are digits, latin"),
        ("zh-5000", "no list 'zh-5000'"),
        ("latin+digitz", "no list"),
        ("", "holds no character"),
        ("a\0b", "U\\+0000"),
    ):
        with pytest.raises(UsageError, match=told):
            listed_characters(said)
    with pytest.raises(UsageError, match="no list of characters"):
        listed_characters(Path("digits"))
    listed(Path("digits"), "天")
    with pytest.raises(UsageError, match=r"\./digits is the file"):
        listed_characters("digits")
    assert listed_characters("./digits") == ("天",)


def test_signs_that_look_alike_are_named_beside_the_cell(bank: Bank) -> None:
    characters = tuple("1lIa0OcC|永")
    assert look_alike(characters) == frozenset("1lI0OcC|")
    assert look_alike("口力一永abd") == frozenset()
    assert look_alike("ロ口") == frozenset("ロ口")
    for cell_mm in (8, 15, 40):
        grid = Grid(cell_mm)
        row = (characters * grid.columns)[: grid.columns]
        code = Code(VERSION, cell_mm, 0, 1, 1, 0)
        marks = list(sheet_marks(grid, code, row, bank_guides(bank), look_alike(characters)))
        said = [mark for mark in marks if isinstance(mark, Words)][2:]
        pictures = [mark for mark in marks if isinstance(mark, Picture)]
        assert [one.text for one in said[:3]] == ["digit 1", "small L", "capital I"]
        top = grid.corner_mm(0)[1]
        for one in said:
            assert top - 4.5 < one.baseline - one.size and one.baseline < top - 0.15
            right = one.left + 0.55 * one.size * len(one.text)
            after = [mark.left for mark in pictures if mark.left > one.left]
            assert right < min(after, default=PAGE_MM[0] - 2)


def test_small_lists_are_asked_for_three_times(tmp_path: Path, bank: Bank) -> None:
    made = api.template(tmp_path / "s.pdf", "digits+latin")
    assert (made.characters, made.times, made.sheets) == (62, 3, 2)
    made = api.template(tmp_path / "t.pdf", "zh-500")
    assert (made.times, made.sheets) == (1, 4)
    assert Grid(15).spread(("a", "b"), 3, version=2) == [("a", "a", "a", "b", "b", "b")]
    alone = [pdf_bytes(sheets(("a",), bank_guides(bank), times=times)) for times in (1, 1, 2)]
    assert alone[0] == alone[1] != alone[2]


def test_a_code_survives_and_no_single_or_double_error_does() -> None:
    code = Code(VERSION, 15, 2, 7, 31, 0xABCDEF)
    bits = pack_bits(code)
    assert len(bits) == BITS
    assert unpack_bits(bits) == code
    for first in range(BITS):
        for second in range(first, BITS):
            wrong = list(bits)
            wrong[first] ^= 1
            wrong[second] ^= first != second
            assert unpack_bits(wrong) is None
    with pytest.raises(ValueError, match="bits"):
        pack_bits(Code(VERSION, 64, 0, 1, 1, 0))
    assert unpack_bits(pack_bits(Code(VERSION, 15, 0, 2, 1, 0))) is None


@pytest.mark.parametrize("cell_mm", range(CELL_RANGE_MM[0], CELL_RANGE_MM[1] + 1))
def test_nothing_on_a_sheet_overlaps(cell_mm: int) -> None:
    grid = Grid(cell_mm)
    assert grid.count >= 12
    boxes = [(left, top, left + MARK_MM, top + MARK_MM) for left, top in MARKS.values()]
    for cell in range(grid.count):
        left, top = grid.corner_mm(cell)
        boxes.append((left - 0.2, top - 4.4, left + cell_mm + 0.2, top + cell_mm + 0.2))
    edges = np.array(boxes)
    assert edges.min() >= 9.5
    assert (edges[:, 2] <= PAGE_MM[0] - 9.5).all()
    assert (edges[:, 3] <= PAGE_MM[1] - 9.5).all()
    apart = (edges[:, None, :2] >= edges[None, :, 2:]).any(2)
    assert (apart | apart.T | np.eye(len(edges), dtype=bool)).all()


def test_every_character_has_its_cell(bank: Bank) -> None:
    characters = text_of(bank, 100)
    grid = Grid(CELL_MM)
    spread = grid.spread(characters, 2)
    assert [c for page in spread for c in page] == [*characters, *characters]
    assert [len(page) for page in spread[:-1]] == [grid.count] * (len(spread) - 1)
    guides = bank_guides(bank)
    code = Code(VERSION, CELL_MM, 0, 1, 4, 0)
    marks = list(sheet_marks(grid, code, spread[0], guides))
    pictures = [mark for mark in marks if isinstance(mark, Picture)]
    assert len(pictures) == grid.count
    for cell, picture in enumerate(pictures):
        left, top = grid.corner_mm(cell)
        assert top - 4.5 <= picture.top < picture.top + picture.height <= top - 0.1
        assert left <= picture.left < picture.left + picture.width <= left + CELL_MM


def test_a_character_without_a_picture_gives_its_code_point(bank: Bank, tmp_path: Path) -> None:
    made = api.template(tmp_path / "s.pdf", listed(tmp_path / "l.txt", "天龘"))
    assert made.lacking == ("龘",)
    marks = sheet_marks(Grid(15), Code(VERSION, 15, 0, 1, 1, 0), ("龘",), bank_guides(bank))
    assert "U+9F98" in [mark.text for mark in marks if isinstance(mark, Words)]


# PDF and PNG


def pdf_streams(data: bytes) -> list[bytes]:
    found = re.finditer(rb"/Length (\d+) >>\nstream\n", data)
    return [zlib.decompress(data[one.end() : one.end() + int(one[1])]) for one in found]


def test_the_pdf_is_whole_and_always_the_same(bank: Bank) -> None:
    characters = text_of(bank, 70)
    pages = [pdf_bytes(sheets(characters, bank_guides(bank), cell_mm=CELL_MM)) for _ in range(2)]
    assert pages[0] == pages[1]
    data = pages[0]
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    assert data[start : start + 5] == b"xref\n"
    rows = data[start:].split(b"\n")[3:]
    places = [int(row[:10]) for row in rows if row.endswith(b" n ")]
    for number, place in enumerate(places, 1):
        assert data[place:].startswith(b"%d 0 obj\n" % number)
    assert data.count(b"/Type /Page ") == -(-70 // Grid(CELL_MM).count)
    drawn = [one for one in pdf_streams(data) if b" re f" in one]
    assert len(drawn) == data.count(b"/Type /Page ")
    rectangles = [
        sum(isinstance(mark, Rectangle) for mark in marks)
        for marks in sheets(characters, bank_guides(bank), cell_mm=CELL_MM)
    ]
    assert [one.count(b" re f") for one in drawn] == rectangles
    assert b"sheet 1 of 2" in drawn[0]


def test_png_sheets_are_a4_and_say_their_size(tmp_path: Path, bank: Bank) -> None:
    chars = listed(tmp_path / "l.txt", text_of(bank, 70))
    made = api.template(tmp_path / "s.png", chars, cell_mm=CELL_MM, times=1)
    assert [file.name for file in made.files] == ["s-001.png", "s-002.png"]
    data = made.files[0].read_bytes()
    at = data.index(b"pHYs") + 4
    assert struct.unpack(">IIB", data[at : at + 9]) == (11811, 11811, 1)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape == (3508, 2480, 3)
    with pytest.raises(UsageError, match="overwrite"):
        api.template(tmp_path / "s.png", chars, cell_mm=CELL_MM, times=1)
    with pytest.raises(UsageError, match=r"\.pdf or a \.png"):
        api.template(tmp_path / "s.svg", chars)


def test_an_unphotographed_sheet_reads_as_blank(tmp_path: Path, bank: Bank) -> None:
    """The picture itself, as a scanner without any fault would give it."""
    characters = text_of(bank, 20)
    chars = listed(tmp_path / "l.txt", characters)
    [file] = api.template(tmp_path / "s.png", chars, cell_mm=CELL_MM, times=1).files
    found = read_sheet(file, characters, chars)
    assert [one.flaw for one in found.written] == ["blank"] * 20
    assert found.seen.moved_mm < 0.1
    with pytest.raises(BankError, match="blank cell: 20"):
        scan([file], tmp_path / "b", chars, writer="me")
    assert not (tmp_path / "b").exists()


def test_times_and_lists_have_bounds(tmp_path: Path, bank: Bank) -> None:
    chars = listed(tmp_path / "l.txt", "天")
    for wrong in ({"times": 9}, {"times": 0}, {"cell_mm": 7}, {"cell_mm": 41}):
        with pytest.raises(UsageError):
            api.template(tmp_path / "s.pdf", chars, **wrong)
    many = tuple(map(chr, range(0x4E00, 0x4E00 + Grid(40).count * MAX_SHEETS // 8 + 1)))
    with pytest.raises(UsageError, match="shorten"):
        next(sheets(many, bank_guides(bank), cell_mm=40, times=8))


def test_a_list_is_read_before_the_sample_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[int] = []
    monkeypatch.setattr(template_sheets, "sample_bank", lambda: unpacked.append(1))
    with pytest.raises(UsageError, match="no list"):
        template_sheets.template(tmp_path / "t.pdf", tmp_path / "none.txt")
    assert unpacked == []


def test_guides_from_a_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chars = listed(tmp_path / "l.txt", "天")
    with pytest.raises(UsageError, match="no font"):
        api.template(tmp_path / "s.pdf", chars, font=tmp_path / "none.ttf")
    with pytest.raises(UsageError, match="not a font"):
        api.template(tmp_path / "s.pdf", chars, font=chars)
    with pytest.raises(UsageError, match="not from both"):
        api.template(tmp_path / "s.pdf", chars, font=chars, guides=tmp_path)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtra, match=r"\[template\]"):
        api.template(tmp_path / "s.pdf", chars, font=chars)


# Photographs


def test_photographs_become_a_bank(tmp_path: Path, bank: Bank) -> None:
    """Two sheets, one of them upside down, with planted damage: each cell is told rightly."""
    count = Grid(CELL_MM).count
    characters = text_of(bank, 2 * count)
    chars = listed(tmp_path / "l.txt", characters)
    planted = [
        {0: "blank", 5: "clipped", 9: "blotted", 14: "faint", count - 1: "clipped"},
        {2: "blotted", 3: "blotted", 11: "blank", 20: "faint"},
    ]
    made, photos = [], []
    for number in (1, 2):
        sheet, grid = written(bank, characters, planted[number - 1], number, seed=number)
        how = QUICK if number == 1 else Strength(side_px=1900, turn_deg=180.0)
        photos.append(shot(sheet, tmp_path / f"{number}.jpg", how, seed=number + 4))
        made.append(sheet)
    found = scan(photos[::-1], tmp_path / "b", chars, writer="anna")
    assert found.absent == found.twice == found.refused == []
    told = {
        (flaw.sheet, (flaw.row - 1) * grid.columns + flaw.column - 1): flaw.kind
        for flaw in found.flaws
    }
    assert told == {
        (number, cell): kind
        for number, cells in enumerate(planted, 1)
        for cell, kind in cells.items()
    }
    wrong = {made[number - 1].characters[cell] for number, cell in told}
    assert found.again == tuple(c for c in characters if c in wrong)
    own = open_bank(tmp_path / "b")
    assert own.writers == ("own:anna",)
    assert len(own) == len(characters) - len(told)
    assert own.header.dropped == {
        "blank cell": 2,
        "blotted cell": 3,
        "clipped cell": 2,
        "faint cell": 2,
    }
    drawn = {
        number * count + cell: ink
        for number, sheet in enumerate(made)
        for cell, ink in sheet.drawn.items()
    }
    for glyph in own:
        assert glyph.character == characters[glyph.record]
        assert glyph.part == "train"
        assert Path(glyph.archive).name == f"{glyph.record // count + 1}.jpg"
        assert likeness(glyph.ink, drawn[glyph.record]) > 0.85, glyph.character
        # cut tight, and the paper is clean
        for edge in (glyph.ink[0], glyph.ink[-1], glyph.ink[:, 0], glyph.ink[:, -1]):
            assert edge.any()
    large = [glyph.ink for glyph in own if min(glyph.ink.shape) > 40]
    assert np.mean([(ink == 0).mean() for ink in large]) > 0.35


def test_a_covered_mark_and_a_bent_sheet_do_no_harm(tmp_path: Path, bank: Bank) -> None:
    characters = text_of(bank, Grid(CELL_MM).count)
    chars = listed(tmp_path / "l.txt", characters)
    sheet, _ = written(bank, characters)
    page = sheet.page
    page[-300:, -300:] = 90  # a thumb on the lower right corner
    path = shot(sheet, tmp_path / "1.jpg", Strength(side_px=1900, bend_mm=2.0, lens=0.02))
    found = read_sheet(path, characters, chars)
    assert found.seen.marks == 3
    assert [one.flaw for one in found.written] == [""] * len(characters)
    like = [likeness(one.ink, sheet.drawn[one.cell]) for one in found.written]
    assert min(like) > 0.8
    assert found.seen.left_mm < 0.1


def black_and_white(page: np.ndarray, level: float) -> np.ndarray:
    """The sheet as a scanner without grey gives it: black below a share of white."""
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    return np.where(grey < level * 255, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("level", "ending"), [(0.5, ".png"), (0.6, ".png"), (0.7, ".png"), (0.6, ".jpg")]
)
def test_a_scan_that_has_lost_the_borders_is_refused(
    tmp_path: Path, bank: Bank, level: float, ending: str
) -> None:
    """The borders are paler than any pen: without them nobody knows what is cut."""
    characters = text_of(bank, Grid(15).count)
    chars = listed(tmp_path / "l.txt", characters)
    sheet, _ = written(bank, characters, cell_mm=15)
    path = tmp_path / f"1{ending}"
    path.write_bytes(cv2.imencode(ending, black_and_white(sheet.page, level))[1])
    with pytest.raises(FormatError, match=f"1{ending}: .*borders.*of 132, .*grey or colour"):
        scan([path], tmp_path / "b", chars, writer="me")
    assert not (tmp_path / "b").exists()
    good = shot(sheet, tmp_path / "2.jpg")
    found = scan([path, good], tmp_path / "b", chars, writer="me", salvage=True)
    assert found.bank.header.dropped["photograph: borders"] == 1


def test_a_black_and_white_scan_with_borders_is_read(tmp_path: Path, bank: Bank) -> None:
    characters = text_of(bank, Grid(CELL_MM).count)
    sheet, _ = written(bank, characters, {3: "blank", 8: "clipped"})
    path = tmp_path / "1.png"
    path.write_bytes(cv2.imencode(".png", black_and_white(sheet.page, 0.8))[1])
    found = read_sheet(path, characters, path)
    assert {one.cell: one.flaw for one in found.written if one.flaw} == sheet.planted
    assert found.seen.borders == len(characters)


@pytest.mark.parametrize(("part", "read"), [(0.55, True), (0.2, False)])
def test_borders_may_be_missing_in_a_part_of_the_sheet(
    tmp_path: Path, bank: Bank, monkeypatch: pytest.MonkeyPatch, part: float, read: bool
) -> None:
    """Over-exposed below: what the rest says holds there, too, as long as it is half the sheet."""
    characters = text_of(bank, Grid(15).count)
    sheet, _ = written(bank, characters, cell_mm=15)
    monkeypatch.setattr(drawing, "BORDER", (255, 255, 255))
    bare, _ = written(bank, characters, cell_mm=15)
    below = round(len(sheet.page) * part)
    sheet.page[below:] = bare.page[below:]
    path = shot(sheet, tmp_path / "1.jpg")
    if not read:
        with pytest.raises(FormatError, match="borders"):
            read_sheet(path, characters, path)
        return
    found = read_sheet(path, characters, path)
    assert [one.flaw for one in found.written] == [""] * len(characters)
    assert min(likeness(one.ink, sheet.drawn[one.cell]) for one in found.written) > 0.7


@pytest.mark.parametrize("light", [0.7, 0.4])
def test_the_edge_of_a_hard_shadow_is_no_stroke(tmp_path: Path, bank: Bank, light: float) -> None:
    characters = text_of(bank, Grid(15).count)
    planted = {5: "clipped", 40: "blank", 77: "clipped"}
    sheet, _ = written(bank, characters, planted, cell_mm=15)
    picture = photograph(sheet.page, np.random.default_rng(2), Strength(side_px=2600, shadow=0))
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    dark = 0.8 * x + 0.6 * y > 0.65 * width
    shaded = np.where(dark[:, :, None], picture * light, picture).astype(np.uint8)
    path = tmp_path / "1.jpg"
    path.write_bytes(jpeg(cv2.GaussianBlur(shaded, (0, 0), 1.0), 90))
    found = read_sheet(path, characters, path)
    assert {one.cell: one.flaw for one in found.written if one.flaw} == planted
    like = [likeness(one.ink, sheet.drawn[one.cell]) for one in found.written if not one.flaw]
    assert min(like) > 0.8


@pytest.mark.parametrize(
    ("pen", "stroke"),
    [((50, 70, 170), -5), ((165, 165, 165), -6), ((20, 20, 20), 7)],
    ids=["blue ball-point", "pale pencil", "fibre pen"],
)
def test_pens_differ(tmp_path: Path, bank: Bank, pen, stroke: int) -> None:
    characters = text_of(bank, 40, 100)
    planted = {3: "blank", 8: "clipped"}
    sheet, _ = written(bank, characters, planted, pen=pen, stroke=stroke)
    path = shot(sheet, tmp_path / "1.jpg")
    found = read_sheet(path, characters, path)
    assert {one.cell: one.flaw for one in found.written if one.flaw} == planted
    for one in found.written:
        if not one.flaw:
            assert likeness(one.ink, sheet.drawn[one.cell]) > 0.8, characters[one.cell]


@pytest.mark.parametrize(("version", "again"), [(1, 8), (2, 1)])
def test_a_list_in_twos_and_writing_it_again(
    tmp_path: Path, bank: Bank, version: int, again: int
) -> None:
    """Of version 1 the second writing is in the second half of the list, of 2 in the next cell."""
    characters = text_of(bank, 8)
    chars = listed(tmp_path / "l.txt", characters)
    guides = bank_guides(bank)
    made, grid = sheet_of(characters, guides, 1, CELL_MM, times=2, version=version)
    planted = {0: "blank", again: "blank", 5: "blank"}
    write(made, grid, bank, WRITER, np.random.default_rng(3), planted=planted, em_mm=14.0)
    path = shot(made, tmp_path / "1.jpg")
    found = api.scan([path], tmp_path / "b", chars, writer="me", again=tmp_path / "again.txt")
    assert len(found.bank) == 13
    assert found.again == characters[:1]
    assert (tmp_path / "again.txt").read_text("utf-8") == f"{characters[0]}\n"
    with pytest.raises(UsageError, match=r"again\.txt exists"):
        api.scan([path], tmp_path / "c", chars, writer="me", again=tmp_path / "again.txt")


# What is refused


def test_a_sheet_of_another_list_is_refused(tmp_path: Path, bank: Bank) -> None:
    characters = text_of(bank, 10)
    sheet, _ = written(bank, characters)
    path = shot(sheet, tmp_path / "1.jpg")
    other = listed(tmp_path / "other.txt", characters[::-1])
    for salvage in (False, True):
        with pytest.raises(UsageError, match=f"list {digest_of(characters):06x}.*other.txt"):
            scan([path], tmp_path / "b", other, writer="me", salvage=salvage)
    assert not (tmp_path / "b").exists()


def test_a_code_that_cannot_be_read_is_refused(tmp_path: Path, bank: Bank) -> None:
    characters = text_of(bank, 10)
    sheet, _ = written(bank, characters)
    sheet.page[100:190, 500:900] = 0
    sheet.page[-190:-100, 1200:1700] = 0
    path = shot(sheet, tmp_path / "1.jpg")
    with pytest.raises(FormatError, match="row of black squares"):
        read_sheet(path, characters, path)


def test_one_row_of_the_code_is_enough(tmp_path: Path, bank: Bank) -> None:
    characters = text_of(bank, 10)
    sheet, _ = written(bank, characters)
    sheet.page[100:190, 500:900] = 0
    path = shot(sheet, tmp_path / "1.jpg")
    assert read_sheet(path, characters, path).code.digest == digest_of(characters)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.jpg"
    path.write_bytes(jpeg(np.random.default_rng(1).integers(0, 255, (900, 700, 3), np.uint8), 80))
    return path


def test_a_photograph_without_a_sheet_says_what_to_do(tmp_path: Path, bank: Bank, table) -> None:
    characters = text_of(bank, 10)
    chars = listed(tmp_path / "l.txt", characters)
    with pytest.raises(FormatError, match=r"table\.jpg: .*at least 3 of 4, found 0; photograph"):
        scan([table], tmp_path / "b", chars, writer="me")
    sheet, _ = written(bank, characters)
    path = shot(sheet, tmp_path / "1.jpg")
    found = scan([table, path], tmp_path / "b", chars, writer="me", salvage=True)
    assert len(found.bank) == 10
    [refusal] = found.refused
    assert "table.jpg" in refusal
    assert found.bank.header.dropped == {"photograph: marks": 1}


def test_two_sheets_in_a_photograph_are_refused(tmp_path: Path, bank: Bank) -> None:
    sheet, _ = sheet_of(text_of(bank, 10), bank_guides(bank), 1, CELL_MM)
    side_by_side = np.concatenate([sheet.page, sheet.page], 1)
    path = tmp_path / "two.jpg"
    path.write_bytes(jpeg(side_by_side, 80))
    with pytest.raises(FormatError, match="one sheet a photograph"):
        read_sheet(path, sheet.characters, path)


def test_a_sheet_far_away_is_refused(tmp_path: Path, bank: Bank) -> None:
    sheet, _ = written(bank, text_of(bank, 10))
    path = shot(sheet, tmp_path / "far.jpg", Strength(side_px=1000))
    with pytest.raises(FormatError, match="go nearer"):
        read_sheet(path, sheet.characters, path)


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    head = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + head + bytes(64)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "photograph"),
        (b"GIF89a" + bytes(60), "photograph"),
        (png_header(60_000, 60_000), "100 megapixels"),
        (png_header(0, 10), "photograph"),
        (png_header(100, 100), "damaged"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff" + bytes(40), "100 megapixels"),
        (b"\xff\xd8\xff\xe0" + b"\x00\x02" * 30, "photograph"),
    ],
    ids=["empty", "gif", "huge png", "no width", "cut png", "heic", "huge jpeg", "jpeg"],
)
def test_a_file_that_is_no_photograph_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=said):
        read_sheet(path, ("天",), path)


def test_a_photograph_cut_anywhere_is_refused_or_read(tmp_path: Path, bank: Bank) -> None:
    """A cut JPEG decodes in part, its end grey: then there is no sheet in it, or an honest one."""
    characters = text_of(bank, 12)
    sheet, _ = written(bank, characters)
    data = shot(sheet, tmp_path / "1.jpg").read_bytes()
    path = tmp_path / "cut.jpg"
    for part in (0.001, 0.2, 0.5, 0.8, 0.95):
        path.write_bytes(data[: int(len(data) * part)])
        try:
            found = read_sheet(path, characters, path)
        except FormatError:
            continue
        for one in found.written:
            if not one.flaw:
                assert likeness(one.ink, sheet.drawn[one.cell]) > 0.7


@pytest.mark.parametrize("name", ["a:b", "a/b", "x" * 41, "a b", "own:me\n"])
def test_a_writer_has_a_name(tmp_path: Path, table: Path, name: str) -> None:
    chars = listed(tmp_path / "l.txt", "天")
    with pytest.raises(UsageError, match="is no writer's name"):
        scan([table], tmp_path / "b", chars, writer=name)
    with pytest.raises(UsageError, match=r"whose hand is it.*--writer anna"):
        scan([table], tmp_path / "b", chars, writer="")


def test_photographs_are_named_once_and_exist(tmp_path: Path, table: Path) -> None:
    chars = listed(tmp_path / "l.txt", "天")
    with pytest.raises(UsageError, match="twice"):
        scan([table, tmp_path / "." / "table.jpg"], tmp_path / "b", chars, writer="me")
    with pytest.raises(UsageError, match="no photograph"):
        scan([tmp_path / "none.jpg"], tmp_path / "b", chars, writer="me")
    with pytest.raises(UsageError, match="no photograph"):
        scan([], tmp_path / "b", chars, writer="me")


# The command line


def run(monkeypatch: pytest.MonkeyPatch, capsys, *arguments: object) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["penline", *map(str, arguments)])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_both_verbs(tmp_path: Path, bank: Bank, monkeypatch, capsys) -> None:
    characters = text_of(bank, 12)
    chars = listed(tmp_path / "l.txt", characters)
    pdf = tmp_path / "s.pdf"
    code, text = run(
        monkeypatch, capsys, "template", "-o", pdf, "--chars", chars, "--cell", 25, "--times", 1
    )
    assert code == 0
    assert "12 characters on 1 sheet" in text
    assert pdf.read_bytes().startswith(b"%PDF-")
    sheet, _ = written(bank, characters, {4: "blank"})
    path = shot(sheet, tmp_path / "1.jpg")
    own = tmp_path / "b"
    nameless = ("scan", path, "--chars", chars, "-o", own)
    code, text = run(monkeypatch, capsys, *nameless)
    assert code == 2
    assert "whose hand is it?" in text
    assert "--writer anna" in text
    assert not own.exists()
    code, text = run(monkeypatch, capsys, *nameless, "--writer", "anna")
    assert code == 0
    assert "11 of 12 cells are sound" in text
    assert f"row 1, column 5: {characters[4]} is blank" in text
    assert "11 glyphs, 11 characters, writer own:anna" in text
    code, text = run(monkeypatch, capsys, *nameless, "--writer", "anna", "--overwrite", "--json")
    assert code == 0
    told = json.loads(text)
    assert told["again"] == characters[4]
    assert [flaw["kind"] for flaw in told["flaws"]] == ["blank"]
    code, text = run(
        monkeypatch,
        capsys,
        "scan",
        chars,
        *nameless[2:4],
        "-o",
        own,
        "--writer",
        "anna",
        "--overwrite",
    )
    assert code == 1
    assert "l.txt: photograph" in text


def test_own_glyphs_are_composed_like_any_others(tmp_path: Path, bank: Bank) -> None:
    sheet, _ = written(bank, tuple("天地人上下中"))
    chars = listed(tmp_path / "l.txt", "天地人上下中")
    found = scan([shot(sheet, tmp_path / "1.jpg")], tmp_path / "b", chars, writer="me")
    corpus = tmp_path / "c.txt"
    corpus.write_text("天地人上中下\n人中天上地下\n" * 4, "utf-8")
    recipe = {"corpus": {"length_range": [3, 6]}, "papers": ["plain"]}
    made = api.compose(
        tmp_path / "o", n=4, recipe=recipe, banks=[found.bank], corpora=[corpus], workers=1
    )
    assert made.report["lines"] == {"train": 4}
    with BankWriter(tmp_path / "b2") as other:
        other.add(found.bank[0].ink, "天", Source("x", "own:me", "train"))
