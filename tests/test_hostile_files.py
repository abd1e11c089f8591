"""Damaged, lying and misnamed files: one clear line, little memory, and the rest is saved."""

from __future__ import annotations

import io
import itertools
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import REAL, gb_code, gnt, gnt_records, pot, pot_records, zip_file
from penline.errors import FormatError, PenlineError, UsageError
from penline.formats import reader_for
from penline.formats.byte_source import MappedBytes, StreamedBytes
from penline.records import Defect, Record, Source
from penline.sources.collect import open_sources, read

TEXT = "永和九年岁在癸丑暮春之初a,B!"
WORKING_BYTES = 128 << 10
"""What reading needs whatever the file: blocks, search windows, an unpacker's dictionary."""
REAL_GNT = REAL / "casia" / "hwdb1-101.gnt"
REAL_POT = REAL / "casia" / "001.pot"

Outcome = tuple[list[Record], list[Defect], FormatError | None]


def strict_and_salvage(records: Callable[[bool], Iterator[Record | Defect]]) -> Outcome:
    """Read strictly, then salvage; check what holds for every file, however damaged."""
    error = None
    exact: list[int] = []
    try:
        exact = [r.offset for r in records(False)]
    except FormatError as caught:
        error = caught
        message = str(error)
        assert message.startswith(f"{error.file}: byte {error.offset}: ")
        assert "\n" not in message
        assert error.offset >= 0
    found = list(records(True))
    good = [r for r in found if not isinstance(r, Defect)]
    defects = [r for r in found if isinstance(r, Defect)]
    assert [r.record for r in found] == list(range(len(found)))
    if error is None:
        assert not defects
        assert [r.offset for r in good] == exact
    else:
        assert defects
        first = defects[0]
        if first.expected != "the record's own":  # the first damage is the one that strict meets
            assert (first.offset, first.field) == (error.offset, error.field)
            assert (first.expected, first.found) == (error.expected, error.found)
    assert all(one.offset < two.offset for one, two in itertools.pairwise(good))
    return good, defects, error


def from_bytes(content: bytes, kind: str, streamed: bool = False) -> Outcome:
    facts = Source(f"x.{kind}", "casia:001")
    reader = reader_for(kind)

    def records(salvage: bool) -> Iterator[Record | Defect]:
        stream = (
            StreamedBytes(facts.file, io.BytesIO(content))
            if streamed
            else MappedBytes(facts.file, memoryview(content))
        )
        return reader.salvage(stream, facts) if salvage else reader.read(stream, facts)

    return strict_and_salvage(records)


def from_path(path: Path) -> Outcome:
    return strict_and_salvage(lambda salvage: read(path, salvage=salvage))


def traced_peak(path: Path, salvage: bool) -> int:
    """Bytes of traced memory above the baseline while `path` is read to its end or its fault."""
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


def assert_little_memory(path: Path, size: int) -> None:
    for salvage in (False, True):
        assert traced_peak(path, salvage) <= 2 * size + WORKING_BYTES


def cuts(size: int) -> list[int]:
    places = np.random.default_rng(7).integers(0, size, 200)
    return sorted({*range(min(2000, size)), *(int(p) for p in places)})


def ends_of(content: bytes, kind: str) -> list[int]:
    starts = [r.offset for r in from_bytes(content, kind)[0]]
    return [*starts[1:], len(content)]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("kind", ["gnt", "pot"])
def test_a_cut_at_every_place(kind: str, streamed: bool) -> None:
    content = gnt(TEXT * 3) if kind == "gnt" else pot(TEXT * 6)
    ends = ends_of(content, kind)
    for cut in cuts(len(content)):
        good, defects, error = from_bytes(content[:cut], kind, streamed)
        assert len(good) == sum(end <= cut for end in ends)
        assert (error is None) == (cut in ends)
        assert len(defects) == (cut not in ends)
        assert error is None or error.offset <= cut


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
@pytest.mark.parametrize("path", [REAL_GNT, REAL_POT])
def test_a_real_file_cut_at_every_place(path: Path) -> None:
    content = path.read_bytes()[:120_000]
    kind = path.suffix[1:]
    ends = ends_of(path.read_bytes(), kind)
    for cut in cuts(len(content)):
        good, defects, error = from_bytes(content[:cut], kind)
        assert len(good) == sum(end <= cut for end in ends)
        assert len(defects) == (cut not in ends)
        assert (error is None) == (cut in ends)


