"""IHead: NIST's header of ASCII fields before one raster; a PCT file is one picture of it.

Source: appendix A of the user's guide to NIST Special Database 19, first edition, and NIST's own
programs (public domain). Of 8 bits a pixel, twenty original files were read; of 1 bit none was at
hand when this was written.

    offset  bytes  field       meaning
    0       8      length      "288", the bytes of the header that follow
    8       80     id          free text
    88      26     created     date
    114     8      width       pixels; of 1 bit, here a multiple of 8
    122     8      height      rows
    130     8      depth       bits a pixel, 1 or 8; of 8 bits the raster is not compressed
    138     8      density     pixels an inch
    146     8      compress    0 none, 2 CCITT group 4; others are refused
    154     8      complen     bytes of the compressed raster
    162     8      align       bits to a multiple of which a row is padded
    170     8      unitsize    bits of a unit of data
    178     1      sigbit      0 = the leftmost pixel is the highest bit of its byte
    179     1      byte_order  of units of two bytes
    180     8      pix_offset
    188     8      whitepix    the value of paper: 0 or 1; of 8 bits 0 or 255
    196     1      issigned
    197     1      rm_cm       0 = row by row
    198     1      tb_bt       0 = from the top
    199     1      lr_rl       0 = from the left
    200     80     parent      the image this one was cut from
    280     8+8    par_x/y     where in the parent; in a MIS file the size of an entry
    296            raster      to the end of the file
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.defects import until_fault
from penline.formats.g4 import decode_pieces
from penline.formats.sniff import misnamed
from penline.records import Bytes2D, Defect, Source

__all__ = [
    "HEADER",
    "RASTER_OFFSET",
    "BinaryImage",
    "GreyImage",
    "IHead",
    "check_end",
    "check_pixels",
    "read",
    "read_compressed",
    "read_head",
    "read_raster",
    "salvage",
]

HEADER = struct.Struct("<8s80s26s8s8s8s8s8s8s8s8sss8s8sssss80s8s8s")
RASTER_OFFSET = HEADER.size
SIDE_LIMIT_PX = 1 << 16
PIXELS_LIMIT = 1 << 27
"""One picture (a page, an entry of a MIS file) of more pixels than this is refused: its ink takes a
byte a pixel. A full form of SD19 has 2,560 x 3,300, a sixteenth of it."""
_PIECE_PX = 1 << 23
"""About so many pixels of a compressed stack of pictures are unpacked at once."""

_EXPECTED = 'an IHead file (begins with "288" and a header of ASCII fields)'
_NAMES = {1: "CCITT G3", 3: "LZW", 4: "RL and LZW", 5: "RL", 6: "JPEG", 7: "WSQ"}
_FIELDS = (
    *("length", "id", "created", "width", "height", "depth", "density", "compress", "complen"),
    *("align", "unitsize", "sigbit", "byte_order", "pix_offset", "whitepix", "issigned"),
    *("rm_cm", "tb_bt", "lr_rl", "parent", "par_x", "par_y"),
)
_TEXTS = ("id", "created", "parent")
_SIZES = (8, 80, 26, *(8,) * 8, 1, 1, 8, 8, 1, 1, 1, 1, 80, 8, 8)
_OFFSETS = {name: sum(_SIZES[:index]) for index, name in enumerate(_FIELDS)}


@dataclass(frozen=True, slots=True)
class IHead:
    """The fields of a header that matter for its pixels; sizes in pixels."""

    id: str
    created: str
    width_px: int
    height_px: int
    density_dpi: int
    compress: int
    complen: int
    lowest_bit_first: bool
    white: int
    parent: str
    par_x: int
    par_y: int
    depth: int = 1

    @property
    def unpacked_lowest_bit_first(self) -> bool:
        """The order of bits in what `read_raster` gives."""
        return self.lowest_bit_first and not self.compress


@dataclass(frozen=True, slots=True, eq=False)
class BinaryImage:
    """One black and white picture; it has no label of its own.

    Attributes:
        packed: ``uint8 (height_px, width_px / 8)``, read-only view of the file's bytes or, of a
            compressed raster, of the unpacked ones.
        white: the bit that means paper, 0 or 1.
        lowest_bit_first: the leftmost pixel of a byte is its lowest bit.
        head: the file's header.
        source: the file's facts.
        record: number of the picture in the file, from 0.
        offset: byte offset in the file; of a compressed raster that of the raster.
    """

    packed: Bytes2D
    white: int
    lowest_bit_first: bool
    head: IHead
    source: Source
    record: int
    offset: int

    @property
    def labels(self) -> tuple[str, ...]:
        """None; the classes stand in a CLS file beside."""
        return ()

    @property
    def ink(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``, 0 = paper, 255 = full ink."""
        order: Literal["little", "big"] = "little" if self.lowest_bit_first else "big"
        height, row_bytes = self.packed.shape
        bits: Bytes2D = np.unpackbits(self.packed, bitorder=order).reshape(height, 8 * row_bytes)
        if self.white:
            bits -= 1  # 0 becomes 255
        else:
            np.negative(bits, out=bits)  # 1 becomes 255
        return bits


