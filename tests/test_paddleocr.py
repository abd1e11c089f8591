"""What PaddleOCR drops, squeezes or mixes without a word: held by its own rules, written here."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

import fakes
from conftest import build, ended
from penline import cli
from penline.api import check, clashes, compose, convert, rebuild
from penline.bank import Bank
from penline.errors import ExportError, UsageError
from penline.export import exporter_class
from penline.export.base import Options
from penline.export.paddleocr_fit import Fit, columns_needed, line_fit
from penline.export.paddleocr_networks import NETWORKS
from penline.records import Sample

pytest.importorskip("lmdb")

RECIPE = {"corpus": {"length_range": [4, 12]}, "image": {"height_px": 32}, "effects": []}
COLUMNS = {**RECIPE, "layout": {"direction": "vertical"}}
DOCS = Path(__file__).parent.parent / "docs"
ENGLISH = [chr(c) for c in (*range(48, 127), *range(33, 48), 32)]
"""The entries of PaddleOCR's en_dict.txt: digits to tilde, marks, the space."""


def sample(index: int, text: str, width: int = 48, side: str = "train") -> Sample:
    image = np.full((48, width), 40 * index % 256, np.uint8)
    quads = np.zeros((len(text), 4, 2))
    return Sample(index, image, text, quads, "casia:001", side, {}, {}, trace=lambda: ())


def write(out: Path, samples: Iterable[Sample], to: str = "paddleocr", **options: Any) -> Any:
    out.mkdir()
    exporter = exporter_class(to)(out, Options(format="png", **options))
    run = {"to": to, "prefix": options.get("prefix", "")}
    report = ended(exporter, [exporter.shard(0, samples)], {"run": run})
    return report, yaml.safe_load((out / "paddleocr_rec.yml").read_text("utf-8"))


def make(out: Path, bank: Bank, corpus: Path, **more: Any) -> Any:
    more = {"n": 12, "recipe": RECIPE, "banks": [bank], "corpora": [corpus], "workers": 1, **more}
    return compose(out, **more).report


def rows(out: Path, side: str = "train") -> list[tuple[str, str]]:
    lines = (out / f"rec_gt_{side}.txt").read_bytes().decode().split("\n")[:-1]
    return [(path, text) for path, _, text in (line.partition("\t") for line in lines)]


@pytest.mark.parametrize("to", ["paddleocr", "lmdb"])
@pytest.mark.parametrize("longest", [1, 22, 23, 24, 28, 29, 30, 33])
def test_the_head_beside_ctc_keeps_the_longest_label(tmp_path: Path, to: str, longest: int) -> None:
    _, config = write(tmp_path / "o", [sample(0, "a" * longest)], to)
    most = config["Global"]["max_text_length"]
    # NRTRLabelEncode and SARLabelEncode give nothing for such a label, CTCLabelEncode for a longer
    assert not longest >= most - 1
    assert most % 5 == 0
    assert most == 25 or longest > most - 7


def test_columns_that_ctc_needs() -> None:
    assert [columns_needed(text) for text in ("", "a", "ab", "aa", "aab b", "aaaa")] == [
        *(0, 1, 2, 3, 6, 7)
    ]
    assert line_fit("aab", 32, 101) == (4, 152)  # ceil(48 * 101 / 32), as RecResizeImg


def shortage(lines: list[tuple[int, int]], width: int) -> int:
    """Lines with fewer columns over their ink than they need, of 40 over the whole width."""
    return sum(need > 40 * min(1.0, px / width) for need, px in lines)


def test_no_width_is_advised_that_takes_columns_from_a_line() -> None:
    lines = [(20, 200 + 6 * n) for n in range(100)]
    fit = Fit()
    fit.add(lines)
    assert fit.widest_px == 800  # 794, in steps of 32
    widths = range(320, 801, 32)
    assert [fit.short(width) for width in widths] == [shortage(lines, width) for width in widths]
    # as measured, the narrowest loses least, though it squeezes four lines of five
    assert fit.width_px == 320
    assert shortage(lines, 320) == min(map(partial(shortage, lines), widths))
    fit.add([(41, 700), (40, 700)])
    assert fit.over == 1
    assert fit.metadata()["lines_over"] == 1


def test_a_network_with_a_column_every_8_px() -> None:
    fit = Fit(pooled=False)
    fit.add([(50, 400), (51, 400), (20, 100)])
    assert fit.width_px == fit.widest_px == 416
    assert fit.short(416) == 2
    assert fit.short(320) == 3  # squeezed, the first two have 40 columns
    assert "lines_over" not in fit.metadata()


