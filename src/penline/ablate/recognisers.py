"""The recognisers that can be trained on the lines of an arm: a table."""

from __future__ import annotations

from typing import Any, Protocol

from penline.registry import Registry, Row

__all__ = ["RECOGNISERS", "Recogniser"]


class Recogniser(Protocol):
    """A kind of network for CTC.

    Attributes:
        height_px: of the lines that it takes.
        stride_px: pixels of a line for each step of its output.
    """

    height_px: int
    stride_px: int

    def build(self, classes: int) -> Any:
        """Make the network, a ``torch.nn.Module``, for so many classes, the blank first.

        It takes ``uint8 (lines, 1, height_px, width_px)``, 255 white, and gives logits
        ``(width_px / stride_px, lines, classes)``.
        """


RECOGNISERS: Registry[Recogniser] = Registry(
    "penline.recognisers",
    "recogniser",
    {
        "crnn-small": Row(
            "penline.ablate.crnn:SmallCRNN",
            "four convolutions and a two-way LSTM, 32 px, for a processor",
            "torch",
        )
    },
    fits=lambda found: callable(getattr(found, "build", None)),
)
