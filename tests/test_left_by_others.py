"""A sound set stays sound where somebody only looked at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import PICTURED
from penline.api import check, compose
from penline.errors import UsageError

RECIPE = {
    "corpus": {"length_range": [3, 5]},
    "papers": ["plain"],
    "effects": [],
}
LEFT = (".DS_Store", "._a.png", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints/a-checkpoint.jpg")


def leave(folder: Path) -> None:
    for name in LEFT:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"left")


@pytest.mark.parametrize("to", PICTURED)
def test_what_a_file_manager_leaves_is_no_fault(tmp_path: Path, to: str) -> None:
    out = tmp_path / "o"
    out.mkdir()
    leave(out)
    compose(out, n=3, recipe=RECIPE, to=to, workers=1)
    folders = [out, *(p for p in out.rglob("*") if p.is_dir() and p.name != LEFT[-1][:18])]
    for folder in folders:
        leave(folder)
    assert check(out).problems == []


def test_a_folder_with_other_things_is_not_written_to(tmp_path: Path) -> None:
    leave(tmp_path)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        compose(tmp_path, n=1, recipe=RECIPE, workers=1)
