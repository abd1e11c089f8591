"""The lines of a text file behind a byte source, one at a time, however long the file is."""

from __future__ import annotations

from collections.abc import Iterator

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.sniff import HEAD_BYTES, sniff

__all__ = ["LINE_LIMIT", "decoded", "text_lines"]

LINE_LIMIT = 1 << 22
"""A line of more bytes is refused: a picture of 1,024 x 1,024 numbers fits."""
_BLOCK = 1 << 18
_BOM = b"\xef\xbb\xbf"


def text_lines(stream: ByteSource) -> Iterator[tuple[int, bytes]]:
    """Yield each line that holds anything, without its end, with its byte offset.

    Lines end in LF or CR LF; a byte order mark of UTF-8 is left out.

    Raises:
        FormatError: a line is longer than `LINE_LIMIT`, the stream breaks off, or the file is
            obviously no text.
    """
    offset, rest = 0, b""
    while True:
        piece = stream.read_most(offset + len(rest), _BLOCK)
        if not offset and not rest:
            _is_text(stream, piece)
            if piece.startswith(_BOM):
                offset, piece = len(_BOM), piece[len(_BOM) :]
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines if piece else (rest,):
            whole = line.removesuffix(b"\r")
            if whole.strip():
                yield offset, whole
            offset += len(line) + 1
        if not piece:
            stream.finish()
            return
        if len(rest) > LINE_LIMIT:
            raise FormatError(stream.file, offset, "line", f"at most {LINE_LIMIT:,} bytes", "more")


def decoded(stream: ByteSource, offset: int, line: bytes) -> str:
    """Return a line as text.

    Raises:
        FormatError: it is not UTF-8.
    """
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        found = repr(line[error.start : error.start + 8])[1:]
        place = offset + error.start
        raise FormatError(stream.file, place, "text", "UTF-8; save it so", found) from None


def _is_text(stream: ByteSource, piece: bytes) -> None:
    found = "an empty file" if not piece and stream.fault is None else None
    if b"\0" in piece[:HEAD_BYTES]:
        found = sniff(piece[: HEAD_BYTES + 16]) or "bytes that are no text"
    if found:
        raise FormatError(stream.file, 0, "first line", "text in UTF-8", found)
