"""Formats of one picture a line, in folders of at most 1,000, with their labels beside them.

What such formats share; a format says where the pictures of a side lie, which files stand
beside a picture or close its folder, and how a list of all labels looks, if it has one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

from penline.durable import read_file, streamed
from penline.errors import ExportError, UnwritableLine
from penline.export.base import (
    Exporter,
    Report,
    hasher,
    shard_folder,
    write,
)
from penline.export.boxes import box_line, box_metadata
from penline.export.encoded import Encoded
from penline.export.examine import Findings, entries, inside, picture
from penline.export.rows import FOLDERS
from penline.export.run import whole_report
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["BOXES", "PictureFolders", "file_bytes", "label_file", "shard_folders"]

BOXES = "boxes.jsonl"
_PICTURES = (".jpg", ".png")
_MAX_FILE_BYTES = 1 << 28


class PictureFolders(Exporter):
    """See the module.

    Attributes:
        inner: what stands between a split's name and the folders of its shards.
        lines_only: whether a label must hold no line end.
        between: what parts two entries of the list of all labels.
        around: what stands before and after its entries.
    """

    filesets: ClassVar[Mapping[str, str]] = {"pictures": "{split}/*/*.{format}"}
    inner: ClassVar[str] = ""
    lines_only: ClassVar[bool] = False
    between: ClassVar[bytes] = b""
    around: ClassVar[tuple[bytes, bytes]] = (b"", b"")

    @classmethod
    def parent(cls, side: str) -> str:
        """The folder of a side's shards."""
        return FOLDERS.get(side, side) + cls.inner

    def beside(self, stem: str, text: str) -> Iterable[tuple[str, bytes]]:  # noqa: ARG002
        """Files to stand before a picture in its folder, by name."""
        return ()

    def closing(self, rows: list[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:  # noqa: ARG002
        """Files to close a folder of pictures with, by name."""
        return ()

    @classmethod
    def list_name(cls, side: str) -> str | None:  # noqa: ARG003
        """Name of the list of all labels of a side; None where the format has none."""
        return None

    @classmethod
    def entry(cls, side: str, path: str, text: str) -> bytes:  # noqa: ARG003
        """The entry of a picture, by its path in `parent`, in that list."""
        return b""

    @classmethod
    @abstractmethod
    def labels(cls, out: Path, side: str, found: Findings) -> Iterator[tuple[str, str]]:
        """Path (in `parent`) and text of each label of a side; damage is noted."""

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        encoded = Encoded(self.options)
        rows: dict[str, list[tuple[str, str]]] = {}
        labels: list[tuple[str, str, str]] = []
        boxes: list[bytes] = []
        digests: dict[str, Any] = {}
        name = self.shard_name(number, self.options.prefix)
        with ExitStack() as stack:
            folders: dict[str, Path] = {}

            def place(side: str, files: Iterable[tuple[str, bytes]]) -> None:
                for file_name, data in files:
                    write(f"{folders[side]}/{file_name}", data)
                    digests[side].update(data)

            for sample, data in encoded.each(samples):
                side, text = sample.side, sample.text
                if side not in folders:
                    parent = self.out / self.parent(side)
                    folders[side] = stack.enter_context(shard_folder(parent, name))
                    digests[side], rows[side] = hasher(), []
                stem = f"{sample.index:08d}"
                file = f"{stem}.{self.options.format}"
                path = f"{self.parent(side)}/{name}/{file}"
                if self.lines_only and any(mark in text for mark in "\n\r"):
                    raise ExportError(f"{path}: a label must hold no line end")
                place(side, [*self.beside(stem, text), (file, data)])
                rows[side].append((file, text))
                labels.append((side, f"{name}/{file}", text))
                if self.options.boxes:
                    boxes.append(box_line(path, box_metadata(sample)))
            for side, found in rows.items():
                place(side, self.closing(found))
        return {
            "number": number,
            "labels": labels,
            "boxes": b"".join(boxes),
            "files": {self.parent(side): digests[side].hexdigest() for side in sorted(folders)},
            **encoded.metadata(),
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        kept = []
        lists: dict[str, IO[bytes]] = {}
        with ExitStack() as stack:
            boxes = None
            if self.options.boxes:
                boxes = stack.enter_context(streamed(self.out / BOXES))
            for shard in shards:
                tally.shard(shard)
                kept.append({key: shard[key] for key in ("number", "files", "pixels")})
                if boxes:
                    boxes.write(shard["boxes"])
                for side, path, text in shard["labels"]:
                    tally.label(side, text)
                    self._list(side, path, text, lists, stack)
            for file in lists.values():
                file.write(self.around[1])
        totals = tally.totals()
        names = [name for side in lists if (name := self.list_name(side))]
        names += [BOXES] if self.options.boxes else []
        return whole_report(self.out, {**report, **totals}, sorted(names), kept)

    def _list(
        self, side: str, path: str, text: str, lists: dict[str, IO[bytes]], stack: ExitStack
    ) -> None:
        name = self.list_name(side)
        if name is None:
            return
        if side in lists:
            lists[side].write(self.between)
        else:
            lists[side] = stack.enter_context(streamed(self.out / name))
            lists[side].write(self.around[0])
        lists[side].write(self.entry(side, path, text))

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally({})
        seen: dict[str, str] = {}
        for side in report["lines"]:
            parent = cls.parent(side)
            tally.lines[side] = 0
            labelled: set[str] = set()
            for path, text in cls.labels(out, side, found):
                if not text:
                    found.add(f"{parent}/{path}: no text")
                    continue
                tally.label(side, text)
                if path in labelled:
                    found.add(f"{parent}: {path} stands twice")
                labelled.add(path)
            for folder in shard_folders(out, parent):
                digest = hasher()
                for file in entries(folder):
                    name = f"{folder.name}/{file.name}"
                    data = file_bytes(out, f"{parent}/{name}", found)
                    digest.update(data)
                    if file.suffix not in _PICTURES:
                        continue
                    if name not in labelled:
                        found.add(f"{parent}/{name}: an image without a label")
                    labelled.discard(name)
                    if picture(data) is None:
                        found.add(f"{parent}/{name}: does not decode as an image")
                    found.tick()
                seen[f"{parent}/{folder.name}"] = digest.hexdigest()
            for path in sorted(labelled):
                found.add(f"{parent}/{path}: missing")
        prefix = report["run"].get("prefix", "")
        written = {
            f"{parent}/{cls.shard_name(shard['number'], prefix)}": digest
            for shard in report["shards"]
            for parent, digest in dict(shard["files"] or {}).items()
        }
        found.hashes(written, seen)
        tally.compare(report, found)


def shard_folders(out: Path, parent: str) -> list[Path]:
    """The folders of a side's shards, in order."""
    folder = inside(out, parent)
    if folder is None or not folder.is_dir():
        return []
    return [path for path in entries(folder) if path.is_dir() and not path.is_symlink()]


def file_bytes(out: Path, name: str, found: Findings) -> bytes:
    """A small file of the data set; ``b""`` with a problem noted."""
    path = inside(out, name)
    if path is None:
        found.add(f"{name}: leads out of the data set")
        return b""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_FILE_BYTES:
            found.add(f"{name}: no file of a line")
            return b""
        return read_file(path)
    except OSError as error:
        found.add(f"{name}: {error.strerror or 'cannot be read'}")
        return b""


def label_file(out: Path, name: str, found: Findings) -> str:
    """A small file of text; ``""`` with a problem noted."""
    try:
        return file_bytes(out, name, found).decode("utf-8")
    except UnicodeDecodeError as error:
        found.add(f"{name}: byte {error.start} is not UTF-8")
        return ""
