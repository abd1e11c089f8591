"""Measure penline beside other line generators, in CPU-seconds of whole processes.

    python bench/peers.py [--lines N] [--rounds R] [--python310 PATH] [--penline-args "..."]

The peers are ``trdg`` and ``neots``; beside them stand the JPEG encoding of the same images alone
and a plain copy of their pixels. Each lives in an environment of its own under ``build/peers``.
All write gray lines, 64 pixels high, of 10 to 20 Chinese characters on white, as JPEG files of
quality 95, in one thread. Runs are interleaved. This file is its own worker: the environments run
it with ``--worker``, which is why it must stay readable for Python 3.10. Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
PACKAGES = {
    "trdg": ["pip<24.1", "trdg==1.8.0", "Pillow<10", "numpy<2"],
    "neots": ["neots==0.3.4", "opencv-python-headless", "fonttools[woff]"],
    "penline": [str(ROOT)],
}
FONT_PACKAGE = "@fontsource/long-cang@5.3.0"
FONT_MEMBER = "package/files/long-cang-chinese-simplified-400-normal.woff2"
CORPUS = ROOT / "src" / "penline" / "sample" / "zh.txt"
FALLBACK_TEXT = (
    "清晨的街道上还没有多少行人，卖早点的小店已经亮起了灯。老人提着竹篮慢慢走过石桥，"
    "河水在桥下轻轻流动。孩子们背着书包跑向学校，笑声传得很远。午后下了一场雨，"
    "院子里的树叶洗得发亮，空气中带着泥土的气味。傍晚时分天色转晴，西边的云变成红色，"
    "一家人围坐在桌旁，说着今天遇见的事情。夜里风停了，窗外只剩下虫鸣，月光照在墙上。"
)
QUALITY_SUM = 369  # of libjpeg's luminance table at quality 95
SHORTEST, LONGEST, HEIGHT_PX, QUALITY, SEED = 10, 20, 64, 95, 2
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
RECIPE = {
    "corpus": {"length_range": [SHORTEST, LONGEST]},
    "image": {"height_px": HEIGHT_PX, "mode": "gray", "format": "jpg", "quality": QUALITY},
    "papers": ["plain"],
    "effects": "none",
}
RUN_PENLINE = "import sys; from penline.cli import main; sys.exit(main())"


class Absent(Exception):
    """A tool that cannot be measured here, and why."""


# ---- workers: run inside the environments ------------------------------------------------------


def prepare(font: str, font_out: str, corpus: str, texts_out: str, lines: str) -> None:
    """Convert the font to TrueType, and draw texts for the case that penline is absent."""
    loaded = importlib.import_module("fontTools.ttLib").TTFont(font)
    loaded.flavor = None
    loaded.save(font_out)
    known = set(loaded.getBestCmap())
    path = Path(corpus)
    text = path.read_text("utf-8") if path.is_file() else FALLBACK_TEXT
    text = "".join(c for c in text if not c.isspace() and ord(c) in known)
    if len(text) <= LONGEST:
        sys.exit(f"{corpus}: too little text that the font can write")
    draw, drawn = random.Random(SEED), []
    for _ in range(int(lines)):
        length = draw.randint(SHORTEST, LONGEST)
        start = draw.randrange(len(text) - length)
        drawn.append(text[start : start + length])
    Path(texts_out).write_text("".join(f"{line}\n" for line in drawn), "utf-8")


def write_lines(images: Any, texts: list[str], out: str) -> None:
    """Encode gray images as JPEG, write them, and their label list."""
    cv2 = importlib.import_module("cv2")
    cv2.setNumThreads(1)
    folder, rows = Path(out), []
    for number, (image, text) in enumerate(zip(images, texts, strict=True)):
        name = f"{number:06d}.jpg"
        _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        (folder / name).write_bytes(encoded.tobytes())
        rows.append(f"{name}\t{text}\n")
    (folder / "rec_gt_train.txt").write_text("".join(rows), "utf-8", newline="\n")


def trdg(texts_file: str, lines: str, out: str, font: str, *, word_split: bool = False) -> None:
    """Write lines with trdg: white background, no skew, blur or distortion."""
    np = importlib.import_module("numpy")
    generators = importlib.import_module("trdg.generators")
    texts = Path(texts_file).read_text("utf-8").split("\n")[: int(lines)]
    made = generators.GeneratorFromStrings(
        texts,
        count=len(texts),
        fonts=[font],
        language="cn",
        size=HEIGHT_PX,
        background_type=1,
        skewing_angle=0,
        blur=0,
        distorsion_type=0,
        image_mode="L",
        word_split=word_split,
    )
    write_lines((np.asarray(image) for image, _ in made), texts, out)


def trdg_words(texts_file: str, lines: str, out: str, font: str) -> None:
    """Write lines with trdg's ``word_split``: a line without spaces is drawn in one call."""
    trdg(texts_file, lines, out, font, word_split=True)


