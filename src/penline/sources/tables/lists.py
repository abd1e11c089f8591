"""Lists that name pictures: whether a file is one, and what its columns hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from penline.errors import FormatError
from penline.formats.byte_source import ByteSource, MappedBytes
from penline.formats.csv_rows import TextRow, read_text_rows
from penline.formats.pixel_csv import LABELS, WRITERS
from penline.records import Defect
from penline.sources.listing import Listing, TarListing
from penline.sources.names import is_picture
from penline.sources.pictures.forms import is_text
from penline.sources.tables.beside import Beside, safe_name
from penline.sources.tables.classes import side_of
from penline.sources.tables.naming import FILES, NameRule, name_rule
from penline.sources.unit import Place

__all__ = ["BOX", "ENDINGS", "PictureList", "find_list"]

ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")
"""How the names of lists end."""
BOX = ("x", "y", "w", "h")
_USUAL: dict[str, tuple[str, ...]] = {
    "file": FILES,
    "label": (
        *(*LABELS, "text", "latex", "transcription", "sentence", "words", "ground_truth"),
        *("标签", "字符", "汉字", "文字", "文本", "类别", "字"),
    ),
    "writer": (*WRITERS, "suite_id", "书写者", "作者", "用户", "写手"),
    "part": ("part", "split", "subset", "划分", "子集"),
    "x": ("x", "left", "xmin", "x_min"),
    "y": ("y", "top", "ymin", "y_min"),
    "w": ("w", "width", "宽"),
    "h": ("h", "height", "高"),
}
"""Usual names of columns, in lower case; ``suite_id`` is a writer in Newcastle's numbers."""
_LOOKED_AT = 60
_NAMES, _NAMES_KEPT = 4096, 256
_DETECTED = '[{"transcription"'
_CLASSES_LIMIT = 200_000
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class PictureList:
    """A list that names the pictures beside it.

    Attributes:
        label: the list, for messages.
        own: its own name.
        place: where it lies.
        beside: where the names of its pictures begin.
        names: how a row names its picture.
        columns: which column is what, by what it holds.
        header: the names of all columns.
        first: the name of the first picture.
        texts: some label is longer than a character can be written.
        row_count: how many rows there are, roughly where some are damaged.
        side: that names say.
    """

    label: str
    own: str
    place: Place
    beside: Beside
    names: NameRule
    columns: Mapping[str, str]
    header: tuple[str, ...]
    first: str
    texts: bool
    row_count: int
    side: str

    def covers(self, beside: Beside) -> bool:
        """Whether a folder is the list's, or lies below it."""
        if self.beside.packed:
            return beside.path == self.beside.path and beside.prefix.startswith(self.beside.prefix)
        return self.beside.path in (beside.path, *beside.path.parents)

    def sides(self) -> frozenset[str]:
        """The words that its column of parts holds; nothing without such a column."""
        column = self.columns.get("part")
        if column is None:
            return frozenset()
        with self.place.open() as stream:
            rows = read_text_rows(stream, self.own)
            return frozenset(row.cells.get(column, "") for row in rows if isinstance(row, TextRow))

    def counts(self) -> Counter[str]:
        """Count the rows by their labels.

        Raises:
            FormatError: there are too many different ones for labels of characters.
        """
        found: Counter[str] = Counter()
        with self.place.open() as stream:
            for row in read_text_rows(stream, self.own):
                if not isinstance(row, Defect):
                    label = row.cells.get(self.columns["label"], "")
                    found[label.strip() or label] += 1
                if len(found) > _CLASSES_LIMIT:
                    expected = f"at most {_CLASSES_LIMIT:,} different ones"
                    raise FormatError(self.label, 0, "labels", expected, "more")
        return found


