"""Collections whose classes are letters with marks, conjuncts, or names without a code point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fakes import REAL, folder, glyph, png_file, zip_file
from penline.api import info
from penline.bank import Bank
from penline.compose import Composer
from penline.corpus import Corpus
from penline.errors import FormatError, UsageError
from penline.pack import pack
from penline.sources.pictures.class_map import read_class_map
from penline.sources.pictures.pattern import Pattern
from penline.sources.reading import Reading

KSSA, KI, TAMIL = "\u0915\u094d\u0937", "\u0915\u093f", "\u0b95\u0bcd\u0bb7"
OMNIGLOT = REAL / "characters" / "omniglot" / "images_background_small1.zip"
PLAIN = {"papers": ["plain"], "effects": "none", "writers": "mixed", "image": {"format": "png"}}
LINES = {"lines": "whole", "length_range": [1, 99]}


def picture(name: str, seed: int) -> bytes:
    one = glyph(chr(0x4E00 + sum(map(ord, name)) % 5000), seed)[:40, :40]
    return png_file(np.pad(one, 4, constant_values=255))


def folders(*labels: str, copies: int = 4) -> dict[str, bytes]:
    return {f"{label}/{n}.png": picture(label, n) for label in labels for n in range(copies)}


def packed(place: Path, source: Path, **said: object) -> Bank:
    return pack([source], place / "out.bank", reading=Reading(**said))  # type: ignore[arg-type]


def test_folders_of_letters(tmp_path: Path) -> None:
    """A conjunct, a letter with its vowel, and one that has a composed form."""
    bank = packed(tmp_path, folder(tmp_path / "set", folders(KSSA, KI, "e\u0301", "\u0915")))
    assert set(bank.characters) == {KSSA, KI, "é", "\u0915"}
    corpus = Corpus.from_texts([f"{KSSA}{KI}e\u0301\u0915"])
    sample = Composer({**PLAIN, "corpus": LINES}, bank, corpus)[0]
    assert list(sample.items) == [KSSA, KI, "e\u0301", "\u0915"]


def test_folders_whose_names_are_entries(tmp_path: Path) -> None:
    source = folder(tmp_path / "set", folders("fi", "%5Calpha", TAMIL, "a b"))
    with pytest.raises(FormatError, match="names that tell the character"):
        packed(tmp_path, source)
    bank = packed(tmp_path, source, labels="{entry}/*.png")
    assert set(bank.characters) == {"fi", "\\alpha", TAMIL}
    assert sum(bank.header.dropped.values()) == 4


def test_patterns_of_entries() -> None:
    found = Pattern("{entry+writer}/{entry}/*_{writer}")("x/Futurama/character01/0709_03.png")
    assert found is not None
    assert (found.label, found.writer) == ("Futurama/character01", "Futurama-03")
    for wrong in ("{entry}/{label}/*", "{label}/{label}/*", "{part}/*", "{entry:hex}/*"):
        with pytest.raises(UsageError):
            Pattern(wrong)


def test_classes_that_stand_for_names(tmp_path: Path) -> None:
    numbers = {f"{n:03}/{k}.png": picture(str(n), k) for n in range(3) for k in range(4)}
    source = folder(tmp_path / "set", numbers)
    names = tmp_path / "names.csv"
    names.write_text("symbol_id,latex,training_samples\n0,\\alpha,5\n1,A,5\n2,\\mathbb{R},5\n")
    bank = packed(tmp_path, source, classes=str(names))
    assert set(bank.characters) == {"\\alpha", "A", "\\mathbb{R}"}
    corpus = Corpus.from_texts(["\\alpha A\\mathbb{R}"])
    sample = Composer({**PLAIN, "corpus": LINES}, bank, corpus)[0]
    assert sample.text == "\\alpha A\\mathbb{R}"
    assert list(sample.items) == ["\\alpha", " ", "A", "\\mathbb{R}"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0\t\\alpha\n1\t\\beta", {"0": "\\alpha", "1": "\\beta"}),
        ("\\alpha\n\\beta\n", {"0": "\\alpha", "1": "\\beta"}),
        ('{"0": "\\\\alpha", "1": "\\\\beta"}', {"0": "\\alpha", "1": "\\beta"}),
        ("c1,first/01\nc2,first/02", {"c1": "first/01", "c2": "first/02"}),
        ("0\tU+E000\n1\tU+E001", {"0": "\ue000", "1": "\ue001"}),
        ("0,永\n1,九", {"0": "永", "1": "九"}),
        ('{"永": 0, "九": 1}', {"0": "永", "1": "九"}),
    ],
)
def test_maps_of_names(text: str, found: dict[str, str]) -> None:
    assert dict(read_class_map(text.encode(), "m", names=True).characters) == found


def test_maps_beside_pictures_say_no_names() -> None:
    with pytest.raises(FormatError):
        read_class_map(b"c0,cat\nc1,dog\n", "classes.csv")


def test_a_list_of_latex_commands(tmp_path: Path) -> None:
    """The columns of HASYv2's list."""
    labels = ["\\alpha", "\\Sigma", "A", "A", "\\alpha"]
    pictures = {f"hasy-data/v2-{n:05}.png": picture(name, n) for n, name in enumerate(labels)}
    rows = [f"{name},{31 + n},{labels[n]},{n % 2}" for n, name in enumerate(pictures)]
    table = "\n".join(["path,symbol_id,latex,user_id", *rows]).encode()
    source = folder(tmp_path / "set", {**pictures, "hasy-data-labels.csv": table})
    bank = packed(tmp_path, source)
    assert set(bank.characters) == {"\\alpha", "\\Sigma", "A"}
    assert set(bank.writers) == {"hasy-data-labels:0", "hasy-data-labels:1"}


