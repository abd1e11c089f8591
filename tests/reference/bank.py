"""The kernels of `penline.bank` that read a bank's columns, by sets, lists and dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from penline.bank.items import GlyphColumns, Items
from penline.bank.read import InkView
from penline.bank.strokes import StrokeView

__all__ = [
    "count_writers",
    "cover_lines",
    "has_all",
    "intersect",
    "locate",
    "locate_strokes",
    "lookup_glyphs",
    "lookup_provenance",
    "next_glyph",
    "nth_writer",
    "select_glyphs",
    "set_cover",
    "take_others",
    "writable",
]

BATCH_ROWS = 65_536


def writers_of(bits: np.ndarray) -> list[int]:
    """The numbers of the bits that are set, 64 a word, the lowest first."""
    whole = sum(word << 64 * at for at, word in enumerate(bits.tolist()))
    return [number for number, digit in enumerate(reversed(f"{whole:b}")) if digit == "1"]


def count_writers(bits: np.ndarray) -> int:
    """See `bits.count_writers`."""
    return len(writers_of(bits))


def nth_writer(bits: np.ndarray, number: int) -> int:
    """See `bits.nth_writer`."""
    return [*writers_of(bits), *[-1] * (number + 1)][number]


def intersect(cover: np.ndarray, rows: Iterable[int], eligible: np.ndarray) -> set[int]:
    """Who is left; see `bits.intersect`."""
    return set(writers_of(eligible)).intersection(*(writers_of(cover[row]) for row in rows))


def leave_reserve(writers: np.ndarray, reserve: np.ndarray) -> set[int]:
    """Who is left; see `bits.leave_reserve`."""
    first = set(writers_of(writers)) - set(writers_of(reserve))
    return first or set(writers_of(writers))


def has_all(bits: np.ndarray, characters: Iterable[int], writer: int) -> bool:
    """See `bits.has_all`."""
    return all(one >= 0 and writer in writers_of(bits[one]) for one in characters)


def writable(
    lines: Iterable[Iterable[int]], able: dict[int, set[int]], among: set[int]
) -> list[bool]:
    """See `able._writable`; `able`: who can write each code."""
    return [bool(among.intersection(*(able[code] for code in line))) for line in lines]


def set_cover(
    writer: np.ndarray,
    character: np.ndarray,
    part: np.ndarray,
    allowed: Sequence[bool],
    characters: Sequence[int],
    writers: Sequence[int],
) -> tuple[int, set[tuple[int, int]]]:
    """The first row out of range, or -1; and who has what before it. See `bits.set_cover`."""
    held: set[tuple[int, int]] = set()
    columns = zip(character.tolist(), writer.tolist(), part.tolist(), strict=True)
    for row, (c, w, p) in enumerate(columns):
        try:
            if allowed[p]:
                held.add((characters[c], writers[w]))
            _ = characters[c], writers[w]
        except IndexError:
            return row, held
    return -1, held


def select_glyphs(
    banks: Sequence[dict[int, list[int]]], characters: Iterable[int], words: Iterable[int]
) -> list[tuple[int, int]]:
    """Bank and row of a glyph for each character; see `bits.select_glyphs`.

    Args:
        banks: of each bank that has the writer: rows of the writer's glyphs by character.
        characters: -1 for none.
        words: chance.
    """
    out = []
    for character, word in zip(characters, words, strict=True):
        found = (-1, -1)
        for number, glyphs in enumerate(banks):
            rows = glyphs.get(character, [])
            lucky = found == (-1, -1) or (word >> 40) % (number + 1) == number
            if rows and lucky:
                found = number, rows[word % len(rows)]
        out.append(found)
    return out


def next_glyph(rows: Sequence[int], row: int) -> int:
    """The row after one among a writer's rows of a character; see `bits.next_glyph`."""
    later = list(rows) if row < 0 else list(rows)[list(rows).index(row) + 1 :]
    return next(iter(later), -1)


