"""From recipe, seed and index to a sample: pure, one writer a line, nothing lost in silence."""

from __future__ import annotations

import pickle
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from conftest import blob, build
from penline import api
from penline.bank import Bank, BankWriter, open_bank
from penline.bank.layout import INK
from penline.compose import Composer
from penline.corpus import load
from penline.errors import BankError, RecipeError, UnwritableLine, UsageError
from penline.machine import say_once
from penline.recipe import Recipe, load_recipe, preset_names
from penline.recipe.identity import recipe_hash
from penline.records import Source

SHORT = {"corpus": {"length_range": [4, 12]}}
MIXED = {
    "corpus": {"length_range": [4, 12]},
    "papers": ["plain", "ruled", "squared", "texture"],
    "effects": "default",
}


def same(a, b) -> bool:
    return (
        np.array_equal(a.image, b.image)
        and a.text == b.text
        and np.array_equal(a.quads, b.quads)
        and a.origins == b.origins
        and a.drawn == b.drawn
    )


@pytest.mark.parametrize("mode", ["gray", "rgb"])
def test_a_sample_is_a_function_of_its_index(
    small_bank: Bank, corpus_file: Path, mode: str
) -> None:
    recipe = {**MIXED, "image": {"mode": mode, "height_px": 48}}
    lines = Composer(recipe, small_bank, corpus_file, seed=7)
    forwards = [lines[index] for index in range(12)]
    again = pickle.loads(pickle.dumps(Composer(recipe, small_bank.path, corpus_file, seed=7)))  # noqa: S301
    for index in reversed(range(12)):
        assert same(again[index], forwards[index])
    shape = (48,) if mode == "gray" else (48, 3)
    assert all((s.image.shape[0], *s.image.shape[2:]) == shape for s in forwards)
    assert not same(Composer(recipe, small_bank, corpus_file, seed=8)[3], forwards[3])


def test_slices_and_length(small_bank: Bank, corpus_file: Path) -> None:
    lines = Composer(SHORT, small_bank, corpus_file, seed=1, length=100)
    assert len(lines) == 100
    part = lines[10:20:3]
    assert len(part) == 4
    assert same(part[1], lines[13])
    assert [s.index for s in part] == [10, 13, 16, 19]
    assert same(lines[-1], lines[99])
    with pytest.raises(IndexError):
        lines[100]


def test_one_writer_a_line_and_every_character_by_that_writer(
    small_bank: Bank, corpus_file: Path
) -> None:
    lines = Composer(SHORT, small_bank, corpus_file, seed=2)
    writers = Counter()
    for index in range(60):
        sample = lines[index]
        writers[sample.writer] += 1
        assert {origin.writer for origin in sample.origins} == {sample.writer}
        items = [origin.item for origin in sample.origins]
        assert items == [i for i, c in enumerate(sample.text) if not c.isspace()]
        assert len(sample.quads) == len(sample.text)
        for origin in sample.origins:
            if origin.written != sample.text[origin.item]:
                assert (sample.text[origin.item], origin.written) == ("，", ",")
                assert sample.writer == "casia:003"
    assert set(writers) >= {"casia:001", "casia:002", "casia:003"}


def test_every_character_owns_ink_inside_its_quad(small_bank: Bank, corpus_file: Path) -> None:
    lines = Composer(SHORT, small_bank, corpus_file, seed=3)
    for index in range(20):
        sample = lines[index]
        paper = int(np.bincount(sample.image.ravel()).argmax())
        inked = sample.image < paper - 9  # fainter ink does not widen a box
        covered = np.zeros_like(inked)
        for character, quad in zip(sample.text, sample.quads, strict=True):
            (x0, y0), (x1, y1) = quad.min(0).astype(int), np.ceil(quad.max(0)).astype(int)
            covered[y0:y1, x0:x1] = True
            if not character.isspace():
                assert inked[y0:y1, x0:x1].any()
        assert not (inked & ~covered).any()


