"""The one road from (recipe, seed, index) to a sample; nothing else makes one."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.shelf import Glyphs, Picked, Shelf
from penline.bidi import RIGHT_TO_LEFT
from penline.characters import is_han
from penline.compose import Placements, turned
from penline.compose.spacing import NUMBERS
from penline.corpus.normal import decoded
from penline.effects import apply_effects, draw_effects, effect_class
from penline.errors import UnwritableLine
from penline.paper import Guide, PaperSettings, paper_apply
from penline.randomness import Draws, rng, rngs
from penline.recipe.drawing import FAINT, breadths, draw_items, measure
from penline.recipe.inside import at_edge, find_fit, rim_of
from penline.recipe.kit import Kit, Side
from penline.recipe.marks import apply_marks, draw_marks, shine, slip
from penline.recipe.placing import place, replay
from penline.recipe.schema import Ink, Recipe
from penline.recipe.swift import STAGES
from penline.recipe.swift_line import MAX_GAIN_Q8, Line
from penline.recipe.writing import Written, write_line
from penline.records import Origin, Sample
from penline.render.kernel import box_corners, lay_ink

__all__ = [
    "MAX_GAIN_Q8",
    "Laid",
    "finish",
    "ink_colour",
    "label_of",
    "lay",
    "lay_by_steps",
    "line_quads",
    "make",
    "make_some",
    "origins_of",
    "quads_of",
    "set_items",
    "upended",
]

_OTHER_SIDE = 1 << 62
"""Indices from here on are lines that shine through from the other side of a sheet."""

Ints = npt.NDArray[np.int64]


class Laid(NamedTuple):
    """A line before it meets its paper.

    Attributes:
        written: the text, the writer and the glyphs.
        side: ``"train"`` or ``"val"``.
        paper: the settings of the paper that was drawn.
        paper_rng: the chance that goes on deciding about it.
        ink_rng: the chance that goes on deciding about the ink.
        numbers: what the layout drew.
        strength: how much of full ink the writer's usual stroke reaches.
        upright: for a column, ``bool (items,)``: which glyphs are turned; None for a line.
        rows: ``int64 (items, 2)``: bank and row of each item, -1 for white space.
        sizes: ``int64 (items, 2)``: height and width of each glyph in its bank.
        starts: ``int64 (items,)``: where each glyph begins in its bank's ink.
        gains: ``int64 (items,)``: factor on the ink of each, 1/256.
        placed: where each goes.
        ink: ``uint8 (height_px, width_px)``.
        boxes: ``int64 (items, 4)``: left, top, right, bottom of what shows of each.
        shares: ``int64 (items,)``: how strokes of borrowed glyphs are made broader; None in a
            line without any.
        struck: the character of the written text that is a slip, and not of the label; -1: none.
        quads: what `line_quads` gives, where it is known; else None.
    """

    written: Written
    side: Side
    paper: PaperSettings
    paper_rng: Draws
    ink_rng: Draws
    numbers: dict[str, float]
    strength: float
    upright: npt.NDArray[np.bool_] | None
    rows: Ints
    sizes: Ints
    starts: Ints
    gains: Ints
    placed: Placements
    ink: npt.NDArray[np.uint8]
    boxes: Ints
    shares: Ints | None
    struck: int
    quads: npt.NDArray[np.float64] | None = None


def lay(kit: Kit, seed: int, index: int) -> Laid:
    """The first half of `make`: text, writer, glyphs, places and ink.

    Raises:
        RecipeError: a setting of the recipe has no effect on lines.
        UnwritableLine: as `make`.
    """
    kit.ask("lines")
    if kit.swift is not None:
        line = kit.swift.line(seed, index)
        if line is not None and not (kit.right_to_left and _turned(kit, line)):
            return _laid(kit, seed, index, line)
    return lay_by_steps(kit, seed, index)


def _turned(kit: Kit, line: Line) -> bool:
    """Whether some of a line's text runs from the right to the left: that is set by the steps."""
    text = decoded(kit.corpus.codes[line.start : line.end])
    return RIGHT_TO_LEFT.search(text) is not None


