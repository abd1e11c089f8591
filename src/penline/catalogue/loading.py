"""Cards from their Markdown files: penline's own, and those of the user's folders.

``PENLINE_CARDS`` names folders with more cards, separated as in ``PATH``. Each holds files
``<id>.md``, and may hold ``errata/<id>.yaml``. A card of an id that is known already takes the
place of the other one; the last folder has the last word.
"""

from __future__ import annotations

import difflib
import functools
import os
import re
from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from penline.catalogue.model import ID_PATTERN, Card
from penline.errors import CatalogueError
from penline.machine import say_once
from penline.settings import plain_yaml

__all__ = ["FOLDERS", "card", "errata_files", "ids", "load", "parse"]

FOLDERS = "PENLINE_CARDS"
"""The environment variable that names folders of more cards."""

_FENCE = "---\n"
_CARD = ".md"
_MOST = 6
"""So many faults of one card are told."""
_SAID = {"missing": "it is missing", "extra_forbidden": "a card has no such field"}


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
        facts = plain_yaml(front)
    except ValueError as error:
        raise CatalogueError(f"{name}: front matter is not YAML: {error}") from error
    if not isinstance(facts, dict) or "prose" in facts:
        raise CatalogueError(f"{name}: front matter must be a mapping without the key prose")
    try:
        return Card.model_validate({**facts, "prose": prose})
    except ValidationError as error:
        faults = list(map(_fault, error.errors()))
        more = f"; and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
        raise CatalogueError(f"{name}: {'; '.join(faults[:_MOST])}{more}") from error


def ids() -> tuple[str, ...]:
    """Ids of all cards, sorted.

    Raises:
        CatalogueError: ``PENLINE_CARDS`` names a folder that is not there.
    """
    return tuple(_places(_folders()))


def card(id: str) -> Card:
    """The card of one data set.

    >>> card("casia-hwdb1.1").licence.redistribution
    'no'

    Args:
        id: its id; small and capital letters are the same.

    Raises:
        CatalogueError: no card has that id, or the card is not sound.
    """
    return _card(id.lower(), _folders())


def load() -> dict[str, Card]:
    """All sound cards by id, in order of id; each is read once.

    A card that is not sound is left out, which is logged once, with its file and what is wrong;
    `card` refuses it.

    Raises:
        CatalogueError: ``PENLINE_CARDS`` names a folder that is not there.
    """
    found = {}
    for id in ids():
        try:
            found[id] = card(id)
        except CatalogueError as error:
            say_once(f"{error}; this card is left out")
    return found


def errata_files(id: str) -> list[Traversable]:
    """The files of errata of one data set, penline's own first.

    Penline's own errata cite the sources of penline's own card; they do not count where a user's
    card has taken its place.
    """
    folders = _folders()
    rooms: list[Traversable] = [Path(folder) for folder in folders]
    if not any(room.joinpath(id + _CARD).is_file() for room in rooms):
        rooms.insert(0, resources.files("penline.catalogue"))
    found = [room.joinpath("errata").joinpath(f"{id}.yaml") for room in rooms]
    return [file for file in found if file.is_file()]


@functools.cache
def _card(id: str, folders: tuple[str, ...]) -> Card:
    places = _places(folders)
    if id not in places:
        near = _with(id, places) or difflib.get_close_matches(id, places, n=3, cutoff=0.6)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise CatalogueError(f"no card {id!r} in the catalogue{hint} (`penline list` shows all)")
    try:
        text = places[id].read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CatalogueError(f"{places[id]}: cannot be read: {why}") from error
    found = parse(text, str(places[id]))
    if found.id != id:
        raise CatalogueError(f"{places[id]}: its id is {found.id!r}, its name says {id!r}")
    return found


def _fault(one: ErrorDetails) -> str:
    """One thing that is wrong with a card: where, what is expected, what is found."""
    where = ".".join(map(str, one["loc"]))
    said = one["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    said = said.replace("String should match pattern", "expected the pattern")
    said = _SAID.get(one["type"], said)
    if isinstance(one["input"], str | int | float | None) and one["type"] not in _SAID:
        said += f", found {one['input']!r:.80}"
    return f"{where}: {said}" if where else said


def _with(piece: str, places: Iterable[str]) -> list[str]:
    """The ids that a piece of one stands in: as the start of a word, or else anywhere."""
    found = [id for id in places if len(piece) > 2 and piece in id]
    return [id for id in found if f"-{piece}" in f"-{id}"] or found


@functools.cache
def _places(folders: tuple[str, ...]) -> dict[str, Traversable]:
    """Where the card of each id lies, in order of id."""
    found: dict[str, Traversable] = {}
    for room in [resources.files("penline.catalogue"), *map(Path, folders)]:
        for file in room.iterdir():
            id = file.name.removesuffix(_CARD)
            if file.name.endswith(_CARD) and re.fullmatch(ID_PATTERN, id):
                found[id] = file
    return dict(sorted(found.items()))


def _folders() -> tuple[str, ...]:
    named = [name for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name]
    for name in named:
        if not Path(name).is_dir():
            raise CatalogueError(f"{FOLDERS} names {name!r}, which is no folder")
    return tuple(str(Path(name).resolve()) for name in named)
