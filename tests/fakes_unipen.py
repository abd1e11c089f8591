"""Writers of UNIPEN files and trees in their true layouts, for tests. No real data, and no names.

unipen("ab", ...)                 bytes of a file that stands by itself
pen(strokes)                      the text of components, y upwards as the format has it
write_trees(folder, hands)        both trees, as a folder
zip_trees(path, hands)            both trees, as a zip
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fakes import Points, strokes

ROOT = "train_r01_v07"


def pen(
    found: Iterable[Points], ups: bool = False, columns: int = 2, downwards: bool = False
) -> str:
    """Components: each stroke, and a pen-up after it, with points only where `ups`."""
    text = ""
    for stroke in found:
        rows = [(x, y if downwards else -y, *range(columns - 2)) for x, y in stroke]
        text += ".PEN_DOWN\n" + "".join(f"{' '.join(map(str, row))}\n" for row in rows)
        text += ".PEN_UP\n" + ("7 7" + " 7" * (columns - 2) + "\n" if ups else "")
    return text


def quoted(label: str) -> str:
    """A label as the format has it."""
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def segment(kind: str, delineation: str, label: str, quality: str = "?") -> str:
    """One segment."""
    return f".SEGMENT {kind} {delineation} {quality} {quoted(label)}\n"


def run(first: int, count: int) -> str:
    """A delineation."""
    return str(first) if count == 1 else f"{first}-{first + count - 1}"


def unipen(characters: str, ups: bool = False, head: str = ".STYLE PRINTED\n") -> bytes:
    """A file that stands by itself: characters with strokes of their own, then all as a word."""
    text, body, at = ".VERSION 1.0\n.COORD X Y\n" + head, "", 0
    step = 2 if ups else 1
    for number, character in enumerate(characters):
        own = strokes(character, number)
        text += pen(own, ups)
        body += segment("CHARACTER", run(at, step * len(own)), character)
        at += step * len(own)
    return (text + body + segment("WORD", run(0, at), characters)).encode("latin-1")


@dataclass
class Hand:
    """A file of strokes and what its segments are.

    Attributes:
        contributor: three letters.
        name: the file's, without its ending; in the archive it is often a person's.
        writer: the ``.WRITER_ID``.
        characters: isolated characters.
        words: of the same strokes, one after the other.
        text: of all strokes; or "".
        also: categories beside those that follow from the characters.
    """

    contributor: str
    name: str
    writer: str
    characters: str = ""
    words: Sequence[str] = ()
    text: str = ""
    ups: bool = False
    style: str = "PRINTED"
    guides: str = ""
    also: Sequence[str] = field(default_factory=tuple)


def category(character: str) -> str:
    """The folder of an isolated character."""
    kinds = (character.isdigit(), character.isupper(), character.islower())
    return next((f"1{letter}" for letter, is_one in zip("abc", kinds, strict=True) if is_one), "1d")


def trees(hands: Iterable[Hand]) -> dict[str, bytes]:
    """Path -> bytes of both trees."""
    files: dict[str, str] = {}
    for hand in hands:
        own = [strokes(one, number) for number, one in enumerate(hand.characters)]
        step = 2 if hand.ups else 1
        path = f"{hand.contributor}/data/{hand.name}.dat"
        files[f"include/{hand.contributor}/{hand.contributor}.doc"] = (
            f".VERSION 1.0\n.DATA_SOURCE made up\n.COORD X Y\n{hand.guides}"
        )
        files[f"include/{path}"] = f".WRITER_ID {hand.writer}\n.STYLE {hand.style}\n" + "".join(
            pen(one, hand.ups) for one in own
        )
        starts = [0]
        for one in own:
            starts.append(starts[-1] + step * len(one))
        found: dict[str, str] = {}

        def add(where: str, line: str, found: dict[str, str] = found) -> None:
            found[where] = found.get(where, "") + line

        for number, one in enumerate(hand.characters):
            line = segment(
                "CHARACTER", run(starts[number], starts[number + 1] - starts[number]), one
            )
            for where in (category(one), "2", *hand.also):
                add(where, line)
        at = 0
        for word in hand.words:
            count = starts[at + len(word)] - starts[at]
            for where in ("6", "7"):
                add(where, segment("WORD", run(starts[at], count), word, "OK"))
            at += len(word)
        if hand.text:
            add("8", segment("TEXT", run(0, starts[-1]), hand.text))
        for where, lines in found.items():
            files[f"data/{where}/{hand.contributor}/{hand.name}.dat"] = (
                f".VERSION 1.0\n.INCLUDE {hand.contributor}/{hand.contributor}.doc\n"
                f".INCLUDE {path}\n{lines}"
            )
    return {f"{ROOT}/{path}": text.encode("latin-1") for path, text in files.items()}


def write_trees(folder: Path, hands: Iterable[Hand]) -> Path:
    """Both trees in a folder; returns their root."""
    for path, content in trees(hands).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder / ROOT


def zip_trees(path: Path, hands: Iterable[Hand]) -> Path:
    """Both trees in a zip; returns its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in trees(hands).items():
            archive.writestr(name, content)
    return path
