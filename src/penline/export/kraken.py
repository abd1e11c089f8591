"""Kraken's two ways to take lines: picture and text side by side, and Arrow files.

``kraken``:

    train/00012/00012345.jpg        at most 1,000 a folder, named by index
    train/00012/00012345.gt.txt     its label, UTF-8, without a line end
    train.lst                       the paths of all pictures, one a line, from this folder
    validation/  test/              the same, where there are such lines
    boxes.jsonl                     if asked for: one object a line
    report.json

    ketos train -f path -t train.lst -e validation.lst      (in this folder)

``kraken-arrow``:

    train.arrow                     validation.arrow, test.arrow, where there are such lines
    train.lst                       the name of the file of that side, and so on
    boxes.jsonl                     if asked for: one object a line
    report.json

    ketos train -f binary -t train.lst -e validation.lst    (in this folder)

A file a side, because kraken 7 does not heed the sides that are marked in a file, and splits it by
chance: the same writers would stand on both sides then.

Columns are turned in both: kraken turns them itself, the same way, when it reads a page
(``kraken.lib.segmentation.extract_polygons``), and takes the lines of a set as they are.

Schema as ``ketos compile`` writes it (``kraken/lib/arrow_dataset.py``, kraken 7.1): ``lines`` is a
struct of ``text``, ``im`` (the image file's bytes) and ``language``; ``train``, ``validation`` and
``test`` say on which side a line is; the metadata ``lines`` says what is in the file. The files are
written in one last pass, 100 lines a batch. Sets made before had all sides in ``lines.arrow``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from penline.durable import streamed
from penline.export.base import Report, file_hash
from penline.export.boxes import box_line
from penline.export.examine import MAX_IMAGE_BYTES, Findings, entries, inside, picture
from penline.export.packed import PARTS, Packed, PackedLine, PackedPart
from penline.export.pictures import BOXES, PictureFolders, label_file, shard_folders
from penline.export.rows import FOLDERS
from penline.export.run import put, whole_report
from penline.export.tally import Tally

__all__ = ["SCHEMA", "Kraken", "KrakenArrow", "arrow_file"]

_BEFORE = "lines.arrow"
_TEXT = ".gt.txt"
_ROWS = 100
_LINE = pa.struct([("text", pa.string()), ("im", pa.binary()), ("language", pa.list_(pa.string()))])
SCHEMA = pa.schema([("lines", _LINE), *((split, pa.bool_()) for split in FOLDERS.values())])
"""Columns of the Arrow file; the metadata is not in it."""


def arrow_file(side: str) -> str:
    """Name of the file of a side's lines."""
    return f"{FOLDERS.get(side, side)}.arrow"


class Kraken(PictureFolders):
    """Picture and text side by side; see the module."""

    owns: ClassVar[tuple[str, ...]] = (
        *FOLDERS.values(),
        *(f"{split}.lst" for split in FOLDERS.values()),
        BOXES,
    )
    joined: ClassVar[tuple[str, ...]] = tuple(FOLDERS.values())
    filesets: ClassVar[Mapping[str, str]] = {
        "pictures": "{split}/*/*.{format}",
        "texts": f"{{split}}/*/*{_TEXT}",
    }
    across: ClassVar[bool] = True
    lines_only: ClassVar[bool] = True

    def beside(self, stem: str, text: str) -> Iterable[tuple[str, bytes]]:
        """See `PictureFolders.beside`."""
        yield f"{stem}{_TEXT}", text.encode()

    @classmethod
    def list_name(cls, side: str) -> str:
        """See `PictureFolders.list_name`."""
        return f"{FOLDERS.get(side, side)}.lst"

    @classmethod
    def entry(cls, side: str, path: str, text: str) -> bytes:  # noqa: ARG003
        """See `PictureFolders.entry`."""
        return f"{cls.parent(side)}/{path}\n".encode()

    @classmethod
    def labels(cls, out: Path, side: str, found: Findings) -> Iterator[tuple[str, str]]:
        """See `PictureFolders.labels`; what counts is the text beside a picture."""
        parent = cls.parent(side)
        for folder in shard_folders(out, parent):
            names = {path.name for path in entries(folder)}
            for name in sorted(names):
                if name.endswith(_TEXT):
                    stem = name.removesuffix(_TEXT)
                    image = f"{stem}.jpg" if f"{stem}.jpg" in names else f"{stem}.png"
                    yield (
                        f"{folder.name}/{image}",
                        label_file(out, f"{parent}/{folder.name}/{name}", found),
                    )


