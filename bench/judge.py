"""Let an outside reader read finished lines, and count its errors.

    python bench/judge.py SET... [--dgrl PAGE]... [--json FILE]

A SET is a folder written by ``penline compose --to paddleocr`` (or its label list): lines of
``path<TAB>text``, UTF-8, ended by LF. The reader is RapidOCR, whose weights are in its wheel. It
lives in an environment of its own that this script makes once, under ``build/judge``.

The character error rate is the Levenshtein distance over the number of reference characters,
both texts after NFKC and without white space; nothing else is changed. Its 95 % interval is by
bootstrap over lines. Every line counts: a missing image, or one that does not decode, ends the
run.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import unicodedata
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = ("rapidocr==3.10.0", "onnxruntime==1.32.0")
ROOT = Path(__file__).resolve().parents[1]
WORST = 10


class JudgeError(Exception):
    """Data that cannot be judged as they are."""


@dataclass(frozen=True)
class Line:
    """One line: where it is from, what it says, what was read, and the edits between the two."""

    source: str
    reference: str
    reading: str
    score: float
    characters: int
    edits: int


# ---- the environment ---------------------------------------------------------------------------


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return environment.joinpath(*parts)


def make_environment(environment: Path) -> None:
    """Make the reader's environment, unless it is there and holds what it should."""
    mark = environment / "judge.json"
    if mark.is_file() and json.loads(mark.read_text("utf-8")) == list(PACKAGES):
        return
    print(f"judge: making the reader's environment, {environment}", file=sys.stderr)
    if environment.exists():
        if not (environment / "pyvenv.cfg").is_file():
            raise JudgeError(f"{environment}: not an environment; name another with --environment")
        shutil.rmtree(environment)
    venv.create(environment, with_pip=True)
    install = [str(python_of(environment)), "-m", "pip", "install", "-q", *PACKAGES]
    if subprocess.run(install, stdout=sys.stderr).returncode:
        raise JudgeError(f"{environment}: pip could not install {' '.join(PACKAGES)}")
    mark.write_text(json.dumps(PACKAGES), "utf-8")


# ---- what to read ------------------------------------------------------------------------------


