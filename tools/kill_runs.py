"""Kill `penline compose` at random moments, repeat it, and compare with an undisturbed run.

    python tools/kill_runs.py --runs 50 --full-disk 10 [--to lmdb]... [--lines 1200] [--warm 47]

For each format: one run undisturbed; then `--runs` runs in which the parent or a worker is
killed (SIGKILL) one to `--kills` times, the same command repeated until it ends; then `--full-disk`
runs on a small tmpfs that fills up and is then made larger (needs root; skipped where it cannot
be mounted). Each finished folder must hold the same files, byte for byte; the undisturbed one
passes `penline check`.
After each kill no file under a final name may be half written: it must be the file of the
undisturbed run, or be missing. Linux; exits 1 if anything differed.

A run takes some five seconds, most of which go into starting Python three times. With `--warm N`
the last N runs of a format, and its full disks, are forked from a process that has all of penline
loaded, and so are their workers: they write and die as the others do, only sooner after their
start. The undisturbed run, and the first runs, are always the command itself.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from penline.cli import main as cli
from penline.engine import local
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES

PENLINE = (sys.executable, "-m", "penline")
RECIPE = """\
corpus: {length_range: [4, 12]}
image: {height_px: 32}
papers: [plain]
effects: []
page: {width_px: 400, height_px: 300, em_px_range: [20, 24], lines_range: [2, 3]}
"""
WORK = (".penline", ".penline.lock")
START = 900
"""The first shard has 100 lines, so that few lines make several shards."""
TRIES = 40


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def children(parent: int, *, forked: bool) -> list[int]:
    """The worker processes of a parent, without multiprocessing's resource tracker."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # the name in brackets may hold anything
            of = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if of == parent and (forked or b"spawn_main" in (path / "cmdline").read_bytes()):
                found.append(int(path.name))
    return found


def command_line() -> int:
    """penline's command line, as `sys.argv` has it; the exit code."""
    try:
        cli()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 0


