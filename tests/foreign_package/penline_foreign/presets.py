"""Recipes of another author's: one as YAML would hold it, one in a file."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["SHABBY", "SUNNY"]

SHABBY = {"papers": ["crumpled"], "transforms": ["thin"], "layout": {"placer": "stairs"}}
SUNNY = files(__name__.rpartition(".")[0]) / "sunny.yaml"
