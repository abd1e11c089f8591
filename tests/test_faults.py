"""A step of a run fails, or the run is stopped: one line is said, nothing half done is left.

A sample of the points that ``tools/fault_runs.py`` goes through one by one.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fakes
from bad_server import bad_server
from fakes_fault_runs import Case, cases, faults_of, fresh, inputs, serving, told, tree
from fakes_faults import KINDS, Faults
from penline.bank import BankWriter
from penline.durable import about, put, put_all, sync_folder
from penline.errors import ExportError, UsageError
from penline.export.run import Run
from penline.lock import locked
from penline.pack import pack
from penline.produce.running import _Commits
from penline.records import Source

CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
SAMPLED = (
    *("bank", "bank --overwrite", "get", "get --adopt", "compose --plan-only", "scan"),
    *(f"compose {to}" for to in ("paddleocr", "parquet", "webdataset", "page-xml")),
    *(f"convert {to}" for to in ("coco", "inkml")),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Case]]:
    patch = pytest.MonkeyPatch()
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        patch.delenv(name)
    with bad_server() as server, serving(server) as url:
        found = cases(inputs(tmp_path_factory.mktemp("faults") / "in"), url)
        yield {case.name: case for case in found}
    patch.undo()


@pytest.mark.parametrize("name", SAMPLED)
def test_whatever_fails_nothing_half_is_left(
    tmp_path: Path, runs: dict[str, Case], name: str
) -> None:
    case, out = runs[name], tmp_path / "out"
    assert told(case, fresh(case, out)) == (0, "")
    wanted = tree(out)
    fresh(case, out)
    with Faults(tmp_path) as counted:
        told(case, out)
    bad: list[str] = []
    fired = 0
    # slow to run: the last write and the last name alone
    kinds = ("write", "rename") if name == "scan" else KINDS
    for number, kind in zip(count(SAMPLED.index(name)), kinds, strict=False):
        calls = counted.counts[kind]
        if not calls:
            continue
        at = calls if name == "scan" else (1, (calls + 1) // 2, calls)[number % 3]
        fresh(case, out)
        with Faults(tmp_path, kind, at, CODES[number // 3 % 3]) as one:
            code, said = told(case, out)
        fired += one.fired
        where = f"{kind} {at} of {calls}"
        bad += [f"{where}: {fault}" for fault in faults_of(case, out, wanted, code, said)]
    assert bad == []
    assert fired >= min(len(kinds), 4)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_bank_that_is_stopped_leaves_nothing(
    tmp_path: Path, runs: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(self: BankWriter, run: Any) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return len(run)

    monkeypatch.setattr(BankWriter, "add_run", stopping)
    out = fresh(runs["bank"], tmp_path / "out")
    assert told(runs["bank"], out) == (3, "penline: stopped\n")
    assert tree(out) == {"tmp/": b""}


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
@pytest.mark.parametrize("after", [0, 1])
def test_a_set_that_is_stopped_keeps_whole_shards_only(
    tmp_path: Path, runs: dict[str, Case], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    case = runs["compose paddleocr"]
    out = fresh(case, tmp_path / "out")
    assert told(case, out)[0] == 0
    wanted = tree(out)
    add, calls = _Commits.add, count()

    def stopping(self: _Commits, result: dict[str, Any]) -> list[int]:
        if next(calls) == after:
            os.kill(os.getpid(), signal.SIGTERM)
        return add(self, result)

    with monkeypatch.context() as patch:
        patch.setattr(_Commits, "add", stopping)
        code, said = told(case, fresh(case, out))
    assert code == 3
    assert re.search(r"^penline: stopped with \d of 8 lines done; the same command goes on", said)
    left = [name for name in tree(out) if not name.startswith(("set/.penline/", "tmp"))]
    assert not [name for name in left if "partial" in name or "lock" in name]
    assert all(wanted[name] == tree(out)[name] for name in left)
    if not after:
        assert left == []
    assert told(case, out)[0] == 0
    assert tree(out) == wanted


def archive(folder: Path) -> Path:
    path = folder / "1001-c.gnt"
    path.write_bytes(fakes.gnt("永和九年"))
    return path


def test_what_a_killed_run_left_of_a_bank_goes(tmp_path: Path) -> None:
    source, place = archive(tmp_path), tmp_path / "banks"
    for name in (".b.bank.partial", ".b.bank.k3_x9abc.partial", ".b.bank.x.k3_x9abc.partial"):
        (place / name).mkdir(parents=True)
        (place / name / "ink.arrow").write_bytes(b"half")
    pack(source, place / "b.bank")
    assert sorted(path.name for path in place.iterdir()) == [
        ".b.bank.x.k3_x9abc.partial",  # of another bank
        "b.bank",
    ]


def test_a_bank_that_was_about_to_be_replaced_has_its_name_again(tmp_path: Path) -> None:
    """A run was killed after it had set the old bank aside, and before it named the new one."""
    source = archive(tmp_path)
    pack(source, tmp_path / "b.bank")
    before = tree(tmp_path / "b.bank")
    (tmp_path / "b.bank").rename(tmp_path / ".b.bank.old.partial")
    with pytest.raises(UsageError, match="exists"):
        pack(source, tmp_path / "b.bank")
    assert tree(tmp_path / "b.bank") == before
    assert {path.name for path in tmp_path.iterdir()} == {"b.bank", source.name}


def test_two_runs_do_not_make_one_bank(tmp_path: Path) -> None:
    source = archive(tmp_path)
    with (
        locked(tmp_path / ".b.bank.lock", "x"),
        pytest.raises(UsageError, match="in use by another"),
    ):
        pack(source, tmp_path / "b.bank")
    assert len(pack(source, tmp_path / "b.bank")) == 4


def test_what_the_block_raised_is_told_and_not_that_the_disk_is_full(tmp_path: Path) -> None:
    source = archive(tmp_path)
    with (
        Faults(tmp_path / "out", "write", 1),
        pytest.raises(KeyboardInterrupt),
        BankWriter(tmp_path / "out" / "b") as bank,
    ):
        bank.add(np.full((3, 3), 9, np.uint8), "永", Source("a", "w:1"))
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


@pytest.mark.skipif(sys.platform == "win32", reason="no umask there")
def test_a_bank_has_the_rights_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o007)
    try:
        bank = pack(archive(tmp_path), tmp_path / "b.bank")
    finally:
        os.umask(before)
    assert bank.path.stat().st_mode & 0o777 == 0o770
    assert {path.stat().st_mode & 0o777 for path in bank.path.iterdir()} == {0o660}


def test_a_nameless_error_is_named_once() -> None:
    with pytest.raises(OSError, match="No space") as caught, about("a"), about("b"):
        raise OSError(errno.ENOSPC, "x")
    assert (caught.value.filename, caught.value.errno) == ("b", errno.ENOSPC)
    with pytest.raises(PermissionError) as denied, about("a"):
        raise PermissionError(errno.EACCES, "x", "c")
    assert denied.value.filename == "c"
    with pytest.raises(ExportError, match=r"^in words$"), about("a"):
        raise ExportError("in words")


def test_an_error_names_no_file_that_is_penlines_own(tmp_path: Path) -> None:
    for name in (".a.yaml.12.partial", ".a.lock"):
        with pytest.raises(PermissionError) as denied, about("a"):
            raise PermissionError(errno.EACCES, "x", name)
        assert denied.value.filename == "a"
    with pytest.raises(FileNotFoundError) as missing:
        put(tmp_path / "no" / "x", b"1")
    assert missing.value.filename == str(tmp_path / "no" / "x")
    with pytest.raises(FileNotFoundError) as closed, locked(tmp_path / "no" / ".x.lock", "x"):
        pass
    assert closed.value.filename == str(tmp_path / "no")


def test_files_that_belong_together(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"before")
    two = [(tmp_path / "new", b"1"), (tmp_path / "old", b"2"), (tmp_path / "no" / "x", b"3")]
    with pytest.raises(FileNotFoundError):
        put_all(two)
    assert tree(tmp_path) == {"old": b"2"}
    put(tmp_path / "old", b"3")
    assert tree(tmp_path) == {"old": b"3"}


def test_a_file_system_that_cannot_sync_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(handle: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", cannot)
    sync_folder(tmp_path)
    with pytest.raises(OSError, match="Invalid argument") as caught:
        put(tmp_path / "a", b"1")
    assert caught.value.filename == str(tmp_path / "a")


def test_a_damaged_mark_of_a_shard_is_told(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.begin({"to": "paddleocr"})
    run.done(0, {"number": 0})
    (tmp_path / ".penline" / "shards" / "00000.json").write_bytes(b"{")
    with pytest.raises(ExportError, match=r"00000\.json is damaged; pass --overwrite"):
        run.metadata(0)
