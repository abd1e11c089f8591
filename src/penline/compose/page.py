"""Pages laid out: paragraphs of one hand on one sheet, line under line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bidi import faces
from penline.characters import is_han, kind_of
from penline.compose.choose import with_error
from penline.compose.form import Form
from penline.compose.ladder import assign, made_kind, without
from penline.compose.plan import ComposePlan, Side
from penline.compose.sheet import PlacedLine, Sheet, line_params, place_on_sheet
from penline.compose.split import LEFT_OUT, tell
from penline.compose.text_assignment import TextAssignment
from penline.corpus import WholeLines
from penline.corpus.breaks import break_flags
from penline.corpus.cut import ENDS, STARTS
from penline.corpus.made import made_line
from penline.corpus.normal import normalised
from penline.entries import Entries, whole_text
from penline.errors import UnwritableLine
from penline.randomness import Draws, rng
from penline.recipe.layout import LINE_PARAMS

__all__ = [
    "PageLayout",
    "advances",
    "fill",
    "keeps",
    "lay_paragraphs",
    "writer_of_page",
]

LEVEL_EM = 0.04
"""How unevenly a hand keeps the distance of its lines."""

_SPACE, _GAP, _GAP_LATIN, _PULL = (
    LINE_PARAMS.index(name) for name in ("space", "gap", "gap_latin", "cell_pull")
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class PageLayout(NamedTuple):
    """A page before it meets its paper."""

    sheet: Sheet
    lines: tuple[PlacedLine, ...]
    writer: str
    counts: Counter[str]
    form: Form | None = None


def lay_paragraphs(plan: ComposePlan, sheet: Sheet, seed: int, index: int) -> PageLayout:
    """Write paragraphs on a sheet, line under line.

    A paragraph that the writer cannot write is passed over, or written without the characters that
    are missing (``corpus: missing: drop-char``); both are counted. Where the corpus's lines are
    ``whole``, each is a line of the page, in the corpus's order.

    Raises:
        UnwritableLine: no paragraph could be written.
    """
    recipe, page = plan.recipe, plan.recipe.page
    em, page_rng = sheet.em, sheet.page_rng
    left, right, top, _ = sheet.margins
    counts: Counter[str] = Counter()
    lines: list[PlacedLine] = []
    writer = ""
    for number, paragraph in _paragraphs(plan, sheet.side, seed, index, counts):
        writer = paragraph.writer
        lead = page.indent_em * em if recipe.corpus.lines == "cut" else 0.0
        rest: TextAssignment | None = paragraph
        while rest is not None and len(lines) < sheet.most:
            params = line_params(plan, sheet)
            aside = em * page_rng.normal(0.0, page.start_deviation_em)
            level = top + em + len(lines) * sheet.pitch + em * page_rng.normal(0.0, LEVEL_EM)
            if rest.leftward:  # such a paragraph begins, and is indented, at the right
                end = min(page.width_px - right - lead - aside, float(page.width_px))
                spot = left, level, max(end - left, 2 * em)
            else:
                start = left + lead + aside
                spot = max(start, 0.0), level, max(page.width_px - right - start, 2 * em)
            if recipe.corpus.lines == "whole":
                written, rest = rest, None
            else:
                written, rest = fill(rest, advances(rest, sheet.params), spot[2] / em)
            if not keeps(plan, sheet, written.text, [number] if number >= 0 else [], counts):
                continue
            if recipe.marks.strike:
                written = with_error(plan, written, sheet.error_rng)
            lines.append(place_on_sheet(plan, sheet, written, params, em, spot))
            lead = 0.0
        if len(lines) >= sheet.most:
            break
    if not lines:
        raise UnwritableLine(index, recipe.corpus.tries, "no paragraph to write", dict(counts))
    return PageLayout(sheet, tuple(lines), writer, counts)


def _paragraphs(
    plan: ComposePlan, side: Side, seed: int, index: int, counts: Counter[str]
) -> Iterator[tuple[int, TextAssignment]]:
    """Paragraphs of the corpus, one after the other, by a writer who can write the first.

    With each comes its number, -1 for made text; of a paragraph that is split, its pieces come as
    if they were it.
    """
    recipe, corpus = plan.recipe, plan.corpus
    text_rng, writer_rng = rng(seed, index, "text"), rng(seed, index, "writer")
    lines = plan.lines[side]
    most = recipe.page.lines_range[1]
    first = lines.sample(text_rng).paragraph
    writer = ""
    for number in range(most + recipe.corpus.tries):
        kind = made_kind(recipe, text_rng)
        if kind:
            length_range = recipe.corpus.length_range
            paragraph, texts = -1, [made_line(kind, text_rng, length_range, plan.letters)]
        elif isinstance(lines, WholeLines):
            line = lines.in_order(index * most + number)
            paragraph, texts = line.paragraph, [line.text]
        else:
            paragraph = (first + number) % len(corpus)
            texts = plan.texts(paragraph, side)
        for text in map(plan.banks.cut, texts):
            writer = writer or writer_of_page(plan, side, text, writer_rng)
            if not writer:
                counts["paragraph skipped: no one writer has all its characters"] += 1
                continue
            lacking = plan.banks.lacking(faces(text), plan.banks.bits([writer]))
            if lacking and recipe.corpus.missing != "drop-char":
                counts["paragraph skipped: its writer lacks a character"] += 1
                continue
            written = assign(plan, without(text, lacking, recipe, counts), writer, writer_rng)
            if written is not None:
                yield paragraph, written


def writer_of_page(plan: ComposePlan, side: Side, text: Entries, writer_rng: Draws) -> str:
    """Draw who writes a page, by its first text; ``""`` where nobody can write it.

    Where characters may be missing, those who lack the fewest may write it.
    """
    banks, among = plan.banks, plan.eligible_writers[side]
    eligible = banks.writers_covering(faces(text), among)
    if not banks.count(eligible):
        if plan.recipe.corpus.missing == "skip-line":
            return ""
        wanted = [c for c in dict.fromkeys(faces(text)) if not c.isspace()]
        eligible = banks.nearest(wanted, among)
    return banks.sample_writer(eligible, writer_rng)


def keeps(
    plan: ComposePlan,
    sheet: Sheet,
    entries: Entries,
    paragraphs: Sequence[int],
    counts: Counter[str],
) -> bool:
    """Tell whether a line of these paragraphs may stand on the sheet; count it if not.

    Of no paragraph is text that is made.
    """
    split, made, label = plan.split, not paragraphs, whole_text(entries)
    if split is None or made or split.keeps(label, sheet.side, paragraphs, split.page_run):
        tell(label, made, sheet.side, counts)
        return True
    counts[LEFT_OUT] += 1
    return False


def advances(line: TextAssignment, params: Floats) -> Floats:
    """``float64 (characters,)``: about how far each character takes the pen, in ems.

    Args:
        line: what is written.
        params: ``float64 (len(LINE_PARAMS),)``: the sheet's figures.
    """
    items = line.items
    # a character of several glyphs is as wide as all of them
    wide = np.zeros(len(line.text))
    np.add.at(wide, items["owner"], items["width_px"] / items["em_px"])
    out = np.zeros(len(line.text))
    for at, character in enumerate(line.shown):
        if character.isspace():
            out[at] = params[_SPACE]
            continue
        kind = kind_of(character)
        gap = params[_GAP] if ord(character[0]) > 0xFF else params[_GAP_LATIN]
        pad = max(0.0, 0.84 - wide[at]) * params[_PULL] if is_han(character) else 0.0
        out[at] = max(wide[at], kind.least_width) + gap + pad + kind.before + kind.after
    return out


def fill(
    line: TextAssignment, advances: Floats, room_em: float
) -> tuple[TextAssignment, TextAssignment | None]:
    """Part a paragraph into as much as fits a line, and the rest."""
    text = line.text
    fit = max(int(np.searchsorted(np.cumsum(advances), room_em, "right")), 1)
    if fit >= len(text):
        return line, None
    flags = break_flags(normalised(whole_text(text)).codes)
    ends = np.cumsum([len(one) for one in text])
    may_end, may_start = flags[ends - 1] & ENDS, flags[np.append(0, ends[:-1])] & STARTS
    end = 0
    for at in range(min(fit, len(text) - 1)):
        after = at + 2 if text[at + 1] == " " else at + 1
        if may_end[at] and after < len(text) and may_start[after]:
            end = at + 1
    end = end or fit
    begin, last = end + (text[end] == " "), end
    while last and text[last - 1].isspace():
        last -= 1
    first, rest = line.part(0, last), line.part(begin, len(text))
    return first, rest if (rest.items["row"] >= 0).any() else None
