"""A bank as large as HWDB1.x: its building against `cp`, and what can be done with it then.

    python bench/bank.py [--scale 0.5] [--folder build/bank] [--rounds 2] [--lines 2000]

Makes an archive of HWDB1.x's shape (bench/archive.py; 18 GB at scale 1), then in turns copies it
with `cp -r` (and waits until the copy is on the disk) and builds a bank of it with `penline bank`.
Before each, `sync`; the copy is removed before the bank is built, so that the disk holds at most
two and a half times the archive. Then in new processes: opening, random glyphs, the glyphs of a
class, start-up to the first line, private memory of a process that composes, and lines a second
against a bank of few writers. All is removed at the end.
Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from archive import archive

import penline
from penline.compiled import compiled
from penline.pack import pack
from penline.sample import corpus_files

RECIPE = {"corpus": {"length_range": [10, 20]}, "papers": ["plain"], "effects": []}
GLYPHS = 100_000


def main() -> None:
    """Make, measure, print, remove."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.5)
    parser.add_argument("--folder", type=Path, default=Path("build/bank"))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--part", choices=("open", "lines"), help=argparse.SUPPRESS)
    parser.add_argument("--bank", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part == "open":
        print(json.dumps(opened(args.bank)))
    elif args.part == "lines":
        print(json.dumps(lines(args.bank, args.lines)))
    else:
        try:
            whole(args)
        finally:
            shutil.rmtree(args.folder, ignore_errors=True)


def whole(args: argparse.Namespace) -> None:
    """All of it, in one folder."""
    folder = args.folder
    source, copy, bank = folder / "archive", folder / "copy", folder / "hwdb.bank"
    small = folder / "small.bank"
    writers, glyphs, size = archive(source, args.scale)
    print(f"{writers:,} writers, {glyphs:,} glyphs, {size / 1e9:.2f} GB", flush=True)
    ratios = []
    for _ in range(args.rounds):
        shutil.rmtree(bank, ignore_errors=True)
        plain, synced = timed(["cp", "-r", str(source), str(copy)])
        shutil.rmtree(copy)
        build, _ = timed([sys.executable, "-m", "penline", "bank", str(source), "-o", str(bank)])
        ratios.append((plain[0] / build[0], synced / build[0]))
        print(
            f"cp {size / plain[0] / 1e6:,.0f} MB/s ({size / synced / 1e6:,.0f} with the disk's "
            f"part), processor {plain[1]:.1f} s; bank {size / build[0] / 1e6:,.0f} MB/s (synced), "
            f"processor {build[1]:.1f} s",
            flush=True,
        )
    for at, name in enumerate(("cp", "cp that is on the disk")):
        print(f"building at {statistics.median(one[at] for one in ratios):.2f} of {name}")
    few = sorted(source.rglob("*-f.gnt"))[:4]
    pack(few, small)
    shutil.rmtree(source)
    for key, value in part("open", bank).items():
        print(f"{key}: {value}")
    rates = []
    for _ in range(max(args.rounds, 3)):
        pair = [part("lines", one, args.lines) for one in (bank, small)]
        rates.append((pair[0]["us a line"] / pair[1]["us a line"], *pair))
    for key in pair[0]:
        found = [f"{statistics.median(one[at][key] for one in rates):,.1f}" for at in (1, 2)]
        print(f"{key}: {found[0]}; of {len(few)} writers {found[1]}")
    print(f"a line of the large bank costs {statistics.median(r[0] for r in rates):.3f} times")
    print(compression(bank))


def timed(command: list[str]) -> tuple[tuple[float, float], float]:
    """Seconds by the clock and of the processors; and seconds until all is on the disk."""
    os.sync()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    os.sync()
    synced = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (took, spent), synced


def part(name: str, bank: Path, count: int = 0) -> dict[str, float]:
    """What a new process finds."""
    command = [sys.executable, __file__, "--part", name, "--bank", str(bank)]
    done = subprocess.run(
        [*command, "--lines", str(count)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


@compiled
def ink_of(data: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> int:
    """The sum of all pixels: each is looked at once."""
    total = 0
    for i in range(starts.shape[0]):
        for position in range(starts[i], starts[i] + sizes[i]):
            total += data[position]
    return total


def opened(path: Path) -> dict[str, str]:
    """Opening, and glyphs by chance and by class."""
    best = []
    for _ in range(7):
        begun = time.perf_counter()
        bank = penline.open_bank(path)
        best.append(time.perf_counter() - begun)
    rows = np.random.default_rng(1).integers(0, len(bank), GLYPHS)
    bank.inks(rows[:10])
    found = {
        "open, ms, first and median": f"{best[0] * 1e3:.1f}, {statistics.median(best) * 1e3:.1f}"
    }

    def cost(work: object, count: int) -> str:
        took = []
        for _ in range(5):
            begun = time.process_time()
            work()  # type: ignore[operator]
            took.append((time.process_time() - begun) / count * 1e6)
        return f"{took[0]:.2f}, {statistics.median(took[1:]):.2f}"

    found["random glyph, bank.inks(rows), us, first and then"] = cost(
        lambda: bank.inks(rows), GLYPHS
    )
    found["the same and a copy of each, us, first and then"] = cost(
        lambda: [ink.copy() for ink in bank.inks(rows)], GLYPHS
    )
    single = rows[:10_000].tolist()
    found["random glyph with all its facts, bank[row], us"] = cost(
        lambda: [bank[row] for row in single], len(single)
    )
    wanted = bank.characters[:: len(bank.characters) // 50]
    count = sum(len(bank.rows(character=character)) for character in wanted)
    found[f"all glyphs of a class ({count // len(wanted):,}), us a glyph"] = cost(
        lambda: [bank.inks(bank.rows(character=character)) for character in wanted], count
    )
    return found


def lines(path: Path, count: int) -> dict[str, float]:
    """Start-up, cost of a line once warm, and private memory."""
    begun = time.perf_counter()
    composer = penline.Composer(RECIPE, path, corpus_files()[0], seed=1)
    made = time.perf_counter()
    composer[0]
    first = time.perf_counter()
    for index in range(1, count):
        composer[index]
    warm = time.process_time()
    for index in range(count):
        composer[index]
    took = time.process_time() - warm
    return {
        "us a line": took / count * 1e6,
        "composer ready, ms": (made - begun) * 1e3,
        "first line after that, ms": (first - made) * 1e3,
        "private memory, dirty, MB": private_bytes("Dirty") / 1e6,
        "private memory, clean pages of files, MB": private_bytes("Clean") / 1e6,
    }


def private_bytes(kind: str) -> int:
    """Of this process: ``Dirty``, what is its own; ``Clean``, what it alone has mapped of files.

    Clean pages are the system's cache of the bank. They count as private while one process alone
    has looked at them, as shared with the second, and the system drops them when it needs room.
    """
    text = Path("/proc/self/smaps_rollup").read_text()
    rows = [row.split() for row in text.splitlines()]
    return sum(int(row[1]) * 1024 for row in rows if row[0] == f"Private_{kind}:")


def compression(path: Path) -> str:
    """Size and speed of random glyphs, each packed by itself, against what lies open."""
    bank = penline.open_bank(path)
    rows = np.random.default_rng(2).integers(0, len(bank), 5000)
    inks = [ink.tobytes() for ink in bank.inks(rows)]
    size = sum(map(len, inks))
    said = []
    for name in ("lz4_raw", "zstd"):
        codec = pa.Codec(name)
        begun = time.process_time()
        packed = [codec.compress(ink, asbytes=True) for ink in inks]
        packing = (time.process_time() - begun) / len(inks) * 1e6
        took = []
        for _ in range(5):
            begun = time.process_time()
            for small, ink in zip(packed, inks, strict=True):
                codec.decompress(small, len(ink))
            took.append((time.process_time() - begun) / len(inks) * 1e6)
        share = sum(map(len, packed)) / size
        said.append(
            f"{name}: {share:.2f} of the size, {packing:.1f} us to pack a glyph, "
            f"{statistics.median(took):.2f} us to unpack one"
        )
    return "; ".join(said)


if __name__ == "__main__":
    main()
