"""Sheets: one self-contained HTML file of a bank, an archive, a data set or a census report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penline.bank import open_bank
from penline.bank.layout import HEADER
from penline.durable import made
from penline.errors import FormatError, UsageError, refuse_taken
from penline.export.run import REPORT, put
from penline.look.archive import count_glyphs, sample_archive
from penline.look.census import REPORT_SUFFIX, census_data
from penline.look.glyphs import choose_rows, count_bank, glyph_data
from penline.look.lines import line_data
from penline.look.page import page
from penline.look.seen import has_texts, open_texts
from penline.look.set_lines import format_of, read_report
from penline.look.texts import text_data
from penline.randomness import Draws, rng
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.unit import Unit
from penline.words import printable

__all__ = ["SheetFacts", "sheet"]

_STAGE = "sheet"
_SUFFIXES = (".html", ".htm")
_LINES = ("app/static/seen.js", "lines.js")
_SCRIPTS = {
    "glyphs": ("inflate.js", "grid.js", "glyphs.js"),
    "lines": _LINES,
    "pages": _LINES,
    "pages and lines": _LINES,
    "findings": ("census.js",),
}
"""What runs on a page of each kind, after what all of them have."""


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a sheet shows.

    Attributes:
        path: the file.
        kind: ``"glyphs"``, ``"lines"``, ``"pages"``, ``"pages and lines"`` or ``"findings"``.
        shown: how many of them are on the page.
        total: how many the source holds.
    """

    path: Path
    kind: str
    shown: int
    total: int


def sheet(
    source: Path | str,
    out: Path | str,
    *,
    limit: int = 2000,
    seed: int = 0,
    overwrite: bool = False,
    reading: Reading = NOTHING_SAID,
) -> SheetFacts:
    """Write one HTML file to look at; it opens from disk and loads nothing.

    A bank or an archive gives glyphs by character and by writer, and damaged records with a
    picture of their bytes; a finished data set, and whatever else `convert` reads as lines or
    pages, gives its lines with their text and boxes, and pages with their outlines, baselines and
    reading order; what ``penline census --json`` printed gives its figures and findings. Where
    there is more than `limit`, the page says how many it shows; which ones depends on `seed`
    alone. The same source gives the same bytes.

    Args:
        source: a bank; a file of records, a zip archive or a folder of them; a data set; lines or
            pages of any form; or a census report, ``.json``.
        out: the file to write; its name ends in ``.html``.
        limit: at most so many glyphs, lines or pages.
        seed: any whole number from 0 up.
        overwrite: replace a file of that name.
        reading: what pictures are, where their names do not tell it.

    Raises:
        UsageError: a path that does not exist, a name that is taken or is not a page's; options of
            `reading` that do nothing there.
        FormatError: not one sound record, line or page.
        BankError: a damaged bank.
        ExportError: a data set that is not as it should be.
    """
    source, out = Path(source), Path(out)
    if limit < 1:
        raise UsageError("limit must be at least 1")
    if out.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{out}: a sheet is one file, and its name ends in .html")
    refuse_taken(out, overwrite=overwrite)
    if not source.exists():
        raise UsageError(f"{source} does not exist")
    title = printable(source.resolve().name or str(source))
    draws = rng(seed, 0, _STAGE)
    if (source / HEADER).is_file():
        _says_nothing(reading, f"{source} is a bank")
        bank = open_bank(source)
        rows = choose_rows(bank, limit, draws)
        data, blocks = glyph_data(bank, rows, title, "bank", count_bank(bank))
        return _write(out, title, data, blocks)
    if (source / REPORT).is_file():
        _says_nothing(reading, f"{source} is a finished set, which says itself what it is")
        return _write(out, title, _set_data(source, title, limit, draws))
    if (source / ".penline").is_dir():
        raise UsageError(f"{source} is an unfinished data set; repeat its command to go on with it")
    files = _units(source, reading)
    if files is None:
        _says_nothing(reading, f"{source} is taken for a census report")
        return _write(out, title, census_data(source, title))
    found = None if all(map(has_texts, files)) else count_glyphs(files)
    if found is None or (found.lines and not found.characters.size):
        if reading.labels or reading.classes or reading.keep_odd:
            raise UsageError(
                f"{source} holds lines: --labels, --classes and --keep-odd are for pictures of "
                "characters; leave them out"
            )
        return _write(out, title, text_data(source, files, title, limit, draws))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder) / "shown.bank"
        bank, counted = sample_archive(source, files, found, place, limit, draws)
        data, blocks = glyph_data(bank, range(len(bank)), title, "archive", counted)
        facts = _write(out, title, data, blocks)
        del bank, blocks  # some systems remove no file that is mapped
    return facts


def _units(source: Path, reading: Reading) -> list[Unit] | None:
    """The units of a source; None of a file that may be a census report, and is nothing else."""
    try:
        return open_texts(source, reading, "either")
    except FormatError:
        if source.suffix.lower() != REPORT_SUFFIX:
            raise
        return None


def _says_nothing(reading: Reading, what: str) -> None:
    if reading != NOTHING_SAID:
        raise UsageError(f"{what}: leave options of how pictures are read out")


def _set_data(source: Path, title: str, limit: int, draws: Draws) -> dict[str, Any]:
    """The data of a finished set: by its own lists of pictures in folders, else as it is read."""
    report = read_report(source)
    if format_of(report):
        return line_data(source, report, title, limit, draws)
    return text_data(source, open_texts(source), title, limit, draws, report)


def _write(
    out: Path, title: str, data: Mapping[str, Any], blocks: Iterable[str] = ()
) -> SheetFacts:
    kind = data["unit"]
    scripts = ("base.js", "plots.js", *_SCRIPTS[kind])
    with made(out.parent):
        put(out, page(f"{title} · {data['kind']} · penline", scripts, data, blocks=blocks))
    return SheetFacts(out, kind, data["shown"], data["total"])
