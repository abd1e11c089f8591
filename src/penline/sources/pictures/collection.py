"""One collection of pictures: decoded, and made ink of, by the rules that were found for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from penline.errors import FormatError
from penline.records import LeftOut
from penline.sources.pictures.decode import decode
from penline.sources.pictures.files import PictureFile, PictureFiles
from penline.sources.pictures.labels import LabelRule
from penline.sources.pictures.names import id_part
from penline.sources.pictures.planes import Picture
from penline.sources.pictures.unit import InkedUnit, Labelled

__all__ = ["PictureCollection"]

_NO_LABEL = "picture whose name tells no character"


@dataclass(frozen=True, slots=True, eq=False)
class PictureCollection(InkedUnit):
    """Gives the glyphs of pictures whose names tell what they are.

    Attributes:
        files: the pictures.
        labels: what their names tell.
        top: the name of what holds them; paths begin with it.
        family: what writers' ids begin with.
        part_said: the part is the user's; names have no say.
    """

    files: PictureFiles = field(default_factory=lambda: PictureFiles(Path()))
    labels: LabelRule | None = None
    top: str = ""
    family: str = ""
    part_said: bool = False

    def labelled(self) -> Iterator[Labelled | LeftOut]:
        """Yield the pictures in the order of their names; each is decoded when it is looked at."""
        rule = self.labels
        for file in self.files.each():
            named = rule.named(f"{self.top}/{file.name}") if rule else None
            character = rule.character(named) if rule and named else None
            if named is None or character is None:
                yield LeftOut(_NO_LABEL, file.label, self.source, file.number)
                continue
            yield Labelled(
                _Opening(file),
                character,
                file.number,
                file.label,
                named.label.encode("utf-8", "replace"),
                f"{self.family}:{id_part(named.writer)}" if named.writer else "",
                "" if self.part_said else named.part,
            )


@dataclass(frozen=True, slots=True)
class _Opening:
    """Reads and decodes a picture."""

    file: PictureFile

    def __call__(self) -> Picture | FormatError:
        try:
            return decode(self.file.read(), self.file.label)
        except FormatError as error:
            return error
