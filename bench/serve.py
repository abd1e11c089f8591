"""How long `penline serve` keeps its visitor waiting, over HTTP on this machine.

    python bench/serve.py [--glyphs 300000] [--changes 200]

Playground: from a change of the text to the bytes of the new picture, one key press after the
other (typed, deleted, typed again), with the embedded sample. Atlas: pages of a bank of made-up
glyphs, 3,755 characters by as many writers as it takes. A page counts with its sprite sheets. The
bank is made in a temporary folder and removed; for each page the first call is told by itself,
since what is compared once is kept.
"""

from __future__ import annotations

import argparse
import http.client
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import cv2
import numpy as np

from penline.bank import BankWriter
from penline.records import Source

CHARACTERS = [chr(0x4E00 + number) for number in range(3755)]
TYPED = "今天天气很好，我们去公园看花。他说明天还要来，带上孩子和老人一起走。"
SHAPES = 512


def make_bank(path: Path, glyphs: int) -> float:
    """A bank of `glyphs` small pictures; the seconds that it took."""
    draws = np.random.default_rng(1)
    pictures = []
    for _ in range(SHAPES):
        picture = np.zeros((28, 26), np.uint8)
        for x0, y0, x1, y1 in draws.integers(2, 24, (5, 4)).tolist():
            cv2.line(picture, (x0, y0), (x1, y1), 230, 2, cv2.LINE_AA)
        pictures.append(picture)
    begun = time.perf_counter()
    with BankWriter(path) as bank:
        for number in range(glyphs):
            writer, at = divmod(number, len(CHARACTERS))
            source = Source(f"{writer:05d}.gnt", f"made:{writer:05d}", "train")
            picture = pictures[(at * 31 + writer % 7) % SHAPES]
            bank.add(picture, CHARACTERS[at], source, record=at)
    return time.perf_counter() - begun


class Client:
    """One connection, kept open, as a browser does."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self.connection = http.client.HTTPConnection(str(split.hostname), split.port, timeout=120)

    def get(self, place: str) -> bytes:
        self.connection.request("GET", place)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 303):
            raise SystemExit(f"{place}: {answer.status}: {body[:200]!r}")
        if answer.status == 303:
            return self.get(str(answer.getheader("location")))
        return body

    def page(self, place: str) -> float:
        """Milliseconds for a page and its sprite sheets."""
        begun = time.perf_counter()
        text = self.get(place).decode()
        for sprite in dict.fromkeys(re.findall(r'src="(/sprite/[^"]+)"', text)):
            self.get(sprite)
        return (time.perf_counter() - begun) * 1000


def said(name: str, times: list[float]) -> None:
    found = np.array(times)
    print(
        f"{name:44} median {np.median(found):7.1f} ms   99 % {np.percentile(found, 99):7.1f} ms"
        f"   most {found.max():7.1f} ms   of {found.size}"
    )


def typing(client: Client, changes: int, more: dict[str, str]) -> list[float]:
    times, length, step = [], 1, 1
    for number in range(changes):
        text = TYPED[:length]
        begun = time.perf_counter()
        client.get("/line?" + urlencode({"text": text, "seed": str(number // 50), **more}))
        times.append((time.perf_counter() - begun) * 1000)
        if not 1 <= length + step <= len(TYPED):
            step = -step
        length += step
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--glyphs", type=int, default=300_000)
    parser.add_argument("--changes", type=int, default=200)
    given = parser.parse_args()
    with served([]) as client:
        begun = time.perf_counter()
        client.get("/line?text=" + quote("天"))
        print(f"first line, kernels loaded: {(time.perf_counter() - begun) * 1000:.0f} ms")
        everything = {"paper": "texture", "effects": "warp,shadow,blur,noise,jpeg", "mode": "rgb"}
        typing(client, 5, everything)
        said("playground, plain paper", typing(client, given.changes, {}))
        said("playground, every effect, colour", typing(client, given.changes, everything))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.bank"
        seconds = make_bank(path, given.glyphs)
        print(f"\nbank of {given.glyphs:,} glyphs, made in {seconds:.0f} s")
        with served(["--bank", str(path)]) as client:
            for name, places in {
                "atlas, first page": ["/atlas"] * 20,
                "next pages": [f"/atlas?page={number}" for number in range(2, 22)],
                "search by character (odd ones first)": [
                    f"/atlas?q={quote(CHARACTERS[number * 37])}" for number in range(30)
                ],
                "next page of the same": [
                    f"/atlas/character/{0x4E00 + number * 37:04X}?page=2" for number in range(30)
                ],
                "search by code point, by writer": [
                    f"/atlas/character/{0x4E00 + number * 41:04X}?order=writer"
                    for number in range(1, 31)
                ],
                "search by a part of a writer's id": ["/atlas?q=made:0000"] * 10,
                "a writer's page": [f"/atlas/writer?w=made:{number:05d}" for number in range(30)],
            }.items():
                said(name, [client.page(place) for place in places])


class served:  # noqa: N801
    """`penline serve` in a process of its own."""

    def __init__(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "penline", "serve", "--port", "0", *arguments]
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Client:
        assert self.process.stdout is not None
        address = self.process.stdout.readline().strip()
        print(f"open after {time.perf_counter() - self.begun:.1f} s")
        return Client(address)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=60)


if __name__ == "__main__":
    main()
