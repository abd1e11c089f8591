"""Recognition sets as EasyOCR's trainer reads them: a folder of pictures with its labels.

    train/00012/00012345.jpg    at most 1,000 a folder, named by index
    train/00012/labels.csv      its header ``filename,words``; the rest of a line is the label
    validation/  test/          the same, where there are such lines
    boxes.jsonl                 if asked for: one object a line
    report.json

The trainer (``trainer/dataset.py`` of EasyOCR) opens each folder that has no folder in it, and
parts a line at its first comma, so a label is not quoted and may hold commas. White space at a
label's end is lost there. ``train_data`` is the folder above, ``select_data: train``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from penline.export.examine import Findings
from penline.export.pictures import BOXES, PictureFolders, label_file, shard_folders
from penline.export.rows import FOLDERS

__all__ = ["LABELS", "EasyOCR"]

LABELS = "labels.csv"
_HEADER = "filename,words"


class EasyOCR(PictureFolders):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (*FOLDERS.values(), BOXES)
    across: ClassVar[bool] = True
    filesets: ClassVar[Mapping[str, str]] = {
        "pictures": "{split}/*/*.{format}",
        "labels": f"{{split}}/*/{LABELS}",
    }
    lines_only: ClassVar[bool] = True

    def closing(self, rows: list[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:
        """See `PictureFolders.closing`."""
        lines = [_HEADER, *(f"{file},{text}" for file, text in rows)]
        yield LABELS, "".join(f"{line}\n" for line in lines).encode()

    @classmethod
    def labels(cls, out: Path, side: str, found: Findings) -> Iterator[tuple[str, str]]:
        """See `PictureFolders.labels`."""
        parent = cls.parent(side)
        for folder in shard_folders(out, parent):
            name = f"{parent}/{folder.name}/{LABELS}"
            header, *lines = label_file(out, name, found).removesuffix("\n").split("\n")
            if header != _HEADER:
                found.add(f"{name}: does not begin with {_HEADER}")
            for line in lines:
                file, comma, text = line.partition(",")
                if not comma:
                    found.add(f"{name}: a line without a comma")
                    continue
                yield f"{folder.name}/{file}", text
