"""Machines that withhold something: no home, no cache, no semaphores, no room; a group's umask."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numba
import pytest
from numba.core.caching import IndexDataCacheFile

from conftest import build
from penline import compiled, machine
from penline.api import compose
from penline.bank import Bank
from penline.durable import about
from penline.engine import engine, local
from penline.engine.made import counted
from penline.sample import load

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing has been said, and no private folder is known."""
    monkeypatch.delenv(machine._VARIABLE, raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")  # so that it is put back
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    for kept in (machine.private_folder, machine.say_once):
        kept.cache_clear()
    yield
    machine.private_folder.cache_clear()


def test_a_private_folder_is_this_users_alone_and_goes_with_python() -> None:
    code = (
        "import os, subprocess, sys; from penline.machine import private_folder as f; print(f());"
        "print(oct(os.stat(f()).st_mode & 0o777), flush=True);"
        "subprocess.run([sys.executable, '-c',"
        "'from penline.machine import private_folder as f; print(f())'])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    first, mode, second = told.stdout.split()
    assert first == second  # a process that was started by another has the same
    assert mode == "0o700" or sys.platform == "win32"
    assert not Path(first).exists()


@POSIX
def test_a_folder_that_others_may_change_is_not_taken_for_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "planted"
    planted.mkdir(mode=0o755)
    link = tmp_path / "link"
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    link.symlink_to(own)
    for folder in (planted, link, tmp_path / "missing"):
        monkeypatch.setenv(machine._VARIABLE, str(folder))
        assert machine.private_folder().parent == Path(tempfile.gettempdir()).resolve()
        machine.private_folder.cache_clear()
    monkeypatch.setenv(machine._VARIABLE, str(own))
    assert machine.private_folder() == own
    machine.private_folder.cache_clear()
    monkeypatch.delenv(machine._VARIABLE)
    everybodys = tmp_path / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o777)  # and no sticky bit: others may rename what lies there
    monkeypatch.setattr(tempfile, "tempdir", str(everybodys))
    with pytest.raises(PermissionError, match="TMPDIR"):
        machine.private_folder()
    assert list(everybodys.iterdir()) == []


def test_no_home_is_told_and_makes_no_folder_called_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    for name in ("XDG_CACHE_HOME", "PENLINE_ROOT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FileNotFoundError, match="no home folder; name another"):
        machine.user_cache("name another")
    beside = tmp_path / "kernel.py"
    assert compiled._has_place(beside)  # it may be kept beside the source
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert not compiled._has_place(beside)
    assert list(tmp_path.iterdir()) == []


def test_kernels_are_kept_in_a_private_folder_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(compiled, "_has_place", lambda _: False)
    monkeypatch.setattr(compiled, "private_folder", lambda: tmp_path)
    monkeypatch.setattr(compiled, "_PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(compiled._watch, "once", ", once")
    caplog.set_level("INFO", "penline")

    def add(a: int, b: int) -> int:
        return a + b

    kept = compiled.kept_here()
    assert compiled.compiled(add)(2, 3) == 5
    assert compiled.kept_here() == kept + 1
    assert len(list((tmp_path / "numba").rglob("*.nbc"))) == 1
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "numba")  # for workers, too
    assert "NUMBA_CACHE_DIR may name a folder that stays" in caplog.text
    assert "compiling kernels; it takes" in caplog.text


def test_kernels_work_where_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none() -> Path:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(compiled, "_has_place", lambda _: False)
    monkeypatch.setattr(compiled, "private_folder", none)
    kernel = compiled.compiled(lambda a: a * 2)
    assert kernel(4) == 8
    assert "No usable temporary directory" in caplog.text


def test_a_full_disk_does_not_end_what_it_was_to_speed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    kernel = compiled.compiled(lambda a: a * 3)
    with monkeypatch.context() as patch:
        patch.setattr(IndexDataCacheFile, "save", full)
        assert kernel(4) == 12
    assert os.strerror(errno.EDQUOT) in caplog.text
    assert str(tmp_path) in caplog.text


def test_half_an_index_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def four(a: int) -> int:
        return a * 4

    assert compiled.compiled(four)(4) == 16
    (index,) = tmp_path.rglob("*.nbi")
    index.write_bytes(b"")
    assert compiled.compiled(four)(4) == 16
    assert index.stat().st_size > 0


@dataclass(frozen=True)
class Slow:
    """A shard of a hundred samples; one shard may fail as the disk does."""

    fails: bool = False

    def __call__(self, shard: int) -> tuple[int, int]:
        if self.fails:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        for made in counted(range(100)):
            if made < 3:
                threading.Event().wait(0.3)  # the parent looks
        return shard, os.getpid()


def test_without_semaphores_one_process_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def none(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(local, "_WorkerPool", none)
    found = list(engine("local")(Slow(), [1, 2], 2))
    assert found == [(1, os.getpid()), (2, os.getpid())]
    assert caplog.text.count("going on with one process") == 1
    assert os.strerror(errno.EACCES) in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_a_task_is_not_taken_for_a_lack_of_processes(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        list(engine("local")(Slow(fails=True), [1, 2], 2))


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_moves_within_a_shard(workers: int) -> None:
    seen: list[int] = []
    list(engine("local")(Slow(), [1, 2], workers, progress=seen.append))
    assert any(0 < count < 100 for count in seen)
    assert max(seen) <= 200


def test_lines_are_told_before_their_shard_is_whole(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    seen: list[tuple[int, int]] = []
    compose(
        tmp_path / "set",
        n=50,
        banks=[small_bank],
        corpora=[corpus_file],
        recipe="plain",
        progress=lambda *at: seen.append(at),
        workers=1,
    )
    counts = [done for done, _ in seen]
    assert counts[0] == 0
    assert counts[-1] == 50
    assert counts == sorted(set(counts))
    assert any(0 < done < 50 for done in counts)
    assert {total for _, total in seen} == {50}


def test_the_sample_is_unpacked_elsewhere_where_the_cache_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(load, "user_cache", lambda: tmp_path / "file" / "penline")
    monkeypatch.setattr(load, "private_folder", lambda: tmp_path)
    assert len(load.sample_bank().writers) == 12
    assert str(tmp_path / "file") in caplog.text
    assert [path.suffix for path in tmp_path.iterdir() if path.is_dir()] == [".bank"]


def test_an_error_that_names_no_file_gets_a_name() -> None:
    with (
        pytest.raises(OSError, match=r"No space.*'lines/out'"),
        about("lines/out"),
        about("lines/out"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(FileNotFoundError, match="'other'"), about("lines"):
        raise FileNotFoundError(errno.ENOENT, "gone", "other")


@POSIX
@pytest.mark.parametrize(("umask", "folder", "file"), [(0o002, 0o775, 0o664), (0o77, 0o700, 0o600)])
def test_outputs_have_the_permissions_that_the_umask_leaves(
    umask: int, folder: int, file: int, tmp_path: Path, corpus_file: Path, characters: str
) -> None:
    before = os.umask(umask)
    try:
        bank = build(tmp_path / "a.bank", {"casia:001": characters})
        for to in ("paddleocr", "lmdb", "parquet"):
            compose(tmp_path / to, n=2, to=to, recipe="plain", banks=[bank], corpora=[corpus_file])
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o777 == (folder if path.is_dir() else file), path


def test_small_pictures_come_by_every_kernel_of_a_recipes_papers_and_effects() -> None:
    code = """
import gc
from numba.core.dispatcher import Dispatcher
import penline
from penline.compose.warm import compile_parts
from penline.sample import corpus_files, sample_bank

def known():
    rooms = "penline.paper", "penline.effects"
    return {
        (one.py_func.__module__, one.py_func.__qualname__, sig)
        for one in gc.get_objects() if isinstance(one, Dispatcher)
        if one.py_func.__module__.startswith(rooms) for sig in one.overloads
    }

compile_parts(penline.load_recipe("papers"))
before = known()
for _ in penline.Composer("papers", sample_bank(), corpus_files(), 5, length=300).each():
    pass
assert len(before) >= 10, before
assert known() == before, known() ^ before
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=280)
