"""Sources: what users name (files, folders, archives) as units of records, whoever published them.

A collector is a class, `collector.Collector` or one like it, that finds the files of one
collection; `COLLECTORS` names them in the order in which they are asked, and packages of others
add theirs under the entry point group `GROUP`. Formats are read elsewhere.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from penline.records import Source

if TYPE_CHECKING:
    from penline.sources.collector import Collector

__all__ = ["COLLECTORS", "GROUP", "collectors", "identify"]

COLLECTORS: dict[str, str] = {
    "sd19": "penline.sources.sd19.collector:Sd19Collector",
    "mnist": "penline.sources.mnist:MnistCollector",
    "etl": "penline.sources.etl:EtlCollector",
    "casia": "penline.sources.casia:CasiaCollector",
    "sample": "penline.sources.sample:SampleCollector",
    "any-file": "penline.sources.collector:AnyFileCollector",
}
"""Name -> ``module:class``; loaded on use. The last one takes every file that can be read."""
GROUP = "penline.collectors"


@functools.cache
def collectors() -> tuple[type[Collector], ...]:
    """Load the collectors' classes, in order; those of other packages before the last of ours."""
    *own, last = COLLECTORS.values()
    found = []
    for name in [*own, *sorted(one.value for one in entry_points(group=GROUP)), last]:
        module, _, attribute = name.partition(":")
        found.append(getattr(importlib.import_module(module), attribute))
    return tuple(found)


def identify(file: str, part: str | None = None) -> Source:
    """Tell what a file's name says about its writer, part and card.

    Args:
        file: the path as given, or ``archive.zip::member``.
        part: ``"train"`` or ``"test"``, instead of what the name says; None keeps that.

    >>> identify("casia/001.pot").writer, identify("casia/hwdb1-crops-train.gnt").writer
    ('casia:001', 'unknown:hwdb1-crops-train')
    """
    source = next(filter(None, (one.identify(file) for one in collectors())))
    return source if part is None else dataclasses.replace(source, part=part)
