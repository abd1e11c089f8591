"""Every effect of the table keeps the contract; quads follow pixels; kernels equal references."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages.docstrings import field_docs
from pydantic import ValidationError

from penline.effects import (
    DEFAULT,
    EFFECTS,
    EffectSettings,
    apply_effects,
    effect_apply,
    kernel,
    mesh,
    sample_effects,
    warp,
)
from penline.effects.base import Image, Quads
from penline.effects.blur import Blur, _taps
from penline.effects.noise import Noise
from penline.effects.shadow import Shadow, _edge, _fold
from penline.effects.warp import _NO_FIT, Warp, warp_mesh
from penline.errors import RecipeError
from penline.randomness import rng
from reference import effects as slow

fast = SimpleNamespace(**{**vars(kernel), **vars(mesh)})

SIZES = [(64, 800), (32, 301), (256, 517), (65, 333), (16, 16), (9, 41), (300, 40), (1, 1)]

GOLDEN = {
    "noise": "c5b646b9bae8228df2f9c38e",
    "shadow": "d2041434562f06c0ccc93654",
    "warp": "b582ceae54b1e22bb75c4ffc",
}
"""BLAKE2b of 12 images each: whole-number work that must never change unnoticed."""

STRONG = Warp(
    turn_deg_range=(-3, 3),
    rise_limit=2,
    keystone_range=(-0.1, 0.1),
    bend_range=(0, 0.06),
)


def picture_of(height: int, width: int, channels: int = 1) -> Image:
    """Paper of uneven tone with strokes on it."""
    y, x = np.indices((height, width))
    gray = (235 - x * 30 // width - (y * 7 + x * 3) % 5).astype(np.uint8)
    gray[(x // 5 % 4 == 1) & (y > height // 4) & (y < height * 3 // 4)] = 60
    return gray if channels == 1 else np.dstack([gray, 255 - gray // 3, gray // 2])


def quads_of(height: int, width: int) -> Quads:
    """Boxes side by side, with an eighth of the height free above and below."""
    side = min(height * 0.75, float(width))
    lefts = np.arange(0, max(width - side, 0.5), side * 1.1)
    corners = np.array([[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]])
    corners[:, 0] *= 0.9
    return corners + np.stack([lefts, np.full(len(lefts), height * 0.125)], axis=1)[:, None, :]


@pytest.fixture(params=sorted(EFFECTS))
def effect(request: pytest.FixtureRequest) -> EffectSettings:
    return EFFECTS.load(request.param)()


# --- the contract, over the table ------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES)
def test_effects_are_pure(effect: EffectSettings, size: tuple[int, int], channels: int) -> None:
    image, quads = picture_of(*size, channels), quads_of(*size)
    before, before_quads = image.copy(), quads.copy()
    apply = effect_apply(effect.name)
    for index in range(6):
        drawn = effect.sample_params(rng(5, index, "effects"), size)
        assert drawn == effect.sample_params(rng(5, index, "effects"), size)
        made, moved = apply(image, quads, **drawn)
        again, moved_again = apply(image, quads, **json.loads(json.dumps(drawn)))
        assert made.dtype == np.uint8
        assert made.shape == image.shape
        assert made.flags.c_contiguous
        assert not np.shares_memory(made, image)
        np.testing.assert_array_equal(made, again)
        assert moved.dtype == np.float64
        assert moved.shape == quads.shape
        np.testing.assert_array_equal(moved, moved_again)
        assert moved.min() >= 0
        assert moved[..., 0].max() <= size[1]
        assert moved[..., 1].max() <= size[0]
        np.testing.assert_array_equal(image, before)
        np.testing.assert_array_equal(quads, before_quads)
        if effect.name != "warp":
            np.testing.assert_array_equal(moved, quads)


def test_read_only_and_strided_images(effect: EffectSettings) -> None:
    image, quads = picture_of(64, 300, 3), quads_of(64, 300)
    drawn = effect.sample_params(rng(5, 0, "effects"), (64, 300))
    apply = effect_apply(effect.name)
    expected, _ = apply(image, quads, **drawn)
    image.setflags(write=False)
    np.testing.assert_array_equal(apply(image, quads, **drawn)[0], expected)
    wide = np.zeros((64, 600, 3), np.uint8)
    wide[:, ::2] = image
    np.testing.assert_array_equal(apply(wide[:, ::2], quads, **drawn)[0], expected)


def test_lines_without_quads(effect: EffectSettings) -> None:
    none = np.empty((0, 4, 2))
    for index in range(5):
        drawn = effect.sample_params(rng(5, index, "effects"), (64, 300))
        _, moved = effect_apply(effect.name)(picture_of(64, 300), none, **drawn)
        assert moved.shape == (0, 4, 2)


def test_default_strength_leaves_strokes_legible(effect: EffectSettings) -> None:
    image, quads = picture_of(64, 400), quads_of(64, 400)
    for index in range(25):
        drawn = effect.sample_params(rng(6, index, "effects"), (64, 400))
        made, _ = effect_apply(effect.name)(image, quads, **drawn)
        dark, light = np.percentile(made, 5), np.percentile(made, 90)
        assert light - dark > 60
        assert abs(float(made.mean()) - float(image.mean())) < 75


def test_settings_are_strict_and_documented(effect: EffectSettings) -> None:
    cls = type(effect)
    assert 0 < effect.chance <= 1
    with pytest.raises(ValidationError):
        cls.model_validate({"no_such_field": 1})
    with pytest.raises(ValidationError):
        cls.model_validate({"chance": 1.5})
    texts = field_docs(cls)
    for name in cls.model_fields:
        assert name == "name" or texts.get(name), name
        if name.endswith("_range"):
            low, high = getattr(effect, name)
            assert low < high
            with pytest.raises(ValidationError, match="must not exceed"):
                cls.model_validate({name: [high, low]})
    assert cls.model_validate(json.loads(effect.model_dump_json())) == effect


def test_unknown_effect() -> None:
    with pytest.raises(RecipeError, match=r"sepia.*blur"):
        EFFECTS.load("sepia")
    with pytest.raises(RecipeError, match="sepia"):
        effect_apply("sepia")


def test_default_is_five_effects_and_is_drawn_by_chance() -> None:
    """Whatever else the table holds: an effect that is added changes nobody's lines."""
    assert [effect.name for effect in DEFAULT] == ["warp", "shadow", "blur", "noise", "jpeg"]
    counts = dict.fromkeys(EFFECTS, 0)
    for index in range(400):
        for drawn in sample_effects(DEFAULT, rng(1, index, "effects"), (64, 300)):
            counts[drawn["name"]] += 1
    for effect in DEFAULT:
        assert counts[effect.name] / 400 == pytest.approx(effect.chance, abs=0.09)


