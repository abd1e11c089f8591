"""PaddleOCR recognition sets: folders of images, label lists, a dictionary, a configuration.

Layout (label files as PaddleOCR's ``SimpleDataSet`` reads them: UTF-8, LF, no BOM, one
``path<TAB>text`` a line; dictionary one character a line):

    images/3f2a9c1b-00012/00012345.jpg    at most 1,000 a folder, named by set and index
    rec_gt_train.txt             and rec_gt_val.txt where there is a validation side
    dict.txt                     the labels' characters, or the user's own file, unchanged
    boxes.jsonl                  if asked for: one object a line, in the order of the index
    paddleocr_rec.yml            settings that fit these lines
    report.json
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from penline.durable import read_file, streamed
from penline.errors import ExportError, UnwritableLine, UsageError
from penline.export.base import (
    Exporter,
    Options,
    Report,
    file_hash,
    hasher,
    shard_folder,
    write,
)
from penline.export.boxes import box_line, box_metadata
from penline.export.encoded import Encoded
from penline.export.examine import Findings
from penline.export.paddleocr_check import examine_recognition
from penline.export.paddleocr_config import CONFIGURATION, configuration
from penline.export.paddleocr_fit import Fit, line_fit
from penline.export.paddleocr_networks import NETWORKS
from penline.export.run import put, whole_report
from penline.export.tally import Tally
from penline.records import Sample

__all__ = [
    "DICTIONARY",
    "PaddleOCR",
    "alphabet_of",
    "dictionary_entries",
    "file_hash",
    "fit_of",
    "needs_space",
    "put_settings",
    "read_dictionary",
]

DICTIONARY = "dict.txt"
BOXES = "boxes.jsonl"
MAX_DICTIONARY_BYTES = 1 << 24


def read_dictionary(data: bytes, name: str) -> tuple[str, ...]:
    """The entries of a PaddleOCR dictionary, in order; split on LF alone.

    Raises:
        ExportError: not UTF-8, empty, with a byte-order mark, or all in one line.
    """
    if data.startswith(codecs.BOM_UTF8):
        raise ExportError(
            f"{name} begins with a byte-order mark, which would be part of its first entry: save "
            "it as UTF-8 without one (PaddleOCR reads it as it stands)"
        )
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ExportError(f"{name}: byte {error.start} is not UTF-8") from None
    entries = tuple(line.rstrip("\r") for line in lines)
    entries = entries[:-1] if entries[-1] == "" else entries
    if not entries:
        raise ExportError(f"{name} is an empty dictionary: one has a character a line")
    if len(entries) == 1 and len(entries[0]) > 1:
        raise ExportError(
            f"{name} is one line, and so one entry of {len(entries[0]):,} characters: a dictionary "
            "has one character a line"
        )
    return entries


def fit_of(options: Options) -> Fit:
    """An empty count of columns, for the network that the lines are for."""
    network = NETWORKS.get(options.network)
    return Fit(pooled=network is None or bool(network.backbone))


def needs_space(characters: Container[str], options: Options, entries: Container[str]) -> bool:
    """Whether PaddleOCR has to add the space to the dictionary.

    Stock configurations do, and stock weights expect it, so beside a dictionary of the user's it
    is added unless it stands in it.
    """
    return (" " in characters or options.dictionary is not None) and " " not in entries


def alphabet_of(path: Path) -> frozenset[str]:
    """The characters of a trainer's dictionary.

    Raises:
        UsageError: no such file.
        ExportError: not a dictionary.
    """
    return frozenset(dictionary_entries(path))


def dictionary_entries(path: Path) -> tuple[str, ...]:
    """The entries of a trainer's dictionary, in order; raises as `alphabet_of`."""
    if not path.is_file():
        raise UsageError(f"no dictionary file {path}")
    if path.stat().st_size > MAX_DICTIONARY_BYTES:
        raise ExportError(f"{path} is larger than any dictionary")
    return read_dictionary(path.read_bytes(), str(path))


def put_settings(
    out: Path,
    options: Options,
    tally: Tally,
    fit: Fit,
    data: Mapping[str, Sequence[str]],
    least: bytes = b"",
) -> Report:
    """Write dictionary and configuration of a set; return what its report says of them.

    Args:
        out: the data set.
        options: what the user chose for the files.
        tally: of its labels.
        fit: columns and widths of its lines.
        data: as `configuration` takes it.
        least: the dictionary of labels that hold spaces alone; nothing, to refuse these.

    Raises:
        ExportError: the dictionary is none.
    """
    own = "".join(f"{c}\n" for c in sorted(tally.characters.keys() - {" "})).encode() or least
    dictionary = own if options.dictionary is None else read_file(options.dictionary)
    entries = frozenset(read_dictionary(dictionary, DICTIONARY))
    put(out / DICTIONARY, dictionary)
    config = configuration(
        data=data,
        longest=tally.longest,
        fit=fit,
        use_space=needs_space(tally.characters, options, entries),
        network=options.network,
    )
    put(out / CONFIGURATION, config.encode())
    outside = {c: n for c, n in sorted(tally.characters.items()) if c not in entries | {" "}}
    return {"columns": fit.metadata(), "outside_dictionary": outside}


