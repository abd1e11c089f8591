"""Sheets written and photographed in simulation, and read again: how many cells come out right?

    python bench/scan.py [--sheets 3] [--seed 1] [--keep FOLDER]

The embedded sample writes; see tests/fakes_photo.py for what is done to the picture.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fakes_photo import Strength, jpeg, likeness, photograph, sheet_of, write
from penline.errors import FormatError
from penline.sample import sample_bank
from penline.template.guides import bank_guides
from penline.template.layout import Grid
from penline.template.scanning import read_sheet

STRENGTHS = {
    "flatbed": Strength(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.4, 1.0, 95, 3500),
    "usual": Strength(),
    "hasty": Strength(0.08, 15.0, 1.5, 0.02, 0.4, 0.3, 1.2, 5.0, 75, 3000),
    "bad": Strength(0.12, 40.0, 2.5, 0.03, 0.5, 0.4, 1.6, 8.0, 60, 3000),
    "small": Strength(0.05, 8.0, 1.0, 0.01, 0.3, 0.2, 0.9, 5.0, 80, 1900),
    "any way up": Strength(turn_deg=180.0),
    "usual, ball-point": Strength(),
    "usual, pale pencil": Strength(),
}
PENS: dict[str, dict[str, Any]] = {
    "usual, ball-point": {"pen": (50, 70, 170), "stroke": -5, "em_mm": 8.0},
    "usual, pale pencil": {"pen": (165, 165, 165), "stroke": -6},
}
WRITERS = {"sample:01": 0, "sample:03": 3, "sample:04": 5}
"""Writers that have every kind of character, with pens of different width."""
PLANTED = ("blank", "clipped", "blotted", "faint")
EACH = 4
LIKE = 0.8


def main() -> None:
    """Run every strength, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sheets", type=int, default=3, help="sheets of each strength")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the photographs")
    parser.add_argument("--only", help="one strength")
    options = parser.parse_args()
    bank = sample_bank()
    guides = bank_guides(bank)
    heads = ("strength", "sheets", "cells", "right", "planted", "named", "refused", "CPU s a sheet")
    print(f"| {' | '.join(heads)} |")
    print("| --- | --: | --: | --: | --: | --: | --: | --: |")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        total = np.zeros(6, np.int64)
        for name, how in STRENGTHS.items():
            if options.only and name != options.only:
                continue
            counts, notes = np.zeros(6, np.int64), []
            seconds = 0.0
            for number in range(options.sheets):
                rng = np.random.default_rng([options.seed, number, *name.encode()])
                writer = list(WRITERS)[number % len(WRITERS)]
                count = Grid(15).count
                able = [c for c in bank.characters if bank.rows(writer, c).size]
                characters = tuple(rng.permutation(able)[:count].tolist())
                sheet, grid = sheet_of(characters, guides)
                # an eighth of a pale pencil's ink is below the paper's own noise
                kinds = PLANTED[:-1] if "pencil" in name else PLANTED
                cells = rng.permutation(count)[: EACH * len(kinds)].tolist()
                planted = {c: kinds[i % len(kinds)] for i, c in enumerate(cells)}
                hand = {"stroke": WRITERS[writer], **PENS.get(name, {})}
                write(sheet, grid, bank, writer, rng, planted=planted, **hand)
                path = folder / f"{name.replace(', ', '-').replace(' ', '-')}-{number}.jpg"
                path.write_bytes(jpeg(photograph(sheet.page, rng, how), how.quality))
                begun = time.process_time()
                try:
                    found = read_sheet(path, characters, path)
                except FormatError as error:
                    notes.append(f"{path.name}: {error}")
                    counts += [1, count, 0, len(planted), 0, count - len(planted)]
                    continue
                seconds += time.process_time() - begun
                drawn = sheet.drawn
                right = named = refused = 0
                for one in found.written:
                    wanted = sheet.planted.get(one.cell, "")
                    fine = one.flaw == wanted
                    if not wanted:
                        like = likeness(one.ink, drawn[one.cell]) if one.ink.size else 0.0
                        others = drawn if like < LIKE else {}
                        nearer = any(
                            likeness(one.ink, ink) > like
                            for cell, ink in others.items()
                            if cell != one.cell and one.ink.size
                        )
                        fine = fine and not nearer and like > LIKE / 2
                        refused += bool(one.flaw)
                    if not fine:
                        notes.append(
                            f"{path.name}: cell {one.cell} {characters[one.cell]}: "
                            f"{wanted or 'sound'}, said {one.flaw or 'sound'}"
                        )
                    right += fine
                    named += bool(wanted) and one.flaw == wanted
                counts += [1, count, right, len(sheet.planted), named, refused]
                notes.append(
                    f"{path.name}: {found.seen.marks} marks, {found.seen.px_mm} px/mm, moved "
                    f"{found.seen.moved_mm} mm, left {found.seen.left_mm} mm"
                )
            total += counts
            sheets, cells_, right_, planted_, named_, refused_ = counts.tolist()
            print(
                f"| {name} | {sheets} | {cells_:,} | {right_ / cells_:.2%} | {planted_} | "
                f"{named_ / planted_:.1%} | {refused_} | {seconds / sheets:.2f} |",
                flush=True,
            )
            print("\n".join(notes), file=sys.stderr, flush=True)
        sheets, cells_, right_, planted_, named_, refused_ = total.tolist()
        print(f"| all | {sheets} | {cells_:,} | {right_ / cells_:.2%} | {planted_} | ", end="")
        print(f"{named_ / planted_:.1%} | {refused_} | |")


if __name__ == "__main__":
    main()
