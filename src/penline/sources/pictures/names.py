"""Names of folders and people as parts of writers' ids."""

from __future__ import annotations

import functools
import zlib

from penline.characters import why_inkless

__all__ = ["id_part"]


@functools.lru_cache(maxsize=65_536)
def id_part(name: str) -> str:
    """Make a name fit for a writer's id; names that have to be changed stay different.

    >>> id_part("anna k"), id_part("a:b")
    ('anna k', 'a-b-3041a608')
    """
    clean = "".join(
        "-" if one in ":/" or (one != " " and why_inkless(one)) else one for one in name
    )
    if clean == name == name.strip():
        return name
    return f"{clean.strip()}-{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"
