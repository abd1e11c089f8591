"""What the playground asks for, checked; and the recipe that it stands for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from penline.effects import DEFAULT_ORDER, EFFECTS
from penline.errors import PenlineError, UsageError
from penline.look.app.limits import TEXT_CHARACTERS
from penline.machine import say_once
from penline.paper import PAPERS
from penline.recipe.presets import PAPERS as PAPERS_PRESET
from penline.registry import Registry

__all__ = [
    "HEIGHTS_PX",
    "INKS",
    "LineRequest",
    "effects",
    "papers",
    "read_line_request",
    "recipe_yaml",
]

INKS: dict[str, dict[str, Any]] = {
    "any": {},
    "black": {"tone_range": [8, 24], "colours": [[0, 0, 0]], "strength_range": [0.95, 1.05]},
    "blue": {"tone_range": [14, 40], "colours": [[16, 36, 120]]},
    "red": {"tone_range": [14, 40], "colours": [[140, 20, 24]]},
    "pencil": {"tone_range": [70, 95], "colours": [[0, 0, 0]], "strength_range": [0.65, 0.8]},
}
"""Name -> settings of the recipe's ink; the colours show where the picture has colour."""
HEIGHTS_PX = (32, 48, 64, 96, 128)
_MOST_SEED = 1 << 53
"""Beyond this a browser does not count exactly."""
_MOST_WIDTH_PX = 32_768


def papers() -> tuple[str, ...]:
    """Name the papers that need no setting, such as a folder of the user's."""
    return tuple(name for name in PAPERS if _usable(PAPERS, name))


def effects() -> tuple[str, ...]:
    """Name the effects that need no setting, in the order in which they happen."""
    others = [name for name in EFFECTS if name not in DEFAULT_ORDER]
    return tuple(name for name in (*DEFAULT_ORDER, *others) if _usable(EFFECTS, name))


@functools.cache
def _usual() -> Mapping[str, Any]:
    """The recipe that `penline compose` begins with, as plain values."""
    found: Mapping[str, Any] = yaml.safe_load(PAPERS_PRESET.read_text("utf-8"))
    return found


def _usable(table: Registry[Any], name: str) -> bool:
    try:
        table.load(name)()
    except ValidationError:
        return False
    except PenlineError as error:  # another author's, and broken
        say_once(str(error))
        return False
    return True


@dataclass(frozen=True, slots=True)
class LineRequest:
    """One line as the playground asks for it; unasked, the looks are those of `penline compose`.

    Attributes:
        text: what to write.
        banks: numbers of banks on the server; none: all that are no uploads.
        writer: an id, or ``""`` for any who can write it.
        paper: one of `papers`, or ``""`` for any of those that `penline compose` begins with.
        ink: one of `INKS`.
        effects: some of `effects`.
        height_px: one of `HEIGHTS_PX`.
        mode: ``gray`` or ``rgb``.
        direction: ``horizontal`` or ``vertical``.
        placing: ``rules`` of the layout, or ``measured`` on real lines.
        seed: chance.
        index: which of the seed's lines.
    """

    text: str
    banks: tuple[int, ...] = ()
    writer: str = ""
    paper: str = ""
    ink: str = "any"
    effects: tuple[str, ...] = DEFAULT_ORDER
    height_px: int = 64
    mode: str = "gray"
    direction: str = "horizontal"
    placing: str = "measured"
    seed: int = 0
    index: int = 0

    @property
    def by_rules(self) -> bool:
        """Whether only the layout's rules can place the line: no model knows columns and cells."""
        return self.direction == "vertical" or self.paper == "squared"

    def recipe(self, *, mixed: bool = False) -> dict[str, Any]:
        """The recipe, as plain values; `mixed` where no writer of the banks is known."""
        made: dict[str, Any] = {"version": 2}
        if mixed:
            made["writers"] = "mixed"
        made["corpus"] = {
            "lines": "whole",
            "length_range": [1, 500],
            "missing": "drop-char" if mixed or self.writer else "other-writer",
        }
        made["image"] = {
            "height_px": self.height_px,
            "mode": self.mode,
            "max_width_px": _MOST_WIDTH_PX,
            "format": "png",
        }
        layout = {"direction": self.direction} if self.direction != "horizontal" else {}
        if self.placing == "measured" and not self.by_rules:
            layout["hand"] = "default"
        if layout:
            made["layout"] = layout
        ink = {k: v for k, v in INKS[self.ink].items() if k != "colours" or self.mode == "rgb"}
        if ink:
            made["ink"] = ink
        made["papers"] = [{"name": self.paper}] if self.paper else list(_usual()["papers"])
        some = [{"name": name} for name in self.effects]
        made["effects"] = "default" if self.effects == DEFAULT_ORDER else some
        return made


def read_line_request(query: Mapping[str, str]) -> LineRequest:
    """A request from the parameters of an address.

    Raises:
        UsageError: a parameter that is not one of those the page offers.
    """
    text = " ".join(query.get("text", "").split())
    if len(text) > TEXT_CHARACTERS:
        raise UsageError(f"at most {TEXT_CHARACTERS} characters; these are {len(text):,}")
    known = effects()
    given = query.get("effects", ",".join(DEFAULT_ORDER)).split(",")
    asked = {_among(name, known, "effect") for name in given if name}
    banks = [_whole(one, "bank", 1 << 31) for one in query.get("banks", "").split(",")[:64] if one]
    return LineRequest(
        text=text,
        banks=tuple(banks),
        writer=query.get("writer", "").strip()[:200],
        paper=_among(query.get("paper", ""), ("", *papers()), "paper"),
        ink=_among(query.get("ink", "any"), tuple(INKS), "ink"),
        effects=tuple(name for name in known if name in asked),
        height_px=int(_among(query.get("height", "64"), tuple(map(str, HEIGHTS_PX)), "height")),
        mode=_among(query.get("mode", "gray"), ("gray", "rgb"), "mode"),
        direction=_among(
            query.get("direction", "horizontal"), ("horizontal", "vertical"), "direction"
        ),
        placing=_among(query.get("placing", "measured"), ("rules", "measured"), "placing"),
        seed=_whole(query.get("seed", "0") or "0", "seed", _MOST_SEED),
        index=_whole(query.get("index", "0") or "0", "index", 10_000),
    )


def _among(value: str, known: tuple[str, ...], what: str) -> str:
    if value not in known:
        raise UsageError(f"{what}: one of {', '.join(known)}")
    return value


def _whole(value: str, what: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 16 and int(value) < most):
        raise UsageError(f"{what}: a whole number from 0 up, below {most:,}")
    return int(value)


def recipe_yaml(values: Mapping[str, Any]) -> str:
    """The recipe as a file."""
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True))
