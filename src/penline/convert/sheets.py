"""Pages out of the lines of archives: the picture put together, each line's outline found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from penline.convert.outline import box_outline, outline
from penline.convert.penned import MAX_PAGE_PX
from penline.convert.policy import Policy
from penline.errors import FormatError
from penline.pages import Page, PageLine
from penline.records import Bytes2D, LineRecord, PageFacts, Source, paste

__all__ = ["character_quads", "pages", "told_quads"]

_MOST_PX = 1e6
"""No corner is further away."""


def pages(lines: Iterable[LineRecord], policy: Policy, *, salvage: bool) -> Iterator[Page]:
    """The pages that the lines of a file make, numbered from 0.

    The paper is 255. What of a line reaches out of the page is cut off. A line whose label is
    dropped stays in the picture, with its outline and without a text.

    Args:
        lines: in file order; lines that stand together and share their page's facts make a page.
        policy: what to do with ink without a label; counts.
        salvage: leave out a page that is too large, counted, instead of stopping.

    Raises:
        FormatError: a page of more pixels than any real one.
    """
    number = 0
    for _, group in groupby(lines, key=lambda line: id(line.page)):
        lines_of_page = list(group)
        head, source = lines_of_page[0].page, lines_of_page[0].source
        if head.height_px * head.width_px > MAX_PAGE_PX:
            found = f"{head.height_px:,} x {head.width_px:,}"
            if not salvage:
                expected = f"at most {MAX_PAGE_PX:,} pixels"
                raise FormatError(source.file, 0, "page height and width", expected, found)
            policy.drop("pages of too many pixels")
            continue
        paper = np.full((head.height_px, head.width_px), 255, np.uint8)
        done = tuple(_placed(paper, line, policy) for line in lines_of_page)
        yield Page(
            index=number,
            name=page_name(source),
            image=paper,
            lines=done,
            writer=source.writer,
            side="test" if source.part == "test" else "train",
            metadata=_page_metadata(head, source),
        )
        number += 1


def page_name(source: Source) -> str:
    """The file's name without folders, archives and extension.

    >>> page_name(Source("HWDB2.0Test.zip::a/006-P16.dgrl", "casia:006"))
    '006-P16'
    """
    return PurePosixPath(source.file.rpartition("::")[2].replace("\\", "/")).stem


def character_quads(record: LineRecord, policy: Policy) -> npt.NDArray[np.float64] | None:
    """The corners of the characters of the label, on the page; None where they are not known.

    Returns:
        ``float64 (characters, 4, 2)``, clockwise from the upper left.
    """
    if not record.boxes or len(record.boxes) != len(record.characters):
        return None
    kept = [box for box in record.boxes if policy.stands(box.character)]
    corners = [
        box_outline(
            box.top_px,
            box.left_px,
            box.top_px + box.raster.height_px,
            box.left_px + box.raster.width_px,
        )
        for box in kept
    ]
    return np.array(corners, np.float64).reshape(len(corners), 4, 2)


def told_quads(
    told: Mapping[str, Any], text: str, policy: Policy
) -> tuple[npt.NDArray[np.float64] | None, tuple[str, ...]]:
    """The corners of a line's characters, as its set tells them, and its entries where they are
    several code points; None, counted, where there is not one box for each."""
    try:
        drawn = json.loads(told.get("drawn") or "{}")
        listed = told.get("entries") or (drawn.get("entries") if isinstance(drawn, dict) else ())
        entries = tuple(map(str, listed or ()))
        quads = np.array(told.get("quads"), np.float64).reshape(-1, 4, 2)
    except (ValueError, TypeError, OverflowError, RecursionError):
        entries, quads = (), np.empty((0, 4, 2))
    items = entries if "".join(entries) == text else tuple(text)
    if len(quads) == 1 and len(items) != 1:
        return None, ()  # one around all of a line that was converted before
    if len(quads) != len(items) or not (abs(quads) <= _MOST_PX).all():
        policy.drop("boxes of characters that are not one for each: one is around the whole line")
        return None, ()
    return quads, entries if items is entries else ()


def _placed(paper: Bytes2D, record: LineRecord, policy: Policy) -> PageLine:
    """Lay the line on the paper, and say where it is."""
    ink = record.ink
    paste(paper, 255 - ink, record.top_px, record.left_px, 255)
    height, width = paper.shape
    top, left = max(record.top_px, 0), max(record.left_px, 0)
    bottom = min(record.top_px + record.height_px, height)
    right = min(record.left_px + record.width_px, width)
    seen = ink[top - record.top_px : bottom - record.top_px]
    found = outline(seen[:, left - record.left_px : right - record.left_px] > 0, len(record.codes))
    if found is None:
        policy.drop("lines without ink")
        polygon, baseline = box_outline(top, left, bottom, right), None
    else:
        corner = np.array([left, top], np.float64)
        polygon = (found.polygon + corner).clip(0, (width, height))
        baseline = (found.baseline + corner).clip(0, (width, height))
    dropped = "labels of lines dropped for units without a character"
    text = policy.label(record.characters, lambda: policy.drop(dropped))
    if not record.characters:
        policy.drop("lines without a label")
    quads = character_quads(record, policy) if text else None
    return PageLine(
        text=text,
        polygon=polygon,
        baseline=baseline,
        characters=None if quads is None else quads.clip(0, (width, height)),
        unlabelled=record.characters.count(None),
        metadata={"record": record.record, "offset": record.offset},
    )


def _page_metadata(head: PageFacts, source: Source) -> dict[str, Any]:
    return {"file": source.file, "card": source.card, "illustration": head.illustration}
