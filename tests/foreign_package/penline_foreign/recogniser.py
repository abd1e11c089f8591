"""Glance: a reader of one layer, which learns next to nothing."""

from __future__ import annotations

from typing import Any

__all__ = ["Glance"]


class Glance:
    """See `penline.ablate.recognisers.Recogniser`."""

    height_px = 16
    stride_px = 4

    @staticmethod
    def build(classes: int) -> Any:
        """One convolution over the line's height."""
        from torch import nn

        return nn.Conv2d(1, classes, (16, 4), (16, 4))
