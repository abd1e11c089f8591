"""Text files into a corpus: `.txt` and `.jsonl`, each also as `.gz`, and folders of them."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from penline.corpus.encodings import UTF_8, Transcoded, codec, refused, spoilt
from penline.corpus.jsonl import field_values
from penline.corpus.text import Builder, Corpus
from penline.errors import CorpusError, UsageError
from penline.machine import say_once

__all__ = [
    "MAX_BYTES",
    "MAX_LINE_BYTES",
    "MAX_RATIO",
    "RATIO_FREE_BYTES",
    "SUFFIXES",
    "TextFiles",
    "find",
    "load",
    "texts",
    "texts_or_files",
]

SUFFIXES = (".txt", ".jsonl", ".txt.gz", ".jsonl.gz")
"""The names that are read; upper case counts as lower."""

MAX_BYTES = 4 << 30
"""Most bytes of text in all files together, unpacked: a small `.gz` can unpack to anything."""

MAX_RATIO = 200
"""A `.gz` that unpacks to more than this many times its own size is refused as a bomb, beyond its
first `RATIO_FREE_BYTES`: text packs to a third, a million equal short lines to a hundredth."""

RATIO_FREE_BYTES = 64 << 20

MAX_LINE_BYTES = 16 << 20
"""Most bytes of one line."""

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_BOM = b"\xef\xbb\xbf"
_ENDS = (b"\n", b"\r")

StrPath = str | os.PathLike[str]


class TextFiles(NamedTuple):
    """The files to read, in order.

    Attributes:
        files: their paths.
        ignored: names of the other files in the folders that were walked.
    """

    files: list[Path]
    ignored: list[str]


class _FileBlock(NamedTuple):
    """Whole lines of a file: the bytes, the number of the first line, its place in the file."""

    data: bytes
    line: int
    offset: int


def load(
    paths: StrPath | Iterable[StrPath],
    *,
    field: str = "text",
    nfkc: bool = False,
    encoding: str = UTF_8,
    max_bytes: int = MAX_BYTES,
) -> Corpus:
    """Read text files into a corpus.

    A paragraph is one line of a `.txt` file, or one line of the field's value in a `.jsonl` file;
    lines end in LF, CR LF or CR. A byte order mark is stripped. White space and characters without
    ink are treated as in `penline.corpus.normal`.

    Memory: 5 bytes a character (about 1.7 bytes for each byte of Chinese text, 5 of English).

    Args:
        paths: files and folders, read in this order; the files of a folder, and of the folders in
            it, in the order of their names. Links to folders are not followed; files of other
            names are counted, and so are those that a Mac sets beside its own (``._novel.txt``).
        field: the name of the field that holds the text in `.jsonl` files.
        nfkc: fold compatibility characters (NFKC): full-width letters become ASCII, and more.
            Labels then hold the folded text.
        encoding: of all files, by a name that Python knows; read strictly.
        max_bytes: most bytes of text in all files together, unpacked.

    Raises:
        UsageError: Python knows no such encoding.
        CorpusError: a path does not exist or is no text file; text that is not in its encoding, or
            by its control characters in another one, which is then named; a damaged `.gz`, or one
            that unpacks to more than `RATIO_FREE_BYTES` and `MAX_RATIO` times its own size; a
            `.jsonl` line that is no JSON object or has no text in its field; a line of more than
            16 MiB; more than `max_bytes` in all; no text at all. The message names the file, and
            the line or byte where there is one.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    encoding = codec(encoding)
    found = find(given)
    builder = Builder(nfkc=nfkc)
    for text in texts(found.files, field=field, encoding=encoding, max_bytes=max_bytes):
        builder.add(text)
    what = ", ".join(str(path) for path in given) or "no file given"
    return builder.finish(
        what, files=len(found.files), ignored=tuple(found.ignored), encoding=encoding
    )


def texts(
    files: Iterable[Path],
    *,
    field: str = "text",
    encoding: str = UTF_8,
    max_bytes: int = MAX_BYTES,
) -> Iterator[str]:
    """The text of files in blocks of whole lines, for those who need not hold all of it.

    Arguments and errors as in `load`; the files are those that `find` gives.
    """
    left, encoding = max_bytes, codec(encoding)
    met: dict[bytes, Path] = {}
    for file in files:
        structured = file.name.lower().removesuffix(".gz").endswith(".jsonl")
        content, started = hashlib.blake2b(digest_size=16), left
        for block in _blocks(file, left, encoding):
            left -= len(block.data)
            content.update(block.data)
            text = _decode(file, block)
            yield field_values(file, block.line, text, field) if structured else text
        before = met.setdefault(content.digest(), file)
        if before is not file and left < started:
            other = "given twice" if before == file else f"the same text as {before}"
            say_once(f"{file} is {other}: its lines come up more often")


