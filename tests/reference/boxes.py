"""The kernel of `penline.export.boxes`, by Python's own formatting."""

from __future__ import annotations

import math

__all__ = ["fill"]


def fill(pattern: bytes, corners: list[float], wholes: list[int]) -> bytes | None:
    """See `penline.export.boxes._fill`; None for a corner that is none."""
    if any(not math.isfinite(corner) or abs(corner) >= 1e9 for corner in corners):
        return None
    left, whole = iter(corners), iter(wholes)
    parts = []
    for byte in pattern:
        if byte == 1:
            text = f"{next(left):.8f}".rstrip("0").rstrip(".")
            parts.append(b"0" if text == "-0" else text.encode())
        else:
            parts.append(str(next(whole)).encode() if byte == 2 else bytes([byte]))
    return b"".join(parts)
