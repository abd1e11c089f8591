"""Archives are fetched whole or not at all, whatever the server does, and taken over by hand."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from bad_server import BadServer, Manners, bad_server
from penline.acquire import AcquireError, GotFiles, Limits, TermsNotAccepted, default_root, get
from penline.acquire.archive_store import ArchiveStore
from penline.acquire.errors import Unfit
from penline.acquire.expect import MB_UNITS, ExpectedFile, examine
from penline.acquire.fetch import Downloader
from penline.acquire.web import Gone, _next, ask
from penline.catalogue import Card, File, card
from penline.errors import Interrupted, UsageError
from penline.lock import locked

BODY = random.Random(7).randbytes(300_000)
OTHER = random.Random(8).randbytes(300_000)
NAME = "Test.bin"


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class Waits(list[float]):
    """Sleeps that are only written down."""

    def limits(self, **changed: Any) -> Limits:
        given: dict[str, Any] = {
            "timeout_seconds": 5.0,
            "tries": 3,
            "slow_bytes": 1000,
            "block_bytes": 10_000,
            "sleep": self.append,
        }
        return Limits(**(given | changed))


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[BadServer]:
    before = threading.active_count()
    with bad_server() as one:
        yield one
    assert threading.active_count() == before


def entry(body: bytes | None = BODY, name: str = NAME, **facts: Any) -> File:
    """A card's entry; hash and size of `body` unless told otherwise."""
    known: dict[str, Any] = {"path": f"a/{name}", "part": "test", "confidence": "memory"}
    if body is not None:
        known |= {"bytes": len(body), "md5": md5(body)}
    return File(name=name, sources=("memory",), **(known | facts))


def a_card(*files: File, prefixes: tuple[str, ...] = ()) -> Card:
    like = card("nist-sd19")
    return like.model_copy(
        update={"id": "test-set", "files": files or (entry(),), "prefixes": prefixes}
    )


def fetch(server: BadServer, waits: Waits, root: Path, *files: File, **more: Any) -> GotFiles:
    limits = waits.limits(**more.pop("patience", {}))
    prefixes = more.pop("prefixes", (server.url,))
    return get(a_card(*files, prefixes=prefixes), root=root, accept_terms=True, limits=limits)


def left(root: Path) -> set[str]:
    """Names on the shelf, without penline's own record."""
    return {path.name for path in (root / "test-set").iterdir()} - {".penline.json"}


def zipped(*contents: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number:03}.gnt", content)
    return made.getvalue()


# --- a sound server ---------------------------------------------------------------------------


