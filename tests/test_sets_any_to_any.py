"""Every form of lines and pages that people train on into every format: right, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fakes import folder
from fakes_sets import FORMS, LINES
from penline.check import check
from penline.convert import convert
from penline.errors import ExportError
from penline.export import EXPORTERS
from penline.pages import PageRecord
from penline.records import LineRecord
from penline.sources.collect import open_sources
from penline.sources.pages.cut import lines_of
from penline.sources.reading import Reading

TAKES = {name: EXPORTERS.load(name).takes for name in EXPORTERS.own}


@pytest.fixture(scope="session")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each form."""
    found = {}
    for name, form in FORMS.items():
        place = tmp_path_factory.mktemp("form")
        found[name] = folder(place / "set", form.files(place))
    return found


def read(place: Path) -> list[LineRecord | PageRecord]:
    units = open_sources(place, reading=Reading(take="lines"))
    return [record for unit in units for record in unit.read()]


def lines(place: Path) -> list[tuple[str, str, bytes]]:
    """Side, text and pixels of each line; grey where all channels are alike."""
    found = []
    for record in read(place):
        for line in lines_of(record) if isinstance(record, PageRecord) else [record]:
            assert isinstance(line, LineRecord)
            assert line.picture is not None
            found.append((line.source.part or "train", line.text(), pixels_of(line.picture)))
    return sorted(found)


def pixels_of(image: np.ndarray) -> bytes:
    same = image.ndim == 3 and (image == image[:, :, :1]).all()
    return (image[:, :, 0] if same else image).tobytes()


def expected(name: str) -> list[tuple[str, str, bytes]]:
    sides = FORMS[name].sides and not FORMS[name].pages
    return sorted(
        (line.side if sides else "train", line.text, pixels_of(line.pixels)) for line in LINES
    )


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_read(name: str, sets: dict[str, Path]) -> None:
    assert lines(sets[name]) == expected(name)
    if not FORMS[name].pages:
        told = [record.source.writer for record in read(sets[name])]
        for writer, wanted in zip(told, FORMS[name].writers, strict=True):
            own = wanted.partition(":")[2]
            assert writer.endswith(f":{own}") if own else writer.startswith("unknown:")


@pytest.mark.parametrize("to", TAKES)
@pytest.mark.parametrize("name", FORMS)
def test_each_cell_is_right_or_refused(
    name: str, to: str, sets: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    if TAKES[to] == "strokes" or (TAKES[to] == "pages" and not FORMS[name].pages):
        with pytest.raises(ExportError, match=f"nothing to convert to {to}") as refused:
            convert(sets[name], out, to=to)
        assert "\n" not in str(refused.value)
        assert not out.exists() or not any(out.iterdir())
        return
    report = convert(sets[name], out, to=to)
    assert check(out).problems == []
    assert sum(report["lines"].values()) == len(LINES)
    assert lines(out) == expected(name)
