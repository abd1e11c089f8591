"""Small fakes of the sets that formats of their publishers make readable, under published names.

FAKES["etl9"](folder) writes it and gives the characters of its bank and the texts of its lines.
Names of members are those of the archives (`001-f.gnt`, `001-P16.dgrl`, `train-images-idx3-ubyte`).
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import fakes
import fakes_etl
import fakes_lines
import fakes_nist
import fakes_online
import fakes_pages
import fakes_unipen

Told = tuple[list[str], list[str]]
"""Characters that a bank gets, and texts of lines."""

TEXT = "永和九年a"
LINES = ["永和九年", "岁在a"]
PICTURES = np.random.default_rng(3).integers(0, 256, (6, 28, 28)).astype(np.uint8)


def _files(files: Mapping[str, bytes], characters: str, lines: list[str], folder: Path) -> Told:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return list(characters), lines


def of(files: Mapping[str, bytes], characters: str = "", *lines: str) -> Callable[[Path], Told]:
    return functools.partial(_files, files, characters, list(lines))


def ink(texts: list[str], linked: bool) -> bytes:
    found, lines = fakes_online.written("\n".join(texts))
    return fakes_online.page(found, lines, linked, b"PTTS" if linked else b"WPTT")


def idx(stem: str, labels: list[int], characters: str, parts: int = 1) -> Callable[[Path], Told]:
    """Images and labels beside each other, packed as they are published."""
    files = {}
    for part in ("train", "t10k")[:parts]:
        images = fakes_pages.idx_images(PICTURES[: len(labels)])
        files[f"{stem.format(part)}-images-idx3-ubyte.gz"] = gzip.compress(images)
        files[f"{stem.format(part)}-labels-idx1-ubyte.gz"] = gzip.compress(
            fakes_pages.idx_labels(labels)
        )
    return of(files, characters * parts)


def qmnist() -> dict[str, bytes]:
    rows = np.zeros((6, 8), np.int64)
    rows[:, 0], rows[:, 2] = [1, 0, 5, 3, 9, 1], [7, 7, 610, 2100, 2599, 2599]
    images, labels = fakes_pages.idx_images(PICTURES), fakes_pages.idx_long_labels(rows)
    return {
        "qmnist-train-images-idx3-ubyte.gz": gzip.compress(images),
        "qmnist-train-labels-idx2-int.gz": gzip.compress(labels),
    }


def nist() -> dict[str, bytes]:
    trees = fakes_nist.sd19()
    return {**trees["by_write"], **trees["by_class"]}


HANDS = [fakes_unipen.Hand("aga", "aga0001", "w1", "ab1")]
WRITTEN = "".join(text for fields in fakes_nist.FORMS.values() for text in fields.values())
FIRST = {"1.0": "001", "1.1": "1001", "1.2": "501", "2.0": "001", "2.1": "1001", "2.2": "501"}

FAKES: dict[str, Callable[[Path], Told]] = {
    **{
        f"casia-hwdb{version}": of({f"{FIRST[version]}-f.gnt": fakes.gnt(TEXT)}, TEXT)
        for version in ("1.0", "1.1", "1.2")
    },
    **{
        f"casia-hwdb{version}": of(
            {f"{FIRST[version]}-P16.dgrl": fakes_lines.page(LINES)}, "", *LINES
        )
        for version in ("2.0", "2.1", "2.2")
    },
    **{
        f"casia-olhwdb{version}": of({f"{FIRST[version]}.pot": fakes.pot(TEXT)}, TEXT)
        for version in ("1.0", "1.1", "1.2")
    },
    **{
        f"casia-olhwdb{version}": of({f"{FIRST[version]}-P16.wptt": ink(LINES, False)}, "", *LINES)
        for version in ("2.0", "2.1", "2.2")
    },
    "casia-icdar2013": of(
        {"C001-f-f.gnt": fakes.gnt(TEXT), "C001-P16.dgrl": fakes_lines.page(LINES)}, TEXT, *LINES
    ),
    "casia-ahcdb": of({"Style1/basic/001.gntx": fakes_pages.gntx("永𠮷九")}, "永𠮷九"),
    "casia-hwdb-t": of(
        {"HWDB-T-allChinese.tcs": fakes_etl.tcs(["永和", "九年"])}, "", "永和", "九年"
    ),
    "etl8": of({"ETL8G/ETL8G_01": fakes_etl.etl("etl8g", "亜あ腕")}, "亜あ腕"),
    "etl9": of({"ETL9B/ETL9B_1": fakes_etl.etl("etl9b", "亜あ腕")}, "亜あ腕"),
    "mnist": idx("{}", [1, 0, 5, 3, 9, 1], "105391", 2),
    "kmnist": idx("kmnist/{}", [1, 0, 5, 3, 9, 1], "きおはつをき", 2),
    "emnist": idx("emnist-byclass-{}", [0, 10, 61], "0Az"),
    "qmnist": of(qmnist(), "105391"),
    "nist-sd19": of(nist(), WRITTEN),
    "unipen": of(fakes_unipen.trees(HANDS), "ab1"),
    "uji-pen": of(
        {"ujipenchars2.txt": fakes_online.uji("añ;", ["trn_UJI_W03-01", "tst_UPV_W42-02"])},
        "aaññ;;",
    ),
    "penline-sample": of({"01.gnt": fakes.gnt(TEXT)}, TEXT),
    "penline-hands": of({"01.pot": fakes.pot(TEXT)}, TEXT),
}
