"""What a bank is on disk: a folder of three files, version 2; with strokes of four, version 3.

================= ===================================================================
``bank.json``     format, version, counts, sizes and hash, writers, characters, sources
``ink.arrow``     Arrow IPC file, one ``large_binary`` column ``ink``: row-major ``uint8``
                  ink of each glyph, `BATCH_ROWS` rows a batch (the last may be shorter)
``glyphs.arrow``  Arrow IPC file of one batch: the fixed-width columns of `COLUMNS`, one row
                  a glyph, and two orders of the rows for binary search
``strokes.arrow`` Arrow IPC file, one ``large_binary`` column ``strokes``, batches as those
                  of ``ink.arrow``: the points of each glyph, see `penline.bank.strokes`; none
                  of one that came as a picture
================= ===================================================================

A file ``ends-*.arrow`` beside them is of `penline.ends`, and no part of the bank.

Numbers are little-endian. Nothing is compressed, so every column is a view of the memory map.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

__all__ = [
    "BATCH_ROWS",
    "COLUMNS",
    "FORMAT",
    "GLYPHS",
    "HEADER",
    "INK",
    "MAX_SIDE_PX",
    "MEASURED",
    "PARTS",
    "STROKES",
    "VERSION",
    "VERSION_WITH_STROKES",
    "BankHeader",
    "BankOrigin",
    "BankSource",
    "BankStrokes",
    "BankWriterFacts",
    "glyphs_schema",
    "ink_schema",
    "strokes_schema",
]

FORMAT = "penline-bank"
VERSION, VERSION_WITH_STROKES = 2, 3
HEADER = "bank.json"
INK = "ink.arrow"
GLYPHS = "glyphs.arrow"
STROKES = "strokes.arrow"

BATCH_ROWS = 65_536
MAX_SIDE_PX = 4096
"""Longest side of a glyph; larger ones are no single characters, and no kernel takes them."""
PARTS = ("", "train", "test")
"""Names of the values of the column ``part``."""

COLUMNS: dict[str, np.dtype[Any]] = {
    "height_px": np.dtype("<u2"),
    "width_px": np.dtype("<u2"),
    "character": np.dtype("<u4"),  # index into BankHeader.characters
    "writer": np.dtype("<u4"),  # index into BankHeader.writers
    "source": np.dtype("<u4"),  # index into BankHeader.sources
    "part": np.dtype("u1"),  # index into PARTS
    "level": np.dtype("u1"),  # 90th percentile of the glyph's inked pixels
    "length_px": np.dtype("<u2"),  # about how long the glyph's strokes are in all
    "pen_q4": np.dtype("<u2"),  # about how broad they are, 1/16 px
    "record": np.dtype("<i8"),  # number of the record in its file
    "offset": np.dtype("<i8"),  # byte offset of the record in its file
    "by_writer": np.dtype("<u4"),  # rows ordered by (writer, character, row)
    "by_character": np.dtype("<u4"),  # rows ordered by (character, writer, row)
}

MEASURED = ("level", "length_px", "pen_q4")
"""Columns that are measured on a glyph's ink."""


def ink_schema() -> Any:
    """Schema of ``ink.arrow``."""
    return _of_values("ink", VERSION)


def strokes_schema() -> Any:
    """Schema of ``strokes.arrow``."""
    return _of_values("strokes", VERSION_WITH_STROKES)


def _of_values(name: str, version: int) -> Any:
    metadata = {"format": FORMAT, "version": str(version)}
    return pa.schema([pa.field(name, pa.large_binary(), nullable=False)], metadata)


def glyphs_schema() -> Any:
    """Schema of ``glyphs.arrow``."""
    fields = [
        pa.field(name, pa.from_numpy_dtype(dtype), nullable=False)
        for name, dtype in COLUMNS.items()
    ]
    return pa.schema(fields, {"format": FORMAT, "version": str(VERSION)})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BankOrigin(_Frozen):
    """One bank that glyphs came from."""

    name: str
    content: str
    """Its hash."""
    glyphs: int = Field(ge=1)
    """How many it holds."""
    chosen: int = Field(ge=0)
    """How many of them were asked for."""
    dropped: dict[str, int] = Field(default_factory=dict)
    """Records left out when it was made, by reason."""


class BankSource(_Frozen):
    """One file that glyphs came from."""

    file: str
    card: str = ""
    rendered: dict[str, Any] = Field(default_factory=dict)
    """For strokes: the numbers they were drawn with."""
    licence: str = ""
    """The terms as the user said them; "": those of the card."""
    user_given: tuple[str, ...] = Field((), validation_alias=AliasChoices("told", "user_given"))
    """Which of writer, card and licence the user gave; the rest is known by the file's name."""

    @model_serializer(mode="wrap")
    def _without_the_untold(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What most files do not have is left out of ``bank.json``."""
        found: dict[str, Any] = written(self)
        found["told"] = found.pop("user_given")  # as files of before have it
        return {k: v for k, v in found.items() if v or k not in ("licence", "told")}


class BankWriterFacts(_Frozen):
    """One writer: id, number of glyphs, and figures over all of them."""

    id: str
    glyphs: int = Field(ge=1)
    em_px: float = Field(gt=0)
    """Height of this writer's median Chinese character, or what stands for it (characters.py)."""
    level: int = Field(ge=1, le=255)
    """Median over the glyphs of the column ``level``: how dark this writer's ink is."""
    pen_px: float = Field(ge=0)
    """Median over the glyphs of ``pen_q4``, in px: how broad this writer's strokes are."""
    slant: float | None = Field(None, ge=-1, le=1)
    """Mean lean to the right per height of upright edges (style.py); None where there is none, and
    in banks of before."""
    aspect: float | None = Field(None, gt=0)
    """Median width over height of this writer's Chinese characters; None of fewer than five."""


class BankStrokes(_Frozen):
    """What a bank holds of strokes."""

    glyphs: int = Field(ge=1)
    """How many glyphs have them."""
    content: str
    """SHA-256 over every glyph's number of points and points, in row order."""
    bytes: int = Field(ge=0)
    """Size of ``strokes.arrow``."""


class BankHeader(_Frozen):
    """``bank.json``."""

    format: str
    version: int
    glyphs: int = Field(ge=1)
    content: str
    """SHA-256 over every glyph's ink, size, character, writer and part, in row order."""
    ink_bytes: int = Field(ge=0)
    """Size of ``ink.arrow``."""
    glyphs_bytes: int = Field(ge=0)
    """Size of ``glyphs.arrow``."""
    writers: tuple[BankWriterFacts, ...]
    characters: tuple[str, ...]
    sources: tuple[BankSource, ...]
    dropped: dict[str, int] = Field(default_factory=dict)
    """Records left out of the bank, by reason."""
    banks: tuple[BankOrigin, ...] = ()
    """The banks that glyphs came from, in their order; none where all came from archives."""
    strokes: BankStrokes | None = None
    """None where all glyphs came as pictures."""
    reserve: tuple[str, ...] = ()
    """Writers who write only what no other writer of the banks can."""

    @model_serializer(mode="wrap")
    def _without_what_is_not(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = written(self)
        return {k: v for k, v in found.items() if v or k not in ("banks", "strokes", "reserve")}
