"""Commands that prepare what a recipe names: a choice of text, a placement model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from penline.cli.base import (
    AsJson,
    Encoding,
    Images,
    Overwrite,
    Salvage,
    Sources,
    app,
    reading_options,
)
from penline.console import Rate, bar, out, print_json
from penline.words import counted


@app.command()
def select(
    corpora: Annotated[
        list[Path], typer.Argument(help="Text: .txt or .jsonl, also .gz, and folders.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The text file to make, .txt.")],
    n: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many lines.")] = 20_000,
    banks: Annotated[
        list[Path] | None,
        typer.Option("--bank", help="Take lines that one writer of it can write; repeatable."),
    ] = None,
    shortest: Annotated[int, typer.Option(min=1, help="Fewest characters of a line.")] = 8,
    longest: Annotated[int, typer.Option(min=1, help="Most characters of a line.")] = 25,
    power: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="Aim at natural frequency to this power; 0: all alike."
        ),
    ] = 0.5,
    floor: Annotated[int, typer.Option(min=0, help="Aim at so many of each character.")] = 0,
    dictionary: Annotated[
        Path | None, typer.Option("--dict", help="Lines hold characters of this dictionary only.")
    ] = None,
    part: Annotated[str, typer.Option(help="Of the banks: train, test or all.")] = "train",
    field: Annotated[str, typer.Option(help="The field of a .jsonl line with the text.")] = "text",
    encoding: Encoding = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another choice.")] = 0,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Choose lines of a text so that rare characters come up, in one pass.

    The lines are real ones; compose from them with `corpus: {lines: whole}` in the recipe.
    """
    from penline.api import alphabet_of
    from penline.api import select as run

    with bar("selecting", "characters") as (shown, task):
        report = run(
            corpora,
            output,
            n,
            length_range=(shortest, longest),
            power=power,
            floor=floor,
            alphabet=alphabet_of(dictionary) if dictionary else None,
            bank=banks,
            part=part,
            field=field,
            encoding=encoding or "utf-8",
            seed=seed,
            overwrite=overwrite,
            progress=Rate(shown, task, "characters"),
        )
    if as_json:
        print_json(report)
        return
    out.print(
        f"{escape(str(output))}: {report['lines']:,} of {counted(report['seen'], 'line')}; "
        f"{report['covered']:,} of {counted(report['classes'], 'character')} "
        f"(by chance {report['covered_plain']:,}); distance to the target "
        f"{report['distance']:.3f} (by chance {report['distance_plain']:.3f})"
    )
    for what in ("outside", "unwritable", "repeated"):
        if report[what]:
            out.print(f"  left out, {what}: {report[what]:,}")
    if report["dropped"]:
        out.print(f"  characters without ink dropped from the text: {report['dropped']:,}")
    if report["ignored_files"]:
        out.print(f"  other files in the folders, not read: {report['ignored_files']:,}")


@app.command()
@reading_options
def fit(
    sources: Sources,
    output: Annotated[Path, typer.Option("-o", "--output", help="The model, a .yaml file.")],
    lines: Annotated[
        Path | None,
        typer.Option("--lines", help="Write each line's own geometry, too, .json, to be replayed."),
    ] = None,
    part: Annotated[str | None, typer.Option(help="train or test, and not the other.")] = None,
    reading: Any = None,
    images: Images = None,
    salvage: Salvage = False,
    overwrite: Overwrite = False,
) -> None:
    """Measure how a hand sets its characters: size, place, gaps, drift of real lines.

    Sources are pages with lines (DGRL, DGR, PTTS, UNIPEN, PAGE XML, ALTO), sets of lines in any
    form that `penline convert` reads, and sheets of single characters (POT). Latin is measured by
    its x-height or its capitals, beside Chinese and alone. The model is numbers with their sample
    sizes, and no data.
    """
    from penline.acquire.named import paths_of
    from penline.api import fit as run
    from penline.measure.repeats import FAMILIES

    with bar("measuring", "lines") as (shown, task):
        found = run(
            paths_of(sources, part=part),
            output,
            templates=lines,
            part=part,
            salvage=salvage,
            overwrite=overwrite,
            reading=reading if images is None else replace(reading, images=str(images)),
            progress=Rate(shown, task, "lines"),
        )
    on = found.model.fitted_on
    out.print(
        f"{escape(str(output))}: {counted(on.characters, 'character')} in "
        f"{counted(on.lines, 'line')} on {counted(on.sheets, 'sheet')} by "
        f"{counted(on.writers, 'writer')}"
    )
    latin = found.model.latin
    if latin is not None:
        out.print(
            f"  Latin in {counted(latin.lines, 'line')} by {counted(latin.writers, 'writer')}: "
            f"x-height {latin.x_height.mean:.2f} em, letters {latin.gap.mean:.2f} em apart"
        )
    for one in found.repeats:
        out.print(
            f"  {FAMILIES[one.family]} that come back: likeness {one.quantiles[2]:.2f} "
            f"({counted(one.pairs, 'pair')} of {counted(one.characters, 'character')} by "
            f"{counted(one.writers, 'writer')}), as by variation_range: "
            f"[{one.amount:.2f}, {one.amount:.2f}]"
        )
    if lines is not None:
        out.print(f"{escape(str(lines))}: {counted(found.templates, 'line template')}")
    for reason, count in sorted(found.left_out.items()):
        out.print(f"  left out: {count:,} ({escape(reason)})")
