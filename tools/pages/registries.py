"""The tables of docs/extending.md: penline's own rows of every registry."""

from __future__ import annotations

from typing import Any

from pages.tables import table
from penline.effects import EFFECTS
from penline.engine import ENGINES
from penline.export import EXPORTERS
from penline.formats import READERS
from penline.paper import PAPERS
from penline.recipe.placers import PLACERS
from penline.recipe.presets import PRESETS
from penline.recipe.transforms import TRANSFORMS
from penline.registry import Registry
from penline.sources import COLLECTORS

__all__ = ["TABLES", "tables"]

TABLES: tuple[tuple[Registry[Any], str], ...] = (
    (
        PAPERS,
        "a subclass of `penline.paper.PaperSettings`, `apply(guide, mode, **params)` beside it",
    ),
    (
        EFFECTS,
        "a subclass of `penline.effects.EffectSettings`, `apply(image, quads, **params)` beside it",
    ),
    (
        PLACERS,
        "a subclass of `penline.recipe.placers.PlacerSettings`, whose `make(banks, table)` gives a "
        "`penline.compose.place.base.Placer`",
    ),
    (
        TRANSFORMS,
        "a subclass of `penline.recipe.transforms.TransformSettings`, whose `make(banks, table)` "
        "gives a `penline.compose.transform.base.Transform`",
    ),
    (PRESETS, "a mapping of settings, or a path (a resource, too) of a YAML file"),
    (COLLECTORS, "a class as `penline.sources.collector.Collector`"),
    (EXPORTERS, "a subclass of `penline.export.Exporter`"),
    (ENGINES, "a function as `penline.engine.Engine`"),
    (
        READERS,
        "a module or object as `penline.formats.Reader`; its name is the ending of a file name",
    ),
)
"""Every table, and what an entry point of its group names."""


def tables() -> str:
    """One section a table."""
    parts = []
    for registry, asked in TABLES:
        rows = [
            (f"`{name}`", row.help, f"`{row.extra}`" if row.extra else "")
            for name, row in registry.own.items()
        ]
        parts.append(f"### `{registry.group}`\n\nNames {asked}.\n")
        parts.append(table((registry.what, "what it is", "extra"), rows))
    return "\n".join(parts)
