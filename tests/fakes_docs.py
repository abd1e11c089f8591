"""A folder with small stand-ins for the files that the documentation names."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

import fakes
import fakes_lines
import fakes_nist
import fakes_pages
import fakes_photo
import fakes_pictures
import fakes_sets
from penline import api
from penline.sample import sample_bank
from penline.template.guides import bank_guides

TEXT = (
    "今天上午九点，我们在学校门口集合，准备去参观。\n"
    "老师说：“学习没有捷径，只有坚持。”\n"
    "会议定于2026年11月22日下午3:30举行！\n"
    "The quick brown fox jumps over the lazy dog.\n"
    "北京的秋天是一年中最美的季节，天高云淡。\n"
)
CHARACTERS = "".join(sorted(set(TEXT) - set(" \n")))
LIST = "永和九年歲在癸丑暮春之初會于山陰蘭亭修稧事也"
STOCK = (
    "Global: {use_gpu: true, max_text_length: &n 25, character_dict_path: x}\n"
    "Architecture: {Head: {head_list: [{CTCHead: {}}, {NRTRHead: {max_text_length: *n}}]}}\n"
    "Train:\n"
    "  dataset: {name: MultiScaleDataSet, ds_width: false, transforms: []}\n"
    "  sampler: {name: MultiScaleSampler}\n"
    "  loader: {batch_size_per_card: 64}\n"
    "Eval: {dataset: {name: SimpleDataSet}, loader: {}}\n"
)
"""What the parts of PaddleOCR's configuration look like that the documentation changes."""
FORMS = "version: 1\npapers:\n  - name: ruled\n"
NAMES = ("Gnt1.1TrainPart1.zip", "Gnt1.1TrainPart2.zip", "Gnt1.1Test.zip")


def make(folder: Path) -> None:
    """Write all of it into an empty folder; a shelf of archives into its ``shelf``."""
    many = CHARACTERS * 2
    (folder / "001.pot").write_bytes(fakes.pot(many, 1))
    (folder / "1001-c.gnt").write_bytes(fakes.gnt(many, 2, 30))
    (folder / "broken.gnt").write_bytes(fakes.gnt("永和九年", 3) + b"\0\1\2")
    fakes.zip_file(folder / "Pot1.1Test.zip", {"1241-c.pot": fakes.pot("永和九", 4)})
    shelf = folder / "shelf" / "casia-hwdb1.1"
    shelf.mkdir(parents=True)
    for name, writer in zip(NAMES, ("1002", "1121", "1241"), strict=True):
        fakes.zip_file(shelf / name, {f"{writer}-c.gnt": fakes.gnt(many, int(writer), 30)})
        shutil.copy(shelf / name, folder / name)
    page = fakes_pages.dgrl(["今天上午", "我们在学校"])
    apart = fakes_lines.page(["今天上午九点我们"] * 4)
    fakes.zip_file(folder / "HWDB2.0Test.zip", {"006-P16.dgrl": apart})
    shelf = folder / "shelf" / "casia-hwdb2.0"
    shelf.mkdir()
    for name, number in (("HWDB2.0Train.zip", "006"), ("HWDB2.0Test.zip", "016")):
        fakes.zip_file(shelf / name, {f"{number}-P16.dgrl": page})
    (folder / "006-P16.dgrl").write_bytes(fakes_lines.page(["今天上午九点我们"] * 12))
    (folder / "sd19").mkdir()
    for name, members in fakes_nist.sd19().items():
        fakes.zip_file(folder / "sd19" / f"{name}.zip", members)
    for name in ("archives", "scans", "downloads"):
        (folder / name).mkdir()
    (folder / "downloads" / "a.gntx").write_bytes(fakes_pages.gntx(CHARACTERS))
    shutil.copy(folder / "1001-c.gnt", folder / "scans" / "1003-c.gnt")
    shutil.copy(folder / "Gnt1.1Test.zip", folder / "archives" / "Gnt1.1Test.zip")
    (folder / "novels").mkdir()
    for name in ("novel.txt", "novels/one.txt"):
        (folder / name).write_text(TEXT, "utf-8")
    dictionary = "\n".join(CHARACTERS) + "\n"
    (folder / "ppocrv5_dict.txt").write_text(dictionary, "utf-8")
    paddle = folder / "PaddleOCR"
    for place, text in (
        ("ppocr/utils/dict/ppocrv5_dict.txt", dictionary),
        ("configs/rec/PP-OCRv5/PP-OCRv5_server_rec.yml", STOCK),
    ):
        (paddle / place).parent.mkdir(parents=True)
        (paddle / place).write_text(text, "utf-8")
    (folder / "htr-united.yml").write_text("title: A\nurl: https://example.org/a\n", "utf-8")
    (folder / "odd.json").write_text('[{"file": "1001-c.gnt", "record": 7}]', "utf-8")
    (folder / "forms.yaml").write_text(FORMS, "utf-8")
    (folder / "mine.yaml").write_text(FORMS, "utf-8")
    for character in CHARACTERS:
        place = folder / "characters" / f"U+{ord(character):04X}"
        place.mkdir(parents=True)
        for number in (1, 2):
            image = 255 - fakes_pictures.drawn(character, number)
            (place / f"{number}.png").write_bytes(fakes.png_file(image))
    for name, kind in (("pages", b"type:text:Print;"), ("real-pages", b"type:print;")):
        (folder / name).mkdir()
        for place, data in fakes_sets.page_2019().items():
            (folder / name / place).write_bytes(data.replace(b"type:print;", kind))
    for place, data in fakes_sets.paddleocr().items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(data)
    photographs(folder)
    made(folder)


