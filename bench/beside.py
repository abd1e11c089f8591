"""A real page and its text in another hand, side by side in one picture.

    python bench/beside.py PAGE.dgrl SOURCE -o beside.png [--hand hand.yaml] [--seed S]

SOURCE is what the other hand's glyphs come from: a bank, or a file such as 001.pot. The composed
page has the real one's size, lines and text; the height of its characters, the distance of its
lines and its margins are measured on the real page. Characters that the other hand lacks are left
out, and named. The picture holds the data of both: keep it to yourself where the data may not be
passed on.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from penline.api import pack
from penline.bank import open_bank
from penline.bank.layout import HEADER
from penline.compose import Composer
from penline.corpus import Corpus
from penline.measure.geometry import with_writer_ems
from penline.measure.reading import of_records
from penline.records import LineRecord, paste
from penline.sources.collect import read


def main() -> None:
    """Compose, paste, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--hand", default="default")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    lines = [record for record in read(args.page) if isinstance(record, LineRecord)]
    sheet = lines[0].page
    real = np.full((sheet.height_px, sheet.width_px), 255, np.uint8)
    for line in lines:
        paste(real, line.pixels, line.top_px, line.left_px, line.paper)
    em = float(np.median([g.em_px for g in with_writer_ems(list(of_records(lines, Counter())))]))
    middles = np.array([line.top_px + line.height_px / 2 for line in lines])
    pitch = float(np.median(np.diff(middles)))
    left = float(np.median([line.left_px for line in lines]))
    right = sheet.width_px - max(line.left_px + line.width_px for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        is_bank = (args.source / HEADER).is_file()
        bank = open_bank(args.source) if is_bank else pack(args.source, f"{folder}/x.bank")
        corpus = Corpus.from_texts([line.text("") for line in lines])
        recipe = {
            "corpus": {"lines": "whole", "length_range": [1, 200], "missing": "drop-char"},
            "papers": [{"name": "plain", "tone_range": [255, 255]}],
            "layout": {"hand": args.hand},
            "ink": {"tone_range": [20, 40], "strength_range": [1.0, 1.1]},
            "page": {
                "width_px": sheet.width_px,
                "height_px": sheet.height_px,
                "em_px_range": [em, em],
                "pitch_em_range": [pitch / em, pitch / em],
                # one margin for all sides: the smallest of those that the real page has
                "margin_em_range": [max(min(left, right) / em, 0.2)] * 2,
                "lines_range": [len(lines), len(lines)],
            },
        }
        page = Composer(recipe, bank, corpus, args.seed).page(0)
    composed = np.full_like(real, 255)
    composed[:] = page.image
    # both begin at the same height
    shift = int(middles[0] - page.lines[0].polygon[:, 1].mean())
    composed = np.roll(composed, max(shift, 0), axis=0)
    bar = np.full((len(real), 24), 128, np.uint8)
    cv2.imwrite(str(args.output), np.hstack([real, bar, composed]))
    print(f"{args.output}: em {em:.1f} px, lines {pitch:.1f} px apart, {len(page.lines)} lines")
    for reason, count in page.counts.items():
        print(f"  {reason}: {count}")


if __name__ == "__main__":
    main()
