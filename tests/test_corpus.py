"""The corpus: what is read, where lines are cut, what may stand for what."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penline.corpus.files as files
from penline.corpus import Corpus, expansion, load, stand_ins
from penline.corpus.breaks import break_flags
from penline.corpus.cut import ENDS, STARTS, cut, reach
from penline.corpus.normal import decoded, normalised
from penline.corpus.variants import ALIKE, EXPANSIONS, ONE_WAY
from penline.errors import CorpusError, UsageError
from penline.randomness import rng
from reference import corpus as reference

NEVER_FIRST = "，。、；：？！）》”’】…—,.;:?!)]}"
NEVER_LAST = "（《“‘【([{￥$"
PLAIN_HAN = "永和九年岁在癸丑暮春之初会于会稽山阴之兰亭修禊事也群贤毕至少长咸集"

WHOLE = re.compile(
    r"https?://[A-Za-z0-9./?=&_-]+"  # a link
    r"|[A-Za-z]+(?:['’-][A-Za-z]+)*"  # a word
    r"|[￥$]?\d+(?:[.,:/：-]\d+)*(?: ?(?:kg(?![A-Za-z0-9])|%|％|℃))?"  # a number with sign and unit
)
"""What a line's ends may not lie in; written without a look at penline's own tables."""

WORDS = """
今天 天气 很好 我们 去 北京 的 公园 了 和 第3号 一百二十 don't e-mail well-known Hello world A 𠮷
https://a.b/c?d=e-f 3.14 1,000 12:30 12：30 2024-05-01 ￥20 $5 50% 99％ 5kg 25℃ ， 。 ！ ？ ； ——
…… 。” （ ） 《 》 “ ” ( ) ·
"""
SPACED = ("5 kg", "20 ℃", "， ", ", ", ". ", "! ", "? ", " ", "\u3000")
TOKENS = st.sampled_from([*WORDS.split(), *SPACED])
TEXTS = st.lists(TOKENS, min_size=1, max_size=60).map("".join)
RANGES = st.tuples(st.integers(1, 20), st.integers(0, 20)).map(lambda two: (two[0], sum(two)))


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.name.endswith(".gz") else data)
    return path


# --- normalising ---------------------------------------------------------------------------------


def one_by_one(text: str) -> list[str]:
    """The paragraphs of a text, by plain string methods."""
    white = "\t\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
        map(chr, range(0x2000, 0x200B))
    )
    dropped = "\x00\x07\x1f\x7f\x9f\xad\u200b\u200e\ufeff\ufe0f\u2066"
    out = []
    for line in re.split("\r\n|\r|\n", text):
        line = "".join(character for character in line if character not in dropped)
        line = re.sub(f"[{white}]+", " ", line).strip(" ")
        out += [line] if line else []
    return out


@given(
    st.text(
        st.sampled_from("永a1 \n\t\r\u3000\xa0\u2003\u2028\x85\x00\x1f\xad\u200b\ufeff\ufe0f𠮷")
    )
)
def test_normalising_keeps_ink_and_single_spaces(text: str) -> None:
    codes, dropped, empty = normalised(text)
    expected = one_by_one(text)
    assert decoded(codes) == "".join(f"{line}\n" for line in expected)
    assert dropped == sum(text.count(one) for one in "\x00\x1f\xad\u200b\ufeff\ufe0f")
    lines = re.split("\r\n|\r|\n", re.sub("(\r\n|\r|\n)\\Z", "", text)) if text else []
    assert empty == len(lines) - len(expected)


def test_nfkc_is_an_option() -> None:
    assert Corpus.from_texts(["Ａ１，㎏"])[0] == "Ａ１，㎏"
    assert Corpus.from_texts(["Ａ１，㎏"], nfkc=True)[0] == "A1,kg"


# --- files ---------------------------------------------------------------------------------------


def test_every_kind_of_file_gives_the_same_paragraphs(tmp_path: Path) -> None:
    lines = ["第一段，有字。", "Second  paragraph\tof two.", "𠮷野家"]
    expected = ["第一段，有字。", "Second paragraph of two.", "𠮷野家"]
    text = "\ufeff" + "\r\n".join(lines[:2]) + "\r\n\r\n" + lines[2]
    records = "".join(
        json.dumps({"id": n, "body": line}, ensure_ascii=n == 0) + "\n\n"
        for n, line in enumerate(lines)
    )
    hashes = set()
    for name, data in (
        ("a.txt", text),
        ("b.TXT.gz", text),
        ("c.jsonl", records),
        ("d.jsonl.gz", records),
    ):
        corpus = load(write(tmp_path / name.lower(), data.encode()), field="body")
        assert [corpus[i] for i in range(len(corpus))] == expected
        assert corpus.counts.dropped_characters == 0
        hashes.add(corpus.content_hash)
    joined = "".join(f"{line}\n" for line in expected).encode()
    assert hashes == {hashlib.blake2b(joined, digest_size=32).hexdigest()}


def test_upper_case_suffix(tmp_path: Path) -> None:
    assert len(load(write(tmp_path / "A.TXT", b"one\ntwo"))) == 2


def test_folder_is_walked_in_order_and_others_are_counted(tmp_path: Path) -> None:
    for name in ("b/z.txt", "b/a.jsonl", "a.txt", "c.txt.gz"):
        data = json.dumps({"text": name}) if name.endswith("jsonl") else name
        write(tmp_path / name, data.encode())
    write(tmp_path / "b" / "picture.png", b"\x89PNG")
    corpus = load(tmp_path)
    assert [corpus[i] for i in range(4)] == ["a.txt", "b/a.jsonl", "b/z.txt", "c.txt.gz"]
    assert (corpus.counts.files, corpus.counts.ignored_files) == (4, 1)
    assert load([str(tmp_path / "c.txt.gz"), tmp_path / "a.txt"])[0] == "c.txt.gz"


def test_field_value_of_several_lines_is_several_paragraphs(tmp_path: Path) -> None:
    data = json.dumps({"text": "one\ntwo\r\n\nthree"}).encode()
    corpus = load(write(tmp_path / "a.jsonl", data))
    assert [corpus[i] for i in range(3)] == ["one", "two", "three"]
    assert (corpus.counts.paragraphs, corpus.counts.empty_paragraphs) == (3, 1)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    text = "\ufeff永和九年，\n\n 岁在癸丑。\r\nabc def\n最后"
    path = write(tmp_path / "a.txt", text.encode())
    expected = Corpus.from_texts([text])
    monkeypatch.setattr(files, "_BLOCK_BYTES", max(block, 3))
    corpus = load(path)
    assert corpus.content_hash == expected.content_hash
    assert np.array_equal(corpus.flags, expected.flags)
    assert corpus.counts.empty_paragraphs == expected.counts.empty_paragraphs


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("a.txt", "好\n好\n".encode() + b"x\xb5\xc4", "line 3, byte 9: not UTF-8 (0xb5"),
    ("a.txt", b"\xef\xbb\xbfok\n\xff", "line 2, byte 6"),
    ("a.txt", "好".encode("utf-16"), "line 1, byte 0"),
    ("a.txt", b"good\n\xe5\xa5", "line 2, byte 5"),
    ("a.txt", b"", "no text"),
    ("a.txt", b"\n \n\t\n", "no text"),
    ("a.txt.gz", b"not packed", "damaged gzip"),
    ("a.jsonl", b'{"text": "a"}\n\n{"text": \n', "line 3, column"),
    ("a.jsonl", b'{"text": "a"}\n["text"]\n', "line 2: not a JSON object"),
    ("a.jsonl", b'{"body": "a", "id": 1}', "line 1: no field 'text'; it has 'body', 'id'"),
    ("a.jsonl", b"{}", "line 1: no field 'text'; it has no field"),
    ("a.jsonl", b'{"text": null}', "line 1: field 'text' is null, and text is asked for"),
    ("a.jsonl", b'{"text": "\\ud800"}', "line 1: field 'text' holds a lone surrogate"),
    ("a.jsonl", b"[" * 200_000, "line 1: JSON nested too deeply"),
    ("a.jsonl", b'{"text": ' + b"9" * 10_000 + b"}", "line 1: not JSON"),
    ("a.jsonl", b'{"text": "\xff"}', "line 1, byte 10: not UTF-8"),
]


@pytest.mark.parametrize(("name", "data", "words"), BAD_FILES)
def test_bad_file_gives_one_clear_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(CorpusError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("keep", [1, 9, 12, 25, -1, -9])
def test_cut_gzip_is_an_error(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(PLAIN_HAN.encode() * 5, mtime=0)[:keep])
    with pytest.raises(CorpusError, match="damaged gzip"):
        load(path)


def test_a_gzip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"line\n" * 1_000_000
    path = write(tmp_path / "a.txt.gz", content)
    assert len(content) > 200 * path.stat().st_size
    assert len(load(path)) == 1_000_000  # of a harmless size
    monkeypatch.setattr("penline.corpus.files.RATIO_FREE_BYTES", 1 << 20)
    with pytest.raises(CorpusError, match=r"a\.txt\.gz: unpacks to more than 200 times its size"):
        load(path)
    assert len(load(write(tmp_path / "b.txt", content))) == 1_000_000


def test_small_gzip_of_much_text_is_stopped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt.gz", b"line\n" * 2_000_000)
    with pytest.raises(CorpusError, match="more text than max_bytes"):
        load(path, max_bytes=5_000_000)
    one, two = (write(tmp_path / name, b"x" * 600) for name in ("1.txt", "2.txt"))
    with pytest.raises(CorpusError, match=re.escape(f"{two}: more text")):
        load([one, two], max_bytes=1000)
    assert len(load([one, two], max_bytes=1200)) == 2


def test_long_line_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 1 << 20)
    edge = b"x" * (1 << 20)
    assert len(load(write(tmp_path / "a.txt", b"a\n" + edge + b"\nb\n"))) == 3
    with pytest.raises(CorpusError, match="line 2: longer than 1 MiB"):
        load(write(tmp_path / "b.txt", b"a\n" + edge + b"x\nb\n"))
    with pytest.raises(CorpusError, match="line 1: longer"):
        load(write(tmp_path / "c.txt.gz", b"x" * (3 << 20)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "none.txt", "no such file"),
        (lambda folder: write(folder / "a.docx", b"x"), "not a text file by its name"),
        (lambda folder: write(folder / "sub" / "a.png", b"x").parent, "a folder without"),
        (lambda folder: [], "no file given: no text"),
    ],
)
def test_bad_paths(tmp_path: Path, make: Callable[[Path], Path], words: str) -> None:
    with pytest.raises(CorpusError, match=words):
        load(make(tmp_path))


# --- cutting -------------------------------------------------------------------------------------


def assert_well_cut(corpus: Corpus, text: str, paragraph: int, start: int) -> None:
    whole = corpus[paragraph]
    end = start + len(text)
    assert whole[start:end] == text
    assert text == text.strip()
    assert text[0] not in NEVER_FIRST, text
    assert text[-1] not in NEVER_LAST, text
    for match in WHOLE.finditer(whole):
        for edge in (start, end):
            assert not match.start() < edge < match.end(), (whole, text, match)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), RANGES, st.integers(0, 2**63))
def test_no_rule_is_broken(texts: list[str], length_range: tuple[int, int], seed: int) -> None:
    try:
        corpus = Corpus.from_texts(texts)
        lines = corpus.lines(length_range)
    except CorpusError:
        return
    counts = lines.counts
    assert counts.usable + counts.too_short + counts.uncuttable == len(corpus)
    for index in range(20):
        line = lines.sample(rng(seed, index, "text"))
        assert length_range[0] <= len(line.text) <= length_range[1]
        assert_well_cut(corpus, *line)
        assert line == corpus.sample(rng(seed, index, "text"), length_range)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_gets_flags(text: str) -> None:
    codes = normalised(text).codes
    flags = break_flags(codes)
    characters = decoded(codes)
    assert flags.shape == codes.shape
    for character, flag in zip(characters, flags.tolist(), strict=True):
        assert not (character in NEVER_FIRST and flag & STARTS)
        assert not (character in NEVER_LAST and flag & ENDS)
        assert not (character in " \n" and flag)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 63), min_size=1, max_size=60),
    st.tuples(st.integers(1, 12), st.integers(0, 12), st.integers(0, 12)),
    st.data(),
)
def test_kernel_equals_reference(
    flags: list[int], lengths: tuple[int, int, int], data: st.DataObject
) -> None:
    array = np.array(flags, np.uint8)
    first = data.draw(st.integers(0, len(flags) - 1))
    last = data.draw(st.integers(first + 1, len(flags)))
    position = data.draw(st.integers(first, last - 1))
    shortest, target = lengths[0], lengths[0] + lengths[1]
    longest = target + lengths[2]
    arguments = (array, first, last, position, shortest, longest, target)
    start, end = cut(*arguments)
    assert (start, end) == reference.cut(*arguments)
    offsets = np.array([0, first, last, len(flags)])
    reached = reach(array, offsets, shortest, longest)
    assert np.array_equal(reached, reference.reach(array, offsets, shortest, longest))
    assert (start >= 0) == (reached[1] > 0)
    if start >= 0:
        assert array[start] & STARTS
        assert array[end - 1] & ENDS
        assert first <= start < end <= last
        assert shortest <= end - start <= longest


def marked(text: str) -> str:
    """A text with a bar wherever it may be cut, spaces at the cuts left out."""
    codes = normalised(text).codes
    out = ""
    for character, flag in zip(decoded(codes)[:-1], break_flags(codes).tolist(), strict=False):
        out = out.removesuffix(" ") + "|" if flag & STARTS and out else out
        out += character
    return out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("永和九年", "永|和|九年"),
        ("他说：“好。”走了", "他|说：|“好。”|走|了"),
        ("（一）《书》【注】完", "（一）|《书》|【注】|完"),
        ("等等……然后——停", "等|等……|然|后——|停"),
        ("共3.14和1,000个，12:30在2024-05-01付￥20或50%", None),
        ("12：30到 1，000 人，2010—2020年", "12：30|到|1，000 人，|2010—2020年"),
        ("重5 kg或5kg、25 ℃、10㎏", "重|5 kg|或|5kg、|25 ℃、|10㎏"),
        ("用Python写don't和e-mail", "用|Python|写|don't|和|e-mail"),
        ("rock‘n’roll isn’t it", "rock‘n’roll|isn’t|it"),
        ("看https://a.b/c?d=e-f吧", "看|https://a.b/c?d=e-f|吧"),
        ("第3号和第 3 号", "第3号|和|第 3 号"),
        ("三百五十元，5公里", "三百五十元，|5公里"),
        ("马克·吐温", "马|克·吐|温"),
        ('he said "no way" (or so) to $ 5', 'he|said|"no|way"|(or|so)|to|$ 5'),
        ('他说"好"吧', '他|说"好"吧'),
        ('a " b', 'a " b'),
        ("wait , what ; 1.苹果", "wait ,|what ;|1.苹|果"),
        ("cafe\u0301 ｶﾞー々 人々", "cafe\u0301|ｶ|ﾞー々|人々"),
        ("-5 ℃，x = 3", "-5 ℃，|x = 3"),
        ("한국어 문장 ไทย", "한국어|문장|ไทย"),
    ],
)
def test_places_to_cut(text: str, expected: str | None) -> None:
    if expected is None:
        expected = "共|3.14|和|1,000个，|12:30|在|2024-05-01|付|￥20|或|50%"
    assert marked(text) == expected


def test_a_paragraph_within_the_range_can_be_taken_whole() -> None:
    corpus = Corpus.from_texts(["永和九年岁在", "短", "Pneumonoultramicroscopic"])
    lines = corpus.lines((4, 6))
    assert (lines.counts.usable, lines.counts.too_short, lines.counts.uncuttable) == (1, 1, 1)
    assert "永和九年岁在" in {lines.sample(rng(1, i, "text")).text for i in range(50)}


def test_nothing_usable_is_one_clear_line() -> None:
    corpus = Corpus.from_texts(["短", "Pneumonoultramicroscopic"])
    with pytest.raises(CorpusError, match="has 2 paragraphs, 1 of them shorter, 1 that cannot"):
        corpus.sample(rng(1, 0, "text"), (4, 6))
    with pytest.raises(CorpusError, match="the train side"):
        corpus.sample(rng(1, 0, "text"), (4, 6), "train", val_fraction=0.5)
    for length_range in ((0, 5), (6, 5)):
        with pytest.raises(UsageError):
            corpus.lines(length_range)


def test_every_character_of_a_long_stretch_is_used_and_every_paragraph_drawn() -> None:
    texts = [PLAIN_HAN * 3, "The quick brown fox jumps over the lazy dog", "群贤毕至少长咸集"]
    corpus = Corpus.from_texts([*texts, "x" * 400 + "永和九年岁在癸丑" + "y" * 400])
    seen = [np.zeros(len(corpus[i]), int) for i in range(4)]
    drawn = np.zeros(4, int)
    for index in range(3000):
        line = corpus.sample(rng(3, index, "text"), (5, 12))
        seen[line.paragraph][line.start : line.start + len(line.text)] += 1
        drawn[line.paragraph] += 1
    for text, used in zip(texts, seen, strict=False):
        assert all(used[i] for i, character in enumerate(text) if character != " ")
    weights = reach(corpus.flags, corpus.offsets, 5, 12)
    assert np.abs(drawn / 3000 - weights / weights.sum()).max() < 0.03
    assert seen[3][:390].sum() == 0  # 800 letters without a place to cut draw nothing


def test_ends_after_punctuation_are_preferred() -> None:
    sentence = "永和九年岁在癸丑，暮春之初会于会稽山阴之兰亭。"
    corpus = Corpus.from_texts([sentence * 20])
    ends = [corpus.sample(rng(2, i, "text"), (8, 20)).text[-1] for i in range(400)]
    share = sum(end in "，。" for end in ends) / 400
    assert share > 3 * sentence.count("，") * 2 / len(sentence)


# --- sides ---------------------------------------------------------------------------------------


def test_equal_paragraphs_fall_on_the_same_side() -> None:
    texts = [f"第{n % 40}段的文字在这里" for n in range(400)]
    corpus = Corpus.from_texts(texts)
    mask = corpus.validation_mask(0.3)
    assert all(mask[i] == mask[i % 40] for i in range(400))
    assert 0.1 < mask.mean() < 0.5
    assert [corpus.side(i, 0.3) for i in range(40)] == mask[:40].tolist()
    assert np.all(mask <= corpus.validation_mask(0.6))  # a larger share holds the smaller
    assert not np.array_equal(mask, corpus.validation_mask(0.3, "other"))
    fewer = Corpus.from_texts(texts[:7])
    assert np.array_equal(fewer.validation_mask(0.3), mask[:7])


@settings(deadline=None)
@given(st.lists(st.sampled_from("甲乙丙丁戊己"), min_size=1, max_size=12), st.floats(0, 0.999))
def test_neither_side_is_empty(texts: list[str], fraction: float) -> None:
    mask = Corpus.from_texts(texts).validation_mask(fraction)
    if fraction == 0:
        assert not mask.any()
    elif len(set(texts)) >= 2:
        assert mask.any()
        assert not mask.all()


def test_sides_share_no_paragraph() -> None:
    # every paragraph in an order of its own, so that they have no words in common
    steps = [step for step in range(1, 33) if math.gcd(step, 33) == 1]
    corpus = Corpus.from_texts(
        ["".join(PLAIN_HAN[n * step % 33] for n in range(33)) for step in steps]
    )
    sides = {
        side: {
            corpus.sample(rng(1, i, side), (4, 9), side, val_fraction=0.2).paragraph
            for i in range(300)
        }
        for side in ("train", "val")
    }
    assert not sides["train"] & sides["val"]
    assert sides["train"] | sides["val"] == set(range(20))
    for fraction in (-0.1, 1.0, float("nan")):
        with pytest.raises(UsageError):
            corpus.validation_mask(fraction)


# --- the corpus as a thing -----------------------------------------------------------------------


def test_pickled_corpus_draws_the_same() -> None:
    corpus = Corpus.from_texts([PLAIN_HAN, "The quick brown fox jumps over the lazy dog."])
    before = [corpus.sample(rng(1, i, "text"), (4, 12)) for i in range(20)]
    again = pickle.loads(pickle.dumps(corpus))  # noqa: S301
    assert [again.sample(rng(1, i, "text"), (4, 12)) for i in range(20)] == before
    assert again.content_hash == corpus.content_hash
    assert not again.codes.flags.writeable


def test_characters_are_counted() -> None:
    corpus = Corpus.from_texts(["好 好a", "好𠮷"])
    assert corpus.characters == {"好": 3, " ": 1, "a": 1, "𠮷": 1}
    assert next(iter(corpus.characters)) == "好"


def test_draws_are_fixed() -> None:
    """The lines of a seed stay what they are; a change here changes everybody's data sets."""
    corpus = Corpus.from_texts(["永和九年，岁在癸丑，暮春之初，会于会稽山阴之兰亭，修禊事也。"])
    texts = [corpus.sample(rng(1, i, "text"), (5, 9)).text for i in range(4)]
    assert texts == ["岁在癸丑，暮春", "会于会稽山阴之兰", "之兰亭，修", "会于会稽山"]


