"""How the command line speaks: lines of text, errors, progress."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
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
from rich.segment import Segment

from penline.machine import COMPILING, LOG

__all__ = [
    "Rate",
    "bar",
    "err",
    "fail",
    "out",
    "print_json",
    "show_log",
]

_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "?")


class _CleanConsole(Console):
    """A console that shows control characters of texts as ``?``: a terminal obeys them."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else text.translate(_CONTROLS), style, control)


out = _CleanConsole(soft_wrap=True, highlight=False, emoji=False)
err = _CleanConsole(stderr=True, soft_wrap=True, highlight=False, emoji=False)


def fail(message: str, code: int) -> NoReturn:
    """Print one line to the error stream and leave with `code`."""
    err.print(f"[red]penline:[/red] {escape(message)}")
    sys.exit(code)


class _ErrorStreamHandler(logging.Handler):
    """Prints what is logged as lines of the error stream."""

    def emit(self, record: logging.LogRecord) -> None:
        err.print(f"[yellow]penline:[/yellow] {escape(record.getMessage())}")


def show_log() -> None:
    """Show what penline logs (what a machine withholds, that kernels are compiled) to the user."""
    if not LOG.handlers:
        LOG.addHandler(_ErrorStreamHandler())
        LOG.setLevel(logging.INFO)


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
        task = bar.add_task(escape(what), total=None, rate=f"{unit}")

        def compiling(count: int) -> None:
            bar.update(task, rate=f"{unit}, compiling kernel {count}")

        COMPILING.append(compiling)
        try:
            yield bar, task
        finally:
            COMPILING.remove(compiling)


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
