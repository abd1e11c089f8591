"""Sheets as a PDF file: rectangles, grey pictures and a standard font; nothing else is needed.

Source: ISO 32000-1:2008: objects and the cross-reference table 7.3 to 7.5, pages 7.7.3,
paths 8.5, images 8.9, the standard 14 fonts 9.6.2.2. There is no date and no random number in the
file: the same sheets give the same bytes (with the same zlib), which libraries do not promise.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from penline.template.drawing import Mark, Picture, Rectangle, Words
from penline.template.layout import PAGE_MM

__all__ = ["pdf_bytes"]

_POINTS = 72 / 25.4
_LEVEL = 9


class _PdfFile:
    """Objects one after the other, with the table of where they begin."""

    def __init__(self) -> None:
        self.data = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        self.places: dict[int, int] = {}
        self.count = 0

    def number(self) -> int:
        """A number for an object that is written later."""
        self.count += 1
        return self.count

    def put(self, body: bytes, number: int | None = None) -> int:
        """Write an object."""
        number = self.number() if number is None else number
        self.places[number] = len(self.data)
        self.data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        return number

    def stream(self, entries: bytes, data: bytes) -> int:
        """Write a packed stream."""
        packed = zlib.compress(data, _LEVEL)
        head = b"<< %b /Filter /FlateDecode /Length %d >>" % (entries, len(packed))
        return self.put(b"%b\nstream\n%b\nendstream" % (head, packed))

    def finish(self, root: int) -> bytes:
        """The file, closed by its table."""
        start = len(self.data)
        self.data += b"xref\n0 %d\n0000000000 65535 f \n" % (self.count + 1)
        for number in range(1, self.count + 1):
            self.data += b"%010d 00000 n \n" % self.places[number]
        trailer = b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        self.data += trailer % (self.count + 1, root, start)
        return bytes(self.data)


def pdf_bytes(sheets: Iterable[Iterable[Mark]]) -> bytes:
    """A PDF file, a page of A4 a sheet.

    Args:
        sheets: what is on each of them.
    """
    file = _PdfFile()
    root, pages = file.number(), file.number()
    font = file.put(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    pictures: dict[tuple[bytes, tuple[int, ...]], int] = {}
    kids = []
    for marks in sheets:
        drawn, used = _content(file, marks, pictures)
        content = file.stream(b"", drawn)
        named = b" ".join(b"/P%d %d 0 R" % (number, number) for number in used)
        box = b" ".join(_number(side * _POINTS) for side in PAGE_MM)
        kids.append(
            file.put(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %b] /Contents %d 0 R /Resources "
                b"<< /Font << /F %d 0 R >> /XObject << %b >> >> >>"
                % (pages, box, content, font, named)
            )
        )
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    file.put(b"<< /Type /Pages /Kids [%b] /Count %d >>" % (listed, len(kids)), pages)
    # no scaling: a viewer that heeds it prints the sheet in its true size
    view = b"/ViewerPreferences << /PrintScaling /None >>"
    file.put(b"<< /Type /Catalog /Pages %d 0 R %b >>" % (pages, view), root)
    return file.finish(root)


def _content(
    file: _PdfFile, marks: Iterable[Mark], pictures: dict[tuple[bytes, tuple[int, ...]], int]
) -> tuple[bytes, list[int]]:
    """The drawing of a page, and the numbers of the pictures that it shows."""
    # y runs down from the upper edge, in millimetres
    said = [b"%b 0 0 -%b 0 %b cm" % tuple(map(_number, (_POINTS, _POINTS, PAGE_MM[1] * _POINTS)))]
    used: dict[int, None] = {}
    for mark in marks:
        colour = b" ".join(_number(part / 255) for part in mark.colour)
        if isinstance(mark, Rectangle):
            box = b" ".join(map(_number, (mark.left, mark.top, mark.width, mark.height)))
            said.append(b"%b rg %b re f" % (colour, box))
        elif isinstance(mark, Words):
            place = b" ".join(map(_number, (mark.left, mark.baseline)))
            text = mark.text.encode("ascii")
            for special in (b"\\", b"(", b")"):
                text = text.replace(special, b"\\" + special)
            size = _number(mark.size)
            said.append(
                b"BT %b rg /F %b Tf 1 0 0 -1 %b Tm (%b) Tj ET" % (colour, size, place, text)
            )
        else:
            number = _picture(file, mark, pictures)
            used[number] = None
            sides = (mark.width, mark.height, mark.left, mark.top + mark.height)
            place = b"%b 0 0 -%b %b %b cm" % tuple(map(_number, sides))
            said.append(b"q %b /P%d Do Q" % (place, number))
    return b"\n".join(said), list(used)


def _picture(
    file: _PdfFile, mark: Picture, pictures: dict[tuple[bytes, tuple[int, ...]], int]
) -> int:
    """Write a picture once; its ink goes from white to the mark's colour."""
    data = mark.ink.tobytes()
    key = (data, (*mark.ink.shape, *mark.colour))
    if key not in pictures:
        height, width = mark.ink.shape
        decode = b" ".join(b"1 %b" % _number(part / 255) for part in mark.colour[:1])
        entries = (
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
            b"/BitsPerComponent 8 /Decode [%b]" % (width, height, decode)
        )
        pictures[key] = file.stream(entries, data)
    return pictures[key]


def _number(value: float) -> bytes:
    """A number as PDF writes it, to a ten-thousandth."""
    return (f"{value:.4f}".rstrip("0").rstrip(".") or "0").encode()
