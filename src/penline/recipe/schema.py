"""The recipe: a YAML file, validated; nothing in it is a default that depends on the machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationError,
    model_validator,
)

from penline.corpus.made import KINDS
from penline.durable import read_file
from penline.effects import DEFAULT as DEFAULT_EFFECTS
from penline.effects import EffectSettings, effect_class
from penline.errors import RecipeError, UsageError
from penline.paper import PaperSettings, paper_class
from penline.provenance import path_told
from penline.recipe.form import FormSettings
from penline.recipe.layout import Layout
from penline.recipe.marks import Marks
from penline.recipe.refused import refusal
from penline.settings import ORDERED, Settings, plain_yaml
from penline.words import printable

__all__ = [
    "Colours",
    "CorpusSettings",
    "FormSettings",
    "ImageSettings",
    "Ink",
    "PageSettings",
    "PaperChoice",
    "Recipe",
    "load_recipe",
    "preset_names",
    "recipe_hash",
    "recipe_told",
]

MAX_RECIPE_BYTES = 1 << 20


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
    latin: Literal["own", "second"] = "own"
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
Tones = Annotated[tuple[Tone, Tone], ORDERED]
Colours = Annotated[tuple[tuple[Tone, Tone, Tone], ...], Field(min_length=1)]
Strength = Annotated[float, Field(ge=0.05, le=4)]
Strengths = Annotated[tuple[Strength, Strength], ORDERED]


class Ink(Settings):
    """The pen's ink."""

    tone_range: Tones = (14, 78)
    """Grey of full ink, 0 = black; in rgb the brightness of the colour."""
    colours: Colours = ((0, 0, 0), (0, 0, 0), (20, 32, 96), (16, 24, 64), (90, 20, 24))
    """RGB colours to draw from when the mode is rgb; `tone_range` is added to each channel."""
    strength_range: Strengths = (0.8, 1.05)
    """How much of full ink the writer's usual stroke reaches."""


class PaperChoice(Settings):
    """One kind of paper and how often it is taken."""

    weight: float = Field(1.0, ge=0, le=1000)
    """How often it is taken, in proportion to the others."""
    paper: SerializeAsAny[PaperSettings]

    @property
    def share(self) -> float:
        """The weight as it is drawn with: a multiple of 1/65536."""
        return round(self.weight * 65536) / 65536


def _paper(value: object) -> object:
    if isinstance(value, str):
        value = {"name": value}
    if isinstance(value, Mapping) and "paper" not in value:
        rest = {key: item for key, item in value.items() if key != "weight"}
        settings = paper_class(_name_of(rest)).model_validate(rest)
        return {"weight": value.get("weight", 1.0), "paper": settings}
    if isinstance(value, Mapping) and isinstance(value["paper"], Mapping):
        settings = paper_class(_name_of(value["paper"])).model_validate(value["paper"])
        return {**value, "paper": settings}
    return value


def _name_of(value: Mapping[str, Any]) -> str:
    if "name" not in value:
        keys = [key for key, one in value.items() if isinstance(one, Mapping)]
        how = f": {{name: {keys[0]}, ...}}" if len(value) == len(keys) == 1 else ""
        raise ValueError(f"say which it is by its `name`{how}")
    return str(value["name"])


def _effect(value: object) -> object:
    if isinstance(value, str):
        value = {"name": value}
    if isinstance(value, Mapping):
        return effect_class(_name_of(value)).model_validate(value)
    return value


def _effects(value: object) -> object:
    if value == "default":
        return DEFAULT_EFFECTS
    if value in (None, "none"):
        return ()
    return _several(value)


def _several(value: object) -> object:
    """One where a list is meant is a list of one."""
    return [value] if isinstance(value, (str, Mapping)) else value


Paper = Annotated[PaperChoice, BeforeValidator(_paper)]
Effect = Annotated[SerializeAsAny[EffectSettings], BeforeValidator(_effect)]


Variation = Annotated[float, Field(ge=0, le=3)]
Length = Annotated[float, Field(ge=0.1, le=20)]
Lengths = Annotated[tuple[Length, Length], ORDERED]
Em = Annotated[float, Field(ge=8, le=400)]


