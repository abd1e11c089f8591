"""PTTS and WPTT pages: read back equal, refused with their place, saved line by line."""

from __future__ import annotations

import io
import itertools
import struct
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import pot
from fakes_online import mpf, page, written
from penline.errors import FormatError
from penline.formats import ptts
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.formats.ink import InkPage
from penline.records import Defect, Source
from test_hostile_files import WORKING_BYTES, strict_and_salvage

TEXT: list[str | None] = [*"永和九年,\n岁在A", None, *"!\n暮春之初"]
FACTS = Source("501-P14.ptts", "casia:501")
HEAD = 54 + len(b"#made up\0")


def stream(content: bytes, streamed: bool = False) -> ByteSource:
    if streamed:
        return StreamedBytes(FACTS.file, io.BytesIO(content))
    return MappedBytes(FACTS.file, memoryview(content))


def outcome(
    content: bytes, streamed: bool = False
) -> tuple[list[InkPage], list[Defect], FormatError | None]:
    def records(salvage: bool) -> Iterator[InkPage | Defect]:
        reader = ptts.salvage if salvage else ptts.read
        return reader(stream(content, streamed), FACTS)

    return strict_and_salvage(records)  # type: ignore[arg-type,return-value]


def labels(found: InkPage) -> list[list[str | None]]:
    return [[c.character for c in line.characters] for line in found.lines]


def lines_of(text: list[str | None]) -> list[list[str | None]]:
    groups = itertools.groupby(text, lambda c: c == "\n")
    return [list(group) for ended, group in groups if not ended]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("code", "linked"), [(b"PTTS", True), (b"WPTT", True), (b"WPTT", False)])
def test_a_page_comes_back_equal(code: bytes, linked: bool, streamed: bool) -> None:
    strokes, lines = written(TEXT)
    content = page(strokes, lines, linked, code)
    (found,) = ptts.read(stream(content, streamed), FACTS)
    assert (found.format_code, found.linked) == (code.decode(), linked)
    assert (found.illustration, found.code_type, found.data_type) == ("#made up", "GB", "short")
    assert (found.sample_length, found.page_index) == (len(content), 1)
    assert [[tuple(p) for p in s.tolist()] for s in found.points] == [list(s) for s in strokes]
    assert all(s.dtype == np.float32 and s.shape[1] == 2 for s in found.strokes)
    assert labels(found) == lines_of(TEXT)
    assert found.labels == tuple(c for c in TEXT if c not in (None, "\n"))
    for line, wanted in zip(found.lines, lines, strict=True):
        assert line.strokes.tolist() == [i for _, own in wanted for i in own]
        for character, (label, own) in zip(line.characters, wanted, strict=True):
            assert (character.code == b"\xff\xff") == (label is None)
            if linked:
                assert character.strokes is not None
                assert character.strokes.tolist() == list(own)
            else:
                assert character.strokes is None


def test_fields_at_their_limits() -> None:
    long = [(i % 65_536, 65_535 - i % 65_536) for i in range(65_535)]
    content = page(
        [long, [], [(0, 65_535)]],
        [[("永", [2, 0, 1]), ("a", [])], []],
        text=b"",
        data_type=b"unsigned short",
    )
    for streamed in (False, True):
        (found,) = ptts.read(stream(content, streamed), FACTS)
        assert [len(s) for s in found.points] == [65_535, 0, 1]
        assert [tuple(p) for p in found.points[0].tolist()] == long
        assert found.points[2].tolist() == [[0, 65_535]]
        assert labels(found) == [["永", "a"], []]


def test_views_of_the_file_and_not_copies() -> None:
    content = page(*written(TEXT))
    (found,) = ptts.read(stream(content), FACTS)
    whole = np.frombuffer(content, np.uint8)
    assert all(np.shares_memory(s, whole) for s in found.points)
    assert not any(s.flags.writeable for s in found.points)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("linked", [False, True])
def test_a_cut_at_every_place(linked: bool, streamed: bool) -> None:
    content = page(*written(TEXT), linked)
    (whole,) = ptts.read(stream(content), FACTS)
    ends = [*(line.offset for line in whole.lines[1:]), len(content)]
    for cut in range(len(content)):
        good, defects, error = outcome(content[:cut], streamed)
        assert error is not None
        assert error.offset <= cut
        assert len(defects) == 1
        sound = sum(end <= cut for end in ends)
        assert [labels(p) for p in good] == ([labels(whole)[:sound]] if sound else [])


