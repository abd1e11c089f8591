"""Lines and pages that people transcribed: which are kept, on which side, at which height."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import cv2
import numpy as np

from penline.convert.policy import Policy
from penline.export.base import StrokeItem
from penline.pages import Page, PageRecord
from penline.records import Sample

__all__ = ["at_height", "kept_page", "scaled", "sided", "wide_at"]

_NOBODY = "unknown:"
_ONE = 1 << 64


def kept_page(record: PageRecord, policy: Policy) -> PageRecord:
    """Return a page with the lines whose type is not skipped; counts."""
    page = record.page
    policy.counts.update(page.counts)
    kinds = [region.kind for region in page.regions]
    lines = tuple(
        line
        for line in page.lines
        if not policy.skips(
            str(line.metadata.get("kind", "")), *kinds[line.region : line.region + 1]
        )
    )
    if not lines:
        policy.counts["pages without a line"] += 1
    source = record.source
    facts = {**page.metadata, "file": source.file, "card": source.card}
    kept = dataclasses.replace(
        page,
        lines=lines,
        writer=source.writer,
        side=source.part or "train",
        metadata=facts,
        counts={},
    )
    return dataclasses.replace(record, page=kept)


def scaled(sample: Sample, height_px: int | None) -> Sample:
    """Return a line at a height, its width and its boxes likewise; None leaves it as it is."""
    height, width = sample.image.shape[:2]
    if height_px is None or height == height_px:
        return sample
    image = at_height(sample.image, height_px)
    wide = image.shape[1]
    quads = sample.quads * (wide / width, height_px / height)
    drawn = {**sample.drawn, "height_px": height_px, "width_px": wide}
    return dataclasses.replace(sample, image=image, quads=quads, drawn=drawn, packed=None)


def at_height(image: Any, height_px: int) -> Any:
    """Scale an image, ``uint8 (height_px, width_px)`` or with colours, its proportion kept."""
    height, width = image.shape[:2]
    if height == height_px:
        return np.ascontiguousarray(image)
    how = cv2.INTER_AREA if height > height_px else cv2.INTER_LINEAR
    size_px = wide_at(height_px, height, width), height_px
    return np.asarray(cv2.resize(image, size_px, interpolation=how), np.uint8)


def wide_at(height_px: int, height: int, width: int) -> int:
    """Return how wide an image becomes at a height: a whole number from 1, halves up."""
    return max((2 * width * height_px + height) // (2 * height), 1)


def sided(item: Sample | Page | StrokeItem, share: float | None) -> Sample | Page | StrokeItem:
    """Return a line or page of training on the side that its writer is of.

    Where nobody knows the writer, a page goes to a side whole, and a line by its text: the same
    text never stands on both sides.

    Args:
        item: what was read.
        share: of the writers for validation; None leaves all as they are.
    """
    if share is None or item.side != "train" or isinstance(item, StrokeItem):
        return item
    key = item.writer
    if not key or key.startswith(_NOBODY):
        key = item.text if isinstance(item, Sample) else str(item.metadata.get("file", item.name))
        if isinstance(item, Sample) and item.origins[0].archive.lower().endswith(".xml"):
            key = item.origins[0].archive
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    side = "val" if int.from_bytes(digest, "little") < share * _ONE else "train"
    return dataclasses.replace(item, side=side)
