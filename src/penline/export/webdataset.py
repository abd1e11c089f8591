"""Tar files as WebDataset reads them: the members of a line stand together and share a stem.

    train-000000.tar            validation-..., test-... where there are such lines; numbered
                                without gaps, at most 1,000 lines each
        00012345.jpg            or .png
        00012345.txt            the label
        00012345.json           {"text": ..., "writer": ...}, with boxes all that is known of it
    report.json

Names hold no dot but that of the ending, since a key ends at the first one. Times and owners in
the archives are fixed. How many files there will be is known only at the end; until then a whole
shard is called ``train-00012.shard``, and `WebDataset.finish` gives the final names.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from penline.durable import streamed, sync_folder
from penline.errors import ExportError, UnwritableLine
from penline.export.base import Exporter, Report, file_hash
from penline.export.encoded import Encoded
from penline.export.examine import MAX_IMAGE_BYTES, Findings, entries, inside, picture
from penline.export.rows import FOLDERS, row
from penline.export.run import REPORT, put
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["TARS", "WebDataset"]

TARS = "shards"


class WebDataset(Exporter):
    """See the module."""

    owns: ClassVar[tuple[str, ...]] = (TARS,)

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        encoded = Encoded(self.options)
        labels: list[tuple[str, str]] = []
        with ExitStack() as stack:
            files: dict[str, tarfile.TarFile] = {}
            for sample, data in encoded.each(samples):
                side = sample.side
                if side not in files:
                    files[side] = stack.enter_context(_written(self._whole(side, number)))
                metadata = json.dumps(row(sample, boxes=self.options.boxes), ensure_ascii=False)
                for ending, content in (
                    (self.options.format, data),
                    ("txt", sample.text.encode()),
                    ("json", metadata.encode()),
                ):
                    member = tarfile.TarInfo(f"{sample.index:08d}.{ending}")
                    member.size = len(content)
                    files[side].addfile(member, io.BytesIO(content))
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
        parts: dict[str, list[tuple[int, str]]] = {side: [] for side in self.options.splits}
        pixels = []
        for shard in shards:
            tally.shard(shard)
            for side, text in shard["labels"]:
                tally.label(side, text)
            for side, digest in shard["files"].items():
                parts[side].append((shard["number"], digest))
            pixels.append({key: shard[key] for key in ("number", "pixels")})
        totals = tally.totals()
        files = {}
        for side, found in parts.items():
            for place, (number, digest) in enumerate(found):
                name = f"{TARS}/{FOLDERS[side]}-{place:06d}.tar"
                part, final = self._whole(side, number), self.out / name
                if part.exists():
                    part.replace(final)
                elif not final.exists():
                    raise ExportError(f"{part} is gone; the same command begins anew")
                files[name] = digest
        sync_folder(self.out / TARS)
        whole = {**report, **totals, "files": files, "shards": pixels}
        put(self.out / REPORT, json.dumps(whole, ensure_ascii=False, indent=1).encode())
        return whole

    def _whole(self, side: str, number: int) -> Path:
        return self.out / TARS / f"{FOLDERS[side]}-{number:05d}.shard"

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally(dict.fromkeys(report["lines"], 0))
        sides = {split: side for side, split in FOLDERS.items()}
        for path in entries(out / TARS):
            if f"{TARS}/{path.name}" not in report["files"]:
                found.add(f"{TARS}/{path.name}: not in the report")
        for name in report["files"]:
            file = inside(out, name)
            if file is None or not file.is_file():
                continue
            side = sides.get(file.name.partition("-")[0], "")
            for key, members in _lines(file, name, found):
                text = _text(members.get("txt", b""))
                metadata = _metadata(members.get("json", b""))
                if not text or metadata.get("text") != text:
                    found.add(f"{name}: {key}: no text, or another one in its .json")
                    continue
                tally.label(side, text)
                data = members.get("png") or members.get("jpg")
                if data is None or picture(data) is None:
                    found.add(f"{name}: {key}: its image does not decode")
                found.tick()
        tally.compare(report, found)


@contextmanager
def _written(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar to be written; synced and named when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # USTAR has no field for finer times or long names, so none can vary
    with (
        streamed(path) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        yield tar


def _lines(path: Path, name: str, found: Findings) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Key and members (by ending) of each line of a tar; damage is noted."""
    key, members = "", dict[str, bytes]()
    seen: set[str] = set()
    try:
        with tarfile.open(path, "r:") as tar:
            while (member := tar.next()) is not None:
                stem, _, ending = member.name.partition(".")
                if not member.isfile() or member.size > MAX_IMAGE_BYTES or "/" in member.name:
                    found.add(f"{name}: {member.name!r} is no member of a line")
                    continue
                if stem != key:
                    if members:
                        yield key, members
                    if stem in seen:
                        found.add(f"{name}: {stem}: its members do not stand together")
                    key, members = stem, {}
                    seen.add(stem)
                content = tar.extractfile(member)
                members[ending] = content.read() if content else b""
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        found.add(f"{name}: cannot be read: {' '.join(str(error).split())[:200]}")
    if members:
        yield key, members


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def _metadata(data: bytes) -> dict[str, Any]:
    try:
        metadata = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return metadata if isinstance(metadata, dict) else {}