def neots(texts_file: str, lines: str, out: str, font: str) -> None:
    """Write lines with neots: black on white, every effect and transform off.

    It has no margins here, which is its fastest way (about a sixth faster than 5 pixels), though
    it cuts a little ink off at the ends.
    """
    cv2 = importlib.import_module("cv2")
    settings = {
        "text_sampler": {"font_list": [font], "font_size": 55, "vertical_prob": 0.0},
        "random_config": [{"type": "random", "prob": 1.0, "from_string": "一"}],
        "bg_sampler": {
            "bg_image_prob": 0.0,
            "gray_bg_prob": 1.0,
            "bg_list": [],
            "text_color": "#000000",
            "bg_color": "#FFFFFF",
        },
        "post_process": {
            "text_effects": {"effect_prob": 0.0},
            "text_paste": {"scale_range": [1.0, 1.0], "margin_range": [0, 0], "offset_prob": 0.0},
            "transforms": {"rotation_prob": 0.0, "distortion_prob": 0.0},
        },
        "generate": {"output_height": HEIGHT_PX},
    }
    made = importlib.import_module("neots").SingleLineTextGenerator.from_config(settings)
    texts = Path(texts_file).read_text("utf-8").split("\n")[: int(lines)]
    images = (made.generate_instance(text, "numpy") for text in texts)
    write_lines((cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images), texts, out)


def pixels(folder: str, lines: str) -> None:
    """Print the CPU-seconds of encoding finished images again, and of copying their pixels."""
    cv2, np = importlib.import_module("cv2"), importlib.import_module("numpy")
    cv2.setNumThreads(1)
    files = sorted(Path(folder).rglob("*.jpg"))[: int(lines)]
    images = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files]
    begun = time.process_time()
    for image in images:
        cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    encoded = time.process_time()
    for image in images:
        np.copyto(np.empty_like(image), image)
    print(json.dumps({"jpeg": encoded - begun, "memcpy": time.process_time() - encoded}))


WORKERS: dict[str, Callable[..., None]] = {
    "prepare": prepare,
    "trdg": trdg,
    "trdg-words": trdg_words,
    "neots": neots,
    "pixels": pixels,
}


# ---- environments, font, one measured process ----------------------------------------------------


def environment(name: str, base: str) -> str:
    """The interpreter of a peer's environment, which is made where it is missing."""
    folder = BUILD / "peers" / name
    python, mark = folder / "bin" / "python", folder / "made.json"
    made = mark.is_file() and json.loads(mark.read_text("utf-8")) == PACKAGES[name]
    if made and name != "penline":  # penline is installed anew, its source may have changed
        return str(python)
    print(f"peers: making the environment of {name}", file=sys.stderr)
    steps = [] if made else [[base, "-m", "venv", "--clear", str(folder)]]
    first, rest = PACKAGES[name][:1], PACKAGES[name][1:]
    steps += [[str(python), "-m", "pip", "install", "-q", *part] for part in (first, rest) if part]
    for step in steps:
        if subprocess.run(step, stdout=sys.stderr).returncode:
            raise Absent("could not be installed")
    mark.write_text(json.dumps(PACKAGES[name]), "utf-8")
    return str(python)


def python_310(given: str | None) -> str:
    """A Python 3.10 interpreter, which trdg needs."""
    python = given or shutil.which("python3.10")
    ask = "import sys; print(*sys.version_info[:2])"
    if python:
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True)
        if answer.stdout.split() == ["3", "10"]:
            return python
    raise Absent("no Python 3.10 here (--python310 PATH)")


def fetch_font(given: Path | None) -> Path:
    """The font file that both peers write with: the one given, or the one npm packs."""
    if given:
        return given
    folder = BUILD / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    font = folder / Path(FONT_MEMBER).name
    if not font.is_file():
        if not shutil.which("npm"):
            sys.exit("peers: no npm to fetch the font with; name a Chinese font with --font FILE")
        packed = subprocess.run(
            ["npm", "pack", "--silent", FONT_PACKAGE], cwd=folder, capture_output=True, text=True
        )
        if packed.returncode:
            sys.exit(f"peers: npm pack {FONT_PACKAGE} failed\n{packed.stderr}")
        with tarfile.open(folder / packed.stdout.split()[-1]) as tar:
            member = tar.extractfile(FONT_MEMBER)
            if member is None:
                sys.exit(f"peers: {FONT_PACKAGE} holds no {FONT_MEMBER}")
            font.write_bytes(member.read())
    return font


