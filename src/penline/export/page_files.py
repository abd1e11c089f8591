"""What all formats of pages share: the pictures of pages, what is told of them, and its proof.

images/3f2a9c1b-00000/00000012.png    at most 1,000 pages a folder, named by set and index
pages.jsonl                  if asked for: one page a line with its places and provenance
report.json                  ``pages`` by side; ``lines`` counts ignored ones, too
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt

from penline.durable import read_file, streamed
from penline.errors import UnwritableLine
from penline.export.base import (
    Exporter,
    Report,
    Takes,
    encode,
    hasher,
    pixel_bytes,
    shard_folder,
    write,
)
from penline.export.examine import Findings, entries, picture_bytes
from penline.export.rows import listed
from penline.export.run import whole_report
from penline.export.tally import Tally
from penline.pages import Page

__all__ = ["IMAGES", "PAGES", "PageFiles", "Told", "numbers"]

IMAGES = "images"
PAGES = "pages.jsonl"

Told = dict[str, Any]
"""A page without its pixels, as JSON can hold it; see `page_record`."""


def numbers(points: npt.NDArray[np.float64]) -> list[Any]:
    """The same numbers as lists; whole where they are whole, else to a hundredth of a pixel."""
    whole = np.floor(points + 0.5)
    if (whole == points).all():
        return list(whole.astype(np.int64).tolist())
    return list((np.floor(points * 100 + 0.5) / 100).tolist())


def page_record(page: Page, path: str) -> Told:
    """What ``pages.jsonl`` has of a page; the names are those of `Page` and `PageLine`.

    Regions are told of where the page has any.
    """
    regions = [
        {
            "role": part.role,
            "kind": part.kind,
            "polygon": numbers(part.polygon),
            **({"facts": dict(part.metadata)} if part.metadata else {}),
        }
        for part in page.regions
    ]
    return {
        "path": path,
        "index": page.index,
        "name": page.name,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "writer": page.writer,
        "side": page.side,
        "facts": dict(page.metadata),
        "lines": [
            {
                "text": line.text,
                **({"entries": list(line.entries)} if line.entries else {}),
                "polygon": numbers(line.polygon),
                "baseline": None if line.baseline is None else numbers(line.baseline),
                "characters": None if line.characters is None else numbers(line.characters),
                "unlabelled": line.unlabelled,
                "facts": dict(line.metadata),
                **({"region": line.region} if regions else {}),
            }
            for line in page.lines
        ],
        **({"regions": regions} if regions else {}),
    }


class PageFiles(Exporter):
    """A format of pages: pictures, and lists that tell of them."""

    takes: ClassVar[Takes] = "pages"
    joined: ClassVar[tuple[str, ...]] = (IMAGES,)
    filesets: ClassVar[Mapping[str, str]] = {"pictures": f"{IMAGES}/*/*.{{format}}"}
    besides: ClassVar[str] = ""
    """The end (``.xml``) of the names of what `beside` writes, or nothing."""

    @abstractmethod
    def beside(self, page: Page, image: str, counts: Counter[str]) -> dict[str, bytes]:
        """Files beside the page's picture: name (the picture's, with another end) -> bytes.

        Args:
            page: the page.
            image: name of its picture, without folders.
            counts: what has to be said of the labels, by reason.
        """

    @abstractmethod
    def lists(self, pages: Iterator[Told]) -> list[str]:
        """Write what tells of all pages, given in order; the names of the files."""

    @classmethod
    @abstractmethod
    def reread(
        cls, out: Path, report: Mapping[str, Any], found: Findings
    ) -> Iterator[tuple[str, str, list[str]]]:
        """Side, path of the picture and labels of each page, read from what `lists` wrote."""

    def shard(self, number: int, samples: Iterable[Page | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        tally, files, pixels = Tally({}), hasher(), hasher()
        pages: list[Told] = []
        records: list[list[Any]] = []
        parent = self.shard_name(number, self.options.prefix)
        with shard_folder(self.out / IMAGES, parent) as folder:
            for page in samples:
                if isinstance(page, UnwritableLine):
                    tally.errors.append(str(page))
                    tally.counts.update(page.counts)
                    continue
                image = f"{page.index:08d}.{self.options.format}"
                written = {image: encode(page.image, self.options)}
                written |= self.beside(page, image, tally.counts)
                for name in sorted(written):
                    write(f"{folder}/{name}", written[name])
                    files.update(written[name])
                tally.size += len(written[image])
                tally.counts.update(page.counts)
                pixels.update(pixel_bytes(page.image))
                pages.append(page_record(page, f"{IMAGES}/{parent}/{image}"))
                text = "\n".join(line.text for line in page.lines)
                records.append(listed(page.index, page.side, text, page.writer))
        return {
            "number": number,
            "pages": pages,
            "records": records,
            "counts": dict(sorted(tally.counts.items())),
            "errors": tally.errors,
            "bytes": tally.size,
            "files": files.hexdigest(),
            "pixels": pixels.hexdigest(),
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        pages = dict.fromkeys(self.options.splits, 0)
        ignored = 0
        kept: list[dict[str, Any]] = []

        def all_pages(provenance: IO[bytes] | None) -> Iterator[Told]:
            nonlocal ignored
            for shard in shards:
                tally.shard(shard)
                kept.append({key: shard[key] for key in ("number", "files", "pixels")})
                for page in shard["pages"]:
                    pages[page["side"]] += 1
                    for line in page["lines"]:
                        tally.label(page["side"], line["text"])
                        ignored += not line["text"]
                    if provenance is not None:
                        provenance.write(json.dumps(page, ensure_ascii=False).encode() + b"\n")
                    yield page

        with ExitStack() as stack:
            provenance = None
            if self.options.boxes:
                provenance = stack.enter_context(streamed(self.out / PAGES))
            names = self.lists(all_pages(provenance))
        names += [PAGES] if self.options.boxes else []
        told = {**report, "pages": pages, **tally.totals(), "ignored_lines": ignored}
        return whole_report(self.out, told, names, kept)

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        tally = Tally(dict.fromkeys(report["lines"], 0))
        pictures: set[str] = set()
        for side, path, labels in cls.reread(out, report, found):
            if path in pictures:
                found.add(f"{path}: stands twice")
            pictures.add(path)
            for label in labels:
                tally.label(side, label)
                found.tick()
        stems = {name.rpartition(".")[0] for name in pictures}
        prefix = report["run"].get("prefix", "")
        written = {
            f"{IMAGES}/{cls.shard_name(s['number'], prefix)}": str(s["files"])
            for s in report["shards"]
        }
        seen: dict[str, Any] = {folder: hasher() for folder in written}
        for file in entries(out / IMAGES, "*/*"):
            name = file.relative_to(out).as_posix()
            if name in pictures:
                data = picture_bytes(out, name, found)
            elif file.suffix == cls.besides and name.removesuffix(cls.besides) in stems:
                data = read_file(file)
            else:
                found.add(f"{name}: an image without a label")
                continue
            seen.setdefault(f"{IMAGES}/{file.parent.name}", hasher()).update(data)
        for name in sorted(pictures):
            if not (out / name).is_file():
                found.add(f"{name}: missing")
        found.hashes(written, {folder: digest.hexdigest() for folder, digest in seen.items()})
        tally.compare(report, found)
