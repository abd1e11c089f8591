"""TCS: touching strings, exact; refused wherever the layout does not hold."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes_etl import ILLUSTRATION, tcs, tcs_head, tcs_record, touching
from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.formats.tcs import read, read_header, salvage, strings
from penline.records import Defect, LineRecord, Source
from penline.sources.collect import open_sources

TEXTS = ["永和", "九年岁", "ab", "在?"]
FACTS = Source("x", "unknown:x")


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    return StreamedBytes("x", io.BytesIO(content))


Opener = Callable[[bytes], ByteSource]
STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])


@STREAMS
def test_strings_are_exact(stream: Opener) -> None:
    found = list(strings(stream(tcs(TEXTS)), FACTS))
    offset = 36 + len(ILLUSTRATION)
    for number, (string, text) in enumerate(zip(found, TEXTS, strict=True)):
        line = string.line
        assert line.text("?") == text
        np.testing.assert_array_equal(line.pixels, touching(text, number))
        assert not line.pixels.flags.owndata
        assert (string.stroke_width_px, string.line_height_px) == (5 + number, 60)
        expected = [[3 + i, 20 + i, 9 + i, 21 + i] for i in range(len(text) - 1)]
        np.testing.assert_array_equal(string.touching_px, expected)
        assert (line.record, line.offset, line.paper) == (number, offset, 255)
        assert (line.page.height_px, line.page.width_px) == line.pixels.shape
        assert line.page.illustration == ILLUSTRATION.decode()
        offset += len(tcs_record(text, number))
    assert found[3].line.characters == ("在", None)


@STREAMS
def test_digits_in_ascii(stream: Opener) -> None:
    found = list(read(stream(tcs(["12", "345"], b"ASCII", 1)), FACTS))
    assert [r.text() for r in found] == ["12", "345"]
    assert found[0].codes == (b"1", b"2")


@STREAMS
def test_a_cut_at_every_place(stream: Opener) -> None:
    content = tcs(TEXTS)
    ends = [*(r.offset for r in read(stream(content), FACTS)), len(content)][1:]
    for cut in [*range(200), *range(200, len(content), 53), *ends]:
        good = sum(end <= cut for end in ends)
        found = list(salvage(stream(content[:cut]), FACTS))
        whole = cut in ends
        assert [type(r) for r in found] == [LineRecord] * good + [Defect] * (not whole), cut
        if not whole:
            with pytest.raises(FormatError) as caught:
                list(read(stream(content[:cut]), FACTS))
            assert caught.value.offset <= cut


@pytest.mark.parametrize(
    ("at", "value", "field"),
    [
        (0, "<h:2", "stroke width"),
        (2, "<h:-1", "line height"),
        (4, "<h:0", "touching points"),
        (4, "<h:65", "touching points"),
        (14, "<h:0", "characters"),
        (14, "<h:9999", "characters"),
        (20, "<h:0", "height"),
        (22, "<h:-5", "width"),
    ],
)
def test_a_record_bent_in_each_field(at: int, value: str, field: str) -> None:
    layout, _, number = value.partition(":")
    number = "-2" if field == "stroke width" else number
    record = bytearray(tcs_record("永和"))
    struct.pack_into(layout, record, at, int(number))
    for stream in (mapped, streamed):
        with pytest.raises(FormatError, match="not confirmed") as caught:
            list(read(stream(tcs_head() + bytes(record)), FACTS))
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (tcs_head(code=b"DGR") + bytes(99), "first record"),
        (tcs_head(code=b"tcx"), "format code"),
        (tcs_head(code_type=b"UTF8"), "code type"),
        (tcs_head(size=1), "code length"),
        (tcs_head(bits=1), "bits per pixel"),
        (tcs_head(), "string"),
        (b"", "first record"),
    ],
)
def test_a_header_bent(content: bytes, field: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(read(mapped(content), FACTS))
    assert caught.value.field == field
    assert [type(r) for r in salvage(mapped(content), FACTS)] == [Defect]


def test_a_layout_that_is_not_the_one_assumed_is_refused() -> None:
    """As if each touching point had one place only: the counts no longer lead to the end."""
    record = tcs_record("永和")
    other = record[:6] + record[10:]
    with pytest.raises(FormatError):
        list(read(mapped(tcs_head() + other * 3), FACTS))


def test_through_sources(tmp_path: Path) -> None:
    path = tmp_path / "HWDB-T-allChinese.tcs"
    path.write_bytes(tcs(TEXTS))
    (file,) = open_sources(path)
    assert file.kind == "tcs"
    assert len(list(file.read())) == len(TEXTS)
    header = read_header(mapped(tcs(TEXTS)))
    assert (header.code_type, header.code_bytes) == ("GB", 2)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    places=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 8000),
    raw=st.binary(max_size=200),
)
def test_any_bytes(places: list[tuple[int, int]], cut: int, raw: bytes) -> None:
    content = bytearray(tcs(TEXTS))
    for at, value in places:
        content[at % len(content)] = value
    for damaged in (bytes(content[:cut]), raw, tcs_head() + raw):
        for stream in (mapped, streamed):
            found = list(salvage(stream(damaged), FACTS))
            assert [r.record for r in found] == list(range(len(found)))
