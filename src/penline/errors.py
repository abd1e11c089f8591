"""Error classes of penline. Each is also the built-in error that it resembles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penline.words import at_byte

__all__ = [
    "OVERWRITE",
    "BankError",
    "CatalogueError",
    "CorpusError",
    "ExportError",
    "FormatError",
    "Interrupted",
    "MissingExtra",
    "PenlineError",
    "RecipeError",
    "UnwritableLine",
    "UsageError",
    "WorkerDied",
    "naming_salvage",
    "no_line",
    "refuse_taken",
]

OVERWRITE = "pass --overwrite (in Python: overwrite=True)"
"""What to do about a name that is taken: errors of the library reach both its users."""


class PenlineError(Exception):
    """Base of every error that penline raises on purpose."""


class FormatError(PenlineError, ValueError):
    """Bytes that are not what their format says.

    Attributes:
        file: the file, or ``archive.zip::member``.
        offset: byte offset of the field in the file (or in the unpacked member).
        field: name of the field, as in the format's table.
        expected: what the format asks for.
        found: what the file holds.
    """

    def __init__(self, file: str, offset: int, field: str, expected: str, found: str) -> None:
        super().__init__(file, offset, field, expected, found)
        self.file = file
        self.offset = offset
        self.field = field
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return (
            f"{self.file}: {at_byte(self.offset, self.field)}{self.field}: "
            f"expected {self.expected}, found {self.found}"
        )


@contextmanager
def naming_salvage() -> Iterator[None]:
    """Add to an error of the records read within what leaves damaged ones out."""
    try:
        yield
    except FormatError as error:
        error.add_note(
            "get the file again, or pass --salvage (in Python: salvage=True), which leaves damaged "
            "records out, counted"
        )
        raise


class BankError(PenlineError, ValueError):
    """A bank that cannot be opened, trusted or written."""


class CatalogueError(PenlineError, LookupError):
    """A card that is missing or says something impossible."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class CorpusError(PenlineError, ValueError):
    """A text source that cannot be read or holds nothing usable."""


class RecipeError(PenlineError, ValueError):
    """A recipe that is not valid, or that its banks cannot serve."""


class UnwritableLine(PenlineError, LookupError):
    """No sentence could be written for one index, within the recipe's number of tries."""

    def __init__(
        self, index: int, tries: int, reason: str, counts: dict[str, int] | None = None
    ) -> None:
        super().__init__(index, tries, reason, counts)
        self.index = index
        self.tries = tries
        self.reason = reason
        self.counts = counts or {}

    def __str__(self) -> str:
        return f"sample {self.index}: no line could be made, {self.tries} tried: {self.reason}"


class ExportError(PenlineError, OSError):
    """An output that cannot be written, or is not as it should be."""


def no_line(why: object) -> ExportError:
    """The error of a run that made no line, with what to do.

    Args:
        why: the first line's reason; ``""`` where none is known.
    """
    return ExportError(
        f"no line was made{f': {why}' if why else ''}; give text and banks in which one writer has "
        "a line's characters, or leave those out by corpus: {missing: drop-char} in the recipe"
    )


class UsageError(PenlineError, ValueError):
    """Arguments that do not fit together; the command line exits with 2."""


class MissingExtra(PenlineError, ImportError):
    """An optional dependency that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(what, extra)
        self.what = what
        self.extra = extra

    def __str__(self) -> str:
        clone = Path(__file__).parents[2]
        name = "penline"
        if (clone / "pyproject.toml").is_file():
            name = "." if clone == Path.cwd() else str(clone)
        return f"{self.what} needs an optional package: pip install '{name}[{self.extra}]'"


class WorkerDied(PenlineError, RuntimeError):
    """A worker process ended without a word: killed, or out of memory."""


class Interrupted(PenlineError, RuntimeError):
    """The user stopped a run; what is finished stands, and the message says how to go on."""


def refuse_taken(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """See that a file may be written under that name.

    Raises:
        UsageError: a folder bears it; or a file does, and `overwrite` is false.
    """
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder; choose another name")
    if os.path.lexists(path) and not overwrite:
        raise UsageError(f"{path} exists; choose another name or {OVERWRITE}")