def test_configuration_and_report_say_what_stock_networks_cannot_learn(tmp_path: Path) -> None:
    texts = [("ab" * 10, 400), ("ab" * 20, 700), ("ab" * 30, 700), ("aa" * 11, 330)]
    report, config = write(tmp_path / "o", [sample(n, *one) for n, one in enumerate(texts)])
    # 20, 40, 60 and 43 columns; at 320 px all but the last two have enough
    assert report["columns"]["lines_over"] == 2
    width = report["columns"]["width_px"]
    fits = [line_fit(text, 48, px) for text, px in texts]
    assert width == 320
    assert report["columns"]["lines_short"] == shortage(fits, width) == 2
    assert config["Global"]["d2s_train_image_shape"] == [3, 48, width]
    text = (tmp_path / "o" / "paddleocr_rec.yml").read_text("utf-8")
    assert "2 of 4 lines need more than 40" in text
    said = " ".join(text.replace("\n#", "").split())
    assert "At 320 px, which loses least as measured, 2 have fewer over their ink" in said
    assert "4 are squeezed; at 704 px, which squeezes none, 3 have fewer" in said
    assert "adaptive_avg_pool2d(x, [1, x.shape[3] // 2])" in text
    assert "rec_lcnetv3.py" in text


def test_both_formats_have_one_configuration(tmp_path: Path) -> None:
    lines = [sample(0, "ab c", 90), sample(1, "bb", 50, "val")]
    splits = {"splits": ("train", "val")}
    report, files = write(tmp_path / "f", lines, **splits)
    packed, base = write(tmp_path / "l", lines, "lmdb", **splits)
    assert report["columns"] == packed["columns"]
    assert files["Global"] == base["Global"]
    for part, folder in (("Train", "train"), ("Eval", "validation")):
        one, other = files[part]["dataset"], base[part]["dataset"]
        assert one["transforms"] == other["transforms"]
        assert other["name"] == "LMDBDataSet"
        # LMDBDataSet opens every folder without folders below data_dir: the one of this side
        assert [p.name for p in (tmp_path / "l" / other["data_dir"]).iterdir()] == ["data.mdb"]
        assert (tmp_path / "l" / other["data_dir"]).name == folder
    assert check(tmp_path / "l").problems == []


