"""The embedded sample: `penline-sample-01.gnt` and so on, one simulated writer a file."""

from __future__ import annotations

import re

from penline.records import Source
from penline.sources.collector import Collector
from penline.sources.names import leaf

__all__ = ["CARD", "SampleCollector", "identify"]

CARD = "penline-sample"
_NAME = re.compile(r"penline-sample-(\d{2,})\.gnt", re.ASCII | re.IGNORECASE)


def identify(file: str) -> Source | None:
    """Tell the writer of a file of the sample; None for any other name.

    >>> identify("sample.zip::penline-sample-01.gnt")
    Source(file='sample.zip::penline-sample-01.gnt', writer='sample:01', part='train', \
card='penline-sample')
    """
    name = _NAME.fullmatch(leaf(file))
    return Source(file, f"sample:{name[1]}", "train", CARD) if name else None


class SampleCollector(Collector):
    """Claims the files of the embedded sample."""

    identify = staticmethod(identify)
