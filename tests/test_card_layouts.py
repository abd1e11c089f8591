"""What a card says of its files is enough to read them: fakes by the cited sources, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from fakes_card_layouts import DIGITS, FAKES, cmaterdb
from penline.api import convert, info, pack
from penline.catalogue import card
from penline.catalogue.facts import ListingLayout
from penline.errors import CatalogueError, FormatError, UsageError
from penline.formats import READERS
from penline.sources.layouts import card_reading
from penline.sources.reading import NOTHING_SAID, Reading


@pytest.mark.parametrize("script", sorted(DIGITS))
def test_cmaterdb_is_read_as_its_card_says(script: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    told = cmaterdb(folder)
    bank = pack([folder], tmp_path / "a.bank", card=f"cmaterdb-{script}-digits")
    assert len(bank) == 60
    assert sorted(bank.characters) == sorted(DIGITS[script])
    found = sorted(glyph.character for glyph in bank)
    assert found == sorted(DIGITS[script][label] for label in told)
    widest = max(bank, key=lambda glyph: glyph.ink.shape[1] / glyph.ink.shape[0])
    assert widest.character == DIGITS[script][9]


def test_without_the_card_the_classes_are_asked_for(tmp_path: Path) -> None:
    cmaterdb(tmp_path)
    for more in ({}, {"card": "none"}, {"card": "mnist"}):
        with pytest.raises(FormatError, match="--classes"):
            pack([tmp_path], tmp_path / "a.bank", **more)


def test_the_user_has_the_last_word(tmp_path: Path) -> None:
    cmaterdb(tmp_path)
    (tmp_path / "own.lst").write_text("\n".join("abcdefghij"), "utf-8")
    reading = Reading(classes=str(tmp_path / "own.lst"))
    made = pack([tmp_path], tmp_path / "a.bank", card="cmaterdb-telugu-digits", reading=reading)
    assert sorted(made.characters) == list("abcdefghij")


def test_a_data_set_on_the_shelf_is_read_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards, shelf = tmp_path / "cards", tmp_path / "shelf" / "mine"
    cards.mkdir()
    shelf.mkdir(parents=True)
    cmaterdb(shelf)
    sizes = {path.name: path.stat().st_size for path in shelf.iterdir()}
    lines = Path(str(Path(__file__).parents[1])) / "src/penline/catalogue/cmaterdb-telugu-digits.md"
    text = lines.read_text("utf-8").replace("id: cmaterdb-telugu-digits", "id: mine")
    for file in card("cmaterdb-telugu-digits").files:
        text = text.replace(f"bytes: {file.bytes}", f"bytes: {sizes[file.name]}")
        text = text.replace(f', sha256: "{file.sha256}"', "").replace(
            f'sha256: "{file.sha256}",', ""
        )
    (cards / "mine.md").write_text(text, "utf-8")
    monkeypatch.setenv("PENLINE_CARDS", str(cards))
    monkeypatch.setenv("PENLINE_ROOT", str(tmp_path / "shelf"))
    bank = pack(["mine"], tmp_path / "a.bank")
    assert sorted(bank.characters) == sorted(DIGITS["telugu"])
    with pytest.raises(UsageError, match="name it alone"):
        pack(["mine", shelf / "testing-images.npz"], tmp_path / "b.bank")


def test_what_a_layout_becomes() -> None:
    ids = ["cmaterdb-bangla-digits"]
    assert card_reading(Reading(keep_odd=True), ids) == Reading(
        keep_odd=True,
        listed_classes=tuple((str(n), one) for n, one in enumerate(DIGITS["bangla"])),
        card=ids[0],
    )
    for others in ([], ["none"], ["mnist"], ["mnist", "emnist"]):
        assert card_reading(NOTHING_SAID, others) is NOTHING_SAID
        assert card_reading(NOTHING_SAID, others, mixed=True) is NOTHING_SAID
    for more in ({"mixed": True}, {}):
        with pytest.raises(UsageError, match="name it alone"):
            card_reading(NOTHING_SAID, ids if more else [*ids, "mnist"], **more)
    with pytest.raises(CatalogueError, match="nonsense"):
        card_reading(NOTHING_SAID, ["nonsense"])


def test_a_layout_of_a_page_alone_makes_nothing_readable() -> None:
    found = card("cmaterdb-bangla-digits")
    assert found.layout is not None and found.readable(READERS) and not found.readable(())
    paged = found.model_copy(update={"layout": found.layout.model_copy(update={"known": "page"})})
    assert not paged.readable(READERS)


def test_writers_in_names_stay_with_the_card(tmp_path: Path) -> None:
    FAKES["adbase-madbase"](tmp_path)
    bank = pack([tmp_path], tmp_path / "a.bank", card="adbase-madbase")
    assert {writer.partition(":")[2] for writer in bank.writers} == {"001", "002", "061"}


def test_files_got_by_hand_are_read_by_the_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENLINE_ROOT", str(tmp_path / "shelf"))
    with pytest.raises(UsageError, match=r"put yours into .*shelf/hmbd"):
        pack(["hmbd"], tmp_path / "a.bank")
    (tmp_path / "shelf" / "hmbd").mkdir(parents=True)
    told = FAKES["hmbd"](tmp_path / "shelf" / "hmbd")
    assert len(pack(["hmbd"], tmp_path / "a.bank")) == len(told)
    (tmp_path / "shelf" / "bullinger").mkdir()
    lines = FAKES["bullinger"](tmp_path / "shelf" / "bullinger")
    report = convert(["bullinger"], tmp_path / "out", to="paddleocr")
    assert report["lines"] == {"train": len(lines)}


def test_what_is_omitted_is_told(tmp_path: Path) -> None:
    FAKES["kannada-mnist"](tmp_path)
    notes = [facts.note for facts in info([tmp_path], card="kannada-mnist")]
    assert notes[0] == "4 files as *.npy left out"


def test_a_text_without_its_picture_is_a_defect(tmp_path: Path) -> None:
    FAKES["digital-peter"](tmp_path)
    (tmp_path / "words" / "9_9_9.txt").write_text("нет", "utf-8")
    (facts,) = info([tmp_path], card="digital-peter")
    assert (facts.records, facts.defect_count) == (2, 1)
    assert "a picture beside it, as words/9_9_9.png" in facts.defects[0].expected


@pytest.mark.parametrize(
    ("layout", "what"),
    [
        ({"classes": ["a"], "names": {"A": "b"}}, "numbers or names"),
        ({"texts": "words/*.txt"}, "form lines"),
    ],
)
def test_a_layout_that_does_not_fit_together(layout: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        ListingLayout.model_validate(
            {"form": "folders", "known": "code", "sources": ["s"], **layout}
        )
