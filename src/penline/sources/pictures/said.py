"""The one character that all pictures show, as the user says it."""

from __future__ import annotations

from penline.entries import entry_fault
from penline.errors import UsageError
from penline.sources.pictures.forms import plain
from penline.sources.reading import Reading

__all__ = ["said_character"]


def said_character(said: Reading) -> str:
    """Return the character of ``--character``.

    Raises:
        UsageError: it is none; or something else is said to tell what pictures show.
    """
    character = plain(said.character or "")
    if character is None or entry_fault(character):
        raise UsageError(
            f"--character takes one character or its code point, not {said.character!r}"
        )
    if said.labels is not None or said.classes is not None:
        raise UsageError("--character says what all pictures show: leave --labels, --classes out")
    return character
