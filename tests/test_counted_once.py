"""The same bytes of a record twice, in one bank, in a set of banks, in a converted set: once."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import fakes
import fakes_pages
from conftest import blob, build
from penline import Composer
from penline.bank import BankWriter, open_bank
from penline.bank.bank_set import BankSet
from penline.bank.layout import PARTS
from penline.bank.repeats import Repeats, glyph_keys
from penline.convert import convert
from penline.pack import pack
from penline.randomness import rng
from penline.records import Source
from reference import repeats as slow_repeats

TEXT = "今天上午九点我们在学校门口集合"
SHORT = {"corpus": {"length_range": [2, 8]}}
AGAIN = "a second time: same writer, character and ink"


def twice(tmp_path: Path) -> tuple[Path, Path]:
    """A zip and its unpacked folder."""
    files = {f"{number}-c.gnt": fakes.gnt(TEXT, seed=number) for number in (1001, 1002)}
    (tmp_path / "HWDB1.1").mkdir()
    for name, data in files.items():
        (tmp_path / "HWDB1.1" / name).write_bytes(data)
    return fakes.zip_file(tmp_path / "HWDB1.1.zip", files), tmp_path / "HWDB1.1"


def test_a_zip_beside_its_folder_gives_every_glyph_once(tmp_path: Path) -> None:
    archive, folder = twice(tmp_path)
    alone = pack(archive, tmp_path / "alone")
    both = pack([archive, folder], tmp_path / "both")
    assert both.header.content == alone.header.content
    assert both.header.dropped == {AGAIN: 2 * len(TEXT)}
    assert both.header.sources == alone.header.sources


def test_a_bank_of_a_stream_with_repeats_holds_what_sets_would(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    known: list[tuple] = []
    before: set[tuple] = set()
    here: set[tuple] = set()
    inks, expected = {}, []
    with BankWriter(tmp_path / "b") as bank:
        for number in range(3000):
            if not number % 70:  # the next file
                before, here = before | {key for key, _ in here}, set()
            if number % 3 or not known:
                shape = tuple(chance.integers(1, 9, 2).tolist())
                ink = chance.integers(1, 4, shape).astype(np.uint8) * np.uint8(60)
                label, writer = "永和上"[chance.integers(3)], f"own:{chance.integers(2)}"
            else:
                ink, label, writer = known[chance.integers(len(known))]
            known.append((ink, label, writer))
            key = ink.shape, ink.tobytes(), label, writer
            record = int(chance.integers(20))
            if key not in before and (key, record) not in here:
                expected.append((number, record, label, writer))
                here.add((key, record))
                inks[number] = ink
            scan = bool(chance.integers(2))
            source = Source(f"{number // 70}.png", writer)
            pixels = 255 - ink if scan else ink
            more = {"paper": 255 * scan, "trim": scan, "record": record}
            bank.add(pixels, label, source, **more, offset=record * 3)
    found = open_bank(tmp_path / "b")
    assert [(g.record, g.character, g.writer) for g in found] == [one[1:] for one in expected]
    assert found.header.dropped == {AGAIN: 3000 - len(expected)}
    assert 500 < len(expected) < 2500
    for glyph, (number, *_) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(glyph.ink, inks[number])


def test_a_files_own_records_each_count(tmp_path: Path) -> None:
    """A publisher's file is taken at its word; a copy of it under another name adds nothing."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "001-f.gnt").write_bytes(fakes.gnt("今天") * 2)
    bank = pack([tmp_path / "a", tmp_path / "b"], tmp_path / "bank")
    assert [glyph.character for glyph in bank] == list("今天今天")
    assert bank.header.dropped == {AGAIN: 4}
    with BankWriter(tmp_path / "own") as own:
        for record in (0, 0, 1):
            own.add(blob("永", 1), "永", Source("x.png", "own:a"), record=record)
    assert [glyph.record for glyph in open_bank(tmp_path / "own")] == [0, 1]


def test_keys_tell_every_pixel_shape_and_owner_apart() -> None:
    ink = np.random.default_rng(1).integers(0, 256, 77, dtype=np.uint8)
    starts, widths, owners = np.array([0, 77]), np.array([7]), np.array([[3, 5]])
    keys = [glyph_keys(ink, starts, widths, owners)]
    for at in range(77):
        for bit in (1, 128):
            other = ink.copy()
            other[at] ^= bit
            keys.append(glyph_keys(other, starts, widths, owners))
    keys.append(glyph_keys(ink, starts, np.array([11]), owners))
    keys += [glyph_keys(ink, starts, widths, np.array([o])) for o in ([5, 3], [3, 6], [2, 5])]
    assert len(np.unique(np.concatenate(keys))) == 2 * 77 + 5
    blank = glyph_keys(
        np.zeros(64, np.uint8), np.arange(65), np.ones(64, np.int64), np.zeros((64, 2), np.int64)
    )
    assert len(np.unique(blank)) == 1
    assert blank[0] != 0


def test_keys_are_remembered_whatever_their_number() -> None:
    chance = np.random.default_rng(2)
    keys = chance.integers(1, 1 << 63, 20_000).astype(np.uint64)
    stream = keys[chance.integers(0, len(keys), 50_000)]
    places = chance.integers(0, 3, (50_000, 2))
    files = np.sort(chance.integers(0, 1 << 40, 30)[chance.integers(0, 30, 50_000)])
    files[20_000:] = files[20_000]  # many small files, and a large one
    repeats, met = Repeats(), slow_repeats.Met()
    for part in np.split(np.arange(50_000), [1, 5000, 5001, 30_000]):
        given = stream[part], places[part], files[part]
        wanted = slow_repeats.take_in(met, *(column.tolist() for column in given))
        assert repeats.fresh(*given).tolist() == wanted


