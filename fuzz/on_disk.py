"""What holds for the readers of whole files: archives, banks, texts, dictionaries, settings."""

from __future__ import annotations

import atexit
import functools
import gzip
import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fuzz.checks import MIB, Finding, check_error, little_memory
from fuzz.touch import fingerprint
from penline.bank import open_bank
from penline.bank.layout import GLYPHS, HEADER, INK, BankHeader
from penline.catalogue import parse
from penline.catalogue.errata import parse_errata
from penline.corpus import load as load_corpus
from penline.errors import (
    BankError,
    CatalogueError,
    CorpusError,
    ExportError,
    FormatError,
    PenlineError,
    RecipeError,
    UsageError,
)
from penline.export.paddleocr import read_dictionary
from penline.formats import reader_for
from penline.formats.byte_source import ByteSource, StreamedBytes
from penline.formats.packed import UNPACKERS, Unpacking
from penline.formats.tarred import walk
from penline.formats.zipped import members, open_member
from penline.recipe import load_recipe
from penline.records import Source

__all__ = [
    "FileOnDisk",
    "bank_check",
    "check_card",
    "check_corpus",
    "check_dictionary",
    "check_errata",
    "check_packed",
    "check_recipe",
    "check_tar",
    "check_zip",
    "one_line",
]

SEEDS = Path(__file__).parent / "seeds"
_GLYPHS_LOOKED_AT = 64


