"""What a bank takes: pictures of bytes, one entry that leaves ink, a source with a writer."""

from __future__ import annotations

import functools
import operator
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.layout import MAX_SIDE_PX, PARTS
from penline.bank.strokes import MAX_POINTS, MAX_STROKE_PX
from penline.characters import why_inkless
from penline.entries import entry_fault
from penline.errors import BankError
from penline.records import Bytes2D, GlyphRun, Source

__all__ = [
    "check_place",
    "check_run",
    "check_source",
    "is_space",
    "label_fault",
    "sound_pixels",
    "sound_strokes",
]

_PAPERS = (0, 255)
_MOST = (1 << 63) - 1


def check_source(source: Source) -> None:
    """Hold a source to what a bank can tell of it.

    Raises:
        BankError: no writer, or no name for one; a part that is none.
    """
    file, writer = source.file, source.writer
    if not all(isinstance(one, str) for one in (file, source.card)):
        raise BankError(f"{file!r}: a source's file and card are text, the card '' where none is")
    advice = 'give "family:name", as "own:anna", or "unknown:NAME" where nobody knows'
    if not isinstance(writer, str) or not writer.strip():
        raise BankError(f"{file}: a glyph without a writer ({writer!r}): {advice}")
    if writer != writer.strip() or any(why_inkless(one) for one in writer if one != " "):
        raise BankError(f"{file}: {writer!r} is no writer's name: {advice}")
    if source.part not in PARTS:
        raise BankError(f"{file}: the part is 'train', 'test' or '', not {source.part!r}")


def label_fault(label: object) -> str:
    """Say what keeps a label from standing for one glyph; "" where nothing does."""
    if not isinstance(label, str):
        return f"a label of type {type(label).__name__}; a label is a str"
    return _fault(label)


@functools.lru_cache(maxsize=65_536)
def _fault(label: str) -> str:
    if len(label) != 1:
        return entry_fault(label) if label else "a label of 0 characters"
    why = why_inkless(label)
    return f"a label U+{ord(label):04X}, which is {why}: no ink belongs to it" if why else ""


def is_space(label: object) -> bool:
    """Whether a label is a space of some width, which a text may hold, and no control character."""
    return isinstance(label, str) and len(label) == 1 and unicodedata.category(label) == "Zs"


def check_place(file: str, paper: int, record: int, offset: int) -> None:
    """Hold the numbers of a glyph to what a bank can keep.

    Raises:
        BankError: a paper other than 0 and 255; a record or an offset that is no place.
    """
    plain = type(record) is type(offset) is int
    if plain and paper in _PAPERS and 0 <= record <= _MOST and 0 <= offset <= _MOST:
        return
    if paper not in _PAPERS:
        raise BankError(
            f"{file}: record {record}: paper is 0 (ink) or 255 (a scan), not {paper!r}; "
            "make ink of the picture first: paper less the pixel, and nothing below 0"
        )
    for name, value in (("record", record), ("offset", offset)):
        try:
            sound = 0 <= operator.index(value) <= _MOST
        except TypeError:
            sound = False
        if not sound:
            raise BankError(f"{file}: {name} {value!r} is no whole number from 0 up")


def sound_pixels(pixels: Any, file: str, record: int) -> Bytes2D:
    """Hold a picture to ``uint8 (height_px, width_px)``; its rows one after the other.

    Args:
        pixels: what was given.
        file: where it comes from, for the message.
        record: and its number there.

    Raises:
        BankError: it is none; the message names the conversion that is probably meant.
    """
    if type(pixels) is np.ndarray and pixels.dtype == np.uint8 and pixels.ndim == 2:
        height, width = pixels.shape
        if 0 < height <= MAX_SIDE_PX and 0 < width <= MAX_SIDE_PX:
            return pixels if pixels.flags.c_contiguous else np.ascontiguousarray(pixels)
    place = f"{file}: record {record}"
    if not isinstance(pixels, np.ndarray):
        raise BankError(
            f"{place}: pixels of type {type(pixels).__name__}; give a numpy array: "
            "numpy.asarray(pixels, numpy.uint8)"
        )
    if pixels.ndim != 2:
        grey = "; make it grey first" if pixels.ndim == 3 else ""
        raise BankError(f"{place}: pixels of shape {pixels.shape}, not (height, width){grey}")
    height, width = pixels.shape
    if not (0 < height <= MAX_SIDE_PX and 0 < width <= MAX_SIDE_PX):
        raise BankError(f"{place}: a glyph of {width} x {height} px")
    if pixels.dtype != np.uint8:
        raise BankError(f"{place}: pixels of {pixels.dtype}, not uint8; {_conversion(pixels)}")
    return np.ascontiguousarray(pixels)


