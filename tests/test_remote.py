"""Data sets in object stores: what is sent, when it counts, and how a run goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from penline.api import compose, rebuild
from penline.bank import Bank
from penline.errors import ExportError, Interrupted, MissingExtra, UsageError

RECIPE = {
    "corpus": {"length_range": [4, 12]},
    "image": {"height_px": 32},
    "papers": ["plain"],
}


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def stored(url: str) -> dict[str, bytes]:
    """All objects below a URL."""
    fs, root = fsspec.core.url_to_fs(url)
    fs.invalidate_cache()
    start = len(root.rstrip("/")) + 1
    return {name[start:]: fs.cat_file(name) for name in fs.find(root)}


@pytest.fixture
def given(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> dict[str, Any]:
    return {
        "banks": [small_bank],
        "corpora": [corpus_file],
        "recipe": RECIPE,
        "workers": 1,
        "staging": tmp_path / "staging",
    }


def here(given: dict[str, Any]) -> dict[str, Any]:
    """What is given to compose the same into a folder, which nothing is staged for."""
    return {name: value for name, value in given.items() if name != "staging"}


@pytest.fixture
def memory() -> Iterator[str]:
    """A store in this process's memory, empty."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]
    yield "memory://bucket/set"
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]


@pytest.mark.parametrize("to", ["paddleocr", "imagefolder", "parquet", "page-xml"])
def test_the_same_bytes_as_on_disk(
    tmp_path: Path, given: dict[str, Any], memory: str, to: str
) -> None:
    given |= {"n": 6, "to": to, "val": 0.25, "boxes": True}
    if to == "page-xml":
        given["recipe"] = {"page": {"width_px": 400, "height_px": 300, "em_px_range": [24, 30]}}
    local = compose(tmp_path / "here", **here(given))
    there = compose(memory, **given)
    assert there.report == local.report
    assert stored(memory) == tree(tmp_path / "here")
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_run_that_was_stopped_goes_on(
    tmp_path: Path, given: dict[str, Any], memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given["n"] = 2100
    compose(tmp_path / "whole", **here(given))

    def stop(done: int, total: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        compose(memory, **given, progress=stop)
    found = stored(memory)
    entries = [name for name in found if name.startswith(".penline/shards")]
    assert entries == [".penline/shards/00000.json"]
    files = json.loads(found[entries[0]])["files"]
    assert len(files) == 1000
    assert {name: len(found[name]) for name in files} == files
    assert "report.json" not in found
    with pytest.raises(UsageError, match="unfinished run of other settings"):
        compose(memory, **given, seed=3)
    sent: list[str] = []
    store = type(fsspec.filesystem("memory"))
    put = store.put_file

    def noted(self: Any, here: str, there: str, **more: Any) -> None:
        sent.append(there)
        put(self, here, there, **more)

    monkeypatch.setattr(store, "put_file", noted)
    made = compose(memory, **given)
    assert made.resumed in (1, 2)  # the second may be whole here, and not sent
    assert not [name for name in sent if "/00000/" in name]
    assert len([name for name in sent if "/images/" in name]) == 1100
    assert sent[-1].endswith("/report.json")
    assert stored(memory) == tree(tmp_path / "whole")


def test_the_report_comes_when_all_is_there(
    tmp_path: Path, given: dict[str, Any], memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given["n"] = 5
    store = type(fsspec.filesystem("memory"))
    put = store.put_file

    def broken(self: Any, here: str, there: str, **more: Any) -> None:
        if there.endswith("dict.txt"):
            raise TimeoutError("the store is away")
        put(self, here, there, **more)

    with monkeypatch.context() as patch:
        patch.setattr(store, "put_file", broken)
        with pytest.raises(ExportError, match=r"TimeoutError: the store is away"):
            compose(memory, **given)
    assert "report.json" not in stored(memory)

    def short(self: Any, here: str, there: str, **more: Any) -> None:
        put(self, here, there, **more)
        if there.endswith("dict.txt"):
            self.pipe_file(there, b"x")

    with monkeypatch.context() as patch:
        patch.setattr(store, "put_file", short)
        with pytest.raises(ExportError, match=r"dict\.txt: 1 bytes in the store"):
            compose(memory, **given)
    assert "report.json" not in stored(memory)
    compose(memory, **given)  # composed already: only sent
    compose(tmp_path / "here", **here(given))
    assert stored(memory) == tree(tmp_path / "here")


def test_what_is_there_is_not_changed(tmp_path: Path, given: dict[str, Any], memory: str) -> None:
    given["n"] = 5
    compose(memory, **given)
    before = stored(memory)
    with pytest.raises(UsageError, match="this same data set, finished"):
        compose(memory, **given)
    with pytest.raises(UsageError, match="another data set"):
        compose(memory, **given, seed=1)
    assert stored(memory) == before
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/bucket/set/notes.txt", b"mine")
    with pytest.raises(ExportError, match=r"notes\.txt: 4 bytes in the store, None made"):
        compose(memory, **given, seed=1, overwrite=True)
    assert fs.cat_file("/bucket/set/notes.txt") == b"mine"
    fs.rm("/bucket/set/notes.txt")
    compose(memory, **given, seed=1)
    compose(tmp_path / "here", **here(given), seed=1)
    assert stored(memory) == tree(tmp_path / "here")
    fs.pipe_file("/bucket/thesis/a.txt", b"mine")
    for overwrite in (False, True):
        with pytest.raises(UsageError, match="not a data set"):
            compose("memory://bucket/thesis", **given, overwrite=overwrite)
    fs.pipe_file("/bucket/other/report.json", b"{}")
    with pytest.raises(UsageError, match="not penline's"):
        compose("memory://bucket/other", **given, overwrite=True)


def test_file_urls_are_folders_and_other_schemes_are_told(
    tmp_path: Path, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given["n"] = 3
    compose(f"file://{(tmp_path / 'a').as_posix()}", **here(given))
    assert (tmp_path / "a" / "report.json").is_file()
    with pytest.raises(UsageError, match="steam"):
        compose("steam://bucket/set", **given)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with monkeypatch.context() as patch:
        # fsspec keeps what another test may have loaded
        patch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
        with pytest.raises(MissingExtra, match=r"\[s3\]"):
            compose("s3://bucket/set", **given)
    report = tmp_path / "a" / "report.json"
    with pytest.raises(UsageError, match="folder of this machine"):
        rebuild(report, "memory://bucket/x", banks=given["banks"], corpora=given["corpora"])


def test_s3(tmp_path: Path, given: dict[str, Any], bucket: str) -> None:
    given["n"] = 1100

    def stop(done: int, total: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    compose(tmp_path / "here", **here(given))
    with pytest.raises(Interrupted):
        compose(bucket, **given, progress=stop)
    compose(bucket, **given)
    assert stored(bucket) == tree(tmp_path / "here")