def lay_by_steps(kit: Kit, seed: int, index: int, side: Side | None = None) -> Laid:
    """As `lay`, step by step, whatever the recipe: the reference of `swift`.

    Args:
        kit: the recipe, banks and text.
        seed: of the set.
        index: of the sample.
        side: which side it is of; None to draw it.

    Raises:
        UnwritableLine: as `make`.
    """
    recipe = kit.recipe
    if side is None:
        side = "val" if kit.val and rng(seed, index, "side").chance(kit.val) else "train"
    text_rng, writer_rng, paper_rng, layout_rng, ink_rng = rngs(seed, index, STAGES)
    written = write_line(kit, side, seed, index, text_rng, writer_rng)
    struck = -1
    if recipe.marks.strike:
        written, struck = _with_slip(kit, written, rng(seed, index, "slip"))
    paper = _paper(recipe, written.text, paper_rng)
    items, rows = set_items(written)
    sizes, ems, starts, gains = measure(kit.shelf, rows)
    upright = turned(items) if recipe.layout.direction == "vertical" else None
    if upright is not None:
        sizes[upright] = sizes[upright][:, ::-1]
    numbers = recipe.layout.draw(layout_rng, paper.cells)
    height = recipe.image.height_px
    if written.template >= 0 and upright is None and not numbers["cell"]:
        real = kit.templates[written.template]
        placed = replay(real, sizes, ems, numbers, layout_rng, height)
    else:
        places = items, rows, sizes, ems, numbers, layout_rng, height, upright
        placed, _ = place(kit.hand, *places, written.order)
    _check_width(recipe, placed, index, written)
    strength = ink_rng.uniform(*recipe.ink.strength_range)
    gains = np.minimum(gains * placed.press_q8 * round(strength * 256) >> 16, MAX_GAIN_Q8)
    ink = np.zeros((height, placed.width_px), np.uint8)
    shares = breadths(kit.shelf, rows, ems, written.writer) if written.borrowed else None
    boxes = draw_items(kit.shelf, rows, sizes, starts, placed, gains, ink, upright, shares)
    laid = Laid(
        written=written,
        side=side,
        paper=paper,
        paper_rng=paper_rng,
        ink_rng=ink_rng,
        numbers=numbers,
        strength=strength,
        upright=upright,
        rows=rows,
        sizes=sizes,
        starts=starts,
        gains=gains,
        placed=placed,
        ink=ink,
        boxes=boxes,
        shares=shares,
        struck=struck,
    )
    if at_edge(boxes, rows, (height, placed.width_px, rim_of(recipe))):
        laid = _kept_inside(kit, seed, index, laid)
    boxes = laid.boxes
    if not boxes[:, 2].all() and ((boxes[:, 2] == 0) & (rows[:, 1] >= 0)).any():
        hole = "a glyph shows nothing: too faint, or placed outside of the picture"
        raise UnwritableLine(index, 1, hole, dict(written.counts))
    return laid


def _kept_inside(kit: Kit, seed: int, index: int, laid: Laid) -> Laid:
    """A line that reaches its picture's edge, moved and made smaller where ink would be lost, or
    where its warp would draw it out over the edge."""
    recipe, placed, size = kit.recipe, laid.placed, laid.ink.shape
    arrays = laid.rows, laid.sizes, laid.starts
    drawn = laid.upright, laid.shares
    rims = 0, rim_of(recipe)
    fits = [
        find_fit(kit.shelf, *arrays, placed, laid.gains, (*size, rim), *drawn, grows=True)
        for rim in rims
    ]
    if fits[1] is None or (fits[0] is None and not _smears(recipe, seed, index, laid)):
        return laid
    placed = fits[1].placed(placed)
    _check_width(recipe, placed, index, laid.written)
    ink = np.zeros((size[0], placed.width_px), np.uint8)
    boxes = draw_items(kit.shelf, *arrays, placed, laid.gains, ink, *drawn)
    return laid._replace(placed=placed, ink=ink, boxes=boxes)


def _smears(recipe: Recipe, seed: int, index: int, laid: Laid) -> bool:
    """Whether the line's own warp shows ink beside its boxes, a pixel away or more."""
    ink, quads = upended(laid, laid.ink), line_quads(laid)
    effects = draw_effects(recipe.effects, rng(seed, index, "effects"), ink.shape)
    moving = [params for params in effects if effect_class(params["name"]).moves]
    ink, quads = apply_effects(ink, quads, moving)
    for low, high in zip(quads.min(1), quads.max(1), strict=True):
        left, top = np.maximum(np.ceil(low - 1), 0).astype(int).tolist()
        right, bottom = np.maximum(np.floor(high + 1), 0).astype(int).tolist()
        ink[top:bottom, left:right] = 0
    return bool((ink >= FAINT).any())


