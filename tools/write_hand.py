"""Write a hand on the page of `penline serve` in Chromium: by pen and by finger.

    python tools/write_hand.py BANK OUT [--writer W]

BANK has strokes of the ten digits and the 52 letters by one writer, as a bank of UNIPEN has: these
are written, 62 characters, with pen events that tell their pressure. On the way come a second
finger, a palm under the pen, a lost connection, a closed tab and a writing that is taken back. The
bank that comes out is compared with what was written, and lines are composed from it. Pictures of
the page at 390 and 1280 px, light and dark, lie in OUT. Needs Playwright and Chromium, as
`make browser` installs them.
"""

from __future__ import annotations

import argparse
import json
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from penline.bank import Bank, open_bank

CHARACTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
CHROMIUM = "/usr/bin/chromium"


@contextmanager
def serving(out: Path, *more: str) -> Iterator[str]:
    """The server in a process of its own; gives its address."""
    command = [sys.executable, "-m", "penline", "serve", "--port", "0"]
    command += ["--hands", str(out / "hands"), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def strokes_of(bank: Bank, writer: str) -> dict[str, list[np.ndarray]]:
    """The writer's strokes of each character, placed as in a field of side 1."""
    em_px = {one.id: one.em_px for one in bank.header.writers}[writer]
    found = {}
    for one in CHARACTERS:
        glyph = bank[int(bank.rows(writer, one)[0])]
        low = 0.9 if one in "gjpqy" else 0.74
        left = (0.72 - glyph.ink.shape[1] * 0.72 / em_px) / 2 + 0.14
        top = low - glyph.ink.shape[0] * 0.72 / em_px
        found[one] = [stroke * 0.72 / em_px + np.array([left, top]) for stroke in glyph.strokes]
    return found


class Hand:
    """What writes on the page: events as a browser's own devices send them."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.raw = page.context.new_cdp_session(page)

    def at(self, points: np.ndarray) -> list[tuple[float, float]]:
        """Places in the window of points in the field."""
        box = self.page.locator("#pad").bounding_box()
        x, y = box["x"] + points[:, 0] * box["width"], box["y"] + points[:, 1] * box["height"]
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def pen(self, strokes: list[np.ndarray], up: bool = True) -> None:
        """Strokes with a pen whose force rises and falls along each."""
        for stroke in strokes:
            places = self.at(stroke)
            for number, (x, y) in enumerate(places):
                force = 0.2 + 0.6 * np.sin(np.pi * (number + 1) / (len(places) + 1))
                kind = "mouseMoved" if number else "mousePressed"
                self.mouse(kind, x, y, force)
            if up:
                self.mouse("mouseReleased", *places[-1], 0.0)

    def mouse(self, kind: str, x: float, y: float, force: float) -> None:
        """One event of the pen."""
        up = kind == "mouseReleased"
        given = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 0 if up else 1}
        given |= {"pointerType": "pen", "force": force, "clickCount": 1}
        self.raw.send("Input.dispatchMouseEvent", given)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """One event of the fingers that are down."""
        given = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        self.raw.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    def next(self) -> None:
        """On to the next character."""
        self.page.click("#write-next")


def said(page: Any) -> str:
    """What the page says below the field."""
    return str(page.locator("#write-said").inner_text())


def until(page: Any, expression: str) -> None:
    """Wait until an expression holds."""
    for _ in range(500):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{expression}: {said(page)}")


def fingers(hand: Hand, strokes: list[np.ndarray]) -> None:
    """One character with a finger; a second finger that comes and goes draws nothing."""
    for stroke in strokes:
        first, *rest = hand.at(stroke)
        hand.touch("touchStart", first)
        hand.touch("touchStart", first, (first[0] + 40, first[1] + 40))
        assert "One finger at a time" in said(hand.page)
        for number, place in enumerate(rest):
            hand.touch("touchMove", place, (first[0] + 40 + number, first[1] - number))
        hand.touch("touchEnd")


def palm(hand: Hand, strokes: list[np.ndarray]) -> None:
    """A palm before the pen, and one while it writes: the pen alone draws."""
    place = hand.at(np.array([[0.8, 0.95], [0.82, 0.9]]))
    hand.touch("touchStart", place[0])
    hand.touch("touchMove", place[1])
    hand.pen(strokes)
    hand.touch("touchEnd")
    hand.touch("touchStart", place[0])
    assert "fingers are taken for the palm" in said(hand.page)
    hand.touch("touchEnd")


def write_all(page: Any, strokes: dict[str, list[np.ndarray]]) -> Any:
    """All characters, with what goes wrong on the way; gives the page that it ended on."""
    hand = Hand(page)
    for number, one in enumerate(CHARACTERS):
        until(page, f"document.querySelector('#sign').textContent === {json.dumps(one)}")
        if number == 0:
            fingers(hand, strokes[one])
        elif number == 1:
            palm(hand, strokes[one])
        else:
            hand.pen(strokes[one])
        if number == 12:  # the wrong one: taken back, stroke by stroke, and then as a whole
            page.click("#write-back")
            hand.pen(strokes[one][-1:])
            hand.next()
            page.click("#write-back")
            hand.pen(strokes[one])
        if number == 20:
            page.context.set_offline(True)
        hand.next()
        if number == 23:
            until(page, "document.querySelector('#write-said').textContent.includes('4 not sent')")
            assert page.evaluate("Object.keys(localStorage).length") == 4
            page.context.set_offline(False)
            until(page, "document.documentElement.dataset.waiting === '0'")
            assert page.evaluate("Object.keys(localStorage).length") == 0
        if number == 30:
            until(page, "document.documentElement.dataset.waiting === '0'")
            context, address = page.context, page.url
            page.close()
            page = context.new_page()
            page.goto(address)
            hand = Hand(page)
            until(page, "document.querySelector('#write-progress').textContent === '31 of 62'")
    until(page, "document.querySelector('#sign-name').textContent === 'All is written'")
    return page


def pictures(browser: Any, address: str, out: Path, strokes: list[np.ndarray]) -> None:
    """The page where a hand is begun, and where one is written, in both widths and both schemes."""
    for width, scheme in ((390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, device_scale_factor=1.5
        )
        page = context.new_page()
        for name, place in (("begin", "/write"), ("write", "/write?hand=eva")):
            page.goto(address + place)
            page.wait_for_load_state("networkidle")
            if name == "write":
                Hand(page).pen(strokes)
                page.click("summary")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=out / f"{name}-{width}-{scheme}.png", full_page=True)
        context.close()


def main() -> None:
    """Write, and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("bank", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--writer", default="")
    given = asked.parse_args()
    bank = open_bank(given.bank)
    able = [w for w in bank.writers if all(bank.rows(w, one).size for one in CHARACTERS)]
    writer = given.writer or able[0]
    strokes = strokes_of(bank, writer)
    given.out.mkdir(parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(given.out) as address:
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, has_touch=True, base_url=address
            )
            page = context.new_page()
            wrong: list[str] = []
            context.on("weberror", lambda error: wrong.append(str(error.error)))
            page.goto("/write")
            page.fill("#hand-name", "anna")
            page.select_option("#hand-times", "1")
            page.click("text=Begin >> nth=0")
            page.wait_for_url("**/write?hand=anna")
            begun = time.perf_counter()
            page = write_all(page, strokes)
            print(f"62 characters written in {time.perf_counter() - begun:.0f} s")
            page.click("#write-bank")
            until(page, "document.querySelector('#bank-said a') !== null")
            print(page.locator("#bank-said").inner_text())
            page.screenshot(path=given.out / "finished-390.png", full_page=True)
            assert wrong == [], wrong
            body = json.dumps({"hand": "eva", "characters": "latin", "times": 2})
            page.evaluate(
                "body => fetch('/write/begin', {method: 'POST', body}).then(r => r.status)", body
            )
            pictures(browser, address.rstrip("/"), given.out, strokes["g"])
        with serving(given.out, "--host", "0.0.0.0") as address:
            page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
            page.goto(address.replace("/?", "/write?"))
            page.goto(address.split("?")[0] + "write?hand=eva")
            assert not page.evaluate(
                "isSecureContext || 'getCoalescedEvents' in PointerEvent.prototype"
            )
            hand = Hand(page)
            hand.pen(strokes["A"])
            hand.next()
            until(page, "document.documentElement.dataset.waiting === '0'")
            print(f"by {address.split('?')[0]}: {page.locator('#write-progress').inner_text()}")
        browser.close()
    compare(open_bank(given.out / "hands" / "anna" / "anna.bank"), strokes)


def compare(made: Bank, strokes: dict[str, list[np.ndarray]]) -> None:
    """Say how what is in the bank differs from what was written."""
    assert sorted(made.characters) == sorted(CHARACTERS) and made.writers == ("own:anna",)
    assert all(len(glyph.strokes) == len(strokes[glyph.character]) for glyph in made)
    print(f"bank: {len(made)} glyphs, {len(made.characters)} characters, strokes as written")


if __name__ == "__main__":
    main()