def test_apply_effects_is_one_after_another() -> None:
    image, quads = picture_of(64, 300), quads_of(64, 300)
    drawn = [
        {"name": effect.name, **effect.sample_params(rng(1, 7, effect.name), (64, 300))}
        for effect in DEFAULT
    ]
    made, moved = apply_effects(image, quads, json.loads(json.dumps(drawn)))
    expected, expected_quads = image, quads
    for params in drawn:
        name = params.pop("name")
        expected, expected_quads = effect_apply(name)(expected, expected_quads, **params)
    np.testing.assert_array_equal(made, expected)
    np.testing.assert_array_equal(moved, expected_quads)
    same, same_quads = apply_effects(image, quads, [])
    assert same is image
    assert same_quads is quads


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden(name: str) -> None:
    digest = hashlib.blake2b(digest_size=12)
    for index in range(12):
        size = SIZES[index % len(SIZES)]
        drawn = EFFECTS.load(name)().sample_params(rng(11, index, "effects"), size)
        image, quads = picture_of(*size, (1, 3)[index % 2]), quads_of(*size)
        made, moved = effect_apply(name)(image, quads, **drawn)
        digest.update(made.tobytes() + (moved * 64).astype("<i8").tobytes())
    assert digest.hexdigest() == GOLDEN[name]


# --- warp: quads follow the pixels -------------------------------------------------------------