def lines_of_set(path: Path, labels: str, cv2: Any, np: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (source, text, image) of each line of a label list; images are uint8 (h, w, 3)."""
    label_file = path / labels if path.is_dir() else path
    try:
        rows = label_file.read_bytes().decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgeError(f"{label_file}: {error}") from error
    if rows[-1] == "":
        rows.pop()
    for number, row in enumerate(rows, 1):
        name, tab, text = row.partition("\t")
        if not tab:
            raise JudgeError(f"{label_file}: line {number}: no TAB")
        file = label_file.parent / name
        try:
            image = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        except (OSError, cv2.error) as error:
            raise JudgeError(f"{label_file}: line {number}: {file}: {error}") from error
        if image is None:
            raise JudgeError(f"{label_file}: line {number}: {file}: not an image")
        yield name, text, image


def columns_of_set(path: Path, labels: str, cv2: Any, np: Any) -> Iterator[tuple[str, str, Any]]:
    """Columns set as lines: the characters cut out by their boxes, one beside the other.

    A reader of lines cannot read a column. Each character keeps its place across the column, and
    the white before it, so what is read is the order, the boxes and the ink of the column, not its
    letters and digits, which lie on their side: these are turned upright.
    """
    boxes = {}
    with (path / "boxes.jsonl").open(encoding="utf-8") as file:
        for row in file:
            line = json.loads(row)
            boxes[line["path"]] = line["quads"]
    for name, text, image in lines_of_set(path, labels, cv2, np):
        paper, wide = np.median(image.reshape(-1, 3), 0), image.shape[1]
        pieces, before = [], 0
        for character, quad in zip(text, boxes[name], strict=True):
            left, top = np.maximum(np.floor(np.min(quad, 0)).astype(int) - 1, 0)
            right, bottom = np.ceil(np.max(quad, 0)).astype(int) + 1
            piece = image[top:bottom, left:right]
            at = (wide - len(piece)) // 2
            if character.isascii() and character.isalnum():
                piece = np.rot90(piece)
                at = wide - len(piece) - 10
            elif (left + right) / 2 > 0.62 * wide:
                at = wide - len(piece) - 8  # a mark at a column's right stands below on a line
            canvas = np.full((wide, piece.shape[1], 3), paper, np.uint8)
            canvas[max(at, 0) : max(at, 0) + len(piece)] = piece[:wide]
            gap = 4 + min(max(top - before, 0), 24)
            pieces += [np.full((wide, gap, 3), paper, np.uint8), canvas]
            before = bottom
        yield name, text, np.ascontiguousarray(np.hstack(pieces))


def lines_of_page(path: Path, np: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (source, text, image) of each line of a CASIA DGRL page; images are uint8 (h, w).

    Little-endian. Head: u32 size, 8 format, size - 36 illustration, 20 code type, u16 code
    length, u16 bits per pixel; then u32 page height, width, lines. A line: u32 characters, their
    codes, i32 top, left, u32 height, width, and the pixels.
    """
    try:
        data = path.read_bytes()
        (head,) = struct.unpack_from("<I", data, 0)
        code_bytes, bits = struct.unpack_from("<HH", data, head - 4)
        if data[4:7] != b"DGR" or code_bytes != 2 or bits != 8:
            raise JudgeError(f"{path}: not a DGRL page with 2-byte codes and 8-bit pixels")
        (count,) = struct.unpack_from("<I", data, head + 8)
        at = head + 12
        for number in range(count):
            (characters,) = struct.unpack_from("<I", data, at)
            codes = data[at + 4 : at + 4 + 2 * characters]
            at += 4 + 2 * characters
            height, width = struct.unpack_from("<II", data, at + 8)
            at += 16
            pixels = np.frombuffer(data, np.uint8, height * width, at).reshape(height, width)
            at += height * width
            units = [codes[k : k + 2] for k in range(0, len(codes), 2)]
            text = "".join(u.rstrip(b"\0").decode("gb18030") for u in units)
            yield f"line {number}", text, pixels
    except (OSError, struct.error, ValueError) as error:
        raise JudgeError(f"{path}: {error}") from error
    if at != len(data):
        raise JudgeError(f"{path}: {len(data) - at} bytes after the last line")


# ---- reading and counting ----------------------------------------------------------------------


def folded(text: str) -> str:
    """The text after NFKC, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def distance(a: str, b: str) -> int:
    """Levenshtein distance: the fewest insertions, deletions and substitutions."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def make_reader(threads: int) -> Any:
    """RapidOCR with the weights of its wheel, on so many threads.

    The recogniser itself scales a line to 48 pixels in height and keeps its proportions. What
    RapidOCR does before that, for finding text on photographs, is switched off: it would squeeze
    whatever is wider than 2,000 pixels and round its height to a multiple of 32.
    """
    package = importlib.import_module("rapidocr")
    weights = Path(str(package.__file__)).parent / "models"
    if not any(weights.glob("*rec*.onnx")):
        raise JudgeError(f"{weights}: the wheel holds no recogniser")
    return package.RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_preprocess_img": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def judge(name: str, lines: Iterator[tuple[str, str, Any]], reader: Any) -> list[Line]:
    """Read every line of one set."""
    read = []
    for source, reference, image in lines:
        output = reader(image, use_det=False, use_cls=False, use_rec=True)
        if output.txts is None or len(output.txts) != 1:
            raise JudgeError(f"{name}: {source}: the reader gave no answer")
        reading = output.txts[0]
        want, got = folded(reference), folded(reading)
        edits = distance(want, got)
        read.append(Line(source, reference, reading, float(output.scores[0]), len(want), edits))
        if sys.stderr.isatty():
            print(f"\r{name}: {len(read)} lines", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if not sum(line.characters for line in read):
        raise JudgeError(f"{name}: no characters to read")
    return read


def interval(read: list[Line]) -> tuple[float, float]:
    """The 95 % interval of the error rate over lines, by bootstrap: the same for the same lines."""
    chance, rates = random.Random(19), []
    for _ in range(1000):
        drawn = chance.choices(read, k=len(read))
        rates.append(sum(x.edits for x in drawn) / max(sum(x.characters for x in drawn), 1))
    rates.sort()
    return rates[25], rates[974]


def summary(name: str, read: list[Line]) -> dict[str, Any]:
    """The figures of one set, its lines with them."""
    characters, edits = sum(x.characters for x in read), sum(x.edits for x in read)
    return {
        "set": name,
        "lines": len(read),
        "characters": characters,
        "edits": edits,
        "character_error_rate": edits / characters,
        "interval": interval(read),
        "perfect_lines": sum(not x.edits for x in read) / len(read),
        "readings": [vars(x) for x in read],
    }


def show(result: dict[str, Any], read: list[Line]) -> None:
    """Print the figures of one set, and its worst lines."""
    low, high = result["interval"]
    print(
        f"{result['set']}: {result['lines']} lines, {result['characters']} characters, "
        f"error rate {result['character_error_rate']:.2%} "
        f"(95 %: {low:.2%} to {high:.2%}; {result['edits']} edits), "
        f"perfect lines {result['perfect_lines']:.1%}"
    )
    worst = sorted(read, key=lambda x: -x.edits / max(x.characters, 1))[:WORST]
    for line in worst:
        if line.edits:
            print(f"  {line.source}: {line.edits} of {line.characters}")
            print(f"    text    {line.reference}")
            print(f"    reading {line.reading}")


def run(options: argparse.Namespace) -> None:
    """Judge every set; runs inside the reader's environment."""
    cv2, np = importlib.import_module("cv2"), importlib.import_module("numpy")
    cv2.setNumThreads(options.threads)
    reader = make_reader(options.threads)
    find = columns_of_set if options.columns else lines_of_set
    sources = [(str(s), find(s, options.labels, cv2, np)) for s in options.sets]
    sources += [(str(p), lines_of_page(p, np)) for p in options.dgrl]
    results = []
    for name, lines in sources:
        read = judge(name, lines, reader)
        results.append(summary(name, read))
        show(results[-1], read)
    if options.json:
        packages = [p.partition("==")[0] for p in (*PACKAGES, "numpy", "opencv-python-headless")]
        versions = {p: importlib.metadata.version(p) for p in packages}
        answer = {"reader": versions, "sets": results}
        options.json.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", "utf-8")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Read finished lines with an outside reader.")
    add = parser.add_argument
    add("sets", nargs="*", type=Path, metavar="SET", help="a paddleocr folder, or a label list")
    add("--dgrl", action="append", default=[], type=Path, help="a CASIA DGRL page (real lines)")
    add("--labels", default="rec_gt_train.txt", help="a folder's label list (%(default)s)")
    add("--columns", action="store_true", help="the sets are columns, written with --boxes")
    add("--json", type=Path, help="write every reading and the figures to this file")
    add("--threads", type=int, default=min(2, os.cpu_count() or 1), choices=(1, 2))
    add("--environment", type=Path, default=ROOT / "build" / "judge")
    options = parser.parse_args()
    if not options.sets and not options.dgrl:
        parser.error("name at least one SET, or a page with --dgrl")
    return options


def main() -> int:
    """Go over into the reader's environment, and judge."""
    options = arguments()
    environment = options.environment.resolve()
    try:
        if Path(sys.prefix).resolve() == environment:
            run(options)
            return 0
        make_environment(environment)
    except JudgeError as error:
        print(f"judge: {error}", file=sys.stderr)
        return 1
    isolated = [str(python_of(environment)), "-I", "-X", "utf8", __file__, *sys.argv[1:]]
    return subprocess.run(isolated).returncode


if __name__ == "__main__":
    sys.exit(main())
