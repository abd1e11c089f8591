"""Ways to read an archive, each to the sum of all its pixels; run by bench/reading.py.

    python reading_ways.py WAY FILE [--memory]

Prints one line of JSON: seconds on the clock, CPU-seconds, pictures, the sum, and with
``--memory`` the most anonymous memory of the process, modules and all. The time for loading
modules and compiled kernels is not counted.
"""

from __future__ import annotations

import io
import json
import mmap
import resource
import struct
import sys
import threading
import time
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HEADER = struct.Struct("<I2sHH")
Found = tuple[int, int]


def penline(path: str) -> Found:
    """The public reader; label and pixels of each record."""
    from penline import read

    count = total = 0
    for record in read(path):
        record.character  # noqa: B018
        total += int(record.pixels.sum())
        count += 1
    return count, total


def penline_ink(path: str) -> Found:
    """The public reader; the ink of each picture."""
    from penline import read

    count = total = 0
    for record in read(path):
        total += int(record.ink.sum())
        count += 1
    return count, total


def bare(path: str) -> Found:
    """A struct loop over an open file: header, label, pixels, sum; no check of anything."""
    count = total = 0
    with open(path, "rb") as file:  # noqa: PTH123
        while head := file.read(HEADER.size):
            _, code, width, height = HEADER.unpack(head)
            code.decode("gb18030")
            pixels = np.frombuffer(file.read(width * height), np.uint8).reshape(height, width)
            total += int(pixels.sum())
            count += 1
    return count, total


def bare_map(path: str) -> Found:
    """The same over a map of the file."""
    count = total = offset = 0
    file = open(path, "rb")  # noqa: PTH123, SIM115
    with file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        end = len(mapped)
        while offset < end:
            size, code, width, height = HEADER.unpack_from(mapped, offset)
            code.decode("gb18030")
            pixels = np.frombuffer(mapped, np.uint8, width * height, offset + HEADER.size)
            total += int(pixels.reshape(height, width).sum())
            del pixels
            offset += size
            count += 1
    return count, total


def numpy_view(path: str) -> Found:
    """One sum over a map of the file, headers and all."""
    with open(path, "rb") as file:  # noqa: PTH123
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return 1, int(np.frombuffer(mapped, np.uint8).sum())


def pycasia(path: str) -> Found:
    """The loader of pycasia 0.2. It asks for ``scipy.misc.toimage``, which went in SciPy 1.2."""
    from PIL import Image

    misc = types.ModuleType("scipy.misc")
    misc.toimage = lambda pixels: Image.fromarray(pixels.astype(np.uint8))  # type: ignore[attr-defined]
    sys.modules["scipy.misc"] = misc
    from pycasia.CASIA import CASIA

    count = total = 0
    for image, _ in CASIA.load_gnt_file(path):
        total += int(np.asarray(image).sum())
        count += 1
    return count, total


def python_zip(path: str) -> Found:
    """Python's own unpacking, nothing done with the bytes."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
        while member.read(1 << 20):
            pass
    return 1, 0


def pillow_raw(path: str) -> Found:
    """Each entry of a raw MIS file through Pillow, 1 = ink."""
    from PIL import Image

    content = memoryview(Path(path).read_bytes())[296:]
    count = total = 0
    for start in range(0, len(content), 2048):
        entry = Image.frombytes("1", (128, 128), content[start : start + 2048])
        total += 255 * int(np.asarray(entry).sum())
        count += 1
    return count, total


def pillow_g4(path: str) -> Found:
    """The strip of a MIS file as a TIFF file through Pillow, then entry by entry."""
    from PIL import Image, TiffImagePlugin

    Image.MAX_IMAGE_PIXELS = None
    content = Path(path).read_bytes()
    height, strip = int(content[122:130].strip(b"\0")), content[296:]
    tags = ((256, 128), (257, height), (258, 1), (259, 4), (262, 1), (273, 122), (277, 1))
    tags = (*tags, (278, height), (279, len(strip)))
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    head += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags) + bytes(4)
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(head + strip))
    bits = np.asarray(image)
    count = total = 0
    for start in range(0, height, 128):
        total += 255 * int(bits[start : start + 128].sum())
        count += 1
    return count, total


def pngs(path: str) -> Iterator[io.BytesIO]:
    """The files of a tree, in a folder or a zip."""
    if not path.endswith(".zip"):
        for file in sorted(Path(path).rglob("*.png")):
            yield io.BytesIO(file.read_bytes())
        return
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            yield io.BytesIO(archive.read(name))


def pillow_png(path: str) -> Found:
    """Each PNG picture through Pillow, grey, ink 255."""
    from PIL import Image

    count = total = 0
    for file in pngs(path):
        total += int((255 - np.asarray(Image.open(file).convert("L"))).sum())
        count += 1
    return count, total


WAYS = {
    way.__name__: way
    for way in (
        *(penline, penline_ink, bare, bare_map, numpy_view, pycasia),
        *(python_zip, pillow_raw, pillow_g4, pillow_png),
    )
}


def anonymous_kb() -> int:
    """Memory of this process that no file stands behind; Linux only."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise OSError("no RssAnon in /proc/self/status")


def watched(seconds: float, peak: list[int], over: threading.Event) -> None:
    """Keep the highest of `anonymous_kb` in `peak`."""
    while not over.wait(seconds):
        peak[0] = max(peak[0], anonymous_kb())


def main() -> None:
    """Measure one way."""
    way, path, *options = sys.argv[1:]
    if way.startswith("penline"):
        from penline.formats.g4_rows import pieces

        from penline import read  # noqa: F401

        list(pieces(memoryview(b"\x80"), 1, 8, 1, 1, turned=False))
    peak, over = [0], threading.Event()
    if "--memory" in options:
        peak[0] = anonymous_kb()
        threading.Thread(target=watched, args=(0.005, peak, over), daemon=True).start()
    clock, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    count, total = WAYS[way](path)
    clock, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_SELF)
    over.set()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"clock": clock, "cpu": cpu, "count": count, "sum": total, "kb": peak[0]}))


if __name__ == "__main__":
    main()
