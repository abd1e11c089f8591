"""TIFF files in true layout, of grey pictures: strips, tiles, both byte orders, several pages."""

from __future__ import annotations

import struct
import zlib

import numpy as np

Image = np.ndarray


def tiff_file(
    pages: list[Image],
    *,
    order: str = "<",
    rows: int = 0,
    tile: int = 0,
    packed: bool = False,
    bits: int = 8,
    more: dict[int, int] | None = None,
) -> bytes:
    """A file of some pages.

    Args:
        pages: ``uint8 (height_px, width_px)`` each, 0 black.
        order: ``<`` or ``>``.
        rows: of a strip; 0 for one strip.
        tile: side of a tile, in place of strips.
        packed: by Deflate, else not at all.
        bits: 8, or 1 with black where a pixel is below 128.
        more: further tags of every page, of one short number each.
    """
    data = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 0)
    link = 4
    for page in pages:
        height, width = page.shape
        parts = []
        if tile:
            whole = np.pad(page, ((0, -height % tile), (0, -width % tile)), constant_values=255)
            for top in range(0, height, tile):
                parts += [
                    whole[top : top + tile, left : left + tile] for left in range(0, width, tile)
                ]
        else:
            step = rows or height
            parts = [page[top : top + step] for top in range(0, height, step)]
        raws = [
            np.packbits(one >= 128, 1).tobytes() if bits == 1 else one.tobytes() for one in parts
        ]
        raws = [zlib.compress(raw) if packed else raw for raw in raws]
        places = []
        for raw in raws:
            places.append(len(data))
            data += raw + b"\0" * (len(raw) % 2)
        tags: dict[int, tuple[int, list[int]]] = {
            256: (4, [width]),
            257: (4, [height]),
            258: (3, [bits]),
            259: (3, [8 if packed else 1]),
            262: (3, [1]),
            277: (3, [1]),
        }
        counts = [len(raw) for raw in raws]
        if tile:
            tags |= {322: (4, [tile]), 323: (4, [tile]), 324: (4, places), 325: (4, counts)}
        else:
            tags |= {273: (4, places), 278: (4, [rows or height]), 279: (4, counts)}
        tags |= {tag: (3, [value]) for tag, value in (more or {}).items()}
        long = {}
        for tag, (kind, values) in sorted(tags.items()):
            raw = struct.pack(f"{order}{len(values)}{'I' if kind == 4 else 'H'}", *values)
            if len(raw) > 4:
                long[tag] = struct.pack(f"{order}I", len(data))
                data += raw
            else:
                long[tag] = raw.ljust(4, b"\0")
        at = len(data) + len(data) % 2
        data = data.ljust(at, b"\0")
        data = data[:link] + struct.pack(f"{order}I", at) + data[link + 4 :]
        data += struct.pack(f"{order}H", len(tags))
        for tag, (kind, values) in sorted(tags.items()):
            data += struct.pack(f"{order}2HI", tag, kind, len(values)) + long[tag]
        link = len(data)
        data += b"\0\0\0\0"
    return data
