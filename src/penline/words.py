"""Counts and lists as a person reads them, for messages and for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping

__all__ = ["at_byte", "counted", "counted_sides", "listed", "printable", "reason_of"]

_OF_THE_WHOLE = frozenset(
    (
        *("file", "file name", "folder", "marks", "photograph", "records", "size of the sheet"),
        "texts beside",
    )
)
"""Fields that stand at no byte."""


def at_byte(offset: int, field: str) -> str:
    """Where in a file a field stands, with a colon; "" of what the file is as a whole.

    >>> at_byte(7, "sample size"), at_byte(0, "folder")
    ('byte 7: ', '')
    """
    return "" if not offset and field in _OF_THE_WHOLE else f"byte {offset}: "


def counted(count: int, noun: str) -> str:
    """A count with its noun, which is in the plural where it has to be.

    >>> counted(1, "writer"), counted(1_204, "glyph"), counted(0, "class"), counted(2, "entry")
    ('1 writer', '1,204 glyphs', '0 classes', '2 entries')
    """
    return f"{count:,} {noun if count == 1 else _plural(noun)}"


def counted_sides(counts: Mapping[str, int], noun: str) -> str:
    """Counts of several sides with the noun that they share.

    >>> counted_sides({"train": 8, "val": 1}, "line"), counted_sides({"train": 1}, "line")
    ('8 train + 1 val lines', '1 train line')
    """
    sides = " + ".join(f"{count:,} {side}" for side, count in counts.items())
    return f"{sides} {noun if sum(counts.values()) == 1 else _plural(noun)}"


def listed(items: Collection[str], most: int = 20) -> str:
    """A list with commas, its end counted where it is long.

    >>> listed("got"), listed(["a", "b", "c"], 2)
    ('g, o, t', 'a, b and 1 more')
    """
    shown = ", ".join(list(items)[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most:,} more"


def reason_of(error: Exception) -> str:
    """What is wrong with a value that was read, from the error of who took it for another.

    >>> reason_of(KeyError("images")), reason_of(ValueError("no number"))
    ("it has no 'images'", 'no number')
    """
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in ("a", "e", "o", "u"):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def printable(name: str) -> str:
    r"""A file name for a message or a label: one line, whatever the name holds.

    >>> printable("a\nb.gnt")
    'a?b.gnt'
    """
    return name if name.isprintable() else "".join(c if c.isprintable() else "?" for c in name)
