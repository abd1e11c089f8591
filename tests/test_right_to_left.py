"""Lines, pages and forms of text from the right to the left: where their ink is, what they say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import blob, build
from penline import api
from penline.bank import Bank, BankWriter, open_bank
from penline.bidi import RIGHT_TO_LEFT, display
from penline.compose import Composer
from penline.compose.choose import choose
from penline.compose.ladder import assign_by_tries
from penline.compose.line_layout import lay_out
from penline.compose.line_masks import consistency_errors, decompose
from penline.compose.page_render import lay_page
from penline.corpus import Corpus
from penline.errors import RecipeError, UnwritableLine
from penline.export import EXPORTERS
from penline.export.page_xml import NAMESPACE, page_xml
from penline.look.app.line_request import LineRequest
from penline.look.app.line_response import compose_line
from penline.look.app.server_state import ServerState
from penline.pages import Page, PageLine
from penline.records import Sample, Source
from penline.stream import LineStream, Pad

HEBREW = "".join(map(chr, range(0x5D0, 0x5EB)))
LATIN = "abcdefghijklmnopqrstuvwxyz"
SIGNS = "0123456789()[].,:!"
HAN = "永远好今天上午九点我们"
SHALOM = "\u05e9\u05dc\u05d5\u05dd"
OLAM = "\u05e2\u05d5\u05dc\u05dd"
MIXED = f"{SHALOM} ({OLAM}) 12:30 abc"
"""Seen from the left: abc, 12:30, then the second word in its brackets, then the first."""

PLAIN: dict[str, Any] = {
    "corpus": {"lines": "whole", "length_range": [1, 80]},
    "papers": ["plain"],
    "effects": "none",
    "image": {"format": "png"},
}


def recipe(**more: Any) -> dict[str, Any]:
    corpus = PLAIN["corpus"] | more.pop("corpus", {})
    return {**PLAIN, **more, "corpus": corpus}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    letters = HEBREW + LATIN + SIGNS + HAN
    hands = {"own:a": letters, "own:b": letters}
    return build(tmp_path_factory.mktemp("rtl") / "rtl.bank", hands)


def line(bank: Bank, text: str | Sequence[str], index: int = 0, **more: Any) -> Sample:
    texts = [text] if isinstance(text, str) else list(text)
    return Composer(recipe(**more), bank, Corpus.from_texts(texts), seed=5)[index]


def seen(sample: Sample) -> str:
    """The glyphs of a line from the left to the right, by their boxes; white space left out."""
    middles = sample.quads[:, :, 0].mean(1)
    origins = sorted(sample.origins, key=lambda origin: middles[origin.item])
    return "".join(origin.written for origin in origins)


def dark(image: np.ndarray) -> np.ndarray:
    """How much ink there is in each column of a grey picture on plain paper."""
    return np.maximum(180 - image.astype(np.int64), 0).sum(0)


def test_ink_begins_at_the_right(tmp_path: Path) -> None:
    """Without a look at any box: the first letter is the only dark one."""
    with BankWriter(tmp_path / "b") as writer:
        source = Source("a.gnt", "own:a", "train", "own")
        for number, letter in enumerate(HEBREW[:3]):
            ink = np.full((60, 40), 255, np.uint8) if not number else np.zeros((60, 40), np.uint8)
            ink[[0, -1]] = 60
            ink[:, [0, -1]] = 60
            writer.add(ink, letter, source, record=number)
    bank = open_bank(tmp_path / "b")
    for text, least, most in ((HEBREW[:3], 0.65, 1.0), (HEBREW[2::-1], 0.0, 0.35)):
        ink = dark(line(bank, text).image)
        middle = float((ink * np.arange(len(ink))).sum() / ink.sum()) / len(ink)
        assert least < middle < most


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"layout": {"hand": "default"}},
        {"writers": "mixed"},
        {"corpus": {"latin": "second"}},
        {"papers": ["squared"]},
        {"effects": "default"},
        {"corpus": {"lines": "cut", "length_range": [19, 30]}},
    ],
    ids=["rules", "model", "mixed", "second", "squared", "effects", "cut"],
)
def test_order_brackets_digits(bank: Bank, more: dict[str, Any]) -> None:
    text = f"{HAN[:2]}{MIXED}" if "hand" in more.get("layout", {}) else MIXED
    composer = Composer(recipe(**more), bank, Corpus.from_texts([text]), seed=5)
    anatomy = decompose(composer.plan, 5, 0)
    assert list(consistency_errors(anatomy)) == []
    sample = composer[0]
    assert sample.text == text
    assert len(sample.quads) == len(text)
    wanted = f"abc12:30({OLAM[::-1]}){SHALOM[::-1]}"
    if text is not MIXED:  # the first strong character is from the left
        wanted = f"{HAN[:2]}12:30({OLAM[::-1]}){SHALOM[::-1]}abc"
    assert seen(sample) == wanted == display(text).replace(" ", "")
    # the label's first bracket, the opening one, is drawn by the other's glyph
    item = text.index("(")
    [origin] = [origin for origin in sample.origins if origin.item == item]
    assert (text[item], origin.written) == ("(", ")")


def test_white_space_has_its_place_between_the_words(bank: Bank) -> None:
    sample = line(bank, f"{SHALOM} ab", variation_range=[0, 0])
    left, right = sample.quads[:, :, 0].min(1), sample.quads[:, :, 0].max(1)
    assert left[4] >= right[5:].max() - 1.1  # boxes end at whole pixels
    assert right[4] <= left[:4].min() + 1.1


def test_a_character_of_several_glyphs_keeps_their_order(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": f"{HEBREW}C°"})
    assert seen(line(bank, "\u05d0\u2103\u05d1")) == "\u05d1°C\u05d0"


@pytest.mark.parametrize("missing", ["skip-line", "drop-char", "near-writer"])
def test_a_bracket_needs_the_glyph_that_it_shows(tmp_path: Path, missing: str) -> None:
    """One writer has ( alone, the other both."""
    letters = HEBREW + "("
    bank = build(tmp_path / "b", {"own:a": letters, "own:b": letters.replace("\u05d0", "") + ")"})
    text = "\u05d0(\u05d1"  # shows )
    if missing == "skip-line":
        with pytest.raises(UnwritableLine, match="no one writer has all"):
            line(bank, text, corpus={"missing": missing})
        return
    samples = [line(bank, [text], i, corpus={"missing": missing}) for i in range(6)]
    if missing == "drop-char":
        assert {(sample.writer, sample.text) for sample in samples} == {
            ("own:a", "\u05d0\u05d1"),
            ("own:b", "(\u05d1"),
        }
        return
    assert {sample.text for sample in samples} == {text}
    assert {seen(sample) for sample in samples} == {"\u05d1)\u05d0"}


def test_a_sign_without_a_mirror_image_is_refused(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": f"{HEBREW}\u221a"})
    with pytest.raises(UnwritableLine, match="no mirror image"):
        line(bank, "\u05d0\u221a\u05d1")
    assert line(bank, "\u221a").text == "\u221a"


def test_a_slip_stands_beside_its_character(bank: Bank) -> None:
    text = f"{SHALOM} {HAN[:4]} {OLAM}"
    for index in range(4):
        marks = {"strike": 1.0}
        composer = Composer(recipe(marks=marks), bank, Corpus.from_texts([text]), seed=5)
        laid = lay_out(composer.plan, 5, index)
        at = laid.line.error_index
        assert at >= 0
        left = laid.shapes.placed.places_q8[:, 0]
        assert left[at] < left[at + 1]  # Chinese runs from the left inside
        sample = composer[index]
        assert (sample.text, len(sample.quads)) == (text, len(text))
        assert list(consistency_errors(decompose(composer.plan, 5, index))) == []


def test_a_pen_runs_dry_where_the_line_ends(bank: Bank) -> None:
    for text, at_right in ((SHALOM * 4, False), ("n" * 16, True)):
        plain, dry = (line(bank, text, marks={"fade": fade}).image for fade in (0.0, 1.0))
        change = np.flatnonzero(dark(plain) != dark(dry))
        assert change.size
        half = plain.shape[1] // 2
        assert (change.mean() > half) == at_right
        assert ((change > half).mean() > 0.5) == at_right


def test_columns_refuse(bank: Bank) -> None:
    vertical = {"direction": "vertical"}
    with pytest.raises(RecipeError, match=r"right-to-left text .* \{direction: horizontal\}"):
        line(bank, MIXED, layout=vertical)
    texts = [MIXED, HAN, HAN[::-1]]
    found = [line(bank, texts, index, layout=vertical) for index in range(12)]
    assert not any(RIGHT_TO_LEFT.search(sample.text) for sample in found)
    assert any("right-to-left" in reason for sample in found for reason in sample.counts)


def test_lines_from_the_left_stay_in_one_call(bank: Bank) -> None:
    texts = [f"{SHALOM} {OLAM} ({number})" for number in range(4)] + [HAN, HAN[::-1], LATIN]
    settings = recipe(corpus={"lines": "cut", "length_range": [6, 16]})
    plan = Composer(settings, bank, Corpus.from_texts(texts), seed=5).plan
    assert plan.quick is not None
    kinds = set()
    for index in range(40):
        line = choose(plan, 5, index, "train")
        slow = assign_by_tries(plan, "train", 5, index)
        assert line.text == slow.text
        np.testing.assert_array_equal(line.items, slow.items)
        turned = RIGHT_TO_LEFT.search(line.text) is not None
        assert (line.levels is not None) == turned
        kinds.add(turned)
    assert kinds == {True, False}


def test_random_text_has_only_what_can_be_set(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": f"{HEBREW[:5]}ab\u0628\u0301"})
    composer = Composer(recipe(corpus={"made": {"random": 1.0}}), bank, Corpus.from_texts(["a"]))
    assert composer.plan.letters == ("a", "b", *HEBREW[:5])
    for index in range(4):
        assert list(consistency_errors(decompose(composer.plan, 0, index))) == []


# Pages and forms

PAGE = {"width_px": 700, "height_px": 500, "em_px_range": [24, 28], "lines_range": [5, 9]}
PARAGRAPH = f"{SHALOM} {OLAM} (12) abc def. " * 6


def test_paragraphs_begin_at_the_right(bank: Bank) -> None:
    settings = recipe(page={**PAGE, "indent_em": 2.0}, corpus={"lines": "cut"})
    composer = Composer(settings, bank, Corpus.from_texts([PARAGRAPH.strip()]), seed=5)
    laid = lay_page(composer.plan, 5, 0)
    texts = [set_.line.text for set_ in laid.lines]
    assert " ".join(texts).startswith(PARAGRAPH.strip()[: len(texts[0])])
    left, right, *_ = laid.sheet.margins
    ends = [float(set_.boxes[:, 2].max()) for set_ in laid.lines]
    indented = 2 * laid.sheet.em
    edge = 700 - right
    assert abs(ends[0] - (edge - indented)) < laid.sheet.em
    assert all(abs(end - edge) < laid.sheet.em for end in ends[1:3])
    for set_ in laid.lines:
        if set_.line.text[0] in HEBREW:
            assert set_.boxes[:, 2].argmax() == 0
        assert set_.shapes.placed.places_q8[:, 0].min() / 256 > left - laid.sheet.em
    page = composer.page(0)
    assert {entry.metadata["leftward"] for entry in page.lines} == {True}
    assert [entry.text for entry in page.lines] == texts


def test_a_line_goes_by_its_paragraph(bank: Bank) -> None:
    """A line of English words in a Hebrew paragraph: its full stop is at the left."""
    text = f"{SHALOM} {'abcdefghij ' * 7}klm."
    settings = recipe(page=PAGE, corpus={"lines": "cut"})
    composer = Composer(settings, bank, Corpus.from_texts([text]), seed=5)
    page = lay_page(composer.plan, 5, 0)
    last = next(set_ for set_ in page.lines if set_.line.text.endswith("klm."))
    assert RIGHT_TO_LEFT.search(last.line.text) is None
    left = last.shapes.placed.places_q8[:, 0]
    assert left.argmin() == len(left) - 1


@pytest.mark.parametrize("form", [False, True])
def test_page_sets_are_sound_and_tell_the_direction(bank: Bank, tmp_path: Path, form: bool) -> None:
    text = tmp_path / "text.txt"
    text.write_text(f"{PARAGRAPH.strip()}\nabcdef ({SHALOM}) ghi\n", "utf-8")
    made = {"lines": "cut", "length_range": [4, 14], "made": {"date": 0.2} if form else {}}
    page = {**PAGE, "form": {}} if form else PAGE
    if form:
        del page["lines_range"]  # a form has rows
    settings = recipe(page=page, corpus=made)
    out = tmp_path / "out"
    api.compose(
        out,
        n=4,
        recipe=settings,
        banks=[bank],
        corpora=[text],
        to="page-xml",
        boxes=True,
        workers=1,
    )
    assert api.check(out, ink=True, banks=[bank], corpora=[text]).problems == []
    mark = f"{{{NAMESPACE}}}"
    found = set()
    for file in out.glob("images/*/*.xml"):
        for element in ET.fromstring(file.read_bytes()).iter(f"{mark}TextLine"):  # noqa: S314
            label = element.findtext(f"{mark}TextEquiv/{mark}Unicode") or ""
            found.add((element.get("readingDirection"), label[:1] in HEBREW, label[:1] == "a"))
    assert ("right-to-left", True, False) in found
    assert (None, False, True) in found
    assert (None, True, False) not in found


def test_pages_of_others_go_by_their_text() -> None:
    box = np.array([[1, 1], [50, 1], [50, 20], [1, 20]], np.float64)
    texts = {SHALOM: True, f"12 {SHALOM}": True, f"abc {SHALOM}": False, "abc": False, "": False}
    lines = tuple(PageLine(text, box) for text in texts)
    image = np.full((40, 60), 255, np.uint8)
    page = Page(0, "one", image, lines, "own:a", "train")
    root = ET.fromstring(page_xml(page, "one.png"))  # noqa: S314 - our own
    elements = root.iter(f"{{{NAMESPACE}}}TextLine")
    told = [element.get("readingDirection") == "right-to-left" for element in elements]
    assert told == list(texts.values())


def test_sets_of_lines_are_sound(bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(f"{MIXED}\nabc [{SHALOM}] (def)\n", "utf-8")
    out = tmp_path / "out"
    api.compose(out, n=6, recipe=recipe(), banks=[bank], corpora=[text], boxes=True, workers=1)
    assert api.check(out, ink=True, banks=[bank], corpora=[text]).problems == []
    labels = {row.partition("\t")[2] for row in (out / "rec_gt_train.txt").read_text().splitlines()}
    assert labels == {MIXED, f"abc [{SHALOM}] (def)"}


def test_streams_give_labels_as_they_are_typed(bank: Bank) -> None:
    composer = Composer(recipe(), bank, Corpus.from_texts([MIXED, SHALOM]), seed=5, length=8)
    stream = LineStream(composer, batch_size=4, window=1)
    texts = {text for batch in stream for text in Pad(tensors=False)(batch).texts}
    assert texts == {MIXED, SHALOM}


def test_the_playground_writes_and_explains(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": HEBREW + LATIN + SIGNS + ARABIC})
    state = ServerState(Corpus.from_texts(["abc"]), tmp_path / "up")
    state.add(bank)
    drawn = compose_line(state, LineRequest(MIXED))
    assert drawn.sample is not None
    assert (drawn.sample.text, drawn.said, drawn.lacking) == (MIXED, "", ())
    assert seen(drawn.sample) == display(MIXED).replace(" ", "")
    drawn = compose_line(state, LineRequest(f"abc {ARABIC}"))
    assert drawn.text == "abc"
    assert set(drawn.lacking) == set(ARABIC)
    assert drawn.said.startswith("Arabic letters change their shape")
    for text in ("abc", MIXED):  # whether a plan for columns is there already or not
        line_request = LineRequest(text, direction="vertical")
        if text == "abc":
            assert compose_line(state, line_request).sample is not None
        else:
            assert "right-to-left" in compose_line(state, line_request).said


def test_lines_from_the_right_are_not_measured(bank: Bank, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(f"{HAN}{SHALOM}\n{HAN}\n", "utf-8")
    out = tmp_path / "out"
    api.compose(out, n=8, recipe=recipe(), banks=[bank], corpora=[text], boxes=True, workers=1)
    lines = (out / "rec_gt_train.txt").read_text("utf-8").splitlines()
    turned = sum(RIGHT_TO_LEFT.search(row) is not None for row in lines)
    assert 0 < turned < 8
    assert api.fit(out).left_out["lines with right-to-left text"] == turned


# What single glyphs cannot write

ARABIC = "\u0643\u062a\u0627\u0628"


@pytest.mark.parametrize(
    ("text", "named", "says"),
    [
        (ARABIC, "U+0627", r"Arabic letters change their shape .* presentation forms"),
        ("\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "U+05B8", r"combining marks .*drop-char"),
        ("e\u0301te\u0301", "U+0301", r"combining marks .* whole, as entries"),
        ("\u0928\u092e\u0938\u094d\u0924", "U+094D", "a virama joins"),
    ],
)
def test_text_that_is_refused(bank: Bank, tmp_path: Path, text: str, named: str, says: str) -> None:
    """Whether the bank has glyphs of these characters or not."""
    own = build(tmp_path / "b", {"own:a": text + HEBREW})
    for one in (bank, own):
        with pytest.raises(RecipeError, match=says) as caught:
            Composer(recipe(), one, Corpus.from_texts([text]))
        assert named in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_word_of_it_is_passed_over_and_counted(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": ARABIC + HEBREW + LATIN})
    texts = [f"abc {ARABIC}", "abc def", SHALOM]
    samples = [line(bank, texts, index) for index in range(12)]
    assert {sample.text for sample in samples} == {"abc def", SHALOM}
    reason = (
        "line skipped: Arabic letters change their shape with their neighbours, which is not drawn"
    )
    assert any(sample.counts.get(reason) for sample in samples)


def test_presentation_forms_are_written(tmp_path: Path) -> None:
    forms = "\ufedb\ufe98\ufe8e\ufe8f"
    bank = build(tmp_path / "b", {"own:a": forms})
    sample = line(bank, forms)
    assert sample.text == forms
    assert seen(sample) == forms[::-1]


def test_marks_are_left_out_on_request(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": HEBREW})
    pointed = "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd"
    sample = line(bank, pointed, corpus={"missing": "drop-char"})
    assert sample.text == SHALOM
    assert sample.counts["character dropped: \u05b8"] == 1


def test_nfkc_composes(tmp_path: Path) -> None:
    bank = build(tmp_path / "b", {"own:a": "été"})
    settings = recipe(corpus={"nfkc": True})
    corpus = Corpus.from_texts(["e\u0301te\u0301"], nfkc=True)
    assert Composer(settings, bank, corpus)[0].text == "été"


def test_blobs_differ() -> None:
    """The tests above tell glyphs apart by their banks; the two brackets are not one picture."""
    assert not np.array_equal(blob("(", 0), blob(")", 0))


def test_every_format_has_its_convention() -> None:
    """A format that is added says how its labels of such text stand."""
    page = (Path(__file__).parents[1] / "docs" / "right-to-left.md").read_text("utf-8")
    named = {name for row in page.splitlines() if row.startswith("| `") for name in row.split("`")}
    assert set(EXPORTERS) <= named
