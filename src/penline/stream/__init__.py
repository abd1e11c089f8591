"""Lines made while a model trains: data sets, batches and labels for PyTorch.

Nothing here imports PyTorch until tensors are asked for; `Pad` gives them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penline.stream.buckets import WidthBuckets as WidthBuckets
    from penline.stream.collate import Batch as Batch
    from penline.stream.collate import Pad as Pad
    from penline.stream.dataset import Item as Item
    from penline.stream.dataset import LineDataset as LineDataset
    from penline.stream.dataset import Skipped as Skipped
    from penline.stream.labels import AttentionLabels as AttentionLabels
    from penline.stream.labels import CTCLabels as CTCLabels
    from penline.stream.lines import LineStream as LineStream

_PLACES = {
    "AttentionLabels": "penline.stream.labels",
    "Batch": "penline.stream.collate",
    "CTCLabels": "penline.stream.labels",
    "Item": "penline.stream.dataset",
    "LineDataset": "penline.stream.dataset",
    "LineStream": "penline.stream.lines",
    "Pad": "penline.stream.collate",
    "Skipped": "penline.stream.dataset",
    "WidthBuckets": "penline.stream.buckets",
}

__all__ = sorted(_PLACES)


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Load a public name on first use: where PyTorch is installed, `LineStream` imports it."""
    if name not in _PLACES:
        raise AttributeError(f"module 'penline.stream' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
