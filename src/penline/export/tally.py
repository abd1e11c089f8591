"""What the report says of the lines of a data set, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from penline.errors import no_line
from penline.export.base import Report
from penline.export.examine import Findings
from penline.words import counted

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """Counts over all shards.

    Attributes:
        lines: labels, by side.
        characters: how often each character stands in the labels.
        counts: what was skipped, dropped or borrowed, by reason.
        errors: lines that could not be made.
        longest: characters of the longest label.
        size: bytes of all pictures.
    """

    lines: dict[str, int]
    characters: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    longest: int = 0
    size: int = 0

    def label(self, side: str, text: str) -> None:
        """Count one label."""
        self.lines[side] = self.lines.get(side, 0) + 1
        self.characters.update(text)
        self.longest = max(self.longest, len(text))

    def shard(self, shard: Mapping[str, Any]) -> None:
        """Count what a shard says of itself beside its labels."""
        self.counts.update(shard["counts"])
        self.errors += shard["errors"]
        self.size += shard["bytes"]

    def totals(self) -> Report:
        """The counts as ``report.json`` has them.

        Raises:
            ExportError: there is not one label.
        """
        if not any(self.lines.values()):
            raise no_line(self.errors[0] if self.errors else "")
        return {
            "lines": self.lines,
            **self._labels(),
            "image_bytes": self.size,
            "skipped": dict(sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))),
            "errors": self.errors,
        }

    def compare(self, report: Mapping[str, Any], found: Findings) -> None:
        """Hold the counts of labels that were read again against the report."""
        found.lines.update(self.lines)
        for side, count in report["lines"].items():
            if self.lines.get(side, 0) != count:
                found.add(
                    f"{side}: {counted(self.lines.get(side, 0), 'line')}, the report says {count}"
                )
        for what, count in self._labels().items():
            if report.get(what) != count:
                found.add(f"report.json: says {report.get(what)} {what}, there are {count}")

    def _labels(self) -> dict[str, int]:
        spaces = self.characters[" "]
        return {
            "characters": sum(self.characters.values()) - spaces,
            "spaces": spaces,
            "classes": len(self.characters.keys() - {" "}),
            "longest_label": self.longest,
        }
