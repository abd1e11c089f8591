"""The sections of a recipe: how text is taken, the pictures, the ink, and pages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from penline.corpus.made import KINDS
from penline.recipe.form import FormSettings, Rows
from penline.settings import Interval, Settings, Version1

__all__ = ["CorpusSettings", "ImageSettings", "Ink", "PageSettings"]


class CorpusSettings(Settings):
    """How lines are taken from the text."""

    length_range: tuple[int, int] = (8, 25)
    """Fewest and most characters of a line."""
    lines: Literal["cut", "whole"] = "cut"
    """``cut``: lines are cut out of paragraphs; ``whole``: every line of the text is one line, and
    each comes once before any comes again (what `penline select` chose)."""
    made: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    """Share of the lines that are made up instead, by kind: number, date, amount, telephone,
    identity, address, or random (characters of the banks in any order)."""
    missing: Literal["skip-line", "drop-char", "near-writer", "other-writer"] = "skip-line"
    """What to do with a line for which no writer has all characters: take another line; leave
    the missing characters out of ink and label; or take their glyphs from one of the writers
    whose hand is most alike (breadth of stroke, darkness of ink, slant, proportions), or from any
    other. Borrowed glyphs come to the size, the ink and the
    breadth of stroke of the line's own writer."""
    borrow_most: int = Field(3, ge=1, le=500)
    """Most characters of a line that are borrowed; a line that lacks more is skipped."""
    latin: Annotated[Literal["own", "second"], Version1("own")] = "own"
    """Who writes digits and Latin letters beside other characters: the line's own writer, or a
    second one, whose hand is alike: NIST's digits in CASIA's lines. They come to the size, the ink
    and the breadth of stroke of the line's own writer. Lines alone, by ``writers: one``."""
    tries: int = Field(32, ge=1, le=1000)
    """Lines tried for one sample before it is given up and counted."""
    nfkc: bool = False
    """Fold the text by Unicode NFKC before anything else."""

    @model_validator(mode="after")
    def _ordered(self) -> CorpusSettings:
        if not 1 <= self.length_range[0] <= self.length_range[1] <= 500:
            raise ValueError("length_range must be two numbers from 1 to 500, the smaller first")
        unknown = sorted(set(self.made) - {*KINDS, "random"})
        if unknown:
            known = ", ".join([*KINDS, "random"])
            raise ValueError(f"made: no kind {unknown[0]!r}; there are {known}")
        if sum(self.made.values()) > 1 + 1e-9:
            raise ValueError("made: the shares are more than the whole")
        return self


class ImageSettings(Settings):
    """The pictures."""

    height_px: int = Field(64, ge=16, le=512)
    """Height; the width follows the line."""
    mode: Literal["gray", "rgb"] = "gray"
    """One channel or three."""
    max_width_px: int = Field(8192, ge=64, le=32768)
    """A wider line is given up, and counted."""
    format: Literal["jpg", "png"] = "jpg"
    """Of the files."""
    quality: int = Field(95, ge=1, le=100)
    """JPEG quality."""


Tone = Annotated[int, Field(ge=0, le=255)]
Tones = Interval[Tone]
Colours = Annotated[tuple[tuple[Tone, Tone, Tone], ...], Field(min_length=1)]
Strength = Annotated[float, Field(ge=0.05, le=4)]
Strengths = Interval[Strength]


Breadth = Annotated[float, Field(ge=0.25, le=4)]
Breadths = Interval[Breadth]


class Ink(Settings):
    """The pen's ink."""

    tone_range: Tones = (14, 78)
    """Grey of full ink, 0 = black; in rgb the brightness of the colour."""
    colours: Colours = ((0, 0, 0), (0, 0, 0), (20, 32, 96), (16, 24, 64), (90, 20, 24))
    """RGB colours to draw from when the mode is rgb; `tone_range` is added to each channel."""
    strength_range: Strengths = (0.8, 1.05)
    """How much of full ink the writer's usual stroke reaches."""
    breadth_range: Annotated[Breadths, Version1((1.0, 1.0), of_strokes=True)] = (0.7, 1.6)
    """How broad the pen is, over the one that the bank's ink was drawn with, where glyphs are drawn
    from strokes; one for a line or page. Of 1,800 characters by many hands of HWDB1.x the breadths
    over their median are 0.69 to 1.94 (5 to 95 %; half of them 0.86 to 1.47)."""


Length = Annotated[float, Field(ge=0.1, le=20)]
Lengths = Interval[Length]
Em = Annotated[float, Field(ge=8, le=400)]


class PageSettings(Settings):
    """Whole pages, for the formats that hold them."""

    width_px: int = Field(1240, ge=200, le=10_000)
    """Width of the sheet; 1240 x 1754 is A4 at 150 dots an inch."""
    height_px: int = Field(1754, ge=200, le=10_000)
    """Height of the sheet."""
    em_px_range: Interval[Em] = (38, 56)
    """Height of the writer's median Chinese character; one for a page."""
    pitch_em_range: Lengths = (1.5, 2.1)
    """From one line to the next."""
    margin_em_range: Lengths = (1.2, 3.0)
    """White at each of the four sides."""
    indent_em: float = Field(2.0, ge=0, le=10)
    """White before a paragraph's first line, where lines are cut."""
    start_deviation_em: float = Field(0.12, ge=0, le=2)
    """How unevenly lines begin at the left."""
    lines_range: tuple[Rows, Rows] = (6, 18)
    """Fewest and most lines; fewer where the sheet holds no more."""
    form: Annotated[FormSettings | None, Version1(None)] = None
    """A printed form, its fields filled in, in the place of paragraphs."""

    @model_validator(mode="after")
    def _ordered(self) -> PageSettings:
        if self.lines_range[0] > self.lines_range[1]:
            raise ValueError("lines_range: the smaller number first")
        return self
