"""A page: paragraphs of one hand on one sheet, line under line."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from penline.characters import is_han, kind_of
from penline.compose import Placements
from penline.corpus import WholeLines
from penline.corpus.breaks import break_flags
from penline.corpus.cut import ENDS, STARTS
from penline.corpus.normal import normalised
from penline.effects import apply_effects, draw_effects
from penline.errors import RecipeError, UnwritableLine
from penline.pages import Page, PageLine
from penline.paper import Guide, PaperSettings, paper_apply
from penline.randomness import Draws, rng
from penline.recipe.drawing import draw_items, measure
from penline.recipe.kit import Kit, Side
from penline.recipe.make import (
    MAX_GAIN_Q8,
    ink_colour,
    origins_of,
    quads_of,
    set_items,
)
from penline.recipe.placing import place
from penline.recipe.schema import Recipe
from penline.recipe.writing import Written, without
from penline.render.kernel import lay_ink

__all__ = ["make_page"]

ROOM_EM = 2.4
"""Height of the strip that a line is laid out in: more than any line of letters needs."""
CROWDED = 1.05
"""A line this much too wide is still written, closer than the others."""
LEVEL_EM = 0.04
"""How unevenly a hand keeps the distance of its lines."""

Floats = npt.NDArray[np.float64]


class _Line(NamedTuple):
    """One line of a page: what is written, where it goes, and its writing line from end to end."""

    written: Written
    placed: Placements
    boxes: npt.NDArray[np.int64]
    baseline: Floats


def make_page(kit: Kit, seed: int, index: int) -> Page:
    """One page: the same for the same recipe, banks, corpus, seed and index, always.

    A page is by one writer. A paragraph that the writer cannot write is passed over, or written
    without the characters that are missing (``corpus: missing: drop-char``); both are counted.
    Where the corpus's lines are ``whole``, each is a line of the page, in the corpus's order.

    Raises:
        RecipeError: the recipe asks for what pages do not have.
        UnwritableLine: no paragraph could be written, or a glyph shows nothing.
    """
    recipe, sheet = kit.recipe, kit.recipe.page
    if recipe.writers != "one" or recipe.layout.direction != "horizontal":
        raise RecipeError("pages are by one writer, and their lines are horizontal")
    side: Side = "val" if kit.val and rng(seed, index, "side").chance(kit.val) else "train"
    page_rng, ink_rng = rng(seed, index, "page"), rng(seed, index, "ink")
    paper_rng = rng(seed, index, "paper")
    em = page_rng.uniform(*sheet.em_px_range)
    pitch = em * page_rng.uniform(*sheet.pitch_em_range)
    left, right, top, bottom = (em * page_rng.uniform(*sheet.margin_em_range) for _ in range(4))
    fit = int((sheet.height_px - top - bottom - em) // pitch) + 1
    most = max(min(fit, page_rng.between(*sheet.lines_range)), 1)
    hand = recipe.layout.draw(page_rng, False)
    hand |= {"fill": 1.0, "em_most": 1 / ROOM_EM, "place": 0.5}
    hand |= {"margin_left": 0.0, "margin_right": 0.0}
    strength = ink_rng.uniform(*recipe.ink.strength_range)
    counts: Counter[str] = Counter()
    ink = np.zeros((sheet.height_px, sheet.width_px), np.uint8)
    lines: list[_Line] = []
    writer = ""
    for paragraph in _paragraphs(kit, side, seed, index, counts):
        writer = paragraph.writer
        lead = sheet.indent_em * em if recipe.corpus.lines == "cut" else 0.0
        rest: Written | None = paragraph
        while rest is not None and len(lines) < most:
            numbers = dict(hand)
            numbers["slope"] += page_rng.normal(0.0, recipe.layout.slope_deviation / 2)
            numbers["size_trend"] = page_rng.normal(0.0, recipe.layout.size_trend)
            start = left + lead + em * page_rng.normal(0.0, sheet.start_deviation_em)
            level = top + em + len(lines) * pitch + em * page_rng.normal(0.0, LEVEL_EM)
            spot = max(start, 0.0), level, max(sheet.width_px - right - start, 2 * em)
            if recipe.corpus.lines == "whole":
                written, rest = rest, None
            else:
                written, rest = _fill(rest, _advances(kit, rest, hand), spot[2] / em)
            lines.append(_write(kit, written, numbers, page_rng, em, spot, strength, ink))
            lead = 0.0
        if len(lines) >= most:
            break
    if not lines:
        raise UnwritableLine(index, recipe.corpus.tries, "no paragraph to write", dict(counts))
    if any((line.boxes[:, 2] == 0).any() for line in lines):
        hole = "a glyph shows nothing: too faint, or placed outside of the sheet"
        raise UnwritableLine(index, 1, hole, dict(counts))
    paper = _paper(recipe, paper_rng)
    guide = Guide(
        height_px=sheet.height_px,
        width_px=sheet.width_px,
        baseline_px=float(lines[0].baseline[0, 1]),
        em_px=em,
        cell_left_px=0.0,
        cell_px=0.0,
        cells=0,
        cell_top_px=0.0,
    )
    paper_params = paper.draw(paper_rng, guide)
    if "pitch" in paper_params:
        paper_params["pitch"] = round(pitch * 256)  # who writes on rules keeps to them
    image = paper_apply(paper.name)(guide, recipe.image.mode, **paper_params)
    colour = ink_colour(recipe.ink, recipe.image.mode, ink_rng)
    lay_ink(image.reshape(*ink.shape, -1), ink, np.array(colour, np.int64))
    effects = draw_effects(recipe.effects, rng(seed, index, "effects"), ink.shape)
    # writing lines go through the effects as quads without extent
    parts = [quads_of(line.written, line.placed, line.boxes, *ink.shape) for line in lines]
    parts += [np.repeat(line.baseline[:, None], 4, 1) for line in lines]
    image, quads = apply_effects(image, np.concatenate(parts), effects)
    found = np.split(quads, np.cumsum([len(part) for part in parts])[:-1])
    count = len(lines)
    return Page(
        index=index,
        name=f"{index:08d}",
        image=image,
        lines=tuple(
            _page_line(kit, line, found[at], found[count + at][:, 0], image.shape)
            for at, line in enumerate(lines)
        ),
        writer=writer,
        side=side,
        facts={
            "drawn": {
                "page": {"em_px": em, "pitch_px": pitch, "margins_px": [left, right, top, bottom]},
                "layout": hand,
                "ink": {"strength": strength, "colour": colour},
                "paper": {"name": paper.name, **paper_params},
                "effects": effects,
            }
        },
        counts=dict(counts),
    )


def _paragraphs(
    kit: Kit, side: Side, seed: int, index: int, counts: Counter[str]
) -> Iterator[Written]:
    """Paragraphs of the corpus, one after the other, by a writer who can write the first."""
    recipe, shelf, corpus = kit.recipe, kit.shelf, kit.corpus
    text_rng, writer_rng = rng(seed, index, "text"), rng(seed, index, "writer")
    lines, among = kit.lines[side], kit.able[side]
    most = recipe.page.lines_range[1]
    first = lines.sample(text_rng).paragraph
    writer = ""
    for number in range(most + recipe.corpus.tries):
        if isinstance(lines, WholeLines):
            text = lines.in_order(index * most + number).text
        else:
            paragraph = (first + number) % len(corpus)
            if not kit.open_to(paragraph, side):
                continue
            text = corpus[paragraph]
        if not writer:
            able = shelf.who(text, among)
            if not shelf.count(able):
                if recipe.corpus.missing == "skip-line":
                    counts["paragraph skipped: no one writer has all its characters"] += 1
                    continue
                wanted = [c for c in dict.fromkeys(text) if not c.isspace()]
                able = shelf.nearest(wanted, among)
            writer = shelf.draw_writer(able, writer_rng)
        own = shelf.bits([writer])
        lacking = [c for c in dict.fromkeys(text) if not shelf.count(shelf.coverage(c) & own)]
        if lacking and recipe.corpus.missing != "drop-char":
            counts["paragraph skipped: its writer lacks a character"] += 1
            continue
        text = without(text, lacking, recipe, counts)
        glyphs = shelf.glyphs(text, writer, writer_rng) if text else None
        if glyphs:
            yield Written(text, writer, glyphs, Counter())


def _advances(kit: Kit, written: Written, hand: dict[str, float]) -> Floats:
    """``float64 (characters,)``: about how far each character takes the pen, in ems."""
    _, rows = set_items(written)
    sizes, ems, _, _ = measure(kit.shelf, rows)
    wide = sizes[:, 1] / ems
    out = np.zeros(len(written.text))
    # a character of several glyphs is as wide as all of them
    spans = Counter(glyph.item for glyph in written.glyphs)
    at = 0
    for number, character in enumerate(written.text):
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


def _fill(written: Written, advances: Floats, room_em: float) -> tuple[Written, Written | None]:
    """As much of a paragraph as fits a line, and the rest."""
    text = written.text
    fit = int(np.searchsorted(np.cumsum(advances), room_em, "right"))
    if fit >= len(text):
        return written, None
    flags = break_flags(normalised(text).codes)[: len(text)]
    end = 0
    for at in range(min(fit, len(text) - 1)):
        after = at + 2 if text[at + 1] == " " else at + 1
        if flags[at] & ENDS and after < len(text) and flags[after] & STARTS:
            end = at + 1
    end = end or max(fit, 1)
    begin = end + (text[end] == " ")
    before = [glyph for glyph in written.glyphs if glyph.item < end]
    rest = [g._replace(item=g.item - begin) for g in written.glyphs if g.item >= begin]
    line = Written(text[:end].rstrip(), written.writer, before, Counter())
    return line, Written(text[begin:], written.writer, rest, Counter()) if rest else None


def _write(
    kit: Kit,
    written: Written,
    numbers: dict[str, float],
    page_rng: Draws,
    em: float,
    spot: tuple[float, float, float],
    strength: float,
    ink: npt.NDArray[np.uint8],
) -> _Line:
    """Lay one line out, draw it onto the sheet's ink."""
    start, level, room = spot
    items, rows = set_items(written)
    sizes, ems, starts, gains = measure(kit.shelf, rows)
    placed = place(kit.hand, items, rows, sizes, ems, numbers, page_rng, math.ceil(ROOM_EM * em))
    places = placed.places_q8.copy()
    wide = int((places[:, 0] + places[:, 2]).max())
    if wide > room * 256:
        # who comes to the paper's edge writes closer; what is far too long is written smaller
        squeeze = round(room * 65536 * 256) // wide
        places[:, 0] = places[:, 0] * squeeze >> 16
        if wide > room * 256 * CROWDED:
            places[:, 2] = np.maximum(places[:, 2] * squeeze >> 16, 256)
    places[:, 0] += round(start * 256)
    places[:, 1] += round((level - placed.baseline_px) * 256)
    placed = replace(placed, places_q8=places)
    gains = np.minimum(gains * placed.press_q8 * round(strength * 256) >> 16, MAX_GAIN_Q8)
    boxes = draw_items(kit.shelf, rows, sizes, starts, placed, gains, ink)
    white = rows[:, 1] < 0
    boxes[white] = -1  # told from glyphs that show nothing
    length = min(wide / 256, room)
    rise = numbers["slope"] * length / 2
    ends = [(start, level + rise), (start + length, level - rise)]
    return _Line(written, placed, boxes, np.round(np.array(ends) * 64) / 64)


