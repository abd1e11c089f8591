"""Commands about data sets as they are published."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from penline.cli.base import (
    WRONG_DATA,
    AsJson,
    Card,
    Images,
    Part,
    Sources,
    app,
    reading_options,
)
from penline.cli.summaries import print_census, print_facts
from penline.console import Rate, bar, err, out, print_json
from penline.errors import UsageError
from penline.words import counted

if TYPE_CHECKING:
    from penline.acquire.links import Link, LinkReport
    from penline.new_card import Question


@app.command("list")
def list_(
    readable: Annotated[
        bool, typer.Option("--readable", help="Those alone that penline reads.")
    ] = False,
    gettable: Annotated[
        bool, typer.Option("--gettable", help="Those alone that penline get downloads.")
    ] = False,
    script: Annotated[
        str | None, typer.Option(help="Those of one script: Latn, or its name.")
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            help="Those whose licence allows it: commercial or redistribution; or words of its "
            "name: 'CC BY'."
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="characters, words, lines, pages or formulas; or online or offline."),
    ] = None,
    as_json: AsJson = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of --json instead.")
    ] = False,
) -> None:
    """Show the catalogue: every data set that penline has a card of.

    *readable*: penline has a reader for its files. *gettable*: `penline get` knows where they
    are. The others are a card only. `$PENLINE_CARDS` may name folders with more cards.
    """
    from penline.catalogue import listing
    from penline.catalogue.finding import filtered
    from penline.formats import READERS

    if as_json and schema:
        raise UsageError("--json prints the catalogue and --schema its form; ask for one of them")
    if schema:
        print_json(listing.schema())
        return
    cards = filtered(
        READERS,
        readable=readable,
        gettable=gettable,
        script=script,
        licence=licence,
        kind=kind,
    )
    if as_json:
        print_json(listing.listing(READERS, cards))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("id", "penline", "what"):
        table.add_column(column, no_wrap=column == "id")
    for card in cards:
        table.add_row(card.id, card.state(READERS), escape(card.summary().partition(": ")[2]))
    out.print(table if cards else "no card has all of that", soft_wrap=False)


@app.command()
def card(
    id: Annotated[str, typer.Argument(help="Id of a data set, as in `penline list`.")],
    as_json: AsJson = False,
    croissant: Annotated[
        bool, typer.Option("--croissant", help="Print it as Croissant 1.0 (JSON-LD).")
    ] = False,
    htr_united: Annotated[
        bool,
        typer.Option(
            "--htr-united", help="Print it as a record of HTR-United (YAML): lines and pages."
        ),
    ] = False,
) -> None:
    """Show one card: what a data set is, where it is, its licence, its counts, how to use it."""
    from penline import catalogue
    from penline.catalogue.errata import errata
    from penline.catalogue.page import card_page
    from penline.formats import READERS

    if as_json + croissant + htr_united > 1:
        raise UsageError("--json, --croissant and --htr-united are three forms; ask for one")
    found = catalogue.card(id)
    if croissant:
        from penline.catalogue.croissant import croissant as described

        print_json(described(found))
    elif htr_united:
        from penline.catalogue.htr_united import record_of, record_text

        print(record_text(record_of(found)), end="")  # noqa: T201
    elif as_json:
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
@reading_options
def info(
    paths: Sources,
    card: Card = None,
    reading: Any = None,
    images: Images = None,
    as_json: AsJson = False,
) -> None:
    """Tell what files, banks and finished sets are: format, counts, writers, first defects."""
    from penline.api import info as look

    with bar("reading", "files") as (shown, task):
        facts = look(
            paths,
            card=card,
            reading=reading if images is None else replace(reading, images=str(images)),
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
@reading_options
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
    reading: Any = None,
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

    with bar("counting", "records") as (shown, task):
        rate = Rate(shown, task, "records")
        found = count(
            [str(path) for path in paths],
            part=part,
            root=root,
            errata=errata,
            reading=reading,
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
    id: Annotated[
        str | None, typer.Argument(help="Id of the new data set: small letters, 0-9, - and .")
    ] = None,
    folder: Annotated[Path, typer.Option("-o", "--output", help="Where to write.")] = Path(),
    ask: Annotated[
        bool | None,
        typer.Option(
            "--ask/--no-ask", help="Ask for the main facts; default: where a terminal can answer."
        ),
    ] = None,
    htr_united: Annotated[
        Path | None,
        typer.Option(
            "--from-htr-united", help="Write a card for each record of this file instead (YAML)."
        ),
    ] = None,
) -> None:
    """Write the skeleton of a card and of its test, for bringing one more archive."""
    from penline.api import new_card as make
    from penline.new_card import QUESTIONS, from_htr_united, new_places

    if (id is None) == (htr_united is None):
        raise UsageError("give the id of one new card, or --from-htr-united and its file")
    if htr_united is not None:
        if ask is not None:
            raise UsageError("--ask and --no-ask are for one new card, not for records")
        made = from_htr_united(htr_united, folder)
    else:
        new_places(id or "", folder)
        asked = sys.stdin.isatty() if ask is None else ask
        answers = {one.key: _answer(one) for one in QUESTIONS} if asked else {}
        made = make(id or "", folder, answers)
    for path in made:
        out.print(escape(str(path)))


def _answer(question: Question) -> str:
    """What the user answers, asked again until it is an answer."""
    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    while True:
        try:
            told = typer.prompt(f"{question.text}{choices}", "", show_default=False, err=True)
            question.filled(told)
        except UnicodeDecodeError as error:
            raise UsageError(f"{question.text}: the answer is not UTF-8; give it so") from error
        except UsageError as error:
            typer.echo(str(error), err=True)
        else:
            return str(told)


@app.command("check-links")
def check_links(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of data sets; default: the whole catalogue.")
    ] = None,
    pause: Annotated[
        float, typer.Option(min=0.0, help="Seconds between two requests to one host.")
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Ask every address of the cards whether it still stands, one after the other.

    Only headers are asked for. Those that moved for good, are gone, refuse, keep silent, or lead
    to a file of another size than the card's are named as they are found, each with the day on
    which it was read; `--json` prints at the end, or at Ctrl-C what was found by then.
    Exit code 1 if one is gone or changed.
    """
    from penline.api import check_links as run

    found: list[LinkReport] = []
    stopped: KeyboardInterrupt | None = None
    with bar("asking", "addresses") as (shown, task):
        # the bar stands below what its own console prints
        above = err if out.is_terminal and err.is_terminal else out
        try:
            for one in run(
                *(ids or ()),
                pause_seconds=pause,
                progress=lambda done, of: shown.update(task, completed=done, total=of),
            ):
                found.append(one)
                if one.verdict != "sound" and not as_json:
                    read = f", read {one.link.checked}" if one.link.checked else ""
                    detail = f": {one.detail}" if one.detail else ""
                    places = "; ".join(one.link.places)
                    said = f"{one.verdict} {one.link.address}{detail} ({places}{read})"
                    above.print(escape(said))
        except KeyboardInterrupt as error:
            stopped = error
    if as_json:
        print_json([{**asdict(one), "link": _link_json(one.link)} for one in found])
    else:
        sound = sum(one.verdict == "sound" for one in found)
        out.print(f"{counted(len(found), 'address')}, {sound} sound")
    if stopped is not None:
        raise stopped
    if any(one.verdict in ("gone", "changed") for one in found):
        raise typer.Exit(WRONG_DATA)


def _link_json(link: Link) -> dict[str, object]:
    return {**asdict(link), "checked": link.checked.isoformat() if link.checked else None}
