"""What is read of UNIPEN at once: all files of one writer of one contributor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from penline.errors import FormatError, UsageError
from penline.formats.defects import defect_of, strictly
from penline.formats.unipen import Ink, SourceOf, record_of, stroke_labels, styled, whole
from penline.formats.unipen_sheet import Include, Included, UnipenSheet
from penline.formats.unipen_text import UnipenSegment
from penline.records import Defect, Source
from penline.sources.unipen.names import BOXED, pen_file
from penline.sources.unipen.odd import NOT_UNDERSTOOD, not_understood
from penline.sources.unit import Place, Unit, counted
from penline.words import counted as counted_words

__all__ = ["Annotation", "PenFile", "RefusedUnit", "UnipenUnit", "bytes_of"]


class FiledSegment(NamedTuple):
    sheet: UnipenSheet
    segment: UnipenSegment
    categories: list[str]


class Annotation(NamedTuple):
    """A file of segments.

    Attributes:
        category: its folder, ``"1a"`` to ``"8"``.
        place: where it lies.
    """

    category: str
    place: Place


@dataclass(frozen=True, slots=True)
class PenFile:
    """A file of strokes, with the files that tell its segments.

    Attributes:
        label: what messages and records call it: contributor and number, and no name.
        annotations: in the order of their categories.
    """

    label: str
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True, eq=False)
class UnipenUnit(Unit):
    """Gives one writer's segments, each once, with all categories that it stands in.

    Attributes:
        source: the contributor and the writer.
        kind: ``"unipen"``.
        size_bytes: of all files.
        contributor: three letters.
        files: the writer's files of strokes.
        included: path below the included files' tree -> where it lies, of the contributor.
    """

    source: Source
    kind: str
    size_bytes: int
    contributor: str
    files: tuple[PenFile, ...]
    included: Mapping[str, Place]
    note: str = ""

    @property
    def file_count(self) -> int:  # type: ignore[override]
        """Files of segments."""
        return sum(len(file.annotations) for file in self.files)

    def salvage(self) -> Iterator[Ink | Defect]:
        """Yield sound segments, and defects in place of the others."""
        for file in self.files:
            yield from self._records(file)

    def _records(self, file: PenFile) -> list[Ink | Defect]:
        """Return the segments of one file of strokes; what the whole file shows is held for all."""
        segments, faults = self.segments(file)
        told = {
            id(sheet): stroke_labels(
                (one.segment for one in segments if one.sheet is sheet), len(sheet.components)
            )
            for sheet in {id(one.sheet): one.sheet for one in segments}.values()
        }
        sources: dict[tuple[int, tuple[str, ...]], SourceOf] = {}
        found: list[Ink | Defect] = []
        for record, (sheet, segment, categories) in enumerate(segments):
            key = (
                id(sheet),
                tuple(scope for one in categories for scope in (one, f"{one}/{self.contributor}")),
            )
            if key not in sources:
                source = dataclasses.replace(self.source, file=file.label, filed=key[1])
                sources[key] = styled(source, sheet)
            label = f"{file.label}/{categories[0]}"
            try:
                found.append(
                    record_of(sheet, segment, label, sources[key], record, told[id(sheet)])
                )
            except FormatError as error:
                found.append(defect_of(error, record))
        found = not_understood(found, moved=self.contributor in BOXED)
        return [*found, *(defect_of(fault, n) for n, fault in enumerate(faults, len(segments)))]

    def segments(self, file: PenFile) -> tuple[list[FiledSegment], list[FormatError]]:
        """Return each segment once, with its categories; and what is wrong with the files."""
        sheets: dict[tuple[str, ...], UnipenSheet] = {}
        faults: list[FormatError] = []
        segments: dict[tuple[object, ...], FiledSegment] = {}
        for category, place in file.annotations:
            label = f"{file.label}/{category}"
            try:
                data = bytes_of(place, label)
                own, paths = annotation_of(data, label)
            except FormatError as error:
                faults.append(error)
                continue
            faults += own.faults
            if own.components:  # strokes beside the segments: whatever is included, they are others
                paths = (*paths, label)
            if paths not in sheets:
                sheet = sheets[paths] = UnipenSheet(self._include(file.label))
                try:
                    sheet.read(data, label)
                except FormatError as error:
                    faults.append(error)
                faults += [fault for fault in sheet.faults if fault.file != label]
            for segment in own.segments:
                key = (paths, segment.kind, segment.delineation, segment.label)
                known = segments.setdefault(key, FiledSegment(sheets[paths], segment, []))
                if category not in known.categories:
                    known.categories.append(category)
        return list(segments.values()), faults

    def sound(
        self, drop: Callable[[str], None], *, salvage: bool, runs: bool = False
    ) -> Iterator[Any]:
        """Yield sound records, as `Unit.sound`; what is not understood is left out, and told."""
        del runs
        found = self._understood(drop)
        return counted(found if salvage else strictly(found), drop, salvage=salvage)

    def _understood(self, drop: Callable[[str], None]) -> Iterator[Ink | Defect]:
        for record in self.salvage():
            if isinstance(record, Defect) and record.field in NOT_UNDERSTOOD:
                drop(NOT_UNDERSTOOD[record.field].format(self.contributor))
            else:
                yield record

    def _include(self, label: str) -> Include:
        def find(path: str) -> Included | None:
            place = self.included.get(path)
            if place is None:
                return None
            strokes = path.startswith(pen_file(self.contributor, ""))
            shown = f"{label}/{'strokes' if strokes else 'documents'}"
            return Included(bytes_of(place, shown), shown)

        return find


@dataclass(frozen=True, slots=True, eq=False)
class RefusedUnit(UnipenUnit):
    """Tells of the files of a contributor whose numbers of strokes nobody understood yet."""

    def salvage(self) -> Iterator[Ink | Defect]:
        """Yield a defect a file of strokes, with the number of its segments."""
        expected = "a contributor whose segments come out as the words they name"
        for file in self.files:
            found = f"{self.contributor}, {counted_words(self._count(file), 'segment')}"
            yield Defect(file.label, 0, 0, "numbers of strokes", expected, found)

    def sound(
        self, drop: Callable[[str], None], *, salvage: bool, runs: bool = False
    ) -> Iterator[Any]:
        """Yield nothing; tell of each segment. No damage: other contributors are read."""
        del salvage, runs
        for file in self.files:
            for _ in range(self._count(file)):
                drop(f"segment of {self.contributor}: its numbers of strokes are not understood")
        return iter(())

    def _count(self, file: PenFile) -> int:
        found = set()
        for category, place in file.annotations:
            label = f"{file.label}/{category}"
            try:
                own, _ = annotation_of(bytes_of(place, label), label)
            except FormatError:
                continue
            found |= {(one.kind, one.delineation, one.label) for one in own.segments}
        return len(found)


def annotation_of(data: bytes, label: str) -> tuple[UnipenSheet, tuple[str, ...]]:
    """Return a file of segments by itself, and the paths of what it includes.

    Raises:
        FormatError: it cannot be read.
    """
    paths: list[str] = []

    def note(path: str) -> Included:
        paths.append(path)
        return Included(b".COMMENT\n", label)

    own = UnipenSheet(note)
    own.read(data, label)
    return own, tuple(paths)


def bytes_of(place: Place, label: str, most: int | None = None) -> bytes:
    """Return a file's bytes; an error has the label instead of the file's own name.

    Args:
        place: where it lies.
        label: what a message calls it.
        most: so many bytes of its beginning are enough; None for all.

    Raises:
        FormatError: it cannot be read.
    """
    try:
        with place.open() as stream:
            if most is None:
                data = whole(stream)
                stream.finish()
                return data
            return stream.read_most(0, most)
    except FormatError as error:
        raise FormatError(label, error.offset, error.field, error.expected, error.found) from None
    except UsageError:
        raise FormatError(label, 0, "file", "a file that can be opened", "none") from None
