"""Writers of small sets of lines and pages, in the true layouts of those that people train on.

FORMS maps a name to a `SetForm`: the files, and what a reader must find in them. Pictures and texts
are made up.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

import lmdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fakes import png_file

PAGE_SPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/"
ALTO_SPACE = "http://www.loc.gov/standards/alto/ns-v"


class Line(NamedTuple):
    """One made-up line: picture, text, writer and side."""

    pixels: np.ndarray
    text: str
    writer: str
    side: str


TEXTS = ("de la vie ¬", 'a "b", c', "永和九年", "12", "x & y < z", "fin.")


def picture(number: int) -> np.ndarray:
    """A picture of a line; every other one in colours."""
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 256, (20 + number, 60 + 7 * number), np.uint8)
    if number % 2:
        pixels = np.stack([pixels, 255 - pixels, pixels // 2], -1)
    return pixels


def png(pixels: np.ndarray) -> bytes:
    """A PNG of grey or RGB pixels."""
    return png_file(pixels if pixels.ndim == 2 else pixels[:, :, ::-1])


LINES = [
    Line(picture(at), text, f"w{at // 2}", "val" if at > 3 else "train")
    for at, text in enumerate(TEXTS)
]
SIDES = ("train", "val")


def sided(side: str) -> list[tuple[int, Line]]:
    return [(at, line) for at, line in enumerate(LINES) if line.side == side]


def paddleocr() -> dict[str, bytes]:
    files = {f"images/{at}.png": png(line.pixels) for at, line in enumerate(LINES)}
    for side in SIDES:
        rows = [f"images/{at}.png\t{line.text}\n" for at, line in sided(side)]
        files[f"rec_gt_{side}.txt"] = "".join(rows).encode()
    return files


def pairs() -> dict[str, bytes]:
    files = {}
    for at, line in enumerate(LINES):
        folder = {"train": "train", "val": "validation"}[line.side]
        files[f"{folder}/{at}.png"] = png(line.pixels)
        files[f"{folder}/{at}.gt.txt"] = f"{line.text}\n".encode()
    return files


def imagefolder_jsonl() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for side in SIDES:
        rows = []
        for at, line in sided(side):
            files[f"{side}/{at}.png"] = png(line.pixels)
            rows.append({"file_name": f"{at}.png", "text": line.text, "writer": line.writer})
        files[f"{side}/metadata.jsonl"] = "".join(f"{json.dumps(one)}\n" for one in rows).encode()
    return files


def imagefolder_csv() -> dict[str, bytes]:
    files = {f"{at}.png": png(line.pixels) for at, line in enumerate(LINES)}
    rows = ["file_name,text,writer,split"]
    for at, line in enumerate(LINES):
        quoted = '"' + line.text.replace('"', '""') + '"'
        rows.append(f"{at}.png,{quoted},{line.writer},{line.side}")
    files["metadata.csv"] = "\r\n".join([*rows, ""]).encode()
    return files


def _table(side: str) -> pa.Table:
    rows = [line for _, line in sided(side)]
    images = [{"bytes": png(line.pixels), "path": None} for line in rows]
    columns = {
        "image": pa.array(images, pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        "text": [line.text for line in rows],
        "writer": [line.writer for line in rows],
    }
    return pa.table(columns)


def parquet() -> dict[str, bytes]:
    files = {}
    for side, split in (("train", "train"), ("val", "validation")):
        out = io.BytesIO()
        pq.write_table(_table(side), out)
        files[f"data/{split}-00000-of-00001.parquet"] = out.getvalue()
    return files


def arrow() -> dict[str, bytes]:
    files = {}
    for side, split in (("train", "train"), ("val", "validation")):
        table, out = _table(side), io.BytesIO()
        with pa.ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table)
        files[f"{split}/data-00000-of-00001.arrow"] = out.getvalue()
    return files


def lmdb_files(room: Path) -> dict[str, bytes]:
    files = {}
    for side in SIDES:
        with lmdb.open(str(room / side), 1 << 22) as base, base.begin(write=True) as write:
            for number, (_, line) in enumerate(sided(side), 1):
                write.put(b"image-%09d" % number, png(line.pixels))
                write.put(b"label-%09d" % number, line.text.encode())
            write.put(b"num-samples", str(len(sided(side))).encode())
        files[f"{side}/data.mdb"] = (room / side / "data.mdb").read_bytes()
    return files


def webdataset() -> dict[str, bytes]:
    files = {}
    for side, split in (("train", "train"), ("val", "val")):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for at, line in sided(side):
                facts = json.dumps({"writer": line.writer}).encode()
                for ending, content in (
                    ("png", png(line.pixels)),
                    ("txt", line.text.encode()),
                    ("json", facts),
                ):
                    member = tarfile.TarInfo(f"{at:06}.{ending}")
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
        files[f"{split}-000000.tar"] = out.getvalue()
    return files


def doctr() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for side in SIDES:
        own = sided(side)
        files |= {f"{side}/images/{at}.png": png(line.pixels) for at, line in own}
        labels = {f"{at}.png": line.text for at, line in own}
        files[f"{side}/labels.json"] = json.dumps(labels, ensure_ascii=False).encode()
    return files


def easyocr() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for side in SIDES:
        own = sided(side)
        files |= {f"{side}/{at}.png": png(line.pixels) for at, line in own}
        rows = ["filename,words", *(f"{at}.png,{line.text}" for at, line in own), ""]
        files[f"{side}/labels.csv"] = "\n".join(rows).encode()
    return files


def kraken_arrow(most: int = len(LINES)) -> dict[str, bytes]:
    kind = pa.struct(
        [("text", pa.string()), ("im", pa.binary()), ("language", pa.list_(pa.string()))]
    )
    lines = [{"text": one.text, "im": png(one.pixels), "language": None} for one in LINES[:most]]
    table = pa.table(
        {
            "lines": pa.array(lines, kind),
            "train": [one.side == "train" for one in LINES[:most]],
            "validation": [one.side == "val" for one in LINES[:most]],
            "test": [False for _ in LINES[:most]],
        }
    )
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return {"set.arrow": out.getvalue()}


IAM = [f"a01-00{at // 2}u-{at % 2:02}" for at in range(len(LINES))]


def iam_lines() -> dict[str, bytes]:
    rows = ["#--- lines.txt ---#"]
    files = {}
    for name, line in zip(IAM, LINES, strict=True):
        state, text = "err" if name.endswith("1") else "ok", line.text.replace(" ", "|")
        rows.append(f"{name} {state} 154 1 0 0 9 9 {text}")
        files[f"lines/a01/{name[:8]}/{name}.png"] = png(line.pixels)
    forms = [f"a01-00{at}u 00{at} 2 prt 7 5 52 36" for at in range(len(LINES) // 2)]
    files["ascii/lines.txt"] = "\n".join([*rows, ""]).encode()
    files["ascii/forms.txt"] = "\n".join(["# forms", *forms, ""]).encode()
    return files


def iam_words() -> dict[str, bytes]:
    rows = ["#--- words.txt ---#"]
    files = {}
    for name, line in zip(IAM, LINES, strict=True):
        rows.append(f"{name}-00 ok 154 0 0 9 9 AT {line.text}")
        files[f"words/a01/{name[:8]}/{name}-00.png"] = png(line.pixels)
    rows.append("a01-000u-05-00 err 154 0 0 9 9 AT wrong")
    files["words/a01/a01-000u/a01-000u-05-00.png"] = png(picture(9))
    files["ascii/words.txt"] = "\n".join([*rows, ""]).encode()
    return files


def iam_xml() -> dict[str, bytes]:
    files = {f"lines/{name}.png": png(line.pixels) for name, line in zip(IAM, LINES, strict=True)}
    for form in range(len(LINES) // 2):
        own = [
            (n, one.text) for n, one in zip(IAM, LINES, strict=True) if n[:8] == f"a01-00{form}u"
        ]
        lines = "".join(
            f"<line id={quoteattr(name)} text={quoteattr(text)}/>" for name, text in own
        )
        files[f"xml/a01-00{form}u.xml"] = (
            f'<?xml version="1.0"?><form id="a01-00{form}u" writer-id="00{form}">'
            f"<handwritten-part>{lines}</handwritten-part></form>"
        ).encode()
    return files


class PageOf(NamedTuple):
    """A page with the lines of `LINES`, and where they stand: left, top, right, bottom."""

    pixels: np.ndarray
    boxes: list[tuple[int, int, int, int]]


def page() -> PageOf:
    pixels = np.full((200, 140, 3), 240, np.uint8)
    top, boxes = 4, []
    for line in LINES:
        height, width = line.pixels.shape[:2]
        shown = line.pixels if line.pixels.ndim == 3 else np.stack([line.pixels] * 3, -1)
        pixels[top : top + height, 5 : 5 + width] = shown
        boxes.append((5, top, 5 + width, top + height))
        top += height + 6
    return PageOf(pixels, boxes)


PAGE = page()


def corners(box: Sequence[int]) -> list[tuple[int, int]]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def pairs_of(points: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def page_xml(lines: str, year: str = "2019-07-15", more: str = "", *, order: str = "") -> bytes:
    """A PAGE XML file of one region around these lines."""
    height, width = PAGE.pixels.shape[:2]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><PcGts xmlns="{PAGE_SPACE}{year}"><Metadata>'
        "<Creator>ann@example.org</Creator><TranskribusMetadata userId='7' imgUrl='http://x/y'/>"
        f'</Metadata><Page imageFilename="p.png" imageWidth="{width}" imageHeight="{height}">'
        f'{order}<TextRegion id="r1" custom="structure {{type:letter;}}"><Coords points="0,0 139,0 '
        f'139,199 0,199"/>{lines}</TextRegion>{more}</Page></PcGts>'
    ).encode()


def page_line(at: int, *, points: bool = True, words: bool = False) -> str:
    """A TextLine, its points as an attribute or as elements, its text whole or in words."""
    some = corners(PAGE.boxes[at])
    left, _, right, bottom = PAGE.boxes[at]
    coords = f'<Coords points="{pairs_of(some)}"/>'
    if not points:
        coords = (
            f"<Coords>{''.join(f'<Point x={x!r} y={y!r}/>' for x, y in map(_texts, some))}</Coords>"
        )
    text = f"<TextEquiv><Unicode>{escape(LINES[at].text)}</Unicode></TextEquiv>"
    if words:
        text = "".join(
            f'<Word id="l{at}w{n}">{coords}<TextEquiv><Unicode>{escape(one)}</Unicode></TextEquiv>'
            "</Word>"
            for n, one in enumerate(LINES[at].text.split(" "))
        )
    base = f'<Baseline points="{left},{bottom - 4} {right},{bottom - 4}"/>' if points else ""
    kind = "print" if at == 3 else "hand"
    return (
        f'<TextLine id="l{at}" custom="readingOrder {{index:{at};}} structure {{type:{kind};}}">'
        f"{coords}{base}{text}</TextLine>"
    )


def _texts(point: tuple[int, int]) -> tuple[str, str]:
    return str(point[0]), str(point[1])


def page_2019() -> dict[str, bytes]:
    """Lines in the file's order backwards; their own order counts."""
    lines = "".join(page_line(at) for at in reversed(range(len(LINES))))
    more = '<ImageRegion id="i1"><Coords points="1,1 9,1 9,9"/></ImageRegion>'
    return {"p.xml": page_xml(lines, more=more), "p.png": png(PAGE.pixels)}


