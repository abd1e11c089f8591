"""Joins of letters that came as pictures: thinning, ends, the file that keeps them, and lines."""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path

import numpy as np
import pytest

from fakes_items import items_for
from fakes_letters import LINES, letter, letter_bank
from penline import Composer, cli
from penline.bank import Bank, open_bank
from penline.compose import picture_ends as lines_ends
from penline.compose.draw import padded_places
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.online import why_no_strokes
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.compose.transform.join_table import join_table
from penline.compose.transform.vary import DEVIATIONS_Q16, vary_glyphs
from penline.compose.transform.vary_points import move_points
from penline.corpus import load
from penline.ends import BankEnds, bank_ends, ends_file, find_all, keep_ends, latin_shapes
from penline.errors import BankError, RecipeError
from penline.measure.latin import latin_figures
from penline.pack import pack
from penline.recipe.identity import recipe_hash
from penline.recipe.schema import Recipe
from penline.render.joined_glyphs import draw_joined
from penline.render.letter_ends import ANYWHERE, END, kind_of_letter
from penline.render.picture_ends import END_WORDS, find_picture_ends
from penline.thinning import (
    LONGEST_PX,
    LONGEST_WALK,
    measure_lines,
    nearest_paper,
    prune,
    shrink_ink,
    thin,
)
from reference import compose as slow_compose
from reference import joined_glyphs as slow_joined
from reference import picture_ends as slow_ends
from reference import thinning as slow_thinning
from reference import vary as slow_vary

WORDS = "sentinel aeroliths\nnotional lessons at noon\nour listless trial\n".replace("h", "e")


def found(ink: np.ndarray, name: str) -> np.ndarray:
    figure, out = latin_figures()[name], np.zeros((2, END_WORDS), np.int16)
    given = *ink.shape, kind_of_letter(name), figure.height, figure.below
    find_picture_ends(ink.reshape(-1), *given, out)
    return out


def test_thinning_is_as_defined(chance: np.random.Generator) -> None:
    for share in (0.3, 0.6, 0.9):
        mask = np.zeros(chance.integers(6, 40, 2), np.uint8)
        mask[1:-1, 1:-1] = chance.random((mask.shape[0] - 2, mask.shape[1] - 2)) < share
        whole, wanted = mask.copy(), slow_thinning.thin(mask)
        left = thin(mask)
        assert np.array_equal(mask, wanted)
        assert np.array_equal(left, np.flatnonzero(wanted))
        for row, column in np.argwhere(whole)[:9].tolist():
            near = nearest_paper(whole, row, column)
            assert near == slow_thinning.nearest_paper(whole, row, column)


def test_strokes_are_measured_as_defined(chance: np.random.Generator) -> None:
    for name in "aknt" if "k" in LINES else "ant":
        mask = np.pad((letter(name, int(chance.integers(3, 9))) > 90).astype(np.uint8), 1)
        whole, path = mask.copy(), np.empty(LONGEST_WALK, np.int64)
        left = thin(mask)
        prune(mask.reshape(-1), left, whole, path)
        radii, endings = np.empty((2, len(left)))
        measure_lines(mask.reshape(-1), left, whole, radii, endings)
        told = slow_ends.measure_lines(whole)
        np.testing.assert_allclose(radii, told[0], atol=1e-9)
        np.testing.assert_allclose(endings, told[1], atol=1e-9)
        assert 1 <= (endings > 0).sum() <= 6


@pytest.mark.parametrize("size", [(5, 9), (96, 20), (97, 3), (300, 211)])
def test_large_glyphs_are_shrunk_as_defined(
    size: tuple[int, int], chance: np.random.Generator
) -> None:
    ink, out = chance.integers(0, 256, size, np.uint8), np.zeros(LONGEST_PX**2, np.uint8)
    block, high, wide = shrink_ink(ink.reshape(-1), *size, out)
    wanted_block, wanted = slow_thinning.shrink_ink(ink)
    assert block == wanted_block and (high, wide) == wanted.shape
    assert np.array_equal(out[: high * wide].reshape(high, wide), wanted)


