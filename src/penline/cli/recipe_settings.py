"""Options that set single settings of a recipe."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from penline.errors import UsageError

__all__ = ["LengthOption", "SettingsOption", "WritersOption", "settings_of"]

SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="One setting over the recipe's: image.height_px=48; may be repeated."
    ),
]
LengthOption = Annotated[
    str | None, typer.Option("--length", help="Characters of a line: 10-40, or 12.")
]
WritersOption = Annotated[
    str | None,
    typer.Option(
        "--writers", help="one: a line is by one hand (default); mixed: its glyphs are by anybody."
    ),
]


def settings_of(
    given: list[str] | None, length: str | None = None, writers: str | None = None
) -> list[str]:
    """Make settings of a recipe of the options of the command line that stand for some.

    Raises:
        UsageError: a length that is none, or one that is set twice.
    """
    short = []
    if length is not None:
        found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", length)
        if found is None:
            raise UsageError(f"--length {length}: write 10-40, or one number")
        short.append(f"corpus.length_range=[{found[1]}, {found[2] or found[1]}]")
    if writers is not None:
        short.append(f"writers={writers}")
    places = [one.partition("=")[0].strip() for one in (*(given or ()), *short)]
    if twice := next((one for one in places if places.count(one) > 1), ""):
        raise UsageError(f"{twice} is set twice; set it once")
    return [*(given or ()), *short]
