"""Pages of a scanner's PDF file as grey pixels, by pypdfium2 (the extra ``pdf``)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from penline.errors import FormatError, MissingExtra
from penline.records import Bytes2D

__all__ = ["MAX_PAGES", "page_count", "read_page"]

MAX_PAGES = 1023
_DPI = 300
_MOST_IMAGE_PIXELS = 400_000_000
"""Of the pictures of a page, which are unpacked as a whole before they are drawn."""
_LOCK = threading.Lock()
"""PDFium is used by one thread at a time."""


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    try:
        import pypdfium2
    except ImportError:
        raise MissingExtra("reading a PDF file", "pdf") from None
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            said = f"{error}; save it again, without a password"
            raise FormatError(name, 0, "photograph", "a PDF file", said) from None
        try:
            yield document
        except pypdfium2.PdfiumError as error:
            raise FormatError(name, 0, "photograph", "a whole PDF file", str(error)) from None
        finally:
            document.close()


def page_count(path: Path, name: str) -> int:
    """How many pages a PDF file has.

    Raises:
        MissingExtra: pypdfium2 is not installed.
        FormatError: it is damaged, locked, or has none or more than 1,023.
    """
    with _opened(path, name) as document:
        count = len(document)
    if not 0 < count <= MAX_PAGES:
        raise FormatError(name, 0, "pages", f"1 to {MAX_PAGES:,}", f"{count:,}")
    return count


def read_page(path: Path, number: int, name: str, most_pixels: int) -> Bytes2D:
    """One page, drawn at 300 dots an inch, or fewer where it is large.

    Args:
        path: the file.
        number: of the page, from 0.
        name: for messages.
        most_pixels: of the picture that is returned.

    Returns:
        ``uint8 (height_px, width_px)``, 0 black.

    Raises:
        MissingExtra, FormatError: as in `page_count`; or a page without a size, or with larger
            pictures than are drawn.
    """
    import ctypes

    with _opened(path, name) as document:
        import pypdfium2.raw

        page = document[number]
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            found = f"{width:g} x {height:g} points"
            raise FormatError(name, 0, "size of the page", "a sheet of paper", found)
        held = 0
        for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
            across, down = ctypes.c_uint(), ctypes.c_uint()
            pypdfium2.raw.FPDFImageObj_GetImagePixelSize(one, across, down)
            held += across.value * down.value
        if held > _MOST_IMAGE_PIXELS:
            most = f"at most {_MOST_IMAGE_PIXELS // 1_000_000} megapixels"
            found = f"{held // 1_000_000:,}; scan with 300 to 600 dpi"
            raise FormatError(name, 0, "pictures of the page", most, found)
        scale = min(_DPI / 72, (most_pixels / (width * height)) ** 0.5)
        drawn = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_numpy()
        return np.array(drawn.reshape(drawn.shape[:2]), np.uint8)