def _markers(height: int, width: int) -> tuple[Image, Quads]:
    """Black boxes on white, and their quads."""
    image = np.full((height, width), 255, np.uint8)
    quads = []
    for y in range(height % 26 // 2 + 7, height - 18, 26):
        for x in range(6, width - 22, 28):
            image[y : y + 12, x : x + 14] = 0
            quads.append([[x, y], [x + 14, y], [x + 14, y + 12], [x, y + 12]])
    return image, np.array(quads, float)


@pytest.mark.parametrize("size", [(64, 800), (32, 300), (200, 300), (64, 1500)])
@pytest.mark.parametrize("warp", [Warp(), STRONG], ids=["default", "strong"])
def test_boxes_are_found_at_their_quads(warp: Warp, size: tuple[int, int]) -> None:
    """Half a pixel inside a quad all is black, half a pixel outside all is white."""
    image, quads = _markers(*size)
    for index in range(6):
        drawn = warp.sample_params(rng(9, index, "effects"), size)
        made, moved = effect_apply("warp")(image, quads, **drawn)
        for quad in moved:
            left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 2, 0).tolist()
            right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 2
            contour = (quad * 64).astype(np.int32).reshape(-1, 1, 2)
            checked = 0
            for (y, x), value in np.ndenumerate(made[top:bottom, left:right]):
                centre = ((left + x) * 64.0 + 32, (top + y) * 64.0 + 32)
                inside = cv2.pointPolygonTest(contour, centre, True) / 64
                if inside > 0.5:
                    assert value < 128, (index, quad, x, y)
                    checked += 1
                elif -1.5 < inside < -0.5:
                    assert value >= 128, (index, quad, x, y)
            assert checked > 10


@pytest.mark.parametrize("warp", [Warp(), STRONG], ids=["default", "strong"])
def test_forward_undoes_the_map(warp: Warp) -> None:
    numbers = np.random.default_rng(1)
    for index in range(40):
        width, height = int(numbers.integers(16, 1500)), int(numbers.integers(16, 256))
        drawn = warp.sample_params(rng(3, index, "effects"), (height, width))
        geometry = np.array(
            [width, height, drawn["slope"], *drawn["keystone"], drawn["bend"], drawn["cell_px"]]
        )
        scale = int(numbers.integers(40000, 65537))
        fit = (scale, int(numbers.integers(-9999, 9999)), int(numbers.integers(-9999, 9999)))
        mesh, pad = warp_mesh(geometry, drawn["seed"], fit)
        places = numbers.integers(0, np.array([width, height]) * 4096, (200, 2))
        sources = (slow._look_up(mesh, pad, places) + (1 << 29)) >> 30
        found = np.empty_like(places)
        fast.invert_mesh(mesh, pad, sources, scale, found)
        # 8 / 4096 px: far below the 1/64 px that quads are kept in
        assert np.abs(found - places).max() <= 8


def test_warp_without_strength_changes_nothing() -> None:
    image, quads = picture_of(64, 333, 3), quads_of(64, 333)
    made, moved = effect_apply("warp")(
        image, quads, slope=0, keystone=[0, 0], bend=0, cell_px=64, seed=1
    )
    np.testing.assert_array_equal(made, image)
    np.testing.assert_array_equal(moved, np.round(quads * 64) / 64)


def test_positive_slope_rises_to_the_right() -> None:
    quads = quads_of(64, 400)
    _, moved = effect_apply("warp")(
        picture_of(64, 400), quads, slope=1000, keystone=[0, 0], bend=0, cell_px=64, seed=1
    )
    tops = moved[:, 0]
    slope = (tops[0, 1] - tops[-1, 1]) / (tops[-1, 0] - tops[0, 0])
    assert slope == pytest.approx(1000 / 65536, abs=2e-4)


def test_lines_stay_level() -> None:
    for size in ((64, 800), (64, 200), (32, 400), (128, 1500)):
        quads = quads_of(*size)
        for index in range(100):
            drawn = Warp().sample_params(rng(4, index, "effects"), size)
            _, moved = effect_apply("warp")(picture_of(*size), quads, **drawn)
            centres = moved.mean(axis=1)
            run = centres[-1] - centres[0]
            assert abs(run[1] / run[0]) < 0.03
            letters = moved[:, 2] - moved[:, 3]
            assert np.abs(letters[:, 1] / letters[:, 0]).mean() < 0.0524


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 256),
    width=st.integers(1, 900),
    index=st.integers(0, 10**9),
    share=st.floats(0.05, 1.0),
)
def test_quads_stay_inside(height: int, width: int, index: int, share: float) -> None:
    """Even boxes that touch the edges of the picture, under the strongest warp."""
    left, top = width * (1 - share) / 2, height * (1 - share) / 2
    box = [[left, top], [width - left, top], [width - left, height - top], [left, height - top]]
    edges = [[0, 0], [width, 0], [width, height], [0, height]]
    quads = np.array([box, edges] if index % 2 else [box], float)
    drawn = STRONG.sample_params(rng(8, index, "effects"), (height, width))
    _, moved = effect_apply("warp")(np.zeros((height, width), np.uint8), quads, **drawn)
    assert moved.min() >= 0
    assert moved[..., 0].max() <= width
    assert moved[..., 1].max() <= height
    assert (moved * 64 == np.round(moved * 64)).all()


