"""Streams in PyTorch's loaders, and without PyTorch; the page about training, and its example."""

from __future__ import annotations

import importlib.util
import multiprocessing
import pickle
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from fakes_stream import COUNT, RECIPE, composer
from penline import api
from penline.bank import Bank, open_bank
from penline.compose import Composer
from penline.errors import MissingExtra
from penline.stream import (
    CTCLabels,
    LineDataset,
    LineStream,
    Pad,
    WidthBuckets,
)

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def lines(small_bank: Bank, corpus_file: Path) -> Composer:
    return composer(small_bank, corpus_file)


# Without PyTorch, and with it


def test_nothing_here_needs_pytorch(small_bank: Bank, corpus_file: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import penline\n"
        f"lines = penline.Composer({RECIPE!r}, sys.argv[1], sys.argv[2], seed=5, length=20)\n"
        "data = penline.stream.LineDataset(lines)\n"
        "batch = next(iter(penline.stream.LineStream(lines, 4)))\n"
        "print(len(data), penline.stream.Pad(tensors=False)(batch).images.shape[0])\n"
        "try: penline.stream.Pad()(batch)\n"
        "except penline.errors.MissingExtra as error: print(error)\n"
    )
    call = [sys.executable, "-c", code, str(small_bank.path), str(corpus_file)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "20 4"
    assert lines[1].startswith("tensors for PyTorch needs an optional package: pip install '")
    assert lines[1].endswith("[torch]'")
    assert issubclass(MissingExtra, ImportError)


def torch_parts():
    torch = pytest.importorskip("torch")
    return torch, pytest.importorskip("torchdata.stateful_dataloader").StatefulDataLoader


quiet = [
    pytest.mark.filterwarnings("ignore:.*set_vital"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork"),
]


def with_torch(test):
    for mark in quiet:
        test = mark(test)
    return test


def key(batch) -> tuple:
    return tuple(batch.indices.tolist()), batch.images.numpy().tobytes()


def loader_of(bank: Path, corpus: Path, workers: int, epoch: int = 0):
    _, loader = torch_parts()
    stream = LineStream(composer(open_bank(bank), corpus), 4, window=3)
    stream.set_epoch(epoch)
    return loader(stream, batch_size=None, collate_fn=Pad(), num_workers=workers)


def _rest_of_loader(bank: Path, corpus: Path, workers: int, state: bytes) -> list[tuple]:
    again = loader_of(bank, corpus, workers)
    again.load_state_dict(pickle.loads(state))  # noqa: S301 - our own
    return [key(batch) for batch in again]


@with_torch
@pytest.mark.parametrize(("workers", "step", "epoch"), [(0, 11, 0), (1, 30, 1), (4, 23, 0)])
def test_a_loader_in_a_new_process_goes_on_where_the_last_one_was(
    small_bank: Bank, corpus_file: Path, workers: int, step: int, epoch: int
) -> None:
    loader = loader_of(small_bank.path, corpus_file, workers, epoch)
    walk = iter(loader)
    before = [key(next(walk)) for _ in range(step)]
    state = pickle.dumps(loader.state_dict())
    here = [key(batch) for batch in walk]
    assert len(before) + len(here) == 38
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        there = pool.submit(_rest_of_loader, small_bank.path, corpus_file, workers, state).result()
    assert here == there


@with_torch
def test_workers_make_the_same_batches(small_bank: Bank, corpus_file: Path) -> None:
    found = {
        workers: [key(batch) for batch in loader_of(small_bank.path, corpus_file, workers)]
        for workers in (0, 1, 4)
    }
    assert found[0] == found[1]
    assert Counter(found[0]) == Counter(found[4])
    assert sorted(n for numbers, _ in found[4] for n in numbers) == list(range(COUNT))


@with_torch
@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_of_single_lines_and_of_a_map_style_set(lines: Composer, workers: int) -> None:
    torch, loader = torch_parts()
    made = loader(LineStream(lines), batch_size=8, collate_fn=Pad(), num_workers=workers)
    assert sorted(n for batch in made for n in batch.indices.tolist()) == list(range(COUNT))
    widths = [number % 50 for number in range(COUNT)]

    def make():
        sampler = WidthBuckets(widths, 8, window=4)
        return loader(
            LineDataset(lines), batch_sampler=sampler, collate_fn=Pad(), num_workers=workers
        )

    first, walk = make(), []
    for step, batch in enumerate(first):
        walk.append(key(batch))
        if step == 9:
            state = first.state_dict()
    assert sorted(n for numbers, _ in walk for n in numbers) == list(range(COUNT))
    again = make()
    again.load_state_dict(state)
    assert [key(batch) for batch in again] == walk[10:]
    batch = Pad(CTCLabels(sorted(set(lines[0].text))))([LineDataset(lines)[0]])
    assert batch.images.dtype == torch.uint8
    assert batch.labels.dtype == batch.lengths.dtype == batch.widths.dtype == torch.int64


@with_torch
def test_ranks_come_from_a_running_group(lines: Composer, tmp_path: Path) -> None:
    torch, _ = torch_parts()
    if not torch.distributed.is_available():
        pytest.skip("PyTorch without distributed")
    store = torch.distributed.FileStore(str(tmp_path / "store"), 1)
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        stream = LineStream(lines, 4)
    finally:
        torch.distributed.destroy_process_group()
    assert (stream.rank, stream.world_size) == (0, 1)


# The page, and the example


def page_code(sign: str) -> str:
    page = (ROOT / "docs" / "training.md").read_text("utf-8")
    [found] = [
        code for code in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S) if sign in code
    ]
    return found


def test_the_page_s_map_style_snippet_runs(
    small_bank: Bank, corpus_file: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(small_bank.path, tmp_path / "my.bank")
    (tmp_path / "novel.txt").write_bytes(corpus_file.read_bytes())
    found: dict = {}
    exec(page_code("LineDataset(lines)"), found)  # noqa: S102 - our own page
    assert found["item"].text == found["lines"][123].text
    assert len(found["batch"].texts) in (15, 16)


@with_torch
def test_the_page_s_stream_runs(
    small_bank: Bank, corpus_file: Path, tmp_path: Path, monkeypatch
) -> None:
    torch, _ = torch_parts()
    monkeypatch.chdir(tmp_path)
    shutil.copytree(small_bank.path, tmp_path / "my.bank")
    text = corpus_file.read_text("utf-8")
    (tmp_path / "novel.txt").write_text(text, "utf-8")
    (tmp_path / "ppocrv5_dict.txt").write_text("\n".join(sorted(set(text) - set(" \n"))), "utf-8")
    code = page_code("endless=True").replace("num_workers=8", "num_workers=0")
    found: dict = {"torch": torch}
    exec(code + "    if batch.indices[0] >= 0: break\n", found)  # noqa: S102 - our own page
    assert found["batch"].images.shape[0] == 64


def test_the_page_reads_lmdb(small_bank: Bank, corpus_file: Path, tmp_path: Path, monkeypatch):
    pytest.importorskip("lmdb")
    api.compose(
        *(tmp_path / "packed",),
        n=12,
        recipe=RECIPE,
        banks=[small_bank],
        corpora=[corpus_file],
        seed=5,
        to="lmdb",
        workers=1,
    )
    monkeypatch.chdir(tmp_path)
    found: dict = {}
    exec(page_code("FromLMDB"), found)  # noqa: S102 - our own page
    data, lines = found["data"], composer(small_bank, corpus_file)
    assert len(data) == 12
    found["pad"].tensors = False
    batch = found["pad"]([data[number] for number in range(12)])
    assert list(batch.texts) == [lines[number].text for number in range(12)]
    data.open.close()


def example(*words: str) -> list[float]:
    spec = importlib.util.spec_from_file_location("train_ctc", ROOT / "examples" / "train_ctc.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.train(module.arguments_of(list(words)))


@with_torch
def test_the_example_learns_and_goes_on_where_it_was_stopped(tmp_path: Path, capsys) -> None:
    torch_parts()
    whole = example("--steps", "150", "--every", "150")
    assert sum(whole[-10:]) < sum(whole[:10]) / 3
    save = ("--save", str(tmp_path / "run.pt"), "--every", "7")
    example("--steps", "7", *save)
    assert example("--steps", "12", *save) == pytest.approx(whole[:12], rel=1e-5)
    assert "going on after step 7" in capsys.readouterr().out
