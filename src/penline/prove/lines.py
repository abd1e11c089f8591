"""Lines of a finished set held against the lines that their recipe makes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from penline.compose import Composer
from penline.compose.line_masks import consistency_errors, decompose
from penline.durable import read_file
from penline.errors import ExportError, UnwritableLine
from penline.export.base import Options
from penline.export.encoded import turned
from penline.export.paddleocr import BOXES
from penline.prove.pictures import BOX_APART_PX, picture_problem

__all__ = ["line_problems", "rows_of"]


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One line of a finished set: its picture, its label, its boxes where there are some, and
    what each of these is of."""

    path: str
    index: int
    text: str
    quads: list[Any] | None
    entries: Sequence[str]


def rows_of(out: Path, side: str) -> Iterator[StoredLine]:
    boxes: dict[str, tuple[list[Any], list[str]]] = {}
    if (out / BOXES).is_file():
        with (out / BOXES).open("rb") as file:
            for row in file:
                value = json.loads(row)
                boxes[str(value["path"])] = value["quads"], value.get("entries", [])
    text = read_file(out / f"rec_gt_{side}.txt").decode("utf-8")
    for line in text.removesuffix("\n").split("\n") if text else ():
        path, _, text = line.partition("\t")
        stem = PurePosixPath(path).stem
        if not stem.isdigit():
            raise ExportError(f"{out}: {path} is not named by its index")
        quads, entries = boxes.get(path, (None, []))
        yield StoredLine(path, int(stem), text, quads, entries)


def line_problems(
    composer: Composer, row: StoredLine, out: Path, options: Options
) -> Iterator[str]:
    try:
        masks = decompose(composer.plan, composer.seed, row.index)
    except UnwritableLine as error:
        yield f"cannot be made again: {error}"
        return
    sample = turned(masks.sample) if options.turned else masks.sample
    yield from consistency_errors(masks)
    if row.text != sample.text:
        yield f"its label is {row.text!r}, what is written {sample.text!r}"
    if row.quads is not None:
        quads = np.array(row.quads, np.float64) if len(row.quads) == len(sample.items) else None
        if tuple(row.entries) != sample.entries:
            yield "its entries are not what was written"
        if quads is None or quads.shape != sample.quads.shape:
            yield "its boxes are not one a character"
        else:
            away = np.abs(quads - sample.quads).max((1, 2)) > BOX_APART_PX
            for item in np.flatnonzero(away).tolist():
                yield f"the box of character {item} ({sample.items[item]}) was moved"
    names = [f"character {item} ({character})" for item, character in enumerate(sample.items)]
    named = list(zip(names, sample.quads, strict=True))
    problem = picture_problem(out / row.path, sample.image, options, "line", named)
    if problem:
        yield problem
