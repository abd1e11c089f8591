"""DGRL and DGR pages: exact lines, a proven layout, views, salvage, and hostile files."""

from __future__ import annotations

import io
import itertools
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import REAL, glyph, gnt, zip_file
from fakes_pages import (
    PAGE,
    character_places,
    dgr,
    dgr_lines,
    dgrl,
    dgrl_lines,
    head,
    line_picture,
    line_place,
    units,
)
from penline.errors import FormatError
from penline.formats import dgrl as reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.records import Defect, LineRecord, Source, paste
from penline.sources.collect import open_sources, read

TEXTS = ["永和九年", "岁在,a?B", "癸丑", "暮春之初会于", "a!"]
FACTS = Source("x.dgrl", "casia:006")
REAL_PAGE = REAL / "casia" / "006-P16.dgrl"
WORKING_BYTES = 128 << 10
"""What reading needs whatever the file: blocks, search windows, an unpacker's dictionary."""
SMALL = ["永a", "和?", "九b"]
"""A page of some kilobytes, for tests that go through every byte."""


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x.dgrl", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    class OneWay(io.RawIOBase):
        def __init__(self) -> None:
            self.rest = io.BytesIO(content)

        def read(self, size: int = -1, /) -> bytes:
            return self.rest.read(min(size, 777))

        def seek(self, *args: object) -> int:
            raise AssertionError("a stream must not be sought")

    return StreamedBytes("x.dgrl", OneWay())


Opener = Callable[[bytes], ByteSource]
Writer = Callable[..., bytes]
STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])
LAYOUTS = pytest.mark.parametrize("page", [dgrl, dgr])
BITS = pytest.mark.parametrize("bits", [8, 1])


def lines(content: bytes, stream: Opener = mapped) -> list[LineRecord]:
    return list(reader.read(stream(content), FACTS))


def outcome(
    content: bytes, stream: Opener = mapped
) -> tuple[list[str], list[Defect], FormatError | None]:
    """The sound lines' texts, the defects, and the strict error; and what holds for every file."""
    error = None
    strict: list[int] = []
    try:
        strict = [line.offset for line in lines(content, stream)]
    except FormatError as caught:
        error = caught
        assert "\n" not in str(error)
        assert str(error).startswith(f"x.dgrl: byte {error.offset}: ")
    found = list(reader.salvage(stream(content), FACTS))
    good = [one for one in found if isinstance(one, LineRecord)]
    defects = [one for one in found if isinstance(one, Defect)]
    assert [one.record for one in found] == list(range(len(found)))
    assert all(one.offset < two.offset for one, two in itertools.pairwise(good))
    for line in good:
        assert line.pixels.shape == (line.height_px, line.width_px)
    if error is None:
        assert not defects
        assert [line.offset for line in good] == strict
    else:
        first = defects[0]
        assert (first.offset, first.field) == (error.offset, error.field)
        assert (first.expected, first.found) == (error.expected, error.found)
    return [line.text("?") for line in good], defects, error


@STREAMS
@BITS
def test_lines_are_exact(stream: Opener, bits: int) -> None:
    found = lines(dgrl(TEXTS, bits=bits), stream)
    assert [line.text("?") for line in found] == TEXTS
    starts = [0, *itertools.accumulate(map(len, dgrl_lines(TEXTS, bits=bits)))][:-1]
    assert [line.offset for line in found] == [len(head(0)) + start for start in starts]
    for number, (line, text) in enumerate(zip(found, TEXTS, strict=True)):
        np.testing.assert_array_equal(line.pixels, line_picture(text, number, bits))
        assert (line.top_px, line.left_px) == line_place(number)
        assert (line.height_px, line.width_px) == line.pixels.shape
        assert b"".join(line.codes) == units(text)
        assert line.characters == tuple(None if c == "?" else c for c in text)
        assert "".join(line.labels) == text.replace("?", "")
        assert (line.record, line.paper, line.boxes) == (number, 255 if bits == 8 else 0, ())
        assert line.source is FACTS
        assert line.page is found[0].page
    page = found[0].page
    assert (page.height_px, page.width_px, page.line_count) == (*PAGE, len(TEXTS))
    assert (page.code_type, page.code_bytes, page.bits) == ("GB", 2, bits)
    assert page.illustration == "#a made-up page"
    assert found[1].text() == "岁在,a\ufffdB"
    assert found[0].ink.min() == 0
    assert found[0].ink[0, 0] == (255 - found[0].pixels[0, 0] if bits == 8 else 255)


