"""Commands that make banks and training sets."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from penline.cli.base import (
    Address,
    AsJson,
    Card,
    Encoding,
    Engine,
    Images,
    Licence,
    Overwrite,
    Part,
    RecipeOption,
    Salvage,
    Sources,
    TableHelpCommand,
    Workers,
    Writer,
    app,
    reading_options,
)
from penline.cli.recipe_settings import LengthOption, SettingsOption, WritersOption, settings_of
from penline.cli.summaries import (
    print_columns,
    print_sources,
    print_text,
    print_understood,
    simulated_part,
)
from penline.console import Rate, bar, out, print_json
from penline.errors import UsageError
from penline.words import counted, counted_sides

if TYPE_CHECKING:
    from penline.sources.understood import Understood


@app.command()
@reading_options
def bank(
    sources: Sources,
    output: Annotated[Path, typer.Option("-o", "--output", help="The bank's folder.")],
    part: Part = None,
    writer: Writer = None,
    card: Card = None,
    licence: Licence = None,
    reading: Any = None,
    height_px: Annotated[
        int, typer.Option("--height", help="Height of Chinese characters made from strokes, px.")
    ] = 64,
    salvage: Salvage = False,
    characters: Annotated[
        Path | None, typer.Option(help="A text file: take glyphs of its characters alone.")
    ] = None,
    without: Annotated[
        Path | None,
        typer.Option(
            help="A .json list of glyphs to leave out, by file, record, writer, character."
        ),
    ] = None,
    from_lines: Annotated[
        bool,
        typer.Option("--from-lines", help="Cut the characters of lines out, where that is sure."),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="With --from-lines: what reads them, as --model of `penline read`, but rapidocr."
        ),
    ] = None,
    images: Images = None,
    joins: Annotated[
        bool,
        typer.Option("--joins", help="Find where letters join at once, not when lines are made."),
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Pack glyphs into a bank; strokes are rendered with a pen of their writer's own.

    Sources may be banks: their glyphs go over as they are, with where each came from. With
    --from-lines, sources may be lines and pages in any form that `penline convert` reads.
    """
    from penline.api import bank_notes, choice_of, line_cutter, pack
    from penline.ends import keep_ends

    told: list[Understood] = []
    choice = choice_of(characters, without)
    cutter = line_cutter(model) if from_lines else None
    if cutter is None and (model is not None or images is not None):
        raise UsageError("--model and --images are for lines; say --from-lines, too")
    with bar("packing", "glyphs") as (shown, task):
        rate = Rate(shown, task, "glyphs")
        made = pack(
            sources,
            output,
            part=part,
            writer=writer,
            card=card,
            licence=licence,
            height_px=height_px,
            salvage=salvage,
            overwrite=overwrite,
            reading=reading if images is None else replace(reading, images=str(images)),
            tell=told.append,
            choice=choice,
            from_lines=cutter,
            joins=joins,
            progress=lambda _, count: rate(count),
        )
    header = made.header
    unknown, rows, notes = bank_notes(made)
    if as_json:
        print_json(
            {
                "bank": str(output),
                "glyphs": len(made),
                "characters": len(made.characters),
                "writers": len(made.writers),
                "unknown": {"glyphs": unknown[0], "writers": unknown[1]},
                "dropped": header.dropped,
                "from_lines": cutter and cutter.counts(),
                "understood": [asdict(one) for one in told],
                "unmet": choice.unmet,
                "sources": rows,
                "notes": notes,
                "content": header.content,
                "strokes": header.strokes and header.strokes.model_dump(),
                **({"joins": keep_ends(made)} if joins else {}),
            }
        )
        return
    out.print(
        f"{escape(str(output))}: {counted(len(made), 'glyph')}, "
        f"{counted(len(made.characters), 'character')}, {counted(len(made.writers), 'writer')}"
    )
    if joins:
        out.print(f"  joins: {counted(keep_ends(made), 'small letter')} with an end to join")
    for one in told:
        print_understood(one, whole=False)
    if cutter is not None:
        out.print(
            f"  {counted(cutter.lines, 'line')}: {cutter.kept:,} of "
            f"{counted(cutter.characters, 'character')} cut out, sure by {cutter.sure:g} and more"
        )
    for reason, count in sorted(header.dropped.items()):
        out.print(f"  left out: {count:,} ({escape(reason)})")
    unmet = choice.unmet
    more = [f"and {len(unmet) - 20:,} more, which --json lists"] if len(unmet) > 20 else []
    for note in [*notes, *unmet[:20], *more]:
        out.print(f"  [cyan]note[/cyan] {escape(note)}")
    print_sources(rows)