class PaddleOCR(Exporter):
    """See the module."""

    owns = (
        "images",
        "rec_gt_train.txt",
        "rec_gt_val.txt",
        "rec_gt_test.txt",
        DICTIONARY,
        BOXES,
        CONFIGURATION,
    )
    joined = ("images",)
    across = True
    filesets: ClassVar[Mapping[str, str]] = {"pictures": "images/*/*.{format}"}

    def shard(self, number: int, samples: Iterable[Sample | UnwritableLine]) -> Report:
        """See `Exporter.shard`."""
        options = self.options
        files, encoded = hasher(), Encoded(options)
        lists: dict[str, list[str]] = {side: [] for side in options.splits}
        texts: list[str] = []
        boxes: list[bytes] = []
        fits: list[tuple[int, int]] = []
        name_of_shard = self.shard_name(number, options.prefix)
        with shard_folder(self.out / "images", name_of_shard) as folder:
            for together in encoded.some(samples):
                paths = []
                for sample, data in together:
                    name = f"{sample.index:08d}.{options.format}"
                    path = f"images/{name_of_shard}/{name}"
                    text = sample.text
                    if "\t" in text or "\n" in text or "\r" in text:
                        raise ExportError(f"{path}: a label must hold no TAB and no line end")
                    write(f"{folder}/{name}", data)
                    files.update(data)
                    fits.append(line_fit(text, *sample.image.shape[:2]))
                    lists[sample.side].append(f"{path}\t{text}\n")
                    texts.append(text)
                    paths.append(path)
                if options.boxes:
                    for path, (sample, _) in zip(paths, together, strict=True):
                        boxes.append(box_line(path, box_metadata(sample)))
        return {
            "number": number,
            "lists": {side: "".join(found) for side, found in lists.items()},
            "lines": {side: len(found) for side, found in lists.items()},
            "characters": dict(sorted(Counter("".join(texts)).items())),
            "longest": max(map(len, texts), default=0),
            "boxes": b"".join(boxes),
            "fits": fits,
            "files": files.hexdigest(),
            **encoded.metadata(),
        }

    def finish(self, shards: Iterable[Report], report: Mapping[str, Any]) -> Report:
        """See `Exporter.finish`."""
        tally = Tally(dict.fromkeys(self.options.splits, 0))
        hashes, fit = [], fit_of(self.options)
        with ExitStack() as stack:
            lists = {
                side: stack.enter_context(streamed(self.out / f"rec_gt_{side}.txt"))
                for side in tally.lines
            }
            boxes = stack.enter_context(streamed(self.out / BOXES)) if self.options.boxes else None
            for shard in shards:
                tally.shard(shard)
                tally.characters.update(shard["characters"])
                tally.longest = max(tally.longest, shard["longest"])
                for side, entries in shard["lists"].items():
                    lists[side].write(entries.encode())
                    tally.lines[side] += shard["lines"][side]
                if boxes:
                    boxes.write(shard["boxes"])
                fit.add(shard["fits"])
                hashes.append({key: shard[key] for key in ("number", "files", "pixels")})
            totals = tally.totals()
        names = [f"rec_gt_{side}.txt" for side in lists]
        data = {
            part: ["name: SimpleDataSet", "data_dir: ./", f'label_file_list: ["./{name}"]']
            for part, name in zip(("Train", "Eval"), names, strict=False)
        }
        told = {**report, **totals, **put_settings(self.out, self.options, tally, fit, data)}
        names += [DICTIONARY, CONFIGURATION, *([BOXES] if self.options.boxes else [])]
        return whole_report(self.out, told, names, hashes)

    @classmethod
    def examine(cls, out: Path, report: Mapping[str, Any], found: Findings) -> None:
        """See `Exporter.examine`."""
        if not (out / DICTIONARY).is_file():
            raise ExportError(f"{out} has no {DICTIONARY}")
        entries = read_dictionary(read_file(out / DICTIONARY), DICTIONARY)
        examine_recognition(out, report, frozenset(entries), found, cls.shard_name)
