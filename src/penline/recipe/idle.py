"""Settings that would do nothing where they stand, refused by name: one table, read once a kit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from penline.corpus import Corpus
from penline.errors import RecipeError
from penline.recipe.schema import Recipe
from penline.settings import Settings

__all__ = ["TABLE", "Asked", "Refusals", "Row", "changed", "placers", "refusals"]

Refusals = dict[Literal["lines", "pages"], str]


class Asked(NamedTuple):
    """What is asked of a recipe.

    Attributes:
        recipe: the recipe.
        pages: whether pages are asked for, and not lines.
        placers: see `placers`.
        corpus: the text.
    """

    recipe: Recipe
    pages: bool
    placers: frozenset[str]
    corpus: Corpus


class Row(NamedTuple):
    """Settings, and where they do nothing.

    Attributes:
        fields: names with dots, as patterns of `fnmatch`.
        where: where they do nothing, for the message.
        instead: what to do, beside leaving them out.
        idle: whether that is so here; its second argument is the settings that hold the field.
        always: refused even in a recipe of a report: nothing can be made by it.
    """

    fields: tuple[str, ...]
    where: str
    instead: str
    idle: Callable[[Asked, Any], bool]
    always: bool = False


def refusals(recipe: Recipe, corpus: Corpus, *, strict: bool = True) -> Refusals:
    """What a recipe is refused for, where lines and where pages are asked of it.

    A setting of another value than its default has an effect, or is named here. What the recipe
    itself switches off (``chance: 0``, ``weight: 0``) keeps its settings.

    Args:
        recipe: the recipe.
        corpus: the text that it is for.
        strict: False for a recipe of a report, which holds good as it was.

    Returns:
        The whole message for lines, and that for pages; ``""`` where nothing is refused.

    Raises:
        RecipeError: a setting does nothing for lines, and nothing for pages.
    """
    rows = [row for row in TABLE if strict or row.always]
    names = tuple(changed(recipe))
    of_lines, of_pages = (
        [reason for row in rows if (reason := _reason(row, asked, names))]
        for asked in (
            Asked(recipe, pages, placers(recipe, pages=pages), corpus) for pages in (False, True)
        )
    )
    both = [reason for reason in of_lines if reason in of_pages]
    if both:
        raise RecipeError("; ".join(both))
    return {"lines": "; ".join(of_lines), "pages": "; ".join(of_pages)}


def _reason(row: Row, asked: Asked, names: tuple[tuple[str, Settings], ...]) -> str:
    idle = dict.fromkeys(
        name
        for name, own in names
        if any(fnmatchcase(name, field) for field in row.fields) and row.idle(asked, own)
    )
    if not idle:
        return ""
    left = "it" if len(idle) == 1 else "them"
    return f"{', '.join(idle)}: of no effect {row.where}; {row.instead}, or leave {left} out"


def changed(
    settings: Settings, usual: Settings | None = None, prefix: str = ""
) -> Iterator[tuple[str, Settings]]:
    """Names of all fields that are not what they are by default, and the settings that hold them.

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
    """What may place the glyphs: ``rules``, a ``model``, ``templates``, or a paper's ``cells``."""
    layout, corpus = recipe.layout, recipe.corpus
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


def _placed_by(*placers: str) -> Callable[[Asked, Any], bool]:
    return lambda asked, _: asked.placers.isdisjoint(placers)


def _on_pages(asked: Asked, _: Any) -> bool:
    return asked.pages


def _on_forms(asked: Asked, _: Any) -> bool:
    return asked.pages and asked.recipe.page.form is not None


def _unborrowed(asked: Asked) -> bool:
    return asked.pages or asked.recipe.writers == "mixed"


def _without_slips(asked: Asked) -> bool:
    by_templates = asked.recipe.layout.replay is not None
    return asked.recipe.writers == "mixed" or (
        by_templates and asked.placers <= {"templates", "cells"}
    )


_BORROWING = ("near-writer", "other-writer")
_LINES = "choose a format of lines"

