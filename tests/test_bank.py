"""Banks: what goes in comes out, and nothing that is damaged is believed."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from penline.bank import BankWriter, open_bank, write
from penline.bank.layout import GLYPHS, HEADER, INK
from penline.errors import BankError, UsageError
from penline.records import Source

A = Source("a.gnt", "casia:001", "train", "casia-hwdb1.0")
B = Source("b.gnt", "casia:002", "test", "casia-hwdb1.0")


def ink(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (height, width), np.uint8)


@pytest.fixture
def bank_path(tmp_path: Path) -> Path:
    with BankWriter(tmp_path / "x.bank") as bank:
        for record, character in enumerate("永和永ag,"):
            pixels = 255 - ink(20 + record, 10 + record, record)
            bank.add(pixels, character, A, paper=255, record=record, offset=record * 7)
        for record, character in enumerate("和永"):
            bank.add(ink(9, 30 + record, 50 + record), character, B, record=record)
        bank.drop("blank")
    return tmp_path / "x.bank"


def test_round_trip(bank_path: Path) -> None:
    bank = open_bank(bank_path)
    assert len(bank) == 8
    assert bank.writers == ("casia:001", "casia:002")
    assert bank.characters == tuple("永和ag,")
    assert bank.header.dropped == {"blank": 1}
    glyph = bank[3]
    assert (glyph.character, glyph.writer, glyph.part, glyph.archive, glyph.record) == (
        "a",
        "casia:001",
        "train",
        "a.gnt",
        3,
    )
    assert glyph.offset == 21
    np.testing.assert_array_equal(glyph.ink, ink(23, 13, 3))
    assert not glyph.ink.flags.owndata
    assert not glyph.ink.flags.writeable
    assert bank[-1].character == "永"
    assert bank[-1].part == "test"
    with pytest.raises(IndexError):
        bank[8]


def test_rows_by_binary_search(bank_path: Path) -> None:
    bank = open_bank(bank_path)
    for writer in (None, *bank.writers, "casia:999"):
        for character in (None, *bank.characters, "龘"):
            expected = [
                row
                for row, glyph in enumerate(bank)
                if writer in (None, glyph.writer) and character in (None, glyph.character)
            ]
            assert sorted(bank.rows(writer, character).tolist()) == expected


def test_level_is_the_90th_percentile_of_inked_pixels(tmp_path: Path) -> None:
    pixels = np.zeros((10, 20), np.uint8)
    pixels[:5] = np.arange(1, 101).reshape(5, 20)
    with BankWriter(tmp_path / "x.bank") as writer:
        writer.add(pixels, "永", A)
    bank = open_bank(tmp_path / "x.bank")
    assert bank.columns["level"].tolist() == [91]


def test_em_of_a_latin_writer_is_scaled(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "x.bank") as writer:
        for character, height in (("A", 72), ("x", 42), ("7", 70), (",", 5)):
            writer.add(ink(height, 20, 1), character, A)
    assert open_bank(tmp_path / "x.bank").header.writers[0].em_px == pytest.approx(100)


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), BankWriter(tmp_path / "x.bank") as bank:
        bank.add(ink(4, 4, 1), "永", A)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_empty_bank_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"left out: blank: 1"), BankWriter(tmp_path / "x") as bank:
        bank.drop("blank")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name(bank_path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--overwrite"):
        BankWriter(bank_path)
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match="other things"):
        BankWriter(other, overwrite=True)
    with BankWriter(bank_path, overwrite=True) as bank:
        bank.add(ink(4, 4, 1), "永", A)
    assert len(open_bank(bank_path)) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "x.bank"]


def test_content_hash_depends_on_content_alone(tmp_path: Path) -> None:
    def build(name: str, file: str, value: int) -> str:
        with BankWriter(tmp_path / name) as bank:
            bank.add(np.full((3, 3), value, np.uint8), "永", Source(file, "casia:001"))
        return open_bank(tmp_path / name).header.content

    assert build("1", "here.gnt", 9) == build("2", "there.gnt", 9)
    assert build("3", "here.gnt", 8) != build("4", "here.gnt", 9)


def test_pickles_by_path(bank_path: Path) -> None:
    bank = pickle.loads(pickle.dumps(open_bank(bank_path)))  # noqa: S301
    assert len(bank) == 8


def test_not_a_bank(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="not a bank"):
        open_bank(tmp_path)
    with pytest.raises(BankError, match="not a bank"):
        open_bank(tmp_path / "absent")


def test_a_newer_version_is_refused(bank_path: Path) -> None:
    header = json.loads((bank_path / HEADER).read_text())
    header["version"] = 99
    (bank_path / HEADER).write_text(json.dumps(header))
    with pytest.raises(BankError, match="version 99"):
        open_bank(bank_path)


@pytest.mark.parametrize("name", [INK, GLYPHS, HEADER])
def test_a_truncated_file_is_refused(bank_path: Path, name: str) -> None:
    data = (bank_path / name).read_bytes()
    (bank_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(BankError):
        open_bank(bank_path)


@pytest.mark.parametrize("value", [-1, 1 << 40, 5, -(1 << 62)])
def test_a_bent_offset_is_refused(bank_path: Path, value: int) -> None:
    bank = open_bank(bank_path)
    at = int(bank.ink.offsets_at[0]) + 2
    del bank
    with (bank_path / INK).open("r+b") as file:
        file.seek(at * 8)
        file.write(np.int64(value).tobytes())
    bank = open_bank(bank_path)
    np.testing.assert_array_equal(bank[0].ink, ink(20, 10, 0))
    for row in (1, 2):
        with pytest.raises(BankError, match=f"glyph {row}"):
            bank[row]


def test_every_byte_bent_gives_an_error_or_a_glyph(bank_path: Path) -> None:
    """No traceback of another kind, no crash, wherever one byte of the tables is bent."""
    for name in (INK, GLYPHS, HEADER):
        data = (bank_path / name).read_bytes()
        rng = np.random.default_rng(1)
        for place in rng.integers(0, len(data), 150):
            bent = bytearray(data)
            bent[place] ^= 0xFF
            (bank_path / name).write_bytes(bent)
            try:
                bank = open_bank(bank_path)
                for row in range(len(bank)):
                    bank[row].ink.sum()
                bank.rows("casia:001", "永")
            except BankError:
                continue
        (bank_path / name).write_bytes(data)


def test_arrow_reads_it_as_a_table(bank_path: Path) -> None:
    with pa.memory_map(str(bank_path / INK)) as source:
        table = pa.ipc.open_file(source).read_all()
    table.validate(full=True)
    assert table.column("ink")[3].as_py() == ink(23, 13, 3).tobytes()


def test_what_stops_the_thread_stops_the_bank(tmp_path: Path, monkeypatch) -> None:
    """A full disk is told where glyphs are added or at the end, and nothing is left behind."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "BATCH_ROWS", 4)
    monkeypatch.setattr(write, "glyph_levels", full)
    for glyphs in (3, 4, 20):
        with pytest.raises(OSError, match="No space"), BankWriter(tmp_path / "x.bank") as bank:
            for record in range(glyphs):
                bank.add(ink(9, 9, record), "a", A, record=record)
        assert list(tmp_path.iterdir()) == []


