"""Pages laid out: paragraphs of one hand on one sheet, line under line."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.shelf import Picked
from penline.bidi import faces, levels_of
from penline.characters import is_han, kind_of
from penline.compose.choose import Written, without
from penline.compose.draw import draw_items, measure
from penline.compose.form import Form
from penline.compose.inside import find_fit, may_reach, rim_of
from penline.compose.make import MAX_GAIN_Q8, set_items
from penline.compose.place.choice import place
from penline.compose.place.params import sample_line_params
from penline.compose.place.rules import Placements
from penline.compose.plan import Kit, Side
from penline.compose.split import LEFT_OUT, tell
from penline.corpus import WholeLines
from penline.corpus.breaks import break_flags
from penline.corpus.cut import ENDS, STARTS
from penline.corpus.normal import normalised
from penline.errors import UnwritableLine
from penline.randomness import Draws, rng

__all__ = [
    "LaidPage",
    "SetLine",
    "Sheet",
    "advances",
    "fill",
    "keeps",
    "lay_paragraphs",
    "line_numbers",
    "open_sheet",
    "set_line",
]

ROOM_EM = 2.4
"""Height of the strip that a line is laid out in: more than any line of letters needs."""
CROWDED = 1.05
"""A line this much too wide is still written, closer than the others."""
LEVEL_EM = 0.04
"""How unevenly a hand keeps the distance of its lines."""

Floats = npt.NDArray[np.float64]


class SetLine(NamedTuple):
    """One line of a page.

    Attributes:
        written: what is written.
        rows: ``int64 (items, 2)``: bank and row of each item, -1 for white space.
        sizes: ``int64 (items, 2)``: height and width of each glyph in its bank.
        starts: ``int64 (items,)``: where each glyph begins in its bank's ink.
        gains: ``int64 (items,)``: factor on the ink of each, 1/256.
        placed: where each goes on the sheet.
        boxes: ``int64 (items, 4)``: left, top, right, bottom of what shows of each; -1 for white
            space.
        baseline: ``float64 (2, 2)``: the writing line from end to end.
        field: number of the form's field that it stands in; -1 for none.
    """

    written: Written
    rows: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    gains: npt.NDArray[np.int64]
    placed: Placements
    boxes: npt.NDArray[np.int64]
    baseline: Floats
    field: int = -1


class Sheet(NamedTuple):
    """A sheet to write on: its ink, its measures, and the chance that goes on deciding.

    Attributes:
        side: ``"train"`` or ``"val"``.
        page_rng: for where lines go.
        ink_rng: for the ink.
        em: height of a median Chinese character, px.
        pitch: from one line to the next, px.
        margins: left, right, top, bottom, px.
        most: most lines.
        hand: what the layout drew for all lines.
        strength: how much of full ink the writer's usual stroke reaches.
        ink: ``uint8 (height_px, width_px)``, drawn into.
    """

    side: Side
    page_rng: Draws
    ink_rng: Draws
    em: float
    pitch: float
    margins: tuple[float, ...]
    most: int
    hand: dict[str, float]
    strength: float
    ink: npt.NDArray[np.uint8]


class LaidPage(NamedTuple):
    """A page before it meets its paper."""

    sheet: Sheet
    lines: tuple[SetLine, ...]
    writer: str
    counts: Counter[str]
    form: Form | None = None


def open_sheet(kit: Kit, seed: int, index: int) -> Sheet:
    """An empty sheet.

    Raises:
        RecipeError: the recipe asks for what pages do not have.
    """
    kit.ask("pages")
    recipe, page = kit.recipe, kit.recipe.page
    side: Side = "val" if kit.val and rng(seed, index, "side").chance(kit.val) else "train"
    page_rng, ink_rng = rng(seed, index, "page"), rng(seed, index, "ink")
    em = page_rng.uniform(*page.em_px_range)
    pitch = em * page_rng.uniform(*page.pitch_em_range)
    margins = tuple(em * page_rng.uniform(*page.margin_em_range) for _ in range(4))
    fit = int((page.height_px - margins[2] - margins[3] - em) // pitch) + 1
    most = max(min(fit, page_rng.between(*page.lines_range)), 1)
    hand = sample_line_params(recipe.layout, page_rng, False)
    hand |= {"fill": 1.0, "em_most": 1 / ROOM_EM, "place": 0.5}
    hand |= {"margin_left": 0.0, "margin_right": 0.0}
    strength = ink_rng.uniform(*recipe.ink.strength_range)
    ink = np.zeros((page.height_px, page.width_px), np.uint8)
    return Sheet(side, page_rng, ink_rng, em, pitch, margins, most, hand, strength, ink)


def line_numbers(kit: Kit, sheet: Sheet) -> dict[str, float]:
    """The figures of one line: those of the hand, and what is the line's own."""
    numbers, layout = dict(sheet.hand), kit.recipe.layout
    numbers["slope"] += sheet.page_rng.normal(0.0, layout.slope_deviation / 2)
    numbers["size_trend"] = sheet.page_rng.normal(0.0, layout.size_trend)
    return numbers


