"""The placement model: a small table of numbers that says how a hand places characters in a line.

It holds no picture and no text, only figures with how many characters they come from. Lengths are
in ems of the line, the median height of its Chinese characters; up is positive; heights above the
line's middle, which is the middle of its Chinese characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints, ValidationError

from penline.durable import read_file
from penline.errors import RecipeError, UsageError
from penline.measure.classes import CLASSES, FAMILIES, expected_of, family_of
from penline.measure.latin import LatinShape
from penline.measure.spread import NeighbourCorrelation, Spread, bell_quantiles
from penline.settings import Settings, Share, first_fault, plain_yaml

__all__ = [
    "ClassFigures",
    "FittedOn",
    "GapFigures",
    "LatinHand",
    "LineFigures",
    "PlacementModel",
    "dump",
    "load_placement_model",
]

MAX_HAND_BYTES = 1 << 20
ALL = "all"


class ClassFigures(Settings):
    """One class of characters, or a family of them."""

    height: Spread
    """Of the ink's box."""
    width: Spread
    """Of the ink's box."""
    size: Spread
    """The square root of height times width."""
    middle: Spread
    """Height of the box's middle above the line's middle; from running lines alone."""
    height_to_width: float = Field(0.0, ge=-1, le=1)
    """Correlation of height and width."""
    middle_in_cell: Spread | None = None
    """The same height where characters stand alone in the cells of a sheet. There many writers
    set low and high marks near the middle, so it is told apart, and not used."""


class GapFigures(Settings):
    """White between two neighbours, ink to ink."""

    gap: Spread
    """Gaps of up to one em. Between two Chinese characters: as if both were of mean width, see
    `PlacementModel.pull`."""
    overlap: Share
    """Share of gaps below 0."""
    touching: Share | None = None
    """Share of neighbours whose ink hangs together; None where the source does not tell."""
    wide: Share = 0.0
    """Share of gaps of more than one em, which are left out of `gap`."""


class LineFigures(Settings):
    """Lines as wholes."""

    slope: Spread
    """Rise per length."""
    em: Spread
    """The line's em over its writer's."""
    size_trend: Spread
    """Growth of Chinese characters from a line's start to its end, as share."""
    slant: Spread | None = None
    """Lean to the right per height, line means."""
    slant_own: float = Field(0.0, ge=0, le=2)
    """Deviation of the lean from character to character in a line."""
    stroke: Spread | None = None
    """Stroke width, line means."""
    density: Spread | None = None
    """Share of a Chinese character's box that is inked, line means."""
    margin_left: Spread | None = None
    """From the page's left edge to the line."""
    margin_right: Spread | None = None
    """From the line to the page's right edge; ends of paragraphs make it long."""


class LatinHand(Settings):
    """How Latin stands in lines."""

    lines: int = Field(ge=1)
    """Lines with at least three letters of x-height, and the writing line that they stand on."""
    writers: int = Field(ge=1)
    x_height: Spread
    """Of each line, pen left out; 0.42 where the em is taken from it."""
    characters: dict[Annotated[str, Field(min_length=1, max_length=1)], LatinShape] = Field(
        max_length=2000
    )
    """By character."""
    gap: Spread
    """Between letters of a word, from the middle of a stroke to the middle of a stroke: the mean of
    each line."""
    gap_deviation: float = Field(ge=0, le=10)
    """Of gaps about what their line and their letters say."""
    rise_deviation: float = Field(ge=0, le=10)
    """Of the feet of letters about the writing line."""
    space: Spread | None = None
    """White between two words, from stroke to stroke: the mean of each line."""


class FittedOn(Settings):
    """What a model was fitted on."""

    sources: tuple[str, ...] = ()
    """Kinds of files and the cards they belong to; no names of files, no writers."""
    sheets: int = Field(ge=0)
    """Pages or files."""
    lines: int = Field(ge=0)
    """Running lines, and rows of cells."""
    rows_of_cells: int = Field(0, ge=0)
    """Those of the lines that are rows of a sheet of cells: sizes are taken from them alone."""
    writers: int = Field(ge=0)
    characters: int = Field(ge=0)
    left_out: int = Field(0, ge=0)
    """Characters whose box was not believed, and units of ink without a label."""


Name = Annotated[str, StringConstraints(pattern=r"^[a-z>-]{1,40}$")]


