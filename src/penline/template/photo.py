"""Photographs and scans from the user's disk as grey pixels: bounded before they are decoded.

A file has one page, or several where it is TIFF or PDF; a folder stands for the photographs in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from penline.durable import about, named
from penline.errors import FormatError, RecipeError, UsageError
from penline.formats.sniff import sniff
from penline.paper.picture import MAX_FILE_BYTES, MAX_PIXELS, jpeg_frame, picture_size
from penline.records import Bytes2D
from penline.template import pdf_pages, tiff

__all__ = ["page_count", "page_name", "photographs", "read_photo"]

_LARGE_PIXELS = 40_000_000
"""Above it a photograph is decoded at half its size, or less, which is still more than enough."""
_JPEG_PIXELS = 1 << 30
"""Of a JPEG that is decoded small, a few rows at a time: all but progressive ones."""
_JPEG_BYTES = 1 << 30
_KINDS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".pdf", ".heic", ".heif")
"""Ends of names of what a folder of photographs holds; HEIC is refused, but not passed over."""
_PAGED = {b"II*\0": "TIFF", b"MM\0*": "TIFF", b"II+\0": "TIFF", b"MM\0+": "TIFF", b"%PDF": "PDF"}


def photographs(given: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """The files that are named, and those of folders that are, in the order of their names.

    Returns:
        The files; and the names of what is in the folders beside them.

    Raises:
        UsageError: nothing of that name, a folder without a photograph, or a file twice.
    """
    files: list[Path] = []
    others: list[str] = []
    for path in given:
        if not path.is_dir():
            if not path.is_file():
                raise UsageError(f"no photograph {path}")
            files.append(path)
            continue
        with about(path):
            inside = sorted(one for one in path.iterdir() if not one.name.startswith("."))
        found = [one for one in inside if one.suffix.lower() in _KINDS and one.is_file()]
        if not found:
            raise UsageError(f"{path} holds no photograph: JPEG, PNG, WebP, BMP, TIFF or PDF")
        files += found
        others += [one.name for one in inside if one not in found]
    seen: set[Path] = set()
    for one in files:
        if one.resolve() in seen:
            raise UsageError(f"{one} is named twice; name each photograph once")
        seen.add(one.resolve())
    return files, others


def page_name(name: str, number: int, count: int) -> str:
    """What one page of a file is called: the file itself where it is the only one."""
    return name if count == 1 else f"{name}::page-{number + 1}"


def page_count(path: Path, name: str) -> int:
    """How many pages a file has; 1 of what is neither TIFF nor PDF.

    Raises:
        MissingExtra: a PDF file without pypdfium2.
        FormatError: a TIFF or PDF file that is damaged, or of more than 1,023 pages.
    """
    kind = _paged(path)
    if kind == "PDF":
        return pdf_pages.page_count(path, name)
    if kind == "TIFF":
        with about(path), path.open("rb") as file:
            return len(tiff.tiff_pages(file, name))
    return 1


def read_photo(path: Path, name: str, page: int = 0) -> Bytes2D:
    """The photograph, turned as its camera says.

    Args:
        path: a JPEG, PNG, WebP, BMP, TIFF or PDF file.
        name: the file's or page's name for messages.
        page: number of the page, from 0.

    Returns:
        ``uint8 (height_px, width_px)``, grey, 0 black.

    Raises:
        MissingExtra: as in `page_count`.
        FormatError: not a picture, damaged, or too large: a JPEG or TIFF of more than a gigapixel,
            others of more than 100 megapixels.
    """
    kind = _paged(path)
    if kind:
        read = pdf_pages.read_page if kind == "PDF" else tiff.read_page
        with about(path):
            return read(path, page, name, _LARGE_PIXELS)
    size = _size(path, name)
    modes = [
        (cv2.IMREAD_GRAYSCALE, 1),
        (cv2.IMREAD_REDUCED_GRAYSCALE_2, 2),
        (cv2.IMREAD_REDUCED_GRAYSCALE_4, 4),
        (cv2.IMREAD_REDUCED_GRAYSCALE_8, 8),
    ]
    fits = (mode for mode, by in modes if size[0] * size[1] <= _LARGE_PIXELS * by * by)
    try:
        found_pixels = cv2.imdecode(np.fromfile(path, np.uint8), next(fits, modes[-1][0]))
    except cv2.error:
        found_pixels = None
    if found_pixels is None or found_pixels.ndim != 2:
        raise FormatError(name, 0, "photograph", "a whole picture", "a damaged one; copy it again")
    return np.ascontiguousarray(found_pixels, np.uint8)


def _paged(path: Path) -> str:
    with about(path), path.open("rb") as file:
        return _PAGED.get(file.read(4), "")


def _size(path: Path, name: str) -> tuple[int, int]:
    """Width and height by the header, held to the limits."""
    with about(path), path.open("rb") as file:
        start = file.read(12)
        frame = jpeg_frame(file) if start[:3] == b"\xff\xd8\xff" else None
        length = file.seek(0, 2)
    by_rows = frame is not None and not frame[2] and length <= _JPEG_BYTES
    if by_rows and frame is not None and 0 < frame[0] * frame[1] <= _JPEG_PIXELS:
        return frame[:2]
    try:
        return picture_size(path)
    except RecipeError as error:
        if isinstance(error.__cause__, OSError):
            raise named(error.__cause__, path) from None
        most = f"a JPEG, PNG, WebP or BMP of at most {MAX_PIXELS // 1_000_000} megapixels"
        most += f" and {MAX_FILE_BYTES >> 20} MB, a TIFF or a PDF"
        # HEIC: ISO/IEC 23008-12; the brand after "ftyp" begins with "hei" or "mif"
        heic = start[4:8] == b"ftyp"
        found = sniff(start) or f"a file that begins {start!r}"
        if heic:
            found = "HEIC; have the telephone save JPEG"
        if not heic and length > MAX_FILE_BYTES:
            found = f"{length:,} bytes"
        raise FormatError(name, 0, "photograph", most, found) from None
