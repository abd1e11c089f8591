"""A finished PaddleOCR recognition set, read again: label lists, dictionary and images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from penline.durable import read_file
from penline.errors import ExportError
from penline.export.base import hasher
from penline.export.examine import Findings, entries, picture_bytes
from penline.export.tally import Tally

__all__ = ["examine_recognition"]


def examine_recognition(
    out: Path,
    report: Mapping[str, Any],
    dictionary: frozenset[str],
    found: Findings,
    folder_of: Callable[[int, str], str],
) -> None:
    """See `Exporter.examine`.

    Args:
        out: the data set.
        report: what ``report.json`` holds.
        dictionary: the entries of its dictionary.
        found: where problems and counts go.
        folder_of: `Exporter.shard_name`.
    """
    outside = report.get("outside_dictionary")
    if not isinstance(outside, dict):
        raise ExportError(f"{out}: not a report of penline's: no outside_dictionary")
    tally = Tally({})
    known = dictionary | outside.keys() | {" "}
    labels = _labels(out, report, known, tally, found)
    seen: dict[str, Any] = {}
    for path in sorted(labels):
        data = picture_bytes(out, path, found)
        folder = "/".join(path.split("/")[:2]) if path.count("/") == 2 else path
        seen.setdefault(folder, hasher()).update(data)
        found.tick()
    prefix = report["run"].get("prefix", "")
    written = {
        f"images/{folder_of(shard['number'], prefix)}": str(shard["files"])
        for shard in report["shards"]
    }
    digests = {folder: digest.hexdigest() for folder, digest in seen.items()}
    for folder in written:
        digests.setdefault(folder, hasher().hexdigest())  # a shard of no line
    found.hashes(written, digests)
    for path in (p.relative_to(out).as_posix() for p in entries(out / "images", "**/*.*")):
        if path not in labels:
            found.add(f"{path}: an image without a label")
    tally.compare(report, found)


def _labels(
    out: Path, report: Mapping[str, Any], known: frozenset[str], tally: Tally, found: Findings
) -> set[str]:
    """The paths of all lists; their labels held against the dictionary."""
    paths: set[str] = set()
    for side in report["lines"]:
        name = f"rec_gt_{side}.txt"
        tally.lines[side] = 0
        for number, line in _lines(out / name, found):
            path, tab, text = line.partition("\t")
            place = f"{name}: line {number}"
            if not tab or not text or "\t" in text or "\r" in text:
                found.add(f"{place}: not a path, a TAB and a text")
                tally.lines[side] += 1
                continue
            tally.label(side, text)
            if path in paths:
                found.add(f"{place}: {path} stands twice")
            paths.add(path)
            strange = "".join(sorted(set(text) - known))
            if strange:
                found.add(f"{place}: not in dict.txt: {strange}")
    return paths


def _lines(path: Path, found: Findings) -> Iterator[tuple[int, str]]:
    try:
        text = read_file(path).decode("utf-8")
    except OSError:
        found.add(f"{path.name}: missing")
        return
    except UnicodeDecodeError as error:
        found.add(f"{path.name}: byte {error.start} is not UTF-8")
        return
    if text.startswith("\ufeff"):
        found.add(f"{path.name}: begins with a byte order mark")
    if text:
        yield from enumerate(text.removesuffix("\n").split("\n"), 1)
