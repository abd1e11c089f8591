"""ETL8 and ETL9: Japanese characters in records of fixed length, grey (G) or of two levels (B).

All numbers are big-endian; there is no file header. Source: the publisher's pages form_e8g,
form_e8b, form_e9g and form_e9b (2001-09.04) and its page on ETL-9. No original file was at hand.

    ETL8G  ETL9G  ETL8B  ETL9B  field
    0      0      0      0      sheet number, 2 bytes, from 1
    2      2      2      2      character, 2 bytes, JIS X 0208
    4      4      4      4      reading, ASCII, 8 bytes (G) or 4 (B)
    12     12     -      -      serial number, 4 bytes
    16     16     -      -      marks, writer's sex, age and work, dates, place: not read
    60     64     8      8      picture: 128 x 127 pixels of 4 bits, or 64 x 63 of 1 bit;
                                the higher bits are the left pixel
    8188   8192   512    512    the rest, not read
    8199   8199   512    576    bytes of a record

The first record of a B file is a dummy (zeros in ETL9B, by the publisher's page). It is left out
where it does not look like a character: a sheet number of 0, or a code that is none. Otherwise the
file is refused: its beginning is lost, or it is another format.

Polarity: ink is bright, paper 0 or near it. The publisher's pages do not say so; public programs
that invert the pictures for a white ground do. In the grey files paper is not exactly 0. 4 bits
are spread to 0..255 (x 17), 1 bit to 0 and 255.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.scan import Scanner
from penline.formats.sniff import HEAD_BYTES, sniff
from penline.records import Bytes2D, GlyphRecord, Source

__all__ = ["Etl", "etl8b", "etl8g", "etl9b", "etl9g"]

_PAPER = 0
_CODE_AT = 2
_READING_AT = 4
_HEAD_BYTES = 12
_GREY = (np.arange(16) * 17).astype(np.uint8)

SourceOf = Callable[[int, int], Source]
"""Sheet number and record number -> the facts of that record."""


@functools.lru_cache(maxsize=8192)
def _character(code: bytes) -> str | None:
    """The character of a JIS X 0208 code, or None if it has none."""
    if not (0x21 <= code[0] <= 0x7E and 0x21 <= code[1] <= 0x7E):
        return None
    try:
        text = (b"\x1b$B" + code + b"\x1b(B").decode("iso2022_jp")
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None


@dataclass(frozen=True)
class Etl(Scanner[GlyphRecord]):
    """Reads one of the four formats.

    Attributes:
        name: the format's name, for messages.
        record_bytes: bytes of a record.
        picture_at: where the picture begins in it.
        width_px: width of the picture.
        height_px: height of the picture.
        bits: bits a pixel, 4 or 1.
        dummies: records at the beginning that hold no character.
        source_of: gives a record facts of its own, which tell its writer.
    """

    name: str
    record_bytes: int
    picture_at: int
    width_px: int
    height_px: int
    bits: int
    dummies: int = 0
    source_of: SourceOf | None = None

    gives_up = True

    @property
    def head(self) -> int:  # type: ignore[override]
        """Bytes of a record, all of which are looked at together."""
        return self.record_bytes

    @property
    def expected(self) -> str:  # type: ignore[override]
        """What a file of the format is."""
        return f"an {self.name} file (records of {self.record_bytes:,} bytes)"

    def empty(self, stream: ByteSource, offset: int) -> FormatError:
        """Say that a file has no record."""
        expected = f"at least one record of {self.record_bytes:,} bytes"
        return FormatError(stream.file, offset, "first record", expected, "the end of the file")

    def start(self, stream: ByteSource) -> int:
        """Offset of the first character, the dummy having been looked at."""
        if not self.dummies:
            return 0
        buffer, at = stream.read_exact(0, self.record_bytes, "dummy record")
        looks = sniff(bytes(buffer[at : at + HEAD_BYTES]))
        if looks not in (None, "only zero bytes", "text"):
            raise FormatError(stream.file, 0, "dummy record", self.expected, str(looks))
        head = bytes(buffer[at : at + _HEAD_BYTES])
        if self._looks_sound(head):
            expected = "a first record without a character"
            found = f"sheet {int.from_bytes(head[:2])}, code {head[2:4].hex(' ')}"
            raise FormatError(stream.file, 0, "dummy record", expected, found)
        return self.record_bytes

    def record(
        self, stream: ByteSource, source: Source, record: int, offset: int
    ) -> GlyphRecord | None:
        """Read the record at `offset`; None at the exact end of the file."""
        buffer, at, have = stream.peek(offset, self.record_bytes)
        if have < self.record_bytes:
            if have == 0 and stream.fault is None and offset:
                return None
            raise stream.shortfall(offset, self.record_bytes, "record", have)
        sheet = int.from_bytes(buffer[at : at + 2])
        if not sheet:
            raise FormatError(stream.file, offset, "sheet number", "at least 1", "0")
        code = bytes(buffer[at + _CODE_AT : at + _CODE_AT + 2])
        character = _character(code)
        if character is None:
            place = offset + _CODE_AT
            raise FormatError(stream.file, place, "character code", "JIS X 0208", code.hex(" "))
        pixels = self._picture(buffer, at + self.picture_at)
        facts = self.source_of(sheet, record) if self.source_of else source
        return GlyphRecord(character, code, pixels, _PAPER, facts, record, offset)

    def size(self, record: GlyphRecord) -> int:  # noqa: ARG002
        """Return the bytes of a record."""
        return self.record_bytes

    def _picture(self, buffer: memoryview, at: int) -> Bytes2D:
        count = self.width_px * self.height_px * self.bits // 8
        packed = np.frombuffer(buffer, np.uint8, count, at)
        if self.bits == 1:
            pixels = np.unpackbits(packed) * np.uint8(255)
        else:
            pixels = _GREY[np.stack((packed >> 4, packed & 15), axis=1)]
        found = pixels.reshape(self.height_px, self.width_px)
        found.flags.writeable = False
        return found

    def _looks_sound(self, head: bytes) -> bool:
        """Whether twelve bytes begin a record: sheet, code and a reading in ASCII."""
        if len(head) < _HEAD_BYTES or not any(head[:2]) or _character(head[2:4]) is None:
            return False
        reading = head[_READING_AT : _HEAD_BYTES if self.bits == 4 else _READING_AT + 4]
        return all(byte == 0 or 0x20 <= byte < 0x7F for byte in reading)

    def _leads(self, stream: ByteSource, offset: int) -> bool:
        """Whether at `offset` a record begins that is followed by another one, or by the end."""
        buffer, at, have = stream.peek(offset, self.record_bytes + _HEAD_BYTES)
        if have < self.record_bytes:
            return False
        if not self._looks_sound(bytes(buffer[at : at + _HEAD_BYTES])):
            return False
        after = at + self.record_bytes
        return have == self.record_bytes or self._looks_sound(
            bytes(buffer[after : after + _HEAD_BYTES])
        )

    def after(self, stream: ByteSource, offset: int) -> int | None:
        """Where to go on after the bad record at `offset`; None if nothing follows."""
        size = self.record_bytes
        have = stream.peek(offset, 3 * size + _HEAD_BYTES)[2]
        if have <= size:
            return None
        if have == 2 * size or self._leads(stream, offset + size):
            return offset + size
        for step in _likely(stream, offset, min(2 * size, have - size + 1)):
            if self._leads(stream, offset + step):
                return offset + step
        return offset + size


def _likely(stream: ByteSource, offset: int, count: int) -> list[int]:
    """Those of `count` steps after `offset`, from 1, where code and reading may be a record's."""
    buffer, at, _ = stream.peek(offset, count + _READING_AT + 4)
    data = np.frombuffer(buffer, np.uint8, count + _READING_AT + 4, at)
    plain = (data >= 0x20) & (data < 0x7F)
    likely = plain[_CODE_AT:][:count] & plain[_CODE_AT + 1 :][:count]
    plain |= data == 0
    for place in range(_READING_AT, _READING_AT + 4):
        likely &= plain[place:][:count]
    steps: list[int] = likely.nonzero()[0].tolist()
    return [step for step in steps if step]


etl8g = Etl("ETL8G", 8199, 60, 128, 127, 4)
etl9g = Etl("ETL9G", 8199, 64, 128, 127, 4)
etl8b = Etl("ETL8B", 512, 8, 64, 63, 1, dummies=1)
etl9b = Etl("ETL9B", 576, 8, 64, 63, 1, dummies=1)
