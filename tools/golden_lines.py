"""Golden lines: what recipes gave when they were last found right, as hashes.

``make golden`` makes every sample of `recipes.yaml` again, and a small set in every format, and
names what differs; ``python tools/golden_lines.py --write`` takes what is made now as right, which
belongs into a commit of its own that says why. `test_golden.py` makes a few of each.

A row of `lines.tsv` is a sample: its recipe, its index, the hash of what it is (pixels, label,
boxes, writer and glyphs) and the hash of its picture's bytes as encoded. The second depends on the
versions of the libraries that encode, which stand in the first line.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from penline.api import compose
from penline.bank import Bank, BankWriter, open_bank
from penline.characters import kind_of
from penline.compose import Composer
from penline.corpus import Corpus, load
from penline.errors import UnwritableLine
from penline.export.base import Options, encode
from penline.pages import Page
from penline.produce import versions
from penline.records import Sample, Source
from penline.sample import corpus_files, sample_bank

HERE = Path(__file__).parent.parent / "tests" / "golden"
GOLDEN = HERE / "lines.tsv"
LINES = ("paddleocr", "imagefolder", "parquet", "lmdb", "webdataset", "doctr", "kraken")
PAGES = ("paddleocr-det", "page-xml", "coco")
FORMATS = (*LINES, "kraken-arrow", "easyocr", *PAGES)
_UNWRITABLE = "unwritable"

TEXT = (
    "今天上午9点，我们在学校门口集合，准备去参观1,234年前的 A.D. 古城。\n"
    "老师说：“学习没有捷径，只有坚持……”\n"
    "会议定于2026年11月22日下午3:30举行！北京的秋天是一年中最美的季节，天高云淡。\n"
    "The quick brown fox jumps over the lazy dog, 12.5 times.\n"
    "永远好，永远好，好好好好。好 好，永\n"
    "欢迎来到龘城，这里没有人写过这个字。\n"
)


def digest(*parts: bytes) -> str:
    """Twelve hexadecimal digits of the BLAKE2b of parts, each with its length before it."""
    found = hashlib.blake2b(digest_size=6)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.hexdigest()


def noise(character: str, number: int) -> np.ndarray:
    """Ink of a made-up glyph, the same everywhere: a frame around bytes of SHAKE-256."""
    chance = hashlib.shake_256(f"{character}:{number}".encode()).digest(2)
    height = round((kind_of(character).height or 0.25) * (52 + chance[0] % 12))
    width = max(round(height * (0.6 + chance[1] / 640)), 4)
    raw = hashlib.shake_256(f"{number}:{character}".encode()).digest(height * width)
    ink = np.frombuffer(raw, np.uint8).reshape(height, width).copy()
    ink[ink < 150] = 0
    ink[0] = ink[-1] = ink[:, 0] = ink[:, -1] = 200
    return ink


def strokes_of(ink: np.ndarray, number: int) -> np.ndarray:
    """Made-up strokes over a glyph's box, as `BankWriter.add` takes them, of SHAKE-256."""
    height, width = ink.shape
    raw = hashlib.shake_256(f"{number}:{height}:{width}".encode()).digest(16)
    table = np.array(list(raw), np.int64).reshape(8, 2) * (width, height)
    pens = [(300 + 8 * k, 150 + 10 * k, int(k % 4 == 0)) for k in range(8)]
    return np.concatenate([table, np.array(pens)], axis=1)


def build(
    path: Path, writers: dict[str, tuple[str, str]], copies: int, *, penned: bool = False
) -> Bank:
    """A bank of made-up hands: each writer has the part and the characters of a pair."""
    with BankWriter(path) as bank:
        for number, (writer, (part, characters)) in enumerate(writers.items()):
            source = Source(f"{writer.split(':')[1]}.gnt", writer, part, "casia-hwdb1.0")
            every = [(c, copy) for c in dict.fromkeys(characters) for copy in range(copies)]
            for record, (character, copy) in enumerate(every):
                ink = noise(character, 10 * number + copy)
                strokes = strokes_of(ink, record + number) if penned else None
                bank.add(ink, character, source, record=record, strokes=strokes)
    return open_bank(path)


