"""Shards as tasks of Ray: nodes that die, errors that come back, the same bytes as here."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest

from penline.api import compose
from penline.bank import Bank
from penline.check import check
from penline.engine import engine
from penline.errors import ExportError, MissingExtra, UnwritableLine, UsageError, WorkerDied

RECIPE = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain", "ruled"],
    "effects": "default",
}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_without_ray_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"\[ray\]"):
        list(engine("ray")(abs, [1], 1))


def test_only_other_machines_have_an_address() -> None:
    with pytest.raises(UsageError, match="no address"):
        engine("local", "127.0.0.1:6379")


def test_an_address_where_nobody_is() -> None:
    pytest.importorskip("ray")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"no Ray cluster at {address}"):
            list(engine("ray", address)(abs, [1], 1))


def test_a_folder_that_a_machine_does_not_see(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penline.produce.running.under_way", lambda out: False)
    with pytest.raises(ExportError, match="where shard 0 runs; name a folder that all machines"):
        compose(tmp_path / "a", n=2, banks=[small_bank], corpora=[corpus_file], workers=1)


@dataclass(frozen=True)
class Told:
    """A task that does what its shard's number tells."""

    marks: Path

    def __call__(self, shard: int) -> int:
        if shard == 13:
            raise UnwritableLine(13, 2, "why", {"a": 1})
        mark = self.marks / str(shard)
        with mark.open("a") as file:
            file.write("x")
        if shard == 7 or (shard == 5 and mark.stat().st_size < 3):
            os.kill(os.getpid(), signal.SIGKILL)
        return shard * shard


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[Any]:
    """A cluster of two nodes of one processor each, with this process connected."""
    ray = pytest.importorskip("ray")
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    node = {"num_cpus": 1, "object_store_memory": 100_000_000}
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = cluster_utils.Cluster(
        initialize_head=True, head_node_args={**node, "include_dashboard": False}
    )
    cluster.other = cluster.add_node(**node)
    here = {"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}}
    ray.init(address=cluster.address, runtime_env=here, log_to_driver=False, logging_level="ERROR")
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def test_every_shard_once_and_errors_as_they_were(two_nodes: Any, tmp_path: Path) -> None:
    run = engine("ray")
    assert sorted(run(Told(tmp_path), [3, 1, 4, 9, 2, 6], 0)) == [1, 4, 9, 16, 36, 81]
    with pytest.raises(UnwritableLine, match="sample 13") as found:
        list(run(Told(tmp_path), [13], 1))
    assert found.value.counts == {"a": 1}
    assert list(run(Told(tmp_path), [], 2)) == []


def test_retries_have_a_bound(two_nodes: Any, tmp_path: Path) -> None:
    assert sorted(engine("ray")(Told(tmp_path), [5, 6], 2)) == [25, 36]
    with pytest.raises(WorkerDied, match="shard 7 was lost 4 times"):
        list(engine("ray")(Told(tmp_path), [7], 1))
    assert (tmp_path / "7").read_text() == "xxxx"


def test_a_node_killed_in_mid_run(
    two_nodes: Any, tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    given = {"n": 4100, "start": 300, "recipe": RECIPE, "banks": [small_bank], "boxes": True}
    given |= {"corpora": [corpus_file], "val": 0.25}
    killed = []

    def kill(done: int, total: int) -> None:
        if 0 < done < total and not killed:
            killed.append(done)
            two_nodes.remove_node(two_nodes.other, allow_graceful=False)

    compose(tmp_path / "local", workers=1, **given)
    compose(tmp_path / "ray", engine="ray", progress=kill, **given)
    assert killed
    assert tree(tmp_path / "ray") == tree(tmp_path / "local")
    assert check(tmp_path / "ray").problems == []


def test_a_node_killed_while_a_set_is_sent(
    two_nodes: Any,
    tmp_path: Path,
    small_bank: Bank,
    corpus_file: Path,
    bucket: str,
) -> None:
    """The same onto an S3 server on this machine."""
    other = two_nodes.add_node(num_cpus=1, object_store_memory=100_000_000)
    given = {"n": 3100, "recipe": RECIPE, "banks": [small_bank], "corpora": [corpus_file]}
    killed = []

    def kill(done: int, total: int) -> None:
        if 0 < done < total and not killed:
            killed.append(done)
            two_nodes.remove_node(other, allow_graceful=False)

    compose(tmp_path / "local", workers=1, **given)
    there = {"staging": tmp_path / "staging", "engine": "ray", "progress": kill}
    compose(bucket, **there, **given)
    assert killed
    fs = fsspec.filesystem("s3")
    fs.invalidate_cache()
    found = {name.removeprefix("lines/set/"): fs.cat_file(name) for name in fs.find("lines/set")}
    assert found == tree(tmp_path / "local")
