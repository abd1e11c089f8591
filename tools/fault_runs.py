"""Let each step of small runs fail, one at a time, and look at what is left.

    python tools/fault_runs.py [--case bank]... [--kind write]... [--code ENOSPC]... [--every 1]
    python tools/fault_runs.py --native ...

For each command (`bank`, `compose` and `convert` in every format, `scan`, `get`), each kind of call
and each error, the n-th call fails, for every n of the run. Asked: no traceback, one line that
names a path, nothing half written under a final name, nothing left behind but what the
same command goes on from, and the next run ends in the same bytes.

The calls are caught where Python makes them (open, read, write, fsync, rename, mkdir, mmap); with
``--native`` where they reach the C library, for Arrow, LMDB and OpenCV, too, and writes that take
less than they were given (Linux; ``faults.c`` is compiled and preloaded). Exits 1 if anything did
not hold.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bad_server import bad_server
from fakes_fault_runs import Case, cases, faults_of, fresh, inputs, serving, told, tree
from fakes_faults import KINDS, Faults

CODES = ("ENOSPC", "EIO", "EACCES")
QUOTA = "EDQUOT"  # on request: where a disk can be full, a quota can
POINTS = ("open", "read", "write", "short", "fsync", "rename", "mkdir", "mmap", "ftruncate")
"""Kinds of calls in ``faults.c``, in its order; ``short`` is a write that takes half."""
PRELOADED = "PENLINE_FAULTS"


class Native:
    """As `Faults`, for the calls that reach the C library; see ``faults.c``."""

    def __init__(self, folder: Path, kind: str = "", at: int = 0, code: int = 0) -> None:
        self._given = (str(folder).encode(), POINTS.index(kind) if kind else -1, at, code)
        self._library = ctypes.CDLL(os.environ[PRELOADED])
        self._library.faults_count.restype = ctypes.c_long
        self.counts: dict[str, int] = {}
        self.fired = False

    def __enter__(self) -> Native:
        folder, kind, at, code = self._given
        self._library.faults_set(folder, kind, ctypes.c_long(at), code)
        return self

    def __exit__(self, *_: object) -> None:
        count = self._library.faults_count
        self.counts = {kind: count(number) for number, kind in enumerate(POINTS)}
        _, kind, at, _ = self._given
        self.fired = kind >= 0 and self.counts[POINTS[kind]] >= at
        self._library.faults_set(b"", -1, ctypes.c_long(0), 0)


def preload() -> None:
    """Start this program again with ``faults.c`` before the C library."""
    library = Path(tempfile.mkdtemp(prefix="penline-faults-c-")) / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    more = {"LD_PRELOAD": str(library), PRELOADED: str(library)}
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **more})


def sweep(case: Case, root: Path, args: argparse.Namespace) -> tuple[Counter[str], list[str]]:
    """Every point of one command: how many of each kind came up, and what did not hold."""
    out, faults = root / "out", Native if args.native else Faults
    for _ in range(2):  # the first also loads what is loaded once
        ended, said = told(case, fresh(case, out))
    if ended:
        raise SystemExit(f"{case.name}: {said}")
    wanted = tree(out)
    fresh(case, out)
    with faults(root) as seen:
        told(case, out)
    counts = seen.counts
    failed: Counter[str] = Counter()
    bad = []
    for kind in args.kind or (POINTS if args.native else KINDS):
        for code in (args.code or CODES)[: 1 if kind == "short" else None]:
            for at in range(1, counts.get(kind, 0) + 1, args.every):
                fresh(case, out)
                with faults(root, kind, at, getattr(errno, code)) as one:
                    try:
                        ended, said = told(case, out)
                    except Exception as error:  # noqa: BLE001 - whatever would be a traceback
                        ended, said = 70, f"traceback: {type(error).__name__}: {error}\n"
                failed[kind] += one.fired
                where = f"{case.name}: {kind} {at} of {counts[kind]}: {code}"
                found = faults_of(case, out, wanted, ended, said)
                bad += [f"{where}: {fault}" for fault in found]
    return failed, bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", help="a command, as the table names it")
    parser.add_argument("--kind", action="append", choices=sorted({*KINDS, *POINTS}))
    parser.add_argument("--code", action="append", choices=(*CODES, QUOTA))
    parser.add_argument("--every", type=int, default=1, help="every so many calls only")
    parser.add_argument("--native", action="store_true", help="in the C library; wants cc")
    args = parser.parse_args()
    if args.native and PRELOADED not in os.environ:
        preload()
    total: Counter[str] = Counter()
    worst = 0
    root = Path(tempfile.mkdtemp(prefix="penline-faults-"))
    try:
        with bad_server() as server, serving(server) as url:
            for case in cases(inputs(root / "in"), url):
                if args.case and case.name not in args.case:
                    continue
                started = time.monotonic()
                failed, bad = sweep(case, root, args)
                total += failed
                worst += len(bad)
                said = ", ".join(f"{count} {kind}" for kind, count in failed.items() if count)
                seconds = time.monotonic() - started
                print(f"{case.name}: {said}; {len(bad)} faults; {seconds:.0f} s", flush=True)
                for line in bad:
                    print(f"  {line}", flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        if PRELOADED in os.environ:
            shutil.rmtree(Path(os.environ[PRELOADED]).parent, ignore_errors=True)
    print(f"{total.total()} points: " + ", ".join(f"{n} {kind}" for kind, n in total.items()))
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())