def test_words_are_entries_on_request_alone(tmp_path: Path) -> None:
    content = {"gt.csv": "file,text\na.png,永\nb.png,world\nc.png,two words\n".encode()}
    content |= {f"{name}.png": picture(name, 1) for name in "abc"}
    source = folder(tmp_path / "set", content)
    bank = packed(tmp_path, source)
    assert set(bank.characters) == {"永"}
    assert sum(bank.header.dropped.values()) == 2
    bank = packed(tmp_path / "two", source, columns="entry=text")
    assert set(bank.characters) == {"永", "world"}
    assert "white space" in next(iter(bank.header.dropped))


def test_the_layout_of_omniglot(tmp_path: Path) -> None:
    names = [
        f"small/{alphabet}/character{c:02}/{90 + c:04}_{d:02}.png"
        for alphabet in ("Balinese", "Futurama")
        for c in (1, 2)
        for d in (1, 2, 3)
    ]
    files = {name: picture(name[:-6], n) for n, name in enumerate(names)}
    source = zip_file(tmp_path / "small.zip", files)
    [facts] = info([source])
    assert facts.understood is not None
    assert "Omniglot" in facts.understood.label_rule
    bank = packed(tmp_path, source)
    wanted = {f"{a}/character{c:02}" for a in ("Balinese", "Futurama") for c in (1, 2)}
    assert set(bank.characters) == wanted
    assert "small.zip:Balinese-01" in bank.writers or "small:Balinese-01" in bank.writers
    assert len(bank.writers) == 6
    text = "Balinese/character02 Balinese/character01"
    recipe = {**PLAIN, "writers": "one", "corpus": LINES}
    sample = Composer(recipe, bank, Corpus.from_texts([text]))[0]
    assert list(sample.items) == ["Balinese/character02", " ", "Balinese/character01"]


@pytest.mark.skipif(not OMNIGLOT.is_file(), reason="needs Omniglot's small set")
def test_omniglot(tmp_path: Path) -> None:
    bank = packed(tmp_path, OMNIGLOT)
    assert len(bank) == 2720 and len(bank.writers) == 100 and len(bank.characters) == 136
