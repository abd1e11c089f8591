"""Rows: one text file a shard, a line's index, its label and the hash of its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from penline.durable import put
from penline.errors import UnwritableLine
from penline.export import Exporter
from penline.export.base import Report, file_hash, hasher, pixel_bytes

__all__ = ["Rows"]


class Rows(Exporter):
    """Lines as text alone."""

    owns: ClassVar[tuple[str, ...]] = ("rows",)

    def shard(self, number: int, samples: Iterable[Any]) -> Report:
        """See `Exporter.shard`."""
        pixels, lines = hasher(), []
        for sample in samples:
            if isinstance(sample, UnwritableLine):
                continue
            pixels.update(pixel_bytes(sample.image))
            lines.append(f"{sample.index}\t{sample.text}\n")
        (self.out / "rows").mkdir(exist_ok=True)
        put(self.out / "rows" / f"{number:05d}.txt", "".join(lines).encode())
        return {"number": number, "lines": len(lines), "pixels": pixels.hexdigest()}

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        told = [{key: shard[key] for key in ("number", "lines", "pixels")} for shard in shards]
        files = {f"rows/{path.name}": file_hash(path) for path in (self.out / "rows").iterdir()}
        return {
            **report,
            "lines": {"train": sum(shard["lines"] for shard in told)},
            "files": dict(sorted(files.items())),
            "shards": told,
        }
