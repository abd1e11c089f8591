"""One rule for every format: what a run is, which of its shards are done, and when it is finished.

A run has a folder ``.penline`` in its output while it lasts: ``run.json`` says which run it is,
``shards/00012.json`` says that shard 12 is done and what is in it. The same command goes on where
the last one stopped; another command is refused. ``report.json`` is written last: a folder that
has one is finished.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penline.errors import UsageError

__all__ = ["REPORT", "Run", "put"]

REPORT = "report.json"
_WORK = ".penline"
_OWN = (REPORT, _WORK, "images", "rec_gt_train.txt", "rec_gt_val.txt", "dict.txt")
_OWN_TOO = ("boxes.jsonl", "paddleocr_rec.yml")


def put(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, sync it, and give it its name."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


class Run:
    """A run into one output folder."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.work = out / _WORK
        self.lock = self.work / "lock"

    def begin(self, identity: Mapping[str, Any], *, overwrite: bool = False) -> set[int]:
        """Claim the folder for the run of that identity; which of its shards are done already.

        Raises:
            UsageError: the folder holds something else, or another run.
        """
        wanted = json.loads(json.dumps(identity))
        report = self.out / REPORT
        if report.is_file():
            found = _read(report).get("run")
            if not overwrite:
                state = "this same data set, finished" if found == wanted else "another data set"
                raise UsageError(f"{self.out} holds {state}; pass --overwrite to make it anew")
            self._clear()
        elif self.work.is_dir():
            found = _read(self.work / "run.json")
            if found != wanted:
                if not overwrite:
                    raise UsageError(
                        f"{self.out} holds an unfinished run of other settings; repeat its "
                        "command to go on, or pass --overwrite"
                    )
                self._clear()
        elif self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise UsageError(f"{self.out} is not empty and is not a data set of penline's")
        (self.work / "shards").mkdir(parents=True, exist_ok=True)
        put(self.work / "run.json", json.dumps(wanted, ensure_ascii=False, indent=1).encode())
        return {int(path.stem) for path in (self.work / "shards").glob("*.json")}

    def done(self, number: int, facts: Mapping[str, Any]) -> None:
        """Record that a shard is whole."""
        put(self._mark(number), json.dumps(facts, ensure_ascii=False).encode())

    def facts(self, number: int) -> dict[str, Any]:
        """What was recorded of a shard."""
        return _read(self._mark(number))

    def end(self) -> None:
        """Remove the run's own folder: the report stands in its place."""
        shutil.rmtree(self.work)

    def _mark(self, number: int) -> Path:
        return self.work / "shards" / f"{number:05d}.json"

    def _clear(self) -> None:
        for name in (*_OWN, *_OWN_TOO):
            path = self.out / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
