"""A writer's pen: the numbers that strokes are rendered with."""

from __future__ import annotations

from dataclasses import dataclass, fields

from penline.errors import UsageError
from penline.randomness import Draws

__all__ = ["MAX_SIDE_PX", "Pen", "sample_pen"]

MAX_SIDE_PX = 1024
"""Longest side of a rendered character; a larger box is refused."""

_RANGES: dict[str, tuple[float, float]] = {
    "em_px": (8, MAX_SIDE_PX),
    "width_em": (0.01, 0.25),
    "speed_response": (0.0, 0.8),
    "start_em": (0.0, 1.0),
    "start_width": (0.2, 1.5),
    "end_em": (0.0, 1.0),
    "end_loss": (0.0, 0.95),
    "flatness": (0.0, 0.8),
    "nib_x": (-1.0, 1.0),
    "nib_y": (-1.0, 1.0),
    "softness_px": (1.0, 8.0),
    "tone": (64, 255),
    "fade": (0.0, 0.9),
    "wobble": (0.0, 0.5),
    "grain": (0.0, 0.6),
    "crowding": (0.1, 4.0),
    "lift": (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Pen:
    """A writer's pen and the way it is pressed. Every field is checked against a range.

    An em is the height of the writer's median Chinese character; see `sample_pen` for usual values.

    Attributes:
        em_px: the em, in pixels of the image.
        width_em: width of a line drawn at ordinary speed, in ems.
        speed_response: share of the width that a very fast pen loses; a resting one gains half.
        start_em: length of the taper at a stroke's start, in ems.
        start_width: share of the width at the first point; above 1 the start is heavier.
        end_em: length of the taper at the end of a stroke that ends at speed, in ems.
        end_loss: share of the width that the last point of such a stroke loses.
        flatness: 0 for a round tip; else the share by which a line along the nib is thinner.
        nib_x: direction of the nib, to the right (its length does not matter).
        nib_y: direction of the nib, downwards.
        softness_px: width of the edge between full ink and paper, in pixels.
        tone: ink of a line drawn at ordinary speed, 64 to 255.
        fade: share of the tone that a very fast pen loses.
        wobble: share of the width that comes and goes slowly along the strokes.
        grain: largest share of the ink that the paper's grain takes from a pixel.
        crowding: the widest line as a share of the mean room between the lines of a character;
            keeps the white inside dense characters open.
        lift: share of width and tone that is lost by the end of the hook which a pen draws on its
            way to the next stroke.

    Raises:
        UsageError: a field is outside its range.
    """

    em_px: int = 64
    width_em: float = 0.056
    speed_response: float = 0.3
    start_em: float = 0.08
    start_width: float = 0.9
    end_em: float = 0.3
    end_loss: float = 0.6
    flatness: float = 0.1
    nib_x: float = 1.0
    nib_y: float = -0.5
    softness_px: float = 1.25
    tone: int = 210
    fade: float = 0.2
    wobble: float = 0.08
    grain: float = 0.1
    crowding: float = 0.45
    lift: float = 0.9

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (low, high) = getattr(self, field.name), _RANGES[field.name]
            if not low <= value <= high:
                raise UsageError(f"pen: {field.name} is {value}, must be in {low} to {high}")


def sample_pen(rng: Draws, em_px: int = 64) -> Pen:
    """A writer's pen: moderate ball and gel pens, as in the scans of CASIA-HWDB.

    Args:
        rng: the writer's stream.
        em_px: height in pixels of the writer's median Chinese character in the image.

    Raises:
        UsageError: `em_px` is below 8 or above 1,024.
    """
    return Pen(
        em_px=em_px,
        width_em=rng.uniform(0.044, 0.07),
        speed_response=rng.uniform(0.2, 0.45),
        start_em=rng.uniform(0.04, 0.12),
        start_width=rng.uniform(0.7, 1.1),
        end_em=rng.uniform(0.15, 0.45),
        end_loss=rng.uniform(0.4, 0.8),
        flatness=rng.uniform(0.0, 0.2),
        nib_x=1.0,
        nib_y=rng.uniform(-1.0, 0.1),
        softness_px=min(8.0, rng.uniform(1.0, 1.6) * max(1.0, em_px / 64)),
        tone=rng.between(170, 250),
        fade=rng.uniform(0.05, 0.35),
        wobble=rng.uniform(0.04, 0.14),
        grain=rng.uniform(0.05, 0.35),
        lift=rng.uniform(0.8, 1.0),
    )
