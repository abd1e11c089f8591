"""The isolated characters of UNIPEN's zip, by person, as penline's reader gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.formats.unipen import record_of, stroke_labels, styled
from penline.records import StrokeRecord
from penline.sources.collect import open_sources
from penline.sources.unipen.names import BOXED
from penline.sources.unipen.unit import UnipenUnit

__all__ = ["REQUIRED", "Glyph", "Person", "people", "size_of"]

Glyph: TypeAlias = tuple[npt.NDArray[np.float32], ...]
"""Strokes, ``float32 (points, 2)`` each, x right and y down."""
Person: TypeAlias = dict[str, list[Glyph]]
"""By character, in the order of the files."""

SIGNS = frozenset(map(chr, range(0x21, 0x7F)))
REQUIRED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,'?!-")
"""What is asked for of everybody."""
_FEW = 10
"""So many characters that came both ways tell how a person's boxes are scaled."""


def people(archive: Path) -> tuple[dict[str, Person], frozenset[str]]:
    """Return the known people of an archive, each with the characters of one scale.

    Args:
        archive: ``train_r01_v07.zip``.

    Returns:
        By name; and the names of those of `BOXED`.
    """
    untold: list[str] = []
    found: dict[str, Person] = defaultdict(lambda: defaultdict(list))
    moved: set[str] = set()
    for unit in open_sources([archive]):
        writer = unit.source.writer
        if writer.startswith("unknown:"):
            continue
        own: Person = defaultdict(list)
        for record in unit.sound(untold.append, salvage=True):
            if isinstance(record, StrokeRecord) and record.character in SIGNS:
                own[record.character].append(record.strokes)
        if isinstance(unit, UnipenUnit) and unit.contributor in BOXED:
            _put_back(own, unit)
            moved.add(writer)
        for character, glyphs in own.items():
            found[writer][character] += glyphs
    every = {writer: dict(sorted(found[writer].items())) for writer in sorted(found)}
    return every, frozenset(moved)


def size_of(glyph: Glyph) -> tuple[float, float]:
    """Return a glyph's width and height."""
    width, height = np.ptp(np.concatenate(glyph), axis=0).tolist()
    return width, height


def _put_back(own: Person, unit: UnipenUnit) -> None:
    """Add characters that a person has in boxes of their own alone, in the scale of the others.

    The boxes' scale is not told. It is taken from characters that came both ways.
    """
    boxed: Person = defaultdict(list)
    for record in _moved(unit):
        boxed[record.character].append(record.strokes)
    ratios = [
        median(max(size_of(glyph)) for glyph in boxed[character])
        / max(median(max(size_of(glyph)) for glyph in own[character]), 1)
        for character in sorted(boxed.keys() & own.keys())
    ]
    if len(ratios) >= _FEW:
        scale = np.float32(median(ratios))
        for character in boxed.keys() - own.keys():
            own[character] = [tuple(s / scale for s in glyph) for glyph in boxed[character]]


def _moved(unit: UnipenUnit) -> Iterator[StrokeRecord]:
    for file in unit.files:
        segments, _ = unit.segments(file)
        for number, (sheet, segment, _) in enumerate(segments):
            if segment.kind != "CHARACTER" or segment.label not in SIGNS:
                continue
            labels = stroke_labels([segment], len(sheet.components))
            source = styled(unit.source, sheet)
            try:
                record = record_of(sheet, segment, file.label, source, number, labels)
            except FormatError:
                continue
            if isinstance(record, StrokeRecord):
                points = np.concatenate(record.strokes)
                if points[:, 0].min() == 0 == points[:, 1].max():
                    yield record
