"""Unpack the embedded sample into the user's cache, once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from penline.bank import Bank, open_bank
from penline.bank.layout import VERSION
from penline.corpus import Corpus, load
from penline.durable import about
from penline.errors import BankError, UsageError
from penline.lock import locked
from penline.machine import private_folder, say_once, user_cache

__all__ = ["CORPUS_LANGUAGES", "corpus_files", "sample_bank", "text_of"]

Hands = Literal["simulated", "real", "both"]

_FOLDER = resources.files("penline.sample")
_SIMULATED, _REAL = _FOLDER / "sample.zip", _FOLDER / "hands" / "hands.zip"
_FAMILY = "sample"
"""Of the simulated hands' writers."""
CORPUS_LANGUAGES = ("zh", "en")
_CORPORA = tuple(f"{language}.txt" for language in CORPUS_LANGUAGES)
_MORE = tuple(f"text/{name}" for name in _CORPORA)
_WAIT_SECONDS = 120.0


def corpus_files() -> list[Path]:
    """The small corpora: Chinese, then English."""
    return [Path(str(_FOLDER / name)) for name in _CORPORA]


def text_of(
    corpora: Sequence[str | os.PathLike[str]],
    *,
    field: str = "text",
    nfkc: bool = False,
    encoding: str | None = None,
) -> Corpus:
    """The text of files as `penline.corpus.load` reads it; of no file: the sample's, the small
    corpora and as much again.

    Raises:
        UsageError: an encoding or a field, and no file that could have it.
        CorpusError: as `penline.corpus.load`.
    """
    if not corpora and (encoding is not None or field != "text"):
        raise UsageError("an encoding or a field is that of text files; name them with --corpus")
    own = [Path(str(_FOLDER / name)) for name in (*_CORPORA, *_MORE)]
    return load(corpora or own, field=field, nfkc=nfkc, encoding=encoding or "utf-8")


def sample_bank(hands: Hands = "simulated") -> Bank:
    """The bank of the embedded sample; made in the user's cache folder the first time.

    Where that cannot be written to, it is made in a temporary folder, for as long as Python runs.

    Args:
        hands: ``"simulated"``: Chinese and Latin, drawn from fonts; ``"real"``: Latin letters,
            digits and signs of people; ``"both"``: real hands, and simulated ones for what these
            cannot write, which is what the verbs take where no bank is named. Of a penline that
            was built without real hands both are simulated.

    Raises:
        UsageError: no such hands, or they were left out when this penline was built.
        OSError: there is no room for it, or no place at all.
    """
    archives = _archives(hands)
    with ExitStack() as files:
        paths = [files.enter_context(resources.as_file(archive)) for archive in archives]
        data = b"".join(path.read_bytes() for path in paths)
        digest = hashlib.blake2b(data, digest_size=8).hexdigest()
        name = f"sample-{digest}-v{VERSION}.bank"
        try:
            return _bank_in(user_cache(), name, paths)
        except OSError as error:
            say_once(
                f"{error.filename}: {error.strerror}: the embedded sample is unpacked into a "
                "temporary folder, anew at every start; XDG_CACHE_HOME may name a folder that stays"
            )
        return _bank_in(private_folder(), name, paths)


def _archives(hands: Hands) -> list[Traversable]:
    """The archives of hands, the real ones first.

    Raises:
        UsageError: there are none.
    """
    real = [_REAL] if _REAL.is_file() else []
    found = {"simulated": [_SIMULATED], "real": real, "both": [*real, _SIMULATED]}
    if hands not in found:
        raise UsageError(f"hands are {', '.join(found)}, not {hands!r}")
    if not found[hands]:
        raise UsageError("this penline was built without real hands; take the simulated ones")
    return found[hands]


def _bank_in(folder: Path, name: str, archives: Sequence[Path]) -> Bank:
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

                reserve = _FAMILY if len(archives) > 1 else ""
                return pack(archives, path, overwrite=True, reserve=reserve)
