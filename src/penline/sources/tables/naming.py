"""How the columns of a list make up the names of the pictures beside it: told by the evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import permutations
from pathlib import PurePosixPath
from typing import NamedTuple

from penline.sources.names import is_picture
from penline.sources.tables.beside import safe_name

__all__ = ["FILES", "NameRule", "name_rule"]

FILES = (
    *("file", "filename", "file_name", "path", "image", "image_path", "img", "img_path"),
    *("image_file", "picture", "文件", "文件名", "路径", "图片", "图像", "图片路径"),
)
"""Usual names of the column of files, in lower case."""
_FITTING = 0.9
_MOST_COLUMNS, _MOST_GAPS, _MOST_FOLDERS, _MOST_TRIED = 12, 4, 16, 20_000
_TOKENS = re.compile(r"\d+|[^\d_\-. /]+|[_\-. /]+")


class NameRule(NamedTuple):
    """How a row names its picture.

    Attributes:
        pieces: literal text, and after it the column whose cell follows, filled up with zeros to
            so many digits.
        tail: literal text at the end.
        strip: so many folders at the beginning of a single cell are left out.
        folders: those in which the named pictures are, where several have them all and nothing
            tells which are meant.
    """

    pieces: tuple[tuple[str, str, int], ...]
    tail: str = ""
    strip: int = 0
    folders: tuple[str, ...] = ()

    def name(self, cells: Mapping[str, str]) -> str:
        """Return the name of a row's picture, relative to the list's folder."""
        made = []
        for before, column, digits in self.pieces:
            cell = cells.get(column, "")
            if self.strip:
                cell = "/".join(cell.replace("\\", "/").split("/")[self.strip :])
            made.append(before + cell.zfill(digits))
        return "".join(made) + self.tail

    def words(self) -> str:
        """Return the rule as a person reads it: ``input_{suite_id}_{code}.jpg``."""
        return "".join(f"{before}{{{column}}}" for before, column, _ in self.pieces) + self.tail

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the names are made of."""
        return tuple(column for _, column, _ in self.pieces)


def name_rule(
    rows: Sequence[Mapping[str, str]],
    pictures: Sequence[str],
    exists: Callable[[str], bool],
    said: str = "",
    own: str = "",
) -> NameRule | None:
    """Find how rows name pictures; None where they do not.

    Args:
        rows: some rows from all over the list.
        pictures: the names of some pictures beside it, from all over the folder.
        exists: whether a picture of a name is there.
        said: the column of files, where the user said so.
        own: the list's own name: of several folders it tells which one is meant.
    """
    if not rows:
        return None
    columns = list(rows[0])
    if said:
        columns = [said] if said in columns else []
    order = sorted(
        columns, key=lambda one: FILES.index(one.lower()) if one.lower() in FILES else 99
    )
    for column in order:
        found = _of_one(column, rows, pictures, exists, own)
        if found is not None:
            return found
    found = None if said else _of_many(columns, rows, pictures, exists)
    if found is None:
        named = [one for one in order if one == said or is_picture(rows[0][one])]
        found = NameRule((("", named[0], 0),)) if named else None
    return found


def _of_one(
    column: str,
    rows: Sequence[Mapping[str, str]],
    pictures: Sequence[str],
    exists: Callable[[str], bool],
    own: str,
) -> NameRule | None:
    """One column is the name, perhaps less its folder or its extension."""
    folders = list(dict.fromkeys(["", *(name[: name.rfind("/") + 1] for name in pictures)]))
    tails = list(dict.fromkeys(["", *(PurePosixPath(name).suffix for name in pictures)]))
    if not rows[0][column]:
        return None
    for strip in range(4):
        rules = [
            NameRule(((folder, column, 0),), tail, strip)
            for folder in folders[:_MOST_FOLDERS]
            for tail in tails
        ]
        if fitting := [rule for rule in rules if _fits(rule, rows, exists)]:
            return _meant([rule for rule in fitting if rule.tail == fitting[0].tail], own)
    return None


def _meant(rules: Sequence[NameRule], own: str) -> NameRule:
    """Of rules that differ in the folder the one that a list's name tells: ``train/`` of
    ``train_labels.csv``; the folder that the list lies in comes before all others."""
    folders = [rule.pieces[0][0] for rule in rules]
    if len(rules) == 1 or not folders[0]:
        return rules[0]
    stem = PurePosixPath(own).stem.lower()
    like = [
        rule
        for rule, folder in zip(rules, folders, strict=True)
        if re.match(rf"{re.escape(PurePosixPath(folder).name.lower())}(?![^\W_])", stem)
    ]
    return like[0] if len(like) == 1 else rules[0]._replace(folders=tuple(folders))


def _of_many(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    pictures: Sequence[str],
    exists: Callable[[str], bool],
) -> NameRule | None:
    """Several columns stand in the names, at the places where these differ."""
    tokens = [_TOKENS.findall(name) for name in pictures]
    tokens = [one for one in tokens if len(one) == len(tokens[0])]
    if not tokens or len(tokens) * 2 < len(pictures):
        return None
    by_place = list(zip(*tokens, strict=True))
    gaps = [place for place, found in enumerate(by_place) if len(set(found)) > 1]
    usable = [one for one in columns if all(0 < len(row.get(one, "")) <= 64 for row in rows)][
        :_MOST_COLUMNS
    ]
    if not 2 <= len(gaps) <= _MOST_GAPS or len(usable) < len(gaps):
        return None
    digits = [_filled(by_place[place]) for place in gaps]
    for tried, chosen in enumerate(permutations(usable, len(gaps))):
        if tried == _MOST_TRIED:
            return None
        pieces, before, at = [], "", 0
        for place, found in enumerate(by_place):
            if at < len(gaps) and place == gaps[at]:
                pieces.append((before, chosen[at], digits[at]))
                before, at = "", at + 1
            else:
                before += found[0]
        rule = NameRule(tuple(pieces), before)
        if _fits(rule, rows, exists):
            return rule
    return None


def _filled(found: Iterable[str]) -> int:
    """To how many digits numbers are filled up with zeros; 0 where they are not."""
    some = list(found)
    same = len({len(one) for one in some}) == 1
    return len(some[0]) if same and any(one.startswith("0") for one in some) else 0


def _fits(rule: NameRule, rows: Sequence[Mapping[str, str]], exists: Callable[[str], bool]) -> bool:
    """Whether almost every row names a picture, and each another one."""
    missing, most = 0, (1 - _FITTING) * len(rows)
    names = set()
    for row in rows:
        name = rule.name(row)
        names.add(name)
        missing += safe_name(name) is None or not exists(name)
        if missing > most:
            return False
    return len(names) >= _FITTING * len(rows)
