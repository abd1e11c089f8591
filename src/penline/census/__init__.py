"""Read every record, count, and hold the counts against what was published."""

from penline.census.report import Census, Figure, Finding, Note, Published
from penline.census.run import census

__all__ = ["Census", "Figure", "Finding", "Note", "Published", "census"]
