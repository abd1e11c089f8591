"""The API reference: one page a module, from the docstrings of its public names."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from pages.docstrings import field_docs
from pages.tables import table

__all__ = ["MODULES", "pages"]

MODULES = {
    "penline": "What most programs need",
    "penline.api": "The verbs as functions",
    "penline.records": "Records, defects, samples",
    "penline.bank": "Banks: packed glyphs",
    "penline.corpus": "Where the text comes from",
    "penline.compose": "Lines and pages made by recipes",
    "penline.recipe": "Recipes",
    "penline.stream": "Lines for PyTorch",
    "penline.catalogue": "Cards of data sets",
    "penline.census": "Archives against their cards",
    "penline.errors": "Errors",
}
"""The modules that other people's programs may import, and what each is for."""

_NOTE = "<!-- Made by tools/make_docs.py from the docstrings; change those, not this. -->"
_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):$")
_ITEM = re.compile(r"^ {4}(\*{0,2}[\w., ]+): (.*)$")
_TITLES = {"Args": "argument", "Attributes": "attribute", "Raises": "error"}


def pages() -> dict[str, str]:
    """File name -> text."""
    made = {
        f"{name}.md": re.sub("\n{3,}", "\n\n", "\n".join(_module(name))).rstrip("\n") + "\n"
        for name in MODULES
    }
    rows = [(f"[`{name}`]({name}.md)", what) for name, what in MODULES.items()]
    made["index.md"] = (
        f"# Python\n\n{_NOTE}\n\nWhat a program may import. Everything else is penline's own "
        f"affair, and may change.\n\n{table(('module', 'what it is'), rows)}"
    )
    return made


def _module(name: str) -> Iterator[str]:
    module = importlib.import_module(name)
    yield f"# {name}\n\n{_NOTE}\n"
    yield from _text(inspect.getdoc(module) or "")
    for public in module.__all__:
        if not public.startswith("_"):
            yield from _member(public, getattr(module, public))


def _member(name: str, value: Any) -> Iterator[str]:
    yield f"## {name}\n"
    if not callable(value):
        yield f"A {type(value).__name__}.\n"
        return
    yield f"```text\n{name}{_signature(value)}\n```\n"
    yield from _text(inspect.getdoc(value) or "")
    if not inspect.isclass(value):
        return
    if hasattr(value, "model_fields"):
        texts = field_docs(value)
        rows = [(f"`{key}`", texts.get(key, "")) for key in value.model_fields]
        yield table(("field", "what it is"), rows)
        return
    for method, found in sorted(vars(value).items()):
        call = found.fget if isinstance(found, property) else found
        call = getattr(call, "__func__", call)
        if method.startswith("_") or not inspect.isfunction(call) or not call.__doc__:
            continue
        yield f"### {name}.{method}\n"
        if not isinstance(found, property):
            yield f"```text\n{method}{_signature(call)}\n```\n"
        yield from _text(inspect.getdoc(call) or "")


def _signature(value: Any) -> str:
    """Parameters and defaults, without annotations, which Python's versions print differently."""
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return "(...)"
    shown, starred = [], False
    for one in parameters:
        if one.name in ("self", "cls"):
            continue
        if one.kind is one.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        starred = starred or one.kind is one.VAR_POSITIONAL
        mark = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        plain = isinstance(one.default, (bool, int, float, str, tuple, type(None)))
        default = f"={one.default!r}" if plain else "=..."
        shown.append(mark + one.name + ("" if one.default is one.empty else default))
    return f"({', '.join(shown)})"


def _text(doc: str) -> Iterator[str]:
    """A docstring as Markdown: its sections become tables, its examples blocks."""
    lines = doc.splitlines()
    at = 0
    plain: list[str] = []
    while at < len(lines):
        found = _SECTION.match(lines[at])
        if not found:
            plain.append(lines[at])
            at += 1
            continue
        yield _prose(plain)
        plain = []
        body = []
        at += 1
        while at < len(lines) and (not lines[at] or lines[at].startswith("    ")):
            body.append(lines[at])
            at += 1
        yield _section(found[1], body)
    yield _prose(plain)


def _section(name: str, body: list[str]) -> str:
    rows: list[list[str]] = []
    for line in body:
        item = _ITEM.match(line)
        if item:
            rows.append([f"`{item[1]}`", item[2]])
        elif rows and line.strip():
            rows[-1][1] += " " + line.strip()
        elif line.strip():
            rows.append(["", line.strip()])
    if name in _TITLES and all(left for left, _ in rows):
        return table((_TITLES[name], "what it is"), [[_code(cell) for cell in row] for row in rows])
    told = " ".join(f"{left}: {right}" if left else right for left, right in rows)
    return f"**{name}**: {_code(told)}\n"


def _prose(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    parts = []
    for part in re.split(r"\n\n+", text):
        if part.startswith((">>>", "    ")):
            parts.append(f"```text\n{inspect.cleandoc(part)}\n```")
        elif part:
            parts.append(_code(re.sub(r"::$", ":", part)))
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return text.replace("``", "`")
