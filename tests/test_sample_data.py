"""The embedded sample: exact layout, whole hands, a corpus that they can write, its licences."""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import penline.sample
from penline import catalogue
from penline.sources.collect import read

FOLDER = Path(penline.sample.__file__).parent
ARCHIVE = FOLDER / "sample.zip"
ROOT = Path(__file__).parents[1]

MOST_BYTES = 6_000_000
CHINESE_SIGNS = "，。、；：？！“”‘’（）《》…—"
ASCII = "".join(map(chr, range(0x21, 0x7F)))

Glyphs = dict[str, list[np.ndarray]]


def records(data: bytes) -> list[tuple[str, np.ndarray]]:
    """Every record of a GNT file, each field held against the others."""
    found = []
    offset = 0
    while offset < len(data):
        size, code, width, height = struct.unpack_from("<I2sHH", data, offset)
        assert size == 10 + width * height, offset
        assert width > 0, offset
        assert height > 0, offset
        assert offset + size <= len(data), offset
        character = (code[:1] if code[1] == 0 else code).decode("gb18030")
        assert (code[1] == 0) == (character < "\x80"), offset
        pixels = np.frombuffer(data, np.uint8, width * height, offset + 10)
        found.append((character, pixels.reshape(height, width)))
        offset += size
    assert offset == len(data)
    return found


@cache
def hands() -> dict[str, Glyphs]:
    """Member -> character -> its samples."""
    found: dict[str, Glyphs] = {}
    with zipfile.ZipFile(ARCHIVE) as archive:
        for name in archive.namelist():
            glyphs = found.setdefault(name, {})
            for character, grey in records(archive.read(name)):
                glyphs.setdefault(character, []).append(grey)
    return found


def corpus(name: str) -> list[str]:
    return (FOLDER / name).read_bytes().decode("utf-8").splitlines()


def is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def median_height(glyphs: Glyphs, characters: str) -> float:
    return float(np.median([g.shape[0] for c in characters for g in glyphs[c]]))


def test_the_archive_is_small_and_holds_nothing_but_numbered_hands() -> None:
    assert ARCHIVE.stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(ARCHIVE) as archive:
        infos = archive.infolist()
    expected = [f"penline-sample-{number:02d}.gnt" for number in range(1, 13)]
    assert [info.filename for info in infos] == expected
    assert {info.date_time for info in infos} == {(2024, 1, 1, 0, 0, 0)}


def test_every_hand_is_whole() -> None:
    for name, glyphs in hands().items():
        missing = [c for c in ASCII + CHINESE_SIGNS if c not in glyphs]
        assert not missing, name
        few = [c for c in ASCII if c.isalnum() and len(glyphs[c]) < 2]
        assert not few, name
    han = sorted(sum(map(is_han, glyphs)) for glyphs in hands().values())
    assert han[0] >= 600
    assert sum(count >= 2000 for count in han) >= 4


def test_boxes_are_tight_and_greys_are_ink_on_white_paper() -> None:
    for name, glyphs in hands().items():
        for character, samples in glyphs.items():
            for grey in samples:
                ink = grey < 255
                sides = (ink[0], ink[-1], ink[:, 0], ink[:, -1])
                assert all(side.any() for side in sides), (name, character)
                assert grey.min() < 200, (name, character)
                assert max(grey.shape) <= 140, (name, character)


def test_two_samples_of_a_character_differ() -> None:
    for name, glyphs in hands().items():
        repeated = [samples for samples in glyphs.values() if len(samples) > 1]
        assert len(repeated) >= 100, name
        same = sum(np.array_equal(samples[0], samples[1]) for samples in repeated)
        assert same == 0, name


def test_sizes_are_in_natural_proportion() -> None:
    for name, glyphs in hands().items():
        han = "".join(filter(is_han, glyphs))
        whole = median_height(glyphs, han)
        assert 44 <= whole <= 64, name
        shares = {c: median_height(glyphs, c) / whole for c in "，,.一"}
        assert 0.6 <= median_height(glyphs, "0123456789") / whole <= 0.8, name
        assert 0.65 <= median_height(glyphs, "ABCDEFGHKLMNOPRSTUVWXYZ") / whole <= 0.9, name
        assert 0.35 <= median_height(glyphs, "aceomnrsuvwxz") / whole <= 0.6, name
        assert shares["，"] <= 0.5, name
        assert shares[","] <= 0.5, name
        assert shares["."] <= 0.3, name
        assert shares["一"] <= 0.35, name


@pytest.mark.parametrize(("name", "least"), [("zh.txt", 300), ("en.txt", 120)])
def test_a_corpus_is_clean_text(name: str, least: int) -> None:
    text = (FOLDER / name).read_bytes().decode("utf-8")
    assert text.endswith("\n")
    assert not text.startswith("\ufeff")
    lines = text[:-1].split("\n")
    assert len(lines) >= least
    assert [n for n, line in Counter(lines).items() if line > 1] == []
    odd = {c for line in lines for c in line if unicodedata.category(c)[0] in "CZ"} - {" "}
    assert odd == set()
    assert all(line == line.strip() and "  " not in line for line in lines)


def test_the_chinese_corpus_is_varied() -> None:
    lines = corpus("zh.txt")
    assert all(10 <= len(line) <= 60 for line in lines)
    assert len({c for line in lines for c in line if is_han(c)}) >= 800


def test_at_least_three_hands_write_every_line() -> None:
    held = [glyphs.keys() | {" "} for glyphs in hands().values()]
    for line in corpus("zh.txt"):
        assert sum(set(line) <= characters for characters in held) >= 3, line
    for line in corpus("en.txt"):
        assert all(set(line) <= characters for characters in held), line


def test_every_hand_writes_a_good_part_of_the_corpus() -> None:
    lines = corpus("zh.txt")
    for name, glyphs in hands().items():
        written = sum(set(line) <= glyphs.keys() | {" "} for line in lines)
        assert written >= len(lines) // 2, name


def test_the_notice_names_every_font_and_its_licence_is_there() -> None:
    notice = (FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    assert "Simulated" in notice
    fonts = re.findall(r"^- `([a-z-]+)` \(writers", notice, re.MULTILINE)
    assert len(fonts) == 10
    copyrights = re.findall(r"^  - (Copyright .+)$", notice, re.MULTILINE)
    for font in fonts:
        path = ROOT / "LICENSES" / f"OFL-1.1-{font}.txt"
        licence = path.read_text(encoding="utf-8")
        assert licence.splitlines()[0].strip() in copyrights, font
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence, font


def test_the_card_counts_what_is_there() -> None:
    writers, characters, count = set(), set(), 0
    for record in read(ARCHIVE):
        writers.add(record.source.writer)
        characters.add(record.character)
        count += 1
    card = catalogue.card("penline-sample")
    published = {what: card.published(what)[0].value for what in ("writers", "samples", "classes")}
    assert published == {"writers": len(writers), "samples": count, "classes": len(characters)}
