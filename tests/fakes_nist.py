"""Writers of IHead, MIS, CLS and MIT files and of SD19's trees, for tests. No real data."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterable, Mapping, Sequence

import cv2
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


CLASSES = "0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "abcdefghijklmnopqrstuvwxyz"
MERGED = "CIJKLMOPSUVWXYZ"
FIELDS = {"d": "digit", "u": "upper", "l": "lower", "c": "const"}
Forms = Mapping[tuple[int, int, int], Mapping[str, str]]
"""(partition, writer, template) -> field (d, u, l, c) -> what was written there."""

FORMS: Forms = {
    (0, 0, 14): {"d": "0123", "u": "AB", "l": "ab", "c": "We"},
    (0, 1, 41): {"d": "01", "u": "AC", "l": "c", "c": "We"},
    (1, 500, 7): {"d": "12", "l": "za"},
    (4, 2100, 2): {"d": "30", "u": "W", "l": "w"},
}


def png(bits: np.ndarray) -> bytes:
    """A PNG of ``uint8 (height, width)`` bits, 1 = ink: black on white, one bit a pixel."""
    ok, found = cv2.imencode(".png", (1 - bits) * np.uint8(255), [cv2.IMWRITE_PNG_BILEVEL, 1])
    assert ok
    return bytes(found)


def sd19(forms: Forms = FORMS, side_px: int = 128) -> dict[str, dict[str, bytes]]:
    """The second edition's trees: tree -> path -> content, each path with its tree in front."""
    trees: dict[str, dict[str, bytes]] = {
        tree: {} for tree in ("by_write", "by_class", "by_field", "by_merge", "hsf_page")
    }
    origins_of: dict[str, list[tuple[str, int]]] = {}
    count = sum(len(text) for fields in forms.values() for text in fields.values())
    pictures = iter(entries(count, side_px, 19))

    def put(tree: str, folder: str, content: bytes, origin: tuple[str, int]) -> None:
        listed = origins_of.setdefault(f"{tree}/{folder}", [])
        name = f"{tree}/{folder}/{folder.rpartition('/')[2]}_{len(listed):05d}.png"
        trees[tree][name] = content
        listed.append(origin)

    for (hsf, writer, template), fields in forms.items():
        form = f"{writer:04d}_{template:02d}"
        trees["hsf_page"][f"hsf_page/hsf_{hsf}/f{form}.png"] = png(entries(1, 256, writer)[0])
        for field, text in fields.items():
            for index, character in enumerate(text):
                content = png(next(pictures))
                origin = (f"f{form}/{field}{form}.mis", index)
                code = f"{ord(character):02x}"
                both = f"{ord(character.upper()):02x}_{ord(character.lower()):02x}"
                merged = both if character.upper() in MERGED else code
                put("by_write", f"hsf_{hsf}/f{form}/{field}{form}", content, origin)
                put("by_class", f"{code}/hsf_{hsf}", content, origin)
                if hsf != 4:
                    put("by_class", f"{code}/train_{code}", content, origin)
                put("by_field", f"hsf_{hsf}/{FIELDS[field]}/{code}", content, origin)
                put("by_merge", f"{merged}/hsf_{hsf}", content, origin)
    for folder, listed in origins_of.items():
        tree = folder.partition("/")[0]
        if tree != "by_write":
            trees[tree][f"{folder}.mit"] = origins(listed)
    return trees


def sd19_mis(forms: Forms = FORMS, compressed: bool = False) -> dict[str, bytes]:
    """The first edition's by_write and by_class: path -> content, from the same pictures."""
    stacks: dict[str, list[tuple[np.ndarray, str, tuple[str, int]]]] = {}
    pictures = iter(entries(sum(len(t) for f in forms.values() for t in f.values()), 128, 19))
    for (hsf, writer, template), fields in forms.items():
        form = f"{writer:04d}_{template:02d}"
        for field, text in fields.items():
            for index, character in enumerate(text):
                origin = (f"f{form}/{field}{form}.mis", index)
                entry = next(pictures), character, origin
                code = f"{ord(character):02x}"
                folders = [
                    f"by_write/hsf_{hsf}/f{form}/{field}{form}",
                    f"by_class/{code}/hsf_{hsf}",
                ]
                folders += [f"by_class/{code}/train_{code}"] * (hsf != 4)
                for folder in folders:
                    stacks.setdefault(folder, []).append(entry)
    files = {}
    for stem, found in stacks.items():
        files[f"{stem}.mis"] = mis(np.stack([picture for picture, _, _ in found]), compressed)
        files[f"{stem}.cls"] = classes("".join(character for _, character, _ in found))
        if stem.startswith("by_class"):
            files[f"{stem}.mit"] = origins(origin for _, _, origin in found)
    return files


def md5_log(files: Mapping[str, bytes], prefix: str = "/home/nist/sd19/") -> bytes:
    """A hash log of the pictures among files."""
    return b"".join(
        f"{hashlib.md5(content).hexdigest()} {prefix}{name}\n".encode()  # noqa: S324
        for name, content in files.items()
        if name.endswith(".png")
    )
