"""``strokes.arrow`` on its way to the disk: no such file comes of pictures alone."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from penline.bank.layout import BankStrokes, strokes_schema
from penline.bank.pieces import Pieces
from penline.bank.strokes import POINT_WORDS, StrokeTable, add_strokes

__all__ = ["StrokesFile"]


class StrokesFile:
    """Writes the points of a bank's glyphs; a context manager.

    Args:
        path: the file, which is made when the first glyph comes that has strokes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._arrow: Any = None
        self._digest = hashlib.sha256(usedforsecurity=False)
        self._glyphs = 0
        self._before: list[int] = []

    def __enter__(self) -> StrokesFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def put(self, parts: list[StrokeTable | int]) -> None:
        """Write a batch.

        Args:
            parts: of glyphs that follow one another the points, or how many came as pictures.
        """
        counts = np.concatenate(
            [np.zeros(one, np.int64) if isinstance(one, int) else one.counts for one in parts]
        )
        self._glyphs += int((counts > 0).sum())
        if not self._glyphs:
            self._before.append(len(counts))
            return
        if self._arrow is None:
            sink = self._files.enter_context(Pieces(self._path))
            self._arrow = self._files.enter_context(pa.ipc.new_file(sink, strokes_schema()))
            for count in self._before:
                self._write(np.zeros(count, np.int64), np.empty(0, np.int16))
        own = [one.together() for one in parts if not isinstance(one, int)]
        self._write(counts, np.concatenate(own) if own else np.empty(0, np.int16))

    def _write(self, counts: npt.NDArray[np.int64], points: npt.NDArray[np.int16]) -> None:
        add_strokes(self._digest, counts, points)
        ends = np.cumsum(counts * 2 * POINT_WORDS)
        buffers = [None, pa.py_buffer(np.concatenate([[0], ends])), pa.py_buffer(points)]
        values = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(counts), buffers)
        self._arrow.write_batch(pa.record_batch([values], schema=strokes_schema()))

    def facts(self) -> BankStrokes | None:
        """What the header tells of the file, once it is closed; None where there is none."""
        if not self._glyphs:
            return None
        size = self._path.stat().st_size
        return BankStrokes(glyphs=self._glyphs, content=self._digest.hexdigest(), bytes=size)
