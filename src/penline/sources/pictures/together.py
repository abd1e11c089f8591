"""Glyphs of pictures as runs: those that follow one another are packed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from penline.records import GlyphRecord, GlyphRun

__all__ = ["in_runs"]

_LEAST, _MOST = 64, 1024
_MOST_BYTES = 1 << 24


def in_runs(records: Iterable[GlyphRecord | GlyphRun]) -> Iterator[GlyphRecord | GlyphRun]:
    """Yield glyphs of one source that follow one another as a run; few of them one by one.

    Args:
        records: glyphs with paper 0, in the order of their numbers; runs, which stay as they are.
    """
    some: list[GlyphRecord] = []
    held_bytes = 0
    for one in records:
        if isinstance(one, GlyphRun) or not (one.character and one.pixels.size):
            yield from _together(some)  # without a label or ink it is for the bank to tell of
            some, held_bytes = [], 0
            yield one
            continue
        if some:
            last = some[-1]
            follows = one.record == last.record + 1 and one.source is last.source
            if not follows or len(some) == _MOST or held_bytes > _MOST_BYTES:
                yield from _together(some)
                some, held_bytes = [], 0
        some.append(one)
        held_bytes += one.pixels.size
    yield from _together(some)


def _together(some: Sequence[GlyphRecord]) -> Iterator[GlyphRecord | GlyphRun]:
    if len(some) < _LEAST:
        yield from some
        return
    sizes_px = np.array([one.pixels.shape for one in some], np.int64)
    ends = np.cumsum(sizes_px[:, 0] * sizes_px[:, 1])
    yield GlyphRun(
        [one.character for one in some],
        np.frombuffer(b"".join([one.pixels.tobytes() for one in some]), np.uint8),
        np.concatenate([[0], ends[:-1]]),
        sizes_px,
        0,
        some[0].source,
        some[0].record,
        np.array([one.offset for one in some], np.int64),
    )
