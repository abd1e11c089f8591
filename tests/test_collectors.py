"""What every collector keeps: its own files in a folder, a zip and a tar alike, and no others.

The table is asked which there are, so a new one needs a fake here.
"""

from __future__ import annotations

import gzip
import pickle
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

import fakes_sets
from fakes import gnt, png_file, pot, zip_file
from fakes_etl import etl, tar_file
from fakes_nist import sd19_mis
from fakes_online import uji
from fakes_pages import dgrl, idx_images, idx_labels
from fakes_tables import labelme, pixel_csv
from fakes_unipen import Hand, trees
from penline.api import info
from penline.census import census
from penline.errors import FormatError
from penline.formats.zipped import members
from penline.pack import pack
from penline.records import Defect
from penline.sources import COLLECTORS, collectors
from penline.sources.collect import open_sources
from penline.sources.collector import Collector
from penline.sources.listing import DiskListing, Listing, Root, tar_listings, zip_listings
from penline.sources.reading import Reading
from penline.sources.unit import Unit

PICTURES = np.random.default_rng(7).integers(0, 256, (6, 28, 28)).astype(np.uint8)
DIGITS = idx_labels([3, 1, 4, 1, 5, 9])
Files = Mapping[str, bytes]
FAKES: dict[str, Files] = {
    "sd19": {f"sd19/{name}": content for name, content in sd19_mis().items()},
    "unipen": trees(
        [
            Hand("app", "app01/one", "A", "aB1", ["aB"], "aB 1", also=["3"]),
            Hand("tos", "f1/two", "B", "xy", ups=True),
        ]
    ),
    "uji": {"u/ujipenchars2.txt": uji("aB1", ("trn_UJI_W03-01", "trn_UJI_W03-02"))},
    "mnist": {
        "m/t10k-images-idx3-ubyte.gz": gzip.compress(idx_images(PICTURES), mtime=0),
        "m/t10k-labels-idx1-ubyte.gz": gzip.compress(DIGITS, mtime=0),
        "plain/train-images.idx3-ubyte": idx_images(PICTURES[:4]),
        "plain/train-labels.idx1-ubyte": idx_labels([3, 1, 4, 1]),
    },
    "etl": {"E/ETL9G_01": etl("etl9g", "亜あ愛", [1, 21, 22]), "E/ETL8G_02": etl("etl8g", "あい")},
    "casia": {
        "Gnt1.0Test/001-f.gnt": gnt("永和九年"),
        "1243.pot": pot("永和"),
        "p/006-P16.dgrl": dgrl(["永和九年", "岁在癸丑"]),
    },
    "sample": {"penline-sample-01.gnt": gnt("永和"), "penline-hand-001.pot": pot("永")},
    "any-file": {"mine/scan.gnt": gnt("九年")},
    "tables": {"t/mnist_test.csv": pixel_csv(PICTURES, [3, 1, 4, 1, 5, 9])},
    "lists": {
        "l/list.tsv": "".join(f"{at}.png\t{one}\n" for at, one in enumerate("永和")).encode(),
        **{f"l/{at}.png": png_file(PICTURES[at]) for at in range(2)},
    },
    "boxes": {
        "b/page.json": labelme("page.png", [("永", 2, 2, 20, 9), ("和", 2, 12, 20, 9)]),
        "b/page.png": png_file(PICTURES[0]),
    },
    "pages": {f"p/{name}": content for name, content in fakes_sets.page_2019().items()},
    "pairs": {"q/1.png": png_file(PICTURES[0]), "q/1.gt.txt": "永和 9".encode()},
    "iam": {f"iam/{name}": content for name, content in fakes_sets.iam_lines().items()},
    "pictures": {f"{one}/{at}.png": png_file(PICTURES[at]) for at, one in enumerate("ABCD")},
}
"""Each collector's files."""
FOREIGN = {"readme.txt": b"x", "photo.jpg": b"\xff\xd8\xff", "list.csv": b"a,b", "own.bin": b"0"}
HOLDERS = ("a", "a.zip", "a.tar")
OF_ANYBODY = ("any-file", "pictures", "lists", "boxes", "pages", "pairs", "iam")
OF_LINES = ("PagesCollector", "PairsCollector", "IamCollector")
"""They claim nothing unless lines are wanted."""


def hold(place: Path, files: Files) -> Path:
    """The files in a folder, a zip or a tar, as the name says."""
    if place.suffix == ".zip":
        return zip_file(place, files)
    if place.suffix == ".tar":
        return tar_file(place, files)
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def listings(place: Path) -> Iterator[Listing]:
    """What a collector is shown of it."""
    if place.suffix == ".zip":
        yield from zip_listings(place, members(place))
    elif place.suffix == ".tar":
        yield from (one for one in tar_listings(place) if isinstance(one, Listing))
    else:
        root = Root(place)
        for folder in sorted({path.parent for path in place.rglob("*") if path.is_file()}):
            names = sorted(path.name for path in folder.iterdir() if path.is_file())
            yield DiskListing(folder, names, root)


def claimed(collector: Collector, place: Path) -> tuple[list[Unit], set[str]]:
    """The units of one collector alone, and the names that it leaves."""
    if type(collector).__name__ in OF_LINES:
        collector.reading = Reading(take="lines")
    units: list[Unit] = []
    left: set[str] = set()
    for listing in listings(place):
        claims = collector.claim(listing)
        assert set(claims.units) <= set(listing.names) - set(claims.left)
        units += claims.units.values()
        left.update(claims.left)
    for unit in collector.close():
        assert not isinstance(unit, FormatError)
        units.append(unit)
    return units, left


def test_every_collector_has_a_fake() -> None:
    assert set(FAKES) == set(COLLECTORS.own)
    assert [f"{one.__module__}:{one.__qualname__}" for one in collectors()] == [
        *(row.place for row in COLLECTORS.own.values())
    ]


