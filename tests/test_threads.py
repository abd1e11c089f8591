"""What is public may be shared: by threads, across forks and by pickling, with the same lines."""

from __future__ import annotations

import multiprocessing
import pickle
import random
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import BaseModel

from penline.bank import Bank, open_bank
from penline.compose import Composer
from penline.corpus import load
from penline.errors import UnwritableLine
from penline.sample import corpus_files, sample_bank
from penline.stream import LineDataset, LineStream

if TYPE_CHECKING:
    from penline.look.app.server_state import ServerState

THREADS = 8
LINES = 30
SHORT = {"length_range": [3, 16]}
RECIPES: dict[str, dict[str, Any]] = {
    "by rule": {"corpus": SHORT},
    "by a model": {"corpus": SHORT, "layout": {"hand": "default"}, "effects": "default"},
    "column": {"corpus": SHORT, "layout": {"direction": "vertical"}},
    "anybody": {"writers": "mixed", "corpus": SHORT},
    "borrowed": {"corpus": {**SHORT, "missing": "near-writer"}},
    "second hand": {"corpus": {**SHORT, "latin": "second"}},
    "made up": {"corpus": {**SHORT, "made": {"random": 0.4, "date": 0.3}}},
    "marked": {"corpus": SHORT, "marks": {"strike": 0.5, "bleed": 0.5, "fade": 0.5}},
    "photographed": {"corpus": SHORT, "papers": ["texture", "squared"], "effects": "default"},
}


@pytest.fixture(autouse=True)
def often() -> Iterator[None]:
    """Threads take turns a hundred times as often as they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


def composer(name: str) -> Composer:
    """A fresh composer: nothing of it has been used."""
    banks = [sample_bank(), open_bank(sample_bank().path)] if name == "borrowed" else sample_bank()
    return Composer(RECIPES[name], banks, load(corpus_files()), seed=3)


def line(lines: Composer, index: int) -> tuple[Any, ...]:
    """All that a line is, to be compared."""
    try:
        sample = lines[index]
    except UnwritableLine as error:
        return (str(error),)
    return (
        *(sample.image.shape, sample.image.tobytes(), sample.text, sample.writer),
        *(sample.quads.tobytes(), [(o.writer, o.record, o.written) for o in sample.origins]),
    )


def together(work: Callable[[int], Any]) -> list[Any]:
    """What `work` gives in each of the threads, which all begin at once."""
    gate, found = threading.Barrier(THREADS), [None] * THREADS

    def run(number: int) -> None:
        gate.wait()
        try:
            found[number] = work(number)
        except Exception as error:  # noqa: BLE001 - compared with what is wanted, as all else
            found[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def in_some_order(number: int, lines: Composer) -> list[tuple[Any, ...]]:
    order = list(range(LINES))
    random.Random(number).shuffle(order)
    made = {index: line(lines, index) for index in order}
    return [made[index] for index in range(LINES)]


@pytest.mark.parametrize("name", RECIPES)
def test_threads_that_share_a_fresh_composer_get_the_lines_that_one_gets(name: str) -> None:
    alone = composer(name)
    wanted = [line(alone, index) for index in range(LINES)]
    for _ in range(3):
        shared = composer(name)
        found = together(lambda number, shared=shared: in_some_order(number, shared))
        assert all(one == wanted for one in found)
        assert [line(shared, index) for index in range(LINES)] == wanted


def test_pages_and_forms_too() -> None:
    def pages(lines: Composer, number: int) -> list[tuple[Any, ...]]:
        order = [3, 1, 0, 2] if number % 2 else [0, 1, 2, 3]
        made = {index: lines.page(index) for index in order}
        return [(p.image.tobytes(), [x.text for x in p.lines]) for _, p in sorted(made.items())]

    for form in (None, {"rows_range": [2, 4]}):
        page = {"width_px": 500, "height_px": 400, "em_px_range": [24, 30], "form": form}
        recipe = {"page": page, "layout": {"hand": "default"}}
        fresh = [Composer(recipe, sample_bank(), load(corpus_files()), seed=3) for _ in range(2)]
        wanted = pages(fresh[0], 0)
        found = together(lambda number, shared=fresh[1]: pages(shared, number))
        assert all(one == wanted for one in found)


def reachable(root: object) -> dict[int, tuple[str, object]]:
    """All of penline's objects, containers and arrays that an object leads to, by identity."""
    found: dict[int, tuple[str, object]] = {}
    left: list[tuple[str, object]] = [("composer", root)]
    while left:
        name, one = left.pop()
        if id(one) in found:
            continue
        parts: Any = ()
        if isinstance(one, BaseModel):
            continue  # frozen by itself
        if isinstance(one, np.ndarray):
            found[id(one)] = name, one
        elif isinstance(one, dict):
            parts = [(f"{name}[{key!r}]", value) for key, value in one.items()]
        elif isinstance(one, (list, tuple)):
            parts = [(f"{name}[{at}]", value) for at, value in enumerate(one)]
        elif type(one).__module__.startswith("penline") and hasattr(one, "__dict__"):
            parts = [(f"{name}.{key}", value) for key, value in vars(one).items()]
        if parts or isinstance(one, (dict, list)):
            found[id(one)] = name, one
            left += parts
    return found


