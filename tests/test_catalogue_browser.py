"""The table of the catalogue as a visitor uses it: by keys, and in a narrow window, from disk."""

# Playwright may be missing, so it is asked for before anything imports it
# ruff: noqa: E402

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

from penline.catalogue import card, load
from penline.formats import READERS
from penline.look.catalogue import catalogue_page
from test_browser import AXE
from test_sheet import CHROMIUM, FLAGS

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")

FOCUS = """() => {
  const one = document.activeElement;
  return one.getAttribute("aria-label") || (one.closest("label") || one).firstChild?.textContent;
}"""
COMPARED = "section[aria-live]"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[1280, 390])
def tab(request: Any, chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """The page, in which every complaint of the browser, and every request, is a failure."""
    (tmp_path / "table.html").write_bytes(catalogue_page(READERS))
    context = chromium.new_context(offline=True, viewport={"width": request.param, "height": 844})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda r: wrong.append(r.url) if not r.url.startswith(("file:", "data:")) else None,
    )
    page.goto((tmp_path / "table.html").as_uri())
    yield page
    context.close()
    assert wrong == []


def to(tab: Any, name: str, most: int = 60) -> None:
    """Press Tab until what has the name has the focus; filters are opened on the way."""
    for _ in range(most):
        tab.keyboard.press("Tab")
        found = tab.evaluate(FOCUS)
        if found == name:
            return
        if found == "Filters" and not tab.evaluate("document.querySelector('details').open"):
            tab.keyboard.press("Enter")
    raise AssertionError(name)


def listed(tab: Any) -> list[str]:
    return tab.locator(".sets tbody th a").all_inner_texts()


def wide(tab: Any) -> int:
    return tab.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_sets_are_found_and_compared_by_keys_alone(tab: Any) -> None:
    wanted = [one.id for one in load().values() if "Arab" in one.scripts]
    assert len(listed(tab)) == len(load())
    to(tab, "Script")
    tab.keyboard.type("Arabic")
    assert listed(tab) == wanted
    assert tab.locator("[role=status]").inner_text() == f"{len(wanted)} of {len(load())} sets."
    for id in ("hmbd", "ahcd"):
        to(tab, f"Compare {id}") if id == "hmbd" else tab.locator(f"[aria-label$=' {id}']").focus()
        tab.keyboard.press("Space")
    heads = tab.locator(f"{COMPARED} thead a").all_inner_texts()
    assert heads == ["hmbd", "ahcd"]
    terms = tab.locator(f"{COMPARED} tr", has=tab.get_by_role("rowheader", name="Licence"))
    assert terms.locator("td").all_inner_texts() == [card(id).licence.name for id in heads]
    assert "unlike" in terms.get_attribute("class")
    assert tab.evaluate("location.hash") == "#script=Arab&compare=hmbd%2Cahcd"
    assert wide(tab) <= 0
    tab.reload()
    assert (listed(tab), tab.locator(f"{COMPARED} thead a").all_inner_texts()) == (wanted, heads)


def test_two_sets_stand_beside_each_other_in_the_window(tab: Any) -> None:
    tab.evaluate("location.hash = 'compare=mnist,emnist'")
    cells = tab.locator(f"{COMPARED} tbody tr").first.locator("td")
    box = cells.nth(1).bounding_box()
    assert box["x"] + box["width"] <= tab.viewport_size["width"]


def test_no_more_than_four_and_clear_keeps_the_place(tab: Any) -> None:
    tab.evaluate("location.hash = 'compare=ahcd,ahcd,none,hmbd,khatt,mnist,emnist'")
    heads = tab.locator(f"{COMPARED} thead a").all_inner_texts()
    assert heads == ["ahcd", "hmbd", "khatt", "mnist"]
    assert tab.locator(".sets input:not(:disabled)").count() == 4
    tab.get_by_role("button", name="Clear").focus()
    tab.keyboard.press("Enter")
    assert tab.locator(f"{COMPARED} *").count() == 0
    assert tab.evaluate(FOCUS) == f"Compare {listed(tab)[0]}"
    assert tab.locator(".sets input:disabled").count() == 0


def test_a_key_searches_and_a_head_sorts(tab: Any) -> None:
    tab.locator("details").evaluate("one => one.open = true")
    tab.keyboard.press("/")
    assert tab.evaluate(FOCUS) == "Search ( / )"
    tab.keyboard.type("olhwdb online text")  # of the name and of the kind
    assert listed(tab) == [f"casia-olhwdb2.{at}" for at in range(3)]
    tab.keyboard.type(" nothing like it")
    assert listed(tab) == []
    to(tab, "Reset")
    tab.keyboard.press("Enter")
    assert len(listed(tab)) == len(load())
    to(tab, "Set")
    tab.keyboard.press("Enter")
    assert listed(tab) == sorted(load(), reverse=True)


def test_every_head_is_seen_and_sorts_the_unknown_last(tab: Any) -> None:
    heads = tab.locator(".sets thead button")
    for at in range(heads.count()):
        box = heads.nth(at).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= tab.viewport_size["width"]
        heads.nth(at).click(trial=True)  # refused where something else lies over it
    assert wide(tab) <= 0
    facts = {row["id"]: row for row in tab.evaluate("data.rows")}
    for name in ("Size", "Writers", "Year"):
        for _ in range(2):
            tab.get_by_role("button", name=name).click()
            rows = [facts[id][name.lower()] for id in listed(tab)]
            known = [row for row in rows if row is not None]
            assert None not in rows[: len(known)] and 0 < len(known) < len(rows)


@pytest.mark.skipif(not AXE, reason="no axe-core here: make browser, or PENLINE_AXE")
def test_axe_finds_nothing_serious(tab: Any) -> None:
    tab.evaluate("location.hash = 'compare=mnist,emnist'")
    found = tab.evaluate(Path(AXE).read_text("utf-8") + ";axe.run(document)")["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
