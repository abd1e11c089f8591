"""What holds for single pictures and packed streams."""

from __future__ import annotations

from fuzz.checks import MIB, Finding, check_error, check_strict, little_memory
from fuzz.touch import fingerprint
from penline.entries import entry_fault, is_letter
from penline.errors import FormatError
from penline.formats.byte_source import ByteSource
from penline.formats.compressed import DECOMPRESSORS, decompressed
from penline.formats.png import read_png
from penline.sources.pictures.class_map import read_class_map
from penline.sources.pictures.deciding import decide_ink
from penline.sources.pictures.decode import decode

__all__ = ["check_classes", "check_compressed", "check_picture", "check_png"]

_MOST_BYTES = 1 << 22


def check_png(content: bytes) -> None:
    """A PNG file: grey pixels, or `FormatError`; twice the same. OpenCV's memory is not traced."""
    with little_memory(len(content), 256 * MIB):
        try:
            first = read_png(content, "x.png")
        except FormatError as error:
            check_error(error)
            return
        if first.ndim != 2 or first.dtype != "u1" or first.flags.writeable:
            raise Finding(f"no read-only grey picture: {first.shape}, {first.dtype}")
        if fingerprint(read_png(content, "x.png")) != fingerprint(first):
            raise Finding("read twice, the pixels differ")


def check_picture(content: bytes) -> None:
    """A picture file of any format: pixels, and ink of them, or `FormatError`; twice the same."""
    with little_memory(len(content), 256 * MIB):
        try:
            first = decode(content, "x")
        except FormatError as error:
            check_error(error)
            return
        rule = decide_ink([first])
        ink = rule.ink(first)
        if ink.dtype != "u1" or ink.ndim != 2 or (ink.size and not ink[0].any()):
            raise Finding(f"no tight ink: {ink.shape}, {ink.dtype}")
        rule.odd(rule.whole_ink(first))
        if fingerprint(decode(content, "x")) != fingerprint(first):
            raise Finding("read twice, the pixels differ")


def check_classes(content: bytes) -> None:
    """A map of classes: characters, or `FormatError`."""
    with little_memory(len(content), 4 * MIB):
        try:
            found = read_class_map(content, "x.txt")
        except FormatError as error:
            check_error(error)
            return
        letters = found.characters.values()
        if not letters or any(entry_fault(one) for one in letters):
            raise Finding(f"no characters: {found}")
        if any(len(one) > 1 and not is_letter(one) for one in letters):  # a mark alone is one
            raise Finding(f"several characters: {found}")


def check_compressed(content: bytes) -> None:
    """One byte that chooses gzip, bzip2 or xz, then a packed file; 4 MiB of it are read."""
    suffix = sorted(DECOMPRESSORS)[content[0] % len(DECOMPRESSORS)] if content else ".gz"

    def sizes(stream: ByteSource) -> list[object]:
        made = 0
        with decompressed(stream, suffix) as inner:
            while made < _MOST_BYTES and (have := inner.peek(made, 4096)[2]):
                made += have
            if made >= _MOST_BYTES:  # not read to its end, so nothing is known of that
                raise FormatError(stream.file, 0, "size", f"below {_MOST_BYTES:,}", "more")
            inner.finish()
        return [made]

    check_strict(sizes, content[1:], slack_bytes=300 * MIB)  # xz: a dictionary as its header says
