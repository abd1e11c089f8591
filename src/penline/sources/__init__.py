"""Data sets: which file is which writer, part and card. Formats are read elsewhere.

A family is a module with ``identify(file) -> Source | None``; `FAMILIES` names them in the order
in which they are asked.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import cast

from penline.records import Source
from penline.sources.names import leaf

__all__ = ["FAMILIES", "identify"]

FAMILIES: tuple[str, ...] = (
    "penline.sources.casia:identify",
    "penline.sources.mnist:identify",
    "penline.sources.etl:identify",
    "penline.sources.sd19.names:identify",
    "penline.sources.sample:identify",
)
"""``module:function`` of each family; loaded on use."""


def identify(file: str, part: str | None = None) -> Source:
    """What a file's name says about its writer, part and card.

    Args:
        file: the path as given, or ``archive.zip::member``.
        part: ``"train"`` or ``"test"``, instead of what the name says; None keeps that.

    >>> identify("casia/001.pot").writer, identify("casia/hwdb1-crops-train.gnt").writer
    ('casia:001', 'unknown:hwdb1-crops-train')
    """
    for family in FAMILIES:
        module, _, name = family.partition(":")
        function = getattr(importlib.import_module(module), name)
        source = cast(Callable[[str], Source | None], function)(file)
        if source is not None:
            break
    else:
        source = Source(file, f"unknown:{PurePosixPath(leaf(file)).stem}")
    return source if part is None else dataclasses.replace(source, part=part)
