"""COCO: pages, and one JSON file a side with the outlines of their lines and characters.

Source: the COCO data format (cocodataset.org, "Data format", object detection), with ``text`` and
``line`` added to each annotation as COCO-Text and text spotters have them.

    images/3f2a9c1b-00000/00000012.png
    coco_train.json              and coco_val.json, coco_test.json where there are such pages
    pages.jsonl                  if asked for: baselines and provenance, too
    report.json

Categories: 1 ``line``, and 2 ``character`` where the characters' boxes are known. ``bbox`` is x,
y, width, height; ``segmentation`` one polygon around all ink; ``area`` the polygon's. ``line`` is
the line's number on its page, from 0, ``character`` the number in the line's text. A line whose
text is not known has the text null and ``iscrowd`` 1, which trainers and judges pass over. Pages
that people transcribed have their ``regions``, and their lines a ``region`` and a ``baseline``.
Images and annotations are numbered from 1, on through the file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

from penline.durable import read_file, streamed
from penline.export.examine import Findings
from penline.export.page_files import IMAGES, PAGES, PageFiles, Told
from penline.pages import Page
from penline.version import __version__
from penline.words import reason_of

__all__ = ["CHARACTER", "LINE", "Coco"]

LINE, CHARACTER = 1, 2
_CATEGORIES = [
    {"id": LINE, "name": "line", "supercategory": "text"},
    {"id": CHARACTER, "name": "character", "supercategory": "text"},
]
_MAX_BYTES = 1 << 31


class Coco(PageFiles):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (
        IMAGES,
        "coco_train.json",
        "coco_val.json",
        "coco_test.json",
        PAGES,
    )

    def beside(self, page: Page, image: str, counts: Counter[str]) -> dict[str, bytes]:  # noqa: ARG002
        """See `PageFiles.beside`; there is nothing."""
        return {}

    def lists(self, pages: Iterator[Told]) -> list[str]:
        """See `PageFiles.lists`."""
        names = [f"coco_{side}.json" for side in self.options.splits]
        with ExitStack() as stack:
            files = {
                side: _CocoFile(stack.enter_context(streamed(self.out / name)))
                for side, name in zip(self.options.splits, names, strict=True)
            }
            for page in pages:
                files[page["side"]].add(page)
            for file in files.values():
                file.end()
        return names

    @classmethod
    def reread(
        cls, out: Path, report: Mapping[str, Any], found: Findings
    ) -> Iterator[tuple[str, str, list[str]]]:
        """See `PageFiles.reread`."""
        for side in report["lines"]:
            file = out / f"coco_{side}.json"
            if not file.is_file():
                continue  # told already, as a file of the report
            if file.stat().st_size > _MAX_BYTES:
                found.add(f"{file.name}: larger than {_MAX_BYTES:,} bytes; not looked into")
                continue
            try:
                yield from ((side, *page) for page in _pages(json.loads(read_file(file))))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                found.add(f"{file.name}: not a COCO file of penline's ({reason_of(error)})")


class _CocoFile:
    """One file under way; annotations go out as they come, images are kept for its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.images: list[dict[str, Any]] = []
        self.annotations = 0
        head = {
            "info": {"description": "Handwritten pages", "contributor": f"penline {__version__}"},
            "licenses": [],
            "categories": _CATEGORIES,
        }
        self._out(json.dumps(head, ensure_ascii=False)[:-1] + ', "annotations": [')

    def add(self, page: Told) -> None:
        """A page with its lines."""
        image = len(self.images) + 1
        real = any(part["role"] == "region" for part in page.get("regions", ()))
        self.images.append(
            {
                "id": image,
                "file_name": page["path"],
                "width": page["width_px"],
                "height": page["height_px"],
                "name": page["name"],
                "writer": page["writer"],
                "source": page["facts"],
                **({"regions": page["regions"]} if real else {}),
            }
        )
        for number, line in enumerate(page["lines"]):
            text = line["text"] or None
            where = {"image_id": image, "line": number}
            more = {"baseline": line["baseline"], "region": line["region"]} if real else {}
            told = {**where, "text": text, "source": line["facts"], **more}
            self._annotate(LINE, line["polygon"], told)
            items = line.get("entries", line["text"])
            for place, points in enumerate(line["characters"] or ()):
                character = {**where, "text": items[place], "character": place}
                self._annotate(CHARACTER, points, character)

    def end(self) -> None:
        """The images, and the end of the file."""
        self._out(f'\n], "images": {json.dumps(self.images, ensure_ascii=False, indent=0)}}}\n')

    def _annotate(self, category: int, points: list[list[float]], more: dict[str, Any]) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = min(xs), min(ys)
        annotation = {
            "id": self.annotations + 1,
            "category_id": category,
            "bbox": [left, top, max(xs) - left, max(ys) - top],
            "segmentation": [[n for point in points for n in point]],
            "area": _area(points),
            "iscrowd": int(more["text"] is None),
            **more,
        }
        self._out(("," if self.annotations else "") + "\n")
        self._out(json.dumps(annotation, ensure_ascii=False))
        self.annotations += 1

    def _out(self, text: str) -> None:
        self.file.write(text.encode())


def _area(points: list[list[float]]) -> float:
    """Of a polygon, by its corners."""
    following = [*points[1:], points[0]]
    pairs = zip(points, following, strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 2


def _pages(whole: dict[str, Any]) -> Iterable[tuple[str, list[str]]]:
    labels: dict[int, list[str]] = {image["id"]: [] for image in whole["images"]}
    for annotation in whole["annotations"]:
        if annotation["category_id"] == LINE:
            labels[annotation["image_id"]].append(str(annotation["text"] or ""))
    return [(str(image["file_name"]), labels[image["id"]]) for image in whole["images"]]
