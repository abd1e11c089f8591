"""Where the time of a line goes: the steps of the one road, timed one by one in one process.

    python bench/profile.py [--lines 2000] [--bank BANK] [--corpus FILE] [--recipe RECIPE]

Each step is wrapped with a clock; the wrapping itself (under a microsecond a step) is counted in
"other".
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2

from penline.compose import Composer
from penline.export import paddleocr
from penline.export.base import Options
from penline.sample import corpus_files, sample_bank

ROAD = import_module("penline.compose.make")
LAYOUT = import_module("penline.compose.line_layout")
ENCODED = import_module("penline.export.encoded")
STEPS: dict[str, tuple[Any, str]] = {
    "text, writer and glyphs": (LAYOUT, "choose"),
    "places": (LAYOUT, "place"),
    "shapes": (LAYOUT, "shape_line"),
    "ink": (LAYOUT, "draw_items"),
    "ink on paper": (ROAD, "lay_ink"),
    "quads": (ROAD, "line_quads"),
    "effects drawn": (ROAD, "sample_effects"),
    "effects applied": (ROAD, "apply_effects"),
    "image encoded": (ENCODED, "encode"),
    "file written": (paddleocr, "write"),
    "boxes told": (paddleocr, "box_metadata"),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--bank", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--recipe", default=None)
    parser.add_argument("--boxes", action="store_true", help="write boxes, too")
    arguments = parser.parse_args()
    recipe = arguments.recipe or {"corpus": {"length_range": [10, 20]}, "papers": ["plain"]}
    corpus = arguments.corpus or corpus_files()[0]
    composer = Composer(recipe, arguments.bank or sample_bank(), corpus, seed=1)
    cv2.setNumThreads(1)
    for _ in composer[-200:]:
        pass  # warms the kernels and the caches
    spent: dict[str, float] = defaultdict(float)
    for step, (module, name) in STEPS.items():
        setattr(module, name, _timed(getattr(module, name), step, spent))
    with TemporaryDirectory() as folder:
        exporter = paddleocr.PaddleOCR(Path(folder), Options(boxes=arguments.boxes))
        begun = time.process_time()
        exporter.shard(0, composer[: arguments.lines])
        total = time.process_time() - begun
    spent["paper, hashes, labels, other"] = total - sum(spent.values())
    print("| step | us a line | share |\n| --- | --: | --: |")
    for step, seconds in spent.items():
        print(f"| {step} | {seconds / arguments.lines * 1e6:.0f} | {seconds / total:.0%} |")
    print(f"| all | {total / arguments.lines * 1e6:.0f} | 100% |")


def _timed(function: Any, step: str, spent: dict[str, float]) -> Any:
    def timed(*arguments: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[step] += time.process_time() - begun

    return timed


if __name__ == "__main__":
    main()