def lay_paragraphs(kit: Kit, seed: int, index: int) -> LaidPage:
    """Paragraphs, line under line.

    A paragraph that the writer cannot write is passed over, or written without the characters that
    are missing (``corpus: missing: drop-char``); both are counted. Where the corpus's lines are
    ``whole``, each is a line of the page, in the corpus's order.

    Raises:
        RecipeError: the recipe asks for what pages do not have.
        UnwritableLine: no paragraph could be written.
    """
    recipe, page = kit.recipe, kit.recipe.page
    sheet = open_sheet(kit, seed, index)
    em, page_rng = sheet.em, sheet.page_rng
    left, right, top, _ = sheet.margins
    counts: Counter[str] = Counter()
    lines: list[SetLine] = []
    writer = ""
    for number, paragraph in _paragraphs(kit, sheet.side, seed, index, counts):
        writer = paragraph.writer
        lead = page.indent_em * em if recipe.corpus.lines == "cut" else 0.0
        rest: Written | None = paragraph
        while rest is not None and len(lines) < sheet.most:
            numbers = line_numbers(kit, sheet)
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
                written, rest = fill(rest, advances(kit, rest, sheet.hand), spot[2] / em)
            if not keeps(kit, sheet, written.text, [number], counts):
                continue
            lines.append(set_line(kit, sheet, written, numbers, em, spot))
            lead = 0.0
        if len(lines) >= sheet.most:
            break
    if not lines:
        raise UnwritableLine(index, recipe.corpus.tries, "no paragraph to write", dict(counts))
    return LaidPage(sheet, tuple(lines), writer, counts)


def _paragraphs(
    kit: Kit, side: Side, seed: int, index: int, counts: Counter[str]
) -> Iterator[tuple[int, Written]]:
    """Paragraphs of the corpus, one after the other, by a writer who can write the first.

    With each comes its number; of a paragraph that is split, its pieces come as if they were it.
    """
    recipe, shelf, corpus = kit.recipe, kit.shelf, kit.corpus
    text_rng, writer_rng = rng(seed, index, "text"), rng(seed, index, "writer")
    lines, among = kit.lines[side], kit.able[side]
    most = recipe.page.lines_range[1]
    first = lines.sample(text_rng).paragraph
    writer = ""
    for number in range(most + recipe.corpus.tries):
        if isinstance(lines, WholeLines):
            line = lines.in_order(index * most + number)
            paragraph, texts = line.paragraph, [line.text]
        else:
            paragraph = (first + number) % len(corpus)
            texts = kit.texts(paragraph, side)
        for text in texts:
            if not writer:
                able = shelf.who(faces(text), among)
                if not shelf.count(able):
                    if recipe.corpus.missing == "skip-line":
                        counts["paragraph skipped: no one writer has all its characters"] += 1
                        continue
                    wanted = [c for c in dict.fromkeys(faces(text)) if not c.isspace()]
                    able = shelf.nearest(wanted, among)
                writer = shelf.draw_writer(able, writer_rng)
            own = shelf.bits([writer])
            lacking = shelf.lacking(faces(text), own)
            if lacking and recipe.corpus.missing != "drop-char":
                counts["paragraph skipped: its writer lacks a character"] += 1
                continue
            text = without(text, lacking, recipe, counts)
            written = Written(text, writer, (), Counter(), levels=levels_of(text))
            glyphs = shelf.glyphs(written.shown, writer, writer_rng) if text else None
            if glyphs:
                yield paragraph, written._replace(glyphs=glyphs)


def keeps(
    kit: Kit, sheet: Sheet, label: str, paragraphs: Sequence[int], counts: Counter[str]
) -> bool:
    """Whether a line of text of these paragraphs may stand on the sheet; counted if it may not.

    Of no paragraph is text that is made.
    """
    apart, made = kit.apart, not paragraphs
    if apart is None or made or apart.keeps(label, sheet.side, paragraphs, apart.page_run):
        tell(label, made, sheet.side, counts)
        return True
    counts[LEFT_OUT] += 1
    return False


