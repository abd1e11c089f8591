"""WebDataset's tars: the pictures of samples, each with the files of the same key beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Any

from penline.errors import FormatError, UsageError
from penline.formats.defects import defect_of
from penline.formats.table_row import BOXES, TableRow
from penline.formats.tarred import TarMember, walk
from penline.records import Defect
from penline.sources.names import hidden
from penline.sources.tables.unit import TableUnit
from penline.words import printable

__all__ = ["TarUnit", "is_of_sample", "is_webdataset", "tar_key"]

_PICTURE_LIMIT = 1 << 26
_TEXT_LIMIT = 1 << 16
PICTURES = ("png", "jpg", "jpeg", "bmp", "webp", "tif", "tiff", "gif", "ppm", "pgm")
_TEXTS = ("txt", "cls")
_LABELS = (*_TEXTS, "json")
_IN_JSON = ("label", "character", "char", "text", "class", "cls")
_WRITERS = ("writer", "writer_id", "user", "author")
_LOOKED_AT = 24
"""Members of a tar that are looked at."""


def tar_key(name: str) -> tuple[str, str]:
    """Return the key of a member of a WebDataset's tar, and its field: cut at the name's first dot.

    >>> tar_key("./a/000123.seg.png")
    ('a/000123', 'seg.png')
    """
    path = PurePosixPath(name)
    stem, _, kind = path.name.partition(".")
    return str(path.with_name(stem)) if stem else str(path), kind.lower()


def is_of_sample(name: str) -> bool:
    """Tell by a name whether a file may belong to a sample of a WebDataset; any has a .txt."""
    return tar_key(name)[1] in (*PICTURES, "cls", "json")


def is_webdataset(path: Path) -> bool:
    """Tell whether the pictures of a tar have their labels beside them, by its first members."""
    kinds: dict[str, set[str]] = {}
    try:
        for member in islice(walk(path), _LOOKED_AT):
            key, kind = tar_key(member.name)
            if kind != "json" or _metadata(_content(member)):
                kinds.setdefault(key, set()).add(kind)
    except (FormatError, UsageError):
        pass  # what comes after the damage has its own turn
    keys = [found for found in (list(kinds.values())[:-1] or kinds.values()) if found & {*PICTURES}]
    return bool(keys) and all(found & {*_LABELS} for found in keys)


def _metadata(content: bytes, lists: Iterable[str] = ()) -> dict[str, Any]:
    """What the JSON of a key tells: a label, who wrote it, and fields that are lists."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    found = found if isinstance(found, dict) else {"label": found}
    texts = {name: found[name] for name in (*_IN_JSON, *_WRITERS) if name in found}
    told = {name: found[name] for name in lists if name in found}
    return told | {name: one for name, one in texts.items() if isinstance(one, str | int)}


@dataclass(frozen=True, slots=True, eq=False)
class TarUnit(TableUnit):
    """Gives the pictures of a WebDataset's tar: members of one key follow one another.

    Attributes:
        path: the tar.
    """

    path: Path = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield one row a key that has a picture."""
        record, key, fields = 0, "", dict[str, bytes]()
        fault: FormatError | None = None
        try:
            for member in chain(walk(self.path), (None,)):
                own, kind = tar_key(member.name) if member is not None else ("", "")
                if own != key:
                    if fields or fault:
                        yield self._row(key, fields, record, fault)
                        record += 1
                    key, fields, fault = own, {}, None
                if member is None or hidden(member.name) or kind not in (*PICTURES, *_LABELS):
                    continue
                try:
                    fields[kind] = _content(member)
                except FormatError as error:
                    fault = error
        except FormatError as error:
            yield defect_of(error, record)

    def _row(
        self, key: str, fields: dict[str, bytes], record: int, fault: FormatError | None
    ) -> TableRow | Defect:
        picture = next((kind for kind in PICTURES if kind in fields), "")
        if fault is None and not picture:
            found = f"{printable(key)}.{next(iter(fields))} alone"
            fault = FormatError(self.source.file, 0, f"key {printable(key)}", "a picture", found)
        if fault is not None:
            return defect_of(fault, record)
        metadata = _metadata(fields.get("json", b"{}"), BOXES)
        texts = [
            fields[kind].decode("utf-8", "replace").strip() for kind in _TEXTS if kind in fields
        ]
        texts += [str(metadata[name]) for name in _IN_JSON if name in metadata]
        if not texts:
            what, found = f"key {printable(key)}", repr(fields.get("json", b"")[:20])[1:]
            return defect_of(FormatError(self.source.file, 0, what, "a label", found), record)
        writer = next((str(metadata[name]) for name in _WRITERS if name in metadata), "")
        boxes = {one: metadata[one] for one in BOXES if one in metadata} or None
        name = f"{key}.{picture}"
        return TableRow(fields[picture], texts[0], record, 0, writer, name=name, boxes=boxes)


def _content(member: TarMember) -> bytes:
    """A member's bytes, not more than a picture or a label may have."""
    if member.other:
        raise FormatError(member.label, member.offset, "member", "a file", member.other)
    most = _PICTURE_LIMIT if tar_key(member.name)[1] in PICTURES else _TEXT_LIMIT
    if member.size_bytes > most:
        found = f"{member.size_bytes:,}"
        raise FormatError(member.label, member.offset, "size", f"at most {most:,} bytes", found)
    with member.open() as stream:
        buffer, at = stream.read_exact(0, member.size_bytes, "content")
        content = bytes(buffer[at : at + member.size_bytes])
        stream.finish()
    return content
