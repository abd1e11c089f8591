"""What all commands share: the application, exit codes, and options that several take."""

from __future__ import annotations

import functools
import inspect
import io
import re
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

import penline
from penline.cli.error_pages import with_page
from penline.cli.examples import EXAMPLES, GROUPS, START
from penline.console import fail, out, show_log
from penline.errors import Interrupted, PenlineError, UsageError
from penline.gc_tuning import leave_all

__all__ = [
    "GOOD",
    "WRONG_DATA",
    "AsJson",
    "Encoding",
    "Overwrite",
    "Sources",
    "TableHelpCommand",
    "app",
    "arrange",
    "filled",
    "main",
]

GOOD, WRONG_DATA, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 3
_NAMES = re.compile(r"\{(engines|exporters|presets)(?: (\w+))?\}")
_STOPPED = 130
"""What some versions of Typer make of Ctrl-C."""


class _Commands(TyperGroup):
    """All commands; a word that is empty means nothing in any of them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line; refuse what a shell's variable without a value leaves."""
        for word in args[1:]:
            if not word or re.fullmatch(r"--[\w-]+=", word):
                what = word or "an argument"
                raise typer.BadParameter(
                    f"{what} is empty; name a file or value (this folder is .)"
                )
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="penline",
    cls=_Commands,
    help="From handwriting archives to training-ready text lines.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Sources = Annotated[
    list[Path],
    typer.Argument(
        help="Ids of data sets, files, folders and archives, mixed.", show_default=False
    ),
]
Part = Annotated[str | None, typer.Option(help="train or test, instead of what the names say.")]
Writer = Annotated[
    str | None,
    typer.Option(
        "--writer",
        help="Whose hand it is, instead of what the names say: NAME, family:name or unknown.",
    ),
]
Card = Annotated[
    str | None,
    typer.Option("--card", help="Which data set it is, instead of what the names say; or none."),
]
Licence = Annotated[
    str | None, typer.Option("--licence", help="The terms in words, instead of the card's.")
]
Salvage = Annotated[
    bool, typer.Option("--salvage", help="Leave out damaged records instead of stopping.")
]
_READING = {
    "labels": Annotated[
        str | None,
        typer.Option("--labels", help="Pattern of pictures' names: '{writer}/{label}/*.png'."),
    ],
    "classes": Annotated[
        str | None,
        typer.Option(
            "--classes", help="File of what class numbers stand for, one a line or a table."
        ),
    ],
    "columns": Annotated[
        str | None,
        typer.Option(
            "--columns",
            help="Columns of a table: label=value,writer=suite_id (entry= names, text= lines).",
        ),
    ],
    "texts": Annotated[
        str | None,
        typer.Option(
            "--texts",
            help="Where the texts of lines lie, 'gt/*.txt', if not beside their pictures.",
        ),
    ],
    "keep_odd": Annotated[
        bool,
        typer.Option("--keep-odd", help="Take also pictures that are probably no characters."),
    ],
    "character": Annotated[
        str | None,
        typer.Option("--character", help="What all the pictures show, instead of labels."),
    ],
    "many": Annotated[
        bool | None,
        typer.Option(
            "--many/--one",
            help="Each picture shows its character many times, and is cut apart; or once.",
        ),
    ],
}
Images = Annotated[
    Path | None,
    typer.Option("--images", help="Folder of the pictures of pages in XML, if not theirs."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; default: as many as processors.")
]
RecipeOption = Annotated[
    str | None,
    typer.Option("--recipe", help="A YAML file, or a name: {presets}; default: papers."),
]
Engine = Annotated[str, typer.Option(help="Where shards run: {engines}.")]
Address = Annotated[
    str | None, typer.Option(help="With --engine ray: of a cluster; default: this machine.")
]
Encoding = Annotated[
    str | None,
    typer.Option(help="Of the text files: gb18030, big5, utf-16, ...; UTF-8 by default."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")]


class TableHelpCommand(TyperCommand):
    """A command whose help names members of tables; they are looked up when help is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, the names in their places."""
        for one in self.params:
            if help_text := getattr(one, "help", None):
                one.help = filled(help_text)  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Put the options of how labelled pictures are read in the place of a command's ``reading``."""
    kinds = get_type_hints(command, include_extras=True)
    given = inspect.signature(command).parameters.values()
    parameters = []
    for one in given:
        if one.name != "reading":
            parameters.append(one.replace(annotation=kinds[one.name]))
            continue
        for name, kind in _READING.items():
            default = False if name == "keep_odd" else None
            parameters.append(inspect.Parameter(name, one.kind, default=default, annotation=kind))

    @functools.wraps(command)
    def run(**values: Any) -> None:
        from penline.sources.reading import Reading

        said = {name: values.pop(name) for name in _READING}
        command(**values, reading=Reading(**said))

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def filled(text: str, *, own: bool = False) -> str:
    """Put the names that a table holds into a help text.

    Args:
        text: with ``{engines}``, or ``{exporters lines}`` for those whose own text begins so.
        own: name penline's own alone: for pages that are the same wherever they are made.
    """
    return _NAMES.sub(lambda found: _names(found[1], found[2] or "", own=own), text)


def _names(table: str, start: str, *, own: bool) -> str:
    from penline.engine import ENGINES
    from penline.export import EXPORTERS
    from penline.recipe.presets import PRESETS
    from penline.registry import Registry

    found = (ENGINES, EXPORTERS, PRESETS)
    rows: Registry[Any] = next(one for one in found if one.group == f"penline.{table}")
    names = [name for name, row in rows.own.items() if row.help.startswith(start)]
    for name in () if own else [name for name in rows if name not in rows.own]:
        with suppress(PenlineError):  # a broken package is told of where its name is used
            if not start or rows.load(name).takes == start:
                names.append(f"{name} ({rows[name].help})")
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def main() -> None:
    """Run the command line; exit codes: 0 good, 1 wrong data, 2 wrong usage, 3 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a name that the terminal cannot show must not end the work
            stream.reconfigure(errors="backslashreplace")
    show_log()
    here = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _terminated) if here else None
    try:
        code = app(standalone_mode=False)
    except Interrupted as error:
        fail(str(error), INTERRUPTED)
    except PenlineError as error:
        said = "; ".join((str(error), *getattr(error, "__notes__", ())))
        fail(with_page(said), WRONG_USAGE if isinstance(error, UsageError) else WRONG_DATA)
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
    finally:
        leave_all()
        if before is not None:  # who runs a command in a process of their own keeps their signals
            signal.signal(signal.SIGTERM, before)
    if code == _STOPPED:
        fail("stopped", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else GOOD)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """End as at Ctrl-C, so that nothing is left half written; at once, where it comes again."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"penline {penline.__version__}")
        raise typer.Exit


def arrange() -> None:
    """Put all commands into the groups of ``--help``, and an example below the help of each."""
    rows = {row.name or row.callback.__name__: row for row in app.registered_commands}  # type: ignore[union-attr]
    grouped = [(group, name) for group, names in GROUPS.items() for name in names]
    for group, name in grouped:
        rows[name].rich_help_panel = group
        about, example = next(iter(EXAMPLES[name].items()))
        rows[name].epilog = f"{about} `{example.splitlines()[0]}`"
    app.registered_commands = [rows[name] for _, name in grouped]


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback heeds it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        out.print(START, markup=False, end="")
