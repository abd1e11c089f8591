"""Pages of a finished set held against the pages that their recipe makes."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from penline.check import Checked
from penline.compose import Composer
from penline.compose.page_masks import decompose_page, page_consistency_errors
from penline.durable import read_file
from penline.errors import ExportError, UnwritableLine
from penline.export import exporter_class
from penline.export.base import Options
from penline.export.examine import Findings
from penline.export.page_files import PAGES, PageFiles, Told, page_record
from penline.pages import Page
from penline.prove.pictures import BOX_APART_PX, picture_problem

__all__ = ["prove_pages"]

_MAX_LINE_BYTES = 1 << 28


def prove_pages(
    out: Path,
    report: Mapping[str, Any],
    composer: Composer,
    options: Options,
    found: Checked,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Prove every page of a set; see `penline.prove.ink.prove_ink`.

    Beside the pages themselves, all that the format writes of them is made again and held against
    the set's own: lists, XML, and ``pages.jsonl`` where there is one.

    Args:
        out: the set.
        report: its report.
        composer: what it was made with.
        options: how it was written.
        found: where problems and counts go.
        progress: called with lines done and lines in all.
    """
    made = exporter_class(str(report["run"]["to"]), "pages")
    if not issubclass(made, PageFiles):
        raise ExportError(f"{out}: not a set of pages")
    listed = {path: (side, texts) for side, path, texts in made.reread(out, report, Findings())}
    rows = _rows(out) if options.boxes else {}
    total = sum(report["lines"].values())

    def pages(exporter: PageFiles) -> Iterator[Told]:
        for path in sorted({*listed, *rows}):
            side, texts = listed.get(path, ("", []))
            if not texts and path not in listed:
                found.problems.append(f"{path}: no label tells of it")
            masks, problem = None, ""
            stem = PurePosixPath(path).stem
            try:
                if not stem.isdigit():
                    problem = "is not named by its index"
                else:
                    masks = decompose_page(composer.plan, composer.seed, int(stem))
            except UnwritableLine as error:
                problem = f"cannot be made again: {error}"
            if masks is None:
                found.problems.append(f"{path}: {problem}")
                continue
            page = masks.page
            wanted = page_record(page, path)
            problems = [
                *page_consistency_errors(masks),
                *_label_problems(page, side, texts),
                *(_told_problems(rows[path], wanted) if path in rows else ()),
                *_beside_problems(exporter, page, out / path),
                picture_problem(out / path, page.image, options, "page", _characters(page)),
            ]
            found.problems += [f"{path}: {problem}" for problem in problems if problem]
            if side in found.lines:
                found.lines[side] += len(page.lines)
            if progress:
                progress(min(sum(found.lines.values()), total), total)
            yield wanted

    with tempfile.TemporaryDirectory(prefix="penline-prove-") as folder:
        exporter = made(Path(folder), options)
        for name in exporter.lists(pages(exporter)):
            found.problems += _file_problems(out / name, Path(folder) / name)


def _rows(out: Path) -> dict[str, Told]:
    """What ``pages.jsonl`` tells of each page.

    Raises:
        ExportError: it is no such file.
    """
    rows: dict[str, Told] = {}
    with (out / PAGES).open("rb") as file:
        while line := file.readline(_MAX_LINE_BYTES):
            try:
                row = json.loads(line)
                rows[str(row["path"])] = row
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise ExportError(f"{out / PAGES}: not a list of pages ({error})") from None
    return rows


def _characters(page: Page) -> list[tuple[str, Any]]:
    return [
        (f"line {number}: character {item} ({line.items[item]})", quad)
        for number, line in enumerate(page.lines)
        for item, quad in enumerate(() if line.characters is None else line.characters)
    ]


def _label_problems(page: Page, side: str, texts: list[str]) -> Iterator[str]:
    if side != page.side:
        yield f"it is listed as {side or 'nothing'}, and made for {page.side}"
    if len(texts) != len(page.lines):
        yield f"it has labels for {len(texts)} lines, and {len(page.lines)} lines"
        return
    for number, (text, line) in enumerate(zip(texts, page.lines, strict=True)):
        if text != line.text:
            yield f"line {number}: its label is {text!r}, what is written {line.text!r}"


def _told_problems(row: Told, wanted: Told) -> Iterator[str]:
    """What ``pages.jsonl`` has otherwise than it was made."""
    wanted = json.loads(json.dumps(wanted))
    if not isinstance(row.get("lines"), list) or len(row["lines"]) != len(wanted["lines"]):
        yield f"{PAGES} has other lines"
        return
    for number, (one, other) in enumerate(zip(row["lines"], wanted["lines"], strict=True)):
        for name in other:
            if not isinstance(one, dict) or one.get(name) == other[name]:
                continue
            moved = _moved(one.get(name), other[name]) if name == "characters" else []
            for item in moved:
                character = other.get("entries", other["text"])[item]
                yield f"line {number}: the box of character {item} ({character}) was moved"
            if not moved:
                yield f"line {number}: its {name} in {PAGES} is not what was made"
    for name in wanted:
        if name != "lines" and row.get(name) != wanted[name]:
            yield f"its {name} in {PAGES} is not what was made"


def _moved(quads: Any, wanted: Any) -> list[int]:
    """Which boxes are not where they were made; nothing where they are not boxes at all."""
    try:
        one, other = np.array(quads, np.float64), np.array(wanted, np.float64)
    except (TypeError, ValueError):
        return []
    if one.shape != other.shape or one.ndim != 3:
        return []
    return list(np.flatnonzero(np.abs(one - other).max((1, 2)) > BOX_APART_PX).tolist())


def _beside_problems(exporter: PageFiles, page: Page, picture: Path) -> Iterator[str]:
    """Files beside the picture that are not as they were made."""
    for name, data in exporter.beside(page, picture.name, Counter()).items():
        problems = _line_problems(picture.with_name(name), data.splitlines())
        yield from (f"{name}: {problem}" for problem in problems)


def _file_problems(file: Path, made: Path) -> list[str]:
    return [f"{file.name}: {p}" for p in _line_problems(file, read_file(made).splitlines())]


def _line_problems(file: Path, wanted: list[bytes]) -> Iterator[str]:
    """The first line of a file that is not as it was made; the program's version may differ."""
    if not file.is_file():
        yield "missing"
        return
    found = read_file(file).splitlines()
    for number, (one, other) in enumerate(zip(found, wanted, strict=False), 1):
        if one != other and b"penline" not in other:
            yield f"line {number} is not what was made"
            return
    if len(found) != len(wanted):
        yield f"{len(found)} lines, {len(wanted)} were made"
