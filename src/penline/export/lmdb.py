"""LMDB as PaddleOCR and deep-text-recognition-benchmark read it.

    train/data.mdb          and validation/, test/ where there is such a side
    dict.txt                the labels' characters, or the user's own file, unchanged
    paddleocr_rec.yml       settings that fit these lines, for PaddleOCR
    boxes.jsonl             if asked for: one object a line, its ``path`` a folder and a key
    report.json

Keys (PaddleOCR ``LMDBDataSet``; ``create_lmdb_dataset.py`` of deep-text-recognition-benchmark):
``num-samples`` (ASCII), ``image-%09d`` (the image file's bytes), ``label-%09d`` (UTF-8), from 1.
Both open every leaf folder below ``data_dir``, so that is ``train``, not the folder above.

A database is written in one last pass, a commit for each shard's lines, into a map that grows
with its content; so its bytes follow from its lines alone, on machines of the same page size.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from penline.durable import about, remove, removed_if_failed, streamed, sync_folder
from penline.errors import MissingExtra
from penline.export.base import Options, Report
from penline.export.boxes import box_line
from penline.export.examine import MAX_IMAGE_BYTES, Findings, entries, inside, picture
from penline.export.lmdb_read import read_pairs
from penline.export.packed import PARTS, Packed, PackedPart
from penline.export.paddleocr import BOXES, DICTIONARY, fit_of, put_settings
from penline.export.paddleocr_config import CONFIGURATION
from penline.export.paddleocr_fit import line_fit
from penline.export.rows import FOLDERS
from penline.export.run import whole_report
from penline.export.tally import Tally

__all__ = ["DATABASE", "LMDB", "image_key", "label_key"]

DATABASE = "data.mdb"
_STOCK_LENGTH = 25
_LONG = (
    f"labels longer than {_STOCK_LENGTH} characters, which deep-text-recognition-benchmark leaves "
    "out unless --batch_max_length says more"
)
_COUNT = b"num-samples"
_PAGE = min(mmap.PAGESIZE, 1 << 15)
_INLINE_BYTES = _PAGE // 2
"""Larger values lie on pages of their own."""
_MAX_DIGITS = 10
_SPARE_PAGES = 256
"""The root, the free list, and what a commit copies before it changes it."""


def image_key(number: int) -> bytes:
    """Key of the image of line `number`, from 1."""
    return b"image-%09d" % number


def label_key(number: int) -> bytes:
    """Key of the label of line `number`, from 1."""
    return b"label-%09d" % number


class LMDB(Packed):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (*FOLDERS.values(), PARTS, DICTIONARY, CONFIGURATION, BOXES)
    across: ClassVar[bool] = True

    def __init__(self, out: Path, options: Options) -> None:
        _lmdb()  # before a line is composed, not after the last one
        super().__init__(out, options)

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        parts, pixels, fit = [], [], fit_of(self.options)
        lengths: Counter[int] = Counter()
        with ExitStack() as stack:
            boxes = stack.enter_context(streamed(self.out / BOXES)) if self.options.boxes else None
            for shard in shards:
                tally.shard(shard)
                box_lines = shard["boxes"].split(b"\n")
                for place, (side, text) in enumerate(shard["labels"]):
                    tally.label(side, text)
                    if boxes:
                        key = image_key(tally.lines[side]).decode()
                        path = f"{FOLDERS[side]}/{key}"
                        boxes.write(box_line(path, box_lines[place]))
                lengths.update(len(text) for _, text in shard["labels"])
                for (_, text), size in zip(shard["labels"], shard["sizes"], strict=True):
                    fit.add([line_fit(text, *size)])
                parts.append(PackedPart(shard["number"], shard["part"]))
                pixels.append({key: shard[key] for key in ("number", "pixels")})
            if longer := sum(n for size, n in lengths.items() if size > _STOCK_LENGTH):
                tally.counts[_LONG] = longer
            totals = tally.totals()
        self._databases(parts)
        folders = [FOLDERS[side] for side in self.options.splits]
        data = {
            part: ["name: LMDBDataSet", f"data_dir: ./{folder}"]
            for part, folder in zip(("Train", "Eval"), folders, strict=False)
        }
        told = put_settings(self.out, self.options, tally, fit, data, least=b"\n")
        self.remove_parts()
        names = [f"{folder}/{DATABASE}" for folder in folders]
        names += [DICTIONARY, CONFIGURATION, *([BOXES] if self.options.boxes else [])]
        return whole_report(self.out, {**report, **totals, **told}, names, pixels)

    def _databases(self, parts: list[PackedPart]) -> None:
        """Write the databases that an earlier run did not finish, all in one reading."""
        left = [side for side in self.options.splits if not (self.out / FOLDERS[side]).is_dir()]
        if not left:
            return  # and the parts may be gone already
        with ExitStack() as stack:
            written = {
                side: stack.enter_context(_written(self.out / FOLDERS[side])) for side in left
            }
            for part in parts:
                rows = list(self.rows(part))
                for side in left:
                    written[side].add([(text, image) for at, text, image in rows if at == side])

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally({})
        for side in report["lines"]:
            split = FOLDERS.get(side, side)
            name = f"{split}/{DATABASE}"
            tally.lines[side] = 0
            file = inside(out, name)
            if name not in report["files"]:
                found.add(f"{name}: not in the report")
            elif file and file.is_file():
                _lines(file, name, tally, side, found)
            for path in entries(out / split):
                if path.name != DATABASE:
                    found.add(f"{split}/{path.name}: not in the report")
        tally.compare(report, found)


class _Database:
    """A database being written."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        # commits need no sync of their own: what is not whole has no name and is made anew
        self.store = _lmdb().open(
            str(folder),
            map_size=_SPARE_PAGES * _PAGE,
            mode=0o666,  # the umask takes from it, as from all other files
            lock=False,
            sync=False,
            readahead=False,
        )

    def add(self, lines: list[tuple[str, bytes]]) -> None:
        """Put lines, in one commit."""
        self._grow(sum(_room(len(text) * 4) + _room(len(image)) for text, image in lines))
        with self.store.begin(write=True) as writing:
            for text, image in lines:
                self.count += 1
                writing.put(image_key(self.count), image)
                writing.put(label_key(self.count), text.encode())

    def close(self) -> None:
        """Put the count, and bring all of it to the disk."""
        self._grow(0)
        with self.store.begin(write=True) as writing:
            writing.put(_COUNT, b"%d" % self.count)
        self.store.sync(True)
        self.store.close()

    def _grow(self, more_bytes: int) -> None:
        used = (self.store.info()["last_pgno"] + 1 + _SPARE_PAGES) * _PAGE
        self.store.set_mapsize(-(-(used + more_bytes) // _PAGE) * _PAGE)


def _room(size: int) -> int:
    """Bytes that a value may take in the map at most; leaves are at least a third full."""
    return 3 * (size + 64) if size < _INLINE_BYTES else (-(-(size + 16) // _PAGE) + 1) * _PAGE


@contextmanager
def _written(final: Path) -> Iterator[_Database]:
    """A database to be written; its folder gets its name when the block ends well."""
    partial = final.with_name(f".{final.name}.{os.getpid()}.partial")
    remove(partial)
    with about(final), removed_if_failed(partial):
        partial.mkdir()
        try:
            database = _Database(partial)
            try:
                yield database
                database.close()
            finally:
                database.store.close()
        except _lmdb().Error as error:
            # never ExportError, which says that there is nothing in the run
            code = errno.ENOSPC if "No space" in str(error) else errno.EIO
            raise OSError(code, str(error), str(final)) from None
        partial.rename(final)
        sync_folder(final.parent)


def _lines(path: Path, name: str, tally: Tally, side: str, found: Findings) -> None:
    """Take every entry of a database, in the order of its keys: images, labels, their number."""
    images = labels = 0
    stated: int | None = None
    try:
        for key, value in read_pairs(path):
            if key == image_key(images + 1):
                images += 1
                if len(value) > MAX_IMAGE_BYTES or picture(value) is None:
                    found.add(f"{name}: {key.decode()}: does not decode as an image")
                found.tick()
            elif key == label_key(labels + 1):
                labels += 1
                try:
                    tally.label(side, value.decode())
                except UnicodeDecodeError as error:
                    found.add(f"{name}: {key.decode()}: byte {error.start} is not UTF-8")
            elif key == _COUNT and value.isdigit() and len(value) < _MAX_DIGITS:
                stated = int(value)
            else:
                found.add(f"{name}: {key[:40]!r} is not the next key, or not its value")
    except (ValueError, OSError) as error:
        found.add(f"{name}: cannot be read: {error}")
    if not images == labels == stated:
        found.add(f"{name}: {images} images, {labels} labels, and num-samples is {stated}")


def _lmdb() -> ModuleType:
    try:
        import lmdb
    except ImportError:
        raise MissingExtra("the format lmdb", "lmdb") from None
    return lmdb
