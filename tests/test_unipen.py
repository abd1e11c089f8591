"""UNIPEN: keywords, includes, components and segments; strict, and salvage after damage."""

from __future__ import annotations

import io
from collections.abc import Callable

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from fakes import strokes
from fakes_unipen import pen, segment, unipen
from penline.convert.penned import penned_lines
from penline.convert.policy import Policy
from penline.errors import FormatError
from penline.formats import unipen as reader
from penline.formats.byte_source import ByteSource, MappedBytes, StreamedBytes
from penline.formats.ink import InkPage
from penline.formats.unipen_sheet import Included, UnipenSheet
from penline.records import Defect, Source, StrokeRecord

TEXT = 'aB1?"\\'
FACTS = Source("x.unipen", "unknown:x")
LINES = pen([[(0, 0), (5, -9), (9, 0)]], columns=2)


def mapped(content: bytes) -> ByteSource:
    return MappedBytes("x.unipen", memoryview(content))


def streamed(content: bytes) -> ByteSource:
    return StreamedBytes("x.unipen", io.BytesIO(content))


STREAMS = pytest.mark.parametrize("stream", [mapped, streamed])
Opener = Callable[[bytes], ByteSource]


def read(content: bytes | str) -> list[StrokeRecord | InkPage]:
    data = content if isinstance(content, bytes) else content.encode("latin-1")
    return list(reader.read(mapped(data), FACTS))


def salvaged(content: str) -> tuple[list[StrokeRecord | InkPage], list[Defect]]:
    found = list(reader.salvage(mapped(content.encode("latin-1")), FACTS))
    return [r for r in found if not isinstance(r, Defect)], [
        r for r in found if isinstance(r, Defect)
    ]


def fault(content: bytes | str) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read(content)
    return caught.value


@STREAMS
def test_records_are_exact(stream: Opener) -> None:
    content = unipen(TEXT)
    *characters, word = reader.read(stream(content), FACTS)
    for number, record in enumerate(characters):
        assert isinstance(record, StrokeRecord)
        expected = strokes(TEXT[number], number)
        assert [s.tolist() for s in record.strokes] == [[list(p) for p in s] for s in expected]
        assert (record.character, record.record) == (TEXT[number], number)
        assert content[record.offset :].startswith(b".SEGMENT CHARACTER")
        assert record.source.style == "printed"
        assert record.source.writer == FACTS.writer
    assert isinstance(word, InkPage)
    (line,) = word.lines
    assert "".join(c.character or "" for c in line.characters) == TEXT
    every = [s for number, one in enumerate(TEXT) for s in strokes(one, number)]
    assert [s.tolist() for s in word.strokes] == [[list(p) for p in s] for s in every]
    assert (word.record, word.linked) == (len(TEXT), True)
    assert content[word.offset :].startswith(b".SEGMENT WORD")


def test_pen_ups_with_points_are_counted_and_give_no_stroke() -> None:
    with_ups, without = read(unipen("ab", ups=True)), read(unipen("ab"))
    for one, other in zip(with_ups, without, strict=True):
        assert [s.tolist() for s in one.strokes] == [s.tolist() for s in other.strokes]


def test_components_without_points_are_not_counted() -> None:
    empty = ".PEN_DOWN\n.PEN_UP\n\n.PEN_DOWN\n \n.PEN_UP\n.DT 30\n"
    (record,) = read(empty + LINES + segment("CHARACTER", "0", "v"))
    assert [s.tolist() for s in record.strokes] == [[[0, 0], [5, -9], [9, 0]]]


def test_columns_are_as_coord_names_them() -> None:
    text = ".COORD T Y X P\n.PEN_DOWN\n1 2 3 4\n5 6 7 8\n.PEN_UP\n" + segment("CHARACTER", "0", "/")
    (record,) = read(text)
    assert [s.tolist() for s in record.strokes] == [[[3, -2], [7, -6]]]


