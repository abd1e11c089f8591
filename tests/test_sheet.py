"""Sheets: one file, complete in itself, and no label in it can act."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import shutil
import struct
import subprocess
import tempfile
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fakes
import fakes_pages
from penline import api
from penline.bank import BankWriter
from penline.bank.layout import GLYPHS, HEADER
from penline.census import census
from penline.errors import BankError, ExportError, FormatError, UsageError
from penline.export import EXPORTERS
from penline.look.choose import even, spread
from penline.look.damage import MOST_PICTURES
from penline.look.lines import MAX_PICTURES_BYTES
from penline.look.packed import BLOCK_CELLS, cell_size
from penline.look.pictures import picture
from penline.look.plots import distribution
from penline.look.sheet import SheetFacts
from penline.look.sheet import sheet as make_sheet
from penline.look.tiles import CELL_PX, glyph_cell, ink_png
from penline.provenance import short_names
from penline.randomness import rng
from penline.records import Source

sheet = functools.partial(make_sheet, overwrite=True)
HOSTILE = "</script><script>document.title='owned'</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is not None and "snap" in Path(CHROMIUM).resolve().parts:
    CHROMIUM = None  # a snap sees no temporary folder
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Elements(HTMLParser):
    """Collects start tags, and the text of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "title": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.texts:
            self.texts[self.inside][-1] += data


def elements(path: Path) -> Elements:
    found = Elements()
    found.feed(path.read_text("utf-8"))
    return found


def data_of(path: Path) -> Any:
    return json.loads(elements(path).texts["script"][0])


def ink(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width), np.uint8)


def make_bank(
    path: Path, characters: list[str], writers: list[str], file: str = "a.gnt", card: str = ""
) -> Path:
    with BankWriter(path) as bank:
        for record, character in enumerate(characters):
            for number, writer in enumerate(writers):
                source = Source(file, writer, "train", card)
                pixels = ink(20 + record % 9, 12 + number % 7, record)
                bank.add(pixels, character, source, record=record, offset=record * 9)
        bank.drop("blank glyph")
    return path


def relabel(bank: Path, changes: dict[str, str]) -> None:
    """Change a bank's texts in place: what no archive, but any file may hold."""
    header = json.loads((bank / HEADER).read_text("utf-8"))
    header["characters"] = [changes.get(name, name) for name in header["characters"]]
    header["dropped"] = {changes.get(name, name): n for name, n in header["dropped"].items()}
    (bank / HEADER).write_text(json.dumps(header), "utf-8")


def make_set(out: Path, lines: int = 6, *, simulated: bool = True, text: str = "你 好，") -> Path:
    """A finished data set in the ``paddleocr`` layout, with boxes; every third line is val."""
    folder = out / "images" / "00000"
    folder.mkdir(parents=True)
    labels: dict[str, list[str]] = {"train": [], "val": []}
    boxes = []
    for index in range(lines):
        form = "png" if index % 2 else "jpg"
        path = f"images/00000/{index:08d}.{form}"
        (out / path).write_bytes(cv2.imencode(f".{form}", ink(16, 40 + index, index))[1].tobytes())
        labels["val" if index % 3 == 2 else "train"].append(f"{path}\t{text}\n")
        quads = [[[5 * i, 1], [5 * i + 4.123456, 1], [5 * i + 4, 9], [5 * i, 9]] for i in range(99)]
        origins = [
            {"item": i, "written": "," if c == "，" else c, "writer": "casia:001",
             "archive": "/secret/place/001.pot", "record": 40 + i, "offset": 0}
            for i, c in enumerate(text) if c != " "
        ]  # fmt: skip
        entry = {"path": path, "text": text, "writer": "casia:001", "quads": quads[: len(text)]}
        boxes.append(json.dumps({**entry, "origins": origins}, ensure_ascii=False) + "\n")
    for side, rows in labels.items():
        (out / f"rec_gt_{side}.txt").write_bytes("".join(rows).encode())
    (out / "boxes.jsonl").write_bytes("".join(boxes).encode())
    report = {
        "lines": {side: len(rows) for side, rows in labels.items()},
        "characters": 18, "classes": 3, "simulated": simulated, "run": {"seed": 12},
        "skipped": {"line skipped: nobody has 粽": 4}, "errors": ["sample 3: no line"],
        "sources": [{"card": "penline-sample", "title": "The sample", "files": 2,
                     "licence": "OFL", "redistribution": "yes", "simulated": simulated}],
    }  # fmt: skip
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")
    return out


