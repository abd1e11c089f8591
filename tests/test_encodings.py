"""Text files of every encoding, and what the report tells of them."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import penline.corpus.files as files
from conftest import TEXT
from penline import api
from penline.bank import Bank
from penline.cli import app
from penline.corpus import Corpus, load
from penline.corpus.encodings import likely
from penline.errors import CorpusError, UsageError

CHINESE = "今天天气很好，我们一起去公园里散步。\n这个地方他已经来过三次了，还是说不出名字。\n"
TRADITIONAL = "今天天氣很好，我們一起去公園裡散步。\n說話的時候，要對別人有禮貌。\n"
RUSSIAN = "привет мир как дела сегодня\nпогода хорошая и мы гуляем\n"
JAPANESE = "きょうはいい天気ですから、みんなで公園へ行きましょう。\n"
KOREAN = "모든 국민은 법 앞에 평등하고 자유롭다\n"
GERMAN = "Füße über Größe, schön für Mütter\n"
ENCODED = [
    (CHINESE, "gbk", "gb18030"),
    (CHINESE, "gb18030", "gb18030"),
    (CHINESE, "utf-16", "utf-16"),
    (CHINESE, "utf-16-le", "utf-16-le"),
    (CHINESE, "utf-16-be", "utf-16-be"),
    (CHINESE, "utf-32", "utf-32"),
    (TRADITIONAL, "big5", "big5"),
    (RUSSIAN, "utf-16-le", "utf-16-le"),
    (RUSSIAN, "utf-16-be", "utf-16-be"),
    (RUSSIAN, "cp1251", "cp1251"),
    (RUSSIAN, "koi8_r", "koi8_r"),
    (JAPANESE, "cp932", "cp932"),
    (KOREAN, "cp949", "cp949"),
    (GERMAN, "cp1252", "cp1252"),
    ("plain words\n", "utf-16-le", "utf-16-le"),
    ("plain words\n", "utf-32-le", "utf-32-le"),
    (RUSSIAN, "utf-32-be", "utf-32-be"),
    (CHINESE, "utf-32-le", "utf-32-le"),
]


def paragraphs(corpus: Corpus) -> list[str]:
    return [corpus[n] for n in range(len(corpus))]


@pytest.mark.parametrize(("text", "encoding", "named"), ENCODED)
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_text_of_an_encoding_is_refused_by_name_and_read_by_it(
    tmp_path: Path,
    text: str,
    encoding: str,
    named: str,
    block: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert likely(path.read_bytes()) == named
    with pytest.raises(CorpusError, match=f"looks like {named}: try --encoding {named}") as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    monkeypatch.setattr(files, "_BLOCK_BYTES", block)
    found = load(path, encoding=encoding.upper())
    assert paragraphs(found) == text.split("\n")[:-1]
    assert found.content_hash == Corpus.from_texts([text]).content_hash
    assert found.counts.encoding == codecs.lookup(encoding).name
    packed = tmp_path / "b.txt.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    assert paragraphs(load(packed, encoding=encoding)) == paragraphs(found)


@pytest.mark.parametrize(
    ("data", "encoding", "words"),
    [
        ("今天".encode("gbk") + b"\n\xff\xff", "gbk", r"byte 5: not gbk \(0xff"),
        ("今天".encode("gbk") + b"\xbd", "gbk", r"byte 4: not gbk \(0xbd: incomplete"),
        ("今天".encode("utf-16-le") + b"\x00\xd8\x41\x00", "utf-16-le", "byte 4: not utf-16-le"),
        ("今天".encode("utf-16-le") + b"\x41", "utf-16-le", "byte 4: not utf-16-le"),
        ("今天".encode("utf-16-le"), "utf-16", "without a byte order mark; name utf-16-le or"),
        ("今天".encode(), "ascii", "byte 0: not ascii"),
        ("今天".encode("big5") + b"a\x80", "big5", "byte 5: not big5"),
        (b"abc d\0", "latin-1", "line 1: NUL characters"),
        (b"ok\n" + b"\x01\x02\x03 a" * 9, "utf-8", "line 2: 27 control characters"),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "utf-8", "a Mac's own file beside another"),
    ],
)
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_what_is_no_text_of_the_encoding_is_one_clear_line(
    tmp_path: Path,
    data: bytes,
    encoding: str,
    words: str,
    block: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "control" in words and block == 3:
        pytest.skip("counted in blocks of a MiB")
    monkeypatch.setattr(files, "_BLOCK_BYTES", block)
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(CorpusError, match=words) as caught:
        load(path, encoding=encoding)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none", "rot13", "hex", "idna", "unicode_escape", "", "a\0b"])
def test_what_is_no_encoding_of_text_is_refused(corpus_file: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no encoding"):
        load(corpus_file, encoding=name)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [3, 4, 5, 7, 1 << 20])
def test_every_line_end_ends_a_paragraph(
    tmp_path: Path, end: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["今天，", "second line", "", "最后。"]
    text = tmp_path / "a.txt"
    text.write_bytes(end.join(lines).encode())
    records = tmp_path / "b.jsonl"
    records.write_bytes(end.join(json.dumps({"text": line}) for line in lines).encode())
    monkeypatch.setattr(files, "_BLOCK_BYTES", block)
    for path in (text, records):
        found = load(path)
        assert paragraphs(found) == ["今天，", "second line", "最后。"]
        assert found.counts.empty_paragraphs == 1
    assert paragraphs(Corpus.from_texts([end.join(lines)])) == ["今天，", "second line", "最后。"]
    text.write_bytes(end.join(["ok", "fine", "x"]).encode() + b"\xff")
    with pytest.raises(CorpusError, match="line 3, byte"):
        load(text)


def test_what_a_mac_or_windows_leaves_in_a_folder_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "novel.txt").write_text("今天\n", "utf-8")
    for name in ("._novel.txt", ".DS_Store", "Thumbs.db", "__MACOSX/novel.txt"):
        (tmp_path / name).write_bytes(b"\x00\x05\x16\x07\x00\x02")
    found = load(tmp_path)
    assert paragraphs(found) == ["今天"]
    assert (found.counts.files, found.counts.ignored_files) == (1, 4)
    assert set(found.counts.ignored) == {"._novel.txt", ".DS_Store", "Thumbs.db", "novel.txt"}


def test_the_report_tells_what_of_the_text_was_read_and_used(
    tmp_path: Path, small_bank: Bank
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_bytes((TEXT + "九\n天\x07气\u200b\n\n" + "x" * 90).encode("utf-16"))
    (folder / "._a.txt").write_bytes(b"\0")
    arguments = ["--bank", str(small_bank.path), "--corpus", str(folder), "--encoding", "UTF-16"]
    out = tmp_path / "set"
    done = CliRunner().invoke(
        app, ["compose", *arguments, "-n", "20", "--workers", "1", "-o", str(out)]
    )
    assert done.exit_code == 0, done.output
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["run"]["encoding"] == "utf-16"
    assert report["text"] == {
        "files": 1,
        "ignored_files": 1,
        "paragraphs": 8,
        "empty_paragraphs": 1,
        "dropped_characters": 2,
        "dropped": {"U+0007": 1, "U+200B": 1},
        "ignored": ["._a.txt"],
        "encoding": "utf-16",
        "lines": {"train": {"usable": 5, "too_short": 2, "uncuttable": 1}},
    }
    for words in (
        "not read: 1 (._a.txt)",
        "dropped from the text: 2 (most: U+0007 1, U+200B 1)",
        "they are too short: 2",
        "they cannot be cut: 1",
    ):
        assert words in done.output
    again = api.rebuild(
        out / "report.json", tmp_path / "again", banks=[small_bank], corpora=[folder], workers=1
    )
    assert again.problems == []
    assert again.proven == 1
    proven = api.check(out, ink=True, banks=[small_bank], corpora=[folder])
    assert proven.problems == []


def test_select_reads_an_encoding_and_writes_utf_8(tmp_path: Path) -> None:
    source, out = tmp_path / "a.txt", tmp_path / "chosen.txt"
    source.write_bytes((CHINESE * 3 + "一\x07二\n").encode("gb18030"))
    report = api.select(source, out, 10, length_range=(4, 9), encoding="gb18030")
    assert set(out.read_text("utf-8")) <= set(CHINESE)
    assert (report["encoding"], report["files"], report["dropped"]) == ("gb18030", 1, 1)


def test_an_encoding_of_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--corpus"):
        api.compose(tmp_path / "a", n=1, encoding="gbk")
    with pytest.raises(UsageError, match="field is that of text files"):
        api.compose(tmp_path / "a", n=1, field="body")
