"""Tables and pictures between the marks of docs/recipe.md, its Chinese page, docs/extending.md."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from pydantic import BaseModel

from pages.docstrings import field_docs
from pages.registries import tables
from pages.strips import shown, shown_in_chinese
from pages.tables import kind, table
from penline.effects import EFFECTS
from penline.paper import PAPERS
from penline.recipe.form import FormSettings
from penline.recipe.idle_table import TABLE
from penline.recipe.layout import Layout
from penline.recipe.marks import Marks
from penline.recipe.presets import PRESETS
from penline.recipe.schema import PaperChoice, Recipe
from penline.recipe.sections import CorpusSettings, ImageSettings, Ink, PageSettings

__all__ = ["CHINESE_PARTS", "PARTS", "fill", "rows"]

_MARK = re.compile(r"(<!-- made: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = ("setting", "takes", "if left out", "what it is")

_SECTIONS: dict[str, type[BaseModel]] = {
    "corpus": CorpusSettings,
    "image": ImageSettings,
    "page": PageSettings,
    "form": FormSettings,
    "layout": Layout,
    "ink": Ink,
    "marks": Marks,
}
_LINKS = {
    "Recipe.corpus": "How lines are taken from the text: [corpus](#corpus).",
    "Recipe.image": "The pictures: [image](#image).",
    "Recipe.page": "Whole pages: [page](#page).",
    "Recipe.layout": "How the hand places glyphs: [layout](#layout).",
    "Recipe.ink": "The pen's ink: [ink](#ink).",
    "Recipe.marks": "What pens do beside writing: [marks](#marks).",
    "PageSettings.form": "A printed form, filled in, in the place of paragraphs: [form](#form).",
    "Recipe.papers": "What is written on: [papers](#papers).",
    "Recipe.effects": "What a camera or scanner does to the line: [effects](#effects).",
}
_FALLBACK = {
    "Recipe.version": "Version of the recipe's language.",
    "ImageSettings.height_px": "Height of every picture.",
    "ImageSettings.mode": "Grey or colour.",
    "ImageSettings.format": "Kind of image file.",
    "Layout.gap_deviation_em": "Unsteadiness of the gap, from glyph to glyph.",
    "Layout.size_deviation": "Unsteadiness of the size, as a share of it.",
    "Layout.slant_walk_deviation": "Unsteadiness of the lean, from glyph to glyph.",
    "Layout.correlation": "How much of its last step every unsteadiness keeps.",
    "PaperChoice.weight": "How often this paper is taken, beside the weights of the others.",
}
"""What is said of fields that have no text of their own in the code."""
_TAKES = {
    "Recipe.papers": "list of papers",
    "Recipe.effects": "`default`, `none`, or list of effects",
    "Recipe.transforms": "list of transforms",
}


def fill(text: str, parts: Mapping[str, Callable[[], str]] | None = None) -> str:
    """The page's text with every marked part made anew.

    Raises:
        KeyError: a mark names a part that there is not.
    """
    made = PARTS if parts is None else parts
    return _MARK.sub(lambda found: f"{found[1]}\n{made[found[2]]()}\n{found[3]}", text)


def rows(model: type[BaseModel], *, leave_out: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """One row for each field of `model`."""
    found: list[tuple[str, ...]] = []
    texts = field_docs(model)
    for name, field in model.model_fields.items():
        if name in leave_out:
            continue
        key = f"{model.__name__}.{name}"
        takes = _TAKES.get(key) or kind(field.annotation, field.metadata)
        text = _LINKS.get(key) or texts.get(name) or _FALLBACK.get(key, "")
        found.append((f"`{name}`", takes, _default(model, name), text.replace("``", "`")))
    return found


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        own = type(value)()
        changed = {
            key: item
            for key, item in value.model_dump(mode="json").items()
            if item != own.model_dump(mode="json")[key]
        }
        return f"`{_yaml(changed)}`" if changed else "its own defaults"
    if model is Recipe and name in ("papers", "effects"):
        return {"papers": "`[plain]`", "effects": "`none`"}[name]
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """A value as YAML would have it on one line."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    return json.dumps(value, ensure_ascii=False)


def _top() -> str:
    return _and_shown(table(_HEAD, rows(Recipe)), "recipe")


def _section(name: str) -> str:
    model = _SECTIONS[name]
    return _and_shown(f"{_about(model)}\n\n{table(_HEAD, rows(model))}", name)


def _and_shown(text: str, part: str) -> str:
    """A part with its pictures, where it has any."""
    return f"{text}\n{pictures}" if (pictures := shown(part)) else text


def _papers() -> str:
    names = " or ".join(f"`{name}`" for name in sorted(PAPERS.own))
    choice = ("`name`", names, "must be given", "Which paper; its own settings stand beside it.")
    parts = [table(_HEAD, [choice, *rows(PaperChoice, leave_out=("paper",))])]
    for name in sorted(PAPERS.own):
        paper = PAPERS.load(name)
        told = table(_HEAD, rows(paper, leave_out=("name",)))
        parts += [_title(name, paper), _and_shown(told, f"papers.{name}")]
    return "\n".join(parts)


def _effects() -> str:
    parts = []
    for name in sorted(EFFECTS.own):
        effect = EFFECTS.load(name)
        told = table(_HEAD, rows(effect, leave_out=("name",)))
        parts += [_title(name, effect), _and_shown(told, f"effects.{name}")]
    return "\n".join(parts)


def _title(name: str, model: type[BaseModel]) -> str:
    return f"### {name}\n\n{_about(model)}\n"


def _about(model: type[BaseModel]) -> str:
    first = (model.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(first.split())


def _presets() -> str:
    parts = []
    for name in PRESETS.own:
        file = resources.files("penline.recipe") / "presets" / f"{name}.yaml"
        parts.append(f"`--recipe {name}`:\n\n```yaml\n{file.read_text('utf-8').strip()}\n```\n")
    return "\n".join(parts)


def _idle() -> str:
    head = ("setting", "has no effect", "instead")
    return table(
        head, [(", ".join(f"`{f}`" for f in row.fields), row.where, row.instead) for row in TABLE]
    )


PARTS: dict[str, Callable[[], str]] = {
    "recipe": _top,
    **{name: functools.partial(_section, name) for name in _SECTIONS},
    "papers": _papers,
    "effects": _effects,
    "presets": _presets,
    "idle": _idle,
    "tables": tables,
}
"""Name of a marked part -> what makes it."""
CHINESE_PARTS: dict[str, Callable[[], str]] = {
    f"pictures-{section}": functools.partial(shown_in_chinese, section)
    for section in ("recipe", "corpus", "image", "layout", "ink", "marks", "papers", "effects")
}
"""The same of the Chinese page: pictures alone."""
