"""The table of settings that do nothing: which, where, and what to do instead."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

from penline.characters import is_han
from penline.corpus import Corpus
from penline.recipe.layout import DECIDES
from penline.recipe.placers import PlacerSettings
from penline.recipe.schema import Recipe

__all__ = ["TABLE", "Asked", "IdleSettings"]


class Asked(NamedTuple):
    """What is asked of a recipe.

    Attributes:
        recipe: the recipe.
        pages: whether pages are asked for, and not lines.
        placers: see `idle.placers`.
        corpus: the text.
        strokes: whether a bank holds strokes.
        field: the setting, with dots.
        online: whether lines are asked for as strokes, and no pictures of them.
    """

    recipe: Recipe
    pages: bool
    placers: frozenset[str]
    corpus: Corpus
    strokes: bool = True
    field: str = ""
    online: bool = False


class IdleSettings(NamedTuple):
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


def _placed_by(placers: tuple[str, ...], where: str, instead: str) -> IdleSettings:
    """The settings of the layout that these placers read and no others, by `Decides`."""
    fields = tuple(f"layout.{name}" for name, one in DECIDES.items() if one.read_by == placers)

    def idle(asked: Asked, _: Any) -> bool:
        other = asked.recipe.layout.placer
        if other is not None and (other.every_line or asked.field in _read_by(other)):
            return False
        return asked.placers.isdisjoint(placers)

    return IdleSettings(fields, where, instead, idle)


def _read_by(placer: PlacerSettings) -> set[str]:
    """Name the settings that another package's placer reads, and those that no placer does."""
    return {f"layout.{name}" for name in (*placer.reads, "placer", "direction")}


def _beside_another(asked: Asked, _: Any) -> bool:
    other = asked.recipe.layout.placer
    return (
        other is not None
        and other.every_line
        and asked.field not in _read_by(other)
        and not asked.field.startswith("layout.placer.")
    )


def _on_pages(asked: Asked, _: Any) -> bool:
    return asked.pages


def _as_strokes(asked: Asked, _: Any) -> bool:
    return asked.online


def _on_forms(asked: Asked, _: Any) -> bool:
    return asked.pages and asked.recipe.page.form is not None


def _unborrowed(asked: Asked) -> bool:
    return asked.pages or asked.recipe.writers == "mixed"


def _without_slips(asked: Asked) -> bool:
    by_templates = asked.recipe.layout.replay is not None
    return asked.recipe.writers == "mixed" or (
        by_templates and asked.placers <= {"templates", "cells"}
    )


def _by_anybody(asked: Asked, _: Any) -> bool:
    return not asked.pages and asked.recipe.writers == "mixed"


def _without(found: Callable[[str], bool]) -> Callable[[Asked, Any], bool]:
    """Whether no line is made of such characters."""

    def idle(asked: Asked, _: Any) -> bool:
        made = asked.recipe.corpus.made or (asked.pages and asked.recipe.page.form is not None)
        return not made and not any(map(found, asked.corpus.characters))

    return idle


_BORROWING = ("near-writer", "other-writer")
_LINES = "choose a format of lines"
_PICTURES = "choose a format of pictures (paddleocr, imagefolder, ...), or another recipe (plain)"

