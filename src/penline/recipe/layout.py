"""How a hand places glyphs: the settings of a recipe's ``layout``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationError, model_validator

from penline.recipe.placers import PLACERS, PlacerSettings, placer_class
from penline.settings import (
    ORDERED,
    EmRange,
    Settings,
    Share,
    ShareRange,
    SizeRange,
    Version1,
    first_fault,
)

__all__ = ["Layout"]

FillRange = Annotated[
    tuple[Annotated[float, Field(ge=0.2, le=1)], Annotated[float, Field(ge=0.2, le=1)]], ORDERED
]
CellRange = Annotated[
    tuple[Annotated[float, Field(ge=0.5, le=4)], Annotated[float, Field(ge=0.5, le=4)]], ORDERED
]


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
    hand: Path | Literal["default"] | None = None
    """A placement model of `penline fit`, or ``default``, the one that comes with penline; it
    decides sizes, places, gaps and slope. None: by the settings below."""
    mark_shape: Share = 0.0
    """With a placement model: how far commas and stops are drawn out to its proportions, their area
    kept. 0: they keep the writer's; 1: as broad for their height as those it was fitted on."""
    replay: Path | None = None
    """Line templates of `penline fit --lines`: each line takes the places of a real one, whose
    marks, digits and letters stay, and whose Chinese characters become those of the corpus."""
    latin: Annotated[Literal["measured", "kinds"], Version1("kinds")] = "measured"
    """How Latin letters, digits and the signs beside them stand: ``measured``, as high, as far
    below the line and as far apart as in real lines; ``kinds``, by rough figures of each kind, as
    recipes of version 1 have it."""
    fill_range: Annotated[FillRange, Version1((0.74, 0.92), hashed=True)] = (0.7, 0.86)
    """Share of the picture's height that the line's ink fills."""
    em_most: Annotated[float, Field(ge=0.1, le=1)] = 0.76
    """Largest em, as share of the picture's height."""
    margin_em_range: SizeRange = (0.1, 0.5)
    """White to the left and to the right of the line."""
    gap_em_range: EmRange = (0.06, 0.20)
    """Gap between Chinese characters, ink to ink."""
    gap_latin_em_range: Annotated[EmRange, Version1((0.03, 0.07), hashed=True)] = (0.1, 0.28)
    """Gap between the letters of a word: ink to ink; where Latin stands as measured, from the
    middle of a stroke to the middle of a stroke, and the mean of a line. As `space_em_range`: where
    nothing is said, that of a placement model that has measured Latin."""
    gap_mixed_em_range: EmRange = (0.08, 0.20)
    """Gap where scripts meet."""
    gap_deviation_em: float = Field(0.05, ge=0, le=0.5)
    """Of gaps along the line."""
    cell_pull_range: ShareRange = (0.2, 0.7)
    """0: equal gaps between ink; 1: equal advance, as if written in cells."""
    space_em_range: Annotated[EmRange, Version1((0.34, 0.55), hashed=True)] = (0.25, 0.75)
    """Width of white space."""
    size_deviation: float = Field(0.04, ge=0, le=0.3)
    """Of the glyphs' size along the line, as share."""
    size_trend: float = Field(0.05, ge=0, le=0.5)
    """Deviation of the growth from a line's start to its end."""
    rise_deviation_em: float = Field(0.035, ge=0, le=0.5)
    """Height of glyphs above the writing line."""
    slope_deviation: float = Field(0.006, ge=0, le=0.1)
    """Rise of the line per length."""
    slant_deviation: float = Field(0.05, ge=0, le=0.5)
    """Lean per height, one for the line, on top of the writer's own."""
    slant_walk_deviation: float = Field(0.02, ge=0, le=0.3)
    """Of the lean from glyph to glyph."""
    press_deviation: float = Field(0.06, ge=0, le=0.5)
    """Strength of the ink."""
    correlation: Share = 0.75
    """How alike neighbours are in size, height, lean and strength."""
    cell_em_range: CellRange = (1.14, 1.34)
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
        if placer.name not in PLACERS.own:
            return {**rest, "placer": placer}
        own: dict[str, Any] = placer.layout()  # type: ignore[attr-defined]
        twice = sorted(own.keys() & rest.keys())
        if twice:
            raise ValueError(f"{twice[0]} stands in layout.placer and beside it; say it once")
        return {**rest, **own}


def _placer(given: object) -> PlacerSettings:
    """A placer's settings from its name, or from a mapping with its name."""
    if isinstance(given, PlacerSettings):
        return given
    if isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, Mapping) or "name" not in given:
        raise ValueError("placer: say which it is by its `name`")
    found = placer_class(str(given["name"]))
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
