"""Patterns of names: which piece of a file's path is the label, the writer, the part."""

from __future__ import annotations

import re
from typing import NamedTuple

from penline.errors import UsageError
from penline.sources.pictures.forms import CASES, CLASS, ENTRY, FORMS, PARTS

__all__ = ["NamePieces", "Pattern"]

_FIELD = re.compile(r"\{(?P<name>[a-z]*(?:\+[a-z]+)*)(?::(?P<form>[a-z0-9-]+))?\}|(?P<any>\*)")
_KNOWN = ("label", "entry", "writer", "part", "case")
_JOINED = {"entry": "/", "writer": "-"}
"""Fields that may stand more than once, and what joins their pieces."""
_ADVICE = (
    "a pattern is names with / between them, as '{writer}/{label}/*.png': {label}, {writer}, "
    "{part} and {case} stand for what they say, {} and * for anything; {entry} is a label as it "
    "stands, also of several characters; "
    f"{{label:FORM}} says how the label is written: {', '.join((*FORMS, CLASS))}"
)


class NamePieces(NamedTuple):
    """The pieces of one path.

    Attributes:
        label: the piece that is the label; several with ``/`` between them.
        writer: that of the writer, or ""; several with ``-`` between them.
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
        any_file: the files of a folder tell the same, whatever their names are.
        form: the label's form, where the pattern says it; "" where it does not.

    Raises:
        UsageError: a field that does not exist, or no label.
    """

    def __init__(self, text: str) -> None:
        self.text, self.form = text, ""
        fields: dict[str, list[int]] = {}
        pieces, at = [], 0
        for found in _FIELD.finditer(text):
            pieces.append(_literal(text[at : found.start()]))
            at = found.end()
            names, form = (found["name"] or "").split("+"), found["form"] or ""
            if found["any"] or names == [""]:
                pieces.append("[^/]*" if found["any"] else "[^/]*?")
                continue
            again = [name for name in names if name in fields and name not in _JOINED]
            if not {*names} <= {*_KNOWN} or again or (form and names != ["label"]):
                raise UsageError(f"{text!r}: {found[0]} is no field, or stands twice; {_ADVICE}")
            if form and form not in (*FORMS, CLASS):
                raise UsageError(f"{text!r}: no form of labels is called {form!r}; {_ADVICE}")
            group = sum(piece.startswith("(") for piece in pieces) + 1
            for name in names:
                fields.setdefault(name, []).append(group)
            self.form = form or self.form
            pieces.append("([^/]+?)")
        pieces.append(_literal(text[at:]))
        if "label" not in fields and "entry" not in fields:
            raise UsageError(f"{text!r}: a pattern without {{label}}; {_ADVICE}")
        if "label" in fields and "entry" in fields:
            raise UsageError(f"{text!r}: a pattern has {{label}} or {{entry}}, not both; {_ADVICE}")
        self.form = ENTRY if "entry" in fields else self.form
        ending = "" if "." in text.rpartition("/")[2] else r"(?:\.[^./]+)?"
        self._match = re.compile(f"(?:.*/)?{''.join(pieces)}{ending}", re.DOTALL).fullmatch
        self.fields = tuple(fields)
        self._groups = fields
        self.any_file = text.endswith("/*")
        self._last: tuple[str, NamePieces | None] = "", None

    def __reduce__(self) -> tuple[type[Pattern], tuple[str]]:
        return type(self), (self.text,)

    def __call__(self, path: str) -> NamePieces | None:
        """Find the pieces of a path; None where the pattern does not fit it."""
        if not self.any_file:
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
        pieces = {
            name: _JOINED.get(name, "").join(found[group] for group in groups)
            for name, groups in self._groups.items()
        }
        part = PARTS.get(pieces.get("part", "").lower(), "")
        case = CASES.get(pieces.get("case", "").lower(), "")
        label = pieces.get("label") or pieces["entry"]
        return NamePieces(label, pieces.get("writer", ""), part, case)


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise UsageError(f"{text!r}: a brace that does not close; {_ADVICE}")
    return re.escape(text)
