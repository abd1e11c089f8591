"""Records of labelled pictures, wherever these come from: their ink, their writers, what is odd."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from penline.errors import FormatError
from penline.formats.defects import defect_of, strictly
from penline.records import Defect, GlyphRecord, LeftOut, LineRecord, Source, glyph_record
from penline.sources.pictures.as_line import line_of
from penline.sources.pictures.ink import InkRule, tight
from penline.sources.pictures.planes import Picture
from penline.sources.pictures.together import in_runs
from penline.sources.understood import Understood
from penline.sources.unit import Unit

__all__ = ["InkedUnit", "Labelled"]


_TOGETHER = 32
_MOST_THREADS = 8
T = TypeVar("T")
R = TypeVar("R")


class Labelled(NamedTuple):
    """One picture with what is known of it.

    Attributes:
        picture: as it was decoded; or what kept it from being so; or what gives one of both, and
            is called, in a thread of its own, when the picture is looked at.
        character: its label; ``""`` where there is none.
        record: its number among all of its unit, from 0.
        file: its own name, for messages.
        code: the label as it stands in the source.
        writer: the writer's id, ``family:number``; ``""``: the unit's.
        part: ``"train"``, ``"test"``; ``""``: the unit's.
        offset: where its bytes begin in the unit's file, where that says something.
        packed: of a line, the file that the picture is decoded from.
        boxes: of a line, what is told of its characters, as `TableRow.boxes`.
    """

    picture: Picture | FormatError | Callable[[], Picture | FormatError]
    character: str
    record: int
    file: str
    code: bytes = b""
    writer: str = ""
    part: str = ""
    offset: int = 0
    packed: bytes = b""
    boxes: Mapping[str, Any] | None = None


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items in lists of so many; the last may have fewer."""
    left = iter(items)
    while some := list(itertools.islice(left, size)):
        yield some


def in_threads(call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what a call makes of each item, in their order; a few are worked on at once."""
    workers = max(2, min(_MOST_THREADS, os.cpu_count() or 1))
    under_way: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers, "pictures") as pool:
        try:
            for item in items:
                under_way.append(pool.submit(call, item))
                if len(under_way) > 2 * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for one in under_way:
                one.cancel()


@dataclass(frozen=True, slots=True, eq=False)
class InkedUnit(Unit):
    """Gives the glyphs of a collection of labelled pictures, by one rule of what is ink.

    What derives from this class has `labelled`; a picture is looked at only here.

    Attributes:
        source: the collection: its file, and the writer and part of what names no own.
        kind: the form, ``"pictures"``, ``"npz"``.
        size_bytes: of all of it, as far as that is known.
        rule: what is ink.
        understood: how the collection was understood, for a person.
        keep_odd: give also pictures that are probably no characters.
        lines: the labels are texts, and records are lines, their pictures as they are.
    """

    source: Source
    kind: str
    size_bytes: int
    rule: InkRule
    understood: Understood | None = None
    keep_odd: bool = False
    note: str = ""
    fault: FormatError | None = None
    unique: bool = True
    file_count: int = 1
    lines: bool = False
    sides: frozenset[str] = frozenset()
    lacks: str = field(default="", init=False)

    def labelled(self) -> Iterator[Labelled | LeftOut]:
        """Yield the pictures, in a fixed order; a file that lies has its error in their place."""
        raise NotImplementedError

    def read(self) -> Iterator[GlyphRecord | LineRecord]:
        """Yield all glyphs or lines, strictly, as `Unit.read`; odd pictures are left out."""
        records: Iterator[Any] = strictly(self.salvage())
        return (one for one in records if not isinstance(one, LeftOut))

    def salvage(self) -> Iterator[GlyphRecord | LineRecord | LeftOut | Defect]:
        """Yield glyphs or lines, `LeftOut` for each odd picture, `Defect` for each unsound one."""
        if self.fault is not None:
            yield defect_of(self.fault)
            return
        sources: dict[tuple[str, str], Source] = {("", ""): self.source}

        def made(
            some: list[Labelled | LeftOut],
        ) -> list[GlyphRecord | LineRecord | LeftOut | Defect]:
            return [
                one if isinstance(one, LeftOut) else self.record_of(one, sources) for one in some
            ]

        for some in in_threads(made, batched(self.labelled(), _TOGETHER)):
            yield from some

    def record_of(
        self, one: Labelled, sources: dict[tuple[str, str], Source]
    ) -> GlyphRecord | LineRecord | LeftOut | Defect:
        """Make the record of one picture: its ink, cut tight; or a line, as it is.

        Args:
            one: the picture.
            sources: by writer and part; those that are not there yet are added.
        """
        found = one.picture() if callable(one.picture) else one.picture
        if isinstance(found, FormatError):
            return defect_of(found, one.record)
        source = self.source_of(one, sources)
        if self.lines:
            made = line_of(one.character, one.packed, found, source, (one.record, one.offset))
            return dataclasses.replace(made, name=one.file, told=one.boxes)
        whole = self.rule.whole_ink(found)
        ink = tight(whole)
        reason = self.rule.odd(whole, ink)
        if reason and not (self.keep_odd and ink.size):
            return LeftOut(reason, one.file, source, one.record)
        ink = self.rule.restored(ink, one.character)
        return glyph_record(one.character, one.code, ink, 0, source, one.record, one.offset)

    def source_of(self, one: Labelled, sources: dict[tuple[str, str], Source]) -> Source:
        """Return the source of one picture: the collection's, with its own writer and part.

        Args:
            one: the picture.
            sources: by writer and part; those that are not there yet are added.
        """
        whose = one.writer, one.part
        source = sources.get(whose)
        if source is None:
            writer, part = one.writer or self.source.writer, one.part or self.source.part
            made = dataclasses.replace(self.source, writer=writer, part=part)
            source = sources.setdefault(whose, made)
        return source

    def runs(self, *, salvage: bool) -> Iterator[Any]:
        """Yield what `salvage` does, or raise at the first defect."""
        return self.salvage() if salvage else strictly(self.salvage())

    def sound(
        self,
        drop: Callable[[str], None],
        *,
        salvage: bool,
        runs: bool = False,
    ) -> Iterator[Any]:
        """Yield sound glyphs; odd pictures are counted as left out, as `Unit.sound`."""
        found = Unit.sound(self, drop, salvage=salvage, runs=True)
        return in_runs(found) if runs and not self.lines else found
