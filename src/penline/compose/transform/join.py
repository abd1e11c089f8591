"""Letters are joined as a hand joins them: who joins, how often, and which letters.

A hand keeps its habit: how much of what it could join it joins is drawn once for a writer. Which
letters it joins differs from word to word, by chance; some are left or entered more often. What
cannot be joined where the glyph ends or begins is made up for by the line's other letters.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from penline.bank.bank_set import BankSet
from penline.compiled import compiled
from penline.compose.character_table import CharacterTable
from penline.compose.line_strokes import LineStrokes
from penline.compose.place.base import Placements
from penline.compose.text_assignment import TextAssignment
from penline.compose.transform.join_table import (
    ALWAYS,
    BELOW,
    ENTERING,
    HEIGHT,
    LEAVING,
    STEPS,
    habit,
    join_table,
    measured_odds,
)
from penline.measure.joins import odds_of
from penline.measure.latin import X_HEIGHT_EM
from penline.randomness import Draws
from penline.recipe.schema import Joins
from penline.render.joins import add_joins, can_join
from penline.render.letter_ends import (
    ANYWHERE,
    END,
    find_ends,
    path_lengths,
)

__all__ = [
    "NO_PICTURES",
    "JoinChance",
    "Joiner",
    "choose_joins",
    "measure_letters",
    "pack_strokes",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_PICTURES = np.zeros(0, END)
LEAST_UNIT = 256.0
"""Letters of less than a pixel's x-height are not joined."""
CLOSER = 0.15
"""How much closer letters stand that are joined, x-heights. Lines take their gaps from hands that
print; of 62 pairs of letters, composed by those gaps and joined in real words, the latter were so
much nearer from middle to middle."""
BOW = 0.02
"""How far joins of pictures bow out between their points, to go round smoothly, x-heights."""


@compiled
def measure_letters(
    nodes: Any, starts: Any, kinds: Any, figures: Any, em_px: float, ends: Any
) -> None:
    """Find the x-height and the writing line of each letter of a line.

    Args:
        nodes: ``int64 (nodes, 5)``: as `find_ends` takes them.
        starts: ``int64 (items + 1,)``.
        kinds: ``int64 (items,)``: what each item is like; below 0: it is never joined.
        figures: ``float64 (items, 4)``: as `JoinTable` has them.
        em_px: the line's em, which Chinese characters are measured by.
        ends: records of `END`, ``(items,)``; x-height and line are filled in.
    """
    for i in range(kinds.shape[0]):
        ends[i].unit = 0.0
        if kinds[i] < 0 or starts[i] == starts[i + 1]:
            continue
        top = bottom = float(nodes[starts[i], 1])
        for k in range(starts[i], starts[i + 1]):
            top, bottom = min(top, float(nodes[k, 1])), max(bottom, float(nodes[k, 1]))
        unit = X_HEIGHT_EM * em_px * 256.0
        if figures[i, HEIGHT] > 0.0:
            unit = (bottom - top) / figures[i, HEIGHT]
        if unit >= LEAST_UNIT:
            ends[i].unit, ends[i].line = unit, bottom - figures[i, BELOW] * unit


@compiled
def choose_joins(
    items: Any, kinds: Any, figures: Any, ends: Any, words: Any, odds: float, chinese_q16: int
) -> Any:
    """Choose which items of a line are joined to the next.

    Args:
        items: records of `ITEM`, ``(n,)``.
        kinds: ``int64 (n,)``: what each is like; below 0: it is never joined.
        figures: ``float64 (n, 4)``: as `JoinTable` has them.
        ends: records of `END`, filled in.
        words: ``uint64 (n,)``: chance.
        odds: of the hand, see `penline.measure.joins.odds_of`.
        chinese_q16: share of Chinese characters that are joined to the next, 1/65536.

    Returns:
        ``bool (n,)``.
    """
    n = items.shape[0]
    joined, shares = np.zeros(n, np.bool_), np.zeros(n)
    wanted = possible = 0.0
    for i in range(n - 1):
        whole = kinds[i] == ANYWHERE
        if kinds[i] < 0 or kinds[i + 1] < 0 or whole != (kinds[i + 1] == ANYWHERE):
            continue
        if items[i + 1].owner != items[i].owner + 1 or items[i].turned != items[i + 1].turned:
            continue
        if whole:
            joined[i] = can_join(ends[i], ends[i + 1])
            joined[i] = joined[i] and np.int64(words[i] >> np.uint64(48)) < chinese_q16
            continue
        own = odds * figures[i, LEAVING] * figures[i + 1, ENTERING]
        wanted += own / (1.0 + own)
        if can_join(ends[i], ends[i + 1]):
            shares[i] = own / (1.0 + own)
            possible += shares[i]
    more = wanted / possible if possible > 0.0 else 0.0
    for i in range(n - 1):
        if shares[i] > 0.0:
            share = np.int64(np.floor(min(shares[i] * more, 1.0) * 65536.0 + 0.5))
            joined[i] = np.int64(words[i] >> np.uint64(48)) < share
    return joined


