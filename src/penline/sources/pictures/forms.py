"""What a piece of a name stands for: the forms in which people write a character into a file name.

A file system refuses some signs, and some are blind to case, so names say `U+002F`, `slash`, `%2F`
or `a_lower`; zips of other systems come with names in another encoding than they say.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from penline.characters import why_inkless
from penline.entries import entry_fault, is_letter

__all__ = [
    "BARE",
    "CASES",
    "CLASS",
    "ENTRY",
    "FORMS",
    "OTHER_ENCODINGS",
    "PARTS",
    "PLAIN",
    "LabelForm",
    "class_number",
    "is_text",
    "likely",
    "named",
    "plain",
]

_CODE = re.compile(
    r"(?:U\+|u\+|\\?[uU]|#U|0[xX]|uni|&#[xX])([0-9A-Fa-f]{2,6});?|&#(\d{2,7});", re.ASCII
)
_BARE_HEX = re.compile(r"[0-9A-Fa-f]{2,6}", re.ASCII)
_DECIMAL = re.compile(r"\d{2,7}", re.ASCII)
_GB_HEX = re.compile(r"(?:0[xX])?[A-Fa-f][0-9A-Fa-f]{3}", re.ASCII)
_GB_DECIMAL = re.compile(r"\d{5}", re.ASCII)
_EAST_ASIAN = re.compile(
    r"[0-9A-Za-z\u00c0-\u024f ]*([\u3041-\u30fa\u3105-\u312f\u3400-\u9fff\uac00-\ud7a3])"
    r"[0-9A-Za-z\u00c0-\u024f ]*"
)
_CLASS = re.compile(r"[A-Za-z]*[-_ ]?0*(\d{1,7})", re.ASCII)

_SIGNS = {
    "slash": "/",
    "backslash": "\\",
    "colon": ":",
    "asterisk": "*",
    "star": "*",
    "question": "?",
    "quote": '"',
    "doublequote": '"',
    "apostrophe": "'",
    "singlequote": "'",
    "less": "<",
    "lessthan": "<",
    "greater": ">",
    "greaterthan": ">",
    "pipe": "|",
    "bar": "|",
    "dot": ".",
    "period": ".",
    "comma": ",",
    "semicolon": ";",
    "exclamation": "!",
    "hash": "#",
    "dollar": "$",
    "percent": "%",
    "ampersand": "&",
    "and": "&",
    "at": "@",
    "plus": "+",
    "minus": "-",
    "hyphen": "-",
    "dash": "-",
    "equal": "=",
    "equals": "=",
    "underscore": "_",
    "tilde": "~",
    "caret": "^",
    "backtick": "`",
    "bracketleft": "[",
    "bracketright": "]",
    "parenleft": "(",
    "parenright": ")",
    "braceleft": "{",
    "braceright": "}",
}
"""Usual names of signs, without what stands between words."""
CASES = {
    **dict.fromkeys(("upper", "uppercase", "capital", "capitals", "caps", "cap", "uc"), "upper"),
    **dict.fromkeys(("lower", "lowercase", "small", "lc"), "lower"),
}
_CASED = re.compile(
    rf"(?P<one>[^\W\d_])[-_ ]?(?P<after>{'|'.join(CASES)}|[ul])"
    rf"|(?P<before>{'|'.join(CASES)})[-_ ]?(?P<other>[^\W\d_])",
    re.IGNORECASE,
)
PARTS = {
    **dict.fromkeys(("train", "training", "trn", "train_set", "trainset"), "train"),
    **dict.fromkeys(("test", "testing", "tst", "test_set", "testset", "eval"), "test"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "test"),
}
"""What names of parts stand for. Banks know two: what validates is not to be trained on."""
_LIKELY = (
    (0x21, 0x7E),
    (0xA1, 0x24F),
    (0x370, 0x58F),
    (0x5D0, 0x6FF),
    (0x900, 0xDFF),
    (0xE00, 0xEDF),
    (0x10A0, 0x11FF),
    (0x1E00, 0x1FFF),
    (0x2010, 0x2312),
    (0x2460, 0x27BF),
    (0x3001, 0x318F),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFF01, 0xFFEE),
)
"""Blocks that collections of handwriting are of."""


def is_text(label: str) -> bool:
    """Tell whether a label is longer than one character, however that is written.

    >>> is_text("de la vie"), is_text("U+4E00"), is_text("a")
    (True, False, False)
    """
    return bool(label.strip()) and plain(label.strip()) is None


class LabelForm(NamedTuple):
    """One way of writing a character into a name.

    Attributes:
        name: as it is given in a pattern: ``{label:hex}``.
        words: what a message calls it; put after ``folder's name``.
        read: from a piece of a name to its character, or None.
    """

    name: str
    words: str
    read: Callable[[str], str | None]


def _one(text: str) -> str | None:
    """The text as one letter with ink, composed; None where it is none."""
    text = text if len(text) == 1 else unicodedata.normalize("NFC", text)
    if len(text) == 1:
        return None if why_inkless(text) else text
    return text if is_letter(text) and not entry_fault(text) else None


def _of_point(point: int, *, private: bool = False) -> str | None:
    if point > 0x10FFFF:
        return None
    category = unicodedata.category(chr(point))
    if category in ("Cn", "Cs") or (category == "Co" and not private):
        return None
    return _one(chr(point))


def named(piece: str) -> str | None:
    """Tell the entry of a piece that is one as it stands, or with ``%5C`` and the like in it.

    >>> named("\\\\alpha"), named("%5Calpha"), named("two words")
    ('\\\\alpha', '\\\\alpha', None)
    """
    entry = unquote(piece) if "%" in piece and _escaped(piece) else piece
    return None if not entry or entry_fault(entry) else entry


@functools.lru_cache(maxsize=65_536)
def plain(piece: str) -> str | None:
    """Tell the character of a piece that says it without doubt.

    >>> [plain(one) for one in ("永", "U+4E00", "0x41", "%2F", "slash", "A_upper", "lower_a", "ab")]
    ['永', '一', 'A', '/', '/', 'A', 'a', None]
    """
    found = _one(piece)
    if found is not None:
        return found
    code = _CODE.fullmatch(piece)
    if code:
        point = int(code[1], 16) if code[1] else int(code[2])
        return _of_point(point, private=piece[1] == "+")
    if "%" in piece:
        return _one(unquote(piece, errors="strict")) if _escaped(piece) else None
    cased = _CASED.fullmatch(piece)
    if cased:
        letter, word = (cased["one"] or cased["other"]), (cased["after"] or cased["before"]).lower()
        upper = word == "u" or CASES.get(word) == "upper"
        return _one(letter.upper() if upper else letter.lower())
    return _SIGNS.get(re.sub(r"[-_ ]|mark$|sign$", "", piece.lower()))


def _escaped(piece: str) -> bool:
    try:
        unquote(piece, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def _hex(piece: str) -> str | None:
    return _of_point(int(piece, 16)) if _BARE_HEX.fullmatch(piece) else None


def _decimal(piece: str) -> str | None:
    return _of_point(int(piece)) if _DECIMAL.fullmatch(piece) else None


def _gb2312(piece: str) -> str | None:
    """The character of a code of GB 2312, which may look like one of Hangul in Unicode."""
    code = int(piece) if _GB_DECIMAL.fullmatch(piece) else None
    code = int(piece, 16) if _GB_HEX.fullmatch(piece) else code
    try:
        return None if code is None else _one(code.to_bytes(2, "big").decode("gb2312"))
    except (OverflowError, UnicodeError):
        return None


def _within(piece: str) -> str | None:
    """The one East Asian character among Latin letters and digits: ``yong永``, ``永12``."""
    found = _EAST_ASIAN.fullmatch(unicodedata.normalize("NFC", piece))
    return found[1] if found and len(piece) > 1 else None


def _recoded(piece: str, encoding: str) -> str | None:
    """The character of a name that a zip holds in another encoding than it says."""
    if piece.isascii():
        return plain(piece)
    try:
        return _one(piece.encode("cp437").decode(encoding))
    except UnicodeError:
        return None


def class_number(piece: str) -> str | None:
    """The number in a piece that is a class's number: ``"7"`` of ``"img007"``; None of others."""
    found = _CLASS.fullmatch(piece)
    return found[1] if found else None


