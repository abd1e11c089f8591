"""Which lines teach: arms, leaks, errors with their intervals, and a reader that is trained."""

from __future__ import annotations

import dataclasses
import itertools
import json
import random
import re
import shlex
from pathlib import Path

import cv2
import numpy as np
import pytest

import fakes
import fakes_pages
from conftest import build
from penline import api
from penline.ablate.arms import Arm, arm_of, differences, with_mixes
from penline.ablate.leaks import known_before
from penline.ablate.lines import MixedLines, RealLine, fitted, real_lines, scaled, trimmed
from penline.ablate.models import model_of
from penline.ablate.scores import by_group, classes_of, confusions, edits_of, interval, rate
from penline.ablate.text import Folding
from penline.corpus import Corpus, load
from penline.errors import ExportError, FormatError, UsageError
from penline.recipe import Recipe
from test_cli import penline as penline

LETTERS = "abcde "
TEXT = ["a bad cab", "dead bee", "ace bed", "add a bead", "cab dab", "decade"] * 4
PLAIN = {"papers": ["plain"], "corpus": {"length_range": [3, 6]}, "image": {"height_px": 32}}


def real(text: str, writer: str = "", name: str = "", width: int = 40) -> RealLine:
    return RealLine(np.full((32, width), 255, np.uint8), text, writer, name or text)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two banks of different hands, a text, and real lines of the second hand."""
    root = tmp_path_factory.mktemp("ablate")
    build(root / "a", {"own:a": "abcde", "own:b": "abcde"})
    build(root / "z", {"own:z": "abcde"})
    (root / "text.txt").write_text("\n".join(TEXT), "utf-8")
    (root / "other.txt").write_text("abba dab\ncede\nbad ace\n" * 9, "utf-8")
    for name, recipe in (("plain", PLAIN), ("tall", {**PLAIN, "image": {"height_px": 64}})):
        (root / f"{name}.yaml").write_text(json.dumps(recipe), "utf-8")
    api.compose(
        root / "real",
        n=24,
        recipe=PLAIN,
        banks=[root / "z"],
        corpora=[root / "other.txt"],
        to="imagefolder",
        workers=1,
    )
    return root


# ---- arms ---------------------------------------------------------------------------------------


def test_an_arm_is_told_in_any_order(folders: Path) -> None:
    arm = arm_of(f"x:{folders / 'text.txt'},{folders / 'tall.yaml'},{folders / 'a'}")
    assert (arm.name, arm.recipe.image.height_px, len(arm.banks)) == ("x", 64, 1)
    assert arm.banks[0].writers == ("own:a", "own:b")
    bare = arm_of("y:plain", [folders / "z"], [folders / "other.txt"])
    assert bare.banks[0].writers == ("own:z",)
    assert [one.paper.name for one in bare.recipe.papers] == ["plain"]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("plain", "is no arm"),
        ("x:", "is no arm"),
        ("../x:plain", "is no name of an arm"),
        (".x:plain", "does not begin with a full stop"),
        ("x:plain,papers", "names 2 recipes"),
        ("x:nothing-of-that-name", "nothing-of-that-name"),
    ],
)
def test_what_is_no_arm_is_refused(spec: str, told: str) -> None:
    with pytest.raises((UsageError, ValueError), match=told):
        arm_of(spec)


def test_mixes_make_each_arm_once_a_share(folders: Path) -> None:
    arms = [arm_of(f"{n}:plain", [folders / "a"], [folders / "text.txt"]) for n in "xy"]
    found = with_mixes(arms, [0, 0.5, 1])
    names = ["real", "x+real-50%", "y+real-50%", "x", "y"]
    assert [arm.name for arm in found] == names
    assert [arm.composed for arm in found] == [0, 0.5, 0.5, 1, 1]
    with pytest.raises(UsageError, match="two arms are called x"):
        with_mixes([arms[0], arms[0]], [1])
    with pytest.raises(UsageError, match="from 0 to 1"):
        with_mixes(arms, [1.5])


def test_differences_name_settings_banks_and_text(folders: Path) -> None:
    one = arm_of(f"x:{folders / 'plain.yaml'}", [folders / "a"], [folders / "text.txt"])
    other = arm_of(f"y:{folders / 'tall.yaml'}", [folders / "z"], [folders / "other.txt"])
    assert differences(one, one) == []
    assert differences(one, other) == [
        "image.height_px: 32 -> 64",
        "glyphs: other banks",
        "text: another corpus",
    ]


# ---- leaks --------------------------------------------------------------------------------------


def arm(folders: Path, *texts: str, nfkc: bool = False) -> Arm:
    bank = arm_of("x:plain", [folders / "a"], [folders / "text.txt"]).banks
    return Arm("x", Recipe.model_validate(PLAIN), bank, Corpus.from_texts(texts, nfkc=nfkc))


def test_a_planted_writer_is_refused(folders: Path) -> None:
    with pytest.raises(UsageError, match=r"1 writer .* own:b"):
        known_before([real("cab", "own:b")], [arm(folders, "a bad cab")])
    with pytest.raises(UsageError, match="real lines to train on"):
        known_before([real("cab", "own:q")], [arm(folders, "x")], [real("bed", "own:q")])


@pytest.mark.parametrize(
    "label", ["A bad  Cab indeed", "a bad cab ind", "今天上午九点我们在学校门口"]
)
def test_a_planted_sentence_is_refused(folders: Path, label: str) -> None:
    text = "and so a bad cab indeed came; 今天上午九点我们在学校门口集合"
    with pytest.raises(UsageError, match="1 label of the lines to judge on"):
        known_before([real(label)], [arm(folders, text)])
    with pytest.raises(UsageError, match="1 label of the lines to judge on"):
        known_before([real(label)], [arm(folders, "x")], [real(text)])


def test_short_labels_are_counted(folders: Path) -> None:
    lines = [real(text) for text in ("cab", "cab", "bed", "in", "九点", "internationally")]
    known = known_before(lines, [arm(folders, "a Cab, indeed; 上午九点")])
    assert known.short == (2, 5)  # cab and 九点, not the "in" of indeed
    assert known.unknown == 6


# ---- errors -------------------------------------------------------------------------------------


def levenshtein(a: list[str] | str, b: list[str] | str) -> int:
    """By its definition."""
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
    for i, j in itertools.product(range(1, len(a) + 1), range(1, len(b) + 1)):
        swap = table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
        table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, swap)
    return int(table[-1, -1])


def test_edits_are_those_of_the_definition() -> None:
    chance = random.Random(1)
    texts = ["".join(chance.choices("ab c", k=chance.randrange(9))) for _ in range(200)]
    found = edits_of(texts[:100], texts[100:])
    for row, (a, b) in enumerate(zip(texts[:100], texts[100:], strict=True)):
        assert found.characters[row].tolist() == [levenshtein(a, b), len(a)]
        words = a.split(), b.split()
        assert found.words[row].tolist() == [levenshtein(*words), len(words[0])]


def test_intervals_hold_what_other_lines_would_give() -> None:
    chance = np.random.default_rng(2)

    def drawn(wrong: float) -> np.ndarray:
        edits = chance.binomial(10, wrong, (3, 400))
        return np.stack([edits, np.full_like(edits, 10)], 2)

    held = 0
    for _ in range(40):
        low, high = interval(drawn(0.3), rounds=200)
        held += low <= 0.3 <= high
    assert held >= 32
    one, other = drawn(0.30), drawn(0.35)
    low, high = interval(other, one, rounds=300)
    assert 0.02 < low < 0.05 < high < 0.08
    assert interval(one, one, rounds=50) == (0, 0)
    assert rate(one) == pytest.approx(0.3, abs=0.02)


def test_errors_by_group_by_kind_and_what_was_taken_for_what() -> None:
    references, read = ["ab1", "a.的"], [["ab7", "b.的"], ["ab", "xa.地"]]
    counts = np.stack([edits_of(references, one).characters for one in read])
    assert by_group(counts, ["p", "q"]) == {
        "p": {"lines": 1, "error": 2 / 6},
        "q": {"lines": 1, "error": 3 / 6},
    }
    kinds = classes_of(references, read)
    assert kinds["letters"] == {"characters": 6, "error": 1 / 6}
    assert kinds["digits"] == {"characters": 2, "error": 1.0}
    assert kinds["Chinese characters"] == {"characters": 2, "error": 0.5}
    assert set(confusions(references, read)) == {
        ("1", "7", 1),
        ("a", "b", 1),
        ("1", "", 1),
        ("的", "地", 1),
        ("", "x", 1),
    }


def test_foldings_say_what_is_the_same() -> None:
    loose, exact = Folding(nfkc=True, case=False), Folding(nfkc=False, case=True)
    assert (loose("Ａ  b\u3000C "), exact("Ａ  b")) == ("a b c", "Ａ b")
    assert loose.alphabet(["Ab", "b"]) == (" ", "a", "b")
    assert loose.writable("ab", "AaBbCcＡ") == frozenset("AaBbＡ")


# ---- lines --------------------------------------------------------------------------------------


def test_lines_of_a_set_come_grey_and_of_the_readers_height(folders: Path) -> None:
    lines = real_lines(folders / "real", 32)
    assert len(lines) == 24
    assert {line.writer for line in lines} == {"own:z"}
    assert {line.image.shape[0] for line in lines} == {32}
    assert len(real_lines(folders / "real", 32, most=5)) == 5
    with pytest.raises(ExportError, match="no lines of the side val"):
        real_lines(folders / "real", 32, "val")
    assert [line.name for line in lines[:2]] == [f"train/metadata.jsonl:{k}" for k in range(2)]
    with pytest.raises((UsageError, FormatError)):
        real_lines(folders / "a", 32)
    api.convert(folders / "real", folders / "parquet", to="parquet")
    again = real_lines(folders / "parquet", 32)
    assert [(line.text, line.writer) for line in again] == [(i.text, i.writer) for i in lines]
    colour = np.zeros((64, 30, 3), np.uint8)
    colour[:, :, 0] = 200
    assert scaled(colour, 32).shape == (32, 15)
    assert int(scaled(colour, 32)[0, 0]) == cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)[0, 0]
    with pytest.raises(ExportError, match="px wide"):
        scaled(np.zeros((2, 900), np.uint8), 32)


def test_a_line_is_cut_to_its_ink_with_like_margins() -> None:
    page = np.full((90, 200), 240, np.uint8)
    page[20:52, 70:170] = 30
    page[60, 5] = 200  # a speck, lighter than halfway to the ink
    cut = trimmed(page)
    assert cut.shape == (32 + 2 * 2, 100 + 2 * 2)
    assert (cut == 240).sum() == 36 * 104 - 32 * 100
    assert (trimmed(np.pad(page, 40, constant_values=240)) == cut).all()
    edge = trimmed(page[20:52, 70:170].repeat(3, 1))
    assert edge.shape == (32, 300)  # nothing is darker than the paper: as it is
    tight = np.hstack([page[20:52, 165:], page[20:52, :70]])
    assert trimmed(tight).shape == (36, 5 + 4)  # paper is added where there was no margin
    assert fitted(page, 18, trim=True).shape == (18, 52)
    assert fitted(page, 45, trim=False).shape == (45, 100)
    colour = np.repeat(page[:, :, None], 3, 2)
    assert (trimmed(colour) == cut).all()


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.7, 1])
def test_a_mix_has_its_share_and_no_composed_line_twice(share: float) -> None:
    composed = [real(f"c{number}") for number in range(100)]
    own = [real(f"r{number}") for number in range(7)]
    mixed = MixedLines(composed, own, share, Folding(), height_px=32, size=100)  # type: ignore[arg-type]
    texts = [mixed[index].text for index in range(len(mixed))]
    drawn = [text for text in texts if text[0] == "c"]
    assert len(drawn) == round(100 * share)
    assert len(set(drawn)) == len(drawn)
    rest = [text for text in texts if text[0] == "r"]
    assert rest == [f"r{number % 7}" for number in range(len(rest))]


# ---- a reader that is trained -------------------------------------------------------------------


def ablation(folders: Path, out: Path, **named: object) -> api.ablate:  # type: ignore[valid-type]
    arms = [f"a:{folders / 'plain.yaml'}", f"b:{folders / 'tall.yaml'}"]
    settings: dict[str, object] = {
        "real": folders / "real",
        "arms": arms,
        "banks": [folders / "a"],
        "corpora": [folders / "text.txt"],
        "seeds": 1,
        "steps": 6,
        "batch": 2,
        "every": 2,
        "rate": 3e-3,
    }
    return api.ablate(out, **{**settings, **named})


def numbers(found: object) -> list[object]:
    return [[arm["curves"], arm["characters"], arm["words"]] for arm in found.results["arms"]]  # type: ignore[attr-defined]


class _Killed(Exception):
    pass


def test_a_killed_training_goes_on_to_the_same_numbers(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from penline.ablate.training import Training

    whole = ablation(folders, tmp_path / "whole", processes=2)
    kept = Training._keep
    monkeypatch.setattr(Training, "_keep", lambda self, *rest: _kill_after(kept, self, *rest))
    for _ in range(4):  # a kill after each checkpoint: 2 of each of 2 trainings
        with pytest.raises(_Killed):
            ablation(folders, tmp_path / "broken")
    monkeypatch.undo()
    again = ablation(folders, tmp_path / "broken")
    assert numbers(again) == numbers(whole)
    assert not list((tmp_path / "broken").rglob("checkpoint.pt"))
    assert numbers(ablation(folders, tmp_path / "whole")) == numbers(whole)
    with pytest.raises(UsageError, match="another comparison"):
        ablation(folders, tmp_path / "whole", steps=8)


def _kill_after(kept: object, *rest: object) -> None:
    kept(*rest)  # type: ignore[operator]
    raise _Killed


def test_a_training_goes_on_from_the_weights_of_another(folders: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from penline.ablate.running import trainings
    from penline.ablate.training import WEIGHTS, Training, TrainingPlan

    one = arm(folders, "a bad cab", "dead bee")
    plan = TrainingPlan("crnn-small", tuple(LETTERS), Folding(), 4, 2, 3e-3, 2, "cpu")
    still = dataclasses.replace(plan, steps=1, rate=1e-12)

    def training(plan: TrainingPlan, seed: int, out: str, start: Path | None = None) -> Training:
        lines = [real("bed", width=64)]
        (found,) = trainings(plan, [one], [seed], tmp_path / out, lines, (), start)
        return found

    before, other = training(plan, 1, "before"), training(plan, 3, "other")
    before.run(), other.run()
    start = before.folder / WEIGHTS
    after, afresh = training(still, 2, "after", start), training(still, 2, "afresh")
    after.run(), afresh.run()
    begun, ended, chance = (torch_weights(t.folder / WEIGHTS) for t in (before, after, afresh))
    learned = [name for name in begun if "running" not in name and "tracked" not in name]
    assert len(learned) > 10
    for name in learned:
        assert np.allclose(ended[name], begun[name], atol=1e-9)
    assert not all(np.allclose(chance[name], begun[name], atol=1e-3) for name in learned)
    again = training(still, 2, "after", other.folder / WEIGHTS)
    assert len({after.identity, afresh.identity, again.identity}) == 3
    assert after.finished()
    assert again.finished() is None


def test_the_page_tells_how_to_take_weights_along(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's Python, run beside an ablation, gives the network that `penline read` has."""
    torch = pytest.importorskip("torch")
    ablation(folders, tmp_path / "which")
    page = (Path(__file__).parent.parent / "docs" / "what-teaches.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    exec(block, found)  # noqa: S102  the page's own
    line = real_lines(folders / "real", 32, most=1)[0].image
    line = np.pad(line, ((0, 0), (0, -line.shape[1] % 8)), constant_values=255)
    reader = model_of("which")
    with torch.no_grad():
        scores = found["network"].eval()(torch.from_numpy(line)[None, None])  # type: ignore[attr-defined]
    assert np.array_equal(scores[:, 0].numpy(), reader.scores(line))  # type: ignore[attr-defined]
    assert found["labels"].characters == reader.labels.characters  # type: ignore[attr-defined]


def test_a_reader_learns_and_is_read_with(folders: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    found = ablation(folders, tmp_path / "out", steps=150, batch=8, every=50)
    arm = found.results["arms"][0]
    losses = [loss for _, loss, _ in arm["curves"][0]]
    assert losses[-1] < 0.7 * losses[0]
    api.ablation_files(found)
    page = (tmp_path / "out" / "ablation.html").read_text("utf-8")
    assert "default-src 'none'" in page
    model = json.loads((tmp_path / "out" / "model.json").read_text("utf-8"))
    assert model["made_of"]["recipe"]["papers"][0]["paper"]["name"] == "plain"
    assert model["made_of"]["corpus"] == load([folders / "text.txt"]).content_hash
    read = api.read_lines(folders / "real", str(tmp_path / "out"))
    best = found.results["best"]
    error = next(a for a in found.results["arms"] if a["name"] == best["arm"])["characters"]
    assert read.results["characters"]["error"] == pytest.approx(error["error"], abs=0.03)
    # the same weights by their file, and no others
    named = api.read_lines(folders / "real", str(tmp_path / "out" / model["weights"]))
    assert (named.texts, named.results["model"]) == (read.texts, read.results["model"])
    with pytest.raises(UsageError, match="is no model"):
        api.read_lines(folders / "real", str(tmp_path / "weights.pt"))


def test_lines_cut_to_their_ink_are_so_wherever_they_are_read(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from penline.ablate import training

    seen: list[bool] = []

    def noted(image: np.ndarray, height_px: int, *, trim: bool) -> np.ndarray:
        seen.append(trim)
        return fitted(image, height_px, trim=trim)

    monkeypatch.setattr("penline.ablate.lines.fitted", noted)
    found = ablation(folders, tmp_path / "out", trim=True, half=True, steps=40, batch=4, every=20)
    assert len(seen) >= 24 + 2 * 40 * 4
    read = api.read_lines(folders / "real", str(tmp_path / "out"))
    assert all(seen)
    best = found.results["best"]
    error = next(a for a in found.results["arms"] if a["name"] == best["arm"])["characters"]
    assert read.results["characters"]["error"] == pytest.approx(error["error"], abs=0.03)
    assert found.results["plan"]["trim"]
    assert found.results["plan"]["half"]
    whole = torch_weights(tmp_path / "out" / "a" / "seed-1" / training.WEIGHTS)
    assert {str(one.dtype) for one in whole.values()} <= {"torch.float32", "torch.int64"}


CHINESE = "今天上午九点我们在学校门口集合准备去参观"


def test_the_plan_for_chinese_runs_on_small_stand_ins(tmp_path: Path, penline, monkeypatch) -> None:
    """The commands of the page, on 20 classes by four hands and pages of others."""
    pytest.importorskip("torch")
    page = (Path(__file__).parent.parent / "docs" / "what-teaches.md").read_text("utf-8")
    (block,) = re.findall(r"```sh\n(penline bank casia-hwdb1\.1.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    files = {f"{n}-c.gnt": fakes.gnt(CHINESE, n) for n in (1001, 1002, 1003, 1004)}
    fakes.zip_file(tmp_path / "Gnt1.1TrainPart1.zip", files)
    for name, number, lines in (
        ("HWDB2.0Train.zip", "001", ["今天上午", "我们在学校", "九点集合"]),
        ("Competition13Line.zip", "C001", ["准备去参观", "门口", "上午九点"]),
    ):
        fakes.zip_file(tmp_path / name, {f"{number}-P16.dgrl": fakes_pages.dgrl(lines)})
    (tmp_path / "novel.txt").write_text("今天我们去学校上午集合 门口我们在准备\n" * 9, "utf-8")
    (tmp_path / "stamps.yaml").write_text("variation_range: [0, 0]", "utf-8")
    small = {
        "casia-hwdb1.1": "Gnt1.1TrainPart1.zip",
        "--steps 100000": "--steps 3",
        "--batch 64": "--batch 2",
        "--seeds 3": "--seeds 1",
    }
    for before, after in small.items():
        assert before in block
        block = block.replace(before, after)
    commands = [shlex.split(one) for one in block.replace("\\\n", " ").splitlines() if one]
    assert [words[1] for words in commands] == ["bank", "ablate", "read"]
    for words in commands:
        code, _, told = penline(*words[1:])
        assert code == 0, told
    found = json.loads((tmp_path / "hwdb" / "results.json").read_text("utf-8"))
    arms = ["real", "papers+real-50%", "stamps+real-50%", "papers", "stamps"]
    assert [arm["name"] for arm in found["arms"]] == arms
    assert found["judged_on"] == {"lines": 3, "writers": 1}


def torch_weights(path: Path) -> dict:
    import torch

    return torch.load(path, weights_only=True)


def test_the_command_line(folders: Path, tmp_path: Path, penline) -> None:
    pytest.importorskip("torch")
    out = tmp_path / "out"
    code, said, _ = penline(
        "ablate", "--real", folders / "real", "--recipe", folders / "plain.yaml", "--bank",
        folders / "a", "--corpus", folders / "text.txt", "--seeds", 1, "--steps", 4, "--batch", 2,
        "-o", out,
    )  # fmt: skip
    assert code == 0
    assert "plain: characters" in said
    assert (out / "ablation.html").is_file()
    page = tmp_path / "r.html"
    code, said, _ = penline("read", folders / "real", "--model", out, "-o", page, "--json")
    assert code == 0
    assert len(json.loads(said)["readings"]) == 24
    code, _, told = penline("read", folders / "real", "--model", folders / "a")
    assert code == 2
    assert "is no model" in told


def test_a_label_is_laid_along_the_steps_as_well_as_any_way_can() -> None:
    from penline.ablate.places import forced

    for seed in range(12):
        rng = np.random.default_rng(seed)
        scores = rng.normal(size=(6, 4)).astype(np.float32) * 2
        numbers = rng.integers(1, 4, 1 + seed % 3).tolist()
        likely = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        best, steps = -np.inf, None
        for path in itertools.product(range(4), repeat=6):
            kept = [one for one, _ in itertools.groupby(path)]
            if [one for one in kept if one] != numbers:
                continue
            total = float(likely[range(6), path].sum())
            if total > best:
                best, steps = total, path
        found = forced(scores, numbers)
        assert (found is None) == (steps is None)
        if found is not None:
            way = np.zeros(6, int)
            for number, own in zip(numbers, found, strict=True):
                way[own] = number
            assert float(likely[range(6), way].sum()) == pytest.approx(best, abs=1e-5)
    assert forced(np.zeros((2, 3), np.float32), [1, 1]) is None
    assert forced(np.zeros((0, 3), np.float32), [1]) is None


def test_a_reader_tells_where_characters_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from penline.ablate import places
    from penline.stream.labels import CTCLabels

    class Seer:
        """Sees a in the first half of a line, and b in the second."""

        name, height_px, step_px, labels = "seer", 32, 4.0, CTCLabels("abc ")
        trim, folding = False, Folding(case=False)

        def read(self, image: np.ndarray) -> str:
            raise NotImplementedError

        def scores(self, image: np.ndarray) -> np.ndarray:
            found = np.zeros((image.shape[1] // 4, 5), np.float32)
            found[:, 0] = 5
            found[len(found) // 4, 1] = found[3 * len(found) // 4, 2] = 9
            return found

    monkeypatch.setattr(places, "model_of", lambda _: Seer())
    read = places.places_by("x")
    ink = np.zeros((64, 320), np.uint8)
    found = read(ink, list("ab"))
    assert found is not None
    np.testing.assert_allclose(found.middles_px, [84.0, 244.0])
    assert found.agrees.all()
    capitals = read(ink, list("Ａb"))  # which it never learned
    assert capitals is not None
    np.testing.assert_allclose(capitals.middles_px, [84.0, 244.0])
    wrong = read(ink, list("a永c"))
    assert wrong is not None
    assert np.isnan(wrong.middles_px[1])
    assert wrong.agrees.tolist() == [True, True, False]
    assert read(ink, list("ab" * 60)) is None
    Seer.trim = True
    ink[24:40, 100:228] = 200  # cut to 130 x 18 px from x = 99 on: 57 steps of 2.25 px
    found = read(ink, list("ab"))
    assert found is not None
    np.testing.assert_allclose(found.middles_px, [99 + 14.5 * 2.25, 99 + 42.5 * 2.25])
    monkeypatch.setattr(places, "model_of", lambda _: object())
    with pytest.raises(UsageError, match="--model"):
        places.places_by("x")