def test_spaces_are_kept_in_the_label(small_bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "en.txt"
    text.write_text("The lazy dog jumps over the quick brown fox.\n")
    texts = [Composer(SHORT, small_bank, text, seed=0)[index].text for index in range(20)]
    assert any(" " in line for line in texts)
    assert not any(line != line.strip() for line in texts)


def test_a_line_nobody_can_write_is_redrawn_and_counted(small_bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("今天上午集合\n龘龘龘龘龘龘\n", "utf-8")
    lines = Composer(SHORT, small_bank, text, seed=0)
    counts = Counter()
    for index in range(40):
        sample = lines[index]
        assert "龘" not in sample.text
        counts.update(sample.counts)
    assert list(counts) == ["line skipped: nobody has 龘"]
    assert counts["line skipped: nobody has 龘"] > 10


def test_a_line_that_can_never_be_written_is_an_error(small_bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("龘龘龘龘龘龘\n", "utf-8")
    with pytest.raises(UnwritableLine, match=r"sample 5: .* 3 tried: nobody has 龘"):
        Composer({"corpus": {"length_range": [4, 12], "tries": 3}}, small_bank, text)[5]


def policy(name: str) -> dict:
    return {"corpus": {"length_range": [4, 12], "missing": name}}


def test_drop_char_leaves_it_out_of_ink_and_label(small_bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("今天龘上午集合\n", "utf-8")
    sample = Composer(policy("drop-char"), small_bank, text)[0]
    assert sample.text == "今天上午集合"
    assert sample.counts == {"character dropped: 龘": 1}
    assert len(sample.origins) == 6


def test_other_writer_borrows_and_says_so(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"casia:001": "今天上午集", "casia:002": "合"})
    text = tmp_path / "t.txt"
    text.write_text("今天上午集合\n", "utf-8")
    sample = Composer(policy("other-writer"), bank, text)[0]
    assert sample.text == "今天上午集合"
    assert sample.writer == "casia:001"
    assert [origin.writer for origin in sample.origins] == ["casia:001"] * 5 + ["casia:002"]
    assert sample.counts == {"character borrowed: 合": 1}
    with pytest.raises(UnwritableLine, match="no one writer"):
        Composer(policy("skip-line"), bank, text)[0]


def test_unknown_writers_only_when_mixed(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"unknown:crops": "今天上午集合"})
    text = tmp_path / "t.txt"
    text.write_text("今天上午集合\n", "utf-8")
    with pytest.raises(RecipeError, match="writers: mixed"):
        Composer(SHORT, bank, text)
    sample = Composer({**SHORT, "writers": "mixed"}, bank, text)[0]
    assert sample.writer == ""
    assert sample.text == "今天上午集合"


def test_expansions_give_one_quad_for_several_glyphs(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"casia:001": "今天上午集合."})
    text = tmp_path / "t.txt"
    text.write_text("今天…上午集合\n", "utf-8")
    sample = Composer(SHORT, bank, text)[0]
    assert "…" in sample.text
    at = sample.text.index("…")
    assert [origin.written for origin in sample.origins if origin.item == at] == [".", ".", "."]
    assert len(sample.quads) == len(sample.text)
    assert (np.diff(sample.quads[:, 0, 0]) > 0).all()


def test_several_banks_are_one_shelf(tmp_path: Path) -> None:
    first = build(tmp_path / "1", {"casia:001": "今天上"})
    second = build(tmp_path / "2", {"casia:001": "上午集合"})
    text = tmp_path / "t.txt"
    text.write_text("今天上午集合\n", "utf-8")
    lines = Composer(SHORT, [first, second], text)
    sample = lines[0]
    assert sample.writer == "casia:001"
    shared = {next(o for o in lines[i].origins if o.item == 2).record for i in range(40)}
    assert len(shared) > 2, "a character that both banks hold is taken from both"


def test_parts_are_kept_apart(tmp_path: Path, characters: str, corpus_file: Path) -> None:
    bank = build(tmp_path / "b", {"casia:241": characters}, part="test")
    with pytest.raises(RecipeError):
        Composer(SHORT, bank, corpus_file)
    assert Composer(SHORT, bank, corpus_file, part="test")[0].writer == "casia:241"
    assert Composer(SHORT, bank, corpus_file, part="all")[0].writer == "casia:241"


def test_val_splits_by_writer_and_by_sentence(small_bank: Bank, corpus_file: Path) -> None:
    lines = Composer(SHORT, small_bank, corpus_file, seed=4, val=0.4)
    paragraphs = corpus_file.read_text("utf-8").split("\n")
    writers: dict[str, set] = {"train": set(), "val": set()}
    sentences: dict[str, set] = {"train": set(), "val": set()}
    for index in range(150):
        try:
            sample = lines[index]
        except UnwritableLine:
            continue
        writers[sample.side].add(sample.writer)
        sentences[sample.side] |= {
            n for n, paragraph in enumerate(paragraphs) if sample.text in paragraph
        }
    assert all(writers.values())
    assert not writers["train"] & writers["val"]
    assert not sentences["train"] & sentences["val"]


def test_val_splits_one_hand_by_sentence(
    tmp_path: Path, characters: str, corpus_file: Path
) -> None:
    bank = build(tmp_path / "b", {"own:anna": characters})
    lines = Composer(SHORT, bank, corpus_file, seed=4, val=0.4)
    assert lines.plan.one_hand == "own:anna"
    labels: dict[str, set[str]] = {"train": set(), "val": set()}
    for index in range(150):
        with suppress(UnwritableLine):
            labels[lines[index].side].add(lines[index].text)
    assert all(len(side) > 3 for side in labels.values())
    assert not any(
        one in other for one in labels["val"] if len(one) > 5 for other in labels["train"]
    )
    made = api.compose(
        tmp_path / "o", n=20, recipe=SHORT, banks=[bank], corpora=[corpus_file], val=0.4, workers=1
    )
    assert made.report["one_hand"] == "own:anna"
    assert set(made.report["lines"]) == {"train", "val"}
    two = build(tmp_path / "b2", {"own:anna": characters, "own:ben": characters})
    assert Composer(SHORT, two, corpus_file, val=0.4).plan.one_hand == ""
    assert Composer(SHORT, bank, corpus_file).plan.one_hand == ""


def test_an_alphabet_is_kept(small_bank: Bank, corpus_file: Path) -> None:
    alphabet = frozenset("北京的秋天是一年中最美季节，高云淡。")
    lines = Composer(SHORT, small_bank, corpus_file, alphabet=alphabet)
    for index in range(10):
        assert set(lines[index].text) <= alphabet


def test_a_bent_offset_stops_composing_with_one_line(tmp_path: Path, corpus_file: Path) -> None:
    bank = build(tmp_path / "b", {"casia:001": corpus_file.read_text("utf-8").replace("\n", "")})
    at = int(bank.ink.offsets_at[0]) * 8
    size = 8 * len(bank)
    del bank
    with (tmp_path / "b" / INK).open("r+b") as file:
        file.seek(at)
        file.write(np.full(size // 8, 1 << 50, np.int64).tobytes())
    with pytest.raises(BankError, match="damaged"):
        Composer(SHORT, open_bank(tmp_path / "b"), corpus_file)[0]


def test_presets_are_recipes() -> None:
    assert preset_names() == ["messy", "papers", "plain"]
    for name in preset_names():
        recipe = load_recipe(name)
        assert Recipe.model_validate(recipe.model_dump(mode="json")) == recipe


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("papers: []", "papers"),
        ("papers: [{name: marble}]", "marble"),
        ("effects: [{name: blur, chance: 2}]", "chance"),
        ("layout: {gap: 3}", "layout: no setting `gap` here"),
        ("layout: {gap_em_range: [0.5, 0.1]}", "layout.gap_em_range"),
        ("layout: {fill_range: [0.0, 0.1]}", "layout.fill_range"),
        ("layout: {correlation: .nan}", "layout.correlation"),
        ("layout: {margin_em_range: [-0.5, 0.5]}", "layout.margin_em_range"),
        ("papers: [{name: plain, weight: 0.000001}]", "weight"),
        ("version: 2024-13-45", "not YAML"),
        ("[" * 5000, "not YAML"),
        ("ink: {tone_range: [10, 300]}", "ink.tone_range"),
        ("image: {height_px: 100000}", "image.height_px"),
        ("a: [", "not YAML"),
        ("a: [b\n", "not YAML: line 2, column 1: did not find expected ',' or ']'"),
        ("- 1", "mapping"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
        ("corpus: {length_range: [9, 3]}", "length_range"),
    ],
)
def test_a_wrong_recipe_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_recipe() -> None:
    with pytest.raises(UsageError, match="papers, plain"):
        load_recipe("fancy")


def test_the_hash_covers_what_decides_samples(small_bank: Bank, corpus_file: Path) -> None:
    recipe = load_recipe("plain")
    base = recipe_hash(recipe, {"corpus": load(corpus_file).content_hash})
    assert recipe_hash(load_recipe("plain"), {"corpus": load(corpus_file).content_hash}) == base
    assert recipe_hash(recipe, {"corpus": "other"}) != base
    assert (
        recipe_hash(
            load_recipe({"layout": {"correlation": 0.5}, "papers": ["plain"]}),
            {"corpus": load(corpus_file).content_hash},
        )
        != base
    )


@pytest.mark.parametrize("text", ["今天 ℃上午", "今天 … 上午", "第 Ⅱ 上午", " 今天…上 午 集"])
def test_spaces_and_expansions_together(tmp_path: Path, text: str) -> None:
    """As many spaces as glyphs too many: every character keeps its own place."""
    bank = build(tmp_path / "b", {"casia:001": "今天上午集合.°CI第"})
    corpus = tmp_path / "t.txt"
    corpus.write_text(text + "\n", "utf-8")
    for index in range(10):
        recipe = {"corpus": {"length_range": [4, 12]}, "variation_range": [0, 0]}
        sample = Composer(recipe, bank, corpus)[index]
        assert len(sample.quads) == len(sample.text)
        lefts = sample.quads[:, 0, 0]
        assert (np.diff(lefts) > 0).all()
        paper = int(np.bincount(sample.image.ravel()).argmax())
        for at, character in enumerate(sample.text):
            (x0, y0), (x1, y1) = sample.quads[at][[0, 2]].astype(int)
            if character.isspace():
                x0, x1 = x0 + 4, x1 - 4  # neighbours may reach in by a pixel or two
            inked = (sample.image[y0:y1, x0:x1] < paper - 40).any()
            assert inked != character.isspace(), (sample.text, at)


def test_quads_stay_in_the_picture(small_bank: Bank, tmp_path: Path) -> None:
    corpus = tmp_path / "t.txt"
    corpus.write_text("over the own cow, or no owner.\n" * 3)
    for index in range(40):
        sample = Composer(SHORT, small_bank, corpus, seed=5)[index]
        height, width = sample.image.shape
        assert sample.quads.min() >= 0
        assert (sample.quads <= [width, height]).all()


def test_a_sentence_in_two_paragraphs_is_on_one_side(tmp_path: Path, characters: str) -> None:
    bank = build(tmp_path / "b", {f"casia:00{n}": characters for n in range(1, 6)})
    shared = "今天上午九点我们在学校门口"
    corpus = tmp_path / "t.txt"
    others = [
        "集合准备去参观老师说学习",
        "没有捷径只有坚持会议定于",
        "下午举行北京的秋天是一年",
        "中最美的季节天高云淡集合",
    ]
    corpus.write_text("".join(f"{shared}，{other}。\n" for other in others), "utf-8")
    lines = Composer({"corpus": {"length_range": [8, 16]}}, bank, corpus, seed=1, val=0.3)
    texts: dict[str, set[str]] = {"train": set(), "val": set()}
    for index in range(200):
        sample = lines[index]
        texts[sample.side].add(sample.text)
    assert texts["val"]
    assert any(shared in text for text in texts["train"])
    assert not any(shared[at : at + 6] in text for text in texts["val"] for at in range(8))


def test_a_line_given_up_keeps_its_counts(small_bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("龘龘龘龘龘龘\n", "utf-8")
    lines = Composer({"corpus": {"length_range": [4, 12], "tries": 3}}, small_bank, text)
    with pytest.raises(UnwritableLine) as caught:
        lines[5]
    assert caught.value.counts == {"line skipped: nobody has 龘": 3}


def test_lengths_beyond_all_bounds_are_refused(small_bank: Bank, corpus_file: Path) -> None:
    with pytest.raises(UsageError, match="length"):
        Composer(SHORT, small_bank, corpus_file, length=1 << 63)


def test_dropping_leaves_no_closing_mark_in_front(small_bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("龘，今天上午集合。\n", "utf-8")
    sample = Composer(policy("drop-char"), small_bank, text)[0]
    assert sample.text == "今天上午集合。"
    assert len(sample.origins) == 7


def test_a_glyph_that_does_not_show_is_no_silent_hole(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        for character in "今天上午集":
            bank.add(blob(character, 1), character, Source("1.gnt", "casia:001"))
        bank.add(np.full((50, 50), 1, np.uint8), "合", Source("1.gnt", "casia:001"))
    text = tmp_path / "t.txt"
    text.write_text("今天上午集合\n", "utf-8")
    with pytest.raises(UnwritableLine, match="shows nothing"):
        Composer(SHORT, tmp_path / "b", text)[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"height": 3}, "recipe: no setting `height` here; did you mean `image.height_px`?"),
        (
            {"image": {"height": 3}},
            "recipe: image: no setting `height` here; did you mean `height_px`?",
        ),
        ({"qqq": 1}, "recipe: no setting `qqq` here; there are version, writers, corpus,"),
        (
            {"papers": [{"name": "ruled", "tilt": 3}]},
            "papers.0: no setting `tilt` here; did you mean `tilt_range`?",
        ),
        ({"effects": [{"name": "blur", "sigma": 2}]}, "did you mean `sigma_px_range`?"),
        ({"papers": [{"weight": 2}]}, "papers.0: say which it is by its `name`"),
        ({"papers": [{"photo": {"folder": "x"}}]}, "its `name`: {name: photo, ...}"),
        ({"image": {"height_px": "tall"}}, "image.height_px: a whole number, not 'tall'"),
        ({"image": {"height_px": 2}}, "image.height_px: at least 16, not 2"),
        ({"corpus": {"length_range": 8}}, "corpus.length_range: a list in [brackets], not 8"),
        ({"layout": {"hand": 3}}, "layout.hand: the path of a file, not 3"),
        ({"image": 3}, "image: a mapping of settings, not 3"),
        ({"papers": []}, "papers: at least 1, not 0"),
        (
            {"page": {"form": {"row_range": [1, 2]}}},
            "page.form: no setting `row_range` here; did you mean `rows_range`?",
        ),
    ],
)
def test_what_is_wrong_is_said_for_a_person(values, said):
    with pytest.raises(RecipeError) as caught:
        load_recipe(values)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_message_is_pydantics_own():
    """Every setting, given what no setting takes, is refused in penline's words."""
    from penline.recipe.refused import _paths

    for path in _paths(Recipe):
        for wrong in ({"x": {"y": 1}}, [[]], "no such", -1e9, None, object()):
            values: dict[str, object] = {}
            inner = values
            *outer, name = path.split(".")
            for part in outer:
                inner = inner.setdefault(part, {})  # type: ignore[assignment]
            inner[name] = wrong
            try:
                load_recipe(values)
            except RecipeError as error:
                assert "Input should" not in str(error), (path, wrong, str(error))
                assert "Extra inputs" not in str(error)
                assert "\n" not in str(error)


def test_one_where_a_list_is_meant():
    assert load_recipe({"papers": "ruled"}) == load_recipe({"papers": ["ruled"]})
    assert load_recipe({"papers": {"name": "ruled"}}) == load_recipe({"papers": ["ruled"]})
    assert load_recipe({"effects": "blur"}) == load_recipe({"effects": [{"name": "blur"}]})
    assert load_recipe({"effects": "none"}).effects == ()


def test_single_settings_lie_over_a_recipe(caplog: pytest.LogCaptureFixture) -> None:
    plain = load_recipe("plain", ["image.height_px=96", "writers=mixed", "papers=[ruled]"])
    assert plain.image.height_px == 96
    assert plain.writers == "mixed"
    assert [one.paper.name for one in plain.papers] == ["ruled"]
    assert load_recipe(plain, ["image.height_px=48"]).writers == "mixed"
    assert load_recipe(plain) is plain
    with pytest.raises(RecipeError, match="did you mean `height_px`"):
        load_recipe(None, ["image.height=96"])
    with pytest.raises(RecipeError, match="papers is no mapping here; set papers whole"):
        load_recipe(None, ["papers.0.weight=2"])
    with pytest.raises(RecipeError, match="not YAML"):
        load_recipe(None, ["image.height_px=[1"])
    for wrong in ("image.height_px", "=3", "image..height_px=3"):
        with pytest.raises(UsageError, match=r"image\.height_px=48"):
            load_recipe(None, [wrong])


def test_a_renamed_recipe_is_found_by_its_old_name(caplog: pytest.LogCaptureFixture) -> None:
    say_once.cache_clear()
    assert load_recipe("mixed") == load_recipe("papers") == load_recipe()
    assert [record.getMessage() for record in caplog.records] == [
        "the recipe mixed is called papers now; the old name still works"
    ]
