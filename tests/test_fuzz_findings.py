"""What fuzzing found, one test each; the shortest input that showed it."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from types import SimpleNamespace

import pytest

from fakes import gnt, zip_file
from penline.catalogue import parse
from penline.catalogue.errata import parse_errata
from penline.errors import CatalogueError, FormatError, RecipeError
from penline.formats import reader_for
from penline.formats.byte_source import MappedBytes, StreamedBytes
from penline.formats.idx import read_mapping
from penline.formats.zipped import members, open_member
from penline.recipe import load_recipe
from penline.records import Defect, Source
from penline.settings import plain_yaml
from penline.sources.pictures.labels import fits
from penline.sources.tables.naming import name_rule

BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in ("ab", "bc", "cd"))
MERGES = "a: &a {k: v}\nb: {<<: [*a, *a]}\n"
DEEP = "[" * 100_000
TWICE = "a: {b: 1, c: 2, b: 3}"


@pytest.mark.parametrize("code_point", [0xD800, 0xDFFF])
def test_a_mapping_names_no_surrogate(code_point: int) -> None:
    """EMNIST's mapping gave a character that no file can hold."""
    content = f"0 48\n1 {code_point}\n".encode()
    with pytest.raises(FormatError, match="byte 5: mapping"):
        read_mapping(MappedBytes("x", memoryview(content)))


@pytest.mark.parametrize("shift", [1, 30, 0x7FFFFFFF])
def test_a_zip_whose_directory_is_further_than_the_file_is_long(tmp_path: Path, shift: int) -> None:
    """A member's offset became negative, and `struct.error` came out."""
    path = zip_file(tmp_path / "x.zip", {"x.gnt": gnt("永", side_px=4)})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x05\x06") + 16
    (offset,) = struct.unpack_from("<I", content, at)
    struct.pack_into("<I", content, at, offset + shift)
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"zip directory|local header"):
        for member in members(path):
            open_member(member)


@pytest.mark.parametrize(
    "text", [BOMB, MERGES, DEEP, "a: !!int ''", "a: 2026-02-30", "a: 0x_", TWICE]
)
def test_yaml_that_explodes(text: str, tmp_path: Path) -> None:
    """Aliases took minutes, a deep nesting killed the process, doubled keys were lost."""
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        plain_yaml(text)
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError, match="not YAML"):
        load_recipe(path)
    with pytest.raises(CatalogueError, match="not YAML"):
        parse(f"---\n{text}\n---\n", "x.md")
    with pytest.raises(CatalogueError):
        parse_errata(text, "x.yaml")


def test_a_recipe_whose_setting_has_a_tab_in_its_name(tmp_path: Path) -> None:
    """The message had it, too."""
    path = tmp_path / "x.yaml"
    path.write_text('"a\\tb": 1\n')
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    assert str(caught.value).isprintable()


def test_etl_whose_first_character_is_bent_in_a_stream() -> None:
    """Behind the dummy record the stream was asked for its beginning: `IndexError`."""
    content = bytes(512) + b"\0\1\xff\xff" + bytes(508)
    source = Source("x.etl8b", "unknown:x")
    with pytest.raises(FormatError, match="byte 514: character code"):
        list(reader_for("etl8b").read(StreamedBytes("x", io.BytesIO(content)), source))
    found = list(reader_for("etl8b").salvage(StreamedBytes("x", io.BytesIO(content)), source))
    assert [type(one) for one in found] == [Defect]


@pytest.mark.parametrize("piece", [1, 97, 1 << 20])
def test_inkml_that_is_text_is_called_so_through_every_door(piece: int) -> None:
    """A stream in small pieces called it bad XML, a map a text file."""
    content = io.BytesIO(b"8" * 119 + b"<?xm.0")
    stream = StreamedBytes("x.inkml", SimpleNamespace(read=lambda _: content.read(piece)))
    with pytest.raises(FormatError, match=r"byte 0: first record: .*found text"):
        list(reader_for("inkml").read(stream, Source("x.inkml", "unknown:x")))


def test_a_list_of_objects_one_of_which_lacks_a_column() -> None:
    """`KeyError`, where no one column named the pictures."""
    rows = [{"file_name": "0.png", "text": "ab"}, {"text": "cd"}]
    pictures = [f"a{at}_b{at}.png" for at in range(3)]
    found = name_rule(rows, pictures, pictures.__contains__)
    assert found is not None
    assert found.columns == ("file_name",)


def test_names_that_tell_their_part_or_case_twice() -> None:
    paths = [
        f"top/{part}/{one}_{part}_{n}.png"
        for part in ("train", "test")
        for one in "永和"
        for n in "12"
    ]
    rule = fits(paths)[0].rule
    assert rule.pattern.text == "{part}/{label}_{}_{}"
    assert [rule.character(rule.named(path)) for path in paths[::2]] == ["永", "和", "永", "和"]
    for fit in fits(["top/永_upper~永_upper.png"]):
        assert fit.rule.pattern.text.count("{case}") == 1
