"""Data sets made again from their reports and recipe forms, and what is refused by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from conftest import PICTURED, TEXT, build
from penline import api
from penline.bank import Bank
from penline.cli import app
from penline.errors import ExportError, MissingExtra, UsageError
from penline.export import exporter_class
from penline.export.base import Options
from penline.rebuild import Rebuilt

RECIPE = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain", "ruled"],
    "effects": "default",
}
PAGES = {
    **{name: RECIPE[name] for name in ("corpus", "papers", "effects")},
    "page": {"width_px": 400, "height_px": 300, "em_px_range": [24, 30]},
}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, small_bank: Bank, corpus_file: Path
) -> tuple[Path, dict[str, Any]]:
    """A set of three shards, the first and the last cut, and what it was made from."""
    out = tmp_path_factory.mktemp("rebuild") / "set"
    given = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
    api.compose(out, n=1010, start=995, recipe=RECIPE, val=0.25, boxes=True, seed=5, **given)
    return out, given


def changed(report: Path, folder: Path, change: Any) -> Path:
    """A copy of a report, changed."""
    value = json.loads(report.read_bytes())
    change(value)
    path = folder / "changed.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


def test_a_set_rebuilt_is_the_same_bytes(
    finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    out, given = finished
    made = api.rebuild(out / "report.json", tmp_path / "again", **{**given, "workers": 2})
    assert (made.problems, made.notes, made.proven) == ([], [], 3)
    assert tree(tmp_path / "again") == tree(out)
    plan = tmp_path / "plan.json"
    api.recipe_of(out / "report.json", plan)
    assert plan.stat().st_size < 8_400
    form = json.loads(plan.read_bytes())
    assert "shards" not in form
    assert form["sources"] == json.loads((out / "report.json").read_bytes())["sources"]
    made = api.rebuild(plan, tmp_path / "from plan", **given)
    assert (made.problems, made.notes, made.proven) == ([], [], 3)
    assert tree(tmp_path / "from plan") == tree(out)


@pytest.mark.parametrize("to", PICTURED)
def test_every_format(tmp_path: Path, small_bank: Bank, corpus_file: Path, to: str) -> None:
    given = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
    out, plan = tmp_path / "set", tmp_path / "plan.json"
    try:
        exporter = exporter_class(to, "lines", "pages")(out, Options())
    except MissingExtra as error:
        pytest.skip(str(error))
    recipe = PAGES if exporter.takes == "pages" else RECIPE
    api.compose(plan, n=4, recipe=recipe, to=to, plan_only=True, **given)
    made = api.compose(out, n=4, recipe=recipe, to=to, **given)
    planned = json.loads(plan.read_bytes())
    assert {name: made.report[name] for name in planned} == planned
    assert made.report["sources"][0]["licence"]
    found = api.rebuild(out / "report.json", tmp_path / "again", **given)
    assert (found.problems, found.proven) == ([], 1)
    assert tree(tmp_path / "again") == tree(out)
    found = api.rebuild(plan, tmp_path / "planned", **given)
    assert found.problems == []
    assert "without a proof" in found.notes[0]
    assert tree(tmp_path / "planned") == tree(out)


def test_another_bank_or_text_is_refused_by_name(
    finished: tuple[Path, dict[str, Any]], tmp_path: Path, characters: str
) -> None:
    out, given = finished
    other = build(tmp_path / "other.bank", {"casia:001": characters, "casia:002": characters})
    text = tmp_path / "other.txt"
    text.write_text(TEXT[1:], "utf-8")
    for more, name in (
        ({"banks": [other]}, "bank number 1"),
        ({"banks": [*given["banks"], other]}, "bank number 2"),
        ({"corpora": [text]}, "corpus"),
    ):
        with pytest.raises(UsageError, match=f"{name} is not what"):
            api.rebuild(out / "report.json", tmp_path / "again", **{**given, **more})
    few = build(tmp_path / "few.bank", {"casia:003": "Q"})
    nobody = build(tmp_path / "nobody.bank", {"unknown:1": characters})
    with pytest.raises(UsageError, match=r"was not made from these banks .* same files again"):
        api.rebuild(out / "report.json", tmp_path / "again", **{**given, "banks": [nobody]})
    with pytest.raises(UsageError, match="bank number 1 is not what"):
        api.rebuild(out / "report.json", tmp_path / "again", **{**given, "banks": [few]})
    with pytest.raises(UsageError, match="no dictionary"):
        api.rebuild(out / "report.json", tmp_path / "again", **given, dictionary=out / "dict.txt")
    with pytest.raises(UsageError, match="photos"):
        api.rebuild(out / "report.json", tmp_path / "again", **given, photos=[tmp_path])
    with pytest.raises(UsageError, match="placement model"):
        api.rebuild(out / "report.json", tmp_path / "again", **given, hand=text)
    with pytest.raises(UsageError, match="another folder"):
        api.rebuild(out / "report.json", out, **given, overwrite=True)
    assert not (tmp_path / "again").exists()


def test_a_changed_recipe_is_refused(finished: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    out, given = finished

    def other_height(report: dict[str, Any]) -> None:
        report["run"]["recipe"]["image"]["height_px"] = 48

    def other_part(report: dict[str, Any]) -> None:
        report["run"]["part"] = "all"

    for change in (other_height, other_part):
        path = changed(out / "report.json", tmp_path, change)
        with pytest.raises(ExportError, match=r"recipe.* was made of"):
            api.rebuild(path, tmp_path / "again", **given)


def test_what_was_tampered_with_is_found(
    finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    out, given = finished
    again = tmp_path / "again"

    def rebuilt(change: Any) -> Rebuilt:
        path = changed(out / "report.json", tmp_path, change)
        return api.rebuild(path, again, **given, overwrite=True)

    def hashes(report: dict[str, Any]) -> None:
        report["shards"][1]["pixels"] = "0" * 32
        report["shards"][2]["files"] = "0" * 32
        report["files"]["rec_gt_val.txt"] = "0" * 32
        report["classes"] += 1

    found = rebuilt(hashes)
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "shard 1 (samples 1,000 to 1,999)",
        "shard 2 (samples 2,000 to 2,004)",
        "classes",
        "rec_gt_val.txt",
    ]
    assert found.proven == 2

    def count(report: dict[str, Any]) -> None:
        report["run"]["count"] = 5
        report["run"]["made_with"]["opencv-python-headless"] = "4.0"

    found = rebuilt(count)
    assert "shard 1: was not made" in found.problems
    assert "shard 0 (samples 995 to 999): its pixels" not in "".join(found.problems)
    assert "opencv-python-headless 4.0, here" in found.notes[0]

    def proof(report: dict[str, Any]) -> None:
        report["run"]["count"], report["run"]["start"] = 3, 0
        del report["shards"]
        report["proof"] = {"pixels": "0" * 32}

    assert "plan's proof" in rebuilt(proof).problems[0]


def test_a_dictionary_goes_with_the_set(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, characters: str
) -> None:
    given = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
    own = tmp_path / "own.txt"
    own.write_text("".join(f"{c}\n" for c in reversed(characters)), "utf-8", newline="\n")
    out = tmp_path / "set"
    api.compose(out, n=5, recipe=RECIPE, dictionary=own, **given)
    assert api.rebuild(out / "report.json", tmp_path / "again", **given).problems == []
    assert tree(tmp_path / "again") == tree(out)
    alone = tmp_path / "alone" / "report.json"
    alone.parent.mkdir()
    shutil.copy(out / "report.json", alone)
    with pytest.raises(UsageError, match="--dict"):
        api.rebuild(alone, tmp_path / "more", **given)
    assert api.rebuild(alone, tmp_path / "more", **given, dictionary=own).problems == []
    other = tmp_path / "other.txt"
    other.write_text("".join(f"{c}\n" for c in characters), "utf-8", newline="\n")
    with pytest.raises(UsageError, match=r"dictionary .*other\.txt is not what"):
        api.rebuild(alone, tmp_path / "no", **given, dictionary=other)


def test_files_of_the_recipe_may_lie_elsewhere(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    photos, moved = tmp_path / "photos", tmp_path / "moved"
    photos.mkdir()
    picture = np.random.default_rng(1).integers(180, 255, (200, 300), np.uint8)
    cv2.imwrite(str(photos / "a.png"), picture)
    given = {"banks": [small_bank], "workers": 1}
    text = tmp_path / "text.jsonl"
    rows = [json.dumps({"body": line}, ensure_ascii=False) for line in TEXT.splitlines()]
    text.write_text("\n".join(rows), "utf-8")
    recipe = {**RECIPE, "papers": ["plain", {"name": "photo", "folder": str(photos)}]}
    api.compose(tmp_path / "set", n=5, recipe=recipe, corpora=[text], field="body", **given)
    shutil.copytree(photos, moved)
    report = changed(
        tmp_path / "set" / "report.json",
        tmp_path,
        lambda value: value["run"]["recipe"]["papers"][1]["paper"].update(folder="elsewhere"),
    )
    with pytest.raises(UsageError, match=r"elsewhere.*--photos"):
        api.rebuild(report, tmp_path / "again", corpora=[text], **given)
    found = api.rebuild(report, tmp_path / "again", corpora=[text], photos=[moved], **given)
    assert found.problems == []
    cv2.imwrite(str(moved / "a.png"), 255 - picture // 2)
    with pytest.raises(UsageError, match="paper 0 is not what"):
        api.rebuild(report, tmp_path / "third", corpora=[text], photos=[moved], **given)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"run": {}}', '{"run": ' + "[" * 100_000, '{"run": 3, "shards": []}'],
    ids=["empty", "list", "object", "run", "deep", "number"],
)
def test_what_is_no_report(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ExportError, match="does not say how"):
        api.rebuild(path, tmp_path / "out")
    path.write_text('{"run": ', "utf-8")
    with pytest.raises(ExportError, match="composed: it is no whole JSON"):
        api.rebuild(path, tmp_path / "out")
    with pytest.raises(UsageError, match="no file"):
        api.rebuild(tmp_path / "none.json", tmp_path / "out")


def test_settings_out_of_bounds(finished: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    out, given = finished
    for name, value in (
        ("format", "../x"),
        ("quality", 1000),
        ("count", 0),
        ("seed", -1),
        ("recipe", {"papers": [3]}),
        ("format_of_run", 99),
        ("to", "steam"),
    ):
        path = changed(
            out / "report.json", tmp_path, lambda r, n=name, v=value: r["run"].update({n: v})
        )
        with pytest.raises((ExportError, UsageError)):
            api.rebuild(path, tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_the_command_line(
    finished: tuple[Path, dict[str, Any]], tmp_path: Path, corpus_file: Path
) -> None:
    out, given = finished
    run = CliRunner().invoke
    plan = str(tmp_path / "plan.json")
    again = str(tmp_path / "again")
    files = ["--bank", str(given["banks"][0].path), "--corpus", str(corpus_file), "--workers", "1"]
    found = run(app, ["rebuild", str(out / "report.json"), "--plan-only", "-o", plan])
    assert found.exit_code == 0, found.output
    found = run(app, ["rebuild", plan, *files, "-o", again])
    assert found.exit_code == 0, found.output
    assert "3 of 3 shards proven" in found.output
    planned = str(tmp_path / "composed.json")
    one = ["compose", *files, "-n", "10000000", "--plan-only"]
    assert run(app, [*one, "-o", planned]).exit_code == 0
    assert Path(planned).stat().st_size < 8_400
    assert isinstance(run(app, [*one, "-o", planned]).exception, UsageError)
    assert isinstance(run(app, [*one, "-o", str(tmp_path / "folder")]).exception, UsageError)
    bad = changed(out / "report.json", tmp_path, lambda r: r["shards"][0].update({"pixels": "x"}))
    found = run(app, ["rebuild", str(bad), *files, "-o", again, "--overwrite", "--json"])
    assert found.exit_code == 1
    assert json.loads(found.output)["proven"] == 2
