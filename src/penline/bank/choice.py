"""Which glyphs go into a bank: of some characters alone, and without those that a list names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import compress
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from penline.bank.block import Block
from penline.durable import read_file
from penline.errors import UsageError
from penline.provenance import path_told

__all__ = ["GlyphChoice", "GlyphKey", "read_keys"]

_MAX_BYTES = 1 << 27
_FORM = 'a JSON list of objects, as [{"file": "1001-c.gnt", "record": 7}]'
_OFF_LIST = "not among the characters asked for"

Text = Annotated[str, Field(min_length=1)]


class GlyphKey(BaseModel):
    """Names glyphs by what it holds of file, record, writer and character; all of it has to fit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    file: Text | None = None
    """As the bank, or what was made of it, names the file."""
    record: Annotated[int, Field(ge=0)] | None = None
    """Number of the record in that file, from 0."""
    writer: Text | None = None
    character: Text | None = None

    @model_validator(mode="after")
    def _names_something(self) -> GlyphKey:
        if not self.model_dump(exclude_none=True):
            raise ValueError("it names nothing; give file, writer or character")
        if self.record is not None and self.file is None:
            raise ValueError("a record without its file")
        return self

    def __str__(self) -> str:
        given = self.model_dump(exclude_none=True)
        return ", ".join(f"{name} {value}" for name, value in given.items())


def read_keys(path: Path) -> tuple[GlyphKey, ...]:
    """Read which glyphs a file names.

    Raises:
        UsageError: no such file, or another form.
    """
    if not path.is_file():
        raise UsageError(f"no list of glyphs {path}; it is {_FORM}")
    if path.stat().st_size > _MAX_BYTES:
        raise UsageError(f"{path} is larger than any list of glyphs")
    try:
        return TypeAdapter(tuple[GlyphKey, ...]).validate_json(read_file(path))
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        place, why = at and f"entry {at}: ", first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{path}: {place}{why}; it is {_FORM}") from None


class GlyphChoice:
    """Chooses glyphs on their way into one bank, and knows afterwards what fitted nothing.

    Args:
        characters: those that are taken; None for all.
        without: glyphs that are left out.
        named: the name of the list that `without` comes from, for the reason that is counted.
    """

    def __init__(
        self,
        characters: Iterable[str] | None = None,
        without: Iterable[GlyphKey] = (),
        named: str = "the list",
    ) -> None:
        self._wanted = None if characters is None else dict.fromkeys(characters)
        self._reason = f"named in {path_told(named, inside=False)}"
        self._keys = dict.fromkeys(without)
        self._kinds: dict[tuple[str, ...], dict[tuple[str | int, ...], GlyphKey]] = {}
        for key in self._keys:
            given = key.model_dump(exclude_none=True)
            self._kinds.setdefault(tuple(given), {})[tuple(given.values())] = key
        self._met: set[str | GlyphKey] = set()

    def __call__(
        self, block: Block, place: Callable[[str], str], drop: Callable[[str, int], None]
    ) -> Block:
        """Take the glyphs of a block that are chosen.

        Args:
            block: glyphs.
            place: gives a file's name in the bank; an entry may name it so, or as it was given.
            drop: told the reasons for what is left out, and how many each.
        """
        if self._wanted is None and not self._keys:
            return block
        reasons = [""] * len(block.characters)
        if self._wanted is not None:
            self._met.update(self._wanted.keys() & block.characters)
            reasons = ["" if one in self._wanted else _OFF_LIST for one in block.characters]
        for glyph in self._named(block, place):
            reasons[glyph] = self._reason
        for reason, count in Counter(filter(None, reasons)).items():
            drop(reason, count)
        return block.only(np.array([not reason for reason in reasons]))

    def _named(self, block: Block, place: Callable[[str], str]) -> Iterable[int]:
        """Numbers of the glyphs that an entry names."""
        sources = [source for source, _ in block.owners]
        if len(sources) == 1:  # one for all
            sources *= len(block.characters)
        records = block.places[:, 0].tolist()
        for kind, keys in self._kinds.items():
            files = [one.file for one in sources]
            places = {file: place(file) for file in set(files)} if "file" in kind else {}
            for names in (files, [places[file] for file in files]) if places else (files,):
                columns = {
                    "file": names,
                    "record": records,
                    "writer": [one.writer for one in sources],
                    "character": block.characters,
                }
                found = list(map(keys.get, zip(*(columns[name] for name in kind), strict=True)))
                self._met.update(filter(None, found))
                yield from compress(range(len(found)), found)

    @property
    def unmet(self) -> list[str]:
        """What was asked for and fitted no glyph, one line each; to be asked when all are in."""
        lacking = [one for one in self._wanted or () if one not in self._met]
        left = [key for key in self._keys if key not in self._met]
        return [
            *(f"asked for, and in no source: {one}" for one in lacking),
            *(f"{self._reason}, and fits no glyph: {key}" for key in left),
        ]