def test_a_bank_is_shown_whole(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "x.bank", list("永和a"), ["casia:001", "unknown:b"])
    facts = sheet(bank, tmp_path / "new" / "x.html")
    assert facts == SheetFacts(tmp_path / "new" / "x.html", "glyphs", 6, 6)
    data = data_of(facts.path)
    assert data["characters"] == [["a", 2], ["和", 2], ["永", 2]]
    assert data["writers"] == [["casia:001", 3, 0, True], ["unknown:b", 3, 1, False]]
    assert data["glyphs"]["c"] == [0, 0, 1, 1, 2, 2]
    assert data["glyphs"]["w"] == [0, 1, 0, 1, 0, 1]
    assert data["glyphs"]["r"] == [2, 2, 1, 1, 0, 0]
    assert data["glyphs"]["o"] == [18, 18, 9, 9, 0, 0]
    assert data["glyphs"]["h"] == [22, 22, 21, 21, 20, 20]
    assert data["glyphs"]["x"] == [12, 13] * 3
    assert data["glyphs"]["p"] == [0] * 6
    assert data["parts"] == ["train"]
    assert data["files"] == ["a.gnt"]
    assert data["tables"] == [
        {"title": "Left out when the bank was built", "rows": [["blank glyph", 1]]}
    ]


