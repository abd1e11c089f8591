"""The files that bench/reading.py reads: true layouts, made-up contents, no real data."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

SIDE_PX = 128
DIFFERENT = 2000
"""So many pictures are drawn; larger files repeat them. Deflate sees 32 KiB back, less than 9."""


def make(folder: Path, megabytes: int, pictures: int, glyphs: Path | None) -> None:
    """Write what is missing in `folder`; the names say what is in them.

    Args:
        folder: where to.
        megabytes: size of the GNT file.
        pictures: entries of a MIS file; of PNG pictures a tenth.
        glyphs: a GNT file to repeat instead of drawn glyphs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gnt = folder / "glyphs.gnt"
    if not gnt.exists():
        records = [glyphs.read_bytes()] if glyphs else list(gnt_records())
        size = 0
        with gnt.open("wb") as file:
            while size < megabytes * 1_000_000:
                for record in records:
                    size += file.write(record)
    zipped(folder / "glyphs.zip", [gnt])
    raw, squeezed = folder / "d0000_raw.mis", folder / "d0000_g4.mis"
    if not raw.exists() or not squeezed.exists():
        bits = entries(DIFFERENT // 4).reshape(-1, SIDE_PX)
        times = max(pictures * SIDE_PX // len(bits), 1)
        height = times * len(bits)
        raw.write_bytes(ihead(height, np.packbits(bits, axis=1).tobytes() * times, 0))
        squeezed.write_bytes(ihead(height, repeated(group4(bits), times), 2))
    zipped(folder / "d0000_raw.zip", [raw])
    trees(folder, pictures // 10)


def gnt_records() -> Iterator[bytes]:
    """GNT records of 40 to 84 pixels a side: grey strokes with some grain, 255 = paper."""
    rng = np.random.default_rng(1)
    for number in range(DIFFERENT):
        width, height = (int(side) for side in rng.integers(40, 84, 2))
        pixels = np.full((height, width), 255, np.uint8)
        for start in rng.integers(2, 38, (6, 2)):
            stop = rng.integers(2, 38, 2)
            ends = [tuple(int(v) for v in point) for point in (start, stop)]
            cv2.line(pixels, *ends, int(rng.integers(20, 90)), 3)
        cv2.GaussianBlur(pixels, (3, 3), 0, dst=pixels)
        grain = rng.integers(-20, 20, pixels.shape)
        pixels = np.where(pixels < 255, np.clip(pixels + grain, 0, 254), 255).astype(np.uint8)
        code = bytes((0xB0 + number // 94 % 39, 0xA1 + number % 94))
        yield struct.pack("<I2sHH", 10 + width * height, code, width, height) + pixels.tobytes()


def entries(count: int) -> np.ndarray:
    """``uint8 (count, 128, 128)``, 1 = ink: a few bent strokes, white all around."""
    rng = np.random.default_rng(2)
    found = np.zeros((count, SIDE_PX, SIDE_PX), np.uint8)
    for picture in found:
        points = rng.integers(30, 98, (7, 1, 2)).astype(np.int32)
        cv2.polylines(picture, [points], False, 1, 6)
    return found


def group4(bits: np.ndarray) -> bytes:
    """The CCITT G4 strip that libtiff makes of ``uint8 (height, width)`` bits, 1 = black."""
    file = io.BytesIO()
    rows = {TiffImagePlugin.PHOTOMETRIC_INTERPRETATION: 0, 278: bits.shape[0]}
    Image.fromarray(bits == 0).save(file, "TIFF", compression="group4", tiffinfo=rows)
    tags = TiffImagePlugin.TiffImageFile(io.BytesIO(file.getvalue())).tag_v2
    ((begin,), (size,)) = tags[273], tags[279]
    return file.getvalue()[begin : begin + size]


def repeated(strip: bytes, times: int) -> bytes:
    """The strip of a picture `times` on top of each other; its first and last row are white."""
    end = f"{0x001001:024b}"
    codes = f"{int.from_bytes(strip, 'big'):0{8 * len(strip)}b}".rstrip("0")
    codes = codes.removesuffix(end.rstrip("0")) * times + end
    codes += "0" * (-len(codes) % 8)
    return int(codes, 2).to_bytes(len(codes) // 8, "big")


def ihead(height: int, raster: bytes, compress: int) -> bytes:
    """A MIS file of entries of 128 x 128 pixels."""
    side = str(SIDE_PX)
    numbers = (side, height, 1, 300, compress, len(raster), 8, 8, 0, 0, 0, 0, 0, 0, 0, 0)
    fields = ("288", "made up", "", *numbers, "", side, side)
    form = "<8s80s26s8s8s8s8s8s8s8s8sss8s8sssss80s8s8s"
    return struct.pack(form, *(str(field).encode() for field in fields)) + raster


def trees(folder: Path, count: int) -> None:
    """PNG pictures as in ``by_class`` of SD19: a folder, and a zip of it."""
    tree = folder / "by_class"
    if not tree.exists():
        for number, bits in enumerate(entries(count)):
            place = tree / f"{0x30 + number % 10:02x}" / "hsf_0"
            place.mkdir(parents=True, exist_ok=True)
            picture = cv2.cvtColor(255 * (1 - bits), cv2.COLOR_GRAY2BGR)
            cv2.imwrite(str(place / f"hsf_0_{number // 10:05d}.png"), picture)
    zipped(folder / "by_class.zip", sorted(tree.rglob("*.png")))


def zipped(path: Path, files: list[Path]) -> None:
    """A zip archive of `files`, deflated."""
    if path.exists():
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(path.parent))
