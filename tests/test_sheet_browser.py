"""Sheets as a visitor sees them: opened from disk in Chromium, by Playwright (``make browser``)."""

# Playwright may be missing, so it is asked for before anything imports it
# ruff: noqa: E402

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

sync_api = pytest.importorskip("playwright.sync_api")

import fakes
import fakes_sets
from foreign_words import FOREIGN_WORDS
from penline.census import census
from penline.look.realism import write_realism_page
from penline.look.sheet import sheet
from penline.realism import realism
from test_browser import AXE
from test_sheet import CHROMIUM, FLAGS, inks_of, make_bank, make_set

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

KINDS = ("bank", "large", "lines", "pages", "archive", "census", "realism")
CELL = "document.activeElement.dataset.k"
IN_VIEW = """() => [...document.querySelectorAll('.row .cell')].filter(cell => {
  const box = cell.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}).map(cell => {
  const strip = cell.parentElement.querySelector('canvas');
  const left = cell.getBoundingClientRect().left - strip.getBoundingClientRect().left + 2;
  const all = strip.getContext('2d').getImageData(left, 0, data.cell_px, data.cell_px).data;
  return all.some((value, at) => at % 4 === 3 && value > 0);
})"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sheet of each kind."""
    folder = tmp_path_factory.mktemp("sheets")
    characters = [chr(0x4E00 + number) for number in range(420)]
    writers = [f"w:{number:02d}" for number in range(13)]
    found = {}
    for name, limit in (("bank", 300), ("large", 10_000)):
        bank = make_bank(folder / f"{name}.bank", characters, writers)
        found[name] = sheet(bank, folder / f"{name}.html", limit=limit).path
    found["lines"] = sheet(make_set(folder / "set"), folder / "lines.html").path
    pages = fakes.folder(folder / "pages", fakes_sets.page_2019() | fakes_sets.pairs())
    found["pages"] = sheet(pages, folder / "pages.html").path
    (folder / "got").mkdir()
    records = fakes.gnt("永和你好大小", 30)
    (folder / "got" / "001-f.gnt").write_bytes(records + records[:40])
    found["archive"] = sheet(folder / "got", folder / "archive.html").path
    (folder / "census.json").write_text(json.dumps(census(folder / "got").as_json()), "utf-8")
    found["census"] = sheet(folder / "census.json", folder / "census.html").path
    found["realism"] = folder / "realism.html"
    long = make_set(folder / "long", 60, text="你好，，你好，，你好，，")
    write_realism_page(realism(long, long), found["realism"])
    return found


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """A tab in which every complaint of the browser, and every request, is a failure."""
    context = chromium.new_context(offline=True, viewport={"width": 1000, "height": 700})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda r: wrong.append(r.url) if not r.url.startswith(("file:", "data:")) else None,
    )
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_is_quiet_and_fits_a_narrow_window(tab: Any, places: Any, kind: str) -> None:
    tab.set_viewport_size({"width": 360, "height": 700})
    tab.goto(places[kind].as_uri())
    assert tab.locator("h1").count() == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    if kind in ("bank", "large", "lines", "archive"):
        # a distribution of one value is a sentence
        drawn, told = (
            tab.locator(".plot svg[role=img]").count(),
            tab.locator(".plots > .note").count(),
        )
        assert drawn and drawn + told >= 5


NO_PROSE = ".caption, .code, .number, .sources"
"""Names, labels and numbers, beside what is so on every page."""
FORMS = ("PAGE", "XML")
"""Formats have their own names."""
BROKEN = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode;
    const own = text.parentElement;
    if (!own.checkVisibility() || own.closest("script, svg")) continue;
    for (const word of text.data.matchAll(/[A-Za-z]{3,16}/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const boxes = [...range.getClientRects()];
      if (new Set(boxes.map((box) => Math.round(box.top))).size > 1) found.push(word[0]);
    }
  }
  return found;
}"""
"""Words that are broken within themselves."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_is_broken_in_a_narrow_window(tab: Any, places: Any, kind: str) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(places[kind].as_uri())
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert tab.evaluate(BROKEN) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_speaks_the_readers_language(chromium: Any, places: Any, kind: str) -> None:
    context = chromium.new_context(offline=True, locale="zh-CN")
    page = context.new_page()
    page.goto(places[kind].as_uri())
    assert page.get_attribute("html", "lang") == "zh-Hans"
    left = set(page.evaluate(FOREIGN_WORDS, NO_PROSE)) - {"penline", "AUC", "json", "html", *FORMS}
    assert left == set()
    page.get_by_text("EN", exact=True).click()
    page.wait_for_selector("html[lang=en]")
    assert page.locator("footer").text_content().startswith("Made by penline")
    page.reload()  # kept
    assert page.get_attribute("html", "lang") == "en"
    context.close()


