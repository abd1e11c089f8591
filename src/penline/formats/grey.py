"""Records of one grey picture and its label: the frame that GNT and GNTX share.

    sample size    4 bytes, the whole record
    label          the format's own number of bytes
    width, height  2 bytes each
    bitmap         width x height bytes, rows from the top, 255 = paper

All numbers are little-endian; there is no file header.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterator

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.scan import Scanner
from penline.records import Defect, GlyphRecord, GlyphRun, Source, glyph_record

__all__ = ["GreyRecords"]

_PAPER = 255

_KNOWN_LIMIT = 1 << 16
"""So many labels are kept with their characters."""
_TOGETHER = 4096
"""Records of one run."""
_SIDE_LIMIT_PX = 4096
"""In a search, a header with a longer side is not believed."""


class GreyRecords(Scanner[GlyphRecord]):
    """Reads one format of this frame.

    Where sample size and width x height disagree, whichever leads to a sound header shows where to
    go on; where neither does, the next sound header is searched for byte by byte. A record that is
    sound in itself but followed by nonsense, and holds another sound record in its bitmap, has a
    header that lies twice: it becomes a defect.

    Args:
        name: the format's name, for messages.
        header: the four fields before the bitmap, the label as raw bytes.
        label: the character of a label, or None where it is none.
        code: name of the label's field, and what it should hold, for messages.
    """

    def __init__(
        self,
        name: str,
        header: struct.Struct,
        label: Callable[[bytes], str | None],
        code: tuple[str, str],
    ) -> None:
        self.header = header
        self.head = header.size
        self.label = label
        self.code = code
        self._known: dict[bytes, str] = {}
        self.expected = f"a {name} record (sample size = {self.head} + width x height)"

    def runs(
        self, stream: ByteSource, source: Source, *, salvage: bool = False
    ) -> Iterator[GlyphRun | GlyphRecord | Defect]:
        """Yield what `read` or `salvage` do, with up to 4,096 sound records together as a run.

        A record that needed a closer look comes by itself.

        Raises:
            FormatError: as `read`, without `salvage`.
        """
        return (self.salvage_pass if salvage else self.strict_pass)(stream, source, self._together)

    def lie(self, stream: ByteSource, offset: int, size: int) -> int | None:
        """Find a sound record in the bitmap of one that is followed by nonsense."""
        if self._leads(stream, offset, size):
            return None
        return self.search(stream, offset + 1, offset + size)

    def size(self, record: GlyphRecord) -> int:
        """Return the bytes of a record."""
        return self.head + record.pixels.size

    def ahead(
        self, stream: ByteSource, source: Source, record: int, offset: int
    ) -> Generator[GlyphRecord, None, tuple[int, int]]:
        """Records from `offset` on, as long as nothing needs a closer look: the fast road.

        Each is sound and followed, in the bytes that the stream already holds, by a header that
        fits itself. So neither a strict reading nor a salvage has more to ask about it.

        Returns:
            Offset and number of the first record that is left to `record`.
        """
        head, unpack, known = self.head, self.header.unpack_from, self._known
        buffer, at, have = stream.peek(offset, head)
        if have < head:
            return offset, record
        last = at + have - head
        ahead = offset - at
        whole = np.frombuffer(buffer, np.uint8)
        size, code, width, height = unpack(buffer, at)
        if size != head + width * height or size == head:
            return offset, record
        while True:
            after = at + size
            if after > last:
                break
            own, following, next_width, next_height = unpack(buffer, after)
            if own != head + next_width * next_height or own == head:
                break
            character = known.get(code)
            if character is None:
                character = self._learn(code)
                if character is None:
                    break
            pixels = whole[at + head : after].reshape(height, width)
            yield glyph_record(character, code, pixels, _PAPER, source, record, at + ahead)
            record += 1
            at, size, code, width, height = after, own, following, next_width, next_height
        return at + ahead, record

    def _together(
        self, stream: ByteSource, source: Source, record: int, offset: int
    ) -> Generator[GlyphRun, None, tuple[int, int]]:
        """Yield sound records in runs; return where the first other one begins, and its number."""
        from penline.formats.grey_runs import sound_records  # numba is loaded on use

        head, known, label_bytes = self.head, self._known, self.head - 8
        starts, labels = np.empty(_TOGETHER, np.int64), np.empty(_TOGETHER, np.int64)
        sizes = np.empty((_TOGETHER, 2), np.int64)
        while True:
            buffer, at, have = stream.peek(offset, head)
            if have < head:
                return offset, record
            data = np.frombuffer(buffer, np.uint8)
            count = sound_records(data, at, head, starts, sizes, labels)
            characters = []
            for number in labels[:count].tolist():
                code = number.to_bytes(label_bytes, "little")
                character = known.get(code) or self._learn(code)
                if character is None:
                    break
                characters.append(character)
            count = len(characters)
            if not count:
                return offset, record
            own, sides = starts[:count].copy(), sizes[:count].copy()
            places = own + (offset - at - head)
            yield GlyphRun(characters, data, own, sides, _PAPER, source, record, places)
            offset = int(places[-1]) + head + int(sides[-1, 0] * sides[-1, 1])
            record += count

    def _learn(self, code: bytes) -> str | None:
        """The character of a label, kept for the next time; None where it is none."""
        character = self.label(code)
        if character is not None and len(self._known) < _KNOWN_LIMIT:
            self._known[code] = character
        return character

    def record(
        self, stream: ByteSource, source: Source, record: int, offset: int
    ) -> GlyphRecord | None:
        """The record at `offset`; None at the exact end of a file that has records."""
        buffer, at, have = stream.peek(offset, self.head)
        if have < self.head:
            if have == 0 and record and stream.fault is None:
                return None
            raise stream.shortfall(offset, self.head, "header", have)
        size, code, width, height = self.header.unpack_from(buffer, at)
        if size != self.head + width * height or size == self.head:
            raise self._bent(stream.file, offset, size, width, height)
        if have < size:
            buffer, at, have = stream.peek(offset, size)
            if have < size:
                raise stream.shortfall(
                    offset + self.head, size - self.head, "bitmap", have - self.head
                )
        label = self.label(code)
        if label is None:
            raise FormatError(stream.file, offset + 4, *self.code, code.hex(" "))
        pixels = np.ndarray((height, width), np.uint8, buffer, at + self.head)
        return GlyphRecord(label, code, pixels, _PAPER, source, record, offset)

    def _bent(self, file: str, offset: int, size: int, width: int, height: int) -> FormatError:
        sides = ((self.head - 4, "width", width), (self.head - 2, "height", height))
        for at, field, value in sides:
            if value == 0:
                return FormatError(file, offset + at, field, "at least 1", "0")
        expected = f"{self.head + width * height:,} ({self.head} + {width} x {height})"
        return FormatError(file, offset, "sample size", expected, f"{size:,}")

    def _leads(self, stream: ByteSource, offset: int, size: int) -> bool:
        """Whether `size` bytes after `offset` comes a header that fits itself, or the exact end."""
        buffer, at, have = stream.peek(offset, size + self.head)
        if have < size + self.head:
            return have == size
        own, _, width, height = self.header.unpack_from(buffer, at + size)
        return bool(width and height and own == self.head + width * height)

    def after(self, stream: ByteSource, offset: int) -> int | None:
        """Where to go on after the damaged record at `offset`; None if nothing sound follows."""
        buffer, at, have = stream.peek(offset, self.head)
        if have < self.head:
            return None
        fields: tuple[int, bytes, int, int] = self.header.unpack_from(buffer, at)
        size, _, width, height = fields
        for step in sorted({size, self.head + width * height}):  # the nearer first: it loses less
            if step >= self.head and self._leads(stream, offset, step):
                return offset + step
        if size == self.head + width * height > self.head and stream.peek(offset, size)[2] >= size:
            # The frame is whole, only its label is not: the next header is the one that is bent.
            return self.search(stream, offset + 1, offset + size) or offset + size
        return self.search(stream, offset + 1, None)

    def believed(
        self, stream: ByteSource, offset: int, header: memoryview, stop: int | None
    ) -> bool:
        """Tell whether a header leads to another one, or to the end of the file.

        Without `stop` any whole record with a label counts.
        """
        size, code, width, height = self.header.unpack(header)
        if not 0 < width <= _SIDE_LIMIT_PX or not 0 < height <= _SIDE_LIMIT_PX:
            return False
        if self.label(code) is None:
            return False
        whole = stop is None and stream.peek(offset, size)[2] >= size
        return whole or self._leads(stream, offset, size)

    def headers(self, buffer: memoryview, at: int, count: int) -> list[int]:
        """Those of `count` places from index `at` on where sample size fits width and height."""
        sizes: np.ndarray[tuple[int], np.dtype[np.uint32]]
        sizes = np.ndarray((count,), "<u4", buffer, at, (1,))
        areas = np.ndarray((count,), "<u2", buffer, at + self.head - 4, (1,)).astype(np.uint32)
        areas *= np.ndarray((count,), "<u2", buffer, at + self.head - 2, (1,))
        areas += np.uint32(self.head)
        places: list[int] = (areas == sizes).nonzero()[0].tolist()
        return places
