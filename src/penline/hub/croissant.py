"""A finished set as Croissant 1.0 (MLCommons): its files, and what a record of it has.

Croissant's specification: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from penline.catalogue.croissant import CONTEXT, TYPES
from penline.export.run import RECORDS
from penline.hub.facts import SetFacts, notice

__all__ = ["croissant_of"]

Node = dict[str, Any]

_TOLD = {
    "index": (
        "sc:Integer",
        "number of the record in the set; lines of one page of strokes share it",
    ),
    "split": ("sc:Text", "train, validation or test"),
    "text": ("sc:Text", "the label; of a page its lines, a line each"),
    "writer": ("sc:Text", "who wrote it; `unknown:` and a file's name where nobody knows"),
}
_FIELDS = {
    "quads": ("sc:Float", "corners of each character, x and y in pixels, four a character", True),
    "path": ("sc:Text", "the picture, or where it lies", False),
    "file_name": ("sc:Text", "the picture, from this file's folder", False),
    "index": ("sc:Integer", "number of the line in its source", False),
    "strokes": ("sc:Float", "of each stroke the points: x, y, and ms where known", True),
    "spans": ("sc:Integer", "character, stroke, first point, the one past the last", True),
}
_IN_JSON_LINES = {
    "boxes.jsonl": ("boxes", ("path", "quads")),
    "metadata.jsonl": ("boxes", ("file_name", "quads")),
}
"""Files of places, by their names: the record set's, and its fields."""
_OF_ANNOTATIONS = {
    "image_id": ("sc:Integer", "the image's number", "$.annotations[*].image_id"),
    "text": ("sc:Text", "the label; none where it is not known", "$.annotations[*].text"),
    "category_id": ("sc:Integer", "1 a line, 2 a character", "$.annotations[*].category_id"),
    "bbox": ("sc:Float", "x, y, width, height in pixels", "$.annotations[*].bbox"),
}


def croissant_of(facts: SetFacts, out: Path) -> Node:
    """The description of a set.

    Args:
        facts: of the set.
        out: its folder, whose files are looked at for their sizes alone.
    """
    warned = notice(facts.sources)
    cards = facts.cards
    licences = [card.licence.url or card.licence.name for card in cards]
    licences += [row["licence"] for row in facts.sources if not row["card"]]
    described = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": facts.name,
        "description": " ".join(
            filter(None, (warned, f"{facts.title}: {facts.parted}.", facts.made, facts.text))
        ),
        "license": list(dict.fromkeys(licences)),
        "creator": [
            {"@type": "sc:Organization", "name": name}
            for name in dict.fromkeys(card.publisher for card in cards)
        ],
        "citeAs": "\n\n".join(cited.bibtex for card in cards for cited in card.citations),
        "keywords": ["handwriting", "text recognition", *(card.title for card in cards)],
        "distribution": [*_files(facts, out), *_filesets(facts)],
        "recordSet": list(_record_sets(facts)),
    }
    return {name: value for name, value in described.items() if value not in ([], "")}


def _files(facts: SetFacts, out: Path) -> Iterator[Node]:
    """The files that are told one by one: those of all shards together, and tars."""
    patterns = [] if facts.kind.archives else list(chain(*facts.filesets.values()))
    for name, digest in {**facts.report["files"], **facts.report["about"]}.items():
        if any(PurePosixPath(name).match(pattern) for pattern in patterns):
            continue
        yield {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "contentSize": f"{(out / name).stat().st_size} B",
            "encodingFormat": _type(name),
            "sha256": digest,
        }


def _filesets(facts: SetFacts) -> Iterator[Node]:
    archives = [name for name in facts.report["files"] if fnmatch(name, facts.kind.archives)]
    for name, patterns in facts.filesets.items():
        types = _type(patterns[0])
        yield {
            "@type": "cr:FileSet",
            "@id": name,
            "name": name,
            **({"containedIn": [{"@id": one} for one in archives]} if archives else {}),
            "encodingFormat": [types, "text/plain"] if types.endswith("xml") else types,
            "includes": patterns,
        }


def _type(name: str) -> str:
    return TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")


