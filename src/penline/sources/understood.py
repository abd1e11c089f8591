"""How a collection of labelled pictures was understood, in words, before anything is made of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from penline.sources.reading import NOTHING_SAID, Reading
from penline.words import counted, printable

__all__ = ["PAGE", "Example", "Understood", "lines_understood"]

PAGE = "docs/own-characters.md"
"""The page that has all forms."""


@dataclass(frozen=True, slots=True)
class Example:
    """One picture of a collection, as it was understood.

    Attributes:
        file: its name.
        label: its character.
        writer: whose hand it is, or "" where that is not told.
        ink_percent: how much of it is ink.
        cut: what is cut out of it, ``"48 in 6 rows"``; "" of a picture of one character.
    """

    file: str
    label: str
    writer: str
    ink_percent: float
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """How a collection was understood.

    Attributes:
        form: ``"pictures in folders"``, ``"pixels in a CSV"``.
        label_rule: where the label comes from: ``"folder's name"``.
        classes: how many different labels were seen.
        writer_rule: where the writer comes from, or ``"not told"``.
        ink: what is ink, as `InkRule.words`.
        doubts: what speaks against it.
        examples: a few pictures.
        command: what makes a bank of it; of lines and pages a training set.
        look: what shows them; "" of characters.
        complete: `classes` counts all of it; False where only a part was looked at.
        many: each picture shows its character many times, and is cut apart.
        of_lines: its labels are texts of lines, and pictures stay as they are.
    """

    form: str
    label_rule: str
    classes: int
    writer_rule: str = "not told"
    ink: str = ""
    doubts: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    command: str = ""
    look: str = ""
    complete: bool = True
    many: bool = False
    of_lines: bool = False

    def lines(self) -> list[str]:
        """Say it in words: what was understood, what is ink, what is doubted."""
        ink = [f"ink: {self.ink}"] if self.ink else []
        return [f"understood as: {self.line()}", *ink, *self.doubts]

    def line(self) -> str:
        """Say it in one line.

        >>> Understood("pictures in folders", "folder's name", 3755).line()
        "label = folder's name (3,755 classes), writer = not told"
        """
        if self.of_lines:
            return f"lines of text, label = {self.label_rule}, writer = {self.writer_rule}"
        least = "" if self.complete else "at least "
        classes = f"{least}{counted(self.classes, 'class')}"
        many = ", many in each picture, cut apart" if self.many else ""
        return f"label = {self.label_rule} ({classes}), writer = {self.writer_rule}{many}"


def lines_understood(
    form: str, label_rule: str, writer_rule: str, path: str, reading: Reading = NOTHING_SAID
) -> Understood:
    """Return how lines or pages were understood, with what makes a set of them and shows them.

    Args:
        form: what they are, ``"pages in ALTO"``.
        label_rule: where the text comes from.
        writer_rule: where the writer comes from, or "".
        path: what the user named.
        reading: what the user said of columns and texts.
    """
    options = {"--columns": reading.columns, "--texts": reading.texts}
    said = [word for name, value in options.items() if value is not None for word in (name, value)]
    made, shown = (
        printable(shlex.join(["penline", verb, path, *said, "-o", out]))
        for verb, out in (("convert", "OUT"), ("sheet", "OUT.html"))
    )
    told = writer_rule or "not told"
    return Understood(form, label_rule, 0, told, command=made, look=shown, of_lines=True)