def find_list(listing: Listing, own: str, said: Mapping[str, str]) -> PictureList | None:
    """Look whether a file is a list of pictures; None where it names none.

    Args:
        listing: of its folder.
        own: the file's own name.
        said: which column is what, as the user said.
    """
    place, here = listing.place(own), Beside.of(listing)
    try:
        with place.open() as stream:
            rows, count = _spread(stream, own)
    except FormatError:
        return None
    if not rows:
        _see_that_it_is_utf8(listing, own, here)
        return None
    first_cells = rows[0].values()
    if any(text.startswith(_DETECTED) for text in first_cells):
        return None  # outlines of lines on pages
    packed = isinstance(listing, TarListing) and listing.packed  # and is not gone through
    some = [] if packed else list(islice(filter(is_picture, here.below()), _NAMES))
    some = some[:: max(1, len(some) // _NAMES_KEPT)]

    def exists(name: str) -> bool:
        safe = safe_name(name)
        return not packed and safe is not None and listing.find(safe) is not None

    names = name_rule(rows, some, exists, said.get("file", ""), own)
    columns = _columns(rows, said, names)
    if names is None or "label" not in columns:
        return None
    label = listing.label(own)
    if not packed and _is_shifted(rows[0], names, count, exists):
        expected = "names of pictures; rows count from 0 and files from 1, or the other way round"
        raise FormatError(label, 0, "file", expected, names.words())
    if names.folders:
        expected = "one folder with the pictures that it names; move it into that folder"
        raise FormatError(label, 0, "file", expected, f"them in {' and '.join(names.folders[:3])}")
    first = names.name(rows[0])
    texts = "text" in said or any(is_text(row.get(columns["label"], "")) for row in rows)
    told = tuple(rows[0]), first, texts, count, side_of(listing, own)
    return PictureList(label, own, place, here, names, columns, *told)


def _is_shifted(
    first: Mapping[str, str], names: NameRule, count: int, exists: Callable[[str], bool]
) -> bool:
    """Whether rows count from 0 and files from 1, or the other way round: one is missing."""
    number = first.get(names.columns[0], "") if len(names.columns) == 1 else ""
    if number not in ("0", "1"):
        return False
    ends = (0, count) if number == "0" else (count, 0)
    missing, spare = (names.name({names.columns[0]: str(end)}) for end in ends)
    return not exists(missing) and exists(spare)


def _see_that_it_is_utf8(listing: Listing, own: str, here: Beside) -> None:
    """Raise where a file would be a list, were it of UTF-8: nobody is to miss it.

    Raises:
        FormatError: it is of GB 18030, as Chinese spreadsheets save, and names pictures.
    """
    with listing.place(own).open() as stream:
        buffer, at, have = stream.peek(0, _HEAD_BYTES)
        head = bytes(buffer[at : at + min(have, _HEAD_BYTES)])
    lines = head.rpartition(b"\n")[0] if have > _HEAD_BYTES else head
    try:
        lines.decode()
        return
    except UnicodeDecodeError as error:
        offset, found = error.start, repr(lines[error.start : error.start + 8])[1:]
    try:
        text = memoryview(lines.decode("gb18030").encode())
    except UnicodeDecodeError:
        return
    rows, _ = _spread(MappedBytes(own, text), own)
    names = name_rule(
        rows, list(islice(filter(is_picture, here.below()), _NAMES_KEPT)), _nowhere, ""
    )
    if rows and names is not None and "label" in _columns(rows, {}, names):
        expected = "UTF-8; save it so (it looks like GB 18030)"
        raise FormatError(listing.label(own), offset, "text", expected, found)


def _nowhere(_: str) -> bool:
    return False


def _spread(stream: ByteSource, name: str) -> tuple[list[Mapping[str, str]], int]:
    """Some rows from all over a list, and their number; none where many are unlike the others."""
    kept: list[Mapping[str, str]] = []
    step, count, bad = 1, 0, 0
    for row in read_text_rows(stream, name):
        if isinstance(row, Defect):
            bad += 1
            if bad > 10 + count // 10:
                return [], 0
            continue
        if not count % step:
            kept.append(row.cells)
        count += 1
        if len(kept) == 2 * _LOOKED_AT:
            kept, step = kept[::2], 2 * step
    return kept, count


def _columns(
    rows: Sequence[Mapping[str, str]], said: Mapping[str, str], names: NameRule | None
) -> dict[str, str]:
    """Which column is what: as the user said, else by the usual names, else what is left over."""
    found = dict(said)
    by_lower = {name.lower(): name for name in rows[0]}
    for role, usual in _USUAL.items():
        name = next((by_lower[one] for one in usual if one in by_lower), None)
        if name is not None and role not in found and name not in found.values():
            found[role] = name
    if found.get("label", "").lower() == "latex" and "label" not in said:
        found["entry"] = found["label"]  # commands of LaTeX are entries as they stand
    if not all(role in found for role in BOX):
        found = {role: name for role, name in found.items() if role not in BOX or role in said}
    if "label" not in found and names is not None:
        left = [name for name in rows[0] if name not in (*found.values(), *names.columns)]
        if len(left) == 1:
            found["label"] = left[0]
    return found
