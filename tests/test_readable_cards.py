"""Every card that says it can be read is: a fake of its files gives what was written into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import fakes_card_digits  # noqa: F401, adds its fakes
import fakes_card_formats
import fakes_card_french  # noqa: F401, adds its fakes
import fakes_card_layouts
from fakes_card_formats import Told
from penline.api import convert, info, pack, sheet
from penline.catalogue import card, load
from penline.errors import BankError, UsageError
from penline.formats import READERS

READABLE = sorted(id for id, one in load().items() if one.readable(READERS))


def laid_out(id: str, make: Callable[[Path], list[str]]) -> Callable[[Path], Told]:
    of_lines = "lines" in card(id).kind
    return lambda folder: ([], make(folder)) if of_lines else (make(folder), [])


FAKES = fakes_card_formats.FAKES | {
    id: laid_out(id, make) for id, make in fakes_card_layouts.FAKES.items()
}


def test_no_fake_is_of_a_card_that_is_not_readable() -> None:
    assert set(FAKES) <= set(READABLE)
    assert not set(fakes_card_formats.FAKES) & set(fakes_card_layouts.FAKES)


@pytest.mark.parametrize("id", READABLE)
def test_a_readable_card_reads(id: str, tmp_path: Path) -> None:
    assert id in FAKES, f"{id} is said to be readable: write a fake of its files, by its source"
    folder = tmp_path / "got by hand"
    folder.mkdir()
    characters, lines = FAKES[id](folder)
    assert characters or lines
    facts = info([folder], card=id)
    assert {(one.card, one.known_by) for one in facts} == {(id, "user")}
    if characters:
        bank = pack([folder], tmp_path / "a.bank", card=id)
        assert sorted(glyph.character for glyph in bank) == sorted(characters)
        assert {source.card for source in bank.header.sources} == {id}
    else:
        with pytest.raises((BankError, UsageError), match="penline convert"):
            pack([folder], tmp_path / "a.bank", card=id)
    if lines:
        report = convert([folder], tmp_path / "out", card=id, to="paddleocr", skip=())
        lists = (tmp_path / "out").glob("rec_gt_*.txt")
        rows = [row for listed in lists for row in listed.read_text("utf-8").splitlines()]
        told = sorted([*characters, *lines])  # a character by itself is a line of one
        assert sorted(row.partition("\t")[2] for row in rows) == told
        assert [one["card"] for one in report["sources"]] == [id]
    else:
        assert sum(one.records for one in facts) == len(characters)
        assert sheet(folder, tmp_path / "a.html", card=id).total == len(characters)