@STREAMS
@BITS
def test_characters_with_boxes_are_exact(stream: Opener, bits: int) -> None:
    found = lines(dgr(TEXTS, bits=bits), stream)
    assert [line.text("?") for line in found] == TEXTS
    for number, (line, text) in enumerate(zip(found, TEXTS, strict=True)):
        places = character_places(text, number)
        assert [(box.top_px, box.left_px) for box in line.boxes] == places
        assert [box.character for box in line.boxes] == list(line.characters)
        assert [box.code for box in line.boxes] == list(line.codes)
        for i, box in enumerate(line.boxes):
            np.testing.assert_array_equal(box.pixels, line_picture(text[i], number + i, bits))
        assert (line.top_px, line.left_px) == (min(t for t, _ in places), places[0][1])
        sheet = np.full((line.height_px, line.width_px), line.paper, np.uint8)
        for box in line.boxes:  # pixel by pixel, where the reader pastes
            for (y, x), value in np.ndenumerate(box.pixels):
                if value != line.paper:
                    sheet[box.top_px - line.top_px + y, box.left_px - line.left_px + x] = value
        np.testing.assert_array_equal(line.pixels, sheet)


@LAYOUTS
@STREAMS
def test_8_bit_pixels_are_read_only_views(page: Writer, stream: Opener) -> None:
    for line in lines(page(TEXTS), stream):
        pictures = [line.pixels] if line.raster else [box.pixels for box in line.boxes]
        for pixels in pictures:
            assert not pixels.flags.owndata
            assert not pixels.flags.writeable


def test_a_map_is_not_copied() -> None:
    content = bytearray(dgrl(["永"]))
    (line,) = lines(content)  # type: ignore[arg-type]
    content[-1] = 17
    assert line.pixels[-1, -1] == 17


def test_views_outlive_the_door() -> None:
    with streamed(dgrl(TEXTS)) as stream:
        found = list(reader.read(stream, FACTS))
    for number, line in enumerate(found):
        np.testing.assert_array_equal(line.pixels, line_picture(TEXTS[number], number))


@LAYOUTS
@pytest.mark.parametrize("code", [b"DGR", b"DGRL"])
@pytest.mark.parametrize("illustration", [b"", b"#text\0", "说明".encode("gb18030"), bytes(3000)])
def test_headers_that_are_allowed(page: Writer, code: bytes, illustration: bytes) -> None:
    """The layout is not told by the format code."""
    found = lines(page(TEXTS, code=code, illustration=illustration))
    assert [line.text("?") for line in found] == TEXTS
    assert bool(found[0].boxes) == (page is dgr)
    assert found[0].page.illustration == illustration.rstrip(b"\0").decode("gb18030")


@LAYOUTS
@pytest.mark.parametrize("size", [1, 4])
def test_other_code_lengths(page: Writer, size: int) -> None:
    texts = ["ab,", "?!"] if size == 1 else ["永𠮷", "a?"]
    found = lines(page(texts, size=size, code_type=b"ASCII" if size == 1 else b"GB\0junk"))
    assert [line.text("?") for line in found] == texts
    assert {len(code) for line in found for code in line.codes} == {size}


def test_a_line_without_a_label() -> None:
    found = lines(dgrl(["永", "", "和"]))
    assert [line.text() for line in found] == ["永", "", "和"]
    assert found[1].pixels.size


@pytest.mark.parametrize("unit", [b"\xff\xff", b"\xb0\xff", b"\xff\0", b"\xff\xa1"])
def test_a_unit_with_ff_is_ink_without_a_label(unit: bytes) -> None:
    content = dgrl(["永和九"]).replace(units("永和九"), units("永") + unit + units("九"))
    (line,) = lines(content)
    assert (line.text("_"), line.codes[1], line.characters[1]) == ("永_九", unit, None)


