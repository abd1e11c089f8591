"""Addresses of cards are asked politely, and what became of them is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bad_server import CLOSED, DRIPPING, SILENT, BadServer, Manners, bad_server
from penline.acquire.links import LinkReport, addresses, check_links
from penline.acquire.web import Limits, _wire
from penline.catalogue import card, load
from penline.cli import main
from penline.errors import CatalogueError

CARD = """\
---
id: mine
title: Mine
kind: offline characters
scripts: [Latn]
publisher: me
homepages: [{url}home]
simulated: false
licence:
  {{name: free, summary: all, redistribution: unclear, commercial: unclear, url: {url}home,
   sources: [page]}}
citations: [{{key: me, kind: misc, authors: [me], title: Mine, venue: here}}]
access: from here
prefixes: ["{url}"]
files:
  - {{name: a.zip, path: a.zip, part: all, bytes: 1000, sources: [page], confidence: official}}
  - {{name: b.zip, path: b.zip, part: all, sources: [page], confidence: official}}
counts: [{{what: samples, value: 1, source: page, confidence: official}}]
formats: [gnt]
writers: null
advice: [none]
sources:
  page: {{title: the page, address: "{url}page", checked: 2026-11-28}}
  old: {{title: the old page, address: "{url}old"}}
---

## What it is

Mine.
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[BadServer]:
    monkeypatch.setenv("NO_PROXY", "*")
    with bad_server() as one:
        (tmp_path / "mine.md").write_text(CARD.format(url=one.url), "utf-8")
        monkeypatch.setenv("PENLINE_CARDS", str(tmp_path))
        page: dict[str, str | None] = {"Content-Type": "text/html"}
        one.paths = {
            "/home": Manners(b"<p>", headers=page),
            "/page": Manners(b"<p>", headers=page),
            "/old": Manners(b"<p>", headers=page),
            "/a.zip": Manners(bytes(1000)),
            "/b.zip": Manners(bytes(7)),
        }
        yield one


def ask(waits: list[float] | None = None, pause: float = 0.0, **changed: Any) -> list[LinkReport]:
    given: dict[str, Any] = {"timeout_seconds": 5.0, "tries": 3}
    waited = [] if waits is None else waits
    limits = Limits(**(given | changed), sleep=waited.append, clock=lambda: 0.0)
    return list(check_links("mine", limits=limits, pause_seconds=pause))


def verdicts(found: list[LinkReport]) -> dict[str, str]:
    return {one.link.address.rpartition("/")[2]: one.verdict for one in found}


def detail(found: list[LinkReport], name: str) -> str:
    (one,) = (one for one in found if one.link.address.endswith(name))
    return one.detail


SOUND = dict.fromkeys(("home", "page", "old", "a.zip", "b.zip"), "sound")


def test_each_address_is_asked_once_by_its_head(server: BadServer) -> None:
    assert verdicts(ask()) == SOUND
    assert sorted(one.path for one in server.asked) == sorted(f"/{name}" for name in SOUND)
    assert {one.method for one in server.asked} == {"HEAD"}


def test_a_link_knows_its_places_its_size_and_its_day(server: BadServer) -> None:
    found = {one.address.rpartition("/")[2]: one for one in addresses([card("mine")])}
    assert found["home"].places == ("mine: homepage", "mine: terms")
    assert (found["a.zip"].bytes, found["b.zip"].bytes) == (1000, None)
    assert found["a.zip"].file and not found["page"].file
    assert (found["page"].checked, found["old"].checked) == (date(2026, 11, 28), None)


def test_what_moved_for_good_is_moved_and_a_detour_is_not(server: BadServer) -> None:
    server.paths["/home"] = Manners(status=[301], headers={"Location": "/old"})
    server.paths["/page"] = Manners(status=[302], headers={"Location": "/old"})
    found = ask()
    assert verdicts(found) == {**SOUND, "home": "moved"}
    assert detail(found, "home") == f"{server.url}old"


def test_where_an_address_leads_may_be_written_in_raw_utf_8(server: BadServer) -> None:
    place = "/手".encode().decode("latin-1")
    server.paths["/home"] = Manners(status=[301], headers={"Location": place})
    server.paths["/%E6%89%8B"] = Manners(b"<p>", headers={"Content-Type": "text/html"})
    assert detail(ask(), "home") == f"{server.url}%E6%89%8B"


