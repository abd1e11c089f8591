"""The local server as a visitor sees it: Chromium driven by Playwright (``make browser``)."""

# Playwright may be missing, so it is asked for before anything imports it
# ruff: noqa: E402

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

sync_api = pytest.importorskip("playwright.sync_api")
pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("jinja2")
pytest.importorskip("httpx")

import fakes_sets
from fakes import folder as folder_of
from fakes_pictures import photographed, sheet_of
from fakes_serve import gnt, make_bank, running
from foreign_words import FOREIGN_WORDS
from penline.bank import open_bank
from penline.catalogue.errata import parse_errata
from penline.corpus import Corpus
from penline.look.app.hands import HandFolder
from penline.look.app.open_set import open_set
from penline.look.app.server_state import ServerState
from penline.recipe.presets import PAPERS
from test_sheet import CHROMIUM, FLAGS

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

PLACES = [
    *("/", "/catalogue", "/catalogue/casia-hwdb1.1", "/atlas", "/atlas?q=w:"),
    *("/atlas/character/6C38", "/atlas/writer?w=w:1", "/marks", "/playground", "/cut"),
    *("/write", "/write?hand=eva", "/sets", "/sets/0", "/sets/1"),
]
AXE_FILE = Path(__file__).parents[1] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
AXE = os.environ.get("PENLINE_AXE", str(AXE_FILE) if AXE_FILE.is_file() else "")
"""``axe.min.js`` of the npm package axe-core, which ``make browser`` fetches: judges every page."""