def cpu_seconds(command: list[str], log: Path) -> float:
    """User and system seconds of one process and of the children it waited for."""
    with log.open("ab") as sink:
        child = subprocess.Popen(
            command, stdout=sink, stderr=sink, env={**os.environ, **ONE_THREAD}
        )
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        tail = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        raise Absent(f"exit {child.returncode}: {' '.join(tail)}")
    return used.ru_utime + used.ru_stime


def mean_width(folder: Path, lines: int) -> float:
    """The mean width in pixels; checks number, height, gray, baseline JPEG and its quality."""
    files, widths = list(folder.rglob("*.jpg")), []
    for file in files:
        head = file.read_bytes()
        frame = head.find(b"\xff\xc0")  # length, bits, height, width, components
        height, width = (int.from_bytes(head[frame + k : frame + k + 2], "big") for k in (5, 7))
        table = head.find(b"\xff\xdb") + 5
        if frame < 0 or height != HEIGHT_PX or head[frame + 9] != 1:
            raise Absent(f"{file.name}: not a gray line of {HEIGHT_PX} pixels")
        if sum(head[table : table + 64]) != QUALITY_SUM:
            raise Absent(f"{file.name}: not of JPEG quality {QUALITY}")
        widths.append(width)
    if len(files) != lines:
        raise Absent(f"wrote {len(files)} images, not {lines}")
    return statistics.fmean(widths)


# ---- the comparison ------------------------------------------------------------------------------


class Peer:
    """One generator: its command, and what was measured of it."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.out, self.log = BUILD / "peers" / "out" / name, BUILD / "peers" / f"{name}.log"
        self.whole: list[float] = []
        self.small: list[float] = []
        self.width_px = 0.0
        self.absent = ""

    def measure(self, lines: int) -> float:
        """CPU-seconds of writing so many lines into an empty folder."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        if self.name == "penline":
            self.out.rmdir()
        named = {"{lines}": str(lines), "{out}": str(self.out)}
        seconds = cpu_seconds([named.get(part, part) for part in self.command], self.log)
        self.width_px = mean_width(self.out, lines)
        return seconds


def rates(lines: int, seconds: list[float]) -> str:
    """Lines per CPU-second: median (least to most)."""
    each = [lines / s for s in seconds]
    return f"{statistics.median(each):,.0f} ({min(each):,.0f} to {max(each):,.0f})"


