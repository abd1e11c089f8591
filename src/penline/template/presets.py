"""Lists of characters by name, and what a user may say in place of a file.

    digits       0 to 9
    latin        A to Z, a to z
    ascii        the 94 signs of ASCII that leave ink
    kana         hiragana and katakana of JIS X 0208 (rows 4 and 5), and the mark of a long vowel
    zh-500       the most frequent of the next list (dictionary of 1986; Unihan, kHanyuPinlu)
    zh-3500      General Standard Chinese Characters, level 1 (State Council, 2013; Unihan, kTGH)
    hangul-100   the 100 syllables most frequent in Korean words, two in three of all

The Chinese lists are made by ``tools/make_lists.py``. The syllables were counted in the Korean list
of wordfreq 3.1.1 (R. Speer, 2022, doi 10.5281/zenodo.7199437), each word by its frequency.
"""

from __future__ import annotations

import difflib
import functools
import os
import re
import string
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from penline.errors import UsageError
from penline.template.listing import characters_of, check_size, read_characters

__all__ = ["PRESETS", "characters_said", "listed_characters", "preset"]

_HANGUL = (
    "이다는에하고가을지의로서은아한어도기사니있를나해리시그요인들자일게대라으스수만보제면정주전부여거과"
    "장했상안마구었데오야내원우신적것성국되세위와무할동생소트드모미진문중말화공까러비습간없분조저입개터유계"
)


def _kana() -> str:
    rows = ((4, range(1, 84)), (5, range(1, 87)))
    codes = (bytes([0xA0 + row, 0xA0 + cell]) for row, cells in rows for cell in cells)
    return "".join(code.decode("euc_jp") for code in codes) + "ー"


def _file(name: str) -> Callable[[], str]:
    place = resources.files("penline.template").joinpath("lists", f"{name}.txt")
    return lambda: place.read_text("utf-8")


PRESETS: dict[str, Callable[[], str]] = {
    "digits": lambda: string.digits,
    "latin": lambda: string.ascii_uppercase + string.ascii_lowercase,
    "ascii": lambda: "".join(map(chr, range(0x21, 0x7F))),
    "kana": _kana,
    "zh-500": _file("zh-500"),
    "zh-3500": _file("zh-3500"),
    "hangul-100": lambda: _HANGUL,
}
_LIKE_A_FILE = re.compile(r".*\w\.[A-Za-z][A-Za-z0-9]{0,4}")
_LIKE_A_NAME = re.compile(r"[a-z]+-[0-9]+")


@functools.cache
def preset(name: str) -> tuple[str, ...]:
    """The characters of a list, or of several joined by ``+``.

    >>> "".join(preset("digits"))
    '0123456789'
    >>> [len(preset(name)) for name in ("digits+latin", "ascii", "kana", "zh-3500")]
    [62, 94, 170, 3500]

    Raises:
        KeyError: no such list.
    """
    return characters_of("".join(PRESETS[one]() for one in name.split("+")), name)


def characters_said(said: str) -> tuple[str, ...]:
    """The characters of a list's name, or the different ones of a text; no file is looked for.

    Raises:
        UsageError: nothing that can be written, or all but the name of a list.
    """
    parts = said.split("+")
    if all(one in PRESETS for one in parts):
        return preset(said)
    near = (difflib.get_close_matches(one, PRESETS, 1, 0.8) for one in parts)
    if not said[:1].isspace() and (any(near) or _LIKE_A_NAME.fullmatch(said)):
        raise UsageError(
            f"no list {said!r}; there are {', '.join(PRESETS)}, joined by +; as a text, write it "
            "with a space before it"
        )
    check_size(len(said.encode("utf-8", "replace")), "this text")
    return characters_of(said, "the text")


def listed_characters(chars: str | os.PathLike[str]) -> tuple[str, ...]:
    """The characters that a user names.

    Args:
        chars: a file; or, as a ``str``, the name of a list (several joined by ``+``) or a text, its
            different characters in their order. A text that looks like a file's name has a space
            before it.

    Raises:
        UsageError: no such file, or nothing that can be written.
    """
    if not isinstance(chars, str):
        return read_characters(Path(chars))
    named, is_file = all(one in PRESETS for one in chars.split("+")), os.path.isfile(chars)  # noqa: PTH113
    if named and is_file:
        raise UsageError(f"{chars} is a list of penline's and a file here: ./{chars} is the file")
    inside = os.path.dirname(chars)  # noqa: PTH120
    like_a_file = _LIKE_A_FILE.fullmatch(chars) or (inside and os.path.isdir(inside))  # noqa: PTH112
    if is_file or (like_a_file and not chars[:1].isspace()):
        return read_characters(Path(chars))
    return characters_said(chars)
