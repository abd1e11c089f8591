"""Lines by two hands: Chinese by one, digits and Latin letters by another that is like it."""

from __future__ import annotations

from collections import Counter

from penline.bank.bank_set import BankSet
from penline.bank.bits import Bits
from penline.bank.selection import GlyphSelection
from penline.entries import Entries, in_entries
from penline.randomness import Draws

__all__ = ["by_two_hands", "is_latin"]


def is_latin(character: str) -> bool:
    """Whether a second hand writes it: a digit or a letter of ASCII, or several.

    >>> [is_latin(character) for character in "7xé，永 "]
    [True, True, False, False, False, False]
    """
    return character.isascii() and character.isalnum()


def by_two_hands(
    banks: BankSet, among: Bits, text: Entries, writer_rng: Draws, counts: Counter[str]
) -> tuple[str, GlyphSelection] | None:
    """Draw the line's writer, who writes all but digits and letters, and the glyphs of both hands.

    The second hand is drawn from the five, of those who have all of the line's digits and letters,
    that are most like the writer's; one hand a line.

    Args:
        banks: where glyphs come from.
        among: who may write.
        text: the line.
        writer_rng: chance.
        counts: the glyphs of the second hand are counted here.

    Returns:
        None where the line does not have both, or nobody can write one of them.
    """
    first = in_entries(" " if is_latin(c) else c for c in text)
    second = in_entries(c if is_latin(c) else " " for c in text)
    if all(c.isspace() for c in first) or all(c.isspace() for c in second):
        return None
    eligible = banks.writers_covering(first, among)
    others = banks.writers_covering(second, among)
    if not banks.count(eligible) or not banks.count(others):
        return None
    writer = banks.sample_writer(eligible, writer_rng)
    others &= ~banks.bits([writer])
    if not banks.count(others):
        return None
    other = banks.sample_writer(banks.near(writer, others), writer_rng)
    own, guests = (
        banks.select(part, hand, writer_rng) for part, hand in ((first, writer), (second, other))
    )
    if own is None or guests is None:
        return None
    counts["character by a second hand"] += len(guests.owners)
    return writer, own.with_others(guests)