def _check_width(recipe: Recipe, placed: Placements, index: int, written: Written) -> None:
    if placed.width_px > recipe.image.max_width_px:
        wide = f"wider than {recipe.image.max_width_px} px"
        raise UnwritableLine(index, 1, wide, dict(written.counts))


def _laid(kit: Kit, seed: int, index: int, line: Line) -> Laid:
    """A line that `swift` made, as the steps would have it."""
    text = decoded(kit.corpus.codes[line.start : line.end])
    count = len(text)
    columns = line.glyphs
    rows = picked = columns[: 2 * count].reshape(-1, 2)
    items: Sequence[int] = range(count)
    written_text: Sequence[str] = text
    if " " in text:
        items = [at for at, character in enumerate(text) if not character.isspace()]
        written_text = [text[at] for at in items]
        picked = rows[items]
    glyphs = Glyphs(items, written_text, picked)
    paper_rng = Draws(seed, index, "paper", line.words[2].tolist())
    ink_rng = Draws(seed, index, "ink", line.words[4].tolist())
    paper_rng.word(), ink_rng.word()  # taken by the call
    figures = line.figures.tolist()
    width, em_px, baseline_px, cell_left_px, cell_top_px, cells, strength = figures[len(NUMBERS) :]
    return Laid(
        written=Written(text, kit.shelf.writers[line.writer], glyphs, Counter()),
        side="train",
        paper=kit.recipe.papers[line.paper].paper,
        paper_rng=paper_rng,
        ink_rng=ink_rng,
        numbers=dict(zip(NUMBERS, figures, strict=False)),
        strength=strength,
        upright=None,
        rows=rows,
        sizes=columns[2 * count : 4 * count].reshape(-1, 2),
        starts=columns[4 * count : 5 * count],
        gains=columns[5 * count : 6 * count],
        placed=Placements(
            places_q8=columns[6 * count : 10 * count].reshape(-1, 4),
            slants_q16=columns[10 * count : 11 * count],
            press_q8=columns[11 * count : 12 * count],
            width_px=int(width),
            em_px=em_px,
            baseline_px=baseline_px,
            cell_left_px=cell_left_px,
            cell_top_px=cell_top_px,
            cells=int(cells),
        ),
        ink=line.ink,
        boxes=columns[12 * count :].reshape(-1, 4),
        shares=None,
        struck=-1,
        quads=line.quads,
    )


def make(kit: Kit, seed: int, index: int) -> Sample:
    """One sample: the same for the same recipe, banks, corpus, seed and index, always.

    Raises:
        RecipeError: a setting of the recipe has no effect on lines.
        UnwritableLine: no line could be written within the recipe's number of tries.
    """
    return finish(kit, seed, index, lay(kit, seed, index))


def make_some(kit: Kit, seed: int, indices: Iterable[int]) -> list[Sample | UnwritableLine]:
    """As `make` for each index; what cannot be made stands there as the error.

    All are laid out before the first is finished: cheaper for the processor's caches, as long as
    they are few.
    """
    laid: list[tuple[int, Laid | UnwritableLine]] = []
    for index in indices:
        try:
            laid.append((index, lay(kit, seed, index)))
        except UnwritableLine as error:
            laid.append((index, error))
    made: list[Sample | UnwritableLine] = []
    for index, one in laid:
        try:
            made.append(one if isinstance(one, UnwritableLine) else finish(kit, seed, index, one))
        except UnwritableLine as error:
            made.append(error)
    return made