def test_fractions_are_read_in_sixteenths() -> None:
    text = ".H_LINE 2.5 1\n.PEN_DOWN\n1.5 -2.25\n.5 3\n.PEN_UP\n" + segment("CHARACTER", "0", "/")
    (record,) = read(text)
    assert [s.tolist() for s in record.strokes] == [[[24, 36], [8, -48]]]
    assert record.source.guides_y == (-40, -16)


@pytest.mark.parametrize(
    ("delineation", "expected"),
    [
        ("0", [[0, 1, 2]]),
        ("0-1", [[0, 1, 2], [10, 11, 12]]),
        ("0:1-1:0", [[1, 2], [10]]),
        ("0:2-1", [[2], [10, 11, 12]]),
        ("1-2:1", [[10, 11, 12], [20, 21]]),
        ("1:1-1:2", [[11, 12]]),
        ("2,0", [[20, 21, 22], [0, 1, 2]]),
        ("0:1-0:1,1-2", [[1], [10, 11, 12], [20, 21, 22]]),
    ],
)
def test_delineations(delineation: str, expected: list[list[int]]) -> None:
    text = pen([[(10 * k + i, 0) for i in range(3)] for k in range(3)])
    (record,) = read(text + segment("CHARACTER", delineation, "m"))
    assert [s[:, 0].tolist() for s in record.strokes] == expected


@pytest.mark.parametrize(
    ("delineation", "field"),
    [
        *((text, "delineation") for text in ("3", "0-3", "2-1", "-1", "0-", "a", "0:3-1", "0-1:3")),
        *(
            (text, "delineation")
            for text in ("0:2-0:1", "0,,1", "0,", "9" * 30, "0:1", "0" + ",0" * 1000)
        ),
        ("?", "delineation"),
    ],
)
def test_a_delineation_that_is_none_costs_one_segment(delineation: str, field: str) -> None:
    text = pen([[(10 * k + i, 0) for i in range(3)] for k in range(3)])
    text += segment("CHARACTER", "0", "a") + segment("CHARACTER", delineation, "b")
    at = len(text) - len(segment("CHARACTER", delineation, "b"))
    text += segment("CHARACTER", "1", "c")
    assert (fault(text).field, fault(text).offset) == (field, at)
    records, defects = salvaged(text)
    assert [r.labels for r in records] == [("a",), ("c",)]
    assert [(d.record, d.field, d.offset) for d in defects] == [(1, field, at)]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('.SEGMENT CHARACTER 0 ? "ab"\n', "label"),
        ('.SEGMENT CHARACTER 0 ? ""\n', "label"),
        ('.SEGMENT WORD 0 ? "  "\n', "label"),
        ('.SEGMENT WORD 0 ? "\xe4"\n', "label"),
        ('.SEGMENT WORD 0 ? "a\x07"\n', "label"),
        ('.SEGMENT STROKE 0 ? "a"\n', "segment's kind"),
        (".SEGMENT CHARACTER 0 ?\n", "SEGMENT"),
        ('.SEGMENT CHARACTER 0 "a"\n', "SEGMENT"),
        ('.SEGMENT CHARACTER 0 ? "a\n', "SEGMENT"),
        ('.SEGMENT CHARACTER 0 ? "a" b\n', "SEGMENT"),
        ('.SEGMENT CHARACTER 1 ? "a"\n', "strokes"),
    ],
)
def test_a_segment_that_cannot_be_used(line: str, field: str) -> None:
    text = LINES + ".PEN_UP\n5 5\n" + segment("CHARACTER", "0", "v")
    assert fault(text + line).field == field
    records, defects = salvaged(text + line)
    assert [r.labels for r in records] == [("v",)]
    assert [d.field for d in defects] == [field]


@pytest.mark.parametrize(
    ("label", "text"),
    [('"a\\"b\\\\"', 'a"b\\'), ('"two\twords \\n here "', "two words here"), ('"a."', "a.")],
)
def test_labels(label: str, text: str) -> None:
    (record,) = read(f"{LINES}.SEGMENT TEXT 0 OK {label}\n")
    assert "".join(record.labels) == text