def inks_of(path: Path) -> list[np.ndarray]:
    """The cells of a sheet's blocks of ink, as steps ``uint8 (side_px, side_px)``."""
    texts, cells = elements(path).texts["script"], []
    side = json.loads(texts[0])["cell_px"]
    left = json.loads(texts[0])["shown"]
    for text in texts[2:]:
        raw, here = base64.b64decode(text), min(left, BLOCK_CELLS)
        ends = 2 * here + np.cumsum(np.frombuffer(raw, "<u2", here), dtype=int)
        assert ends[-1] == len(raw)
        for start, end in zip([2 * here, *ends], ends, strict=False):
            pairs = np.frombuffer(zlib.decompress(raw[start:end], -15), np.uint8)
            pairs = pairs.reshape(side, side // 2)
            cells.append(np.stack([pairs >> 4, pairs & 15], axis=-1).reshape(side, side))
        left -= here
    return cells


@pytest.mark.parametrize("glyphs", [70, 1500, 5200])
def test_the_blocks_hold_the_glyphs(tmp_path: Path, glyphs: int) -> None:
    characters = [chr(0x4E00 + n) for n in range(glyphs)]
    bank = make_bank(tmp_path / "x.bank", characters, ["casia:001"])
    cells = inks_of(sheet(bank, tmp_path / "x.html", limit=10_000).path)
    side_px, em_px, steps = cell_size(glyphs)
    assert len(cells) == glyphs
    for number in (0, 69, glyphs - 1):
        cell = glyph_cell(ink(20 + number % 9, 12, number), 24.0, side_px, em_px)
        expected = (cell.astype(int) * (steps - 1) + 127) // 255
        np.testing.assert_array_equal(cells[number], expected)


def test_a_cell_keeps_proportions_and_enlarges_nothing() -> None:
    assert (glyph_cell(np.full((10, 20), 255, np.uint8), 30.0) > 0).sum() == 200
    reduced = glyph_cell(np.full((100, 10), 255, np.uint8), 120.0) > 0
    assert (reduced.any(1).sum(), reduced.any(0).sum()) == (50, 5)
    assert glyph_cell(np.full((1, 60_000), 255, np.uint8), 1.0).shape == (CELL_PX, CELL_PX)
    assert ink_png(np.zeros((2, 2), np.uint8)).startswith(b"\x89PNG")


def test_the_page_asks_for_nothing_and_allows_only_itself(tmp_path: Path) -> None:
    paths = [
        sheet(make_bank(tmp_path / "b", ["永"], ["w:1"]), tmp_path / "b.html").path,
        sheet(make_set(tmp_path / "s"), tmp_path / "s.html").path,
    ]
    for path in paths:
        found = elements(path)
        policy = next(
            attributes["content"] or ""
            for tag, attributes in found.tags
            if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy.startswith("default-src 'none'; img-src data:; ")
        assert "unsafe" not in policy
        for text in (*found.texts["style"], found.texts["script"][1]):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
        assert all(re.fullmatch("[A-Za-z0-9+/=]+", text) for text in found.texts["script"][2:])
        names = ("src", "href", "action", "data", "poster", "srcset")
        links = [attributes[name] for _, attributes in found.tags for name in names
                 if name in attributes]  # fmt: skip
        assert sorted(map(str, links)) == ["#content", "data:,"]
        assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
        for text in found.texts["style"]:
            assert "@import" not in text
            assert all(url.startswith("data:") for url in re.findall(r"url\(\"?(.*?)\"?\)", text))
        script = found.texts["script"][1]
        for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "http:"):
            assert word not in script.replace('"http://www.w3.org/2000/svg"', "")


def test_no_label_can_act(tmp_path: Path) -> None:
    writers = [f"x:{HOSTILE}", "@@data@@ @@script@@"]
    characters = [HOSTILE, "<!--<script>", "@@policy@@", "\u202eabc", "\\u003c"]
    bank = make_bank(tmp_path / "b", list("abcde"), writers, file=f"/d/{HOSTILE}")
    relabel(bank, {**dict(zip("abcde", characters, strict=True)), "blank glyph": HOSTILE})
    folder = make_set(tmp_path / "</title><script>x", text=HOSTILE)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    report["sources"][0]["title"] = report["errors"][0] = HOSTILE + "\ud800"
    report["skipped"] = {HOSTILE: [HOSTILE]}
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    for source in (bank, folder):
        out = sheet(source, tmp_path / "x.html").path
        found = elements(out)
        kinds = [attributes.get("type") for tag, attributes in found.tags if tag == "script"]
        assert kinds == ["application/json", None, *["text/plain"] * (source == bank)]
        raw = out.read_bytes()
        assert raw.count(b"<script") == raw.count(b"</script>") == len(kinds)
        assert b"<!--" not in raw
        data = data_of(out)
        texts = [row[0] for row in data.get("characters", [])] or [data["lines"][0]["text"]]
        assert HOSTILE in texts
        if "characters" in data:
            assert sorted(texts) == sorted(characters)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_in_a_browser(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", ["永", "x"], [f"x:{HOSTILE}"])
    relabel(bank, {"x": HOSTILE})
    page = _rendered(sheet(bank, tmp_path / "b.html").path)
    assert page.count('class="cell"') == 2
    assert "<title>b · bank · penline</title>" in page
    assert "U+6C38" in page
    page = _rendered(sheet(make_set(tmp_path / "s"), tmp_path / "s.html").path)
    assert page.count("<li><figure>") == 6
    assert '<mark title="written as ,">，</mark>' in page
    assert ">simulated</li>" in page


def _rendered(path: Path) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        run = subprocess.run(
            [
                str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={profile}", "--dump-dom", path.resolve().as_uri(),
            ],
            capture_output=True, check=True, timeout=120,
        )  # fmt: skip
    return run.stdout.decode("utf-8")


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", [chr(0x4E00 + n) for n in range(40)], ["w:1", "w:2"])
    pages = [
        sheet(bank, tmp_path / "x.html", limit=20, seed=seed).path.read_bytes()
        for seed in (0, 0, 1)
    ]
    assert pages[0] == pages[1] != pages[2]


def test_glyphs_are_spread_over_writers_and_characters() -> None:
    random = np.random.default_rng(5)
    writers = np.repeat([0, 1, 2], [900, 300, 20])
    characters = np.concatenate([random.integers(0, 50, 1200), np.zeros(20, np.int64)])
    rows = spread(characters, writers, 220, rng(0, 0, "test"))
    assert rows.shape == (220,)
    assert (np.diff(rows) > 0).all()
    assert np.bincount(writers[rows]).tolist() == [100, 100, 20]
    counts = np.bincount(characters[rows], minlength=50)
    assert counts[0] >= 20
    assert counts[1:].min() >= 3
    assert counts[1:].max() <= 6
    assert spread(characters, writers, 1220, rng(0, 0, "test")).tolist() == list(range(1220))
    few = spread(np.zeros(9, np.int64), np.arange(9), 4, rng(0, 0, "test"))
    assert len(set(few.tolist())) == 4


def test_even_takes_one_from_each_part() -> None:
    chosen = even(1003, 10, rng(0, 0, "test"))
    assert [number * 10 // 1003 for number in chosen] == list(range(10))


def test_a_limit_is_told(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", [chr(0x4E00 + n) for n in range(40)], ["w:1", "w:2"])
    facts = sheet(bank, tmp_path / "x.html", limit=30)
    data = data_of(facts.path)
    assert (facts.shown, facts.total, data["shown"], data["total"]) == (30, 80, 30, 80)
    assert [writer[1] for writer in data["writers"]] == [40, 40]
    assert len(data["characters"]) == 30


def test_terms_come_from_the_cards(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", ["永"], ["w:1"], card="casia-hwdb1.0")
    data = data_of(sheet(bank, tmp_path / "x.html").path)
    assert data["sources"][0]["title"] == "CASIA-HWDB1.0"
    assert [badge["text"] for badge in data["badges"]] == ["do not pass on"]
    bank = make_bank(tmp_path / "c", ["永"], ["w:1"], card="penline-sample")
    data = data_of(sheet(bank, tmp_path / "x.html").path)
    assert data["badges"][0]["text"] == "simulated"
    bank = make_bank(tmp_path / "d", ["永"], ["w:1"], card="no-such-card")
    data = data_of(sheet(bank, tmp_path / "x.html").path)
    assert data["sources"][0]["redistribution"] == "unclear"


def test_no_folder_of_the_machine_is_shown(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", ["永"], ["w:1"], file="/home/me/secret/a.zip::d/001.gnt")
    out = sheet(bank, tmp_path / "x.html").path
    assert data_of(out)["files"] == ["a.zip::d/001.gnt"]
    assert b"secret" not in out.read_bytes()
    out = sheet(make_set(tmp_path / "s"), tmp_path / "x.html").path
    assert b"secret" not in out.read_bytes()
    assert short_names(["C:\\a\\b\\1.gnt", "C:\\a\\c\\1.gnt"]) == ["b/1.gnt", "c/1.gnt"]
    assert short_names([]) == []
    assert short_names([""]) == [""]


def test_a_damaged_bank_is_not_shown(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", ["永", "和"], ["w:1"])
    raw = bytearray((bank / GLYPHS).read_bytes())
    at = raw.index(np.array([0, 1], "<u4").tobytes())  # the column of characters
    raw[at : at + 4] = b"\xff\xff\xff\xff"
    (bank / GLYPHS).write_bytes(raw)
    with pytest.raises(BankError, match="character"):
        sheet(bank, tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize("limit", [5, 1000])
def test_archives_are_read_without_a_bank(tmp_path: Path, limit: int) -> None:
    folder = tmp_path / "got"
    folder.mkdir()
    (folder / "001-f.gnt").write_bytes(fakes.gnt("永和a,"))
    (folder / "002.pot").write_bytes(fakes.pot("永和b"))
    fakes.zip_file(folder / "more.zip", {"003-f.gnt": fakes.gnt("永丁")})
    facts = sheet(folder, tmp_path / "x.html", limit=limit)
    assert (facts.kind, facts.shown, facts.total) == ("glyphs", min(limit, 9), 9)
    data = data_of(facts.path)
    assert dict(data["figures"]) == {"glyphs": 9, "characters": 6, "writers": 3, "files": 3}
    assert len(data["writers"]) == 3
    shown = {
        (data["files"][file], record, data["characters"][character][0])
        for file, record, character in zip(*(data["glyphs"][key] for key in "frc"), strict=True)
    }
    everything = {
        *(("001-f.gnt", record, character) for record, character in enumerate("永和a,")),
        *(("002.pot", record, character) for record, character in enumerate("永和b")),
        *(("more.zip::003-f.gnt", record, character) for record, character in enumerate("永丁")),
    }
    assert shown <= everything
    assert len(shown) == facts.shown


def test_damage_in_an_archive_is_told(tmp_path: Path) -> None:
    records = fakes.gnt_records("永和a")
    records_size = struct.unpack("<HH", records[0][6:10])
    blank = fakes.gnt_record(np.full((20, 20), 255, np.uint8), fakes.gb_code("丁"))
    file = tmp_path / "001-f.gnt"
    file.write_bytes(b"".join(records) + blank + records[0][:30])
    facts = sheet(file, tmp_path / "x.html")
    assert (facts.shown, facts.total) == (3, 4)
    tables = data_of(facts.path)["tables"]
    assert tables[0]["rows"] == [["blank glyph", 1]]
    assert data_of(facts.path)["damaged"] == 1
    [row] = data_of(facts.path)["damage"]
    assert row["file"] == "001-f.gnt"
    assert row["place"] == f"byte {sum(map(len, records)) + len(blank) + 10:,}, record 4"
    assert (row["width"], row["height"]) == records_size
    assert "20 of its bytes are there" in row["how"]
    shown = base64.b64decode(row["src"].removeprefix("data:image/png;base64,"))
    grey = cv2.imdecode(np.frombuffer(shown, np.uint8), -1).reshape(-1)
    assert grey[:20].tolist() == list(records[0][10:30])
    assert set(grey[20:].tolist()) == {160}
    assert str(tmp_path) not in facts.path.read_text("utf-8")
    file.write_bytes(b"\1\2\3")
    with pytest.raises(FormatError):
        sheet(file, tmp_path / "x.html")
    file.write_bytes(b"")
    with pytest.raises(FormatError):
        sheet(file, tmp_path / "x.html")


def test_defects_have_a_picture_up_to_a_bound(tmp_path: Path) -> None:
    one = fakes.gnt_records("永")[0]
    wrong = one[:6] + struct.pack("<HH", 9, 9) + one[10:]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "001-f.gnt").write_bytes((one + wrong) * (MOST_PICTURES + 5))
    fakes.zip_file(tmp_path / "a" / "z.zip", {"002-f.gnt": one + b"\1\2\3"})
    facts = sheet(tmp_path / "a", tmp_path / "x.html", limit=3)
    data = data_of(facts.path)
    rows = data["damage"]
    assert data["damaged"] == len(rows) == MOST_PICTURES + 6
    assert [("src" in row) for row in rows] == [True] * MOST_PICTURES + [False] * 6
    assert rows[0]["how"] == "9 × 9 px by its header"


def test_a_census_report_is_shown_with_its_pictures(tmp_path: Path) -> None:
    one = fakes.gnt_records("永和")
    folder = tmp_path / "got"
    folder.mkdir()
    (folder / "001-f.gnt").write_bytes(b"".join(one) + one[0][:30])
    fakes.zip_file(folder / "z.zip", {"002-f.gnt": one[0] + one[1][:40]})
    report = tmp_path / "census.json"
    report.write_text(json.dumps(census(folder).as_json()), "utf-8")
    facts = sheet(report, tmp_path / "x.html")
    assert (facts.kind, facts.shown) == ("findings", facts.total)
    data = data_of(facts.path)
    assert not data["whole"]
    assert data["verdict"] == "not as published"
    assert {(row["card"], row["what"]) for row in data["counts"]} >= {("casia-hwdb1.0", "samples")}
    damaged = [row for row in data["findings"] if row["kind"] == "damage"]
    assert [row["file"] for row in damaged] == ["got/001-f.gnt", "got/z.zip::002-f.gnt"]
    assert all("src" in row for row in damaged)
    assert data["badges"][0]["text"] == "do not pass on"
    assert str(tmp_path) not in facts.path.read_text("utf-8")
    (folder / "z.zip").unlink()
    (folder / "001-f.gnt").unlink()
    data = data_of(sheet(report, tmp_path / "x.html").path)
    assert not any("src" in row for row in data["findings"])
    assert not data["badges"]


@pytest.mark.parametrize("content", [b"{}", b"[" * 100_000, b"\xff", b'{"whole": "x"}', b""])
def test_what_is_no_census_report_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.json").write_bytes(content)
    with pytest.raises(FormatError, match="penline census --json"):
        sheet(tmp_path / "c.json", tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_a_report_opens_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret" * 50)
    finding = {"kind": "damage", "card": HOSTILE, "file": str(secret), "offset": 0, "record": 0,
               "field": HOSTILE, "expected": "x", "found": "y"}  # fmt: skip
    report = {"whole": False, "verdict": HOSTILE, "files": 1, "records": 0, "figures": [],
              "findings": [finding, {**finding, "file": str(tmp_path)}, {**finding, "file": "\0"}],
              "finding_count": 9}  # fmt: skip
    (tmp_path / "c.json").write_text(json.dumps(report))
    out = sheet(tmp_path / "c.json", tmp_path / "x.html").path
    assert not any("src" in row for row in data_of(out)["findings"])
    assert out.read_bytes().count(b"<script") == 2


def test_distributions_count_everything_once() -> None:
    assert distribution("x", [], "px", "glyphs") == []
    assert distribution("x", [float("nan")], "px", "glyphs") == []
    draws = np.random.default_rng(2)
    for values in (
        [5], [5, 5], [0, 1], [1.5, 2.5], draws.integers(0, 9, 99), draws.integers(40, 140, 999),
        np.concatenate([np.ones(500), [40_000]]), np.zeros(3), draws.normal(0, 1, 500),
    ):  # fmt: skip
        [plot] = distribution("x", values, "px", "glyphs")
        assert sum(count for _, _, count in plot["bins"]) == plot["total"] == len(values)
        assert len(plot["bins"]) <= 25
        lows = [low for low, _, _ in plot["bins"]]
        assert lows == sorted(set(lows))
        for low, high, count in plot["bins"]:
            if all(float(value).is_integer() for value in values):
                assert count == sum(low <= value <= high for value in values)
    [plot] = distribution("x", range(1, 101), "px", "glyphs")
    assert plot["marks"] == [1, 6, 51, 95, 100]


def test_what_is_distributed(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "x.bank", list("永和a"), ["casia:001", "unknown:b"])
    plots = {
        plot["title"]: plot for plot in data_of(sheet(bank, tmp_path / "x.html").path)["plots"]
    }
    assert list(plots) == [
        "Glyphs of a character", "Glyphs of a writer", "Height", "Width", "Stroke width",
    ]  # fmt: skip
    assert plots["Glyphs of a character"]["bins"] == [[2, 2, 3]]
    assert plots["Height"]["marks"] == [20, 20, 21, 22, 22]
    plots = data_of(sheet(make_set(tmp_path / "s"), tmp_path / "s.html").path)["plots"]
    assert [plot["title"] for plot in plots] == [
        "Characters of a line", "Uses of a character", "Lines of a writer", "Width", "Height",
        "Stroke width",
    ]  # fmt: skip
    assert plots[0]["bins"] == [[4, 4, 6]]
    assert plots[3]["marks"] == [40, 40, 42, 45, 45]


def test_odd_glyphs_are_found(tmp_path: Path) -> None:
    pixels = np.zeros((40, 40), np.uint8)
    cv2.line(pixels, (4, 4), (35, 35), 255, 4)
    with BankWriter(tmp_path / "b") as bank:
        for number in range(12):
            here = np.roll(pixels, number % 3, axis=1)
            here[2 + number, 20] = 200
            if number == 7:
                here = np.rot90(pixels).copy()
            bank.add(here, "永", Source("a.gnt", f"w:{number}", "train"), record=number)
    data = data_of(sheet(tmp_path / "b", tmp_path / "x.html").path)
    assert data["judged"] == 12
    assert [number for number, flags in data["odd"] if "unlike" in flags] == [7]


def test_pictures_without_labels_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    images = tmp_path / "a" / "t10k-images-idx3-ubyte"
    images.write_bytes(fakes_pages.idx_images(np.full((3, 28, 28), 9, np.uint8)))
    with pytest.raises(FormatError, match=r"none among 3 records .*no labels beside it"):
        sheet(images, tmp_path / "x.html")
    (tmp_path / "a" / "001-f.gnt").write_bytes(fakes.gnt("永和"))
    facts = sheet(tmp_path / "a", tmp_path / "x.html")
    (notes,) = data_of(facts.path)["tables"]
    said = [row[0] for row in notes["rows"]]
    assert "no labels beside it" in said[0]
    assert said[1].startswith("3 records")
    assert str(tmp_path) not in facts.path.read_text("utf-8")


def test_lines_with_their_boxes(tmp_path: Path) -> None:
    out = make_set(tmp_path / "s")
    facts = sheet(out, tmp_path / "x.html")
    assert (facts.kind, facts.shown, facts.total) == ("lines", 6, 6)
    data = data_of(facts.path)
    assert [line["side"] for line in data["lines"]] == ["train"] * 4 + ["val"] * 2
    assert [line["index"] for line in data["lines"]] == [0, 1, 3, 4, 2, 5]
    line = data["lines"][1]
    assert (line["text"], line["writer"]) == ("你 好，", "casia:001")
    assert (line["width"], line["height"]) == (41, 16)
    raw = (out / "images/00000/00000001.png").read_bytes()
    assert line["src"] == "data:image/png;base64," + base64.b64encode(raw).decode()
    assert line["boxes"][2] == [10, 1, 14.12, 1, 14, 9, 10, 9]
    assert line["origins"] == [[0, "你", "", 0, 40], [2, "好", "", 0, 42], [3, ",", "", 0, 43]]
    assert data["archives"] == ["001.pot"]
    assert data["badges"][0]["text"] == "simulated"
    figures = dict(data["figures"])
    assert (figures["train lines"], figures["val lines"], figures["seed"]) == (4, 2, "12")
    assert data["tables"][0]["rows"] == [["line skipped: nobody has 粽", 4]]
    assert data["tables"][1]["rows"] == [["sample 3: no line", None]]


@pytest.mark.parametrize(
    "to", [name for name in EXPORTERS.own if EXPORTERS.load(name).takes == "lines"]
)
def test_sets_for_other_trainers(
    tmp_path: Path, small_bank: Any, corpus_file: Path, to: str
) -> None:
    ways: dict[str, Any] = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
    api.compose(tmp_path / "s", n=6, to=to, boxes=True, recipe="plain", **ways)
    data = data_of(sheet(tmp_path / "s", tmp_path / "x.html").path)
    assert data["total"] == data["shown"] == 6
    assert all(line["src"] and line["text"] and line["side"] == "train" for line in data["lines"])
    assert all(len(line["boxes"]) == len(line["text"]) for line in data["lines"])
    figures = dict(data["figures"])
    assert (figures["train lines"], figures["seed"]) == (6, "0")
    for line in data["lines"]:
        archives = line.get("archives") or data["archives"]
        items = [origin[0] for origin in line["origins"] if archives[origin[3]]]
        assert items == [at for at, one in enumerate(line["text"]) if one != " "]


def test_fewer_lines_and_no_boxes(tmp_path: Path) -> None:
    out = make_set(tmp_path / "s", 30, simulated=False)
    (out / "boxes.jsonl").unlink()
    facts = sheet(out, tmp_path / "x.html", limit=6)
    data = data_of(facts.path)
    assert (facts.shown, facts.total) == (6, 30)
    assert [line["side"] for line in data["lines"]].count("val") == 2
    assert not data["has_boxes"]
    assert "No boxes" in data["notes"][0]
    assert not data["badges"]


def test_pictures_have_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = make_set(tmp_path / "s", 30)
    sizes = [path.stat().st_size for path in (out / "images" / "00000").iterdir()]
    budget = sum(sizes) // 3
    monkeypatch.setattr("penline.look.lines.MAX_PICTURES_BYTES", budget)
    facts = sheet(out, tmp_path / "x.html")
    assert 5 <= facts.shown <= 15
    assert sum(len(line["src"]) for line in data_of(facts.path)["lines"]) < budget * 3 // 2
    assert MAX_PICTURES_BYTES == 16 << 20


def test_what_is_wrong_in_a_set_is_told(tmp_path: Path) -> None:
    out = make_set(tmp_path / "s", 8)
    (tmp_path / "outside.png").write_bytes((out / "images/00000/00000001.png").read_bytes())
    list_file = out / "rec_gt_train.txt"
    labels = list_file.read_bytes().replace(b"images/00000/00000001.png", b"../outside.png")
    list_file.write_bytes(labels + str(tmp_path / "outside.png").encode() + b"\tx\n")
    (out / "images/00000/00000003.png").write_bytes(b"GIF89a")
    lines = (out / "boxes.jsonl").read_bytes().split(b"\n")
    lines[0] = lines[0].replace(b"[[0, 1]", b'[["<b>", 1]')
    lines[4] = lines[4].replace(b"[[0, 1]", b"[[NaN, 1]")
    lines[2] = b'{"text": '
    (out / "boxes.jsonl").write_bytes(b"\n".join(lines))
    data = data_of(sheet(out, tmp_path / "x.html").path)
    found = {line["path"]: line for line in data["lines"]}
    for path in ("../outside.png", str(tmp_path / "outside.png")):
        assert found[path]["problem"] == "no such picture in the data set"
        assert "src" not in found[path]
    assert "neither" in found["images/00000/00000003.png"]["problem"]
    for number in (0, 4):
        line = found[f"images/00000/{number:08d}.jpg"]
        assert "not as they should be" in line["boxes_problem"]
        assert "boxes" not in line
    assert "no entry" in found["images/00000/00000002.jpg"]["boxes_problem"]
    assert len(found["images/00000/00000006.jpg"]["boxes"]) == 4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("report.json", b"{", "not JSON"),
        ("report.json", b"[" * 100_000, "not JSON"),
        ("report.json", b'{"lines": 3}', "not the report"),
        ("rec_gt_train.txt", b"no tab\n", "no TAB"),
        ("rec_gt_train.txt", b"a.png\t\xff\n", "line 1"),
        ("rec_gt_train.txt", b"x" * (1 << 17), "more than"),
    ],
)
def test_a_damaged_set(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    out = make_set(tmp_path / "s")
    (out / name).write_bytes(content)
    with pytest.raises(ExportError, match=message):
        sheet(out, tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_names_that_are_refused(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "b", ["永"], ["w:1"])
    archive = tmp_path / "001-f.gnt"
    archive.write_bytes(fakes.gnt("永"))
    with pytest.raises(UsageError, match="html"):
        sheet(archive, archive)
    assert archive.read_bytes() == fakes.gnt("永")
    with pytest.raises(UsageError, match="does not exist"):
        sheet(tmp_path / "absent", tmp_path / "x.html")
    with pytest.raises(UsageError, match="limit"):
        sheet(bank, tmp_path / "x.html", limit=0)
    sheet(bank, tmp_path / "x.html")
    with pytest.raises(UsageError, match="exists"):
        make_sheet(bank, tmp_path / "x.html")
    sheet(str(bank), tmp_path / "x.html")
    (tmp_path / "run" / ".penline").mkdir(parents=True)
    with pytest.raises(UsageError, match="unfinished"):
        sheet(tmp_path / "run", tmp_path / "x.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["001-f.gnt", "b", "run", "x.html"]


def test_the_size_of_a_picture_is_read_without_decoding() -> None:
    pixels = ink(33, 57, 1)
    for form, kind in (("png", "image/png"), ("jpg", "image/jpeg")):
        data = cv2.imencode(f".{form}", pixels)[1].tobytes()
        assert picture(data) == (kind, 57, 33)
        for end in range(len(data)):
            assert picture(data[:end]) in (None, (kind, 57, 33))
    assert picture(b"\xff\xd8\xff" + b"\xff" * 50) is None
    assert picture(b"\xff\xd8\xff\xe0\0\0" * 50) is None


@pytest.mark.real
def test_2000_real_glyphs_stay_below_4_mb(tmp_path: Path) -> None:
    source = fakes.REAL / "casia" / "hwdb1-crops-train.gnt"
    if not source.is_file():
        pytest.skip("no real handwriting here")
    facts = sheet(source, tmp_path / "x.html")
    assert facts.shown == 1800
    assert facts.path.stat().st_size < 4_000_000