NAMES = {
    *("penline", "Python", "MiB", "InkML", "XML", "PNG", "JPEG", "recipe", "yaml", "errata"),
    *("plain", "ruled", "squared", "texture", "warp", "shadow", "blur", "noise", "jpeg"),
    *(
        "compose",
        "ascii",
        "digits",
        "latin",
        "kana",
        "hangul",
        "PAGE",
        "small",
        "first",
        "second",
        "bank",
    ),
}
"""Names that are the same in all languages, of this test's banks, too."""
NO_PROSE = ".caption, .meta, th[scope=row]"
"""Names, labels and numbers, beside what is so on every page."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("serve")
    (folder / "up").mkdir()
    state = ServerState(Corpus.from_texts(["永远好，永远好，好好好好。"]), folder / "up")
    state.add(open_bank(make_bank(folder / "first.bank", 12)))
    state.add(open_bank(make_bank(folder / "second.bank", 5)))
    for number, files in enumerate((fakes_sets.page_2019(), fakes_sets.pairs())):
        source = folder_of(folder / f"set{number}", files)
        state.sets = (*state.sets, open_set(source, folder / "up", number))
    state.hands = folder / "hands"
    HandFolder(state.hands).begin("eva", ("l", "I", "永"), 2)
    with running(state) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any, address: str) -> Iterator[Any]:
    """A tab in which every complaint of the browser, and every request elsewhere, is a failure."""
    context = chromium.new_context(base_url=address, accept_downloads=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda r: (
            wrong.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None
        ),
    )
    page.wrong = wrong
    yield page
    context.close()
    assert wrong == []


def wait(tab: Any, expression: str, given: Any = None) -> None:
    """Until an expression holds; Playwright has a way of its own, by eval, which no page allows."""
    for _ in range(1000):
        if tab.evaluate(expression, given):
            return
        tab.wait_for_timeout(20)
    raise AssertionError(expression)


@pytest.mark.parametrize("place", PLACES)
def test_a_page_is_quiet_and_fits_a_narrow_window(tab: Any, place: str) -> None:
    tab.set_viewport_size({"width": 360, "height": 700})
    tab.goto(place)
    assert tab.locator("h1").count() == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("place", PLACES)
def test_a_page_speaks_the_readers_language(chromium: Any, address: str, place: str) -> None:
    context = chromium.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    page.goto(place)
    page.wait_for_load_state("networkidle")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    if not place.startswith("/catalogue/"):  # a card's own text
        left = set(page.evaluate(FOREIGN_WORDS, NO_PROSE)) - NAMES
        assert left == set()
    page.get_by_text("EN", exact=True).click()
    page.wait_for_load_state("networkidle")
    assert page.get_attribute("html", "lang") == "en"
    page.goto("/")
    assert page.get_attribute("html", "lang") == "en"
    context.close()


@pytest.mark.skipif(not AXE, reason="no axe-core here: make browser, or PENLINE_AXE")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_serious(chromium: Any, address: str, place: str, scheme: str) -> None:
    context = chromium.new_context(base_url=address, color_scheme=scheme)
    page = context.new_page()
    page.goto(place)
    page.wait_for_load_state("networkidle")
    found = page.evaluate(Path(AXE).read_text("utf-8") + ";axe.run(document)")["violations"]
    context.close()
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_line_of_a_set_is_shown_large(tab: Any) -> None:
    tab.goto("/sets/0")
    tab.wait_for_selector(".texts li")
    assert tab.locator(".outlines .k0, .outlines .k1").count() == 6
    tab.locator(".texts button").nth(2).click()
    wait(tab, "document.querySelector('dialog img').naturalWidth > 0")
    left, _, right, _ = fakes_sets.PAGE.boxes[2]
    assert tab.evaluate("document.querySelector('dialog img').naturalWidth") == right - left
    assert tab.text_content("dialog p.text") == fakes_sets.TEXTS[2]
    tab.keyboard.press("Escape")
    tab.goto("/sets/1")
    tab.wait_for_selector("#set-items li")
    assert tab.locator("#set-items li").count() == 6
    tab.locator(".to-large").first.click()
    assert tab.is_visible("dialog.large-line")


def test_the_line_follows_the_typing(tab: Any) -> None:
    tab.goto("/playground")
    tab.wait_for_selector("#picture:not([hidden])")
    tab.fill("#text", "")
    tab.wait_for_selector("#picture", state="hidden")
    before = ""
    for character in "永远，好":
        tab.locator("#text").press_sequentially(character)
        wait(tab, "s => document.getElementById('picture').src !== s", before)
        before = tab.get_attribute("#picture", "src")
    wait(tab, "document.querySelectorAll('#boxes polygon').length === 4")
    assert not tab.is_visible("#boxes")
    tab.check("#with-boxes")
    assert tab.is_visible("#boxes")
    for field, value in (
        ("#paper", "squared"), ("#mode", "rgb"), ("#ink", "blue"), ("#direction", "vertical"),
    ):  # fmt: skip
        before = tab.get_attribute("#picture", "src")
        tab.select_option(field, value)
        wait(tab, "s => document.getElementById('picture').src !== s", before)
    tab.locator("#text").press_sequentially("龘")
    wait(tab, "/nobody has 龘/.test(document.getElementById('said').textContent)")
    tab.check("#twenty")
    wait(tab, "[...document.querySelectorAll('#many img')].filter(i => i.naturalWidth).length > 3")
    tab.click("#tab-python")
    assert "make(plan, 0, 0)" in tab.text_content("#copy")
    tab.keyboard.press("ArrowLeft")
    assert "squared" in tab.text_content("#copy")
    assert "paper=squared" in tab.url
    assert "ink=blue" in tab.url
    assert "- 120" in tab.text_content("#copy")
    tab.reload()
    tab.wait_for_selector("#picture:not([hidden])")
    assert tab.input_value("#ink") == "blue"


def test_the_playground_begins_as_compose_does(tab: Any) -> None:
    tab.goto("/playground")
    tab.wait_for_selector("#picture:not([hidden])")
    tab.click("text=recipe.yaml")
    own = yaml.safe_load(tab.text_content("#copy"))
    usual = yaml.safe_load(PAPERS.read_text("utf-8"))
    assert {key: own[key] for key in usual} == usual


def test_hands_are_shown_and_chosen(tab: Any) -> None:
    tab.goto("/playground?text=永远")
    tab.wait_for_selector("#picture:not([hidden])")
    tab.click("#hands summary")
    tab.wait_for_selector("#hands-list img")
    assert tab.locator("#hands-list img").count() == 12
    wait(tab, "document.querySelector('#hands-list img').naturalWidth > 0")
    tab.locator("#hands-list button").nth(2).click()
    wait(tab, "document.querySelector('#hands-list [aria-pressed=true]') !== null")
    writer = tab.input_value("#writer")
    assert writer == tab.text_content("#hands-list [aria-pressed=true] bdi")
    wait(tab, "w => document.getElementById('said').textContent.startsWith(w)", writer)


def test_a_text_that_is_cut_is_told(tab: Any) -> None:
    tab.goto("/playground")
    tab.fill("#text", "永远" * 62)
    wait(
        tab, "/first 120 characters.*, 4 are not/.test(document.getElementById('said').textContent)"
    )
    assert tab.input_value("#text") == "永远" * 62


def test_a_server_that_has_gone_is_told(tab: Any) -> None:
    tab.goto("/playground")
    tab.wait_for_selector("#picture:not([hidden])")
    tab.context.set_offline(True)
    tab.fill("#text", "好")
    wait(tab, "/The server has gone/.test(document.getElementById('said').textContent)")
    tab.wrong.clear()  # the browser itself says that it is offline


def test_an_upload_is_written_with_and_taken_off(tab: Any) -> None:
    tab.goto("/playground")
    file = {"name": "1234-c.gnt", "mimeType": "x/y", "buffer": gnt()}
    tab.set_input_files("#file", [file])
    wait(tab, "/4 glyphs/.test(document.getElementById('drop-said').textContent)")
    tab.fill("#text", "天地")
    wait(tab, "/^casia:1234/.test(document.getElementById('said').textContent)")
    tab.click("#uploads button")
    wait(tab, "/nobody has 天/i.test(document.getElementById('said').textContent)")
    tab.set_input_files("#file", [{**file, "buffer": gnt()[:-1]}])
    wait(tab, "/expected/.test(document.getElementById('drop-said').textContent)")
    # the browser itself says that an answer was a refusal
    assert all("422" in one for one in tab.wrong)
    tab.wrong.clear()


def test_marking_by_keyboard_alone(tab: Any) -> None:
    tab.goto("/atlas")
    tab.keyboard.press("/")
    tab.keyboard.type("U+6C38")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("/atlas/character/6C38"))
    for _ in range(40):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.className") == "glyph":
            break
    first = tab.evaluate("document.activeElement.dataset.row")
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("ArrowRight")
    second = tab.evaluate("document.activeElement.dataset.row")
    assert first != second
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog[open]")
    tab.focus("#defect")
    tab.keyboard.type("cut off")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog", state="hidden")
    assert tab.text_content("[data-tally]") == "1"
    assert tab.evaluate("document.activeElement.dataset.row") == second
    tab.goto("/marks")
    tab.click("text=Export as errata")
    tab.wait_for_selector("#marks-save:not([hidden])")
    with tab.expect_download() as saved:
        tab.click("#marks-save")
    text = Path(saved.value.path()).read_text("utf-8")
    [erratum] = parse_errata(text, "x")
    assert erratum.defect == "永: cut off"
    assert erratum.fix == "skip"


def test_glyphs_are_drawn(tab: Any) -> None:
    tab.goto("/atlas/character/6C38")
    tab.wait_for_load_state("networkidle")
    widths = tab.evaluate("[...document.querySelectorAll('.ink img')].map(i => i.naturalWidth)")
    assert len(widths) == 17
    assert set(widths) == {720}


def test_a_photograph_is_cut_put_right_and_saved(tab: Any, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    picture = photographed(sheet_of("永", 2, 4), 1, times=2)
    photo.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto("/cut")
    tab.set_input_files("#photo", str(photo))
    tab.fill("#shows", "永")
    tab.get_by_role("button", name="Cut apart").click()
    tab.wait_for_selector('#cut[data-version="0"]')
    assert tab.locator("[name=piece]").count() == 8
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.locator("#cut-boxes rect").nth(0).click()
    assert tab.locator("#cut-chosen").inner_text() == "1 chosen"
    tab.locator("[name=piece]").nth(1).check()
    tab.get_by_role("button", name="Merge").click()
    tab.wait_for_selector('#cut[data-version="1"]')
    assert tab.locator("[name=piece]").count() == 7
    tab.locator("[name=piece]").nth(3).check()
    tab.get_by_role("button", name="Drop").click()
    tab.wait_for_selector('#cut[data-version="2"]')
    assert tab.locator("#cut .off").count() == 1
    tab.fill("#whose", "anna")
    tab.get_by_role("button", name="Make a bank of 6").click()
    wait(tab, "document.querySelector('#save-said').textContent.includes('6 glyphs')")
    with tab.expect_download() as given:
        tab.get_by_role("link", name="Download it").click()
    assert given.value.suggested_filename.endswith(".zip")


def test_a_hand_is_written_by_one_pointer_and_outlives_the_connection(
    chromium: Any, tab: Any
) -> None:
    from write_hand import Hand, fingers, palm, said, until

    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto("/write")
    tab.fill("#hand-name", "anna")
    tab.select_option("#hand-list", "")
    tab.fill("#hand-text", "abcd")
    tab.select_option("#hand-times", "1")
    tab.get_by_role("button", name="Begin").click()
    tab.wait_for_url("**/write?hand=anna")
    until(tab, "document.querySelector('#sign').textContent === 'a'")
    draws = np.random.default_rng(1)
    strokes = [draws.uniform(0.2, 0.7, (6, 2)) for _ in range(2)]
    hand = Hand(tab)
    fingers(hand, strokes)
    hand.next()
    palm(hand, strokes)
    hand.next()
    tab.context.set_offline(True)
    hand.pen(strokes)
    hand.next()
    until(tab, "document.querySelector('#write-said').textContent.includes('not sent yet')")
    tab.context.set_offline(False)
    until(tab, "document.documentElement.dataset.waiting === '0'")
    tab.wrong[:] = [one for one in tab.wrong if "ERR_INTERNET_DISCONNECTED" not in one]
    tab.reload()
    until(tab, "document.querySelector('#write-progress').textContent === '3 of 4'")
    tab.click("#write-back")
    until(tab, "document.querySelector('#write-progress').textContent === '2 of 4'")
    assert "c is taken back" in said(tab)
    until(tab, "document.documentElement.dataset.waiting === '0'")
    tab.click("#write-bank")
    until(tab, "document.querySelector('#bank-said a') !== null")
    assert "2 glyphs, 2 characters, by own:anna; nothing of c d" in tab.inner_text("#bank-said")
    with tab.expect_download() as given:
        tab.get_by_role("link", name="the InkML").click()
    text = Path(given.value.path()).read_text("utf-8")
    assert text.count("<trace>") == 4, "no stroke of a second finger or a palm"
    assert text.count('name="F"') == 1, "the pen's force alone"
