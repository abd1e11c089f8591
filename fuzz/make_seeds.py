"""Write the seeds: small sound files, made by the tests' own writers. `python -m fuzz.make_seeds`.

No real data. Each seed is read without a defect; a test holds that.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import shutil
import struct
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import fakes  # noqa: E402
import fakes_etl as etl  # noqa: E402
import fakes_nist as nist  # noqa: E402
import fakes_online as online  # noqa: E402
import fakes_pages as pages  # noqa: E402
import fakes_sets as sets  # noqa: E402
import fakes_tables as made  # noqa: E402
from fakes_unipen import unipen  # noqa: E402
from fuzz.targets import SEEDS, TARGETS  # noqa: E402
from penline.bank import BankWriter  # noqa: E402
from penline.bank.layout import GLYPHS, HEADER, INK  # noqa: E402
from penline.export import inkml_write as inkml  # noqa: E402
from penline.formats import reader_for  # noqa: E402
from penline.formats.byte_source import MappedBytes  # noqa: E402
from penline.records import Source  # noqa: E402

Seeds = dict[str, list[bytes]]
TEXT = "永和a,"


def casia() -> Seeds:
    """Characters and pages."""
    found, lines = online.written(["永", "a", None, "\n", "和"])
    pictures = ["永和?", "a,B"]
    vectors = np.arange(4 * 16, dtype=np.uint8).reshape(4, 16)
    return {
        "gnt": [fakes.gnt(TEXT, side_px=5), fakes.gnt("永", side_px=4)],
        "gntx": [pages.gntx("永𠮷a", side_px=5)],
        "pot": [fakes.pot(TEXT), fakes.pot("和")],
        "dgrl": [
            small(pages, lambda: pages.dgrl(pictures)),
            small(pages, lambda: pages.dgrl(["a"], bits=1, size=1)),
        ],
        "dgr": [
            small(pages, lambda: pages.dgr(pictures)),
            small(pages, lambda: pages.dgr(["和a"], bits=1)),
        ],
        "ptts": [online.page(found, lines), online.page(found, lines, data_type=b"unsigned short")],
        "wptt": [online.page(found, lines, linked=False, code=b"WPTT")],
        "mpf": [online.mpf(TEXT, vectors)],
    }


def small(writers: ModuleType, write: Callable[[], bytes]) -> bytes:
    """A file with pictures of a few pixels: the fakes' own are made for eyes."""
    original = writers.glyph
    writers.glyph = lambda character, seed=0: original(character, seed, 3)  # type: ignore[attr-defined]
    try:
        return write()
    finally:
        writers.glyph = original  # type: ignore[attr-defined]


def sd19() -> Seeds:
    """NIST's."""
    entries = nist.entries(3, 16)
    page = nist.entries(1, 32, seed=1)[0]
    swapped = nist.mis(entries, compressed=True)
    return {
        "mis": [nist.mis(entries), swapped, nist.mis(entries, sigbit=1)],
        "pct": [nist.picture(page), nist.picture(page, compressed=True)],
        "cls": [nist.classes("0aZ")],
        "mit": [nist.origins([("f3804_08/d3804_08.mis", 0), ("f0001_41/u0001_41.mis", 12)])],
    }


def idx() -> Seeds:
    """MNIST's and its neighbours'."""
    pictures = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
    return {
        "idx": [pages.idx_images(pictures)],
        "idx-labels": [
            pages.idx_labels([3, 1, 9]),
            pages.idx_long_labels(np.arange(16).reshape(2, 8)),
        ],
        "idx-mapping": [b"0 48\n1 49\n10 65 97\n"],
    }


