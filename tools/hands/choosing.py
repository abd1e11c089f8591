"""Who is in the sample, and by which of their glyphs."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hands.likeness import MOST_VOTES, x_height
from hands.reading import REQUIRED, Glyph, Person, size_of

__all__ = ["MOST_LACKING", "Refused", "chosen_glyphs", "digest", "lacking", "person_digest"]

MOST_LACKING = 6
EM = 256
"""Units of a file in an em, which is two x-heights."""
_INSTANCES = 3
_SHARE = 2
"""A glyph may be less like its label than the person's best one, down to this part of it."""
_LEAST, _LEAST_OTHER = MOST_VOTES / 30, MOST_VOTES / 4
"""Votes that a sign must have, of those that are asked for and of others."""
_STROKE_END, _CHARACTER_END = struct.pack("<hh", -1, 0), struct.pack("<hh", -1, -1)

_MOST_HIGH = 1.25
"""Votes shrink by the square of how many times more a glyph is too high or low for its label."""
_BY_PLACE = ".,'-"
"""Signs that are told by their place on the line, and need no votes."""

Likeness = Mapping[tuple[str, str, int], tuple[int, int]]


class Refused(NamedTuple):
    """What was left out by eye or by a reader, ``refused.txt``: a digest, a sign, and why.

    Attributes:
        glyphs: digests of glyphs.
        people: digests of people.
    """

    glyphs: frozenset[str]
    people: frozenset[str]

    @classmethod
    def load(cls, path: Path) -> Refused:
        """Read the list; a person has the sign ``all``."""
        rows = [line.split(maxsplit=2) for line in path.read_text("utf-8").splitlines()]
        found: dict[bool, set[str]] = {True: set(), False: set()}
        for digest_, sign, _ in rows:
            found[sign == "all"].add(digest_)
        return cls(frozenset(found[False]), frozenset(found[True]))


def lacking(held: Iterable[str]) -> str:
    """Return the signs that are asked for and not there, in their order."""
    return "".join(sorted(REQUIRED - set(held)))


def digest(data: bytes) -> str:
    """Return what the list of the refused calls it."""
    return hashlib.blake2b(data, digest_size=6).hexdigest()


def person_digest(person: Person) -> str:
    """Return what the list of the refused calls a person: by the first glyph of each character."""
    scale = EM / 2 / x_height(person)
    return digest(b"".join(packed(one, glyphs[0], scale) for one, glyphs in person.items()))


def packed(character: str, glyph: Glyph, scale: float) -> bytes:
    """Return a POT record of a glyph, moved to its corner and scaled.

    Args:
        character: of ASCII.
        glyph: its strokes.
        scale: units of the record in one of the strokes.
    """
    low = np.concatenate(glyph).min(axis=0)
    body = b"".join(
        np.floor((stroke - low) * scale + 0.5).astype("<i2").tobytes() + _STROKE_END
        for stroke in glyph
    )
    size = 8 + len(body) + len(_CHARACTER_END)
    return struct.pack("<H4sH", size, character.encode(), len(glyph)) + body + _CHARACTER_END


def chosen_glyphs(
    name: str, person: Person, alike: Likeness, usual: Mapping[str, float], refused: Refused
) -> dict[str, list[bytes]]:
    """Return a person's glyphs as POT records, by character: those most like what they are to be.

    Args:
        name: whose; the key in `alike`.
        person: all glyphs.
        alike: as `likeness` gives it.
        usual: as `usual_heights` gives it.
        refused: what is left out.
    """
    unit = x_height(person)
    scale = EM / 2 / unit
    found: dict[str, list[bytes]] = {}
    for character, glyphs in person.items():
        judged = []
        for number, glyph in enumerate(glyphs):
            record = packed(character, glyph, scale)
            if (name, character, number) in alike and digest(record) not in refused.glyphs:
                votes, far = alike[name, character, number]
                high = max(size_of(glyph)[1], 1) / unit / usual[character]
                if character not in _BY_PLACE:
                    votes *= min(1, _MOST_HIGH / max(high, 1 / high)) ** 2
                judged.append((-votes, far, number, record))
        judged.sort()
        least = _LEAST if character in REQUIRED else _LEAST_OTHER
        if character in _BY_PLACE:
            least = 0
        if judged:
            least = max(least, -judged[0][0] / _SHARE)
        kept = [record for less, *_, record in judged if -less >= least]
        if kept:
            found[character] = list(dict.fromkeys(kept))[:_INSTANCES]
    return found
