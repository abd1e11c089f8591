"""Faults as defects, and defects as faults: what joins strict reading and salvage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.records import Defect

__all__ = ["defect_of", "end_of", "strictly", "until_fault"]

R = TypeVar("R")


def defect_of(error: FormatError, record: int = 0) -> Defect:
    """Return the defect that stands in the place of a record which an error kept from being read.

    Args:
        error: what a strict reader raises.
        record: number of the record in its file, from 0.
    """
    return Defect(error.file, error.offset, record, error.field, error.expected, error.found)


def end_of(stream: ByteSource, record: int, last_fault: FormatError | None) -> Iterator[Defect]:
    """Yield what shows only at the end of a file, unless it was told before.

    Args:
        stream: read to its end.
        record: number for the defect.
        last_fault: the last fault that was.
    """
    try:
        stream.finish()
    except FormatError as error:
        if error is not last_fault:
            yield defect_of(error, record)


def until_fault(records: Iterable[R]) -> Iterator[R | Defect]:
    """Yield what a strict reader gives, and a defect in the place of the error that ends it."""
    record = 0
    try:
        for one in records:
            yield one
            record += 1
    except FormatError as error:
        yield defect_of(error, record)


def strictly(salvaged: Iterable[R | Defect]) -> Iterator[R]:
    """Yield salvaged records up to the first defect, which is raised.

    Raises:
        FormatError: what the defect says.
    """
    for record in salvaged:
        if isinstance(record, Defect):
            place = record.file, record.offset, record.field
            raise FormatError(*place, record.expected, record.found)
        yield record