class PlacementModel(Settings):
    """A placement model, as in ``hand.yaml``."""

    version: Literal[1] = 1
    unit: Literal["em"] = "em"
    fitted_on: FittedOn
    classes: dict[Name, ClassFigures] = Field(max_length=200)
    """By class; and by family where a class is rare."""
    gaps: dict[Name, GapFigures] = Field(max_length=5000)
    """By pair, left and right: classes (``han-dense>han-comma``), families (``han>stop``), all."""
    pull: float = Field(0.0, ge=0, le=1)
    """Between Chinese characters: how much of the width that two neighbours lack, half of each, is
    given back as white. 0: equal white; 1: equal advance, as in cells."""
    pull_interval: tuple[float, float] = (0.0, 0.0)
    """95 % bootstrap interval of the measured `pull`, over lines."""
    identity: Share = 0.8
    """Share of the variance of Chinese characters' sizes that belongs to which character it is."""
    walks: dict[Literal["size", "middle", "gap", "slant"], NeighbourCorrelation] = Field(
        default_factory=dict
    )
    """How alike neighbours are."""
    line: LineFigures
    latin: LatinHand | None = None
    """How Latin stands in lines; None: as penline's own figures say."""

    def as_hashed(self) -> str:
        """The model as JSON, without what models did not have at first where it is not there."""
        return self.model_dump_json(exclude={"latin"} if self.latin is None else None)

    def figures(self, name: str) -> ClassFigures:
        """A class's figures: its own, else its family's, else what is usual."""
        found = self.classes.get(name) or self.classes.get(family_of(name))
        return (
            found if found is not None and (name in self.classes or _alike(name)) else usual(name)
        )

    def pair(self, left: str, right: str) -> GapFigures:
        """A pair's figures: of the classes, else of the families, else of all pairs."""
        a, b = family_of(left), family_of(right)
        for key in (f"{left}>{right}", f"{a}>{b}", ALL):
            if key in self.gaps:
                return self.gaps[key]
        return _NO_GAP


def _alike(name: str) -> bool:
    """Whether a family speaks for its classes: Chinese characters and digits do."""
    return family_of(name) in ("han", "digit") and name != "han-flat"


def usual(name: str) -> ClassFigures:
    """A class before anything is measured (`classes.expected_of`); every `n` is 0."""
    e = expected_of(name)
    side = (e.height * e.width) ** 0.5
    return ClassFigures(
        height=_guess(e.height, 0.5 * e.height_deviation, 0.02),
        width=_guess(e.width, 0.5 * e.width_deviation, 0.02),
        size=_guess(side, 0.15 * side, 0.02),
        middle=_guess(e.middle, 0.5 * e.middle_deviation, -10.0),
    )


def _guess(mean: float, deviation: float, least: float) -> Spread:
    quantiles = tuple(round(max(q, least), 4) for q in bell_quantiles(mean, deviation))
    whole = round(mean, 4)
    return Spread(
        n=0, mean=whole, interval=(whole, whole), deviation=round(deviation, 4), quantiles=quantiles
    )


_NO_GAP = GapFigures(gap=_guess(0.15, 0.08, -0.1), overlap=0.0)


def dump(model: PlacementModel) -> str:
    """The model as YAML; `load_placement_model` gives it back."""
    values = model.model_dump(mode="json", exclude_none=True)
    head = (
        "# A placement model of penline's: measured figures, no data.\n"
        "# Lengths are in ems of the line, the median height of its Chinese characters; of those\n"
        "# who write none, what makes the x-height 0.42 em.\n"
    )
    return head + yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Lists of numbers on one line, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _flow(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(list, _flow)


def load_placement_model(source: str | Path | Mapping[str, Any] | None = None) -> PlacementModel:
    """A model from a file that `dump` wrote, from a mapping, or the one that comes with penline.

    Args:
        source: path of a YAML file, a mapping, or None for the default; `PlacementModel.fitted_on`
            says what that was fitted on.

    Raises:
        UsageError: no such file.
        RecipeError: not a placement model; the message names the field.
    """
    if isinstance(source, Mapping):
        return _validated(source, "hand")
    if source is None:
        text = resources.files("penline.measure").joinpath("default.yaml").read_text("utf-8")
        return _validated(plain_yaml(text), "default")
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"no placement model {path}; penline fit SOURCE -o {path} makes one")
    if path.stat().st_size > MAX_HAND_BYTES:
        raise RecipeError(f"{path} is larger than any placement model")
    try:
        values = plain_yaml(read_file(path).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: byte {error.start} is not UTF-8") from None
    except ValueError as error:
        raise RecipeError(f"{path}: not YAML: {error}") from None
    if not isinstance(values, Mapping):
        raise RecipeError(f"{path}: a placement model is a mapping; penline fit makes one")
    return _validated(values, str(path))


def _validated(values: Mapping[str, Any], where: str) -> PlacementModel:
    try:
        model = PlacementModel.model_validate(values)
    except ValidationError as error:
        wrong = first_fault(error)
        raise RecipeError(f"{where}: {wrong}; penline fit makes placement models") from None
    known = {*CLASSES, *FAMILIES, ALL}
    for name in (*model.classes, *(part for key in model.gaps for part in key.split(">"))):
        if name not in known:
            raise RecipeError(f"{where}: {name}: no class or family of that name")
    return model
