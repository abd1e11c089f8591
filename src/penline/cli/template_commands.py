"""Commands for a hand of one's own: a sheet to write on, and its photographs into a bank."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from penline.cli.base import AsJson, Overwrite, app
from penline.console import Rate, bar, out, print_json
from penline.words import counted, listed

_MOST_SHOWN = 20
Chars = Annotated[
    str,
    typer.Option(
        "--chars",
        help="A text file, a text, or digits, latin, ascii, kana, zh-500, zh-3500, hangul-100; "
        "digits+latin for both.",
    ),
]


@app.command()
def template(
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="sheet.pdf, or sheet.png for pictures of 300 dpi."),
    ],
    chars: Chars,
    times: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=8,
            help="Ask for each so many times, side by side; default: 3 of up to 200 characters, "
            "else 1.",
        ),
    ] = None,
    cell_mm: Annotated[int, typer.Option("--cell", min=8, max=40, help="Side of a cell, mm.")] = 15,
    guides: Annotated[
        Path | None,
        typer.Option("--guides", help="A bank with the guide characters; default: the sample."),
    ] = None,
    font: Annotated[
        Path | None, typer.Option("--font", help="A font file for the guide characters, instead.")
    ] = None,
    language: Annotated[
        Literal["en", "zh"] | None,
        typer.Option("--language", help="Of what is printed; default: your locale's, else en."),
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Make sheets of cells to print and to write on, a character a cell."""
    from penline.api import template as make
    from penline.template.saying import locale_language

    made = make(
        output,
        chars,
        guides=guides,
        font=font,
        cell_mm=cell_mm,
        times=times,
        overwrite=overwrite,
        language=language or locale_language(),
    )
    if as_json:
        print_json(
            {
                "files": [str(file) for file in made.files],
                "characters": made.characters,
                "times": made.times,
                "sheets": made.sheets,
                "lacking": list(made.lacking),
            }
        )
        return
    characters, pages = counted(made.characters, "character"), counted(made.sheets, "sheet")
    often = "" if made.times == 1 else f", each {made.times} times,"
    out.print(f"{escape(str(output))}: {characters}{often} on {pages}")
    if made.lacking:
        some = listed(made.lacking)
        out.print(
            f"  no picture of {counted(len(made.lacking), 'character')} ({escape(some)}): the "
            "code point is printed; --font FILE draws it"
        )


@app.command()
def scan(
    photos: Annotated[
        list[Path],
        typer.Argument(
            help="Photographs, a written sheet each, in any order; a scanner's TIFF or PDF, a "
            "sheet a page; folders of them.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The bank's folder.")],
    chars: Annotated[
        str, typer.Option("--chars", help="The list that the sheets were printed from.")
    ],
    writer: Annotated[
        str,
        typer.Option(
            "--writer",
            show_default=False,
            help="Whose hand it is (must be given): a name for each person, such as anna; the "
            "writer's id is own:anna.",
        ),
    ] = "",
    again: Annotated[
        Path | None,
        typer.Option("--again", help="Write the characters still to be written into this file."),
    ] = None,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Leave out photographs that cannot be read.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Cut the characters out of photographed sheets, and put the sound ones into a bank."""
    from penline.api import scan as run

    with bar("scanning", "photographs") as (shown, task):
        found = run(
            photos,
            output,
            chars,
            writer=writer,
            again=again,
            salvage=salvage,
            overwrite=overwrite,
            progress=Rate(shown, task, "photographs"),
        )
    if as_json:
        print_json(
            {
                "bank": str(output),
                "glyphs": len(found.bank),
                "writer": found.bank.writers[0],
                "photographs": [asdict(one) for one in found.seen],
                "flaws": [asdict(one) for one in found.flaws],
                "refused": found.refused,
                "absent": found.absent,
                "twice": found.twice,
                "again": "".join(found.again),
                "passed_over": found.passed_over,
            }
        )
        return
    if found.passed_over:
        what = counted(len(found.passed_over), "other name")
        out.print(f"  passed over, no photographs: {what} ({escape(listed(found.passed_over))})")
    for refusal in found.refused:
        out.print(f"[red]left out[/red] {escape(refusal)}")
    for one in found.seen:
        out.print(
            f"{escape(one.photo)}: sheet {one.sheet} of {one.sheets}, {one.good:,} of "
            f"{counted(one.cells, 'cell')} are sound"
        )
    for flaw in found.flaws[:_MOST_SHOWN]:
        out.print(f"  [yellow]left out[/yellow] {escape(str(flaw))}")
    if len(found.flaws) > _MOST_SHOWN:
        out.print(
            f"  and {counted(len(found.flaws) - _MOST_SHOWN, 'more cell')} (--json lists them all)"
        )
    for what, sheets in (("no photograph of", found.absent), ("more than one of", found.twice)):
        if sheets:
            out.print(f"  {what} sheet {', '.join(map(str, sheets))}")
    out.print(
        f"{escape(str(output))}: {counted(len(found.bank), 'glyph')}, "
        f"{counted(len(found.bank.characters), 'character')}, "
        f"writer {escape(found.bank.writers[0])}"
    )
    if again is not None:
        out.print(f"{escape(str(again))}: {counted(len(found.again), 'character')} to write again")
