"""Strokes in banks: what was drawn is kept, goes over, and is believed only when it is sound."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import fakes
from conftest import blob
from penline.api import bank_notes
from penline.bank import Bank, BankWriter, open_bank, write
from penline.bank.choice import GlyphChoice
from penline.bank.layout import BATCH_ROWS, GLYPHS, HEADER, INK, STROKES
from penline.bank.strokes import StrokeView, locate_strokes, pack_points
from penline.errors import BankError
from penline.pack import pack
from penline.randomness import rng
from penline.records import Source
from penline.render import simplify
from penline.render.pen import sample_pen
from penline.render.simplify import choose_nodes, simplified
from penline.render.strokes import render_character
from reference import bank as slow_bank
from reference import render as slow_render
from test_strokes import UNITS_PER_PX, scribble

LINE = "今天上午九点我们在学校门口集合"
PEN = Source("p.pot", "own:a")


def drawn(seed: int, em_px: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Ink and nodes of a scribble."""
    pen = sample_pen(rng(seed, 0, "pen"), em_px)
    units = UNITS_PER_PX * 64 / em_px
    return render_character(scribble(seed), units, pen, rng(seed, 0, "glyph"))


@pytest.fixture
def mixed(tmp_path: Path) -> Bank:
    """Glyphs that came as strokes between two files of pictures."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1001-c.gnt").write_bytes(fakes.gnt(LINE))
    (tmp_path / "in" / "2.pot").write_bytes(fakes.pot(LINE))
    (tmp_path / "in" / "many.gnt").write_bytes(fakes.gnt(LINE, seed=3))
    return pack(tmp_path / "in", tmp_path / "mixed")


def test_what_a_bank_keeps_is_what_was_drawn(tmp_path: Path) -> None:
    made = [drawn(seed) for seed in range(12)]
    with BankWriter(tmp_path / "b") as bank:
        for record, (ink, nodes) in enumerate(made):
            bank.add(ink, LINE[record], PEN, record=record, strokes=simplified(nodes, 64, 8192))
    for glyph, (ink, nodes) in zip(open_bank(tmp_path / "b"), made, strict=True):
        np.testing.assert_array_equal(glyph.ink, ink)
        parts = np.split(nodes[:, :2] / 256, np.flatnonzero(nodes[1:, 4] == 0) + 1)
        assert len(glyph.strokes) == len(parts)
        for kept, path in zip(glyph.strokes, parts, strict=True):
            assert kept.dtype == np.float32 and kept.shape[1] == 2
            assert np.abs(kept[[0, -1]] - path[[0, -1]]).max() <= 1 / 32
            # every node lies near a line between two neighbours
            a, way = kept[:-1, None], np.diff(kept, axis=0)[:, None]
            share = ((path - a) * way).sum(2) / np.maximum((way * way).sum(2), 1e-9)
            off = path - a - share.clip(0, 1)[..., None] * way
            if len(kept) > 1:
                assert np.hypot(*np.moveaxis(off, 2, 0)).min(0).max() < 1 / 3 + 1 / 32


def test_kernels_equal_reference(chance: np.random.Generator) -> None:
    for seed in range(20):
        nodes = drawn(seed)[1]
        for tolerance, tone in ((85.3, 24.0), (10.0, 400.0), (400.0, 3.0)):
            expected = slow_render.choose_nodes(nodes, tolerance, tone)
            assert np.array_equal(choose_nodes(nodes, tolerance, tone), expected)
    bad = 0
    for _ in range(60):
        lengths = 6 * chance.integers(0, 5, 30) * (chance.random(30) < 0.7)
        words = np.concatenate([[0], np.cumsum(lengths)])
        whole = int(words[-1])
        if chance.random() < 0.6:
            words[chance.integers(31)] += chance.choice([-6, -1, 1, 2, 6, 49158, -(1 << 62)])
        one = np.array([0]), np.array([40]), np.array([whole])
        view = StrokeView(np.zeros(1, np.int16), words, *one)
        rows = chance.integers(-1 if chance.random() < 0.1 else 0, 30, 8)
        starts, counts = np.zeros(8, np.int64), np.zeros(8, np.int64)
        place, wanted = slow_bank.locate_strokes(view, 30, rows.tolist())
        assert locate_strokes(view, 30, rows, starts, counts) == place
        assert list(zip(starts.tolist(), counts.tolist(), strict=True))[: len(wanted)] == wanted
        bad += place >= 0
    assert 5 < bad < 55


def test_points_are_packed_as_the_format_says() -> None:
    nodes = np.array([[256, -8, 384, 200, 0], [515, 1024 * 200, 90_000, 255, 1]])
    assert (
        pack_points(nodes).tobytes()
        == np.array(
            [
                [32, -1, np.int16(np.uint16(1 << 15 | 50 << 9 | 48))],
                [64, 25600, np.int16(63 << 9 | 511)],
            ],
            "<i2",
        ).tobytes()
    )


def test_a_long_path_is_taken_more_roughly(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = drawn(3)[1]
    whole = simplified(nodes, 64, 8192)
    begins = int((nodes[:, 4] == 0).sum())
    few = simplified(nodes, 64, 2 * begins)
    assert whole is not None and few is not None
    assert begins <= len(few) <= 2 * begins < len(whole)
    assert simplified(nodes, 64, 2 * begins - 1) is None
    monkeypatch.setattr(simplify, "FLATNESS_EM", 1 / 96)
    rougher = simplified(nodes, 64, 8192)
    assert rougher is not None and len(rougher) < len(whole)


def test_pictures_make_a_bank_of_version_2(tmp_path: Path) -> None:
    (tmp_path / "1001-c.gnt").write_bytes(fakes.gnt(LINE))
    bank = pack(tmp_path / "1001-c.gnt", tmp_path / "b")
    told = json.loads((bank.path / HEADER).read_text("utf-8"))
    assert told["version"] == 2 and "strokes" not in told
    assert sorted(one.name for one in bank.path.iterdir()) == sorted([INK, GLYPHS, HEADER])
    assert bank.strokes is None and bank[0].strokes == ()


def test_pictures_beside_strokes(mixed: Bank) -> None:
    count = len(LINE)
    assert mixed.header.version == 3
    told = mixed.header.strokes
    assert told is not None and told.glyphs == count
    assert told.bytes == (mixed.path / STROKES).stat().st_size
    assert [bool(glyph.strokes) for glyph in mixed] == [False] * count + [True] * count + (
        [False] * count
    )
    note = next(one for one in bank_notes(mixed)[2] if "strokes" in one)
    assert note.startswith(f"keeps the strokes of {count} glyphs: ")


def test_strokes_that_come_late(tmp_path: Path, monkeypatch) -> None:
    """Batches before the first strokes hold none; every glyph's points are its own."""
    monkeypatch.setattr(write, "BATCH_ROWS", 4)
    nodes = [simplified(drawn(seed)[1], 64, 8192) for seed in range(5)]
    with BankWriter(tmp_path / "b") as bank:
        for record in range(14):
            own = nodes[record % 5] if record in (9, 10, 13) else None
            bank.add(blob("永", record), chr(0x4E00 + record), PEN, record=record, strokes=own)
    with pa.OSFile(str(tmp_path / "b" / STROKES)) as file:
        table = pa.ipc.open_file(file).read_all()
    assert table["strokes"].num_chunks == 4
    expected = [
        pack_points(nodes[record % 5]).tobytes() if record in (9, 10, 13) else b""
        for record in range(14)
    ]
    assert table["strokes"].to_pylist() == expected