def test_what_is_no_address_is_told_among_the_others(server: BadServer, tmp_path: Path) -> None:
    place = tmp_path / "mine.md"
    text = place.read_text("utf-8").replace(f"homepages: [{server.url}home]", BAD)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "mine.md").write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PENLINE_CARDS", str(tmp_path / "more"))
        found = ask()
    assert verdicts(found) == {**SOUND, "[bad": "gone"}
    assert detail(found, "[bad") == "not an address: Invalid IPv6 URL"


BAD = 'homepages: ["http://[bad"]'


def test_a_permanent_redirect_behind_a_detour_is_no_move(server: BadServer) -> None:
    server.paths["/page"] = Manners(status=[302], headers={"Location": "/then"})
    server.paths["/then"] = Manners(status=[301], headers={"Location": "/old"})
    assert verdicts(ask()) == SOUND


def test_what_is_gone_is_gone(server: BadServer) -> None:
    del server.paths["/home"]
    server.paths["/old"] = Manners(status=[410] * 2)
    server.paths["/page"] = Manners(status=[301] * 12, headers={"Location": "/page"})
    found = ask()
    assert verdicts(found) == {**SOUND, "home": "gone", "old": "gone", "page": "gone"}
    assert (detail(found, "home"), detail(found, "old")) == ("HTTP 404", "HTTP 410")
    assert "redirects" in detail(found, "page")


def test_what_refuses_programs_is_not_called_gone(server: BadServer) -> None:
    server.paths["/home"] = Manners(status=[401, 401])
    server.paths["/old"] = Manners(status=[403, 403])
    server.paths["/page"] = Manners(status=[999, 999])
    assert verdicts(ask()) == {**SOUND, "home": "refused", "old": "refused", "page": "refused"}


HEADS = {
    **{str(status): Manners(status=[status]) for status in (404, 405, 500, 999)},
    "closed": Manners(status=[CLOSED]),
    "another size": Manners(b""),
    "a page": Manners(bytes(1000), headers={"Content-Type": "text/html"}),
}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_answered_badly_is_asked_again_by_get(server: BadServer, head: str) -> None:
    server.paths["/a.zip"] = Manners(bytes(1000), head=HEADS[head])
    assert verdicts(ask(tries=1)) == SOUND
    asked = [one for one in server.asked if one.path == "/a.zip"]
    assert [one.method for one in asked] == ["HEAD", "GET"]


def test_no_body_is_read(server: BadServer) -> None:
    server.paths["/b.zip"] = Manners(bytes(30_000_000), head=Manners(status=[405]))
    assert verdicts(ask()) == SOUND
    (asked,) = (one for one in server.asked if one.method == "GET")
    assert asked.sent < 30_000_000


def test_a_file_of_another_size_is_changed(server: BadServer) -> None:
    server.paths["/a.zip"] = Manners(bytes(1001))
    found = ask()
    assert verdicts(found) == {**SOUND, "a.zip": "changed"}
    assert detail(found, "a.zip") == "1,001 bytes; the card says 1,000"


def test_a_page_in_place_of_a_file_is_changed(server: BadServer) -> None:
    server.paths["/b.zip"] = Manners(b"<p>sorry", headers={"Content-Type": "text/html"})
    found = ask()
    assert verdicts(found) == {**SOUND, "b.zip": "changed"}
    assert "web page" in detail(found, "b.zip")


@pytest.mark.parametrize("length", ["-1", "1000, 1000", "9" * 40, "many", ""])
def test_a_size_that_is_none_is_not_believed(server: BadServer, length: str) -> None:
    server.paths["/a.zip"] = Manners(bytes(1000), headers={"Content-Length": length})
    assert verdicts(ask()) == SOUND


def test_nonsense_of_a_server_is_told_and_never_raised(server: BadServer) -> None:
    server.paths["/home"] = Manners(status=[416] * 3)
    server.paths["/old"] = Manners(status=[301], headers={"Location": "file:///etc/passwd"})
    server.paths["/page"] = Manners(status=[301], headers={"Location": "http://[bad"})
    assert verdicts(ask()) == {**SOUND, "home": "gone", "old": "gone", "page": "gone"}


def test_what_fails_for_now_is_asked_again_and_later(server: BadServer) -> None:
    waits: list[float] = []
    server.paths["/home"] = Manners(b"", status=[503, 429, 0])
    assert verdicts(ask(waits)) == SOUND
    assert waits == [1.0, 2.0]


