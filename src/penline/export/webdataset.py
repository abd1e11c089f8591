"""Tar files as WebDataset reads them: the members of a line stand together and share a stem.

    train-000000.tar            validation-..., test-... where there are such lines; numbered
                                without gaps, at most 1,000 lines each
        00012345.jpg            or .png
        00012345.txt            the label
        00012345.json           {"text": ..., "writer": ...}, with boxes all that is known of it
    report.json

Names hold no dot but that of the ending, since a key ends at the first one. Times and owners in
the archives are fixed.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from penline.durable import streamed
from penline.export.examine import MAX_IMAGE_BYTES, Findings, picture
from penline.export.rows import FEATURES, features_of, row
from penline.export.shard_files import ShardFiles
from penline.export.tally import Tally
from penline.records import Sample

__all__ = ["TARS", "WebDataset"]

TARS = "shards"


class WebDataset(ShardFiles):
    """See the module."""

    folder: ClassVar[str] = TARS
    owns: ClassVar[tuple[str, ...]] = (TARS,)
    filesets: ClassVar[Mapping[str, str]] = {
        "texts": "*.txt",
        "metadata": "*.json",
        "pictures": "*.{format}",  # the last: of a tar, mlcroissant finds the files of one set
    }
    archives: ClassVar[str] = f"{TARS}/*.tar"
    hub_files: ClassVar[str] = f"{TARS}/{{split}}-*"

    @contextmanager
    def written(self, path: Path) -> Iterator[tarfile.TarFile]:
        """See `ShardFiles.written`."""
        # USTAR has no field for finer times or long names, so none can vary
        with (
            streamed(path) as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar,
        ):
            yield tar

    def add(self, file: tarfile.TarFile, sample: Sample, data: bytes) -> None:
        """See `ShardFiles.add`."""
        metadata = json.dumps(row(sample, boxes=self.options.boxes), ensure_ascii=False)
        for ending, content in (
            (self.options.format, data),
            ("txt", sample.text.encode()),
            ("json", metadata.encode()),
        ):
            member = tarfile.TarInfo(f"{sample.index:08d}.{ending}")
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))

    @classmethod
    def features(cls, form: str, *, boxes: bool) -> dict[str, Any]:
        """See `Exporter.features`."""
        image, text = FEATURES["image"], FEATURES["text"]
        told = {name: one for name, one in features_of(boxes=boxes).items() if name != "image"}
        return {form: image, "txt": text, "json": told, "__key__": text, "__url__": text}

    @classmethod
    def final_name(cls, split: str, place: int, count: int) -> str:  # noqa: ARG003
        """See `ShardFiles.final_name`."""
        return f"{split}-{place:06d}.tar"

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally(dict.fromkeys(report["lines"], 0))
        for side, name, file in cls.whole_files(out, report, found):
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