@dataclass(frozen=True, slots=True, eq=False)
class GreyImage:
    """One grey picture; it has no label of its own.

    Attributes:
        pixels: ``uint8 (height_px, width_px)``, read-only view of the file's bytes.
        head: the file's header; its `white` is the value of paper, 0 or 255.
        source: the file's facts.
        record: 0, the number of the picture in the file.
        offset: byte offset of the raster.
    """

    pixels: Bytes2D
    head: IHead
    source: Source
    record: int
    offset: int

    @property
    def labels(self) -> tuple[str, ...]:
        """None; nothing in the file tells what it shows."""
        return ()

    @property
    def ink(self) -> Bytes2D:
        """``uint8 (height_px, width_px)``, 0 = paper, 255 = full ink.

        A picture of zeros and ones alone holds a bit a byte, 1 = ink, whatever its header says
        of white: so are the labels that come with NIST's PCASYS, whose white is 255.
        """
        if self.pixels.max() <= 1:
            return self.pixels * np.uint8(255)
        return 255 - self.pixels if self.head.white else self.pixels


def read(stream: ByteSource, source: Source) -> Iterator[BinaryImage | GreyImage]:
    """The one picture of the file (a PCT page).

    Raises:
        FormatError: at the first thing that is not as it should be.
    """
    head = read_head(stream, 8)
    if head.depth == 8:
        check_pixels(stream, head, head.height_px)
        buffer, at = _whole_raster(stream, head.width_px * head.height_px)
        pixels = np.ndarray((head.height_px, head.width_px), np.uint8, buffer, at)
        yield GreyImage(pixels, head, source, 0, RASTER_OFFSET)
        stream.finish()
        return
    packed = read_raster(stream, head)
    order = head.unpacked_lowest_bit_first
    yield BinaryImage(packed, head.white, order, head, source, 0, RASTER_OFFSET)
    stream.finish()


def salvage(stream: ByteSource, source: Source) -> Iterator[BinaryImage | GreyImage | Defect]:
    """The picture, or what is wrong with it; raises only `MissingExtra`."""
    return until_fault(read(stream, source))


def read_head(stream: ByteSource, most_bits: int = 1) -> IHead:
    """The header at the beginning of the file, every field checked that decides a pixel.

    Args:
        stream: the file.
        most_bits: 1, or 8 where pictures of 8 bits a pixel may stand, too.

    Raises:
        FormatError: a field is not what can be read here.
    """
    buffer, at, have = stream.peek(0, HEADER.size)
    if have < HEADER.size:
        raise misnamed(stream, stream.shortfall(0, HEADER.size, "header", have), _EXPECTED)
    raw: dict[str, bytes] = dict(zip(_FIELDS, HEADER.unpack_from(buffer, at), strict=True))
    try:
        _demand(stream, raw, "length", 288, 288)
    except FormatError as error:
        raise misnamed(stream, error, _EXPECTED) from None
    depth = _number(raw["depth"])
    grey = depth == most_bits == 8
    if depth != 1 and not grey:
        expected = "1 or 8 bits a pixel" if most_bits == 8 else "1 bit a pixel"
        raise _wrong(stream, "depth", expected, raw["depth"])
    width = _demand(stream, raw, "width", 1, SIDE_LIMIT_PX)
    if width % 8 and not grey:
        raise _wrong(stream, "width", "a multiple of 8", raw["width"])
    height = _demand(stream, raw, "height", 1, 10**8)
    compress = _demand(stream, raw, "compress", 0, 10**8)
    if grey and compress:
        raise _wrong(
            stream, "compress", "0: of 8 bits, only what is not compressed", raw["compress"]
        )
    if compress not in (0, 2):
        name = _NAMES.get(compress, "unknown")
        raise FormatError(
            *(stream.file, _OFFSETS["compress"], "compress"),
            *("0 (none) or 2 (CCITT G4)", f"{compress} ({name})"),
        )
    complen = _demand(stream, raw, "complen", 1 if compress else 0, 10**8)
    sigbit = _demand(stream, raw, "sigbit", 0, 1)
    if compress == 0 and _number(raw["unitsize"]) not in (0, 8):
        _demand(stream, raw, "byte_order", 0, 0)
    _demand(stream, raw, "pix_offset", 0, 0)
    white = _demand(stream, raw, "whitepix", 0, 255 if grey else 1)
    if grey and white not in (0, 255):
        raise _wrong(stream, "whitepix", "0 or 255", raw["whitepix"])
    for field in ("rm_cm", "tb_bt", "lr_rl"):
        _demand(stream, raw, field, 0, 0)
    par_x, par_y = (_demand(stream, raw, field, 0, 10**8) for field in ("par_x", "par_y"))
    texts = [raw[field].partition(b"\0")[0].decode("ascii", "replace") for field in _TEXTS]
    density = _number(raw["density"]) or 0
    return IHead(
        *(texts[0], texts[1], width, height, density, compress, complen),
        *(sigbit == 1, white, texts[2], par_x, par_y),
        8 if grey else 1,
    )