def test_copies_parts_and_unions_keep_strokes(mixed: Bank, tmp_path: Path) -> None:
    copy = pack(mixed.path, tmp_path / "copy")
    for name in (INK, GLYPHS, STROKES):
        assert (copy.path / name).read_bytes() == (mixed.path / name).read_bytes()
    assert copy.header.strokes == mixed.header.strokes
    some = pack(mixed.path, tmp_path / "some", choice=GlyphChoice(LINE[:3]))
    for glyph in some:
        like = next(
            one for one in mixed if (one.archive, one.record) == (glyph.archive, glyph.record)
        )
        assert [one.tolist() for one in glyph.strokes] == [one.tolist() for one in like.strokes]
    assert some.header.strokes is not None and some.header.strokes.glyphs == 3
    rest = pack(mixed.path, tmp_path / "rest", choice=GlyphChoice(LINE[3:]))
    both = pack([rest.path, some.path], tmp_path / "both")
    assert both.header.strokes is not None and both.header.strokes.glyphs == len(LINE)
    pictures = pack(tmp_path / "in" / "1001-c.gnt", tmp_path / "both", overwrite=True)
    assert pictures.header.version == 2
    assert not (pictures.path / STROKES).exists()


def test_the_hash_of_strokes_is_theirs_alone(tmp_path: Path) -> None:
    ink, nodes = drawn(1)
    moved = nodes + np.array([32, 0, 0, 0, 0])
    found = []
    for name, own in (("a", nodes), ("b", moved), ("c", nodes), ("d", None)):
        with BankWriter(tmp_path / name) as bank:
            bank.add(ink, "永", PEN, strokes=own)
        found.append(open_bank(tmp_path / name).header)
    assert len({one.content for one in found}) == 1
    held = [one.strokes and one.strokes.content for one in found]
    assert held[0] == held[2] != held[1] and held[3] is None


