"""Make ordinary mistakes, and print each command with the message that ends it, in a row.

    python tools/ordinary_mistakes.py [NAME ...]

Inputs are made in a temporary folder; nothing is read from elsewhere and nothing stays.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from penline.bank.layout import HEADER

MISTAKES = {
    "wrong path": "bank nowhere -o b",
    "empty folder": "bank empty -o b",
    "file of another kind": "bank notes.docx -o b",
    "broken zip": "bank broken.zip -o b",
    "cut file": "bank cut.gnt -o b",
    "picture that is none": "bank nopicture -o b --character 永",
    "two rules fit": "bank two -o b",
    "table without labels": "bank table -o b",
    "no such writer": "compose --bank my.bank --corpus text.txt -n 2 -o x --set writer=anna",
    "no such writer to write": "write 永和 --bank my.bank --writer anna -o x.png",
    "unknown key of a recipe": "compose --recipe key.yaml -n 2 -o x",
    "range the wrong way round": "compose --recipe range.yaml -n 2 -o x",
    "height of nothing": "compose --set image.height_px=0 -n 2 -o x",
    "setting without a value": "compose --set image.height_px -n 2 -o x",
    "recipe that is not there": "compose --recipe nowhere.yaml -n 2 -o x",
    "recipe that is no YAML": "compose --recipe broken.yaml -n 2 -o x",
    "no lines at all": "compose -n 0 -o x",
    "empty corpus": "compose --corpus empty.txt -n 2 -o x",
    "corpus in another encoding": "compose --corpus gbk.txt -n 2 -o x",
    "corpus that nobody can write": "compose --bank my.bank --corpus thai.txt -n 2 -o x",
    "no such bank": "compose --bank nowhere.bank -n 2 -o x",
    "folder that is no bank": "compose --bank empty -n 2 -o x",
    "bank of another version": "compose --bank old.bank --corpus text.txt -n 2 -o x",
    "output that exists": "compose -n 2 -o set",
    "output that is other things": "compose -n 2 -o stuff",
    "no such format": "compose -n 2 --to tfrecord -o x",
    "set that is not there": "check nowhere",
    "folder that is no set": "check stuff",
    "no such card": "card casia-hwdb9",
    "no such part": "get casia-hwdb1.0 --part nowhere",
    "wrong extension": "sheet my.bank -o look.pdf",
    "sheet to write on of a wrong kind": "template -o sheet.docx --chars 永和",
    "list that is not there": "template -o sheet.pdf --chars list.txt",
    "photograph that is none": "scan text.txt --chars 永和 -o b --writer anna",
    "hand without a name": "scan photo.png --chars 永和 -o b",
    "missing extra": "template -o sheet.pdf --chars 永和 --font kai.ttf",
    "lines in place of characters": "bank lines -o b",
    "no such command": "compos -n 2 -o x",
    "no such option": "compose --bnak my.bank -n 2 -o x",
    "option without its value": "compose -n two -o x",
}
"""Name: the command that makes it."""

BLOCK = "import sys; sys.modules['PIL'] = None; from penline.cli import main; main()"
"""The command line where no extra is installed."""


def gnt(text: str) -> bytes:
    parts = []
    for one in text:
        ink = np.full((20, 16), 255, np.uint8)
        ink[4:16, 5:11] = 30
        head = struct.pack("<I2sHH", 10 + ink.size, one.encode("gb18030"), 16, 20)
        parts.append(head + ink.tobytes())
    return b"".join(parts)


def inputs(folder: Path) -> None:
    """Make what the commands are given."""
    for name in ("empty", "stuff", "nopicture", "two", "table", "lines"):
        (folder / name).mkdir()
    (folder / "stuff" / "thesis.txt").write_text("mine", "utf-8")
    (folder / "notes.docx").write_bytes(b"PK\x03\x04 words")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04" + b"x" * 60)
    (folder / "001-f.gnt").write_bytes(gnt("永和九年天地人大小上下"))
    (folder / "cut.gnt").write_bytes(gnt("永和")[:-9])
    (folder / "nopicture" / "1.png").write_bytes(b"no picture")
    picture = np.full((40, 40), 255, np.uint8)
    cv2.circle(picture, (20, 20), 9, 0, 3)
    good = cv2.imencode(".png", picture)[1].tobytes()
    (folder / "photo.png").write_bytes(good)
    for one, other in (("永", "甲"), ("和", "乙")):
        (folder / "two" / one).mkdir()
        (folder / "two" / one / f"{other}.png").write_bytes(good)
    (folder / "table" / "1.png").write_bytes(good)
    (folder / "table" / "list.csv").write_text("file,size\n1.png,40\n", "utf-8")
    (folder / "lines" / "1.png").write_bytes(good)
    (folder / "lines" / "1.gt.txt").write_text("永和九年", "utf-8")
    (folder / "text.txt").write_text("永和九年，天地人大小上下。\n" * 9, "utf-8")
    (folder / "thai.txt").write_text("สวัสดีชาวโลก\n" * 9, "utf-8")
    (folder / "gbk.txt").write_bytes("永和九年，岁在癸丑。\n".encode("gb18030") * 9)
    (folder / "empty.txt").write_text("", "utf-8")
    (folder / "key.yaml").write_text("version: 2\nimage: {hight_px: 48}\n", "utf-8")
    (folder / "range.yaml").write_text("version: 2\ncorpus: {length_range: [25, 8]}\n", "utf-8")
    (folder / "broken.yaml").write_text("version: [2\n", "utf-8")
    (folder / "kai.ttf").write_bytes(b"\0\1\0\0")
    run(folder, ["bank", "001-f.gnt", "-o", "my.bank"])
    run(folder, ["bank", "001-f.gnt", "-o", "old.bank"])
    run(folder, ["compose", "-n", "2", "-o", "set"])
    header = folder / "old.bank" / HEADER
    header.write_text(json.dumps({**json.loads(header.read_text("utf-8")), "version": 99}), "utf-8")


def run(folder: Path, words: list[str], start: tuple[str, ...] = ("-m", "penline")) -> str:
    """What a command prints, with its exit code."""
    done = subprocess.run(
        [sys.executable, *start, *words],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"},
        check=False,
    )
    said = (done.stderr.strip() or done.stdout.strip() or "(silent)").replace("\n", "\n  ")
    return f"[{done.returncode}] {said}"


def main() -> None:
    wanted = sys.argv[1:] or list(MISTAKES)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        inputs(folder)
        for number, name in enumerate(wanted, 1):
            words = MISTAKES[name].split(" ")
            start = ("-c", BLOCK) if name == "missing extra" else ("-m", "penline")
            print(f"{number:2} {name}: penline {' '.join(words)}\n  {run(folder, words, start)}")


if __name__ == "__main__":
    main()
