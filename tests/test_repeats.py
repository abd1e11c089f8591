"""Characters that come back: how alike they are, told by fit and realism."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes_lines
from conftest import build
from penline.errors import ExportError
from penline.fit import fit
from penline.measure import repeats as repeats_module
from penline.measure.geometry import of_boxes
from penline.measure.repeats import MeasuredRepeats, compare_repeats, likeness
from penline.realism import realism

TEXT = "天地天地，天玄1黄1天玄"


def glyph(lean: int = 0, high: int = 60) -> np.ndarray:
    ink = np.zeros((high + 20, 90), np.uint8)
    cv2.line(ink, (20 + lean, 10), (20, high), 255, 5)
    cv2.line(ink, (20, high), (70, high - 20), 255, 5)
    return ink


def test_likeness_is_one_of_the_same_wherever_it_stands() -> None:
    ink = glyph()
    assert likeness(ink, ink) == pytest.approx(1.0)
    assert likeness(ink, np.pad(ink, ((9, 3), (2, 30)))) == pytest.approx(1.0)
    assert likeness(ink, cv2.resize(ink, None, fx=2, fy=2)) > 0.95
    near, far = likeness(ink, glyph(8)), likeness(ink, glyph(30))
    assert 1 > near > far > 0
    assert likeness(ink, np.zeros((9, 9), np.uint8)) is None


def test_likeness_is_the_best_correlation_over_shifts() -> None:
    """By its definition, of two pictures that are of the size of comparing already."""
    one, two = (np.zeros((56, 56), np.uint8) for _ in range(2))
    one[:, 20:28], one[0], one[-1, :30] = 255, 255, 255
    two[:, 24:33], two[0], two[-1, :40] = 255, 255, 200
    canvases = []
    for ink in (one, two):
        canvas = np.zeros((72, 72), np.float32)
        canvas[8:64, 8:64] = ink
        canvases.append(cv2.GaussianBlur(canvas, (0, 0), 1.0).astype(float).ravel())
    best = max(
        np.corrcoef(canvases[0], np.roll(canvases[1].reshape(72, 72), (y, x), (0, 1)).ravel())[0, 1]
        for y in range(-6, 7)
        for x in range(-6, 7)
    )
    assert likeness(one, two) == pytest.approx(best, abs=1e-6)


def test_only_what_one_hand_wrote_again_is_compared() -> None:
    met = MeasuredRepeats()
    for _ in range(12):
        met.add_picture("w:1", "天", glyph())
    met.add_picture("w:2", "天", glyph(10))
    met.add_picture("w:2", "地", glyph())
    assert not met.wants("w:1", "天") and met.wants("w:2", "天") and not met.wants("w:2", "，")
    (found,) = met.figures()
    assert (found.family, found.pairs, found.characters, found.writers) == ("han", 66, 1, 1)
    assert found.quantiles == pytest.approx((1.0,) * 5) and found.amount == 0.0


def test_the_amount_is_that_of_composed_lines() -> None:
    for family, medians in repeats_module._LIKENESS.items():
        assert list(medians) == sorted(medians, reverse=True)
        for amount, median in zip(repeats_module._AMOUNTS, medians, strict=True):
            figures = repeats_module.RepeatFigures(family, 9, 3, 1, (0.1, 0.2, median, 0.8, 0.9))
            assert figures.amount == amount


def test_strokes_are_drawn_to_be_compared() -> None:
    stroke = np.array([[0, 0], [10, 80], [60, 50]], np.float32)
    strokes = [[stroke], [stroke * 3 + 100], [stroke[:2]]]
    boxes = [(0, 0, 60, 80), (100, 100, 280, 340), (300, 0, 310, 80)]
    met = MeasuredRepeats()
    line = of_boxes("天天地", boxes, "w:1", "s")
    met.add(dataclasses.replace(line, strokes=tuple(strokes)))
    (found,) = met.figures()
    assert found.pairs == 1 and found.quantiles[2] > 0.97


def test_fit_tells_how_alike_repeats_are(tmp_path: Path) -> None:
    (tmp_path / "006-P16.dgrl").write_bytes(fakes_lines.page([TEXT] * 3))
    found = fit(tmp_path / "006-P16.dgrl")
    kinds = {one.family: one for one in found.repeats}
    assert kinds["han"].characters == 4 and kinds["digit"].characters == 1
    assert kinds["han"].writers == 1 and kinds["han"].quantiles[2] > 0.9
    bank = tmp_path / "a.bank"
    build(bank, {"w:1": "永远", "w:2": "永"}, copies=3)
    more = {one.family: one for one in fit([tmp_path / "006-P16.dgrl", bank]).repeats}
    assert more["han"].pairs == kinds["han"].pairs + 9 and more["han"].writers == 3
    assert more["han"].characters == 6
    with pytest.raises(ExportError, match=r"no line to measure \(banks"):
        fit(bank)


def test_realism_holds_repeats_against_each_other(tmp_path: Path) -> None:
    real, same = (fakes_lines.data_set(tmp_path / name, [TEXT] * 4) for name in ("a", "b"))
    found = realism(real, same)
    quantities = [one.quantity for one, _ in found.repeats]
    assert quantities == ["repeats, han", "repeats, digit"]
    assert all(one.wasserstein == 0.0 for one, _ in found.repeats)
    assert json.dumps(found.figures(), allow_nan=False)
    assert re.search(r"by places characters are (not|hardly) told apart", found.verdict)
    assert "Chinese characters that come back are as alike as real ones" in found.verdict


def test_stamps_are_more_alike_than_real_repeats() -> None:
    real, stamps = MeasuredRepeats(), MeasuredRepeats()
    for number, character in enumerate("天地玄黄宇宙"):
        for k in range(4):
            real.add_picture("w:1", character, glyph(8 * k + number))
            stamps.add_picture("w:1", character, glyph(number))
    ((found, halves),) = compare_repeats(real, stamps)
    assert found.synthetic[0] == pytest.approx(1.0) and found.real[0] < 0.95
    assert found.wasserstein > 2 * halves
