"""What a line costs beside its three bare parts; how long the first line takes; two processes.

    python bench/parts.py [--lines N] [--rounds R]   # in penline's own environment

The bare parts, on the same images as penline writes (plain paper, no effects, gray, 64 px, JPEG
95): resizing the very glyphs of each line to the size they have in it and pasting them on its
paper with OpenCV; encoding the line as JPEG; writing the file. Penline's cost is that of
``penline compose`` with boxes, CPU-seconds of the whole process, its start taken off. All is
measured in turn, round by round. Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from peers import CORPUS, PLAIN, RUN_PENLINE
from peers_tools import PEERS, QUALITY, fresh, run

from penline.compose import Composer
from penline.durable import settle
from penline.export.run import SHARD
from penline.sample import sample_bank

SEED = 1
JPEG = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
Image = npt.NDArray[np.uint8]
Pasted = tuple[Image, tuple[int, int], int, int]
"""A glyph, dark on light; width and height on the line; left; top."""


def glyphs_of(composer: Composer, bank: Any) -> list[tuple[Image, int, list[Pasted]]]:
    """Each line: its image, the tone of its paper, and its glyphs with their places."""
    rows = {
        (int(source), int(record)): row
        for row, (source, record) in enumerate(
            zip(bank.columns["source"], bank.columns["record"], strict=True)
        )
    }
    sources = {source.file: number for number, source in enumerate(bank.header.sources)}
    lines = []
    for sample in composer:
        pasted = []
        for origin in sample.origins:
            # the glyph of a character made of several covers the whole of its box
            left, top = np.floor(sample.quads[origin.item].min(0)).astype(int).tolist()
            right, bottom = np.ceil(sample.quads[origin.item].max(0)).astype(int).tolist()
            ink = bank[rows[sources[origin.archive], origin.record]].ink
            size = (max(right - left, 1), max(bottom - top, 1))
            pasted.append((np.ascontiguousarray(255 - ink), size, left, top))
        lines.append((sample.image, int(sample.image.max()), pasted))
    return lines


def paste(lines: Sequence[tuple[Image, int, list[Pasted]]]) -> None:
    """Resize and paste every glyph."""
    for image, tone, pasted in lines:
        sheet = np.full(image.shape, tone, np.uint8)
        for glyph, size, left, top in pasted:
            small = cv2.resize(glyph, size, interpolation=cv2.INTER_AREA)
            place = sheet[top : top + size[1], left : left + size[0]]
            cv2.min(place, small[: place.shape[0], : place.shape[1]], place)


def write(folder: Path, encoded: Iterable[bytes]) -> None:
    """Write every file: open, write, close."""
    for number, data in enumerate(encoded):
        handle = os.open(folder / f"{number:08d}.jpg", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(handle, data)
        os.close(handle)


def spent(work: Callable[[], object]) -> float:
    """CPU-seconds of a call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def compose(lines: int, workers: int) -> tuple[float, float]:
    """CPU-seconds, and seconds by the clock, of one run of ``penline compose``."""
    out, recipe = fresh("parts") / "lines", PEERS / "parts.yaml"
    recipe.write_text(json.dumps(PLAIN) + "\n", "utf-8")
    command = [sys.executable, "-c", RUN_PENLINE, "compose", "--boxes", "-n", str(lines)]
    command += ["-o", str(out), "--seed", str(SEED), "--workers", str(workers)]
    return run([*command, "--recipe", str(recipe), "--corpus", str(CORPUS)], PEERS / "parts.log")


def encode_alone(folder: str, begin: str, repeat: str, out: str = "") -> None:
    """Worker: encode a folder's images over and over from a moment on; print when it was done.

    With `out`, each round's files are written into a folder there and synced by another thread,
    as penline syncs its shards.
    """
    cv2.setNumThreads(1)
    images = [cv2.imread(str(p), cv2.IMREAD_GRAYSCALE) for p in sorted(Path(folder).iterdir())]
    while time.monotonic() < float(begin):
        time.sleep(0.001)
    with ThreadPoolExecutor(1) as thread:
        syncs = []
        for _ in range(int(repeat)):
            encoded = (cv2.imencode(".jpg", image, JPEG)[1] for image in images)
            if out:
                into = Path(tempfile.mkdtemp(dir=out))
                write(into, (data.tobytes() for data in encoded))
                syncs.append(thread.submit(settle, into))
            else:
                deque(encoded, 0)
        for sync in syncs:
            sync.result()  # a full disk is told
    print(time.monotonic() - float(begin))


