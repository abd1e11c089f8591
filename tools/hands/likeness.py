"""How much a glyph looks like what its label says: what the nearest glyphs of other people are.

Glyphs are compared by where their strokes run and in which direction, by their size against their
writer's small letters, and by how many strokes they have; in the space that tells characters best
and people least (linear discriminants of all people's glyphs), in whole steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from hands.reading import Glyph, Person, size_of

__all__ = ["MOST_VOTES", "likeness", "usual_heights", "x_height"]

_SIDE, _RIM = 32, 4
_MOST_SIZE, _MOST_STROKES = 3.5, 5
_DIMENSIONS, _STEPS, _EVEN = 60, 16, 0.05
_NEAREST = 15
MOST_VOTES = 2 * _NEAREST
_SHOWN, _JUDGED = 6, 12
"""Of each person and character: what others are held against, and what is judged."""
_ROWS = 400
_SAME = ("0Oo", "1lI", "cC", "sS", "vV", "wW", "xX", "zZ", "kK", "pP", "uU", "iI", "mM", "yY")
_SAME += ("fF", "jJ", ".,", "',")
"""What many people write in one shape: such a neighbour is half a vote."""

Floats = npt.NDArray[np.float32]


def x_height(person: Person) -> float:
    """Return the median height of a person's small letters."""
    heights = [size_of(one)[1] for c in "acemnorsuvxz" for one in person.get(c, ())]
    return max(median(heights), 1) if heights else 1


def usual_heights(people: Mapping[str, Person]) -> dict[str, float]:
    """Return by character the median height of people's glyphs, in their small letters."""
    found: dict[str, list[float]] = defaultdict(list)
    for person in people.values():
        unit = x_height(person)
        for character, glyphs in person.items():
            found[character].append(median(size_of(glyph)[1] / unit for glyph in glyphs))
    return {character: median(heights) for character, heights in found.items()}


def likeness(
    people: Mapping[str, Person], chosen: frozenset[str]
) -> dict[tuple[str, str, int], tuple[int, int]]:
    """Return by person, character and number of the glyph how much its neighbours are the same.

    Args:
        people: everybody.
        chosen: whose glyphs are judged.

    Returns:
        The first twelve of each person and character: votes of the fifteen nearest glyphs of
        others, two for its label and one for one of the same shape; and how far the nearest of its
        label is (a large number: none is near).
    """
    keys = [
        (person, character, number)
        for person, own in people.items()
        for character, glyphs in own.items()
        for number in range(min(len(glyphs), _JUDGED))
    ]
    numbers = {person: number for number, person in enumerate(people)}
    owners = np.array([numbers[person] for person, _, _ in keys])
    labels = np.array([ord(character) for _, character, _ in keys])
    features = _discriminants(np.array(list(_features(people)), np.float32), labels)
    shown = np.flatnonzero([number < _SHOWN for _, _, number in keys])
    judged = np.flatnonzero([person in chosen for person, _, _ in keys])
    worth = _worth()
    others = features[shown]
    square = (others * others).sum(axis=1)
    found = {}
    for start in range(0, len(judged), _ROWS):
        some = judged[start : start + _ROWS]
        own = features[some]
        far = square - 2 * (own @ others.T) + (own * own).sum(axis=1)[:, None]
        far[owners[some][:, None] == owners[shown]] = np.inf
        order = np.argpartition(far, _NEAREST, axis=1)[:, :_NEAREST]
        for at, row, near in zip(some.tolist(), far, order, strict=True):
            beside = labels[shown[near]]
            same = row[near[beside == labels[at]]]
            votes = int(worth[labels[at], beside].sum())
            found[keys[at]] = votes, int(same.min()) if len(same) else 1 << 40
    return found


def _worth() -> npt.NDArray[np.int64]:
    """Return the votes of a neighbour by the label and its own, by their codes."""
    worth = 2 * np.eye(128, dtype=np.int64)
    for group in _SAME:
        codes = [ord(one) for one in group]
        worth[np.ix_(codes, codes)] = np.maximum(worth[np.ix_(codes, codes)], 1)
    return worth