BENT = [
    (0, "<I", [0, 53, 1 << 16 | 1, 1 << 31, 0xFFFFFFFF], "header size"),
    (4, "<B", [0, 0x20, 0xFF], "format code"),
    (HEAD - 22, "<H", [0, 1, 4, 65_535], "code length"),
    (HEAD - 20, "<4s", [b"floa", b"long"], "data type"),
    (HEAD + 8, "<I", [0, 1, 1000, 0xFFFFFFFF], None),
    (HEAD + 12, "<H", [0, 2, 65_535], None),
]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("at", "form", "values", "field"), BENT)
def test_each_header_field_bent(
    at: int, form: str, values: list[int], field: str | None, streamed: bool
) -> None:
    for value in values:
        content = bytearray(page(*written(TEXT)))
        struct.pack_into(form, content, at, value)
        _, _, error = outcome(bytes(content), streamed)
        assert error is not None, value
        assert field is None or error.field == field


def test_what_is_wrong_with_one_line_costs_that_line() -> None:
    strokes, lines = written(TEXT)
    for which, line in enumerate(lines):
        far = [*lines[:which], [*line, ("永", [len(strokes)])], *lines[which + 1 :]]
        good, defects, error = outcome(page(strokes, far))
        assert error is not None
        assert error.field == "line's stroke index"
        assert f"found {len(strokes)}" in str(error)
        wanted = lines_of(TEXT)
        assert labels(good[0]) == wanted[:which] + wanted[which + 1 :]
        assert len(defects) == 1
    content = page(strokes, lines).replace("岁".encode("gb18030"), b"\x81\x20")
    good, defects, error = outcome(content)
    assert error is not None
    assert (error.field, error.found) == ("tag code", "81 20")
    assert content[error.offset :][:2] == b"\x81\x20"
    assert labels(good[0]) == [lines_of(TEXT)[0], lines_of(TEXT)[2]]
    assert len(defects) == 1


def test_a_file_that_is_not_used_up_is_refused() -> None:
    content = page(*written(TEXT), code=b"WPTT")
    for streamed in (False, True):
        good, defects, error = outcome(content + b"\0", streamed)
        assert error is not None
        assert (error.offset, error.field) == (len(content), "end of file")
        assert error.found == "more bytes (format code WPTT)"
        assert labels(good[0]) == lines_of(TEXT)
        assert len(defects) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (bytes(4000), "only zero bytes"),
        (b"I\0\0\0DGR\0\0\0\0\0#text" + bytes(90), "DGR or DGRL text page"),
        (mpf("永", np.zeros((1, 4), np.uint8)), "MPF feature file"),
        (b"text\n" * 99, "text"),
    ],
)
def test_a_misnamed_file(content: bytes, found: str) -> None:
    for streamed in (False, True):
        good, defects, error = outcome(content, streamed)
        assert error is not None
        assert (error.field, error.found) == ("first record", found)
        assert not good
        assert len(defects) == 1


def test_another_format_is_never_a_page() -> None:
    good, _, error = outcome(pot("永和九,"))
    assert error is not None
    assert not good


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("count", [4, 0xFFFFFFFF])
def test_little_memory(count: int, streamed: bool) -> None:
    """Many empty strokes, many empty lines, and counts that ask for more than there is."""
    content = bytearray(page([[]] * 25_000, [[]] * 25_000))
    struct.pack_into("<I", content, HEAD + 8, 25_000 if count == 4 else count)
    whole = bytes(content)
    for reader in (ptts.read, ptts.salvage):
        at = stream(whole, streamed)
        tracemalloc.start()
        try:
            for _ in reader(at, FACTS):
                pass
        except FormatError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak <= 2 * len(whole) + WORKING_BYTES


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    linked=st.booleans(),
    streamed=st.booleans(),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_files(linked: bool, streamed: bool, bends: list[tuple[int, bytes, int]]) -> None:
    content = page(*written("永和\n九,"), linked)
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    good, _, _ = outcome(content, streamed)
    for found in good:
        assert len(found.strokes) == found.stroke_count
        for line in found.lines:
            assert all(i < found.stroke_count for i in line.strokes)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    outcome(content)
    outcome(b"\x36\0\0\0PTTS\0\0\0\0" + content, streamed=True)
