"""GNTX: exact records, views instead of copies, and salvage after damage."""

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

from fakes import glyph, zip_file
from fakes_pages import gntx, gntx_record, gntx_records
from penline.errors import FormatError
from penline.formats import gntx as reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.records import Defect, GlyphRecord, Source
from penline.sources.collect import open_sources, read

TEXT = "永𠮷\ue123九a龘"
"""With a character beyond U+FFFF and a private one."""
FACTS = Source("x.gntx", "unknown:x")


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x.gntx", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    return StreamedBytes("x.gntx", io.BytesIO(content))


STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])
Opener = Callable[[bytes], ByteSource]


def outcome(
    content: bytes, stream: Opener = mapped
) -> tuple[str, list[Defect], FormatError | None]:
    """The sound characters, the defects, and the strict error; and what holds for every file."""
    error = None
    strict: list[int] = []
    try:
        strict = [r.offset for r in reader.read(stream(content), FACTS)]
    except FormatError as caught:
        error = caught
        assert "\n" not in str(error)
    found = list(reader.salvage(stream(content), FACTS))
    good = [r for r in found if isinstance(r, GlyphRecord)]
    defects = [r for r in found if isinstance(r, Defect)]
    assert [r.record for r in found] == list(range(len(found)))
    if error is None:
        assert not defects
        assert [r.offset for r in good] == strict
    elif defects[0].expected != "the record's own":
        assert (defects[0].offset, defects[0].field) == (error.offset, error.field)
        assert (defects[0].expected, defects[0].found) == (error.expected, error.found)
    return "".join(r.character for r in good), defects, error


@STREAMS
def test_records_are_exact(stream: Opener) -> None:
    records = list(reader.read(stream(gntx(TEXT)), FACTS))
    assert "".join(r.character for r in records) == TEXT
    assert [r.offset for r in records] == [
        0,
        *itertools.accumulate(map(len, gntx_records(TEXT)[:-1])),
    ]
    for number, record in enumerate(records):
        np.testing.assert_array_equal(record.pixels, glyph(TEXT[number], number))
        assert record.code == struct.pack("<I", ord(TEXT[number]))
        assert (record.record, record.paper, record.labels) == (number, 255, (TEXT[number],))
        assert not record.pixels.flags.owndata
        assert not record.pixels.flags.writeable
    assert outcome(gntx(TEXT), stream) == (TEXT, [], None)


@pytest.mark.parametrize(
    "code", [0, 7, 0x9F, 0xD800, 0xDFFF, 0xFFFE, 0x1FFFF, 0x110000, 0x7AB06C38, 0xFFFFFFFF]
)
@STREAMS
def test_a_label_that_is_no_character(stream: Opener, code: int) -> None:
    good, defects, error = outcome(gntx("永") + gntx_record(glyph("x"), code) + gntx("和"), stream)
    assert error is not None
    assert (error.offset, error.field) == (len(gntx("永")) + 4, "label")
    assert (good, len(defects)) == ("永和", 1)


@pytest.mark.parametrize("value", [0, 1, 12, 300, 4097, 65535])
@pytest.mark.parametrize(("at", "form"), [(0, "<I"), (8, "<H"), (10, "<H")])
@pytest.mark.parametrize("which", range(len(TEXT)))
@STREAMS
def test_one_bent_field_costs_one_record(
    stream: Opener, which: int, at: int, form: str, value: int
) -> None:
    records = [bytearray(r) for r in gntx_records(TEXT)]
    struct.pack_into(form, records[which], at, value)
    good, defects, error = outcome(b"".join(records), stream)
    assert error is not None
    assert (good, len(defects)) == (TEXT[:which] + TEXT[which + 1 :], 1)


@STREAMS
def test_a_header_that_lies_twice_does_not_swallow_its_neighbours(stream: Opener) -> None:
    records = [bytearray(r) for r in gntx_records(TEXT, side_px=40)]
    struct.pack_into("<IIHH", records[1], 0, 12 + 50 * 90, ord("和"), 50, 90)
    good, defects, _ = outcome(b"".join(records), stream)
    assert (good, len(defects)) == (TEXT[0] + TEXT[2:], 1)


@STREAMS
def test_a_cut_at_every_place(stream: Opener) -> None:
    records = gntx_records("永𠮷九a", side_px=8)
    content = b"".join(records)
    ends = list(itertools.accumulate(map(len, records)))
    for cut in range(len(content) + 1):
        good, defects, error = outcome(content[:cut], stream)
        assert good == "永𠮷九a"[: sum(end <= cut for end in ends)]
        assert len(defects) == (cut not in ends)
        assert error is None or error.offset <= cut


@pytest.mark.parametrize("how", ["file", "stored", "deflated"])
def test_a_header_of_4_gigabytes(tmp_path: Path, how: str) -> None:
    whole = gntx_records(TEXT * 10, side_px=64)
    lie = struct.pack("<IIHH", 12 + 65535 * 65535, 0x6C38, 65535, 65535)
    content = b"".join([whole[0], lie + whole[1][12:], *whole[2:]])
    path = tmp_path / "x.gntx"
    path.write_bytes(content)
    if how != "file":
        method = zipfile.ZIP_STORED if how == "stored" else zipfile.ZIP_DEFLATED
        path = zip_file(tmp_path / "x.zip", {"x.gntx": content}, method)
    for salvage in (False, True):
        tracemalloc.start()
        try:
            found = list(itertools.islice(read(path, salvage=salvage), 1))
            for _ in read(path, salvage=True):
                pass
            assert tracemalloc.get_traced_memory()[1] <= 2 * len(content) + (128 << 10)
        finally:
            tracemalloc.stop()
        assert [type(r) for r in found] == [GlyphRecord]
    with pytest.raises(FormatError, match="bitmap: expected 4,294,836,225 bytes"):
        list(read(path))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG image"),
        (b"ALZ\x01\n\0\0\0" + bytes(99), "ALZ archive (unpack it first, with unalz)"),
        (b"I\0\0\0DGR\0\0\0\0\0#text" + bytes(90), "DGR or DGRL text page"),
    ],
)
@STREAMS
def test_a_misnamed_file(stream: Opener, content: bytes, found: str) -> None:
    good, defects, error = outcome(content, stream)
    assert error is not None
    assert (error.field, error.found, good, len(defects)) == ("first record", found, "", 1)


def test_through_sources(tmp_path: Path) -> None:
    (tmp_path / "book.GNTX").write_bytes(gntx(TEXT))
    (file,) = open_sources(tmp_path)
    assert file.kind == "gntx"
    assert "".join(c for r in file.read() for c in r.labels) == TEXT


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    stream=st.sampled_from([mapped, streamed]),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_files(stream: Opener, bends: list[tuple[int, bytes, int]]) -> None:
    content = gntx("永𠮷九,", side_px=8)
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    outcome(content, stream)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    outcome(content)
    outcome(content, streamed)