@pytest.mark.parametrize("name", sorted(LINES))
def test_ends_are_as_defined(name: str, chance: np.random.Generator) -> None:
    figure, kind = latin_figures()[name], kind_of_letter(name)
    for scale in (0.4, 1.0, 2.5):
        ink = letter(name, int(chance.integers(3, 9)), scale)
        noise = chance.integers(0, 60, ink.shape)
        ink = np.clip(ink.astype(int) - noise * (ink > 0), 0, 255).astype(np.uint8)
        for own, high, below in ((kind, figure.height, figure.below), (ANYWHERE, 0.0, 0.0)):
            out = np.ones((2, END_WORDS), np.int16)
            find_picture_ends(ink.reshape(-1), *ink.shape, own, high, below, out)
            wanted = slow_ends.find_picture_ends(ink, own, high, below)
            np.testing.assert_allclose(out, wanted, atol=1)


def test_ends_of_known_letters() -> None:
    """Where the pen began and stopped, how broad it was, and how dark."""
    ink = letter("n", 5)
    leaves, enters = found(ink, "n").astype(float)
    left, top = 8 - 3.5, 6 - 3.5  # of the ink, which OpenCV draws 7 px broad
    np.testing.assert_allclose(enters[1:3] / 8, [8 - left, 6 - top], atol=1.6)
    assert leaves[1] / 8 == pytest.approx(30 - left, abs=1.6)
    assert leaves[2] / 8 == pytest.approx(36 - top - 0.18 * 30, abs=2.0)  # the turn goes below
    np.testing.assert_allclose([leaves[7] / 16, enters[7] / 16], 3.5, atol=0.7)
    np.testing.assert_allclose([leaves[8], enters[8]], 220, atol=25)
    assert leaves[0] == enters[0] == 1
    leaves, enters = found(letter("o"), "o")
    assert leaves[0] == enters[0] == 2 and leaves[3] > 0 > enters[4]
    assert leaves[2] / 8 < 15 and enters[1] < leaves[1]
    leaves, enters = found(letter("t"), "t").astype(float)  # not by its bar
    assert leaves[2] / 8 > 40 and enters[2] / 8 < 8
    leaves, _ = found(letter("s"), "s")  # by the bow of its foot, that goes up to the right
    assert leaves[3] > 0 > leaves[4]


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (4096, 3), (3, 4096)])
def test_what_is_no_letter_has_no_ends_or_sound_ones(size: tuple[int, int]) -> None:
    for ink in (np.full(size, 255, np.uint8), np.zeros(size, np.uint8)):
        for name in "aeiost":
            out = found(ink, name)
            assert (out[:, 1] <= 8 * size[1] + 8).all() and (out[:, 2] <= 8 * size[0] + 8).all()


def test_the_noise_of_a_hostile_glyph_is_bounded(chance: np.random.Generator) -> None:
    ink = (chance.random((400, 400)) < 0.5).astype(np.uint8) * 255
    assert found(ink, "k" if "k" in LINES else "n").shape == (2, END_WORDS)


