"""What Python shows of glyphs, banks, lines and composers, in a shell and in a notebook."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes
import penline
from conftest import build
from fakes_pages import dgrl
from penline.bank import Bank
from penline.errors import UsageError
from penline.records import Sample

TEXTS = ["a bad cab", "dead bee", "a<b>c</b"]
RECIPE = {"papers": ["plain"], "corpus": {"length_range": [3, 9]}}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return build(tmp_path_factory.mktemp("showing") / "b", {"own:a": "abcde<>/", "own:b": "abcde"})


@pytest.fixture(scope="module")
def lines(bank: Bank) -> penline.Composer:
    return penline.Composer(RECIPE, bank, TEXTS, seed=1)


def picture(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def test_names_of_the_package_are_its_public_ones() -> None:
    for module in (penline, penline.api, penline.stream):
        shown = dir(module)
        assert not {"annotations", "Any", "TYPE_CHECKING"} & set(shown)
        assert all(getattr(module, name) is not None for name in shown)


def test_representations_are_one_short_line(bank: Bank, lines: penline.Composer) -> None:
    assert repr(bank) == "<Bank b: 26 glyphs, 8 characters, 2 writers>"
    glyph = bank[0]
    height, width = glyph.ink.shape
    assert repr(glyph) == f"<BankGlyph {glyph.character!r}, {width} x {height} px, {glyph.writer}>"
    assert repr(lines) == "<Composer of 1 bank, seed 1: 1,000,000 lines>"
    line = lines[0]
    height, width = line.image.shape[:2]
    told = f"<Sample 0: {line.text!r}, {width} x {height} px by {line.writer}, train>"
    assert repr(line) == told
    long = Sample(**{**{f: getattr(line, f) for f in line.__dataclass_fields__}, "text": "x" * 90})
    assert "x" * 39 + "…'" in repr(long)


def test_a_record_shows_itself(tmp_path: Path) -> None:
    (tmp_path / "001-f.gnt").write_bytes(fakes.gnt("永"))
    (record,) = penline.read(tmp_path / "001-f.gnt")
    height, width = record.pixels.shape
    told = f"<GlyphRecord '永', {width} x {height} px, casia:001-f, record 0>"
    assert re.sub("casia:[^,]*", "casia:001-f", repr(record)) == told
    assert np.array_equal(picture(record._repr_png_()), 255 - record.ink)
    (tmp_path / "002.pot").write_bytes(fakes.pot("永"))
    (strokes,) = penline.read(tmp_path / "002.pot")
    told = f"<StrokeRecord '永', {len(strokes.ends)} strokes, {strokes.source.writer}, record 0>"
    assert repr(strokes) == told
    (tmp_path / "003-P1.dgrl").write_bytes(dgrl(["今天" * 30]))
    (line,) = penline.read(tmp_path / "003-P1.dgrl")
    assert repr(line).startswith("<LineRecord '今天") and len(repr(line)) < 120


def test_notebooks_show_ink_on_white_and_boxes(bank: Bank, lines: penline.Composer) -> None:
    assert np.array_equal(picture(bank[3]._repr_png_()), 255 - bank[3].ink)
    assert bank._repr_html_().count("<svg") == 1
    line = next(line for line in lines[:50] if "<" in line.text)
    page = line._repr_html_()
    assert page.count("<polygon") == len(line.items)
    assert "<b>" not in page
    assert "&lt;" in page
    seen = picture(line._repr_png_())
    assert np.array_equal(seen if seen.ndim == 2 else seen[:, :, ::-1], line.image)
    assert lines._repr_html_().count("<figure") == 5


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG"])
def test_a_line_is_saved(lines: penline.Composer, tmp_path: Path, suffix: str) -> None:
    line = lines[2]
    line.save(tmp_path / f"line{suffix}")
    found = picture((tmp_path / f"line{suffix}").read_bytes())
    wanted = line.image if line.image.ndim == 2 else line.image[:, :, ::-1]
    assert found.shape == wanted.shape
    assert np.abs(found.astype(int) - wanted).mean() < (0.001 if suffix == ".png" else 4)


def test_a_line_is_saved_as_nothing_else(lines: penline.Composer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a \.png or a \.jpg file"):
        lines[2].save(tmp_path / "line.gif")
    assert not list(tmp_path.iterdir())


def test_a_line_becomes_a_pillow_image(lines: penline.Composer) -> None:
    pytest.importorskip("PIL")
    assert np.array_equal(np.asarray(lines[1].to_pil()), lines[1].image)


def test_text_may_come_from_memory(bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("a bad cab\ndead bee\n", "utf-8")
    one = penline.Composer(RECIPE, bank, ["a bad cab", "dead bee"], seed=3)
    by_file = penline.Composer(RECIPE, bank, [str(text)], seed=3)
    assert np.array_equal(one[5].image, by_file[5].image)
    assert one[5].text == by_file[5].text
    with pytest.raises(UsageError, match="give files, or sentences"):
        penline.Composer(RECIPE, bank, [str(text), "dead bee"])
