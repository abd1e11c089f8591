"""Commands about data sets as they are published."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from penline.cli.base import (
    WRONG_DATA,
    AsJson,
    Classes,
    Columns,
    KeepOdd,
    Labels,
    Part,
    Sources,
    app,
)
from penline.cli.summaries import print_census, print_facts
from penline.console import Rate, bar, out, print_json
from penline.words import counted


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the catalogue: every data set that penline has a card of.

    *readable*: penline has a reader for its files. *gettable*: `penline get` knows where they
    are. The others are a card only. `$PENLINE_CARDS` may name folders with more cards.
    """
    from penline import catalogue
    from penline.formats import READERS

    cards = catalogue.load()
    if as_json:
        print_json(
            [
                {
                    **card.model_dump(mode="json", exclude={"prose"}),
                    "state": card.state(READERS),
                    "readable": card.readable(READERS),
                    "gettable": card.gettable,
                }
                for card in cards.values()
            ]
        )
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("id", "penline", "what"):
        table.add_column(column, no_wrap=column == "id")
    for card in cards.values():
        table.add_row(card.id, card.state(READERS), escape(card.summary().partition(": ")[2]))
    out.print(table, soft_wrap=False)


@app.command()
def card(
    id: Annotated[str, typer.Argument(help="Id of a data set, as in `penline list`.")],
    as_json: AsJson = False,
) -> None:
    """Show one card: what a data set is, where it is, its licence, its counts, how to use it."""
    from penline import catalogue
    from penline.catalogue.errata import errata
    from penline.catalogue.page import card_page
    from penline.formats import READERS

    found = catalogue.card(id)
    if as_json:
        facts = {"state": found.state(READERS), "gettable": found.gettable}
        known_wrong = [one.model_dump(mode="json") for one in errata(found.id)]
        print_json({**found.model_dump(mode="json"), **facts, "errata": known_wrong})
    elif out.is_terminal:
        from rich.markdown import Markdown  # loaded on use: it takes a while

        out.print(Markdown(card_page(found, READERS)), soft_wrap=False)
    else:
        print(card_page(found, READERS))  # noqa: T201


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
            proof = f"{one.how}, {counted(one.bytes, 'byte')}, proven by {one.proven_by}"
            out.print(f"{escape(str(one.path))}: {proof}")
        if got.missing:
            out.print(f"[red]missing[/red] {escape(got.advice)}")
    if got.missing:
        raise typer.Exit(WRONG_DATA)


@app.command()
def info(
    paths: Sources,
    labels: Labels = None,
    classes: Classes = None,
    columns: Columns = None,
    keep_odd: KeepOdd = False,
    as_json: AsJson = False,
) -> None:
    """Tell what files, banks and finished sets are: format, counts, writers, first defects."""
    from penline.api import info as look
    from penline.sources.reading import Reading

    with bar("reading", "files") as (shown, task):
        facts = look(
            paths,
            reading=Reading(labels, classes, columns, keep_odd),
            progress=lambda file: shown.update(task, description=escape(file)),
        )
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
    part: Part = None,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder of all archives; default: $PENLINE_ROOT, or the user's cache."),
    ] = None,
    errata: Annotated[
        bool, typer.Option("--errata/--no-errata", help="Apply what is known to be wrong.")
    ] = True,
    labels: Labels = None,
    classes: Classes = None,
    columns: Columns = None,
    keep_odd: KeepOdd = False,
    as_json: AsJson = False,
) -> None:
    """Read every record, compare with the published counts, list findings; exit 1 on a mismatch.

    Of a data set named by its id, the archives on the shelf are read, and those that are missing
    are named, with how to get them. Names that are missing, damage, wrong labels and what cannot
    be opened are findings, each with its place.

    A figure is `equal` to what is published, or `differs`; `conflict` means that sources disagree
    and one of them is met; `not published` is shown for what nobody has counted.

    `--json` prints one object: `whole` (true: exit code 0), `verdict`, `files`, `records`,
    `unlabelled` (characters that came without a label),
    `figures` (`card`, `what`, `part`, `scope`, `found`, `published`: a list of `value`, `source`,
    `confidence`, `rounded`; `verdict`), `findings` (`kind`, `card`, `file`, `offset`, `record`,
    `field`, `expected`, `found`; the first thousand of `finding_count`), `notes` (`card`, `says`,
    `source`, `times`), `shelves` (`id`, `folder`, `here`, `missing`, `advice`) and `without_card`
    (records of each file that belongs to no data set).
    """
    from penline.api import census as count
    from penline.sources.reading import Reading

    with bar("counting", "records") as (shown, task):
        rate = Rate(shown, task, "records")
        found = count(
            [str(path) for path in paths],
            part=part,
            root=root,
            errata=errata,
            reading=Reading(labels, classes, columns, keep_odd),
            progress=lambda _, records: rate(records),
        )
    if as_json:
        print_json(found.as_json())
    else:
        print_census(found)
    if not found.whole:
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
