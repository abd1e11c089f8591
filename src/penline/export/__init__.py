"""Finished samples into the formats of trainers."""

from __future__ import annotations

from importlib import import_module

from penline.errors import UsageError
from penline.export.base import Exporter, Takes

__all__ = ["EXPORTERS", "Exporter", "exporter_class"]

EXPORTERS: dict[str, str] = {
    "paddleocr": "penline.export.paddleocr:PaddleOCR",
    "paddleocr-det": "penline.export.paddleocr_det:PaddleOCRDetection",
    "page-xml": "penline.export.page_xml:PageXML",
    "coco": "penline.export.coco:Coco",
    "imagefolder": "penline.export.imagefolder:ImageFolder",
    "parquet": "penline.export.parquet:Parquet",
    "lmdb": "penline.export.lmdb:LMDB",
    "webdataset": "penline.export.webdataset:WebDataset",
    "doctr": "penline.export.doctr:DocTR",
    "kraken": "penline.export.kraken:Kraken",
    "kraken-arrow": "penline.export.kraken:KrakenArrow",
    "easyocr": "penline.export.easyocr:EasyOCR",
    "inkml": "penline.export.inkml:InkML",
}


def exporter_class(name: str, *takes: Takes) -> type[Exporter]:
    """The exporter called `name`.

    Args:
        name: of the table.
        takes: kinds of items that the caller can give; none for lines alone.

    Raises:
        UsageError: no format has that name; the message lists those that there are. Or it is
            a format of other items.
    """
    if name not in EXPORTERS:
        raise UsageError(f"no format is called {name!r}; there are: {', '.join(sorted(EXPORTERS))}")
    module, _, attribute = EXPORTERS[name].partition(":")
    found: type[Exporter] = getattr(import_module(module), attribute)
    if found.takes not in (takes or ("lines",)):
        raise UsageError(f"{name} is a format of {found.takes}; penline convert writes it")
    return found
