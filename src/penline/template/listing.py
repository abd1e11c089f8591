"""The list of characters that sheets are printed from."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

from penline.durable import read_file
from penline.entries import Cutter
from penline.errors import UsageError

__all__ = ["MAX_LIST_BYTES", "characters_of", "check_size", "digest_of", "read_characters"]

MAX_LIST_BYTES = 1 << 24
DIGEST_BITS = 24


def read_characters(path: Path) -> tuple[str, ...]:
    """The different characters of a text file, in the order in which they first come.

    The file may be a list, a trainer's dictionary or any text, as `characters_of` takes it; a byte
    order mark is no character.

    Raises:
        UsageError: no such file, not UTF-8, too large, or as in `characters_of`.
    """
    if not path.is_file():
        raise UsageError(
            f"no list of characters {path}; give a text file, the characters themselves, or a "
            "list's name, such as digits"
        )
    check_size(path.stat().st_size, str(path))
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    return characters_of(text, str(path))


def check_size(size_bytes: int, what: str) -> None:
    """Refuse what is too large for a list.

    Raises:
        UsageError: it is.
    """
    if size_bytes > MAX_LIST_BYTES:
        raise UsageError(f"{what} is larger than any list of characters")


def characters_of(text: str, name: str) -> tuple[str, ...]:
    """The different characters of a text, in the order in which they first come.

    White space and ends of lines are not characters to write. A letter and the marks after it, or
    what is joined to it, are one entry, composed where Unicode has a character for it (NFC).

    Args:
        text: the text.
        name: what it is called in messages.

    Raises:
        UsageError: nothing to write in it, or a code point that nobody can write alone (a control
            or format code, a combining mark without a letter before it).
    """
    letters = Cutter()(text)
    entries = (unicodedata.normalize("NFC", one) if len(one) > 1 else one for one in letters)
    found = tuple(dict.fromkeys(one for one in entries if not one.isspace()))
    for at, code in ((at, code) for entry in found for at, code in enumerate(entry)):
        category = unicodedata.category(code)
        if (category[0] == "M" and not at) or (category[0] == "C" and category != "Co"):
            raise UsageError(
                f"{name}: U+{ord(code):04X} ({category}) cannot be written alone; remove it"
            )
    if not found:
        raise UsageError(f"{name} holds no character to write")
    return found


def digest_of(characters: tuple[str, ...]) -> int:
    """A number of 24 bits that tells lists apart: the start of their BLAKE2b."""
    packed = hashlib.blake2b("".join(characters).encode(), digest_size=DIGEST_BITS // 8)
    return int.from_bytes(packed.digest(), "big")
