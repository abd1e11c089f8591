"""Glyphs as sprite tiles: 64 cells a PNG, ink in 16 steps of opacity over nothing.

Ink is black at every step and only its opacity differs, so the page can lay it on any paper and
turn it white at night. A cell takes 250 to 450 bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched as _batched  # type: ignore[attr-defined]

import cv2
import numpy as np

from penline.records import Bytes2D

__all__ = ["CELL_PX", "COLUMNS", "EM_PX", "glyph_cell", "ink_png", "tiles"]
