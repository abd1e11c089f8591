"""MPF feature files: read back equal, refused with their place, saved vector by vector."""

from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes_online import mpf
from penline.errors import FormatError
from penline.formats import mpf as reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.formats.mpf import Features
from penline.records import Defect, Source
from test_hostile_files import WORKING_BYTES, strict_and_salvage

TEXT = "永和九年岁在癸丑"
FACTS = Source("001.mpf", "casia:001")
VECTORS = np.random.default_rng(3).integers(0, 256, (len(TEXT), 16), np.uint8)
CONTENT = mpf(TEXT, VECTORS)
HEAD = len(CONTENT) - VECTORS.size - 2 * len(TEXT)


def stream(content: bytes, streamed: bool = False) -> ByteSource:
    if streamed:
        return StreamedBytes(FACTS.file, io.BytesIO(content))
    return MappedBytes(FACTS.file, memoryview(content))


def outcome(
    content: bytes, streamed: bool = False
) -> tuple[list[Features], list[Defect], FormatError | None]:
    def records(salvage: bool) -> Iterator[Features | Defect]:
        function = reader.salvage if salvage else reader.read
        return function(stream(content, streamed), FACTS)

    if not list(reader.salvage(stream(content, streamed), FACTS)):
        raise AssertionError("nothing at all")
    return strict_and_salvage(records)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("dimensions", [1, 512, 65_536])
def test_vectors_come_back_equal(dimensions: int, streamed: bool) -> None:
    vectors = np.random.default_rng(1).integers(0, 256, (len(TEXT), dimensions), np.uint8)
    (found,) = reader.read(stream(mpf(TEXT, vectors), streamed), FACTS)
    assert "".join(found.labels) == TEXT
    assert np.array_equal(found.vectors, vectors)
    assert found.vectors.dtype == np.uint8
    assert not found.vectors.flags.writeable
    assert found.codes[0].tobytes() == "永".encode("gb18030")
    assert found.illustration == "Character features, made up. #ftrtype=none"
    assert (found.first, found.record) == (0, 0)


def test_views_of_the_file_and_not_copies() -> None:
    (found,) = reader.read(stream(CONTENT), FACTS)
    whole = np.frombuffer(CONTENT, np.uint8)
    assert np.shares_memory(found.vectors, whole)
    assert np.shares_memory(found.codes, whole)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_cut_at_every_place(streamed: bool) -> None:
    for cut in range(len(CONTENT)):
        good, defects, error = outcome(CONTENT[:cut], streamed)
        assert error is not None
        assert error.offset <= cut
        assert len(defects) == 1
        whole = max(cut - HEAD, 0) // 18
        assert sum(len(f.vectors) for f in good) == whole
        assert all(np.array_equal(f.vectors, VECTORS[:whole]) for f in good)


BENT = [
    (0, "<i", [-1, 0, 61, 1 << 16 | 1, (1 << 31) - 1], "header size"),
    (4, "<3s", [b"DGR", b"mpf", b"\0\0\0"], "format code"),
    (HEAD - 50, "<2s", [b"XX", b"\0\0"], "code type"),
    (HEAD - 30, "<h", [-1, 0, 1, 4], "code length"),
    (HEAD - 28, "<4s", [b"floa", b"\0sig"], "data type"),
    (HEAD - 8, "<i", [-1, 0], "sample number"),
    (HEAD - 8, "<i", [len(TEXT) - 1], "end of file"),
    (HEAD - 8, "<i", [len(TEXT) + 1, (1 << 31) - 1], "samples"),
    (HEAD - 4, "<i", [-1, 0, 65_537, (1 << 31) - 1], "dimensionality"),
    (HEAD - 4, "<i", [15, 17, 65_536], None),
]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("at", "form", "values", "field"), BENT)
def test_each_header_field_bent(
    at: int, form: str, values: list[int], field: str | None, streamed: bool
) -> None:
    for value in values:
        content = bytearray(CONTENT)
        struct.pack_into(form, content, at, value)
        _, defects, error = outcome(bytes(content), streamed)
        assert error is not None, value
        if field is not None and not (at == 4 and value == b"DGR"):
            assert error.field == field
            assert len(defects) == 1


@pytest.mark.parametrize("streamed", [False, True])
def test_a_bad_code_costs_its_own_vector(streamed: bool) -> None:
    for which in range(len(TEXT)):
        content = bytearray(CONTENT)
        offset = HEAD + 18 * which
        content[offset : offset + 2] = b"\xff\xff"
        good, defects, error = outcome(bytes(content), streamed)
        assert error is not None
        assert (error.offset, error.field, error.found) == (offset, "code", "ff ff")
        assert "".join(c for f in good for c in f.labels) == TEXT[:which] + TEXT[which + 1 :]
        numbers = [f.first + i for f in good for i in range(len(f.vectors))]
        assert numbers == [i for i in range(len(TEXT)) if i != which]
        assert len(defects) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "an empty file"), (bytes(999), "only zero bytes"), (b"text\n" * 99, "text")],
)
def test_a_misnamed_file(content: bytes, found: str) -> None:
    for streamed in (False, True):
        good, defects, error = outcome(content, streamed)
        assert error is not None
        assert (error.field, error.found) == ("first record", found)
        assert (len(good), len(defects)) == (0, 1)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("count", [30_000, (1 << 31) - 1])
def test_little_memory(count: int, streamed: bool) -> None:
    content = bytearray(mpf("永", np.zeros((1, 8), np.uint8)))
    begin = len(content) - 10
    struct.pack_into("<i", content, begin - 8, count)
    whole = bytes(content[:begin] + content[begin:] * 30_000)
    for function in (reader.read, reader.salvage):
        at = stream(whole, streamed)
        tracemalloc.start()
        try:
            for _ in function(at, FACTS):
                pass
        except FormatError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak <= 2 * len(whole) + WORKING_BYTES


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    streamed=st.booleans(),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_files(streamed: bool, bends: list[tuple[int, bytes, int]]) -> None:
    content = CONTENT
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    outcome(content, streamed)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    outcome(content)
    outcome(b"\x3e\0\0\0MPF\0\0\0\0\0" + content, streamed=True)
