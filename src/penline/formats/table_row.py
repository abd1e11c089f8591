"""One row of a table of pictures, and the bounds that all such tables share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["BOXES", "ROWS_AT_ONCE", "SIDE_LIMIT_PX", "BoxPlace", "TableRow", "square_side"]

SIDE_LIMIT_PX = 4096
"""A table's pictures are never higher or broader than this."""
ROWS_AT_ONCE = 256
"""So many rows of a table are held at once at most."""
BOXES = ("quads", "origins", "drawn")
"""What penline's own tables tell of the characters of a line, with ``--boxes``."""


class BoxPlace(NamedTuple):
    """Where on its page a picture was cut out.

    Attributes:
        page: the page's picture.
        left_px: left edge of what was cut out.
        top_px: upper edge.
        page_width_px: how wide the page is.
        page_height_px: how high the page is.
        line: number of its line on the page; -1 where lines are not told.
    """

    page: str
    left_px: int
    top_px: int
    page_width_px: int
    page_height_px: int
    line: int = -1


class TableRow(NamedTuple):
    """One picture of a table with what the table says of it, as it stands there.

    Attributes:
        picture: numbers, ``(height_px, width_px)`` or ``(height_px, width_px, channels)`` in the
            order blue, green, red, alpha; or the bytes of an encoded picture, a PNG for instance.
        label: the label as text, a class number in digits; ``""`` where there is none.
        record: number of the row, from 0.
        offset: byte offset of the row in the (unpacked) file; 0 where its format has none.
        writer: as the table names the writer; ``""`` where it does not.
        part: as the table names the part; ``""`` where it does not.
        name: the picture's own name, where it has one.
        place: where on a page it was cut out; None where it was not.
        boxes: of a line, what the table tells of its characters, by `BOXES`; or None.
    """

    picture: npt.NDArray[np.generic] | bytes
    label: str
    record: int
    offset: int = 0
    writer: str = ""
    part: str = ""
    name: str = ""
    place: BoxPlace | None = None
    boxes: Mapping[str, Any] | None = None


def square_side(pixels: int) -> int:
    """Return the side of a square of so many pixels; 0 where there is none from 2 to the limit.

    >>> square_side(784), square_side(785), square_side(1)
    (28, 0, 0)
    """
    side = int(pixels**0.5 + 0.5)
    return side if side * side == pixels and 2 <= side <= SIDE_LIMIT_PX else 0