def table(peers: list[Peer], alone: dict[str, list[float]], lines: int, small: int) -> str:
    """The Markdown table."""
    marginal = {p.name: [w - s for w, s in zip(p.whole, p.small, strict=True)] for p in peers}
    own = next((p for p in peers if p.name == "penline" and p.whole), None)
    rows = [
        "| tool | lines | mean width, px | CPU-seconds | lines per CPU-second, whole process "
        "| without start-up | CPU-ms a line, without start-up | penline is faster, whole "
        "| without start-up |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for peer in peers:
        if not peer.whole:
            rows.append(f"| {peer.name} | absent: {peer.absent} " + "| " * 7 + "|")
            continue
        middle, slope = statistics.median(peer.whole), statistics.median(marginal[peer.name])
        ratios = "| | "
        if own:
            mine = statistics.median(marginal["penline"]) or float("nan")
            ratios = f"| {middle / statistics.median(own.whole):.2f} x | {slope / mine:.2f} x "
        rows.append(
            f"| {peer.name} | {lines} | {peer.width_px:.0f} | {middle:.2f} "
            f"| {rates(lines, peer.whole)} | {rates(lines - small, marginal[peer.name])} "
            f"| {1000 * slope / (lines - small):.3f} {ratios}|"
        )
    for name, seconds in alone.items():
        middle = statistics.median(seconds)
        rows.append(
            f"| {name} alone | {lines} | | {middle:.2f} | | {rates(lines, seconds)} "
            f"| {1000 * middle / lines:.3f} | | |"
        )
    return "\n".join(rows)


def gather(options: argparse.Namespace) -> list[Peer]:
    """Make what the peers need, run each once unmeasured, and return them, the absent ones too.

    The peers write the very texts that penline has chosen for its lines.
    """
    peers_folder = BUILD / "peers"
    peers_folder.mkdir(parents=True, exist_ok=True)
    texts, font = str(peers_folder / "texts.txt"), str(BUILD / "fonts" / "peers.ttf")
    recipe = peers_folder / "recipe.yaml"
    recipe.write_text(json.dumps(RECIPE) + "\n", "utf-8")
    here = str(Path(__file__).resolve())
    try:
        tools = environment("neots", sys.executable)
    except Absent as error:
        sys.exit(f"peers: the environment that prepares font and texts {error}")
    given = [str(fetch_font(options.font)), font, str(options.corpus), texts, str(options.lines)]
    subprocess.run([tools, here, "--worker", "prepare", *given], check=True)
    peers = []
    for name in ("penline", "neots", "trdg", "trdg-words"):
        peer = Peer(name, [])
        peer.log.unlink(missing_ok=True)
        peers.append(peer)
        try:
            if name == "penline":
                python = options.penline_python or environment(name, sys.executable)
                named = {"{recipe}": str(recipe), "{corpus}": str(options.corpus)}
                extra = [named.get(part, part) for part in shlex.split(options.penline_args)]
                fixed = ["-n", "{lines}", "-o", "{out}", "--workers", "1"]
                peer.command = [python, "-c", RUN_PENLINE, "compose", *fixed, *extra]
                peer.measure(options.lines)
                labels = (peer.out / "rec_gt_train.txt").read_text("utf-8").strip("\n").split("\n")
                written = [label.partition("\t")[2] for label in labels]
                Path(texts).write_text("".join(f"{text}\n" for text in written), "utf-8")
            else:
                home = name.partition("-")[0]
                base = python_310(options.python310) if home == "trdg" else sys.executable
                python = environment(home, base)
                peer.command = [python, here, "--worker", name, texts, "{lines}", "{out}", font]
                peer.measure(options.small)
        except Absent as error:
            peer.absent = str(error)
    return peers


def compare(options: argparse.Namespace) -> None:
    """Measure round by round, and print the table."""
    peers = gather(options)
    present = [peer for peer in peers if not peer.absent]
    alone: dict[str, list[float]] = {"jpeg": [], "memcpy": []}
    for number in range(1, options.rounds + 1):
        for peer in present:
            try:
                peer.small.append(peer.measure(options.small))
                peer.whole.append(peer.measure(options.lines))
            except Absent as error:
                sys.exit(f"peers: {peer.name} failed in round {number}: {error}")
            print(f"peers: round {number}: {peer.name} {peer.whole[-1]:.2f} s", file=sys.stderr)
        if present:
            first = present[0]  # penline, and its own OpenCV, where it is present
            command = [first.command[0], str(Path(__file__).resolve()), "--worker", "pixels"]
            command += [str(first.out), str(options.lines)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            for name, seconds in json.loads(answer).items():
                alone[name].append(seconds)
    print(table(peers, alone if present else {}, options.lines, options.small))
    texts = (BUILD / "peers" / "texts.txt").read_text("utf-8").strip("\n").split("\n")
    print(
        f"\nMedian (least to most) of {options.rounds} interleaved rounds; "
        f"{statistics.fmean(map(len, texts)):.1f} characters a line. Start-up: a run of "
        f"{options.small} lines, subtracted. Alone: the loop over the first tool's images."
    )


def main() -> None:
    """The command line."""
    if sys.argv[1:2] == ["--worker"]:
        WORKERS[sys.argv[2]](*sys.argv[3:])
        return
    parser = argparse.ArgumentParser(description="Measure penline beside other generators.")
    add = parser.add_argument
    add("--lines", type=int, default=5000, help="lines of a measured run (%(default)s)")
    add("--small", type=int, default=100, help="lines of the run that shows start-up")
    add("--rounds", type=int, default=3)
    add("--python310", metavar="PATH", help="a Python 3.10 interpreter, for trdg")
    add("--penline-python", metavar="PATH", help="an interpreter that has penline installed")
    add(
        "--penline-args",
        default="--recipe {recipe} --corpus {corpus}",
        help="the rest of 'penline compose'; {recipe}: plain paper, no effects (%(default)s)",
    )
    add("--font", type=Path, help="a Chinese handwriting font for the peers")
    add("--corpus", type=Path, default=CORPUS, help="UTF-8 text that the lines are drawn from")
    options = parser.parse_args()
    if not 0 < options.small < options.lines or options.rounds < 1:
        parser.error("--lines must be more than --small, and --rounds at least 1")
    compare(options)


if __name__ == "__main__":
    main()