class JoinChance(NamedTuple):
    """What decides about the joins of a line, or of a page's lines.

    Attributes:
        seed: of the set, which decides about hands.
        rng: chance, which decides about pairs.
    """

    seed: int
    rng: Draws


class Joiner:
    """Joins the letters of lines; made whole, and then only read.

    Args:
        banks: where glyphs come from.
        table: the characters.
        latin: how often letters are joined, as a recipe says it.
        chinese: share of neighbouring Chinese characters that are joined.

    Attributes:
        table: what joining asks of each entry.
    """

    def __init__(self, banks: BankSet, table: CharacterTable, latin: Joins, chinese: float) -> None:
        self._banks, self._latin, self._chinese = banks, latin, chinese
        self.table = join_table(table, chinese > 0)
        self._odds = {"never": 0.0, "always": ALWAYS}.get(str(latin), -1.0)
        if self._odds < 0 and latin != "measured":
            self._odds = odds_of(float(latin))
        self._measured = measured_odds() if self._odds < 0 else ()

    def with_table(self, table: CharacterTable) -> Joiner:
        """Make the same joiner for further characters."""
        return Joiner(self._banks, table, self._latin, self._chinese)

    def odds(self, seed: int, writer: str) -> float:
        """Find the odds of a hand, which keeps them in all lines of a set."""
        if self._odds >= 0:
            return self._odds
        return float(self._measured[round(habit(seed, writer) * STEPS)])

    def may_join(self, line: TextAssignment, seed: int) -> bool:
        """Tell whether a line has something to join, by a hand that joins.

        Args:
            line: what is written.
            seed: of the set, which decides about hands.
        """
        first = first_joined(line.items, self.table.kinds) if line.template < 0 else -1
        return first >= 0 and (self._chinese > 0 or self._odds_of(line, first, seed) > 0)

    def _odds_of(self, line: TextAssignment, first: int, seed: int) -> float:
        bank, writer = line.items["bank"][first], line.items["writer"][first]
        return self.odds(seed, self._banks.banks[bank].header.writers[writer].id)

    def join(
        self,
        strokes: LineStrokes,
        line: TextAssignment,
        placed: Placements,
        chance: JoinChance,
        pictures: Any = NO_PICTURES,
    ) -> tuple[LineStrokes, Placements]:
        """Join letters of a line, which come closer: what is on their right moves to the left.

        In cells, and in lines with text from the right, all stays in its place. Nothing is joined
        to a slip of the pen, and nothing in lines of templates.

        Args:
            strokes: of the items.
            line: what is written.
            placed: where each item goes.
            chance: decides.
            pictures: records of `END` of all items, as `place_ends` gives them; none where all
                letters are drawn from strokes.
        """
        items = line.items
        first = first_joined(items, self.table.kinds)
        if first < 0 or line.template >= 0:
            return strokes, placed
        odds, words = self._odds_of(line, first, chance.seed), chance.rng.words(len(items))
        free = placed.cells == 0 and line.levels is None
        chinese, closer = round(self._chinese * 65536), CLOSER if free else 0.0
        hand = placed.em_px, line.error_index, odds, chinese, closer
        made = join_line(items, strokes[:6], self.table, hand, words, pictures)
        if made is None:
            return strokes, placed
        moves, *arrays = made
        places, last = placed.places_q8.copy(), int(moves[-1])
        places[:, 0] -= moves
        placed = placed._replace(places_q8=places, width_px=max(placed.width_px - (last >> 8), 1))
        return LineStrokes._make((*arrays, strokes.pen)), placed


@compiled
def first_joined(items: Any, kinds_of: Any) -> int:
    """Find the first item of a line that is joined to others of its kind, if any; -1 for none."""
    for i in range(items.shape[0]):
        if items[i].row >= 0 and kinds_of[items[i].entry] >= 0:
            return i
    return -1


