"""Labels of the CASIA formats: one GB code, one character."""

from __future__ import annotations

import functools

__all__ = ["character"]


@functools.lru_cache(maxsize=65_536)
def character(code: bytes) -> str | None:
    r"""The character of a one- or two-byte code in text order, or None if there is none.

    ``gb18030`` and not ``gb2312``, which lacks 17 of the codes that the archives use and reads
    ``a1 a4`` as another character. A zero second byte is padding: ASCII.

    >>> character(b"\xb0\xa1"), character(b"!\x00"), character(b"\xff\xff")
    ('啊', '!', None)
    """
    if len(code) == 2 and code[1] == 0:
        code = code[:1]
    try:
        text = code.decode("gb18030")
    except UnicodeDecodeError:
        return None
    if len(text) != 1 or (text.isascii() and not text.isprintable()):
        return None
    return text