def test_a_page_is_rebuilt_by_pasting() -> None:
    """By line and by character give the same page, but for the overlaps of neighbours."""
    sheets = []
    for content in (dgr(TEXTS), dgr(TEXTS, bits=1)):
        found = lines(content)
        page = found[0].page
        sheet = np.full((page.height_px, page.width_px), page.paper, np.uint8)
        for line in found:
            paste(sheet, line.pixels, line.top_px, line.left_px, line.paper)
        sheets.append(sheet)
    np.testing.assert_array_equal(sheets[0] < 255, sheets[1] > 0)
    first = line_picture("永")
    np.testing.assert_array_equal(sheets[0][0, :10], first[3, 5:15])  # cut at the page's corner


@pytest.mark.parametrize(
    ("top", "left"), [(0, 0), (-3, -4), (-9, 2), (7, 8), (9, 9), (50, 0), (0, -50), (4, -2)]
)
def test_paste_cuts_off_what_reaches_out(top: int, left: int) -> None:
    onto = np.full((10, 12), 200, np.uint8)
    over = np.random.default_rng(5).integers(0, 3, (6, 7)).astype(np.uint8)
    expected = onto.copy()
    for (y, x), value in np.ndenumerate(over):
        if value != 1 and 0 <= y + top < 10 and 0 <= x + left < 12:
            expected[y + top, x + left] = value
    paste(onto, over, top, left, 1)
    np.testing.assert_array_equal(onto, expected)


def bent_page(which: int, at: int, form: str, value: int, texts: list[str] = TEXTS) -> bytes:
    whole = dgrl_lines(texts)
    line = bytearray(whole[which])
    struct.pack_into(form, line, at, value)
    return head(len(whole)) + b"".join([*whole[:which], bytes(line), *whole[which + 1 :]])


@pytest.mark.parametrize("value", [0, 1, 3, 5, 100, 5000, 1 << 31, 0xFFFFFFFF])
@pytest.mark.parametrize("which", range(len(TEXTS)))
@STREAMS
def test_a_bent_character_number_costs_one_line(stream: Opener, which: int, value: int) -> None:
    good, defects, error = outcome(bent_page(which, 0, "<I", value), stream)
    assert error is not None
    assert good == TEXTS[:which] + TEXTS[which + 1 :]
    assert len(defects) == 1


