"""How far a choice of real sentences can bring up rare characters.

    python bench/balance.py --npm [--characters 5000000] [--lines 20000]

The text is Chinese poetry and prose: the package chinese-poetry of npm (MIT licence), brought to
simplified characters by opencc-python-reimplemented of PyPI (Apache-2.0), both put into
build/balance. From it `penline select` chooses lines; the 3,755 characters of level 1 of GB 2312
are the classes to cover. Prints a Markdown table: coverage, occurrences, distance to the target,
time and peak memory, beside as many lines taken by chance.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tarfile
import time
import venv
from collections import Counter
from pathlib import Path

CONVERTER = (
    "import sys, opencc; c = opencc.OpenCC('t2s')\nfor l in sys.stdin: print(c.convert(l), end='')"
)
LEVEL_1 = frozenset(
    text
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF)
    if (text := bytes([high, low]).decode("gb2312", "ignore"))
)
FIELDS = ("paragraphs", "content", "para")


def texts(value: object) -> list[str]:
    """The verses and paragraphs of a file of the package, wherever they stand."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    found = []
    for key, item in value.items():
        if key in FIELDS and isinstance(item, list) and all(isinstance(i, str) for i in item):
            found += [text for text in item if len(text) > 4]
        else:
            found += texts(item)
    return found


def corpus(build: Path, characters: int) -> Path:
    """The corpus of so many characters, made once."""
    out = build / f"poetry-{characters}.txt"
    if out.exists():
        return out
    build.mkdir(parents=True, exist_ok=True)
    name = subprocess.run(
        ["npm", "pack", "--silent", "chinese-poetry@2.0.1"],
        cwd=build, check=True, capture_output=True, text=True,
    ).stdout.split()[-1]  # fmt: skip
    venv.create(build / "env", with_pip=True)
    python = build / "env" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "opencc-python-reimplemented==0.1.7"]
    subprocess.run(pip, check=True)
    lines: list[str] = []
    count = 0
    with tarfile.open(build / name) as archive:
        members = [m for m in archive if m.name.endswith(".json") and "/strains/" not in m.name]
        # prose and lyrics first, then the poems of Tang and Song, file by file
        members.sort(key=lambda m: ("/quantangshi/" in m.name, "song" in m.name, m.name))
        for member in members:
            file = archive.extractfile(member)
            assert file is not None
            try:
                value = json.loads(file.read())
            except ValueError:
                continue  # a folder of the package holds what its makers could not parse
            for text in texts(value):
                line = " ".join(text.split())
                lines.append(line)
                count += len(line)
            if count >= characters:
                break
    simplified = subprocess.run(
        [python, "-c", CONVERTER], input="\n".join(lines) + "\n",
        check=True, capture_output=True, text=True, encoding="utf-8",
    ).stdout  # fmt: skip
    out.write_text(simplified[:characters], encoding="utf-8")
    return out


def main() -> None:
    """Choose, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm", action="store_true", help="fetch the corpus from npm and PyPI")
    parser.add_argument("--corpus", type=Path, nargs="*", help="your own text files instead")
    parser.add_argument("--build", type=Path, default=Path("build/balance"))
    parser.add_argument("--characters", type=int, default=5_000_000)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--powers", type=float, nargs="*", default=[1.0, 0.5, 0.25])
    parser.add_argument("--floor", type=int, default=10)
    args = parser.parse_args()
    if not args.corpus and not args.npm:
        sys.exit("give --npm, or --corpus FILE...")
    files = args.corpus or [corpus(args.build, args.characters)]
    from penline.corpus.balance import Target, choose
    from penline.corpus.files import texts as blocks

    plain: Counter[str] = Counter()
    for block in blocks(files):
        plain.update(block)
    plain.pop("\n", None)
    inside = sum(c in LEVEL_1 for c in plain)
    print(f"{sum(plain.values()):,} characters, {len(plain):,} classes, {inside:,} of level 1\n")
    print(f"| {args.lines:,} lines | level 1 covered | {args.floor} times | distance | s | MiB |")
    print("|---|---|---|---|---|---|")
    choose(blocks(files), 10)  # compile
    for power in args.powers:
        begin = time.perf_counter()
        found = choose(blocks(files), args.lines, target=Target(power, args.floor))
        seconds = time.perf_counter() - begin
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        for what, lines, distance in (
            (f"chosen, power {power}", found.lines, found.distance),
            ("by chance", found.by_chance, found.distance_plain),
        ):
            counts = Counter("".join(lines))
            covered = sum(c in LEVEL_1 for c in counts)
            often = sum(c in LEVEL_1 and n >= args.floor for c, n in counts.items())
            cost = f"{seconds:.1f} | {memory}" if lines is found.lines else " | "
            print(f"| {what} | {covered:,} | {often:,} | {distance:.3f} | {cost} |", flush=True)


if __name__ == "__main__":
    main()
