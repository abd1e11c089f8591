"""GNT: exact records, views instead of copies, and salvage after damage."""

from __future__ import annotations

import dataclasses
import io
import pickle
import struct
from collections.abc import Callable
from itertools import accumulate

import numpy as np
import pytest

from fakes import REAL, gb_code, glyph, gnt, gnt_record, gnt_records
from penline.errors import FormatError
from penline.formats import gnt as reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.records import Defect, GlyphRecord, Source
from penline.sources.collect import open_sources

TEXT = "永和九年，岁在癸丑a,B!"
FACTS = Source("x.gnt", "casia:001")


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x.gnt", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    class OneWay(io.RawIOBase):
        def __init__(self) -> None:
            self.rest = io.BytesIO(content)

        def read(self, size: int = -1, /) -> bytes:
            return self.rest.read(min(size, 777))

        def seek(self, *args: object) -> int:
            raise AssertionError("a stream must not be sought")

    return StreamedBytes("x.gnt", OneWay())


STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])
Opener = Callable[[bytes], ByteSource]


def sound(content: bytes, stream: Opener) -> list[str]:
    return [
        r.character for r in reader.salvage(stream(content), FACTS) if isinstance(r, GlyphRecord)
    ]


def defects(content: bytes, stream: Opener) -> list[Defect]:
    return [r for r in reader.salvage(stream(content), FACTS) if isinstance(r, Defect)]


@STREAMS
def test_records_are_exact(stream: Opener) -> None:
    records = list(reader.read(stream(gnt(TEXT)), FACTS))
    assert "".join(r.character for r in records) == TEXT
    offsets = [0, *accumulate(map(len, gnt_records(TEXT)))][:-1]
    assert [r.offset for r in records] == offsets
    assert [r.record for r in records] == list(range(len(TEXT)))
    for number, (record, character) in enumerate(zip(records, TEXT, strict=True)):
        np.testing.assert_array_equal(record.pixels, glyph(character, number))
        np.testing.assert_array_equal(record.ink, 255 - glyph(character, number))
        assert record.code == gb_code(character)
        assert record.paper == 255
        assert record.source is FACTS


@STREAMS
def test_pixels_are_read_only_views(stream: Opener) -> None:
    for record in reader.read(stream(gnt(TEXT)), FACTS):
        assert not record.pixels.flags.owndata
        assert not record.pixels.flags.writeable


def test_a_map_is_not_copied() -> None:
    content = bytearray(gnt("永"))
    (record,) = reader.read(mapped(content), FACTS)  # type: ignore[arg-type]
    content[10] = 17
    assert record.pixels[0, 0] == 17


def test_views_outlive_the_door() -> None:
    with streamed(gnt(TEXT, side_px=60)) as stream:
        records = list(reader.read(stream, FACTS))
    for number, record in enumerate(records):
        np.testing.assert_array_equal(record.pixels, glyph(TEXT[number], number, 60))


@STREAMS
def test_a_second_zero_byte_is_padding(stream: Opener) -> None:
    (record,) = reader.read(stream(gnt_record(glyph("!"), b"!\0")), FACTS)
    assert (record.character, record.code) == ("!", b"!\0")


@pytest.mark.parametrize("code", [b"\xff\xff", b"\0\0", b"\x80\0", b"AB", b"\x07\0"])
@STREAMS
def test_a_code_without_a_character(stream: Opener, code: bytes) -> None:
    content = gnt("永") + gnt_record(glyph("x"), code) + gnt("和")
    with pytest.raises(FormatError) as caught:
        list(reader.read(stream(content), FACTS))
    assert (caught.value.offset, caught.value.field) == (len(gnt("永")) + 4, "tag code")
    assert sound(content, stream) == ["永", "和"]
    (defect,) = defects(content, stream)
    assert (defect.offset, defect.record, defect.found) == (
        len(gnt("永")) + 4,
        1,
        code.hex(" "),
    )


@pytest.mark.parametrize("last_is_bent", [False, True])
@pytest.mark.parametrize(
    ("at", "field"), [(0, "sample size"), (6, "sample size"), (8, "sample size")]
)
@pytest.mark.parametrize("value", [1, 11, 300, 65535])
@STREAMS
def test_one_bent_field_costs_one_record(
    stream: Opener, at: int, field: str, value: int, last_is_bent: bool
) -> None:
    records = gnt_records("永和九年")
    which = 3 if last_is_bent else 1
    bent = bytearray(records[which])
    struct.pack_into("<I" if at == 0 else "<H", bent, at, value)
    records[which] = bytes(bent)
    content = b"".join(records)
    with pytest.raises(FormatError) as caught:
        list(reader.read(stream(content), FACTS))
    start = sum(map(len, records[:which]))
    assert (caught.value.offset, caught.value.field) == (start, field)
    assert sound(content, stream) == [c for i, c in enumerate("永和九年") if i != which]
    (defect,) = defects(content, stream)
    assert (defect.file, defect.offset, defect.record) == ("x.gnt", start, which)


