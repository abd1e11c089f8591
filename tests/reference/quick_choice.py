"""A line's text, writer and glyphs, from sets and lists: `penline.compose.quick_choice`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from penline.corpus.lines import LineTables
from penline.corpus.normal import decoded
from penline.randomness import BLOCK_WORDS, stage_key
from reference.corpus import cut, reach
from reference.randomness import philox_words

__all__ = ["below", "choose_line"]


def below(word: int, bound: int) -> int:
    """See `compose.quick_choice._below`: the word is a share of 2**64."""
    return word * bound // 2**64


def choose_line(
    seed: int,
    index: int,
    lines: LineTables,
    allowed: Sequence[bool],
    able: Mapping[str, set[int]],
    eligible: set[int],
    rows: Mapping[tuple[int, str], list[int]],
    reserve: Collection[int] = (),
) -> tuple[int, int, int, list[int | None]] | None:
    """Where the text begins and ends, the writer, and rows; None where the line is made otherwise.

    Args:
        seed: of the lines.
        index: of the line.
        lines: of these codes, flags, offsets and the range of lengths.
        allowed: which paragraphs may be drawn.
        able: who can write a character in one way or another; white space is not in it.
        eligible: the writers that lines may be by.
        rows: of a writer's glyphs of a character, in the one bank, in their order.
        reserve: the writers who write only what no other can.
    """
    streams = [stage_key(seed, stage) for stage in ("text", "writer")]
    text_words, writer_words = (philox_words(key, index, 0, 4).tolist() for key in streams)
    target = lines.shortest + below(text_words[0], lines.longest - lines.shortest + 1)
    weights = reach(lines.flags, lines.offsets, lines.shortest, lines.longest) * allowed
    tickets = [at for at, weight in enumerate(weights.tolist()) for _ in range(weight)]
    paragraph = tickets[below(text_words[1], len(tickets))]
    first, last = lines.offsets[paragraph : paragraph + 2].tolist()
    position = first + below(text_words[2], last - first)
    start, end = cut(lines.flags, first, last, position, lines.shortest, lines.longest, target)
    text = decoded(lines.codes[start:end])
    inked = [c for c in text if not c.isspace()]
    writers = sorted(eligible.intersection(*(able.get(c, set()) for c in inked)))
    writers = [one for one in writers if one not in reserve] or writers
    if not writers:
        return None
    writer = writers[below(writer_words[0], len(writers))]
    if any((writer, c) not in rows for c in inked):
        return None
    later = philox_words(streams[1], index, BLOCK_WORDS // 4, len(text)).tolist()
    glyphs = [rows.get((writer, c), []) for c in text]
    found = [own[word % len(own)] if own else None for own, word in zip(glyphs, later, strict=True)]
    return start, end, writer, found
