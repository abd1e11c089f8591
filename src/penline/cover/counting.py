"""What of a text can be written, counted block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from penline.bank.line_cover import BORROWED, DROPPED, WHOLE, cover_lines
from penline.bidi import RIGHT_TO_LEFT, UNMIRRORED, levels_of, mirrored
from penline.compose.second_writer import is_latin
from penline.corpus.breaks import break_flags
from penline.corpus.cut import cover as cut_lines
from penline.corpus.normal import (
    LAST_CODE_POINT,
    LINE_FEED,
    SPACE,
    Codes,
    decoded,
    normalised,
)
from penline.cover.advising import advice
from penline.cover.hands import Hands
from penline.errors import CorpusError
from penline.randomness import rng
from penline.recipe import Recipe

__all__ = ["TextCoverage"]

Ints = npt.NDArray[np.int64]

_POLICIES = {
    "skip-line": WHOLE,
    "drop-char": WHOLE | DROPPED,
    "near-writer": WHOLE | BORROWED,
    "other-writer": WHOLE | BORROWED,
}
"""By what is done with characters that are missing: which lines are written."""
_SEVERAL = 1 << 17
"""So many different entries of several code points are told apart; they are numbered behind the
code points."""
_NUMBERS = LAST_CODE_POINT + 1 + _SEVERAL
_TOGETHER = 4096
"""Characters whose writers are looked at together."""


class TextCoverage:
    """Counts what can be written, block by block of the text."""

    def __init__(self, hands: Hands, recipe: Recipe) -> None:
        self._hands, self._recipe, self._policy = hands, recipe, recipe.corpus
        self._occurs = np.zeros(_NUMBERS, np.int64)
        self._row_of = np.full(_NUMBERS, -1, np.int64)
        self._several: dict[str, int] = {}
        self._present: list[int] = []
        self._rows: list[npt.NDArray[np.uint64]] = []
        self._folded: list[npt.NDArray[np.uint64]] = []
        self._guests: list[bool] = []
        self._chance = rng(0, 0, "cover")
        self._inside = 0
        self._states = np.zeros(8, np.int64)
        self._folded_states = np.zeros(8, np.int64)
        self._by_writer = np.zeros(64 * hands.among.size, np.int64)
        self._costs = np.zeros((_NUMBERS, 2), np.int64)

    @property
    def lines(self) -> int:
        """How many there were."""
        return int(self._states.sum())

    def add(self, text: str) -> None:
        """Take in a block of whole paragraphs."""
        codes, _, _ = normalised(text, nfkc=self._policy.nfkc)
        if not codes.size:
            return
        kept = codes != LINE_FEED
        flags = break_flags(codes)[kept]
        offsets = np.concatenate([[0], np.flatnonzero(~kept) - np.arange((~kept).sum())])
        codes = np.ascontiguousarray(codes[kept])
        shortest, longest = self._policy.length_range
        word = self._chance.word()
        if self._policy.lines == "whole":
            lengths = np.diff(offsets)
            usable = (lengths >= shortest) & (lengths <= longest)
            starts, ends = offsets[:-1][usable], offsets[1:][usable]
        else:
            starts, ends = cut_lines(flags, offsets, shortest, longest, np.uint64(word))
        spans = np.stack([starts, ends], 1)
        if RIGHT_TO_LEFT.search(text) is not None or self._hands.banks.cutter.may_part(text):
            codes, spans = self._shown(codes, spans)
        self._occurs += np.bincount(codes, minlength=_NUMBERS)
        self._know(codes)
        self._inside += int((spans[:, 1] - spans[:, 0]).sum())
        rows, folded = np.array(self._rows), np.array(self._folded)
        states = self._look(codes, spans, rows, self._by_writer, self._costs)
        self._states += states
        if not self._policy.nfkc and (rows != folded).any():
            rest = np.zeros_like(self._by_writer), np.zeros_like(self._costs)
            states = self._look(codes, spans, folded, *rest)
        self._folded_states += states

    def _look(self, codes: Codes, spans: Ints, rows: Any, by_writer: Ints, costs: Ints) -> Ints:
        """How many lines there are of each state."""
        states, own = np.empty(len(spans), np.uint8), np.zeros((len(rows), 2), np.int64)
        limits = np.array([self._policy.length_range[0], self._policy.borrow_most])
        who = self._row_of, rows, self._hands.among, np.array(self._guests)
        cover_lines(codes, spans, *who, limits, states, by_writer, own)
        costs[self._present] += own
        return np.bincount(states, minlength=8)

    def _know(self, codes: Codes) -> None:
        """Find out who can write what was not met before."""
        new = np.flatnonzero(np.bincount(codes))
        new = new[self._row_of[new] < 0]
        for code, character in zip(new.tolist(), self._entries(new), strict=True):
            self._row_of[code] = len(self._present)
            self._present.append(code)
            self._rows.append(self._hands.writers_covering(character))
            self._folded.append(self._hands.covering_folded(character))
            self._guests.append(self._policy.latin == "second" and is_latin(character))

    def _shown(self, codes: Codes, spans: Ints) -> tuple[Codes, Ints]:
        """The text in entries, as lines from the right to the left show them, by their numbers."""
        vertical = self._recipe.layout.direction == "vertical"
        parts: list[Codes] = []
        places, done, at = np.empty_like(spans), 0, 0
        for number, (start, end) in enumerate([*spans.tolist(), (codes.size, codes.size)]):
            for first, last, in_line in ((at, start, False), (start, end, True)):
                line = self._hands.banks.cut(decoded(codes[first:last]))
                levels = levels_of(line) if in_line else None
                if levels is not None:
                    line = UNMIRRORED * len(line) if vertical else mirrored(line, levels)
                parts.append(np.array([self._number(one) for one in line], np.uint32))
                if in_line and number < len(places):
                    places[number] = done, done + len(line)
                done += len(line)
            at = end
        return np.concatenate(parts), places

    def _number(self, entry: str) -> int:
        """The number of an entry: its code point, or a further one."""
        if len(entry) == 1:
            return ord(entry)
        number = self._several.setdefault(entry, LAST_CODE_POINT + 1 + len(self._several))
        if number >= _NUMBERS:
            raise CorpusError(
                f"the text has more than {_SEVERAL:,} different letters with marks; "
                "give less text at a time"
            )
        return number

    def _entries(self, numbers: Ints) -> list[str]:
        """The entries of numbers."""
        several = list(self._several)
        known = LAST_CODE_POINT + 1
        return [chr(one) if one < known else several[one - known] for one in numbers.tolist()]

    def counts(self) -> dict[str, Any]:
        """What was found, see `cover`."""
        codes = np.array(self._present)
        rows, occurs = np.array(self._rows) & self._hands.among, self._occurs[codes]
        inked = (occurs > 0) & (codes != SPACE)
        codes, rows, occurs = codes[inked], rows[inked], occurs[inked]
        held = rows.any(1)
        policies = {name: _written(self._states, mask) for name, mask in _POLICIES.items()}
        if self._hands.anybody is not None:
            policies = {name: policies[name] for name in ("skip-line", "drop-char")}
        missing = self._policy.missing if self._policy.missing in policies else "skip-line"
        if not self._policy.nfkc:
            policies["nfkc"] = _written(self._folded_states, _POLICIES[missing])
        lacks = self._lacks(codes, rows)
        return {
            "characters": _share(int(occurs.sum()), int(occurs[held].sum())),
            "classes": _share(len(codes), int(held.sum())),
            "lines": _share(self.lines, policies[missing]),
            "policies": policies,
            "outside": int(self._occurs.sum()) - self._inside,
            "writers": self._writers(rows, occurs),
            "lacks": lacks,
            "advice": advice(self.lines, missing, policies, lacks),
        }

    def _writers(self, rows: npt.NDArray[np.uint64], occurs: Ints) -> list[dict[str, Any]]:
        """A row for each writer whose lines there may be, the best first."""
        size = self._by_writer.size
        characters, classes = np.zeros(size, np.int64), np.zeros(size, np.int64)
        for first in range(0, len(rows), _TOGETHER):
            bits = _unpacked(rows[first : first + _TOGETHER])
            characters += occurs[first : first + _TOGETHER] @ bits
            classes += bits.sum(0, dtype=np.int64)
        order = np.lexsort((-characters, -self._by_writer))
        chosen = _unpacked(self._hands.among)
        return [
            {
                "writer": self._hands.names[at],
                "lines": int(self._by_writer[at]),
                "characters": int(characters[at]),
                "classes": int(classes[at]),
            }
            for at in order.tolist()
            if at < len(self._hands.names) and chosen[at]
        ]

    def _lacks(self, codes: Ints, rows: npt.NDArray[np.uint64]) -> list[dict[str, Any]]:
        """A row for each character that keeps lines from being written, the costliest first."""
        lines, alone = self._costs[codes].T
        holders = _unpacked(rows).sum(1, dtype=np.int64) if len(rows) else lines
        order = np.lexsort((codes, -alone, -lines))
        names = self._entries(codes)
        return [
            {
                "character": names[at],
                "code": " ".join(f"U+{ord(one):04X}" for one in names[at]),
                "occurs": int(self._occurs[codes[at]]),
                "lines": int(lines[at]),
                "alone": int(alone[at]),
                "writers": int(holders[at]),
                "why": self._hands.why(names[at], int(holders[at])),
            }
            for at in order[: np.count_nonzero(lines)].tolist()
        ]


def _unpacked(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Bits as numbers, the last axis 64 times as long."""
    return np.unpackbits(bits.astype("<u8").view(np.uint8), axis=-1, bitorder="little")


def _written(states: Ints, mask: int) -> int:
    return sum(count for state, count in enumerate(states.tolist()) if state & mask)


def _share(text: int, written: int) -> dict[str, Any]:
    return {"text": text, "written": written, "share": round(written / text, 4) if text else 0.0}
