"""How a hand places glyphs: the settings of a recipe's ``layout``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationError, create_model, model_validator

from penline.recipe.placers import PLACERS, OwnPlacer, PlacerSettings
from penline.settings import (
    EmRange,
    Interval,
    Settings,
    Share,
    ShareRange,
    SizeRange,
    Version1,
    first_fault,
    marks_of,
)

__all__ = ["ALL", "DECIDES", "LINE_PARAMS", "Decides", "Layout", "Rules", "line_settings"]

ALL = ("rules", "model", "templates", "cells")
"""What places glyphs."""

FillRange = Interval[Annotated[float, Field(ge=0.2, le=1)]]
CellRange = Interval[Annotated[float, Field(ge=0.5, le=4)]]


@dataclass(frozen=True, slots=True)
class Decides:
    """For the annotation of a setting: the figures of a line that it decides, and who reads them.

    An interval is drawn from once a line for each of its figures; a single number is the same for
    every line.

    Attributes:
        params: names of the figures, with blanks between.
        bell: a single number is the deviation of what is drawn once a line, about 0.
        read_by: what of `ALL` places glyphs by it; elsewhere it is refused.
    """

    params: str = ""
    bell: bool = False
    read_by: tuple[str, ...] = ALL


_RULES, _FREE, _BY_KIND = ("rules",), ("rules", "cells"), ("rules", "model")


class Layout(Settings):
    """How a hand places glyphs; lengths in ems, the height of its median Chinese character.

    Each range is drawn from once a line; each deviation acts from glyph to glyph, as a walk that
    keeps `correlation` of its last step.
    """

    placer: Annotated[SerializeAsAny[PlacerSettings] | None, Version1(None)] = None
    """What places the glyphs: ``rules``, ``model`` or ``replay``, or the name of another package's,
    alone or with its settings (``placer: {name: model, mark_shape: 0.5}``). Those of penline's own
    are the settings below under other names: ``model`` is `hand`, ``templates`` is `replay`."""
    direction: Literal["horizontal", "vertical"] = "horizontal"
    """``vertical``: from the top down, marks at the upper right, letters and digits on their side.
    The picture's height is then its length, and ``image: height_px`` its width."""
    hand: Annotated[Path | Literal["default"] | None, Decides(read_by=("model", "templates"))] = (
        None
    )
    """A placement model of `penline fit`, or ``default``, the one that comes with penline; it
    decides sizes, places, gaps and slope. None: by the settings below."""
    mark_shape: Annotated[Share, Decides(read_by=("model",))] = 0.0
    """With a placement model: how far commas and stops are drawn out to its proportions, their area
    kept. 0: they keep the writer's; 1: as broad for their height as those it was fitted on."""
    replay: Path | None = None
    """Line templates of `penline fit --lines`: each line takes the places of a real one, whose
    marks, digits and letters stay, and whose Chinese characters become those of the corpus."""
    latin: Annotated[
        Literal["measured", "kinds"],
        Version1("kinds"),
        Decides(read_by=("rules", "model", "cells")),
    ] = "measured"
    """How Latin letters, digits and the signs beside them stand: ``measured``, as high, as far
    below the line and as far apart as in real lines; ``kinds``, by rough figures of each kind, as
    recipes of version 1 have it."""
    fill_range: Annotated[FillRange, Version1((0.74, 0.92), hashed=True), Decides("fill")] = (
        0.7,
        0.86,
    )
    """Share of the picture's height that the line's ink fills."""
    em_most: Annotated[float, Field(ge=0.1, le=1), Decides("em_most")] = 0.76
    """Largest em, as share of the picture's height."""
    margin_em_range: Annotated[SizeRange, Decides("margin_left margin_right")] = (0.1, 0.5)
    """White to the left and to the right of the line."""
    gap_em_range: Annotated[EmRange, Decides("gap", read_by=_RULES)] = (0.06, 0.20)
    """Gap between Chinese characters, ink to ink."""
    gap_latin_em_range: Annotated[
        EmRange, Version1((0.03, 0.07), hashed=True), Decides("gap_latin", read_by=_BY_KIND)
    ] = (0.1, 0.28)
    """Gap between the letters of a word: ink to ink; where Latin stands as measured, from the
    middle of a stroke to the middle of a stroke, of letters whose x-height is so 0.42 em (others
    stand apart as they are high), and the mean of a line. As `space_em_range`: where nothing is
    said, that of a placement model that has measured Latin."""
    gap_mixed_em_range: Annotated[EmRange, Decides("gap_mixed", read_by=_RULES)] = (0.08, 0.20)
    """Gap where scripts meet."""
    gap_deviation_em: Annotated[float, Field(ge=0, le=0.5), Decides("gap_walk", read_by=_RULES)] = (
        0.05
    )
    """Of gaps along the line."""
    cell_pull_range: Annotated[ShareRange, Decides("cell_pull", read_by=_RULES)] = (0.2, 0.7)
    """0: equal gaps between ink; 1: equal advance, as if written in cells."""
    space_em_range: Annotated[
        EmRange, Version1((0.34, 0.55), hashed=True), Decides("space", read_by=_BY_KIND)
    ] = (0.25, 0.75)
    """Width of white space."""
    size_deviation: Annotated[float, Field(ge=0, le=0.3), Decides("size_walk", read_by=_FREE)] = (
        0.04
    )
    """Of the glyphs' size along the line, as share."""
    size_trend: Annotated[
        float, Field(ge=0, le=0.5), Decides("size_trend", bell=True, read_by=_FREE)
    ] = 0.05
    """Deviation of the growth from a line's start to its end."""
    rise_deviation_em: Annotated[
        float, Field(ge=0, le=0.5), Decides("rise_walk", read_by=_FREE)
    ] = 0.035
    """Height of glyphs above the writing line."""
    slope_deviation: Annotated[
        float, Field(ge=0, le=0.1), Decides("slope", bell=True, read_by=_RULES)
    ] = 0.006
    """Rise of the line per length."""
    slant_deviation: Annotated[float, Field(ge=0, le=0.5), Decides("slant", bell=True)] = 0.05
    """Lean per height, one for the line, on top of the writer's own."""
    slant_walk_deviation: Annotated[
        float, Field(ge=0, le=0.3), Decides("slant_walk", read_by=_FREE)
    ] = 0.02
    """Of the lean from glyph to glyph."""
    press_deviation: Annotated[float, Field(ge=0, le=0.5), Decides("press_walk")] = 0.06
    """Strength of the ink."""
    correlation: Annotated[Share, Decides("keep")] = 0.75
    """How alike neighbours are in size, height, lean and strength."""
    cell_em_range: Annotated[CellRange, Decides("cell", read_by=("cells",))] = (1.14, 1.34)
    """Side of a squared paper's cell."""

    @model_validator(mode="before")
    @classmethod
    def _with_placer(cls, values: Any) -> Any:
        """Settings of a placer of penline's own to their names in the layout."""
        if not isinstance(values, Mapping) or values.get("placer") is None:
            return values
        rest = {name: value for name, value in values.items() if name != "placer"}
        placer = _placer(values["placer"])
        beside = [name for name in ("hand", "replay") if rest.get(name) is not None]
        if beside:
            raise ValueError(
                f"layout.placer and layout.{beside[0]} both name one; leave one of them out"
            )
        if not isinstance(placer, OwnPlacer):
            return {**rest, "placer": placer}
        own = placer.layout()
        twice = sorted(own.keys() & rest.keys())
        if twice:
            raise ValueError(f"{twice[0]} stands in layout.placer and beside it; say it once")
        return {**rest, **own}