@pytest.fixture(params=sorted(COLLECTORS.own))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(name: str) -> Callable[..., Collector]:
    return COLLECTORS.load(name)


def test_it_claims_its_own_wherever_they_lie(name: str, make, tmp_path: Path) -> None:
    seen = []
    for holder in HOLDERS:
        foreign = dict(FOREIGN)
        if name == "pictures":
            del foreign["photo.jpg"]
        units, left = claimed(make(), hold(tmp_path / holder, {**FAKES[name], **foreign}))
        assert units
        assert left >= set(foreign)
        found = []
        for unit in units:
            again = pickle.loads(pickle.dumps(unit))  # noqa: S301
            strict = [(r.labels, r.source.writer, r.record) for r in again.read()]
            salvaged = list(unit.salvage())
            assert [(r.labels, r.source.writer, r.record) for r in salvaged] == strict
            assert [bool(again.source.card), again.fault, again.lacks] == [
                name not in OF_ANYBODY,
                None,
                "",
            ]
            found += strict
        assert found
        seen.append(sorted(found))
    assert seen[0] == seen[1] == seen[2]


def test_it_leaves_those_of_others_alone(name: str, make, tmp_path: Path) -> None:
    if name == "any-file":
        pytest.skip("it is asked late, and takes all")
    others = {k: v for other, files in FAKES.items() if other != name for k, v in files.items()}
    if name == "pictures":
        others = {file: one for file, one in others.items() if not file.endswith(".png")}
    for holder in HOLDERS:
        units, left = claimed(make(), hold(tmp_path / holder, others))
        assert not units
        assert left == {path.rpartition("/")[2] for path in others}


def test_together_each_file_is_one_collectors(tmp_path: Path) -> None:
    every = {k: v for files in FAKES.values() for k, v in files.items()}
    for holder in HOLDERS:
        whole = [unit.source for unit in open_sources(hold(tmp_path / holder, every))]
        assert len(whole) == len({source.file for source in whole})
        cards = {source.card for source in whole}
        assert {
            "nist-sd19",
            "unipen",
            "mnist",
            "etl8",
            "etl9",
            "casia-hwdb1.0",
            "penline-sample",
            "penline-hands",
            "",
        } <= cards


def test_the_users_part_counts(make, name: str, tmp_path: Path) -> None:
    units, _ = claimed(make("test"), hold(tmp_path / "folder", FAKES[name]))
    assert {record.source.part for unit in units for record in unit.read()} == {"test"}


def test_damage_is_raised_or_told(name: str, make, tmp_path: Path) -> None:
    damaged = {path: content[: len(content) * 3 // 5 - 1] for path, content in FAKES[name].items()}
    units, _ = claimed(make(), hold(tmp_path / "folder", damaged))
    assert units
    for unit in (unit for unit in units if unit.file_count):
        assert any(isinstance(record, Defect) for record in unit.salvage())
        with pytest.raises(FormatError):
            list(unit.read())


OTHER = """
    from dataclasses import dataclass
    import numpy as np
    from penline.records import Defect, GlyphRecord, Source
    from penline.sources.collector import Claims, Collector
    from penline.sources.unit import Unit


    @dataclass(frozen=True)
    class Letters(Unit):
        source: Source
        kind: str
        size_bytes: int
        place: object

        def salvage(self):
            with self.place.open() as stream:
                buffer, at, have = stream.peek(0, 1 << 16)
                text = bytes(buffer[at : at + have]).decode()
            for number, character in enumerate(text):
                if character == "?":
                    found = self.source.file, number, number, "letter", "a letter", "?"
                    yield Defect(*found)
                    continue
                pixels = np.full((8, 6), 255, np.uint8)
                pixels[:, ord(character) % 6] = 0
                yield GlyphRecord(
                    character, character.encode(), pixels, 255, self.source, number, number
                )


    class Toy(Collector):
        @staticmethod
        def identify(file):
            return Source(file, "toy:1", "train") if file.endswith(".toy") else None

        def claim(self, listing):
            units = {}
            for name in listing.names:
                source = self.identify(listing.label(name))
                if source:
                    place = listing.place(name)
                    units[name] = Letters(source, "toy", listing.size_bytes(name), place)
            return Claims([name for name in listing.names if name not in units], units)
"""


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package of somebody else's that brings a collector."""
    site = tmp_path / "site"
    facts = site / "toy-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / "toy_letters.py").write_text(textwrap.dedent(OTHER))
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[penline.collectors]\ntoy = toy_letters:Toy\n")
    monkeypatch.syspath_prepend(str(site))
    yield
    sys.modules.pop("toy_letters", None)


def test_a_package_of_others_adds_a_collector(tmp_path: Path, other: None) -> None:
    files = {"a.toy": b"ABA", "d/b.toy": b"C?", "001-f.gnt": gnt("永")}
    for holder in HOLDERS:
        place = hold(tmp_path / holder, files)
        kinds = {facts.kind: facts.records for facts in info(place)}
        assert kinds["toy"] in (1, 3) and kinds["gnt"] == 1
        assert sum(facts.defect_count for facts in info(place)) == 1
        bank = pack(place, tmp_path / f"{holder}.bank", salvage=True)
        assert sorted(bank.characters) == ["A", "B", "C", "永"]
        assert {w.id: w.glyphs for w in bank.header.writers} == {"toy:1": 4, "casia:001": 1}
        assert bank.header.dropped == {"defect: letter": 1}
        found = census(place)
        assert (found.files, found.records) == (3, 5)
        with pytest.raises(FormatError, match="expected a letter"):
            pack(place, tmp_path / "strict.bank")
