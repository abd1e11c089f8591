"""The kernels of `penline.compose.place.model` from their definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from penline.characters import MIDDLE_EM, kind_of
from penline.measure.classes import HAN, class_of
from penline.measure.place import MODEL_PARAMS, ModelTables
from penline.measure.tables import CLASS_NUMBERS, LEAST_OF_CLASS
from reference.compose import LETTERS, Fit, fit_to_image, press_walk
from reference.measure import place_items
from reference.randomness import bell

__all__ = [
    "density",
    "even_numbers",
    "place_by_model",
    "set_latin",
    "set_words",
    "sum_sizes",
]

IN_NUMBERS = ".,:-/%"
IN_WORDS = ".'’-_@/"


def even_numbers(items: Sequence[str], sizes: np.ndarray, drawn: np.ndarray) -> None:
    """See `place.model._even_numbers`; `drawn` is changed."""
    scale, high, wide, _, rises = drawn.T
    at = 0
    while at < len(items):
        end = at
        while end < len(items) and (
            items[end].isdigit() or (end > at and items[end] in IN_NUMBERS)
        ):
            end += 1
        run = [k for k in range(at, end) if items[k].isdigit() and items[k].isascii()]
        if len(run) > 1:
            scale_q12 = int(scale[run].sum()) // len(run)
            level = int((rises[run] - high[run] // 2).sum()) // len(run)
            high[run] = np.maximum(sizes[run, 0] * scale_q12 >> 6, 64)
            wide[run] = np.maximum(sizes[run, 1] * scale_q12 >> 6, 64)
            rises[run] = level + high[run] // 2
        at = max(end, at + 1)


def set_words(items: Sequence[str], gap_latin: float, em: float, drawn: np.ndarray) -> None:
    """See `place.model._set_words`; `drawn` is changed."""
    _, high, _, gaps, rises = drawn.T
    kinds = ["" if item.isspace() else kind_of(item).name for item in items]
    letters = [kind in LETTERS for kind in kinds]
    least = round(0.6 * gap_latin * em * 64)
    for at, item in enumerate(items):
        inside = 0 < at < len(items) - 1 and letters[at - 1] and letters[at + 1]
        if at and kinds[at] == "digit" and kinds[at - 1] in (*LETTERS, "digit"):
            gaps[at] = max(gaps[at], least)
        if not (letters[at] or (inside and item in IN_WORDS)):
            continue
        low = kind_of(item).low
        if low is not None:
            rises[at] = round(((low - MIDDLE_EM) * em + high[at] / 128) * 64)
        if at and (letters[at - 1] or items[at - 1] in IN_WORDS):
            gaps[at] = round(gap_latin * em * 64)


def set_latin(
    fits: Sequence[Fit],
    signs: Sequence[bool],
    sizes: np.ndarray,
    ems_px: np.ndarray,
    chance: np.ndarray,
    params: Mapping[str, float],
    em: float,
    drawn: np.ndarray,
) -> None:
    """See `place.model._set_latin`; `drawn` is changed."""
    uneven, rise = 1.6 * params["gap_walk"], 0.8 * params["rise_walk"]
    scale, high, wide, gaps, rises = drawn.T
    runs: list[list[int]] = []
    for at, fit in enumerate(fits):
        if fit[1] is None:
            continue
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    least = round(0.05 * em * 64)
    for run in runs:
        letters = [at for at in run if not signs[at]]
        if letters:
            scale[run] = int(scale[letters].sum()) // len(letters)
        for at in run:
            size, foot, *_ = fits[at]
            own = ems_px[at] * scale[at] / 4096
            high[at], wide[at] = np.maximum(np.round(sizes[at] * (scale[at] * size / 64)), 64)
            lift = (foot + rise * chance[8 + 8 * at + 3]) * own - MIDDLE_EM * em
            rises[at] = round(lift * 64) + high[at] // 2
            if at > run[0]:
                gap = params["gap_latin"] * fits[at][4] * em + uneven * own * chance[8 + 8 * at + 5]
                gap += (fits[at][2] + fits[at - 1][3]) * own
                gaps[at] = round(max(gap, -0.05 * em) * 64)
        for at in (run[0], run[-1] + 1):
            if 0 < at < len(fits):
                gaps[at] = max(gaps[at], least)


def density(length_px: int, em_px: float) -> int:
    """See `place.model._density`: strokes are a quarter longer than half of their outline."""
    length_em = length_px * 1.25 / em_px
    names = ["han-light"] + ["han-middle"] * (length_em >= 4.2) + ["han-dense"] * (length_em >= 6.6)
    return CLASS_NUMBERS[names[-1]]


def sum_sizes(
    writers: np.ndarray, kinds: np.ndarray, sizes_px: np.ndarray, ems_px: np.ndarray, count: int
) -> np.ndarray:
    """Number, sum and sum of squares of sizes by writer and class; see `place.model.sum_sizes`.

    Args:
        writers: of each glyph.
        kinds: of each glyph.
        sizes_px: heights and widths.
        ems_px: of each writer.
        count: of writers.
    """
    sums = np.zeros((3, count, len(CLASS_NUMBERS)))
    sizes = np.sqrt(sizes_px.prod(1)) / ems_px[writers]
    for number, (writer, kind) in enumerate(zip(writers.tolist(), kinds.tolist(), strict=True)):
        names = {name for name, own in CLASS_NUMBERS.items() if own == kind}
        for one in (
            kind,
            *[CLASS_NUMBERS["han"]] * bool(names & {"han-light", "han-middle", "han-dense"}),
        ):
            sums[:, writer, one] += sizes[number] ** np.arange(3)
    return sums


def place_by_model(
    characters: Sequence[str],
    items: np.ndarray,
    kinds: np.ndarray,
    least_em: np.ndarray,
    model: ModelTables,
    typical: list[np.ndarray],
    params: dict[str, float],
    words: list[int],
    press_words: list[int],
    height_px: int,
    latin: tuple[Sequence[Fit], Sequence[bool]] | None = None,
) -> tuple[np.ndarray, list[int], list[float]]:
    """Places, press and facts; see `place.model.place_by_model`.

    Args:
        characters: what the items stand for.
        items: records of `ITEM`.
        kinds: class of each; -1: by its strokes.
        least_em: least width of each.
        model: of a hand.
        typical: for each bank ``(writers, 2, classes)``; last the model's own, of one row.
        params: the line's own figures.
        words: chance.
        press_words: chance, for the ink's strength.
        height_px: of the picture.
        latin: what `reference.latin.place_latin` gives, where Latin is placed as measured.
    """
    em = height_px * params["em_most"]
    own = typical[-1][0]
    for bank, sizes in reversed(list(enumerate(typical[:-1]))):
        hands = set(items["writer"][items["bank"] == bank].tolist())
        if len(hands) == 1:
            own = sizes[hands.pop()]
    strokes = zip(items["length_px"].tolist(), items["em_px"].tolist(), strict=True)
    kinds = np.array([k if k >= 0 else density(*one)
                      for k, one in zip(kinds.tolist(), strokes, strict=True)])  # fmt: skip
    white = np.array([c.isspace() for c in characters])
    sizes = np.stack([items["height_px"], items["width_px"]], 1)
    numbers = dict(zip(MODEL_PARAMS, np.asarray(model.params).tolist(), strict=True))
    numbers |= {"space": params["space"], "em": em}
    chance = np.array([bell(word) for word in words])
    drawn, facts = place_items(
        kinds,
        white,
        sizes.astype(float),
        items["em_px"],
        *own[:, kinds],
        chance,
        numbers,
        *model[1:],
    )
    even_numbers(characters, sizes, drawn)
    kinds_of = ["" if c.isspace() else kind_of(c).name for c in characters]
    if latin is None:
        set_words(characters, params["gap_latin"], em, drawn)
    elif any(name in (*LETTERS, "digit") for name in kinds_of):
        set_latin(*latin, sizes, items["em_px"], chance, params, em, drawn)
    places, told = fit_to_image(drawn, items["row"] >= 0, least_em, params, em, height_px)
    press = press_walk(press_words, params["press_walk"], params["keep"])
    lean = round(facts[2] * 65536) + round(params["slant"] * 65536)
    return places, press, [*told, float(facts[0]), lean]


def typical_sizes(
    characters: Sequence[str],
    sizes_px: npt.ArrayLike,
    em_px: float,
    strokes_em: npt.ArrayLike | None = None,
) -> dict[str, tuple[float, float]]:
    """Mean and deviation of one writer's glyph sizes by class.

    ``han`` is all Chinese characters but 一. A class of fewer than five glyphs has a deviation of
    0: then its glyphs keep what sets them apart, and vary as much as in real lines.

    Args:
        characters: of each glyph.
        sizes_px: ``(n, 2)``: height and width of each glyph's ink.
        em_px: the writer's median Chinese height.
        strokes_em: ``(n,)``: length of each glyph's strokes in ems.
    """
    table = np.asarray(sizes_px, np.float64).reshape(-1, 2)
    side = np.sqrt(table[:, 0] * table[:, 1]) / em_px
    lengths = None if strokes_em is None else np.asarray(strokes_em, np.float64).tolist()
    names = np.array(
        [class_of(c, None if lengths is None else lengths[k]) for k, c in enumerate(characters)],
        object,
    )
    groups = {name: names == name for name in sorted(set(names.tolist()))}
    groups["han"] = np.array([name in HAN for name in names.tolist()], bool)
    return {
        name: (
            round(float(side[rows].mean()), 4),
            round(float(side[rows].std()), 4) if rows.sum() >= LEAST_OF_CLASS else 0.0,
        )
        for name, rows in groups.items()
        if rows.any()
    }
