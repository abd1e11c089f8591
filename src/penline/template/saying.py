"""What is printed on a sheet besides its cells, in English or in Simplified Chinese.

``strings.json`` has the Chinese; an English text is its own key. A sheet has an ASCII font: other
characters are drawn by the guides' hand, and where that lacks one, the sheet speaks English.
"""

from __future__ import annotations

import functools
import json
import locale
import os
from collections.abc import Mapping
from importlib import resources
from itertools import groupby
from typing import Any

from penline.errors import UsageError
from penline.template.guides import Guides

__all__ = ["LANGUAGES", "Saying", "locale_language"]

LANGUAGES = ("en", "zh")
"""English, and Simplified Chinese."""
_LETTER_EM, _HAN_EM, _STOP_EM = 0.6, 1.08, 0.7
"""Widths: of a letter of the font, a little more than most have; of a character; of a stop."""


def locale_language() -> str:
    """Return the language that the user's locale asks for: ``"zh"`` of Chinese, else ``"en"``."""
    asked = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, asked), None) or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


class Saying:
    """Says what is printed on a sheet.

    Args:
        language: one of `LANGUAGES`.
        guides: pictures of what is not ASCII.

    Raises:
        UsageError: another language.
    """

    def __init__(self, language: str, guides: Guides) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"a sheet speaks {' or '.join(LANGUAGES)}, not {language!r}")
        known = _strings()["zh"] if language == "zh" else {}
        needed = {one for said in known.values() for one in said if not one.isascii()}
        self._known: Mapping[str, str] = known if all(map(guides.find, sorted(needed))) else {}

    def __call__(self, text: str, **slots: Any) -> str:
        """Return the text in the sheet's language."""
        return self._known.get(text, text).format(**slots)

    def name(self, words: str) -> str:
        """Return the name of a sign, as `penline.template.alike.sign_name` gives it."""
        return " ".join(map(self, words.split(" ")))


def runs(text: str) -> list[tuple[bool, str]]:
    """Cut a text into what is ASCII and what is not."""
    return [(plain, "".join(some)) for plain, some in groupby(text, str.isascii)]


def width_em(text: str) -> float:
    """Return the width of a text in its size."""
    return sum(
        _LETTER_EM if one.isascii() else _STOP_EM if one in "，。" else _HAN_EM for one in text
    )


@functools.cache
def _strings() -> dict[str, dict[str, str]]:
    text = resources.files("penline.template").joinpath("strings.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found