def page_2013() -> dict[str, bytes]:
    lines = "".join(page_line(at, words=True) for at in range(len(LINES)))
    return {"page/p.xml": page_xml(lines, "2013-07-15"), "p.png": png(PAGE.pixels)}


def page_2010() -> dict[str, bytes]:
    lines = "".join(page_line(at, points=False) for at in range(len(LINES)))
    return {"p.xml": page_xml(lines, "2010-03-19"), "p.png": png(PAGE.pixels)}


def alto(version: str, *, split: bool = False, unit: str = "pixel", scale: int = 1) -> bytes:
    """An ALTO file; with `split` a line's words are strings with spaces between."""
    height, width = PAGE.pixels.shape[:2]
    lines = []
    for at, (line, box) in enumerate(zip(LINES, PAGE.boxes, strict=True)):
        left, top, right, bottom = (edge * scale for edge in box)
        where = f'HPOS="{left}" VPOS="{top}" WIDTH="{right - left}" HEIGHT="{bottom - top}"'
        words = line.text.split(" ") if split else [line.text]
        strings = "<SP/>".join(f"<String CONTENT={quoteattr(one)} {where}/>" for one in words)
        if split and line.text.endswith(" ¬"):
            strings = strings.removesuffix(f'<SP/><String CONTENT="¬" {where}/>')
            strings += '<SP/><HYP CONTENT="¬"/>'
        base = {"2": "", "3": f'BASELINE="{bottom - 4 * scale}"'}.get(
            version, f'BASELINE="{left} {bottom - 4} {right} {bottom - 4}"'
        )
        points = " ".join(f"{x * scale} {y * scale}" for x, y in corners(box))
        shape = f'<Shape><Polygon POINTS="{points}"/></Shape>' if version == "4" else ""
        kind = "T1" if at == 3 else "T0"
        lines.append(
            f'<TextLine ID="l{at}" TAGREFS="{kind}" {where} {base}>{shape}{strings}</TextLine>'
        )
    return (
        f'<?xml version="1.0"?><alto xmlns="{ALTO_SPACE}{version}#"><Description>'
        f"<MeasurementUnit>{unit}</MeasurementUnit><sourceImageInformation><fileName>p.png</fileName>"
        "</sourceImageInformation><Processing ID='p'><processingAgency>ann@example.org"
        "</processingAgency></Processing></Description><Tags><OtherTag ID='T0' LABEL='hand'/>"
        "<OtherTag ID='T1' LABEL='print'/></Tags>"
        f'<Layout><Page ID="P" WIDTH="{width * scale}" HEIGHT="{height * scale}"><PrintSpace>'
        f'<TextBlock ID="r1" HPOS="0" VPOS="0" WIDTH="{139 * scale}" HEIGHT="{199 * scale}">'
        f"{''.join(lines)}</TextBlock></PrintSpace></Page></Layout></alto>"
    ).encode()