@app.command(cls=TableHelpCommand)
def compose(
    output: Annotated[
        str, typer.Option("-o", "--output", help="The folder to make, or its URL (s3://...).")
    ],
    n: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many lines.")] = 1000,
    recipe: RecipeOption = None,
    settings: SettingsOption = None,
    length: LengthOption = None,
    writers: WritersOption = None,
    banks: Annotated[
        list[Path] | None, typer.Option("--bank", help="Glyphs; may be repeated.")
    ] = None,
    corpora: Annotated[
        list[Path] | None,
        typer.Option("--corpus", help="Text: .txt or .jsonl, also .gz; may be repeated."),
    ] = None,
    field: Annotated[str, typer.Option(help="The field of a .jsonl line with the text.")] = "text",
    encoding: Encoding = None,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="The format. Lines: {exporters lines}. Pages: {exporters pages}. "
            "Lines as strokes: {exporters strokes}.",
        ),
    ] = "paddleocr",
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other lines.")] = 0,
    start: Annotated[int, typer.Option(min=0, help="Index of the first line.")] = 0,
    val: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=0.9,
            help="Share for validation, by writer and by sentence; of one hand by sentence.",
        ),
    ] = 0.0,
    part: Annotated[
        str, typer.Option(help="The publisher's part to take glyphs from: train, test or all.")
    ] = "train",
    dictionary: Annotated[
        Path | None, typer.Option("--dict", help="The trainer's dictionary, for fine-tuning.")
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="A stock network of PaddleOCR, as PP-OCRv5_mobile_rec: sets dictionary, height, "
            "width and length.",
        ),
    ] = None,
    turn: Annotated[
        bool | None,
        typer.Option(
            "--turn/--no-turn",
            help="Turn columns to be read across; default: where the trainer reads across alone.",
        ),
    ] = None,
    boxes: Annotated[
        bool, typer.Option("--boxes", help="Write character boxes and provenance, too.")
    ] = False,
    workers: Workers = None,
    engine: Engine = "local",
    address: Address = None,
    plan_only: Annotated[
        bool,
        typer.Option("--plan-only", help="Write the recipe form alone, a .json file, no lines."),
    ] = False,
    staging: Annotated[
        Path | None,
        typer.Option(help="With a URL: a local folder for the set under way; as large as the set."),
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Compose text lines from single characters, one writer a line.

    With no bank and no corpus: the embedded sample, whose English is real handwriting, its Chinese
    simulated.
    """
    from penline.api import compose as run

    with bar("composing", "lines") as (shown, task):
        made = run(
            output,
            n=n,
            recipe=recipe,
            settings=settings_of(settings, length, writers),
            banks=banks or (),
            corpora=corpora or (),
            field=field,
            encoding=encoding,
            seed=seed,
            start=start,
            part=part,
            val=val,
            to=to,
            dictionary=dictionary,
            network=network,
            turn=turn,
            boxes=boxes,
            workers=workers,
            engine=engine,
            address=address,
            overwrite=overwrite,
            plan_only=plan_only,
            staging=staging,
            progress=Rate(shown, task, "lines"),
        )
    report = made.report
    if as_json:
        print_json(report)
        return
    if plan_only:
        out.print(
            f"{escape(output)}: the recipe form of {counted(n, 'line')}; nothing was composed"
        )
        return
    out.print(
        f"{escape(output)}: {counted_sides(report['lines'], 'line')}, "
        f"{counted(report['characters'], 'character')}, {counted(report['classes'], 'class')}"
        + simulated_part(report)
    )
    print_text(report)
    if report["mixed_writers"]:
        out.print("  writers are mixed: a line holds glyphs of several hands")
    for reason, count in list(report["skipped"].items())[:5]:
        out.print(f"  {escape(reason)}: {count:,}")
    if len(report["skipped"]) > 5:
        out.print(f"  and {counted(len(report['skipped']) - 5, 'more reason')}, in report.json")
    for row in report.get("not_used", ()):
        what = f"{counted(row['glyphs'], 'glyph')} of {counted(row['writers'], 'writer')}"
        told = f"  not used: {what} ({row['why']}); {row['advice']}"
        out.print(escape(told))
    if "one_hand" in report:
        out.print(
            f"  both sides are by {escape(report['one_hand'])}: validation is of other sentences, "
            "and tells nothing of other hands"
        )
    if "overlaps" in report and val:
        out.print(f"  both sides may hold the same: {escape('; '.join(report['overlaps']))}")
    if report["run"]["turned"]:
        out.print("  columns are turned a quarter to the left, to be read across (or: --no-turn)")
    print_columns(report)
    if report["errors"]:
        out.print(
            f"  [red]{counted(len(report['errors']), 'line')} could not be made[/red]: "
            f"{escape(report['errors'][0])}"
        )
    print_sources(report["sources"])


@app.command(cls=TableHelpCommand)
@reading_options
def convert(
    sources: Sources,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to make.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="The format. Lines: {exporters lines}. Pages: {exporters pages}. "
            "Strokes: {exporters strokes}.",
        ),
    ] = "paddleocr",
    unknown: Annotated[
        str, typer.Option(help="Ink without a label: drop-line, drop-char or keep (as U+FFFD).")
    ] = "drop-line",
    part: Part = None,
    writer: Writer = None,
    card: Card = None,
    licence: Licence = None,
    reading: Any = None,
    salvage: Salvage = False,
    jpeg: Annotated[
        bool, typer.Option("--jpeg", help="JPEG of quality 95; PNG keeps every pixel.")
    ] = False,
    dictionary: Annotated[
        Path | None,
        typer.Option("--dict", help="The trainer's dictionary; for paddleocr and lmdb."),
    ] = None,
    boxes: Annotated[
        bool, typer.Option("--boxes", help="Write places and provenance, too.")
    ] = False,
    images: Images = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", help="Leave out lines of this type, as *:Print; again for more."),
    ] = None,
    straight: Annotated[
        bool, typer.Option("--straight", help="Lay lines of pages level along their baselines.")
    ] = False,
    height: Annotated[
        int | None, typer.Option("--height", help="Scale lines to so many px; left out: as is.")
    ] = None,
    val: Annotated[
        float | None,
        typer.Option("--val", help="Share for validation, as 0.05: by writers where known."),
    ] = None,
    mix: Annotated[
        float | None,
        typer.Option(
            "--mix", help="Share of composed lines, as 0.5: give a composed set and real."
        ),
    ] = None,
    characters: Annotated[
        Path | None,
        typer.Option("--characters", help="Keep lines of only these characters, one a line."),
    ] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write real characters, lines, pages or strokes as a training set.

    Sources are archives, pages in PAGE XML and ALTO, and sets of lines in any form that trainers
    read; several make one set.
    """
    from penline.api import convert as run

    with bar("converting", "items") as (shown, task):
        report = run(
            sources,
            output,
            to=to,
            unknown=unknown,
            part=part,
            writer=writer,
            card=card,
            licence=licence,
            salvage=salvage,
            image_format="jpg" if jpeg else "png",
            dictionary=dictionary,
            boxes=boxes,
            skip=skip or (),
            straight=straight,
            height_px=height,
            val=val,
            mix=mix,
            characters=characters,
            overwrite=overwrite,
            reading=reading if images is None else replace(reading, images=str(images)),
            progress=Rate(shown, task, "items"),
        )
    if as_json:
        print_json(report)
        return
    sides = {"page": report.get("pages", {}), "line": report["lines"]}
    said = [counted_sides(counts, what) for what, counts in sides.items() if counts]
    nouns = {"characters": "character", "classes": "class"}
    said += [counted(report[key], noun) for key, noun in nouns.items() if key in report]
    out.print(f"{escape(str(output))}: {', '.join(said)}")
    print_columns(report)
    for what in ("left_out", "skipped"):
        for reason, count in report.get(what, {}).items():
            out.print(f"  {escape(reason)}: {count:,}")
    print_sources(report["sources"])
