"""The notebook runs from top to bottom, and its cells show what a notebook would show."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

NOTEBOOK = Path(__file__).parents[1] / "examples" / "first_lines.ipynb"
CELLS = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
MOST_SECONDS = 60
_PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


@dataclass
class Shown:
    """What a cell left: its last value, what it printed, the pictures that Jupyter would show."""

    value: Any = None
    printed: str = ""
    pictures: list[np.ndarray] = field(default_factory=list)


def run(source: str, names: dict[str, Any]) -> Shown:
    """Run a cell as Jupyter does: the value of a last expression is shown, by HTML before PNG."""
    shown, body = Shown(), ast.parse(source).body
    last = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102 - our own cell
        if last is not None:
            shown.value = eval(compile(last, "cell", "eval"), names)  # noqa: S307
    shown.printed = printed.getvalue()
    pngs = []
    if hasattr(shown.value, "_repr_html_"):
        pngs = [base64.b64decode(one) for one in _PICTURE.findall(shown.value._repr_html_())]
    elif hasattr(shown.value, "_repr_png_"):
        pngs = [shown.value._repr_png_()]
    shown.pictures = [cv2.imdecode(np.frombuffer(one, np.uint8), 1) for one in pngs]
    return shown


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    names: dict[str, Any] = {"__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        began = time.process_time()
        found = {
            cell["id"]: run("".join(cell["source"]), names)
            for cell in CELLS
            if cell["cell_type"] == "code"
        }
        assert time.process_time() - began < MOST_SECONDS
    return found


def test_the_notebook_is_kept_without_outputs() -> None:
    told = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in told["cells"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in ids)
    for cell in told["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None
        assert ("outputs" in cell) == (cell["cell_type"] == "code")


def test_cells_show_glyphs_and_lines(shown: dict[str, Shown]) -> None:
    counts = {name: len(one.pictures) for name, one in shown.items() if one.pictures}
    assert counts == {"open": 1, "glyph": 1, "compose": 4, "ruled": 4, "one": 1}
    for one in shown.values():
        assert all(picture.std() > 5 for picture in one.pictures)
    html = shown["compose"].value._repr_html_()
    assert html.count("<polygon") >= 4 * 8
    assert shown["one"].value.text == "Whatever you type."


def test_cells_make_a_set_and_batches(shown: dict[str, Shown]) -> None:
    printed = shown["paddle"].printed
    for name in ("rec_gt_train.txt", "rec_gt_val.txt", "dict.txt", "boxes.jsonl", "report.json"):
        assert name in printed
    shapes = re.findall(r"^\((\d+), 1, 64, (\d+)\)", shown["batches"].printed, re.MULTILINE)
    assert [count for count, _ in shapes] == ["8", "8", "8"]
