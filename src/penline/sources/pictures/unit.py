"""Records of labelled pictures, wherever these come from: their ink, their writers, what is odd."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from penline.errors import FormatError
from penline.formats.defects import defect_of, strictly
from penline.formats.grey_pngs import FILES_LIMIT, INK_BYTES, may_be_grey
from penline.records import (
    Bytes2D,
    Defect,
    GlyphRecord,
    LeftOut,
    LineRecord,
    Source,
    glyph_record,
)
from penline.sources.pictures.ahead import BYTES_HELD, opened, read_ahead
from penline.sources.pictures.as_line import line_of
from penline.sources.pictures.at_once import inks_at_once, run_of
from penline.sources.pictures.decode import PictureBytes
from penline.sources.pictures.ink import InkRule, tight
from penline.sources.pictures.labelled import Labelled, Opening
from penline.sources.pictures.threads import batched, in_threads
from penline.sources.pictures.together import in_runs
from penline.sources.understood import Understood
from penline.sources.unit import Unit, counted

__all__ = ["InkedUnit"]


_TOGETHER = 32
_NOTHING = np.empty(0, np.uint8)


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
        return self.found(runs=False)

    def found(self, *, runs: bool) -> Iterator[Any]:
        """Yield what `salvage` does; with `runs`, a `GlyphRun` where many are looked at at once."""
        if self.fault is not None:
            yield defect_of(self.fault)
            return
        sources: dict[tuple[str, str], Source] = {("", ""): self.source}
        count = INK_BYTES // max(self.rule.side_px, 1) ** 2 if self._flat else _TOGETHER
        lots = batched(self.labelled(), min(max(count, _TOGETHER), FILES_LIMIT))
        made = partial(self._made, sources=sources, runs=runs)
        ahead = read_ahead(lots) if count > _TOGETHER else ((lot, ()) for lot in lots)
        for some in in_threads(made, ahead):
            for one in some:
                waits = isinstance(one, Labelled)
                yield self.record_of(one, one.picture, sources) if waits else one

    @property
    def _flat(self) -> bool:
        return self.rule.flat and not self.lines

    def _made(
        self,
        lot: tuple[list[Labelled | LeftOut], Sequence[Opening]],
        sources: dict[tuple[str, str], Source],
        *,
        runs: bool,
    ) -> list[Any]:
        """Make records, or a run of all; what would take too much memory waits as it is."""
        some, read = lot
        made: list[Any] = list(some)
        greys: dict[int, Labelled] = {}
        files: list[bytes] = []
        held_bytes = 0
        for at, one in enumerate(some):
            if isinstance(one, LeftOut) or held_bytes > BYTES_HELD:
                continue
            picture = read[at] if at < len(read) else opened(one.picture)
            if self._flat and isinstance(picture, PictureBytes) and may_be_grey(picture.data):
                greys[at] = one
                files.append(picture.data)
                continue
            made[at] = self.record_of(one, picture, sources)
            pixels = getattr(made[at], "pixels", _NOTHING)
            held_bytes += (pixels if pixels.base is None else pixels.base).nbytes
        if not greys:
            return made
        inks = inks_at_once(files, self.rule)
        if runs and len(greys) == len(some) and inks.sound.all() and not self.rule.blown_up:
            run = run_of(list(greys.values()), inks, self.source_of(greys[0], sources))
            if run is not None:
                return [run]
        for number, (at, one) in enumerate(greys.items()):
            if inks.sound[number]:
                made[at] = self._glyph_of(one, inks.one(number), self.source_of(one, sources))
            else:
                made[at] = self.record_of(one, PictureBytes(files[number], one.file), sources)
        return made

    def _glyph_of(self, one: Labelled, ink: Bytes2D, source: Source) -> GlyphRecord:
        ink = self.rule.restored(ink, one.character)
        return glyph_record(one.character, one.code, ink, 0, source, one.record, one.offset)

    def record_of(
        self,
        one: Labelled,
        picture: Opening,
        sources: dict[tuple[str, str], Source],
    ) -> GlyphRecord | LineRecord | LeftOut | Defect:
        """Make the record of one picture: its ink, cut tight; or a line, as it is.

        Args:
            one: what is known of it.
            picture: its own, or what came of that.
            sources: by writer and part; those that are not there yet are added.
        """
        found = picture() if callable(picture) else picture
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
        return self._glyph_of(one, ink, source)

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

    def sound(
        self,
        drop: Callable[[str], None],
        *,
        salvage: bool,
        runs: bool = False,
    ) -> Iterator[Any]:
        """Yield sound glyphs; odd pictures are counted as left out, as `Unit.sound`."""
        together = runs and not self.lines
        records = self.found(runs=together)
        found = counted(records if salvage else strictly(records), drop, salvage=salvage)
        return in_runs(found) if together else found
