"""A sentence, a writer, and a glyph for each character: drawn until a line can be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from penline.bank.shelf import Bits, Picked
from penline.bidi import UNMIRRORED, Levels, faces, levels_of, lost, mirrored, visual_order
from penline.characters import is_han
from penline.compose.plan import Kit, Side
from penline.compose.second_writer import by_two_hands
from penline.compose.split import LEFT_OUT, tell
from penline.corpus import Line, Lines, WholeLines
from penline.corpus.made import made_line
from penline.errors import RecipeError, UnwritableLine
from penline.measure.template import HAN
from penline.randomness import Draws
from penline.recipe.schema import Recipe
from penline.recipe.settable import COLUMNS, way_out
from penline.shaping import hindrances
from penline.words import listed

__all__ = ["Written", "refill", "without", "write_line"]


_CLOSING = "，。、；：？！）》】〉」』”’…—,.;:?!)]}"


class Written(NamedTuple):
    """A line that somebody can write, and what went wrong before it was found.

    `borrowed` tells whether glyphs of other writers stand in it, `template` the line template that
    it fills, -1 for none. `levels` are those of text with right-to-left characters.
    """

    text: str
    writer: str
    glyphs: Sequence[Picked]
    counts: Counter[str]
    borrowed: bool = False
    template: int = -1
    levels: Levels | None = None

    @property
    def shown(self) -> str:
        """The text as it looks: brackets of right-to-left runs are turned."""
        return self.text if self.levels is None else mirrored(self.text, self.levels)

    @property
    def leftward(self) -> bool:
        """Whether the line, or the paragraph that it is of, begins at the right."""
        return self.levels is not None and bool(self.levels.base)

    @property
    def order(self) -> list[int] | None:
        """The line's items from the left to the right; None where that is their own order.

        The glyphs of one character keep theirs: ℃ is a ring and a C in either direction.
        """
        if self.levels is None:
            return None
        spans = Counter(glyph.item for glyph in self.glyphs)
        firsts, at = [], 0
        for item in range(len(self.text)):
            firsts.append(range(at, at + max(spans[item], 1)))
            at = firsts[-1].stop
        return [part for item in visual_order(self.levels.levels) for part in firsts[item]]


def write_line(
    kit: Kit, side: Side, seed: int, index: int, text_rng: Draws, writer_rng: Draws
) -> Written:
    """Draw lines until one can be written; count why the others could not."""
    recipe, shelf = kit.recipe, kit.shelf
    lines, among = kit.lines[side], kit.able[side]
    counts: Counter[str] = Counter()
    reason = ""
    for attempt in range(recipe.corpus.tries):
        kind = _kind(recipe, text_rng)
        if kind:
            line = Line(made_line(kind, text_rng, recipe.corpus.length_range, kit.letters), -1, 0)
        elif isinstance(lines, WholeLines) and not attempt:
            line = lines.nth(seed, index)
        else:
            line = lines.sample(text_rng)
        text, paragraphs = line.text, [line.paragraph]
        template = -1
        if kit.templates and not kind:
            template = text_rng.below(len(kit.templates))
            text, paragraphs = refill(kit.templates[template].pattern, line, lines, text_rng)
            if not _kept(kit, side, text, paragraphs):
                reason = LEFT_OUT
                counts[reason] += 1
                continue
        levels = levels_of(text)
        if levels is not None and recipe.layout.direction == "vertical":
            reason = f"{COLUMNS}; {way_out(COLUMNS)}"
            counts[f"line skipped: {reason}"] += 1
            continue
        shown = text if levels is None else mirrored(text, levels)
        both = None
        if recipe.corpus.latin == "second":
            both = by_two_hands(shelf, among, shown, writer_rng, counts)
        if both is not None:
            return _told(Written(text, *both, counts, True, levels=levels), side, kind)
        if recipe.writers == "mixed":
            lacking = [c for c in faces(text) if not c.isspace() and not kit.crowd.has(c)]
            text = without(text, lacking, recipe, counts)
            written = Written(text, "", (), counts, levels=levels_of(text))
            if text and (anybodys := kit.crowd.glyphs(written.shown, writer_rng)) is not None:
                return written._replace(glyphs=anybodys)
            reason = _skipped(kit, lacking, counts)
            continue
        cast = shelf.cast(shown, among, writer_rng)
        if cast:
            writer, glyphs = cast
            if template >= 0 and not len(glyphs) == len(text) == len(kit.templates[template].boxes):
                template = -1  # a character of several glyphs has no place in a template
            written = Written(text, writer, glyphs, counts, template=template, levels=levels)
            return _told(written, side, kind)
        lacking = shelf.lacking(shown, among)
        if recipe.corpus.missing != "skip-line":
            bent: Counter[str] = Counter()
            found = _bend(kit, among, text, writer_rng, bent)
            if found is not None:
                if kind or found.text == text or _kept(kit, side, found.text, paragraphs):
                    counts.update(bent)
                    return _told(found._replace(counts=counts), side, kind)
                reason = LEFT_OUT
                counts[reason] += 1
                continue
        reason = _skipped(kit, lacking, counts)
    raise UnwritableLine(index, recipe.corpus.tries, reason, dict(counts))


_MOST_LINES = 40


def refill(
    pattern: str, line: Line, lines: Lines | WholeLines, text_rng: Draws
) -> tuple[str, list[int]]:
    """A pattern with the Chinese characters of real text, in their order, in its free places.

    Further lines of the corpus are drawn as they are needed; a pattern that they cannot fill is
    given back cut where they end. With it come the paragraphs that the lines are of.
    """
    free, own, paragraphs = pattern.count(HAN), list(filter(is_han, line.text)), [line.paragraph]
    for _ in range(_MOST_LINES):
        if len(own) >= free:
            break
        line = lines.sample(text_rng)
        own += filter(is_han, line.text)
        paragraphs.append(line.paragraph)
    stream = iter(own)
    return "".join(next(stream, "") if c == HAN else c for c in pattern), paragraphs


def _kept(kit: Kit, side: Side, text: str, paragraphs: Sequence[int]) -> bool:
    """Whether a label that is no line as it was cut may stand on its side."""
    return kit.apart is None or kit.apart.keeps(text, side, paragraphs, kit.apart.line_run)


def _told(written: Written, side: Side, kind: str) -> Written:
    tell(written.text, bool(kind), side, written.counts)
    return written


def _kind(recipe: Recipe, text_rng: Draws) -> str:
    """The kind of made text that a line is of; ``""`` for one of the corpus."""
    made = recipe.corpus.made
    if not made:
        return ""
    kinds = sorted(made)
    rest = max(1.0 - sum(made.values()), 0.0)
    return text_rng.choose(["", *kinds], [rest, *(made[kind] for kind in kinds)])


def _skipped(kit: Kit, lacking: Sequence[str], counts: Counter[str]) -> str:
    """Why a line is skipped; counted once for each character that it lacks, not for their sum."""
    reason, characters = _lacking(kit, lacking)
    for character in characters or ("",):
        counts[f"line skipped: {reason}{character}"] += 1
    return f"{reason}{listed(characters)}"


def _lacking(kit: Kit, characters: Sequence[str]) -> tuple[str, list[str]]:
    """A reason, and the characters that its words end with."""
    every = list(dict.fromkeys(characters))
    unknown = [c for c in every if kit.alphabet and c not in kit.alphabet]
    hindered = hindrances(characters)
    if hindered:
        return f"{next(iter(hindered))}, which is not drawn", []
    if UNMIRRORED in characters:
        return "a sign is mirrored in right-to-left text, and has no mirror image in Unicode", []
    if unknown:
        return "not in the dictionary: ", unknown
    if every:
        return "nobody has ", every
    return "no one writer has all its characters", []


def _sure(glyphs: Sequence[Picked] | None) -> Sequence[Picked]:
    if glyphs is None:
        raise RecipeError("a writer lacks a character that the bank's coverage promises")
    return glyphs


def without(text: str, lacking: Sequence[str], recipe: Recipe, counts: Counter[str]) -> str:
    """`text` without `lacking`, counted; empty where the policy or the length forbids it."""
    if not lacking:
        return text
    if recipe.corpus.missing != "drop-char":
        return ""
    gone = lost(text, lacking)
    # what closed something that is gone may now stand first: no line begins with it
    left = "".join(c for c in text if c not in gone).lstrip(_CLOSING + " ")
    left = " ".join(left.split())
    if len(left) < recipe.corpus.length_range[0]:
        return ""
    for character in text:
        if character in gone:
            counts[f"character dropped: {character}"] += 1
    return left


def _bend(
    kit: Kit, among: Bits, text: str, writer_rng: Draws, counts: Counter[str]
) -> Written | None:
    """Write a line that nobody can write whole, by the recipe's policy; None if that fails, too."""
    shelf, recipe = kit.shelf, kit.recipe
    wanted = [c for c in dict.fromkeys(faces(text)) if not c.isspace()]
    writer = shelf.draw_writer(shelf.nearest(wanted, among), writer_rng)
    own = shelf.bits([writer])
    lacking = shelf.lacking(wanted, own)
    if recipe.corpus.missing == "drop-char":
        text = without(text, lacking, recipe, counts)
        if not text:
            return None
        written = Written(text, writer, (), counts, levels=levels_of(text))
        return written._replace(glyphs=_sure(shelf.glyphs(written.shown, writer, writer_rng)))
    levels = levels_of(text)
    shown = text if levels is None else mirrored(text, levels)
    if sum(c in lacking for c in shown) > recipe.corpus.borrow_most:
        return None
    borrowed: list[Picked] = []
    for item, character in enumerate(shown):
        if character not in lacking:
            continue
        holders = shelf.coverage(character) & among
        if not shelf.count(holders):
            return None
        if recipe.corpus.missing == "near-writer":
            holders = shelf.near(writer, holders)
        other = shelf.draw_writer(holders, writer_rng)
        glyphs = _sure(shelf.glyphs(character, other, writer_rng))
        borrowed += [glyph._replace(item=item) for glyph in glyphs]
    kept = "".join(" " if c in lacking else c for c in shown)
    glyphs = [*_sure(shelf.glyphs(kept, writer, writer_rng)), *borrowed]
    for character in shown:
        if character in lacking:
            counts[f"character borrowed: {character}"] += 1
    glyphs = sorted(glyphs, key=lambda glyph: glyph.item)
    return Written(text, writer, glyphs, counts, True, levels=levels)