def finish(kit: Kit, seed: int, index: int, laid: Laid) -> Sample:
    """The second half of `make`: paper, the ink on it, effects.

    Raises:
        UnwritableLine: effects leave too little of a character.
    """
    recipe, written, placed, paper = kit.recipe, laid.written, laid.placed, laid.paper
    height = recipe.image.height_px
    guide = Guide(
        height_px=height,
        width_px=placed.width_px,
        baseline_px=placed.baseline_px,
        em_px=placed.em_px,
        cell_left_px=placed.cell_left_px,
        cell_px=laid.numbers["cell"] * placed.em_px,
        cells=placed.cells,
        cell_top_px=placed.cell_top_px,
    )
    paper_params = paper.draw(laid.paper_rng, guide)
    image = paper_apply(paper.name)(guide, recipe.image.mode, **paper_params)
    colour = ink_colour(recipe.ink, recipe.image.mode, laid.ink_rng)
    sheet, full = image.reshape(height, placed.width_px, -1), np.array(colour, np.int64)
    ink, marks = laid.ink, {}
    if recipe.marks.any:
        marks_rng = rng(seed, index, "marks")
        facts = _items_of(laid), placed.em_px, written.leftward
        marks = draw_marks(recipe.marks, marks_rng, laid.boxes, *facts)
        ink = apply_marks(ink, marks)
        if "bleed" in marks:
            lay_ink(
                sheet, _other_side(kit, seed, index, laid.side, marks["bleed"], ink.shape), full
            )
    lay_ink(sheet, ink, full)
    image, before = upended(laid, image), line_quads(laid)
    effects_rng = rng(seed, index, "effects")
    effects = draw_effects(recipe.effects, effects_rng, image.shape[:2])
    image, quads = apply_effects(image, before, effects)
    if _shrunk(label_of(laid), before, quads):
        small = "a warp leaves a character too small to be seen; bend less, or make pictures larger"
        raise UnwritableLine(index, 1, small, dict(written.counts))
    return Sample(
        index=index,
        image=image,
        text=label_of(laid),
        quads=quads,
        writer=written.writer,
        side=laid.side,
        trace=functools.partial(origins_of, kit.shelf, written.glyphs, laid.struck),
        drawn={
            "layout": {**laid.numbers, "em_px": round(placed.em_px, 3)},
            "ink": {"strength": laid.strength, "colour": colour},
            **({"marks": marks} if recipe.marks.any else {}),
            "paper": {"name": paper.name, **paper.told(paper_params)},
            "effects": effects,
        },
        counts=dict(written.counts),
    )


_SMALL_PX = 2.0
_SHRUNK = 2 / 3


