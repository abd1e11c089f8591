"""Sources: what users name (files, folders, archives) as units of records, whoever published them.

A collector is a class, `collector.Collector` or one like it, that finds the files of one
collection; `COLLECTORS` names them in the order in which they are asked, and packages of others
add theirs by entry points. Formats are read elsewhere.
"""

from __future__ import annotations

import dataclasses
import functools
import sys
from typing import Any

from penline.records import Source
from penline.registry import Registry, Row

__all__ = ["COLLECTORS", "collectors", "identify"]

COLLECTORS: Registry[Any] = Registry(
    "penline.collectors",
    "collector",
    {
        "sd19": Row(
            "penline.sources.sd19.collector:Sd19Collector", "trees of NIST SD19, and its MIS files"
        ),
        "unipen": Row("penline.sources.unipen.collector:UnipenCollector", "UNIPEN's two trees"),
        "mnist": Row("penline.sources.mnist:MnistCollector", "IDX files of pictures and of labels"),
        "etl": Row("penline.sources.etl:EtlCollector", "the ETL Character Database"),
        "uji": Row("penline.sources.uji:UjiCollector", "UJI Pen Characters, version 2"),
        "casia": Row("penline.sources.casia:CasiaCollector", "CASIA's names of archives and files"),
        "pages": Row(
            "penline.sources.pages.collector:PagesCollector", "pages of lines in PAGE XML and ALTO"
        ),
        "pairs": Row(
            "penline.sources.tables.pairs:PairsCollector", "pictures of lines beside their .gt.txt"
        ),
        "iam": Row("penline.sources.tables.iam:IamCollector", "lines and words of IAM"),
        "boxes": Row("penline.sources.tables.boxes:BoxesCollector", "boxes of characters on pages"),
        "tables": Row(
            "penline.sources.tables.collector:TablesCollector", "tables of labelled pictures"
        ),
        "lists": Row(
            "penline.sources.tables.manifests:ManifestCollector", "lists that name pictures"
        ),
        "sample": Row("penline.sources.sample:SampleCollector", "the embedded sample"),
        "any-file": Row(
            "penline.sources.collector:AnyFileCollector", "every file of a known format"
        ),
        "pictures": Row(
            "penline.sources.pictures.collector:PictureCollector", "pictures of characters"
        ),
    },
    fits=callable,
)
"""In the order in which they are asked; those of other packages before any file is taken."""


def collectors() -> tuple[Any, ...]:
    """Load the collectors' classes, in order.

    Raises:
        UsageError: a collector's package is broken.
    """
    return _loaded(tuple(sys.path))


@functools.lru_cache(maxsize=4)
def _loaded(_: tuple[str, ...]) -> tuple[Any, ...]:
    """Load them once for a path that packages are found on."""
    own = list(COLLECTORS.own)
    others = [name for name in COLLECTORS if name not in own]
    last = own.index("any-file")
    own[last:last] = others
    return tuple(map(COLLECTORS.load, own))


def identify(file: str, part: str | None = None) -> Source:
    """Tell what a file's name says about its writer, part and card.

    Args:
        file: the path as given, or ``archive.zip::member``.
        part: ``"train"`` or ``"test"``, instead of what the name says; None keeps that.

    >>> identify("casia/001.pot").writer, identify("casia/hwdb1-crops-train.gnt").writer
    ('casia:001', 'unknown:hwdb1-crops-train')
    """
    source: Source = next(filter(None, (one.identify(file) for one in collectors())))
    return source if part is None else dataclasses.replace(source, part=part)
