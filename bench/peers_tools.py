"""Environments, font, one measured process, and the check of what it wrote, for `peers.py`."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
PEERS = BUILD / "peers"
PACKAGES = {
    "trdg": ["pip<24.1", "trdg==1.8.0", "Pillow<10", "numpy<2"],
    "neots": ["neots==0.3.4", "opencv-python-headless", "fonttools[woff]"],
    "doctr": ["doctr-synth-generator==0.4.1", "opencv-python-headless"],
    "synthtiger": ["synthtiger==1.2.1", "numpy<2", "opencv-python<4.12", "Pillow<10"],
    "handright": ["handright==8.2.0", "numpy", "opencv-python-headless"],
    "penline": [str(ROOT)],
}
FONT_PACKAGE = "@fontsource/long-cang@5.3.0"
FONT_MEMBER = "package/files/long-cang-chinese-simplified-400-normal.woff2"
QUALITY_SUM = 369  # of libjpeg's luminance table at quality 95
HEIGHT_PX, QUALITY = 64, 95
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


class Absent(Exception):
    """A tool that cannot be measured here, and why."""


def fresh(name: str) -> Path:
    """A new folder to write into. None is removed before the end.

    A file system without a journal leaves the inodes of removed files alone for some minutes, and
    looks at each of them again whenever a file is made: thousands removed before a run made each
    file of it cost 600 microseconds in place of 50.
    """
    (PEERS / "out").mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=PEERS / "out"))


def environment(name: str, base: str) -> str:
    """The interpreter of a peer's environment, which is made where it is missing."""
    folder = PEERS / name
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
    ask = "import sys; print(*sys.version_info[:2])"
    kept = sorted((Path.home() / ".pyenv" / "versions").glob("3.10.*/bin/python"))
    for python in filter(None, [given, shutil.which("python3.10"), *map(str, kept)]):
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True)
        if answer.stdout.split() == ["3", "10"]:
            return python
    raise Absent("no Python 3.10 here (--python310 PATH)")


def fetch_font(given: Path | None) -> Path:
    """The font file that the peers write with: the one given, or the one npm packs."""
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


def run(command: list[str], log: Path) -> tuple[float, float]:
    """User and system seconds of one process and of its children, and seconds by the clock.

    Raises:
        Absent: it ended with an error.
    """
    begun = time.perf_counter()
    with log.open("ab") as sink:
        child = subprocess.Popen(
            command, stdout=sink, stderr=sink, env={**os.environ, **ONE_THREAD}
        )
        _, status, used = os.wait4(child.pid, 0)
    clock = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        tail = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        raise Absent(f"exit {child.returncode}: {' '.join(tail)}")
    return used.ru_utime + used.ru_stime, clock


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
