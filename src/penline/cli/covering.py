"""The command that tells what of a text banks can write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from penline.cli.base import (
    AsJson,
    Encoding,
    app,
)
from penline.cli.recipe_settings import LengthOption, SettingsOption, WritersOption, settings_of
from penline.console import Rate, bar, out, print_json
from penline.words import counted

_SHOWN = 10


@app.command()
def cover(
    banks: Annotated[list[Path], typer.Argument(help="Banks, read as one.", show_default=False)],
    corpora: Annotated[
        list[Path], typer.Option("--corpus", help="Text: .txt or .jsonl, also .gz; repeatable.")
    ],
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", help="Whose lengths and policies count; default: papers."),
    ] = None,
    settings: SettingsOption = None,
    length: LengthOption = None,
    writers: WritersOption = None,
    part: Annotated[str, typer.Option(help="Of the banks: train, test or all.")] = "train",
    dictionary: Annotated[
        Path | None,
        typer.Option("--dict", help="The trainer's dictionary: what it lacks is missing."),
    ] = None,
    field: Annotated[str, typer.Option(help="The field of a .jsonl line with the text.")] = "text",
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Tell how much of a text banks can write, by writer, and what lacks most; nothing is composed.

    A line can be written when one writer has all its characters, or what a hand writes alike, or
    the recipe's `missing` policy takes it. Characters are listed by how many lines they cost: those
    that nobody can write, and in which the writer who lacks the fewest lacks them.
    """
    from penline.api import alphabet_of
    from penline.api import cover as run

    with bar("reading", "characters") as (shown, task):
        found = run(
            banks,
            corpora,
            recipe=recipe,
            settings=settings_of(settings, length, writers),
            part=part,
            alphabet=alphabet_of(dictionary) if dictionary else None,
            field=field,
            encoding=encoding or "utf-8",
            progress=Rate(shown, task, "characters"),
        )
    if as_json:
        print_json(found)
        return
    for what in ("characters", "classes", "lines"):
        told, name = found[what], {"classes": "different characters"}.get(what, what)
        share = _percent(told["written"], told["text"])
        out.print(f"{name}: {told['written']:,} of {told['text']:,} ({share})")
    for policy, lines in found["policies"].items():
        how = "nfkc: true" if policy == "nfkc" else f"missing: {policy}"
        out.print(
            f"  by {how}: {counted(lines, 'line')} ({_percent(lines, found['lines']['text'])})"
        )
    _writers(found["writers"], found["lines"]["text"])
    lacks = found["lacks"]
    for row in lacks[:_SHOWN]:
        told = f"{row['character']} ({row['code']}): costs {counted(row['lines'], 'line')}"
        out.print(f"  lacks {escape(told)}, {row['alone']:,} of them alone; {escape(row['why'])}")
    if len(lacks) > _SHOWN:
        out.print(f"  and {counted(len(lacks) - _SHOWN, 'more character')}, which --json lists")
    if found["outside"]:
        out.print(f"  characters that lie in no line of such a length: {found['outside']:,}")
    if found["ignored_files"]:
        out.print(f"  other files in the folders, not read: {found['ignored_files']:,}")
    out.print(f"  [cyan]advice[/cyan] {escape(found['advice'])}")


def _writers(rows: list[dict[str, Any]], lines: int) -> None:
    """Print the best writer, the median and the worst."""
    if not rows:
        return
    places = {"best": 0, "median": len(rows) // 2, "worst": len(rows) - 1}
    out.print(f"  {counted(len(rows), 'writer')}, each by own characters alone:")
    for name, place in places.items():
        row = rows[place]
        out.print(
            f"    {name}: {escape(row['writer'])}, {counted(row['lines'], 'line')} "
            f"({_percent(row['lines'], lines)}), {counted(row['classes'], 'different character')}"
        )


def _percent(part: int, whole: int) -> str:
    """A share, rounded down: 100 % is all of it."""
    return f"{1000 * part // max(whole, 1) / 10:.1f} %"