def zips() -> Seeds:
    """Archives, and packed members by themselves: method, flag, 3 bytes of size, data."""
    content = fakes.gnt("永a", side_px=4)
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    archives: list[bytes] = []
    packed: list[bytes] = []
    for method in methods:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for name in ("a/001.gnt", "永.gnt"):
                info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                archive.writestr(info, content, method)
            begin = archive.infolist()[0].header_offset
            size = archive.infolist()[0].compress_size
        archives.append(file.getvalue())
        names = struct.unpack_from("<HH", file.getvalue(), begin + 26)
        at = begin + 30 + sum(names)
        data = file.getvalue()[at : at + size]
        if method:
            flag = 255 if method == zipfile.ZIP_LZMA else 0
            head = bytes([methods.index(method) - 1, flag]) + len(content).to_bytes(3, "little")
            packed.append(head + data)
    return {"zip": archives, "packed": packed}


def containers() -> Seeds:
    """Packed files by themselves (a byte that chooses how, then the file), tars and pictures."""
    content = fakes.gnt("永a", side_px=4)
    compressed = [b"\0" + bz2.compress(content), b"\1" + gzip.compress(content, mtime=0)]
    compressed += [b"\2" + lzma.compress(content), compressed[1] + gzip.compress(b"more", mtime=0)]
    link = tarfile.TarInfo("link")
    link.type = tarfile.SYMTYPE
    tars = [
        etl.tar_bytes({"a/001.gnt": content, "永.gnt": content, "link": link})[:7168],
        etl.tar_bytes({"n" * 120: b"long"}, layout=tarfile.GNU_FORMAT)[:4096],
    ]
    pictures = []
    for mode in ("L", "1", "P", "RGB"):
        file = io.BytesIO()
        Image.fromarray(fakes.glyph("永", 0, 8)).convert(mode).save(file, "PNG")
        pictures.append(file.getvalue())
    maps = [
        "永\n和\n九".encode(),
        b"0\tA\n1\tB\n",
        b'["A", "B"]',
        b'{"A": 0, "B": 1}',
        "编号,字符\n1,永\n".encode(),
    ]
    return {
        "compressed": compressed,
        "tar": tars,
        "png": pictures,
        "picture": every_format(),
        "classes": maps,
    }


def every_format() -> list[bytes]:
    """One picture in each format, and one that is transparent."""
    grey = Image.fromarray(fakes.glyph("永", 0, 12))
    made = []
    for name, mode in (
        *(("PNG", "RGBA"), ("JPEG", "L"), ("BMP", "L"), ("TIFF", "L"), ("GIF", "P")),
        ("WEBP", "RGB"),
    ):
        file = io.BytesIO()
        grey.convert(mode).save(file, name)
        made.append(file.getvalue())
    return made


def records() -> Seeds:
    """ETL's records; TCS, InkML of characters and of a page, UNIPEN."""
    source = Source("x.pot", "casia:001", "train")
    characters = inkml.start("characters") + inkml.group_start(source)
    pot = MappedBytes("x.pot", memoryview(fakes.pot("永a")))
    for one in reader_for("pot").read(pot, source):
        characters += inkml.character(one)  # type: ignore[arg-type]
    characters += inkml.GROUP_END + inkml.END
    found, lines = online.written(["永", "a", None, "\n", "和"])
    page = MappedBytes("x.ptts", memoryview(online.page(found, lines)))
    (one,) = reader_for("ptts").read(page, source)
    pages = "".join(inkml.page(one))  # type: ignore[arg-type]
    touching = small(etl, lambda: etl.tcs(["永和", "a?"]))
    return {
        "inkml": [characters.encode(), pages.encode()],
        "unipen": [unipen("a1"), unipen("b?", ups=True)],
        "tcs": [touching, small(etl, lambda: etl.tcs(["12"], b"ASCII", 1))],
        "etl8g": [etl.etl("etl8g", "亜あ")],
        "etl9g": [etl.etl("etl9g", "亜あ")],
        "etl8b": [etl.etl("etl8b", "亜あ")],
        "etl9b": [etl.etl("etl9b", "亜あ")],
    }


