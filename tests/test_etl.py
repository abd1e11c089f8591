"""ETL8 and ETL9: exact pictures, codes and writers; damage at every place."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakes import gnt, zip_file
from fakes_etl import etl, etl_picture, etl_records, jis_code
from penline.errors import FormatError
from penline.formats import kind_of, reader_for
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.records import Defect, GlyphRecord, Source
from penline.sources import etl as families
from penline.sources import identify
from penline.sources.collect import open_sources

TEXT = "亜あ、永ー々腕"
KINDS = ("etl8g", "etl8b", "etl9g", "etl9b")
BYTES = {"etl8g": 8199, "etl8b": 512, "etl9g": 8199, "etl9b": 576}
FACTS = Source("x", "unknown:x")


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    return StreamedBytes("x", io.BytesIO(content))


Opener = Callable[[bytes], ByteSource]
STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])


def salvaged(kind: str, stream: ByteSource) -> list[GlyphRecord | Defect]:
    found = [
        r for r in reader_for(kind).salvage(stream, FACTS) if isinstance(r, GlyphRecord | Defect)
    ]
    assert [r.record for r in found] == list(range(len(found)))
    return found


@STREAMS
@pytest.mark.parametrize("kind", KINDS)
def test_records_are_exact(stream: Opener, kind: str) -> None:
    content = etl(kind, TEXT)
    assert len(content) == BYTES[kind] * (len(TEXT) + kind.endswith("b"))
    found = [r for r in reader_for(kind).read(stream(content), FACTS) if isinstance(r, GlyphRecord)]
    assert "".join(r.character for r in found) == TEXT
    for i, record in enumerate(found):
        expected = etl_picture(kind, TEXT[i], i)
        np.testing.assert_array_equal(record.pixels, expected)
        np.testing.assert_array_equal(record.ink, expected)
        assert not record.pixels.flags.writeable
        assert (record.code, record.paper) == (jis_code(TEXT[i]), 0)
        assert record.offset == BYTES[kind] * (i + kind.endswith("b"))
    assert salvaged(kind, stream(content))[-1].record == len(TEXT) - 1
    assert set(np.unique(found[0].pixels)) <= set(range(0, 256, 17))


@pytest.mark.parametrize(
    ("kind", "layout"),
    [
        ("etl8g", ">2H8sI4B4H2B30x8128s11x"),
        ("etl9g", ">2H8sI4B4H2B34x8128s7x"),
        ("etl8b", ">2H4s504s"),
        ("etl9b", ">2H4s504s64x"),
    ],
)
def test_against_struct_and_pillow(kind: str, layout: str) -> None:
    """The publisher's layouts as `struct` has them, and Pillow's own unpacking of 4 and 1 bits."""
    assert struct.calcsize(layout) == BYTES[kind]
    content = etl(kind, TEXT)
    for record in reader_for(kind).read(mapped(content), FACTS):
        assert isinstance(record, GlyphRecord)
        fields = struct.unpack_from(layout, content, record.offset)
        assert fields[1].to_bytes(2, "big") == record.code
        height, width = record.pixels.shape
        raw = fields[-1]
        if kind.endswith("g"):
            picture = Image.frombytes("F", (width, height), raw, "bit", 4)
            np.testing.assert_array_equal(np.asarray(picture) * 17, record.pixels)
        else:
            picture = Image.frombytes("1", (width, height), raw, "raw")
            np.testing.assert_array_equal(np.asarray(picture) * 255, record.pixels)


@STREAMS
@pytest.mark.parametrize("kind", ["etl9g", "etl9b"])
def test_a_file_cut_at_many_places(stream: Opener, kind: str) -> None:
    content, size = etl(kind, "永和九"), BYTES[kind]
    dummies = kind == "etl9b"
    for cut in {*range(0, len(content), 61), *range(0, len(content), size), len(content) - 1}:
        whole = cut % size == 0 and cut > size * dummies
        good = max(cut // size - dummies, 0)
        found = salvaged(kind, stream(content[:cut]))
        assert [type(r) for r in found] == [GlyphRecord] * good + [Defect] * (not whole), cut
        if not whole:
            with pytest.raises(FormatError) as caught:
                list(reader_for(kind).read(stream(content[:cut]), FACTS))
            assert caught.value.offset <= cut


@STREAMS
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_record_alone(stream: Opener, kind: str) -> None:
    records = etl_records(kind, TEXT)
    dummy = bytes(BYTES[kind]) if kind.endswith("b") else b""
    for at, bent, field in ((2, b"\x20\x21", "character code"), (0, b"\0\0", "sheet number")):
        for number in range(len(TEXT)):
            one = bytearray(records[number])
            one[at : at + 2] = bent
            parts = [dummy, *records[:number], bytes(one), *records[number + 1 :]]
            content = b"".join(parts)
            with pytest.raises(FormatError) as caught:
                list(reader_for(kind).read(stream(content), FACTS))
            assert caught.value.field == field
            found = salvaged(kind, stream(content))
            assert [r.record for r in found if isinstance(r, Defect)] == [number]
            assert "".join(r.character for r in found if isinstance(r, GlyphRecord)) == (
                TEXT[:number] + TEXT[number + 1 :]
            )


@STREAMS
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [b"", b"\x07" * 37])
def test_bytes_lost_or_put_in(stream: Opener, kind: str, change: bytes) -> None:
    """After the damage the frame is found again, whatever the bytes in between."""
    records = etl_records(kind, TEXT)
    dummy = bytes(BYTES[kind]) if kind.endswith("b") else b""
    two = records[1][:200] + change + records[1][200 if change else 290 :]
    content = dummy + b"".join([records[0], two, *records[2:]])
    found = salvaged(kind, stream(content))
    assert any(isinstance(r, Defect) for r in found)
    good = "".join(r.character for r in found if isinstance(r, GlyphRecord))
    assert good[0] == TEXT[0]
    assert good.endswith(TEXT[3:])


@pytest.mark.parametrize("kind", ["etl8b", "etl9b"])
def test_the_dummy_must_be_none(kind: str) -> None:
    content = etl(kind, TEXT)[BYTES[kind] :]
    with pytest.raises(FormatError) as caught:
        list(reader_for(kind).read(mapped(content), FACTS))
    assert (caught.value.field, caught.value.offset) == ("dummy record", 0)
    found = salvaged(kind, mapped(content))
    assert isinstance(found[0], Defect)
    assert "".join(r.character for r in found if isinstance(r, GlyphRecord)) == TEXT
    blanks = b"ABCD" + b" " * (BYTES[kind] - 4)  # no code of JIS X 0208 in it
    other = bytearray(blanks)
    other[2:4] = b"  "
    assert len(list(reader_for(kind).read(mapped(bytes(other) + content), FACTS))) == len(TEXT)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4" + bytes(9000), b"<html>" + b" " * 9000], ids=["empty", "zip", "html"]
)
def test_a_misnamed_file(kind: str, content: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        list(reader_for(kind).read(mapped(content), FACTS))
    assert caught.value.field == "first record"
    assert [type(r) for r in salvaged(kind, mapped(content))] == [Defect]


@pytest.mark.parametrize(
    ("name", "kind", "card"),
    [
        ("ETL8G_01", "etl8g", "etl8"),
        ("ETL8G.zip::ETL8G/ETL8G_33", "etl8g", "etl8"),
        ("ETL8B2C1", "etl8b", "etl8"),
        ("etl8b2-3", "etl8b", "etl8"),
        ("ETL9G_50", "etl9g", "etl9"),
        ("ETL9B_5", "etl9b", "etl9"),
        ("ETL9B-5", "etl9b", "etl9"),
        ("ETL9G_51", "etl9g", ""),
        ("ETL9INFO", None, ""),
        ("ETL9G_01.txt", None, ""),
    ],
)
def test_names(name: str, kind: str | None, card: str) -> None:
    assert kind_of(name.rpartition("::")[2]) == kind
    assert identify(name).card == card


def test_writers_of_etl9(tmp_path: Path) -> None:
    sheets = [1, 20, 21, 40, 3981, 4000, 4001]
    (tmp_path / "ETL9G_01").write_bytes(etl("etl9g", TEXT, sheets))
    (file,) = open_sources(tmp_path)
    found = [r.source.writer for r in file.read()]
    assert found == [
        *("etl9:001", "etl9:001", "etl9:002", "etl9:002", "etl9:200", "etl9:200"),
        "unknown:ETL9G_01",
    ]
    assert [r.source.writer for r in file.salvage() if isinstance(r, GlyphRecord)] == found
    model = families.sources_of_sheets(identify("ETL9B_5"))
    assert model is not None
    assert model(4000, 121_439).writer == "etl9:200"
    assert model(4000, 121_440).writer == "unknown:ETL9B_5"
    assert families.sources_of_sheets(identify("ETL8G_01")) is None


def test_a_zip_as_published(tmp_path: Path) -> None:
    members = {"ETL9B/ETL9B_1": etl("etl9b", TEXT), "ETL9B/ETL9INFO": b"text"}
    path = zip_file(tmp_path / "ETL9B.zip", members, zipfile.ZIP_DEFLATED)
    (file,) = open_sources(path)
    assert "".join(r.labels[0] for r in file.read()) == TEXT


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(KINDS),
    places=st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 60_000),
    raw=st.binary(max_size=600),
)
def test_any_bytes(kind: str, places: list[tuple[int, int]], cut: int, raw: bytes) -> None:
    content = bytearray(etl(kind, TEXT))
    for at, value in places:
        content[at % len(content)] = value
    for damaged in (bytes(content[:cut]), raw, raw + bytes(content), gnt("永") + bytes(content)):
        for stream in (mapped, streamed):
            salvaged(kind, stream(damaged))
            try:
                list(reader_for(kind).read(stream(damaged), FACTS))
            except FormatError as error:
                assert "\n" not in str(error)