def test_many_batches_are_what_one_is(tmp_path: Path, monkeypatch) -> None:
    """The buffers take turns: every glyph of every batch is the one that was added."""
    monkeypatch.setattr(write, "BATCH_ROWS", 4)
    monkeypatch.setattr(write, "_MIN_CAPACITY", 16)
    glyphs = [ink(5 + record % 7, 3 + record % 5, record) for record in range(43)]
    with BankWriter(tmp_path / "x.bank") as bank:
        for record, pixels in enumerate(glyphs):
            bank.add(pixels, chr(0x4E00 + record % 9), A, record=record)
    with pa.OSFile(str(tmp_path / "x.bank" / INK)) as file:
        table = pa.ipc.open_file(file).read_all()
    assert table["ink"].num_chunks == 11
    assert table["ink"].to_pylist() == [glyph.tobytes() for glyph in glyphs]


def test_many_glyphs_at_once(bank_path: Path) -> None:
    bank = open_bank(bank_path)
    rows = [7, 0, 3, 3]
    taken = bank.inks(rows)
    assert all(np.array_equal(one, bank[row].ink) for one, row in zip(taken, rows, strict=True))
    assert not taken[0].flags.writeable
    assert bank.inks([]) == []
    assert bank.inks(np.array([2], np.uint32))[0].shape == bank[2].ink.shape
    for rows in ([0, 8], [-1]):
        with pytest.raises(IndexError, match="of a bank of 8"):
            bank.inks(rows)


def test_a_file_of_a_bank_names_its_folder(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        bank.add(np.full((4, 4), 255, np.uint8), "永", Source("1.gnt", "own:a"))
    for name in ("bank.json", "ink.arrow"):
        with pytest.raises(BankError, match=r"is a file of a bank; name its folder, .*b$"):
            open_bank(tmp_path / "b" / name)


def test_a_damaged_header_says_what_to_do(tmp_path: Path) -> None:
    with BankWriter(tmp_path / "b") as bank:
        bank.add(np.full((4, 4), 255, np.uint8), "永", Source("1.gnt", "own:a"))
    file = tmp_path / "b" / HEADER
    told = json.loads(file.read_text("utf-8"))
    for wrong, said in (({"strokes": []}, "strokes: not an object"), ({"glyphs": "x"}, "glyphs")):
        file.write_text(json.dumps({**told, **wrong}), "utf-8")
        with pytest.raises(BankError, match=f"{said}.*the bank is damaged; build it again"):
            open_bank(tmp_path / "b")