def alto_files(content: bytes) -> dict[str, bytes]:
    return {"p.xml": content, "p.png": png(PAGE.pixels)}


def detection() -> dict[str, bytes]:
    lines = [
        {"transcription": line.text, "points": [list(one) for one in corners(box)]}
        for line, box in zip(LINES, PAGE.boxes, strict=True)
    ]
    row = f"images/p.png\t{json.dumps(lines, ensure_ascii=False)}\n"
    return {"det_gt_train.txt": row.encode(), "images/p.png": png(PAGE.pixels)}


def coco() -> dict[str, bytes]:
    height, width = PAGE.pixels.shape[:2]
    annotations = [
        {
            "id": at + 1,
            "image_id": 1,
            "category_id": 1,
            "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
            "segmentation": [[n for point in corners(box) for n in point]],
            "text": line.text,
        }
        for at, (line, box) in enumerate(zip(LINES, PAGE.boxes, strict=True))
    ]
    whole = {
        "images": [{"id": 1, "file_name": "p.png", "width": width, "height": height}],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "text"}],
    }
    return {"annotations.json": json.dumps(whole).encode(), "images/p.png": png(PAGE.pixels)}


class SetForm(NamedTuple):
    """One form of a set.

    Attributes:
        files: makes them, in a room of their own.
        pages: it has pages, and all lines on one side.
        writers: the ids that its lines tell, in order; "" where it tells none.
        sides: it tells sides.
    """

    files: Callable[[Path], dict[str, bytes]]
    pages: bool = False
    writers: tuple[str, ...] = ("",) * len(LINES)
    sides: bool = True