class Inputs:
    """Banks, texts and templates that golden recipes name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        characters = "".join(sorted(set(TEXT) - set(" \n龘…")))
        chinese = "".join(c for c in characters if not c.isascii())
        latin = "".join(c for c in characters if c.isascii())
        hands = {f"casia:{k:03}": ("train", characters[: 40 + 9 * k]) for k in range(1, 6)}
        hands |= {"casia:100": ("test", characters), "casia:101": ("train", chinese)}
        hands |= {
            "casia:102": ("train", characters.replace("，", ",")),
            "unknown:x": ("train", "永好"),
        }
        self.banks = {
            "sample": sample_bank(),
            "noise": build(folder / "noise.bank", hands, 2),
            "latin": build(
                folder / "latin.bank", {f"sd19:{k:04}": ("train", latin) for k in range(4)}, 3
            ),
            "penned": build(
                folder / "penned.bank",
                {f"casia:{k:03}": ("train", characters) for k in range(7, 10)},
                2,
                penned=True,
            ),
        }
        zh, en = corpus_files()
        (folder / "text.txt").write_text(TEXT, "utf-8")
        self._files = {"zh": [zh], "en": [en], "both": [zh, en], "text": [folder / "text.txt"]}

    def recipe(self, values: dict[str, Any]) -> dict[str, Any]:
        """A recipe, the file of templates in its place."""
        if values.get("layout", {}).get("replay"):
            return {**values, "layout": {**values["layout"], "replay": HERE / "templates.json"}}
        return values

    def corpus(self, name: str, nfkc: bool) -> Corpus:
        """A text by its name."""
        return load(self._files[name], nfkc=nfkc)

    def composer(self, entry: dict[str, Any]) -> Composer:
        """The composer of an entry of `recipes.yaml`."""
        values = self.recipe(entry["recipe"])
        return Composer(
            values,
            [self.banks[name] for name in entry["banks"]],
            self.corpus(entry["corpus"], values.get("corpus", {}).get("nfkc", False)),
            entry["seed"],
            part=entry.get("part", "train"),
            val=entry.get("val", 0.0),
            alphabet=frozenset(entry["alphabet"]) if "alphabet" in entry else None,
            strict=False,  # drawn at random: some hold settings that have no effect
        )


def entries() -> list[dict[str, Any]]:
    """The recipes, each with its name, kind, banks, text, seed and number of samples."""
    found = yaml.safe_load((HERE / "recipes.yaml").read_text("utf-8"))
    return list(found)


def _numbers(array: np.ndarray) -> bytes:
    return np.round(np.asarray(array) * 1024).astype(np.int64).tobytes()


def hash_line(sample: Sample, options: Options) -> tuple[str, str]:
    """What a line is, and its picture's bytes."""
    image = sample.image
    origins = [(o.item, o.written, o.writer, o.record, o.offset) for o in sample.origins]
    own = digest(
        repr((image.shape, sample.text, sample.writer, sample.side, origins)).encode(),
        image.tobytes(),
        _numbers(sample.quads),
    )
    return own, digest(encode(image, options))


def hash_page(page: Page, options: Options) -> tuple[str, str]:
    """What a page is, and its picture's bytes."""
    parts = [repr((page.image.shape, page.writer, page.side)).encode(), page.image.tobytes()]
    for line in page.lines:
        parts.append(repr((line.text, line.region)).encode())
        shapes = (line.polygon, line.baseline, line.characters)
        parts += [b"" if points is None else _numbers(points) for points in shapes]
    for region in page.regions:
        parts += [repr((region.role, region.kind)).encode(), _numbers(region.polygon)]
    return digest(*parts), digest(encode(page.image, options))