@pytest.mark.parametrize(("at", "field"), [(6, "width"), (8, "height")])
@STREAMS
def test_no_side_is_zero(stream: Opener, at: int, field: str) -> None:
    bent = bytearray(gnt("永和"))
    struct.pack_into("<H", bent, at, 0)
    with pytest.raises(FormatError) as caught:
        list(reader.read(stream(bytes(bent)), FACTS))
    assert (caught.value.offset, caught.value.field, caught.value.found) == (at, field, "0")
    assert sound(bytes(bent), stream) == ["和"]
    empty = struct.pack("<I2sHH", 10, b"!\0", 0, 0)
    with pytest.raises(FormatError, match="width"):
        list(reader.read(stream(empty + gnt("和")), FACTS))
    assert sound(empty + gnt("和"), stream) == ["和"]


@STREAMS
def test_size_and_sides_bent_together(stream: Opener) -> None:
    """Neither leads on: the next sound header is searched for."""
    records = [bytearray(r) for r in gnt_records("永和九年")]
    struct.pack_into("<I2sHH", records[1], 0, 77, gb_code("和"), 900, 900)
    content = b"".join(records)
    assert sound(content, stream) == ["永", "九", "年"]
    assert len(defects(content, stream)) == 1


@STREAMS
def test_bytes_lost_or_added_between_records(stream: Opener) -> None:
    one, two, three, four = gnt_records("永和九年")
    for content in (one + two[:-5] + three + four, one + two + b"\xff" * 9001 + three + four):
        with pytest.raises(FormatError):
            list(reader.read(stream(content), FACTS))
        assert sound(content, stream)[-2:] == ["九", "年"]
        assert sound(content, stream)[0] == "永"


@STREAMS
def test_a_header_that_lies_twice_does_not_swallow_its_neighbours(stream: Opener) -> None:
    records = [bytearray(r) for r in gnt_records("永和九年一二三", side_px=40)]
    struct.pack_into("<I2sHH", records[1], 0, 10 + 50 * 90, gb_code("和"), 50, 90)
    content = b"".join(records)
    assert sound(content, stream) == list("永九年一二三")
    (defect,) = defects(content, stream)
    assert defect.offset == len(records[0])


@STREAMS
def test_of_two_ways_on_the_nearer_is_taken(stream: Opener) -> None:
    """A size that reaches over the next record does not cost it."""
    records = [bytearray(r) for r in gnt_records("永和九年")]
    struct.pack_into("<I", records[1], 0, len(records[1]) + len(records[2]))
    assert sound(b"".join(records), stream) == ["永", "九", "年"]
    struct.pack_into("<I", records[1], 0, sum(map(len, records[1:])))
    assert sound(b"".join(records), stream) == ["永", "九", "年"]


@STREAMS
def test_two_damaged_neighbours(stream: Opener) -> None:
    records = [bytearray(r) for r in gnt_records("永和九年一")]
    for which in (1, 2):
        struct.pack_into("<I", records[which], 0, 12)
    assert sound(b"".join(records), stream) == ["永", "年", "一"]


@STREAMS
def test_a_cut_tail(stream: Opener) -> None:
    content = gnt("永和")
    for cut in (1, 9, 10, 200):
        with pytest.raises(FormatError) as caught:
            list(reader.read(stream(content[: len(gnt("永")) + cut]), FACTS))
        start = len(gnt("永"))
        assert caught.value.offset == (start if cut < 10 else start + 10)
        assert sound(content[: start + cut], stream) == ["永"]
        (defect,) = defects(content[: start + cut], stream)
        assert defect.offset == caught.value.offset


def test_salvage_of_a_sound_file_is_the_same() -> None:
    content = gnt(TEXT)
    strict = [(r.offset, r.character) for r in reader.read(mapped(content), FACTS)]
    found = list(reader.salvage(mapped(content), FACTS))
    assert [(r.offset, r.character) for r in found if isinstance(r, GlyphRecord)] == strict
    assert len(found) == len(strict)


def test_a_record_is_a_frozen_dataclass() -> None:
    """However it was made: readers take a shorter way to it."""
    (record, _) = reader.read(mapped(gnt("永和")), FACTS)
    assert type(record) is GlyphRecord
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.record = 7  # type: ignore[misc]
    assert not hasattr(record, "__dict__")
    changed = dataclasses.replace(record, character="和")
    assert (changed.character, changed.offset) == ("和", record.offset)
    assert changed != record
    again = pickle.loads(pickle.dumps(record))  # noqa: S301
    for field in dataclasses.fields(record):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(record, field.name))
    assert repr(record) == "<GlyphRecord '永', 32 x 25 px, casia:001, record 0>"


@STREAMS
def test_labels_beyond_those_that_are_kept(stream: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penline.formats.grey._KNOWN_LIMIT", 0)
    records = list(reader.read(stream(gnt(TEXT)), FACTS))
    assert "".join(r.character for r in records) == TEXT


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
@pytest.mark.parametrize(
    ("name", "count"),
    [("hwdb1-crops-train", 1800), ("hwdb1-crops-test", 600), ("hwdb1-101", 101)],
)
def test_real_files(name: str, count: int) -> None:
    (file,) = open_sources(REAL / "casia" / f"{name}.gnt")
    assert (file.source.writer, file.source.part) == (f"unknown:{name}", "")
    records = list(file.read())
    assert len(records) == count
    assert all(isinstance(r, GlyphRecord) and r.pixels.max() == 255 for r in records)
    last = records[-1]
    assert isinstance(last, GlyphRecord)
    assert last.offset + 10 + last.pixels.size == file.size_bytes
    assert sum(isinstance(r, GlyphRecord) for r in file.salvage()) == count
