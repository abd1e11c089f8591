"""Effects: what a camera or scanner does to a finished line.

Each effect is one module with a settings class and a pure function ``apply``; the registry below
finds it by name, and it is loaded on use. Quads are ``float64 (n, 4, 2)``: the corners of each
character's box as x, y in pixels from the image's upper left corner, so the first pixel's centre is
0.5, 0.5.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from penline.effects.base import RIM_PX, EffectSettings, Image, Params, Quads
from penline.errors import RecipeError
from penline.randomness import Draws
from penline.registry import Registry, Row, subclass_of

__all__ = [
    "DEFAULT",
    "DEFAULT_ORDER",
    "EFFECTS",
    "RIM_PX",
    "EffectSettings",
    "apply_effects",
    "effect_apply",
    "moving",
    "sample_effects",
]

EFFECTS: Registry[type[EffectSettings]] = Registry(
    "penline.effects",
    "effect",
    {
        "blur": Row("penline.effects.blur:Blur", "a lens out of focus, or a hand that moved"),
        "jpeg": Row("penline.effects.jpeg:Jpeg", "what lossy storage leaves behind"),
        "noise": Row(
            "penline.effects.noise:Noise", "grain that grows with the light that a pixel gathers"
        ),
        "shadow": Row(
            "penline.effects.shadow:Shadow",
            "a shadow of a hand or a phone across the sheet, or of a fold in it",
        ),
        "warp": Row("penline.effects.warp:Warp", "a slight turn, perspective and bending"),
    },
    error=RecipeError,
    fits=subclass_of(EffectSettings),
)

DEFAULT_ORDER = ("warp", "shadow", "blur", "noise", "jpeg")
"""The effects of an ordinary scan. They draw from one stream, one after the other; every other
effect has a stream of its own, so that adding one changes nothing of what these do."""

if TYPE_CHECKING:
    DEFAULT: tuple[EffectSettings, ...]
else:

    def __getattr__(name: str) -> tuple[EffectSettings, ...]:
        """`DEFAULT`: the effects of an ordinary scan, in order, at default strength."""
        if name == "DEFAULT":
            return tuple(EFFECTS.load(member)() for member in DEFAULT_ORDER)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def effect_apply(name: str) -> Callable[..., tuple[Image, Quads]]:
    """The function ``apply(image, quads, **params)`` of the effect called `name`.

    Raises:
        RecipeError: no effect has that name.
    """
    found: Callable[..., tuple[Image, Quads]] = EFFECTS.module_function(name, "apply")
    return found


def sample_effects(
    effects: Iterable[EffectSettings], rng: Draws, shape: tuple[int, int]
) -> list[Params]:
    """Decide which effects happen to an image of `shape` (height, width), and with which numbers.

    Each entry holds the effect's ``name`` and its params.
    """
    drawn: list[Params] = []
    last: Params | None = None
    streams: Counter[str] = Counter()
    for effect in effects:
        own = rng
        if effect.name not in DEFAULT_ORDER:
            streams[effect.name] += 1
            own = rng.branch(f"{effect.name} {streams[effect.name]}")
        if not own.chance(effect.chance):
            continue
        drawn.append({"name": effect.name, **effect.sample_params(own, shape)})
        if effect.moves:
            if last is not None:
                last["rim"] = RIM_PX
            last = drawn[-1]
    return drawn


def moving(drawn: Iterable[Params]) -> list[Params]:
    """Take those that move pixels out of what `sample_effects` decided."""
    return [params for params in drawn if EFFECTS.load(params["name"]).moves]


def apply_effects(image: Image, quads: Quads, drawn: Iterable[Params]) -> tuple[Image, Quads]:
    """Apply what `sample_effects` decided, in order; `image` and `quads` stay as they are."""
    for params in drawn:
        numbers = params.copy()
        image, quads = effect_apply(numbers.pop("name"))(image, quads, **numbers)
    return image, quads
