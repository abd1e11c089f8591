"""Finished samples into the formats of trainers."""

from __future__ import annotations

from penline.errors import UsageError
from penline.export.base import Exporter, Takes
from penline.registry import Registry, Row, subclass_of

__all__ = ["EXPORTERS", "WRITTEN_ONLY", "Exporter", "exporter_class"]

EXPORTERS: Registry[type[Exporter]] = Registry(
    "penline.exporters",
    "format",
    {
        "paddleocr": Row("penline.export.paddleocr:PaddleOCR", "lines for PaddleOCR"),
        "paddleocr-det": Row(
            "penline.export.paddleocr_det:PaddleOCRDetection", "pages for PaddleOCR's detection"
        ),
        "page-xml": Row("penline.export.page_xml:PageXML", "pages in PAGE, for kraken and others"),
        "alto": Row("penline.export.alto:Alto", "pages in ALTO, for kraken and libraries"),
        "coco": Row("penline.export.coco:Coco", "pages with boxes and outlines in COCO's JSON"),
        "imagefolder": Row(
            "penline.export.imagefolder:ImageFolder", "lines for Hugging Face's datasets, as files"
        ),
        "parquet": Row("penline.export.parquet:Parquet", "lines for datasets, as Parquet"),
        "lmdb": Row(
            "penline.export.lmdb:LMDB", "lines in LMDB, as PaddleOCR and others read it", "lmdb"
        ),
        "webdataset": Row(
            "penline.export.webdataset:WebDataset", "lines in tar files, for webdataset"
        ),
        "doctr": Row("penline.export.doctr:DocTR", "lines for docTR"),
        "kraken": Row("penline.export.kraken:Kraken", "lines for kraken, as files"),
        "kraken-arrow": Row("penline.export.kraken:KrakenArrow", "lines for kraken, as Arrow"),
        "easyocr": Row("penline.export.easyocr:EasyOCR", "lines for EasyOCR"),
        "inkml": Row("penline.export.inkml:InkML", "strokes in InkML"),
        "strokes-npz": Row("penline.export.strokes_npz:StrokesNpz", "strokes as arrays of NumPy"),
        "ndjson": Row("penline.export.ndjson:NdJson", "strokes as JSON, a line an object"),
        "unipen": Row("penline.export.unipen:Unipen", "strokes in UNIPEN's text"),
    },
    fits=subclass_of(Exporter),
)

WRITTEN_ONLY = ("ndjson", "strokes-npz")
"""Formats whose files nothing here reads as a source again."""


def exporter_class(name: str, *takes: Takes) -> type[Exporter]:
    """The exporter called `name`.

    Args:
        name: of the table.
        takes: kinds of items that the caller can give; none for lines alone.

    Raises:
        UsageError: no format has that name; the message lists those that there are. Or it is
            a format of other items.
    """
    found = EXPORTERS.load(name)
    if found.takes not in (takes or ("lines",)):
        raise UsageError(f"{name} is a format of {found.takes}; penline convert writes it")
    return found
