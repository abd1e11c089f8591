"""Cards as schema.org's Dataset, and as Croissant (MLCommons, version 1.0), which extends it.

Croissant's specification: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from penline.catalogue.model import Card, File

__all__ = ["CONTEXT", "TYPES", "croissant", "markup", "schema_org"]

CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification gives."""

TYPES: Final = {
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".csv": "text/csv",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".parquet": "application/x-parquet",
    ".tar": "application/x-tar",
    ".jsonl": "application/jsonlines",
    ".ndjson": "application/jsonlines",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".xml": "application/xml",
    ".inkml": "application/inkml+xml",
    ".lst": "text/plain",
    ".unipen": "text/plain",
    ".yml": "application/yaml",
    ".arrow": "application/vnd.apache.arrow.file",
    ".txt": "text/plain",
}


def schema_org(card: Card) -> dict[str, Any]:
    """A card as a Dataset of schema.org."""
    years = [citation.year for citation in card.citations if citation.year]
    facts: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": card.title,
        "identifier": card.id,
        "description": card.description or card.title,
        "url": card.homepages[0] if card.homepages else None,
        "sameAs": list(card.homepages[1:]),
        "license": card.licence.url or card.licence.name,
        "usageInfo": card.unsourced(card.licence.summary),
        "creator": {"@type": "Organization", "name": card.publisher},
        "datePublished": str(max(years)) if years else None,
        "citation": [citation.text for citation in card.citations],
        "keywords": ["handwriting", card.kind, *card.scripts],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": count.what, "value": count.value}
            for count in card.counts
            if count.value is not None and (count.part, count.scope) == ("all", "everything")
        ],
    }
    return {key: value for key, value in facts.items() if value not in (None, [])}


def croissant(card: Card) -> dict[str, Any]:
    """A card as a Croissant 1.0 description (JSON-LD).

    Its ``distribution`` has the files whose address and hash are both known: Croissant wants a
    hash of every file. Records are not described, since penline reads them by its own readers.
    """
    facts = schema_org(card)
    files = [_file(file, card.urls(file)[0]) for file in card.files if _proven(card, file)]
    more = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": card.id,
        "alternateName": card.title,
        "citeAs": "\n\n".join(citation.bibtex for citation in card.citations),
        "distribution": files,
    }
    facts |= {key: value for key, value in more.items() if value != []}
    facts["creator"] = {"@type": "sc:Organization", "name": card.publisher}
    del facts["citation"]
    return facts


def markup(card: Card) -> str:
    """The schema.org description of a card as a block of HTML, safe inside any page."""
    text = json.dumps(schema_org(card), ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">{text}</script>'


def _proven(card: Card, file: File) -> bool:
    return bool(card.urls(file)) and bool(file.sha256 or file.md5)


def _file(file: File, url: str) -> dict[str, Any]:
    extension = "." + file.name.rpartition(".")[2].lower()
    facts = {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": file.note or None,
        "contentUrl": url,
        "contentSize": f"{file.bytes} B" if file.bytes is not None else None,
        "encodingFormat": TYPES.get(extension, "application/octet-stream"),
        "sha256": file.sha256,
        "md5": file.md5 if not file.sha256 else None,
    }
    return {key: value for key, value in facts.items() if value is not None}