def test_little_is_lost_by_keeping_quads_inside() -> None:
    """A line with ordinary margins is shrunk by little, and by nothing where nothing leaves."""
    quads = quads_of(64, 600)
    for index in range(100):
        drawn = Warp().sample_params(rng(2, index, "effects"), (64, 600))
        _, moved = effect_apply("warp")(picture_of(64, 600), quads, **drawn)
        heights = moved[:, 3, 1] - moved[:, 0, 1]
        assert heights.mean() > 0.8 * 48


def test_bends_follow_the_seed() -> None:
    geometry = np.array([400, 64, 0, 0, 0, 4096, 40])
    first, pad = warp_mesh(geometry, 1, _NO_FIT)
    second, _ = warp_mesh(geometry, 2, _NO_FIT)
    assert not np.array_equal(first, second)
    rows, columns = np.indices(first.shape[:2])
    straight = np.stack([columns * 8 - pad[0], rows * 8 - pad[1]], axis=-1) * 4096
    assert 2500 < np.abs(first - straight).max() <= 4096


# --- the other effects ---------------------------------------------------------------------------


def test_blur_taps_add_up_and_are_balanced() -> None:
    for x, y in ((300, 0), (0, -700), (200, 500), (-640, 130), (5, 1), (1, -1)):
        taps = _taps(x, y)
        assert taps[:, 2].sum() == 65536
        centre = (taps[:, :2] * taps[:, 2:]).sum(axis=0) / 65536
        assert np.abs(centre).max() < 0.02
        spread = np.abs(taps[:, :2]).max(axis=0)
        assert (spread <= np.abs([x, y]) / 512 + 1).all()


def test_blur_softens_in_the_direction_of_motion() -> None:
    image = np.full((21, 21), 255, np.uint8)
    image[10, 10] = 0
    none = np.empty((0, 4, 2))
    made, _ = effect_apply("blur")(image, none, sigma=0, motion=[4 * 256, 0])
    assert (made[10] < 250).sum() >= 4
    assert (made[9] == 255).all()
    made, _ = effect_apply("blur")(image, none, sigma=64)
    assert made[10, 10] > 180
    assert made[9, 10] < 240
    flat = np.full((9, 9, 3), 77, np.uint8)
    made, _ = effect_apply("blur")(flat, none, sigma=50, motion=[300, 200])
    assert (made == 77).all()


def test_blur_is_weaker_on_low_lines() -> None:
    strengths = [
        np.mean(
            [
                Blur().sample_params(rng(1, index, "e"), (height, 400))["sigma"]
                for index in range(50)
            ]
        )
        for height in (32, 64, 128)
    ]
    assert strengths[1] == pytest.approx(2 * strengths[0], rel=0.05)
    assert strengths[2] == pytest.approx(2 * strengths[1], rel=0.05)


@pytest.mark.parametrize("level", [30, 128, 220])
def test_noise_has_the_deviation_it_is_given(level: int) -> None:
    image = np.full((200, 300), level, np.uint8)
    made, _ = effect_apply("noise")(image, np.empty((0, 4, 2)), dark=512, light=1280, seed=9)
    noise = made.astype(float) - level
    assert noise.mean() == pytest.approx(0, abs=0.08)
    expected = (2**2 + 5**2 * level / 255) ** 0.5
    assert noise.std() == pytest.approx(expected, rel=0.03)
    assert abs(np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]) < 0.02


