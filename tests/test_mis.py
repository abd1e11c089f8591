"""IHead pages and MIS stacks: read back equal, refused with their place; CLS and MIT."""

from __future__ import annotations

import builtins
import io
import sys
import tracemalloc
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import REAL
from fakes_nist import classes, entries, group4, ihead, mis, origins, picture
from penline.errors import FormatError
from penline.formats import ihead as pct_reader
from penline.formats import mis as mis_reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.formats.g4 import decode_pieces
from penline.formats.ihead import BinaryImage
from penline.records import Defect, Source
from reference import g4 as libtiff
from test_hostile_files import WORKING_BYTES

FACTS = Source("d0000_14.mis", "sd19:0000")
ENTRIES = entries(6)
SAVED = tuple[list[BinaryImage], list[Defect], FormatError | None]
BOTH = pytest.mark.parametrize("compressed", [False, True])
STREAMED = pytest.mark.parametrize("streamed", [False, True])


def stream(content: bytes, streamed: bool = False) -> ByteSource:
    if streamed:
        return StreamedBytes(FACTS.file, io.BytesIO(content))
    return MappedBytes(FACTS.file, memoryview(content))


def outcome(content: bytes, streamed: bool = False, reader: ModuleType = mis_reader) -> SAVED:
    """Read strictly, then salvage; check what holds for every file."""
    error = None
    try:
        exact = list(reader.read(stream(content, streamed), FACTS))
    except FormatError as caught:
        error = caught
        assert str(error).startswith(f"{FACTS.file}: byte {error.offset}: ")
        assert "\n" not in str(error)
        assert error.offset >= 0
    found = list(reader.salvage(stream(content, streamed), FACTS))
    good = [r for r in found if not isinstance(r, Defect)]
    defects = [r for r in found if isinstance(r, Defect)]
    assert [r.record for r in found] == list(range(len(found)))
    if error is None:
        assert not defects
        assert all(np.array_equal(a.ink, b.ink) for a, b in zip(good, exact, strict=True))
    else:
        (first,) = defects
        assert (first.offset, first.field) == (error.offset, error.field)
        assert (first.expected, first.found) == (error.expected, error.found)
    return good, defects, error


def assert_equal(found: list[BinaryImage], wanted: np.ndarray) -> None:
    assert len(found) == len(wanted)
    for one, bits in zip(found, wanted, strict=True):
        assert one.ink.dtype == np.uint8
        assert np.array_equal(one.ink, 255 * bits)


@STREAMED
@BOTH
@pytest.mark.parametrize("fields", [{}, {"density": "", "compress": None}])
def test_entries_come_back_equal(
    compressed: bool, streamed: bool, fields: dict[str, object]
) -> None:
    fields = {k: v for k, v in fields.items() if v is not None}
    for found in (ENTRIES, entries(1, 128), entries(3, 8), 1 - entries(2)):
        content = mis(found, compressed, **fields)
        images = list(mis_reader.read(stream(content, streamed), FACTS))
        assert_equal(images, found)
        assert images[0].head.id == "made up"
        assert images[0].head.par_y == found.shape[1]


def reversed_bits(raster: bytes) -> bytes:
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in raster)


@BOTH
def test_the_order_of_bits_and_the_colour_of_paper(compressed: bool) -> None:
    bits = ENTRIES.reshape(-1, 32)
    raster = group4(bits) if compressed else np.packbits(bits, axis=1).tobytes()
    own = {"par_x": 32, "par_y": 32, "compress": 2 * compressed, "complen": len(raster)}
    turned = ihead(bits, reversed_bits(raster), sigbit=1, **own)
    assert_equal(list(mis_reader.read(stream(turned), FACTS)), ENTRIES)
    assert_equal(
        list(mis_reader.read(stream(ihead(bits, raster, whitepix=1, **own)), FACTS)), 1 - ENTRIES
    )
    page = ihead(bits, reversed_bits(raster), sigbit=1, **{**own, "par_x": 5, "par_y": 7})
    assert_equal(list(pct_reader.read(stream(page), FACTS)), bits[None])


