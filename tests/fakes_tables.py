"""Writers of small tables of pictures, in the true layouts of those that people pass on."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import lmdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fakes import folder, png_file, zip_file
from fakes_etl import tar_file

Pictures = np.ndarray


def holders(place: Path, files: Mapping[str, bytes]) -> tuple[Path, Path, Path]:
    """The same files in a folder, a zip and a tar."""
    return (
        folder(place / "set", files),
        zip_file(place / "set.zip", files),
        tar_file(place / "set.tar", files),
    )


def tight(ink: np.ndarray) -> np.ndarray:
    """Ink without the paper around it."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def pixel_csv(
    pictures: Pictures, labels: Iterable[object], *, header: bool = True, last: bool = False
) -> bytes:
    """A CSV of pixels: the label first or last, with or without a header."""
    height, width = pictures.shape[1:3]
    names = [f"{row}x{column}" for row in range(1, height + 1) for column in range(1, width + 1)]
    rows: list[list[object]] = [["label", *names]] if header else []
    flat = pictures.reshape(len(pictures), -1)
    rows += [[label, *pixels] for label, pixels in zip(labels, flat, strict=True)]
    rows = [[*row[1:], row[0]] for row in rows] if last else rows
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def npz(method: int = zipfile.ZIP_DEFLATED, /, **arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", npy(array))
    return out.getvalue()


def leaf(pictures: Pictures, labels: Sequence[int], users: Mapping[str, int]) -> bytes:
    """LEAF's JSON of pictures in light: so many of each user, one after the other."""
    data, at = {}, 0
    for user, count in users.items():
        rows = pictures[at : at + count].reshape(count, -1).tolist()
        data[user] = {"x": rows, "y": list(labels[at : at + count])}
        at += count
    found = {"users": list(users), "num_samples": list(users.values()), "user_data": data}
    return json.dumps(found).encode()


_MAT_TYPES = {"i1": 1, "u1": 2, "i2": 3, "u2": 4, "i4": 5, "u4": 6, "f4": 7, "f8": 9}
_MAT_CLASSES = {"f8": 6, "f4": 7, "i1": 8, "u1": 9, "i2": 10, "u2": 11, "i4": 12, "u4": 13}


def mat_element(kind: int, data: bytes) -> bytes:
    if 0 < len(data) <= 4:
        return struct.pack("<HH", kind, len(data)) + data.ljust(4, b"\0")
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def mat_array(name: str, value: np.ndarray | Mapping[str, object]) -> bytes:
    """An array of numbers, or a structure of one item, as MATLAB writes it."""
    if isinstance(value, Mapping):
        kind, sides = 2, (1, 1)
        width = max(map(len, value)) + 1
        names = b"".join(field.encode().ljust(width, b"\0") for field in value)
        rest = mat_element(5, struct.pack("<i", width)) + mat_element(1, names)
        rest += b"".join(mat_array("", found) for found in value.values())
    else:
        dtype = value.dtype.str[1:]
        kind, sides = _MAT_CLASSES[dtype], value.shape
        rest = mat_element(_MAT_TYPES[dtype], value.tobytes(order="F"))
    body = mat_element(6, struct.pack("<II", kind, 0))
    body += mat_element(5, struct.pack(f"<{len(sides)}i", *sides))
    body += mat_element(1, name.encode())
    body += rest
    return struct.pack("<II", 14, len(body)) + body


def mat(*, packed: bool = True, **values: np.ndarray | Mapping[str, object]) -> bytes:
    head = b"MATLAB 5.0 MAT-file, made by a test".ljust(124) + b"\x00\x01IM"
    for name, value in values.items():
        whole = mat_array(name, value)
        deflated = zlib.compress(whole)
        head += struct.pack("<II", 15, len(deflated)) + deflated if packed else whole
    return head


def emnist_mat(
    pictures: Pictures, labels: Sequence[int], writers: Sequence[int], mapping: Mapping[int, str]
) -> bytes:
    """EMNIST's structure: images lie on their side, one a row; half are of the test part."""
    flat = pictures.swapaxes(1, 2).reshape(len(pictures), -1)
    half = len(pictures) // 2
    sides = {
        part: {
            "images": flat[rows],
            "labels": np.array(labels, np.uint8)[rows, None],
            "writers": np.array(writers, np.float64)[rows, None],
        }
        for part, rows in (("train", slice(None, half)), ("test", slice(half, None)))
    }
    table = np.array([[number, ord(one)] for number, one in mapping.items()], np.uint8)
    return mat(dataset={**sides, "mapping": table})


def arrow_rows(
    pictures: Pictures,
    labels: Sequence[object],
    names: Sequence[str] = (),
    **more: Sequence[object],
) -> pa.Table:
    """A table as the data sets library of Hugging Face makes it."""
    image = [{"bytes": png_file(one), "path": f"{n}.png"} for n, one in enumerate(pictures)]
    kind = pa.int64() if names else pa.string()
    columns = {
        "image": pa.array(image, pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        "label": pa.array(list(labels), kind),
        **{name: pa.array(list(values)) for name, values in more.items()},
    }
    feature = {"names": list(names), "_type": "ClassLabel"} if names else {"_type": "Value"}
    features = {"image": {"_type": "Image"}, "label": feature}
    facts = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.table(columns).replace_schema_metadata(facts)


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def arrow(table: pa.Table, *, stream: bool = True) -> bytes:
    out = io.BytesIO()
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


Box = tuple[str, int, int, int, int]
"""Label, left, top, width and height."""


def coco(pages: Mapping[str, Sequence[Box]]) -> bytes:
    names = sorted({box[0] for boxes in pages.values() for box in boxes})
    found: dict[str, list[object]] = {
        "images": [{"id": n, "file_name": page} for n, page in enumerate(pages)],
        "annotations": [
            {"id": 0, "image_id": n, "category_id": names.index(box[0]), "bbox": list(box[1:])}
            for n, boxes in enumerate(pages.values())
            for box in boxes
        ],
        "categories": [{"id": n, "name": name} for n, name in enumerate(names)],
    }
    return json.dumps(found).encode()


def labelme(page: str, boxes: Sequence[Box]) -> bytes:
    shapes = [
        {"label": label, "points": [[x, y], [x + w, y + h]], "shape_type": "rectangle"}
        for label, x, y, w, h in boxes
    ]
    return json.dumps({"version": "5.4", "imagePath": page, "shapes": shapes}).encode()


def voc(page: str, boxes: Sequence[Box]) -> bytes:
    """Pascal VOC, as LabelImg writes it."""
    found = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{x}</xmin><ymin>{y}</ymin>"
        f"<xmax>{x + w}</xmax><ymax>{y + h}</ymax></bndbox></object>"
        for label, x, y, w, h in boxes
    )
    return f"<annotation><filename>{page}</filename>{found}</annotation>".encode()


def cvat(pages: Mapping[str, Sequence[Box]]) -> bytes:
    """CVAT's XML for images."""
    found = ""
    for n, (page, boxes) in enumerate(pages.items()):
        shapes = "".join(
            f'<box label="{label}" xtl="{x}.00" ytl="{y}.00" xbr="{x + w}.00" ybr="{y + h}.00"/>'
            for label, x, y, w, h in boxes
        )
        found += f'<image id="{n}" name="{page}">{shapes}</image>'
    return f"<annotations><version>1.1</version>{found}</annotations>".encode()


def label_studio(pages: Mapping[str, Sequence[Box]], size: tuple[int, int]) -> bytes:
    """Label Studio's export: parts of 100 of the page's sides, the character as a region's text."""
    wide, high = size
    tasks = []
    for page, boxes in pages.items():
        result: list[object] = []
        for n, (label, x, y, w, h) in enumerate(boxes):
            place = {"x": 100 * x / wide, "y": 100 * y / high}
            place |= {"width": 100 * w / wide, "height": 100 * h / high, "rotation": 0}
            result.append({"id": f"r{n}", "value": {**place, "rectanglelabels": ["glyph"]}})
            result.append({"id": f"r{n}", "value": {**place, "text": [label]}})
        data = {"image": f"/data/local-files/?d=some/{page}"}
        tasks.append({"id": 1, "data": data, "annotations": [{"result": result}]})
    return json.dumps(tasks).encode()


def yolo(boxes: Sequence[Box], names: str, size: tuple[int, int]) -> bytes:
    """YOLO's lines: the number of a class, the box's middle and size in parts of the page."""
    wide, high = size
    return "".join(
        f"{names.index(label)} {(x + w / 2) / wide:.6f} {(y + h / 2) / high:.6f} "
        f"{w / wide:.6f} {h / high:.6f}\n"
        for label, x, y, w, h in boxes
    ).encode()


def page_glyphs(page: str, boxes: Sequence[Box], kind: str = "Glyph") -> bytes:
    """A page of PAGE XML with one line, whose glyphs or words are the boxes."""
    space = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
    found = "".join(
        f'<{kind} id="g{n}"><Coords points="{x},{y} {x + w - 1},{y} {x + w - 1},{y + h - 1}"/>'
        f"<TextEquiv><Unicode>{label}</Unicode></TextEquiv></{kind}>"
        for n, (label, x, y, w, h) in enumerate(boxes)
    )
    found = f'<Word id="w">{found}</Word>' if kind == "Glyph" else found
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><PcGts xmlns="{space}">'
        f'<Page imageFilename="{page}"><TextRegion id="r"><TextLine id="l">{found}</TextLine>'
        "</TextRegion></Page></PcGts>"
    ).encode()


