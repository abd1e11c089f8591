"""Measure penline beside other line generators, in CPU-seconds of whole processes.

    python bench/peers.py [--lines N] [--rounds R] [--only NAME,NAME] [--python310 PATH]

The peers are ``neots``, ``trdg``, ``doctr-synth-generator``, ``synthtiger`` and ``handright``, each
in an environment of its own under ``build/peers``; beside them stand JPEG and PNG encoding of the
same images alone, and a plain copy of their pixels. All write gray lines, 64 pixels high, of 10 to
20 Chinese characters, as JPEG files of quality 95, in one thread, and the same texts; penline
writes the boxes too. Runs are interleaved. Slow tools make fewer lines. Then `parts.py` follows:
penline beside the bare parts of a line, its start, and two processes. Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from peers_tools import (
    BUILD,
    HEIGHT_PX,
    PEERS,
    QUALITY,
    ROOT,
    Absent,
    environment,
    fetch_font,
    fresh,
    mean_width,
    python_310,
    run,
)

CORPUS = ROOT / "src" / "penline" / "sample" / "zh.txt"
WORKERS = str(Path(__file__).resolve().with_name("peers_workers.py"))
RUN_PENLINE = "import sys; from penline.cli import main; sys.exit(main())"
PLAIN = {
    "corpus": {"length_range": [10, 20]},
    "image": {"height_px": HEIGHT_PX, "mode": "gray", "format": "jpg", "quality": QUALITY},
    "papers": ["plain"],
    "effects": "none",
}
MIXED = {
    **PLAIN,
    "papers": [
        {"name": "plain", "weight": 3},
        {"name": "ruled", "weight": 2},
        {"name": "squared", "weight": 1},
        {"name": "texture", "weight": 2},
    ],
    "effects": "default",
    "layout": {"hand": "default"},
}
MARKS = {"strike": 0.15, "underline": 0.15, "fade": 0.1, "blot": 0.1, "bleed": 0.15}
RECIPES = {
    "penline": PLAIN,
    "penline-hand": {**PLAIN, "layout": {"hand": "default"}},
    "penline-papers": MIXED,
    "penline-messy": {**MIXED, "marks": MARKS},
}
"""Plain paper by rule; with the placement model; the presets `papers` and `messy`."""

AGAINST = {
    "neots-on": "penline-papers",
    "neots-preset": "penline-papers",
    "trdg-on": "penline-papers",
    "doctr-on": "penline-papers",
}
"""Whom a tool with backgrounds and effects is held against; the others against ``penline``."""

FEWER = {"trdg": 5, "doctr-on": 4, "synthtiger": 3, "handright": 3, "doctr": 2}
"""Tools that make a part of the lines only, as they are slow: one in so many."""

NAMES = (
    *RECIPES,
    *("neots", "neots-on", "neots-preset", "trdg", "trdg-words", "trdg-on"),
    *("doctr", "doctr-on", "synthtiger", "handright"),
)


class Peer:
    """One generator: its command, and what was measured of it."""

    def __init__(self, name: str, options: argparse.Namespace) -> None:
        self.name, self.command, self.absent, self.width_px = name, [""], "", 0.0
        fewer = next((FEWER[key] for key in (name, name.partition("-")[0]) if key in FEWER), 1)
        self.lines = max(options.lines // fewer, 2 * options.small)
        self.out, self.log = PEERS / "out" / name, PEERS / f"{name}.log"
        self.log.unlink(missing_ok=True)
        self.whole: list[float] = []
        self.small: list[float] = []

    def measure(self, lines: int) -> float:
        """CPU-seconds of writing so many lines into an empty folder."""
        self.out = fresh(self.name)
        if self.name.startswith("penline"):
            self.out.rmdir()
        named = {"{lines}": str(lines), "{out}": str(self.out)}
        seconds, _ = run([named.get(part, part) for part in self.command], self.log)
        self.width_px = mean_width(self.out, lines)
        return seconds

    def slopes(self, small: int) -> list[float]:
        """CPU-seconds a line of each round, without the start."""
        pairs = zip(self.whole, self.small, strict=True)
        return [(whole - start) / (self.lines - small) for whole, start in pairs]


def table(peers: list[Peer], alone: dict[str, list[float]], lines: int, small: int) -> str:
    """The Markdown table."""
    cost = {p.name: statistics.median(p.slopes(small)) for p in peers if p.whole}
    start = {
        p.name: max(statistics.median(p.small) - small * cost[p.name], 0.0)
        for p in peers
        if p.whole
    }
    rows = [
        "| tool | lines | mean width, px | start, CPU-s | lines per CPU-second, without the start "
        f"| CPU-ms a line | held against | penline is faster | with the start, {lines} lines |",
        "| --- | --: | --: | --: | --: | --: | --- | --: | --: |",
    ]
    for peer in peers:
        if not peer.whole:
            rows.append(f"| {peer.name} | absent: {peer.absent} " + "| " * 7 + "|")
            continue
        each = sorted(1 / slope for slope in peer.slopes(small))
        own = AGAINST.get(peer.name, "penline")
        ratios = "| | | "
        if own in cost and not peer.name.startswith("penline"):
            whole = [start[name] + lines * cost[name] for name in (peer.name, own)]
            ratios = f"| {own} | {cost[peer.name] / cost[own]:.2f} x | {whole[0] / whole[1]:.2f} x "
        rows.append(
            f"| {peer.name} | {peer.lines} | {peer.width_px:.0f} | {start[peer.name]:.2f} "
            f"| {statistics.median(each):,.0f} ({each[0]:,.0f} to {each[-1]:,.0f}) "
            f"| {1000 * cost[peer.name]:.3f} {ratios}|"
        )
    for name, seconds in alone.items():
        ms = 1000 * statistics.median(seconds) / lines
        rows.append(f"| {name} alone | {lines} | | | {1000 / ms:,.0f} | {ms:.3f} | | | |")
    return "\n".join(rows)


def gather(options: argparse.Namespace) -> list[Peer]:
    """Make what the peers need, run each once unmeasured, and return them, the absent ones too."""
    PEERS.mkdir(parents=True, exist_ok=True)
    texts, font, pictures = PEERS / "texts.txt", BUILD / "fonts" / "peers.ttf", PEERS / "pictures"
    try:
        tools = environment("neots", sys.executable)
    except Absent as error:
        sys.exit(f"peers: the environment that prepares font and texts {error}")
    given = [str(part) for part in (fetch_font(options.font), font, options.corpus, texts)]
    run_it = [tools, WORKERS, "prepare", *given, str(options.lines), str(pictures)]
    subprocess.run(run_it, check=True)
    peers = []
    for name in options.only:
        peer = Peer(name, options)
        peers.append(peer)
        try:
            if name in RECIPES:
                recipe = PEERS / f"{name}.yaml"
                recipe.write_text(json.dumps(RECIPES[name]) + "\n", "utf-8")
                peer.command = [options.penline_python, "-c", RUN_PENLINE, "compose", "--boxes"]
                peer.command += ["-n", "{lines}", "-o", "{out}", "--workers", "1"]
                peer.command += ["--recipe", str(recipe), "--corpus", str(options.corpus)]
                peer.measure(options.lines if name == "penline" else options.small)
                if name == "penline":
                    rows = (peer.out / "rec_gt_train.txt").read_text("utf-8").strip("\n")
                    written = [row.partition("\t")[2] for row in rows.split("\n")]
                    texts.write_text("".join(f"{text}\n" for text in written), "utf-8")
            else:
                home = name.partition("-")[0]
                base = python_310(options.python310) if home == "trdg" else sys.executable
                python = environment(home, base)
                parts = [str(texts), "{lines}", "{out}", str(font), str(pictures)]
                peer.command = [python, WORKERS, name, *parts]
                peer.measure(options.small)
        except Absent as error:
            peer.absent = str(error)
            print(f"peers: {name} is absent: {error}", file=sys.stderr)
    return peers


def compare(options: argparse.Namespace) -> None:
    """Measure round by round, and print the table."""
    peers = gather(options)
    present = [peer for peer in peers if not peer.absent]
    alone: dict[str, list[float]] = {}
    for number in range(1, options.rounds + 1):
        for peer in present:
            try:
                peer.small.append(peer.measure(options.small))
                peer.whole.append(peer.measure(peer.lines))
            except Absent as error:
                sys.exit(f"peers: {peer.name} failed in round {number}: {error}")
            print(f"peers: round {number}: {peer.name} {peer.whole[-1]:.2f} s", file=sys.stderr)
        if present and present[0].name == "penline":
            command = [options.penline_python, WORKERS, "pixels"]
            command += [str(present[0].out), str(options.lines)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            for name, seconds in json.loads(answer).items():
                alone.setdefault(name, []).append(seconds)
    print(table(peers, alone, options.lines, options.small))
    texts = (PEERS / "texts.txt").read_text("utf-8").strip("\n").split("\n")
    print(
        f"\nMedian (least to most) of {options.rounds} interleaved rounds; "
        f"{statistics.fmean(map(len, texts)):.1f} characters a line. Start: from runs of "
        f"{options.small} lines. Alone: the loop over penline's plain images."
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure penline beside other generators.")
    add = parser.add_argument
    add("--lines", type=int, default=2000, help="lines of a measured run (%(default)s)")
    add("--small", type=int, default=100, help="lines of the run that shows the start")
    add("--rounds", type=int, default=3)
    add("--only", default=",".join(NAMES), help="tools, separated by commas (%(default)s)")
    add("--python310", metavar="PATH", help="a Python 3.10 interpreter, for trdg")
    add("--penline-python", metavar="PATH", help="an interpreter that has penline installed")
    add("--font", type=Path, help="a Chinese handwriting font for the peers")
    add("--corpus", type=Path, default=CORPUS, help="UTF-8 text that the lines are drawn from")
    add("--no-parts", action="store_true", help="leave parts.py out")
    options = parser.parse_args()
    if not 0 < options.small < options.lines or options.rounds < 1:
        parser.error("--lines must be more than --small, and --rounds at least 1")
    options.only = options.only.split(",")
    unknown = sorted(set(options.only) - set(NAMES))
    if unknown:
        parser.error(f"--only: no tool is called {unknown[0]}; there are {', '.join(NAMES)}")
    if not options.penline_python:
        own = importlib.util.find_spec("penline") is not None
        options.penline_python = sys.executable if own else environment("penline", sys.executable)
    compare(options)
    if not options.no_parts:
        parts = Path(__file__).resolve().with_name("parts.py")
        print(flush=True)
        subprocess.run([options.penline_python, str(parts)], check=True)
    shutil.rmtree(PEERS / "out", ignore_errors=True)


if __name__ == "__main__":
    main()
