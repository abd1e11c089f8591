"""How much of everything a visitor may ask for."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BODY_BYTES",
    "CLASS_GLYPHS",
    "CONNECTIONS",
    "CUT_PIECES",
    "CUT_PIXELS",
    "CUT_SHEETS",
    "HEAD_SECONDS",
    "MARKS",
    "PAGE_GLYPHS",
    "SEND_SECONDS",
    "SET_BYTES",
    "SET_DEFECTS",
    "SET_LINES",
    "SET_SECONDS",
    "TEXT_CHARACTERS",
    "UPLOADS",
    "UPLOAD_BYTES",
    "UPLOAD_FILES",
    "UPLOAD_GLYPHS",
    "UPLOAD_INK_BYTES",
    "UPLOAD_SECONDS",
    "WORKERS",
    "WRITE_BYTES",
    "WRITE_CHARACTERS",
    "WRITE_HANDS",
    "WRITE_POINTS",
    "WRITE_STROKES",
    "WRITE_WRITINGS",
]

BODY_BYTES: Final = 1 << 18
"""Of a request that is no upload."""
UPLOAD_BYTES: Final = 64 << 20
UPLOADS: Final = 8
"""Uploaded banks kept at a time."""
UPLOAD_FILES: Final = 2000
"""Files of records in one uploaded archive."""
UPLOAD_GLYPHS: Final = 200_000
UPLOAD_INK_BYTES: Final = 256 << 20
"""Unpacked ink of one upload."""
UPLOAD_SECONDS: Final = 60.0
"""For reading one upload."""
HEAD_SECONDS: Final = 10.0
"""From the first byte of a request to the end of its head; and between two parts of a body."""
SEND_SECONDS: Final = 20.0
"""For a client to take what it is sent."""
CONNECTIONS: Final = 400
WORKERS: Final = 4
"""Threads that work at a time."""
TEXT_CHARACTERS: Final = 120
PAGE_GLYPHS: Final = 100
"""Glyphs of a page, and of a sprite sheet."""
CLASS_GLYPHS: Final = 3000
"""Glyphs of one character and bank that are compared with each other."""
MARKS: Final = 1000
"""Glyphs on a list."""
CUT_SHEETS: Final = 6
"""Photographs that are kept while their pieces are looked through."""
CUT_PIECES: Final = 2000
"""Pieces of one photograph."""
CUT_PIXELS: Final = 16_000_000
"""A larger photograph is made so small before it is cut apart."""
SET_BYTES: Final = 4 << 30
"""Of a set of lines or pages, kept on disk while the server runs."""
SET_DEFECTS: Final = 50
SET_LINES: Final = 50
"""Lines of a set on a page; of pages there is one."""
SET_SECONDS: Final = 10.0
"""For reading on in a set, before a page says how far that came."""
WRITE_BYTES: Final = 64 << 20
"""Of what is kept of one hand."""
WRITE_CHARACTERS: Final = 5000
"""On the list of one hand."""
WRITE_HANDS: Final = 50
WRITE_POINTS: Final = 4000
"""Of one writing of a character."""
WRITE_STROKES: Final = 128
WRITE_WRITINGS: Final = 20_000
"""Of one hand."""
