"""A small CRNN for CTC: columns of features, read from both sides."""

from __future__ import annotations

from typing import Any

from penline.stream.place import torch

__all__ = ["SmallCRNN"]

_CHANNELS = (16, 32, 64, 96)
_POOLS = ((2, 2), (2, 2), (2, 1), (2, 1))
_HALF = 128
"""Features of the LSTM for each of its two ways."""


class SmallCRNN:
    """Four convolutions and a two-way LSTM over the columns: about 0.4 million parameters.

    After Shi, Bai and Yao, An end-to-end trainable neural network for image-based sequence
    recognition (2015), made small enough for a processor: a third of their channels, one recurrent
    layer, and batch normalisation throughout. It keeps every fourth column.

    Attributes:
        height_px: of the lines that it takes.
        stride_px: pixels of a line for each step of its output.
    """

    height_px = 32
    stride_px = 4

    @staticmethod
    def build(classes: int) -> Any:
        """Make the network, a ``torch.nn.Module``.

        It takes ``uint8`` or ``float32 (lines, 1, 32, width_px)``, 0 black to 255 white, and gives
        logits, ``float32 (width_px / 4, lines, classes)``.

        Args:
            classes: characters of the alphabet and the blank.

        Raises:
            MissingExtra: PyTorch is not installed.
        """
        module = torch()
        nn, last = module.nn, module.channels_last  # half the time on a processor
        layers: list[Any] = []
        before = 1
        for out, pool in zip(_CHANNELS, _POOLS, strict=True):
            layers += [nn.Conv2d(before, out, 3, padding=1, bias=False), nn.MaxPool2d(pool)]
            layers += [nn.BatchNorm2d(out), nn.ReLU(inplace=True)]
            before = out

        class CRNNLayers(nn.Module):  # type: ignore[misc,name-defined]
            def __init__(self) -> None:
                super().__init__()
                self.columns = nn.Sequential(*layers)
                self.both_ways = nn.LSTM(before * 2, _HALF, bidirectional=True)
                self.classes = nn.Linear(2 * _HALF, classes)

            def forward(self, images: Any) -> Any:
                ink = 1 - images.float() / 255
                seen = self.columns(ink.contiguous(memory_format=last))
                steps, _ = self.both_ways(seen.flatten(1, 2).permute(2, 0, 1))
                return self.classes(steps)

        return CRNNLayers().to(memory_format=last)
