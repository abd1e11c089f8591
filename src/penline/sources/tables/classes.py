"""What the class numbers of well-known tables stand for, by the names of their files."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import NamedTuple

from penline.sources.listing import Listing
from penline.sources.mnist import CARDS
from penline.sources.mnist_images import class_characters
from penline.sources.names import places
from penline.sources.pictures.forms import PARTS

__all__ = ["KnownSet", "known_set", "part_of_name", "side_of", "side_of_name", "side_of_word"]

_SETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"fashion", re.IGNORECASE), ""),
    (re.compile(r"k49|kuzushiji[-_ ]?49", re.IGNORECASE), "k49"),
    (re.compile(r"kmnist|kuzushiji[-_ ]?mnist", re.IGNORECASE), "kmnist"),
    (re.compile(r"emnist", re.IGNORECASE), "emnist"),
    (re.compile(r"q?mnist", re.IGNORECASE), "mnist"),
    (re.compile(r"a[-_ ]?z[-_ ]?handwritten", re.IGNORECASE), "a-z"),
)
"""How the names of files begin: sign_mnist, for one, is another set."""
_SPLITS = re.compile(r"byclass|bymerge|balanced|letters|digits|(?<=emnist[-_])mnist", re.IGNORECASE)
_PARTS = {**PARTS, "t10k": "test"}
_VALIDATION = frozenset(("val", "valid", "validation", "dev"))
_WORDS = re.compile(r"[^a-z0-9]+")


class KnownSet(NamedTuple):
    """A well-known set, by its name.

    Attributes:
        family: ``mnist``, ``emnist``, ``kmnist``, ``k49`` or ``a-z``; "" where none is known, or
            where its pictures are no characters.
        split: EMNIST's split, or "".
        classes: what its class numbers stand for, as text; nothing where that is not known.
        card: id of its card, or "".
    """

    family: str = ""
    split: str = ""
    classes: Mapping[str, str] = {}
    card: str = ""


def known_set(file: str) -> KnownSet:
    """Tell a well-known set by the name of a file, or of the folder or archive it lies in.

    >>> known_set("A_Z Handwritten Data.csv").classes["25"], known_set("own/numbers.csv").family
    ('Z', '')
    """
    for name in reversed(places(file)[-3:]):
        for pattern, family in _SETS:
            if not pattern.match(name):
                continue
            if not family:
                return KnownSet()
            split = _SPLITS.search(name) if family == "emnist" else None
            known = split[0].lower() if split else ""
            if family == "a-z":
                numbered = dict(enumerate(string.ascii_uppercase))
            elif family == "emnist" and not split:
                numbered = {}
            else:
                numbered = class_characters(family, known)
            classes = {str(number): character for number, character in numbered.items()}
            return KnownSet(family, known, classes, CARDS.get(family, ""))
    return KnownSet()


def side_of(listing: Listing, name: str) -> str:
    """Tell the side of a file of a listing by its name, and the folders that the user named."""
    root = listing.root.path
    own = root.name if root.is_dir() else root.name.partition(".")[0]
    steps = [*([own] if own.lower() in _PARTS else []), *(listing.below + name).split("/")]
    return next(filter(None, map(side_of_name, reversed(steps))), "")


def side_of_name(file: str) -> str:
    """Tell the side of a set of lines as `part_of_name`, ``"val"`` where it is for validation.

    >>> side_of_name("rec_gt_val.txt"), side_of_name("data/validation-00000-of-00001.parquet")
    ('val', 'val')
    """
    part = part_of_name(file)
    for name in reversed(places(file)[-2:]) if part == "test" else ():
        words = _WORDS.split(name.lower())
        if any(word in _PARTS for word in words):
            return "val" if _VALIDATION.intersection(words) else part
    return part


def side_of_word(word: str) -> str:
    """Return the side that a word for a part means, or "".

    >>> side_of_word("Validation"), side_of_word("testing"), side_of_word("x")
    ('val', 'test', '')
    """
    lower = word.strip().lower()
    return "val" if lower in _VALIDATION else _PARTS.get(lower, "")


def part_of_name(file: str) -> str:
    """Tell the part by the words of a file's name, and of the folder it lies in; or "".

    >>> part_of_name("kmnist-train-imgs.npz"), part_of_name("validation-0.parquet")
    ('train', 'test')
    """
    for name in reversed(places(file)[-2:]):
        words = _WORDS.split(name.lower())
        found = {_PARTS[word] for word in words if word in _PARTS}
        if len(found) == 1:
            return found.pop()
    return ""
