"""Characters cut out of pages: each page is decoded once while its boxes follow one another."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from penline.errors import FormatError
from penline.sources.pictures.decode import decode
from penline.sources.pictures.planes import Picture
from penline.sources.tables.beside import SiblingFiles
from penline.words import printable

__all__ = ["Edges", "Pages", "edges_of"]

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom edge of a box, in px of its page; the last two are outside of it."""

_OVER_PX = 2
"""A box may reach so far over the page's edge: people draw them by hand."""


def edges_of(cells: Sequence[str]) -> Edges | None:
    """Return the edges of a box whose left, top, width and height are told; None of no numbers."""
    try:
        left, top, width, height = (float(cell) for cell in cells)
    except ValueError:
        return None
    edges = left, top, left + width, top + height
    return edges if all(map(isfinite, edges)) else None


class Pages:
    """Cuts boxes out of the pages of a folder.

    Args:
        folder: where the pages lie.
        file: what names them, for messages.
    """

    def __init__(self, folder: SiblingFiles, file: str) -> None:
        self._folder = folder
        self._file = file
        self._name: str | None = None
        self._page: Picture | FormatError | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the page that was cut last; 0 where it could not be decoded."""
        page = self._page
        return (0, 0) if page is None or isinstance(page, FormatError) else page.shape[1::-1]

    def of_shares(self, name: str, edges: Edges, offset: int) -> Edges:
        """Return the edges, in px, of a box that is told in shares of its page's sides."""
        self._open(name, offset)
        width, height = self.size_px
        return edges[0] * width, edges[1] * height, edges[2] * width, edges[3] * height

    def _open(self, name: str, offset: int) -> None:
        if self._name != name or self._page is None:
            self._name, self._page = name, self._decoded(name, offset)

    def cut(self, name: str, edges: Edges | None, offset: int) -> Picture | FormatError:
        """Cut one box out of a page.

        Args:
            name: the page's picture.
            edges: the box; None where what should tell it holds no numbers.
            offset: where in the file it is told.
        """
        if edges is None:
            return FormatError(self._file, offset, "box", "numbers: x, y, w, h", "none")
        self._open(name, offset)
        if self._page is None or isinstance(self._page, FormatError):
            return self._page or FormatError(self._file, offset, "page", "a picture", "none")
        height, width = self._page.shape[:2]
        left, top, right, bottom = (round(edge) for edge in edges)
        within = left >= -_OVER_PX and top >= -_OVER_PX
        within = within and right <= width + _OVER_PX and bottom <= height + _OVER_PX
        found = self._page[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        if not within or not found.size:
            expected = f"a box within the page of {width} x {height} px"
            return FormatError(
                self._file, offset, "box", expected, f"{left} {top} {right} {bottom}"
            )
        return found

    def _decoded(self, name: str, offset: int) -> Picture | FormatError:
        try:
            return decode(self._folder.content(name, self._file, offset), printable(name))
        except FormatError as error:
            return error
