"""Cards from their Markdown files, wherever the package lies."""

from __future__ import annotations

import difflib
import functools
from importlib import resources
from importlib.resources.abc import Traversable

import yaml
from pydantic import ValidationError

from penline.catalogue.card import Card
from penline.errors import CatalogueError

__all__ = ["card", "ids", "load", "parse"]

_FENCE = "---\n"


def parse(text: str, name: str) -> Card:
    """A card from its text: YAML between two lines of ``---``, then Markdown.

    Args:
        text: the file's text.
        name: the file's name, for messages.

    Raises:
        CatalogueError: the text is not a card; the message says where.
    """
    start, fence, rest = text.partition(_FENCE)
    front, second, prose = rest.partition("\n" + _FENCE)
    if start or not fence or not second:
        raise CatalogueError(f"{name}: no front matter between two lines of ---")
    try:
        facts = yaml.load(front, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name}: front matter is not YAML: {error}") from error
    if not isinstance(facts, dict) or "prose" in facts:
        raise CatalogueError(f"{name}: front matter must be a mapping without the key prose")
    try:
        return Card.model_validate({**facts, "prose": prose})
    except ValidationError as error:
        raise CatalogueError(f"{name}: {error}") from error


@functools.cache
def ids() -> tuple[str, ...]:
    """Ids of all cards, sorted."""
    return tuple(sorted(file.name.removesuffix(".md") for file in _files()))


@functools.cache
def card(id: str) -> Card:
    """The card of one data set.

    >>> card("casia-hwdb1.1").licence.redistribution
    'no'

    Raises:
        CatalogueError: no card has that id, or the card is not sound.
    """
    if id not in ids():
        near = difflib.get_close_matches(id.lower(), ids(), n=3, cutoff=0.6)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise CatalogueError(f"no card {id!r} in the catalogue{hint} (`penline list` shows all)")
    name = f"{id}.md"
    text = resources.files("penline.catalogue").joinpath(name).read_text(encoding="utf-8")
    found = parse(text, name)
    if found.id != id:
        raise CatalogueError(f"{name}: its id is {found.id!r}, its name says {id!r}")
    return found


def load() -> dict[str, Card]:
    """All cards by id, in order of id; each is read once.

    Raises:
        CatalogueError: a card is not sound.
    """
    return {id: card(id) for id in ids()}


def _files() -> list[Traversable]:
    room = resources.files("penline.catalogue")
    return [file for file in room.iterdir() if file.name.endswith(".md")]
