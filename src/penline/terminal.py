"""What the command line prints: messages, progress, facts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

if TYPE_CHECKING:
    from penline.api import FileFacts
    from penline.census import Census

__all__ = ["Rate", "bar", "err", "fail", "out", "print_census", "print_facts", "print_json"]

out = Console(soft_wrap=True, highlight=False, emoji=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)


def fail(message: str, code: int) -> NoReturn:
    """Print one line to the error stream and leave with `code`."""
    err.print(f"[red]penline:[/red] {escape(message)}")
    sys.exit(code)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))  # noqa: T201


@contextmanager
def bar(what: str, unit: str) -> Iterator[tuple[Progress, Any]]:
    """A progress bar on a terminal, nothing in a pipe."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        yield bar, bar.add_task(escape(what), total=None, rate=f"{unit}")


class Rate:
    """Feeds a bar and shows how many a second."""

    def __init__(self, bar: Progress, task: Any, unit: str) -> None:
        self.bar, self.task, self.unit = bar, task, unit
        self.first: int | None = None

    def __call__(self, done: int, total: int | None = None) -> None:
        if self.first is None:
            self.first = done
        seconds = self.bar.tasks[0].elapsed or 0.0
        rate = f"{(done - self.first) / seconds:,.0f} {self.unit}/s" if seconds > 0 else ""
        self.bar.update(self.task, completed=done, total=total, rate=rate)


def print_facts(one: FileFacts) -> None:
    """Print what one file is."""
    out.print(f"[bold]{escape(one.file)}[/bold]: {one.kind}", end="")
    out.print(f" ({escape(one.card)})" if one.card else "")
    noun = "glyphs" if one.kind == "bank" else "records"
    out.print(f"  {one.records:,} {noun}, {one.characters:,} characters", end="")
    parts = ", ".join(f"{name or 'part not known'} {n:,}" for name, n in one.parts.items())
    out.print(f"; {escape(parts)}")
    most = sorted(one.writers.items(), key=lambda item: (-item[1], item[0]))
    for writer, count in most[:20]:
        out.print(f"  {escape(writer)}: {count:,}")
    if len(most) > 20:
        out.print(f"  and {len(most) - 20:,} more writers")
    for defect in one.defects:
        out.print(f"  [red]defect[/red] {escape(str(defect))}")
    if one.defect_count > len(one.defects):
        out.print(f"  and {one.defect_count - len(one.defects):,} more defects")


def print_census(found: Census) -> None:
    """Print what a census found: figures, defects, a verdict."""
    colours = {"equal": "green", "conflict": "yellow", "differs": "red", "not published": "dim"}
    table = Table(box=None, pad_edge=False)
    for column in ("data set", "part", "what", "found", "published", "verdict"):
        table.add_column(column, justify="right" if column == "found" else "left")
    for figure in found.figures:
        scope = "" if figure.scope == "everything" else f" ({figure.scope})"
        published = ", ".join(f"{value:,} {escape(f'[{key}]')}" for value, key in figure.published)
        colour = colours[figure.verdict]
        table.add_row(
            escape(figure.card),
            figure.part,
            figure.what + scope,
            f"{figure.found:,}",
            published,
            f"[{colour}]{figure.verdict}[/{colour}]",
        )
    if found.figures:
        out.print(table)
    for defect in found.defects[:20]:
        out.print(f"[red]defect[/red] {escape(str(defect))}")
    if found.defect_count > 20:
        out.print(f"and {found.defect_count - 20:,} more defects")
    for file, records in list(found.without_card.items())[:20]:
        out.print(f"[red]of no known data set[/red] {escape(file)}: {records:,} records")
    verdict = "as published" if found.whole else "not as published"
    out.print(f"{found.files:,} files, {found.records:,} records: {verdict}")