def test_views_of_the_file_and_not_copies() -> None:
    content = mis(ENTRIES)
    whole = np.frombuffer(content, np.uint8)
    images = list(mis_reader.read(stream(content), FACTS))
    assert all(np.shares_memory(image.packed, whole) for image in images)
    assert [image.offset for image in images] == [296 + 128 * i for i in range(6)]
    one, two = list(mis_reader.read(stream(mis(ENTRIES, True)), FACTS))[:2]
    assert one.packed.base is not None
    assert not one.packed.flags.writeable
    assert one.packed.ctypes.data + one.packed.nbytes == two.packed.ctypes.data


@STREAMED
@BOTH
def test_a_page_comes_back_equal(compressed: bool, streamed: bool) -> None:
    bits = np.vstack([np.hstack(list(entries(5))), np.hstack(list(entries(5, seed=9)))])
    content = picture(bits, compressed)
    assert_equal(list(pct_reader.read(stream(content, streamed), FACTS)), bits[None])
    good, defects, error = outcome(content + b"\0", streamed, pct_reader)
    assert error is not None
    assert (error.field, error.offset) == ("end of file", len(content))
    assert (len(good), len(defects)) == (0, 1)


def grey_picture(pixels: np.ndarray, **fields: object) -> bytes:
    """An IHead file of 8 bits a pixel, as NIST's own programs write it."""
    return ihead(pixels, pixels.tobytes(), **{"depth": 8, "whitepix": 255, **fields})


@STREAMED
def test_a_picture_of_eight_bits(streamed: bool) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (7, 29), np.uint8)  # no multiple of 8
    bits = pixels >> 7
    for white, shown, wanted in (
        *((255, pixels, 255 - pixels), (0, pixels, pixels)),
        *((255, bits, bits * 255), (0, bits, bits * 255)),  # a bit a byte
    ):
        content = grey_picture(shown, whitepix=white)
        (image,) = pct_reader.read(stream(content, streamed), FACTS)
        assert np.array_equal(image.ink, wanted)
        assert (image.offset, image.head.white, image.labels) == (296, white, ())
        for cut in range(len(content)):
            good, _, error = outcome(content[:cut], streamed, pct_reader)
            assert error is not None
            assert good == []
    for field, value in (("whitepix", 1), ("compress", 2), ("compress", 6), ("depth", 4)):
        _, _, error = outcome(grey_picture(pixels, **{field: value}), streamed, pct_reader)
        assert error is not None
        assert error.field == field
    _, _, error = outcome(grey_picture(pixels) + b"\0", streamed, pct_reader)
    assert error is not None
    assert error.field == "end of file"


ORIGINALS = REAL / "nist-ihead"


@pytest.mark.real
@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="no original files here")
def test_original_files_of_eight_bits() -> None:
    files = sorted(ORIGINALS.glob("*.pct"))
    assert len(files) == 20
    for file in files:
        (image,) = pct_reader.read(stream(file.read_bytes()), FACTS)
        assert image.ink.shape == (image.head.height_px, image.head.width_px)
        border = [image.ink[0], image.ink[-1], image.ink[:, 0], image.ink[:, -1]]
        assert np.concatenate(border).mean() < 32 < image.ink.max()  # print on white paper


@STREAMED
@BOTH
def test_a_cut_at_every_place(compressed: bool, streamed: bool) -> None:
    content = mis(ENTRIES[:3], compressed)
    for cut in range(len(content)):
        good, _, error = outcome(content[:cut], streamed)
        assert error is not None
        assert error.offset <= cut
        whole = 0 if compressed else max(cut - 296, 0) // 128
        assert_equal(good, ENTRIES[:whole])


BENT: list[tuple[str, list[object]]] = [
    ("length", ["", 0, 287, 289, "0x120", "28 8"]),
    ("width", ["", 0, 24, 31, 40, "x", -8, 99_999_999]),
    ("height", ["", 0, 191, 193, 224, 6_400_000, 99_999_999, "1e3"]),
    ("depth", ["", 0, 2, 8, "one"]),
    ("compress", [1, 3, 4, 5, 6, 7, 8, "G4", 99_999_999]),
    ("pix_offset", [1, "x"]),
    ("sigbit", [2, "x"]),
    ("whitepix", [2, 255, "x"]),
    ("rm_cm", [1, "x"]),
    ("tb_bt", [1]),
    ("lr_rl", [1]),
    ("par_x", ["", 0, 16, 33, "x"]),
    ("par_y", ["", 0, 5, 193, 99_999_999, "x"]),
]


