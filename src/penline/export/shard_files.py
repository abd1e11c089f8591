"""Formats of one file a shard and side: whole shards get their final names at the end.

How many files there will be is known only then. Until then a whole shard is called
``FOLDER/train-00012.shard``; `ShardFiles.finish` gives the final names, and where that was cut
short it goes on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, ClassVar

from penline.durable import sync_folder
from penline.errors import ExportError, UnwritableLine
from penline.export.base import Exporter, Report, file_hash
from penline.export.encoded import Encoded
from penline.export.examine import Findings, entries, inside
from penline.export.rows import FOLDERS
from penline.export.run import whole_report
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["ShardFiles"]

_SIDES = {split: side for side, split in FOLDERS.items()}


class ShardFiles(Exporter):
    """See the module.

    Attributes:
        folder: where the files are.
    """

    folder: ClassVar[str]

    @abstractmethod
    def written(self, path: Path) -> AbstractContextManager[Any]:
        """Open a file to be written; it is whole under its name when the block ends well."""

    @abstractmethod
    def add(self, file: Any, sample: Sample, data: bytes) -> None:
        """Add a line to such a file, with its encoded picture."""

    @classmethod
    @abstractmethod
    def final_name(cls, split: str, place: int, count: int) -> str:
        """Name a file of a split: the one at a place among so many."""

    def told(self, rows: Mapping[str, int]) -> dict[str, Any]:  # noqa: ARG002
        """Say more in the report, given how many lines each file holds."""
        return {}

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        encoded = Encoded(self.options)
        labels: list[tuple[str, str]] = []
        with ExitStack() as stack:
            files: dict[str, Any] = {}
            for sample, data in encoded.each(samples):
                side = sample.side
                if side not in files:
                    path = self._whole(side, number)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    files[side] = stack.enter_context(self.written(path))
                self.add(files[side], sample, data)
                labels.append((side, sample.text))
        return {
            "number": number,
            "labels": labels,
            "files": {side: file_hash(self._whole(side, number)) for side in sorted(files)},
            **encoded.metadata(),
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        parts: dict[str, list[tuple[int, str, int]]] = {side: [] for side in self.options.splits}
        pixels = []
        for shard in shards:
            tally.shard(shard)
            for side, text in shard["labels"]:
                tally.label(side, text)
            lines = Counter(side for side, _ in shard["labels"])
            for side, digest in shard["files"].items():
                parts[side].append((shard["number"], digest, lines[side]))
            pixels.append({key: shard[key] for key in ("number", "pixels")})
        totals = tally.totals()
        files, rows = {}, {}
        for side, found in parts.items():
            for place, (number, digest, count) in enumerate(found):
                name = f"{self.folder}/{self.final_name(FOLDERS[side], place, len(found))}"
                part, final = self._whole(side, number), self.out / name
                if part.exists():
                    part.replace(final)
                elif not final.exists():
                    raise ExportError(f"{part} is gone; the same command begins anew")
                files[name], rows[name] = digest, count
        sync_folder(self.out / self.folder)
        return whole_report(self.out, {**report, **totals, **self.told(rows)}, files, pixels)

    def _whole(self, side: str, number: int) -> Path:
        return self.out / self.folder / f"{FOLDERS[side]}-{number:05d}.shard"

    @classmethod
    def whole_files(
        cls, out: Path, report: Mapping[str, Any], found: Findings
    ) -> Iterator[tuple[str, str, Path]]:
        """Yield side, name and path of each file of the report that is there; note others."""
        for path in entries(out / cls.folder):
            if f"{cls.folder}/{path.name}" not in report["files"]:
                found.add(f"{cls.folder}/{path.name}: not in the report")
        for name in report["files"]:
            file = inside(out, name)
            if file is not None and file.is_file():
                yield _SIDES.get(file.name.partition("-")[0], ""), name, file
