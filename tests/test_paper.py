"""Every paper of the table keeps the contract; kernels equal their references; rules lie right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from pages.docstrings import field_docs
from pydantic import ValidationError

from penline.errors import RecipeError
from penline.paper import PAPERS, Guide, Mode, PaperSettings, paper_apply
from penline.paper import kernel as fast
from penline.paper.base import luma
from penline.paper.field import noise_field, waver
from penline.paper.photo import Photo
from penline.paper.picture import picture_names, picture_pixels, picture_size
from penline.paper.plain import Plain
from penline.paper.ruled import Ruled
from penline.paper.squared import Squared
from penline.paper.texture import Texture
from penline.randomness import Draws, rng
from reference import paper as slow

SIZES = [(64, 800), (32, 301), (256, 517), (65, 333), (16, 16), (9, 41)]
MODES: tuple[Mode, ...] = ("gray", "rgb")

GOLDEN = {
    "plain": "a837cd21d4748e907464e14f",
    "ruled": "525beed468b4437d9d02b4e5",
    "squared": "564971cffab084096374cbd9",
    "texture": "7aed25275fce5a27e50ffca6",
}
"""BLAKE2b of 12 backgrounds: they are whole-number work and must never change unnoticed."""


def guide_of(height: int, width: int) -> Guide:
    cell = height * 0.8
    cells = max(int((width - 10) / cell), 0)
    return Guide(height, width, height * 0.77, cell * 0.85, 5.3, cell, cells, height * 0.1)


def pictures(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    y, x = np.indices((180, 240))
    shade = (40 + x // 3 + y // 2).astype(np.uint8)
    cv2.imwrite(str(folder / "b.jpg"), cv2.merge([shade, shade, 255 - shade]))
    cv2.imwrite(str(folder / "a.png"), shade[:30, :50])
    cv2.imwrite(str(folder / "c.webp"), cv2.merge([shade, shade, shade]))
    cv2.imwrite(str(folder / "d.bmp"), shade)
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    return folder


@pytest.fixture(params=sorted(PAPERS))
def paper(request: pytest.FixtureRequest, tmp_path: Path) -> PaperSettings:
    cls = PAPERS.load(request.param)
    return cls(folder=pictures(tmp_path / "p")) if request.param == "photo" else cls()  # type: ignore[call-arg]


# --- the contract, over the table ------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", SIZES)
def test_shape_type_and_determinism(
    paper: PaperSettings, size: tuple[int, int], mode: Mode
) -> None:
    guide = guide_of(*size)
    apply = paper_apply(paper.name)
    for index in range(6):
        drawn = paper.sample_params(rng(5, index, "paper"), guide)
        assert drawn == paper.sample_params(rng(5, index, "paper"), guide)
        first = apply(guide, mode, **drawn)
        again = apply(guide, mode, **json.loads(json.dumps(drawn)))
        assert first.dtype == np.uint8
        assert first.shape == (size if mode == "gray" else (*size, 3))
        assert first.flags.c_contiguous
        assert first.flags.writeable
        assert first is not again
        assert not np.shares_memory(first, again)
        np.testing.assert_array_equal(first, again)


def test_other_draws_give_another_sheet(paper: PaperSettings) -> None:
    guide = guide_of(64, 400)
    sheets = {
        paper_apply(paper.name)(
            guide, "rgb", **paper.sample_params(rng(1, index, "paper"), guide)
        ).tobytes()
        for index in range(12)
    }
    assert len(sheets) > 8


def test_ink_stays_legible(paper: PaperSettings) -> None:
    guide = guide_of(64, 400)
    for index in range(40):
        sheet = paper_apply(paper.name)(
            guide, "gray", **paper.sample_params(rng(2, index, "p"), guide)
        )
        assert np.median(sheet) >= 180
        assert np.percentile(sheet, 2) >= 90


def test_gray_is_the_luma_of_rgb(paper: PaperSettings) -> None:
    guide = guide_of(64, 300)
    apply = paper_apply(paper.name)
    for index in range(8):
        drawn = paper.sample_params(rng(3, index, "paper"), guide)
        gray = apply(guide, "gray", **drawn).astype(float)
        colour = apply(guide, "rgb", **drawn).astype(float)
        difference = colour @ [0.299, 0.587, 0.114] - gray
        # lightening a photo goes by the median of what it lightens, so it may differ a little
        assert np.abs(difference).mean() < (12 if paper.name == "photo" else 2)


def test_settings_are_strict_and_documented(paper: PaperSettings) -> None:
    cls = type(paper)
    assert paper.name in PAPERS
    with pytest.raises(ValidationError):
        cls.model_validate({**paper.model_dump(), "no_such_field": 1})
    with pytest.raises(ValidationError):
        paper.name = "other"
    texts = field_docs(cls)
    for name in cls.model_fields:
        assert name == "name" or texts.get(name), name
        if name.endswith("_range"):
            with pytest.raises(ValidationError, match="must not exceed"):
                low, high = getattr(paper, name)
                assert low < high
                cls.model_validate({**paper.model_dump(), name: [high, low]})
    again = cls.model_validate(json.loads(paper.model_dump_json()))
    assert again == paper


def test_unknown_paper() -> None:
    with pytest.raises(RecipeError, match=r"vellum.*plain"):
        PAPERS.load("vellum")
    with pytest.raises(RecipeError, match="vellum"):
        paper_apply("vellum")


def test_only_squared_paper_has_cells() -> None:
    assert {name for name in PAPERS if PAPERS.load(name).cells} == {"squared"}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden(name: str) -> None:
    digest = hashlib.blake2b(digest_size=12)
    settings = PAPERS.load(name)()
    if isinstance(settings, Plain):
        settings = Plain(uneven_chance=0.5)
    for index in range(12):
        guide = guide_of(*SIZES[index % len(SIZES)])
        drawn = settings.sample_params(rng(11, index, "paper"), guide)
        digest.update(paper_apply(name)(guide, MODES[index % 2], **drawn).tobytes())
    assert digest.hexdigest() == GOLDEN[name]


# --- where things lie ------------------------------------------------------------------------


def test_flat_paper_is_flat_and_uneven_paper_is_not() -> None:
    guide = guide_of(64, 200)
    flat = paper_apply("plain")(guide, "rgb", **Plain().sample_params(rng(1, 1, "p"), guide))
    assert len(np.unique(flat.reshape(-1, 3), axis=0)) == 1
    settings = Plain(uneven_chance=1, uneven_range=(2, 2), tone_range=(240, 240))
    uneven = paper_apply("plain")(guide, "gray", **settings.sample_params(rng(1, 1, "p"), guide))
    assert 1 <= int(uneven.max()) - int(uneven.min()) <= 4


def test_rule_is_a_little_below_the_writing_line() -> None:
    settings = Ruled(
        texture_chance=0, tilt_range=(0, 0), dotted_chance=0, strength_range=(0.9, 0.9)
    )
    for index in range(20):
        guide = Guide(64, 300, 44.0, 40.0, 0, 0, 0, 0)
        drawn = settings.sample_params(rng(1, index, "p"), guide)
        rows = paper_apply("ruled")(guide, "gray", **drawn).astype(int).min(axis=1)
        darkest = int(rows.argmin())
        assert 44 <= darkest <= 44 + 0.2 * 40 + 2
        assert (rows < rows.max() - 12).sum() <= 8


def test_tilted_rules_reach_both_edges() -> None:
    settings = Ruled(texture_chance=0, tilt_range=(0.04, 0.04), dotted_chance=0)
    guide = Guide(64, 900, 44.0, 24.0, 0, 0, 0, 0)
    for index in range(10):
        drawn = settings.sample_params(rng(1, index, "p"), guide)
        sheet = paper_apply("ruled")(guide, "gray", **drawn).astype(int)
        for column in range(0, 900, 50):
            assert sheet[:, column].min() < sheet.max() - 8


def test_cells_have_their_borders_at_the_guides_places() -> None:
    settings = Squared(
        texture_chance=0,
        variant_weights=(1, 0, 0),
        extend_chance=0,
        row_gap_chance=1,
        strength_range=(0.9, 0.9),
    )
    guide = Guide(64, 400, 50.0, 40.0, 20.0, 50.0, 7, 7.0)
    for index in range(10):
        drawn = {**settings.sample_params(rng(1, index, "p"), guide), "waver": [1, 0, 0]}
        sheet = paper_apply("squared")(guide, "gray", **drawn).astype(int)
        middle = sheet[32]
        paper_tone = sheet.max()
        dark = np.flatnonzero(middle < paper_tone - 15)
        for wall in range(8):
            assert np.abs(dark + 0.5 - (20 + 50 * wall)).min() <= 1
        assert all(np.abs(place + 0.5 - (20 + 50 * np.arange(8))).min() <= 2 for place in dark)
        assert sheet[7, 45] < paper_tone - 15
        assert sheet[32, 10] == paper_tone  # nothing beyond the cells


def test_extended_cells_fill_the_picture_and_no_cells_are_cells_everywhere() -> None:
    settings = Squared(texture_chance=0, variant_weights=(0, 0, 1), extend_chance=1)
    for cells in (7, 0):
        guide = Guide(64, 400, 50.0, 40.0, 120.0, 40.0, cells, 12.0)
        sheet = paper_apply("squared")(
            guide, "gray", **settings.sample_params(rng(1, 0, "p"), guide)
        )
        for left in range(0, 400, 40):
            assert sheet[14:50, left : left + 40].min() < sheet.max() - 10


def test_noise_is_smooth_centred_and_within_its_amplitude() -> None:
    field = noise_field(80, 300, 77, [(16, 8, 1000)])
    assert np.abs(field).max() <= 1000
    assert np.abs(field).max() > 700
    assert abs(field.mean()) < 150
    assert np.abs(np.diff(field, axis=1)).max() < 2 * 1000 * 1.5 / 16 + 30
    assert np.abs(waver(5, 1, 500, 20, 90)).max() <= 90
    assert not waver(5, 1, 500, 20, 0).any()
    assert not np.array_equal(
        noise_field(8, 9, 1, [(3, 3, 99)]), noise_field(8, 9, 2, [(3, 3, 99)])
    )


def test_texture_takes_its_colour_and_light() -> None:
    guide = guide_of(64, 400)
    octaves = [[8, 8, 256]]
    sheet = paper_apply("texture")(
        guide, "rgb", colour=[240, 230, 200], seed=4, octaves=octaves, light=[20 << 8, 0, 0]
    ).astype(float)
    assert np.abs(sheet.mean(axis=(0, 1)) - [240, 230, 200]).max() < 2
    assert sheet[:, -20:, 1].mean() - sheet[:, :20, 1].mean() == pytest.approx(38, abs=3)
    stained = paper_apply("texture")(
        guide, "rgb", colour=[240, 230, 200], seed=4, octaves=octaves, stain=[30, 120, 256, 20]
    ).astype(float)
    lost = 1 - stained.mean(axis=(0, 1)) / [240, 230, 200]
    assert 0 < lost[0] < lost[1] < lost[2] < 0.2


def test_flecks_show() -> None:
    guide = guide_of(64, 400)
    settings = Texture(fleck_chance=1, flecks_range=(10, 10), stain_chance=0)
    drawn = settings.sample_params(rng(1, 0, "p"), guide)
    assert drawn["flecks"] == pytest.approx(25, abs=1)
    with_flecks = paper_apply("texture")(guide, "gray", **drawn)
    without = paper_apply("texture")(guide, "gray", **{**drawn, "flecks": 0})
    changed = (with_flecks < without).mean()
    assert 0.002 < changed < 0.05
    assert (with_flecks <= without).all()


def test_luma_weights_add_up() -> None:
    assert [luma([v, v, v]) for v in (0, 1, 128, 255)] == [0, 1, 128, 255]


# --- kernels against their references ----------------------------------------------------------

Call = Callable[[Any, np.random.Generator], npt.NDArray[Any]]


def _octave(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    height, width, cell_x, cell_y = (int(n) for n in numbers.integers(1, 40, 4))
    levels = numbers.integers(-5000, 5000, (height, width)).astype(np.int32)
    lattice = numbers.integers(0, 256, (height // cell_y + 2, width // cell_x + 2), np.uint8)
    room.add_octave(levels, lattice, cell_x, cell_y, int(numbers.integers(0, 1 << 18)))
    return levels


def _lines(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    coverage = numbers.integers(0, 60, (23, 37), np.uint8)
    lines = numbers.integers(-2000, 10000, (9, 8))
    lines[:, 4] = numbers.integers(20, 900, 9)
    lines[:, 5] = numbers.integers(0, 256, 9)
    lines[:, 6] = numbers.integers(0, 2, 9) * numbers.integers(200, 2000, 9)
    lines[:, 7] = lines[:, 6] // 2
    lines[0, 3] = lines[0, 1]
    lines[1, 2] = lines[1, 0]
    lines[2, 2:4] = lines[2, :2]
    drift = numbers.integers(-300, 300, 31)
    room.print_lines(coverage, lines, drift, numbers.integers(0, 257, 31))
    return coverage


def _blend(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    count = int(numbers.choice([1, 3]))
    image = numbers.integers(0, 256, (11, 13, count), np.uint8)
    coverage = numbers.integers(0, 256, (11, 13), np.uint8)
    room.blend_print(image, coverage, numbers.integers(0, 256, count))
    return image


def _colour(room: Any, numbers: np.random.Generator) -> npt.NDArray[Any]:
    count = int(numbers.choice([1, 3]))
    out = np.empty((12, 17, count), np.uint8)
    stain = numbers.integers(0, 256, (12, 17), np.uint8)
    room.colour_sheet(
        numbers.integers(-9000, 9000, (12, 17)).astype(np.int32),
        numbers.integers(0, 70000, 17),
        numbers.integers(-9000, 9000, 12),
        stain if numbers.integers(2) else np.empty((0, 0), np.uint8),
        numbers.integers(30000, 80000, count),
        numbers.integers(0, 257, count),
        out,
    )
    return out


@pytest.mark.parametrize("call", [_octave, _lines, _blend, _colour])
def test_kernel_equals_reference(call: Call) -> None:
    for seed in range(25):
        found = call(fast, np.random.default_rng(seed))
        expected = call(slow, np.random.default_rng(seed))
        np.testing.assert_array_equal(found, expected)


def test_a_whole_line_covers_fully_and_half_a_pixel_half() -> None:
    coverage = np.zeros((4, 6), np.uint8)
    none, full = np.zeros(6, np.int64), np.full(6, 256, np.int64)
    line = np.array([[0, 2 * 256, 6 * 256, 2 * 256, 256, 255, 0, 0]])
    fast.print_lines(coverage, line, none, full)
    assert coverage[:, 3].tolist() == [0, 128, 128, 0]
    fast.print_lines(coverage, line + np.array([0, 128, 0, 128, 0, 0, 0, 0]), none, full)
    assert coverage[:, 3].tolist() == [0, 128, 255, 0]


# --- the user's own pictures -------------------------------------------------------------------


def test_inputs_are_the_pictures_sorted(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "p")
    assert [path.name for path in Photo(folder=folder).inputs()] == [
        "a.png",
        "b.jpg",
        "c.webp",
        "d.bmp",
    ]
    assert picture_size(folder / "a.png") == (50, 30)
    for name in ("b.jpg", "c.webp", "d.bmp"):
        assert picture_size(folder / name) == (240, 180)
    assert Plain().inputs() == []


def test_photo_picks_all_pictures(tmp_path: Path) -> None:
    settings = Photo(folder=pictures(tmp_path / "p"))
    guide = guide_of(64, 200)
    files = {settings.sample_params(rng(1, index, "p"), guide)["file"] for index in range(60)}
    assert files == {"a.png", "b.jpg", "c.webp", "d.bmp"}


def test_photo_takes_the_pixels_as_they_are(tmp_path: Path) -> None:
    picture = np.arange(100 * 200, dtype=np.int64).reshape(100, 200) * 7 % 251
    cv2.imwrite(str(tmp_path / "a.png"), picture.astype(np.uint8))
    guide = Guide(20, 50, 15, 10, 0, 0, 0, 0)
    common: dict[str, Any] = {"folder": str(tmp_path), "file": "a.png", "scale": 65536}
    cut = paper_apply("photo")(guide, "gray", **common, place=[32768, 0], flip=[False, False])
    np.testing.assert_array_equal(cut, picture[:20, 75:125])
    cut = paper_apply("photo")(guide, "gray", **common, place=[0, 65535], flip=[True, True])
    np.testing.assert_array_equal(cut, picture[80:, :50][::-1, ::-1])


def test_a_small_picture_is_enlarged_twice_at_most_then_mirrored(tmp_path: Path) -> None:
    picture = np.tile(np.arange(10, dtype=np.uint8) * 20 + 60, (8, 1))
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    guide = Guide(16, 80, 12, 10, 0, 0, 0, 0)
    cut = paper_apply("photo")(
        guide, "gray", folder=str(tmp_path), file="a.png", scale=20000, place=[0, 0], flip=[0, 0]
    )
    assert cut.shape == (16, 80)
    row = cut[8].astype(int)
    # 10 px at twice their size rise for 20 px, then fall again
    assert row[:18].tolist() == sorted(row[:18].tolist())
    assert row[22:36].tolist() == sorted(row[22:36].tolist(), reverse=True)
    assert row.max() > 230


def test_dark_pictures_are_lightened(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((50, 50), 40, np.uint8))
    settings = Photo(folder=tmp_path, lighten_to=200)
    guide = guide_of(32, 100)
    sheet = paper_apply("photo")(guide, "rgb", **settings.sample_params(rng(1, 0, "p"), guide))
    assert np.abs(sheet.astype(int) - 200).max() <= 1
    dark = Photo(folder=tmp_path, lighten_to=0)
    sheet = paper_apply("photo")(guide, "gray", **dark.sample_params(rng(1, 0, "p"), guide))
    assert (sheet == 40).all()


def test_large_pictures_are_kept_small(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((2100, 2500), 200, np.uint8))
    pixels = picture_pixels(str(tmp_path / "a.png"), True)
    assert pixels.shape == (1050, 1250, 3)
    assert not pixels.flags.writeable


def test_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    guide = guide_of(64, 200)
    with pytest.raises(RecipeError, match=f"{tmp_path.name}.*no readable image"):
        Photo(folder=tmp_path).sample_params(rng(1, 0, "p"), guide)
    with pytest.raises(RecipeError, match="absent is not a folder"):
        Photo(folder=tmp_path / "absent").inputs()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0\x00", b"BM" + bytes(9)])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(RecipeError, match=r"x\.jpg is not a readable image"):
        picture_names(str(tmp_path))


def test_huge_pictures_are_refused_by_their_header(tmp_path: Path) -> None:
    header = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR"
    sides = (60_000).to_bytes(4, "big") * 2
    (tmp_path / "huge.png").write_bytes(header + sides + bytes(20))
    with pytest.raises(RecipeError, match=r"huge\.png is too large"):
        Photo(folder=tmp_path).inputs()


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    header = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR"
    (tmp_path / "bad.png").write_bytes(header + (9).to_bytes(4, "big") * 2 + bytes(30))
    with pytest.raises(RecipeError, match=r"bad\.png is damaged"):
        picture_pixels(str(tmp_path / "bad.png"), False)


def test_jpeg_headers_are_found_behind_other_segments(tmp_path: Path) -> None:
    image = np.full((33, 77), 128, np.uint8)
    for progressive in (0, 1):
        ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive])
        assert ok
        comment = b"\xff\xfe" + (60002).to_bytes(2, "big") + bytes(60000)
        (tmp_path / "a.jpg").write_bytes(data.tobytes()[:2] + comment * 3 + data.tobytes()[2:])
        assert picture_size(tmp_path / "a.jpg") == (77, 33)
    (tmp_path / "loop.jpg").write_bytes(b"\xff\xd8" + b"\xff" * 5000)
    with pytest.raises(RecipeError):
        picture_size(tmp_path / "loop.jpg")


class Old(PaperSettings):
    """A paper as packages wrote them before `sample_params` had this name."""

    name: str = "old"

    def draw(self, rng: Draws, about: Guide) -> dict[str, Any]:
        return {"tone": rng.below(about.height_px)}


def test_the_old_name_still_works_and_warns() -> None:
    guide = guide_of(64, 300)
    with pytest.warns(DeprecationWarning, match="Old.draw is now called sample_params"):
        assert Old().sample_params(rng(1, 0, "p"), guide) == Old().draw(rng(1, 0, "p"), guide)
    with pytest.warns(DeprecationWarning, match="Plain.draw is now called sample_params"):
        drawn = Plain().draw(rng(1, 0, "p"), guide)
    assert drawn == Plain().sample_params(rng(1, 0, "p"), guide)
