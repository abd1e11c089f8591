"""Ink from pictures of any form: one decision a collection, held against ink that is known."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from fakes_pictures import around, on_white, photographed, written
from penline.records import Bytes2D
from penline.sources.pictures.deciding import decide_ink
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.planes import Picture


def jpeg(picture: Picture, quality: int = 90) -> Picture:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))


def on_black(ink: Bytes2D) -> Picture:
    return around(ink)


def clear(ink: Bytes2D) -> Picture:
    made = np.zeros((*around(ink).shape, 4), np.uint8)
    made[..., 2], made[..., 3] = 130, around(ink)
    return made


def clear_around_a_card(ink: Bytes2D) -> Picture:
    made = np.dstack([on_white(ink)] * 3 + [np.full_like(around(ink), 255)])
    return np.pad(made, ((4, 4), (4, 4), (0, 0)))


def textured(ink: Bytes2D) -> Picture:
    chance = np.random.default_rng(int(ink.sum()))
    paper = 180 + cv2.GaussianBlur(chance.normal(0, 12, around(ink).shape), (0, 0), 0.8)
    return np.asarray(paper * (255 - around(ink)) / 255, np.uint8)


def in_a_shadow(ink: Bytes2D) -> Picture:
    height, width = around(ink).shape
    light = np.linspace(0.6, 1.0, width)[None].repeat(height, 0)
    return np.asarray(light * on_white(ink), np.uint8)


def red_on_green(ink: Bytes2D) -> Picture:
    part = around(ink)[..., None] / 255
    return np.asarray((60, 180, 90) * (1 - part) + (60, 70, 230) * part, np.uint8)


def in_a_cell(ink: Bytes2D) -> Picture:
    cell = on_white(ink)
    cv2.rectangle(cell, (1, 1), (cell.shape[1] - 2, cell.shape[0] - 2), 90, 2)
    return cell


EXACT: dict[str, Callable[[Bytes2D], Picture]] = {
    "black on white": on_white,
    "white on black": on_black,
    "cut tight": lambda ink: 255 - ink,
    "colours that are none": lambda ink: np.dstack([on_white(ink)] * 3),
    "16 bits": lambda ink: on_white(ink).astype(np.uint16) * 257,
    "12 bits of 16": lambda ink: (on_white(ink) * np.uint32(4095) + 127) // 255,
    "from 0 to 1": lambda ink: on_black(ink) / 255,
    "clear": clear,
    "clear around a card": clear_around_a_card,
    "in a cell": in_a_cell,
}


@pytest.mark.parametrize("form", EXACT)
def test_ink_comes_back_as_it_was(form: str) -> None:
    inks = written()
    pictures = [EXACT[form](ink) for ink in inks]
    rule = decide_ink(pictures)
    assert rule.cut == 0
    for ink, picture in zip(inks, pictures, strict=True):
        assert np.array_equal(rule.ink(picture), ink)
        assert not rule.odd(rule.whole_ink(picture))


FAR: dict[str, tuple[Callable[[Bytes2D], Picture], float]] = {
    "jpeg": (lambda ink: jpeg(on_white(ink)), 4),
    "white on black, jpeg": (lambda ink: jpeg(on_black(ink)), 4),
    "textured": (textured, 12),
    "in a shadow": (in_a_shadow, 12),
}


@pytest.mark.parametrize("form", FAR)
def test_noise_goes_and_ink_stays_near(form: str) -> None:
    make, most = FAR[form]
    inks = written()
    pictures = [make(ink) for ink in inks]
    rule = decide_ink(pictures)
    for ink, picture in zip(inks, pictures, strict=True):
        found = rule.whole_ink(picture)
        known = around(ink)
        near = cv2.dilate(known, np.ones((5, 5), np.uint8)) > 0
        assert not found[~near].any(), "nothing but 0 where there is no ink"
        assert np.abs(found[near].astype(int) - known[near]).mean() < most


@pytest.mark.parametrize("squares_px", [0, 24, 48])
def test_squares_of_the_paper_go_and_strokes_across_them_stay(squares_px: int) -> None:
    inks = written(24)
    pictures = [photographed(ink, n, squares_px=squares_px) for n, ink in enumerate(inks)]
    rule = decide_ink(pictures)
    assert rule.ruled == bool(squares_px)
    assert ("printed rules cleared" in rule.words()) == bool(squares_px)
    beside, kept = [], []
    for ink, picture in zip(inks, pictures, strict=True):
        found, known = rule.whole_ink(picture), np.pad(ink, 20)
        small = np.asarray(cv2.resize(found, known.shape[::-1], interpolation=cv2.INTER_AREA))
        near = cv2.dilate(known, np.ones((5, 5), np.uint8)) > 0
        beside.append(float((small[~near] > 0).mean()))
        kept.append(float((small[known > 180] > 60).mean()))
    # where a shadow's edge runs along a rule, some of it may stay
    assert sum(share < 0.005 for share in beside) >= 16, "squares are left"
    assert min(kept) > 0.85 and np.mean(kept) > 0.98, "strokes are broken"


def test_strokes_from_border_to_border_are_no_rules() -> None:
    """Crops cut tight, of strokes that are straight and grainy: each stroke is all there is."""
    chance = np.random.default_rng(3)
    pictures = []
    for _ in range(24):
        crop = np.full((100, 220), 230.0)
        crop[40:60] = 60
        pictures.append(np.asarray((crop + chance.normal(0, 6, crop.shape)).clip(0, 255), np.uint8))
    rule = decide_ink(pictures)
    assert rule.cut and not rule.ruled
    assert all((rule.whole_ink(one)[42:58] > 100).all() for one in pictures)


def test_colours_of_one_brightness_are_told_by_their_distance() -> None:
    inks = written()
    rule = decide_ink([red_on_green(ink) for ink in inks])
    assert rule.coloured
    for ink in inks:
        found = rule.whole_ink(red_on_green(ink)).astype(float)
        known = around(ink)
        assert not found[known == 0].any()
        full = found[known >= 190] / known[known >= 190]
        assert full.min() > 0.5 and full.std() < 0.05


def test_all_decide_and_not_each() -> None:
    """A bold picture whose border is mostly ink goes the way of the others."""
    inks = written()
    bold = np.full((40, 40), 255, np.uint8)
    bold[15:25, 15:25] = 0
    rule = decide_ink([*(255 - ink for ink in inks), 255 - bold])
    assert not rule.turned and np.array_equal(rule.ink(255 - bold), bold)


def test_a_collection_of_both_ways_is_doubted() -> None:
    inks = written()
    both = [on_white(ink) if at % 3 else on_black(ink) for at, ink in enumerate(inks)]
    assert "the other way round" in decide_ink(both).doubts[0]


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (np.full((60, 60), 255, np.uint8), "picture without ink"),
        (np.zeros((60, 60), np.uint8), "picture that is all ink"),
        (on_black(written()[0]), "picture whose ink touches every border"),
        (
            np.pad(np.kron(255 - written()[0], np.ones((4, 4), np.uint8)), 9, constant_values=255),
            "picture many times larger than the others",
        ),
    ],
)
def test_what_is_odd_has_a_reason(picture: Picture, reason: str) -> None:
    rule = decide_ink([on_white(ink) for ink in written()])
    assert rule.odd(rule.whole_ink(picture)) == reason


def test_specks_go_and_points_stay() -> None:
    pictures = [textured(ink) for ink in written()]
    rule = decide_ink(pictures)
    picture = np.full((60, 60), 180, np.uint8)
    picture[20:50, 28:31] = 20  # an i, its point, and a speck
    picture[10:13, 28:31] = 20
    picture[40, 50] = 60
    found = rule.whole_ink(picture)
    assert found[21:49, 28:31].min() > 200 and found[10:13, 28:31].min() > 200
    assert not found[35:45, 45:55].any()


def test_pictures_blown_up_to_one_square_get_their_usual_sizes() -> None:
    inks = []
    for ink in written():
        scale = 64 / max(ink.shape)
        size = [round(side * scale) for side in ink.shape[::-1]]
        large = cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR)
        room = (64 - size[1], 64 - size[0])
        inks.append(np.pad(large, [(side // 2, side - side // 2) for side in room]))
    labels = [("永", ",")[at % 2] for at in range(len(inks))]
    rule = decide_ink([255 - ink for ink in inks], labels)
    assert "blown up" in rule.words() and not rule.stretched
    assert max(rule.sized(inks[0], "永").shape) == 64
    assert max(rule.sized(inks[0], ",").shape) < 24


def test_pictures_stretched_to_a_square_get_their_usual_proportions() -> None:
    inks = [cv2.resize(ink, (64, 64), interpolation=cv2.INTER_LINEAR) for ink in written()]
    rule = decide_ink([255 - ink for ink in inks], "永一")
    assert rule.stretched
    height, width = rule.sized(inks[0], "一").shape
    assert height < 12 and 30 < width < 50


@pytest.mark.parametrize("picture", [np.zeros((1, 1), np.uint8), np.zeros((0, 3), np.uint8)])
def test_next_to_nothing_decides_nothing(picture: Picture) -> None:
    rule = decide_ink([picture])
    assert isinstance(rule, InkRule) and rule.doubts
    assert not rule.ink(picture).size or picture.size


def test_what_is_no_number_has_no_say() -> None:
    nothing = np.full((20, 20), np.nan, np.float32)
    glyphs = [on_white(ink).astype(np.float32) / 255 for ink in written(9)]
    wanted = decide_ink(glyphs)
    for value in (np.nan, np.inf):
        hurt = glyphs[0].copy()
        hurt[0, 0] = value
        found = decide_ink([nothing, hurt, *glyphs])  # a warning would be an error here
        assert found.full == wanted.full == 1 and found.turned == wanted.turned
    assert decide_ink([nothing]).doubts
