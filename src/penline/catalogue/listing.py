"""The catalogue for programs: every card as JSON, and the JSON Schema that all of them keep."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from penline.catalogue.loading import load
from penline.catalogue.model import Card

__all__ = ["VERSION", "entry", "listing", "schema"]

VERSION: Final = 1
"""Version of the listing's form: a higher one where a field goes, changes its meaning or becomes
required. Fields may be added within a version."""


def entry(card: Card, known: Collection[str]) -> dict[str, Any]:
    """One card as JSON values, without its prose, and how far penline goes.

    Args:
        card: the card.
        known: kinds of file that have a reader.
    """
    return {
        **card.model_dump(mode="json", exclude={"prose"}, by_alias=True),
        "state": card.state(known),
        "readable": card.readable(known),
        "gettable": card.gettable,
    }


def listing(known: Collection[str], cards: Iterable[Card] | None = None) -> dict[str, Any]:
    """List cards, or the whole catalogue: ``version``, and ``cards`` in order of id."""
    given = load().values() if cards is None else cards
    return {"version": VERSION, "cards": [entry(card, known) for card in given]}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `listing`, made from the model that cards are read by."""
    card = Card.model_json_schema(mode="serialization")
    parts = card.pop("$defs")
    card["properties"].pop("prose")
    card["properties"] |= {
        "state": {"type": "string", "description": "how far penline goes, in words"},
        "readable": {"type": "boolean", "description": "whether penline has a reader for it"},
        "gettable": {"type": "boolean", "description": "whether `penline get` knows where it is"},
    }
    card["required"] = sorted(card["properties"])
    card["description"] = "The facts of one data set."
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"penline's catalogue, version {VERSION}",
        "type": "object",
        "required": ["version", "cards"],
        "properties": {
            "version": {"const": VERSION},
            "cards": {"type": "array", "items": {"$ref": "#/$defs/Card"}},
        },
        "$defs": {**parts, "Card": card},
    }
