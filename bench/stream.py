"""Lines into a loader's batches against lines onto the disk, in turns, at the same workers.

    python bench/stream.py [--lines 4000] [--workers 2] [--rounds 5] [--bank BANK] [--corpus FILE]

Needs PyTorch. Both make the same lines (plain paper, 10 to 20 characters, as in peers.py): on disk
as a PaddleOCR set of JPEGs; in batches of 64 of like width, padded, as tensors in the trainer's
process, pinned where the machine has an accelerator. Each is run twice, for few lines and for more,
and the difference counts: start-up is left out. With ``--workers 0`` both run in this process
alone, which says most on a machine that does other work, too. Processor time is of all processes
together.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import torch
from torch.utils.data import DataLoader

import penline
from penline import api
from penline.bank import Bank
from penline.sample import corpus_files
from penline.stream import LineStream, Pad

RECIPE = {"corpus": {"length_range": [10, 20]}, "papers": ["plain"], "effects": []}
BATCH = 64
Maker = Callable[[Bank, Path, int, int, int], None]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=4000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bank", type=Path)
    parser.add_argument("--corpus", type=Path)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    bank = penline.open_bank(arguments.bank) if arguments.bank else penline.sample_bank()
    corpus = arguments.corpus or corpus_files()[0]
    found: dict[str, list[tuple[float, float]]] = {"disk": [], "batches": []}
    with TemporaryDirectory() as folder:  # none is removed before the end: see peers_tools.fresh
        makers: dict[str, Maker] = {"disk": partial(onto_disk, folder), "batches": into_batches}
        for number in range(arguments.rounds):
            for name, make in makers.items():

                def run(lines: int, make: Maker = make, seed: int = number) -> None:
                    make(bank, corpus, seed, lines, arguments.workers)

                found[name].append(costs(run, arguments.lines, arguments.workers))
    pinned = "pinned" if torch.cuda.is_available() else "not pinned: no accelerator"
    print(f"{arguments.workers} workers, {arguments.lines} lines, median of {arguments.rounds}\n")
    print("| | lines a second (least to most) | processor us a line (least to most) |")
    print("| --- | --: | --: |")
    for name, title in (("disk", "onto the disk, JPEG"), ("batches", f"into batches, {pinned}")):
        rates = [arguments.lines / wall for wall, _ in found[name]]
        spent = [cpu / arguments.lines * 1e6 for _, cpu in found[name]]
        print(f"| {title} | {spread(rates, ',.0f')} | {spread(spent, ',.0f')} |")
    pairs = list(zip(found["disk"], found["batches"], strict=True))
    walls = [disk[0] / batches[0] for disk, batches in pairs]
    cpus = [disk[1] / batches[1] for disk, batches in pairs]
    print(f"| batches over disk | {spread(walls, '.2f')} x | {spread(cpus, '.2f')} x |")


def spread(values: list[float], form: str) -> str:
    """Median, least and most."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def costs(run: Callable[[int], None], lines: int, workers: int) -> tuple[float, float]:
    """Seconds by the clock, and of the processors, that `lines` more lines cost."""
    first = 1000 * max(workers, 1)
    took = []
    for count in (first, first + lines):
        begun = time.perf_counter(), processor_seconds()
        run(count)
        took.append((time.perf_counter() - begun[0], processor_seconds() - begun[1]))
    return took[1][0] - took[0][0], took[1][1] - took[0][1]


def processor_seconds() -> float:
    """Of this process and of all that it started and that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def onto_disk(folder: str, bank: Bank, corpus: Path, seed: int, lines: int, workers: int) -> None:
    """A PaddleOCR set of so many lines, in a folder of its own."""
    api.compose(
        Path(mkdtemp(dir=folder)) / "lines",
        n=lines,
        recipe=RECIPE,
        banks=[bank],
        corpora=[corpus],
        seed=seed,
        workers=max(workers, 1),
    )


def into_batches(bank: Bank, corpus: Path, seed: int, lines: int, workers: int) -> None:
    """Batches of so many lines; the workers have ended when this returns."""
    composer = penline.Composer(RECIPE, bank, corpus, seed=seed, length=lines)
    loader = DataLoader(
        LineStream(composer, BATCH),
        batch_size=None,
        collate_fn=Pad(),
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
    )
    made = sum(len(batch.texts) for batch in loader)
    if made != lines:
        raise SystemExit(f"{made} lines came, not {lines}")


if __name__ == "__main__":
    main()
