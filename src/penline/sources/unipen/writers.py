"""Numbers for UNIPEN's writers, whose ids are often people's names.

``writers.txt`` holds a salt, then a hash of each id that is known: the writer's number is the
number of its line. ``tools/unipen_writers.py`` makes it.
"""

from __future__ import annotations

import functools
import hashlib
import re
from importlib import resources

__all__ = ["hash_of", "person_of", "writer_id"]

_TABLE = "writers.txt"
_FAMILIES = re.compile(r"(ap)[a-ep]|(ce)[a-d]", re.ASCII)
"""Contributors who sent the same people's writing under the same ids."""
_AGAIN = re.compile(r"_\d$", re.ASCII)
"""In apa to app: a person who wrote once more."""
_SETS = ("val",)
"""Contributors whose ids are those of sets, written by many."""
_DIGEST_BYTES = 6


def person_of(contributor: str, name: str) -> str:
    """Return what stands for one person; ``""`` where the id tells nobody.

    Args:
        contributor: three letters.
        name: the ``.WRITER_ID``.
    """
    family = _FAMILIES.fullmatch(contributor)
    if not name or contributor in _SETS:
        return ""
    if family is None:
        return f"{contributor}/{name}"
    return f"{family[1] or family[2]}/{_AGAIN.sub('', name)}"


def hash_of(person: str, salt: str) -> str:
    """Return the hash under which a table holds a person.

    Args:
        person: as `person_of` gives it.
        salt: hexadecimal, the table's first line.
    """
    salted = hashlib.blake2b(person.encode(), digest_size=_DIGEST_BYTES, salt=bytes.fromhex(salt))
    return salted.hexdigest()


def writer_id(contributor: str, name: str) -> str:
    """Return the writer's id, ``unipen:0123``; ``""`` for a writer who is not in the table."""
    salt, numbers = _table()
    person = person_of(contributor, name)
    number = numbers.get(hash_of(person, salt)) if person else None
    return "" if number is None else f"unipen:{number:04d}"


@functools.cache
def _table() -> tuple[str, dict[str, int]]:
    lines = resources.files(__package__).joinpath(_TABLE).read_text("ascii").split()
    return lines[0], {line: number for number, line in enumerate(lines[1:], 1)}