# --- variants ------------------------------------------------------------------------------------


def test_what_a_hand_writes_alike() -> None:
    assert stand_ins("，")[0] == ","
    assert stand_ins(",")[0] == "，"
    assert stand_ins("Ａ") == ("A",)
    assert stand_ins("A") == ("Ａ",)
    assert stand_ins("—")[-1] == "−"
    assert "-" in stand_ins("—")
    assert stand_ins("“")[-2] == '"'
    assert stand_ins("'")[:2] == ("＇", "’")
    assert stand_ins("·")[-2:] == (".", "．")
    assert stand_ins("〇")[0] == "○"
    assert stand_ins("\u2f00") == ("一",)
    assert expansion("…") == (".", ".", ".")


def test_what_is_not_alike_does_not_stand() -> None:
    for one, other in (
        "。.",
        "。○",
        "《<",
        "、,",
        "—一",
        "0O",
        "0〇",
        "1l",
        "“”",
        "-—",
        ".·",
        "x×",
    ):
        assert other not in stand_ins(one), (one, other)
    assert "“" not in stand_ins("”")
    assert "." not in stand_ins("。")


def test_tables_are_sound() -> None:
    for row in ALIKE:
        assert len(set(row)) == len(row) >= 2, row
        for character in row:
            assert set(row) - {character} <= set(stand_ins(character))
    for character in {*"".join(ALIKE), *ONE_WAY}:
        others = stand_ins(character)
        assert character not in others
        assert len(set(others)) == len(others)
        assert all(len(other) == 1 for other in others)
    for character, parts in EXPANSIONS.items():
        assert len(character) == 1
        assert len(parts) >= 2
        assert character not in parts


def test_full_width_ascii_is_alike_throughout() -> None:
    for code in range(0x21, 0x7F):
        assert chr(code + 0xFEE0) in stand_ins(chr(code))
        assert chr(code) in stand_ins(chr(code + 0xFEE0))
