"""What becomes of ink that the publisher left without a label: one policy, all counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from penline.errors import UsageError
from penline.sources.overrides import Override, make_override

__all__ = ["UNKNOWN", "Policy"]

UNKNOWN = ("drop-line", "drop-char", "keep")
_STANDS_FOR = {"drop-char": "", "keep": "\ufffd"}


@dataclass(frozen=True, slots=True)
class Policy:
    """How units without a character are treated, and the counts of the whole run.

    Attributes:
        unknown: ``drop-line``, ``drop-char`` or ``keep``.
        counts: what was left out or is worth knowing, by reason.
        override: what the user says of the files, instead of their names.
        alphabet: the only characters that a label may hold; None for any.
        skip: lines of these types, by shell patterns, are left out.
        straight: lines are laid level along their baselines.
        height_px: lines are scaled to this height; None leaves them as they are.
        val: share of the writers whose lines are for validation; None keeps the sources' sides.
        skipped: how many lines each pattern of `skip` left out.
        kinds: the types of all lines and regions that came by.

    Raises:
        UsageError: `unknown` is none of these.
    """

    unknown: str
    counts: Counter[str] = field(default_factory=Counter)
    override: Override = field(default=make_override())
    alphabet: frozenset[str] | None = None
    skip: tuple[str, ...] = ()
    straight: bool = False
    height_px: int | None = None
    val: float | None = None
    skipped: Counter[str] = field(default_factory=Counter)
    kinds: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.unknown not in UNKNOWN:
            raise UsageError(f"unknown must be one of {', '.join(UNKNOWN)}, not {self.unknown!r}")

    def drop(self, reason: str) -> None:
        """Count one thing that was left out."""
        self.counts[reason] += 1

    def skips(self, *kinds: str) -> bool:
        """Tell whether a line is left out, by its type and its region's; counts."""
        named = [kind for kind in kinds if kind]
        self.kinds.update(named)
        for pattern in self.skip:
            if any(fnmatchcase(kind.lower(), pattern.lower()) for kind in named):
                self.skipped[pattern] += 1
                self.drop(f"lines of type {pattern}, skipped")
                return True
        return False

    def label(self, characters: Sequence[str | None], no_label: Callable[[], None]) -> str:
        """The label of a line; ``""`` where it has none.

        Args:
            characters: one for each unit, None where the ink has no label.
            no_label: called where units without a label cost the line its own.
        """
        lacking = characters.count(None)
        if not lacking:
            return "".join(c for c in characters if c is not None)
        self.counts[f"units without a character: {self.unknown}"] += lacking
        if self.unknown == "drop-line":
            no_label()
            return ""
        return "".join(_STANDS_FOR[self.unknown] if c is None else c for c in characters)

    def stands(self, character: str | None) -> bool:
        """Whether a unit has a character of its own in the label."""
        return character is not None or self.unknown == "keep"
