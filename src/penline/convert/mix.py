"""Composed and real lines in one training side, at a given share; the sides stay apart.

The composed lines are those of finished sets that `penline compose` made. Lines for validation and
tests are the real ones, where there are any, and no line for training has their writer or, from six
characters on, their text.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from penline.errors import ExportError
from penline.records import Sample

__all__ = ["Mix"]

_LEAST = 6
"""Characters of a text that may not stand on both sides."""
_NOBODY = "unknown:"


@dataclass(slots=True)
class Mix:
    """Mixes two streams of lines, and counts.

    Attributes:
        share: of the lines for training, so many are composed, 0 to 1.
        drop: counts what was left out, by reason.
        lines: how many lines for training are ``composed`` and ``real``.
    """

    share: float
    drop: Callable[[str], None]
    lines: Counter[str] = field(default_factory=Counter)

    def mixed(
        self, composed: Iterable[Any], real: Iterable[Any], held: Iterable[Any]
    ) -> Iterator[Sample]:
        """Yield lines of both in turns, numbered on, until one has none left for its turn.

        Args:
            composed: the composed lines.
            real: the real lines.
            held: the real lines once more, read to the end before the first line is given.
        """
        writers, texts, judged = set(), set(), False
        for line in held:
            if line.side != "train":
                judged = True
                texts.add(line.text)
                if line.writer and not line.writer.startswith(_NOBODY):
                    writers.add(line.writer)

        def fits(line: Sample) -> bool:
            if line.writer in writers:
                self.drop("lines by a writer of validation or test")
            elif len(line.text) >= _LEAST and line.text in texts:
                self.drop("lines with a text of validation or test")
            else:
                return True
            return False

        index = 0
        streams = {"composed": iter(composed), "real": iter(real)}
        while True:
            made, found = self.lines["composed"], self.lines["real"]
            turn = "composed" if made * (1 - self.share) <= found * self.share else "real"
            line = next(streams[turn], None)
            if line is None:
                break
            if line.side != "train" and turn == "composed" and judged:
                self.drop("composed lines for validation: real lines judge")
                continue
            if line.side == "train":
                if not fits(line):
                    continue
                self.lines[turn] += 1
            yield _numbered(line, index, turn)
            index += 1
        other = "real" if turn == "composed" else "composed"
        for line in streams[other]:
            if line.side == "train" or (other == "composed" and judged):
                self.drop(f"{other} lines left over: the share holds without them")
            else:
                yield _numbered(line, index, other)
                index += 1
        if not all(self.lines[name] for name in streams):
            raise ExportError(
                f"nothing to mix: {self.lines['composed']} composed and {self.lines['real']} real "
                "lines are left for training; give sets with more writers and texts"
            )


def _numbered(line: Sample, index: int, made: str) -> Sample:
    return dataclasses.replace(
        line, index=index, drawn={**line.drawn, "simulated": made == "composed"}
    )
