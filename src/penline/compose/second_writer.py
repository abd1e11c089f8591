"""Lines by two hands: Chinese by one, digits and Latin letters by another that is like it."""

from __future__ import annotations

from collections import Counter

from penline.bank.shelf import Bits, Picked, Shelf
from penline.randomness import Draws

__all__ = ["by_two_hands", "is_latin"]


def is_latin(character: str) -> bool:
    """Whether a second hand writes it: a digit or a letter of ASCII.

    >>> [is_latin(character) for character in "7xé，永 "]
    [True, True, False, False, False, False]
    """
    return character.isascii() and character.isalnum()


def by_two_hands(
    shelf: Shelf, among: Bits, text: str, writer_rng: Draws, counts: Counter[str]
) -> tuple[str, list[Picked]] | None:
    """The line's writer, who writes all but digits and letters, and the glyphs of both hands.

    The second hand is drawn from the five, of those who have all of the line's digits and letters,
    that are most like the writer's; one hand a line.

    Args:
        shelf: the banks.
        among: who may write.
        text: the line.
        writer_rng: chance.
        counts: the glyphs of the second hand are counted here.

    Returns:
        None where the line does not have both, or nobody can write one of them.
    """
    first = "".join(" " if is_latin(c) else c for c in text)
    second = "".join(c if is_latin(c) else " " for c in text)
    if not first.strip() or not second.strip():
        return None
    able, others = shelf.who(first, among), shelf.who(second, among)
    if not shelf.count(able) or not shelf.count(others):
        return None
    writer = shelf.draw_writer(able, writer_rng)
    others &= ~shelf.bits([writer])
    if not shelf.count(others):
        return None
    other = shelf.draw_writer(shelf.near(writer, others), writer_rng)
    own, guests = (
        shelf.glyphs(part, hand, writer_rng) for part, hand in ((first, writer), (second, other))
    )
    if own is None or guests is None:
        return None
    counts["character by a second hand"] += len(guests)
    return writer, sorted([*own, *guests], key=lambda glyph: glyph.item)