def rows_drawn(banks: BankSet, character: str, writer: str, count: int = 600) -> Counter:
    drawn = Counter()
    for index in range(count):
        glyphs = banks.select(character, writer, rng(1, index, "test"))
        assert glyphs is not None
        drawn[tuple(glyphs.rows[0].tolist())] += 1
    return drawn


def test_a_copy_of_a_bank_beside_it_changes_no_line(tmp_path: Path, corpus_file: Path) -> None:
    bank = build(tmp_path / "a", {"own:a": TEXT, "own:b": TEXT + "，。！"})
    shutil.copytree(bank.path, tmp_path / "copy")
    text = tmp_path / "t.txt"
    text.write_text("今天上午，我们在学校门口集合。\n", "utf-8")
    alone = Composer(SHORT, bank, text)
    both = Composer(SHORT, [bank.path, tmp_path / "copy"], text)
    assert both.plan.banks.repeated == [0, len(bank)]
    for index in range(30):
        np.testing.assert_array_equal(alone[index].image, both[index].image)
        assert alone[index].origins == both[index].origins


def test_of_banks_that_overlap_each_glyph_weighs_once(tmp_path: Path) -> None:
    def pile(name: str, glyphs: list[tuple[str, str, int]], file: str, first: int = 0) -> Path:
        with BankWriter(tmp_path / name) as bank:
            for record, (writer, character, seed) in enumerate(glyphs, first):
                ink = blob(character, seed)
                bank.add(ink, character, Source(file, writer), record=record, offset=90 * record)
        return tmp_path / name

    a = pile("a", [("own:a", "永", 1), ("own:a", "永", 2), ("own:b", "永", 1)], "a/x.gnt")
    # the first two at another place, one of its own, the same picture by somebody else
    b = pile(
        "b", [("own:a", "永", 3), ("own:a", "永", 1), ("own:a", "永", 2), ("own:c", "永", 1)], "y"
    )
    c = pile("c", [("own:a", "永", 3), ("own:a", "永", 4)], "b.zip::y")
    banks = BankSet([open_bank(path) for path in (a, b, c)])
    assert banks.repeated == [0, 2, 1]
    drawn = rows_drawn(banks, "永", "own:a")
    assert set(drawn) == {(0, 0), (0, 1), (1, 0), (2, 1)}
    assert rows_drawn(banks, "永", "own:c").keys() == {(1, 3)}
    same = BankSet([open_bank(path) for path in (a, b)])
    assert [part.tolist() for part in same.parts] == [[0, 0, 0], [0, len(PARTS), len(PARTS), 0]]


def test_glyphs_that_only_look_alike_are_two(tmp_path: Path) -> None:
    ink = blob("永", 1)
    banks = []
    for number, (pixels, file) in enumerate(
        [(ink, "x"), (ink[:, ::-1], "y"), (ink, "a/x"), (ink, "z"), (ink[:, ::-1], "w")]
    ):
        with BankWriter(tmp_path / f"{number}") as bank:
            bank.add(pixels, "永", Source(file, "own:a"), record=number)
        banks.append(open_bank(tmp_path / f"{number}"))
    looks = [[b.columns[n][0] for n in ("height_px", "width_px", "level", "pen_q4")] for b in banks]
    assert looks == [looks[0]] * 5
    # another place of a file of the same name is another record
    assert BankSet(banks).repeated == [0, 0, 0, 1, 1]


def test_parts_that_are_not_asked_for_repeat_nothing(tmp_path: Path) -> None:
    test = build(tmp_path / "test", {"own:a": TEXT}, part="test")
    train = build(tmp_path / "train", {"own:a": TEXT})
    for part, repeated in (("train", 0), ("test", 0), ("all", len(train))):
        banks = BankSet([test, train], part=part)
        assert banks.repeated == [0, repeated]
        assert banks.select(TEXT, "own:a", rng(1, 1, "test")) is not None


def test_mixed_writers_draw_a_repeated_glyph_once(tmp_path: Path) -> None:
    bank = build(tmp_path / "a", {"unknown:x": "永"}, copies=1)
    with BankWriter(tmp_path / "b") as more:
        for record, seed in enumerate((0, 5)):
            more.add(blob("永", seed), "永", Source("x.gnt", "unknown:x"), record=record)
    text = tmp_path / "t.txt"
    text.write_text("永永永永\n", "utf-8")
    recipe = {**SHORT, "writers": "mixed"}
    lines = Composer(recipe, [bank, open_bank(tmp_path / "b")], text)
    assert lines.plan.banks.repeated == [0, 1]
    drawn = Counter(origin.record for index in range(120) for origin in lines[index].origins)
    assert drawn[0] == pytest.approx(drawn[1], rel=0.25)


def test_a_converted_set_holds_each_record_once(tmp_path: Path) -> None:
    archive, folder = twice(tmp_path)
    report = convert([archive, folder], tmp_path / "out")
    again = "a second time: same writer, label and picture or strokes"
    assert report["lines"] == {"train": 2 * len(TEXT)}
    assert report["left_out"] == {again: 2 * len(TEXT)}
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "006-P16.dgrl").write_bytes(fakes_pages.dgrl(["今天上", "午九"]))
        (tmp_path / place / "001.pot").write_bytes(fakes.pot("今天"))
    sources = [tmp_path / "a", tmp_path / "b"]
    pages = convert(sources, tmp_path / "pages", to="page-xml")
    assert pages["pages"] == {"train": 1}
    assert pages["left_out"][again] == 1
    strokes = convert(sources, tmp_path / "strokes", to="inkml")
    assert strokes["left_out"][again] == 2
    lines = convert(sources, tmp_path / "lines")
    assert lines["lines"] == {"train": 4}
    assert lines["left_out"][again] == 4
