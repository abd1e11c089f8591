"""Small grey PNGs that are looked at many at once: equal to what is read one by one, or left."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes import folder, png_file
from fakes_pictures import drawn
from penline.bank import open_bank
from penline.formats import grey_pngs
from penline.formats.grey_pngs import FILES_LIMIT, grey_inks, may_be_grey, take_greys
from penline.formats.inflate import inflate, inflate_room
from penline.formats.png import SIGNATURE
from penline.pack import pack
from penline.sources.collect import open_sources
from penline.sources.pictures import ahead, unit
from reference import formats as slow_formats

PLANS = [
    (level, window, strategy)
    for level in (0, 1, 6, 9)
    for window in (9, 12, 15)
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)
]


def packed(data: bytes, level: int, window: int, strategy: int) -> bytes:
    made = zlib.compressobj(level, zlib.DEFLATED, window, 8, strategy)
    return (
        made.compress(data[: len(data) // 2])
        + made.flush(zlib.Z_FULL_FLUSH)
        + (made.compress(data[len(data) // 2 :]) + made.flush())
    )


def kinds_of_data() -> list[bytes]:
    chance = np.random.default_rng(2)
    drawing = (255 - drawn("永", 1)).tobytes()
    steep = np.repeat(np.arange(20, dtype=np.uint8), 2 ** np.arange(20) // 40 + 1)
    noise = chance.integers(0, 256, 3_000, np.uint8)
    mixed = bytes(300) + drawing[::3] + bytes(300)
    few = [b"", b"a", b"\xff" * 70_000, drawing, chance.permutation(steep).tobytes(), mixed]
    return [*few, noise.tobytes(), noise.tobytes() * 12]


def test_inflate() -> None:
    room = inflate_room()
    for data in kinds_of_data():
        for plan in PLANS:
            made = packed(data, *plan)
            for size in (len(data), len(data) + 1, max(len(data) - 1, 0)):
                found = np.empty(size, np.uint8)
                sound = inflate(np.frombuffer(made + b"more", np.uint8), found, room)
                assert (found.tobytes() if sound else None) == slow_formats.inflate(made, size)


def test_inflate_takes_nothing_that_zlib_does_not() -> None:
    """Of streams with bits turned or cut short, whose sums are those of what came out of them."""
    chance, room, taken = np.random.default_rng(3), inflate_room(), 0
    streams = [
        (data[:900], packed(data[:900], *plan)) for data in kinds_of_data() for plan in PLANS
    ]
    for data, made in streams * 8:
        bad = bytearray(made)
        for _ in range(chance.integers(1, 3)):
            place = chance.integers(2, len(bad) if chance.random() < 0.5 else min(40, len(bad)))
            bad[place] ^= 1 << chance.integers(8)
        if chance.random() < 0.2:
            del bad[chance.integers(1, len(bad)) :]
        found = np.zeros(len(data), np.uint8)
        inflate(np.frombuffer(bytes(bad), np.uint8), found, room)
        bad[-4:] = zlib.adler32(found).to_bytes(4, "big")
        if inflate(np.frombuffer(bytes(bad), np.uint8), found, room):
            assert found.tobytes() == slow_formats.inflate(bytes(bad), len(data))
            taken += found.tobytes() != data
    assert taken > 50


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: np.ndarray, *, parts: int = 1, before: bytes = b"", between: bytes = b"") -> bytes:
    """A grey PNG, its rows without a filter, its data in so many chunks."""
    rows = zlib.compress(np.pad(pixels, ((0, 0), (1, 0))).tobytes())
    step = -(-len(rows) // parts)
    data = [chunk(b"IDAT", rows[at : at + step]) for at in range(0, len(rows), step)]
    head = struct.pack(">2I5B", *pixels.shape[::-1], 8, 0, 0, 0, 0)
    start = SIGNATURE + chunk(b"IHDR", head) + before
    return start + between.join(data) + chunk(b"IEND", b"")


def pictures() -> list[np.ndarray]:
    chance = np.random.default_rng(4)
    made = [255 - drawn(one, at) for one in "永和" for at in range(3)]
    made += [np.pad(one[5:40, 3:], ((0, 9), (20, 0)), constant_values=255) for one in made]
    made += [
        chance.integers(0, 256, size, np.uint8) for size in ((1, 1), (1, 90), (90, 1), (70, 33))
    ]
    return [*made, np.full((9, 12), 255, np.uint8), np.zeros((12, 9), np.uint8)]


@pytest.mark.parametrize("light", [False, True])
def test_take_greys(light: bool) -> None:
    files = [form(one) for one in pictures() for form in (png, png_file)]
    files += [png(one, parts=3, before=chunk(b"gAMA", bytes(4))) for one in pictures()]
    assert all(map(may_be_grey, files)) and len(files) <= FILES_LIMIT
    made, at = grey_inks(files, light=light), 0
    for number, (size, ink) in enumerate(slow_formats.take_greys(files, light=light)):
        height, width = made.kept_px[number].tolist()
        assert tuple(made.sizes_px[number]) == size
        assert made.ink[at : at + height * width].reshape(height, width).tolist() == ink
        at += height * width
    assert at == len(made.ink)


def test_what_is_not_sound_or_not_plain_is_left() -> None:
    good = png(pictures()[0], parts=2)
    bad = {
        "a wrong sum": good[:-20] + bytes([good[-20] ^ 1]) + good[-19:],
        "cut short": good[:-30],
        "more behind it": good + b"\0",
        "no end": good[:-12],
        "transparency": png(pictures()[0], before=chunk(b"tRNS", bytes(2))),
        "data in two places": png(pictures()[0], parts=2, between=chunk(b"tEXt", b"a\0b")),
        "no data": good[:33] + chunk(b"IEND", b""),
        "a head twice": png(pictures()[0], before=good[8:33]),
        "too large": png(np.full((300, 300), 255, np.uint8)),
        "too long": png(np.full((1 << 15, 1), 255, np.uint8)),
        "one row too few": good[:8]
        + chunk(b"IHDR", struct.pack(">2I5B", 48, 49, 8, 0, 0, 0, 0)) + good[33:],
    }  # fmt: skip
    files = [file for one in bad.values() for file in (one, good)]
    found = grey_inks(files, light=False).sizes_px.tolist()
    assert dict(zip(bad, found[::2], strict=True)) == {one: [0, 0] for one in bad}
    assert found[1::2] == [[48, 48]] * len(bad)
    assert not any(map(may_be_grey, (b"", good[:20], png_file(np.zeros((5, 5, 3), np.uint8)))))


def test_no_byte_is_written_beyond_the_room() -> None:
    files = [png(one) for one in pictures()]
    joined, ends = np.frombuffer(b"".join(files), np.uint8), np.cumsum(list(map(len, files)))
    sizes_px, kept_px = np.empty((2, len(files), 2), np.int64)
    ink = np.full(3_000, 7, np.uint8)
    used = take_greys(joined, ends, False, ink[:2_500], sizes_px, kept_px, grey_pngs._room())
    assert 0 < used <= 2_500 and (ink[2_500:] == 7).all()
    assert used == kept_px.prod(1).sum() and (sizes_px == 0).any()


def test_a_folder_is_the_same_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bank, and what is said of each picture: with odd, damaged, large and coloured ones."""
    plain = {f"{one}/{at:04d}.png": png(255 - np.pad(drawn(one, at), 3)) for one in "永和"
             for at in range(300)}  # fmt: skip
    some = plain | {
        "永/0020.png": png(np.full((20, 20), 255, np.uint8)),
        "永/0030.png": png_file(np.dstack([255 - drawn("永", 1)] * 3)),
        "永/0040.png": png(255 - cv2.resize(drawn("永", 1), None, fx=9, fy=9)),
        "和/0250.png": plain["和/0250.png"][:-1],
        "和/0260.png": plain["永/0000.png"],
    }
    for name, files in (("plain", plain), ("some", some)):
        own = tmp_path / name
        folder(own, files)
        found = []
        for way in range(3):
            with monkeypatch.context() as patched:
                if way == 1:  # from slow storage, and of pictures that take much memory
                    patched.setattr(ahead, "_QUICK_SECONDS", 0.0)
                    patched.setattr(unit, "FILES_LIMIT", 90)
                    patched.setattr(unit, "BYTES_HELD", 3_000)
                if way == 2:  # one by one
                    patched.setattr(unit, "may_be_grey", lambda _: False)
                (read,) = open_sources(own)
                records = [
                    (type(one).__name__, one.record, getattr(one, "pixels", ink).tolist())
                    for one in read.salvage()
                    for ink in (np.empty(0),)
                ]
                bank = tmp_path / f"{name}-{way}.bank"
                pack(own, bank, salvage=True)
                glyphs = [(one.character, one.ink.tolist()) for one in open_bank(bank)]
                found.append((records, glyphs, [f.read_bytes() for f in sorted(bank.iterdir())]))
        assert found[0] == found[1] == found[2]
        assert len(found[0][0]) == 600 and 590 < len(found[0][1]) <= 600