def take_others(
    entries: Sequence[int], chosen: Sequence[tuple[int, int]], rows: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    """Bank and row of each item afterwards; see `bits.take_others`.

    Args:
        entries: what each item stands for.
        chosen: bank and row of each.
        rows: for each item, all rows of the same bank, writer and character, in their order.
    """
    out: list[tuple[int, int]] = []
    last: dict[int, tuple[int, int]] = {}
    for entry, glyph, own in zip(entries, chosen, rows, strict=True):
        if last.get(entry) == glyph and glyph[1] >= 0:
            others = list(own) + list(own)
            glyph = glyph[0], others[others.index(glyph[1]) + 1]
        last[entry] = glyph
        out.append(glyph)
    return out


def _ink_at(row: int, words: np.ndarray, view: InkView | GlyphColumns) -> int | None:
    """Where a row's ink begins; None where the numbers of the bank do not agree."""
    if not 0 <= row < len(view.height_px):
        return None
    batch, place = divmod(row, BATCH_ROWS)
    first = int(view.offsets_at[batch]) + place
    low, high = words[first : first + 2].tolist()
    size = int(view.height_px[row]) * int(view.width_px[row])
    sound = size > 0 and low >= 0 and high == low + size and high <= view.ink_bytes[batch]
    return int(view.ink_at[batch]) + low if sound else None


def locate(view: InkView, rows: Iterable[int]) -> tuple[int, list[int]]:
    """The first place that is not sound, or -1, and the starts before it; see `read.locate`."""
    starts: list[int] = []
    for place, row in enumerate(rows):
        at = _ink_at(row, view.words, view)
        if at is None:
            return place, starts
        starts.append(at)
    return -1, starts


def locate_strokes(
    view: StrokeView, glyphs: int, rows: Iterable[int]
) -> tuple[int, list[tuple[int, int]]]:
    """The first place that is not sound, or -1, and where points start before it, and how many
    there are; see `strokes.locate_strokes`."""
    found: list[tuple[int, int]] = []
    for place, row in enumerate(rows):
        if not 0 <= row < glyphs:
            return place, found
        batch, own = divmod(row, BATCH_ROWS)
        at = int(view.offsets_at[batch]) + own
        low, high = (int(one) for one in view.words[at : at + 2])
        points, rest = divmod(high - low, 6)
        if low % 2 or rest or not 0 <= points <= 8192:
            return place, found
        if not 0 <= low <= high <= view.points_bytes[batch]:
            return place, found
        found.append((int(view.points_at[batch]) + low // 2, points))
    return -1, found


def lookup_glyphs(
    columns: GlyphColumns, number: int, most_px: int, items: Items
) -> tuple[int, Items]:
    """The first row that cannot be true, or -1, and the items; see `items.lookup_glyphs`."""
    out = items.copy()
    for place in np.flatnonzero(items["bank"] == number).tolist():
        row = int(items["row"][place])
        start = _ink_at(row, columns.words, columns)
        if start is None or columns.writer[row] >= len(columns.ems_px):
            return max(row, 0), out
        sides = columns.height_px[row], columns.width_px[row]
        if max(sides) > most_px:
            return row, out
        writer = columns.writer[row]
        facts = {
            "height_px": sides[0],
            "width_px": sides[1],
            "length_px": columns.length_px[row],
            "writer": writer,
            "em_px": columns.ems_px[writer],
            "start": start,
            "level": columns.level[row] if columns.levels[writer] < 0 else columns.levels[writer],
        }
        for name, value in facts.items():
            out[name][place] = value
    return -1, out


def lookup_provenance(
    columns: dict[str, np.ndarray], items: Items, writers: int, sources: int
) -> tuple[int, list[tuple[int, ...]]]:
    """The first row that cannot be true, or -1; and writer, source, owner, record, offset of each
    item before it. See `bits.lookup_provenance`."""
    told: list[tuple[int, ...]] = []
    for owner, row in zip(items["owner"].tolist(), items["row"].tolist(), strict=True):
        if row not in range(len(columns["writer"])):
            return max(row, 0), told
        writer, source, record, offset = (
            int(columns[name][row]) for name in ("writer", "source", "record", "offset")
        )
        if writer not in range(writers) or source not in range(sources):
            return row, told
        told.append((writer, source, owner, record, offset))
    return -1, told


def cover_lines(
    lines: Iterable[list[int]],
    able: dict[int, set[int]],
    among: set[int],
    guests: set[int],
    limits: tuple[int, int],
) -> tuple[list[int], dict[int, int], dict[int, list[int]]]:
    """See `line_cover.cover_lines`: states, lines by writer, costs by code."""
    states, by_writer, costs = [], dict.fromkeys(among, 0), {one: [0, 0] for one in able}
    for line in lines:
        lacking = {
            writer: [one for one in dict.fromkeys(line) if writer not in able[one]]
            for writer in sorted(among)
        }
        whole = {writer for writer, missing in lacking.items() if not missing}
        second, first = set(line) & guests, set(line) - guests
        if second and first - {32} and among.intersection(*(able[one] for one in second)):
            whole |= among.intersection(*(able[one] for one in first))
        for writer in whole:
            by_writer[writer] += 1
        if whole:
            states.append(1)
            continue
        nearest = min(lacking, key=lambda writer: (len(lacking[writer]), writer))
        missing = lacking[nearest]
        for one in missing:
            costs[one][0] += 1
            costs[one][1] += len(missing) == 1
        count = sum(one in missing for one in line)
        borrowed = count <= limits[1] and all(able[one] & among for one in missing)
        states.append(2 * (len(line) - count >= limits[0]) + 4 * borrowed)
    return states, by_writer, costs
