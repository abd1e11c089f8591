"""A grey picture after JPEG, held against encoding and decoding it."""

from __future__ import annotations

import numpy as np
import pytest

from penline.effects import jpeg
from penline.randomness import Draws
from reference import effects as reference

QUADS = np.zeros((0, 4, 2))


def picture(kind: str, height: int, width: int) -> np.ndarray:
    """Noise, hard edges, a slope, or a line of writing's tones."""
    octets = Draws(3, height * 1000 + width, "jpeg").words(-(-height * width // 8))
    noise = octets.view(np.uint8)[: height * width].reshape(height, width)
    if kind == "noise":
        return noise
    if kind == "edges":
        return np.where(noise > 127, 255, 0).astype(np.uint8)
    if kind == "flat":
        return np.full((height, width), noise[0, 0], np.uint8)
    return (np.arange(width) * 255 // max(width - 1, 1)).astype(np.uint8)[None].repeat(height, 0)


@pytest.mark.parametrize("kind", ["noise", "edges", "flat", "slope"])
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (7, 9), (64, 127), (63, 129), (65, 300)])
def test_the_same_pixels_as_a_file_gives(kind: str, size: tuple[int, int]) -> None:
    image = picture(kind, *size)
    before = image.copy()
    for quality in (1, 2, 10, 24, 25, 45, 49, 50, 51, 75, 92, 99, 100):
        found, _ = jpeg.apply(image, QUADS, quality=quality)
        wanted = reference.quantised(image, quality)
        np.testing.assert_array_equal(found, wanted, f"quality {quality}")
    np.testing.assert_array_equal(image, before)


def test_a_view_that_does_not_lie_in_one_piece() -> None:
    image = picture("noise", 40, 90)
    whole, _ = jpeg.apply(np.ascontiguousarray(image[:, ::2]), QUADS, quality=60)
    view, _ = jpeg.apply(image[:, ::2], QUADS, quality=60)
    np.testing.assert_array_equal(view, whole)