TABLE = (
    IdleSettings(
        ("page.*",),
        "on lines",
        "choose a format of pages (paddleocr-det, page-xml or coco; in Python Composer.page)",
        lambda asked, _: not asked.pages,
    ),
    IdleSettings(
        ("writers", "layout.direction"),
        "on pages: pages are by one writer, and their lines are horizontal",
        _LINES,
        _on_pages,
        always=True,
    ),
    IdleSettings(("corpus.latin", "layout.replay"), "on pages", _LINES, _on_pages),
    IdleSettings(
        ("corpus.missing",),
        "as near-writer or other-writer on pages, and by writers: mixed, where nothing is borrowed",
        "take skip-line or drop-char",
        lambda asked, corpus: corpus.missing in _BORROWING and _unborrowed(asked),
    ),
    IdleSettings(
        ("corpus.borrow_most",),
        "where nothing is borrowed",
        "on lines by one writer, set corpus.missing to near-writer or other-writer",
        lambda asked, corpus: corpus.missing not in _BORROWING or _unborrowed(asked),
    ),
    IdleSettings(
        ("corpus.nfkc",),
        "on text that is loaded already",
        "load it by its path, or with nfkc=True",
        lambda asked, _: any(
            unicodedata.normalize("NFKC", c) != c for c in asked.corpus.characters
        ),
    ),
    IdleSettings(
        ("image.height_px", "image.max_width_px"),
        "on pages",
        "set page.height_px and page.width_px",
        _on_pages,
    ),
    IdleSettings(
        ("image.quality",),
        "on PNG files",
        "set image.format to jpg",
        lambda _, image: image.format == "png",
    ),
    IdleSettings(
        ("ink.colours",),
        "in grey pictures",
        "set image.mode to rgb",
        lambda asked, _: asked.recipe.image.mode == "gray",
    ),
    IdleSettings(
        ("strokes", "ink.breadth_range"),
        "where no bank holds strokes",
        "take a bank that penline bank has made of strokes, as POT, UNIPEN or InkML",
        lambda asked, _: not asked.strokes,
    ),
    IdleSettings(
        ("ink.breadth_range",),
        "where nothing is drawn from strokes",
        "set strokes to auto",
        lambda asked, _: asked.strokes and asked.recipe.strokes == "never",
    ),
    IdleSettings(
        (
            *("effects", "marks.*", "papers.*", "ink.*"),
            *("image.mode", "image.format", "image.quality"),
        ),
        "on lines of strokes, which show no ink and no paper",
        _PICTURES,
        _as_strokes,
    ),
    IdleSettings(
        ("papers",),
        "on lines of strokes, but for squared paper",
        _PICTURES,
        lambda asked, _: (
            asked.online and not any(one.paper.cells for one in asked.recipe.papers if one.share)
        ),
    ),
    IdleSettings(
        ("page.indent_em",),
        "on forms, and where corpus.lines is whole",
        "set corpus.lines to cut",
        lambda asked, _: _on_forms(asked, _) or asked.recipe.corpus.lines == "whole",
    ),
    IdleSettings(
        ("page.start_deviation_em", "page.lines_range"),
        "on forms",
        "set page.form.rows_range",
        _on_forms,
    ),
    IdleSettings(
        ("layout.fill_range", "layout.em_most", "layout.margin_em_range"),
        "on pages",
        "set page.em_px_range and page.margin_em_range",
        _on_pages,
    ),
    IdleSettings(
        ("layout.*",),
        "beside a placer of another package that places every line and does not read it",
        "name another placer",
        _beside_another,
    ),
    _placed_by(
        ("model", "templates"),
        "in columns and in cells, as layout.placer: model, too",
        "set layout.direction to horizontal and take a paper without cells",
    ),
    _placed_by(("model",), "where no placement model places the glyphs", "set layout.hand"),
    IdleSettings(
        ("layout.replay",),
        "in columns, in cells, and by writers: mixed",
        "set layout.direction to horizontal, writers to one, and take a paper without cells",
        lambda asked, _: not asked.pages and "templates" not in asked.placers,
    ),
    _placed_by(
        ("cells",), "without squared paper, which pages do not have", "add squared to papers"
    ),
    _placed_by(
        ("rules",),
        "where a placement model, templates or cells place the glyphs",
        "set layout.hand and layout.replay to null and take a paper without cells",
    ),
    _placed_by(
        ("rules", "cells"),
        "where a placement model or templates place the glyphs",
        "set layout.hand and layout.replay to null",
    ),
    _placed_by(
        ("rules", "model"),
        "where templates or cells place the glyphs",
        "set layout.replay to null and take a paper without cells",
    ),
    _placed_by(
        ("rules", "model", "cells"),
        "where templates place the glyphs",
        "set layout.replay to null",
    ),
    IdleSettings(
        ("joins", "joins_chinese"),
        "by writers: mixed, where neighbours are by different hands",
        "set writers to one",
        _by_anybody,
    ),
    IdleSettings(
        ("joins", "joins_chinese"),
        "where templates place the glyphs",
        "set layout.replay to null",
        lambda asked, _: asked.placers.isdisjoint(("rules", "model", "cells")),
    ),
    IdleSettings(
        ("joins",),
        "on text without small Latin letters",
        "take other text",
        _without(frozenset(string.ascii_lowercase).__contains__),
    ),
    IdleSettings(
        ("joins_chinese",),
        "on text without Chinese characters",
        "take other text",
        _without(is_han),
    ),
    IdleSettings(
        ("marks.strike",),
        "in lines of templates, and by writers: mixed",
        "set layout.replay to null and writers to one",
        lambda asked, _: not asked.pages and _without_slips(asked),
    ),
    IdleSettings(
        ("papers",),
        "on pages, which need a paper without cells",
        "add plain, ruled, texture or photo",
        lambda asked, _: (
            asked.pages
            and all(choice.paper.cells or not choice.share for choice in asked.recipe.papers)
        ),
        always=True,
    ),
    IdleSettings(("papers.squared.*",), "on pages, which are never squared", _LINES, _on_pages),
    IdleSettings(
        ("papers.ruled.pitch_range",),
        "on pages, where the writing keeps to the rules",
        "set page.pitch_em_range",
        _on_pages,
    ),
    IdleSettings(
        ("papers.*uneven_range",),
        "while uneven_chance is 0",
        "set uneven_chance beside it",
        lambda _, paper: not paper.uneven_chance,
    ),
)
"""Every case in which a setting does nothing."""
