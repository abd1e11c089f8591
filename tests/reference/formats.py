"""The kernel of `penline.formats.grey_runs` in plain Python."""

from __future__ import annotations

__all__ = ["sound_records"]


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