@pytest.mark.parametrize("value", [0, 1, 7, 40, 300, 70_000, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("side", [8, 12])
@pytest.mark.parametrize("which", range(len(TEXTS)))
@STREAMS
def test_a_bent_side_costs_one_line(stream: Opener, which: int, side: int, value: int) -> None:
    """Also where the false side leads into the next line, or over it."""
    at = 4 + 2 * len(TEXTS[which]) + side
    good, defects, error = outcome(bent_page(which, at, "<I", value), stream)
    assert error is not None
    assert good == TEXTS[:which] + TEXTS[which + 1 :]
    assert len(defects) == 1


@pytest.mark.parametrize("at", [0, 4])
@STREAMS
def test_a_box_off_the_page_costs_one_line(stream: Opener, at: int) -> None:
    for value in (2000, -2000, 1 << 30, -(1 << 31)):
        good, defects, error = outcome(
            bent_page(1, 4 + 2 * len(TEXTS[1]) + at, "<i", value), stream
        )
        assert error is not None
        assert error.field == "top and left"
        assert good == [TEXTS[0], *TEXTS[2:]]
        assert len(defects) == 1


@LAYOUTS
@STREAMS
def test_a_unit_that_is_no_code_costs_one_line(page: Writer, stream: Opener) -> None:
    content = page(TEXTS).replace(units("春"), b"AB")
    good, defects, error = outcome(content, stream)
    assert error is not None
    assert (error.field, error.found) == ("label", "41 42")
    assert content[error.offset : error.offset + 2] == b"AB"
    assert good == [*TEXTS[:3], TEXTS[4]]
    assert len(defects) == 1


@pytest.mark.parametrize("value", [1, 3, 40, 5000, 0xFFFFFFFF])
@pytest.mark.parametrize("which", range(len(TEXTS)))
@STREAMS
def test_a_bent_page_by_character(stream: Opener, which: int, value: int) -> None:
    whole = dgr_lines(TEXTS)
    bent = struct.pack("<I", value) + whole[which][4:]
    content = head(len(whole)) + b"".join([*whole[:which], bent, *whole[which + 1 :]])
    good, defects, error = outcome(content, stream)
    assert error is not None
    others = TEXTS[:which] + TEXTS[which + 1 :]
    assert [text for text in good if text in others] == others
    assert len(defects) >= 1


@LAYOUTS
@STREAMS
@pytest.mark.parametrize("count", [1, 3, 4, 6, 9, 65535])
def test_a_bent_line_number_costs_nothing(page: Writer, stream: Opener, count: int) -> None:
    content = bytearray(page(TEXTS))
    struct.pack_into("<I", content, len(head(0)) - 4, count)
    good, defects, error = outcome(bytes(content), stream)
    assert error is not None
    assert good == TEXTS
    assert [d.field for d in defects] == [
        "end of the page" if count < len(TEXTS) else "character number"
    ]


@pytest.mark.parametrize(
    ("at", "form", "value", "field"),
    [
        (0, "<I", 35, "header size"),
        (0, "<I", 0xFFFFFFFF, "header size"),
        (0, "<I", 60_000, "header"),
        (4, "<8s", b"DGT", "format code"),
        (27, "<20s", b"SJIS", "code type"),
        (47, "<H", 3, "code length"),
        (49, "<H", 24, "bits per pixel"),
        (51, "<I", 0, "page height"),
        (55, "<I", 1 << 31, "page width"),
        (59, "<I", 0, "line number"),
    ],
)
@STREAMS
def test_a_bent_header(stream: Opener, at: int, form: str, value: object, field: str) -> None:
    content = bytearray(dgrl(SMALL))
    struct.pack_into(form, content, at, value)
    good, defects, error = outcome(bytes(content), stream)
    assert error is not None
    assert (error.field, good, len(defects)) == (field, [], 1)
    assert error.offset in (0, at)


@STREAMS
def test_bytes_after_the_last_line(stream: Opener) -> None:
    good, defects, error = outcome(dgrl(TEXTS) + b"\0\0\0", stream)
    assert error is not None
    assert (error.offset, error.field) == (len(dgrl(TEXTS)), "end of the page")
    assert error.expected == "the end of the file after 5 lines"
    assert (good, len(defects)) == (TEXTS, 1)


@STREAMS
def test_strict_yields_nothing_of_a_page_that_is_not_proven(stream: Opener) -> None:
    found = reader.read(stream(dgrl(TEXTS)[:-1]), FACTS)
    with pytest.raises(FormatError, match="bitmap: expected"):
        next(found)


@STREAMS
def test_what_neither_layout_fits_is_told(stream: Opener) -> None:
    content = head(3) + bytes(range(1, 200))
    good, defects, error = outcome(content, stream)
    assert error is not None
    assert (error.field, error.offset) == ("layout", len(head(0)))
    assert "by line: byte 63: character number: expected at most 4,096" in error.found
    assert "; by character: byte 63" in error.found
    assert (good, len(defects)) == ([], 1)


def test_bytes_that_fit_both_layouts_are_refused() -> None:
    """By line: 5, 65548, 2, 2 and 4 bytes. By character: 5, 0, 12, 1 and 12 bytes."""
    box = struct.pack("<hhhh", 5, 0, 12, 1) + struct.pack("<ii", 2, 2) + bytes(4)
    content = head(1, page=(0xFFFF, 0xFFFF)) + struct.pack("<I2s", 1, units("永")) + box
    good, defects, error = outcome(content)
    assert error is not None
    assert (error.field, error.found) == ("layout", "bytes that fit both")
    assert (good, len(defects)) == (["永"], 1)


@pytest.mark.parametrize("damage", [b"", b"\xff" * 100])
@STREAMS
def test_bytes_lost_or_added(stream: Opener, damage: bytes) -> None:
    one, two, three, *rest = dgrl_lines(TEXTS)
    cut = two[:-5] if not damage else two
    content = head(len(TEXTS)) + one + cut + damage + three + b"".join(rest)
    good, defects, error = outcome(content, stream)
    assert error is not None
    assert good[0] == TEXTS[0]
    assert good[-3:] == TEXTS[2:]
    assert len(defects) == 1


@LAYOUTS
@BITS
@STREAMS
def test_a_cut_at_every_place(page: Writer, bits: int, stream: Opener) -> None:
    content = page(SMALL, bits=bits)
    parts = (dgrl_lines if page is dgrl else dgr_lines)(SMALL, bits=bits)
    ends = [len(head(0)) + end for end in itertools.accumulate(map(len, parts))]
    step = 1 if bits == 1 else 3
    for cut in [*range(0, len(content), step), *(end - 1 for end in ends)]:
        good, defects, error = outcome(content[:cut], stream)
        assert error is not None
        assert error.offset <= cut
        assert good == SMALL[: sum(end <= cut for end in ends)]
        assert len(defects) == 1


def traced_peak(path: Path, salvage: bool) -> int:
    tracemalloc.start()
    try:
        base = tracemalloc.get_traced_memory()[0]
        try:
            for _ in read(path, salvage=salvage):
                pass
        except FormatError:
            pass
        return tracemalloc.get_traced_memory()[1] - base
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", ["file", "stored", "deflated"])
@pytest.mark.parametrize("cut", [0, 40, 62, 66, 500, 20_000, -1, None])
@LAYOUTS
def test_memory_of_a_cut_file(tmp_path: Path, page: Writer, how: str, cut: int | None) -> None:
    content = page(TEXTS * 8)[:cut]
    path = tmp_path / "x.dgrl"
    path.write_bytes(content)
    if how != "file":
        method = zipfile.ZIP_STORED if how == "stored" else zipfile.ZIP_DEFLATED
        path = zip_file(tmp_path / "x.zip", {"x.dgrl": content}, method)
    list(read(path, salvage=True))
    for salvage in (False, True):
        assert traced_peak(path, salvage) <= 3 * len(content) + WORKING_BYTES


@STREAMS
def test_a_bitmap_of_exabytes(stream: Opener) -> None:
    at = 4 + 2 * len(TEXTS[1]) + 8
    content = bytearray(bent_page(1, at, "<i", 0x7FFFFFFF))
    place = len(head(0)) + len(dgrl_lines(TEXTS)[0]) + at
    struct.pack_into("<i", content, place + 4, 0x7FFFFFFF)
    tracemalloc.start()
    try:
        good, defects, error = outcome(bytes(content), stream)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert error is not None
    assert error.found.endswith("to the end of the file")
    assert good == [TEXTS[0], *TEXTS[2:]]
    assert len(defects) == 1


@STREAMS
def test_characters_that_span_a_huge_box(stream: Opener) -> None:
    """Two dots 60,000 pixels apart: the line's picture is never allocated."""
    dots = b"".join(
        units(c) + struct.pack("<hhhh", place, place, 1, 1) + b"\0"
        for c, place in (("永", -32_000), ("和", 32_000))
    )
    first = units("永") + struct.pack("<hhhh", 0, 0, 32_000, 1) + bytes(32_000)
    second = units("和") + struct.pack("<hhhh", 0, 32_000, 1, 1) + b"\0"
    facts = head(1, page=(0xFFFF, 0xFFFF))
    for line in (dots, first + second):
        good, defects, error = outcome(facts + struct.pack("<I", 2) + line, stream)
        assert error is not None
        assert (good, len(defects)) == ([], 1)
    assert error.field == "characters"
    assert error.found == "32000 x 32001"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG image"),
        (b"PK\x03\x04" + bytes(range(200)), "zip archive"),
        (bytes(5000), "only zero bytes"),
        (
            b"<!DOCTYPE html><html>404</html>",
            "HTML page (what a site answered, not the file itself; get it again)",
        ),
    ],
)
@STREAMS
def test_a_misnamed_file(stream: Opener, content: bytes, found: str) -> None:
    good, defects, error = outcome(content, stream)
    assert error is not None
    assert (error.offset, error.field, error.found) == (0, "first record", found)
    assert (good, len(defects)) == ([], 1)


