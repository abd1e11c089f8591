"""How often composed hands join letters, beside the people whose habits are drawn.

    python bench/joined.py BANK --corpus TEXT [--count 600]

BANK holds strokes. Counted are joins over pairs of small letters of a word, and pen lifts as people
are counted (`tools/measure_joins.py`): letters less strokes less dots and bars. Hands are told in
three bands of the habit that was drawn for them; deciles are over hands.
"""

from __future__ import annotations

import argparse
import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np

from penline.bank import open_bank
from penline.compose.line_layout import lay_out
from penline.compose.plan import ComposePlan
from penline.compose.transform.join_table import habit
from penline.corpus import load
from penline.errors import UnwritableLine
from penline.measure.joins import join_figures
from penline.recipe import load_recipe

BANDS = (("printed", 0.0, 0.15), ("mixed", 0.15, 0.75), ("cursive", 0.75, 1.01))
LIFTED = "ijtfx"
SEED = 1


def main() -> None:
    """Print rates of joins by bands of habit, and their deciles."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bank", type=Path)
    parser.add_argument("--corpus", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=600, help="lines")
    given = parser.parse_args()
    recipe = load_recipe({"corpus": {"length_range": [20, 45]}})
    plan = ComposePlan(recipe, [open_bank(given.bank)], load(given.corpus))
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for index in range(given.count):
        try:
            laid = lay_out(plan, SEED, index)
        except UnwritableLine:
            continue
        strokes, text = laid.shapes.strokes, laid.line.text
        if strokes is None:
            continue
        pairs = sum(a.islower() and b.islower() for a, b in itertools.pairwise(text))
        pen = strokes.written
        lifted = len(pen) - int(strokes.joined[pen].sum()) - sum(map(text.count, LIFTED))
        letters = sum(map(len, text.split()))
        own = found[laid.line.writer]
        for at, value in enumerate((pairs, int(strokes.joined.sum()), letters - lifted)):
            own[at] += value
    counts = np.array(list(found.values()), float)
    habits = np.array([habit(SEED, writer) for writer in found])
    for name, low, high in BANDS:
        pairs, joins, lifts = counts[(habits >= low) & (habits < high)].sum(0)
        drawn = habits[(habits >= low) & (habits < high)]
        print(
            f"{name}: {len(drawn)} hands, {int(pairs):,} pairs, habit {drawn.mean():.2f}, joined "
            f"{joins / max(pairs, 1):.2f}, by pen lifts {lifts / max(pairs, 1):.2f}"
        )
    deciles = np.quantile(counts[:, 1] / np.maximum(counts[:, 0], 1), np.linspace(0, 1, 11))
    for what, values in (("composed", deciles), ("people", join_figures().rates["all"])):
        print(f"deciles, {what}: {' '.join(f'{value:.2f}' for value in values)}")


if __name__ == "__main__":
    main()
