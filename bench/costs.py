"""What each paper, effect, mark and placement model adds to the time of a line.

    python bench/costs.py [--lines 400] [--rounds 5]

Lines of the embedded sample, made in memory, without encoding; one thread. Every round makes the
same lines with each recipe in turn; the table gives medians of CPU time, and what a recipe adds to
plain lines by rule.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import cv2

from penline.compose import Composer
from penline.effects import EFFECTS
from penline.paper import PAPERS
from penline.recipe.marks import Marks
from penline.sample import corpus_files, sample_bank

HAND = {"layout": {"hand": "default"}}


def recipes() -> dict[str, dict[str, Any]]:
    """Name -> recipe; the first one is what the others are held against."""
    found: dict[str, dict[str, Any]] = {"plain, by rule": {"papers": ["plain"]}}
    found["placement model"] = {"papers": ["plain"], **HAND}
    found["column"] = {"papers": ["plain"], "layout": {"direction": "vertical"}}
    for paper in sorted(set(PAPERS) - {"plain", "photo"}):
        found[f"paper {paper}"] = {"papers": [paper]}
    for effect in sorted(EFFECTS):
        found[f"effect {effect}"] = {
            "papers": ["plain"],
            "effects": [{"name": effect, "chance": 1.0}],
        }
    for mark in Marks.model_fields:
        found[f"mark {mark}"] = {"papers": ["plain"], "marks": {mark: 1.0}}
    found["papers"], found["messy"] = {}, {}
    return found


def main() -> None:
    """Time and print."""
    cv2.setNumThreads(1)  # as the workers do; more would only spin beside these small pictures
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--lines", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    bank, corpus = sample_bank(), corpus_files()
    lines = {name: Composer(recipe or name, bank, corpus, 1) for name, recipe in recipes().items()}
    spent: dict[str, list[float]] = {name: [] for name in lines}
    for composer in lines.values():
        for _ in composer[:20]:
            pass
    for _ in range(options.rounds):
        for name, composer in lines.items():
            begin = time.process_time()
            for _ in composer[: options.lines]:
                pass
            spent[name].append((time.process_time() - begin) / options.lines * 1e6)
    base = statistics.median(spent["plain, by rule"])
    print("| recipe | us a line | more than plain |")
    print("| --- | --: | --: |")
    for name, times in spent.items():
        middle = statistics.median(times)
        print(f"| {name} | {middle:.0f} | {middle - base:+.0f} ({middle / base - 1:+.0%}) |")


if __name__ == "__main__":
    main()