def find(paths: StrPath | Iterable[StrPath]) -> TextFiles:
    """The text files of paths and folders; arguments and errors as in `load`."""
    files: list[Path] = []
    ignored: list[str] = []
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        path = Path(path)
        if path.is_dir():
            inside = sorted(
                (
                    Path(folder, name)
                    for folder, _, names in os.walk(path, onerror=_unreadable)
                    for name in names
                ),
                key=lambda file: file.relative_to(path).parts,
            )
            texts = [
                file
                for file in inside
                if _is_text(file) and not _of_a_mac(file.relative_to(path)) and file.is_file()
            ]
            if not texts:
                raise CorpusError(f"{path}: a folder without {', '.join(SUFFIXES)} files")
            files += texts
            own = set(texts)
            ignored += [file.name for file in inside if file not in own]
        elif not path.exists():
            raise CorpusError(f"{path}: no such file")
        elif not _is_text(path) or not path.is_file():
            raise CorpusError(f"{path}: not a text file by its name; use {', '.join(SUFFIXES)}")
        else:
            files.append(path)
    return TextFiles(files, ignored)


def texts_or_files(given: StrPath | Iterable[StrPath], *, nfkc: bool = False) -> Corpus:
    """Make a corpus of files, or of sentences: of strings none of which names a file.

    Args:
        given: a path, or several; or sentences.
        nfkc: as of `load`.

    Raises:
        UsageError: some of the strings name files and others do not.
        CorpusError: as of `load`.
    """
    if isinstance(given, str | os.PathLike):
        return load(given, nfkc=nfkc)
    several = list(given)
    named = [one for one in several if not isinstance(one, str) or _names_file(one)]
    if not named:
        return Corpus.from_texts(map(str, several), nfkc=nfkc)
    if len(named) < len(several):
        other = next(one for one in several if one not in named)
        raise UsageError(
            f"{named[0]} is a file and {str(other)[:40]!r} is none: give files, or sentences"
        )
    return load(several, nfkc=nfkc)


def _names_file(text: str) -> bool:
    return text.lower().endswith(SUFFIXES) or os.path.exists(text)  # noqa: PTH110  any text


def _is_text(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _of_a_mac(path: Path) -> bool:
    """Whether a file is what a Mac keeps of another one where it cannot keep it inside."""
    return path.name.startswith("._") or "__MACOSX" in path.parts


def _unreadable(error: OSError) -> None:
    raise CorpusError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _open(file: Path) -> BinaryIO | gzip.GzipFile:
    if file.name.lower().endswith(".gz"):
        return gzip.open(file, "rb")
    return file.open("rb")


def _blocks(file: Path, left: int, encoding: str) -> Iterator[_FileBlock]:
    """The file in UTF-8, in blocks of whole lines, `left` bytes in all; no byte order mark."""
    try:
        packed = file.name.lower().endswith(".gz")
        most = max(MAX_RATIO * file.stat().st_size, RATIO_FREE_BYTES) if packed else None
        with _open(file) as opened:
            stream = opened if encoding == UTF_8 else Transcoded(file, opened, encoding)
            yield from _cut_blocks(file, stream, left, most)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CorpusError(f"{file}: a damaged gzip file: {error}") from error
    except OSError as error:
        raise CorpusError(f"{file}: cannot be read: {error.strerror or error}") from error


def _cut_blocks(
    file: Path, stream: BinaryIO | gzip.GzipFile | Transcoded, left: int, most: int | None
) -> Iterator[_FileBlock]:
    line, offset, pending, made = 1, 0, b"", 0
    at_start = True
    while chunk := stream.read(_BLOCK_BYTES):
        left -= len(chunk)
        made += len(chunk)
        if most is not None and made > most:
            raise CorpusError(
                f"{file}: unpacks to more than {MAX_RATIO} times its size, which text does not; "
                "unpack it yourself if it is to be read"
            )
        if left < 0:
            raise CorpusError(
                f"{file}: more text than max_bytes allows in all; raise it, or give less text"
            )
        if at_start and chunk.startswith(_BOM):
            chunk, offset = chunk[len(_BOM) :], len(_BOM)
        at_start = False
        feed = min(at for at in (*map(chunk.find, _ENDS), len(chunk)) if at >= 0)
        if len(pending) + feed > MAX_LINE_BYTES:
            raise CorpusError(
                f"{file}: line {line}: longer than {MAX_LINE_BYTES >> 20} MiB; "
                "put line breaks between its paragraphs"
            )
        pending += chunk
        # a CR at the end may be half of a line's end
        whole = max(pending.rfind(end, 0, len(pending) - (end == b"\r")) for end in _ENDS) + 1
        if whole:
            yield _FileBlock(pending[:whole], line, offset)
            line += _line_ends(pending[:whole])
            offset += whole
            pending = pending[whole:]
    if pending:
        yield _FileBlock(pending, line, offset)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _decode(file: Path, block: _FileBlock) -> str:
    try:
        text = block.data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = block.line + _line_ends(block.data[: error.start])
        place = f"line {line}, byte {block.offset + error.start}"
        what = f"not UTF-8 (0x{block.data[error.start]:02x}: {error.reason})"
        raise refused(file, place, what, _head(file)) from None
    found = spoilt(text)
    if found is not None:
        line = block.line + _line_ends(text[: found[0]].encode())
        raise refused(file, f"line {line}", f"{found[1]}, which text has none of", _head(file))
    return text


def _head(file: Path) -> bytes:
    with _open(file) as stream:
        return stream.read(_HEAD_BYTES)
