"""The table of the catalogue: every card in it, filters and comparison by its address, escaped."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from fakes_cards import figure, write
from penline.catalogue import card, load
from penline.catalogue.finding import NEEDS, SCRIPTS, facts, scripts, year
from penline.catalogue.finding_pages import script_page
from penline.catalogue.site import pages
from penline.formats import READERS
from penline.look.catalogue import catalogue_page
from test_sheet import CHROMIUM, FLAGS


def rows(text: str) -> list[dict[str, object]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])["rows"]


def test_every_card_is_in_the_table_with_what_it_says() -> None:
    found = {row["id"]: row for row in rows(catalogue_page(READERS).decode())}
    assert set(found) == set(load())
    for one in load().values():
        row = found[one.id]
        assert row["advice"] == list(one.advice) and row["commercial"] == one.licence.commercial
        assert (row["readable"], row["gettable"]) == (one.readable(READERS), one.gettable)
        assert set(one.scripts) <= set(SCRIPTS), one.id


def test_what_cards_are_looked_for_by() -> None:
    assert facts(card("casia-hwdb1.1"), READERS) == {
        "id": "casia-hwdb1.1",
        "title": card("casia-hwdb1.1").title,
        "kind": "offline characters",
        "pen": "offline",
        "units": ["characters"],
        "scripts": ["Hans", "Latn"],
        "writers": 300,
        "writers_known": True,
        "size": ("samples", 1_172_907),
        "year": year(card("casia-hwdb1.1")),
        "licence": card("casia-hwdb1.1").licence.name,
        "redistribution": "no",
        "commercial": card("casia-hwdb1.1").licence.commercial,
        "readable": True,
        "gettable": True,
    }
    assert facts(card("adbase-madbase"), READERS)["writers_known"]
    assert not facts(card("ahcd"), READERS)["writers_known"]
    assert facts(card("crohme"), READERS)["units"] == ["formulas"]


def test_no_year_is_that_of_a_reading() -> None:
    assert card("hwr200").citations[0].year is None  # its page gives none
    assert year(card("hwr200")) is None and year(card("imgur5k")) == 2021
    assert year(card("mnist")) == min(work.year or 9999 for work in card("mnist").citations)


def test_a_script_has_a_page_with_the_advice_of_its_cards() -> None:
    made = pages(READERS)
    for script, cards in scripts().items():
        text = made[script_page(script)]
        assert all(f"[{one.id}]({one.id}.md)" in text for one in cards)
        assert all(advice in text for one in cards for advice in one.advice)
        assert script_page(script) in made["index.md"]
    assert "table.html" in made["index.md"] and "which.md" in made["index.md"]


def test_sets_by_need_fit_it() -> None:
    product = [
        one for need in NEEDS if "for a product" in need.words for one in need.cards(READERS)
    ]
    assert product and all(one.licence.commercial in ("yes", "conditional") for one in product)
    strokes = next(need for need in NEEDS if need.words.startswith("strokes"))
    assert all(one.kind.startswith("online") for one in strokes.cards(READERS))


def dom(place: Path, address: str) -> str:
    command = [str(CHROMIUM), *FLAGS, "--headless", "--disable-gpu", "--dump-dom"]
    room = f"--user-data-dir={place.parent / 'profile'}"
    said = subprocess.run(
        [*command, room, f"{place.as_uri()}{address}"], capture_output=True, timeout=60, check=True
    )
    return said.stdout.decode()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_filters_and_comparison_work_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "cards", "evil", [figure("samples", 3)])
    text = (tmp_path / "cards" / "evil.md").read_text("utf-8")
    text = text.replace("title: Made up", "title: '</script><img src=x onerror=alert(1)>'")
    (tmp_path / "cards" / "evil.md").write_text(text, "utf-8")
    monkeypatch.setenv("PENLINE_CARDS", str(tmp_path / "cards"))
    place = tmp_path / "table.html"
    place.write_bytes(catalogue_page(READERS))
    assert "</script><img" not in place.read_text("utf-8")
    shown = dom(place, "#script=Arab&commercial=some&compare=hmbd,ahcd,none,evil")
    wanted = [
        one.id
        for one in load().values()
        if "Arab" in one.scripts and one.licence.commercial in ("yes", "conditional")
    ]
    table, compared = shown.partition('<table class="sets">')[2], shown.partition("Side by side")[2]
    assert re.findall(r'aria-label="Compare ([^"]+)"', table) == wanted
    assert f"{len(wanted)} of {len(load())} sets." in shown
    heads = re.findall(r'<th scope="col"><a href="([^"]+)"', compared)
    assert heads == ["hmbd.html", "ahcd.html", "evil.html"]
    assert "&lt;/script&gt;&lt;img src=x" in compared
