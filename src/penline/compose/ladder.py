"""Lines that are hard to write: drawn, by a recipe's policies, until one can be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import dropwhile, groupby
from typing import TypeVar

from penline.bank.bits import Bits
from penline.bank.selection import GlyphSelection
from penline.bidi import UNMIRRORED, faces, levels_of, lost, mirrored
from penline.characters import is_han
from penline.compose.items_of import items_of
from penline.compose.plan import ComposePlan, Side
from penline.compose.second_writer import by_two_hands
from penline.compose.split import LEFT_OUT, tell
from penline.compose.text_assignment import TextAssignment
from penline.corpus import Line, Lines, WholeLines
from penline.corpus.made import made_line
from penline.entries import Entries, in_entries, whole_text
from penline.errors import RecipeError, UnwritableLine
from penline.measure.template import HAN
from penline.randomness import Draws, rng
from penline.recipe.schema import Recipe
from penline.recipe.settable import COLUMNS, way_out
from penline.shaping import hindrances
from penline.words import listed

__all__ = ["assign", "assign_by_tries", "made_kind", "refill", "without"]

T = TypeVar("T")

_AT_NO_START = frozenset("，。、；：？！）》】〉」』”’…—,.;:?!)]} ")
_MOST_LINES = 40


def assign_by_tries(plan: ComposePlan, side: Side, seed: int, index: int) -> TextAssignment:
    """Draw lines until one can be written; count why the others could not.

    Raises:
        UnwritableLine: none could be, within the recipe's number of tries.
    """
    text_rng, writer_rng = rng(seed, index, "text"), rng(seed, index, "writer")
    recipe, banks = plan.recipe, plan.banks
    lines, among = plan.lines[side], plan.eligible_writers[side]
    counts: Counter[str] = Counter()
    reason = ""
    for attempt in range(recipe.corpus.tries):
        kind = made_kind(recipe, text_rng)
        if kind:
            length_range = recipe.corpus.length_range
            line = Line(made_line(kind, text_rng, length_range, plan.letters), -1, 0)
        elif isinstance(lines, WholeLines) and not attempt:
            line = lines.nth(seed, index)
        else:
            line = lines.sample(text_rng)
        whole, paragraphs = line.text, [line.paragraph]
        template = -1
        if plan.templates and not kind:
            template = text_rng.below(len(plan.templates))
            whole, paragraphs = refill(plan.templates[template].pattern, line, lines, text_rng)
            if not _kept(plan, side, whole, paragraphs):
                reason = LEFT_OUT
                counts[reason] += 1
                continue
        text = banks.cut(whole)
        levels = levels_of(text)
        if levels is not None and recipe.layout.direction == "vertical":
            reason = f"{COLUMNS}; {way_out(COLUMNS)}"
            counts[f"line skipped: {reason}"] += 1
            continue
        shown = text if levels is None else mirrored(text, levels)
        found: tuple[str, GlyphSelection] | None = None
        if recipe.corpus.latin == "second":
            found = by_two_hands(banks, among, shown, writer_rng, counts)
            template = template if found is None else -1
        if found is None and recipe.writers == "mixed":
            source = plan.any_writer
            lacking = [c for c in faces(text) if not c.isspace() and not source.has(c)]
            text = without(text, lacking, recipe, counts)
            levels = levels_of(text)
            shown = text if levels is None else mirrored(text, levels)
            selection = source.select(shown, writer_rng) if text else None
            if selection is not None:
                items = items_of(banks, shown, selection, unlike=plan.unlike)
                return TextAssignment(text, "", items, counts, levels=levels)
            reason = _skipped(plan, lacking, counts)
            continue
        if found is None:
            found = banks.assign_writer(shown, among, writer_rng)
        if found is not None:
            writer, selection = found
            items = items_of(banks, shown, selection, unlike=plan.unlike)
            if template >= 0 and not (
                len(selection.owners) == len(text) == len(plan.templates[template].boxes)
            ):
                template = -1  # a character of several glyphs has no place in a template
            tell(whole, bool(kind), side, counts)
            return TextAssignment(text, writer, items, counts, template, levels)
        lacking = banks.lacking(shown, among)
        if recipe.corpus.missing != "skip-line":
            bent: Counter[str] = Counter()
            best = _best_effort(plan, among, text, writer_rng, bent)
            if best is not None:
                if kind or best.text == text or _kept(plan, side, best.text, paragraphs):
                    counts.update(bent)
                    tell(whole_text(best.text), bool(kind), side, counts)
                    return best._replace(counts=counts)
                reason = LEFT_OUT
                counts[reason] += 1
                continue
        reason = _skipped(plan, lacking, counts)
    raise UnwritableLine(index, recipe.corpus.tries, reason, dict(counts))


def refill(
    pattern: str, line: Line, lines: Lines | WholeLines, text_rng: Draws
) -> tuple[str, list[int]]:
    """Fill a pattern's free places with the Chinese characters of real text, in their order.

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