def banks() -> Seeds:
    """The three files of one bank."""
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "x.bank"
        with BankWriter(folder) as bank:
            for writer in range(2):
                source = Source(f"{writer}.gnt", f"casia:{writer:03}", "train", "casia-hwdb1.0")
                for record, character in enumerate(TEXT):
                    pixels = fakes.glyph(character, writer, 4)
                    bank.add(pixels, character, source, paper=255, record=record, offset=record)
        files = {"bank-header": HEADER, "bank-ink": INK, "bank-glyphs": GLYPHS}
        return {name: [(folder / file).read_bytes()] for name, file in files.items()}


def texts() -> Seeds:
    """Corpora, a dictionary, a recipe and a card."""
    plain = "\ufeff永和九年,岁在癸丑。\r\n\r\nThe quick\tfox\u200b 12月.\n".encode()
    objects = [{"text": "永和九年\n岁在癸丑", "id": 1}, {"text": "a quick fox", "more": [None]}]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode()
    package = ROOT / "src" / "penline"
    errata = package / "catalogue" / "errata"
    recipe = sorted((package / "recipe" / "presets").glob("*.yaml"))
    return {
        "corpus-txt": [plain],
        "corpus-jsonl": [lines],
        "corpus-gz": [gzip.compress(lines, mtime=0), gzip.compress(lines[:50], 0, mtime=0)],
        "dictionary": ["永\n和\r\na\n \n".encode()],
        "recipe": [file.read_bytes() for file in recipe],
        "errata": [file.read_bytes() for file in sorted(errata.glob("*.yaml"))],
        "card": [(package / "catalogue" / "penline-sample.md").read_bytes()],
    }


def tables() -> Seeds:
    """Tables of pictures, lists, and boxes on pages."""
    pictures = np.arange(6 * 64).reshape(6, 8, 8).astype(np.uint8)
    pictures[:, 0, 0] = pictures[:, -1, -1] = 0
    rows = made.arrow_rows(pictures, [0, 1, 0, 1, 1, 0], ["a", "永"], writer=["x"] * 6)
    return {
        "pixel-csv": [
            made.pixel_csv(pictures, range(6)),
            made.pixel_csv(pictures, range(6), header=False, last=True),
            made.pixel_csv(pictures, ["a", "b"] * 3, header=False),
        ],
        "text-rows": [
            'image,label,author\r\na/1.png,永,x\r\na/2.png,"a,b",y\r\n'.encode(),
            "1.png\ta\n2.png\t永\n".encode(),
            b'{"file_name": "1.png", "label": "a", "more": {"x": 1}}\n{"file_name": "b"}\n',
            b"filename,words\n1.png,a, b\n2.png,c\n",
            b'{"1.png": "a b", "2.png": "c"}',
        ],
        "npy": [made.npy(pictures), made.npy(pictures.astype("<f4") / 255)],
        "npy-labels": [
            made.npy(np.arange(6, dtype=np.uint8)),
            made.npy(np.eye(4, dtype=np.float32)),
            made.npy(np.array(["a", "永"])),
        ],
        "mat": [
            made.emnist_mat(pictures, range(6), range(6), {0: "a", 1: "b"}),
            made.mat(packed=False, X=np.moveaxis(pictures, 0, -1), y=np.arange(6.0)[:, None]),
        ],
        "arrow": [
            made.parquet(rows),
            made.arrow(rows),
            made.arrow(rows, stream=False),
            sets.kraken_arrow(2)["set.arrow"],
        ],
        "boxes": list(made.boxes_files().values()),
        **collections(pictures),
    }


