"""What pens do beside writing: corrections, underlines, ink that fades or blots, the other side.

Each mark is drawn first (numbers that ride with the sample) and then applied to the line's ink, in
integers. What happens to the label is stated with each setting.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from penline.compiled import compiled
from penline.compose.text_assignment import TextAssignment
from penline.paper.field import waver
from penline.paper.kernel import print_lines
from penline.randomness import Draws, sample_seed
from penline.recipe.marks import Marks

__all__ = ["add_ink", "apply_marks", "sample_marks", "sample_show_through", "show_through"]

Ink = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Params = dict[str, Any]


def sample_marks(
    marks: Marks, marks_rng: Draws, line: TextAssignment, boxes: Ints, em_px: float
) -> Params:
    """Decide which marks a line bears.

    Args:
        marks: how often.
        marks_rng: chance.
        line: the line; one that runs from the right to the left runs dry there.
        boxes: ``int64 (items, 4)``: left, top, right, bottom of what shows of each glyph.
        em_px: the line's em.
    """
    rng, leftward, error_at = marks_rng, line.leftward, -1
    if line.error_index >= 0:
        error_at = int(np.searchsorted(line.items["owner"], line.error_index))
    params: Params = {}
    shown = np.flatnonzero(boxes[:, 2] > 0)
    pen = round(em_px * rng.uniform(0.035, 0.06) * 256)
    if error_at >= 0 and boxes[error_at, 2] > 0:
        params["strike"] = {
            "box": boxes[error_at].tolist(),
            "lines": rng.between(1, 2),
            "tilt": rng.between(-24, 24),
            "reach": round(em_px * rng.uniform(0.02, 0.14)),
            "pen": pen,
        }
    if marks.underline and rng.chance(marks.underline) and shown.size:
        first = rng.below(shown.size)
        last = min(first + rng.between(1, 6), shown.size - 1)
        span = boxes[shown[first : last + 1]]
        params["underline"] = {
            "left": int(span[:, 0].min()),
            "right": int(span[:, 2].max()),
            "low": int(span[:, 3].max()) + round(em_px * rng.uniform(0.02, 0.1)),
            "tilt": rng.between(-6, 6),
            "pen": pen,
        }
    if params:
        params |= {"seed": sample_seed(rng), "drift": round(em_px * rng.uniform(0.01, 0.05) * 256)}
    if marks.fade and rng.chance(marks.fade):
        params["fade"] = {"from": rng.between(40, 170), "least": rng.between(110, 190)}
        params["fade"] |= {"leftward": True} if leftward else {}
    if marks.blot and rng.chance(marks.blot) and shown.size:
        params["blots"] = []
        for _ in range(rng.between(1, 3)):
            left, top, right, bottom = boxes[shown[rng.below(shown.size)]].tolist()
            params["blots"].append(
                [
                    rng.between(left * 256, max(right * 256 - 1, left * 256)),
                    rng.between(top * 256, max(bottom * 256 - 1, top * 256)),
                    round(em_px * rng.uniform(0.03, 0.09) * 256),
                ]
            )
    return params


def sample_show_through(marks: Marks, marks_rng: Draws) -> Params:
    """Decide whether the other side of the paper shows through: ``bleed``, or nothing."""
    if not marks.bleed or not marks_rng.chance(marks.bleed):
        return {}
    strength, shift = marks_rng.between(20, 56), marks_rng.between(0, 999)
    return {"bleed": {"strength": strength, "shift": shift}}


def apply_marks(ink: Ink, params: Params) -> Ink:
    """Add marks to ink; `ink` itself stays as it is. ``bleed`` is the paper's, see `show_through`.

    Args:
        ink: ``uint8 (height_px, width_px)``, 0 = paper.
        params: what `sample_marks` gave.
    """
    out = ink.copy()
    rows: list[list[int]] = []
    if "strike" in params:
        strike = params["strike"]
        left, top, right, bottom = (256 * side for side in strike["box"])
        reach, count = strike["reach"] * 256, strike["lines"]
        for number in range(count):
            middle = top + (bottom - top) * (number + 1) // (count + 1)
            rise = (right - left) * strike["tilt"] // 256
            rows.append(
                [
                    left - reach,
                    middle + rise,
                    right + reach,
                    middle - rise,
                    strike["pen"],
                    255,
                    0,
                    0,
                ]
            )
    if "underline" in params:
        under = params["underline"]
        left, right, low = 256 * under["left"], 256 * under["right"], 256 * under["low"]
        rise = (right - left) * under["tilt"] // 512
        rows.append([left, low + rise, right, low - rise, under["pen"], 255, 0, 0])
    if rows:
        places = max(out.shape)
        # a hand's line is neither straight nor even
        drift = waver(params["seed"], 0, places, 40, params["drift"])
        fade = 224 + waver(params["seed"], 1, places, 30, 32)
        drawn = np.zeros_like(out)
        print_lines(drawn, np.array(rows, np.int64), drift, fade)
        add_ink(out, drawn)
    for x, y, radius in params.get("blots", ()):
        _blot(out, x, y, radius)
    if "fade" in params:
        drying = params["fade"]
        along = out[:, ::-1] if "leftward" in drying else out
        _fade(along, drying["from"], drying["least"])
    return out


def show_through(ink: Ink, params: Params, size: tuple[int, int]) -> Ink:
    """Ink of the other side as it shines through: mirrored, blurred, faint, at the line's size.

    Args:
        ink: ``uint8 (height_px, width_px)`` of another line.
        params: of ``bleed``.
        size: height and width wanted.
    """
    height, width = size
    mirrored = np.ascontiguousarray(ink[:height, ::-1])
    soft = cv2.GaussianBlur(mirrored, (5, 5), 0)
    out = np.zeros(size, np.uint8)
    shift = int(params["shift"]) % max(soft.shape[1], 1)
    turned = np.roll(soft, shift, axis=1)
    repeats = -(-width // max(turned.shape[1], 1))
    tiled = np.tile(turned, (1, repeats))[:, :width]
    out[: len(tiled)] = (tiled.astype(np.int64) * int(params["strength"]) + 128 >> 8).astype(
        np.uint8
    )
    return out


@compiled
def add_ink(ink: Ink, more: Ink) -> None:
    """Add ink to ink of one shape, in place, as strokes cross: ``a + b - a b / 255``."""
    for y in range(ink.shape[0]):
        for x in range(ink.shape[1]):
            a, b = np.int64(ink[y, x]), np.int64(more[y, x])
            both = a * b + 128
            ink[y, x] = a + b - ((both + (both >> 8)) >> 8)


@compiled
def _blot(ink: Ink, x_q8: int, y_q8: int, radius_q8: int) -> None:
    """A round drop with an edge of about a pixel."""
    height, width = ink.shape
    inner = max(radius_q8 - 128, 0)
    outer = radius_q8 + 128
    span = np.int64(outer) * outer - np.int64(inner) * inner
    for y in range(max((y_q8 - outer) >> 8, 0), min(((y_q8 + outer) >> 8) + 1, height)):
        for x in range(max((x_q8 - outer) >> 8, 0), min(((x_q8 + outer) >> 8) + 1, width)):
            dx = np.int64(x * 256 + 128 - x_q8)
            dy = np.int64(y * 256 + 128 - y_q8)
            far = dx * dx + dy * dy
            value = (np.int64(outer) * outer - far) * 255 // (span if span > 0 else 1)
            value = min(max(value, np.int64(0)), np.int64(255))
            if value > ink[y, x]:
                ink[y, x] = value


@compiled
def _fade(ink: Ink, start_q8: int, least_q8: int) -> None:
    """The pen runs dry from a place along the line (0 to 256) on, down to a share of its ink."""
    height, width = ink.shape
    first = width * start_q8 // 256
    for x in range(first, width):
        share = 256 - (256 - least_q8) * (x - first) // max(width - first, 1)
        for y in range(height):
            ink[y, x] = (np.int64(ink[y, x]) * share + 128) >> 8
