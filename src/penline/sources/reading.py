"""What the user says of a collection of labelled pictures that does not speak for itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["NOTHING_SAID", "Reading", "Taken"]

Taken: TypeAlias = Literal["characters", "lines", "either"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Options of how collections without a publisher's names are read.

    Attributes:
        labels: the pattern of names, ``"{writer}/{label}/*.png"``.
        classes: a file of what class numbers stand for.
        columns: which columns of a table are what, ``"label=value,writer=suite_id"``.
        keep_odd: take also pictures that are probably no characters.
        character: what every picture shows, whatever its name is.
        many: each picture shows its character many times, and is cut apart; False: once; None:
            as the pictures look.
        listed_classes: classes' numbers or names with what they stand for, where no file says it.
        texts: where the texts of pictures of lines lie: a pattern of the ends of paths, or None.
        omit: patterns of the ends of paths; files that fit one are left out, and counted.
        card: the card that says all this, or "".
        of_lines: whether the card says lines or pages with their text, and no single characters.
        take: what the verb can use. ``"characters"``: labels have to be characters, and pages of
            lines are nobody's; ``"lines"``: labels are texts, and a page's lines come before the
            boxes of its characters; ``"either"``: lines where it has no characters.
        images: the folder of the pictures that pages are of, where it is not theirs.
        boxes: lines are to come with what tables tell of their characters, which takes longer.
    """

    labels: str | None = None
    classes: str | None = None
    columns: str | None = None
    keep_odd: bool = False
    character: str | None = None
    many: bool | None = None
    listed_classes: tuple[tuple[str, str], ...] = ()
    texts: str | None = None
    omit: tuple[str, ...] = ()
    card: str = ""
    of_lines: bool = False
    take: Taken = "characters"
    images: str | None = None
    boxes: bool = field(default=False, repr=False)

    @property
    def says_label(self) -> bool:
        """Whether pictures' names, or the user, tell the label, and no list beside them."""
        return self.labels is not None or self.character is not None


NOTHING_SAID = Reading()
"""The names are to tell it all."""
