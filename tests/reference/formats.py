"""The kernels of `penline.formats.grey_runs` and `penline.formats.png_rows` in plain Python."""

from __future__ import annotations

__all__ = ["sound_records", "unfilter"]


def sound_records(
    data: bytes, at: int, head: int, limit: int
) -> list[tuple[int, tuple[int, int], int]]:
    """Bitmap, height and width, and label; see `penline.formats.grey_runs.sound_records`."""

    def header(at: int) -> tuple[int, int, int, int] | None:
        """Size, height, width and label, where the header fits itself."""
        size = int.from_bytes(data[at : at + 4], "little")
        width = int.from_bytes(data[at + head - 4 : at + head - 2], "little")
        height = int.from_bytes(data[at + head - 2 : at + head], "little")
        label = int.from_bytes(data[at + 4 : at + head - 4], "little")
        return (size, height, width, label) if width * height == size - head > 0 else None

    found = []
    here = header(at)
    while here is not None and len(found) < limit and at + here[0] + head <= len(data):
        size, height, width, label = here
        here = header(at + size)
        if here is not None:
            found.append((at + head, (height, width), label))
        at += size
    return found


def unfilter(rows: bytes, width: int) -> list[list[int]] | None:
    """The rows of a grey PNG, by ISO/IEC 15948, section 9.2; None where a filter is none."""
    found: list[list[int]] = []
    for start in range(0, len(rows), width + 1):
        above = found[-1] if found else [0] * width
        line: list[int] = []
        for x, byte in enumerate(rows[start + 1 : start + 1 + width]):
            a, b, c = (line[-1], above[x], above[x - 1]) if x else (0, above[x], 0)
            nearest = min((a, b, c), key=lambda one, p=a + b - c: abs(p - one))  # type: ignore[misc]
            guesses = 0, a, b, (a + b) // 2, nearest
            if rows[start] >= len(guesses):
                return None
            line.append((byte + guesses[rows[start]]) % 256)
        found.append(line)
    return found