def test_glyphs_and_lines_come_before_the_plots(tab: Any, places: Any) -> None:
    for kind, first in (("bank", ".grid"), ("lines", "ol.lines")):
        tab.goto(places[kind].as_uri())
        below = f"""document.querySelector("{first}").compareDocumentPosition(
          document.querySelector(".plots")) & Node.DOCUMENT_POSITION_FOLLOWING"""
        assert tab.evaluate(below)
        tab.click("header a[href='#plots']")
        assert tab.evaluate("document.querySelector('.plots').getBoundingClientRect().top") < 700
    assert "each, of all" in tab.text_content(".plots .note")  # every line is 64 px high


@pytest.mark.parametrize("kind", ["bank", "large"])
def test_the_page_draws_the_ink_that_was_packed(tab: Any, places: Any, kind: str) -> None:
    tab.goto(places[kind].as_uri())
    inks, steps = inks_of(places[kind]), tab.evaluate("data.steps")
    numbers = [0, 1, 77, len(inks) // 2, len(inks) - 1]
    for number in numbers:
        alpha = tab.evaluate(
            "i => { const c = ink(i), s = data.cell_px; return"
            "[...c.getContext('2d').getImageData(0, 0, s, s).data].filter((_, k) => k % 4 === 3)}",
            number,
        )
        expected = inks[number].reshape(-1).astype(float) * 255 / (steps - 1)
        assert np.abs(np.array(alpha) - expected).max() <= 1


@pytest.mark.parametrize("order", ["By character", "By writer"])
def test_no_cell_is_blank_wherever_one_scrolls(tab: Any, places: Any, order: str) -> None:
    tab.goto(places["large"].as_uri())
    tab.get_by_text(order, exact=True).click()
    end = "document.querySelector('.grid').getBoundingClientRect().bottom + scrollY - innerHeight"
    high = tab.evaluate(end)
    assert high > 10_000
    for share in (0.0, 0.31, 0.99, 0.5, 1.0, 0.02):
        tab.evaluate("y => scrollTo(0, y)", share * high)
        picture = cv2.imdecode(np.frombuffer(tab.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
        painted = tab.evaluate(IN_VIEW)
        assert all(painted)
        if 0.02 < share < 1:
            assert len(painted) > 100
            dark = np.flatnonzero(np.concatenate(([1], (picture[:, 40:900] < 150).sum(1), [1])))
            assert np.diff(dark).max() < 110  # no row of cells is missing
    assert tab.locator(".cell").count() < 2500


def test_keys_move_and_tell(tab: Any, places: Any) -> None:
    tab.goto(places["large"].as_uri())
    tab.locator(".cell").first.focus()
    wide = tab.evaluate("columns")
    for key, expected in (
        ("ArrowRight", "1"), ("ArrowDown", str(1 + wide - 1)), ("ArrowUp", "1"),
        ("End", "5459"), ("ArrowRight", "5459"), ("ArrowLeft", "5458"), ("Home", "0"),
    ):  # fmt: skip
        tab.keyboard.press(key)
        assert tab.evaluate(CELL) == expected, key
        box = tab.evaluate(
            "(b => [b.top, b.bottom])(document.activeElement.getBoundingClientRect())"
        )
        assert 0 <= box[0] < box[1] <= 700
    tab.keyboard.press("PageDown")
    assert int(tab.evaluate(CELL)) > 3 * wide
    name = tab.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.endswith(" of 5,460")
    tab.keyboard.press("Enter")
    assert "w:" in tab.locator("#dock").text_content()
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#dock")
    assert tab.evaluate("document.activeElement.className").startswith("cell")
    # scrolled away from the last cell, Tab leads to one in view
    tab.keyboard.press("/")
    tab.evaluate("scrollTo(0, 9000)")
    tab.wait_for_timeout(100)
    for _ in range(4):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.className").startswith("cell"):
            break
    assert int(tab.evaluate(CELL)) > 500


def test_searching_and_odd_ones(tab: Any, places: Any) -> None:
    tab.goto(places["large"].as_uri())
    for text, shown in (("一", 13), ("U+4E01", 13), ("w:07", 420), ("龘", 0)):
        tab.fill("#search", text)
        assert tab.text_content(".status").startswith(f"{shown} of 5,460")
    assert "No glyph matches" in tab.text_content(".empty")
    tab.fill("#search", "")
    odd = tab.evaluate("data.odd.length")
    assert odd
    tab.click("text=Odd ones")
    assert tab.text_content(".status").startswith(f"{odd:,} of 5,460")
    assert tab.locator(".cell.odd").count() == tab.locator(".cell").count() > 0


def test_boxes_come_and_go(tab: Any, places: Any) -> None:
    tab.goto(places["lines"].as_uri())
    assert not tab.is_visible(".boxes polygon")
    tab.keyboard.press("b")
    assert tab.locator(".boxes polygon:visible").count() == 24
    tab.click("text=Boxes")
    assert not tab.is_visible(".boxes polygon")
    tab.fill("#search", "casia:001")
    assert tab.locator(".lines li").count() == 6
    tab.get_by_text("val", exact=True).first.click()
    assert tab.locator(".lines li").count() == 2


def test_a_page_leads_to_its_lines(tab: Any, places: Any) -> None:
    tab.goto(places["pages"].as_uri())
    texts = tab.locator(".texts li")
    assert texts.count() == tab.locator(".outlines .k0, .outlines .k1").count() == 6
    assert tab.locator(".outlines .base").count() == tab.locator(".numbers span").count() == 6
    texts.nth(1).hover()
    assert tab.locator(".outlines .now").count() == tab.locator(".numbers .now").count() == 1
    first = tab.locator(".numbers span").first.bounding_box()
    sheet_box = tab.locator(".sheet").bounding_box()
    assert first["y"] < sheet_box["y"] + sheet_box["height"] * 0.15
    texts.nth(1).locator("button").click()
    dialog = tab.locator("dialog.large-line")
    assert dialog.locator("h2").text_content() == "p, line 2"
    assert dialog.locator("p.text").text_content() == fakes_sets.TEXTS[1]
    tab.wait_for_timeout(100)
    drawn = tab.evaluate("""() => { const c = document.querySelector("dialog canvas");
      return c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((v) => v > 0); }""")
    assert drawn
    tab.keyboard.press("ArrowRight")
    assert dialog.locator("h2").text_content() == "p, line 3"
    tab.keyboard.press("Escape")
    assert not dialog.is_visible()
    tab.keyboard.press("o")
    assert not tab.is_visible(".outlines")
    tab.fill("#search", "永和")
    assert tab.locator(".texts .hit").count() == 1
    assert tab.locator(".lines > li").count() == 2


def test_defects_show_their_bytes(tab: Any, places: Any) -> None:
    for kind in ("archive", "census"):
        tab.goto(places[kind].as_uri())
        image = tab.locator(".damage img").first
        image.scroll_into_view_if_needed()
        assert image.evaluate("i => i.naturalWidth") > 0
        assert "bytes" in image.get_attribute("alt")


@pytest.mark.parametrize("kind", ["large", "lines", "census"])
def test_it_prints(tab: Any, places: Any, kind: str, tmp_path: Path) -> None:
    tab.goto(places[kind].as_uri())
    raw = tab.pdf(path=tmp_path / "x.pdf")
    pages = raw.count(b"/Type /Page\n") or raw.count(b"/Type /Page")
    assert pages > (8 if kind == "large" else 0)
    tab.emulate_media(media="print")
    assert not tab.is_visible("#tools")
    tab.emulate_media(media="screen")
    if kind == "large":
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.locator(".printed > .cell").count() == 3000
        assert "The first 3,000 of 5,460" in tab.text_content(".printed")
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert 0 < tab.locator(".cell").count() < 2500


@pytest.mark.skipif(not AXE, reason="no axe-core here: make browser, or PENLINE_AXE")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious(chromium: Any, places: Any, kind: str, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(places[kind].as_uri())
    script = Path(AXE).read_text("utf-8")
    found = page.evaluate(script + ";axe.run(document)")["violations"]
    context.close()
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