@pytest.mark.parametrize("row", ["1", "1 2 3", "1 a", "1 2\n3", "1 0x3", "1_0 2", "1 1e5", "nan 1"])
def test_points_that_are_none_cost_their_segments(row: str) -> None:
    text = f"{LINES}.PEN_DOWN\n{row}\n.PEN_UP\n"
    text += segment("CHARACTER", "0", "a") + segment("CHARACTER", "1", "b")
    error = fault(text)
    assert (error.field, error.offset) == ("points", len(LINES))
    assert [r.labels for r in salvaged(text)[0]] == [("a",)]


def test_coordinates_of_16_bits() -> None:
    for y, sound in ((32_768, True), (32_769, False), (-32_767, True), (-32_768, False)):
        text = f".PEN_DOWN\n0 {y}\n.PEN_UP\n{segment('CHARACTER', '0', 'a')}"
        if sound:
            assert read(text)[0].strokes[0].tolist() == [[0, -y]]
        else:
            assert fault(text).field == "strokes"


@pytest.mark.parametrize(
    ("head", "field"),
    [
        (".COORD X\n", "COORD"),
        (".COORD X Y X\n", "COORD"),
        (".START_SET b\n", "keyword"),
        (".PEN_DOWM\n1 1\n", "keyword"),
        (".INCLUDE a.doc\n", "INCLUDE"),
    ],
)
def test_what_ends_the_reading(head: str, field: str) -> None:
    first = LINES + segment("CHARACTER", "0", "a")
    error = fault(first + head + LINES + segment("CHARACTER", "1", "b"))
    assert (error.field, error.offset) == (field, len(first))
    records, defects = salvaged(first + head + LINES + segment("CHARACTER", "1", "b"))
    assert [r.labels for r in records] == [("a",)]
    assert [d.field for d in defects] == [field]


def test_a_keyword_may_be_declared() -> None:
    head = ".KEYWORD .COLOUR [S] of the pen\n.COLOUR blue\n"
    assert len(read(head + LINES + segment("CHARACTER", "0", "a"))) == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "an empty file"), (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG image"), (b"text\n", "text")],
)
def test_a_file_of_another_kind(content: bytes, found: str) -> None:
    assert fault(content).found == found


def test_a_file_without_a_segment() -> None:
    assert fault(LINES).field == "segments"


def test_every_cut_is_told_of_or_leaves_whole_segments() -> None:
    """Text that ends with a line is text; what it has is a beginning of what the whole has."""
    content = unipen("a1")
    whole = read(content)
    between = 0
    for end in range(len(content)):
        try:
            found = read(content[:end])
        except FormatError:
            continue
        assert content[end - 1 : end] == b"\n"
        between += 1
        assert [r.labels for r in found] == [r.labels for r in whole[: len(found)]]
        for one, other in zip(found, whole, strict=False):
            assert [s.tolist() for s in one.strokes] == [s.tolist() for s in other.strokes]
    assert between == len(whole) - 1