def made(folder: Path) -> None:
    """What one page makes and another one uses: banks, a set of lines, its plan."""
    api.pack([folder / "001.pot", folder / "1001-c.gnt"], folder / "my.bank")
    shutil.copytree(folder / "my.bank", folder / "hwdb.bank")
    shutil.copytree(folder / "my.bank", folder / "mine.bank")
    shutil.copytree(folder / "my.bank", folder / "anna.bank")
    shutil.copytree(folder / "my.bank", folder / "hands" / "eva" / "eva.bank")
    ways = {"n": 40, "banks": [folder / "my.bank"], "corpora": [folder / "novel.txt"]}
    api.compose(folder / "lines", boxes=True, workers=1, **ways)
    api.compose(folder / "composed", to="parquet", workers=1, **ways)
    api.compose(folder / "plan.json", plan_only=True, **ways)


def photographs(folder: Path) -> None:
    """A list of characters, a sheet of it written in simulation, and two photographs of that."""
    bank = sample_bank()
    characters = tuple(character for character in bank.characters if ord(character) > 0x4E00)[:24]
    (folder / "list.txt").write_text("".join(characters), "utf-8")
    lines = ["".join(characters[start : start + 12]) for start in (0, 12)]
    (folder / "letters.txt").write_text("\n".join(lines), "utf-8")
    sheet, grid = fakes_photo.sheet_of(characters, bank_guides(bank))
    rng = np.random.default_rng(5)
    fakes_photo.write(sheet, grid, bank, bank.writers[0], rng)
    for name in ("IMG_1.jpg", "IMG_2.jpg"):
        picture = fakes_photo.photograph(sheet.page, rng, fakes_photo.Strength())
        (folder / name).write_bytes(fakes_photo.jpeg(picture, 85))
    (folder / "photos").mkdir()
    shutil.copy(folder / "IMG_1.jpg", folder / "photos")
    many = fakes_pictures.photographed(fakes_pictures.sheet_of("的", 3, 4), 1, times=2)
    (folder / "photo.jpg").write_bytes(fakes_photo.jpeg(many, 85))