TABLE = (
    Row(
        ("page.*",),
        "on lines",
        "choose a format of pages (paddleocr-det, page-xml or coco; in Python Composer.page)",
        lambda asked, _: not asked.pages,
    ),
    Row(("marks.*",), "on pages", f"{_LINES}, or a recipe without marks (mixed)", _on_pages),
    Row(
        ("writers", "layout.direction"),
        "on pages: pages are by one writer, and their lines are horizontal",
        _LINES,
        _on_pages,
        always=True,
    ),
    Row(("corpus.latin", "layout.replay"), "on pages", _LINES, _on_pages),
    Row(
        ("corpus.made",),
        "on pages without a form",
        "add page: {form: {}}, choose a format of lines",
        lambda asked, _: asked.pages and asked.recipe.page.form is None,
    ),
    Row(
        ("corpus.missing",),
        "as near-writer or other-writer on pages, and by writers: mixed, where nothing is borrowed",
        "take skip-line or drop-char",
        lambda asked, corpus: corpus.missing in _BORROWING and _unborrowed(asked),
    ),
    Row(
        ("corpus.borrow_most",),
        "where nothing is borrowed",
        "on lines by one writer, set corpus.missing to near-writer or other-writer",
        lambda asked, corpus: corpus.missing not in _BORROWING or _unborrowed(asked),
    ),
    Row(
        ("corpus.nfkc",),
        "on text that is loaded already",
        "load it by its path, or with nfkc=True",
        lambda asked, _: any(
            unicodedata.normalize("NFKC", c) != c for c in asked.corpus.characters
        ),
    ),
    Row(
        ("image.height_px", "image.max_width_px"),
        "on pages",
        "set page.height_px and page.width_px",
        _on_pages,
    ),
    Row(
        ("image.quality",),
        "on PNG files",
        "set image.format to jpg",
        lambda _, image: image.format == "png",
    ),
    Row(
        ("ink.colours",),
        "in grey pictures",
        "set image.mode to rgb",
        lambda asked, _: asked.recipe.image.mode == "gray",
    ),
    Row(
        ("page.indent_em",),
        "on forms, and where corpus.lines is whole",
        "set corpus.lines to cut",
        lambda asked, _: _on_forms(asked, _) or asked.recipe.corpus.lines == "whole",
    ),
    Row(
        ("page.start_deviation_em", "page.lines_range"),
        "on forms",
        "set page.form.rows_range",
        _on_forms,
    ),
    Row(
        ("layout.fill_range", "layout.em_most", "layout.margin_em_range"),
        "on pages",
        "set page.em_px_range and page.margin_em_range",
        _on_pages,
    ),
    Row(
        ("layout.hand",),
        "in columns and in cells",
        "set layout.direction to horizontal and take a paper without cells",
        _placed_by("model", "templates"),
    ),
    Row(
        ("layout.mark_shape",),
        "where no placement model places the glyphs",
        "set layout.hand",
        _placed_by("model"),
    ),
    Row(
        ("layout.replay",),
        "in columns, in cells, and by writers: mixed",
        "set layout.direction to horizontal, writers to one, and take a paper without cells",
        lambda asked, _: not asked.pages and "templates" not in asked.placers,
    ),
    Row(
        ("layout.cell_em_range",),
        "without squared paper, which pages do not have",
        "add squared to papers",
        _placed_by("cells"),
    ),
    Row(
        (
            *("layout.gap_em_range", "layout.gap_mixed_em_range", "layout.gap_deviation_em"),
            *("layout.cell_pull_range", "layout.slope_deviation"),
        ),
        "where a placement model, templates or cells place the glyphs",
        "set layout.hand and layout.replay to null and take a paper without cells",
        _placed_by("rules"),
    ),
    Row(
        (
            *("layout.size_deviation", "layout.size_trend"),
            *("layout.rise_deviation_em", "layout.slant_walk_deviation"),
        ),
        "where a placement model or templates place the glyphs",
        "set layout.hand and layout.replay to null",
        _placed_by("rules", "cells"),
    ),
    Row(
        ("layout.gap_latin_em_range", "layout.space_em_range"),
        "where templates or cells place the glyphs",
        "set layout.replay to null and take a paper without cells",
        _placed_by("rules", "model"),
    ),
    Row(
        ("marks.strike",),
        "in lines of templates, and by writers: mixed",
        "set layout.replay to null and writers to one",
        lambda asked, _: not asked.pages and _without_slips(asked),
    ),
    Row(
        ("papers",),
        "on pages, which need a paper without cells",
        "add plain, ruled, texture or photo",
        lambda asked, _: (
            asked.pages
            and all(choice.paper.cells or not choice.share for choice in asked.recipe.papers)
        ),
        always=True,
    ),
    Row(("papers.squared.*",), "on pages, which are never squared", _LINES, _on_pages),
    Row(
        ("papers.ruled.pitch_range",),
        "on pages, where the writing keeps to the rules",
        "set page.pitch_em_range",
        _on_pages,
    ),
    Row(
        ("papers.*uneven_range",),
        "while uneven_chance is 0",
        "set uneven_chance beside it",
        lambda _, paper: not paper.uneven_chance,
    ),
)
"""Every case in which a setting does nothing."""
