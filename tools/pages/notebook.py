"""The page of the notebook in `examples/`: its text and its code, for those who only read."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["NOTEBOOK", "page"]

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "first_lines.ipynb"
_NOTE = f"""
This page is the notebook `examples/{NOTEBOOK.name}` of the repository; there, glyphs and lines
appear below the code that makes them.
"""


def page() -> str:
    """The notebook as Markdown: a fence a cell of code, a note after the first text."""
    parts = []
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]:
        text = "".join(cell["source"])
        parts.append(f"```python\n{text}\n```\n" if cell["cell_type"] == "code" else f"{text}\n")
    return "\n".join([parts[0], _NOTE.lstrip(), *parts[1:]])
