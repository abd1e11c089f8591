"""The list of characters that sheets are printed from."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

from penline.durable import read_file
from penline.errors import UsageError

__all__ = ["MAX_LIST_BYTES", "digest_of", "read_characters"]

MAX_LIST_BYTES = 1 << 24
DIGEST_BITS = 24


def read_characters(path: Path) -> tuple[str, ...]:
    """The different characters of a text file, in the order in which they first come.

    The file may be a list, a trainer's dictionary or any text. White space, ends of lines and a
    byte order mark are not characters to write. A letter and the marks after it are composed to
    the one character that they make (NFC).

    Raises:
        UsageError: no such file, not UTF-8, too large, nothing to write in it, or a code point
            that nobody can write alone (a control or format code, a combining mark that makes no
            character with the letter before it).
    """
    if not path.is_file():
        raise UsageError(f"no list of characters {path}")
    if path.stat().st_size > MAX_LIST_BYTES:
        raise UsageError(f"{path} is larger than any list of characters")
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    found = tuple(dict.fromkeys(c for c in _composed(text) if not c.isspace()))
    for character in "".join(found):
        category = unicodedata.category(character)
        if category[0] == "M" or (category[0] == "C" and category != "Co"):
            raise UsageError(
                f"{path}: U+{ord(character):04X} ({category}) cannot be written alone; remove it"
            )
    if not found:
        raise UsageError(f"{path} holds no character to write")
    return found


def _composed(text: str) -> list[str]:
    """The characters of a text, each with the marks that belong onto it."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character)[0] == "M":
            found[-1] = unicodedata.normalize("NFC", found[-1] + character)
        else:
            found.append(character)
    return found


def digest_of(characters: tuple[str, ...]) -> int:
    """A number of 24 bits that tells lists apart: the start of their BLAKE2b."""
    packed = hashlib.blake2b("".join(characters).encode(), digest_size=DIGEST_BITS // 8)
    return int.from_bytes(packed.digest(), "big")
