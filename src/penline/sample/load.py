"""Unpack the embedded sample into the user's cache, once."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import pooch

from penline.bank import Bank, open_bank
from penline.bank.layout import VERSION
from penline.errors import BankError
from penline.lock import locked

__all__ = ["corpus_files", "sample_bank"]

_ARCHIVE = "sample.zip"
_CORPORA = ("zh.txt", "en.txt")
_WAIT_SECONDS = 120.0


def corpus_files() -> list[Path]:
    """The small corpora: Chinese, then English."""
    folder = resources.files("penline.sample")
    return [Path(str(folder / name)) for name in _CORPORA]


def sample_bank() -> Bank:
    """The bank of the embedded sample; made in the user's cache folder the first time."""
    with ExitStack() as stack:
        entry = resources.files("penline.sample") / _ARCHIVE
        archive = stack.enter_context(resources.as_file(entry))
        digest = hashlib.blake2b(archive.read_bytes(), digest_size=8).hexdigest()
        folder = Path(pooch.os_cache("penline"))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"sample-{digest}-v{VERSION}.bank"
        try:
            return open_bank(path)
        except BankError:
            pass
        stack.enter_context(locked(folder / "sample.lock", "the sample", _WAIT_SECONDS))
        try:
            return open_bank(path)  # another process was quicker
        except BankError:
            from penline.pack import pack  # and with it every reader: once

            return pack(archive, path, overwrite=True)