def test_a_file_is_fetched_proven_and_not_fetched_again(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    got = fetch(server, waits, tmp_path)
    assert [(one.name, one.how, one.proven_by) for one in got.files] == [
        (NAME, "downloaded", "md5")
    ]
    assert got.files[0].path.read_bytes() == BODY
    assert got.files[0].sha256 == hashlib.sha256(BODY).hexdigest()
    assert left(tmp_path) == {NAME}
    assert fetch(server, waits, tmp_path).files[0].how == "here"
    assert len(server.asked) == 1
    assert not waits


def test_progress_runs_over_all_files(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths |= {"/a/Test.bin": Manners(BODY), "/a/More.bin": Manners(OTHER, cut=[100_000])}
    seen: list[tuple[int, int]] = []
    two = a_card(entry(), entry(OTHER, "More.bin"), prefixes=(server.url,))
    get(
        two,
        root=tmp_path,
        accept_terms=True,
        limits=waits.limits(),
        progress=lambda *at: seen.append(at),
    )
    assert {total for _, total in seen} == {600_000}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (600_000, 600_000)


def test_parts_and_names_choose_files(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    files = (
        entry(),
        entry(OTHER, "Train.bin", part="train"),
        entry(b"all", "All.bin", part="all"),
        entry(b"guide", "guide.pdf", part="all", role="guide"),
    )
    for file, body in zip(files, (BODY, OTHER, b"all", b"guide"), strict=True):
        server.paths[f"/a/{file.name}"] = Manners(body)

    def names(**chosen: Any) -> list[str]:
        given = a_card(*files, prefixes=(server.url,))
        got = get(given, root=tmp_path, accept_terms=True, limits=waits.limits(), **chosen)
        return [one.name for one in got.files]

    assert names(part="test") == [NAME, "All.bin"]
    assert names(part="train") == ["Train.bin", "All.bin"]
    assert names() == names(part="all") == [NAME, "Train.bin", "All.bin"]
    assert names(files=["guide.pdf"]) == ["guide.pdf"]
    with pytest.raises(UsageError, match="part must be"):
        names(part="val")
    with pytest.raises(UsageError, match="no file 'x'"):
        names(files=["x"])
    with pytest.raises(UsageError, match="no files of penline-sample"):
        get("penline-sample", root=tmp_path, accept_terms=True)


# --- breaks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_cuts_are_resumed(
    server: BadServer, waits: Waits, tmp_path: Path, reset: bool, chunked: bool
) -> None:
    cuts = [50_000, 80_000, 1, 99_999, None]
    server.paths["/a/Test.bin"] = Manners(BODY, cut=cuts, reset=reset, chunked=chunked)
    assert fetch(server, waits, tmp_path).files[0].path.read_bytes() == BODY
    assert 4 <= len(server.asked) <= 6
    if not reset:  # a reset may drop what was under way
        assert sum(one.sent for one in server.asked) == len(BODY)
        assert [one.range for one in server.asked[:2]] == [None, "bytes=50000-"]
        assert server.asked[1].if_range == f'"{hashlib.sha256(BODY).hexdigest()[:32]}"'
    assert left(tmp_path) == {NAME}


def test_a_stall_is_a_break(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, stall=[120_000])
    fetch(server, waits, tmp_path, patience={"timeout_seconds": 0.2})
    assert [one.range for one in server.asked] == [None, "bytes=120000-"]


def test_a_drip_is_a_break(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    ticks = iter(range(0, 10**9, 400))
    server.paths["/a/Test.bin"] = Manners(BODY)
    patience = {"clock": lambda: next(ticks), "slow_bytes": 10**9}
    with pytest.raises(AcquireError, match="too slowly"):
        fetch(server, waits, tmp_path, patience=patience)
    assert len(server.asked) == 3


def test_tries_and_waits_are_bounded(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, cut=[0] * 99)
    with pytest.raises(AcquireError, match="given up after 7 breaks"):
        fetch(server, waits, tmp_path, patience={"tries": 7})
    assert waits == [2, 4, 8, 16, 30, 30]
    assert len(server.asked) == 7


def test_breaks_that_always_bring_a_little_are_bounded(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, cut=[1000] * 999)
    with pytest.raises(AcquireError, match="given up after 20 breaks"):
        fetch(server, waits, tmp_path, patience={"most_breaks": 20})
    # another run goes on where this one ended
    server.paths["/a/Test.bin"] = Manners(BODY)
    fetch(server, waits, tmp_path)
    assert server.asked[-1].range == "bytes=20000-"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_errors_are_tried_again(
    server: BadServer, waits: Waits, tmp_path: Path, status: int
) -> None:
    server.paths["/a/Test.bin"] = Manners(
        BODY, status=[status, status], headers={"Retry-After": "12"}
    )
    fetch(server, waits, tmp_path)
    assert waits == [12, 12]


def test_a_server_cannot_ask_for_a_long_wait(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, status=[503], headers={"Retry-After": "999999999"})
    fetch(server, waits, tmp_path)
    assert waits == [30]


def test_no_server_at_all(waits: Waits, tmp_path: Path) -> None:
    with bad_server() as gone:
        pass
    with pytest.raises(AcquireError, match="given up after 3 breaks"):
        fetch(gone, waits, tmp_path)


def test_a_silent_server_is_not_waited_for_with_each_file(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    with bad_server() as gone:
        pass
    server.paths |= {"/a/Test.bin": Manners(BODY), "/a/More.bin": Manners(OTHER)}
    files = (entry(), entry(OTHER, "More.bin"))
    assert len(fetch(server, waits, tmp_path, *files, prefixes=(gone.url, server.url)).files) == 2
    assert waits == [2, 4]


def test_a_certificate_that_cannot_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise URLError(ssl.SSLCertVerificationError("self-signed"))

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    with pytest.raises(Gone, match="cannot be trusted"):
        ask("https://127.0.0.1/", 0, "", Limits())


# --- mirrors ----------------------------------------------------------------------------------


def test_mirrors_are_tried_in_order(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths |= {
        "/wrong/a/Test.bin": Manners(OTHER),
        "/right/a/Test.bin": Manners(BODY),
        "/never/a/Test.bin": Manners(BODY),
    }
    prefixes = tuple(server.url + name for name in ("gone/", "wrong/", "right/", "never/"))
    got = fetch(server, waits, tmp_path, prefixes=prefixes)
    assert got.files[0].path.read_bytes() == BODY
    tried = [one.path.split("/")[1] for one in server.asked]
    assert tried == ["gone", "wrong", "right"]
    assert not waits


def test_another_mirror_goes_on_where_one_broke(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/one/a/Test.bin"] = Manners(BODY, cut=[200_000] + [0] * 9)
    server.paths["/two/a/Test.bin"] = Manners(BODY, headers={"ETag": '"its own"'})
    fetch(server, waits, tmp_path, prefixes=(server.url + "one/", server.url + "two/"))
    assert sum(one.sent for one in server.asked) == len(BODY)


def test_another_run_begins_with_the_mirror_of_the_part(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/two/a/Test.bin"] = Manners(BODY, cut=[200_000] + [0] * 3)
    prefixes = (server.url + "one/", server.url + "two/")
    with pytest.raises(AcquireError):
        fetch(server, waits, tmp_path, prefixes=prefixes)
    server.asked.clear()
    server.paths |= {f"/{name}/a/Test.bin": Manners(BODY) for name in ("one", "two")}
    fetch(server, waits, tmp_path, prefixes=prefixes)
    assert [(one.path, one.sent) for one in server.asked] == [("/two/a/Test.bin", 100_000)]


def test_halves_of_two_files_are_never_one(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/one/a/Test.bin"] = Manners(OTHER, cut=[200_000] + [0] * 9)
    server.paths["/two/a/Test.bin"] = Manners(BODY)
    prefixes = (server.url + "one/", server.url + "two/")
    got = fetch(server, waits, tmp_path, prefixes=prefixes)
    assert got.files[0].path.read_bytes() == BODY
    assert [one.range for one in server.asked[-2:]] == ["bytes=200000-", None]


def test_mirrors_of_the_users_own(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/mine/a/Test.bin"] = Manners(BODY)
    given = a_card(prefixes=(server.url + "card/",))

    def get_from(mirror: str) -> GotFiles:
        limits = waits.limits()
        return get(given, root=tmp_path, accept_terms=True, mirrors=[mirror], limits=limits)

    for wrong in ("file:///etc/", "http://[::/", "example.org/"):
        with pytest.raises(UsageError, match="http or https"):
            get_from(wrong)
    assert get_from(server.url + "mine").files[0].how == "downloaded"
    assert [one.path for one in server.asked] == ["/mine/a/Test.bin"]


# --- lies -------------------------------------------------------------------------------------


def refused(server: BadServer, waits: Waits, root: Path, *files: File, **more: Any) -> str:
    """What is said when no mirror is sound; no file bears its name then."""
    with pytest.raises(AcquireError) as caught:
        fetch(server, waits, root, *files, **more)
    assert not {name for name in left(root) if not name.endswith((".part", ".part.json"))}
    return str(caught.value)


def test_wrong_bytes_never_bear_the_name(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(OTHER)
    assert f"its MD5 is {md5(OTHER)}" in refused(server, waits, tmp_path)
    assert left(tmp_path) == set()
    assert len(server.asked) == 1


def test_wrong_bytes_after_a_break_are_fetched_anew_once(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(OTHER, cut=[150_000])
    assert "another file" in refused(server, waits, tmp_path)
    assert [one.range for one in server.asked] == [None, "bytes=150000-", None]
    assert left(tmp_path) == set()


@pytest.mark.parametrize("length", ["299999", "300001", "-1", "9" * 30])
def test_a_length_that_is_not_the_cards(
    server: BadServer, waits: Waits, tmp_path: Path, length: str
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY[:-1], headers={"Content-Length": length})
    said = refused(server, waits, tmp_path)
    assert ("it announces" in said) == (length != "-1")


def test_a_length_that_promises_too_much(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY[:250_000], headers={"Content-Length": "300000"})
    refused(server, waits, tmp_path)


def test_a_short_file_without_a_length(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY[:250_000], headers={"Content-Length": None})
    refused(server, waits, tmp_path)


@pytest.mark.parametrize("chunked", [False, True])
def test_never_more_is_written_than_expected(
    server: BadServer, waits: Waits, tmp_path: Path, chunked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    finish = Downloader.finish

    def look_and_finish(self: Downloader) -> None:
        written.append(self.part.stat().st_size)
        finish(self)

    monkeypatch.setattr(Downloader, "finish", look_and_finish)
    server.paths["/a/Test.bin"] = Manners(BODY, surplus=5_000_000, chunked=chunked)
    assert "goes on after 300,000 bytes" in refused(server, waits, tmp_path)
    assert len(written) == 1
    assert written[0] <= len(BODY)
    assert server.asked[0].sent < 5_000_000


def test_a_server_without_ranges(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, cut=[50_000, 90_000], ranges=False)
    fetch(server, waits, tmp_path)
    assert [one.sent for one in server.asked] == [50_000, 90_000, 300_000]


def test_another_range_than_asked_for(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, cut=[50_000], shift=1)
    assert "another range" in refused(server, waits, tmp_path)


def test_ranges_in_small_pieces(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, cut=[100_000], at_most=70_000)
    assert fetch(server, waits, tmp_path).files[0].path.read_bytes() == BODY
    assert len(server.asked) == 4


@pytest.mark.parametrize("if_range", [True, False])
@pytest.mark.parametrize("length", [300_000, 280_000])
def test_a_file_that_changes_midway_is_begun_anew(
    server: BadServer, waits: Waits, tmp_path: Path, if_range: bool, length: int
) -> None:
    # the card knows neither size nor hash: only the server tells of the change
    late = OTHER[:length]
    server.paths["/a/Test.bin"] = Manners(
        BODY, cut=[100_000], change=1, later=late, if_range=if_range
    )
    got = fetch(server, waits, tmp_path, entry(None))
    assert got.files[0].path.read_bytes() == late
    assert got.files[0].proven_by == "name"


def test_without_validators_nothing_unprovable_is_pieced_together(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(
        BODY, cut=[100_000], change=1, later=OTHER, validators=False
    )
    got = fetch(server, waits, tmp_path, entry(None))
    assert got.files[0].path.read_bytes() == OTHER
    assert [one.range for one in server.asked] == [None, None]


def test_without_validators_a_change_shows_in_a_zip(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    old, new = zipped(BODY, b"one"), zipped(OTHER, b"two")
    server.paths["/a/x.zip"] = Manners(old, cut=[100_000], change=1, later=new, validators=False)
    got = fetch(server, waits, tmp_path, entry(None, "x.zip"))
    assert got.files[0].path.read_bytes() == new
    assert got.files[0].proven_by == "members"
    assert [one.range for one in server.asked] == [None, "bytes=100000-", None]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204])
def test_a_mirror_that_is_gone_is_asked_once(
    server: BadServer, waits: Waits, tmp_path: Path, status: int
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, status=[status] * 9)
    assert f"HTTP {status}" in refused(server, waits, tmp_path)
    assert len(server.asked) == 1


def test_416_begins_anew(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, cut=[200_000], status=[0, 416])
    fetch(server, waits, tmp_path)
    assert [one.range for one in server.asked] == [None, "bytes=200000-", None]
    server.paths["/a/Test.bin"] = Manners(BODY, status=[416] * 99)
    with pytest.raises(AcquireError, match="given up"):
        fetch(server, waits, tmp_path / "other")


def test_a_web_page_is_no_archive(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    page = {"Content-Type": "text/html; charset=utf-8"}
    server.paths["/a/Test.bin"] = Manners(b"<h1>moved</h1>", headers=page)
    assert "web page" in refused(server, waits, tmp_path, entry(None))


def test_encoded_bodies_are_refused(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, headers={"Content-Encoding": "gzip"})
    assert "encoding" in refused(server, waits, tmp_path)


def test_an_end_that_nothing_tells(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY, headers={"Content-Length": None})
    assert "where the file ends" in refused(server, waits, tmp_path, entry(None))
    # with a hash it is accepted: the bytes prove themselves
    assert fetch(server, waits, tmp_path, entry(bytes=None)).files[0].bytes == len(BODY)


def test_a_zip_without_hash_is_unpacked_to_nowhere(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    sound = zipped(BODY, OTHER)
    broken = bytearray(sound)
    broken[150_000] ^= 1
    server.paths["/a/x.zip"] = Manners(bytes(broken))
    said = refused(server, waits, tmp_path, entry(None, "x.zip"))
    assert "damaged" in said or "not a sound zip" in said
    server.paths["/a/x.zip"] = Manners(sound[:-30])
    assert "not a sound zip" in refused(server, waits, tmp_path, entry(None, "x.zip"))
    server.paths["/a/x.zip"] = Manners(zipped(bytes(3_000_000)))
    assert "claims to hold" in refused(server, waits, tmp_path, entry(None, "x.zip"))
    server.paths["/a/x.zip"] = Manners(sound)
    assert fetch(server, waits, tmp_path, entry(None, "x.zip")).files[0].proven_by == "members"


# --- redirects --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_with_their_range(
    server: BadServer, waits: Waits, tmp_path: Path, status: int
) -> None:
    # the name at the end is the server's, and ignored
    away = {"Location": "/else/..%2F..%2Fevil.bin?x=1"}
    server.paths["/a/Test.bin"] = Manners(status=[status] * 9, headers=away)
    server.paths["/else/..%2F..%2Fevil.bin?x=1"] = Manners(BODY, cut=[70_000])
    fetch(server, waits, tmp_path)
    assert left(tmp_path) == {NAME}
    assert server.asked[-1].range == "bytes=70000-"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/a/Test.bin", "more than 5 redirects"),
        ("file:///etc/hostname", "neither http nor https"),
        ("ftp://127.0.0.1/x", "neither http nor https"),
        ("data:text/plain,x", "neither http nor https"),
        ("http://[::", "not an address"),
        ("http://127.0.0.1:x/", "not an address"),
    ],
)
def test_redirects_have_limits(
    server: BadServer, waits: Waits, tmp_path: Path, place: str, said: str
) -> None:
    server.paths["/a/Test.bin"] = Manners(status=[302] * 99, headers={"Location": place})
    assert said in refused(server, waits, tmp_path)
    assert len(server.asked) <= 6


def test_https_does_not_lead_to_http() -> None:
    headers = Message()
    headers["Location"] = "http://127.0.0.1/x"
    error = HTTPError("https://x/", 302, "", headers, None)
    with error, pytest.raises(Gone, match="from https to http"):
        _next("https://x/", error)


# --- stopped runs -----------------------------------------------------------------------------

CHILD = """
import sys
from penline.acquire import get
from test_acquire import a_card
get(a_card(prefixes=(sys.argv[1],)), root=sys.argv[2], accept_terms=True)
"""


def test_killed_at_ten_points_it_refetches_at_most_a_block(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    random_points = sorted(random.Random(5).sample(range(1, len(BODY)), 10))
    steps = [b - a for a, b in zip([0, *random_points], random_points, strict=False)]
    server.paths["/a/Test.bin"] = Manners(BODY, stall=[*steps, None])
    part = tmp_path / "test-set" / f"{NAME}.part"
    for point in random_points:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, server.url, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and child.poll() is None:
            if part.exists() and part.stat().st_size == point:
                break
            time.sleep(0.01)
        child.kill()
        child.wait()
        assert part.stat().st_size == point
        assert not part.with_suffix("").exists()
    assert fetch(server, waits, tmp_path).files[0].path.read_bytes() == BODY
    assert sum(one.sent for one in server.asked) == len(BODY)
    assert left(tmp_path) == {NAME}


def test_stopped_while_the_file_is_proven_nothing_is_lost(
    server: BadServer, waits: Waits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    server.paths["/a/Test.bin"] = Manners(BODY)
    with monkeypatch.context() as patch:
        patch.setattr("penline.acquire.fetch.examine", stop)
        with pytest.raises(Interrupted, match="goes on where it ended"):
            fetch(server, waits, tmp_path)
    assert left(tmp_path) == {f"{NAME}.part", f"{NAME}.part.json"}
    fetch(server, waits, tmp_path)
    assert len(server.asked) == 1
    assert left(tmp_path) == {NAME}


def test_stopped_before_the_part_is_forgotten(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    path = fetch(server, waits, tmp_path).files[0].path
    (tmp_path / "test-set" / ".penline.json").unlink()
    os.link(path, path.with_name(f"{NAME}.part"))
    path.with_name(f"{NAME}.part.json").write_text("{}")
    assert fetch(server, waits, tmp_path).files[0].how == "here"
    assert left(tmp_path) == {NAME}


@pytest.mark.parametrize(
    ("part", "note"),
    [
        (OTHER[:99], {"url": "URL", "etag": "", "modified": "", "total_bytes": 300_000}),
        (BODY + b"x", {"url": "URL"}),
        (OTHER, {"url": "URL", "total_bytes": 300_000}),
        (BODY[:99], None),
        (BODY[:99], []),
        (BODY[:99], {"url": 5}),
        (BODY[:99], {"url": "URL", "etag": "a\r\nX: y"}),
        (BODY[:99], {"url": "URL", "total_bytes": "x"}),
        (BODY[:99], {"strange": 1}),
    ],
)
def test_parts_and_notes_that_are_not_sound(
    server: BadServer, waits: Waits, tmp_path: Path, part: bytes, note: Any
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    folder = tmp_path / "test-set"
    folder.mkdir()
    (folder / f"{NAME}.part").write_bytes(part)
    text = json.dumps(note).replace("URL", f"{server.url}a/{NAME}")
    (folder / f"{NAME}.part.json").write_text(text)
    fetch(server, waits, tmp_path)
    assert left(tmp_path) == {NAME}


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights there")
def test_a_part_that_is_a_link_is_not_followed(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    victim = tmp_path / "victim"
    victim.write_bytes(b"dear")
    (tmp_path / "test-set").mkdir()
    (tmp_path / "test-set" / f"{NAME}.part").symlink_to(victim)
    fetch(server, waits, tmp_path)
    assert victim.read_bytes() == b"dear"


def test_a_file_system_without_hard_links(
    server: BadServer, waits: Waits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    server.paths["/a/Test.bin"] = Manners(BODY)
    fetch(server, waits, tmp_path)
    assert left(tmp_path) == {NAME}
    by_hand = tmp_path / "by hand"
    by_hand.mkdir()
    shutil.copy(tmp_path / "test-set" / NAME, by_hand)
    got = get(a_card(), root=tmp_path / "other", adopt=by_hand, accept_terms=True)
    assert got.files[0].path.read_bytes() == BODY


# --- the shelf --------------------------------------------------------------------------------


def test_terms_are_shown_and_accepted_once(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    given = a_card(prefixes=(server.url,))
    with pytest.raises(TermsNotAccepted, match="--accept-terms") as caught:
        get(given, root=tmp_path / "root")
    assert given.licence.summary in str(caught.value)
    assert not (tmp_path / "root").exists()
    assert not server.asked
    get(given, root=tmp_path / "root", accept_terms=True)
    assert get(given, root=tmp_path / "root").files
    assert get(given.model_copy(update={"title": "New title"}), root=tmp_path / "root").files
    changed = given.licence.model_copy(update={"summary": "stricter now"})
    with pytest.raises(TermsNotAccepted, match="stricter now"):
        get(given.model_copy(update={"licence": changed}), root=tmp_path / "root")


def test_what_is_asked_again_is_the_same_command(tmp_path: Path) -> None:
    with pytest.raises(TermsNotAccepted) as caught:
        get("casia-hwdb1.1", part="test", root=tmp_path / "a b", mirrors=["http://x/"])
    told = f"penline get casia-hwdb1.1 --part test --root '{tmp_path / 'a b'}' --mirror http://x/"
    assert f"{told} --accept-terms" in str(caught.value)


def test_what_has_no_address_says_so_before_its_terms(tmp_path: Path) -> None:
    with pytest.raises(AcquireError, match="no address") as caught:
        get(a_card(), root=tmp_path)
    assert "--adopt DIR" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unpacked_folder_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "got" / "in").mkdir(parents=True)
    (tmp_path / "got" / "in" / "001-f.gnt").write_bytes(b"")
    got = get(a_card(), root=tmp_path / "root", adopt=tmp_path / "got", accept_terms=True)
    assert f"penline bank {tmp_path / 'got'} -o BANK" in got.advice
    (tmp_path / "got" / "in" / "001-f.gnt").rename(tmp_path / "got" / "in" / "notes.txt")
    assert get(a_card(), root=tmp_path, adopt=tmp_path / "got", accept_terms=True).note == ""


def test_a_server_that_never_answered_is_given_up_sooner(waits: Waits, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    limits = waits.limits(tries=9)
    with pytest.raises(AcquireError, match="given up after 3 breaks"):
        get(a_card(prefixes=(url,)), root=tmp_path, accept_terms=True, limits=limits)
    assert waits == [2.0, 4.0]


def test_one_at_a_time(server: BadServer, waits: Waits, tmp_path: Path) -> None:
    shelf = ArchiveStore(a_card(), tmp_path)
    shelf.folder.mkdir()
    with locked(shelf.lock, "it"), pytest.raises(UsageError, match="in use by another penline"):
        fetch(server, waits, tmp_path)
    assert not server.asked


def test_room_is_looked_for_first(
    server: BadServer, waits: Waits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    usage = shutil.disk_usage(tmp_path)._replace(free=len(BODY) + (1 << 24) - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(AcquireError, match="300,000 are still to come"):
        fetch(server, waits, tmp_path)
    assert not server.asked
    # what only the server knows is looked at before the first byte
    with pytest.raises(AcquireError, match="300,000 are still to come"):
        fetch(server, waits, tmp_path, entry(None))
    assert left(tmp_path) == set()


def test_a_full_disk_is_no_broken_mirror(
    server: BadServer, waits: Waits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    server.paths["/a/Test.bin"] = Manners(BODY)
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(ArchiveStore, "accept_terms", lambda self: None)
    with pytest.raises(AcquireError, match="No space left"):
        fetch(server, waits, tmp_path)
    assert len(server.asked) == 1
    assert NAME not in left(tmp_path)


def test_a_file_that_was_changed_is_set_aside_and_fetched(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    path = fetch(server, waits, tmp_path).files[0].path
    path.unlink()
    path.write_bytes(OTHER)
    assert fetch(server, waits, tmp_path).files[0].how == "downloaded"
    assert path.read_bytes() == BODY
    assert path.with_name(f"{NAME}.wrong").read_bytes() == OTHER


@pytest.mark.parametrize("record", ["", "[]", '{"files": {"Test.bin": 5}, "terms": 1}', '{"files"'])
def test_a_record_that_cannot_be_read_counts_as_none(
    server: BadServer, waits: Waits, tmp_path: Path, record: str
) -> None:
    server.paths["/a/Test.bin"] = Manners(BODY)
    fetch(server, waits, tmp_path)
    (tmp_path / "test-set" / ".penline.json").write_text(record)
    with pytest.raises(TermsNotAccepted):
        get(a_card(), root=tmp_path)
    assert fetch(server, waits, tmp_path).files[0].how == "here"


@pytest.mark.parametrize(
    "name",
    [
        "../x.bin",
        "a/b",
        "a\\b",
        "/etc/x",
        "C:x",
        "..",
        ".hidden",
        "-x",
        "x\0y",
        "nul.zip",
        "x.part",
        "x.",
    ],
)
def test_names_do_not_leave_the_root(
    server: BadServer, waits: Waits, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match="no name for a file"):
        fetch(server, waits, tmp_path / "root", entry(None, name, path=None))
    assert not server.asked
    assert not (tmp_path / "root").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights there")
def test_a_folder_that_leads_out_of_the_root(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "test-set").symlink_to(tmp_path / "away")
    with pytest.raises(UsageError, match="leads out"):
        get(a_card(), root=tmp_path / "root", accept_terms=True)


def test_every_name_of_the_catalogue_has_a_place(tmp_path: Path) -> None:
    from penline.catalogue import load

    for one in load().values():
        for file in one.files:
            assert ArchiveStore(one, tmp_path).place(file.name).parent == tmp_path / one.id
            assert ExpectedFile.of(file).words
    assert ArchiveStore(a_card(), tmp_path).place("手写 (1).json").name == "手写 (1).json"


def test_the_root_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PENLINE_ROOT", str(tmp_path))
    assert default_root() == tmp_path
    monkeypatch.delenv("PENLINE_ROOT")
    assert default_root().parts[-2:] == ("penline", "archives")


# --- by hand ----------------------------------------------------------------------------------


def test_the_message_says_what_to_do_by_hand(
    server: BadServer, waits: Waits, tmp_path: Path
) -> None:
    server.paths["/a/More.bin"] = Manners(OTHER)
    files = (entry(), entry(OTHER, "More.bin"), entry(None, "Memory.bin", path=None))
    with pytest.raises(AcquireError) as caught:
        fetch(server, waits, tmp_path, *files)
    said = str(caught.value)
    assert f"{server.url}a/{NAME}: HTTP 404" in said
    assert f"{NAME} (300,000 bytes, MD5 {md5(BODY)})" in said
    assert f"    {server.url}a/{NAME}\n" in said
    assert "no address to download it from is known\nDirect download" in said
    assert f"penline get test-set --adopt DIR --root {tmp_path}" in said
    # what could be had was had
    assert left(tmp_path) == {"More.bin"}

    by_hand = tmp_path / "by hand"
    by_hand.mkdir()
    (by_hand / NAME).write_bytes(BODY)
    got = get(a_card(*files), root=tmp_path, adopt=by_hand)
    assert [(one.name, one.how) for one in got.files] == [(NAME, "adopted"), ("More.bin", "here")]
    assert [(one.name, one.urls) for one in got.missing] == [("Memory.bin", ())]
    assert "Memory.bin" in got.advice
    assert (by_hand / NAME).read_bytes() == BODY
    assert left(tmp_path) == {NAME, "More.bin"}
    part = get(a_card(*files), root=tmp_path, adopt=by_hand, part="test", files=["Memory.bin"])
    assert "get test-set --part test --file Memory.bin --adopt DIR" in part.advice


def test_what_is_adopted_is_proven(tmp_path: Path) -> None:
    by_hand = tmp_path / "by hand" / "test-set"
    by_hand.mkdir(parents=True)
    files = (entry(), entry(b"short", "Short.bin"))
    (by_hand / NAME).write_bytes(OTHER)
    (by_hand / "Short.bin").write_bytes(b"longer")
    got = get(a_card(*files), root=tmp_path, adopt=by_hand.parent, accept_terms=True)
    assert not got.files
    assert ["MD5" in one.reason for one in got.missing] == [True, False]
    assert "6 bytes, the card says 5 bytes" in got.missing[1].reason
    assert left(tmp_path) == set()
    (by_hand / NAME).write_bytes(BODY)
    (by_hand / "Short.bin").write_bytes(b"short")
    assert not get(a_card(*files), root=tmp_path, adopt=by_hand.parent).missing


def test_files_put_straight_on_the_shelf_are_proven(tmp_path: Path) -> None:
    folder = tmp_path / "test-set"
    folder.mkdir()
    (folder / NAME).write_bytes(BODY)
    (folder / "More.bin").write_bytes(BODY)
    files = (entry(), entry(OTHER, "More.bin"))
    got = get(a_card(*files), root=tmp_path, adopt=folder, accept_terms=True)
    assert [one.how for one in got.files] == ["here"]
    assert "set aside as More.bin.wrong: its MD5" in got.missing[0].reason


def test_adopting_from_nowhere(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        get(a_card(), root=tmp_path, adopt=tmp_path / "nowhere", accept_terms=True)


# --- what a card says -------------------------------------------------------------------------


def test_listed_sizes_hold_within_a_thousandth() -> None:
    # the two archives whose exact and listed sizes are both known
    for listed, exact in (("943 MB", 966_309_492), ("468 MB", 479_659_120)):
        one = ExpectedFile.of(entry(None, listed_size=listed))
        assert not one.size_fault(exact)
        assert one.size_fault(round(exact * 1.005))
        assert one.size_fault(round(exact * 0.99))
        assert one.most_bytes < exact * 1.03
    # a unit of rounding is more than a thousandth of a small file
    small = ExpectedFile.of(entry(None, listed_size="47 MB"))
    assert not small.size_fault(round(47.6 * MB_UNITS[0]))
    assert small.size_fault(51 * MB_UNITS[0])
    assert ExpectedFile.of(entry(None, listed_size="about a metre")).ranges_bytes == ()
    assert "about 48,128,000 bytes" in small.words


def test_both_hashes_must_hold(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(BODY)
    right = hashlib.sha256(BODY).hexdigest()
    assert examine(path, ExpectedFile.of(entry(sha256=right))).by == "sha256"
    with pytest.raises(Unfit, match="SHA-256"):
        examine(path, ExpectedFile.of(entry(sha256="0" * 64)))
    with pytest.raises(Unfit, match="MD5"):
        examine(path, ExpectedFile.of(entry(sha256=right, md5="0" * 32)))
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    with pytest.raises(Unfit, match="0 bytes"):
        examine(empty, ExpectedFile.of(entry(None)))
