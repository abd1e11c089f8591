"""A finished set held against its own recipe: every line is made again and taken apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from pydantic import ValidationError

from penline.bank import Bank
from penline.check import Checked, read_report
from penline.corpus import Corpus
from penline.errors import ExportError, UnwritableLine, UsageError
from penline.export.base import Options, encode
from penline.export.paddleocr import BOXES, DICTIONARY, read_dictionary
from penline.produce import contents
from penline.recipe import Composer, Recipe
from penline.recipe.anatomy import dissect, faults
from penline.records import Bytes2D

__all__ = ["composer_of", "prove_ink"]

PIXELS_APART = 24
"""Another version of an encoder may round otherwise; a glyph that is not there differs by more."""
BOX_APART_PX = 0.01


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a finished set: its picture, its label, its boxes where there are some."""

    path: str
    index: int
    text: str
    quads: list[Any] | None


def composer_of(
    report: Mapping[str, Any],
    out: Path,
    banks: Sequence[Bank],
    corpus: Corpus,
    dictionary: Path | None = None,
) -> Composer:
    """The composer that a finished set was made with.

    Args:
        report: what ``report.json`` holds.
        out: the set's folder, for its dictionary; for messages, too.
        banks: the banks it was made from, in that order.
        corpus: the text it was made from.
        dictionary: the trainer's dictionary that it was made for; None for the one in its folder.

    Raises:
        ExportError: the report does not say how the set was composed.
        UsageError: a bank or a text is not the one that it was made from.
    """
    run = report["run"]
    alphabet = None
    try:
        recipe = Recipe.model_validate(run["recipe"])
        wanted: dict[str, str] = dict(run["contents"])
        if "alphabet" in wanted:
            known = dictionary or out / DICTIONARY
            alphabet = frozenset(read_dictionary(known.read_bytes(), known.name))
        facts = int(run["seed"]), int(run["start"]) + int(run["count"])
        composer = Composer(
            *(recipe, list(banks), corpus, facts[0]),
            length=facts[1],
            part=str(run["part"]),
            val=float(run["val"]),
            alphabet=alphabet,
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise ExportError(f"{out}: its report does not say how it was composed ({error})") from None
    found = contents(composer)
    for name in sorted({*wanted, *found}):
        if wanted.get(name) != found.get(name):
            raise UsageError(f"{name} is not what {out} was made from; name the same files again")
    return composer


def prove_ink(
    out: Path,
    banks: Sequence[Bank],
    corpus: Corpus,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """Prove each label and box of a finished set of composed lines.

    Every line is made again from its recipe, glyph by glyph: its ink must be the union of its
    glyphs' masks, every character must be spelled by its glyphs and own ink inside its box and
    nowhere else, and the set's picture, label and boxes must be those of the line.

    Args:
        out: a set of ``paddleocr``.
        banks: the banks it was made from, in that order.
        corpus: the text it was made from.
        progress: called with lines done and lines in all.

    Raises:
        ExportError: not a finished set of composed lines.
        UsageError: a bank or a text is not the one that it was made from.
    """
    report = read_report(out)
    if report["run"]["to"] != "paddleocr":
        raise UsageError(f"{out}: the ink of a set in {report['run']['to']} cannot be proven yet")
    composer = composer_of(report, out, banks, corpus)
    options = Options(str(report["run"]["format"]), int(report["run"]["quality"]))
    found = Checked(out, dict.fromkeys(report["lines"], 0))
    total = sum(report["lines"].values())
    for side in report["lines"]:
        for row in _rows(out, side):
            found.lines[side] += 1
            problems = _line_problems(composer, row, out, options)
            found.problems += [f"{row.path}: {problem}" for problem in problems]
            if progress:
                progress(sum(found.lines.values()), total)
    return found


def _rows(out: Path, side: str) -> Iterator[_Row]:
    boxes: dict[str, list[Any]] = {}
    if (out / BOXES).is_file():
        with (out / BOXES).open("rb") as file:
            for row in file:
                value = json.loads(row)
                boxes[str(value["path"])] = value["quads"]
    for line in (out / f"rec_gt_{side}.txt").read_bytes().decode("utf-8").splitlines():
        path, _, text = line.partition("\t")
        stem = PurePosixPath(path).stem
        if not stem.isdigit():
            raise ExportError(f"{out}: {path} is not named by its index")
        yield _Row(path, int(stem), text, boxes.get(path) if boxes else None)


def _line_problems(composer: Composer, row: _Row, out: Path, options: Options) -> Iterator[str]:
    try:
        anatomy = dissect(composer.kit, composer.seed, row.index)
    except UnwritableLine as error:
        yield f"cannot be made again: {error}"
        return
    sample = anatomy.sample
    yield from faults(composer.kit, anatomy)
    if row.text != sample.text:
        yield f"its label is {row.text!r}, what is written {sample.text!r}"
    if row.quads is not None:
        quads = np.array(row.quads, np.float64) if len(row.quads) == len(sample.text) else None
        if quads is None or quads.shape != sample.quads.shape:
            yield "its boxes are not one a character"
        else:
            away = np.abs(quads - sample.quads).max((1, 2)) > BOX_APART_PX
            for item in np.flatnonzero(away).tolist():
                yield f"the box of character {item} ({sample.text[item]}) was moved"
    wanted = encode(sample.image, options)
    try:
        data = (out / row.path).read_bytes()
    except OSError:
        yield "its picture is missing"
        return
    if data == wanted:
        return
    one, other = _decoded(data), _decoded(wanted)
    if one is None or other is None or one.shape != other.shape:
        yield "its picture is not that of the line"
        return
    apart = np.abs(one.astype(np.int16) - other) > PIXELS_APART
    if apart.any():
        places = np.argwhere(apart.reshape(*one.shape[:2], -1).any(2)) + 0.5
        for item, quad in enumerate(sample.quads):
            (left, top), (right, bottom) = quad.min(0), quad.max(0)
            y, x = places.T
            if ((x > left) & (x < right) & (y > top) & (y < bottom)).any():
                yield f"the picture of character {item} ({sample.text[item]}) is not its glyph"
                return
        yield "its picture differs from that of the line"


def _decoded(data: bytes) -> Bytes2D | None:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return None if found is None else np.asarray(found, np.uint8)
