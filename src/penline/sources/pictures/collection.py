"""One collection of pictures: decoded, and made ink of, by the rules that were found for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from penline.errors import FormatError
from penline.records import LeftOut
from penline.sources.pictures.files import PictureFiles
from penline.sources.pictures.labelled import Labelled
from penline.sources.pictures.labels import LabelRule
from penline.sources.pictures.names import id_part
from penline.sources.pictures.unit import InkedUnit

__all__ = ["PictureCollection"]

_NO_LABEL = "picture whose name tells no character"
_NO_TEXT = "picture without a {} beside it"
_NO_CHARACTER = "picture whose {} tells no character"


@dataclass(frozen=True, slots=True, eq=False)
class PictureCollection(InkedUnit):
    """Gives the glyphs of pictures whose names, or texts beside them, tell what they are.

    Attributes:
        files: the pictures.
        labels: what their names, or the texts beside them, tell.
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
        rule, last = self.labels, None
        character: str | None = None
        code, writer, part = b"", "", ""
        for file in self.files.each():
            try:
                named = rule.told(f"{self.top}/{file.name}", file.text) if rule else None
            except FormatError as error:
                yield Labelled(error, "", file.number, file.label)
                continue
            if rule and named is not None and named is not last:  # one object tells a whole folder
                character = rule.character(named)
                code = named.label.encode("utf-8", "replace")
                writer = f"{self.family}:{id_part(named.writer)}" if named.writer else ""
                part = "" if self.part_said else named.part
                last = named
            if named is None or character is None:
                texts = rule.texts if rule else ""
                reason = (_NO_TEXT if named is None else _NO_CHARACTER) if texts else _NO_LABEL
                yield LeftOut(reason.format(texts), file.label, self.source, file.number)
                continue
            yield Labelled(file, character, file.number, file.label, code, writer, part)
