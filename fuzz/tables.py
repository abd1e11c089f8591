"""What holds for the readers of tables of pictures, whose columns are told before rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from fuzz.checks import MIB, check_error, check_reader, check_strict
from penline.errors import FormatError
from penline.formats.arrow_table import arrow_columns, read_arrow
from penline.formats.byte_source import ByteSource, MappedBytes
from penline.formats.csv_rows import read_text_rows
from penline.formats.defects import strictly
from penline.formats.mat import MatValue, read_mat
from penline.formats.npy import read_head, read_items, read_vector
from penline.formats.page_boxes import boxes_form, read_boxes
from penline.formats.pixel_csv import pixel_columns, read_pixel_csv
from penline.formats.tool_boxes import TOOL_FORMS, read_tool_boxes, tool_form
from penline.records import Source

__all__ = [
    "check_arrow",
    "check_boxes",
    "check_mat",
    "check_npy",
    "check_npy_labels",
    "check_pixel_csv",
    "check_text_rows",
]

_SOURCE = Source("x", "unknown:x")
_SLACK = 32 * MIB


def _rows(content: bytes, salvage: Callable[[ByteSource], Iterator[Any]]) -> None:
    reader = SimpleNamespace(
        salvage=lambda stream, _: salvage(stream),
        read=lambda stream, _: strictly(salvage(stream)),
    )
    check_reader(reader, content, _SOURCE, _SLACK)


def _told(content: bytes, tell: Callable[[ByteSource], Any]) -> Any:
    """What a file's beginning tells; None where it is refused."""
    try:
        return tell(MappedBytes("x", memoryview(content)))
    except FormatError as error:
        check_error(error)
        return None


def check_pixel_csv(content: bytes) -> None:
    """A CSV of pixels, by the columns that it tells."""
    columns = _told(content, pixel_columns)
    if columns is not None:
        _rows(content, lambda stream: read_pixel_csv(stream, columns))


def check_text_rows(content: bytes) -> None:
    """A list, as cells, as objects and as one object."""
    for name in ("x.csv", "x.jsonl", "labels.json"):
        _rows(content, lambda stream, name=name: read_text_rows(stream, name))  # type: ignore[misc]


def check_arrow(content: bytes) -> None:
    """A Parquet or Arrow table."""
    columns = _told(content, arrow_columns)
    if columns is not None:
        _rows(content, lambda stream: read_arrow(stream, columns))


def check_npy(content: bytes) -> None:
    """An array, item by item: pieces are as large as a stream happens to hold."""

    def items(stream: ByteSource) -> Iterator[Any]:
        for piece in read_items(stream, read_head(stream)):
            yield from (item.tobytes() for item in piece)

    check_strict(items, content, slack_bytes=_SLACK)


def check_npy_labels(content: bytes) -> None:
    """An array of labels."""
    check_strict(read_vector, content, slack_bytes=_SLACK)


def check_mat(content: bytes) -> None:
    """A MATLAB file; what it unpacks to lies in a file."""

    def values(stream: ByteSource) -> Iterator[Any]:
        return iter(list(_flat("", read_mat(stream))))

    check_strict(values, content, slack_bytes=_SLACK)


def _flat(before: str, values: dict[str, MatValue]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{before}{name}.", value)
        else:
            yield before + name, (value.dtype.str, value.shape, value.tobytes())


def check_boxes(content: bytes) -> None:
    """A file of boxes in the form that its beginning tells, under each of the endings."""
    for name in ("x.json", "x.xml", "x.csv", "x.txt"):
        head = content[: 1 << 16]
        form = tool_form(name, head) or boxes_form(name, head)
        read = read_tool_boxes if form in TOOL_FORMS else read_boxes
        if form:

            def boxes(
                stream: ByteSource, read: Any = read, form: str = form, name: str = name
            ) -> Iterator[Any]:
                for page in read(stream, form, name):
                    yield page.picture, page.part
                    for box in page.boxes:
                        if isinstance(box, FormatError):
                            check_error(box)
                        yield str(box) if isinstance(box, FormatError) else tuple(box)

            check_strict(boxes, content, slack_bytes=_SLACK)
