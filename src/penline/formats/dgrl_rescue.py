"""What can be saved of a damaged text page (see `dgrl`)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.dgrl_lines import (
    COUNT,
    LINE_BOX,
    MOST_CHARACTERS,
    Parse,
    by_character,
    by_line,
    surplus,
)
from penline.records import LineRecord, PageFacts, Source

__all__ = ["Rescue"]

_FIRST_WINDOW = 1 << 8
_LAST_WINDOW = 1 << 16
"""Places looked at together when a sound line is searched for: more and more."""
_MOST_TRIES = 50_000
"""How many labels are tried, at most, in all searches through a damaged file."""


class Rescue:
    """What can be saved of a page.

    Args:
        stream: the bytes.
        page: the page's facts.
        source: the file's facts.
    """

    def __init__(self, stream: ByteSource, page: PageFacts, source: Source) -> None:
        self._stream, self._page, self._source = stream, page, source
        self._tries = _MOST_TRIES

    def lines(
        self, parse: Parse, start: int, undecided: FormatError | None
    ) -> Iterator[LineRecord | FormatError]:
        """Lines and, in their place, what is wrong with the others, in file order.

        Args:
            parse: the layout.
            start: where the first line should be.
            undecided: the fault, where no layout gives a first line.
        """
        offset: int | None = start
        if undecided is not None:
            yield undecided
            for parse in (by_line, by_character):
                self._tries = _MOST_TRIES
                offset = self._search(parse, start)
                if offset is not None:
                    break
        held: LineRecord | FormatError | None = None
        held_at, count, broken = start, 0, undecided is not None
        while offset is not None:
            found: LineRecord | FormatError
            following: int | None
            last = not broken and count == self._page.line_count
            more = surplus(self._stream, self._page, offset) if last or broken else None
            if more is None and (last or broken):
                break
            try:
                if more is not None and last:
                    raise more
                found, following = parse(self._stream, self._page, self._source, 0, offset)
            except FormatError as error:
                following = self._search(parse, (offset if held is None else held_at) + 1)
                found, broken = error, True
                if isinstance(held, LineRecord) and self._lies(held, offset, following, last):
                    held = None  # its height or width is false: the fault stands in its place
                elif isinstance(held, FormatError) and (last or following is not None):
                    found, held = held, None  # two signs of the same damage: the first one stands
            if held is not None:
                yield held
            held, held_at, offset = found, offset, following
            count += 1
        if held is not None:
            yield held

    def _lies(self, line: LineRecord, end: int, following: int | None, last: bool) -> bool:
        """Whether a line that seemed to end at `end`, before a fault, has a false side.

        It has if a sound line stands inside its bitmap, or if from its bitmap to the next sound
        line there is a whole number of its rows or columns.
        """
        if following is None and last:
            following = self._stream.peek(0, end + 1)[2]
        if following is None or following == end:
            return False
        if following < end:
            return True
        if line.raster is None:
            return False
        bitmap = line.offset + COUNT.size + len(line.codes) * self._page.code_bytes
        n = following - bitmap - LINE_BOX.size
        return any(n % side == 0 for side in line.raster.rows.shape)

    def _search(self, parse: Parse, start: int) -> int | None:
        """The next place from `start` on that holds a sound line, or None."""
        window = _FIRST_WINDOW
        while self._tries > 0:
            buffer, at, have = self._stream.peek(0, start + window + COUNT.size)
            count = min(have - start - COUNT.size + 1, window)
            if count <= 0:
                return None
            counts: np.ndarray[tuple[int], np.dtype[np.uint32]]
            counts = np.ndarray((count,), "<u4", buffer, at + start, (1,))
            for step in ((counts >= 1) & (counts <= MOST_CHARACTERS)).nonzero()[0].tolist():
                if self._sound(parse, start + step):
                    return start + int(step)
            start += count
            window = min(2 * window, _LAST_WINDOW)
        return None

    def _sound(self, parse: Parse, place: int) -> bool:
        """Whether a sound line stands at `place` that is followed by another one, or by the end.

        A line of several labels is believed by itself: the next one may be damaged, too.
        """
        self._tries -= 1
        if self._tries < 0:
            return False
        try:
            line, end = parse(self._stream, self._page, self._source, 0, place)
            if isinstance(line, FormatError) or not any(line.characters):
                return False
            self._tries -= len(line.codes)
            if len(line.codes) > 1 or surplus(self._stream, self._page, end) is None:
                return True
            return isinstance(parse(self._stream, self._page, self._source, 0, end)[0], LineRecord)
        except FormatError:
            return False
