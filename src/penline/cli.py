"""The command line: each command parses, calls one function of `penline.api`, and prints."""

from __future__ import annotations

import io
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

import penline
from penline.errors import Interrupted, PenlineError, UsageError
from penline.terminal import Rate, bar, fail, out, print_census, print_facts, print_json

__all__ = ["app", "main"]

GOOD, WRONG_DATA, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 3

app = typer.Typer(
    name="penline",
    help="From handwriting archives to training-ready text lines.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Sources = Annotated[
    list[Path], typer.Argument(help="Files, folders and zip archives.", show_default=False)
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]


def main() -> None:
    """Run the command line; exit codes: 0 good, 1 wrong data, 2 wrong usage, 3 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a name that the terminal cannot show must not end the work
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(standalone_mode=False)
    except Interrupted as error:
        fail(str(error), INTERRUPTED)
    except UsageError as error:
        fail(str(error), WRONG_USAGE)
    except PenlineError as error:
        fail(str(error), WRONG_DATA)
    except (KeyboardInterrupt, typer.Abort):
        fail("stopped", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(GOOD)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        fail(f"{place}{error.strerror or error}", WRONG_DATA)
    except Exception as error:
        # Click's own usage errors know how to show themselves
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        sys.exit(WRONG_USAGE)
    sys.exit(code if isinstance(code, int) else GOOD)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"penline {penline.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    pass


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the catalogue: every data set that penline has a card of."""
    from penline import catalogue
    from penline.formats import READERS

    cards = catalogue.load()
    if as_json:
        print_json(
            [
                {
                    **card.model_dump(mode="json", exclude={"prose"}),
                    "state": card.state(READERS),
                    "gettable": any(file.path for file in card.files),
                }
                for card in cards.values()
            ]
        )
        return
    table = Table(box=None, pad_edge=False)
    for column in ("id", "penline", "what"):
        table.add_column(column, no_wrap=column == "id")
    for card in cards.values():
        gettable = ", gettable" if any(file.path for file in card.files) else ""
        table.add_row(
            card.id, card.state(READERS) + gettable, escape(card.summary().partition(": ")[2])
        )
    out.print(table)


@app.command()
def card(
    id: Annotated[str, typer.Argument(help="Id of a data set, as in `penline list`.")],
    as_json: AsJson = False,
) -> None:
    """Show one card: what a data set is, where it is, its licence, its counts, how to use it."""
    from penline import catalogue
    from penline.catalogue.page import card_page

    found = catalogue.card(id)
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif out.is_terminal:
        out.print(Markdown(card_page(found)))
    else:
        print(card_page(found))  # noqa: T201


