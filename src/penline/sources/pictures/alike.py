"""Whether pictures of one label look alike: what decides between two rules that fit the names."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from penline.errors import FormatError
from penline.sources.pictures.deciding import decide_ink
from penline.sources.pictures.decode import decode
from penline.sources.pictures.files import PictureFiles
from penline.sources.pictures.labels import LabelRule
from penline.sources.pictures.planes import Picture

__all__ = ["look", "unlikeness"]

_LABELS, _EACH = 24, 6
_SIDE_PX = 12


def unlikeness(
    rule: LabelRule, files: PictureFiles, top: str, wanted: Sequence[int]
) -> float | None:
    """Tell how unlike pictures of one label are, in parts of how unlike those of two labels are.

    Args:
        rule: tells the labels.
        files: the collection.
        top: the name of what holds it.
        wanted: numbers of files to choose from.

    Returns:
        Below 1 where the labels tell what is written; 1 where they tell nothing; None where there
        are not two labels of two pictures each.
    """
    chosen = set(wanted)
    by_label: dict[str, list[int]] = {}
    for at, name in enumerate(files.names()):
        named = rule.named(f"{top}/{name}") if at in chosen else None
        if named is not None and (label := rule.character(named)):
            by_label.setdefault(label, []).append(at)
    several = sorted(label for label, some in by_label.items() if len(some) > 1)
    step = max(len(several) // _LABELS, 1)
    label_of = {at: label for label in several[::step] for at in by_label[label][:_EACH]}
    pictures: list[Picture] = []
    labels: list[str] = []
    for file in files.each(sorted(label_of)):
        try:
            pictures.append(decode(file.read(), file.label))
        except FormatError:
            continue
        labels.append(label_of[file.number])
    if len(set(labels)) < 2:
        return None
    ink = decide_ink(pictures)
    looks = np.stack([look(ink.ink(one)) for one in pictures])
    apart = np.linalg.norm(looks[:, None] - looks[None], axis=2)
    same = np.array(labels)[:, None] == np.array(labels)[None]
    within = apart[same & ~np.eye(len(labels), dtype=bool)]
    return float(within.mean() / apart[~same].mean()) if within.size else None


def look(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Make a glyph a few soft pixels of one size and one weight, ``float32 (144,)``."""
    if not ink.size:
        return np.zeros(_SIDE_PX * _SIDE_PX, np.float32)
    small = cv2.resize(ink, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.float32).ravel()
    return np.asarray(soft / max(float(np.linalg.norm(soft)), 1e-6), np.float32)
