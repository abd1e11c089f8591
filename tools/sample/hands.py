"""The writers: each a Chinese font and a Latin font drawn by one pen with habits of its own."""

from __future__ import annotations

from dataclasses import dataclass

BROAD = 2050
"""Chinese characters of a hand that should write a user's own text."""

COMMON = 650
"""Chinese characters of the other hands."""


@dataclass(frozen=True)
class Hand:
    """One simulated writer.

    Attributes:
        number: in the writer's name, `penline-sample-01`.
        chinese: id of the font of its Chinese characters and punctuation.
        latin: id of the font of its letters, digits and ASCII signs.
        han: how many Chinese characters it holds.
        size_px: height of its median Chinese character.
        latin_share: height of its capitals and digits, as a share of `size_px`.
        stroke_px: width of its median stroke.
        aspect: widths are multiplied by this.
        slant: sideways shift per pixel of height, right is positive.
        darkest: grey of its fullest ink.
        pressure: share of the ink that is missing where the pen is lightest.
        wobble_px: deviation of the smooth displacement.
        soft_px: width of a stroke's edge.
    """

    number: int
    chinese: str
    latin: str
    han: int
    size_px: float
    latin_share: float
    stroke_px: float
    aspect: float
    slant: float
    darkest: int
    pressure: float
    wobble_px: float
    soft_px: float

    @property
    def name(self) -> str:
        """Stem of the writer's file."""
        return f"penline-sample-{self.number:02d}"


SHADOWS, REENIE = "shadows-into-light", "reenie-beanie"

HANDS = (
    Hand(1, "ma-shan-zheng", "kalam", BROAD, 54, 0.70, 3.5, 0.98, 0.03, 50, 0.25, 0.9, 1.2),
    Hand(2, "long-cang", "caveat", BROAD, 50, 0.72, 3.2, 0.96, 0.05, 70, 0.30, 0.8, 1.2),
    Hand(3, "zcool-kuaile", "patrick-hand", BROAD, 47, 0.72, 3.0, 0.97, 0.00, 60, 0.20, 1.1, 1.2),
    Hand(4, "ma-shan-zheng", "indie-flower", BROAD, 48, 0.68, 2.7, 1.06, -0.05, 85, 0.30, 1.0, 1.2),
    Hand(5, "long-cang", REENIE, COMMON, 52, 0.70, 2.7, 0.92, 0.13, 95, 0.25, 0.9, 1.3),
    Hand(6, "zhi-mang-xing", "caveat", COMMON, 52, 0.70, 3.4, 1.00, 0.04, 45, 0.30, 0.6, 1.2),
    Hand(7, "ma-shan-zheng", "patrick-hand", COMMON, 58, 0.66, 4.4, 0.90, 0.00, 40, 0.20, 1.1, 1.3),
    Hand(8, "long-cang", "indie-flower", COMMON, 46, 0.74, 3.7, 1.08, -0.06, 65, 0.25, 0.9, 1.2),
    Hand(9, "zcool-kuaile", SHADOWS, COMMON, 54, 0.68, 4.0, 0.90, 0.10, 75, 0.25, 1.5, 1.3),
    Hand(10, "zhi-mang-xing", "kalam", COMMON, 47, 0.72, 2.8, 1.07, -0.03, 80, 0.25, 0.6, 1.2),
    Hand(11, "long-cang", SHADOWS, COMMON, 56, 0.66, 4.3, 1.00, 0.00, 55, 0.30, 1.2, 1.3),
    Hand(12, "ma-shan-zheng", REENIE, COMMON, 46, 0.72, 2.9, 0.93, 0.10, 100, 0.25, 1.0, 1.2),
)  # fmt: skip
