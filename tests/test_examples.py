"""The examples run on sets of a few lines, where their packages are installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from penline.api import compose
from penline.bank import Bank

ROOT = Path(__file__).parent.parent
RECIPE = {"corpus": {"length_range": [4, 8]}, "papers": ["plain"], "effects": []}


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lmdb_is_read_as_paddleocr_does(
    small_bank: Bank, corpus_file: Path, tmp_path: Path, capsys
) -> None:
    pytest.importorskip("lmdb")
    out = tmp_path / "lines"
    compose(out, n=30, recipe=RECIPE, banks=[small_bank], corpora=[corpus_file], val=0.3, to="lmdb")
    main = example("paddleocr_lmdb").main
    both, characters = main([str(out)])
    sides = [main([str(out / side)])[0] for side in ("train", "validation")]
    assert both == sum(sides) == 30
    assert min(sides) > 0
    assert characters > 3
    assert capsys.readouterr().out.startswith("30 lines")


@pytest.mark.usefixtures("torchvision_fits")
def test_a_tiny_trocr_learns(small_bank: Bank, corpus_file: Path, tmp_path: Path) -> None:
    for package in ("torch", "transformers", "datasets", "PIL"):
        pytest.importorskip(package)
    out = tmp_path / "lines"
    compose(out, n=30, recipe=RECIPE, banks=[small_bank], corpora=[corpus_file], to="parquet")
    losses = example("train_trocr").main([str(out), "--steps", "25", "--batch", "4"])
    assert len(losses) == 25
    assert sum(losses[-5:]) < sum(losses[:5])
