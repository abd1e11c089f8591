"""What holds for collections that are read through a file's name, and for what names tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from fuzz.checks import MIB, Finding, check_error, check_reader, check_strict, little_memory
from fuzz.on_disk import FileOnDisk
from fuzz.touch import fingerprint
from penline.entries import entry_fault
from penline.errors import FormatError, UsageError
from penline.formats import uji
from penline.formats.byte_source import ByteSource
from penline.formats.leaf import read_leaf
from penline.formats.table_row import TableRow
from penline.records import Defect, Source
from penline.sources.pictures.deciding import decide_ink
from penline.sources.pictures.decode import decode
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.labels import fits
from penline.sources.pictures.pattern import Pattern
from penline.sources.pictures.pieces import cut_apart, merged, pieces_of
from penline.sources.tables.encoded import LmdbUnit, is_lmdb
from penline.sources.tables.unit import TableUnit
from penline.sources.tables.webdataset import TarUnit, is_webdataset

__all__ = ["check_leaf", "check_lmdb", "check_many", "check_names", "check_uji", "check_webdataset"]

_SOURCE = Source("x", "unknown:x")
_SLACK = 64 * MIB
_NAMES, _RULES, _PIECES = 200, 6, 8


def check_leaf(content: bytes) -> None:
    """LEAF's JSON; what a user holds of it lies in memory."""

    def rows(stream: ByteSource) -> Iterator[Any]:
        for row in read_leaf(stream):
            pixels: Any = row.picture
            yield pixels.tobytes(), row.label, row.offset, row.writer

    check_strict(rows, content, slack_bytes=_SLACK)


def check_uji(content: bytes) -> None:
    """UJI's strokes, by each of the sessions that it names, and all of them."""

    def sessions(stream: ByteSource) -> Iterator[Any]:
        return iter(uji.read_sessions(stream))

    check_reader(uji, content, _SOURCE, _SLACK)
    check_strict(sessions, content, slack_bytes=_SLACK)


def _rows_of(unit: TableUnit) -> list[str]:
    """What a table gives, each row touched: twice the same, numbered from 0."""
    found = []
    for row in unit.rows():
        if isinstance(row, Defect):
            check_error(FormatError(row.file, row.offset, row.field, row.expected, row.found))
        elif not isinstance(row, TableRow) or row.record < 0:
            raise Finding(f"no row: {row!r}")
        else:
            unit.character(row)
            unit.writer(row)
            if not unit.name(row).isprintable():
                raise Finding(f"a name that is not one plain line: {unit.name(row)!r}")
        found.append(fingerprint(row))
    return found


def _twice(unit: TableUnit) -> None:
    if _rows_of(unit) != _rows_of(unit):
        raise Finding("read twice, the rows differ")


def check_lmdb(content: bytes) -> None:
    """An LMDB of pictures: rows and defects, however its pages lie."""
    with little_memory(len(content), _SLACK), FileOnDisk(content, ".mdb") as path:
        is_lmdb(path)
        _twice(LmdbUnit(_SOURCE, "lmdb", len(content), InkRule(), path=path))


def check_webdataset(content: bytes) -> None:
    """A WebDataset's tar, plain."""
    with little_memory(len(content), _SLACK), FileOnDisk(content, ".tar") as path:
        is_webdataset(path)
        _twice(TarUnit(_SOURCE, "webdataset", len(content), InkRule(), path=path))


def check_names(content: bytes) -> None:
    """Names of files, one a line, the first of them also as a pattern: rules, or `UsageError`."""
    names = [os.fsdecode(one) for one in content.replace(b"\0", b"").split(b"\n") if one]
    paths = [f"top/{name}" for name in names[:_NAMES]] or ["top/1.png"]
    with little_memory(len(content), _SLACK):
        patterns = []
        try:
            patterns = [Pattern(names[0]).text] if names else []
        except UsageError as error:
            if not str(error).isprintable():
                raise Finding(f"a message that is not one plain line: {str(error)!r}") from error
        for fit in (*fits(paths)[:_RULES], *fits(paths, patterns=patterns)[:_RULES]):
            fit.rule.words()
            for path in paths:
                named = fit.rule.named(path)
                character = fit.rule.character(named) if named else None
                fault = entry_fault(character) if character and fit.enough else ""
                if fault and not fit.rule.classes.characters:
                    raise Finding(f"{path!r} is taken for {character!r}: {fault}")


def check_many(content: bytes) -> None:
    """A picture of many characters: cut apart, cut again, put together."""
    with little_memory(len(content), 256 * MIB):
        try:
            picture = decode(content, "x")
        except FormatError as error:
            check_error(error)
            return
        rule = decide_ink([picture])
        ink = rule.whole_ink(picture)
        cut = pieces_of(ink, rule.pen_px, "永")
        cut.words()
        for piece in cut.pieces:
            height, width = piece.ink.shape
            inside = (
                0 <= piece.left <= ink.shape[1] - width and 0 <= piece.top <= ink.shape[0] - height
            )
            if not (inside and piece.ink.any()):
                raise Finding(f"a piece of {piece.ink.shape} at {piece.left}, {piece.top}")
        for piece in cut.pieces[:_PIECES]:
            cut_apart(piece, 2)
            cut_apart(piece, 3, across=False)
        if cut.pieces:
            merged(cut.pieces[:_PIECES])