def test_labels_are_long_by_the_trainer_s_own_limit(tmp_path: Path) -> None:
    for to, told in (("paddleocr", 0), ("lmdb", 1)):
        report, _ = write(tmp_path / to, [sample(0, "a" * 25), sample(1, "a" * 26)], to)
        said = {reason: n for reason, n in report["skipped"].items() if "longer than 25" in reason}
        assert sum(said.values()) == told
        assert all("deep-text-recognition-benchmark" in reason for reason in said)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the part of PaddleOCR that `--for` looks for."""
    path = tmp_path / "here" / "PaddleOCR" / "ppocr" / "utils" / "en_dict.txt"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"{c}\n" for c in ENGLISH), "utf-8")
    monkeypatch.chdir(tmp_path / "here")
    return path


@pytest.fixture
def latin(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "text.txt").write_text("sphinx of black quartz judge my vow\n" * 3)
    bank = build(tmp_path / "latin.bank", {"casia:1001": "abcdefghijklmnopqrstuvwxyz"})
    return {"n": 3, "banks": [bank], "corpora": [tmp_path / "text.txt"], "workers": 1}


def test_for_a_network(tmp_path: Path, clone: Path, latin: dict[str, Any]) -> None:
    made = compose(tmp_path / "o", network="en_PP-OCRv4_mobile_rec", **latin).report
    assert (tmp_path / "o" / "dict.txt").read_bytes() == clone.read_bytes()
    assert cv2.imread(str(tmp_path / "o" / rows(tmp_path / "o")[0][0]), 0).shape[0] == 48
    text = (tmp_path / "o" / "paddleocr_rec.yml").read_text("utf-8")
    assert "en_PP-OCRv4_mobile_rec.yml" in text
    assert "(rec_lcnetv3.py)" in text
    assert yaml.safe_load(text)["Global"]["use_space_char"] is False  # it stands in the dictionary
    assert made["run"]["network"] == "en_PP-OCRv4_mobile_rec"
    again = rebuild(
        tmp_path / "o" / "report.json",
        tmp_path / "again",
        banks=latin["banks"],
        corpora=latin["corpora"],
        workers=1,
    )
    assert again.problems == []
    assert (tmp_path / "again" / "paddleocr_rec.yml").read_text("utf-8") == text


def test_an_old_network_has_the_other_head(
    tmp_path: Path, clone: Path, latin: dict[str, Any]
) -> None:
    compose(tmp_path / "o", network="en_PP-OCRv3_mobile_rec", dictionary=clone, **latin)
    config = yaml.safe_load((tmp_path / "o" / "paddleocr_rec.yml").read_text("utf-8"))
    last = config["Train"]["dataset"]["transforms"]
    assert {"MultiLabelEncode": None} in last
    assert "label_sar" in last[-1]["KeepKeys"]["keep_keys"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"network": "PP-OCRv9_rec"}, r"no stock network .* PP-OCRv3_mobile_rec, .*v5_server_rec"),
        (
            {"network": "PP-OCRv5_mobile_rec"},
            r"name it with --dict \.\.\./ppocr/utils/dict/ppocrv5",
        ),
        ({"dictionary": "other.txt"}, r"has 1 entry and is not .*en_dict\.txt \(95 entries\)"),
        ({"to": "doctr"}, "reads paddleocr or lmdb, not doctr"),
        ({"recipe": {"image": {"height_px": 64}}}, "height_px: 64.* reads 48"),
        ({"recipe": {"corpus": {"length_range": [8, 41]}}}, "40 columns in training"),
    ],
)
@pytest.mark.usefixtures("clone")
def test_what_contradicts_a_network_is_refused(
    tmp_path: Path, latin: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    Path("other.txt").write_text("a\n")
    with pytest.raises(UsageError, match=message):
        compose(tmp_path / "o", **{"network": "en_PP-OCRv4_mobile_rec", **latin, **more})
    assert not (tmp_path / "o").exists()


def test_the_table_of_networks_is_whole() -> None:
    for version in ("3", "4", "5"):
        assert f"PP-OCRv{version}_mobile_rec" in NETWORKS
    for name, network in NETWORKS.items():
        assert network.name == name
        assert bool(network.backbone) != ("v3" in name)
        with pytest.raises(UsageError, match="is not the dictionary of"):
            network.prove(Path("x"), ["a"])


def by_paddleocr(config: Path, part: str) -> list[tuple[bytes, str]]:
    """As ``SimpleDataSet``: lines of all lists, each picture at ``data_dir`` and its path."""
    settings = yaml.safe_load(config.read_text("utf-8"))[part]["dataset"]
    found = []
    for name in settings["label_file_list"]:
        for line in Path(name).read_bytes().split(b"\n")[:-1]:
            path, text = line.decode("utf-8").split("\t")
            found.append((Path(settings["data_dir"], path).read_bytes(), text))
    return found


def test_sets_mixed_as_documented_keep_their_pictures(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (DOCS / "paddleocr.md").read_text("utf-8").partition("## Mixing")[2]
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (config,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    wanted = []
    for seed, name in enumerate(("real", "lines")):
        make(Path(name), small_bank, corpus_file, seed=seed)
        wanted += [(Path(name, path).read_bytes(), text) for path, text in rows(Path(name))]
    exec(code, {})  # noqa: S102 - our own page
    Path("mixed.yaml").write_text(config, "utf-8")
    assert by_paddleocr(Path("mixed.yaml"), "Train") == wanted
    assert len({picture for picture, _ in wanted}) == 24
    assert clashes(["real", "lines"]) == []
    # and with all pictures in one folder no label gets another's
    shutil.copytree("real/images", "both/images")
    shutil.copytree("lines/images", "both/images", dirs_exist_ok=True)
    lists = [str(Path(name, "rec_gt_train.txt")) for name in ("real", "lines")]
    joined = {"Train": {"dataset": {"data_dir": "both", "label_file_list": lists}}}
    Path("both.yaml").write_text(yaml.safe_dump(joined), "utf-8")
    assert by_paddleocr(Path("both.yaml"), "Train") == wanted


@pytest.mark.parametrize("to", ["paddleocr", "paddleocr-det", "coco", "page-xml", "kraken"])
def test_pictures_are_named_by_what_decides_them(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, to: str
) -> None:
    def named(out: str, **more: Any) -> set[str]:
        make(tmp_path / out, small_bank, corpus_file, **{"to": to, "n": 3, **more})
        assert check(tmp_path / out).problems == []
        found = (tmp_path / out).rglob("*-00000/*.jpg")
        return {path.relative_to(tmp_path / out).as_posix() for path in found}

    page: dict[str, Any] = RECIPE
    if to in ("paddleocr-det", "page-xml", "coco"):
        sheet = {"width_px": 400, "height_px": 300, "em_px_range": [20, 24]}
        page = {**{k: v for k, v in RECIPE.items() if k != "image"}, "page": sheet}
    first = named("a", recipe=page)
    assert len(first) == 3
    for out, more in (
        ("seed", {"seed": 1}),
        ("recipe", {"recipe": {**page, "ink": {"strength_range": [0.5, 0.6]}}}),
        ("val", {"val": 0.5}),
    ):
        assert not first & named(out, **{"recipe": page, **more})
    made = rebuild(
        tmp_path / "a" / "report.json",
        tmp_path / "again",
        banks=[small_bank],
        corpora=[corpus_file],
        workers=1,
    )
    assert made.problems == []
    assert {p for p in first if (tmp_path / "again" / p).is_file()} == first


def old(out: Path, **more: Any) -> None:
    """A set as it was written before names told sets apart."""
    write(out, [sample(n, "ab"[n]) for n in range(2)], **more)


def test_old_sets_check_and_their_clashes_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old(tmp_path / "a")
    write(tmp_path / "b", [sample(n + 3, "cde"[n], 60) for n in range(3)])
    write(tmp_path / "c", [sample(1, "c", 60)])
    old(tmp_path / "d", prefix="0123abcd")
    report = json.loads((tmp_path / "a" / "report.json").read_bytes())
    del report["run"]["prefix"]
    report["run"].pop("turned", None)
    (tmp_path / "a" / "report.json").write_text(json.dumps(report))

    def run(*names: str) -> tuple[int, str]:
        sets = [str(tmp_path / name) for name in names]
        monkeypatch.setattr(sys, "argv", ["penline", "check", *sets])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0), capsys.readouterr().out

    code, said = run("a", "d")
    assert (code, said.count("sound")) == (0, 2)
    code, said = run("a", "b")  # other indices
    assert code == 0
    code, said = run("a", "d", "c")
    assert code == 1
    assert "share the paths of 1 picture, and 1 of these differ" in said
    assert "images/00000/00000001.png" in said
    code, said = run("a", "a")
    assert code == 1
    assert "2 pictures, which are the same" in said


def test_a_prefix_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    old(tmp_path / "a", prefix="0123abcd")
    path = tmp_path / "a" / "report.json"
    report = json.loads(path.read_bytes())
    for prefix in ("../x", "0123ABCD", "0123abcd\n", "0" * 9):
        path.write_text(json.dumps({**report, "run": {**report["run"], "prefix": prefix}}))
        with pytest.raises(ExportError, match="prefix"):
            check(tmp_path / "a")


def test_a_set_of_old_names_is_rebuilt_with_old_names(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penline.api.composing.set_prefix", lambda *_, **__: "")
    make(tmp_path / "a", small_bank, corpus_file)
    monkeypatch.undo()
    path = tmp_path / "a" / "report.json"
    report = json.loads(path.read_bytes())
    for name in ("prefix", "turned", "network"):
        del report["run"][name]
    path.write_text(json.dumps(report))
    banks: Any = {"banks": [small_bank], "corpora": [corpus_file]}
    made = rebuild(path, tmp_path / "again", workers=1, **banks)
    assert made.problems == []
    assert rows(tmp_path / "again") == rows(tmp_path / "a")
    assert rows(tmp_path / "a")[0][0] == "images/00000/00000000.jpg"


@pytest.mark.parametrize("to", ["paddleocr", "lmdb", "doctr", "easyocr", "kraken", "kraken-arrow"])
def test_columns_are_turned_for_trainers_that_read_across(
    tmp_path: Path, small_bank: Bank, corpus_file: Path, to: str
) -> None:
    report = make(tmp_path / "o", small_bank, corpus_file, to=to, recipe=COLUMNS)
    assert report["run"]["turned"] is True
    assert check(tmp_path / "o").problems == []


def test_a_turned_column_reads_across(tmp_path: Path, small_bank: Bank, corpus_file: Path) -> None:
    more = {"recipe": {**COLUMNS, "image": {"height_px": 32, "format": "png"}}, "boxes": True}
    make(tmp_path / "turned", small_bank, corpus_file, **more)
    make(tmp_path / "upright", small_bank, corpus_file, turn=False, **more)
    make(tmp_path / "other", small_bank, corpus_file, to="imagefolder", **more)
    others = {p.name: p.read_bytes() for p in (tmp_path / "other").rglob("*.png")}
    boxes = []
    for name in ("turned", "upright"):
        told = (tmp_path / name / "boxes.jsonl").read_bytes().split(b"\n")[:-1]
        boxes.append({Path(one["path"]).name: one["quads"] for one in map(json.loads, told)})
    pairs = list(zip(rows(tmp_path / "turned"), rows(tmp_path / "upright"), strict=True))
    assert len(pairs) == 12
    for (path, text), (other, same) in pairs:
        assert text == same
        assert path != other  # one recipe and seed, other pictures
        image = cv2.imread(str(tmp_path / "turned" / path), cv2.IMREAD_UNCHANGED)
        column = cv2.imread(str(tmp_path / "upright" / other), cv2.IMREAD_UNCHANGED)
        assert image.shape[1] > image.shape[0] == 32
        np.testing.assert_array_equal(image, column.T[::-1])  # a quarter to the left
        assert others[Path(other).name] == (tmp_path / "upright" / other).read_bytes()
        quads, before = (np.array(found[Path(path).name]) for found in boxes)
        assert (np.diff(quads.mean(1)[:, 0]) > 0).all()  # character after character, rightwards
        np.testing.assert_allclose(quads[..., 0], before[..., 1])
        np.testing.assert_allclose(quads[..., 1], column.shape[1] - before[..., 0])
    for name in ("turned", "upright"):
        found = check(tmp_path / name, ink=True, banks=[small_bank], corpora=[corpus_file])
        assert found.problems == []
    banks: Any = {"banks": [small_bank], "corpora": [corpus_file], "workers": 1}
    again = rebuild(tmp_path / "turned" / "report.json", tmp_path / "again", **banks)
    assert again.problems == []


def test_there_has_to_be_a_column_to_turn(
    tmp_path: Path, small_bank: Bank, corpus_file: Path
) -> None:
    for more in ({"turn": True}, {"turn": False}):
        with pytest.raises(UsageError, match="lines run across"):
            make(tmp_path / "o", small_bank, corpus_file, **more)
    with pytest.raises(UsageError, match="is of pages"):
        make(tmp_path / "o", small_bank, corpus_file, turn=True, to="coco")
    report = make(
        tmp_path / "k", small_bank, corpus_file, recipe=COLUMNS, turn=True, to="imagefolder"
    )
    assert report["run"]["turned"] is True


def test_a_dictionary_for_real_lines(tmp_path: Path) -> None:
    source = fakes.zip_file(tmp_path / "Gnt1.1TrainPart1.zip", {"1001-c.gnt": fakes.gnt("今天A")})
    keys = tmp_path / "keys.txt"
    keys.write_bytes("永\n今\r\n天\n".encode())
    report = convert(source, tmp_path / "o", dictionary=keys)
    assert (tmp_path / "o" / "dict.txt").read_bytes() == keys.read_bytes()
    assert [text for _, text in rows(tmp_path / "o")] == ["今", "天"]
    assert report["left_out"] == {"labels with a character that is not in the dictionary": 1}
    assert report["outside_dictionary"] == {}
    assert check(tmp_path / "o").problems == []
    with pytest.raises(UsageError, match="no dictionary file"):
        convert(source, tmp_path / "p", dictionary=tmp_path / "none.txt")
    with pytest.raises(UsageError, match="format of pages"):
        convert(source, tmp_path / "p", dictionary=keys, to="coco")
    with pytest.raises(ExportError, match="nothing to convert"):
        keys.write_text("x\n")
        convert(source, tmp_path / "p", dictionary=keys)


def test_sources_of_one_name_and_size_make_sets_of_two_names(tmp_path: Path) -> None:
    source, names = tmp_path / "1001-c.gnt", []
    for grey in (1, 2, 2):
        pixels = np.full((8, 9), grey, np.uint8)
        source.write_bytes(fakes.gnt_record(pixels, fakes.gb_code("今")))
        convert(source, tmp_path / "o", overwrite=True)
        names.append((source.stat().st_size, rows(tmp_path / "o")[0][0]))
    assert len({size for size, _ in names}) == 1
    assert names[0] != names[1] == names[2]
