"""What holds for sets of lines as a user names them: a folder in which one file was bent."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fuzz.checks import MIB, Finding, little_memory
from fuzz.touch import fingerprint
from penline.errors import FormatError
from penline.records import Defect, LeftOut
from penline.sources import collectors
from penline.sources.collect import open_sources
from penline.sources.pictures.decode import decode
from penline.sources.reading import Reading
from penline.sources.unit import Unit

__all__ = ["BENT", "check_set"]

_SLACK = 64 * MIB
_LINES = Reading(take="lines")
_LIST = "".join(f"{at}.png\tab {at}\n" for at in range(3)).encode()


def _pictures(*folders: str) -> dict[str, bytes]:
    """Three small pictures in each folder."""
    found = {}
    for at in range(3):
        pixels = np.full((9 + at, 12), 255 - 40 * at, np.uint8)
        pixels[2:5, 3:6] = 0
        data = cv2.imencode(".png", pixels)[1].tobytes()
        found |= {f"{folder}{at}.png": data for folder in folders}
    return found


# loaded before time and memory are counted: collectors, and what compiled functions need
collectors()
decode(_pictures("")["0.png"], "x")

BENT: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "set-list": ("rec_gt_train.txt", _pictures("images/")),
    "set-pairs": ("1.gt.txt", {"1.png": _pictures("")["1.png"]}),
    "set-jsonl": ("train/metadata.jsonl", _pictures("train/")),
    "set-csv": ("metadata.csv", _pictures("")),
    "set-doctr": ("train/labels.json", _pictures("train/images/")),
    "set-easyocr": ("train/labels.csv", _pictures("train/")),
    "set-parquet": ("data/train-00000-of-00001.parquet", {}),
    "set-arrow": ("train.arrow", {}),
    "set-writers": ("boxes.jsonl", {"rec_gt_train.txt": _LIST, **_pictures("")}),
}
"""Of each target the file that is bent, and what lies beside it."""


@functools.cache
def _room(name: str) -> Path:
    """A folder of this process with all but the bent file, gone with it."""
    room = Path(tempfile.mkdtemp(prefix="penline-fuzz-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    for file, content in BENT[name][1].items():
        (room / file).parent.mkdir(parents=True, exist_ok=True)
        (room / file).write_bytes(content)
    return room


def check_set(name: str, content: bytes) -> None:
    """A set with one file bent: found, read strictly and with its defects."""
    room = _room(name)
    file = room / BENT[name][0]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # the last one may still be mapped
    file.write_bytes(content)
    with little_memory(len(content), _SLACK):
        try:
            units = list(open_sources(room, reading=_LINES))
        except FormatError as error:
            _check_message(error)
            return
        for unit in units:
            _check_unit(unit)


def _check_unit(unit: Unit) -> None:
    found = [_told(one) for one in unit.salvage()]
    defects = [one for one in found if isinstance(one, Defect)]
    try:
        read = [_told(one) for one in unit.read()]
    except FormatError as error:
        _check_message(error)
        if not defects:
            raise Finding(f"refused ({error}), and salvaged without a defect") from error
        return
    kept = [one for one in found if not isinstance(one, LeftOut)]  # `read` gives records alone
    if defects or read != kept:
        raise Finding(f"{len(read)} records, salvaged {len(found)}, {len(defects)} defects")


def _check_message(error: FormatError) -> None:
    if not str(error).isprintable():
        raise Finding(f"a message that is not one plain line: {error!s}")


def _told(record: Any) -> Any:
    return record if isinstance(record, Defect | LeftOut) else fingerprint(record)


def checks() -> Iterator[tuple[str, Callable[[bytes], None]]]:
    """Of each target its check."""
    for name in BENT:
        yield name, functools.partial(check_set, name)