def test_the_server_says_how_long_to_wait_within_reason(server: BadServer) -> None:
    waits: list[float] = []
    server.paths["/home"] = Manners(status=[503] * 9, headers={"Retry-After": "7"})
    server.paths["/old"] = Manners(status=[503] * 9, headers={"Retry-After": "999999"})
    found = ask(waits)
    assert verdicts(found) == {**SOUND, "home": "silent", "old": "silent"}
    assert waits == [7.0, 7.0, 30.0, 30.0]
    assert detail(found, "home") == "HTTP 503"


def test_the_server_says_until_when_to_wait_by_its_own_clock(server: BadServer) -> None:
    waits: list[float] = []
    bad = Manners(status=[503], headers={"Retry-After": "Sun, 29 Nov 2026 11:30:07 GMT"})
    server.paths["/old"] = bad
    date = {"Date": "Sun, 29 Nov 2026 11:30:00 GMT"}
    server.paths["/home"] = replace(bad, headers=bad.headers | date)
    assert verdicts(ask(waits)) == SOUND
    assert waits == [7.0, 1.0]


@pytest.mark.parametrize("how", [SILENT, DRIPPING])
def test_a_server_that_never_answers_is_left_after_some_tries(server: BadServer, how: int) -> None:
    server.paths["/home"] = Manners(status=[how] * 3)
    found = ask(timeout_seconds=0.2, slow_seconds=0.4)
    assert verdicts(found) == {**SOUND, "home": "silent"}
    assert detail(found, "home") == "no answer in time"
    assert sum(one.path == "/home" for one in server.asked) == 3


def test_requests_to_one_host_are_apart(server: BadServer) -> None:
    waits: list[float] = []
    ask(waits, pause=1.5)
    assert waits == [1.5] * 4
    server.paths["/home"] = Manners(status=[302, 302], headers={"Location": "/old"})
    server.paths["/a.zip"] = Manners(bytes(1000), head=Manners(status=[405, 405]))
    waits.clear()
    ask(waits, pause=1.5)
    assert waits == [1.5] * 6


def test_an_address_may_be_written_in_any_script(server: BadServer, tmp_path: Path) -> None:
    place = tmp_path / "mine.md"
    place.write_text(place.read_text("utf-8").replace(f"{server.url}old", f"{server.url}手?名=%20"))
    server.paths["/%E6%89%8B?%E5%90%8D=%20"] = Manners(b"<p>")
    assert [one.verdict for one in ask()] == ["sound"] * 5
    assert _wire("http://手.example:8/é") == "http://xn--kpu.example:8/%C3%A9"


def test_what_a_server_says_holds_no_control_characters(server: BadServer) -> None:
    server.http.RequestHandlerClass.protocol_version = "\x1b[2J"
    try:
        assert {one.detail for one in ask()} == {"?[2J 200 OK??"}
    finally:
        server.http.RequestHandlerClass.protocol_version = "HTTP/1.1"


def test_an_unknown_card_is_refused_at_once() -> None:
    with pytest.raises(CatalogueError, match="nonsense"):
        check_links("nonsense")


def test_every_card_has_an_address_or_is_simulated() -> None:
    for found in load().values():
        assert addresses([found]) or found.simulated


def test_the_command(
    server: BadServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(
            "sys.argv", ["penline", "check-links", "mine", "--pause", "0", *arguments]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    assert run() == (0, "5 addresses, 5 sound\n")
    server.paths["/page"] = Manners(status=[404] * 9)
    code, text = run()
    assert code == 1
    assert text.splitlines()[0] == (
        f"gone {server.url}page: HTTP 404 (mine: source page, read 2026-11-28)"
    )
    server.paths["/old"] = Manners(status=[CLOSED] * 9)
    monkeypatch.setattr("penline.acquire.links._PATIENCE", Limits(sleep=_stop))
    code, text = run()
    assert (code, text.splitlines()[1]) == (3, "2 addresses, 1 sound")
    assert len(json.loads(run("--json")[1])) == 2
    del server.paths["/old"]
    code, text = run("--json")
    rows = {row["link"]["address"]: row for row in json.loads(text)}
    assert rows[f"{server.url}page"]["verdict"] == "gone"
    assert rows[f"{server.url}page"]["link"]["checked"] == "2026-11-28"


def _stop(seconds: float) -> None:
    raise KeyboardInterrupt
