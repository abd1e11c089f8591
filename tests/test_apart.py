"""Validation kept apart from training: no label of the one is part of a label of the other.

The oracle knows nothing of how the split is made: it looks for each label for validation in all
text that training may show.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TEXT, build
from penline.bank import Bank
from penline.compose import Composer
from penline.compose.line_layout import LineLayout, lay_out
from penline.compose.make import finish
from penline.compose.page_render import lay_page
from penline.corpus import Corpus
from penline.corpus.common import common
from penline.errors import CorpusError, UnwritableLine
from penline.measure.template import HAN, LineTemplate, dump_templates
from penline.randomness import rng
from penline.stream import LineStream
from reference import corpus as reference

HANZI = "今天上午九点我们在学校门口集合准备去参观老师说习没有捷径只坚持"
LATIN = "abcdefghijklmnopqrstuvwxyz"
CLAUSE = r"[^，。,! ](?:[^，。,!]*[^，。,! ])?"


def may_recur(label: str) -> bool:
    """Fewer than six characters, or one word of letters."""
    return len(label) < 6 or bool(re.fullmatch(r"[A-Za-z]+[,.!?]*", label))


def leaks(validation: Iterable[str], training: Iterable[str]) -> list[str]:
    """Labels for validation that are part of a training label: all runs of six are compared."""
    texts = list(training)
    runs = {text[at : at + 6] for text in texts for at in range(len(text) - 5)}
    return [
        label
        for label in validation
        if not may_recur(label)
        and all(label[at : at + 6] in runs for at in range(len(label) - 5))
        and any(label in text for text in texts)
    ]


# --- the corpus ----------------------------------------------------------------------------------

CLAUSES = st.one_of(
    st.text(st.sampled_from(HANZI[:9]), min_size=1, max_size=14),
    st.lists(st.sampled_from(["we", "saw", "the", "house", "of", "course"]), min_size=1, max_size=5)
    .map(" ".join)
    .map(lambda words: f" {words}"),
)
PARAGRAPHS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["，", "。", ", ", "! ", "", " "])),
    min_size=1,
    max_size=6,
)


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """Paragraphs that have clauses, and parts of clauses, in common."""
    few = draw(st.lists(CLAUSES, min_size=8, max_size=8))
    few[6], few[7] = few[0][: len(few[0]) // 2 + 2], few[1] + few[2]
    made = draw(st.lists(PARAGRAPHS, min_size=2, max_size=12))
    return ["".join(few[n] + mark for n, mark in paragraph).strip() for paragraph in made]


@settings(deadline=None, max_examples=150)
@given(texts(), st.integers(0, 2**31))
def test_common_equals_its_reference(paragraphs: list[str], seed: int) -> None:
    corpus = Corpus.from_texts([*paragraphs, "一"])
    mask = np.random.default_rng(seed).random(len(corpus)) < 0.4
    own = np.repeat(mask, np.diff(corpus.offsets))
    starts = np.concatenate(([0], np.cumsum(np.diff(corpus.offsets)[mask])))
    given = corpus.codes, corpus.offsets, mask, corpus.codes[own], starts
    assert np.array_equal(common(*given), reference.common(*given))


@settings(deadline=None, max_examples=200)
@given(texts(), st.sampled_from([0.2, 0.5]), st.sampled_from([(4, 9), (6, 12), (8, 25), (1, 40)]))
def test_no_line_for_validation_stands_in_the_text_for_training(
    paragraphs: list[str], val: float, length_range: tuple[int, int]
) -> None:
    corpus = Corpus.from_texts(
        [*paragraphs, "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", "ab cd ef gh ij kl"]
    )
    mask = corpus.validation_mask(val)
    training = [corpus[n] for n in np.flatnonzero(~mask)]
    shared = {
        (int(n), clause.start(), clause.end())
        for n in np.flatnonzero(mask)
        for clause in re.finditer(CLAUSE, corpus[n])
        if not may_recur(clause[0]) and any(clause[0] in text for text in training)
    }
    for find in (corpus.lines, corpus.whole_lines):
        try:
            lines = find(length_range, "val", val_fraction=val)
        except CorpusError:
            continue
        drawn = [lines.sample(rng(1, n, "text")) for n in range(60)]
        for line in drawn:
            assert mask[line.paragraph]
            assert length_range[0] <= len(line.text) <= length_range[1]
            assert corpus[line.paragraph][line.start :].startswith(line.text)
            end = line.start + len(line.text)
            assert not [
                (number, first, last)
                for number, first, last in shared
                if number == line.paragraph and first < end and last > line.start
            ]
        assert not leaks({line.text for line in drawn}, training)
        assert not leaks({line.text.strip("，。, !") for line in drawn}, training)


def test_lines_that_training_has_none_of_are_drawn_as_ever() -> None:
    """Where the sides share nothing, lines for validation are those of their paragraphs alone."""
    order = np.random.default_rng(3)
    corpus = Corpus.from_texts(
        ["".join(map(chr, 0x4E00 + order.permutation(9000)[:40])) for _ in range(30)]
    )
    mask = corpus.validation_mask(0.3)
    alone = Corpus.from_texts([corpus[n] for n in np.flatnonzero(mask)])
    ours = corpus.lines((5, 12), "val", val_fraction=0.3)
    theirs = alone.lines((5, 12))
    for n in range(200):
        assert ours.sample(rng(1, n, "text")).text == theirs.sample(rng(1, n, "text")).text


def test_a_shared_clause_is_training_s_alone() -> None:
    opening = "今天上午九点我们在学校门口集合"
    own = ["".join(map(chr, range(0x5000 + 40 * n, 0x5010 + 40 * n))) for n in range(40)]
    corpus = Corpus.from_texts([f"{opening}，{text}。" for text in own])
    sides = corpus.sides(0.2)
    seen = {
        side: {
            corpus.sample(rng(1, n, side), (6, 30), side, val_fraction=0.2).text for n in range(300)
        }
        for side in ("train", "val")
    }
    assert any(opening in text for text in seen["train"])
    assert not any(opening[at : at + 2] in text for text in seen["val"] for at in range(14))
    count = int(sides.mask.sum())
    assert sides.validation.left_to_training == count * (len(opening) + 1)
    assert {piece for n in np.flatnonzero(sides.mask) for piece in sides.validation.pieces(n)} == {
        f"{own[n]}。" for n in np.flatnonzero(sides.mask)
    }
    with pytest.raises(CorpusError, match="training has, too"):
        corpus.whole_lines((6, 60), "val", val_fraction=0.2)


def test_a_text_that_only_repeats_itself_cannot_be_split() -> None:
    turns = [f"{HANZI[n:]}{HANZI[:n]}" for n in range(20)]
    with pytest.raises(CorpusError, match="a line for validation holds more than training has"):
        Corpus.from_texts(turns).lines((6, 12), "val", val_fraction=0.2)


# --- samples -------------------------------------------------------------------------------------


def paragraphs(count: int, seed: int) -> Iterator[str]:
    """Paragraphs of the bank's characters with clauses, parts and words in common."""
    order = np.random.default_rng(seed)
    common_ones = ["".join(order.choice(list(HANZI), 9)) for _ in range(6)]
    words = ["the quick brown", "fox jumps", "over", "lazy dog", "everywhere", "of course we"]
    for _ in range(count):
        parts = []
        for _ in range(order.integers(1, 6)):
            kind = order.integers(4)
            if kind == 0:
                clause = common_ones[order.integers(6)]
                parts.append(clause[order.integers(0, 3) : order.integers(6, 10)])
            elif kind == 1:
                parts.append(" " + " ".join(order.permutation(words)[: order.integers(1, 4)]))
            else:
                parts.append("".join(order.choice(list(HANZI), order.integers(3, 15))))
            parts.append(str(order.choice(["，", "。", ", ", ""])))
        yield "".join(parts).strip()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Six writers; all lack the full stop, each another two characters."""
    letters = "".join(
        sorted({*HANZI, *LATIN, *TEXT, *"0123456789X-¥$.%/", *"年月日元整"} - set(" \n。"))
    )
    folder = tmp_path_factory.mktemp("apart")
    writers = {
        f"casia:00{n}": letters.replace(HANZI[n], "").replace(HANZI[9 + n], "") for n in range(1, 7)
    }
    return build(folder / "b", writers, copies=1)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "t.txt"
    path.write_text("\n".join(paragraphs(400, 7)), "utf-8")
    return path


def replayed(folder: Path) -> dict[str, Any]:
    pattern = f"{HAN * 4}，{HAN * 5}20{HAN * 3}"
    boxes = tuple((at, -0.4, at + 0.8, 0.4) for at in range(len(pattern)))
    (folder / "lines.json").write_text(
        dump_templates([LineTemplate(pattern=pattern, boxes=boxes)]), "utf-8"
    )
    return {"layout": {"replay": folder / "lines.json"}}


RECIPES: dict[str, dict[str, Any]] = {
    "cut": {"corpus": {"missing": "near-writer"}},
    "short": {"corpus": {"missing": "drop-char", "length_range": [3, 8]}},
    "drop": {"corpus": {"missing": "drop-char"}},
    "long": {"corpus": {"missing": "drop-char", "length_range": [12, 60]}},
    "whole": {"corpus": {"missing": "drop-char", "lines": "whole", "length_range": [6, 90]}},
    "made": {"corpus": {"missing": "drop-char", "made": {"date": 0.2, "amount": 0.1}}},
    "replay": {"corpus": {"missing": "drop-char"}},
}


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_labels_of_lines_are_apart(name: str, bank: Bank, text: Path, tmp_path: Path) -> None:
    recipe = {"papers": ["plain"], "effects": [], **RECIPES[name]}
    if name == "replay":
        recipe |= replayed(tmp_path)
    labels: dict[str, set[str]] = {"train": set(), "val": set()}
    counts: Counter[str] = Counter()
    unwritten = made = few = 0
    composer = Composer(recipe, bank, text, seed=3, val=0.4)
    for index in range(700):
        try:
            laid = lay_out(composer.plan, 3, index)
        except UnwritableLine:
            unwritten += 1
            continue
        label, told = laid.line.label, laid.line.counts
        counts.update(told)
        if any("made text" in reason for reason in told):
            made += 1
            continue
        few += laid.side == "val" and may_recur(label)
        labels[laid.side].add(label)
    assert unwritten < 140
    assert min(map(len, labels.values())) > 50
    assert leaks(labels["val"], labels["train"]) == []
    told = {reason: count for reason, count in counts.items() if "training may repeat" in reason}
    assert sum(told.values()) == made + few
    assert (made > 50) == (name == "made")


@pytest.mark.parametrize("missing", ["skip-line", "drop-char"])
@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize("lines", ["cut", "whole"])
def test_labels_of_pages_are_apart(
    missing: str, form: bool, lines: str, bank: Bank, tmp_path: Path
) -> None:
    if form and lines == "whole":
        pytest.skip("a form's text is cut by its field")
    file = tmp_path / "t.txt"
    file.write_text("\n".join(paragraphs(200, 5)).replace("。", "，"), "utf-8")
    page = {"width_px": 500, "height_px": 500, "em_px_range": [18, 24]}
    recipe = {
        "corpus": {"missing": missing, "lines": lines, "length_range": [6, 60]},
        "page": {**page, "form": {}} if form else page,
        "papers": ["plain"],
        "effects": [],
    }
    composer = Composer(recipe, bank, file, seed=1, val=0.4)
    labels: dict[str, set[str]] = {"train": set(), "val": set()}
    for index in range(60):
        try:
            laid = lay_page(composer.plan, 1, index)
        except UnwritableLine:
            continue
        fields = laid.form.fields if laid.form else ()
        for line in laid.lines:
            if not fields or fields[line.field].kind == "text":
                labels[laid.sheet.side].add(line.line.text)
    assert min(map(len, labels.values())) > 10
    assert leaks(labels["val"], labels["train"]) == []


def test_side_and_text_of_an_index_do_not_depend_on_how_many(bank: Bank, text: Path) -> None:
    recipe = {"corpus": {"missing": "near-writer"}, "papers": ["plain"], "effects": []}
    many, few = (Composer(recipe, bank, text, 3, length=n, val=0.4) for n in (1000, 30))
    wanted = [(many[n].side, many[n].text) for n in range(30)]
    assert [(few[n].side, few[n].text) for n in range(30)] == wanted
    for side in ("train", "val"):
        streamed = {item.index: item.text for item in LineStream(few, side=side)}
        assert streamed == {n: label for n, (of, label) in enumerate(wanted) if of == side}


def test_what_shines_through_is_of_the_same_side(
    bank: Bank, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = import_module("penline.compose.make")
    recipe = {
        "corpus": {"missing": "near-writer"},
        "papers": ["plain"],
        "effects": [],
        "marks": {"bleed": 1.0},
    }
    plan = Composer(recipe, bank, text, 3, val=0.4).plan
    sides: list[str] = []
    steps = make.lay_out

    def watched(*given: Any) -> LineLayout:
        laid: LineLayout = steps(*given)
        sides.append(laid.side)
        return laid

    monkeypatch.setattr(make, "lay_out", watched)
    for index in range(30):
        finish(plan, 3, index, watched(plan, 3, index))
    assert sides[::2] == sides[1::2]
    assert set(sides) == {"train", "val"}
