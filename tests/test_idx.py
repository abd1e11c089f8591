"""IDX: images without labels, labels, EMNIST's mappings; plain and gzipped, whole and damaged."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import REAL
from fakes_pages import idx_images, idx_labels, idx_long_labels
from penline.errors import FormatError, UsageError
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.formats.idx import open_idx, read_images, read_labels, read_mapping, salvage_images
from penline.records import Defect, GlyphRecord, Source

PICTURES = np.random.default_rng(3).integers(0, 256, (5, 7, 4)).astype(np.uint8)
LABELS = [3, 1, 4, 1, 5]
FACTS = Source("x", "unknown:x")


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    return StreamedBytes("x", io.BytesIO(content))


Opener = Callable[[bytes], ByteSource]
STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])


@STREAMS
@pytest.mark.parametrize("transposed", [False, True])
def test_images_are_exact_views(stream: Opener, transposed: bool) -> None:
    found = list(read_images(stream(idx_images(PICTURES)), FACTS, transposed=transposed))
    assert [r.offset for r in found] == [16 + 28 * i for i in range(5)]
    for number, record in enumerate(found):
        expected = PICTURES[number].T if transposed else PICTURES[number]
        np.testing.assert_array_equal(record.pixels, expected)
        np.testing.assert_array_equal(record.ink, expected)
        assert not record.pixels.flags.owndata
        assert not record.pixels.flags.writeable
        assert (record.character, record.code, record.labels) == ("", b"", ())
        assert (record.record, record.paper, record.source) == (number, 0, FACTS)


@STREAMS
def test_labels_are_exact(stream: Opener) -> None:
    np.testing.assert_array_equal(read_labels(stream(idx_labels(LABELS))), LABELS)
    long = np.arange(-24, 24).reshape(6, 8) * 40_000
    found = read_labels(stream(idx_long_labels(long)))
    np.testing.assert_array_equal(found, long)
    assert found.dtype == np.int32
    assert read_labels(stream(idx_labels([]))).shape == (0,)
    many = np.arange(3 << 20, dtype=np.uint8)
    np.testing.assert_array_equal(read_labels(stream(idx_labels(many.tolist()))), many)


def test_files_plain_and_gzipped(tmp_path: Path) -> None:
    for name, content in (
        ("t10k-images-idx3-ubyte", idx_images(PICTURES)),
        ("t10k-images-idx3-ubyte.gz", gzip.compress(idx_images(PICTURES), mtime=0)),
    ):
        (tmp_path / name).write_bytes(content)
        with open_idx(tmp_path / name) as stream:
            found = list(read_images(stream, FACTS))
        np.testing.assert_array_equal([r.pixels for r in found], PICTURES)
    with pytest.raises(UsageError, match="cannot be opened"):
        open_idx(tmp_path / "absent.gz")
    (tmp_path / "folder.gz").mkdir()
    with pytest.raises(FormatError, match="expected a file, found a folder"):
        open_idx(tmp_path / "folder.gz")


def test_a_damaged_gzip(tmp_path: Path) -> None:
    whole = gzip.compress(idx_images(PICTURES), mtime=0)
    path = tmp_path / "x.gz"
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with open_idx(path) as stream, pytest.raises(FormatError):
            list(read_images(stream, FACTS))
    bent = bytearray(whole)
    bent[-8] ^= 1  # the checksum
    path.write_bytes(bent)
    with open_idx(path) as stream, pytest.raises(FormatError, match="stream"):
        list(read_images(stream, FACTS))


@STREAMS
def test_images_cut_at_every_place(stream: Opener) -> None:
    content = idx_images(PICTURES)
    for cut in range(len(content)):
        with pytest.raises(FormatError) as caught:
            list(read_images(stream(content[:cut]), FACTS))
        assert caught.value.offset <= cut
        found = list(salvage_images(stream(content[:cut]), FACTS))
        assert [type(r) for r in found[:-1]] == [GlyphRecord] * max((cut - 16) // 28, 0)
        (defect,) = [r for r in found if isinstance(r, Defect)]
        assert (defect.record, defect.offset) == (len(found) - 1, caught.value.offset)


@STREAMS
@pytest.mark.parametrize("content", [idx_labels(LABELS), idx_long_labels(np.ones((3, 8)))])
def test_labels_cut_at_every_place(stream: Opener, content: bytes) -> None:
    for cut in range(len(content)):
        with pytest.raises(FormatError) as caught:
            read_labels(stream(content[:cut]))
        assert caught.value.offset <= cut
    with pytest.raises(FormatError, match="end of the data"):
        read_labels(stream(content + b"\0"))


@pytest.mark.parametrize(
    ("at", "value", "field"),
    [
        (0, 0x801, "magic"),
        (0, 0xC02, "magic"),
        (0, 0x0D03, "magic"),
        (4, 4, "end of the data"),
        (4, 6, "image 5 of 6"),
        (4, 0xFFFFFFFF, "image 5 of 4,294,967,295"),
        (8, 0, "rows"),
        (8, 8, "image 4 of 5"),
        (8, 6, "end of the data"),
        (8, 0xFFFFFFFF, "rows"),
        (12, 0, "columns"),
        (12, 4096, "image 0 of 5"),
        (12, 4097, "columns"),
    ],
)
@STREAMS
def test_an_images_header_bent_in_each_field(
    stream: Opener, at: int, value: int, field: str
) -> None:
    content = bytearray(idx_images(PICTURES))
    struct.pack_into(">I", content, at, value)
    with pytest.raises(FormatError) as caught:
        list(read_images(stream(bytes(content)), FACTS))
    assert caught.value.field == field
    assert sum(isinstance(r, Defect) for r in salvage_images(stream(bytes(content)), FACTS)) == 1


@pytest.mark.parametrize(
    ("at", "value", "field"),
    [
        (0, 0x803, "magic"),
        (4, 2, "end of the data"),
        (4, 0xFFFFFFFF, "4,294,967,295 labels"),
        (8, 0, "columns"),
        (8, 7, "end of the data"),
        (8, 0xFFFFFFFF, "columns"),
    ],
)
@STREAMS
def test_a_labels_header_bent_in_each_field(
    stream: Opener, at: int, value: int, field: str
) -> None:
    content = bytearray(idx_long_labels(np.ones((3, 8))))
    struct.pack_into(">I", content, at, value)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError) as caught:
            read_labels(stream(bytes(content)))
        assert tracemalloc.get_traced_memory()[1] < 128 << 10
    finally:
        tracemalloc.stop()
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (gzip.compress(b"x", mtime=0), "gzip file (unpack it first)"),
        (
            b"<html>404</html>",
            "HTML page (what a site answered, not the file itself; get it again)",
        ),
    ],
    ids=["empty", "gzip", "html"],
)
@STREAMS
def test_a_misnamed_file(stream: Opener, content: bytes, found: str) -> None:
    for reading in (
        lambda: list(read_images(stream(content), FACTS)),
        lambda: read_labels(stream(content)),
    ):
        with pytest.raises(FormatError) as caught:
            reading()
        assert (caught.value.field, caught.value.found) == ("first record", found)


@STREAMS
def test_a_mapping(stream: Opener) -> None:
    found = read_mapping(stream(b"1 65 97\r\n2 66 98\r\n\r\n0 48\n"))
    assert found == {1: ("A", "a"), 2: ("B", "b"), 0: ("0",)}


@pytest.mark.parametrize(
    "content",
    [b"", b"1\n", b"1 65\n1 66\n", b"a 65\n", b"1 -5\n", b"1 1114112\n", b"1 65\n" * 99_999],
)
@STREAMS
def test_a_bad_mapping(stream: Opener, content: bytes) -> None:
    with pytest.raises(FormatError):
        read_mapping(stream(content))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda head, rest: bytes(head) + rest,
            st.sampled_from([b"\0\0\x08\x03", b"\0\0\x08\x01", b"\0\0\x0c\x02"]),
            st.binary(max_size=60),
        ),
    )
)
def test_any_bytes(content: bytes) -> None:
    for stream in (mapped, streamed):
        list(salvage_images(stream(content), FACTS))
        for reading in (read_labels, read_mapping):
            try:
                reading(stream(content))
            except FormatError as error:
                assert "\n" not in str(error)


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
def test_real_files() -> None:
    with open_idx(REAL / "idx" / "t10k-images-idx3-ubyte.gz") as stream:
        images = list(read_images(stream, FACTS))
    with open_idx(REAL / "idx" / "t10k-labels-idx1-ubyte.gz") as stream:
        labels = read_labels(stream)
    assert (len(images), labels.shape) == (10_000, (10_000,))
    assert {r.pixels.shape for r in images} == {(28, 28)}
    assert np.bincount(labels).tolist() == [
        *(980, 1135, 1032, 1010, 982),
        *(892, 958, 1028, 974, 1009),
    ]
    # a one is narrow, a zero is not: labels and images belong together
    ink = np.array([r.ink.astype(np.int64).sum() for r in images])
    assert ink[labels == 1].mean() < 0.5 * ink[labels == 0].mean()
    with open_idx(REAL / "idx" / "emnist-letters-test-labels-idx1-ubyte.gz") as stream:
        letters = read_labels(stream)
    assert letters.shape == (20_800,)
    assert np.bincount(letters).tolist() == [0] + [800] * 26
    counts = {
        "balanced": 47,
        "byclass": 62,
        "bymerge": 47,
        "digits": 10,
        "letters": 26,
        "mnist": 10,
    }
    for name, count in counts.items():
        with open_idx(REAL / "idx" / f"emnist-{name}-mapping.txt") as stream:
            mapping = read_mapping(stream)
        assert len(mapping) == count
        if name == "letters":
            assert set(mapping) == set(np.unique(letters).tolist())
            assert mapping[26] == ("Z", "z")
