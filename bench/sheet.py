"""A sheet of 100,000 glyphs in Chromium: file size, first paint, and scrolling without a blank.

    make browser                                     # Debian's Chromium and Playwright
    .venv/bin/python bench/sheet.py [--glyphs 100000] [--samples 60]

The bank is made up in a temporary folder and removed: every glyph has ink. The page is opened from
disk. Then it is scrolled, in both orders, from end to end, by jumps to places drawn by chance, and
by wheel. Where the window stands still, a picture is taken at once, and every cell in it is looked
at: a cell without ink in the picture is a blank. While the wheel moves it, every frame that
Chromium shows is kept, and the highest stretch of a frame without ink tells whether a row of cells
was not there.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import sync_playwright
from serve import make_bank

from penline.look.sheet import sheet

WIDTH, HEIGHT = 1280, 900
FLAGS = ["--no-sandbox", "--disable-gpu"]
LEAST_INK = 12
"""Pixels darker than half in a cell's picture, for it to count as painted."""

PLACES = """() => [...document.querySelectorAll('.cell')].map(cell => {
  const box = cell.getBoundingClientRect();
  return [box.left + 2, box.top + 2, box.right - 2, box.top + 2 + data.cell_px];
})"""
COVERED = "() => document.getElementById('tools').getBoundingClientRect().bottom"
TIMES = """() => Object.fromEntries(['paint', 'mark'].flatMap(
  type => performance.getEntriesByType(type).map(one => [one.name, one.startTime])))"""


def picture_of(page: Any) -> Any:
    """The window as it is at this moment: ``uint8 (HEIGHT, WIDTH)``."""
    return cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)


def blanks(page: Any) -> tuple[int, int]:
    """Cells of a window that stands still, and how many of them show nothing."""
    picture = picture_of(page)
    covered = max(0, page.evaluate(COVERED))
    seen = empty = 0
    for left, top, right, bottom in page.evaluate(PLACES):
        if top < covered or bottom > HEIGHT:
            continue
        seen += 1
        cell = picture[round(top) : round(bottom), round(left) : round(right)]
        empty += int((cell < 128).sum()) < LEAST_INK
    return seen, empty


def bare_px(data: str) -> int:
    """The highest stretch of a frame, below the page's head, in which nothing dark is."""
    raw = np.frombuffer(base64.b64decode(data), np.uint8)
    picture = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)[120:, 40 : WIDTH - 120]
    dark = np.flatnonzero(np.concatenate(([True], (picture < 128).sum(axis=1) > 0, [True])))
    return int(np.diff(dark).max()) - 1


def wheel(page: Any, turns: int) -> tuple[list[str], float]:
    """Every frame that is shown while the wheel turns, and how far it went in px."""
    frames: list[str] = []
    session = page.context.new_cdp_session(page)

    def frame(shown: dict[str, Any]) -> None:
        frames.append(shown["data"])
        session.send("Page.screencastFrameAck", {"sessionId": shown["sessionId"]})

    start = page.evaluate("scrollY")
    page.mouse.move(WIDTH / 2, HEIGHT / 2)
    session.on("Page.screencastFrame", frame)
    session.send("Page.startScreencast", {"format": "jpeg", "quality": 80, "everyNthFrame": 1})
    for _ in range(turns):
        page.mouse.wheel(0, HEIGHT * 0.8)
        page.wait_for_timeout(60)
    page.wait_for_timeout(1500)
    session.send("Page.stopScreencast")
    return frames, page.evaluate("scrollY") - start


def opened(browser: Any, address: str) -> tuple[float, float, float]:
    """Milliseconds to the first paint, to the first glyphs, to the end of the file."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address, wait_until="commit", timeout=300_000)
    page.wait_for_selector(".cell", timeout=300_000)
    page.wait_for_load_state("load", timeout=300_000)
    whole = page.evaluate("() => performance.getEntriesByType('navigation')[0].loadEventStart")
    times = page.evaluate(TIMES)
    page.close()
    return times["first-contentful-paint"], times["penline: drawn"], whole


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--glyphs", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=60)
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium here: make browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        make_bank(Path(folder) / "made.bank", given.glyphs)
        begun = time.process_time()
        facts = sheet(Path(folder) / "made.bank", Path(folder) / "x.html", limit=given.glyphs)
        print(
            f"{facts.shown:,} glyphs: {facts.path.stat().st_size / 1e6:.1f} MB, "
            f"made in {time.process_time() - begun:.0f} CPU-seconds"
        )
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        address = facts.path.as_uri()
        times = [opened(browser, address) for _ in range(5)]
        for name, column in zip(
            ("first paint", "first glyphs drawn", "file read to its end"),
            zip(*times, strict=True),
            strict=True,
        ):
            print(
                f"{name:28} median {statistics.median(column):6.0f} ms, most {max(column):.0f} ms"
            )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(address, timeout=300_000)
        for order in ("By character", "By writer"):
            page.get_by_text(order, exact=True).click()
            scroll(page, order, given.samples)
        browser.close()


def scroll(page: Any, order: str, samples: int) -> None:
    """From end to end, by chance, and by wheel; tell how many cells were blank."""
    draws = np.random.default_rng(3)
    high = page.evaluate("document.documentElement.scrollHeight")
    for way in ("from end to end", "jumps by chance"):
        seen = empty = 0
        for number in range(samples):
            share = number / (samples - 1) if way == "from end to end" else draws.random()
            page.evaluate("y => scrollTo(0, y)", share * (high - HEIGHT))
            cells, none = blanks(page)
            seen += cells
            empty += none
        print(f"{order}, {way}: {samples} pictures, {seen:,} cells, {empty} blank")
    page.evaluate("y => scrollTo(0, y)", high / 3)
    page.wait_for_timeout(500)
    frames, moved = wheel(page, samples)
    print(
        f"{order}, by wheel over {moved:,.0f} px: {len(frames)} frames, highest stretch without "
        f"ink {max(map(bare_px, frames))} px (between rows 54, with the head of a writer 118)"
    )


if __name__ == "__main__":
    main()
