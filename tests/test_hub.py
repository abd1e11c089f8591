"""What a finished set says of itself: Croissant, the list of its records, and its card."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

import fakes
import fakes_pages
from conftest import PICTURED
from penline.api import compose, rebuild
from penline.bank import Bank
from penline.catalogue import load
from penline.check import check
from penline.compose import Composer
from penline.convert import convert
from penline.corpus import load as load_corpus
from penline.errors import ExportError
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES
from penline.hub import notice
from penline.hub.known import licences
from penline.sample import sample_bank
from test_online import RECIPE as OF_STROKES
from test_online import TEXT as PENNED_TEXT
from test_online import penned as penned  # the fixture
from test_rebuild import PAGES, RECIPE, tree

EVERY = sorted(EXPORTERS.own)
CARDS = ("imagefolder", "parquet", "webdataset")
OWN = ("README.md", "croissant.json", "report.json")
HANDS = Path(__file__).parents[1] / "src" / "penline" / "sample" / "hands"

Row = dict[str, Any]


def front_of(out: Path) -> tuple[dict[str, Any], list[str]]:
    """The front matter of a card, and its lines below."""
    start, head, body = (out / "README.md").read_text("utf-8").split("---\n", 2)
    assert start == ""
    return yaml.safe_load(head), body.strip("\n").split("\n")


# Croissant, read by rules written here from its specification


def covered(out: Path) -> tuple[set[str], list[str]]:
    """Files that the description names or whose fileset has a pattern for them; what is wrong."""
    told = json.loads((out / "croissant.json").read_bytes())
    names, wrong = set(), []
    for one in told["distribution"]:
        if one["@type"] == "cr:FileObject":
            data = (out / one["contentUrl"]).read_bytes()
            if one["sha256"] != hashlib.sha256(data).hexdigest():
                wrong.append(f"{one['@id']}: another hash")
            if one["contentSize"] != f"{len(data)} B":
                wrong.append(f"{one['@id']}: another size")
            names.add(one["contentUrl"])
        elif "containedIn" not in one:
            found = [path for pattern in one["includes"] for path in out.glob(pattern)]
            names |= {path.relative_to(out).as_posix() for path in found}
            if not found:
                wrong.append(f"{one['@id']}: no file")
    return names, wrong


def fields_of(out: Path, id: str) -> dict[str, Row]:
    told = json.loads((out / "croissant.json").read_bytes())
    (found,) = [one for one in told["recordSet"] if one["@id"] == id]
    return {field["name"]: field for field in found["field"]}


def pictures_of(out: Path) -> dict[str, bytes]:
    """File name -> bytes, of the fileset of pictures."""
    told = json.loads((out / "croissant.json").read_bytes())
    (one,) = [one for one in told["distribution"] if one["@id"] == "pictures"]
    found: dict[str, bytes] = {}
    for archive in one.get("containedIn", ()):
        with tarfile.open(out / archive["@id"]) as tar:
            for member in tar:
                if any(PurePosixPath(member.name).match(p) for p in one["includes"]):
                    file = tar.extractfile(member)
                    assert file is not None
                    found[member.name] = file.read()
    if "containedIn" not in one:
        for pattern in one["includes"]:
            found |= {path.name: path.read_bytes() for path in out.glob(pattern)}
    return found


def records(out: Path) -> list[Row]:
    """All records of the record set ``records``."""
    fields = fields_of(out, "records")
    if "table" in json.dumps(fields["text"]["source"]):
        rows = []
        for path in sorted((out / "data").iterdir()):
            for row in pq.read_table(path).to_pylist():
                assert fields["image"]["source"]["transform"] == {"jsonPath": "bytes"}
                split = path.name.partition("-")[0]
                rows.append({**row, "image": row["image"]["bytes"], "split": split})
        return rows
    rows = pq.read_table(out / "records.parquet").to_pylist()
    for name, field in fields.items():
        if "fileObject" in field["source"]:
            assert field["source"]["extract"] == {"column": name}
    if "image" not in fields:
        return rows
    assert fields["file"]["references"]["extract"] == {"column": "file"}
    pictures = pictures_of(out)
    assert set(pictures) == {row["file"] for row in rows}
    return [{**row, "image": pictures[row["file"]]} for row in rows]


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, small_bank: Bank, corpus_file: Path, penned: Bank
) -> Any:
    """A composed set in a format, and what it was made from; each made once."""
    made: dict[str, tuple[Path, dict[str, Any]]] = {}
    room = tmp_path_factory.mktemp("hub")
    (room / "penned.txt").write_text(PENNED_TEXT)

    def make(to: str) -> tuple[Path, dict[str, Any]]:
        kind = exporter_class(to, *TAKES)
        recipe = {"lines": RECIPE, "pages": PAGES, "strokes": OF_STROKES}[kind.takes]
        strokes = kind.takes == "strokes"
        given: dict[str, Any] = {
            "banks": [penned if strokes else small_bank],
            "corpora": [room / "penned.txt" if strokes else corpus_file],
            "recipe": recipe,
            "n": 6,
        }
        if to not in made:
            compose(room / to, to=to, boxes=not strokes, workers=1, **given)
            made[to] = room / to, given
        return made[to]

    return make


@pytest.mark.parametrize("to", EVERY)
def test_every_file_is_described_by_its_hash_or_its_place(to: str, finished: Any) -> None:
    out, _ = finished(to)
    names, wrong = covered(out)
    assert wrong == []
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files - names == {name for name in OWN if (out / name).exists()}
    assert (out / "README.md").exists() == (to in CARDS)


@pytest.mark.parametrize("to", EVERY)
def test_records_are_the_lines_that_were_made(to: str, finished: Any) -> None:
    out, given = finished(to)
    corpus = load_corpus(given["corpora"])
    composer = Composer(given["recipe"], given["banks"][0], corpus, 0, length=6)
    found = records(out)
    takes = exporter_class(to, *TAKES).takes
    for at, row in enumerate(found):
        if takes == "pages":
            page = composer.page(at)
            wanted = ["\n".join(line.text for line in page.lines), page.writer, page.image]
        elif takes == "strokes":
            line = composer.online(at)
            wanted = [line.text, line.source.writer, None]
        else:
            wanted = [composer[at].text, composer[at].writer, composer[at].image]
        assert [row["text"], row["writer"], row["split"]] == [*wanted[:2], "train"]
        assert row.get("index", at) == at
        if "image" in row:
            assert row["image"][:2] in (b"\xff\xd8", b"\x89P")
    assert len(found) == 6


@pytest.mark.parametrize("to", EVERY)
def test_the_description_keeps_to_the_specification(to: str, finished: Any) -> None:
    out, _ = finished(to)
    text = (out / "croissant.json").read_text("utf-8")
    told = json.loads(text)
    assert (told["@type"], told["conformsTo"]) == (
        "sc:Dataset",
        "http://mlcommons.org/croissant/1.0",
    )
    ids = [one["@id"] for one in told["distribution"]]
    sets = [one["@id"] for one in told["recordSet"]]
    fields = [field["@id"] for one in told["recordSet"] for field in one["field"]]
    assert len({*ids, *sets, *fields}) == len(ids) + len(sets) + len(fields)
    for one in told["recordSet"]:
        for field in one["field"]:
            source = field["source"]
            (holder,) = source.keys() & {"fileObject", "fileSet"}
            (known,) = [
                file for file in told["distribution"] if file["@id"] == source[holder]["@id"]
            ]
            assert (
                known["@type"] == {"fileObject": "cr:FileObject", "fileSet": "cr:FileSet"}[holder]
            )
            assert len(source["extract"]) == 1
    strokes = exporter_class(to, *TAKES).takes == "strokes"
    first = "The terms of this data set's sources are not known" if strokes else "Do not pass"
    assert told["license"] and told["description"].startswith(first)
    assert str(out) not in text and len(text) < 12_000


@pytest.mark.parametrize("to", PICTURED)
def test_places_are_those_of_the_files(to: str, finished: Any) -> None:
    out, _ = finished(to)
    told = json.loads((out / "croissant.json").read_bytes())
    sets = {one["@id"] for one in told["recordSet"]}
    if exporter_class(to, *TAKES).takes == "pages":
        assert set(fields_of(out, "lines")) == {"path", "text", "polygon"}
        assert (to == "coco") == ("annotations-train" in sets)
    elif to == "parquet":
        assert "quads" in fields_of(out, "records")
    elif to != "webdataset":
        name = "boxes-train" if to == "imagefolder" else "boxes"
        file = fields_of(out, name)["quads"]["source"]["fileObject"]["@id"]
        rows = [json.loads(line) for line in (out / file).read_text("utf-8").splitlines()]
        assert all(set(fields_of(out, name)) <= row.keys() for row in rows)


def test_a_million_records_are_not_listed_in_words(tmp_path: Path) -> None:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(b"".join(fakes.gnt_records("今天上午九", side_px=8)) * 401)
    for to in ("parquet", "paddleocr"):
        convert(path, tmp_path / to, to=to, licence="mine")
        assert (tmp_path / to / "croissant.json").stat().st_size < 8_000
        assert len(records(tmp_path / to)) == 2005
    assert (tmp_path / "parquet" / "README.md").stat().st_size < 3_000
    with pq.ParquetFile(tmp_path / "paddleocr" / "records.parquet") as file:
        assert file.metadata.num_row_groups == 3  # a shard each: nothing is held


def test_numbers_stay_text(tmp_path: Path) -> None:
    texts = ("007", "1e5", "0.50")
    files = {f"{at}.png": fakes.png_file(np.full((9, 30), 90 * at, np.uint8)) for at in range(3)}
    rows = [json.dumps({"file_name": f"{at}.png", "text": text}) for at, text in enumerate(texts)]
    files["metadata.jsonl"] = "".join(f"{row}\n" for row in rows).encode()
    convert(fakes.folder(tmp_path / "in", files), tmp_path / "o", to="imagefolder")
    assert [row["text"] for row in records(tmp_path / "o")] == list(texts)


# the card


def casia(tmp_path: Path) -> Path:
    files = {"001-f.gnt": fakes.gnt("今天"), "002-f.gnt": fakes.gnt("上")}
    return fakes.zip_file(tmp_path / "Gnt1.0TrainPart1.zip", files)


def test_what_terms_forbid_stands_in_the_first_line(tmp_path: Path) -> None:
    convert(casia(tmp_path), tmp_path / "o", to="parquet")
    front, body = front_of(tmp_path / "o")
    title = load()["casia-hwdb1.0"].title
    assert body[0] == f"**Do not pass this data set on: the terms of {title} forbid it.**"
    assert (front["license"], front["license_name"]) == ("other", "terms-of-its-sources")
    assert front["language"] == ["zh"]
    assert front["dataset_info"]["splits"] == [{"name": "train", "num_examples": 3}]
    assert any("| **no** |" in line and title in line for line in body)
    told = json.loads((tmp_path / "o" / "croissant.json").read_bytes())
    assert told["description"].startswith("Do not pass this data set on")


def test_files_without_a_card_have_unknown_terms(tmp_path: Path) -> None:
    pictures = {f"A/{n}.png": fakes.png_file(np.eye(9 + n, dtype=np.uint8) * 200) for n in range(3)}
    fakes.folder(tmp_path / "c", pictures)
    convert(tmp_path / "c", tmp_path / "o", to="imagefolder")
    front, body = front_of(tmp_path / "o")
    assert body[0].startswith("**The terms of this data set's sources are not known")
    assert front["license"] == "unknown" and "language" not in front
    convert(tmp_path / "c", tmp_path / "said", to="imagefolder", licence="CC BY 4.0")
    front, body = front_of(tmp_path / "said")
    assert front["license"] == "cc-by-4.0"
    assert body[0].startswith("**Read the terms of files without a card")


def test_the_sample_may_be_passed_on_and_says_that_it_is_simulated(tmp_path: Path) -> None:
    bank = sample_bank()
    compose(tmp_path / "o", banks=[bank], n=40, recipe="plain", to="webdataset", workers=1)
    front, body = front_of(tmp_path / "o")
    assert front["license"] == "ofl-1.1" and front["language"] == ["en", "zh"]
    assert "synthetic" in front["tags"] and front["annotations_creators"] == ["machine-generated"]
    assert body[0] == "# 40 lines of simulated handwriting"
    names = [one["name"] for one in front["dataset_info"]["features"]]
    assert names == ["jpg", "txt", "json", "__key__", "__url__"]


@pytest.mark.skipif(not HANDS.exists(), reason="this penline was built without real hands")
def test_the_sample_names_the_licences_of_its_real_and_its_simulated_hands(tmp_path: Path) -> None:
    compose(tmp_path / "o", n=40, recipe="plain", to="webdataset", workers=1)
    front, body = front_of(tmp_path / "o")
    assert sorted(front["license"]) == ["cc-by-4.0", "ofl-1.1"]
    assert "simulated" not in body[0]


def test_a_mixed_set_names_all_of_its_sources(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    given: dict[str, Any] = {"banks": [small_bank], "corpora": [corpus_file], "recipe": RECIPE}
    compose(tmp_path / "made", n=30, to="parquet", workers=1, **given)
    rows, files = [], {}
    for at in range(30):
        files[f"{at}.png"] = fakes.png_file(np.full((30, 80), at, np.uint8))
        rows.append({"file_name": f"{at}.png", "text": f"a real line {at}", "writer": f"w{at % 4}"})
    files["metadata.jsonl"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    fakes.folder(tmp_path / "real", files)
    report = convert([tmp_path / "made", tmp_path / "real"], tmp_path / "o", to="parquet", mix=0.5)
    front, body = front_of(tmp_path / "o")
    assert front["annotations_creators"] == ["machine-generated", "found"]
    assert body[0].startswith("**Do not pass this data set on: the terms of CASIA-HWDB1.0")
    text = "\n".join(body)
    assert "files without a card" in text and "composed lines" in text
    split = {one["name"]: one["num_examples"] for one in front["dataset_info"]["splits"]}
    assert split == {"train": report["lines"]["train"]}


def test_what_cards_say_is_what_hubs_know() -> None:
    known = json.loads((Path(__file__).parent / "golden" / "hub_words.json").read_text("utf-8"))
    for id, card in load().items():
        row = {
            "title": card.title,
            "licence": f"{card.licence.name}: {card.licence.summary}",
            "redistribution": card.licence.redistribution,
        }
        (found,) = licences([row])
        assert found in known["licences"], id
        starts = {
            "yes": "",
            "no": "Do not pass this data set on: ",
            "unclear": "Do not pass this data set on before you have asked: ",
            "conditional": "Read the terms of ",
        }[card.licence.redistribution]
        assert notice([row]).startswith(starts) and bool(notice([row])) == bool(starts), id
    assert licences([]) == ["unknown"]


@pytest.mark.parametrize("to", CARDS)
def test_front_matter_has_words_that_the_hub_knows(to: str, finished: Any) -> None:
    front, _ = front_of(finished(to)[0])
    known = json.loads((Path(__file__).parent / "golden" / "hub_words.json").read_text("utf-8"))
    assert front["license"] in known["licences"]
    assert set(front["task_categories"]) <= set(known["task_categories"])
    assert set(front["size_categories"]) <= set(known["size_categories"])
    assert set(front["annotations_creators"]) <= set(known["annotations_creators"])
    (config,) = front["configs"]
    for part in config["data_files"]:
        assert list((finished(to)[0]).glob(part["path"])), part


def test_a_card_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "006-P16.dgrl"
    path.write_bytes(fakes_pages.dgrl(["今天上午，", "九点A1"]))
    convert(path, tmp_path / "o", to="imagefolder")
    golden = Path(__file__).parent / "golden" / "hub_card.md"
    assert (tmp_path / "o" / "README.md").read_text("utf-8") == golden.read_text("utf-8")


# the set that it belongs to


def test_check_proves_it_and_lets_a_card_grow(tmp_path: Path) -> None:
    out = tmp_path / "o"
    convert(casia(tmp_path), out, to="imagefolder")
    assert check(out).problems == []
    card = (out / "README.md").read_text("utf-8")
    (out / "README.md").write_text(f"{card}\n## More\n\nWhat I know of it.\n", "utf-8")
    assert check(out).problems == []
    (out / "README.md").write_text(card.replace("Do not pass", "Do pass"), "utf-8")
    (problem,) = check(out).problems
    assert problem.startswith("README.md: does not say any more: Do not pass this data set on")
    (out / "README.md").unlink()
    (out / "croissant.json").write_text("{}")
    data = (out / "records.parquet").read_bytes()
    (out / "records.parquet").write_bytes(data[:-1] + b"!")
    assert [problem.partition(":")[0] for problem in check(out).problems] == [
        *("README.md", "croissant.json", "records.parquet"),
    ]
    report = json.loads((out / "report.json").read_bytes())
    report["about"] = {"../README.md": "0"}
    (out / "report.json").write_text(json.dumps(report))
    with pytest.raises(ExportError, match="leads out of the data set"):
        check(out)


def test_a_report_of_before_is_rebuilt(tmp_path: Path, finished: Any) -> None:
    out, given = finished("parquet")
    report = json.loads((out / "report.json").read_bytes())
    del report["about"]
    (tmp_path / "report.json").write_text(json.dumps(report))
    given = {name: given[name] for name in ("banks", "corpora")}
    made = rebuild(tmp_path / "report.json", tmp_path / "again", workers=1, **given)
    assert made.problems == []
    assert tree(tmp_path / "again") == tree(out)
    report["about"] = {"croissant.json": "0" * 64, "README.md": "0" * 64}
    (tmp_path / "report.json").write_text(json.dumps(report))
    made = rebuild(tmp_path / "report.json", tmp_path / "more", workers=1, **given)
    assert made.problems == [
        "README.md: not the file of the report",
        "croissant.json: not the file of the report",
    ]


@pytest.mark.parametrize("to", ["parquet", "lmdb", "inkml"])
def test_a_run_cut_while_the_set_was_described_goes_on(
    to: str, tmp_path: Path, finished: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, given = finished(to)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    def make() -> None:
        compose(tmp_path / "o", to=to, boxes=to != "inkml", workers=1, **given)

    monkeypatch.setattr("penline.hub.ending.croissant_of", fail)
    with pytest.raises(OSError, match="disk full"):
        make()
    monkeypatch.undo()
    with pytest.raises(ExportError, match="unfinished"):
        check(tmp_path / "o")
    make()
    assert tree(tmp_path / "o") == tree(whole)


def test_a_set_made_anew_leaves_nothing_of_the_other(tmp_path: Path, finished: Any) -> None:
    _, given = finished("parquet")
    compose(tmp_path / "o", to="parquet", workers=1, **given)
    (tmp_path / "o" / "notes.txt").write_text("mine")
    compose(tmp_path / "o", to="paddleocr", workers=1, overwrite=True, **given)
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert "README.md" not in names and {"croissant.json", "records.parquet", "notes.txt"} <= names
    assert check(tmp_path / "o").problems == []


@pytest.mark.parametrize("to", EVERY)
def test_what_describes_a_set_is_no_source(to: str, tmp_path: Path, finished: Any) -> None:
    out, _ = finished(to)
    if to in ("ndjson", "strokes-npz"):
        pytest.skip("written only")
    again = "inkml" if exporter_class(to, *TAKES).takes == "strokes" else "parquet"
    report = convert(out, tmp_path / "o", to=again)
    lines = json.loads((out / "report.json").read_bytes())["lines"]
    assert report["lines"] == lines
    assert not {reason for reason in report["left_out"] if "second time" in reason}


# those that it is for


@pytest.mark.filterwarnings("ignore")  # its own, and those of what it stands on
@pytest.mark.parametrize("to", EVERY)
def test_mlcroissant_itself(
    to: str, finished: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what it unpacks, it keeps by the tar's name in the set, whatever set that is
    monkeypatch.setenv("CROISSANT_CACHE", str(tmp_path))
    mlc = pytest.importorskip("mlcroissant")
    out, _ = finished(to)
    monkeypatch.setattr(
        "mlcroissant._src.operation_graph.operations.extract.EXTRACT_PATH",
        pytest.importorskip("etils.epath").Path(tmp_path),
    )
    described = mlc.Dataset(str(out / "croissant.json"))
    wanted = records(out)
    found = list(described.records("records"))
    assert len(found) == len(wanted)
    for one, row in zip(found, wanted, strict=True):
        for name in ("text", "writer", "split"):
            assert one[f"records/{name}"].decode() == row[name]
        if "image" in row:
            size = pytest.importorskip("PIL.Image").open(io.BytesIO(row["image"])).size
            assert one["records/image"].size == size
    others = {one.uuid for one in described.metadata.record_sets} - {"records"}
    assert all(list(described.records(id)) for id in others)


@pytest.mark.parametrize("to", CARDS)
def test_hugging_face_itself(
    to: str, finished: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    hub = pytest.importorskip("huggingface_hub")
    out, _ = finished(to)
    told = hub.DatasetCard.load(out / "README.md").data.to_dict()["dataset_info"]
    features = datasets.Features._from_yaml_list(told["features"])
    found = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert found["train"].features == features
    assert len(found["train"]) == told["splits"][0]["num_examples"] == 6
    texts = [row.get("text") or row["txt"] for row in found["train"]]
    assert texts == [row["text"] for row in records(out)]