@compiled
def join_line(
    items: Any,
    strokes: Any,
    table: Any,
    hand: tuple[float, int, float, int, float],
    words: Any,
    pictures: Any,
) -> Any:
    """Join letters of a line.

    Args:
        items: records of `ITEM`, ``(n,)``.
        strokes: the first six of `LineStrokes`.
        table: a `JoinTable`.
        hand: the line's em, px; a character that is joined to none, or -1; the odds of the hand;
            the share of Chinese characters that are joined to the next, 1/65536; how much closer
            joined letters come, x-heights.
        words: ``uint64 (n,)``: chance.
        pictures: records of `END` of letters that came as pictures, ``(n,)``, or none.

    Returns:
        How far each item moves to the left, ``int64 (n,)``, 1/256 px, and the arrays of
        `LineStrokes`; None where nothing is joined.
    """
    points, radii, tones, stroke_ends, owners, bows = strokes
    em_px, apart, odds, chinese_q16, closer = hand
    n = items.shape[0]
    kinds, figures, ends = np.empty(n, np.int64), np.empty((n, 4)), np.empty(n, END)
    for i in range(n):
        kinds[i], figures[i] = table.kinds[items[i].entry], table.figures[items[i].entry]
        if items[i].row < 0 or items[i].owner == apart:
            kinds[i] = -1
    nodes, starts = pack_strokes(points, radii, tones, stroke_ends, owners, n)
    measure_letters(nodes, starts, kinds, figures, em_px, ends)
    reached = path_lengths(nodes)
    find_ends(nodes, reached, starts, kinds, ends)
    for i in range(pictures.shape[0]):
        if pictures[i].unit > 0.0 and starts[i] == starts[i + 1]:
            ends[i] = pictures[i]
    joined = choose_joins(items, kinds, figures, ends, words, odds, chinese_q16)
    if not joined.any():
        return None
    moves = np.zeros(n, np.int64)
    for i in range(1, n):
        moves[i] = moves[i - 1]
        if joined[i - 1] and kinds[i] != ANYWHERE:
            moves[i] += np.int64(np.floor(closer * ends[i - 1].unit))
        ends[i].exit_x -= moves[i]
        ends[i].entry_x -= moves[i]
        ends[i].exit_inner_x -= moves[i]
        ends[i].entry_inner_x -= moves[i]
        for k in range(starts[i], starts[i + 1]):
            nodes[k, 0] -= moves[i]
    made, past, whose, late, goes_on, cuts = add_joins(nodes, reached, starts, ends, joined)
    of_item = np.zeros(n, np.int64)
    for stroke in range(owners.shape[0]):
        of_item[owners[stroke]] = bows[stroke]
    bent, leads = np.zeros(past.shape[0], np.int64), np.zeros(past.shape[0], np.bool_)
    for stroke in range(past.shape[0]):
        item = whose[stroke]
        leads[stroke] = starts[item] == starts[item + 1]
        if leads[stroke]:
            bent[stroke] = np.int64(ends[item].unit * BOW)
        elif not cuts[stroke].any():
            bent[stroke] = of_item[item]
    pen = made[:, 2].copy(), made[:, 3].copy()
    return moves, made[:, :2].copy(), *pen, past, whose, bent, goes_on, late, cuts, leads


@compiled
def pack_strokes(points: Any, radii: Any, tones: Any, ends: Any, owners: Any, count: int) -> Any:
    """Bring strokes of a line into the form that `find_ends` takes.

    Args:
        points: as the next four of `LineStrokes`.
        radii: 1/256 px.
        tones: 1 to 255.
        ends: of strokes.
        owners: of strokes.
        count: of the line's items.

    Returns:
        ``int64 (points, 5)`` and ``int64 (count + 1,)``.
    """
    nodes, starts = np.empty((points.shape[0], 5), np.int64), np.zeros(count + 1, np.int64)
    first = 0
    for stroke in range(ends.shape[0]):
        for k in range(first, ends[stroke]):
            nodes[k, 0], nodes[k, 1] = points[k, 0], points[k, 1]
            nodes[k, 2], nodes[k, 3], nodes[k, 4] = radii[k], tones[k], 1 if k > first else 0
        first = ends[stroke]
        starts[owners[stroke] + 1] = first
    for i in range(count):
        starts[i + 1] = max(starts[i + 1], starts[i])
    return nodes, starts