def test_noise_of_nothing_and_of_other_seeds() -> None:
    image, none = picture_of(20, 31, 3), np.empty((0, 4, 2))
    made, _ = effect_apply("noise")(image, none, dark=0, light=0, seed=9)
    np.testing.assert_array_equal(made, image)
    first, second = (Noise().sample_params(rng(1, index, "e"), (20, 31)) for index in (0, 1))
    assert first["seed"] != second["seed"]


def test_jpeg_keeps_the_order_of_channels() -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    image[:] = (200, 100, 30)
    made, _ = effect_apply("jpeg")(image, np.empty((0, 4, 2)), quality=90)
    assert np.abs(made.astype(int) - [200, 100, 30]).max() <= 4


def test_lower_quality_loses_more() -> None:
    image = picture_of(64, 200)
    losses = []
    for quality in (20, 60, 95):
        made, _ = effect_apply("jpeg")(image, np.empty((0, 4, 2)), quality=quality)
        losses.append(np.abs(made.astype(int) - image).mean())
    assert losses[0] > losses[1] > losses[2]


def test_shadow_darkens_one_side() -> None:
    image = np.full((64, 400), 200, np.uint8)
    made, _ = effect_apply("shadow")(
        image,
        np.empty((0, 4, 2)),
        kind="edge",
        strength=77,
        normal=[4096, 0],
        through=[200 * 256, 0],
        softness=40 * 256,
        sway=0,
        seed=1,
    )
    assert (made[:, :178] == 200).all()
    assert np.abs(made[:, 222:].astype(int) - 200 * (1 - 77 / 256)).max() <= 2
    assert (np.diff(made[30].astype(int)) <= 0).all()


def test_shadow_never_lightens_and_a_fold_ends() -> None:
    assert _edge(100)[0] == 0
    assert _edge(100)[-1] == 100 << 8
    for lost in (_edge(100), _fold(100)):
        assert lost.min() >= 0
        assert lost.max() <= 100 << 8
    assert _fold(100)[0] == _fold(100)[-1] == 0
    image = picture_of(64, 300, 3)
    for index in range(20):
        drawn = Shadow().sample_params(rng(1, index, "e"), (64, 300))
        made, _ = effect_apply("shadow")(image, np.empty((0, 4, 2)), **drawn)
        assert (made <= image).all()


# --- kernels against their references ----------------------------------------------------------

Call = Callable[[Any, np.random.Generator], npt.NDArray[Any]]


def _image(numbers: np.random.Generator) -> Image:
    shape = (*numbers.integers(1, 40, 2), numbers.choice([1, 3]))
    return numbers.integers(0, 256, shape, np.uint8)