@pytest.mark.parametrize("how", ["file", "stored", "deflated"])
@pytest.mark.parametrize("cut", [0, 1, 9, 10, 11, 500, 2000, -1])
def test_memory_of_a_cut_file(tmp_path: Path, how: str, cut: int) -> None:
    content = gnt(TEXT * 20, side_px=40)[:cut]
    path = tmp_path / "x.gnt"
    path.write_bytes(content)
    if how != "file":
        method = zipfile.ZIP_STORED if how == "stored" else zipfile.ZIP_DEFLATED
        path = zip_file(tmp_path / "x.zip", {"x.gnt": content}, method)
    assert from_path(path)[2] is not None
    assert_little_memory(path, len(content))


LIES = [
    (0, "<I", [0, 9, 10, 11, 4096, 1 << 31, 0xFFFFFFFF, 10 + 65535 * 65535]),
    (6, "<H", [0, 1, 300, 4097, 65535]),
    (8, "<H", [0, 1, 300, 4097, 65535]),
]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("at", "form", "values"), LIES)
def test_gnt_header_bent_in_each_field(
    at: int, form: str, values: list[int], streamed: bool
) -> None:
    whole = gnt_records(TEXT)
    for which in range(len(whole)):
        for value in values:
            bent = bytearray(whole[which])
            struct.pack_into(form, bent, at, value)
            content = b"".join([*whole[:which], bytes(bent), *whole[which + 1 :]])
            good, defects, error = from_bytes(content, "gnt", streamed)
            assert error is not None
            assert "".join(r.character for r in good) == TEXT[:which] + TEXT[which + 1 :]
            assert len(defects) == 1


@pytest.mark.parametrize("how", ["file", "open", "stored", "deflated", "lzma"])
def test_a_header_of_4_gigabytes(tmp_path: Path, how: str) -> None:
    """Sides and size agree, and ask for 4 GB: nothing is allocated for them."""
    whole = gnt_records(TEXT * 10, side_px=64)
    size = 10 + 65535 * 65535
    lie = struct.pack("<I2sHH", size, gb_code("永"), 65535, 65535) + whole[0][10:]
    content = b"".join([whole[1], lie, *whole[2:]])
    path = tmp_path / "x.gnt"
    path.write_bytes(content)
    methods = {
        "stored": zipfile.ZIP_STORED,
        "deflated": zipfile.ZIP_DEFLATED,
        "lzma": zipfile.ZIP_LZMA,
    }
    if how in methods:
        path = zip_file(tmp_path / "x.zip", {"x.gnt": content}, methods[how])
    if how == "open":
        good, defects, error = from_bytes(content, "gnt", streamed=True)
    else:
        good, defects, error = from_path(path)
    assert error is not None
    assert error.field == "bitmap"
    assert "4,294,836,225 bytes" in str(error)
    assert "".join(r.character for r in good) == TEXT[1] + (TEXT * 10)[2:]
    assert len(defects) == 1
    if how != "lzma":  # it needs as much again for its dictionary
        assert_little_memory(path, len(content))


def test_a_stream_holds_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penline.formats.byte_source.HOLD_LIMIT", 5000)
    (big,) = gnt_records("永", side_px=200)
    stream = StreamedBytes("x.gnt", io.BytesIO(big + big))
    with pytest.raises(FormatError, match="at most 5,000 bytes held at once"):
        list(reader_for("gnt").read(stream, Source("x.gnt", "casia:001")))


def test_a_stream_is_never_read_backwards() -> None:
    stream = StreamedBytes("x.gnt", io.BytesIO(bytes(100_000)))
    stream.read_exact(90_000, 10, "field")
    with pytest.raises(IndexError):
        stream.peek(0, 1)
    with pytest.raises(FormatError, match=r"byte 99999: field: expected 2 bytes, found 1 bytes"):
        stream.read_exact(99_999, 2, "field")


class Breaking(io.RawIOBase):
    """A file that breaks off with an error."""

    def __init__(self, content: bytes, error: Exception) -> None:
        self.rest = io.BytesIO(content)
        self.error = error
        self.name = "x.gnt"

    def read(self, size: int = -1, /) -> bytes:
        piece = self.rest.read(min(size, 300))
        if not piece:
            raise self.error
        return piece


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), EOFError(), ValueError("no")])
@pytest.mark.parametrize("cut", [0, 700])
def test_a_stream_that_breaks(error: Exception, cut: int) -> None:
    content = gnt(TEXT)[: -cut or None]

    def records(salvage: bool) -> Iterator[Record | Defect]:
        return read(Breaking(content, error), salvage=salvage)  # type: ignore[call-overload,no-any-return]

    good, defects, caught = strict_and_salvage(records)
    assert caught is not None
    assert (caught.field, caught.offset) == ("stream", len(content))
    assert [d.field for d in defects] == ["stream"]
    assert "".join(r.character for r in good) == (TEXT[:-1] if cut else TEXT)


