"""Texts as numbers and back, by a trainer's dictionary.

The numbering is PaddleOCR's, so that its dictionaries and weights fit: its ``CTCLabelEncode`` puts
the blank first; its ``NRTRLabelEncode`` puts ``blank``, ``<unk>``, ``<s>`` and ``</s>`` first.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from penline.durable import read_file
from penline.errors import ExportError, UsageError
from penline.export.paddleocr import read_dictionary

__all__ = ["AttentionLabels", "CTCLabels", "Labels"]

MAX_DICTIONARY_BYTES = 1 << 24
Own = TypeVar("Own", bound="Labels")


class Labels(ABC):
    """A dictionary: each entry has a number, after those that the method keeps for itself.

    Args:
        characters: the entries in order. Where one comes twice the later number is used, as
            PaddleOCR does. An entry of several characters keeps its number, and is never used.
        unknown: what to do with a character that is not in it. ``raise``; ``drop`` it, as
            PaddleOCR does without a word: the label no longer says what the image shows;
            ``mark`` it with the number for it, where the method has one.

    Raises:
        UsageError: no characters, or a policy that there is not.
    """

    reserved: ClassVar[tuple[str, ...]] = ()
    """What the first numbers stand for."""
    policies: ClassVar[tuple[str, ...]] = ("raise", "drop")
    pad: ClassVar[int] = 0
    """What a batch's shorter labels are filled up with."""

    def __init__(
        self, characters: Iterable[str], *, unknown: Literal["raise", "drop", "mark"] = "raise"
    ) -> None:
        self.characters = tuple(characters)
        self.unknown = unknown
        if not self.characters:
            raise UsageError("a dictionary needs at least one character")
        if unknown not in self.policies:
            raise UsageError(f"unknown must be {' or '.join(self.policies)}, not {unknown!r}")
        first = len(self.reserved)
        self._numbers = {c: first + at for at, c in enumerate(self.characters)}

    @classmethod
    def from_dictionary(
        cls: type[Own],
        path: str | os.PathLike[str],
        *,
        space: bool = True,
        unknown: Literal["raise", "drop", "mark"] = "raise",
    ) -> Own:
        """Labels by a PaddleOCR dictionary: one entry a line.

        Args:
            path: the file.
            space: add the space at the end, as PaddleOCR's ``use_space_char: true`` does.
            unknown: see the class.

        Raises:
            UsageError: no such file.
            ExportError: not a dictionary.
        """
        file = Path(path)
        if not file.is_file():
            raise UsageError(f"no dictionary file {file}")
        if file.stat().st_size > MAX_DICTIONARY_BYTES:
            raise ExportError(f"{file} is larger than any dictionary")
        entries = read_dictionary(read_file(file), str(file))
        return cls((*entries, " ") if space else entries, unknown=unknown)

    def __len__(self) -> int:
        """How many classes a model needs: characters and what is reserved."""
        return len(self.reserved) + len(self.characters)

    def __contains__(self, character: object) -> bool:
        return character in self._numbers

    @property
    def alphabet(self) -> frozenset[str]:
        """The characters, as `Composer` takes them: it then writes no other ones but the space."""
        return frozenset(self._numbers)

    def lacking(self, text: str) -> list[str]:
        """The characters of `text` that are not in the dictionary, each as often as it comes."""
        return [character for character in text if character not in self._numbers]

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """The numbers of a text.

        Raises:
            UsageError: a character is not in the dictionary, and that is to be raised.
        """

    @abstractmethod
    def decode(self, numbers: Iterable[int]) -> str:
        """The text of numbers that a model gives.

        Raises:
            UsageError: a number that stands for nothing.
        """

    def _encoded(self, text: str, mark: int | None = None) -> list[int]:
        found = [self._numbers.get(character, mark) for character in text]
        if self.unknown == "raise" and (lacking := self.lacking(text)):
            raise UsageError(
                f"not in the dictionary: {''.join(dict.fromkeys(lacking))}; give the composer "
                "alphabet=labels.alphabet (it writes spaces all the same), or choose another policy"
            )
        return [number for number in found if number is not None]

    def _character(self, number: int) -> str:
        at = number - len(self.reserved)
        if not 0 <= at < len(self.characters):
            raise UsageError(f"{number} is not the number of a character; there are {len(self)}")
        return self.characters[at]


class CTCLabels(Labels):
    """For connectionist temporal classification: 0 is the blank.

    >>> labels = CTCLabels("abc")
    >>> labels.encode("cab"), labels.decode([3, 3, 0, 1, 1, 0, 0, 1, 2])
    ([3, 1, 2], 'caab')
    """

    reserved = ("blank",)
    blank: ClassVar[int] = 0

    def encode(self, text: str) -> list[int]:
        """See `Labels.encode`; a number for each character, none for the blank."""
        return self._encoded(text)

    def decode(self, numbers: Iterable[int], *, collapse: bool = True) -> str:
        """The text of the best class at each step.

        Args:
            numbers: one a step.
            collapse: take a class that is repeated without a blank in between for one character;
                False for what `encode` gave.

        Raises:
            UsageError: a number that stands for nothing.
        """
        text, last = [], self.blank
        for number in map(int, numbers):
            if number != self.blank and not (collapse and number == last):
                text.append(self._character(number))
            last = number
        return "".join(text)


class AttentionLabels(Labels):
    """For attention and other models that write character by character.

    0 fills up, 1 marks an unknown character, 2 begins, 3 ends.

    >>> labels = AttentionLabels("abc")
    >>> labels.encode("cab"), labels.decode([2, 6, 4, 5, 3, 4, 4])
    ([2, 6, 4, 5, 3], 'cab')
    """

    reserved = ("blank", "<unk>", "<s>", "</s>")
    policies = ("raise", "drop", "mark")
    mark: ClassVar[int] = 1
    start: ClassVar[int] = 2
    end: ClassVar[int] = 3

    def encode(self, text: str) -> list[int]:
        """See `Labels.encode`; begins with `start` and ends with `end`."""
        mark = self.mark if self.unknown == "mark" else None
        return [self.start, *self._encoded(text, mark), self.end]

    def decode(self, numbers: Iterable[int], *, unknown: str = "\ufffd") -> str:
        """The text up to the first `end`.

        Args:
            numbers: one a step.
            unknown: what to write for the number of unknown characters.

        Raises:
            UsageError: a number that stands for nothing.
        """
        text = []
        for number in map(int, numbers):
            if number == self.end:
                break
            if number == self.mark:
                text.append(unknown)
            elif number not in (self.pad, self.start):
                text.append(self._character(number))
        return "".join(text)
