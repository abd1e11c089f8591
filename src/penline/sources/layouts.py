"""How a card's files are read, where no format of a publisher tells it: the card's layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from penline.catalogue import card
from penline.errors import UsageError
from penline.sources.reading import Reading

__all__ = ["card_reading"]


def card_reading(reading: Reading, ids: Sequence[str], *, mixed: bool = False) -> Reading:
    """What the user says of files, or, where that is nothing, the layout of the card they are of.

    Args:
        reading: what the user says.
        ids: the data sets that the files are of; ``"none"`` is no data set.
        mixed: whether there are files of no data set among them.

    Raises:
        UsageError: files of a card with a layout are among others, which it would not fit.
        CatalogueError: no such card.
    """
    if reading.says_label or reading.classes or reading.columns:
        return reading
    layouts = {id: card(id).layout for id in ids if id != "none"}
    told = [(id, layout) for id, layout in layouts.items() if layout is not None]
    if not told:
        return reading
    id, layout = told[0]
    if mixed or len(layouts) > 1:
        raise UsageError(
            f"{id}: its card says how its files are read, which may not fit the others; name it "
            "alone, or say --labels, --classes or --columns for all"
        )
    return replace(
        reading,
        labels=layout.labels,
        columns=layout.columns,
        listed_classes=layout.stands_for,
        texts=layout.texts,
        omit=layout.omit,
        card=id,
        of_lines=layout.form in ("lines", "pages"),
    )
