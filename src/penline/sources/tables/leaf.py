"""LEAF's JSON as units of rows; the users of FEMNIST are the writers of SD19."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from penline.errors import FormatError
from penline.formats.defects import defect_of
from penline.formats.leaf import begins_as_leaf, read_leaf
from penline.formats.table_row import TableRow
from penline.records import Defect
from penline.sources.mnist_images import class_characters
from penline.sources.tables.unit import TableUnit
from penline.sources.unit import Place

__all__ = ["LeafUnit", "femnist_classes", "is_leaf"]

_FEMNIST = re.compile(r"f(\d{4})_\d\d", re.ASCII)
"""A folder of SD19's tree ``by_write``: form of a writer, and of a template."""


def is_leaf(place: Place) -> bool:
    """Tell whether a file is LEAF's: whether it begins as one."""
    with place.open() as stream:
        return begins_as_leaf(stream)


def femnist_classes(place: Place) -> Mapping[str, str]:
    """Return what class numbers stand for, where the first user is one of FEMNIST's.

    Raises:
        FormatError: the file is not LEAF's.
    """
    with place.open() as stream:
        first = next(islice(read_leaf(stream), 1), None)
    if first is None or not _FEMNIST.fullmatch(first.writer):
        return {}
    # digits, capitals, small letters: LEAF's relabel_class counts as EMNIST's ByClass does
    return {str(n): one for n, one in class_characters("emnist", "byclass").items()}


@dataclass(frozen=True, slots=True, eq=False)
class LeafUnit(TableUnit):
    """Gives the pictures of one file of LEAF.

    Attributes:
        place: where it lies.
    """

    place: Place = field(kw_only=True)

    def rows(self) -> Iterator[TableRow | Defect]:
        """Yield the pictures of all users; what is not of this form ends them."""
        record = 0
        with self.place.open() as stream:
            try:
                for row in read_leaf(stream):
                    yield row
                    record += 1
            except FormatError as error:
                yield defect_of(error, record)

    def writer(self, row: TableRow) -> str:
        """Return the id of a row's writer: SD19's number of a user of FEMNIST."""
        match = _FEMNIST.fullmatch(row.writer)
        return f"sd19:{match[1]}" if match else TableUnit.writer(self, row)
