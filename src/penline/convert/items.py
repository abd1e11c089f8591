"""Records of archives as the items that exporters take: lines, pages or strokes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from penline.bank.repeats import Repeats
from penline.convert.outline import box_outline
from penline.convert.penned import penned_lines
from penline.convert.policy import Policy
from penline.convert.real import kept_page, scaled, sided
from penline.convert.sheets import character_quads, pages, told_quads
from penline.export.base import StrokeItem, Takes
from penline.formats.ink import InkPage
from penline.pages import Page, PageRecord
from penline.provenance import Places
from penline.records import (
    GlyphRecord,
    LineRecord,
    OnlineLine,
    Origin,
    Sample,
    StrokeRecord,
    in_words,
)
from penline.render.hand import STROKE_HEIGHT_PX, StrokeRenderer
from penline.sources.overrides import overridden
from penline.sources.pages.cut import lines_of
from penline.sources.unit import Unit

__all__ = ["items", "seen"]

Item: TypeAlias = Sample | Page | StrokeItem


def items(
    files: Iterable[Unit], takes: Takes, policy: Policy, places: Places, *, salvage: bool
) -> Iterator[Item]:
    """The items of all files, numbered on; a record that makes none is counted with its reason.

    Their files are named by `places`, as an output may name them.

    Raises:
        FormatError: a file that is not what its format says, without `salvage`.
    """
    make: dict[Takes, Callable[[Unit, Policy, bool], Iterator[Item]]] = {
        "lines": _lines,
        "pages": _pages,
        "strokes": _strokes,
    }
    index = 0
    before = Repeats()
    for number, file in enumerate(files):
        for item in make[takes](file, policy, salvage):
            if not before.fresh(*_key(item), np.array([number])).all():
                policy.drop("a second time: same writer, label and picture or strokes")
                continue
            placed = dataclasses.replace(_placed(item, places), index=index)
            if isinstance(placed, Sample):
                placed = scaled(placed, policy.height_px)
            yield sided(placed, policy.val)
            index += 1


def seen(file: Unit, policy: Policy) -> Iterator[LineRecord | OnlineLine | Page]:
    """Yield the lines and the pages of a file for a person to look at: what `items` takes.

    Lines that archives have of a page are put together to it. Damage, and what is neither line nor
    page, is counted by `policy`.
    """
    records = _lined(file, policy, True, whole=True)
    for kind, some in groupby(records, _kind):
        if kind == "page":
            yield from (kept_page(record, policy).page for record in some)
        elif kind == "line of a page":
            yield from pages(some, policy, salvage=True)
        elif kind == "line":
            yield from some
        else:
            for record in some:
                policy.drop(f"{in_words(record)}, no line and no page")


def _kind(record: Any) -> str:
    if isinstance(record, PageRecord):
        return "page"
    if isinstance(record, LineRecord) and record.picture is None:
        return "line of a page"
    return "line" if isinstance(record, LineRecord | OnlineLine) else ""


def _key(item: Item) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """One key over what an item shows and says, ``uint64 (1,)``; its place, ``int64 (1, 2)``."""
    shown: Any
    said: tuple[Any, ...]
    if isinstance(item, StrokeItem):
        record: Any = item.record
        page = isinstance(record, InkPage)
        if isinstance(record, OnlineLine):
            shown = np.concatenate([np.empty((0, 3), np.float32), *record.traces])
            said = record.text, record.spans.tolist(), record.source.writer
        else:
            shown = record.body if page else record.points
            said = (record.sound if page else (record.labels, record.ends), record.source.writer)
        place = record.record, record.offset
    elif isinstance(item, Sample):
        shown, said = item.image, (item.text, item.writer, item.image.shape)
        place = item.origins[0].record, item.origins[0].offset
    else:
        texts = [line.text for line in item.lines]
        shown, said, place = item.image, (texts, item.writer, item.image.shape), (item.index, 0)
    digest = hashlib.blake2b(np.ascontiguousarray(shown).data, digest_size=8)
    digest.update(repr(said).encode("utf-8", "surrogatepass"))
    key = np.frombuffer(digest.digest(), np.uint64) | np.uint64(1)
    return key, np.array([place], np.int64)


def _placed(item: Item, places: Places) -> Item:
    if isinstance(item, Sample):
        origins = tuple(one._replace(archive=places(one.archive)) for one in item.origins)
        return dataclasses.replace(item, trace=lambda: origins)
    if isinstance(item, Page):
        metadata = {**item.metadata, "file": places(item.metadata["file"])}
        return dataclasses.replace(item, metadata=metadata)
    record: Any = item.record
    source = dataclasses.replace(record.source, file=places(record.source.file))
    return dataclasses.replace(item, record=dataclasses.replace(record, source=source))


def _sound(file: Unit, policy: Policy, salvage: bool) -> Iterator[Any]:
    """Records; defects counted. Some formats yield records of kinds of their own."""
    return overridden(file.sound(policy.drop, salvage=salvage), policy.override)


def _lined(file: Unit, policy: Policy, salvage: bool, *, whole: bool = False) -> Iterator[Any]:
    """The same, each page of strokes as its lines, rendered; others too, unless `whole`."""
    for record in _sound(file, policy, salvage):
        if isinstance(record, InkPage):
            yield from penned_lines(record, STROKE_HEIGHT_PX, policy, salvage=salvage)
        elif isinstance(record, PageRecord) and not whole:
            kept = kept_page(record, policy)
            yield from lines_of(kept, straight=policy.straight)
        else:
            yield record


def _pages(file: Unit, policy: Policy, salvage: bool) -> Iterator[Page]:
    records = _lined(file, policy, salvage, whole=True)
    for told, some in groupby(records, lambda one: isinstance(one, PageRecord)):
        if told:
            yield from (kept_page(record, policy).page for record in some)
        else:
            yield from pages(_placed_lines(some, policy), policy, salvage=salvage)


def _placed_lines(records: Iterable[Any], policy: Policy) -> Iterator[LineRecord]:
    for record in records:
        if isinstance(record, LineRecord) and record.picture is None:
            yield record
        else:
            policy.drop(f"{in_words(record)}, no line of a page")


def _strokes(file: Unit, policy: Policy, salvage: bool) -> Iterator[StrokeItem]:
    side = "test" if file.source.part == "test" else "train"
    for record in _sound(file, policy, salvage):
        if isinstance(record, StrokeRecord | InkPage | OnlineLine):
            yield StrokeItem(0, side, record)
        else:
            policy.drop(f"{in_words(record)}, no strokes")


def _lines(file: Unit, policy: Policy, salvage: bool) -> Iterator[Sample]:
    records = _lined(file, policy, salvage)
    damaged = policy.drop if salvage else None
    writer = policy.override(file.source).writer
    renderer = StrokeRenderer(writer, STROKE_HEIGHT_PX, policy.drop, damaged)
    for strokes, some in groupby(records, lambda one: isinstance(one, StrokeRecord)):
        if strokes:
            drawn = renderer.render(some)
            samples = (_character(r, r.character, 255 - ink.ink) for r, ink in drawn)
            yield from (sample for sample in samples if _fits(sample.text, policy))
            continue
        for record in some:
            sample = _picture(record, policy)
            if sample is not None and _fits(sample.text, policy):
                yield sample


def _picture(record: Any, policy: Policy) -> Sample | None:
    """A character or a line as a sample; None for another record, which is counted."""
    if isinstance(record, GlyphRecord):
        return _character(record, record.character, 255 - record.ink)
    if isinstance(record, LineRecord):
        return _line(record, policy)
    if isinstance(record, OnlineLine):
        policy.drop(f"{in_words(record)}; formats of strokes take it")
        return None
    policy.drop(f"{in_words(record)}, no character and no line")
    return None


def _fits(text: str, policy: Policy) -> bool:
    """Whether a list of labels can hold the text, and the dictionary all of it; counts."""
    if not text:
        policy.drop("pictures without a label")
        return False
    if any(mark in text for mark in "\t\n\r"):
        policy.drop("labels with a TAB or a line end")
        return False
    if policy.alphabet is not None and not policy.alphabet.issuperset(text):
        policy.drop("labels with a character that is not in the dictionary")
        return False
    return True


def _character(
    record: GlyphRecord | StrokeRecord, text: str, image: npt.NDArray[np.uint8]
) -> Sample:
    return _sample(record, image, text, text, {}, None)


def _line(record: LineRecord, policy: Policy) -> Sample | None:
    """The line as a sample; None where it has no label, which is counted."""
    dropped = False

    def drop() -> None:
        nonlocal dropped
        dropped = True
        policy.drop("lines dropped for units without a character")

    text = policy.label(record.characters, drop)
    if dropped:
        return None
    entries: tuple[str, ...] = ()
    quads = character_quads(record, policy) if text else None
    if quads is not None:
        quads -= (record.left_px, record.top_px)
    elif record.told is not None:
        quads, entries = told_quads(record.told, text, policy)
    place = {"top_px": record.top_px, "left_px": record.left_px}
    image = 255 - record.ink if record.picture is None else record.picture
    sample = _sample(record, image, text, "", place, quads)
    return dataclasses.replace(sample, entries=entries)


def _sample(
    record: GlyphRecord | StrokeRecord | LineRecord,
    image: npt.NDArray[np.uint8],
    text: str,
    written: str,
    place: dict[str, Any],
    quads: npt.NDArray[np.float64] | None,
) -> Sample:
    height, width = image.shape[:2]
    source = record.source
    origin = Origin(0, written, source.writer, source.file, record.record, record.offset)
    return Sample(
        index=0,
        image=image,
        text=text,
        quads=box_outline(0, 0, height, width)[None] if quads is None else quads,
        writer=source.writer,
        side=source.part or "train",
        drawn={"height_px": height, "width_px": width, **place},
        counts={},
        trace=lambda: (origin,),
        entries=(written,) if len(written) > 1 else (),
        packed=getattr(record, "packed", None),
    )
