"""Choose lines of a corpus so that rare characters come up, and keep them as a text file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from penline.bank import Bank, open_bank
from penline.bank.bank_set import BankSet
from penline.bank.unused import why_nobody
from penline.bank.writable import WritableLines
from penline.compose.spellings import spellings
from penline.corpus.balance import CoverableLines, Target, choose
from penline.corpus.encodings import UTF_8, codec
from penline.corpus.files import find, texts
from penline.durable import put_all
from penline.errors import UsageError, refuse_taken
from penline.job import takes_keywords
from penline.version import __version__

__all__ = ["SelectJob", "select"]

AnyPath = str | os.PathLike[str]

_METRICS = (
    *("seen", "outside", "unwritable", "repeated", "dropped", "characters", "classes"),
    *("covered", "covered_plain", "met", "met_plain", "distance", "distance_plain"),
)


@dataclass(frozen=True, slots=True)
class SelectJob:
    """What `select` makes, and from what.

    Attributes:
        corpus: text files and folders, as `penline.corpus.load` reads them.
        out: the text file to write.
        count: lines to choose.
        length_range: fewest and most characters of a line, both included.
        power: target frequency is natural frequency to this power; 1 as it is, 0 all alike.
        floor: occurrences that each character should reach at least.
        alphabet: characters that lines may hold; None for any.
        bank: one or more banks; only lines that one known writer can write are taken.
        part: the part of the banks' glyphs: ``train``, ``test`` or ``all``.
        field: the name of the text's field in ``.jsonl`` files.
        encoding: of the text files; the choice is written as UTF-8.
        seed: of the chance in it.
        overwrite: replace a file that is there.
        progress: called with the characters looked at so far.
    """

    corpus: AnyPath | Sequence[AnyPath]
    out: AnyPath
    count: int
    _: KW_ONLY
    length_range: tuple[int, int] = (8, 25)
    power: float = 0.5
    floor: int = 0
    alphabet: Iterable[str] | None = None
    bank: AnyPath | Bank | Sequence[AnyPath | Bank] | None = None
    part: str = "train"
    field: str = "text"
    encoding: str = UTF_8
    seed: int = 0
    overwrite: bool = False
    progress: Callable[[int], None] | None = None


@takes_keywords(SelectJob)
def select(job: SelectJob) -> dict[str, Any]:
    """Choose lines from text files, in one pass, in memory that does not grow with the text.

    The choice is a text file, one line a line: compose from it with ``corpus: {lines: whole}`` in
    the recipe. Beside it stands ``<out>.json``, which says how it was made and how near it came.

    Args:
        job: what to choose.

    Returns:
        What ``<out>.json`` holds.

    Raises:
        UsageError: the file is there already, or a number that makes no sense.
        CorpusError: a text that cannot be read, or gives no line.
        BankError: a bank that cannot be read.
    """
    path = Path(job.out)
    report_path = path.with_name(f"{path.name}.json")
    if not path.name.lower().endswith(".txt"):
        raise UsageError(f"{path}: a selection is a text file; give it a name that ends in .txt")
    for one in (path, report_path):
        refuse_taken(one, overwrite=job.overwrite)
    if job.bank is None and job.part != "train":
        raise UsageError(f"part {job.part!r} is that of a bank's glyphs; name banks with --bank")
    known = None if job.alphabet is None else frozenset(job.alphabet)
    target = Target(job.power, job.floor, known)
    coverable = None if job.bank is None else _coverable(job.bank, job.part)
    encoding, found = codec(job.encoding), find(job.corpus)
    blocks = _told(texts(found.files, field=job.field, encoding=encoding), job.progress)
    chosen = choose(blocks, job.count, job.length_range, target, job.seed, coverable)
    text = "".join(f"{line}\n" for line in chosen.lines).encode()
    report: dict[str, Any] = {
        "penline": __version__,
        "lines": len(chosen.lines),
        "hash": hashlib.blake2b(text, digest_size=16).hexdigest(),
        "length_range": list(job.length_range),
        "power": job.power,
        "floor": job.floor,
        "alphabet": None if known is None else len(known),
        "seed": job.seed,
        "encoding": encoding,
        "files": len(found.files),
        "ignored_files": len(found.ignored),
        **{name: getattr(chosen, name) for name in _METRICS},
    }
    told = json.dumps(report, ensure_ascii=False, indent=1).encode()
    put_all([(report_path, told), (path, text)])
    return report


def _told(blocks: Iterator[str], progress: Callable[[int], None] | None) -> Iterator[str]:
    done = 0
    for block in blocks:
        yield block
        done += len(block)
        if progress:
            progress(done)


def _coverable(bank: AnyPath | Bank | Sequence[AnyPath | Bank], part: str) -> CoverableLines:
    several = [bank] if isinstance(bank, str | os.PathLike | Bank) else bank
    banks = [one if isinstance(one, Bank) else open_bank(one) for one in several]
    bank_set = BankSet(banks, spellings, part)
    nobody = why_nobody(bank_set)
    if nobody:
        raise UsageError(nobody)
    return WritableLines(bank_set, bank_set.bits(bank_set.known))
