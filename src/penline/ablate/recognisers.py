"""The recognisers that can be trained on the lines of an arm: a table."""

from __future__ import annotations

from typing import Any, Protocol

from penline.registry import Registry, Row

__all__ = ["RECOGNISERS", "Recogniser"]


class Recogniser(Protocol):
    """A network for CTC: a ``torch.nn.Module`` that is made for a number of classes.

    Attributes:
        height_px: of the lines that it takes.
        stride_px: pixels of a line for each step of its output.
    """

    height_px: int
    stride_px: int

    def __call__(self, classes: int) -> Any:
        """Make the network; called with images ``(lines, 1, height_px, width_px)`` that gives
        logits ``(width_px / stride_px, lines, classes)``, class 0 the blank.
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
    fits=callable,
)
