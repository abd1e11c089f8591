"""A corpus in memory: all paragraphs as one array of code points."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from penline.corpus.breaks import break_flags
from penline.corpus.cut import Flags
from penline.corpus.lines import Line, Lines
from penline.corpus.normal import (
    LAST_CODE_POINT,
    LINE_FEED,
    Codes,
    decoded,
    dropped_from,
    normalised,
)
from penline.corpus.sides import Sides, ValidationLines, two_sides
from penline.corpus.whole import WholeLines
from penline.errors import CorpusError, UsageError
from penline.randomness import Draws

__all__ = ["Builder", "Corpus", "ReadCounts", "Side"]

Side = Literal["train", "val"]

_NAMED = 5
_BLOCK = 1 << 22
"""Characters counted at a time, so that the counting needs little memory."""


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """What reading met.

    Attributes:
        files: files read.
        ignored_files: files of other kinds in the folders that were walked.
        paragraphs: paragraphs kept.
        empty_paragraphs: blank lines and paragraphs of which nothing remained.
        dropped_characters: control characters and their like, which leave no ink.
        dropped: how many of each, by its number (``U+0007``).
        ignored: names of the first of the ignored files.
        encoding: the files' own.
    """

    files: int = 0
    ignored_files: int = 0
    paragraphs: int = 0
    empty_paragraphs: int = 0
    dropped_characters: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    encoding: str = "utf-8"


class Corpus:
    """Paragraphs of text; lines are cut from them. Made by `load` or `from_texts`.

    Attributes:
        codes: ``uint32 (characters,)``, the code points of all paragraphs, read-only.
        offsets: ``int64 (paragraphs + 1,)``: where each paragraph begins in `codes`.
        flags: ``uint8 (characters,)``: where lines may start and end (`penline.corpus.cut`).
        content_hash: BLAKE2b of 32 bytes, in hexadecimal, over the paragraphs in UTF-8, each
            followed by an LF.
        counts: what reading met.
    """

    def __init__(
        self,
        codes: Codes,
        offsets: npt.NDArray[np.int64],
        flags: Flags,
        content_hash: str,
        counts: ReadCounts,
    ) -> None:
        self.codes, self.offsets, self.flags = codes, offsets, flags
        self.content_hash, self.counts = content_hash, counts
        self._forget()

    @classmethod
    def from_texts(cls, texts: Iterable[str], *, nfkc: bool = False) -> Corpus:
        """A corpus of texts in memory; a text may hold several paragraphs, as lines.

        >>> corpus = Corpus.from_texts(["你好，世界。", "Good  morning."])
        >>> len(corpus), corpus[1]
        (2, 'Good morning.')

        Raises:
            CorpusError: the texts are empty.
        """
        builder = Builder(nfkc=nfkc)
        for text in texts:
            builder.add(text)
        return builder.finish("the list of texts")

    def __len__(self) -> int:
        return self.offsets.size - 1

    def __getitem__(self, paragraph: int) -> str:
        """The text of one paragraph, counted from 0."""
        if not 0 <= paragraph < len(self):
            raise IndexError(f"no paragraph {paragraph} among {len(self)}")
        return decoded(self.codes[self.offsets[paragraph] : self.offsets[paragraph + 1]])

    def __repr__(self) -> str:
        return f"<Corpus: {len(self)} paragraphs, {self.codes.size} characters>"

    @cached_property
    def characters(self) -> dict[str, int]:
        """How often each character occurs, the most frequent first, the space included."""
        total = np.zeros(LAST_CODE_POINT + 1, np.int64)
        for start in range(0, self.codes.size, _BLOCK):
            counted = np.bincount(self.codes[start : start + _BLOCK])
            total[: counted.size] += counted
        present = np.flatnonzero(total)
        order = present[np.argsort(-total[present], kind="stable")]
        return {chr(code): int(total[code]) for code in order}

    def validation_mask(self, fraction: float, key: str = "") -> npt.NDArray[np.bool_]:
        """``bool (paragraphs,)``: which paragraphs belong to the validation side.

        A paragraph's side comes from the BLAKE2b of `key` and its text, so that equal paragraphs
        fall on the same side, and a paragraph keeps its side when others are added. Where
        `fraction` is above 0 and there are at least two different paragraphs, neither side is
        empty.

        Raises:
            UsageError: `fraction` is below 0, or 1 and above.
        """
        if not 0 <= fraction < 1:
            raise UsageError(f"the validation fraction must be in [0, 1), not {fraction}")
        hashes = self._hashes(key)
        mask: npt.NDArray[np.bool_] = hashes < np.uint64(int(fraction * 2**64))
        low, high = hashes.min(), hashes.max()
        if fraction > 0 and low != high:
            mask |= hashes == low
            mask &= hashes != high
        return mask

    def side(self, paragraph: int, fraction: float, key: str = "") -> bool:
        """Whether one paragraph belongs to the validation side; see `validation_mask`."""
        return bool(self.validation_mask(fraction, key)[paragraph])

    def sides(self, fraction: float, key: str = "") -> Sides:
        """The split of `validation_mask`, and what of it lines for validation may hold.

        Raises:
            UsageError: as `validation_mask`.
        """
        made = self._sides.get((fraction, key))
        if made is None:
            mask = self.validation_mask(fraction, key)
            made = two_sides(self.codes, self.flags, self.offsets, mask)
            self._sides[fraction, key] = made
        return made

    def lines(
        self,
        length_range: tuple[int, int],
        side: Side | None = None,
        *,
        val_fraction: float = 0.0,
        key: str = "",
    ) -> Lines:
        """The lines of one side for one range of lengths; made once, then kept.

        No line for validation of six characters and more stands in a paragraph for training,
        unless it is a single word (`penline.corpus.sides`).

        Args:
            length_range: fewest and most characters of a line, both included.
            side: ``"train"``, ``"val"``, or None for all paragraphs.
            val_fraction: the share of paragraphs that are for validation.
            key: another key gives another split of the same share.

        Raises:
            UsageError: the range or the fraction is not valid.
            CorpusError: the side gives no line of such a length.
        """
        shortest, longest = length_range
        wanted = (shortest, longest, side, val_fraction, key)
        made = self._lines.get(wanted)
        if made is None:
            if side == "val":
                text = self.sides(val_fraction, key).validation
                made = ValidationLines(text, (shortest, longest))
            else:
                own = self.codes, self.flags, self.offsets, (shortest, longest)
                made = Lines(*own, *self._allowed(side, val_fraction, key))
            self._lines[wanted] = made
        return made

    def whole_lines(
        self,
        length_range: tuple[int, int],
        side: Side | None = None,
        *,
        val_fraction: float = 0.0,
        key: str = "",
    ) -> WholeLines:
        """The paragraphs of one side as lines that are not cut; arguments as in `lines`.

        Raises:
            CorpusError: no paragraph of the side has such a length.
        """
        allowed, what = self._allowed(side, val_fraction, key)
        try:
            return WholeLines(self.codes, self.offsets, length_range, allowed, what)
        except CorpusError as error:
            if side != "val":
                raise
            explained = self.sides(val_fraction, key).validation.explained
            raise CorpusError(f"{error}{explained}") from None

    def sample(
        self,
        rng: Draws,
        length_range: tuple[int, int],
        side: Side | None = None,
        *,
        val_fraction: float = 0.0,
        key: str = "",
    ) -> Line:
        """Draw one line; arguments and errors as in `lines`, the drawing as in `Lines.sample`."""
        return self.lines(length_range, side, val_fraction=val_fraction, key=key).sample(rng)

    def _allowed(
        self, side: Side | None, fraction: float, key: str
    ) -> tuple[npt.NDArray[np.bool_] | None, str]:
        """Which paragraphs lines of a side are, or are cut from, and its name in messages."""
        if side is None:
            return None, "the corpus"
        if side == "train":
            return ~self.validation_mask(fraction, key), "the train side of the corpus"
        return self.sides(fraction, key).whole, "the val side of the corpus"

    def _hashes(self, key: str) -> npt.NDArray[np.uint64]:
        """``uint64 (paragraphs,)``: where each paragraph lies on the scale of the split."""
        if key not in self._splits:
            salt = f"{key}\n".encode()
            digests = b"".join(
                hashlib.blake2b(salt + self[paragraph].encode(), digest_size=8).digest()
                for paragraph in range(len(self))
            )
            self._splits[key] = np.frombuffer(digests, "<u8")
        return self._splits[key]

    def _forget(self) -> None:
        for array in (self.codes, self.offsets, self.flags):
            array.setflags(write=False)
        self._lines: dict[tuple[int, int, Side | None, float, str], Lines] = {}
        self._sides: dict[tuple[float, str], Sides] = {}
        self._splits: dict[str, npt.NDArray[np.uint64]] = {}

    def __getstate__(self) -> dict[str, Any]:
        made = ("_lines", "_sides", "_splits", "characters")
        return {name: value for name, value in self.__dict__.items() if name not in made}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()


class Builder:
    """Collects blocks of text and makes the corpus. A block is whole paragraphs, as lines."""

    def __init__(self, *, nfkc: bool = False) -> None:
        self._nfkc = nfkc
        self._blocks: list[tuple[Codes, Flags]] = []
        self._lengths: list[npt.NDArray[np.int64]] = []
        self._hash = hashlib.blake2b(digest_size=32)
        self._dropped: Counter[str] = Counter()
        self._empty = 0

    def add(self, text: str) -> None:
        """Take one block in.

        Raises:
            CorpusError: `text` holds a lone surrogate.
        """
        try:
            codes, dropped, empty = normalised(text, nfkc=self._nfkc)
        except UnicodeEncodeError as error:
            raise CorpusError(f"a text holds a lone surrogate at character {error.start}") from None
        if dropped:
            self._dropped += dropped_from(text)
        self._empty += empty
        if not codes.size:
            return
        self._hash.update(decoded(codes).encode())
        feeds = np.flatnonzero(codes == LINE_FEED)
        self._lengths.append(np.diff(feeds, prepend=-1) - 1)
        kept = codes != LINE_FEED
        self._blocks.append((codes[kept], break_flags(codes)[kept]))

    def finish(
        self,
        what: str,
        *,
        files: int = 0,
        ignored: tuple[str, ...] = (),
        encoding: str = "utf-8",
    ) -> Corpus:
        """The corpus of all blocks; `what` names the source in the error.

        Raises:
            CorpusError: there is no text.
        """
        if not self._blocks:
            raise CorpusError(f"{what}: no text in it; give at least one line")
        offsets = np.concatenate(([0], np.cumsum(np.concatenate(self._lengths))))
        codes = np.empty(int(offsets[-1]), np.uint32)
        flags = np.empty(codes.size, np.uint8)
        end = codes.size
        while self._blocks:  # each block is freed as soon as it is copied
            block, block_flags = self._blocks.pop()
            codes[end - block.size : end] = block
            flags[end - block.size : end] = block_flags
            end -= block.size
        counts = ReadCounts(
            files=files,
            ignored_files=len(ignored),
            paragraphs=offsets.size - 1,
            empty_paragraphs=self._empty,
            dropped_characters=self._dropped.total(),
            dropped=dict(self._dropped),
            ignored=ignored[:_NAMED],
            encoding=encoding,
        )
        return Corpus(codes, offsets, flags, self._hash.hexdigest(), counts)