@pytest.mark.parametrize(
    ("strokes", "said"),
    [
        (np.zeros((3, 2), np.int64), r"whole \(points, 5\)"),
        (np.ones((3, 5)), r"whole \(points, 5\)"),
        (np.zeros((0, 5), np.int64), "of 0 points"),
        (np.ones((8193, 5), np.int64), "of 8,193 points"),
        (np.array([[1 << 20, 0, 1, 1, 0]]), "beyond 1023 px"),
        (np.array([[0, 0, 0, 1, 0]]), "a radius"),
        (np.array([[0, 0, 1, 256, 0]]), "a tone"),
        (np.array([[0, 0, 1, 1, 2]]), "a beginning"),
    ],
)
def test_strokes_of_another_form_are_refused(tmp_path: Path, strokes, said: str) -> None:
    with pytest.raises(BankError, match=said), BankWriter(tmp_path / "b") as bank:
        bank.add(drawn(1)[0], "永", PEN, strokes=strokes)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [-1, 1 << 40, 7, -(1 << 62), 6 * 8193])
def test_a_bent_offset_is_refused(mixed: Bank, value: int) -> None:
    row = len(LINE) + 2
    at = int(mixed.strokes.offsets_at[0]) + row
    path = mixed.path
    del mixed
    with (path / STROKES).open("r+b") as file:
        file.seek(at * 8)
        file.write(np.int64(value).tobytes())
    bank = open_bank(path)
    for bad in (row - 1, row):
        with pytest.raises(BankError, match=rf"strokes\.arrow: glyph {bad}"):
            bank[bad]
    with pytest.raises(BankError, match="glyph"):
        pack(path, path.parent / "copy")


def test_every_byte_bent_gives_an_error_or_a_glyph(mixed: Bank) -> None:
    data = (mixed.path / STROKES).read_bytes()
    chance = np.random.default_rng(1)
    for place in chance.integers(0, len(data), 150):
        bent = bytearray(data)
        bent[place] ^= 0xFF
        (mixed.path / STROKES).write_bytes(bent)
        try:
            for glyph in open_bank(mixed.path):
                assert all(np.isfinite(stroke).all() for stroke in glyph.strokes)
        except BankError:
            continue


def test_damage_is_told(mixed: Bank, tmp_path: Path) -> None:
    path = mixed.path
    data, told = (path / STROKES).read_bytes(), json.loads((path / HEADER).read_text("utf-8"))
    at = int(mixed.strokes.points_at[0]) * 2
    del mixed
    for damaged in (data[:-1], data + b"\0"):
        (path / STROKES).write_bytes(damaged)
        with pytest.raises(BankError, match=rf"strokes\.arrow: {len(damaged)} bytes"):
            open_bank(path)
    (path / STROKES).unlink()
    with pytest.raises(BankError, match=r"strokes\.arrow: No such file"):
        open_bank(path)
    (path / STROKES).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(BankError, match="not what its hash says"):
        pack(path, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    (path / STROKES).write_bytes(data)
    for wrong in ({"version": 2}, {"strokes": None}):
        (path / HEADER).write_text(json.dumps({**told, **wrong}), "utf-8")
        with pytest.raises(BankError, match="strokes belong to version 3"):
            open_bank(path)
    wrong = {**told, "strokes": {**told["strokes"], "glyphs": told["glyphs"] + 1}}
    (path / HEADER).write_text(json.dumps(wrong), "utf-8")
    with pytest.raises(BankError, match="more glyphs with strokes than there are"):
        open_bank(path)
    (path / HEADER).write_text(json.dumps({**told, "glyphs": BATCH_ROWS + 1}), "utf-8")
    with pytest.raises(BankError):
        open_bank(path)


def test_a_character_of_too_many_strokes_is_counted(tmp_path: Path) -> None:
    dots = [[(8 * (k % 60), 8 * (k // 60)), (8 * (k % 60) + 4, 8 * (k // 60))] for k in range(4200)]
    record = fakes.pot_record(dots, fakes.pot_tag("永"))
    (tmp_path / "1.pot").write_bytes(record + fakes.pot("今天上午九点"))
    bank = pack(tmp_path / "1.pot", tmp_path / "b")
    assert "".join(one.character for one in bank) == "今天上午九点"
    assert bank.header.dropped == {"character of more than 4,096 strokes": 1}