def _discriminants(features: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """Return the features where characters lie apart and a character's glyphs together."""
    even = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    within, between = np.zeros((2, even.shape[1], even.shape[1]))
    for label in np.unique(labels):
        some = even[labels == label]
        middle = some.mean(axis=0)
        weight = len(some) ** 0.5
        within += (some - middle).T @ (some - middle) / weight
        between += weight * np.outer(middle, middle)
    within = within / np.trace(within) * len(within) + _EVEN * np.eye(len(within))
    whitened = np.linalg.cholesky(np.linalg.inv(within))
    _, axes = np.linalg.eigh(whitened.T @ between @ whitened)
    projected = even @ whitened @ axes[:, ::-1][:, :_DIMENSIONS]
    return np.rint(projected * _STEPS).astype(np.float32)


def _features(people: Mapping[str, Person]) -> Iterator[Floats]:
    for person in people.values():
        unit = x_height(person)
        for glyphs in person.values():
            for glyph in glyphs[:_JUDGED]:
                yield _feature(glyph, unit)


def _feature(glyph: Glyph, unit: float) -> Floats:
    """Return lengths of ink by place and direction, where strokes end, sizes, and their number."""
    width, height = size_of(glyph)
    sizes = np.array([width, height], np.float64)
    most, slim = max(width, height, 1e-6), min(width, height) / max(width, height, 1e-6)
    scale = np.full(2, (_SIDE - 2 * _RIM) / most)
    if slim > 0.05:  # a slim glyph is broadened, the more the slimmer
        scale[int(np.argmin(sizes))] *= np.sqrt(np.sin(np.pi / 2 * slim)) / slim
    corner = _SIDE / 2 - sizes * scale / 2
    low = np.concatenate(glyph).min(axis=0)
    ways = np.zeros((4, _SIDE, _SIDE), np.float32)
    ends = np.zeros((_SIDE, _SIDE), np.float32)
    for stroke in glyph:
        points = (stroke - low) * scale + corner
        for x, y in np.clip(points[[0, -1]].astype(int), 0, _SIDE - 1):
            ends[y, x] += 1
        if len(points) > 1:
            _draw(ways, points)
        else:
            x, y = points[0].astype(int)
            cv2.circle(ways[0], (int(x), int(y)), 1, 1, -1)
    ink = [cv2.GaussianBlur(way, (0, 0), 2.2)[2::4, 2::4] for way in ways]
    tips = cv2.GaussianBlur(ends, (0, 0), 2.5)[3::6, 3::6]
    drawn = np.sqrt(np.concatenate([np.ravel(one) for one in ink]))
    told = [min(one / unit, _MOST_SIZE) for one in (width, height)]
    strokes = 0.3 * min(len(glyph), _MOST_STROKES)
    return np.concatenate([drawn, np.sqrt(tips.ravel()) / 2, [*told, strokes]]).astype(np.float32)


def _draw(ways: Floats, points: npt.NDArray[np.float64]) -> None:
    """Add a stroke's length to where it runs, shared among the two nearest of four directions."""
    run = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    at = np.linspace(0, run[-1], max(2, int(run[-1]) + 1))
    line = np.stack([np.interp(at, run, points[:, axis]) for axis in (0, 1)])
    if line.shape[1] > 4:
        line[:, 1:-1] = (line[:, :-2] + line[:, 1:-1] + line[:, 2:]) / 3
    dx, dy = np.diff(line)
    length = np.hypot(dx, dy)
    way = np.arctan2(dy, dx) % np.pi / np.pi * 4
    first, share = way.astype(int) % 4, way % 1
    x, y = np.clip(((line[:, 1:] + line[:, :-1]) / 2).astype(int), 0, _SIDE - 1)
    np.add.at(ways, (first, y, x), length * (1 - share))
    np.add.at(ways, ((first + 1) % 4, y, x), length * share)