@STREAMED
@BOTH
@pytest.mark.parametrize(("field", "values"), BENT)
def test_each_header_field_bent(
    field: str, values: list[object], compressed: bool, streamed: bool
) -> None:
    for value in values:
        _, _, error = outcome(mis(ENTRIES, compressed, **{field: value}), streamed)
        assert error is not None, value


@STREAMED
def test_a_length_that_lies(streamed: bool) -> None:
    for value in (0, 1, 10, 99_999_999, "", "x"):
        good, _, error = outcome(mis(ENTRIES, True, complen=value), streamed)
        assert error is not None
        assert not good
    good, _, error = outcome(mis(ENTRIES, True, compress=0), streamed)
    assert error is not None
    good, _, error = outcome(mis(ENTRIES, False, compress=2, complen=768), streamed)
    assert error is not None
    assert not good


def decoded(strip: bytes, width: int, height: int) -> bytes:
    return b"".join(decode_pieces(memoryview(strip), width, height, 7, turned=False))


def test_a_strip_of_other_rows_or_damaged_codes() -> None:
    bits = ENTRIES[:2].reshape(-1, 32)
    strip = group4(bits)
    assert decoded(strip, 32, 64) == np.packbits(bits, axis=1).tobytes()
    assert decoded(strip + b"\0", 32, 64) == np.packbits(bits, axis=1).tobytes()
    for height in (1, 32, 63, 65, 66, 96):
        with pytest.raises(ValueError, match="damaged codes or other rows"):
            decoded(strip, 32, height)
    for width in (8, 24, 40, 64):
        with pytest.raises(ValueError, match="damaged codes or other rows"):
            decoded(strip, width, 64)
    with pytest.raises(ValueError, match="at most"):
        decoded(strip, 32, 1 << 20)
    refused = 0
    for place in range(8 * len(strip) - 24):
        bent = bytearray(strip)
        bent[place // 8] ^= 0x80 >> place % 8
        try:
            decoded(bytes(bent), 32, 64)
        except ValueError:
            refused += 1
    assert refused > 0.7 * 8 * len(strip)  # some bits only move a pixel


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut every strip into small pieces."""
    monkeypatch.setattr("penline.formats.ihead._PIECE_PX", 2 * 32 * 32)
    monkeypatch.setattr("penline.formats.g4._CHECKED_PX", 5 * 32)


def any_bits(rng: np.random.Generator, kind: int) -> np.ndarray:
    """``uint8 (height, width)`` of any size: noise, columns that stay, or long runs."""
    shape = (int(rng.integers(1, 40)), 8 * int(rng.integers(1, 40)))
    dark = rng.random()
    if kind == 0:
        found = rng.random(shape) < dark
    elif kind == 1:
        found = (rng.random((1, shape[1])) < dark) ^ (rng.random(shape) < 0.02)
    else:
        found = np.cumsum(rng.random(shape) < 0.02, axis=1) % 2 == 1
    return found.astype(np.uint8)


def unpacked(strip: bytes, bits: np.ndarray, rows: int, turned: bool = False) -> np.ndarray:
    height, width = bits.shape
    return np.vstack(list(decode_pieces(memoryview(strip), width, height, rows, turned=turned)))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_pieces_against_libtiff(kind: int, turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    small_pieces(monkeypatch)
    rng = np.random.default_rng(kind)
    for _ in range(40):
        bits = any_bits(rng, kind)
        strip = group4(bits)
        wanted = np.packbits(bits, axis=1)
        assert libtiff.decode(strip, bits.shape[1], bits.shape[0]) == wanted.tobytes()
        strip = reversed_bits(strip) if turned else strip
        assert np.array_equal(unpacked(strip, bits, 7, turned), wanted)


def test_pieces_of_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both colours in every length that has a code, and the widest rows."""
    small_pieces(monkeypatch)
    runs = sorted(
        {*range(130), *(64 * step + more for step in range(2, 43) for more in (-1, 0, 1))}
    )
    bits = np.zeros((2 * len(runs), 5600), np.uint8)
    for row, run in enumerate(runs):
        bits[2 * row, 9 : 9 + run] = 1
        bits[2 * row + 1, :2800] = bits[2 * row + 1, 2800 + run :] = 1
    assert np.array_equal(unpacked(group4(bits), bits, 999), np.packbits(bits, axis=1))
    bits = np.ones((30, 65_528), np.uint8)
    bits[::3, 64_000:] = bits[1::3, :60_000] = 0
    assert np.array_equal(unpacked(group4(bits), bits, 1), np.packbits(bits, axis=1))


def test_pieces_refuse_what_libtiff_refuses() -> None:
    strip = group4(ENTRIES[:2].reshape(-1, 32))

    def outcomes(height: int, width: int, codes: bytes) -> list[bytes | None]:
        """The rows by each of the two; None where it refuses them."""
        found: list[bytes | None] = []
        for decode in (libtiff.decode, decoded):
            try:
                found.append(decode(codes, width, height))
            except ValueError:
                found.append(None)
        return found

    for height, width in [(63, 32), (65, 32), (1, 32), (64, 8), (64, 24), (64, 64)]:
        assert outcomes(height, width, strip) == [None, None]
    kept = 0
    for place in range(8 * len(strip)):
        bent = bytearray(strip)
        bent[place // 8] ^= 0x80 >> place % 8
        theirs, ours = outcomes(64, 32, bytes(bent))
        # libtiff clips a run that goes beyond the end of its row
        assert ours in (theirs, None), place
        kept += ours is not None
    assert kept


@STREAMED
def test_a_large_compressed_stack(streamed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes in pieces, and is still sound as a whole or not at all."""
    small_pieces(monkeypatch)
    for found in (ENTRIES, entries(1, 128), entries(5, 8), 1 - entries(3)):
        content = mis(found, True)
        images = list(mis_reader.read(stream(content, streamed), FACTS))
        assert_equal(images, found)
        assert [image.record for image in images] == list(range(len(found)))
        assert {image.offset for image in images} == {296}
        assert not images[0].packed.flags.writeable
        assert_equal(list(pct_reader.read(stream(content, streamed), FACTS)), whole(found))
    content = mis(ENTRIES, True)
    for cut in range(len(content)):
        good, _, error = outcome(content[:cut], streamed)
        assert error is not None
        assert not good
    good, _, error = outcome(content + b"x", streamed)
    assert error is not None
    assert (good, error.field, error.offset) == ([], "end of file", len(content))


def whole(found: np.ndarray) -> np.ndarray:
    return found.reshape(1, -1, found.shape[2])


def test_a_compressed_picture_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penline.formats.ihead.PIXELS_LIMIT", 32 * 32 - 1)
    good, _, error = outcome(mis(ENTRIES, True))
    assert error is not None
    assert (error.field, error.found) == ("width and height", "32 x 32")
    assert not good


@pytest.mark.parametrize("compressed", [False, True])
def test_pictures_whose_ink_would_fill_the_memory(compressed: bool) -> None:
    fields = {"width": 65_528, "height": 16_000, "par_x": 65_528, "par_y": 16_000}
    content = picture(ENTRIES[0], compressed, **fields)
    for reader in (pct_reader, mis_reader):
        good, (defect,), _ = outcome(content, reader=reader)
        assert not good
        assert (defect.expected, defect.found) == ("at most 134,217,728 pixels", "65,528 x 16,000")


class Endless(io.RawIOBase):
    """A binary file of a beginning and one block again and again, none of it in memory."""

    def __init__(self, head: bytes, block: bytes, count: int) -> None:
        self.rest, self.block, self.count = head, block, count

    def read(self, size: int = -1, /) -> bytes:
        if not self.rest and self.count:
            self.count -= 1
            self.rest = self.block
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


def test_a_raw_stack_is_streamed() -> None:
    found = entries(6, 128)
    head = mis(found, height=128 * 6 * 2500)[:296]
    block = np.packbits(found, axis=2).tobytes() * 100
    stream = StreamedBytes(FACTS.file, Endless(head, block, 25))
    tracemalloc.start()
    try:
        count = sum(1 for _ in mis_reader.read(stream, FACTS))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 15_000
    assert peak < 4 << 20  # of 30 MB


def test_a_tall_strip_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penline.formats.ihead._PIECE_PX", 1 << 20)
    found = np.repeat(entries(4, 128), 250, axis=0)
    content = mis(found, True)
    list(mis_reader.read(stream(mis(found[:100], True)), FACTS))  # compiles
    at = stream(content)
    tracemalloc.start()
    try:
        ink = sum(int(image.ink.sum()) for image in mis_reader.read(at, FACTS))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ink == 255 * int(found.sum())
    assert peak < 1 << 20  # of 2 MB packed


def test_without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def fail(name: str, *rest: object, **more: object) -> ModuleType:
        if name.startswith("PIL"):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    for name in [n for n in sys.modules if n.startswith("PIL")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", fail)
    assert_equal(list(mis_reader.read(stream(RAW_CONTENT), FACTS)), ENTRIES[:2])
    assert_equal(list(mis_reader.read(stream(G4_CONTENT), FACTS)), ENTRIES[:2])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (bytes(999), "only zero bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "PNG image"),
        (b"II*\0" + bytes(500), "TIFF image"),
        (b"2\n30\n31\n" * 90, "text"),
    ],
)
def test_a_misnamed_file(content: bytes, found: str) -> None:
    for reader in (mis_reader, pct_reader):
        for streamed in (False, True):
            _, _, error = outcome(content, streamed, reader)
            assert error is not None
            assert (error.offset, error.field, error.found) == (0, "first record", found)


@STREAMED
@pytest.mark.parametrize("height", [32 * 2000, 99_999_968])
def test_little_memory(height: int, streamed: bool) -> None:
    content = mis(entries(2000), height=height)
    for function in (mis_reader.read, mis_reader.salvage):
        at = stream(content, streamed)
        tracemalloc.start()
        try:
            for _ in function(at, FACTS):
                pass
        except FormatError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak <= 2 * len(content) + WORKING_BYTES


@STREAMED
def test_classes_and_origins(streamed: bool) -> None:
    text = "0123456789AZaz" * 300
    assert mis_reader.read_classes(stream(classes(text), streamed)) == text
    assert mis_reader.read_classes(stream(b"2\n4A\n4a\n", streamed)) == "JJ"
    assert mis_reader.read_classes(stream(b"0\n", streamed)) == ""
    found = [("f3804_08/d3804_08.mis", 3 * i) for i in range(500)]
    read = mis_reader.read_origins(stream(origins(found), streamed))
    assert [(origin.path, origin.index) for origin in read] == found


@STREAMED
@pytest.mark.parametrize(
    ("content", "field", "offset"),
    [
        (b"", "first record", 0),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "first record", 0),
        (b"x\n30\n", "first record", 0),
        (b"2", "line", 0),
        (b"2\n30\n", "count", 5),
        (b"2\n30\n31", "line", 5),
        (b"1\n30\n31\n", "end of file", 5),
        (b"1\n30\n\n", "end of file", 5),
        (b"1\n3\n", "class", 2),
        (b"1\n0x30\n", "class", 2),
        (b"1\n+3\n", "class", 2),
        (b"1\n1f\n", "class", 2),
        (b"1\n7f\n", "class", 2),
        (b"1\n\xb0\xa1\n", "class", 2),
        (b"999999999\n30\n", "count", 13),
        (b"1\n" + b"3" * 5000, "line", 2),
    ],
)
def test_classes_that_are_wrong(content: bytes, field: str, offset: int, streamed: bool) -> None:
    with pytest.raises(FormatError) as caught:
        mis_reader.read_classes(stream(content, streamed))
    assert (caught.value.field, caught.value.offset) == (field, offset)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", [b"", b"x.mis", b"x.mis -1", b" 3", b"x.mis 3.5", b"x\xff.mis 1"])
def test_origins_that_are_wrong(line: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        list(mis_reader.read_origins(stream(b"2\na.mis 0\n" + line + b"\n")))
    assert (caught.value.field, caught.value.offset) == ("origin", 10)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    compressed=st.booleans(),
    streamed=st.booleans(),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_files(
    compressed: bool, streamed: bool, bends: list[tuple[int, bytes, int]]
) -> None:
    content = G4_CONTENT if compressed else RAW_CONTENT
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    outcome(content, streamed)
    outcome(content, streamed, pct_reader)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(content=st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    outcome(content)
    outcome(b"288\0\0\0\0\0" + content, streamed=True)
    for function in (mis_reader.read_classes, lambda d: list(mis_reader.read_origins(d))):
        try:
            function(stream(content))
        except FormatError as error:
            assert "\n" not in str(error)


RAW_CONTENT = mis(ENTRIES[:2])
G4_CONTENT = mis(ENTRIES[:2], compressed=True)