def _paper(recipe: Recipe, paper_rng: Draws) -> PaperSettings:
    """The sheet: squared paper is for lines alone."""
    free = [choice for choice in recipe.papers if not choice.paper.cells and choice.share]
    if not free:
        raise RecipeError("pages need a paper without cells: plain, ruled, texture or photo")
    return paper_rng.choose(free, [choice.share for choice in free]).paper


def _page_line(
    kit: Kit, line: _Line, quads: Floats, baseline: Floats, shape: tuple[int, ...]
) -> PageLine:
    limit = np.array([shape[1], shape[0]], np.float64)
    inked = [not character.isspace() for character in line.written.text]
    corners = np.clip(quads[inked].reshape(-1, 2), 0, limit)
    hull = cv2.convexHull(np.round(corners * 64).astype(np.int32), clockwise=True)
    polygon = hull.reshape(-1, 2).astype(np.float64) / 64
    first = int((polygon @ np.ones(2)).argmin())
    origins = functools.partial(origins_of, kit.shelf, line.written.glyphs)
    return PageLine(
        text=line.written.text,
        polygon=np.roll(polygon, -first, axis=0),
        baseline=np.clip(baseline, 0, limit),
        characters=np.clip(quads, 0, limit),
        facts={"origins": [origin._asdict() for origin in origins()]},
    )