def kuzushiji(pages: Mapping[str, Sequence[Box]]) -> bytes:
    rows = [
        f"{page}," + " ".join(f"U+{ord(label):04X} {x} {y} {w} {h}" for label, x, y, w, h in boxes)
        for page, boxes in pages.items()
    ]
    return "\n".join(["image_id,labels", *rows, ""]).encode()


def mth(boxes: Sequence[Box]) -> bytes:
    rows = [f"{label} {x} {y} {x + w} {y + h}\n" for label, x, y, w, h in boxes]
    return "".join(rows).encode()


def boxes_files() -> dict[str, bytes]:
    """One small file of each form."""
    boxes = [("永", 1, 2, 8, 9), ("a", 12, 2, 7, 8)]
    return {
        "a.json": coco({"1.png": boxes, "2.png": boxes[:1]}),
        "b.json": labelme("1.png", boxes),
        "c.xml": page_glyphs("1.png", boxes),
        "d.csv": kuzushiji({"1": boxes, "2": boxes[:1]}),
        "e.txt": mth(boxes),
        "f.xml": voc("1.png", boxes),
        "g.xml": cvat({"1.png": boxes, "2.png": boxes[:1]}),
        "h.json": label_studio({"1.png": boxes}, (40, 20)),
        "i.txt": yolo(boxes, "永a", (40, 20)),
    }


def lmdb_file(folder: Path, pictures: Pictures, labels: Sequence[str]) -> Path:
    opened = lmdb.open(str(folder), map_size=1 << 24)
    with opened as environment, environment.begin(write=True) as writing:
        for number, (one, label) in enumerate(zip(pictures, labels, strict=True), 1):
            writing.put(f"image-{number:09d}".encode(), png_file(one))
            writing.put(f"label-{number:09d}".encode(), label.encode())
        writing.put(b"num-samples", str(len(pictures)).encode())
    return folder / "data.mdb"


def webdataset(path: Path, pictures: Pictures, labels: Sequence[str], kind: str = "txt") -> Path:
    files: dict[str, bytes] = {}
    for number, (one, label) in enumerate(zip(pictures, labels, strict=True)):
        files[f"{number:06d}.png"] = png_file(one)
        text = json.dumps({"label": label, "writer": f"w{number % 2}"}) if kind == "json" else label
        files[f"{number:06d}.{kind}"] = text.encode()
    return tar_file(path, files)