def _named(family: str) -> tuple[str, ...]:
    return tuple(f"{family}:{line.writer}" for line in LINES)


_FORMS_OF_IAM = tuple(f"iam:00{at // 2}" for at in range(len(LINES)))
FORMS: dict[str, SetForm] = {
    "paddleocr": SetForm(lambda _: paddleocr()),
    "gt.txt": SetForm(lambda _: pairs()),
    "metadata.jsonl": SetForm(lambda _: imagefolder_jsonl(), writers=_named("metadata")),
    "metadata.csv": SetForm(lambda _: imagefolder_csv(), writers=_named("metadata")),
    "parquet": SetForm(lambda _: parquet(), writers=_named("")),
    "arrow": SetForm(lambda _: arrow(), writers=_named("")),
    "lmdb": SetForm(lmdb_files),
    "webdataset": SetForm(lambda _: webdataset(), writers=_named("")),
    "doctr": SetForm(lambda _: doctr()),
    "easyocr": SetForm(lambda _: easyocr()),
    "kraken-arrow": SetForm(lambda _: kraken_arrow()),
    "iam-lines": SetForm(lambda _: iam_lines(), writers=_FORMS_OF_IAM, sides=False),
    "iam-words": SetForm(lambda _: iam_words(), sides=False),
    "iam-xml": SetForm(lambda _: iam_xml(), writers=_FORMS_OF_IAM, sides=False),
    "page-2019": SetForm(lambda _: page_2019(), True),
    "page-2013": SetForm(lambda _: page_2013(), True),
    "page-2010": SetForm(lambda _: page_2010(), True),
    "alto-2": SetForm(lambda _: alto_files(alto("2", split=True)), True),
    "alto-3": SetForm(lambda _: alto_files(alto("3", unit="mm10", scale=3)), True),
    "alto-4": SetForm(lambda _: alto_files(alto("4")), True),
    "paddleocr-det": SetForm(lambda _: detection(), True),
    "coco": SetForm(lambda _: coco(), True),
}
