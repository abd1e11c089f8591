"""Hugging Face ImageFolder: a folder of images a split, with their labels in JSON lines.

Layout (Hugging Face datasets, "Create an image dataset": ``metadata.jsonl`` beside the images,
``file_name`` relative to it, splits by the names of folders):

    train/00012/00012345.png     at most 1,000 a folder, named by index
    train/metadata.jsonl         {"file_name": "00012/00012345.png", "text": ..., "writer": ...}
    validation/  test/           the same, where there are such lines
    report.json

A label may hold whatever JSON can. With boxes a row has ``quads``, ``origins`` and ``drawn``, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from penline.durable import streamed
from penline.errors import UnwritableLine
from penline.export.base import (
    Exporter,
    Report,
    hasher,
    shard_folder,
    write,
)
from penline.export.encoded import Encoded
from penline.export.examine import Findings, entries, json_lines, picture_bytes
from penline.export.rows import FOLDERS, row
from penline.export.run import whole_report
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["METADATA", "ImageFolder"]

METADATA = "metadata.jsonl"


class ImageFolder(Exporter):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = tuple(FOLDERS.values())
    filesets: ClassVar[Mapping[str, str]] = {"pictures": "{split}/*/*.{format}"}
    hub_files: ClassVar[str] = "{split}/**"

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        options = self.options
        name = f"{number:05d}"
        rows: list[tuple[str, dict[str, Any]]] = []
        encoded = Encoded(options)
        hashes = {side: hasher() for side in options.splits}
        with ExitStack() as stack:
            folders: dict[str, Path] = {}
            for sample, data in encoded.each(samples):
                side = sample.side
                if side not in folders:
                    parent = self.out / FOLDERS[side]
                    folders[side] = stack.enter_context(shard_folder(parent, name))
                file = f"{sample.index:08d}.{options.format}"
                write(f"{folders[side]}/{file}", data)
                hashes[side].update(data)
                entry = {"file_name": f"{name}/{file}", **row(sample, boxes=options.boxes)}
                rows.append((side, entry))
        return {
            "number": number,
            "rows": rows,
            "files": {FOLDERS[side]: hashes[side].hexdigest() for side in sorted(folders)},
            **encoded.metadata(),
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        kept = []
        with ExitStack() as stack:
            files: dict[str, Any] = {}
            for shard in shards:
                tally.shard(shard)
                kept.append({key: shard[key] for key in ("number", "files", "pixels")})
                for side, entry in shard["rows"]:
                    if side not in files:
                        path = self.out / FOLDERS[side] / METADATA
                        files[side] = stack.enter_context(streamed(path))
                    files[side].write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
                    tally.label(side, entry["text"])
        names = [f"{FOLDERS[side]}/{METADATA}" for side in self.options.splits if side in files]
        return whole_report(self.out, {**report, **tally.totals()}, names, kept)

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally({})
        seen: dict[str, Any] = {}
        for side in report["lines"]:
            split = FOLDERS.get(side, side)
            tally.lines[side] = 0
            if not report["lines"][side] and not (out / split).exists():
                continue
            labelled: set[str] = set()
            for number, entry in json_lines(out / split / METADATA, f"{split}/{METADATA}", found):
                name, text = entry.get("file_name"), entry.get("text")
                place = f"{split}/{METADATA}: line {number}"
                if not isinstance(name, str) or not isinstance(text, str) or not text:
                    found.add(f"{place}: no file_name, or no text")
                    continue
                tally.label(side, text)
                if name in labelled:
                    found.add(f"{place}: {name} stands twice")
                    continue
                labelled.add(name)
                folder = f"{split}/{name.partition('/')[0]}"
                data = picture_bytes(out, f"{split}/{name}", found)
                seen.setdefault(folder, hasher()).update(data)
                found.tick()
            for path in entries(out / split, "**/*"):
                name = path.relative_to(out / split).as_posix()
                if path.is_file() and name not in labelled and name != METADATA:
                    found.add(f"{split}/{name}: an image without a label")
        written = {
            f"{split}/{shard['number']:05d}": digest
            for shard in report["shards"]
            for split, digest in (shard["files"] or {}).items()
        }
        found.hashes(written, {folder: digest.hexdigest() for folder, digest in seen.items()})
        tally.compare(report, found)
