"""Archives into banks: provenance, sizes, strokes by the writer's own pen."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import fakes
from penline.bank import BankWriter, open_bank
from penline.bank.layout import BATCH_ROWS
from penline.errors import FormatError, UsageError
from penline.pack import pack
from penline.records import Source

REAL = Path(__file__).parents[2] / "shared" / "data" / "casia"


def test_zip_of_two_writers(tmp_path: Path) -> None:
    files = {
        f"Gnt1.1Test/{number}-c.gnt": fakes.gnt("今天上午九点我们在学校门")
        for number in (1241, 1242)
    }
    archive = tmp_path / "Gnt1.1Test.zip"
    fakes.zip_file(archive, files)
    bank = pack(archive, tmp_path / "b")
    assert bank.writers == ("casia:1241", "casia:1242")
    assert {glyph.part for glyph in bank} == {"test"}
    assert {glyph.card for glyph in bank} == {"casia-hwdb1.1"}
    assert [glyph.record for glyph in bank] == [*range(12)] * 2
    assert bank[13].archive.endswith("Gnt1.1Test.zip::Gnt1.1Test/1242-c.gnt")
    part = pack(archive, tmp_path / "c", part="train")
    assert {glyph.part for glyph in part} == {"train"}


def test_strokes_become_ink_of_the_height_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "001.pot"
    path.write_bytes(fakes.pot("今天上午九点我们在学校门口集合准备去参观老师说习没有捷径只坚"))
    for height in (48, 96):
        bank = pack(path, tmp_path / str(height), height_px=height)
        assert bank.header.writers[0].em_px == pytest.approx(height, rel=0.25)
        assert bank.header.sources[0].rendered["height_px"] == height
        assert all(glyph.ink.any() for glyph in bank)
    again = pack(path, tmp_path / "again", height_px=96)
    assert again.header.content == bank.header.content
    with pytest.raises(UsageError, match="height_px"):
        pack(path, tmp_path / "x", height_px=4)


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Ink is held one batch at a time; what is kept of a glyph beyond that is numbers."""
    ink = np.full((40, 40), 200, np.uint8)
    source = Source("a.gnt", "casia:001")

    def peak(batches: int) -> int:
        tracemalloc.start()
        with BankWriter(tmp_path / f"{batches}") as bank:
            for record in range(batches * BATCH_ROWS):
                bank.add(ink, "永", source, record=record)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    grown = peak(3) - peak(2)  # two batches take turns
    assert grown < 0.25 * BATCH_ROWS * ink.size
    assert len(open_bank(tmp_path / "2")) == 2 * BATCH_ROWS


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="real handwriting is not beside the project")
def test_real_archives(tmp_path: Path) -> None:
    bank = pack([REAL / "001.pot", REAL / "hwdb1-crops-train.gnt"], tmp_path / "b")
    counts = {writer.id: writer.glyphs for writer in bank.header.writers}
    assert counts == {"casia:001": 4037, "unknown:hwdb1-crops-train": 1800}
    assert len(bank.rows("casia:001", "永")) == 1
    first = bank[4037]
    assert first.ink.dtype == np.uint8
    assert first.ink.min() == 0
    assert bank.header.dropped == {}


def test_strokes_all_over_the_page_are_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "001.pot"
    records = fakes.pot_records("今天上午九点")
    far = [np.array([[0, 0], [30_000, 30_000]]), np.array([[5, 30_000], [30_000, 5]])]
    records[3] = fakes.pot_record(far, fakes.pot_tag("午"))
    path.write_bytes(b"".join(records))
    with pytest.raises(FormatError, match=r"001\.pot: byte \d+: strokes of record 3"):
        pack(path, tmp_path / "b")
    bank = pack(path, tmp_path / "b", salvage=True)
    assert len(bank) == 5
    assert bank.header.dropped == {"strokes that cannot be drawn": 1}


def test_a_file_named_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(fakes.gnt("今天"))
    with pytest.raises(UsageError, match="named twice"):
        pack([path, path], tmp_path / "b")


def test_a_glyph_too_large_for_a_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    large = np.full((5, 5000), 100, np.uint8)
    path.write_bytes(fakes.gnt("今天") + fakes.gnt_record(large, fakes.gb_code("一")))
    bank = pack(path, tmp_path / "b")
    assert bank.characters == ("今", "天")
    assert bank.header.dropped == {"glyph of more than 4,096 px": 1}