def test_strokes_that_are_cut_are_not_given() -> None:
    content = pen([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    for end in range(1, len(content)):
        sheet = UnipenSheet()
        try:
            sheet.read(content[:end].encode(), "x")
        except FormatError:
            continue
        begun = content[:end].rpartition(".PEN_DOWN\n")[2]
        cut = not content[:end].endswith("\n") or (bool(begun) and ".PEN_UP" not in begun)
        assert bool(sheet.faults) == cut, end
        for number, component in enumerate(sheet.components):
            if component.fault is None and component.down:
                assert len(sheet.points(number)) == 2


def letters(*places: tuple[int, int]) -> str:
    """Components, a letter each, of 8 by 10 at these places."""
    return pen([[(x, y), (x + 8, y + 10), (x, y + 10)] for x, y in places])


TWO_ROWS = letters((0, 0), (12, 2), (40, 1), (2, 30), (14, 28), (52, 5))
"""Letters of ``ab c``, below them ``de``, and at the end a dot that belongs to nothing."""


def of_each(kind: str, labels: str) -> str:
    return "".join(segment(kind, str(number), one) for number, one in enumerate(labels))


def rows(page: StrokeRecord | InkPage) -> list[tuple[str, list[int]]]:
    assert isinstance(page, InkPage)
    return [
        ("".join(c.character or "" for c in line.characters), line.strokes.tolist())
        for line in page.lines
    ]


def test_a_text_in_rows_has_a_line_for_each() -> None:
    told = segment("TEXT", "0-5", "ab c de")
    expected = [("ab c", [0, 1, 2, 5]), ("de", [3, 4])]
    *_, page = read(TWO_ROWS + of_each("CHARACTER", "abcde") + told)
    assert isinstance(page, InkPage)
    assert rows(page) == expected
    assert page.linked
    assert [
        [None if c.strokes is None else c.strokes.tolist() for c in line.characters]
        for line in page.lines
    ] == [[[0], [1], [], [2]], [[3], [4]]]
    words = segment("WORD", "0-1", "ab") + segment("WORD", "2", "c") + segment("WORD", "3-4", "de")
    page = read(TWO_ROWS + words + told)[3]
    assert rows(page) == expected
    assert isinstance(page, InkPage)
    assert not page.linked


def test_a_text_in_rows_that_nothing_tells_is_refused() -> None:
    error = fault(TWO_ROWS + segment("TEXT", "0-4", "ab c de"))
    assert (error.field, error.found) == (reader.ROWS, "2 rows")
    assert fault(TWO_ROWS + of_each("CHARACTER", "abcdx") + segment("TEXT", "0-4", "ab c de"))
    one_row = letters((0, 0), (12, 2), (40, 1)) + segment("TEXT", "0-2", "ab c")
    assert rows(read(one_row)[0]) == [("ab c", [0, 1, 2])]


def test_strokes_are_cut_where_characters_begin() -> None:
    text = pen([[(k, 0) for k in range(10)], [(20, 5), (21, 5)]])
    text += segment("CHARACTER", "0-0:3", "a") + segment("CHARACTER", "0:6-1:0", "b")
    *_, page = read(text + segment("WORD", "0-1", "ab"))
    assert isinstance(page, InkPage)
    assert [s[:, 0].tolist() for s in page.strokes] == [
        *([0, 1, 2, 3], [4, 5], [6, 7, 8, 9], [20], [21]),
    ]
    (line,) = page.lines
    assert [c.strokes.tolist() for c in line.characters if c.strokes is not None] == [[0], [2, 3]]
    assert line.strokes.tolist() == [0, 1, 2, 3, 4]


def test_a_line_of_letters_is_drawn_in_their_size() -> None:
    """An em of 64 px is two letters wide; letters of 10 by 12 units are 27 px high."""
    places = [(12 * k, 0) for k in range(20)]
    word = read(letters(*places) + segment("WORD", "0-19", "abcdefghijklmnopqrst"))[0]
    assert isinstance(word, InkPage)
    (line,) = penned_lines(word, 64, Policy("keep"), salvage=False)
    assert 24 <= line.height_px <= 36
    assert 580 <= line.width_px <= 700
    (short,) = read(letters((0, 0), (12, 0)) + segment("WORD", "0-1", "xn"))
    assert isinstance(short, InkPage)
    (line,) = penned_lines(short, 64, Policy("keep"), salvage=False)
    assert 24 <= line.height_px <= 36


def test_a_line_with_a_space_is_drawn_and_has_a_box_for_it() -> None:
    text = letters((0, 0), (12, 2), (40, 1)) + of_each("CHARACTER", "abc")
    *_, page = read(text + segment("TEXT", "0-2", "ab c"))
    assert isinstance(page, InkPage)
    (line,) = penned_lines(page, 64, Policy("keep"), salvage=False)
    assert [box.character for box in line.boxes] == [*"ab c"]
    assert [int(box.pixels.max()) > 99 for box in line.boxes] == [True, True, False, True]
    assert line.ink.max() > 99
    space, after = line.boxes[2:]
    assert space.left_px + space.raster.width_px == after.left_px


def included(files: dict[str, str]) -> UnipenSheet:
    def find(path: str) -> Included | None:
        return Included(files[path].encode(), f"file {path}") if path in files else None

    return UnipenSheet(find)


def test_includes_stand_where_they_are_named() -> None:
    files = {"a/b.dat": LINES + ".INCLUDE a/c.dat\n", "a/c.dat": LINES}
    sheet = included(files)
    sheet.read(f".INCLUDE a/b.dat\n{LINES}{segment('WORD', '0-2', 'vvv')}".encode(), "x")
    assert [one.file for one in sheet.components] == ["file a/b.dat", "file a/c.dat", "x"]
    (one,) = sheet.segments
    assert (
        len(reader.record_of(sheet, one, "x", lambda _: FACTS, 0, reader.StrokeLabels()).strokes)
        == 3
    )


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a/../b", "a\\b", "c:a", "", "a//b", "./a", "none", "a/self", "a/ping"]
)
def test_includes_that_lead_nowhere_or_around(path: str) -> None:
    files = {"a/self": ".INCLUDE a/self\n", "a/ping": ".INCLUDE a/pong\n"}
    files["a/pong"] = ".INCLUDE a/ping\n"
    with pytest.raises(FormatError) as caught:
        included(files).read(f".INCLUDE {path}\n".encode(), "x")
    assert caught.value.field == "INCLUDE"
    if path:
        assert path not in f"{caught.value.expected} {caught.value.found}"


def test_includes_are_bounded() -> None:
    deep = {f"a/{k}": f".INCLUDE a/{k + 1}\n" for k in range(100)}
    wide = {"a/0": ".COMMENT\n"}
    large = {"a/0": ".COMMENT " + "x" * (1 << 24) + "\n"}
    for files, text in ((deep, ".INCLUDE a/0\n"), (wide, ".INCLUDE a/0\n" * 65)):
        with pytest.raises(FormatError, match="at most 64 includes, 8 deep"):
            included(files).read(text.encode(), "x")
    with pytest.raises(FormatError, match="bytes with all that it includes"):
        included(large).read(b".INCLUDE a/0\n" * 5, "x")


@hypothesis.settings(max_examples=150, deadline=None)
@hypothesis.given(
    labels=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8),
    ups=st.booleans(),
)
def test_what_was_written_is_read(labels: str, ups: bool) -> None:
    found = read(unipen(labels, ups))
    assert [r.labels for r in found] == [*((one,) for one in labels), tuple(labels)]
    assert len(found[-1].strokes) == sum(
        len(strokes(one, number)) for number, one in enumerate(labels)
    )


