"""Where a model for CTC sees the characters of a line whose label is known: forced alignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from penline.ablate.lines import scaled, trimmed_at
from penline.ablate.models import ScoringReader, model_of
from penline.errors import UsageError
from penline.measure.cutting import ReadPlaces, ReadsPlaces
from penline.records import Bytes2D

__all__ = ["forced", "places_by"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def places_by(spec: str) -> ReadsPlaces:
    """Make what tells where characters are, by a model.

    Args:
        spec: as `model_of` takes it.

    Raises:
        UsageError: no such model, or one that tells no scores.
        MissingExtra: the package that runs it is not installed.
        ExportError: it is not as it should be.
    """
    reader = model_of(spec)
    if not isinstance(reader, ScoringReader):
        raise UsageError(
            f"--model {spec} tells a text and not where it stands; name the folder of penline "
            "ablate, or an .onnx file"
        )

    def places(ink: Bytes2D, label: Sequence[str | None]) -> ReadPlaces | None:
        picture, left = 255 - ink, 0
        if reader.trim:
            picture, left = trimmed_at(picture)
        scores = reader.scores(scaled(picture, reader.height_px))
        numbers = [_number(reader, one or "") for one in label]
        known = np.flatnonzero(numbers)
        steps = forced(scores, [numbers[at] for at in known.tolist()])
        if steps is None:
            return None
        middles, agrees = np.full(len(label), np.nan), np.ones(len(label), bool)
        # the picture was made wider by less than a step, and the steps are of equal breadth
        wide = reader.step_px * picture.shape[0] / reader.height_px
        best = scores[:, 1:].argmax(1) + 1
        for at, own in zip(known.tolist(), steps, strict=True):
            middles[at] = left + (own.mean() + 0.5) * wide
            agrees[at] = numbers[at] in best[own]
        return ReadPlaces(middles, agrees)

    return places


def _number(reader: ScoringReader, character: str) -> int:
    """The number of a character, or of what its folding makes of it; 0, the blank's, of an unknown
    one."""
    for one in (character, reader.folding(character)):
        if len(one) == 1 and one in reader.labels:
            return reader.labels.encode(one)[0]
    return 0


def forced(scores: npt.NDArray[np.float32], numbers: Sequence[int]) -> list[Ints] | None:
    """Find the likeliest steps of each character of a label.

    Args:
        scores: ``float32 (steps, classes)``: logits, the blank first.
        numbers: of the label's characters, from 1.

    Returns:
        The steps of each character, in order; None where there are too few steps for the label.
    """
    logits = np.asarray(scores, np.float64)
    peak = logits.max(1, keepdims=True)
    likely = logits - peak - np.log(np.exp(logits - peak).sum(1, keepdims=True))
    states = np.zeros(2 * len(numbers) + 1, np.int64)
    states[1::2] = numbers
    # from a character to the next without a blank, where they differ
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    best = np.full(len(states), -np.inf)
    best[:2] = likely[0, states[:2]] if len(likely) else -np.inf
    came = np.zeros((len(likely), len(states)), np.int64)
    for step in range(1, len(likely)):
        one, two = np.full_like(best, -np.inf), np.full_like(best, -np.inf)
        one[1:], two[2:] = best[:-1], np.where(skips[2:], best[:-2], -np.inf)
        ways = np.stack([best, one, two])
        came[step] = ways.argmax(0)
        best = ways.max(0) + likely[step, states]
    state = len(states) - 1 - int(np.argmax(best[::-1][:2])) if numbers else 0
    if not np.isfinite(best[state]):
        return None
    path = np.zeros(len(likely), np.int64)
    for step in range(len(likely) - 1, -1, -1):
        path[step] = state
        state -= int(came[step, state])
    return [np.flatnonzero(path == 2 * at + 1) for at in range(len(numbers))]