def copies(folder: Path, count: int, repeat: int, *, files: bool = False) -> float:
    """Seconds until `count` copies of the bare JPEG loop, begun together, are all done."""
    begin = time.monotonic() + 2.0
    command = [sys.executable, __file__, "--encode", str(folder), str(begin), str(repeat)]
    if files:
        command.append(str(fresh("bare")))
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return max(float(child.communicate()[0]) for child in running)


def parts(options: argparse.Namespace, lines: list[Any]) -> str:
    """The table of one line's cost and its bare parts, microseconds."""
    count, encoded = len(lines), []
    found: dict[str, list[float]] = {}
    for number in range(options.rounds):
        one = {
            "glyphs resized and pasted": spent(lambda: paste(lines)) / count,
            "JPEG encoded": spent(lambda: [cv2.imencode(".jpg", line[0], JPEG) for line in lines])
            / count,
        }
        encoded = [cv2.imencode(".jpg", line[0], JPEG)[1].tobytes() for line in lines]
        folder = fresh("bare")
        one["file written"] = spent(lambda data=encoded, to=folder: write(to, data)) / count
        one["sum of the bare parts"] = sum(one.values())
        small, whole = compose(options.small, 1)[0], compose(options.lines, 1)[0]
        one["penline, all of a line"] = (whole - small) / (options.lines - options.small)
        one["penline / sum"] = one["penline, all of a line"] / one["sum of the bare parts"] / 1e6
        for name, seconds in one.items():
            found.setdefault(name, []).append(seconds * 1e6)
        print(f"parts: round {number + 1} of {options.rounds}", file=sys.stderr)
    rows = ["| part | us a line, or ratio: median (least to most) |", "| --- | --: |"]
    for name, values in found.items():
        form = "{:.2f}" if "/" in name else "{:,.0f}"
        middle, low, high = (
            form.format(part) for part in (statistics.median(values), min(values), max(values))
        )
        rows.append(f"| {name} | {middle} ({low} to {high}) |")
    return "\n".join(rows)


def pairs(options: argparse.Namespace, folder: Path) -> str:
    """The table of the start, and of two processes beside one."""
    found: dict[str, list[float]] = {}
    repeat = max(options.lines // len(list(folder.iterdir())), 1) * 4
    sizes = 2 * SHARD, 22 * SHARD  # whole shards for each of two, and long enough to tell
    for number in range(options.rounds):
        clock = {
            (lines, workers): compose(lines, workers)[1] for lines in sizes for workers in (1, 2)
        }
        steady = [clock[sizes[1], w] - clock[sizes[0], w] for w in (1, 2)]
        one = {
            "start to the first line (`compose -n 1`), s": compose(1, 1)[1],
            "penline, two processes beside one, x": steady[0] / steady[1],
            "bare JPEG loop, two copies beside one, x": 2
            * copies(folder, 1, repeat)
            / copies(folder, 2, repeat),
            "the same with its files on disk, two beside one, x": 2
            * copies(folder, 1, repeat, files=True)
            / copies(folder, 2, repeat, files=True),
        }
        one["penline's gain / the JPEG loop's"] = (
            one["penline, two processes beside one, x"]
            / one["bare JPEG loop, two copies beside one, x"]
        )
        one["penline's gain / that with files"] = (
            one["penline, two processes beside one, x"]
            / one["the same with its files on disk, two beside one, x"]
        )
        for name, value in one.items():
            found.setdefault(name, []).append(value)
        print(f"parts: two processes, round {number + 1}", file=sys.stderr)
    rows = ["| by the clock | median (least to most) |", "| --- | --: |"]
    for name, values in found.items():
        rows.append(
            f"| {name} | {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f}) |"
        )
    return "\n".join(rows)


def main() -> None:
    """The command line."""
    if sys.argv[1:2] == ["--encode"]:
        encode_alone(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--lines", type=int, default=3000, help="lines of a run of penline")
    parser.add_argument("--small", type=int, default=100, help="lines of the run taken off")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not 0 < options.small < options.lines or options.rounds < 1:
        parser.error("--lines must be more than --small, and --rounds at least 1")
    cv2.setNumThreads(1)
    PEERS.mkdir(parents=True, exist_ok=True)
    bank = sample_bank()
    composer = Composer(PLAIN, bank, CORPUS, seed=SEED)
    lines = glyphs_of(composer[: min(options.lines, 1000)], bank)
    compose(options.small, 2)
    print(parts(options, lines))
    print()
    folder = fresh("bare")
    write(folder, [cv2.imencode(".jpg", line[0], JPEG)[1].tobytes() for line in lines])
    print(pairs(options, folder))
    shutil.rmtree(PEERS / "out")
    print(f"\nPlain paper, {options.lines} lines a run, {options.rounds} interleaved rounds.")


if __name__ == "__main__":
    main()
