"""Patterns of names: which piece of a file's path is the label, the writer, the part."""

from __future__ import annotations

import re
from typing import NamedTuple

from penline.errors import UsageError
from penline.sources.pictures.forms import CASES, CLASS, FORMS, PARTS

__all__ = ["NamePieces", "Pattern"]

_FIELD = re.compile(r"\{(?P<name>[a-z]*)(?::(?P<form>[a-z0-9-]+))?\}|(?P<any>\*)")
_KNOWN = ("label", "writer", "part", "case")
_ADVICE = (
    "a pattern is names with / between them, as '{writer}/{label}/*.png': {label}, {writer}, "
    "{part} and {case} stand for what they say, {} and * for anything; "
    f"{{label:FORM}} says how the label is written: {', '.join((*FORMS, CLASS))}"
)


class NamePieces(NamedTuple):
    """The pieces of one path.

    Attributes:
        label: the piece that is the label.
        writer: that of the writer, or "".
        part: that of the part, or "".
        case: ``"upper"`` or ``"lower"``, or "".
    """

    label: str
    writer: str
    part: str
    case: str


class Pattern:
    """Finds label, writer and part in paths; it fits the end of a path, folder by folder.

    Args:
        text: ``"{writer}/{label}/*.png"``. Where its last name has no dot, endings do not count.

    Attributes:
        text: as given.
        form: the label's form, where the pattern says it; "" where it does not.

    Raises:
        UsageError: a field that does not exist, or no label.
    """

    def __init__(self, text: str) -> None:
        self.text, self.form = text, ""
        fields: list[str] = []
        pieces, at = [], 0
        for found in _FIELD.finditer(text):
            pieces.append(_literal(text[at : found.start()]))
            at = found.end()
            name, form = found["name"] or "", found["form"] or ""
            if found["any"] or not name:
                pieces.append("[^/]*" if found["any"] else "[^/]*?")
                continue
            if name not in _KNOWN or name in fields or (form and name != "label"):
                raise UsageError(f"{text!r}: {found[0]} is no field, or stands twice; {_ADVICE}")
            if form and form not in (*FORMS, CLASS):
                raise UsageError(f"{text!r}: no form of labels is called {form!r}; {_ADVICE}")
            fields.append(name)
            self.form = form or self.form
            pieces.append(f"(?P<{name}>[^/]+?)")
        pieces.append(_literal(text[at:]))
        if "label" not in fields:
            raise UsageError(f"{text!r}: a pattern without {{label}}; {_ADVICE}")
        ending = "" if "." in text.rpartition("/")[2] else r"(?:\.[^./]+)?"
        self._match = re.compile(f"(?:.*/)?{''.join(pieces)}{ending}", re.DOTALL).fullmatch
        self.fields = tuple(fields)
        self._any_file = text.endswith("/*")
        self._last: tuple[str, NamePieces | None] = "", None

    def __reduce__(self) -> tuple[type[Pattern], tuple[str]]:
        return type(self), (self.text,)

    def __call__(self, path: str) -> NamePieces | None:
        """Find the pieces of a path; None where the pattern does not fit it."""
        if not self._any_file:
            return self._pieces(path)
        folder = path.rpartition("/")[0]  # all files of a folder fit, or none
        before, pieces = self._last
        if folder != before or not folder:
            pieces = self._pieces(path)
            self._last = folder, pieces
        return pieces

    def _pieces(self, path: str) -> NamePieces | None:
        found = self._match(path)
        if found is None:
            return None
        pieces = found.groupdict()
        part = PARTS.get(pieces.get("part", "").lower(), "")
        case = CASES.get(pieces.get("case", "").lower(), "")
        return NamePieces(pieces["label"], pieces.get("writer", ""), part, case)


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise UsageError(f"{text!r}: a brace that does not close; {_ADVICE}")
    return re.escape(text)