def _record_sets(facts: SetFacts) -> Iterator[Node]:
    sets = facts.filesets
    if "table" in sets:
        yield _record_set("records", "all records", _of_table(facts))
    elif RECORDS in facts.report["about"]:
        yield _record_set("records", "all records", _of_list(pictured="pictures" in sets))
    for name in facts.report["files"]:
        path = PurePosixPath(name)
        id, fields = _IN_JSON_LINES.get(path.name, ("", ()))
        if id and facts.boxes:
            id = f"{id}-{path.parent}" if path.parent.name else id
            rows = [_field(id, one, *_FIELDS[one], _column(name, one)) for one in fields]
            yield _record_set(id, f"places of characters, from {name}", rows)
        if path.name == "pages.jsonl":
            yield _record_set("lines", "the lines of each page", _of_pages(name))
        if fnmatch(name, "coco_*.json"):
            id = f"annotations-{path.stem.removeprefix('coco_')}"
            rows = [
                _field(id, one, kind, said, one == "bbox", _json_path(name, where))
                for one, (kind, said, where) in _OF_ANNOTATIONS.items()
            ]
            yield _record_set(id, f"lines and characters, from {name}", rows)
    for name, (pattern, *_) in sets.items():
        if pattern.endswith(".ndjson"):
            rows = [
                _field("strokes-of-lines", one, *_FIELDS[one], _column(name, one, of_set=True))
                for one in ("index", "strokes", "spans")
            ]
            yield _record_set("strokes-of-lines", "the strokes of each line", rows)
        elif pattern.endswith((".xml", ".inkml", ".unipen")):
            yield _record_set(f"{name}-files", f"{pattern}, whole", list(_whole_files(name)))


def _record_set(id: str, said: str, fields: list[Node]) -> Node:
    return {"@type": "cr:RecordSet", "@id": id, "name": id, "description": said, "field": fields}


def _field(id: str, name: str, kind: str, said: str, several: bool, source: Node) -> Node:
    return {
        "@type": "cr:Field",
        "@id": f"{id}/{name}",
        "name": name,
        "description": said,
        "dataType": kind,
        **({"repeated": True} if several else {}),
        "source": source,
    }


def _column(name: str, column: str, *, of_set: bool = False) -> Node:
    return {"fileSet" if of_set else "fileObject": {"@id": name}, "extract": {"column": column}}


def _json_path(name: str, path: str) -> Node:
    return {"fileObject": {"@id": name}, "extract": {"jsonPath": path}}


def _property(name: str, which: str) -> Node:
    return {"fileSet": {"@id": name}, "extract": {"fileProperty": which}}


def _of_list(*, pictured: bool) -> list[Node]:
    fields = [
        _field("records", name, kind, said, False, _column(RECORDS, name))
        for name, (kind, said) in _TOLD.items()
    ]
    if not pictured:
        return fields
    said = "the picture's own name"
    file = _field("records", "file", "sc:Text", said, False, _property("pictures", "filename"))
    file["references"] = _column(RECORDS, "file")
    whole = _property("pictures", "content")
    return [*fields, file, _field("records", "image", "sc:ImageObject", "picture", False, whole)]


def _of_table(facts: SetFacts) -> list[Node]:
    image = _column("table", "image", of_set=True)
    image["transform"] = {"jsonPath": "bytes"}
    split = _property("table", "filename")
    split["transform"] = {"regex": "^([a-z]+)-"}
    found = [
        _field("records", "image", "sc:ImageObject", "picture", False, image),
        _field("records", "split", *_TOLD["split"], False, split),
    ]
    for name in ("text", "writer"):
        source = _column("table", name, of_set=True)
        found.append(_field("records", name, *_TOLD[name], False, source))
    if facts.boxes:
        source = _column("table", "quads", of_set=True)
        found.append(_field("records", "quads", *_FIELDS["quads"], source))
    return found


def _of_pages(name: str) -> list[Node]:
    found = [_field("lines", "path", *_FIELDS["path"], _column(name, "path"))]
    for part, kind, said in (
        ("text", "sc:Text", "the label of each line; empty where it is not known"),
        ("polygon", "sc:Float", "around each line, x and y in pixels of the page"),
    ):
        source = _column(name, "lines")
        source["transform"] = {"jsonPath": part}
        found.append(_field("lines", part, kind, said, True, source))
    return found


def _whole_files(name: str) -> Iterator[Node]:
    id = f"{name}-files"
    yield _field(id, "file", "sc:Text", "its name", False, _property(name, "filename"))
    yield _field(id, "content", "sc:Text", "all of it", False, _property(name, "content"))
