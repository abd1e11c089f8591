"""One page a verb, made from the command's own help text and options."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pages.functions import FUNCTIONS
from pages.tables import bounds, kind, table
from penline.cli import app
from penline.cli.base import filled
from penline.cli.examples import EXAMPLES, GROUPS

__all__ = ["Verb", "page", "pages", "verbs"]

NOTE = "<!-- Made by tools/make_docs.py from the command itself; change the command, not this. -->"

_INDEX = """\
# Verbs

{note}

A verb is one command and one library function. The command parses, calls the function and prints;
whatever it does, a program can do, too.

{tables}
## What all of them have in common

- Exit codes: **0** good, **1** the data (or a bank, a corpus, a recipe) are not as they should be,
  **2** wrong usage, **3** interrupted.
- An error is one line on standard error, with the file and the byte offset where there is one.
- Progress is shown on a terminal and nowhere else: a pipe stays clean.
- `--json`, where a verb has it, prints the answer for a script on standard output.
- `penline --version` prints the version.
- `penline --install-completion` teaches the shell in use (bash, zsh, fish, PowerShell) to complete
  commands and options by the tab key; `penline --show-completion` prints what it would add.
"""


@dataclass(frozen=True)
class Verb:
    """One command.

    Attributes:
        name: as it is typed.
        help: its docstring.
        parameters: name, annotation without its metadata, the option or argument, default.
    """

    name: str
    help: str
    parameters: tuple[tuple[str, Any, Any, Any], ...]


def verbs() -> list[Verb]:
    """All commands, in the order of ``penline --help``."""
    found = []
    for command in app.registered_commands:
        call = command.callback
        if call is None or command.hidden:
            continue
        name = command.name or call.__name__.strip("_").replace("_", "-")
        found.append(Verb(name, inspect.getdoc(call) or "", tuple(_parameters(call))))
    return found


def _parameters(call: Callable[..., Any]) -> Iterator[tuple[str, Any, Any, Any]]:
    for name, parameter in inspect.signature(call, eval_str=True).parameters.items():
        annotation, facts = parameter.annotation, None
        if typing.get_origin(annotation) is typing.Annotated:
            annotation, facts, *_ = typing.get_args(annotation)
        yield name, annotation, facts, parameter.default


def pages() -> dict[str, str]:
    """File name -> text: one page a verb, and the index."""
    made = {f"{verb.name}.md": page(verb) for verb in verbs()}
    tables = []
    for group, names in GROUPS.items():
        rows = [
            (
                f"[`penline {verb.name}`]({verb.name}.md)",
                verb.help.split("\n\n")[0].replace("\n", " "),
            )
            for verb in verbs()
            if verb.name in names
        ]
        tables.append(f"## {group}\n\n{table(('verb', 'what it does'), rows)}")
    made["index.md"] = _INDEX.format(note=NOTE, tables="\n".join(tables))
    return made


def page(verb: Verb) -> str:
    """The page of one verb."""
    arguments, options = [], []
    usage = ["penline", verb.name]
    for name, annotation, facts, default in verb.parameters:
        text = " ".join(filled(facts.help or "", own=True).split())
        if type(facts).__name__ == "ArgumentInfo":
            several = typing.get_origin(annotation) is list
            metavar = name.upper()
            usage.append(f"{metavar}..." if several else metavar)
            arguments.append((f"`{metavar}`", _takes(annotation, facts), text))
            continue
        flags = _flags(name, annotation, facts)
        if default is inspect.Parameter.empty:
            usage.append(f"{flags[0]} {name.upper()}")
        options.append(
            (
                ", ".join(f"`{flag}`" for flag in flags),
                _takes(annotation, facts),
                _default(default),
                text,
            )
        )
    parts = [f"# penline {verb.name}\n", NOTE + "\n", verb.help + "\n"]
    parts.append(f"```text\n{' '.join([*usage, '[OPTIONS]'])}\n```\n")
    if arguments:
        parts.append(table(("argument", "takes", "what it is"), arguments))
    if options:
        parts.append(table(("option", "takes", "if left out", "what it is"), options))
    parts += _examples(verb.name)
    parts += _python(verb.name)
    return "\n".join(parts)


def _flags(name: str, annotation: Any, facts: Any) -> list[str]:
    given = [facts.default, *(facts.param_decls or ())]
    flags = [flag for flag in given if isinstance(flag, str) and flag.startswith("-")]
    flags = [part for flag in flags for part in flag.split("/")]
    plain = name.replace("_", "-")
    if not flags:
        flags = [f"--{plain}", f"--no-{plain}"] if annotation is bool else [f"--{plain}"]
    return sorted(flags, key=lambda flag: flag.startswith("--"))


def _takes(annotation: Any, facts: Any) -> str:
    several = False
    parts = [part for part in typing.get_args(annotation) if part is not type(None)]
    if typing.get_origin(annotation) is not list and len(parts) == 1:
        annotation = parts[0]
    if typing.get_origin(annotation) is list:
        several, annotation = True, typing.get_args(annotation)[0]
    if annotation is bool:
        return ""
    limits = bounds([_Limits(ge=facts.min), _Limits(le=facts.max)])
    word = "path" if annotation is Path else kind(annotation)
    return ", ".join(
        part for part in (word, limits, "several may be given" if several else "") if part
    )


@dataclass(frozen=True)
class _Limits:
    ge: float | None = None
    le: float | None = None


def _default(default: Any) -> str:
    if default is inspect.Parameter.empty:
        return "must be given"
    if default is None or default is False:
        return ""
    return f"`{default}`"


def _examples(name: str) -> list[str]:
    if name not in EXAMPLES:
        return []
    body = "\n\n".join(
        f"{about}\n\n```sh\n{command}\n```" for about, command in EXAMPLES[name].items()
    )
    return ["## Examples\n", body + "\n"]


def _python(name: str) -> list[str]:
    if name not in FUNCTIONS:
        return []
    module, _, attribute = FUNCTIONS[name].rpartition(".")
    function = getattr(importlib.import_module(module), attribute)
    text = inspect.getdoc(function) or ""
    body = "\n".join(f"    {line}" if line else "" for line in text.split("\n"))
    call = f"{FUNCTIONS[name]}({_signature(function)})"
    return ["## In Python\n", f"```text\n{call}\n\n{body}\n```\n"]


def _signature(function: Callable[..., Any]) -> str:
    """The parameters without annotations, which Python's versions print differently."""
    shown, starred = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        missing = parameter.default is parameter.empty
        shown.append(parameter.name if missing else f"{parameter.name}={parameter.default!r}")
    return ", ".join(shown)
