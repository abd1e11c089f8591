"""What hubs call licences, languages and sizes."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from penline.catalogue import Card
from penline.catalogue.terms import AS_SAID, NO_CARD

__all__ = ["languages", "licences", "size_category"]

_COMMONS = (
    *("cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
    *("cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0"),
    *("cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc0-1.0"),
)
_LICENCES: Final = {
    **{id.replace("cc-", "cc ").replace("cc0-", "cc0 "): id for id in _COMMONS},
    "mit": "mit",
    "apache license 2.0": "apache-2.0",
    "ofl-1.1": "ofl-1.1",
    "open database license (odbl)": "odbl",
    "licence ouverte 2.0 (etalab)": "etalab-2.0",
}
"""Names that cards give licences, in lower case -> what Hugging Face's hub calls them."""
_LANGUAGES: Final = {
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "KHMER": "km",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "bo",
}
"""First words of characters' names -> the language whose letters they are, where it is one."""
_CHINESE = frozenset(("Hans", "Hant"))
_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")


def licences(sources: Sequence[Mapping[str, Any]]) -> list[str]:
    """The licences of all sources as the hub has them; ``["other"]`` where one is not among those.

    Args:
        sources: rows of `penline.catalogue.terms`; ``["unknown"]`` where none of them has terms.
    """
    if all(row["title"] == NO_CARD and not row["licence"].endswith(AS_SAID) for row in sources):
        return ["unknown"]
    names = [str(row["licence"]).removesuffix(AS_SAID).partition(": ")[0] for row in sources]
    found = dict.fromkeys(_LICENCES.get(_plain(name), "other") for name in names)
    return ["other"] if "other" in found else list(found)


def _plain(name: str) -> str:
    """A licence's name as `_LICENCES` has it: ``cc by-nc 4.0`` becomes ``cc by-nc-4.0``."""
    words = name.lower().split()
    return f"{words[0]} {'-'.join(words[1:])}" if words[:1] == ["cc"] else " ".join(words)


def languages(letters: Collection[str], cards: Sequence[Card], told: Sequence[str]) -> list[str]:
    """The languages of labels, as far as their letters tell them.

    Latin letters are of no one language, and Chinese characters are Japanese beside kana.

    >>> languages("ฉันOK", [], []), languages("漢字かな", [], []), languages("Am Ende", [], [])
    (['th'], ['ja'], [])

    Args:
        letters: all characters of the labels.
        cards: of the data sets that the glyphs are from.
        told: what is known of the text besides: those of Latin letters and of Chinese characters.
    """
    kinds = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    found = {_LANGUAGES[kind] for kind in kinds & _LANGUAGES.keys()}
    if "en" in told and "LATIN" in kinds:
        found.add("en")
    scripts = {script for card in cards for script in card.scripts}
    if "CJK" in kinds and not found & {"ja", "ko"} and ("zh" in told or scripts & _CHINESE):
        found.add("zh")
    return sorted(found)


def size_category(records: int) -> str:
    """The hub's word for so many records.

    >>> size_category(999), size_category(1000), size_category(10**9)
    ('n<1K', '1K<n<10K', '100M<n<1B')
    """
    place = max(len(str(records)) - 3, 0)
    return _SIZES[min(place, len(_SIZES) - 1)]