def test_points_move_with_their_ink(chance: np.random.Generator) -> None:
    for strength in (65536, 150_000):
        height, width = chance.integers(20, 70, 2).tolist()
        words = chance.integers(0, 1 << 64, 12, np.uint64)
        points = chance.integers(1, 256 * min(height, width), (1, 3, 2))
        items, _ = items_for("n", np.array([[height - 4, width - 4]]))  # and white around it
        given = items, np.array([2]), words, np.array([strength]), DEVIATIONS_Q16
        wanted = slow_vary.move_points(
            points[0] / 256 + 2, (height, width), words.tolist(), strength, DEVIATIONS_Q16.tolist()
        )
        move_points(points, *given)
        np.testing.assert_allclose(points[0] / 256 + 2, wanted, atol=0.1)
        # a dot of ink is drawn where its point is told to come
        ink, (x, y) = np.zeros((height, width), np.uint8), (width // 3, height // 2)
        ink[y - 1 : y + 2, x - 1 : x + 2] = 255
        spot = np.array([[[256 * (x - 2) + 128, 256 * (y - 2) + 128]]])
        move_points(spot, *given)
        told, size, strengths = spot[0, 0] / 256 + 2, np.array([[height, width]]), given[3]
        bent, _, (sides,), (pads,) = vary_glyphs(
            ink.reshape(-1), np.zeros(1, np.int64), size, words, strengths, DEVIATIONS_Q16
        )
        rows, columns = np.indices(sides)
        weight = bent.reshape(sides).astype(float) / bent.sum()
        centre = (weight * (columns + 0.5)).sum() - pads[0], (weight * (rows + 0.5)).sum() - pads[1]
        np.testing.assert_allclose(centre, told, atol=0.3)


def test_ends_come_to_their_places_as_defined(chance: np.random.Generator) -> None:
    items, table = items_for("nose", chance.integers(20, 60, (4, 2)))
    items["row"] = [3, 9, 5, 100]
    rows = np.array([3, 5, 8, 9], np.uint32)
    held = chance.integers(0, 300, (4, 2, END_WORDS)).astype(np.int16)
    held[:, :, 0] = [[1, 2], [1, 0], [1, 1], [2, 1]]
    held[:, :, 3:5] *= 40
    words = np.zeros((4, 2, END_WORDS), np.int16)
    assert lines_ends.take_ends(rows, held, items, 0, words) == 3
    assert np.array_equal(words, slow_ends.take_ends(rows, held, items["row"]))
    assert not words[3].any()
    broader = np.array([0, 100, -60, 0])
    ends = lines_ends.PictureEnds(*lines_ends.unpack_ends(words, broader))
    points, radii = slow_ends.unpack_ends(words, broader)
    np.testing.assert_allclose(ends.points_q8.reshape(4, 2, 3, 2) / 256, points, atol=0.01)
    np.testing.assert_allclose(ends.radii_q8 / 256, radii, atol=0.01)
    assert np.array_equal(ends.there, words[:, :, 0])
    assert np.array_equal(ends.tones, words[:, :, 8])
    sizes = np.stack([items["height_px"], items["width_px"]], 1) + 5
    sizes[2] = 0  # drawn from strokes
    white = chance.integers(0, 3, (4, 4))
    drawn = chance.integers(4000, 9000, (4, 4))
    places, slants = drawn + 100, chance.integers(-9000, 9000, 4)
    traits, out = join_table(table, chinese=False), np.zeros(4, END)
    tables = traits.kinds, traits.figures, 40.0
    lines_ends.put_ends(ends, sizes, white, drawn, items, places, slants, tables, out)
    assert out["unit"][2:].tolist() == [0, 0]
    for at in range(2):
        own = ends.points_q8.reshape(4, 2, 3, 2)[at] / 256
        told = slow_ends.put_ends(
            own, radii[at], sizes[at], white[at], drawn[at], places[at],
            slants[at] / 65536, traits.figures[items["entry"][at]], 40.0,
        )  # fmt: skip
        own = out[at]
        assert own["unit"] == pytest.approx(told["unit"], rel=1e-6)
        assert own["line"] == pytest.approx(told["line"], abs=1)
        for k, name in enumerate(("exit", "entry")):
            spots = told["spots"][k]
            np.testing.assert_allclose([own[f"{name}_x"], own[f"{name}_y"]], spots[0], atol=3)
            inner = [own[f"{name}_inner_x"], own[f"{name}_inner_y"]]
            np.testing.assert_allclose(inner, spots[2], atol=3)
            way = spots[1] - spots[0]
            ahead = [own[f"{name}_dx"], own[f"{name}_dy"]]
            np.testing.assert_allclose(ahead, way / np.hypot(*way), atol=0.05)
            assert own[f"{name}_radius"] == pytest.approx(told["radii"][k], rel=1e-6)
    assert out["high"][:2].tolist() == [0, 1] and (out["along"][:2] > 0).tolist() == [True, False]


def test_letters_and_their_joins_are_drawn_as_defined(chance: np.random.Generator) -> None:
    inks = [letter(name, 4) for name in "anu"]
    sizes = np.array([ink.shape for ink in inks])
    data = np.concatenate([ink.reshape(-1) for ink in inks])
    starts = np.cumsum([0, *(ink.size for ink in inks)])[:3]
    places = np.stack([[2000, 9000, 16000], chance.integers(-900, 3000, 3)], 1)
    places = np.concatenate([places, chance.integers(5000, 11000, (3, 2))], 1)
    steps = chance.integers(-2500, 2500, (5, 4, 2)).cumsum(1) + np.array([9000, 5000])
    nodes = np.concatenate([steps, np.full((5, 4, 3), [300, 180, 1])], 2)
    nodes[:, 0, 4] = 0
    owners, leads = np.array([0, 0, 1, 2, 2]), np.array([True, True, False, True, True])
    cuts = np.zeros((5, 4), np.int64)
    cuts[[1, 4]] = [[9000, 5000, 300, 100], [9500, 5000, -300, -90]]
    ends, slants = np.arange(4, 24, 4), chance.integers(-12000, 12000, 3)
    gains = np.array([256, 256, 190])
    out = [chance.integers(0, 90, (48, 90)).astype(np.uint8)] * 2
    boxes = np.zeros((2, 3, 4), np.int64)
    for k, draw in enumerate((draw_joined, slow_joined.draw_joined)):
        out[k] = out[k].copy()
        glyphs = data, starts, sizes, places, slants, 8, boxes[k]
        draw(nodes.reshape(-1, 5), ends, (owners, cuts, leads), glyphs, gains, 320, out[k])
    assert np.array_equal(out[0], out[1]) and np.array_equal(boxes[0], boxes[1])
    assert boxes[0, [0, 2]].any(1).all() and not boxes[0, 1].any()


def test_white_around_glyphs_goes_where_it_is_defined(chance: np.random.Generator) -> None:
    places, sizes = chance.integers(1, 20000, (9, 4)), chance.integers(0, 60, (9, 2))
    pads = chance.integers(0, 5, (9, 4))
    made = padded_places(places, sizes, pads)
    assert np.array_equal(made, slow_compose.padded_places(places, sizes, pads))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return letter_bank(tmp_path_factory.mktemp("letters") / "b")


def lines(bank: Bank | Path, tmp_path: Path, **more: object) -> Composer:
    (tmp_path / "words.txt").write_text(WORDS, "utf-8")
    recipe = {"corpus": {"length_range": [8, 17]}, "papers": ["plain"], **more}
    return Composer(recipe, bank, load(tmp_path / "words.txt"), 3)


def test_joined_lines_are_what_their_labels_say(bank: Bank, tmp_path: Path) -> None:
    more = {"layout": {"slant_deviation": 0.2}, "variation_range": [2, 3]}
    composer = lines(bank, tmp_path, joins="always", effects="default", **more)
    joins = 0
    for index in range(20):
        masks = decompose(composer.plan, 3, index)
        assert not list(consistency_errors(masks))
        assert masks.laid.shapes.strokes is not None and masks.laid.shapes.strokes.leads.all()
        joins += int(masks.laid.shapes.strokes.joined.sum())
    assert joins > 120
    masks.sample.quads[0] += 9.0  # planted
    assert any("outside of its box" in fault for fault in consistency_errors(masks))


def test_joined_pages_are_what_their_labels_say(bank: Bank, tmp_path: Path) -> None:
    small = {"page": {"width_px": 500, "height_px": 300, "em_px_range": [24, 28]}}
    masks = decompose_page(lines(bank, tmp_path, joins="always", **small).plan, 3, 0)
    assert not list(page_consistency_errors(masks))
    assert any(line.shapes.strokes is not None for line in masks.laid.lines)


def test_a_join_hangs_together_with_both_letters(bank: Bank, tmp_path: Path) -> None:
    """Of joined words all ink is one piece, but for dots: no gap between a letter and its join."""
    import cv2

    composer = lines(bank, tmp_path, joins="always", ink={"strength_range": [1, 1]})
    whole = pairs = 0
    for index in range(12):
        laid = lay_out(composer.plan, 3, index)
        assert laid.shapes.strokes is not None
        _, pieces = cv2.connectedComponents((laid.ink >= 60).astype(np.uint8), connectivity=8)
        for right in laid.shapes.strokes.owners[laid.shapes.strokes.joined].tolist():
            own = []
            for at in (right - 1, right):
                left, top, past, bottom = laid.boxes[at].tolist()
                body = pieces[(top + bottom) // 2 : bottom, left:past]
                own.append(set(np.unique(body).tolist()) - {0})
            pairs += 1
            whole += bool(own[0] & own[1])
    assert pairs > 60 and whole == pairs


def test_letters_that_are_not_joined_lie_as_before(bank: Bank, tmp_path: Path) -> None:
    never, always = (lines(bank, tmp_path, joins=joins) for joins in ("never", "always"))
    one, other = lay_out(never.plan, 3, 4), lay_out(always.plan, 3, 4)
    assert one.shapes.strokes is None and other.shapes.strokes is not None
    moved = one.shapes.placed.places_q8[:, 0] - other.shapes.placed.places_q8[:, 0]
    assert moved[0] == 0 and (np.diff(moved) >= 0).all() and moved[-1] > 0
    assert "breadth" not in always[4].drawn["ink"]


def test_version_1_and_mixed_hands_join_nothing(bank: Bank, tmp_path: Path) -> None:
    for more in ({"version": 1}, {"writers": "mixed"}):
        composer = lines(bank, tmp_path, **more)
        assert composer.plan.ends == () and lay_out(composer.plan, 3, 0).shapes.strokes is None
    with pytest.raises(RecipeError, match="by writers: mixed"):
        lines(bank, tmp_path, joins="always", writers="mixed")[0]


def test_a_line_of_pictures_is_no_digital_ink(bank: Bank, tmp_path: Path) -> None:
    composer = lines(bank, tmp_path, joins="always")
    with pytest.raises(RecipeError, match="no bank keeps strokes"):
        composer.online(0)
    laid = lay_out(composer.plan, 3, 0)
    assert composer[0].strokes is None
    told = why_no_strokes(composer.plan.banks, laid.line, laid.shapes.strokes)
    assert "keeps no strokes" in told


def test_ends_are_kept_beside_the_bank(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bank = letter_bank(tmp_path / "b")
    file, content = ends_file(bank, "latin"), bank.header.content
    assert not file.exists()
    first = bank_ends(bank, "latin", latin_shapes())
    assert file.is_file() and len(first.rows) == len(bank)
    before = file.stat().st_mtime_ns, file.read_bytes()
    again = bank_ends(bank, "latin", latin_shapes())
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert file.stat().st_mtime_ns == before[0] and not caplog.records
    lines_before = [one.image.tobytes() for one in lines(bank, tmp_path, joins="always")[:3]]
    for at in (len(before[1]) // 2, len(before[1]) - 20):
        damaged = bytearray(before[1])
        damaged[at : at + 8] = bytes(8 * [255])
        file.write_bytes(damaged)
        assert np.array_equal(bank_ends(bank, "latin", latin_shapes()).words, first.words)
        assert file.read_bytes() == before[1]
    file.write_bytes(before[1][:100])
    assert np.array_equal(bank_ends(bank, "latin", latin_shapes()).words, first.words)
    other = letter_bank(tmp_path / "other", scale=0.8)
    ends_file(other, "latin").write_bytes(before[1])  # of another bank
    assert not np.array_equal(bank_ends(other, "latin", latin_shapes()).words, first.words)
    assert "made again" in caplog.text
    assert open_bank(tmp_path / "b").header.content == content
    after = [one.image.tobytes() for one in lines(bank, tmp_path, joins="always")[:3]]
    assert after == lines_before
    assert not list((tmp_path / "b").glob(".*"))


def test_a_bank_that_cannot_be_written_keeps_them_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = letter_bank(tmp_path / "b")
    wanted = bank_ends(bank, "latin", latin_shapes())
    ends_file(bank, "latin").unlink()

    def full(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("penline.ends.put", full)
    found = bank_ends(bank, "latin", latin_shapes())
    assert np.array_equal(found.words, wanted.words)
    assert "penline bank --joins" in caplog.text
    assert not ends_file(bank, "latin").exists() and not list((tmp_path / "b").glob(".*"))


def ask(path: Path) -> bytes:
    return bank_ends(open_bank(path), "latin", latin_shapes()).words.tobytes()


def test_several_processes_ask_at_once(tmp_path: Path) -> None:
    path = letter_bank(tmp_path / "b").path
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        answers = pool.map(ask, [path] * 6)
    assert len(set(answers)) == 1 and answers[0] == ask(path)
    assert {one.name for one in path.iterdir()} == {
        "bank.json", "glyphs.arrow", "ink.arrow", "ends-latin.arrow",
    }  # fmt: skip


def test_many_ends_are_found_as_one(bank: Bank) -> None:
    ends = bank_ends(bank, "latin", latin_shapes())
    assert isinstance(ends, BankEnds)
    for row, words in zip(ends.rows.tolist(), ends.words, strict=True):
        glyph = bank[row]
        assert np.array_equal(words, found(glyph.ink, glyph.character))
    assert find_all is not None


def test_a_damaged_bank_is_told(tmp_path: Path) -> None:
    bank = letter_bank(tmp_path / "b")
    data = bytearray((tmp_path / "b" / "ink.arrow").read_bytes())
    at = int(bank.ink.offsets_at[0]) * 8
    data[at + 8 : at + 16] = (1 << 40).to_bytes(8, "little")
    (tmp_path / "b" / "ink.arrow").write_bytes(data)
    with pytest.raises(BankError, match="build it again"):
        bank_ends(open_bank(tmp_path / "b"), "latin", latin_shapes())


def test_a_bank_finds_its_joins_at_once(tmp_path: Path) -> None:
    given = letter_bank(tmp_path / "b").path
    made = pack([given], tmp_path / "a", joins=True)
    file = ends_file(made, "latin")
    before = file.read_bytes()
    assert keep_ends(made) > len(made) / 2 and file.read_bytes() == before
    assert not ends_file(pack([given], tmp_path / "c"), "latin").exists()


def test_the_command_tells_how_many_letters_have_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = letter_bank(tmp_path / "b")
    wanted = 0
    for row in range(len(given)):
        figure, kind = latin_figures()[given[row].character], kind_of_letter(given[row].character)
        ends = slow_ends.find_picture_ends(given[row].ink, kind, figure.height, figure.below)
        wanted += bool((np.array(ends)[:, 0] > 0).any())
    assert 0 < wanted <= len(given)

    def told(*more: str) -> str:
        arguments = ["penline", "bank", str(given.path), "-o", str(tmp_path / "a"), *more]
        monkeypatch.setattr(sys, "argv", [*arguments, "--overwrite"])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert not stop.value.code
        return capsys.readouterr().out

    assert f"  joins: {wanted} small letters with an end to join\n" in told("--joins")
    assert "joins:" not in told()
    assert json.loads(told("--joins", "--json"))["joins"] == wanted
    assert "joins" not in json.loads(told("--json"))


def test_hashes_hold_joins_where_ends_are_known(bank: Bank, tmp_path: Path) -> None:
    always, never = Recipe(joins="always"), Recipe(joins="never")
    assert recipe_hash(always, {}) == recipe_hash(never, {})
    assert recipe_hash(always, {"ends": "1"}) != recipe_hash(never, {"ends": "1"})
    assert lines(bank, tmp_path).plan.input_hashes() == {"ends": "1"}
    assert lines(bank, tmp_path, joins="never").plan.input_hashes() == {}