def collections(pictures: np.ndarray) -> Seeds:
    """LEAF's JSON, an LMDB, a WebDataset, names of files, a picture of many characters."""
    labels = ["永", "a"] * 3
    with tempfile.TemporaryDirectory() as room:
        place = Path(room)
        mdb = made.lmdb_file(place, pictures, labels).read_bytes()
        tars = [
            made.webdataset(place / f"{kind}.tar", pictures[:2], labels[:2], kind).read_bytes()
            for kind in ("txt", "json")
        ]
    ends = [one.rstrip(b"\0") for one in tars]
    rows = np.full((60, 96), 255, np.uint8)
    for top in (6, 34):
        for left in (6, 36, 66):
            one = fakes.glyph("永", left, 16)
            rows[top : top + one.shape[0], left : left + one.shape[1]] = one
    file = io.BytesIO()
    Image.fromarray(rows).save(file, "PNG")
    return {
        "leaf": [made.leaf(pictures / 255, [1, 2, 3, 1, 2, 3], {"f0000_14": 4, "b": 2})],
        "lmdb": [mdb],
        "uji": [online.uji(["a", "\u00f1", ";"], ["trn_UJI_W01-01", "tst_UPV_W47-02"])],
        "webdataset": [one + bytes(-len(one) % 512 + 1024) for one in ends],
        "names": [
            "永/1.png\n和/2.png\n永/3.png".encode(),
            b"U+4E00/1.png\nU+6C38_2.png\n0x61/1.png\nA_upper/2.png\n%3A/1.png\nslash/3.png",
            b"input_{writer}_{}_{label:class}.jpg\ninput_1_2_3.jpg\nimg001-00001.png\n5_1234.png",
        ],
        "many": [file.getvalue()],
    }


def sheets() -> Seeds:
    """Pages of lines, and IAM's lists."""
    iam = {**sets.iam_lines(), **sets.iam_words(), **sets.iam_xml()}
    return {
        "page-xml": [
            one["p.xml"] if "p.xml" in one else one["page/p.xml"]
            for one in (sets.page_2019(), sets.page_2013(), sets.page_2010())
        ],
        "alto": [
            sets.alto("2", split=True),
            sets.alto("3", unit="mm10", scale=3),
            sets.alto("4"),
        ],
        "det-list": [sets.detection()["det_gt_train.txt"]],
        "coco-lines": [sets.coco()["annotations.json"]],
        "iam": [
            iam[name]
            for name in (
                "ascii/lines.txt",
                "ascii/words.txt",
                "ascii/forms.txt",
                "xml/a01-000u.xml",
            )
        ],
    }


def line_sets() -> Seeds:
    """The files that name lines, and those that hold them."""
    rows = [{"path": f"{at}.png", "text": f"ab {at}", "writer": f"own:w{at}"} for at in range(3)]
    names = [f"images/{at}.png" for at in range(3)]
    return {
        "set-list": ["".join(f"{name}\tab 永 {name[7]}\n" for name in names).encode()],
        "set-pairs": ["ab 永\n".encode()],
        "set-jsonl": [
            b"".join(b'{"file_name": "%d.png", "text": "ab %d"}\n' % (at, at) for at in range(3))
        ],
        "set-csv": [b'file_name,text,writer,split\n0.png,"a, b",w1,train\n1.png,cde,w2,val\n'],
        "set-doctr": [json.dumps({f"{at}.png": f"ab {at}" for at in range(3)}).encode()],
        "set-easyocr": [b"filename,words\n0.png,a, b\n1.png,cde\n"],
        "set-parquet": list(sets.parquet().values())[:1],
        "set-arrow": [*list(sets.arrow().values())[:1], *sets.kraken_arrow(2).values()],
        "set-writers": ["".join(json.dumps(row) + "\n" for row in rows).encode()],
    }


def seeds() -> Seeds:
    """All seeds by the name of their target."""
    return {
        **casia(),
        **sd19(),
        **idx(),
        **zips(),
        **banks(),
        **containers(),
        **records(),
        **texts(),
        **tables(),
        **sheets(),
        **line_sets(),
    }


def main() -> None:
    """Write them all."""
    made = seeds()
    for name in sorted(made.keys() | TARGETS.keys()):
        folder = SEEDS / name
        shutil.rmtree(folder, ignore_errors=True)
        if name not in made:
            print(f"no seed is made for the target {name}")
            continue
        folder.mkdir(parents=True)
        for letter, content in zip("abcdefghij", made[name], strict=False):
            (folder / f"{letter}.bin").write_bytes(content)
    total = sum(file.stat().st_size for file in SEEDS.rglob("*.bin"))
    print(f"{len(made)} folders of seeds, {total:,} bytes")


if __name__ == "__main__":
    main()
