"""Files dropped onto the playground: read strictly into a bank of their own, for this session."""

from __future__ import annotations

import functools
import itertools
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from penline.bank import Bank, BankWriter, open_bank
from penline.bank.unused import unknown_glyphs
from penline.errors import BankError, UsageError
from penline.formats import kind_of
from penline.look.app import limits
from penline.look.app.base import Base
from penline.pack import pack_records
from penline.records import Bytes2D, Source
from penline.render.hand import STROKE_HEIGHT_PX
from penline.sources.collect import open_sources
from penline.sources.reading import NOTHING_SAID, Reading
from penline.sources.understood import Understood
from penline.template.scanning import scan

__all__ = ["Uploads", "forget", "packed", "safe_name"]

_KINDS = ("gnt", "pot", "gntx", "tcs", "mis")
_PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
_AT_A_TIME = 2
_ODD = re.compile(r"[^\w.()+-]+")
_LONGEST_NAME = 80
_LONGEST_PATTERN = 200


class _Bounded(BankWriter):
    """A bank that stays small, whatever its source unpacks to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._seen = self._bytes = 0
        self._until = time.monotonic() + limits.UPLOAD_SECONDS

    def add(self, pixels: Bytes2D, character: str, source: Source, **more: Any) -> None:
        """As in `BankWriter`, up to a limit."""
        self._count(pixels.size)
        super().add(pixels, character, source, **more)

    def drop(self, reason: str, count: int = 1) -> None:
        """As in `BankWriter`, up to a limit."""
        self._count(0)
        super().drop(reason, count)

    def _count(self, size: int) -> None:
        self._seen += 1
        self._bytes += size
        if self._seen > limits.UPLOAD_GLYPHS:
            raise UsageError(f"more than {limits.UPLOAD_GLYPHS:,} glyphs; make a bank of it")
        if self._bytes > limits.UPLOAD_INK_BYTES:
            raise UsageError(f"more than {limits.UPLOAD_INK_BYTES >> 20} MiB of ink unpacked")
        if time.monotonic() > self._until:
            raise UsageError(f"not read within {limits.UPLOAD_SECONDS:.0f} s; make a bank of it")


def packed(
    file: Path,
    out: Path,
    reading: Reading = NOTHING_SAID,
    tell: Callable[[Understood], None] | None = None,
) -> Bank:
    """A bank of one uploaded file.

    Args:
        file: the file; a zip archive is read in place.
        out: the bank's folder.
        reading: what pictures in it are, where their names do not tell it.
        tell: called with how pictures were understood.

    Raises:
        FormatError: the file is not what its format says.
        BankError: nothing to pack.
        UsageError: there is too much in it.
    """
    with _Bounded(out) as bank:
        for number, source in enumerate(open_sources(file, reading=reading)):
            if number >= limits.UPLOAD_FILES:
                raise UsageError(f"more than {limits.UPLOAD_FILES:,} files in it")
            if source.size_bytes > limits.UPLOAD_INK_BYTES:
                raise UsageError(f"more than {limits.UPLOAD_INK_BYTES >> 20} MiB unpacked")
            if tell and source.understood is not None:
                tell(source.understood)
            records = source.sound(bank.drop, salvage=False)
            for _ in pack_records(records, source.source.writer, bank, STROKE_HEIGHT_PX, False):
                pass
    return open_bank(out)


def scanned(file: Path, out: Path, listed: int, writer: str) -> Bank:
    """A bank of one photographed sheet of `penline template`.

    Args:
        file: the list of the sheet's characters, and after it the photograph.
        out: the bank's folder.
        listed: bytes of the list.
        writer: whose hand it is.

    Raises:
        FormatError: no photograph, or none of a sheet.
        BankError: not one sound glyph.
        UsageError: a sheet of another list.
    """
    folder = file.parent / "photo"
    folder.mkdir()
    photo, chars = folder / file.name, file.parent / "list.txt"
    with file.open("rb") as both, photo.open("wb") as sink:
        chars.write_bytes(both.read(listed))
        shutil.copyfileobj(both, sink)
    bank = scan([photo], out, chars, writer=writer).bank
    photo.unlink()
    return bank


def _list_bytes(given: str, name: str) -> int:
    """How much of a body is the list of characters that a photograph needs; 0 for other files."""
    if not (given.isascii() and given.isdigit() and len(given) < 8):
        raise UsageError("list: the number of its bytes")
    if not name.lower().endswith(_PHOTOS):
        return 0
    if not 0 < int(given) <= limits.BODY_BYTES:
        raise UsageError("a photograph needs the list that its sheet was printed from (.txt), too")
    return int(given)


def _pattern(given: str) -> str | None:
    """The pattern of pictures' names that a user gave; None where there is none."""
    if len(given) > _LONGEST_PATTERN:
        raise UsageError(f"a pattern of names is of at most {_LONGEST_PATTERN} characters")
    return given.strip() or None


