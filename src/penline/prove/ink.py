"""Prove a finished set by making it again, glyph by glyph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from penline.bank import Bank
from penline.check import Checked, read_report
from penline.corpus import Corpus
from penline.errors import UsageError
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES, Options
from penline.export.page_files import PAGES
from penline.prove.lines import line_problems, rows_of
from penline.prove.pages import prove_pages
from penline.prove.recipe import RecipeFiles, composer_of

__all__ = ["prove_ink"]


def prove_ink(
    out: Path,
    banks: Sequence[Bank],
    corpus: Corpus,
    progress: Callable[[int, int], None] | None = None,
    *,
    files: RecipeFiles | None = None,
) -> Checked:
    """Prove each label and box of a finished set of composed lines or pages.

    Every line, or page, is made again from its recipe, glyph by glyph: its ink must be the union of
    its glyphs' masks, every character must be spelled by its glyphs and own ink inside its box and
    nowhere else, and the set's picture, label and boxes must be those of the line. What is printed
    on a form has no glyphs: its labels and outlines alone are held against the form.

    Args:
        out: a set of ``paddleocr``, or of a format of pages.
        banks: the banks it was made from, in that order.
        corpus: the text it was made from.
        progress: called with lines done and lines in all.
        files: the recipe's own files, where they lie elsewhere now.

    Raises:
        ExportError: not a finished set of composed lines.
        UsageError: a bank or a text is not the one that it was made from.
    """
    report = read_report(out)
    to, run = str(report["run"]["to"]), report["run"]
    of_pages = to in EXPORTERS and exporter_class(to, *TAKES).takes == "pages"
    if to != "paddleocr" and not of_pages:
        raise UsageError(f"{out}: the ink of a set in {to} cannot be proven yet")
    composer = composer_of(report, out, banks, corpus, files=files)
    options = Options(
        str(run["format"]),
        int(run["quality"]),
        boxes=(out / PAGES).is_file(),
        splits=tuple(report["lines"]),
        turned=bool(run.get("turned")),
    )
    found = Checked(out, dict.fromkeys(report["lines"], 0))
    if of_pages:
        prove_pages(out, report, composer, options, found, progress)
        return found
    total = sum(report["lines"].values())
    for side in report["lines"]:
        for row in rows_of(out, side):
            found.lines[side] += 1
            problems = line_problems(composer, row, out, options)
            found.problems += [f"{row.path}: {problem}" for problem in problems]
            if progress:
                progress(sum(found.lines.values()), total)
    return found