class PageSettings(Settings):
    """Whole pages, for the formats that hold them."""

    width_px: int = Field(1240, ge=200, le=10_000)
    """Width of the sheet; 1240 x 1754 is A4 at 150 dots an inch."""
    height_px: int = Field(1754, ge=200, le=10_000)
    """Height of the sheet."""
    em_px_range: Annotated[tuple[Em, Em], ORDERED] = (38, 56)
    """Height of the writer's median Chinese character; one for a page."""
    pitch_em_range: Lengths = (1.5, 2.1)
    """From one line to the next."""
    margin_em_range: Lengths = (1.2, 3.0)
    """White at each of the four sides."""
    indent_em: float = Field(2.0, ge=0, le=10)
    """White before a paragraph's first line, where lines are cut."""
    start_deviation_em: float = Field(0.12, ge=0, le=2)
    """How unevenly lines begin at the left."""
    lines_range: tuple[Annotated[int, Field(ge=1, le=200)], Annotated[int, Field(ge=1, le=200)]] = (
        6,
        18,
    )
    """Fewest and most lines; fewer where the sheet holds no more."""
    form: FormSettings | None = None
    """A printed form, its fields filled in, in the place of paragraphs."""

    @model_validator(mode="after")
    def _ordered(self) -> PageSettings:
        if self.lines_range[0] > self.lines_range[1]:
            raise ValueError("lines_range: the smaller number first")
        return self


BEFORE: dict[str, Any] = {
    "latin": "kinds",
    "fill_range": (0.74, 0.92),
    "gap_latin_em_range": (0.03, 0.07),
    "space_em_range": (0.34, 0.55),
}
"""Defaults of ``layout`` in recipes of version 1, which know no variation."""


class Recipe(Settings):
    """Everything that decides how lines look, but the glyphs and the text."""

    version: Literal[1, 2] = 2
    """Which defaults hold where nothing is said: those of version 1 make lines as penline made them
    before it knew version 2, see `BEFORE`."""
    writers: Literal["one", "mixed"] = "one"
    """``one``: a line is by one known writer; ``mixed``: its glyphs are by anybody, glyphs of
    unknown writers among them."""
    corpus: CorpusSettings = CorpusSettings()
    image: ImageSettings = ImageSettings()
    page: PageSettings = PageSettings()
    layout: Layout = Layout()
    variation_range: Annotated[tuple[Variation, Variation], ORDERED] = (0.8, 1.2)
    """How unlike one writing of a character is to the next by the same hand, over what was measured
    on real pages; one for a line. ``[0, 0]``: glyphs as they lie in the bank, like stamps."""
    ink: Ink = Ink()
    marks: Marks = Marks()
    papers: Annotated[tuple[Paper, ...], BeforeValidator(_several)] = Field(
        default=({"name": "plain"},),
        min_length=1,
        validate_default=True,
    )
    effects: Annotated[tuple[Effect, ...], BeforeValidator(_effects)] = ()

    @model_validator(mode="before")
    @classmethod
    def _as_before(cls, values: Any) -> Any:
        """The defaults of the recipe's version where nothing else is said."""
        if not isinstance(values, Mapping) or values.get("version") != 1:
            return values
        values = {"variation_range": (0.0, 0.0), **values}
        layout = values.get("layout", {})
        if not isinstance(layout, Mapping):
            return values
        placer = layout.get("placer")
        said = {*layout, *(placer if isinstance(placer, Mapping) else ())}
        before = {name: value for name, value in BEFORE.items() if name not in said}
        return {**values, "layout": {**before, **layout}}

    @model_validator(mode="after")
    def _one_first_hand(self) -> Recipe:
        if self.corpus.latin == "second" and self.writers != "one":
            raise ValueError("corpus: latin: second needs writers: one")
        return self

    @model_validator(mode="after")
    def _some_paper(self) -> Recipe:
        if not sum(choice.share for choice in self.papers) > 0:
            raise ValueError("papers: at least one weight must be above 0")
        return self

    def inputs(self) -> list[Path]:
        """Files that decide pixels: the user's own paper images."""
        return [path for choice in self.papers for path in choice.paper.inputs()]


