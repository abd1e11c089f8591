"""What pages say in other languages than English.

``zh.json`` holds it, a section for each script and for the templates, and one for what Python says
on sheets and one for what it says on the server. An English text is its own key; in it a name in
braces stands for what is put there: ``"{shown} of {all}"``.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from importlib import resources

__all__ = ["LANGUAGES", "asked_language", "said", "strings", "strings_script", "told"]

LANGUAGES = ("en", "zh")
"""English, and Simplified Chinese."""

_SLOT = re.compile(r"\\\{(\w+)\\\}")
_PARTS = 64


@functools.cache
def strings() -> dict[str, dict[str, str]]:
    """Every section: English text, and what is said for it in Chinese."""
    text = resources.files("penline.look").joinpath("strings/zh.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def strings_script(sections: Iterable[str]) -> str:
    """Return the script that gives a page the strings of some sections, those that there are."""
    known = {name: strings()[name] for name in sections if name in strings()}
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"const TRANSLATED = {text};"


def said(text: str, language: str) -> str:
    """Return what a template says, its slots unfilled.

    >>> said("Search", "zh"), said("Search", "en")
    ('搜索', 'Search')
    """
    return text if language == "en" else _server().get(text, text)


def told(text: str, language: str) -> str:
    """Return what is said for a text that Python made; itself where nobody has foreseen it.

    >>> told("3 of 8 are compared", "zh")
    '比较了 8 个中的 3 个'
    """
    if language == "en" or text in _server():
        return said(text, language)
    for pattern, key in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = {name: said(value, language) for name, value in found.groupdict().items()}
            return said(key, language).format(**parts)
    return text


def asked_language(chosen: str, accepted: str) -> str:
    """Return the language of a page.

    Args:
        chosen: what the reader chose; ``""`` for nothing.
        accepted: the request's ``Accept-Language`` (RFC 9110, 12.5.4).

    >>> asked_language("", "fr, zh-CN;q=0.8, en;q=0.5"), asked_language("en", "zh")
    ('zh', 'en')
    """
    if chosen in LANGUAGES:
        return chosen
    wanted = []
    for place, part in enumerate(accepted.split(",")[:_PARTS]):
        name, _, rest = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        if name[:2].lower() in LANGUAGES and not (weight and float(weight[1]) == 0):
            wanted.append((-float(weight[1]) if weight else -1.0, place, name[:2].lower()))
    return min(wanted)[2] if wanted else "en"


@functools.cache
def _server() -> dict[str, str]:
    return {**strings()["templates"], **strings()["server"]}


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    keys = [key for key in strings()["server"] if "{" in key]
    return [(re.compile(_SLOT.sub(r"(?P<\1>.+?)", re.escape(key)), re.DOTALL), key) for key in keys]
