"""Real and synthetic lines held apart: distances, a classifier, a page."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import fakes_lines
from penline.errors import ExportError, UsageError
from penline.look.realism import realism_page, write_realism_page
from penline.measure.classify import auc, logistic, tell_apart
from penline.measure.compare import FEATURES, QUANTITIES, features_of, hold_against
from penline.measure.distance import compare, kolmogorov, wasserstein
from penline.measure.geometry import LineGeometry, with_writer_ems
from penline.realism import realism

TEXT = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张“寒来”暑往12秋收冬藏"


def bells(count: int, seed: int = 1) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(seed)).normal(size=count)


def lines(count: int = 8) -> list[LineGeometry]:
    return with_writer_ems(fakes_lines.geometry(TEXT, seed=k) for k in range(count))


# ---- sets held apart


def test_distances_are_those_of_shifted_sets() -> None:
    values = bells(500)
    assert wasserstein(values, values) == 0.0
    assert wasserstein(values, values + 0.25) == pytest.approx(0.25)
    assert kolmogorov(values, values + 100) == 1.0
    parts = np.array_split(values, 20)
    found = compare("gap", "em", parts, [part + 0.25 for part in parts])
    assert found is not None
    assert found.wasserstein == pytest.approx(0.25)
    assert found.wasserstein_interval[0] < 0.25 < found.wasserstein_interval[1]
    assert compare("gap", "em", [np.zeros(0)], parts) is None


def test_logistic_regression_finds_the_direction() -> None:
    x = bells(2000).reshape(-1, 2)
    y = (x[:, 0] + 0.3 * bells(1000, 2) > 0).astype(float)
    beta = logistic(x, y, np.ones(1000))
    assert beta[1] > 3 and abs(beta[2]) < 1
    assert auc(np.zeros(3), np.zeros(4)) == 0.5


def test_the_classifier_sees_a_difference_and_no_other() -> None:
    def part(seed: int, more: float) -> list[np.ndarray]:
        return [bells(60, seed + k).reshape(20, 3) + np.array([more, 0, 0]) for k in range(12)]

    same, apart = (tell_apart(part(1, 0), part(100, more), ["a", "b", "c"]) for more in (0, 2))
    assert same is not None and apart is not None
    assert same.characters_interval[0] < 0.55 and same.characters < 0.6
    assert apart.characters > 0.85 and apart.lines == 1.0
    assert apart.gives_away[0][0] == "a" and apart.gives_away[0][1] > 0
    assert tell_apart(part(1, 0)[:1], part(2, 0), ["a", "b", "c"]) is None


def test_lines_are_held_against_lines() -> None:
    real = lines(10)
    same = with_writer_ems(fakes_lines.geometry(TEXT, seed=100 + k) for k in range(10))
    plain = with_writer_ems(fakes_lines.geometry(TEXT, gap_em=0.4) for _ in range(10))
    near, far = hold_against(real, same), hold_against(real, plain)
    a, b = ({d.quantity: d.wasserstein for d in one.distances} for one in (near, far))
    assert {"gap", "size", "width", "vertical place", "drift", "slope"} <= a.keys()
    assert "stroke width" not in a
    for quantity in ("gap", "size", "vertical place"):
        assert 2 * a[quantity] < b[quantity]
    assert near.places is not None and far.places is not None and far.looks is None
    assert near.places.characters < 0.65 < 0.9 < far.places.characters
    assert features_of(real[0]).shape == (len(TEXT), len(FEATURES))
    assert all(unit in ("em", "", "x-heights") for unit, _, _ in QUANTITIES.values())


def test_cells_say_nothing_of_gaps() -> None:
    row = dataclasses.replace(lines(1)[0], cells=True)
    for quantity in ("gap", "drift", "slope"):
        assert len(QUANTITIES[quantity][2](row)) == 0


# ---- the verb and its page


def test_a_page_is_held_against_a_set(tmp_path: Path) -> None:
    (tmp_path / "006-P16.dgrl").write_bytes(fakes_lines.page([TEXT] * 4))
    near = fakes_lines.data_set(tmp_path / "near", [TEXT] * 4)
    far = fakes_lines.data_set(tmp_path / "far", [TEXT] * 4, gap_em=0.5)
    one, two = (realism(tmp_path / "006-P16.dgrl", folder) for folder in (near, far))
    a, b = ({d.quantity: d.wasserstein for d in f.comparison.distances} for f in (one, two))
    assert a["gap"] < 0.01 < 0.25 < b["gap"] < 0.35
    assert {"stroke width", "ink density", "ink strength", "slant"} <= a.keys()
    assert {"stroke ending", "breadth along strokes"} <= a.keys()
    assert one.comparison.looks is not None
    assert json.dumps(one.figures(), allow_nan=False)
    assert one.left_out == {"real": {}, "synthetic": {}}
    assert one.real[0].ink is not None
    cut = realism(tmp_path / "006-P16.dgrl", near, most=2)
    assert cut.comparison.real_lines == cut.comparison.synthetic_lines == 2


def test_a_side_without_lines_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.dgrl").write_bytes(fakes_lines.page([TEXT]))
    (tmp_path / "boxes.jsonl").write_bytes(b"")
    with pytest.raises(ExportError, match="no synthetic line"):
        realism(tmp_path / "a.dgrl", tmp_path)
    with pytest.raises(UsageError):
        realism(tmp_path / "none.dgrl", tmp_path)


def test_the_page_shows_both_sides_and_loads_nothing(tmp_path: Path) -> None:
    text = "天地玄黄宇</script>"
    real = fakes_lines.data_set(tmp_path / "real", [text, TEXT])
    made = fakes_lines.data_set(tmp_path / "made", [TEXT, text])
    found = realism(real, made)
    whole = realism_page(found, "a <title> & more")
    html = whole.decode()
    assert "default-src 'none'" in html
    assert html.count("</script>") == 2
    assert "&lt;title&gt; &amp; more" in html
    data = json.loads(html.partition('id="data">')[2].partition("</script>")[0])
    assert [line["text"] for line in data["real"]] == [text, TEXT]
    assert all(line["src"].startswith("data:image/png") for line in data["synthetic"])
    assert len(data["real"][0]["boxes"]) == len(text)
    assert data["distances"][0][0].startswith("gap")
    write_realism_page(found, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes().startswith(b"<!doctype html>")
    with pytest.raises(UsageError, match="html"):
        write_realism_page(found, tmp_path / "page.txt")


def test_lines_without_pictures_are_shown_as_boxes() -> None:
    from penline.realism import Realism

    sides = tuple(lines(3)), tuple(lines(3))
    found = Realism(hold_against(*sides), *sides, {"real": {"why": 2}, "synthetic": {}})
    html = realism_page(found).decode()
    data = json.loads(html.partition('id="data">')[2].partition("</script>")[0])
    assert data["real"][0]["src"] == "" and data["real"][0]["width"] > 100
    assert data["tables"] == [{"title": "Left out, real", "rows": [["why", 2]]}]
