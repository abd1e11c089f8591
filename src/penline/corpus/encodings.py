"""Encodings of text files: reading by name, strictly, and a guess where a file is not as named."""

from __future__ import annotations

import codecs
import gzip
import re
from pathlib import Path
from typing import BinaryIO

from penline.errors import CorpusError, UsageError

__all__ = ["UTF_8", "Transcoded", "codec", "likely", "refused", "spoilt"]

UTF_8 = "utf-8"

_NO_TEXT = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAC = (b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")
"""AppleDouble and AppleSingle (RFC 1740)."""
_USUAL = {
    "gb18030": (0xB0, 0xD7),
    "big5": (0xA4, 0xC6),
    "cp932": (0x88, 0x97),
    "cp949": (0xB0, 0xC8),
}
"""The first bytes of the usual characters, of encodings that are guessed."""
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_OF_A_BYTE = ("cp1251", "koi8_r", "cp1252")
_COMMON = frozenset(
    "的一是不了在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "發後開這個們來為國說時會對學過裡現當從經還點與樣無長見電話兒"
    "はのをにがでとたしれるいなアイスンルトラー이다는에을의가를은로하고한지도서사기어인"
    "абвгдежзийклмнопрстуфхцчшщьыэюяàâäåçèéêëíîïñòóôöùúûüß"
)
"""What text of its language is full of; read by another's encoding, text is not."""
_LEAST, _LEAST_OF_A_BYTE = 0.2, 0.8
"""The score that a guess needs, and one of a byte a character, in which any file is text."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MANY = 8
"""So many control characters, and more than one in a hundred, are not strays."""
_LOOKED_AT = 1 << 16


def codec(name: str) -> str:
    """The codec's own name of an encoding of text.

    >>> codec("UTF8"), codec("GBK"), codec("utf-8-sig")
    ('utf-8', 'gbk', 'utf-8')

    Raises:
        UsageError: Python knows no such encoding of text.
    """
    try:
        found = codecs.lookup(name)
        codecs.getincrementaldecoder(found.name)
        text = found._is_text_encoding and found.name.replace("-", "_") not in _NO_TEXT
    except (LookupError, ValueError):
        text = False
    if not text:
        raise UsageError(
            f"no encoding {name!r}; there are utf-8, utf-16, utf-16-le, utf-16-be, gb18030, gbk, "
            "big5, shift_jis, euc_kr, cp1251, latin-1, and all others that Python knows"
        )
    return UTF_8 if found.name == "utf-8-sig" else found.name


def refused(file: Path, place: str, what: str, head: bytes) -> CorpusError:
    """The error for text that is not in the encoding it is read by; `head`: how the file begins."""
    if head.startswith(_MAC):
        return CorpusError(f"{file}: a Mac's own file beside another (AppleDouble), no text")
    guess = likely(head)
    hint = f"looks like {guess}: try --encoding {guess}" if guess else "name its --encoding"
    return CorpusError(f"{file}: {place}: {what}; {hint}, or save the file as UTF-8")


def spoilt(text: str) -> tuple[int, str] | None:
    """Where a text shows that it was read by a wrong encoding, and how; None if it does not.

    >>> spoilt("a\\x07b"), spoilt("A\\0B\\0")
    (None, (1, 'NUL characters'))
    """
    if (at := text.find("\0")) >= 0:
        return at, "NUL characters"
    count = sum(1 for _ in _CONTROL.finditer(text))
    if count > max(_MANY, len(text) // 100):
        first = _CONTROL.search(text)
        return (first.start() if first else 0), f"{count:,} control characters"
    return None


def likely(data: bytes) -> str | None:
    """The encoding that text seems to be in, by its byte order mark or its characters.

    >>> likely("你好，我们来了。".encode("gbk")), likely("Привет".encode("utf-16-le"))
    ('gb18030', 'utf-16-le')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    names = (*_WIDE, *_USUAL, *_OF_A_BYTE)
    scores = {name: _score(data[:_LOOKED_AT], name) for name in names}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _LEAST else None


def _score(data: bytes, name: str) -> float:
    """How usual the letters are that the encoding makes of its own bytes; 0 to 1.3."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(data)  # the end may be cut
    except UnicodeDecodeError:
        return 0.0
    wide = name in _WIDE
    letters = [c for c in text if not c.isspace() and (wide or not c.isascii())]
    good = sum(c in _COMMON or (wide and c.isascii() and c.isprintable()) for c in letters)
    score = good / max(len(letters), 1)
    if name in _OF_A_BYTE:
        return score if score >= _LEAST_OF_A_BYTE else 0.0
    by = "gb18030" if wide else name
    first, last = _USUAL[by]
    coded = [c.encode(by, "replace") for c in letters]
    usual = sum(len(code) == 2 and first <= code[0] <= last for code in coded)
    return score + 0.3 * usual / max(len(letters), 1)


class Transcoded:
    """A file's text as UTF-8, whatever its encoding.

    Args:
        file: the file, for messages.
        stream: its bytes.
        encoding: what `codec` gave.
    """

    def __init__(self, file: Path, stream: BinaryIO | gzip.GzipFile, encoding: str) -> None:
        self._file, self._stream, self._encoding = file, stream, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._done = self._feeds = 0
        self._head = b""

    def read(self, count: int) -> bytes:
        """The next piece, of about `count` bytes; ``b""`` at the end.

        Raises:
            CorpusError: bytes that are none in this encoding; it names their place.
        """
        while True:
            data = self._stream.read(count)
            if not self._done:
                self._head = data[:_LOOKED_AT]
                if self._encoding in ("utf-16", "utf-32") and data:
                    self._look_for_mark()
            made = self._decoded(data)
            if made or not data:
                return made

    def _decoded(self, data: bytes) -> bytes:
        held = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            at = self._done - held + error.start
            wrong = "".join(f"{byte:02x}" for byte in error.object[error.start : error.end][:4])
            what = f"not {self._encoding} (0x{wrong}: {error.reason})"
            raise refused(self._file, f"byte {at}", what, self._head) from None
        if not self._done:
            text = text.removeprefix("\ufeff")
        self._done += len(data)
        return text.encode("utf-8", "surrogatepass")

    def _look_for_mark(self) -> None:
        if not self._head.startswith(tuple(mark for mark, _ in _MARKS)):
            raise CorpusError(
                f"{self._file}: {self._encoding} without a byte order mark; "
                f"name {self._encoding}-le or {self._encoding}-be"
            )