def _noise(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    source = numbers.integers(0, 256, 777, np.uint8)
    out = np.empty_like(source)
    octets = numbers.integers(0, 256, 4 * 777 + 5, np.uint8)
    room.add_noise(source, octets, numbers.integers(0, 6000, 256), out)
    return out


def _motion(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    source = _image(numbers)
    out = np.empty_like(source)
    room.average_taps(source, _taps(*numbers.integers(-900, 900, 2).tolist()), out)
    return out


def _darken(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    source = _image(numbers)
    out = np.empty_like(source)
    height, width, count = source.shape
    room.darken(
        source,
        numbers.integers(-9000, 9000, width),
        numbers.integers(-9000, 9000, height),
        int(numbers.integers(512, 20000)),
        numbers.integers(0, 65537, (512, count)),
        out,
    )
    return out


def _mesh(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    width, height = numbers.integers(1, 200, 2).tolist()
    geometry = np.array(
        [
            width,
            height,
            *numbers.integers(-6000, 6000, 3),
            numbers.integers(0, 2) * 5000,
            numbers.integers(24, 90),
        ]
    )
    fit = np.array([numbers.integers(30000, 65537), *numbers.integers(-9999, 9999, 2)])
    pad = np.array([16, 8])
    columns, rows = -(-width // 8) + 5, -(-height // 8) + 3
    knots = (rows * 8 // int(geometry[6]) + 3, columns * 8 // int(geometry[6]) + 3, 2)
    bends = numbers.integers(-32768, 32768, knots)
    mesh = np.empty((rows, columns, 2), np.int64)
    room.fill_mesh(geometry, fit, bends, pad, mesh)
    return mesh


def _sway(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    cell, count = (int(number) for number in numbers.integers(1, 300, 2))
    words = numbers.integers(0, 1 << 64, count // cell + 2, np.uint64)
    out = np.empty(count, np.int64)
    room.fill_sway(words, cell, int(numbers.integers(0, 70000)), out)
    return out


def _even(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    """A map near to none over a wide image, as a line's warp is."""
    source = numbers.integers(0, 256, (30, 300, numbers.choice([1, 3])), np.uint8)
    y, x = np.indices((5 + 3, 38 + 5))
    mesh = np.stack([x * 8 - 16, y * 8 - 8], axis=-1) * 4096
    mesh += numbers.integers(-2000, 2000, mesh.shape)
    out = np.empty_like(source)
    room.resample_mesh(source, mesh, np.array([16, 8]), np.array([4, 1, 5, 6]), out)
    return out


def _loud(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    source = numbers.integers(0, 256, 2500, np.uint8)
    out = np.empty_like(source)
    octets = numbers.integers(0, 256, 4 * 2500, np.uint8)
    room.add_noise(source, octets, numbers.integers(0, 24000, 256), out)
    return out


def _invert(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    state = numbers.bit_generator.state
    mesh = _mesh(fast, numbers)
    numbers.bit_generator.state = state
    numbers.integers(1, 200, 2)
    points = numbers.integers(-40000, 900000, (50, 2))
    out = np.empty_like(points)
    room.invert_mesh(mesh, np.array([16, 8]), points, 60000, out)
    return out


def _resample(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    source = _image(numbers)
    height, width = source.shape[:2]
    columns, rows = -(-width // 8) + 5, -(-height // 8) + 3
    y, x = np.indices((rows, columns))
    mesh = np.stack([x * 8 - 16, y * 8 - 8], axis=-1) * 4096
    mesh += numbers.integers(-20000, 20000, mesh.shape)
    out = np.empty_like(source)
    rims = numbers.integers(1, min(height, width) + 1, 4)
    room.resample_mesh(source, mesh, np.array([16, 8]), rims, out)
    return out


@pytest.mark.parametrize(
    "call", [_noise, _loud, _motion, _darken, _mesh, _sway, _invert, _resample, _even]
)
def test_kernel_equals_reference(call: Call) -> None:
    for seed in range(25):
        found = call(fast, np.random.default_rng(seed))
        expected = call(slow, np.random.default_rng(seed))
        np.testing.assert_array_equal(found, expected)


def test_no_ghost_of_the_writing_beyond_the_edges() -> None:
    """What a turn brings into sight is paper: ink is found within the quads alone."""
    image = np.full((64, 400), 240, np.uint8)
    image[6:58, 5:395] = 30
    quads = np.array([[[5, 6], [395, 6], [395, 58], [5, 58]]], np.float64)
    for slope in (-2200, 2200):
        numbers = {"keystone": [1800, 0], "bend": 0, "cell_px": 64, "seed": 1}
        out, moved = effect_apply("warp")(image, quads, slope=slope, **numbers)
        inside = np.zeros(out.shape, np.uint8)
        cv2.fillPoly(inside, [np.round(moved[0]).astype(np.int32)], 1)
        inside = cv2.dilate(inside, np.ones((5, 5), np.uint8))
        assert out[inside == 0].min() > 200


# ---- what keeps a warped line inside its picture


@pytest.mark.parametrize("case", range(60))
def test_fit_and_rims_are_those_of_the_reference(case: int) -> None:
    rng = np.random.default_rng(case)
    width, height = (int(size) for size in rng.integers(1, 400, 2))
    count = int(rng.integers(0, 9))
    points = rng.integers(-2 * 4096, [(width + 2) * 4096, (height + 2) * 4096], (count, 2))
    moved = points + rng.integers(-9 * 4096, 9 * 4096, (count, 2)) // (1 + case % 4)
    fits = np.zeros((2, 3), np.int64)
    told = [
        where.fit_points(points, moved, width, height, fit)
        for where, fit in zip((warp, slow), fits, strict=True)
    ]
    assert told[0] == told[1]
    np.testing.assert_array_equal(fits[0], fits[1])
    corners = points / 4096
    rims = warp.rims_of(corners, width, height)
    np.testing.assert_array_equal(rims, slow.rims_of(corners, width, height))
    assert rims.dtype == np.int64