def read_raster(stream: ByteSource, head: IHead) -> Bytes2D:
    """``uint8 (height_px, width_px / 8)``: all rows; the raster has to end with the file.

    A compressed raster comes with the leftmost pixel in the highest bit, whatever the header
    says of the order of bits in the file.

    Raises:
        FormatError: the raster is short, long or damaged.
    """
    if head.compress:
        (packed,) = read_compressed(stream, head, head.height_px)
        return packed
    check_pixels(stream, head, head.height_px)
    row_bytes = head.width_px // 8
    buffer, at = _whole_raster(stream, row_bytes * head.height_px)
    return np.ndarray((head.height_px, row_bytes), np.uint8, buffer, at)


def read_compressed(stream: ByteSource, head: IHead, picture_rows: int) -> Iterator[Bytes2D]:
    """The rows of a compressed raster, in order, whole pictures of `picture_rows` at a time.

    Yields:
        ``uint8 (rows, width_px / 8)``, the leftmost pixel in the highest bit.

    Raises:
        FormatError: the raster is short, long or damaged; before the first piece.
    """
    buffer, at = _whole_raster(stream, head.complen)
    check_pixels(stream, head, picture_rows)
    strip = buffer[at : at + head.complen]
    rows = max(_PIECE_PX // (head.width_px * picture_rows), 1) * picture_rows
    turned = head.lowest_bit_first
    try:
        yield from decode_pieces(strip, head.width_px, head.height_px, rows, turned=turned)
    except ValueError as error:
        expected, found = error.args
        raise FormatError(stream.file, RASTER_OFFSET, "raster", expected, found) from None


def check_pixels(stream: ByteSource, head: IHead, picture_rows: int) -> None:
    """Refuse pictures of more than `PIXELS_LIMIT` pixels.

    Raises:
        FormatError: they are larger.
    """
    if head.width_px * picture_rows > PIXELS_LIMIT:
        found = f"{head.width_px:,} x {picture_rows:,}"
        limit = f"at most {PIXELS_LIMIT:,} pixels"
        raise FormatError(stream.file, _OFFSETS["height"], "width and height", limit, found)


def check_end(stream: ByteSource, size: int, have: int) -> None:
    """Refuse a file with more behind the raster of `size` bytes, where `have` are at its place.

    Raises:
        FormatError: there is more, or the stream broke off.
    """
    if have > size or stream.fault is not None:
        raise stream.fault or FormatError(
            *(stream.file, RASTER_OFFSET + size, "end of file"),
            *("nothing after the raster", "more bytes"),
        )


def _whole_raster(stream: ByteSource, size: int) -> tuple[memoryview, int]:
    """The buffer and index of the raster's `size` bytes, with which the file ends."""
    buffer, at, have = stream.peek(RASTER_OFFSET, size + 1)
    if have < size:
        raise stream.shortfall(RASTER_OFFSET, size, "raster", have)
    check_end(stream, size, have)
    return buffer, at


def _number(field: bytes) -> int | None:
    """The number of an ASCII field: digits up to the first zero, spaces around; none is 0."""
    digits = field.partition(b"\0")[0].strip(b" ")
    if not digits:
        return 0
    return int(digits) if digits.isdigit() else None


def _demand(stream: ByteSource, raw: dict[str, bytes], field: str, low: int, high: int) -> int:
    """The number in `field`, from `low` to `high`."""
    value = _number(raw[field])
    if value is None or not low <= value <= high:
        expected = f"{low:,}" if low == high else f"a number from {low:,} to {high:,}"
        raise _wrong(stream, field, expected, raw[field])
    return value


def _wrong(stream: ByteSource, field: str, expected: str, found: bytes) -> FormatError:
    return FormatError(
        stream.file, _OFFSETS[field], field, expected, ascii(found.rstrip(b"\0"))[1:]
    )
