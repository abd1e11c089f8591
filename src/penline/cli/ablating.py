"""The commands that tell which lines teach a reader, and what a reader reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from penline.cli.base import AsJson, Overwrite, app
from penline.console import Rate, bar, out, print_json
from penline.words import counted

Side = Annotated[str | None, typer.Option(help="Of the real lines: train or val; default: all.")]
IgnoreCase = Annotated[
    bool, typer.Option("--ignore-case", help="Take capitals and small letters for the same.")
]
AsWritten = Annotated[
    bool, typer.Option("--no-nfkc", help="Do not fold labels and readings by NFKC.")
]
_ERRORS = "characters {} (95 %: {}), words {} (95 %: {})"


@app.command()
def ablate(
    real: Annotated[
        Path,
        typer.Option("--real", help="The lines to judge on: a set, a list, pages, an archive."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder of all results.")],
    recipes: Annotated[
        list[str] | None,
        typer.Option("--recipe", help="A recipe is an arm; repeatable. The first is the base."),
    ] = None,
    arms: Annotated[
        list[str] | None,
        typer.Option("--arm", help="NAME:RECIPE.yaml[,BANK...][,TEXT...]; repeatable."),
    ] = None,
    banks: Annotated[
        list[Path] | None, typer.Option("--bank", help="Glyphs of arms that name none; repeatable.")
    ] = None,
    corpora: Annotated[
        list[Path] | None, typer.Option("--corpus", help="Text of arms that name none.")
    ] = None,
    real_train: Annotated[
        Path | None, typer.Option("--real-train", help="Real lines to train on, for --mix.")
    ] = None,
    mix: Annotated[
        str, typer.Option(help="Shares of composed lines: 0,0.5,1 makes each arm thrice.")
    ] = "1",
    seeds: Annotated[int, typer.Option(min=1, help="Trainings of each arm.")] = 3,
    steps: Annotated[int, typer.Option(min=1, help="Of each training.")] = 4000,
    batch: Annotated[int, typer.Option(min=1, help="Lines of a step.")] = 32,
    rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 1e-3,
    every: Annotated[
        int, typer.Option(min=0, help="Steps between looks and checkpoints; 0: a twentieth.")
    ] = 0,
    reader: Annotated[str, typer.Option(help="The network that is trained.")] = "crnn-small",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 ...")] = "auto",
    processes: Annotated[int, typer.Option(min=1, help="Trainings at a time.")] = 1,
    side: Side = None,
    groups: Annotated[
        Path | None,
        typer.Option(help="Lines of WRITER (or FILE:NUMBER), TAB, GROUP: errors by group, too."),
    ] = None,
    part: Annotated[str, typer.Option(help="Of the banks: train, test or all.")] = "train",
    trim: Annotated[
        bool, typer.Option("--trim", help="Cut all lines to their ink, with like margins.")
    ] = False,
    half: Annotated[
        bool, typer.Option("--half", help="Multiply in bfloat16 while training.")
    ] = False,
    ignore_case: IgnoreCase = False,
    no_nfkc: AsWritten = False,
    onnx: Annotated[
        bool, typer.Option("--onnx", help="Write the best weights as model.onnx, too.")
    ] = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Train one reader on the lines of each arm, and tell which arm reads real lines best.

    Interrupted, it goes on from its checkpoints when the same is asked for again. The folder gets
    `results.json`, `ablation.html`, and the best weights with `model.json`, which says how they
    were made.
    """
    from penline.api import ablate as run
    from penline.api import ablation_files

    specs = [f"{Path(recipe).stem}:{recipe}" for recipe in recipes or ()] + list(arms or ())
    with bar("training", "steps") as (shown, task):
        found = run(
            output,
            real=real,
            arms=specs,
            banks=banks or (),
            corpora=corpora or (),
            real_train=real_train,
            mixes=_shares(mix),
            side=side,
            groups=groups,
            seeds=seeds,
            steps=steps,
            batch=batch,
            rate=rate,
            every=every,
            recogniser=reader,
            device=device,
            processes=processes,
            case=not ignore_case,
            nfkc=not no_nfkc,
            part=part,
            trim=trim,
            half=half,
            overwrite=overwrite,
            progress=Rate(shown, task, "steps"),
        )
    page = ablation_files(found, onnx=onnx)
    if as_json:
        print_json(found.results)
        return
    for arm in found.results["arms"]:
        out.print(f"{escape(arm['name'])}: {_errors(arm)}")
        if less := arm.get("difference"):
            low, high = (f"{100 * end:+.1f}" for end in less["interval"])
            out.print(
                f"  {100 * less['error']:+.1f} points to the first arm (95 %: {low} to {high})"
            )
    best = found.results["best"]
    out.print(f"best: {escape(best['arm'])}, seed {best['seed']}; {escape(str(page))}")


@app.command()
def read(
    source: Annotated[Path, typer.Argument(help="Lines: a set, a list, pages, an archive.")],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="The folder of an ablation, weights.pt in it, an .onnx file, or rapidocr.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A page of the worst lines, .html.")
    ] = None,
    side: Side = None,
    most: Annotated[int | None, typer.Option(min=1, help="No more lines than these.")] = None,
    ignore_case: IgnoreCase = False,
    no_nfkc: AsWritten = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Read the lines of a set with a model, and count its errors.

    With `--json` the answer has every reading.
    """
    from penline.api import read_lines, readings_file

    if output is not None:
        readings_file(None, output, overwrite=overwrite)
    with bar("reading", "lines") as (shown, task):
        found = read_lines(
            source,
            model,
            side=side,
            case=not ignore_case,
            nfkc=not no_nfkc,
            most=most,
            progress=Rate(shown, task, "lines"),
        )
    if output is not None:
        readings_file(found, output, overwrite=overwrite)
    if as_json:
        rows = [
            {"name": line.name, "text": line.text, "read": text}
            for line, text in zip(found.lines, found.texts, strict=True)
        ]
        print_json({**found.results, "readings": rows})
        return
    lines = counted(found.results["judged_on"]["lines"], "line")
    out.print(f"{escape(found.results['model'])}, {lines}: {_errors(found.results)}")
    for at in found.worst[:5]:
        out.print(f"  says {escape(found.lines[at].text)}, read {escape(found.texts[at])}")


def _shares(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"--mix is shares of composed lines with commas, as 0,0.5,1, not {text!r}"
        ) from None


def _errors(row: dict[str, Any]) -> str:
    told = []
    for unit in ("characters", "words"):
        low, high = row[unit]["interval"]
        told += [f"{100 * row[unit]['error']:.1f} %", f"{100 * low:.1f} to {100 * high:.1f}"]
    return _ERRORS.format(*told)