@STREAMS
def test_a_gnt_file_with_the_name_of_a_page(stream: Opener) -> None:
    good, defects, error = outcome(gnt("永"), stream)
    assert error is not None
    assert (error.offset, error.field) == (4, "format code")
    assert (good, len(defects)) == ([], 1)


def test_a_zip_member_with_a_wrong_checksum(tmp_path: Path) -> None:
    path = zip_file(tmp_path / "x.zip", {"x.dgrl": dgrl(SMALL)})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") - 1] ^= 1  # the last pixel
    path.write_bytes(content)
    with pytest.raises(FormatError, match="CRC-32"):
        list(read(path))
    found = list(read(path, salvage=True))
    assert [type(one) for one in found] == [LineRecord] * 3 + [Defect]


class Breaking(io.RawIOBase):
    """A file that breaks off with an error."""

    def __init__(self, content: bytes) -> None:
        self.rest = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        piece = self.rest.read(min(size, 300))
        if not piece:
            raise OSError(5, "Input/output error")
        return piece


@LAYOUTS
@pytest.mark.parametrize(("cut", "whole"), [(0, 5), (1, 4), (1 << 20, 0)])
def test_a_stream_that_breaks(page: Writer, cut: int, whole: int) -> None:
    content = page(TEXTS)
    content = content[: max(len(content) - cut, 0)]
    good, defects, error = outcome(content, lambda c: StreamedBytes("x.dgrl", Breaking(c)))
    assert error is not None
    assert (error.field, error.offset) == ("stream", len(content))
    assert [d.field for d in defects] == ["stream"]
    assert good == TEXTS[:whole]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    page=st.sampled_from([dgrl, dgr]),
    bits=st.sampled_from([8, 1]),
    stream=st.sampled_from([mapped, streamed]),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_pages(
    page: Writer, bits: int, stream: Opener, bends: list[tuple[int, bytes, int]]
) -> None:
    content = page(SMALL, bits=bits)
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    outcome(content, stream)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300), bits=st.sampled_from([8, 1]), count=st.integers(1, 9))
def test_any_bytes(content: bytes, bits: int, count: int) -> None:
    outcome(content)
    outcome(head(count, bits=bits) + content)
    outcome(head(count, bits=bits) + content, streamed)


