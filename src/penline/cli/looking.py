"""Commands that look at what was made."""

from __future__ import annotations

import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from penline.cli.base import (
    WRONG_DATA,
    AsJson,
    Card,
    Encoding,
    Images,
    Overwrite,
    app,
    reading_options,
)
from penline.cli.qr import print_qr
from penline.cli.summaries import print_realism
from penline.console import Rate, bar, out, print_json
from penline.errors import UsageError
from penline.provenance import path_told
from penline.words import counted, counted_sides


@app.command()
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Finished data sets; of several, paths that clash are found, too.",
            metavar="SET...",
        ),
    ],
    ink: Annotated[
        bool,
        typer.Option(
            "--ink", help="Make every line or page again, and prove label and boxes by glyphs."
        ),
    ] = False,
    banks: Annotated[
        list[Path] | None, typer.Option("--bank", help="With --ink: what it was made from.")
    ] = None,
    corpora: Annotated[
        list[Path] | None, typer.Option("--corpus", help="With --ink: what it was made from.")
    ] = None,
    field: Annotated[str, typer.Option(help="The field of a .jsonl line with the text.")] = "text",
    photos: Annotated[
        list[Path] | None,
        typer.Option("--photos", help="With --ink: folders of photo papers, if elsewhere now."),
    ] = None,
    hand: Annotated[
        Path | None,
        typer.Option("--hand", help="With --ink: the placement model, if elsewhere now."),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", help="With --ink: the line templates, if elsewhere now."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Re-read a finished data set: every label has its image, every image decodes, hashes hold."""
    from penline.api import check as look
    from penline.api import clashes

    every = []
    for path in paths:
        with bar("checking", "images") as (shown, task):
            found = look(
                path,
                ink=ink,
                banks=banks or (),
                corpora=corpora or (),
                field=field,
                photos=photos or (),
                hand=hand,
                replay=replay,
                progress=Rate(shown, task, "images"),
            )
        every.append(found)
        if not as_json:
            _problems(found.problems)
            verdict = counted(len(found.problems), "problem") if found.problems else "sound"
            out.print(f"{escape(str(path))}: {counted_sides(found.lines, 'line')}: {verdict}")
    clashing = clashes(paths) if len(paths) > 1 else []
    if as_json:
        sets = [{"lines": found.lines, "problems": found.problems} for found in every]
        print_json(sets[0] if len(sets) == 1 else {"sets": sets, "clashes": clashing})
    else:
        _problems(clashing)
        if len(paths) > 1 and not clashing:
            out.print(f"{len(paths)} sets: no path stands in two of them")
    if clashing or any(found.problems for found in every):
        raise typer.Exit(WRONG_DATA)


def _problems(problems: list[str]) -> None:
    for problem in problems[:20]:
        out.print(f"[red]problem[/red] {escape(problem)}")
    if len(problems) > 20:
        out.print(f"and {counted(len(problems) - 20, 'more problem')}")


@app.command()
@reading_options
def sheet(
    source: Annotated[
        Path,
        typer.Argument(
            help="A bank, an archive or file, the id of a card, a data set, lines or pages as "
            "`penline convert` reads them, or a census report."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file.")],
    card: Card = None,
    limit: Annotated[
        int, typer.Option(min=1, help="At most so many glyphs, lines or pages.")
    ] = 2000,
    reading: Any = None,
    images: Images = None,
    overwrite: Overwrite = False,
) -> None:
    """Make a page to look at: glyphs by character and writer, lines, pages, or a census.

    One file that opens from disk and loads nothing: distributions as plots, what looks odd among
    the glyphs, damaged records with a picture of their bytes. Of any set that `penline convert`
    reads it shows the lines with their text, and pages with outlines, baselines and reading order.
    A census report is what `penline census --json` printed. A page of 100,000 glyphs stays light:
    what is not in view is not drawn.
    """
    from penline.api import sheet as make

    if images is not None:
        reading = replace(reading, images=str(images))
    facts = make(source, output, card=card, limit=limit, overwrite=overwrite, reading=reading)
    out.print(f"{escape(str(output))}: {facts.shown:,} of {facts.total:,} {facts.kind}")


@app.command()
def realism(
    real: Annotated[Path, typer.Argument(help="Real lines or pages, or a finished set.")],
    synthetic: Annotated[Path, typer.Argument(help="Composed lines, written with --boxes.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A page with both side by side, .html.")
    ] = None,
    segmented: Annotated[
        bool, typer.Option("--segmented", help="Find characters in the ink of both, too.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Tell how near composed lines are to real ones: gaps, sizes, places, strokes, drift."""
    from penline.api import realism as run
    from penline.look.realism import page_name, write_realism_page

    if output is not None:
        page_name(output, overwrite=overwrite)
    found = run(real, synthetic, segmented=segmented)
    if output is not None:
        names = (path_told(str(path), inside=False) for path in (real, synthetic))
        write_realism_page(found, output, " and ".join(names), overwrite=overwrite)
    if as_json:
        print_json(found.figures())
        return
    print_realism(found)
    if output is not None:
        out.print(escape(str(output)))


@app.command()
def serve(
    sets: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Banks, and sets of lines or pages to look at: whatever `penline convert` reads.",
            metavar="[SET]...",
        ),
    ] = None,
    banks: Annotated[
        list[Path] | None,
        typer.Option("--bank", help="A bank to look at; the embedded sample by default."),
    ] = None,
    corpora: Annotated[
        list[Path] | None,
        typer.Option("--corpus", help="Text for sentences; the embedded sample's by default."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", help="Columns of a set's table: label=value,writer=suite_id."),
    ] = None,
    images: Images = None,
    field: Annotated[str, typer.Option(help="The field of a .jsonl line with the text.")] = "text",
    encoding: Encoding = None,
    port: Annotated[int, typer.Option(help="The port; 0 for any that is free.")] = 8137,
    hands: Annotated[
        Path,
        typer.Option("--hands", help="The folder in which hands written on the page are kept."),
    ] = Path("hands"),
    host: Annotated[
        str,
        typer.Option(
            help="Where to listen: 0.0.0.0 for telephones and tablets in the same network, with a "
            "token."
        ),
    ] = "127.0.0.1",
    browse: Annotated[
        bool, typer.Option("--open", help="Open the page in this machine's browser.")
    ] = False,
) -> None:
    """Show sets, the catalogue, the atlas and the playground in a browser, until Ctrl-C.

    The page Write takes a hand with a pen, a finger or the mouse, into a bank of strokes. A set is
    read as far as somebody looks: a page of it is a page of its own, or fifty lines.
    """
    from penline.api import serve as run
    from penline.bank.layout import HEADER
    from penline.sources.reading import Reading

    named = list(banks or ()) + [path for path in sets or () if (path / HEADER).is_file()]
    sets = [path for path in sets or () if path not in named]
    if not sets and (columns is not None or images is not None):
        raise UsageError("--columns and --images are for a set; name one, or leave them out")

    def ready(address: str) -> None:
        _say_address(address)
        if browse and not webbrowser.open(address):
            out.print("there is no browser to open here; open the address by hand")

    run(
        named,
        corpora or (),
        sets=sets,
        reading=Reading(columns=columns, images=None if images is None else str(images)),
        field=field,
        encoding=encoding,
        hands=hands,
        port=port,
        host=host,
        ready=ready,
    )


def _say_address(address: str) -> None:
    """Print where the server is; of one that others reach, what that opens, and a QR code."""
    out.print(escape(address), highlight=False, soft_wrap=True)
    if "?token=" not in address:
        return
    out.print(
        "  Whoever has this address can see the banks and sets that are open, write hands, upload, "
        "and make banks, until Ctrl-C. There is no encryption: use it in a network of your own."
    )
    if out.is_terminal:
        print_qr(address.replace("/?token=", "/write?token="))
