"""Where shards run: same results, in processes of their own, and a word when one is killed."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from penline import errors
from penline.engine import ENGINES, engine, local
from penline.errors import UsageError, WorkerDied


@dataclass(frozen=True)
class Square:
    """A task that can be pickled."""

    kill: int = -1

    def __call__(self, shard: int) -> tuple[int, int, int]:
        if shard == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        return shard, shard * shard, os.getpid()


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_gives_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "ray":
        pytest.importorskip("ray")
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    shards = [3, 1, 4, 15, 9, 2, 6]
    for workers in (1, 2):
        found = list(engine(name)(Square(), shards, workers))
        assert sorted(found)[0][:2] == (1, 1)
        assert {(shard, square) for shard, square, _ in found} == {(k, k * k) for k in shards}
        processes = {process for _, _, process in found}
        assert (os.getpid() in processes) == (workers == 1 and name == "local")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_worker_is_told() -> None:
    with pytest.raises(WorkerDied, match="the same command"):
        list(engine("local")(Square(kill=4), [1, 2, 3, 4, 5], 2))


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageError, match="local"):
        engine("steam")


def test_errors_come_back_from_a_worker_as_they_were() -> None:
    made = {
        "FormatError": errors.FormatError("a.gnt", 5, "size", "10", "11"),
        "UnwritableLine": errors.UnwritableLine(3, 2, "why"),
        "MissingExtra": errors.MissingExtra("x", "y"),
    }
    for name in errors.__all__:
        kind = getattr(errors, name)
        if not isinstance(kind, type):
            continue
        error = made.get(name) or kind("what happened")
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert type(again) is kind
        assert str(again) == str(error)
        assert isinstance(again, errors.PenlineError)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
def test_a_worker_that_does_not_end_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when another one died with the lock of the queue: it cannot be told that all is done."""
    monkeypatch.setattr(local, "_PATIENCE_SECONDS", 0.5)
    started: list[Any] = []
    made = local._Started
    monkeypatch.setattr(local, "_Started", lambda: started.append(made()) or started[-1])
    found = []
    for shard, _, _ in engine("local")(Square(), [1, 2], 2):
        found.append(shard)
        if len(found) == 2:
            os.kill(started[0].workers[0].pid, signal.SIGSTOP)
    assert sorted(found) == [1, 2]
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].workers[0].pid, 0)
