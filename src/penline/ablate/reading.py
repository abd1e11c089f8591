"""One model over the lines of a set: what it reads, and how wrong that is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penline.ablate.compared import errors, length_class, worst_first
from penline.ablate.lines import RealLine, real_lines
from penline.ablate.models import model_of
from penline.ablate.scores import by_group, classes_of, confusions, edits_of
from penline.ablate.text import Folding

__all__ = ["Readings", "read_lines"]

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What a model read.

    Attributes:
        lines: of the set, with label and writer.
        texts: the reading of each.
        results: errors of characters and words with intervals, by length, by kind of character,
            the commonest confusions; as JSON can hold them.
        worst: numbers of the lines that were read worst.
    """

    lines: list[RealLine]
    texts: list[str]
    results: dict[str, Any]
    worst: list[int]


def read_lines(
    source: AnyPath,
    model: str,
    *,
    side: str | None = None,
    case: bool = True,
    nfkc: bool = True,
    most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Readings:
    """Read the lines of a set with a model, and count the errors.

    Args:
        source: a finished set.
        model: the folder of an ablation, ``weights.pt`` in it, an ``.onnx`` file, or ``rapidocr``.
        side: ``train`` or ``val``; None for all.
        case: tell capitals from small letters.
        nfkc: fold labels and readings by NFKC.
        most: no more lines than these, the first.
        progress: called with lines done and lines in all.

    Raises:
        UsageError: no such set or model.
        MissingExtra: the package that runs the model is not installed.
        ExportError: the set or the model is not as it should be.
    """
    reader = model_of(model)
    lines = real_lines(Path(source), reader.height_px, side, most, trim=reader.trim)
    texts = []
    for done, line in enumerate(lines):
        if progress and not done % 16:
            progress(done, len(lines))
        texts.append(reader.read(line.image))
    if progress:
        progress(len(lines), len(lines))
    folding = Folding(nfkc=nfkc, case=case)
    references = [folding(line.text) for line in lines]
    read = [folding(text) for text in texts]
    edits = edits_of(references, read)
    results = {
        "model": reader.name,
        "judged_on": {
            "lines": len(lines),
            "writers": len({line.writer for line in lines} - {""}),
        },
        "characters": errors(edits.characters[None]),
        "words": errors(edits.words[None]),
        "lengths": by_group(edits.characters[None], list(map(length_class, references))),
        "classes": classes_of(references, [read]),
        "confusions": confusions(references, [read]),
    }
    return Readings(lines, texts, results, worst_first(edits.characters))
