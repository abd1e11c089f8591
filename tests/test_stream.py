"""Streams: every line once at any number of ranks and workers, and on again from any step."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from fakes_stream import COUNT, RECIPE, Fake, composer, flat, numbers
from penline.bank import Bank
from penline.compose import Composer
from penline.errors import UsageError
from penline.stream import (
    LineStream,
)
from penline.stream import walk as walk_module
from penline.stream.order import Order
from penline.stream.place import Worker


@pytest.fixture(scope="module")
def lines(small_bank: Bank, corpus_file: Path) -> Composer:
    return composer(small_bank, corpus_file)


def of_worker(monkeypatch, number: int, count: int) -> None:
    monkeypatch.setattr(walk_module, "this_worker", lambda: Worker(number, count))


# The order


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 16, 17, 100, 1023])
def test_every_pass_meets_every_line_once(size: int) -> None:
    order = Order(size, seed=3)
    for walk in range(3):
        met = [order.at(walk * size + place) for place in range(size)]
        assert sorted(met) == list(range(size))
    if size >= 16:
        first, second = ([order.at(w * size + p) for p in range(size)] for w in range(2))
        other = [Order(size, seed=4).at(place) for place in range(size)]
        assert first != second
        assert first != other
        assert first != list(range(size))
    plain = Order(size, shuffle=False)
    assert [plain.at(place) for place in range(2 * size)] == [*range(size), *range(size)]


def test_the_order_is_well_mixed_and_never_changes() -> None:
    order = Order(1000, seed=1)
    met = np.array([order.at(place) for place in range(1000)])
    # a random permutation: neighbours as far apart as chance has it, a third of the size
    assert 300 < np.abs(np.diff(met)).mean() < 367
    assert abs(np.corrcoef(met, np.arange(1000))[0, 1]) < 0.1
    assert Order(1 << 60, seed=2).at(10**15) < 1 << 60
    assert met[:6].tolist() == [495, 451, 534, 509, 211, 128]


def test_an_order_of_nothing_is_refused() -> None:
    for size, seed in ((0, 0), (3, -1)):
        with pytest.raises(UsageError):
            Order(size, seed)


# Epochs, ranks, workers


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("world", [1, 3])
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_line_once_over_ranks_and_workers(
    monkeypatch, batch_size, world: int, workers: int
) -> None:
    batches = []
    for rank in range(world):
        for worker in range(workers):
            of_worker(monkeypatch, worker, workers)
            stream = LineStream(
                Fake(101), batch_size, window=3, rank=rank, world_size=world, seed=2
            )
            batches += numbers(stream)
    assert sorted(number for batch in batches for number in batch) == list(range(101))
    of_worker(monkeypatch, 0, 1)
    alone = []
    for rank in range(world):
        stream = LineStream(Fake(101), batch_size, window=3, rank=rank, world_size=world, seed=2)
        part = numbers(stream)
        assert len(part) == len(stream)
        alone += part
    # not only the lines: the batches are the same, whoever makes them
    assert sorted(alone) == sorted(batches)


def test_dropping_the_last_gives_every_rank_whole_batches_of_one_number() -> None:
    parts = [
        numbers(LineStream(Fake(101), 4, window=3, rank=r, world_size=3, drop_last=True))
        for r in range(3)
    ]
    assert [len(part) for part in parts] == [8, 8, 8]
    assert {len(batch) for part in parts for batch in part} == {4}
    assert len({number for part in parts for batch in part for number in batch}) == 96
    with pytest.raises(UsageError, match="no lines"):
        LineStream(Fake(5), 4, world_size=3, rank=0, drop_last=True)


def test_epochs_go_on_through_the_lines_and_begin_again_in_another_order() -> None:
    stream = LineStream(Fake(90), 4, window=2, length=30)
    epochs = [numbers(stream) for _ in range(6)]
    assert [stream.epoch, stream.state_dict()["ended"]] == [5, True]
    assert all(len(epoch) == len(stream) == 8 for epoch in epochs)
    for walk in (epochs[:3], epochs[3:]):
        assert sorted(n for epoch in walk for b in epoch for n in b) == list(range(90))
    assert epochs[0] != epochs[3]
    stream.set_epoch(1)
    assert numbers(stream) == epochs[1]
    endless = LineStream(Fake(90), 4, window=2, length=30, endless=True)
    assert numbers(islice(endless, 48)) == [batch for epoch in epochs for batch in epoch]
    with pytest.raises(TypeError):
        len(endless)


def test_an_epoch_that_was_broken_off_begins_again() -> None:
    stream = LineStream(Fake(40), 4, window=2)
    first = numbers(islice(stream, 3))
    assert numbers(stream)[:3] == first
    assert numbers(stream)[:3] != first


def test_one_side_of_a_split() -> None:
    assert flat(LineStream(Fake(50), 4, side="val")) == list(range(0, 50, 5))
    train = flat(LineStream(Fake(50), side="train"))
    assert train == [number for number in range(50) if number % 5]


def test_batches_hold_lines_of_like_width() -> None:
    def padding(batches) -> float:
        widths = [[line.image.shape[1] for line in batch] for batch in batches]
        return sum(max(w) * len(w) - sum(w) for w in widths) / sum(map(sum, widths))

    like, mixed = (LineStream(Fake(2000), 16, window=w) for w in (8, 1))
    assert padding(like) < padding(mixed) / 4


# Going on


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("endless", [False, True])
def test_a_stream_goes_on_from_every_step(batch_size, endless: bool) -> None:
    def make() -> LineStream:
        bad = (3, 4, 11)
        return LineStream(Fake(37, bad), batch_size, window=2, seed=9, endless=endless)

    stream, seen, states = make(), [], []
    most = 60 if endless else 1000
    states.append(json.dumps(stream.state_dict()))
    for batch in islice(stream, most):
        seen.append(batch)
        states.append(json.dumps(stream.state_dict()))
    assert len(seen) == (60 if endless else len(stream))
    for step, state in enumerate(states):
        again = make()
        again.load_state_dict(json.loads(state))
        rest = numbers(islice(again, most - step))
        if endless or step:
            assert rest == numbers(seen[step:]), step
    if not endless:
        again = make()
        again.load_state_dict(json.loads(states[-1]))
        assert list(again) == []  # this epoch is over
        stream.set_epoch(1)
        assert numbers(again) == numbers(stream)


def test_each_worker_goes_on_by_itself(monkeypatch) -> None:
    for worker in range(3):
        of_worker(monkeypatch, worker, 3)
        stream = LineStream(Fake(100), 4, window=3)
        walk = iter(stream)
        for _ in range(worker + 2):
            next(walk)
        state, rest = stream.state_dict(), numbers(walk)
        again = LineStream(Fake(100), 4, window=3)
        again.load_state_dict(state)
        assert numbers(again) == rest
        of_worker(monkeypatch, worker, 2)
        with pytest.raises(UsageError, match=r"workers 3 then, 2 now"):
            LineStream(Fake(100), 4, window=3).load_state_dict(state)


def test_a_state_of_another_stream_is_refused(lines: Composer, small_bank, corpus_file) -> None:
    state = LineStream(lines, 4).state_dict()
    LineStream(lines, 4).load_state_dict(state)
    others = {
        "batch_size": LineStream(lines, 8),
        "seed": LineStream(lines, 4, seed=1),
        "world_size": LineStream(lines, 4, rank=0, world_size=2),
        "side": LineStream(lines, 4, side="train"),
        "size": LineStream(lines[:100], 4),
        "lines": LineStream(Composer(RECIPE, small_bank, corpus_file, 6, length=COUNT), 4),
    }
    for name, other in others.items():
        with pytest.raises(UsageError, match=f"{name} .* then, .* now"):
            other.load_state_dict(state)
    with pytest.raises(UsageError, match="version"):
        LineStream(lines, 4).load_state_dict({**state, "version": 99})
    with pytest.raises(UsageError, match="damaged"):
        LineStream(lines, 4).load_state_dict({**state, "walk": None})
    for wrong in (-1, "1", None):
        with pytest.raises(UsageError, match="damaged"):
            LineStream(lines, 4).load_state_dict({**state, "unit": wrong})


def _rest(bank: Path, corpus: Path, state: str) -> list:
    stream = LineStream(composer(bank, corpus), 4, window=3)
    stream.load_state_dict(json.loads(state))
    return [[(line.index, line.text, line.image.tobytes()) for line in batch] for batch in stream]


def test_a_new_process_goes_on_with_the_same_pixels(small_bank: Bank, corpus_file: Path) -> None:
    stream = LineStream(composer(small_bank, corpus_file), 4, window=3)
    walk = iter(stream)
    for _ in range(17):
        next(walk)
    state = json.dumps(stream.state_dict())
    here = [[(line.index, line.text, line.image.tobytes()) for line in batch] for batch in walk]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        there = pool.submit(_rest, small_bank.path, corpus_file, state).result()
    assert here == there
    assert len(here) == 21
