"""The command that writes one line at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from penline.cli.base import (
    AsJson,
    Overwrite,
    RecipeOption,
    TableHelpCommand,
    app,
)
from penline.cli.recipe_settings import SettingsOption, settings_of
from penline.console import bar, out, print_json


@app.command(cls=TableHelpCommand)
def write(
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="A line each.", show_default=False)
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="line.png or line.jpg; of several lines: line-001.png and so on.",
        ),
    ],
    banks: Annotated[
        list[Path] | None, typer.Option("--bank", help="Glyphs; may be repeated.")
    ] = None,
    writer: Annotated[
        str | None, typer.Option("--writer", help="Id of who is to write it; default: any who can.")
    ] = None,
    recipe: RecipeOption = None,
    settings: SettingsOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another line.")] = 0,
    part: Annotated[
        str, typer.Option(help="The publisher's part to take glyphs from: train, test or all.")
    ] = "train",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write one text as one line at once, as it stands; several texts as several lines.

    Without a bank: the embedded sample: Latin letters, digits and signs by real hands, Chinese by
    simulated ones. Of the recipe's `corpus` count `missing`, `borrow_most`, `latin` and `nfkc`.
    Pages: `penline compose --to page-xml`.
    """
    from penline.api import line_files
    from penline.api import write as run

    with bar("writing", "lines"):
        lines = run(
            texts,
            out=output,
            banks=banks or (),
            writer=writer,
            recipe=recipe,
            settings=settings_of(settings),
            seed=seed,
            part=part,
            overwrite=overwrite,
        )
    files = line_files(output, len(lines))
    if as_json:
        from penline.export.boxes import box_metadata

        print_json(
            [
                {"file": str(file), **json.loads(box_metadata(line)), "counts": line.counts}
                for file, line in zip(files, lines, strict=True)
            ]
        )
        return
    for file, line in zip(files, lines, strict=True):
        by = line.writer or "several hands"
        sample = "" if banks else " (of the embedded sample)"
        out.print(escape(f"{file}: {line.text}, by {by}{sample}"))
        for reason, count in line.counts.items():
            out.print(f"  {escape(reason)}: {count:,}")