def test_a_search_comes_to_its_end() -> None:
    """Nothing but plausible beginnings of lines: the tries are counted."""
    content = head(9, bits=1) + b"\x02\0\0\0A\0B\0\0\0\0\0" * 20_000
    _, defects, error = outcome(content)
    assert error is not None
    assert defects


def test_through_sources(tmp_path: Path) -> None:
    (tmp_path / "006-P16.DGRL").write_bytes(dgrl(TEXTS))
    (tmp_path / "C001.dgr").write_bytes(dgr(TEXTS))
    files = list(open_sources(tmp_path))
    assert [file.kind for file in files] == ["dgrl", "dgr"]
    for file in files:
        found = [one for one in file.read() if isinstance(one, LineRecord)]
        assert [line.text("?") for line in found] == TEXTS


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
def test_a_real_page() -> None:
    (file,) = open_sources(REAL_PAGE)
    found = [one for one in file.read() if isinstance(one, LineRecord)]
    assert (len(found), sum(len(line.codes) for line in found)) == (10, 278)
    page = found[0].page
    assert (page.height_px, page.width_px, page.line_count) == (3468, 2392, 10)
    assert (page.code_type, page.code_bytes, page.bits, page.paper) == ("GB", 2, 8, 255)
    assert found[0].text() == "2006年8月,国际天文学联合会大会正式通过决议,将冥王星降级,"
    last = found[-1]
    assert last.offset + 4 + 2 * len(last.codes) + 16 + last.pixels.size == file.size_bytes
    sheet = np.full((page.height_px, page.width_px), 255, np.uint8)
    for line in found:
        assert line.pixels.max() == 255
        assert line.pixels.min() < 60
        paste(sheet, line.pixels, line.top_px, line.left_px, line.paper)
    dark = sum(int((line.pixels < 255).sum()) for line in found)
    assert 0.99 * dark < int((sheet < 255).sum()) <= dark
    assert [type(one) for one in file.salvage()] == [LineRecord] * 10


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
def test_a_real_page_with_one_bent_field() -> None:
    content = REAL_PAGE.read_bytes()
    found = lines(content)
    texts = [line.text("?") for line in found]
    for which in (0, 4, 9):
        line = found[which]
        sides = line.offset + 4 + 2 * len(line.codes) + 8
        for at, value in ((line.offset, 7), (sides, line.height_px - 9), (sides + 4, 3000)):
            bent = bytearray(content)
            struct.pack_into("<I", bent, at, value)
            good, defects, error = outcome(bytes(bent))
            assert error is not None
            assert good == texts[:which] + texts[which + 1 :]
            assert len(defects) == 1


def test_the_fakes_have_ink_on_all_sides() -> None:
    """The tests above rely on it."""
    assert glyph("永").min(axis=0).max() < 255
