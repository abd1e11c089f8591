"""Columns: text from the top down."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from penline.bank import Bank
from penline.bank.items import blank_items
from penline.compose import Composer
from penline.compose.character_table import character_table
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.place.rules import mark_turned
from penline.corpus import Corpus

COLUMN = {"direction": "vertical"}


def columns(bank: Bank, text: str, **recipe: object) -> Composer:
    corpus = Corpus.from_texts([text])
    settings = {
        "layout": COLUMN,
        "corpus": {"length_range": [4, 16], "lines": "whole"},
        "image": {"height_px": 60},
        "papers": ["plain"],
        **recipe,
    }
    return Composer(settings, bank, corpus, 2)


def test_who_stands_and_who_lies() -> None:
    text = "永，A3（—。 x1.5"
    items = blank_items(len(text))
    items["entry"], items["height_px"], items["width_px"] = range(len(text)), 30, 20
    mark_turned(items, character_table(text).traits)
    standing = items["turned"] == 1
    assert "".join(c for c, up in zip(text, standing, strict=True) if up) == "永，。"
    assert (items["height_px"] == np.where(standing, 20, 30)).all()


def test_characters_follow_each_other_downwards(small_bank: Bank) -> None:
    han = [c for c in small_bank.characters if "\u4e00" < c <= "\u9fff"][:8]
    line = columns(small_bank, "".join(han))[0]
    height, width = line.image.shape
    assert width == 60
    assert height > 4 * width
    centres = line.quads.mean(1)
    assert (np.diff(centres[:, 1]) > 15).all()
    assert (np.abs(centres[:, 0] - 30) < 12).all()
    # corners: clockwise from the upper left, as in a line
    ul, ur, lr, ll = np.moveaxis(line.quads, 1, 0)
    assert (ul[:, 0] < ur[:, 0]).all() and (ul[:, 1] == ur[:, 1]).all()
    assert (ll[:, 1] > ul[:, 1]).all() and (lr[:, 0] == ur[:, 0]).all()


def alike(shown: np.ndarray, ink: np.ndarray) -> float:
    """Correlation of two pictures of ink, the second brought to the first one's size."""
    scaled = cv2.resize(np.ascontiguousarray(ink), shown.shape[::-1], interpolation=cv2.INTER_AREA)
    one, other = (cv2.GaussianBlur(x.astype(np.float32), (5, 5), 0) for x in (scaled, shown))
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_characters_stand_upright(small_bank: Bank) -> None:
    """The glyph in a column is the glyph in a line, not turned: rows and columns correlate."""
    han = [c for c in small_bank.characters if "\u4e00" < c <= "\u9fff"][:6]
    column = columns(small_bank, "".join(han), variation_range=[0, 0])[0]
    for quad, origin in zip(column.quads, column.origins, strict=True):
        (left, top), (right, bottom) = quad.min(0).astype(int), quad.max(0).astype(int)
        shown = 255.0 - column.image[top:bottom, left:right]
        glyph = next(
            g for g in (small_bank[i] for i in range(len(small_bank)))
            if (g.character, g.writer, g.record) == (origin.written, origin.writer, origin.record)
        )  # fmt: skip

        upright = alike(shown, glyph.ink)
        assert upright > 0.7
        assert upright > max(alike(shown, np.rot90(glyph.ink, turns)) for turns in (1, 3)) + 0.1


@pytest.mark.parametrize("papers", [["plain"], ["ruled"], ["squared"], ["texture"]])
@pytest.mark.parametrize("effects", ["none", "default"])
def test_columns_are_sound(small_bank: Bank, papers: list[str], effects: str) -> None:
    han = [c for c in small_bank.characters if c.isprintable() and not c.isspace()]
    text = "\n".join("".join(han[i : i + 9]) for i in range(0, min(len(han), 72), 9))
    lines = columns(small_bank, text, papers=papers, effects=effects)
    for index in range(8):
        found = decompose(lines.plan, 2, index)
        assert list(consistency_errors(found)) == []
        np.testing.assert_array_equal(found.sample.image, lines[index].image)


def test_a_comma_stands_at_the_right(small_bank: Bank) -> None:
    marks = [c for c in "，。、" if c in small_bank.characters]
    han = [c for c in small_bank.characters if "\u4e00" < c <= "\u9fff"][:6]
    if not marks:
        marks = [c for c in ",." if c in small_bank.characters]
    assert marks
    line = columns(small_bank, f"{''.join(han[:3])}{marks[0]}{''.join(han[3:])}")[0]
    at = line.text.index(marks[0])
    assert line.quads[at, :, 0].mean() > line.quads[[0, 1, 2], :, 0].mean() + 8
    below = line.quads[at, :, 1].mean() - line.quads[at - 1, :, 1].max()
    assert 0 < below < line.quads[at + 1, :, 1].mean() - line.quads[at, :, 1].mean()