def test_a_text_file_object() -> None:
    text = io.StringIO("some text")
    with pytest.raises(FormatError, match=r"bytes \(a binary file\), found text"):
        list(read(text, name="x.gnt"))  # type: ignore[call-overload]


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40\x08\0\0\0\0" + bytes(range(256)) * 20


@pytest.mark.parametrize("kind", ["gnt", "pot"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (PNG, "PNG image"),
        (b"\xff\xd8\xff\xe0" + bytes(999), "JPEG image"),
        (b"PK\x03\x04" + bytes(range(200)), "zip archive"),
        (
            b"Rar!\x1a\x07\x01\0" + bytes(range(200)),
            "RAR archive (unpack it first, with unrar or 7-Zip)",
        ),
        (b"ALZ\x01\n\0\0\0" + bytes(99), "ALZ archive (unpack it first, with unalz)"),
        (b"\x1f\x8b\x08\0" + bytes(99), "gzip file (unpack it first)"),
        (bytes(5000), "only zero bytes"),
        ("汉字 and text\n".encode() * 99, "text"),
        (
            b"<!DOCTYPE html><html>404</html>",
            "HTML page (what a site answered, not the file itself; get it again)",
        ),
        (b"I\0\0\0DGR\0\0\0\0\0#text" + bytes(90), "DGR or DGRL text page"),
    ],
)
@pytest.mark.parametrize("how", ["file", "stored", "deflated"])
def test_a_misnamed_file(tmp_path: Path, kind: str, content: bytes, found: str, how: str) -> None:
    path = tmp_path / f"x.{kind}"
    path.write_bytes(content)
    if how != "file":
        method = zipfile.ZIP_STORED if how == "stored" else zipfile.ZIP_DEFLATED
        path = zip_file(tmp_path / "x.zip", {f"x.{kind}": content}, method)
    good, defects, error = from_path(path)
    assert error is not None
    assert (error.offset, error.field, error.found) == (0, "first record", found)
    assert not good
    assert len(defects) == 1
    assert_little_memory(path, len(content))


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "x.gnt"
    folder.mkdir()
    with pytest.raises(FormatError, match=r"x\.gnt: folder: expected at least one of"):
        list(read(folder))
    with pytest.raises(FormatError, match="expected a file, found a folder"):
        from penline.formats.byte_source import open_path

        open_path(folder)


@pytest.mark.parametrize("mode", ["overwritten", "left out"])
def test_a_pot_without_an_end_mark(tmp_path: Path, mode: str) -> None:
    records = pot_records(TEXT)
    path = tmp_path / "001.pot"
    for which in range(len(records)):
        bent = records[which][:-4] + (b"\x05\0\x06\0" if mode == "overwritten" else b"")
        path.write_bytes(b"".join([*records[:which], bent, *records[which + 1 :]]))
        good, defects, error = from_path(path)
        assert error is not None
        assert "".join(r.character for r in good) == TEXT[:which] + TEXT[which + 1 :]
        assert len(defects) == 1
    assert_little_memory(path, path.stat().st_size)


def directory_entry(archive: bytes) -> int:
    return archive.index(b"PK\x01\x02")


def patched(path: Path, at: int, form: str, value: int) -> None:
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, at, value)
    path.write_bytes(content)


METHODS = pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2]
)


@pytest.mark.parametrize("where", ["directory", "local", "both"])
@pytest.mark.parametrize("field", ["packed", "unpacked"])
@pytest.mark.parametrize("value", [0, 1, 900, 40_000, 1 << 31, 0xFFFFFFF0])
@METHODS
def test_a_zip_that_lies_about_a_size(
    tmp_path: Path, method: int, value: int, field: str, where: str
) -> None:
    content = gnt(TEXT)
    path = zip_file(tmp_path / "x.zip", {"x.gnt": content}, method)
    entry = directory_entry(path.read_bytes())
    if where in ("directory", "both"):
        patched(path, entry + (20 if field == "packed" else 24), "<I", value)
    if where in ("local", "both"):
        patched(path, 18 if field == "packed" else 22, "<I", value)
    try:
        good, defects, error = from_path(path)
    except FormatError as caught:  # the directory itself cannot be read
        assert "\n" not in str(caught)
        return
    assert error is not None
    assert str(path) in error.file
    assert [r.character for r in good] == list(TEXT[: len(good)])
    assert len(defects) == 1
    if method != zipfile.ZIP_LZMA or value < 1 << 20:  # its dictionary is what the archive says
        assert_little_memory(path, len(content))