def sound_strokes(strokes: Any, file: str, record: int) -> npt.NDArray[np.int64]:
    """Hold strokes to ``int64 (points, 5)``, as `BankWriter.add` takes them.

    Args:
        strokes: what was given.
        file: where it comes from, for the message.
        record: and its number there.

    Raises:
        BankError: it is something else.
    """
    place = f"{file}: record {record}"
    table = np.asarray(strokes)
    if table.ndim != 2 or table.shape[1] != 5 or table.dtype.kind not in "iu":
        raise BankError(f"{place}: strokes of {table.dtype} {table.shape}, not whole (points, 5)")
    if not 1 <= len(table) <= MAX_POINTS:
        raise BankError(f"{place}: strokes of {len(table):,} points; 1 to {MAX_POINTS:,} are kept")
    low, high = table.min(0), table.max(0)
    far = max(-low[:2].min(), high[:2].max()) > MAX_STROKE_PX * 256
    inked = low[2] > 0 and 0 < low[3] <= high[3] <= 255
    if far or not (inked and 0 <= low[4] <= high[4] <= 1):
        wrong = "or a radius, a tone or a beginning that is none"
        raise BankError(f"{place}: strokes beyond {MAX_STROKE_PX} px, {wrong}")
    return table.astype(np.int64)


def _conversion(pixels: Any) -> str:
    kind = pixels.dtype.kind
    if kind == "b":
        return "True is ink? Then pixels.astype(numpy.uint8) * 255"
    if kind not in "iuf":
        return "convert them to numbers from 0 to 255 first"
    low, high = float(pixels.min()), float(pixels.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        return "there are values that are not finite"
    if low < 0:
        return f"from {low:g} to {high:g}: bring them to 0 to 255 first"
    if kind == "f":
        scale = " * 255" if high <= 1 else ""
        if high <= 255:
            return f"from {low:g} to {high:g}: numpy.rint(pixels{scale}).astype(numpy.uint8)"
    elif high <= 1:
        return "1 is ink? Then pixels.astype(numpy.uint8) * 255"
    elif high <= 255:
        return "all of them fit: pixels.astype(numpy.uint8)"
    elif high <= 65_535:
        return "of 16 bits? Then (pixels // 257).astype(numpy.uint8)"
    return f"from {low:g} to {high:g}: bring them to 0 to 255 first"


def check_run(run: GlyphRun) -> None:
    """Hold a run to what a kernel may be given: every picture lies whole in its bytes.

    Raises:
        BankError: it does not, or the columns are not of one length.
    """
    place = f"{run.source.file}: records from {run.record}"
    check_place(run.source.file, run.paper, run.record, 0)
    count, data = len(run.characters), run.data
    if data.dtype != np.uint8 or data.ndim != 1 or not data.flags.c_contiguous:
        raise BankError(f"{place}: data of {data.dtype} {data.shape}; give uint8 (n,)")
    shapes = run.starts.shape, run.offsets.shape, run.sizes_px.shape
    if shapes != ((count,), (count,), (count, 2)):
        raise BankError(f"{place}: {count} labels, and columns of shapes {shapes}")
    if not count:
        return
    sizes, starts = run.sizes_px, run.starts
    within = sizes.min() > 0 and sizes.max() < 1 << 31 and starts.min() >= 0
    if not within or (sizes[:, 0] * sizes[:, 1] > data.size - starts).any():
        raise BankError(f"{place}: a picture that does not lie whole in the data")
    if run.offsets.min() < 0:
        raise BankError(f"{place}: an offset below 0")
