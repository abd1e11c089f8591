"""Picture files of every usual format, sound and hostile."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from penline.errors import FormatError
from penline.formats import png as png_module
from penline.sources.pictures.decode import decode

PIXELS = np.arange(60 * 40, dtype=np.uint8).reshape(60, 40)
CLEAR = np.dstack([PIXELS] * 4)


def encoded(ending: str, pixels: np.ndarray = PIXELS) -> bytes:
    return cv2.imencode(ending, pixels)[1].tobytes()


# written by hand: one frame of 2 x 1 pixels, black and white
GIF = bytes.fromhex(
    "474946383961 0200 0100 800000 000000 ffffff 2c 0000 0000 0200 0100 00 02 02 440a 00 3b"
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, bits: int = 8, colour: int = 0, data: bytes = b"") -> bytes:
    head = struct.pack(">2I5B", width, height, bits, colour, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + packed


@pytest.mark.parametrize("ending", [".png", ".bmp", ".tiff"])
def test_what_loses_nothing_comes_back(ending: str) -> None:
    assert np.array_equal(decode(encoded(ending), "a"), PIXELS)


@pytest.mark.parametrize("ending", [".jpg", ".webp"])
def test_what_loses_something_comes_near(ending: str) -> None:
    smooth = cv2.GaussianBlur(PIXELS, (9, 9), 0)
    found = decode(encoded(ending, smooth), "a")
    assert found.shape[:2] == smooth.shape
    grey = found if found.ndim == 2 else found[..., 0]
    assert np.abs(grey.astype(int) - smooth).mean() < 6


@pytest.mark.parametrize("few", [0, 1 << 60])
def test_grey_pngs_are_as_opencv_unpacks_them(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_module, "_FEW", few)
    chance = np.random.default_rng(1)
    for height, width in ((1, 1), (1, 9), (9, 1), (64, 50)):
        rows = chance.integers(0, 256, (height, 1 + width), np.uint8)
        rows[:, 0] = np.arange(height) % 5
        data = png(width, height, data=rows.tobytes())
        for ancillary in (b"", chunk(b"gAMA", bytes(4)), chunk(b"tRNS", bytes(2))):
            more = data[:33] + ancillary + data[33:]
            known = cv2.imdecode(np.frombuffer(more, np.uint8), cv2.IMREAD_UNCHANGED)
            assert np.array_equal(decode(more, "a"), known)
        rows[-1, 0] = 5
        with pytest.raises(FormatError, match="damaged data"):
            decode(png(width, height, data=rows.tobytes()), "a")


def test_opacity_depth_and_gif_are_kept() -> None:
    assert np.array_equal(decode(encoded(".png", CLEAR), "a"), CLEAR)
    deep = PIXELS.astype(np.uint16) * 257
    assert np.array_equal(decode(encoded(".png", deep), "a"), deep)
    assert decode(GIF, "a")[0, :, 0].tolist() == [0, 255]


def test_a_jpeg_is_turned_as_its_camera_says() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    plain = encoded(".jpg")
    turned = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]
    assert decode(plain, "a").shape == (60, 40) and decode(turned, "a").shape == (40, 60)


@pytest.mark.parametrize("ending", [".png", ".bmp", ".tiff", ".jpg", ".webp"])
def test_a_picture_cut_short_is_refused(ending: str) -> None:
    whole = encoded(ending)
    for end in (0, 1, 3, 9, 20, len(whole) // 2, len(whole) - 9):
        with pytest.raises(FormatError):
            decode(whole[:end], "a")


@pytest.mark.parametrize(
    "bomb",
    [
        png(40_000, 10),
        png(16_000, 16_000),
        png(1, 1, data=bytes(10_000_000)),
        png(0, 5),
        struct.pack("<2sIHHIIii", b"BM", 60, 0, 0, 54, 40, 30_000, -30_000) + bytes(40),
        b"GIF89a" + struct.pack("<2H", 65_535, 65_535) + bytes(60),
        struct.pack("<4sIHHHIIHHII", b"II*\0", 8, 2, 256, 4, 1, 1 << 30, 257, 4, 1, 1 << 30),
        struct.pack("<4sIHHHIIHHII", b"II*\0", 8, 60_000, 256, 4, 1, 9, 257, 4, 1, 9),
    ],
)
def test_bombs_are_refused_before_they_are_unpacked(bomb: bytes) -> None:
    with pytest.raises(FormatError, match=r"px|pixels|whole|bytes|damaged"):
        decode(bomb, "a")


@pytest.mark.parametrize("data", [b"", b"hello, this is text", b"PK\x03\x04" + bytes(30)])
def test_what_is_no_picture_says_what_it_is(data: bytes) -> None:
    with pytest.raises(FormatError, match=r"an empty file|text|zip archive"):
        decode(data, "a")


def test_one_pixel_is_a_picture() -> None:
    assert decode(png(1, 1, data=b"\0\x07"), "a").tolist() == [[7]]


def test_damage_within_a_png_is_told_by_its_place(tmp_path: Path) -> None:
    data = bytearray(encoded(".png"))
    data[60] ^= 1
    with pytest.raises(FormatError, match="CRC-32"):
        decode(bytes(data), "a")
