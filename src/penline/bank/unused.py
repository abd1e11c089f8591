"""What of some banks no line is made of, and what to do about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from penline.bank.bank_set import BankSet
from penline.bank.bits import Bits
from penline.bank.layout import PARTS
from penline.bank.read import Bank
from penline.words import counted

__all__ = ["UNKNOWN", "advice", "not_used", "unknown_glyphs", "why_nobody"]

UNKNOWN = "writer not known"
_TAKE_UNKNOWN = (
    "set writers: mixed in the recipe, or pack again what one person wrote, with --writer NAME"
)
_PART_NAMES = ("part not known", *PARTS[1:])


def unknown_glyphs(bank: Bank) -> tuple[int, int]:
    """Count the glyphs of those who may be several people, and how many those are."""
    facts = [one.glyphs for one in bank.header.writers if one.id.startswith("unknown:")]
    return sum(facts), len(facts)


def advice(bank: Bank) -> list[str]:
    """Say what of a bank lines are not made of, unless something is done about it."""
    said = []
    count, writers = unknown_glyphs(bank)
    if count:
        who = counted(writers, "unknown writer")
        said.append(f"{counted(count, 'glyph')} of {who}: no line is made of them; {_TAKE_UNKNOWN}")
    tested = int(np.count_nonzero(bank.columns["part"] == PARTS.index("test")))
    if tested:
        which = "all glyphs" if tested == len(bank) else counted(tested, "glyph")
        are = "is" if tested == 1 < len(bank) else "are"
        said.append(f"{which} {are} of the test part: compose --part test takes them, or all")
    return said


def not_used(banks: BankSet, eligible_writers: Bits) -> list[dict[str, Any]]:
    """Tell which glyphs of a set of banks no line can be made of.

    Args:
        banks: the banks, and the part that is asked for.
        eligible_writers: the writers whose glyphs lines are made of.

    Returns:
        A row each: ``why``, ``glyphs``, ``writers`` (how many), ``advice``.
    """
    rows = []
    todo = "they count once; a bank that holds nothing else can be left out"
    rows.append(_row("in a bank before, too", *_of_part(banks, len(PARTS)), todo))
    for number, name in enumerate(_PART_NAMES):
        if not banks.allowed[number]:
            count, writers = _of_part(banks, number)
            what = f"the {name} part" if number else name
            todo = "--part all takes them" + (f", --part {name} them alone" if number else "")
            rows.append(_row(f"{what}, and --part is {banks.part}", count, writers, todo))
    count, writers = _by_others(banks, eligible_writers)
    rows.append(_row(UNKNOWN, count, writers, _TAKE_UNKNOWN))
    return [row for row in rows if row["glyphs"]]


def why_nobody(banks: BankSet, *, mixed: bool = False) -> str:
    """Say why no line can be made of a set of banks, and what to do; "" where some can.

    Args:
        banks: the banks, and the part that is asked for.
        mixed: whether writers who may be several people count.
    """
    if banks.known:
        return ""
    here = sum(_of_part(banks, n)[0] for n in range(len(PARTS)) if banks.allowed[n])
    if here and mixed:
        return ""
    if here:
        where = "" if banks.part == "all" else f" in the {banks.part} part"
        return f"every glyph{where} is of a writer who is not known: {_TAKE_UNKNOWN}"
    counts = {name: _of_part(banks, n)[0] for n, name in enumerate(_PART_NAMES)}
    there = {name: count for name, count in counts.items() if count}
    found = " and ".join(f"{counted(count, 'glyph')} of {name}" for name, count in there.items())
    others = [name for name in there if name in PARTS]
    part = others[0] if len(there) == 1 and others else "all"
    return f"no glyph in the {banks.part} part of the banks, which hold {found}: say --part {part}"


def _row(why: str, glyphs: int, writers: int, advice: str) -> dict[str, Any]:
    return {"why": why, "glyphs": glyphs, "writers": writers, "advice": advice}


def _of_part(banks: BankSet, number: int) -> tuple[int, int]:
    """Glyphs of a part (met again: the number beyond them all), and how many writers'."""
    count, writers = 0, set()
    for bank, parts in zip(banks.banks, banks.parts, strict=True):
        rows = np.flatnonzero(parts == number)
        count += rows.size
        present = np.bincount(bank.columns["writer"][rows], minlength=1)
        writers |= {bank.writers[at] for at in np.flatnonzero(present).tolist()}
    return count, len(writers)


def _by_others(banks: BankSet, among: Bits) -> tuple[int, int]:
    """Count the glyphs of the part asked for by writers who are not among some, and those."""
    member = np.unpackbits(among.view(np.uint8), bitorder="little")
    others = {writer for at, writer in enumerate(banks.writers) if not member[at]}
    count, writers = 0, set()
    for bank, parts in zip(banks.banks, banks.parts, strict=True):
        for writer in others.intersection(bank.writers):
            mine = int(np.count_nonzero(banks.allowed_parts[parts[bank.rows(writer=writer)]]))
            count += mine
            writers |= {writer} if mine else set()
    return count, len(writers)
