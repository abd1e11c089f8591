"""What a report says of a recipe, and the hash that names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penline.provenance import path_told
from penline.recipe.parts import LISTED
from penline.recipe.schema import Recipe
from penline.settings import Settings, Version1, marks_of

__all__ = ["recipe_hash", "recipe_told"]


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
    acting = any(name.startswith("strokes ") for name in contents), "ends" in contents
    _leave_out(settings, Recipe, acting)
    if settings["layout"].get("hand") is not None:
        settings["layout"]["hand"] = True  # the model counts by its content
    for choice in settings["papers"]:
        # a folder of pictures counts by its content, not by where it lies
        choice["paper"].pop("folder", None)
    for field, table in LISTED.items():
        for one in settings.get(field, ()):
            part = one.get("paper", one)
            if part["name"] in table.own:
                _leave_out(part, table.load(part["name"]), acting)
    whole = json.dumps([settings, dict(sorted(contents.items()))], sort_keys=True)
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def _leave_out(held: dict[str, Any], settings: type[Settings], acting: tuple[bool, bool]) -> None:
    """Take fields out that make lines as there were before there was the field (`Version1`).

    Args:
        held: the fields, changed.
        settings: what they are of.
        acting: whether glyphs are drawn from strokes, and whether ends of pictures are known.
    """
    strokes, ends = acting
    for name, one in marks_of(settings, Version1).items():
        before = held.get(name) == json.loads(json.dumps(one.default)) and not one.hashed
        idle = one.of_strokes and not strokes and not (one.of_ends and ends)
        if before or idle:
            held.pop(name, None)
    for name, field in settings.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Settings) and name in held:
            _leave_out(held[name], inner, acting)
