"""The command that makes a set again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from penline.cli.base import (
    WRONG_DATA,
    Address,
    AsJson,
    Engine,
    Overwrite,
    TableHelpCommand,
    Workers,
    app,
)
from penline.console import Rate, bar, out, print_json
from penline.words import counted, counted_sides


@app.command(cls=TableHelpCommand)
def rebuild(
    source: Annotated[
        Path, typer.Argument(help="The report.json of a set, or its recipe form.", metavar="REPORT")
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="The folder to make.")],
    banks: Annotated[
        list[Path] | None, typer.Option("--bank", help="What it was made from; may be repeated.")
    ] = None,
    corpora: Annotated[
        list[Path] | None, typer.Option("--corpus", help="What it was made from; may be repeated.")
    ] = None,
    dictionary: Annotated[
        Path | None,
        typer.Option("--dict", help="The trainer's dictionary, where it is not beside the report."),
    ] = None,
    photos: Annotated[
        list[Path] | None,
        typer.Option("--photos", help="Folders of photo papers, where they lie elsewhere now."),
    ] = None,
    hand: Annotated[
        Path | None,
        typer.Option("--hand", help="The placement model, where it lies elsewhere now."),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", help="The line templates, where they lie elsewhere now."),
    ] = None,
    workers: Workers = None,
    engine: Engine = "local",
    address: Address = None,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Write the set's recipe form, a .json file.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Make a data set again from its recipe, and prove each shard; exit 1 if it is not the same.

    With no bank and no corpus: the embedded sample.
    """
    from penline.api import rebuild as run
    from penline.api import recipe_of

    if plan_only:
        form = recipe_of(source, output, overwrite=overwrite)
        if as_json:
            print_json(form)
        else:
            out.print(f"{escape(output)}: the recipe form of {escape(str(source))}")
        return
    with bar("composing", "lines") as (shown, task):
        made = run(
            source,
            output,
            banks=banks or (),
            corpora=corpora or (),
            dictionary=dictionary,
            photos=photos or (),
            hand=hand,
            replay=replay,
            workers=workers,
            engine=engine,
            address=address,
            overwrite=overwrite,
            progress=Rate(shown, task, "lines"),
        )
    if as_json:
        print_json(
            {
                "lines": made.report["lines"],
                "shards": len(made.report["shards"]),
                "proven": made.proven,
                "problems": made.problems,
                "notes": made.notes,
            }
        )
    else:
        for problem in made.problems[:20]:
            out.print(f"[red]problem[/red] {escape(problem)}")
        if len(made.problems) > 20:
            out.print(f"and {counted(len(made.problems) - 20, 'more problem')}")
        for note in made.notes:
            out.print(f"  {escape(note)}")
        out.print(
            f"{escape(output)}: {counted_sides(made.report['lines'], 'line')}; {made.proven:,} of "
            f"{counted(len(made.report['shards']), 'shard')} proven"
        )
    if made.problems:
        raise typer.Exit(WRONG_DATA)
