"""PaddleOCR detection sets: pages, and lists of the quadrilaterals of their lines.

Layout (label files as PaddleOCR's ``SimpleDataSet`` and ``DetLabelEncode`` read them: UTF-8, LF,
no BOM, one ``path<TAB>json`` a line; the JSON is a list of ``{"transcription", "points"}``, four
points clockwise from the upper left, in whole pixels):

    images/3f2a9c1b-00000/00000012.png
    det_gt_train.txt             and det_gt_val.txt, det_gt_test.txt where there are such pages
    pages.jsonl                  if asked for: outlines, baselines, characters, provenance
    report.json

A line whose text is not known has the transcription ``###``, which PaddleOCR ignores. It ignores
a transcription ``*``, too: a real label of that kind is counted.

A line of a form has ``"key_cls"`` besides, as PPOCRLabel names it: what its field asks for
(``identity``, ``date``, ...), or ``caption`` for what is printed.

The four points are the smallest box around the line's outline whose upper and lower edges run
along its baseline and whose sides are upright. It holds all of the line's ink.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from penline.durable import streamed
from penline.export.examine import Findings
from penline.export.page_files import IMAGES, PAGES, PageFiles, Told
from penline.pages import Page

__all__ = ["IGNORED", "PaddleOCRDetection", "quad"]

IGNORED = "###"
_READ_AS_IGNORED = (IGNORED, "*")
_MAX_LINE_BYTES = 1 << 26


class PaddleOCRDetection(PageFiles):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (
        IMAGES,
        "det_gt_train.txt",
        "det_gt_val.txt",
        "det_gt_test.txt",
        PAGES,
    )

    def beside(self, page: Page, image: str, counts: Counter[str]) -> dict[str, bytes]:  # noqa: ARG002
        """See `PageFiles.beside`; there is nothing."""
        misread = sum(line.text in _READ_AS_IGNORED for line in page.lines)
        if misread:
            counts["labels that PaddleOCR reads as to be ignored"] += misread
        return {}

    def lists(self, pages: Iterator[Told]) -> list[str]:
        """See `PageFiles.lists`."""
        names = [f"det_gt_{side}.txt" for side in self.options.splits]
        with ExitStack() as stack:
            files = {
                side: stack.enter_context(streamed(self.out / name))
                for side, name in zip(self.options.splits, names, strict=True)
            }
            for page in pages:
                lines = [
                    {
                        "transcription": line["text"] or IGNORED,
                        "points": quad(line, page["width_px"], page["height_px"]),
                        **_key(page, line),
                    }
                    for line in page["lines"]
                ]
                text = f"{page['path']}\t{json.dumps(lines, ensure_ascii=False)}\n"
                files[page["side"]].write(text.encode())
        return names

    @classmethod
    def reread(
        cls, out: Path, report: Mapping[str, Any], found: Findings
    ) -> Iterator[tuple[str, str, list[str]]]:
        """See `PageFiles.reread`."""
        for side in report["lines"]:
            name = f"det_gt_{side}.txt"
            if not (out / name).is_file():
                continue  # told already, as a file of the report
            with (out / name).open("rb") as file:
                number = 0
                while line := file.readline(_MAX_LINE_BYTES):
                    number += 1
                    page = _page(line)
                    if page is None:
                        found.add(f"{name}: line {number}: not a path, a TAB and a list of lines")
                    else:
                        yield side, *page


def _key(page: Told, line: Told) -> dict[str, str]:
    """On a form: what the line's field asks for, or that it is a caption."""
    if "regions" not in page:
        return {}
    region = page["regions"][line["region"]]
    if region["role"] == "region":  # of a page that people transcribed: no form
        return {}
    return {"key_cls": region["kind"] if region["role"] == "field" else region["role"]}


def quad(line: Told, width: int, height: int) -> list[list[int]]:
    """Four points around a line, whole pixels of the page, clockwise from the upper left.

    Args:
        line: as in ``pages.jsonl``.
        width: the page's width in pixels.
        height: the page's height in pixels.
    """
    points, baseline = line["polygon"], line["baseline"]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right = min(xs), max(xs)
    slope = 0.0
    if baseline and baseline[-1][0] > baseline[0][0]:
        slope = (baseline[-1][1] - baseline[0][1]) / (baseline[-1][0] - baseline[0][0])
    level = [y - slope * (x - left) for x, y in points]
    rise = slope * (right - left)
    upper = [min(level), min(level) + rise]
    lower = [max(level), max(level) + rise]
    if min(upper) < 0:  # a slanting edge would leave the page: the upright box is smaller
        upper = [min(ys)] * 2
    if max(lower) > height:
        lower = [max(ys)] * 2
    corners = [(left, upper[0]), (right, upper[1]), (right, lower[1]), (left, lower[0])]
    whole = [
        (math.floor(left), math.floor(corners[0][1])),
        (math.ceil(right), math.floor(corners[1][1])),
        (math.ceil(right), math.ceil(corners[2][1])),
        (math.floor(left), math.ceil(corners[3][1])),
    ]
    return [[min(max(x, 0), width - 1), min(max(y, 0), height - 1)] for x, y in whole]


def _page(line: bytes) -> tuple[str, list[str]] | None:
    """The path and the labels of one line of a list."""
    try:
        path, tab, text = line.decode("utf-8").removesuffix("\n").partition("\t")
        lines = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not tab or not isinstance(lines, list):
        return None
    labels = []
    for one in lines:
        label = one.get("transcription") if isinstance(one, dict) else None
        if not isinstance(label, str) or len(one.get("points") or ()) != 4:
            return None
        labels.append("" if label == IGNORED else label)
    return path, labels