def contents_of(found: dict[int, tuple[str, object]]) -> dict[str, Any]:
    """What each of them holds now: of objects and containers whose parts, of arrays the bytes."""
    said: dict[str, Any] = {}
    for name, one in found.values():
        if isinstance(one, np.ndarray):
            said[name] = one.tobytes() if one.size < 1_000_000 else one.shape
        elif isinstance(one, (dict, list, tuple)):
            said[name] = len(one)
        else:
            said[name] = sorted((key, id(value)) for key, value in vars(one).items())
    return said


@pytest.mark.parametrize("name", RECIPES)
def test_nothing_that_is_shared_is_writable_or_written(name: str) -> None:
    shared = composer(name)
    found = reachable(shared)
    writable = [
        n for n, one in found.values() if isinstance(one, np.ndarray) and one.flags.writeable
    ]
    assert writable == []
    kept = ("_lines", "_splits")  # lines of a corpus by what was asked: whole, or not there
    before = {k: v for k, v in contents_of(found).items() if not k.endswith(kept)}
    for index in range(LINES):
        line(shared, index)
    after = {k: v for k, v in contents_of(reachable(shared)).items() if not k.endswith(kept)}
    assert after == before


def test_a_bank_is_read_by_threads() -> None:
    wanted = [
        (g.character, g.writer, g.ink.tobytes()) for g in map(sample_bank().__getitem__, range(300))
    ]

    def read(number: int, bank: Bank) -> list[tuple[Any, ...]]:
        rows = list(range(300))
        random.Random(number).shuffle(rows)
        glyphs = {row: bank[row] for row in rows}
        for writer in bank.writers:
            assert bank.rows(writer=writer, character=bank.characters[number]).size >= 0
        return [(g.character, g.writer, g.ink.tobytes()) for _, g in sorted(glyphs.items())]

    for _ in range(3):
        bank = open_bank(sample_bank().path)
        assert all(one == wanted for one in together(lambda number, bank=bank: read(number, bank)))


def test_streams_and_data_sets_of_one_composer() -> None:
    shared = composer("by a model")
    wanted = [line(composer("by a model"), index)[1:3] for index in range(LINES)]

    def walk(number: int) -> list[tuple[Any, ...]]:
        if number % 2:
            items = LineDataset(shared)
            return [(items[k].image.tobytes(), items[k].text) for k in range(LINES)]
        coming = iter(LineStream(shared[:LINES], shuffle=False, seed=1))
        return [(one.image.tobytes(), one.text) for one in (next(coming) for _ in range(LINES))]

    assert all(one == wanted for one in together(walk))


def test_a_pickled_composer_makes_the_same_lines() -> None:
    for name in RECIPES:
        one = composer(name)
        wanted = [line(one, index) for index in range(8)]
        again = pickle.loads(pickle.dumps(one[2:]))  # noqa: S301
        assert [line(again, index) for index in range(6)] == wanted[2:], name


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_composer_makes_the_same_lines() -> None:
    for name in ("by a model", "anybody"):
        one = composer(name)
        wanted = [line(one, index) for index in range(LINES)]
        fresh = composer(name)
        line(fresh, 1)  # begun before the fork
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.starmap(line, [(fresh, index) for index in range(LINES)]) == wanted


def test_a_server_gives_each_client_the_answer_that_one_gets(tmp_path: Path) -> None:
    httpx = pytest.importorskip("httpx")
    from fakes_serve import make_state, running

    def wishes(number: int) -> list[dict[str, str]]:
        texts = ["永远好", "好，永远", "永 远", "远远，好好", "好学永", "永A远", "，，好", "永好1"]
        every = [
            {"text": f"{text}{texts[(at + 3) % 8]}", "placing": placing, "seed": str(at)}
            for at, text in enumerate(texts)
            for placing in ("rules", "measured")
        ]
        random.Random(number).shuffle(every)
        return every

    def ask(port: int, number: int) -> dict[str, Any]:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            return {repr(w): client.get("/line", params=w).json() for w in wishes(number)}

    def state(name: str) -> ServerState:
        (tmp_path / name).mkdir()
        return make_state(tmp_path / name)

    with running(state("alone")) as port:
        wanted = ask(port, 0)
    assert sum("src" in one for one in wanted.values()) == len(wanted)
    for turn in range(2):
        with running(state(f"shared {turn}")) as port:
            found = together(lambda number, port=port: ask(port, number))
        assert all(one == wanted for one in found)
