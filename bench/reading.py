"""What reading costs: penline's public reader beside cat, a bare loop, pycasia, unzip and Pillow.

    python bench/reading.py FOLDER [--megabytes 500] [--pictures 40000] [--rounds 5]
                                   [--glyphs FILE.gnt] [--no-pycasia] [--keep]

Makes its files in FOLDER (about 1.2 GB), reads each once so that the system's cache is warm, and
then measures all ways in turn, round after round, each in a process of its own
(`reading_ways.py`). Medians are printed, on the clock and in CPU-seconds; other work on the
machine falls on all ways alike. The sums of all pixels are compared. Run it with penline's own
Python, on Linux, with ``unzip`` (Debian: ``apt-get install unzip``) and Pillow; pycasia gets an
environment of its own under build/reading, with a stand-in for the function of SciPy that it
misses, which does less than the original did.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

from reading_files import make

HERE = Path(__file__).resolve().parent
PYCASIA = HERE.parent / "build" / "reading"

GNT, ZIP, TREE, TREE_ZIP = "glyphs.gnt", "glyphs.zip", "by_class", "by_class.zip"
RAW, RAW_ZIP, G4 = "d0000_raw.mis", "d0000_raw.zip", "d0000_g4.mis"

WAYS: tuple[tuple[str, str, str, str], ...] = (
    ("GNT", "penline.read", "penline", GNT),
    ("GNT", "cat > /dev/null", "cat", GNT),
    ("GNT", "one NumPy sum over a map", "numpy_view", GNT),
    ("GNT", "bare struct loop, read()", "bare", GNT),
    ("GNT", "bare struct loop, map", "bare_map", GNT),
    ("GNT", "pycasia", "pycasia", GNT),
    ("GNT in a zip", "penline.read", "penline", ZIP),
    ("GNT in a zip", "unzip -p > /dev/null", "unzip", ZIP),
    ("GNT in a zip", "Python's zipfile, bytes only", "python_zip", ZIP),
    ("MIS, raw", "penline.read", "penline_ink", RAW),
    ("MIS, raw", "Pillow alone", "pillow_raw", RAW),
    ("MIS, G4", "penline.read", "penline_ink", G4),
    ("MIS, G4", "Pillow alone", "pillow_g4", G4),
    ("MIS, raw, in a zip", "penline.read", "penline_ink", RAW_ZIP),
    ("MIS, raw, in a zip", "unzip -p > /dev/null", "unzip", RAW_ZIP),
    ("PNG tree", "penline.read", "penline_ink", TREE),
    ("PNG tree", "Pillow alone", "pillow_png", TREE),
    ("PNG tree in a zip", "penline.read", "penline_ink", TREE_ZIP),
    ("PNG tree in a zip", "Pillow alone", "pillow_png", TREE_ZIP),
)
"""What is read, the way's name in the table, its name in `reading_ways`, the file."""


def outside(command: list[str]) -> dict[str, float]:
    """Time a program; its output goes nowhere."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    clock = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"reading: {' '.join(command)} ended with {process.returncode}")
    return {"clock": clock, "cpu": used.ru_utime + used.ru_stime, "count": 0, "sum": 0, "kb": 0}


def measure(way: str, path: Path, *options: str) -> dict[str, float]:
    """Run one way once, in a process of its own."""
    if way == "cat":
        return outside(["cat", str(path)])
    if way == "unzip":
        return outside(["unzip", "-p", str(path)])
    python = str(PYCASIA / "bin" / "python") if way == "pycasia" else sys.executable
    command = [python, str(HERE / "reading_ways.py"), way, str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"reading: {way} {path.name}:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def make_pycasia() -> None:
    """An environment with pycasia, once."""
    if not (PYCASIA / "bin" / "python").exists():
        venv.create(PYCASIA, with_pip=True)
    install = [str(PYCASIA / "bin" / "python"), "-m", "pip", "install", "-q", "Pycasia==0.2"]
    if subprocess.run(install, stdout=sys.stderr).returncode:
        raise SystemExit("reading: pip could not install pycasia; --no-pycasia leaves it out")


def report(runs: dict[tuple[str, str], list[dict[str, float]]]) -> None:
    """Print the table."""
    print("| archive | way | seconds | CPU-seconds | penline's time to this, clock | CPU |")
    print("| --- | --- | --: | --: | --: | --: |")
    for (archive, name), found in runs.items():
        clock, cpu = (statistics.median(run[kind] for run in found) for kind in ("clock", "cpu"))
        own = runs[archive, "penline.read"]
        ratios = [
            statistics.median(run[kind] for run in own) / max(value, 0.001)
            for kind, value in (("clock", clock), ("cpu", cpu))
        ]
        span = f"{min(r['clock'] for r in found):.2f} to {max(r['clock'] for r in found):.2f}"
        shown = " | ".join("" if own is found else f"{ratio:.3f}" for ratio in ratios)
        print(f"| {archive} | {name} | {clock:.3f} ({span}) | {cpu:.3f} | {shown} |")


def main() -> None:
    """Make the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--pictures", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--glyphs", type=Path, help="a GNT file to repeat, instead of made-up ones")
    parser.add_argument("--no-pycasia", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the files there")
    arguments = parser.parse_args()
    ways = [way for way in WAYS if not (arguments.no_pycasia and way[2] == "pycasia")]
    folder: Path = arguments.folder / "penline-reading"
    make(folder, arguments.megabytes, arguments.pictures, arguments.glyphs)
    if not arguments.no_pycasia:
        make_pycasia()
    runs: dict[tuple[str, str], list[dict[str, float]]] = {way[:2]: [] for way in ways}
    for archive, name, way, file in ways:  # warm the system's cache; not counted
        if way not in ("pycasia", "cat"):
            measure(way, folder / file)
        print(f"reading: {archive}, {name}", file=sys.stderr)
    for _ in range(arguments.rounds):
        for archive, name, way, file in ways:
            runs[archive, name].append(measure(way, folder / file))
    for archive in dict.fromkeys(way[0] for way in ways):
        sums = {
            (run["count"], run["sum"])
            for (of, name), found in runs.items()
            for run in found
            if of == archive and run["sum"] and "one NumPy" not in name
        }
        if len(sums) != 1:
            raise SystemExit(f"reading: {archive}: the ways do not agree: {sums}")
    report(runs)
    print("\n| archive | bytes | penline's peak private memory, MB | Pillow's |")
    print("| --- | --: | --: | --: |")
    for archive, name, way, file in ways:
        if name != "penline.read":
            continue
        peaks = [f"{measure(way, folder / file, '--memory')['kb'] / 1000:.0f}"]
        pillow = [of for of in ways if of[0] == archive and of[1] == "Pillow alone"]
        peaks += [f"{measure(of[2], folder / file, '--memory')['kb'] / 1000:.0f}" for of in pillow]
        path = folder / file
        parts = path.rglob("*.png") if path.is_dir() else [path]
        size = sum(part.stat().st_size for part in parts)
        print(f"| {archive} | {size:,} | {' | '.join(peaks)} |{'' if pillow else ' |'}")
    if not arguments.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
