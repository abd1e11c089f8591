"""The real hands of the embedded sample: what is there, whom it tells of, and when they write."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import penline.sample
from penline import catalogue
from penline.bank import open_bank
from penline.bank.write import BankWriter
from penline.compose import Composer
from penline.corpus import Corpus
from penline.errors import UsageError
from penline.pack import pack
from penline.records import Source, StrokeRecord
from penline.sample import load, sample_bank, text_of
from penline.sources.collect import read

FOLDER = Path(penline.sample.__file__).parent
HANDS = FOLDER / "hands"
ARCHIVE = HANDS / "hands.zip"
REQUIRED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,'?!-")
MOST_BYTES = 2_500_000

pytestmark = pytest.mark.skipif(
    not ARCHIVE.exists(), reason="this penline was built without real hands"
)


@pytest.fixture(scope="module")
def records() -> list[StrokeRecord]:
    return list(read(ARCHIVE))


def held(records: list[StrokeRecord]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for record in records:
        found.setdefault(record.source.writer, Counter())[record.character] += 1
    return found


def test_the_archive_is_small_and_holds_numbered_hands_alone() -> None:
    assert sum(path.stat().st_size for path in HANDS.iterdir()) <= MOST_BYTES
    with zipfile.ZipFile(ARCHIVE) as archive:
        infos = archive.infolist()
    expected = [f"penline-hand-{n:03d}.pot" for n in range(1, len(infos) + 1)]
    assert [info.filename for info in infos] == expected
    assert {info.date_time for info in infos} == {(2024, 1, 1, 0, 0, 0)}
    assert not any(info.extra or info.comment for info in infos)


def test_enough_hands_are_whole_and_the_notice_tells_what_others_lack(
    records: list[StrokeRecord],
) -> None:
    found = held(records)
    lacking = {writer[5:]: REQUIRED - own.keys() for writer, own in found.items()}
    assert sum(not signs for signs in lacking.values()) >= 40
    assert max(map(len, lacking.values())) <= 6
    assert max(max(own.values()) for own in found.values()) <= 3
    notice = (HANDS / "NOTICE.md").read_text("utf-8")
    told = re.findall(r"^- hand (\d{3}): `(.*)`$", notice, re.MULTILINE)
    assert {number: set(signs.split()) for number, signs in told} == {
        number: signs for number, signs in lacking.items() if signs
    }


def test_every_glyph_stands_in_its_own_corner(records: list[StrokeRecord]) -> None:
    for record in records:
        points = [point for stroke in record.strokes for point in stroke.tolist()]
        assert min(x for x, _ in points) == min(y for _, y in points) == 0
        assert record.channels == {}


def test_nothing_tells_whose_hand_it_is(records: list[StrokeRecord]) -> None:
    """Numbers follow the bytes, and no file beside the strokes has a number of UNIPEN's writers."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        digests = [hashlib.blake2b(archive.read(name)).digest() for name in archive.namelist()]
    assert digests == sorted(digests)
    assert {(r.source.card, r.source.part, r.source.style) for r in records} == {
        ("penline-hands", "train", "")
    }
    texts = [path.read_text("utf-8") for path in HANDS.glob("*.md")]
    texts.append((FOLDER.parent / "catalogue" / "penline-hands.md").read_text("utf-8"))
    assert not any(re.search(r"unipen:\d", text) for text in texts)


def test_the_card_counts_what_is_there(records: list[StrokeRecord]) -> None:
    card = catalogue.card("penline-hands")
    published = {what: card.published(what)[0].value for what in ("writers", "samples", "classes")}
    assert published == {
        "writers": len({record.source.writer for record in records}),
        "samples": len(records),
        "classes": len({record.character for record in records}),
    }
    assert (card.licence.redistribution, card.licence.commercial) == ("conditional", "unclear")


def test_the_licence_is_told_where_the_hands_are() -> None:
    root = Path(__file__).parents[1]
    text = (root / "LICENSES" / "CC-BY-4.0.txt").read_text("utf-8")
    assert text.startswith("Attribution 4.0 International")
    project = (root / "pyproject.toml").read_text("utf-8")
    assert 'license = "Apache-2.0 AND OFL-1.1 AND CC-BY-4.0"' in project
    notice = (HANDS / "NOTICE.md").read_text("utf-8")
    for said in (
        "International Unipen Foundation",
        "10.5281/zenodo.1195803",
        "CC BY 4.0",
        "keeper",
    ):
        assert said in notice


def test_people_write_what_they_can_and_simulated_hands_the_rest(tmp_path: Path) -> None:
    bank = tmp_path / "both.bank"
    with BankWriter(bank, reserve="sample") as out:
        for writer, characters in (
            ("sample:1", "永和abc"),
            ("sample:2", "永abcd"),
            ("hand:1", "abc"),
        ):
            source = Source(f"{writer.replace(':', '-')}.gnt", writer)
            for number, character in enumerate(characters):
                out.add(np.full((40, 20), 255, np.uint8), character, source, record=number)
    opened = open_bank(bank)
    assert opened.header.reserve == ("sample:1", "sample:2")
    text = Corpus.from_texts(["aabbccabc", "永和永和永和永和", "abcdabcdabcd"])
    whole = {"corpus": {"lines": "whole"}, "papers": ["plain"]}
    quick, slow = Composer(whole, opened, text, 1), Composer(whole, [opened, opened], text, 1)
    cut = Composer({"papers": ["plain"]}, opened, text, 1)
    assert cut.plan.quick is not None
    for composer in (quick, slow, cut):
        by = {line.text[0] + line.text[-1]: line.writer for line in composer[:30]}
        assert by["ac"] == "hand:1"
        assert by["永和"] == "sample:1" and by["ad"] == "sample:2"
    pack([bank], tmp_path / "again.bank")
    assert open_bank(tmp_path / "again.bank").header.reserve == opened.header.reserve


def test_text_of_the_sample_is_written_whole(records: list[StrokeRecord]) -> None:
    """Each English line by ten people at least, most by many; no line comes twice."""
    own = [set(signs) | {" "} for signs in held(records).values()]
    lines = (FOLDER / "text" / "en.txt").read_text("utf-8").splitlines()
    able = [sum(set(line) <= signs for signs in own) for line in lines]
    assert min(able) >= 10
    assert sorted(able)[len(able) // 2] >= 40
    every = [text_of([])[number] for number in range(len(text_of([])))]
    assert len(every) == len(set(every)) >= 700


def test_a_penline_without_real_hands_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(load, "_REAL", tmp_path / "hands.zip")
    assert sample_bank("both").path == sample_bank("simulated").path
    with pytest.raises(UsageError, match="built without real hands"):
        sample_bank("real")
    with pytest.raises(UsageError, match="simulated, real, both"):
        sample_bank("all")  # type: ignore[arg-type]