@app.command()
def get(
    id: Annotated[str, typer.Argument(help="Id of a data set, as in `penline list`.")],
    part: Annotated[
        str | None, typer.Option(help="The publisher's part: train or test; default: all.")
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Option("--file", help="One file by its name, guides too; may be given again."),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder of all archives; default: $PENLINE_ROOT, or the user's cache."),
    ] = None,
    adopt: Annotated[
        Path | None,
        typer.Option(help="Take over files got by hand from this folder; nothing is downloaded."),
    ] = None,
    mirrors: Annotated[
        list[str] | None,
        typer.Option("--mirror", help="A prefix to download from, instead of the card's."),
    ] = None,
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="Accept the data set's terms; needed once.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Download the archives of a data set with resume, mirrors and hashes, or take them over."""
    from penline.api import get as run

    with bar("getting", "bytes") as (shown, task):
        got = run(
            id,
            part=part,
            files=files or (),
            root=root,
            adopt=adopt,
            mirrors=mirrors or None,
            accept_terms=accept_terms,
            progress=Rate(shown, task, "bytes"),
        )
    if as_json:
        print_json(asdict(got))
    else:
        for one in got.files:
            proof = f"{one.how}, {one.bytes:,} bytes, proven by {one.proven_by}"
            out.print(f"{escape(str(one.path))}: {proof}")
        if got.missing:
            out.print(f"[red]missing[/red] {escape(got.advice)}")
    if got.missing:
        raise typer.Exit(WRONG_DATA)


@app.command()
def info(paths: Sources, as_json: AsJson = False) -> None:
    """Tell what files and banks are: format, records, writers, characters, first defects."""
    from penline.api import info as look

    with bar("reading", "files") as (shown, task):
        facts = look(paths, progress=lambda file: shown.update(task, description=escape(file)))
    if as_json:
        print_json([asdict(one) for one in facts])
    else:
        for one in facts:
            print_facts(one)
    if any(one.defect_count for one in facts):
        raise typer.Exit(WRONG_DATA)


@app.command()
def census(
    paths: Sources,
    part: Annotated[
        str | None, typer.Option(help="train or test, instead of what the names say.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read every record, compare with the published counts, list defects; exit 1 on a mismatch."""
    from penline.api import census as count

    with bar("counting", "records") as (shown, task):
        rate = Rate(shown, task, "records")
        found = count(paths, part=part, progress=lambda _, records: rate(records))
    if as_json:
        print_json({**asdict(found), "whole": found.whole})
    else:
        print_census(found)
    if not found.whole:
        raise typer.Exit(WRONG_DATA)


@app.command()
def bank(
    sources: Sources,
    output: Annotated[Path, typer.Option("-o", "--output", help="The bank's folder.")],
    part: Annotated[
        str | None, typer.Option(help="train or test, instead of what the names say.")
    ] = None,
    height_px: Annotated[
        int, typer.Option("--height", help="Height of Chinese characters made from strokes, px.")
    ] = 64,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Leave out damaged records instead of stopping.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Pack glyphs into a bank; strokes are rendered with a pen of their writer's own."""
    from penline.api import pack

    with bar("packing", "glyphs") as (shown, task):
        rate = Rate(shown, task, "glyphs")
        made = pack(
            sources,
            output,
            part=part,
            height_px=height_px,
            salvage=salvage,
            overwrite=overwrite,
            progress=lambda _, count: rate(count),
        )
    header = made.header
    if as_json:
        print_json(
            {
                "bank": str(output),
                "glyphs": len(made),
                "characters": len(made.characters),
                "writers": len(made.writers),
                "dropped": header.dropped,
                "content": header.content,
            }
        )
        return
    out.print(
        f"{escape(str(output))}: {len(made):,} glyphs, {len(made.characters):,} characters, "
        f"{len(made.writers):,} writers"
    )
    for reason, count in sorted(header.dropped.items()):
        out.print(f"  left out: {count:,} ({escape(reason)})")


@app.command()
def compose(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to make.")],
    n: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many lines.")] = 1000,
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", help="A YAML file, or `plain`, or `mixed`, which is the default."),
    ] = None,
    banks: Annotated[
        list[Path] | None, typer.Option("--bank", help="Glyphs; may be repeated.")
    ] = None,
    corpora: Annotated[
        list[Path] | None,
        typer.Option("--corpus", help="Text: .txt or .jsonl, also .gz; may be repeated."),
    ] = None,
    field: Annotated[str, typer.Option(help="The field of a .jsonl line with the text.")] = "text",
    to: Annotated[str, typer.Option("--to", help="The training format.")] = "paddleocr",
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other lines.")] = 0,
    start: Annotated[int, typer.Option(min=0, help="Index of the first line.")] = 0,
    val: Annotated[
        float,
        typer.Option(min=0.0, max=0.9, help="Share for validation, by writer and by sentence."),
    ] = 0.0,
    part: Annotated[
        str, typer.Option(help="The publisher's part to take glyphs from: train, test or all.")
    ] = "train",
    dictionary: Annotated[
        Path | None, typer.Option("--dict", help="The trainer's dictionary, for fine-tuning.")
    ] = None,
    boxes: Annotated[
        bool, typer.Option("--boxes", help="Write character boxes and provenance, too.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: as many as processors.")
    ] = None,
    engine: Annotated[str, typer.Option(help="Where shards run.")] = "local",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Compose text lines from single characters, one writer a line.

    With no bank and no corpus: the embedded sample, which is simulated handwriting.
    """
    from penline.api import compose as run

    with bar("composing", "lines") as (shown, task):
        made = run(
            output,
            n=n,
            recipe=recipe,
            banks=banks or (),
            corpora=corpora or (),
            field=field,
            seed=seed,
            start=start,
            part=part,
            val=val,
            to=to,
            dictionary=dictionary,
            boxes=boxes,
            workers=workers,
            engine=engine,
            overwrite=overwrite,
            progress=Rate(shown, task, "lines"),
        )
    report = made.report
    if as_json:
        print_json(report)
        return
    lines = " + ".join(f"{count:,} {side}" for side, count in report["lines"].items())
    out.print(
        f"{escape(str(output))}: {lines} lines, {report['characters']:,} characters, "
        f"{report['classes']:,} classes"
        + (" (simulated handwriting)" if report["simulated"] else "")
    )
    if report["mixed_writers"]:
        out.print("  writers are mixed: a line holds glyphs of several hands")
    for reason, count in list(report["skipped"].items())[:5]:
        out.print(f"  {escape(reason)}: {count:,}")
    if len(report["skipped"]) > 5:
        out.print(f"  and {len(report['skipped']) - 5:,} more reasons, in report.json")
    if report["errors"]:
        out.print(
            f"  [red]{len(report['errors']):,} lines could not be made[/red]: "
            f"{escape(report['errors'][0])}"
        )
    for source in report["sources"]:
        out.print(f"  {escape(source['title'])}: {escape(source['licence'])}")


@app.command()
def convert(
    sources: Sources,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to make.")],
    to: Annotated[str, typer.Option("--to", help="The training format.")] = "paddleocr",
    unknown: Annotated[
        str, typer.Option(help="Ink without a label: drop-line, drop-char or keep (as U+FFFD).")
    ] = "drop-line",
    part: Annotated[
        str | None, typer.Option(help="train or test, instead of what the names say.")
    ] = None,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Leave out damaged records instead of stopping.")
    ] = False,
    jpeg: Annotated[
        bool, typer.Option("--jpeg", help="JPEG of quality 95; PNG keeps every pixel.")
    ] = False,
    boxes: Annotated[
        bool, typer.Option("--boxes", help="Write places and provenance, too.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Write real characters and lines of archives as a training set."""
    from penline.api import convert as run

    with bar("converting", "pictures") as (shown, task):
        report = run(
            sources,
            output,
            to=to,
            unknown=unknown,
            part=part,
            salvage=salvage,
            image_format="jpg" if jpeg else "png",
            boxes=boxes,
            overwrite=overwrite,
            progress=Rate(shown, task, "pictures"),
        )
    if as_json:
        print_json(report)
        return
    lines = " + ".join(f"{count:,} {side}" for side, count in report["lines"].items())
    out.print(
        f"{escape(str(output))}: {lines} pictures, {report['characters']:,} characters, "
        f"{report['classes']:,} classes"
    )
    for reason, count in report["left_out"].items():
        out.print(f"  {escape(reason)}: {count:,}")
    for source in report["sources"]:
        out.print(f"  {escape(source['title'])}: {escape(source['licence'])}")


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A finished data set.")], as_json: AsJson = False
) -> None:
    """Re-read a finished data set: every label has its image, every image decodes, hashes hold."""
    from penline.api import check as look

    with bar("checking", "images") as (shown, task):
        found = look(path, progress=Rate(shown, task, "images"))
    if as_json:
        print_json({"lines": found.lines, "problems": found.problems})
    else:
        for problem in found.problems[:20]:
            out.print(f"[red]problem[/red] {escape(problem)}")
        if len(found.problems) > 20:
            out.print(f"and {len(found.problems) - 20:,} more problems")
        lines = " + ".join(f"{count:,} {side}" for side, count in found.lines.items())
        verdict = f"{len(found.problems):,} problems" if found.problems else "sound"
        out.print(f"{escape(str(path))}: {lines} lines: {verdict}")
    if found.problems:
        raise typer.Exit(WRONG_DATA)


@app.command("new-card")
def new_card(
    id: Annotated[str, typer.Argument(help="Id of the new data set: small letters, 0-9, - and .")],
    folder: Annotated[Path, typer.Option("-o", "--output", help="Where to write.")] = Path(),
) -> None:
    """Write the skeleton of a card and of its test, for bringing one more archive."""
    from penline.api import new_card as make

    for path in make(id, folder):
        out.print(escape(str(path)))


@app.command()
def sheet(
    source: Annotated[Path, typer.Argument(help="A bank, an archive or file, or a data set.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many glyphs or lines.")] = 2000,
) -> None:
    """Make a page to look at: glyphs by character and writer, or lines with text and boxes."""
    from penline.api import sheet as make

    facts = make(source, output, limit=limit)
    out.print(f"{escape(str(output))}: {facts.shown:,} of {facts.total:,} {facts.kind}")