def made_kind(recipe: Recipe, text_rng: Draws) -> str:
    """Draw the kind of made text that a line is of; ``""`` for one of the corpus."""
    made = recipe.corpus.made
    if not made:
        return ""
    kinds = sorted(made)
    rest = max(1.0 - sum(made.values()), 0.0)
    return text_rng.choose(["", *kinds], [rest, *(made[kind] for kind in kinds)])


def without(text: Entries, lacking: Sequence[str], recipe: Recipe, counts: Counter[str]) -> Entries:
    """`text` without `lacking`, counted; empty where the policy or the length forbids it."""
    if not lacking:
        return text
    if recipe.corpus.missing != "drop-char":
        return ""
    gone = lost(text, lacking)
    # what closed something that is gone may now stand first: no line begins with it
    left = in_entries(dropwhile(_AT_NO_START.__contains__, (c for c in text if c not in gone)))
    left = _single_spaced(left)
    if len(whole_text(left)) < recipe.corpus.length_range[0]:
        return ""
    for character in text:
        if character in gone:
            counts[f"character dropped: {character}"] += 1
    return left


def _single_spaced(text: Entries) -> Entries:
    """A text with one space for each run of white space, and none at its ends."""
    if isinstance(text, str):
        return " ".join(text.split())
    runs = groupby(text, str.isspace)
    spaced = [one for white, run in runs for one in ([" "] if white else run)]
    return in_entries(spaced[spaced[:1] == [" "] : len(spaced) - (spaced[-1:] == [" "])])


def _kept(plan: ComposePlan, side: Side, text: Entries, paragraphs: Sequence[int]) -> bool:
    """Whether a label that is no line as it was cut may stand on its side."""
    split = plan.split
    return split is None or split.keeps(whole_text(text), side, paragraphs, split.line_run)


def _skipped(plan: ComposePlan, lacking: Sequence[str], counts: Counter[str]) -> str:
    """Why a line is skipped; counted once for each character that it lacks, not for their sum."""
    reason, characters = _lacking(plan, lacking)
    for character in characters or ("",):
        counts[f"line skipped: {reason}{character}"] += 1
    return f"{reason}{listed(characters)}"


def _lacking(plan: ComposePlan, characters: Sequence[str]) -> tuple[str, list[str]]:
    """A reason, and the characters that its words end with."""
    every = list(dict.fromkeys(characters))
    unknown = [c for c in every if plan.alphabet and not plan.alphabet.issuperset(c)]
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


def assign(
    plan: ComposePlan, text: Entries, writer: str, writer_rng: Draws
) -> TextAssignment | None:
    """Choose glyphs by a writer for a text; None where it is empty or the writer lacks some."""
    if not text:
        return None
    levels = levels_of(text)
    shown = text if levels is None else mirrored(text, levels)
    selection = plan.banks.select(shown, writer, writer_rng)
    if selection is None or not len(selection.owners):
        return None
    items = items_of(plan.banks, shown, selection, unlike=plan.unlike)
    return TextAssignment(text, writer, items, {}, levels=levels)


def _sure(found: T | None) -> T:
    if found is None:
        raise RecipeError("a writer lacks a character that the bank's coverage promises")
    return found


def _best_effort(
    plan: ComposePlan, among: Bits, text: Entries, writer_rng: Draws, counts: Counter[str]
) -> TextAssignment | None:
    """Write a line that nobody can write whole, by the recipe's policy; None if that fails, too."""
    banks, recipe = plan.banks, plan.recipe
    wanted = [c for c in dict.fromkeys(faces(text)) if not c.isspace()]
    writer = banks.sample_writer(banks.nearest(wanted, among), writer_rng)
    lacking = banks.lacking(wanted, banks.bits([writer]))
    if recipe.corpus.missing == "drop-char":
        text = without(text, lacking, recipe, counts)
        return _sure(assign(plan, text, writer, writer_rng)) if text else None
    levels = levels_of(text)
    shown = text if levels is None else mirrored(text, levels)
    if sum(c in lacking for c in shown) > recipe.corpus.borrow_most:
        return None
    borrowed: list[GlyphSelection] = []
    for owner, character in enumerate(shown):
        if character not in lacking:
            continue
        holders = banks.coverage(character) & among
        if not banks.count(holders):
            return None
        if recipe.corpus.missing == "near-writer":
            holders = banks.near(writer, holders)
        other = banks.sample_writer(holders, writer_rng)
        borrowed.append(_sure(banks.select((character,), other, writer_rng)).moved(owner))
    kept = in_entries(" " if c in lacking else c for c in shown)
    selection = _sure(banks.select(kept, writer, writer_rng)).with_others(*borrowed)
    for character in shown:
        if character in lacking:
            counts[f"character borrowed: {character}"] += 1
    return TextAssignment(
        text, writer, items_of(banks, shown, selection, unlike=plan.unlike), counts, levels=levels
    )
