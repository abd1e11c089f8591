"""Zip directories of any size, and single PNG pictures: read exactly, refused with their place."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from fakes import zip_file
from fakes_nist import entries, png
from penline.errors import FormatError
from penline.formats.png import read_png
from penline.formats.zipped import Archive, members
from penline.sources.collect import open_sources


def zip64(files: dict[str, bytes]) -> bytes:
    """An archive whose sizes, offsets and end record are all in zip64 fields."""
    body, directory = b"", b""
    for name, content in files.items():
        raw, wide, crc = name.encode(), 0xFFFFFFFF, zlib.crc32(content)
        extra = struct.pack("<2H3Q", 1, 24, len(content), len(content), len(body))
        directory += struct.pack(
            *("<4s6H3I5H2I", b"PK\x01\x02", 45, 45, 0, 0, 0, 33, crc, wide, wide),
            *(len(raw), len(extra), 0, 0, 0, 0, wide),
        )
        directory += raw + extra
        local = struct.pack("<2H2Q", 1, 16, len(content), len(content))
        body += struct.pack(
            *("<4s5H3I2H", b"PK\x03\x04", 45, 0, 0, 0, 33, crc, wide, wide, len(raw), len(local)),
        )
        body += raw + local + content
    count, size, at = len(files), len(directory), len(body)
    end = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, at)
    end += struct.pack("<4sIQI", b"PK\x06\x07", 0, at + size, 1)
    end += struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + directory + end


def test_zip64(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    files = {"b": b"bb", "a": b"a", "c/d": b""}
    path.write_bytes(zip64(files))
    with zipfile.ZipFile(path) as archive:  # the fake is as others read it
        assert {i.filename: archive.read(i) for i in archive.infolist()} == files
    found = members(path)
    assert [member.name for member in found] == sorted(files)
    archive_again = Archive(path)
    for place, member in zip(found.places.tolist(), found, strict=True):
        assert archive_again.member(place) == member
        assert archive_again.content(member, 10) == files[member.name]
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(FormatError):
            members(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_member_in_one_piece(tmp_path: Path, method: int) -> None:
    content = bytes(range(256)) * 20
    path = zip_file(tmp_path / "a.zip", {"x": content}, method)
    (member,) = members(path)
    assert Archive(path).content(member, len(content)) == content
    with pytest.raises(FormatError, match="at most 9 bytes"):
        Archive(path).content(member, 9)
    bent = bytearray(path.read_bytes())
    bent[60] ^= 255
    path.write_bytes(bent)
    with pytest.raises(FormatError):
        Archive(path).content(member, len(content))


def test_a_comment_and_a_wrong_count(tmp_path: Path) -> None:
    path = zip_file(tmp_path / "a.zip", {"x": b"x", "y": b"y"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"some words"
    assert [member.name for member in members(path)] == ["x", "y"]
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.rindex(b"PK\x05\x06") + 10, 3)
    path.write_bytes(content)
    with pytest.raises(FormatError, match="number of entries: expected 3, found 2"):
        members(path)


BITS = entries(1, 128, 5)[0]
PICTURE = png(BITS)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def made(head: tuple[int, ...], rows: bytes, cut: int = 0) -> bytes:
    packed = zlib.compress(rows)
    return (
        PICTURE[:8]
        + chunk(b"IHDR", struct.pack(">2I5B", *head))
        + chunk(b"IDAT", packed[: len(packed) - cut])
        + chunk(b"IEND", b"")
    )


def test_a_picture() -> None:
    np.testing.assert_array_equal(255 - read_png(PICTURE, "x.png"), BITS * 255)
    grey = made((2, 2, 8, 0, 0, 0, 0), b"\0\x01\x02\0\x03\x04")
    assert read_png(grey, "x.png").tolist() == [[1, 2], [3, 4]]


def test_a_picture_cut_at_every_place() -> None:
    for cut in range(len(PICTURE)):
        with pytest.raises(FormatError) as caught:
            read_png(PICTURE[:cut], "x.png")
        assert caught.value.offset <= cut
    for place in range(len(PICTURE)):
        bent = bytearray(PICTURE)
        bent[place] ^= 1
        with pytest.raises(FormatError):
            read_png(bytes(bent), "x.png")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (made((1 << 20, 1, 8, 0, 0, 0, 0), b""), "width and height"),
        (made((1 << 14, 1 << 14, 8, 0, 0, 0, 0), b""), "width and height"),
        (made((0, 5, 8, 0, 0, 0, 0), b""), "width and height"),
        (made((2, 2, 8, 6, 0, 0, 0), bytes(18)), "bits and colour type"),
        (made((2, 2, 8, 0, 0, 0, 0), bytes(5)), "image data"),
        (made((2, 2, 8, 0, 0, 0, 0), bytes(7)), "image data"),
        (made((2, 2, 8, 0, 0, 0, 0), bytes(6), cut=4), "image data"),
        (PICTURE + b"x", "end of file"),
        (b"\xff\xd8\xff\xe0", "signature"),
        (b"", "signature"),
    ],
    ids=[*"abcdefghij"],
)
def test_a_picture_that_is_none(content: bytes, field: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_png(content, "x.png")
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"<html>busy</html>", "what a site answered"), (b"x" * 99, "text"), (b"", "empty file")],
)
def test_what_is_no_archive_is_said(tmp_path, content, said):
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(FormatError, match=said):
        list(open_sources(tmp_path / "a.zip"))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("001-f.gnt", bytes(500))
    (tmp_path / "a.zip").write_bytes(whole.getvalue()[:400])
    with pytest.raises(FormatError, match="get it again"):
        list(open_sources(tmp_path / "a.zip"))
