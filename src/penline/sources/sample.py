"""The embedded sample: `penline-sample-01.gnt` and so on, one simulated writer a file; and
`penline-hand-001.pot`, one real hand a file.
"""

from __future__ import annotations

import re

from penline.records import Source
from penline.sources.collector import Collector
from penline.sources.names import leaf

__all__ = ["CARD", "HANDS", "SampleCollector", "identify"]

CARD, HANDS = "penline-sample", "penline-hands"
_NAME = re.compile(r"penline-sample-(\d{2,})\.gnt", re.ASCII | re.IGNORECASE)
_HAND = re.compile(r"penline-hand-(\d{3,})\.pot", re.ASCII | re.IGNORECASE)


def identify(file: str) -> Source | None:
    """Tell the writer of a file of the sample; None for any other name.

    >>> identify("sample.zip::penline-sample-01.gnt")
    Source(file='sample.zip::penline-sample-01.gnt', writer='sample:01', part='train', \
card='penline-sample')
    """
    name = _NAME.fullmatch(leaf(file))
    if name:
        return Source(file, f"sample:{name[1]}", "train", CARD)
    hand = _HAND.fullmatch(leaf(file))
    return Source(file, f"hand:{hand[1]}", "train", HANDS) if hand else None


class SampleCollector(Collector):
    """Claims the files of the embedded sample."""

    identify = staticmethod(identify)