_ADDED = (
    ("corpus", "latin", "own"),
    ("page", "form", None),
    ("layout", "placer", None),
    ("layout", "latin", "kinds"),
    ("", "variation_range", [0.0, 0.0]),
)
"""Fields that recipes did not have at first, and their neutral values: a hash leaves them out."""


def preset_names() -> list[str]:
    """Names of the recipes that come with penline."""
    folder = resources.files("penline.recipe") / "presets"
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


def load_recipe(source: str | Path | Mapping[str, Any] | None = None) -> Recipe:
    """A recipe from a file, from the name of one that comes with penline, or from a mapping.

    Args:
        source: path of a YAML file, a name of `preset_names`, a mapping, or None for ``mixed``.

    Raises:
        UsageError: no such file or name.
        RecipeError: not a recipe; the message names the field.
    """
    if isinstance(source, Mapping):
        return _validated(source, "recipe")
    name = "mixed" if source is None else str(source)
    if name in preset_names():
        text = (resources.files("penline.recipe") / "presets" / f"{name}.yaml").read_text("utf-8")
        return _parsed(text, name)
    path = Path(name)
    if not path.is_file():
        known = ", ".join(preset_names())
        raise UsageError(f"no recipe file {path}, and no recipe of that name ({known})")
    if path.stat().st_size > MAX_RECIPE_BYTES:
        raise RecipeError(f"{path} is larger than any recipe")
    try:
        return _parsed(read_file(path).decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: byte {error.start} is not UTF-8") from None


def _parsed(text: str, where: str) -> Recipe:
    try:
        values = plain_yaml(text)
    except ValueError as error:
        raise RecipeError(f"{where}: not YAML: {error}") from None
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise RecipeError(f"{where}: a recipe is a mapping of settings")
    return _validated(values, where)


def _validated(values: Mapping[str, Any], where: str) -> Recipe:
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise RecipeError(f"{printable(where)}: {refusal(error, Recipe, values)}") from None


def recipe_told(recipe: Recipe) -> dict[str, Any]:
    """A recipe as a report holds it: as JSON, and of the user's own files the names.

    What they hold counts by its hash; where they lie, the user says again. A default reads as the
    same value given: 38 em as 38.0, so that a set made again from its report has the same report.
    """
    given = recipe.model_dump(warnings=False)
    told: dict[str, Any] = _told(Recipe.model_validate(given).model_dump())
    return told


def _told(value: object) -> Any:
    if isinstance(value, Path):
        return path_told(str(value))
    if isinstance(value, Mapping):
        return {key: _told(one) for key, one in value.items()}
    return [_told(one) for one in value] if isinstance(value, tuple | list) else value


def recipe_hash(recipe: Recipe | Mapping[str, Any], contents: Mapping[str, str]) -> str:
    """BLAKE2b-128 over the recipe and the content hashes of all that its samples depend on.

    Args:
        recipe: a recipe, or one as a report holds it, perhaps by another version of penline.
        contents: name -> hash.

    Raises:
        KeyError, TypeError, AttributeError: a mapping that is no recipe.
    """
    dumped = recipe.model_dump(mode="json") if isinstance(recipe, Recipe) else recipe
    settings = json.loads(json.dumps(dumped))
    settings["image"].pop("format"), settings["image"].pop("quality")
    for part, name, neutral in _ADDED:  # as recipes were before there was a choice
        held = settings.get(part, {}) if part else settings
        if held.get(name, "") == neutral:
            held.pop(name)
    if settings["layout"].get("hand") is not None:
        settings["layout"]["hand"] = True  # the model counts by its content
    for choice in settings["papers"]:
        # a folder of pictures counts by its content, not by where it lies
        choice["paper"].pop("folder", None)
    whole = json.dumps([settings, dict(sorted(contents.items()))], sort_keys=True)
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()