@pytest.mark.parametrize(
    ("name", "local", "directory", "form", "value"),
    [
        ("encryption", 6, 8, "<H", 1),
        ("strong encryption", 6, 8, "<H", 65),
        ("deflate64", 8, 10, "<H", 9),
        ("no such method", 8, 10, "<H", 77),
        ("checksum", 14, 16, "<I", 0x12345678),
        ("signature", 0, None, "<I", 0),
        ("name", 30, None, "<B", 0x41),
        ("name's length", 26, None, "<H", 65535),
        ("offset", None, 42, "<I", 7),
        ("offset beyond the end", None, 42, "<I", 0x7FFFFFFF),
        ("version", None, 6, "<H", 99),
    ],
)
@METHODS
def test_a_bent_zip(
    tmp_path: Path,
    method: int,
    name: str,
    local: int | None,
    directory: int | None,
    form: str,
    value: int,
) -> None:
    path = zip_file(tmp_path / "x.zip", {"x.gnt": gnt(TEXT)}, method)
    entry = directory_entry(path.read_bytes())
    if local is not None:
        patched(path, local, form, value)
    if directory is not None:
        patched(path, entry + directory, form, value)
    with pytest.raises(FormatError) as caught:
        list(read(path))
    assert str(path) in caught.value.file
    assert "\n" not in str(caught.value)
    if name == "checksum":
        assert [type(r) for r in read(path, salvage=True)].count(Defect) == 1


def test_a_zip_cut_anywhere(tmp_path: Path) -> None:
    whole = zip_file(tmp_path / "w.zip", {"x.gnt": gnt("永")}, zipfile.ZIP_DEFLATED).read_bytes()
    path = tmp_path / "x.zip"
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(FormatError) as caught:
            list(read(path, salvage=True))
        assert "\n" not in str(caught.value)


def test_one_bad_member_does_not_cost_the_others(tmp_path: Path) -> None:
    path = zip_file(tmp_path / "x.zip", {"a.gnt": gnt("永"), "b.gnt": gnt("和")})
    patched(path, 6, "<H", 1)
    found = list(read(path, salvage=True))
    assert [type(r) is Defect for r in found] == [True, False]
    path = zip_file(tmp_path / "y.zip", {"a.gnt": gnt("永")})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.gnt", gnt("和"))
    with pytest.raises(FormatError, match="a name used once"):
        list(open_sources(path))


def test_a_bomb_goes_off_slowly(tmp_path: Path) -> None:
    """64 MB of zeros in 64 kB: read a block at a time."""
    content = gnt("永") + bytes(64 << 20)
    path = zip_file(tmp_path / "x.zip", {"x.gnt": content}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    for salvage in (False, True):
        assert traced_peak(path, salvage) < 8 << 20
    path = zip_file(tmp_path / "x.zip", {"x.gnt": content}, zipfile.ZIP_LZMA)
    assert traced_peak(path, salvage=False) < 16 << 20  # with a dictionary of 8 MB


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(["gnt", "pot"]),
    streamed=st.booleans(),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_files(kind: str, streamed: bool, bends: list[tuple[int, bytes, int]]) -> None:
    content = gnt("永和九,") if kind == "gnt" else pot("永和九,")
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    from_bytes(content, kind, streamed)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300), kind=st.sampled_from(["gnt", "pot"]))
def test_any_bytes(content: bytes, kind: str) -> None:
    from_bytes(content, kind)
    from_bytes(content, kind, streamed=True)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]),
    bends=st.lists(st.tuples(st.integers(0, 1 << 30), st.integers(0, 255)), max_size=3),
)
def test_mutated_zips(
    tmp_path_factory: pytest.TempPathFactory, method: int, bends: list[tuple[int, int]]
) -> None:
    path = zip_file(
        tmp_path_factory.mktemp("zip") / "x.zip", {"x.gnt": gnt(",!", side_px=5)}, method
    )
    content = bytearray(path.read_bytes())
    for place, value in bends:
        # Half of the bends at the two ends, where the archive's own structure is.
        at = place % 60 if place % 4 == 0 else place % len(content)
        content[-at - 1 if place % 4 == 1 else at] = value
    path.write_bytes(content)
    for salvage in (False, True):
        try:
            list(read(path, salvage=salvage))
        except PenlineError as error:
            assert isinstance(error, FormatError | UsageError)
            assert "\n" not in str(error)