DECIDES = marks_of(Layout, Decides)
"""Settings of the layout -> what they decide."""

_PARAMS = {name: one.params.split() for name, one in DECIDES.items() if one.params}
_SLACK = "place"
"""Where the slack above and below a line goes, 0 to 1: of no setting."""
LINE_PARAMS = tuple(
    param
    for name, params in _PARAMS.items()
    for param in (*params, *([_SLACK] if name == "em_most" else []))
)
"""Names of a line's figures, which the settings of the layout decide."""


def line_settings(layout: Layout) -> dict[str, Any]:
    """Find the setting that decides each figure of a line: an interval or a number."""
    found = {param: getattr(layout, name) for name, params in _PARAMS.items() for param in params}
    return {param: found.get(param, (0.0, 1.0)) for param in LINE_PARAMS}


_BY_RULES: dict[str, Any] = {"name": (Literal["rules"], "rules")} | {
    name: (Layout.model_fields[name].rebuild_annotation() | None, None)
    for name, one in DECIDES.items()
    if "rules" in one.read_by != ALL
}
Rules = create_model(
    "Rules",
    __base__=OwnPlacer,
    __module__=__name__,
    __doc__="By the kinds of the characters: gaps, sizes and heights that wander along the line.",
    **_BY_RULES,
)


def _placer(given: object) -> PlacerSettings:
    """A placer's settings from its name, or from a mapping with its name."""
    if isinstance(given, PlacerSettings):
        return given
    if isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, Mapping) or "name" not in given:
        raise ValueError("placer: say which it is by its `name`")
    found = PLACERS.load(str(given["name"]))
    extra = sorted(given.keys() - found.model_fields.keys())
    if extra:
        own = ", ".join(name for name in found.model_fields if name != "name") or "none"
        raise ValueError(
            f"placer: the placer {given['name']} has no setting `{extra[0]}`; it has: {own}"
        )
    try:
        return found.model_validate(dict(given))
    except ValidationError as error:
        raise ValueError(f"placer: {first_fault(error)}") from None
