"""Pictures as files, and as what a notebook shows: small, escaped, and loaded by nobody else."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["encoded", "figure_html", "grid_of", "ink_as_picture"]

Pixels = npt.NDArray[np.uint8]
_COLOURS = ("#c0562b", "#3b6fb6")
"""Of the boxes, by turns, so that neighbours differ."""
_LEAST_PX = 48
"""Glyphs and lines that are lower than this are shown larger."""


def encoded(image: Pixels, suffix: str = ".png", quality: int = 95) -> bytes:
    """Encode an image as PNG, or as baseline JPEG of the given quality.

    Args:
        image: ``uint8 (height_px, width_px)`` grey, or ``(height_px, width_px, 3)`` RGB.
        suffix: ``.png`` or ``.jpg``.
        quality: of a JPEG, 1 to 100.

    Raises:
        ValueError: the format cannot hold it.
    """
    import cv2  # not with the records, which tools without pictures read, too

    pixels = image if image.ndim == 2 else image[:, :, ::-1]
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix != ".png" else []
    try:
        good, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), flags)
    except cv2.error as error:
        raise ValueError(error.err) from None
    if not good:
        raise ValueError("JPEG takes sides of up to 65,500 px, PNG longer ones")
    return data.tobytes()


def ink_as_picture(ink: Pixels) -> Pixels:
    """Show ink dark on white: ``uint8``, of the same shape."""
    return 255 - ink


def figure_html(
    image: Pixels, caption: str, quads: npt.NDArray[Any] | None = None, labels: Sequence[str] = ()
) -> str:
    """Show a picture with a caption, and boxes over it, as HTML that stands alone.

    Args:
        image: as of `encoded`.
        caption: any text.
        quads: ``float (items, 4, 2)``, corners in pixels; None for no boxes.
        labels: what each box holds: shown when the pointer rests there.
    """
    height, width = image.shape[:2]
    data = base64.b64encode(encoded(image)).decode()
    boxes = ""
    if quads is not None:
        boxes = "".join(
            f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in quad.tolist())}" '
            f'fill="transparent" stroke="{_COLOURS[number % 2]}" stroke-opacity="0.7">'
            f"<title>{html.escape(label)}</title></polygon>"
            for number, (quad, label) in enumerate(zip(quads, labels, strict=True))
        )
    scale = max(1.0, _LEAST_PX / height)
    return (
        f'<figure style="margin:0 0 .6em"><svg viewBox="0 0 {width} {height}" '
        f'style="width:{width * scale:.0f}px;max-width:100%;height:auto;background:#fff" '
        f'role="img" aria-label="{html.escape(caption, quote=True)}">'
        f'<image href="data:image/png;base64,{data}" width="{width}" height="{height}"/>{boxes}'
        f"</svg><figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def grid_of(inks: Sequence[Pixels], side_px: int = 64, columns: int = 12) -> Pixels:
    """Lay glyphs out side by side, dark on white, each shrunk to a cell if it is larger.

    Args:
        inks: ``uint8 (height_px, width_px)`` each, 0 = paper.
        side_px: of a cell.
        columns: most cells of a row.
    """
    import cv2

    rows = max(-(-len(inks) // columns), 1)
    sheet = np.full((rows * side_px, min(max(len(inks), 1), columns) * side_px), 255, np.uint8)
    for number, ink in enumerate(inks):
        scale = min((side_px - 8) / max(ink.shape), 1.0)
        size = max(round(ink.shape[1] * scale), 1), max(round(ink.shape[0] * scale), 1)
        small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        top = number // columns * side_px + (side_px - size[1]) // 2
        left = number % columns * side_px + (side_px - size[0]) // 2
        sheet[top : top + size[1], left : left + size[0]] = 255 - small
    return sheet
