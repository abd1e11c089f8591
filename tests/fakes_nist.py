"""Writers of IHead, MIS, CLS and MIT files in their true layouts, for tests. No real data."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, TiffImagePlugin

FORM = "<8s80s26s8s8s8s8s8s8s8s8sss8s8sssss80s8s8s"
NAMES = (
    *("length", "id", "created", "width", "height", "depth", "density", "compress", "complen"),
    *("align", "unitsize", "sigbit", "byte_order", "pix_offset", "whitepix", "issigned"),
    *("rm_cm", "tb_bt", "lr_rl", "parent", "par_x", "par_y"),
)


def entries(count: int, side_px: int = 32, seed: int = 0) -> np.ndarray:
    """``uint8 (count, side, side)``, 1 = ink: a frame, a bar and some specks each."""
    rng = np.random.default_rng(seed)
    found = np.zeros((count, side_px, side_px), np.uint8)
    for picture in found:
        top, left = rng.integers(2, side_px // 2, 2)
        picture[top : top + side_px // 3, left : left + 3] = 1
        picture[top, left : left + side_px // 3] = 1
        picture[rng.integers(0, side_px, 5), rng.integers(0, side_px, 5)] = 1
    return found


def ihead(bits: np.ndarray, raster: bytes, **fields: object) -> bytes:
    """A header for ``uint8 (height, width)`` bits and the raster after it."""
    values: dict[str, object] = {
        **dict.fromkeys(NAMES, 0),
        "length": 288,
        "id": "made up",
        "created": "Sun Nov 22 2026",
        "parent": "",
        "width": bits.shape[1],
        "height": bits.shape[0],
        "depth": 1,
        "density": 300,
        "align": 8,
        "unitsize": 8,
        **fields,
    }
    return struct.pack(FORM, *(str(values[name]).encode() for name in NAMES)) + raster


def group4(bits: np.ndarray) -> bytes:
    """The CCITT group 4 strip that libtiff makes of ``uint8 (height, width)`` bits, 1 = black."""
    image = Image.fromarray(((1 - bits) * 255).astype(np.uint8)).convert("1", dither=0)
    file = io.BytesIO()
    rows = {TiffImagePlugin.PHOTOMETRIC_INTERPRETATION: 0, 278: bits.shape[0]}
    image.save(file, "TIFF", compression="group4", tiffinfo=rows)
    tags = TiffImagePlugin.TiffImageFile(io.BytesIO(file.getvalue())).tag_v2
    ((begin,), (size,)) = tags[273], tags[279]
    return file.getvalue()[begin : begin + size]


def picture(bits: np.ndarray, compressed: bool = False, **fields: object) -> bytes:
    """An IHead file of ``uint8 (height, width)`` bits, 1 = ink."""
    if not compressed:
        return ihead(bits, np.packbits(bits, axis=1).tobytes(), **fields)
    strip = group4(bits)
    return ihead(bits, strip, **{"compress": 2, "complen": len(strip), **fields})


def mis(found: np.ndarray, compressed: bool = False, **fields: object) -> bytes:
    """A MIS file of ``uint8 (count, height, width)`` entries, 1 = ink."""
    count, height, width = found.shape
    sizes = {"par_x": width, "par_y": height}
    return picture(found.reshape(count * height, width), compressed, **{**sizes, **fields})


def classes(characters: str) -> bytes:
    """A CLS file."""
    return f"{len(characters)}\n".encode() + b"".join(b"%02x\n" % ord(c) for c in characters)


def origins(found: Iterable[tuple[str, int]]) -> bytes:
    """A MIT file."""
    lines: Sequence[str] = [f"{path} {index}\n" for path, index in found]
    return "".join([f"{len(lines)}\n", *lines]).encode()
