"""Settings that would do nothing where they stand, refused by name; asked once a plan."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Literal

from penline.corpus import Corpus
from penline.errors import RecipeError
from penline.recipe.idle_table import TABLE, Asked, IdleSettings
from penline.recipe.schema import Recipe
from penline.settings import Settings

__all__ = ["Refusals", "changed", "placers", "refusals"]

Refusals = dict[Literal["lines", "pages", "strokes"], str]


def refusals(
    recipe: Recipe, corpus: Corpus, *, strokes: bool = True, strict: bool = True
) -> Refusals:
    """Say what a recipe is refused for, where lines, pages, and lines as strokes are asked of it.

    A setting of another value than its default has an effect, or is named here. What the recipe
    itself switches off (``chance: 0``, ``weight: 0``) keeps its settings.

    Args:
        recipe: the recipe.
        corpus: the text that it is for.
        strokes: whether a bank holds strokes.
        strict: False for a recipe of a report, which holds good as it was.

    Returns:
        The whole message for each; ``""`` where nothing is refused.

    Raises:
        RecipeError: a setting does nothing for any of them.
    """
    rows = [row for row in TABLE if strict or row.always]
    names = tuple(changed(recipe, Recipe(version=recipe.version)))
    lines = Asked(recipe, False, placers(recipe, pages=False), corpus, strokes)
    pages = lines._replace(pages=True, placers=placers(recipe, pages=True))
    of_lines, of_pages, of_strokes = (
        [reason for row in rows if (reason := _reason(row, asked, names))]
        for asked in (lines, pages, lines._replace(online=True))
    )
    all_of_them = [one for one in of_lines if one in of_pages and one in of_strokes]
    if all_of_them:
        raise RecipeError("; ".join(all_of_them))
    joined = map("; ".join, (of_lines, of_pages, of_strokes))
    return dict(zip(("lines", "pages", "strokes"), joined, strict=True))


def _reason(row: IdleSettings, asked: Asked, names: tuple[tuple[str, Settings], ...]) -> str:
    idle = dict.fromkeys(
        name
        for name, own in names
        if any(fnmatchcase(name, field) for field in row.fields)
        and row.idle(asked._replace(field=name), own)
    )
    if not idle:
        return ""
    left = "it" if len(idle) == 1 else "them"
    return f"{', '.join(idle)}: of no effect {row.where}; {row.instead}, or leave {left} out"


def changed(
    settings: Settings, usual: Settings | None = None, prefix: str = ""
) -> Iterator[tuple[str, Settings]]:
    """Yield names of fields that are not at their defaults, and the settings that hold them.

    Settings of a paper are named by it: ``papers.ruled.plain.tone_range``.
    """
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        factory: Any = field.default_factory
        default = field.default if factory is None else factory()
        if usual is not None:
            default = getattr(usual, name)
        if value != default and not (isinstance(value, Settings) and default is not None):
            yield prefix + name, settings
        if isinstance(value, Settings):
            yield from changed(value, default, f"{prefix}{name}.")
    if isinstance(settings, Recipe):
        for choice in settings.papers:
            if choice.share:
                yield from changed(choice.paper, None, f"papers.{choice.paper.name}.")


def placers(recipe: Recipe, *, pages: bool) -> frozenset[str]:
    """Find what may place glyphs: ``rules``, a ``model``, ``templates``, or a paper's ``cells``.

    None of them does where a placer of another package takes every line.
    """
    layout, corpus = recipe.layout, recipe.corpus
    if layout.placer is not None and layout.placer.every_line:
        return frozenset()
    rest = "model" if layout.hand is not None else "rules"
    if pages:
        return frozenset([rest])
    column = layout.direction == "vertical"
    cells = {choice.paper.cells for choice in recipe.papers if choice.share}
    found = {"cells"} if True in cells else set()
    if False in cells and column:
        found.add("rules")
    elif False in cells and layout.replay is not None and recipe.writers == "one":
        found.add("templates")
        if corpus.made or corpus.latin != "own" or corpus.missing != "skip-line":
            found.add(rest)  # such lines are not those of the templates
    elif False in cells:
        found.add(rest)
    return frozenset(found)
