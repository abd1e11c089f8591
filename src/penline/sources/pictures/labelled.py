"""A picture with what is known of it, before it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from penline.errors import FormatError
from penline.sources.pictures.decode import PictureBytes
from penline.sources.pictures.files import PictureFile
from penline.sources.pictures.planes import Picture

__all__ = ["Labelled", "Opening"]

Opening: TypeAlias = (
    Picture | FormatError | PictureBytes | PictureFile | Callable[[], Picture | FormatError]
)
"""A picture, or what kept it from being one, or what gives one of both when it is called."""


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

    picture: Opening
    character: str
    record: int
    file: str
    code: bytes = b""
    writer: str = ""
    part: str = ""
    offset: int = 0
    packed: bytes = b""
    boxes: Mapping[str, Any] | None = None
