"""Recognition sets as docTR's ``RecognitionDataset`` reads them.

    train/images/00012/00012345.jpg     at most 1,000 a folder, named by index
    train/labels.json                   {"00012/00012345.jpg": "text", ...}, an entry a line
    validation/  test/                  the same, where there are such lines
    boxes.jsonl                         if asked for: one object a line
    report.json

docTR's vocabularies hold no space (its documentation of custom data sets): a model for lines
with spaces needs a vocabulary of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from penline.export.examine import MAX_LINE_BYTES, Findings, inside
from penline.export.pictures import BOXES, PictureFolders
from penline.export.rows import FOLDERS

__all__ = ["LABELS", "DocTR"]

LABELS = "labels.json"


class DocTR(PictureFolders):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (
        *FOLDERS.values(),
        *(f"{split}/images" for split in FOLDERS.values()),
        BOXES,
    )
    across: ClassVar[bool] = True
    filesets: ClassVar[Mapping[str, str]] = {"pictures": "{split}/images/*/*.{format}"}
    inner: ClassVar[str] = "/images"
    between: ClassVar[bytes] = b",\n"
    around: ClassVar[tuple[bytes, bytes]] = (b"{\n", b"\n}\n")

    @classmethod
    def list_name(cls, side: str) -> str:
        """See `PictureFolders.list_name`."""
        return f"{FOLDERS.get(side, side)}/{LABELS}"

    @classmethod
    def entry(cls, side: str, path: str, text: str) -> bytes:  # noqa: ARG003
        """See `PictureFolders.entry`."""
        return f"{json.dumps(path)}: {json.dumps(text, ensure_ascii=False)}".encode()

    @classmethod
    def labels(cls, out: Path, side: str, found: Findings) -> Iterator[tuple[str, str]]:
        """See `PictureFolders.labels`; entry by entry, since a whole set need not fit in memory."""
        name = cls.list_name(side)
        path = inside(out, name)
        if path is None or not path.is_file():
            return  # `check` has said so, if there should be one
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES):
                number += 1
                if line in (b"{\n", b"}\n"):
                    continue
                try:
                    entry = json.loads(b"{" + line.rstrip(b",\n") + b"}")
                    ((picture, text),) = entry.items()
                except (ValueError, RecursionError):
                    found.add(f"{name}: line {number}: not a name and a text")
                    continue
                yield picture, text if isinstance(text, str) else ""
