"""Lines chosen by one compiled call, against sets and lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import blob
from penline.bank import BankWriter, open_bank
from penline.bank.bank_set import BankSet
from penline.compose.character_table import character_table
from penline.compose.quick_choice import _below, choose_line
from penline.corpus.lines import Lines
from penline.randomness import stage_keys
from penline.records import Source
from reference import compose as slow_compose
from reference import quick_choice as slow_choice

HAN = "永和九年岁在癸丑暮春"
SIGNS = HAN + "，,"
HANDS = ("own:a", "own:b", "own:c", "unknown:x", "own:d")


def bank_of(path: Path, chance: np.random.Generator, hands: tuple[str, ...]) -> Path:
    """Of each writer most characters, up to three times, of all parts."""
    with BankWriter(path) as bank:
        for record in range(130):
            writer, part = str(chance.choice(hands)), str(chance.choice(["", "train", "test"]))
            ink = blob(character := str(chance.choice(list(SIGNS))), int(chance.integers(1 << 30)))
            bank.add(ink, character, Source(f"{writer[-1]}{part}", writer, part), record=record)
    return path


def test_shares_of_words() -> None:
    for word in (0, 1, 1 << 63, (1 << 64) - 1, 0x123456789ABCDEF0):
        for bound in (1, 2, 3, 1000, (1 << 62) - 1):
            assert _below(np.uint64(word), np.int64(bound)) == slow_choice.below(word, bound)


@pytest.mark.parametrize("seed", range(8))
def test_lines_are_chosen(tmp_path: Path, seed: int) -> None:
    """The bank stands beside another one, whose writers the first does not have."""
    chance = np.random.default_rng(seed)
    paths = [bank_of(tmp_path / "a", chance, HANDS[:4]), bank_of(tmp_path / "b", chance, HANDS[3:])]
    banks = [open_bank(path) for path in paths[: 1 + seed % 2]]
    ways = {"，": (("，",), (",",)), "春": (("春",), ("永", "和"))}
    held = BankSet(banks, lambda c: ways.get(c, ((c,),)), "train")
    signs = [*SIGNS, " ", "\u3000"]
    held = held.covering(signs)
    table = character_table(signs)
    texts = [chance.choice([*SIGNS, *HAN, " "], chance.integers(2, 40)) for _ in range(6)]
    texts.append(np.array(["永", "外", "永"]))  # the table does not have it
    codes = np.array([ord(c) for text in texts for c in text], np.uint32)
    offsets = np.cumsum([0, *(len(text) for text in texts)])
    flags = chance.integers(0, 64, codes.size).astype(np.uint8) | 3
    flags[chance.random(codes.size) < 0.3] &= 0xFC
    allowed = np.arange(len(texts)) != 2
    lines = Lines(codes, flags, offsets, (2, 5), allowed)

    glyphs = [glyph for bank in banks for glyph in bank if glyph.part in ("", "train")]
    has = {(glyph.writer, glyph.character) for glyph in glyphs}
    able = {
        sign: {
            number
            for number, writer in enumerate(held.writers)
            if any(all((writer, c) in has for c in way) for way in ways.get(sign, ((sign,),)))
        }
        for sign in SIGNS
    }
    rows: dict[tuple[int, str], list[int]] = {}
    for row, glyph in enumerate(banks[0]):
        if glyph.part in ("", "train"):
            rows.setdefault((held.writers.index(glyph.writer), glyph.character), []).append(row)
    eligible = {number for number in range(len(held.writers)) if number != seed % 3}
    bits = held.bits(held.writers[number] for number in eligible)
    reserve = {0, 2} if seed % 2 else set()
    spare = held.bits(held.writers[number] for number in reserve)

    made = 0
    for index in range(150):
        wanted = slow_choice.choose_line(
            seed, index, lines.tables, allowed.tolist(), able, eligible, rows, reserve
        )
        start, end, writer, items = choose_line(
            stage_keys(seed, ("text", "writer")), index, tuple(lines.tables), table.entry_of,
            table.traits, held.cover, held.own, bits, spare, held.local[0],
            tuple(held.index[0]), tuple(held.columns[0]),
        )  # fmt: skip
        if wanted is None:
            assert writer == -1
            continue
        assert (start, end, writer) == wanted[:3]
        made += 1
        shown = [row for row in wanted[3] if row is not None]
        assert items["row"].tolist() == [-1 if row is None else row for row in wanted[3]]
        entries = [signs.index(chr(code)) for code in codes[start:end].tolist()]
        assert items["entry"].tolist() == entries
        assert items["repeat"].tolist() == slow_compose.number_repeats(entries)
        assert items["owner"].tolist() == list(range(end - start))
        assert not items["turned"].any()
        white = items[items["row"] < 0]
        assert not white["height_px"].any() and (white["bank"] == -1).all()
        inked = items[items["row"] >= 0]
        for item, glyph in zip(inked, (banks[0][row] for row in shown), strict=True):
            facts = banks[0].header.writers[item["writer"]]
            assert facts.id == glyph.writer == held.writers[writer]
            assert (item["bank"], item["em_px"]) == (0, facts.em_px)
            assert (item["height_px"], item["width_px"]) == glyph.ink.shape
            first = item["start"]
            ink = banks[0].ink.data[first : first + glyph.ink.size]
            assert ink.tobytes() == glyph.ink.tobytes()
            own = banks[0].columns["level"][item["row"]]
            assert item["level"] == (own if facts.id.startswith("unknown:") else facts.level)
            assert item["length_px"] == banks[0].columns["length_px"][item["row"]]
    assert 20 < made < 150