@functools.cache
def _room() -> Path:
    """A folder of this process, gone with it."""
    room = Path(tempfile.mkdtemp(prefix="penline-fuzz-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    return room


_numbers = itertools.count()


class FileOnDisk:
    """A new file with this content; a new one each time, since the last may still be mapped."""

    def __init__(self, content: bytes, suffix: str) -> None:
        self.path = _room() / f"{next(_numbers)}{suffix}"
        self.path.write_bytes(content)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.path.unlink()


def one_line(error: PenlineError) -> None:
    """The message is fit to be shown."""
    if not str(error) or not str(error).isprintable():
        raise Finding(f"a message that is not one plain line: {str(error)!r}")


def check_zip(content: bytes) -> None:
    """Directory and members: `FormatError`, or members that a reader can be let loose on.

    LZMA's dictionary is what the directory says, at most 256 MiB.
    """
    with little_memory(len(content), 300 * MIB), FileOnDisk(content, ".zip") as path:
        try:
            found = members(path)
        except FormatError as error:
            check_error(error)
            return
        for number in range(len(found)):
            try:
                member = found[number]
                open_member(member).close()
            except FormatError as error:
                check_error(error)
                continue
            source = Source(member.label, "unknown:x")
            gnt = reader_for("gnt")
            with open_member(member) as stream:
                try:
                    strict = [fingerprint(record) for record in gnt.read(stream, source)]
                except FormatError as error:
                    check_error(error)
                    strict = None
            with open_member(member) as stream:
                saved = [fingerprint(record) for record in gnt.salvage(stream, source)]
            if strict is not None and saved != strict:
                raise Finding(f"{member.label}: strict reading ends well, salvaging differs")


def check_tar(content: bytes) -> None:
    """Headers and members of a tar archive, as in `check_zip`; packed, it holds the same."""
    with little_memory(len(content), 32 * MIB):
        plain = _members_of(content, ".tar")
        packed = _members_of(gzip.compress(content, 1, mtime=0), ".tar.gz")
    if packed != plain:
        raise Finding(f"a tar gives {plain}, packed {packed}")


def _members_of(content: bytes, suffix: str) -> list[tuple[str, int, int | None]]:
    """Name, said size and real size of each member; None where it breaks off."""
    found: list[tuple[str, int, int | None]] = []
    with FileOnDisk(content, suffix) as path:
        try:
            for member in walk(path):
                made = None
                if not member.other:
                    with member.open() as stream:
                        made = _read_all(stream)
                if made is not None and made != member.size_bytes:
                    raise Finding(f"{member.label}: {made:,} bytes of {member.size_bytes:,}")
                found.append((ascii(member.name), member.size_bytes, made))
        except FormatError as error:
            check_error(error)
    return found


def _read_all(stream: ByteSource) -> int | None:
    """How many bytes a stream gives; None where they break off."""
    made = 0
    while have := stream.peek(made, 4096)[2]:
        made += have
    try:
        stream.finish()
    except FormatError as error:
        check_error(error)
        return None
    return made


def check_packed(content: bytes) -> None:
    """One packed member: method, flag, 3 bytes of size, packed data; never more than it says."""
    method = sorted(UNPACKERS)[content[0] % len(UNPACKERS)] if content else 8
    size, data = int.from_bytes(content[2:5], "little"), memoryview(content)[5:]
    with little_memory(len(content), size + 24 * MIB):  # LZMA's dictionary is what the size says
        try:
            unpacker = UNPACKERS[method](data, size, bool(content[1:2] > b"\x7f"))
        except ValueError:
            return
        stream = StreamedBytes("x.zip::x", Unpacking("x.zip::x", unpacker, size, 0))
        made = _read_all(stream)
        if made is not None and made != size:
            raise Finding(f"{made:,} bytes unpacked of {size:,}")


@functools.cache
def _sound_bank() -> tuple[dict[str, bytes], BankHeader]:
    """The files of the bank that the seeds are from, by name; and its header."""
    kinds = {HEADER: "bank-header", INK: "bank-ink", GLYPHS: "bank-glyphs"}
    sound = {file: (SEEDS / kind / "a.bin").read_bytes() for file, kind in kinds.items()}
    with tempfile.TemporaryDirectory() as folder:
        for file, data in sound.items():
            (Path(folder) / file).write_bytes(data)
        _look(Path(folder))  # what is compiled on first use is no part of a reader's memory
    return sound, BankHeader.model_validate_json(sound[HEADER])


def bank_check(name: str) -> Callable[[bytes], None]:
    """A check of a bank of which the file `name` is bent; the header's sizes are put right."""

    def check(content: bytes) -> None:
        sound, header = _sound_bank()
        folder = _room() / f"{next(_numbers)}.bank"
        folder.mkdir()
        sizes = {"ink_bytes": len(sound[INK]), "glyphs_bytes": len(sound[GLYPHS])}
        sizes |= {"ink_bytes": len(content)} if name == INK else {}
        sizes |= {"glyphs_bytes": len(content)} if name == GLYPHS else {}
        head = header.model_copy(update=sizes).model_dump_json().encode()
        try:
            for file, data in {**sound, HEADER: head, name: content}.items():
                (folder / file).write_bytes(data)
            with little_memory(len(content), 8 * MIB):
                _look(folder)
        finally:
            shutil.rmtree(folder)

    return check


def _look(folder: Path) -> None:
    try:
        bank = open_bank(folder)
    except BankError as error:
        one_line(error)
        return
    for row in range(min(len(bank), _GLYPHS_LOOKED_AT)):
        try:
            fingerprint(bank[row])
        except BankError as error:
            one_line(error)
    asked: list[tuple[str | None, str | None]] = [(writer, None) for writer in bank.writers[:9]]
    asked += [(None, character) for character in bank.characters[:9]]
    asked += [(bank.writers[0], bank.characters[0])] if bank.characters else []
    for writer, character in asked:
        try:
            rows = bank.rows(writer, character)
        except BankError as error:
            one_line(error)
            continue
        if rows.size and int(np.max(rows)) >= len(bank):
            raise Finding("a row beyond the last")


def check_corpus(suffix: str) -> Callable[[bytes], None]:
    """A check of one text file of a corpus."""

    def check(content: bytes) -> None:
        with little_memory(len(content), 16 * MIB), FileOnDisk(content, suffix) as path:
            for nfkc in (False, True):
                try:
                    corpus = load_corpus(path, nfkc=nfkc, max_bytes=4 * MIB)
                except CorpusError as error:
                    one_line(error)
                    continue
                if not corpus.codes.size or int(corpus.codes.max()) > 0x10FFFF:
                    raise Finding("a corpus without text, or with none of Unicode")

    return check


def check_dictionary(content: bytes) -> None:
    """A PaddleOCR dictionary."""
    with little_memory(len(content), MIB):
        try:
            entries = read_dictionary(content, "dict.txt")
        except ExportError as error:
            one_line(error)
            return
        if any("\n" in entry for entry in entries):
            raise Finding("an entry of two lines")


def check_recipe(content: bytes) -> None:
    """A recipe, settings in YAML."""
    with little_memory(len(content), 16 * MIB), FileOnDisk(content, ".yaml") as path:
        try:
            load_recipe(path).inputs()
        except (RecipeError, UsageError) as error:
            one_line(error)


def check_errata(content: bytes) -> None:
    """A file of errata, YAML."""
    with little_memory(len(content), 16 * MIB):
        try:
            parse_errata(content.decode("utf-8", "replace"), "x.yaml")
        except CatalogueError as error:
            if not str(error):
                raise Finding("an error without a message") from error


def check_card(content: bytes) -> None:
    """A card: YAML, then Markdown. Its errors have several lines: pydantic names each field."""
    with little_memory(len(content), 16 * MIB):
        try:
            parse(content.decode("utf-8", "replace"), "x.md")
        except CatalogueError as error:
            if not str(error):
                raise Finding("an error without a message") from error
