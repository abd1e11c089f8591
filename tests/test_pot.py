"""POT: exact records, strokes by their marks, and salvage after damage."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest

from fakes import REAL, pot, pot_record, pot_records, pot_tag, strokes
from penline.errors import FormatError
from penline.formats import pot as reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.records import Defect, Source, StrokeRecord
from penline.sources.collect import open_sources

TEXT = "永和九年，岁在癸丑a,B!"
FACTS = Source("x.pot", "casia:001")


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x.pot", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    return StreamedBytes("x.pot", io.BytesIO(content))


STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])
Opener = Callable[[bytes], ByteSource]


def sound(content: bytes, stream: Opener) -> str:
    found = reader.salvage(stream(content), FACTS)
    return "".join(r.character for r in found if isinstance(r, StrokeRecord))


def defects(content: bytes, stream: Opener) -> list[Defect]:
    return [r for r in reader.salvage(stream(content), FACTS) if isinstance(r, Defect)]


def fault(content: bytes, stream: Opener) -> FormatError:
    with pytest.raises(FormatError) as caught:
        list(reader.read(stream(content), FACTS))
    return caught.value


@STREAMS
def test_records_are_exact(stream: Opener) -> None:
    content = pot(TEXT)
    records = list(reader.read(stream(content), FACTS))
    assert "".join(r.character for r in records) == TEXT
    offset = 0
    for number, record in enumerate(records):
        expected = strokes(TEXT[number], number)
        assert [s.tolist() for s in record.strokes] == [[list(p) for p in s] for s in expected]
        assert all(s.dtype == np.float32 for s in record.strokes)
        assert (record.offset, record.record) == (offset, number)
        assert record.code == pot_tag(TEXT[number])
        assert record.points.shape == (sum(len(s) + 1 for s in expected) + 1, 2)
        assert not record.points.flags.owndata
        assert not record.points.flags.writeable
        offset += 8 + 4 * len(record.points)
    assert offset == len(content)


@pytest.mark.parametrize(
    ("tag", "character"),
    [
        (b"\xa1\xb0\0\0", "啊"),
        (b"!\0\0\0", "!"),
        (b"\0!\0\0", "!"),
        (b"\xaa\x86\0\0", "啰"),
        (b"\xa4\xa1\0\0", "·"),
    ],
)
def test_tags_are_reversed(tag: bytes, character: str) -> None:
    (record,) = reader.read(mapped(pot_record([[(5, 5)]], tag)), FACTS)
    assert (record.character, record.code) == (character, tag)


@pytest.mark.parametrize("tag", [b"\xff\xff\0\0", b"\0\0\0\0", b"\xb0\xa1\x01\0", b"\0\0\xb0\xa1"])
@STREAMS
def test_a_tag_without_a_character(stream: Opener, tag: bytes) -> None:
    one, two = pot_records("永和")
    content = one + pot_record(strokes("x"), tag) + two
    error = fault(content, stream)
    assert (error.offset, error.field, error.found) == (len(one) + 2, "tag code", tag.hex(" "))
    assert sound(content, stream) == "永和"
    assert [d.offset for d in defects(content, stream)] == [len(one) + 2]


@STREAMS
def test_a_single_point_and_an_empty_stroke_are_kept(stream: Opener) -> None:
    content = pot_record([[(7, 9)], []], b"!\0\0\0")
    (record,) = reader.read(stream(content), FACTS)
    assert [s.tolist() for s in record.strokes] == [[[7.0, 9.0]], []]


@STREAMS
def test_a_character_without_points(stream: Opener) -> None:
    error = fault(pot_record([[], [], []], b"!\0\0\0"), stream)
    assert (error.offset, error.field, error.found) == (8, "points", "0")
    error = fault(pot_record([], b"!\0\0\0"), stream)
    assert (error.offset, error.field, error.found) == (0, "sample size", "12")


@STREAMS
def test_stroke_number_must_agree(stream: Opener) -> None:
    one, two, three = pot_records("永和九")
    two = pot_record(strokes("和", 1), pot_tag("和"), count=9)
    error = fault(one + two + three, stream)
    assert (error.offset, error.field, error.found) == (len(one) + 6, "stroke number", "9")
    assert error.expected == str(len(strokes("和", 1)))
    assert sound(one + two + three, stream) == "永九"


@pytest.mark.parametrize("which", [0, 1, 3])
@pytest.mark.parametrize("value", [0, 3, 20, 36, 6000, 65535])
@STREAMS
def test_a_bent_size_costs_one_record(stream: Opener, value: int, which: int) -> None:
    records = [bytearray(r) for r in pot_records("永和九年")]
    assert all(len(r) != value for r in records)
    struct.pack_into("<H", records[which], 0, value)
    content = b"".join(records)
    error = fault(content, stream)
    start = sum(map(len, records[:which]))
    assert start <= error.offset <= start + len(records[which])
    assert sound(content, stream) == "".join(c for i, c in enumerate("永和九年") if i != which)
    assert [d.record for d in defects(content, stream)] == [which]


@STREAMS
def test_a_character_ends_once(stream: Opener) -> None:
    """Size and stroke number agree, but reach over the next record."""
    records = [bytearray(r) for r in pot_records("永和九年")]
    count = len(strokes("和", 1)) + len(strokes("九", 2))
    size = len(records[1]) + len(records[2])
    struct.pack_into("<H", records[1], 0, size)
    struct.pack_into("<H", records[1], 6, count)
    content = b"".join(records)
    error = fault(content, stream)
    assert (error.offset, error.field) == (len(records[0]), "sample size")
    assert error.expected == f"{len(records[1])} (to the end of character)"
    assert sound(content, stream) == "永九年"


@pytest.mark.parametrize("which", [0, 1, 3])
@STREAMS
def test_no_end_of_character(stream: Opener, which: int) -> None:
    """The mark is overwritten, or left out with the size kept or made smaller."""
    records = pot_records("永和九年")
    size = len(records[which])
    for bent in (
        records[which][:-4] + struct.pack("<hh", 5, 6),
        records[which][:-4],
        struct.pack("<H", size - 4) + records[which][2:-4],
    ):
        content = b"".join([*records[:which], bent, *records[which + 1 :]])
        error = fault(content, stream)
        start = sum(map(len, records[:which]))
        assert start <= error.offset <= start + size
        expected = "".join(c for i, c in enumerate("永和九年") if i != which)
        assert sound(content, stream) == expected
        assert len(defects(content, stream)) == 1


def test_the_missing_mark_is_named() -> None:
    (whole,) = pot_records("永")
    error = fault(whole[:-4] + struct.pack("<hh", 5, 6), mapped)
    assert (error.offset, error.field) == (len(whole) - 4, "end of character")
    assert (error.expected, error.found) == ("(-1, -1)", "(5, 6)")
    error = fault(whole[:-8] + struct.pack("<hhhh", 5, 6, -1, -1), mapped)
    assert (error.offset, error.field) == (len(whole) - 8, "end of the last stroke")
    assert (error.expected, error.found) == ("(-1, 0)", "(5, 6)")


@STREAMS
def test_the_next_record_is_searched_for(stream: Opener) -> None:
    records = pot_records("永和九年")
    for junk in (b"\x01\x02\x03", b"\0" * 5000, b"\xff" * 41, records[1][:-11]):
        content = records[0] + junk + records[2] + records[3]
        assert sound(content, stream) == "永九年"
        assert len(defects(content, stream)) == 1


@STREAMS
def test_a_cut_tail(stream: Opener) -> None:
    content = pot("永和")
    start = len(pot("永"))
    for cut in (1, 7, 8, 40):
        error = fault(content[: start + cut], stream)
        assert error.offset == (start if cut < 8 else start + 8)
        assert sound(content[: start + cut], stream) == "永"
        assert [d.offset for d in defects(content[: start + cut], stream)] == [error.offset]


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
def test_real_file() -> None:
    (file,) = open_sources(REAL / "casia" / "001.pot")
    assert (file.source.writer, file.source.card) == ("casia:001", "casia-olhwdb1.0")
    assert file.size_bytes == 968_184
    records = [r for r in file.read() if isinstance(r, StrokeRecord)]
    assert len(records) == 4037
    ascii_tags = [r for r in records if r.character.isascii()]
    assert len(ascii_tags) == 92
    assert sum("一" <= r.character <= "鿿" for r in records) == 3866
    assert records[0].character == "!"
    assert {"啰", "瞭", "℅", "㎎"} <= {r.character for r in records}
    assert min(len(s) for r in records for s in r.strokes) == 1
    assert sum(isinstance(r, StrokeRecord) for r in file.salvage()) == 4037
