"""The recipe: a YAML file, validated; nothing in it is a default that depends on the machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from penline.effects import DEFAULT as DEFAULT_EFFECTS
from penline.effects import EFFECTS, EffectSettings
from penline.paper import PAPERS, PaperSettings
from penline.recipe.layout import Layout
from penline.recipe.marks import Marks
from penline.recipe.parts import by_name, several
from penline.recipe.sections import CorpusSettings, ImageSettings, Ink, PageSettings
from penline.recipe.transforms import TRANSFORMS, TransformSettings
from penline.settings import Interval, Settings, Share, Version1, marks_of

__all__ = ["PaperChoice", "Recipe"]


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
    if not isinstance(value, Mapping):
        return value
    if "paper" in value:
        return {**value, "paper": by_name(value["paper"], PAPERS)}
    rest = {key: item for key, item in value.items() if key != "weight"}
    return {"weight": value.get("weight", 1.0), "paper": by_name(rest, PAPERS)}


def _effects(value: object) -> object:
    if value == "default":
        return DEFAULT_EFFECTS
    return () if value in (None, "none") else several(value)


def _transform(value: object) -> object:
    found = by_name(value, TRANSFORMS)
    if isinstance(found, TransformSettings) and found.comes_with:
        raise ValueError(f"{found.name} comes with {found.comes_with}; set that instead")
    return found


Paper = Annotated[PaperChoice, BeforeValidator(_paper)]
Effect = Annotated[
    SerializeAsAny[EffectSettings], BeforeValidator(lambda value: by_name(value, EFFECTS))
]
Transform = Annotated[SerializeAsAny[TransformSettings], BeforeValidator(_transform)]


def _joins(value: object) -> object:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
    if not number and value not in ("measured", "never", "always"):
        raise ValueError(f"measured, never, always or a share from 0 to 1, not {value!r}")
    return value


Variation = Annotated[float, Field(ge=0, le=3)]
Joins = Annotated[Literal["measured", "never", "always"] | Share, BeforeValidator(_joins)]


class Recipe(Settings):
    """Everything that decides how lines look, but the glyphs and the text."""

    version: Literal[1, 2] = 2
    """Which defaults hold where nothing is said: those of version 1 make lines as penline made them
    before it knew version 2."""
    writers: Literal["one", "mixed"] = "one"
    """``one``: a line is by one known writer; ``mixed``: its glyphs are by anybody, glyphs of
    unknown writers among them."""
    corpus: CorpusSettings = CorpusSettings()
    image: ImageSettings = ImageSettings()
    page: PageSettings = PageSettings()
    layout: Layout = Layout()
    variation_range: Annotated[Interval[Variation], Version1((0.0, 0.0))] = (0.8, 1.2)
    """How unlike one writing of a character is to the next by the same hand, over what was measured
    on real pages; one for a line. What comes back is another glyph than before, too, where the
    writer has several. ``[0, 0]``: glyphs as they lie in the bank, like stamps."""
    strokes: Annotated[Literal["auto", "never"], Version1("never", of_strokes=True)] = "auto"
    """``auto``: glyphs that came as strokes are drawn by the pen, at the line's own size;
    ``never``: from the ink that their bank holds."""
    joins: Annotated[Joins, Version1("never", of_strokes=True, of_ends=True)] = "measured"
    """How many of the small Latin letters of words are joined to the next: ``measured``, as people
    do, each writer by a habit that stays; ``never``; ``always``, as far as letters end and begin
    where they can be joined; or the share, 0 to 1, of pairs that every writer joins. Letters that
    came as pictures are joined where their ends are found in the ink."""
    joins_chinese: Annotated[Share, Version1(0.0, of_strokes=True, of_ends=True)] = 0.0
    """How many Chinese characters are joined to the next, as in running hand. No figure for it is
    measured."""
    ink: Ink = Ink()
    marks: Marks = Marks()
    papers: Annotated[tuple[Paper, ...], BeforeValidator(several)] = Field(
        default=({"name": "plain"},),
        min_length=1,
        validate_default=True,
    )
    effects: Annotated[tuple[Effect, ...], BeforeValidator(_effects)] = ()
    transforms: Annotated[tuple[Transform, ...], BeforeValidator(several), Version1(())] = ()
    """What is done to each glyph as it lies in its bank, by transforms of other packages."""

    @model_validator(mode="before")
    @classmethod
    def _as_before(cls, values: Any) -> Any:
        """The defaults of the recipe's version where nothing else is said."""
        if not isinstance(values, Mapping) or values.get("version") != 1:
            return values
        layout, ink = values.get("layout", {}), values.get("ink", {})
        if isinstance(ink, Mapping):
            values = {**values, "ink": {**_version_1(Ink), **ink}}
        if isinstance(layout, Mapping):
            placer = layout.get("placer")
            said = placer if isinstance(placer, Mapping) else {}
            values = {**values, "layout": {**_version_1(Layout, said), **layout}}
        return {**_version_1(cls), **values}

    @model_validator(mode="after")
    def _one_first_hand(self) -> Recipe:
        if self.corpus.latin == "second" and self.writers != "one":
            raise ValueError("corpus: latin: second needs writers: one")
        return self

    @model_validator(mode="after")
    def _each_transform_once(self) -> Recipe:
        names = [one.name for one in self.transforms]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"transforms: {twice[0]} stands twice; leave one of them out")
        return self

    @model_validator(mode="after")
    def _some_paper(self) -> Recipe:
        if not sum(choice.share for choice in self.papers) > 0:
            raise ValueError("papers: at least one weight must be above 0")
        return self

    def inputs(self) -> list[Path]:
        """Files that decide pixels: the user's own paper images."""
        return [path for choice in self.papers for path in choice.paper.inputs()]


def _version_1(
    settings: type[Settings], said: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """The defaults of version 1 that are others, but for what is said elsewhere."""
    fields = settings.model_fields
    return {
        name: one.default
        for name, one in marks_of(settings, Version1).items()
        if one.default != fields[name].default and name not in said
    }
