"""Recipes that have a name: a table of YAML files, or of what they hold as mappings."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from penline.registry import Registry, Row

__all__ = ["PRESETS", "RENAMED", "preset_names"]

_HERE = files(__name__)
MESSY, PAPERS, PLAIN = (_HERE / f"{name}.yaml" for name in ("messy", "papers", "plain"))

PRESETS: Registry[Any] = Registry(
    "penline.presets",
    "recipe",
    {
        "messy": Row(f"{__name__}:MESSY", "what forms and notebooks have beside writing"),
        "papers": Row(f"{__name__}:PAPERS", "several papers, and the effects of a scan"),
        "plain": Row(f"{__name__}:PLAIN", "a flat sheet, nothing else"),
    },
    fits=lambda found: isinstance(found, Mapping) or hasattr(found, "read_text"),
)

RENAMED = {"mixed": "papers"}
"""Names that still work: ``mixed`` is a word for hands alone (``writers: mixed``)."""


def preset_names() -> list[str]:
    """Names of the recipes that come with penline, and of those that other packages add."""
    return sorted(PRESETS)
