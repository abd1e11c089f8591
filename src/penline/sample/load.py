"""Unpack the embedded sample into the user's cache, once."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from penline.bank import Bank, open_bank
from penline.bank.layout import VERSION
from penline.errors import BankError
from penline.lock import locked
from penline.machine import naming, private_folder, say_once, user_cache

__all__ = ["corpus_files", "sample_bank"]

_ARCHIVE = "sample.zip"
_CORPORA = ("zh.txt", "en.txt")
_WAIT_SECONDS = 120.0


def corpus_files() -> list[Path]:
    """The small corpora: Chinese, then English."""
    folder = resources.files("penline.sample")
    return [Path(str(folder / name)) for name in _CORPORA]


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
    with naming(folder):
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