def _shrunk(text: str, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> bool:
    """Whether effects made a character small, and much smaller than it was laid out: what is left
    of its strokes may lie between the pixels. A warp shrinks a line that it would push out of its
    picture."""
    found = np.ptp(after, 1)
    small = found.min(1) < _SMALL_PX
    if not small.any():
        return False
    small &= [not character.isspace() for character in text]
    laid = np.ptp(before[small], 1)
    return bool((found[small].prod(1) < _SHRUNK**2 * laid.prod(1)).any())


def _paper(recipe: Recipe, text: str, paper_rng: Draws) -> PaperSettings:
    """The line's paper; cells are for Chinese text, where there is any other paper."""
    choices = recipe.papers
    if not any(is_han(character) for character in text):
        free = [choice for choice in choices if not choice.paper.cells and choice.share]
        choices = tuple(free) or choices
    return paper_rng.choose(choices, [choice.share for choice in choices]).paper


def set_items(written: Written) -> tuple[list[str], Ints]:
    """What is placed one after the other: characters, and bank and row of each (-1: white)."""
    text, glyphs = written.shown, written.glyphs
    if len(glyphs) == len(text) and not any(map(str.isspace, text)):
        if isinstance(glyphs, Glyphs):
            return list(text), glyphs.rows
        return list(text), np.array([glyph[2:] for glyph in glyphs], np.int64)
    items: list[str] = []
    rows: list[tuple[int, int]] = []
    at = 0
    for number, character in enumerate(text):
        if character.isspace():
            items.append(" ")
            rows.append((-1, -1))
            continue
        first = at
        while at < len(glyphs) and glyphs[at].item == number:
            at += 1
        for glyph in glyphs[first:at]:
            items.append(character if at - first == 1 else glyph.character)
            rows.append((glyph.bank, glyph.row))
    return items, np.array(rows, np.int64)


def _with_slip(kit: Kit, written: Written, slip_rng: Draws) -> tuple[Written, int]:
    """The line with a character too many, now and then, and which one it is."""
    if not written.writer or written.template >= 0 or not slip_rng.chance(kit.recipe.marks.strike):
        return written, -1
    at, wrong = slip(written.text, slip_rng)
    glyphs = kit.shelf.glyphs(wrong, written.writer, slip_rng) if at >= 0 else None
    if not glyphs:
        return written, -1
    text = written.text[:at] + wrong + written.text[at:]
    levels = written.levels.again(at) if written.levels is not None else None
    moved = [g._replace(item=g.item + (g.item >= at)) for g in written.glyphs]
    own = [g._replace(item=at) for g in glyphs]
    together = sorted([*moved, *own], key=lambda glyph: glyph.item)
    return written._replace(text=text, glyphs=together, levels=levels), at


def _items_of(laid: Laid) -> int:
    """The first glyph of the slip among the items; -1 for none."""
    if laid.struck < 0:
        return -1
    counts = Counter(glyph.item for glyph in laid.written.glyphs)
    return sum(max(counts[item], 1) for item in range(laid.struck))


def _other_side(
    kit: Kit, seed: int, index: int, split: Side, params: dict[str, Any], size: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    """What shines through from the other side: a line of its own, that nobody else gets.

    It is of the same part of a split, `split`, by whose writers and of whose text the line is.
    """
    number = _OTHER_SIDE + index
    try:
        ink = (lay_by_steps(kit, seed, number, split) if kit.val else lay(kit, seed, number)).ink
    except UnwritableLine:
        ink = np.zeros((size[0], 1), np.uint8)
    return shine(ink, params, (size[0], size[1]))


def label_of(laid: Laid) -> str:
    """What the line says: without a slip that was struck out."""
    text = laid.written.text
    return text if laid.struck < 0 else text[: laid.struck] + text[laid.struck + 1 :]


def upended(laid: Laid, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A line's picture as it is read: that of a column is turned clockwise."""
    return image if laid.upright is None else np.ascontiguousarray(np.rot90(image, -1))


def ink_colour(ink: Ink, mode: str, ink_rng: Draws) -> list[int]:
    tone = ink_rng.between(*ink.tone_range)
    if mode == "gray":
        return [tone]
    return [min(part + tone, 255) for part in ink_rng.choose(ink.colours)]


def line_quads(laid: Laid) -> npt.NDArray[np.float64]:
    """``float64 (characters, 4, 2)``: clockwise from the upper left, before any effect.

    A character of several glyphs gets the box around them all; white space, and a glyph too faint
    to show, gets the place that was set aside for it.
    """
    if laid.quads is not None:
        return laid.quads
    height_px, width_px = laid.ink.shape
    quads = quads_of(laid.written, laid.placed, laid.boxes, height_px, width_px)
    if laid.struck >= 0:
        quads = np.delete(quads, laid.struck, axis=0)
    if laid.upright is None:
        return quads
    # turned clockwise, the lower left corner becomes the upper left one
    turned_quads = np.stack([height_px - quads[:, :, 1], quads[:, :, 0]], 2)
    return np.roll(turned_quads, 1, axis=1)


def quads_of(
    written: Written, placed: Placements, boxes: Ints, height_px: int, width_px: int
) -> npt.NDArray[np.float64]:
    """``float64 (characters, 4, 2)``: corners of what shows of each character, or of its place."""
    count = len(written.text)
    quads = np.empty((count, 4, 2))
    spans = np.ones(count, np.int64)
    if len(boxes) != count:
        glyphs = Counter(glyph.item for glyph in written.glyphs)
        spans[:] = [max(glyphs[item], 1) for item in range(count)]
    box_corners(placed.places_q8, boxes, spans, height_px, width_px, quads)
    return quads


def origins_of(shelf: Shelf, glyphs: Sequence[Picked], struck: int = -1) -> Sequence[Origin]:
    """Where glyphs come from, by their characters' places in the label; a slip is left out."""
    if isinstance(glyphs, Glyphs) and struck < 0 and len(shelf.banks) == 1:
        return shelf.origins(0, glyphs)
    chosen = [glyph for glyph in glyphs if glyph.item != struck]
    origins: list[Origin] = []
    for number in range(len(shelf.banks)):
        own = [glyph for glyph in chosen if glyph.bank == number]
        if own:
            items = [glyph.item - (0 <= struck < glyph.item) for glyph in own]
            rows = np.array([glyph[2:] for glyph in own], np.int64)
            written = [glyph.character for glyph in own]
            origins += shelf.origins(number, Glyphs(items, written, rows))
    return tuple(sorted(origins, key=lambda origin: origin.item))
