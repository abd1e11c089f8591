"""Writers of ETL and TCS files in their true layouts, and of tar archives. No real data.

etl("etl9g", "亜あ", sheets=[1, 21])    an ETL file
tcs(["永和", "九年"])                    touching strings
tar_file(path, {"001-f.gnt": b"..."})    a tar, packed as its name says
"""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fakes import gb_code, glyph

ILLUSTRATION = b"#CASIA-HWDB-T"


def jis_code(character: str) -> bytes:
    """The two bytes of a character in JIS X 0208."""
    return character.encode("iso2022_jp")[3:5]


def etl_picture(kind: str, character: str, seed: int = 0) -> np.ndarray:
    """``uint8 (height, width)`` as a reader should give it: 0 = paper, 255 = ink."""
    height, width = (127, 128) if kind.endswith("g") else (63, 64)
    rng = np.random.default_rng(ord(character) + 7919 * seed)
    levels = rng.integers(0, 16, (height, width)) if kind.endswith("g") else None
    if levels is not None:
        return (levels * 17).astype(np.uint8)
    return (rng.integers(0, 2, (height, width)) * 255).astype(np.uint8)


def etl_record(kind: str, character: str, sheet: int, number: int, picture: np.ndarray) -> bytes:
    """One record."""
    head = struct.pack(">H", sheet) + jis_code(character)
    if kind.endswith("b"):
        tail = b"" if kind == "etl8b" else b"\xee" * 64
        return head + b"AI.M" + np.packbits(picture > 0).tobytes() + tail
    nibbles = (picture // 17).reshape(-1, 2)
    packed = (nibbles[:, 0] << 4 | nibbles[:, 1]).astype(np.uint8).tobytes()
    facts = struct.pack(">I4B4H2B", number, 0, 0, 1, 30, 0, 0, 8212, 8310, 4, 6)
    undefined = 30 if kind == "etl8g" else 34
    tail = 11 if kind == "etl8g" else 7
    return head + b"AI.MEDER" + facts + b"\xdd" * undefined + packed + b"\xcc" * tail


def etl_records(kind: str, characters: str, sheets: Sequence[int] | None = None) -> list[bytes]:
    """Records, one a character; the dummy of B files is not among them."""
    sheets = sheets or [1] * len(characters)
    return [
        etl_record(kind, c, sheet, 1 + i, etl_picture(kind, c, i))
        for i, (c, sheet) in enumerate(zip(characters, sheets, strict=True))
    ]


def etl(kind: str, characters: str, sheets: Sequence[int] | None = None) -> bytes:
    """A file; those of two levels begin with a dummy record of zeros."""
    records = etl_records(kind, characters, sheets)
    dummy = bytes({"etl8b": 512, "etl9b": 576}.get(kind, 0))
    return dummy + b"".join(records)


def touching(text: str, number: int = 0) -> np.ndarray:
    """``uint8 (height, width)``: the characters' pictures, each over the edge of the last."""
    glyphs = [glyph(c, number + i) for i, c in enumerate(text)]
    height = max(g.shape[0] for g in glyphs)
    found = np.full((height, sum(g.shape[1] - 1 for g in glyphs) + 1), 255, np.uint8)
    left = 0
    for one in glyphs:
        part = found[: one.shape[0], left : left + one.shape[1]]
        np.minimum(part, one, out=part)
        left += one.shape[1] - 1
    return found


def tcs_head(code_type: bytes = b"GB", size: int = 2, bits: int = 8, code: bytes = b"tcs") -> bytes:
    """The header of a TCS file."""
    start = struct.pack("<I8s", 36 + len(ILLUSTRATION), code) + ILLUSTRATION
    return start + struct.pack("<20sHH", code_type, size, bits)


def tcs_record(text: str, number: int = 0, size: int = 2) -> bytes:
    """One touching string; "?" is a character without a label."""
    pixels = touching(text, number)
    points = struct.pack(
        f"<{4 * (len(text) - 1)}h",
        *(value for i in range(len(text) - 1) for value in (3 + i, 20 + i, 9 + i, 21 + i)),
    )
    plain = [b"\xff" * size if c == "?" else gb_code(c).rstrip(b"\0") for c in text]
    codes = b"".join(code.ljust(size, b"\0") for code in plain)
    head = struct.pack("<3h", 5 + number, 60, len(text) - 1)
    count = struct.pack("<h", len(text))
    return head + points + count + codes + struct.pack("<2h", *pixels.shape) + pixels.tobytes()


def tcs(texts: Sequence[str], code_type: bytes = b"GB", size: int = 2) -> bytes:
    """A TCS file."""
    records = [tcs_record(text, i, size) for i, text in enumerate(texts)]
    return tcs_head(code_type, size) + b"".join(records)


def tar_bytes(
    files: Mapping[str, bytes | tarfile.TarInfo], mode: str = "", layout: int = tarfile.PAX_FORMAT
) -> bytes:
    """A tar archive; a `tarfile.TarInfo` in place of content is written as it is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{mode}", format=layout) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def tar_file(
    path: Path,
    files: Mapping[str, bytes | tarfile.TarInfo],
    layout: int = tarfile.PAX_FORMAT,
) -> Path:
    """A tar archive, packed as the path's extension says."""
    mode = {".gz": "gz", ".tgz": "gz", ".bz2": "bz2", ".xz": "xz"}.get(path.suffix, "")
    path.write_bytes(tar_bytes(files, mode, layout))
    return path