PLAIN = LabelForm("plain", "", plain)
FORMS: Mapping[str, LabelForm] = {
    form.name: form
    for form in (
        PLAIN,
        LabelForm("hex", " as a code point, hexadecimal", _hex),
        LabelForm("decimal", " as a code point, decimal", _decimal),
        LabelForm("gb2312", " as a code of GB 2312", _gb2312),
        LabelForm("within", ", the character among Latin letters and digits", _within),
        LabelForm("utf-8", " in UTF-8, which the zip does not say", lambda p: _recoded(p, "utf-8")),
        LabelForm("gbk", " in GBK, which the zip does not say", lambda p: _recoded(p, "gb18030")),
        LabelForm(
            "sjis", " in Shift JIS, which the zip does not say", lambda p: _recoded(p, "cp932")
        ),
    )
}
BARE = ("hex", "decimal")
"""Forms of labels that are numbers without anything that says so."""
OTHER_ENCODINGS = ("utf-8", "gbk", "sjis")
ENTRY = "entry"
"""The form of labels that are entries as they stand, of one code point or several."""
CLASS = "class"
"""The form of class numbers, which stand for nothing without a map."""


@functools.lru_cache(maxsize=65_536)
def likely(character: str) -> bool:
    """Whether a character is of a script that is written by hand today."""
    return any(first <= ord(character[0]) <= last for first, last in _LIKELY)