def advances(kit: Kit, written: Written, hand: dict[str, float]) -> Floats:
    """``float64 (characters,)``: about how far each character takes the pen, in ems."""
    _, rows = set_items(written)
    sizes, ems, _, _ = measure(kit.shelf, rows)
    wide = sizes[:, 1] / ems
    out = np.zeros(len(written.text))
    # a character of several glyphs is as wide as all of them
    spans = Counter(glyph.item for glyph in written.glyphs)
    at = 0
    for number, character in enumerate(written.shown):
        if character.isspace():
            out[number] = hand["space"]
            at += 1
            continue
        kind = kind_of(character)
        gap = hand["gap"] if ord(character) > 0xFF else hand["gap_latin"]
        own = float(wide[at : at + spans[number]].sum())
        pad = max(0.0, 0.84 - own) * hand["cell_pull"] if is_han(character) else 0.0
        out[number] = max(own, kind.least_width) + gap + pad + kind.before + kind.after
        at += spans[number]
    return out


def fill(written: Written, advances: Floats, room_em: float) -> tuple[Written, Written | None]:
    """As much of a paragraph as fits a line, and the rest."""
    text = written.text
    fit = max(int(np.searchsorted(np.cumsum(advances), room_em, "right")), 1)
    if fit >= len(text):
        return written, None
    flags = break_flags(normalised(text).codes)[: len(text)]
    end = 0
    for at in range(min(fit, len(text) - 1)):
        after = at + 2 if text[at + 1] == " " else at + 1
        if flags[at] & ENDS and after < len(text) and flags[after] & STARTS:
            end = at + 1
    end = end or fit
    begin = end + (text[end] == " ")
    before = [glyph for glyph in written.glyphs if glyph.item < end]
    rest = [g._replace(item=g.item - begin) for g in written.glyphs if g.item >= begin]
    line = _part(written, slice(len(text[:end].rstrip())), before)
    return line, _part(written, slice(begin, None), rest) if rest else None


def _part(written: Written, part: slice, glyphs: list[Picked]) -> Written:
    """A line of a paragraph, which keeps the paragraph's direction."""
    levels = written.levels and written.levels.only(part)
    return Written(written.text[part], written.writer, glyphs, Counter(), levels=levels)


def set_line(
    kit: Kit,
    sheet: Sheet,
    written: Written,
    numbers: dict[str, float],
    em: float,
    spot: tuple[float, float, float],
    inside: Callable[[Placements], Placements] | None = None,
) -> SetLine:
    """Lay one line out, draw it onto the sheet's ink.

    Args:
        kit: the recipe and its glyphs.
        sheet: what is written on.
        written: the line.
        numbers: what the layout drew for it.
        em: height of a median Chinese character, px.
        spot: where it begins (one from the right to the left: may end), the height of its writing
            line, how long it may be, px.
        inside: what moves its glyphs before they are drawn; None for nothing.
    """
    start, level, room = spot
    items, rows = set_items(written)
    sizes, ems, starts, gains = measure(kit.shelf, rows)
    arrays = items, rows, sizes, ems
    high = math.ceil(ROOM_EM * em)
    placed, slope = place(kit.hand, *arrays, numbers, sheet.page_rng, high, order=written.order)
    places = placed.places_q8.copy()
    wide = int((places[:, 0] + places[:, 2]).max())
    if wide > room * 256:
        # who comes to the paper's edge writes closer; what is far too long is written smaller
        squeeze = round(room * 65536 * 256) // wide
        places[:, 0] = places[:, 0] * squeeze >> 16
        if wide > room * 256 * CROWDED:
            places[:, 2] = np.maximum(places[:, 2] * squeeze >> 16, 256)
    length = min(wide / 256, room)
    if written.leftward:
        start += room - length
    places[:, 0] += round(start * 256)
    places[:, 1] += round((level - placed.baseline_px) * 256)
    placed = placed._replace(places_q8=places)
    if inside is not None:
        placed = inside(placed)
    strength_q8 = round(sheet.strength * 256)
    gains = np.minimum(gains * placed.press_q8 * strength_q8 >> 16, MAX_GAIN_Q8)
    fit, limits = None, (*sheet.ink.shape, rim_of(kit.recipe))
    if may_reach(placed, sizes, *limits):
        fit = find_fit(kit.shelf, rows, sizes, starts, placed, gains, limits)
    if fit is not None:
        placed = fit.placed(placed)
    boxes = draw_items(kit.shelf, rows, sizes, starts, placed, gains, sheet.ink)
    white = rows[:, 1] < 0
    boxes[white] = -1  # told from glyphs that show nothing
    rise = slope * length / 2
    ends = [(start, level + rise), (start + length, level - rise)]
    baseline = np.array(ends)
    if fit is not None:
        baseline = baseline * (fit.share_q16 / 65536) + (fit.across_px, fit.down_px)
    baseline = np.round(baseline * 64) / 64
    return SetLine(written, rows, sizes, starts, gains, placed, boxes, baseline)
