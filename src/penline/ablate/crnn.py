"""A small CRNN for CTC: columns of features, read from both sides."""

from __future__ import annotations

from typing import Any

from torch import nn

__all__ = ["SmallCRNN"]


class SmallCRNN(nn.Module):
    """Four convolutions and a two-way LSTM over the columns: about 0.5 million parameters.

    After Shi, Bai and Yao, An end-to-end trainable neural network for image-based sequence
    recognition (2015), made small enough for a processor: a third of their channels, one recurrent
    layer, and batch normalisation throughout. It keeps every fourth column.

    Args:
        classes: characters of the alphabet and the blank.
        channels: of the first convolution; the others have two, three and four times as many.
    """

    height_px = 32
    stride_px = 4

    def __init__(self, classes: int, channels: int = 24) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for times, pool in ((1, (2, 2)), (2, (2, 2)), (3, (2, 1)), (4, (2, 1))):
            out = channels * times
            layers += [nn.Conv2d(before, out, 3, padding=1, bias=False), nn.BatchNorm2d(out)]
            layers += [nn.ReLU(inplace=True), nn.MaxPool2d(pool)]
            before = out
        self.columns = nn.Sequential(*layers)
        self.both_ways = nn.LSTM(before * 2, 128, bidirectional=True)
        self.classes = nn.Linear(256, classes)

    def forward(self, images: Any) -> Any:
        """Score the classes at each step.

        Args:
            images: ``uint8`` or ``float32 (lines, 1, 32, width_px)``, 0 black to 255 white.

        Returns:
            Logits, ``float32 (width_px / 4, lines, classes)``.
        """
        seen = self.columns(1 - images.float() / 255)
        steps, _ = self.both_ways(seen.flatten(1, 2).permute(2, 0, 1))
        return self.classes(steps)