class Forked:
    """penline's command line in a copy of this process, with what is used of `subprocess.Popen`."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.returncode: int | None = None
        self._said, told = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self._be(command, folder, told)
        os.close(told)

    @staticmethod
    def _be(command: list[str], folder: Path, told: int) -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(told, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        tempfile.tempdir, os.environ["TMPDIR"] = None, str(folder)
        sys.argv = ["penline", *command[len(PENLINE) :]]
        by_fork: Any = lambda _: multiprocessing.get_context("fork")  # noqa: E731
        local.get_context = by_fork
        code = 70
        try:
            code = command_line()
        finally:
            if sys.exc_info()[1] is not None:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def communicate(self) -> tuple[None, bytes]:
        """What it said, once all that could say something have ended."""
        with open(self._said, "rb") as file:  # noqa: PTH123 - a file descriptor
            said = file.read()
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return None, said


class Bench:
    """One format's runs."""

    def __init__(self, to: str, root: Path, args: argparse.Namespace) -> None:
        self.to, self.root, self.args = to, root, args
        self.draws = random.Random(f"{args.seed} {to}")
        self.bad: list[str] = []
        self.killed = {"parent": 0, "worker": 0}
        self.warm = False
        self.whole = root / "whole"
        started = time.monotonic()
        self.run(self.whole)
        self.seconds = time.monotonic() - started
        self.wanted = tree(self.whole)
        checked = subprocess.run([*PENLINE, "check", str(self.whole)], capture_output=True)
        if checked.returncode:
            self.bad.append(f"{to}: check: {checked.stdout.decode()}{checked.stderr.decode()}")

    def command(self, out: Path) -> list[str]:
        pages = exporter_class(self.to, "lines", "pages").takes == "pages"
        number = self.args.pages if pages else self.args.lines
        return [
            *(*PENLINE, "compose", "-n", str(number), "-o", str(out), "--to", self.to),
            *("--start", str(START)),
            *("--workers", "2", "--val", "0.2", "--boxes"),
            *("--recipe", str(self.root / "recipe.yaml")),
        ]

    def start(self, out: Path) -> subprocess.Popen[bytes] | Forked:
        if self.warm:
            return Forked(self.command(out), self.root)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        # what a killed parent leaves in the folder for temporary files goes with this one
        return subprocess.Popen(
            self.command(out), env={**os.environ, "TMPDIR": str(self.root)}, **quiet
        )

    def run(self, out: Path) -> None:
        done = subprocess.run(self.command(out), capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{self.to}: {' '.join(self.command(out))}\n{done.stderr}")

    def kill_once(self, out: Path) -> bool:
        """Start the command and kill a process of it; whether it had already ended well."""
        process = self.start(out)
        time.sleep(self.seconds * self.draws.uniform(0.1, 1.0))
        who = self.draws.choice(("parent", "worker"))
        workers = children(process.pid, forked=self.warm) if who == "worker" else []
        target = self.draws.choice(workers) if workers else process.pid
        if process.poll() is None:
            os.kill(target, signal.SIGKILL)
            self.killed["worker" if workers else "parent"] += 1
        stderr = process.communicate()[1].decode(errors="replace")
        if process.returncode and "Traceback" in stderr:
            self.bad.append(f"{self.to}: a traceback after a killed {who}:\n{stderr}")
        return process.returncode == 0

    def repeat(self, out: Path) -> bool:
        """Repeat the command until it ends; a set that was finished already is an end, too."""
        for _ in range(TRIES):
            started = time.monotonic()
            process = self.start(out)
            stderr = process.communicate()[1].decode(errors="replace")
            # the moments of the next kills follow the speed of a machine that others use, too
            self.seconds = max(0.7 * self.seconds, time.monotonic() - started)
            if process.returncode == 0 or "this same data set, finished" in stderr:
                return True
        self.bad.append(f"{self.to}: {out.name} does not end: {stderr}")
        return False

    def half_files(self, out: Path, when: str) -> None:
        """Note files under final names that are not those of the undisturbed run."""
        for name, data in tree(out).items() if out.exists() else ():
            parts = name.split("/")
            hidden = any(part.startswith(".") and part.endswith(".partial") for part in parts)
            passing = parts[0] in (*WORK, "parts") or name.endswith(".shard")
            if not hidden and not passing and self.wanted.get(name) != data:
                self.bad.append(f"{self.to}: {when}: {name} is half a file, or another one")

    def compare(self, out: Path, what: str) -> None:
        found = tree(out)
        for name in sorted(found.keys() | self.wanted.keys()):
            if found.get(name) != self.wanted.get(name):
                self.bad.append(f"{self.to}: {what}: {name} differs{self.place(found, name)}")

    def place(self, found: dict[str, bytes], name: str) -> str:
        """Where two versions of a file begin to differ."""
        one, other = found.get(name), self.wanted.get(name)
        if one is None or other is None:
            return " (missing)" if one is None else " (not wanted)"
        at = next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
        return f" at byte {at}: {other[at - 40 : at + 40]!r}, now {one[at - 40 : at + 40]!r}"

    def killed_runs(self) -> None:
        for number in range(self.args.runs):
            if number == max(self.args.runs - self.args.warm, 0):
                self.warm_up()
            out = self.root / f"run{number}"
            for _ in range(self.draws.randint(1, self.args.kills)):
                if self.kill_once(out):
                    break
                self.half_files(out, f"run {number}")
            if self.repeat(out):
                self.compare(out, f"run {number}")
            shutil.rmtree(out, ignore_errors=True)

    def warm_up(self) -> None:
        """Load, in this process, all that the command needs, and take the time anew."""
        out = self.root / "warm"
        command = self.command(out)
        command[command.index("--workers") + 1] = "1"
        sys.argv = ["penline", *command[len(PENLINE) :]]
        with open(os.devnull, "w") as quiet, contextlib.redirect_stdout(quiet):  # noqa: PTH123
            command_line()
        self.warm = True
        started = time.monotonic()
        self.start(self.root / "timed").communicate()
        self.seconds = time.monotonic() - started

    def full_disk(self) -> int:
        """Runs on a disk that fills up; how many really did."""
        size = sum(len(data) for data in self.wanted.values())
        blocks = sum(-(-len(data) // 4096) for data in self.wanted.values())
        filled = 0
        for number in range(self.args.full_disk):
            small = int(blocks * 4096 * self.draws.uniform(0.1, 0.98))
            with mounted(self.root / "small", small) as disk:
                if disk is None:
                    return 0
                out = disk / "out"
                process = self.start(out)
                stderr = process.communicate()[1].decode(errors="replace")
                if process.returncode:
                    filled += 1
                    if "Traceback" in stderr or "No space left" not in stderr:
                        self.bad.append(f"{self.to}: full disk: says {stderr}")
                    self.half_files(out, f"full disk {number}")
                # once more while it is still full, then with room
                self.start(out).communicate()
                remount(disk, 4 * size + 4 * blocks * 4096)
                if self.repeat(out):
                    self.compare(out, f"full disk {number}")
        return filled


@contextlib.contextmanager
def mounted(folder: Path, size: int) -> Iterator[Path | None]:
    """A tmpfs of that many bytes; None where it cannot be mounted."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def remount(folder: Path, size: int) -> None:
    """Give a tmpfs more room."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--to", action="append", help="a format; default: all that compose makes")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--warm", type=int, default=0, help="the last so many runs are forked")
    parser.add_argument("--kills", type=int, default=3, help="at most so many a run")
    parser.add_argument("--full-disk", type=int, default=10)
    parser.add_argument("--lines", type=int, default=1200)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    composed = [name for name in EXPORTERS if exporter_class(name, *TAKES).takes != "strokes"]
    bad = []
    for to in args.to or composed:
        with tempfile.TemporaryDirectory(prefix="penline-kill-") as name:
            root = Path(name)
            (root / "recipe.yaml").write_text(RECIPE)
            started = time.monotonic()
            bench = Bench(to, root, args)
            bench.killed_runs()
            filled = bench.full_disk() if args.full_disk else 0
            bad += bench.bad
            print(
                f"{to}: {args.runs} runs, {bench.killed['parent']} times the parent and "
                f"{bench.killed['worker']} times a worker killed; {filled} of {args.full_disk} "
                f"disks full; {len(bench.bad)} faults; undisturbed {bench.seconds:.1f} s; "
                f"{time.monotonic() - started:.0f} s in all",
                flush=True,
            )
            for line in bench.bad:
                print(f"  {line}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