def hashes(composer: Composer, kind: str, count: int) -> Iterator[tuple[int, str, str]]:
    """Index and both hashes of the first samples."""
    image = composer.recipe.image
    options = Options(format=image.format, quality=image.quality)
    for index in range(count):
        try:
            if kind == "page":
                yield (index, *hash_page(composer.page(index), options))
            else:
                yield (index, *hash_line(composer[index], options))
        except UnwritableLine:
            yield index, _UNWRITABLE, _UNWRITABLE


def hash_set(to: str, folder: Path, count: int) -> tuple[str, str]:
    """What a small set in a format is: the hash of its pixels, and that of its files' bytes."""
    recipe: dict[str, Any] = {
        "version": 1,
        "layout": {"hand": "default"},
        "effects": "default",
    }
    if to in PAGES:
        recipe["page"] = {"width_px": 700, "height_px": 500, "em_px_range": [24, 32]}
    given: dict[str, Any] = {"banks": [sample_bank()], "corpora": corpus_files(), "seed": 8}
    made = compose(folder, n=count, recipe=recipe, to=to, boxes=to in LINES, workers=1, **given)
    shards = made.report["shards"]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = []
    for path in files:
        if path.name != "report.json":
            parts += [path.relative_to(folder).as_posix().encode(), path.read_bytes()]
    return digest(repr([shard["pixels"] for shard in shards]).encode()), digest(*parts)


Row = tuple[str, int]


def made_now(limit: int | None = None, *, sets: bool = True) -> Iterator[tuple[Row, str, str]]:
    """Every row, made now; of each recipe at most `limit`."""
    with tempfile.TemporaryDirectory() as name:
        inputs = Inputs(Path(name))
        for entry in entries():
            count = min(entry["count"], limit or entry["count"])
            for index, own, encoded in hashes(inputs.composer(entry), entry["kind"], count):
                yield (entry["name"], index), own, encoded
        for to in FORMATS if sets else ():
            own, encoded = hash_set(to, Path(name) / to, 4 if to in PAGES else 24)
            yield (f"set {to}", 0), own, encoded


def recorded() -> tuple[str, dict[Row, tuple[str, str]]]:
    """The libraries' versions, and the hashes that are held to be right."""
    first, *lines = GOLDEN.read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return first, {(name, int(index)): (own, encoded) for name, index, own, encoded in rows}


def libraries() -> str:
    """The libraries that encode, with their versions."""
    return " ".join(f"{k}={v}" for k, v in sorted(versions().items()) if k != "penline")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="take what is made now as right")
    chosen = parser.parse_args()
    rows = {row: (own, encoded) for row, own, encoded in made_now()}
    if chosen.write:
        lines = [f"{name}\t{index}\t{a}\t{b}" for (name, index), (a, b) in rows.items()]
        GOLDEN.write_text("\n".join([libraries(), *lines]) + "\n", "utf-8")
        print(f"{len(rows):,} rows written")
        return 0
    with_versions, golden = recorded()
    same = with_versions == libraries()
    wrong: dict[str, list[int]] = {}
    bytes_only: dict[str, list[int]] = {}
    for row in {**golden, **rows}:
        one, two = golden.get(row), rows.get(row)
        if one is None or two is None or one[0] != two[0]:
            wrong.setdefault(row[0], []).append(row[1])
        elif same and one[1] != two[1]:
            bytes_only.setdefault(row[0], []).append(row[1])
    for what, found in (("differs", wrong), ("differs in its bytes alone", bytes_only)):
        for name, indices in found.items():
            print(f"{name}: {what}: {len(indices)} samples, first {min(indices)}")
    if not same:
        print(f"bytes not compared: made with {with_versions}, here is {libraries()}")
    bad = sum(map(len, wrong.values())) + sum(map(len, bytes_only.values()))
    print(f"{len(rows):,} rows, {bad:,} differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
