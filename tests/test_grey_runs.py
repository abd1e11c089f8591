"""GNT in runs: the same records as one by one, and the same findings, whatever is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import fakes
from penline.errors import FormatError
from penline.formats import gnt, grey
from penline.formats.byte_source import ByteSource
from penline.pack import pack
from penline.records import Defect, GlyphRecord, GlyphRun, Source
from penline.sources.collect import open_sources
from test_gnt import STREAMS, Opener, mapped

TEXT = "永和九年，岁在癸丑a,B!暮春之初会于" * 3
FACTS = Source("x.gnt", "casia:001")
Found = tuple[object, ...]


def one_by_one(records: Iterator[GlyphRun | GlyphRecord | Defect]) -> Iterator[Found]:
    """What tells records apart, runs taken apart."""
    for record in records:
        if isinstance(record, Defect):
            yield (str(record),)
        elif isinstance(record, GlyphRecord):
            pixels = record.pixels.tobytes(), record.pixels.shape, record.paper
            yield (record.character, pixels, record.record, record.offset, record.source)
        else:
            assert not record.data.flags.writeable
            for number, (start, (height, width)) in enumerate(
                zip(record.starts.tolist(), record.sizes_px.tolist(), strict=True)
            ):
                raw = record.data[start : start + height * width].tobytes()
                place = record.record + number, int(record.offsets[number]), record.source
                yield (record.characters[number], (raw, (height, width), record.paper), *place)


def outcome(records: Iterator[GlyphRun | GlyphRecord | Defect]) -> list[Found]:
    """All records, and at the end the error that stopped them, if one did."""
    found: list[Found] = []
    try:
        found.extend(one_by_one(records))
    except FormatError as error:
        found.append((str(error),))
    return found


def together(stream: ByteSource, *, salvage: bool) -> Iterator[GlyphRun | GlyphRecord | Defect]:
    return gnt.runs(stream, FACTS, salvage=salvage)


@pytest.mark.parametrize("limit", [1, 5, 4096])
@STREAMS
def test_runs_hold_the_same_records(
    stream: Opener, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grey, "_TOGETHER", limit)
    content = fakes.gnt(TEXT)
    wanted = outcome(gnt.read(stream(content), FACTS))
    assert len(wanted) == len(TEXT)
    assert outcome(together(stream(content), salvage=False)) == wanted
    runs = [r for r in together(stream(content), salvage=False) if isinstance(r, GlyphRun)]
    assert runs
    assert max(map(len, runs)) <= limit


@STREAMS
def test_damage_is_told_alike(stream: Opener) -> None:
    chance = np.random.default_rng(11)
    whole = fakes.gnt(TEXT)
    heads = np.cumsum([0, *map(len, fakes.gnt_records(TEXT))])[:-1]
    stopped = 0
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(chance.integers(1, 4)):
            content[int(chance.choice(heads)) + chance.integers(10)] = chance.integers(256)
        if chance.random() < 0.5:
            del content[chance.integers(len(content)) :]
        made = bytes(content)
        strict = outcome(gnt.read(stream(made), FACTS))
        assert outcome(together(stream(made), salvage=False)) == strict
        stopped += len(strict[-1]) == 1
        assert outcome(together(stream(made), salvage=True)) == outcome(
            gnt.salvage(stream(made), FACTS)
        )
    assert stopped > 100


@pytest.mark.parametrize("content", [b"", b"\0" * 9, b"\0" * 10, b"\xff" * 64])
def test_no_record_at_all(content: bytes) -> None:
    for salvage in (False, True):
        one = gnt.salvage(mapped(content), FACTS) if salvage else gnt.read(mapped(content), FACTS)
        assert outcome(together(mapped(content), salvage=salvage)) == outcome(one)


def test_a_bank_leaves_out_of_a_run_what_no_line_can_hold(tmp_path: Path) -> None:
    blank, wide = np.full((6, 4), 255, np.uint8), np.full((2, 4097), 9, np.uint8)
    records = [*fakes.gnt_records("今天"), *fakes.gnt_records("下午")]
    records.insert(1, fakes.gnt_record(blank, fakes.gb_code("空")))
    records.insert(3, fakes.gnt_record(wide, fakes.gb_code("长")))
    path = tmp_path / "007-f.gnt"
    path.write_bytes(b"".join(records))
    bank = pack(path, tmp_path / "b")
    assert [glyph.character for glyph in bank] == list("今天下午")
    assert [glyph.record for glyph in bank] == [0, 2, 4, 5]
    offsets = np.cumsum([0, *map(len, records)])
    assert [glyph.offset for glyph in bank] == offsets[[0, 2, 4, 5]].tolist()
    assert set(bank.characters) == set("今天下午")
    assert bank.header.dropped == {"blank glyph": 1, "glyph of more than 4,096 px": 1}


def test_what_cannot_be_opened_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "001-f.gnt").write_bytes(fakes.gnt("今"))
    (tmp_path / "002-f.rar").write_bytes(b"Rar!\x1a\x07\0" + b"\0" * 20)
    kinds = [[type(r) for r in file.runs(salvage=True)] for file in open_sources(tmp_path)]
    assert kinds == [[GlyphRecord], [Defect]]
    with pytest.raises(FormatError, match="RAR"):
        list(list(open_sources(tmp_path))[1].runs(salvage=False))