def safe_name(given: str) -> str:
    """A name for an uploaded file that is a name and nothing else.

    >>> safe_name("../../etc/1001-c.gnt"), safe_name("a b<c>.POT")
    ('1001-c.gnt', 'a_b_c_.POT')

    Raises:
        UsageError: no kind of file that can be read.
    """
    own = _ODD.sub("_", given.replace("\\", "/").rpartition("/")[2]).lstrip(".")
    name = own[-_LONGEST_NAME:].lstrip(".")
    if kind_of(name) not in _KINDS and not name.lower().endswith((".zip", *_PHOTOS)):
        known = ", ".join(f".{kind}" for kind in _KINDS)
        raise UsageError(
            f"one of {known}, a .zip of them or of pictures, or a photograph of a sheet"
        )
    return name


class Uploads:
    """Takes files in, a few at a time.

    Args:
        base: what the handlers share.
    """

    def __init__(self, base: Base) -> None:
        self._base = base
        self._under_way = 0
        # reading a large file must not keep the playground waiting
        self._thread = anyio.CapacityLimiter(1)
        self._writers: set[str] = set()

    def _writer(self, name: str) -> str:
        """A writer of a photograph's own: two people's photographs may have one name."""
        stem = re.sub(r"[^\w.-]+", "-", Path(name).stem)[:36] or "photo"
        ways = (stem if number == 1 else f"{stem}-{number}" for number in itertools.count(1))
        writer = next(way for way in ways if way not in self._writers)
        self._writers.add(writer)
        return writer

    async def take(self, request: Request) -> Response:
        """One file as the body of a request, its name in the address."""
        name = safe_name(request.query_params.get("name", ""))
        listed = _list_bytes(request.query_params.get("list", "0"), name)
        reading = Reading(_pattern(request.query_params.get("labels", "")))
        state = self._base.state
        if len(state.uploads) >= limits.UPLOADS:
            raise UsageError(f"{limits.UPLOADS} uploads are open; take one off first")
        if self._under_way >= _AT_A_TIME:
            return self._base.refuse(request, 503, "Other files are being read; try again.")
        self._under_way += 1
        home = Path(tempfile.mkdtemp(dir=state.folder))
        try:
            file = home / name
            with file.open("wb") as sink:
                async for chunk in request.stream():
                    sink.write(chunk)
            told: list[Understood] = []
            call = functools.partial(packed, reading=reading, tell=told.append)
            if listed:
                call = functools.partial(scanned, listed=listed, writer=self._writer(name))
            bank = await anyio.to_thread.run_sync(call, file, home / "bank", limiter=self._thread)
            file.unlink()
            made = state.add(bank, name, home)
        except BaseException as error:
            shutil.rmtree(home, ignore_errors=True)
            if isinstance(error, UsageError | BankError):
                raise UsageError(str(error).replace(f"{home}{os.sep}", "")) from None
            if isinstance(error, ClientDisconnect):
                return Response(status_code=400)
            raise
        finally:
            self._under_way -= 1
        return JSONResponse(
            {
                "bank": made.number,
                "name": made.name,
                "glyphs": len(made.bank),
                "writers": len(made.bank.writers),
                "characters": len(made.bank.characters),
                "left_out": made.bank.header.dropped,
                "unknown": unknown_glyphs(made.bank)[0],
                "understood": [one.line() for one in told],
            }
        )


def forget(base: Base, body: bytes) -> Response:
    """Take an upload off the server; the body is its number."""
    if not (body.isdigit() and len(body) < 10):
        raise UsageError("the number of an upload is missing")
    base.state.remove(int(body))
    return Response(status_code=204)