@hypothesis.settings(max_examples=150, deadline=None)
@hypothesis.given(
    content=st.lists(
        st.sampled_from(
            (
                *(b".PEN_DOWN\n", b".PEN_UP\n", b"1 2\n", b"-3.5 4\n", b"1\n", b".COORD X Y T\n"),
                *(b'.SEGMENT CHARACTER 0 ? "a"\n', b'.SEGMENT WORD 0-1:0 OK "ab"\n', b"\n", b"."),
                *(
                    b".INCLUDE a\n",
                    b'.SEGMENT TEXT 0,0 OK "a b"\n',
                    b".STYLE MIXED\n",
                    b"\xff",
                    b"x",
                ),
            )
        ),
        max_size=30,
    )
)
def test_no_bytes_escape(content: list[bytes]) -> None:
    data = b"".join(content)
    found = list(reader.salvage(mapped(data), FACTS))
    assert [r.record for r in found] == list(range(len(found)))
    defects = [r for r in found if isinstance(r, Defect)]
    strict = []
    try:
        strict.extend(record.labels for record in reader.read(streamed(data), FACTS))
    except FormatError as error:
        assert str(defects[0]).endswith(str(error).partition(f"{error.field}: ")[2])
    else:
        assert not defects
    sound = [r.labels for r in found if not isinstance(r, Defect)]
    assert strict == sound[: len(strict)]
    assert np.all([len(r.strokes) for r in found if not isinstance(r, Defect)])
