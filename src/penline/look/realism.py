"""The page of `penline realism`: figures, and lines of both sides beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from penline.errors import UsageError, refuse_taken
from penline.export.run import put
from penline.look.page import data_uri, page
from penline.measure.classify import Auc
from penline.measure.compare import QUANTITIES
from penline.measure.geometry import LineGeometry
from penline.realism import SHOWN, Realism

__all__ = ["page_name", "realism_page", "write_realism_page"]

_HEIGHT_PX = 72
_MOST_WIDTH_PX = 6000
_STYLE = """
.pairs { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.2rem; }
.pairs h3 { margin: 0; font-size: 1rem; }
.boxes.alone { position: static; display: block; height: auto; max-width: 100%; }
"""
_SIGHTS = {"places": "where the boxes stand", "looks": "places, and how the ink looks"}


def page_name(out: Path, *, overwrite: bool = False) -> None:
    """See that the page may have that name, which is better known before much is measured.

    Raises:
        UsageError: the name is not that of an HTML file, or is taken and `overwrite` is false.
    """
    if out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{out}: the page is an .html file")
    refuse_taken(out, overwrite=overwrite)


def write_realism_page(
    found: Realism, out: Path, title: str = "Realism", *, overwrite: bool = False
) -> None:
    """Write the page: one HTML file that loads nothing.

    Raises:
        UsageError: as of `page_name`.
    """
    page_name(out, overwrite=overwrite)
    put(out, realism_page(found, title))


def realism_page(found: Realism, title: str = "Realism") -> bytes:
    """The whole file, UTF-8.

    Args:
        found: what `realism` gave.
        title: the document's title; any text.
    """
    comparison, again = found.comparison, [one for one, _ in found.repeats]
    shown = [[_line(line) for line in side[:SHOWN]] for side in (found.real, found.synthetic)]
    counts = [
        sum(int(line.trusted.sum()) for line in side) for side in (found.real, found.synthetic)
    ]
    data: dict[str, Any] = {
        "kind": "realism",
        "title": title,
        "unit": "lines",
        "shown": len(shown[0]) + len(shown[1]),
        "total": len(found.real) + len(found.synthetic),
        "spread": "the first of each side",
        "badges": [],
        "figures": [
            ["Real lines", len(found.real)],
            ["Synthetic lines", len(found.synthetic)],
            ["Real characters", counts[0]],
            ["Synthetic characters", counts[1]],
        ],
        "notes": [
            f"In words: {found.verdict}.",
            "Lengths are in ems of each line, the median height of its Chinese characters; of who "
            "writes none, what makes the x-height 0.42 em. The body of a line is its Chinese "
            "characters; in a line without any, its letters of x-height.",
            "Distance: how far the numbers of one side must be moved, on the average, to be those "
            "of the other. Largest difference: of the two distribution functions. Intervals are "
            "bootstrap percentiles over lines.",
        ],
        "sources": [],
        "tables": [
            {"title": f"Left out, {side}", "rows": [[name, n] for name, n in counted.items()]}
            for side, counted in found.left_out.items()
            if counted
        ],
        "distances": [
            [
                f"{d.quantity}: {what}",
                f"{d.wasserstein:.4f} {d.unit}".strip(),
                _interval(d.wasserstein_interval, 4),
                f"{d.kolmogorov:.3f}",
                _interval(d.kolmogorov_interval, 3),
                f"{d.real[0]:.3f} ± {d.real[1]:.3f}",
                f"{d.synthetic[0]:.3f} ± {d.synthetic[1]:.3f}",
            ]
            for d, what in (
                *((d, QUANTITIES[d.quantity][1]) for d in comparison.distances),
                *(
                    (d, "likeness of a hand's writings of a character, 1 for the same")
                    for d in again
                ),
            )
        ],
        "areas": [
            _area(sight, area)
            for name, sight in _SIGHTS.items()
            if (area := getattr(comparison, name)) is not None
        ],
        "real": shown[0],
        "synthetic": shown[1],
    }
    return page(f"{title} · realism · penline", ("base.js", "plots.js", "realism.js"), data, _STYLE)


def _area(sight: str, area: Auc) -> list[str]:
    by = ", ".join(f"{name} {weight:+.2f}" for name, weight in area.gives_away[:5])
    return [
        sight,
        f"{area.characters:.3f}",
        _interval(area.characters_interval, 3),
        f"{area.lines:.3f}",
        _interval(area.lines_interval, 3),
        by,
    ]


def _interval(ends: tuple[float, float], places: int) -> str:
    return f"{ends[0]:.{places}f} to {ends[1]:.{places}f}"


def _line(line: LineGeometry) -> dict[str, Any]:
    """A line's picture and boxes, at most `_HEIGHT_PX` high; boxes alone where it has no ink."""
    characters = [c or "\ufffd" for c in line.characters]
    boxes = line.boxes
    source = ""
    if line.ink is not None:
        height, width = line.ink.shape
        scale = min(_HEIGHT_PX / height, _MOST_WIDTH_PX / width, 1.0)
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        small = cv2.resize(255 - line.ink, size, interpolation=cv2.INTER_AREA)
        good, encoded = cv2.imencode(".png", small)
        source = data_uri(encoded.tobytes(), "image/png") if good else ""
    else:
        boxes = boxes - np.concatenate([boxes[:, :2].min(0)] * 2)
        far = boxes[:, 2:].max(0)
        scale = float(min(_HEIGHT_PX / max(far[1], 1.0), _MOST_WIDTH_PX / max(far[0], 1.0)))
        size = max(round(float(far[0]) * scale), 1), max(round(float(far[1]) * scale), 1)
    places = np.round(boxes * scale, 1).tolist()
    return {
        "characters": characters,
        "text": "".join(characters),
        "src": source,
        "width": size[0],
        "height": size[1],
        "boxes": places,
    }
