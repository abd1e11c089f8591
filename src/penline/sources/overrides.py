"""What the user says of files, instead of what their names say."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from penline.catalogue import card as card_of
from penline.errors import UsageError
from penline.records import Source
from penline.sources.names import leaf

__all__ = ["Override", "make_override", "overridden"]

Override = Callable[[Source], Source]
"""From what a file's name says to what holds."""

_NAME = re.compile(r"[\w.-]{1,40}")
_ID = re.compile(r"[\w.-]{1,40}:[\w./-]{1,200}")
_UNKNOWN = "unknown"
_NO_CARD = "none"
_LONGEST_LICENCE = 500


def make_override(
    writer: str | None = None, card: str | None = None, licence: str | None = None
) -> Override:
    """Make the function that puts what the user says over what names say.

    Args:
        writer: whose hand all of it is: ``NAME``, which is ``own:NAME``; ``family:name``; or
            ``unknown``. None: as the names say.
        card: id of the data set it belongs to, or ``none``; then the names' writers, who are those
            of another data set, are unknown. None: as the names say.
        licence: the terms, in words. None: those of the card.

    Raises:
        UsageError: no writer's name, or no line of text.
        CatalogueError: no card of that id.
    """
    said = {"writer": writer, "card": card, "licence": licence}
    overruled = tuple(name for name, value in said.items() if value is not None)
    if not overruled:
        return lambda source: source
    if writer is not None and not (_NAME.fullmatch(writer) or _ID.fullmatch(writer)):
        raise UsageError(
            f"{writer!r} is no writer: give a name of up to 40 letters, digits, underscores, dots "
            "and hyphens (the id is own:NAME), a whole id as casia:001, or unknown"
        )
    if card not in (None, _NO_CARD):
        card_of(card)
    if licence is not None:
        licence = licence.strip()
        if not (0 < len(licence) <= _LONGEST_LICENCE and licence.isprintable()):
            raise UsageError(f"a licence is one line of up to {_LONGEST_LICENCE} characters")

    @functools.lru_cache(maxsize=256)
    def of(source: Source) -> Source:
        own = source.writer
        if writer is not None:
            own = writer if ":" in writer else f"own:{writer}"
        named = source.card if card is None else "" if card == _NO_CARD else card
        whose = writer is None and "writer" not in source.user_given
        others = source.card not in ("", named)
        if writer == _UNKNOWN or (whose and others):
            own = f"{_UNKNOWN}:{PurePosixPath(leaf(source.file)).stem}"
        terms = source.licence if licence is None else licence
        given = tuple(name for name in said if name in overruled or name in source.user_given)
        return dataclasses.replace(source, writer=own, card=named, licence=terms, user_given=given)

    return of


def overridden(records: Iterator[Any], of: Override) -> Iterator[Any]:
    """Yield records, each with what the user says of its source.

    Args:
        records: records, runs of glyphs and pages.
        of: the override.
    """
    for record in records:
        source = of(record.source)
        yield record if source is record.source else dataclasses.replace(record, source=source)
