"""Unpack the embedded sample into the user's cache, once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from penline.bank import Bank, open_bank
from penline.bank.layout import VERSION
from penline.corpus import Corpus, load
from penline.durable import about
from penline.errors import BankError, UsageError
from penline.lock import locked
from penline.machine import private_folder, say_once, user_cache

__all__ = ["CORPUS_LANGUAGES", "corpus_files", "sample_bank", "text_of"]

_ARCHIVE = "sample.zip"
CORPUS_LANGUAGES = ("zh", "en")
_CORPORA = tuple(f"{language}.txt" for language in CORPUS_LANGUAGES)
_WAIT_SECONDS = 120.0


def corpus_files() -> list[Path]:
    """The small corpora: Chinese, then English."""
    folder = resources.files("penline.sample")
    return [Path(str(folder / name)) for name in _CORPORA]


def text_of(
    corpora: Sequence[str | os.PathLike[str]],
    *,
    field: str = "text",
    nfkc: bool = False,
    encoding: str | None = None,
) -> Corpus:
    """The text of files as `penline.corpus.load` reads it; of no file: the small corpora's.

    Raises:
        UsageError: an encoding or a field, and no file that could have it.
        CorpusError: as `penline.corpus.load`.
    """
    if not corpora and (encoding is not None or field != "text"):
        raise UsageError("an encoding or a field is that of text files; name them with --corpus")
    return load(corpora or corpus_files(), field=field, nfkc=nfkc, encoding=encoding or "utf-8")


def sample_bank() -> Bank:
    """The bank of the embedded sample; made in the user's cache folder the first time.

    Where that cannot be written to, it is made in a temporary folder, for as long as Python runs.

    Raises:
        OSError: there is no room for it, or no place at all.
    """
    with resources.as_file(resources.files("penline.sample") / _ARCHIVE) as archive:
        digest = hashlib.blake2b(archive.read_bytes(), digest_size=8).hexdigest()
        name = f"sample-{digest}-v{VERSION}.bank"
        try:
            return _bank_in(user_cache(), name, archive)
        except OSError as error:
            say_once(
                f"{error.filename}: {error.strerror}: the embedded sample is unpacked into a "
                "temporary folder, anew at every start; XDG_CACHE_HOME may name a folder that stays"
            )
        return _bank_in(private_folder(), name, archive)


def _bank_in(folder: Path, name: str, archive: Path) -> Bank:
    path = folder / name
    with about(folder):
        try:
            return open_bank(path)
        except BankError:
            folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "sample.lock", "the sample", _WAIT_SECONDS):
            try:
                return open_bank(path)  # another process was quicker
            except BankError:
                from penline.pack import pack  # and with it every reader: once

                return pack(archive, path, overwrite=True)