class KrakenArrow(Packed):
    """An Arrow file a side; see the module."""

    owns: ClassVar[tuple[str, ...]] = (
        *(f"{split}.arrow" for split in FOLDERS.values()),
        *(f"{split}.lst" for split in FOLDERS.values()),
        _BEFORE,
        PARTS,
        BOXES,
    )
    across: ClassVar[bool] = True

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        alphabets: dict[str, Counter[str]] = {side: Counter() for side in self.options.splits}
        parts, pixels, colour = [], [], False
        with ExitStack() as stack:
            boxes = stack.enter_context(streamed(self.out / BOXES)) if self.options.boxes else None
            for shard in shards:
                tally.shard(shard)
                box_lines = shard["boxes"].split(b"\n")
                for place, (side, text) in enumerate(shard["labels"]):
                    if boxes:
                        path = f"{arrow_file(side)}/{tally.lines[side]}"
                        boxes.write(box_line(path, box_lines[place]))
                    tally.label(side, text)
                    alphabets[side].update(text)
                colour = colour or shard["colour"]
                parts.append(PackedPart(shard["number"], shard["part"]))
                pixels.append({key: shard[key] for key in ("number", "pixels")})
            totals = tally.totals()
        names = []
        for side in self.options.splits:
            file, listed = arrow_file(side), Kraken.list_name(side)
            if tally.lines[side] and not (self.out / file).is_file():  # else an earlier run did
                metadata = _metadata(side, tally.lines[side], alphabets[side], colour=colour)
                self._lines(side, parts, metadata)
            if tally.lines[side]:
                put(self.out / listed, f"{file}\n".encode())
                names += [file, listed]
        self.remove_parts()
        names += [BOXES] if self.options.boxes else []
        return whole_report(self.out, {**report, **totals}, names, pixels)

    def _lines(self, side: str, parts: list[PackedPart], metadata: Mapping[str, str]) -> None:
        schema = SCHEMA.with_metadata(metadata)
        held: list[PackedLine] = []
        with (
            streamed(self.out / arrow_file(side)) as file,
            pa.ipc.new_file(file, schema) as writer,
        ):
            for part in parts:
                for row in self.rows(part):
                    if row.side == side:
                        held.append(row)
                    if len(held) == _ROWS:
                        writer.write_batch(_batch(held, schema))
                        held = []
            if held:
                writer.write_batch(_batch(held, schema))

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally(dict.fromkeys(report["lines"], 0))
        names = [_BEFORE] if _BEFORE in report["files"] else None
        for name in names or [arrow_file(side) for side, n in report["lines"].items() if n]:
            file = inside(out, name)
            if name not in report["files"]:
                found.add(f"{name}: not in the report")
            # what is not the file that was written is not parsed: `check` has named it already
            elif file and file.is_file() and file_hash(file) == report["files"][name]:
                own = {side for side in tally.lines if name in (_BEFORE, arrow_file(side))}
                _examine(file, name, own, tally, found)
        tally.compare(report, found)


def _examine(path: Path, name: str, sides: set[str], tally: Tally, found: Findings) -> None:
    """Take every line of a file that holds lines of these sides."""
    for number, (side, text, data) in enumerate(_read(path, name, found), 1):
        if side not in sides or not text:
            found.add(f"{name}: line {number}: no text, or on no side of the file")
            continue
        tally.label(side, text)
        if len(data) > MAX_IMAGE_BYTES or picture(data) is None:
            found.add(f"{name}: line {number}: its image does not decode")
        found.tick()


def _metadata(own: str, count: int, characters: Counter[str], *, colour: bool) -> dict[str, str]:
    """What kraken asks of the schema's metadata, as JSON, for the file of one side."""
    counts = {split: count if side == own else 0 for side, split in FOLDERS.items()}
    lines = {
        # pictures of whole lines, not cut along a baseline
        "type": "kraken_recognition_bbox",
        "alphabet": dict(sorted(characters.items())),
        "text_type": "raw",
        "image_type": "raw",
        "splits": ["train", "eval", "test"],
        "im_mode": "RGB" if colour else "L",
        "legacy_polygons": False,
        "counts": {"all": sum(counts.values()), **counts},
        "languages": {},
    }
    return {"lines": json.dumps(lines, ensure_ascii=False)}


def _batch(rows: list[PackedLine], schema: pa.Schema) -> pa.RecordBatch:
    lines = [{"text": row.text, "im": row.image, "language": None} for row in rows]
    sides = [pa.array([row.side == side for row in rows], pa.bool_()) for side in FOLDERS]
    return pa.record_batch([pa.array(lines, _LINE), *sides], schema=schema)


def _read(path: Path, name: str, found: Findings) -> Iterator[tuple[str, str, bytes]]:
    """Side, text and image of each line; damage is noted."""
    try:
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
            if not reader.schema.equals(SCHEMA):
                found.add(f"{name}: its columns are not those of kraken")
                return
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                batch.validate(full=True)
                for row in batch.to_pylist():
                    sides = [side for side, split in FOLDERS.items() if row[split]]
                    line = row["lines"] or {}
                    side = sides[0] if len(sides) == 1 else ""
                    yield side, line.get("text") or "", line.get("im") or b""
    except (pa.ArrowException, OSError, ValueError) as error:
        found.add(f"{name}: cannot be read: {' '.join(str(error).split())[:200]}")
