"""InkML: strokes out and back point for point; foreign and hostile files refused with a reason."""

from __future__ import annotations

import io
import struct
import tracemalloc
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fakes
import fakes_online
from fakes import REAL
from penline.api import census, info, pack
from penline.check import check
from penline.convert import convert
from penline.errors import ExportError, FormatError, UsageError
from penline.export.inkml_write import END, GROUP_END, character, group_start, page, start
from penline.formats import reader_for
from penline.formats.byte_source import MappedBytes, StreamedBytes
from penline.formats.ink import InkPage
from penline.records import Defect, Source, StrokeRecord
from penline.sources.collect import read

POT = fakes.REAL / "casia" / "001.pot"
SOURCE = Source("x.inkml", "unknown:x")
HEAD = '<ink xmlns="http://www.w3.org/2003/InkML">'


def stroke_record(text: str, code: bytes, strokes: list[list[tuple[int, int]]]) -> StrokeRecord:
    pairs, ends = [], []
    for stroke in strokes:
        pairs += stroke
        ends.append(len(pairs))
        pairs.append((-1, 0))
    points = np.array([*pairs, (-1, -1)], np.int16)
    return StrokeRecord(text, code, points, tuple(ends), Source("a.pot", "casia:001"), 7, 70)


def file_of(*records: StrokeRecord) -> bytes:
    inner = "".join(character(record) for record in records)
    source = records[0].source
    return f"{start('characters')}{group_start(source)}{inner}{GROUP_END}{END}".encode()


def strict(data: bytes | str, *, streamed: bool = False) -> list[StrokeRecord | InkPage]:
    return list(reader_for("inkml").read(stream(data, streamed), SOURCE))  # type: ignore[arg-type]


def salvaged(data: bytes | str, *, streamed: bool = False) -> list[object]:
    return list(reader_for("inkml").salvage(stream(data, streamed), SOURCE))


def stream(data: bytes | str, streamed: bool) -> MappedBytes | StreamedBytes:
    raw = data.encode() if isinstance(data, str) else data
    if streamed:
        return StreamedBytes("x.inkml", io.BytesIO(raw))
    return MappedBytes("x.inkml", memoryview(raw))


def same(one: StrokeRecord, other: StrokeRecord) -> None:
    assert (one.character, one.code, one.ends) == (other.character, other.code, other.ends)
    assert one.source.writer == other.source.writer
    assert one.points.dtype == other.points.dtype == np.int16
    np.testing.assert_array_equal(one.points, other.points)
    assert not other.points.flags.writeable


def pot_again(records: list[StrokeRecord]) -> bytes:
    return b"".join(
        struct.pack("<H4sH", 8 + 4 * len(r.points), r.code, len(r.ends)) + r.points.tobytes()
        for r in records
    )


LIMITS = [
    stroke_record("&", b"\0&\0\0", [[(0, 0)]]),
    stroke_record("<", b"\0<\0\0", [[(-32768, 32767)], [(32767, -32768)]]),
    stroke_record(">", b"\0>\0\0", [[(-1, 1), (1, -1)], [(0, -1)]]),
    stroke_record('"', b'\0"\0\0', [[(5, 5)] * 3]),
    stroke_record("'", b"'", [[(1, 2)], [], [(3, 4)]]),
    stroke_record("𠮷", b"\x01\x02\x03\x04", [[(1, 2), (3, 4)]]),
    stroke_record(" ", b" \0", [[(1, 2)]]),
    stroke_record("\r", b"\r", [[(1, 2)]]),
    stroke_record("\ue000", b"\xff", [[(i % 9, i % 7) for i in range(16_000)]]),
]


@pytest.mark.parametrize("streamed", [False, True])
def test_characters_at_the_limits(streamed: bool) -> None:
    data = file_of(*LIMITS)
    ElementTree.fromstring(data)  # noqa: S314 - another parser finds it well-formed
    found = strict(data, streamed=streamed)
    assert len(found) == len(LIMITS)
    for number, (one, other) in enumerate(zip(LIMITS, found, strict=True)):
        assert isinstance(other, StrokeRecord)
        same(one, other)
        assert other.record == number
        assert data[other.offset :].startswith(b"<traceGroup>")
    assert salvaged(data, streamed=streamed)[-1].character == LIMITS[-1].character  # type: ignore[attr-defined]


def test_what_xml_cannot_hold_is_not_written() -> None:
    for text in ("\0", "\x1f", "\ufffe", "\ud800"):
        with pytest.raises(ExportError, match="XML cannot hold"):
            character(stroke_record(text, b"x", [[(1, 2)]]))


@pytest.mark.parametrize(
    "given", [{"image_format": "jpg"}, {"boxes": True}, {"unknown": "drop-char"}], ids=str
)
def test_strokes_have_no_pictures_and_keep_their_labels(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    (tmp_path / "001.pot").write_bytes(fakes.pot("今"))
    with pytest.raises(UsageError, match="leave --jpeg, --boxes and --unknown out"):
        convert(tmp_path / "001.pot", tmp_path / "o", to="inkml", **given)
    assert not (tmp_path / "o").exists()


def test_pot_to_inkml_and_back(tmp_path: Path) -> None:
    (tmp_path / "001.pot").write_bytes(fakes.pot("今天上午,!" * 200))
    (tmp_path / "1241-c.pot").write_bytes(fakes.pot("九点"))
    report = convert([tmp_path / "001.pot", tmp_path / "1241-c.pot"], tmp_path / "o", to="inkml")
    assert report["lines"] == {"train": 1200, "test": 2}
    assert list(report["files"]) == ["train/00000.inkml", "train/00001.inkml", "test/00001.inkml"]
    back = list(read(tmp_path / "o" / "train"))
    assert pot_again(back) == (tmp_path / "001.pot").read_bytes()
    assert {record.source.writer for record in back} == {"casia:001"}
    assert {record.source.writer for record in read(tmp_path / "o" / "test")} == {"casia:1241"}
    second = ElementTree.parse(tmp_path / "o" / "train" / "00001.inkml")  # noqa: S314
    notes = {a.get("type"): a.text for a in second.iter() if a.tag.endswith("annotation")}
    sizes = [8 + 4 * len(record.points) for record in back]
    assert (notes["record"], notes["offset"]) == ("1199", str(sum(sizes[:-1])))
    assert notes["source"] == "001.pot"
    assert check(tmp_path / "o").problems == []
    assert check(tmp_path / "o").lines == {"train": 1200, "test": 2}


@pytest.mark.real
@pytest.mark.skipif(not POT.exists(), reason="real handwriting is not beside the project")
def test_a_real_writer_comes_back_byte_for_byte(tmp_path: Path) -> None:
    report = convert(POT, tmp_path / "o", to="inkml")
    assert report["lines"] == {"train": 4037}
    back = list(read(tmp_path / "o" / "train"))
    assert len(back) == 4037
    for one, other in zip(read(POT), back, strict=True):
        same(one, other)
    assert pot_again(back) == POT.read_bytes()
    assert check(tmp_path / "o").problems == []


def assert_same_page(one: InkPage, other: InkPage) -> None:
    for name in (
        *("format_code", "illustration", "code_type", "data_type", "sample_length"),
        *("page_index", "stroke_count", "linked", "labels"),
    ):
        assert getattr(one, name) == getattr(other, name), name
    assert one.source.writer == other.source.writer
    for a, b in zip(one.points, other.points, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    for line, again in zip(one.lines, other.lines, strict=True):
        assert line.strokes.tolist() == again.strokes.tolist()
        for a, b in zip(line.characters, again.characters, strict=True):
            assert (a.code, a.character) == (b.code, b.character)
            assert (a.strokes is None) == (b.strokes is None)
            assert a.strokes is None or a.strokes.tolist() == b.strokes.tolist()


STROKES = [[(-32768, 32767)], [(0, 0), (1, 2)], [], [(5, -5)]]
UNSIGNED = [[(0, 65535)], [(65535, 0), (1, 2)], [], [(5, 5)]]
PAGES = {
    "501-P14.ptts": fakes_online.page(*fakes_online.written(["永", None, "\n", "<", "和"])),
    "501-P15.wptt": fakes_online.page(
        *fakes_online.written("永&\n九"), linked=False, code=b"WPTT", text=b"a < b & c\0"
    ),
    # shared strokes, strokes of no character, a line whose strokes are in another order
    "501-P16.ptts": fakes_online.page(STROKES, [[("永", [3, 0]), (None, [0])], [("和", [])]]),
    "501-P17.wptt": fakes_online.page(
        UNSIGNED, [[("永", [0, 1, 3])], [(None, [])]], linked=False, data_type=b"unsigned short"
    ),
}


@pytest.mark.parametrize("name", list(PAGES))
def test_pages_come_back(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PAGES[name])
    report = convert(tmp_path / name, tmp_path / "o", to="inkml")
    assert report["lines"] == {"train": 1}
    (again,) = read(tmp_path / "o" / "train")
    assert isinstance(again, InkPage)
    (one,) = read(tmp_path / name)
    assert_same_page(one, again)
    assert check(tmp_path / "o").problems == []


def test_a_lines_own_order_of_strokes_comes_back() -> None:
    data = bytearray(fakes_online.page([[(1, 2)], [(3, 4)]], [[("永", [0, 1])]]))
    at = data.rindex(struct.pack("<HHHH", 2, 0, 1, 1))
    data[at + 2 : at + 6] = struct.pack("<HH", 1, 0)
    facts = Source("a.ptts", "casia:501")
    (one,) = reader_for("ptts").read(MappedBytes("a.ptts", memoryview(bytes(data))), facts)
    assert one.lines[0].strokes.tolist() == [1, 0]  # type: ignore[attr-defined]
    (again,) = strict("".join(page(one)))  # type: ignore[arg-type]
    assert_same_page(one, again)  # type: ignore[arg-type]


GROUP = (
    '<traceGroup><annotation type="truth">{}</annotation><trace>{}</trace><trace>3 4</trace>'
    "</traceGroup>"
)
GOOD = GROUP.format("永", "1 2, 3 4")


def test_plain_inkml_of_others_is_read() -> None:
    (found,) = strict(f"{HEAD}<traceGroup xml:id='w'>{GOOD}</traceGroup></ink>")
    assert isinstance(found, StrokeRecord)
    assert (found.character, found.code, found.ends) == ("永", "永".encode(), (2, 4))
    assert found.points.tolist() == [[1, 2], [3, 4], [-1, 0], [3, 4], [-1, 0], [-1, -1]]
    assert found.source == SOURCE


CROHME = (
    '<traceFormat><channel name="X" type="decimal"/><channel name="Y" type="decimal"/>'
    '</traceFormat><annotation type="truth">$x$</annotation>'
    '<trace id="0">{0}, {0}</trace><traceGroup xml:id="1"><annotation type="truth">Segmentation'
    '</annotation><traceGroup xml:id="2"><annotation type="truth">x</annotation>'
    '<traceView traceDataRef="0"/></traceGroup></traceGroup>'
)
FOREIGN = {
    "an expression of decimals": (CROHME.format("1.5 2.5"), "inside the traceGroup of a character"),
    "an expression of integers": (CROHME.format("1 2"), "inside the traceGroup of a character"),
    "a channel twice": ('<channel name="X"/><channel name="X"/>', "each once"),
    "no Y": (
        f'<traceFormat><channel name="X"/><channel name="T"/></traceFormat>{GOOD}',
        "an X and a Y",
    ),
    "real numbers": ('<channel name="X" type="double"/>', "of type integer"),
    "a point of three": (GROUP.format("永", "1 2 3, 4 5 6"), "two numbers"),
    "a velocity": (GROUP.format("永", "1 2, '1 '2"), "no differences"),
    "no number": (GROUP.format("永", "1 2, nan 2"), "two numbers"),
    "a fraction too far": (GROUP.format("永", "1.5 2, 3 2048.5"), "-2,048 to 2,047.94"),
    "a point too far": (GROUP.format("永", "1 2, 3 -32769"), "found -32,769"),
    "a number of many digits": (GROUP.format("永", "1 " + "9" * 5000), "two numbers"),
    "two characters": (GROUP.format("永和", "1 2"), "expected one character"),
    "a code of no bytes": (
        GOOD.replace("<trace>", '<annotation type="code">xyz</annotation><trace>', 1),
        "hexadecimal bytes",
    ),
    "a pen in the air": (GOOD.replace("<trace>", '<trace type="penUp">'), "pen-down"),
    "a part of a stroke": (GOOD.replace("<trace>", '<trace continuation="begin">'), "whole"),
    "a group and traces": (GOOD.replace("<trace>", f"{GOOD}<trace>", 1), "nothing else"),
    "no trace": (
        '<traceGroup><annotation type="truth">x</annotation></traceGroup>',
        "at least one trace",
    ),
    "a writer of two lines": (
        GOOD.replace("<trace>", '<annotation type="writer">a\nb</annotation><trace>', 1),
        "one line",
    ),
    "another layout": ('<annotation type="layout">formula</annotation>', '"page" or "lines"'),
    "an element in a trace": (GROUP.format("永", "1 2<b/>"), "text alone"),
}


def channels(*names: str) -> str:
    inner = "".join(f'<channel name="{name}"/>' for name in names)
    return f"<traceFormat>{inner}</traceFormat>"


def test_x_and_y_are_read_wherever_they_stand_among_the_channels() -> None:
    group = GROUP.format("永", "7 1 2 0.5, 8 -3 4 * , 9 5 6").replace(">3 4<", ">0 3 4<")
    (found,) = strict(f"{HEAD}{channels('T', 'Y', 'X', 'F')}{group}</ink>")
    assert isinstance(found, StrokeRecord)
    assert [stroke.tolist() for stroke in found.strokes] == [[[2, 1], [4, -3], [6, 5]], [[4, 3]]]


def test_channels_that_are_left_out_are_told_once_a_file(tmp_path: Path) -> None:
    group = GROUP.format("永", "7 1 2 0.5, 8 -3 4 * , 9 5 6").replace(">3 4<", ">0 3 4<")
    for name, more in (("a", 1), ("b", 2)):
        text = f"{HEAD}{channels('T', 'Y', 'X', 'F')}{group * more}</ink>"
        (tmp_path / f"{name}.inkml").write_text(text, "utf-8")
    (tmp_path / "c.inkml").write_text(f"{HEAD}{channels('X', 'Y')}{GOOD}</ink>", "utf-8")
    told = "channels beside X and Y (T, F)"
    assert [one.note for one in info(tmp_path)] == [f"{told} are left out"] * 2 + [""]
    says = [note.says for note in census(tmp_path).notes]
    assert says == [f"{told} are left out in 2 files"]
    report = convert(tmp_path, tmp_path / "out", to="inkml")
    assert report["left_out"][f"{told}, by file"] == 2
    assert pack(tmp_path, tmp_path / "b").header.dropped[f"{told}, by file"] == 2


def test_fractions_are_read_in_sixteenths() -> None:
    group = GROUP.format("永", "1.5 2.25, -.0625 3e0, 7 8")
    (found,) = strict(f"{HEAD}{channels('X', 'Y')}{group}</ink>")
    assert isinstance(found, StrokeRecord)
    strokes = [stroke.tolist() for stroke in found.strokes]
    assert strokes == [[[24, 36], [-1, 48], [112, 128]], [[48, 64]]]
    # the file's first points settle it, so that all of a file's ink is of one scale
    groups = GROUP.format("永", "1 2") + GROUP.format("和", "1.5 2.5")
    (_, second) = strict(f"{HEAD}{groups}</ink>")
    assert isinstance(second, StrokeRecord)
    assert second.strokes[0].tolist() == [[2, 2]]


def test_strokes_without_a_label_are_a_page_of_one_line() -> None:
    bare = "<traceGroup><trace>1 2, -3 4</trace><trace>5 6</trace></traceGroup>"
    one, two, named = strict(f"{HEAD}{bare}{bare}{GOOD}</ink>")
    for number, page_found in enumerate((one, two)):
        assert isinstance(page_found, InkPage)
        assert [s.tolist() for s in page_found.strokes] == [[[1, 2], [-3, 4]], [[5, 6]]]
        assert (page_found.record, page_found.labels) == (number, ())
        assert [line.strokes.tolist() for line in page_found.lines] == [[0, 1]]
    assert isinstance(named, StrokeRecord)


ORIGINALS = REAL / "inkml"


@pytest.mark.real
@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="no original files here")
def test_original_files_of_another_program() -> None:
    files = sorted(ORIGINALS.glob("*.inkml"))
    assert len(files) == 10
    for file in files:
        data = file.read_bytes()
        (found,) = strict(data.decode())
        assert isinstance(found, InkPage)
        assert found.stroke_count == data.count(b"<trace ") > 1


@pytest.mark.parametrize("name", list(FOREIGN))
def test_other_inkml_is_refused_with_a_reason(name: str) -> None:
    inner, expected = FOREIGN[name]
    data = f"{HEAD}{inner}</ink>"
    with pytest.raises(FormatError) as caught:
        strict(data)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    first = next(r for r in salvaged(data) if isinstance(r, Defect))
    assert (first.offset, first.expected) == (caught.value.offset, caught.value.expected)


def test_one_bad_character_costs_itself_alone() -> None:
    inner = GOOD + GROUP.format("和", "'1 2") + GROUP.format("九", "1 2")
    found = salvaged(f"{HEAD}{inner}</ink>")
    assert [r.record for r in found] == [0, 1, 2]  # type: ignore[attr-defined]
    assert [isinstance(r, Defect) for r in found] == [False, True, False]


BOMB = '<!DOCTYPE ink [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
HOSTILE = {
    "entities": (f"{BOMB}{HEAD}<annotation>&b;</annotation></ink>", "a DTD for ink"),
    "a DTD from elsewhere": (f'<!DOCTYPE ink SYSTEM "http://x/y">{HEAD}</ink>', "a DTD"),
    "an entity without a DTD": (f"{HEAD}&lol;</ink>", "undefined entity"),
    "another encoding": (f'<?xml version="1.0" encoding="GBK"?>{HEAD}</ink>', "found 'GBK'"),
    "another root": ("<svg/>", "found svg"),
    "another namespace": ('<ink xmlns="urn:x"/>', "found urn:x ink"),
    "a deep tree": (HEAD + "<a>" * 5000, "at most 64 deep"),
    "many annotations": (
        HEAD + "".join(f'<annotation type="{i}"/>' for i in range(100)) + "</ink>",
        "at most 64 an element",
    ),
    "two roots": (f"{HEAD}</ink>{HEAD}</ink>", "junk after document element"),
    "a web page": ("<!DOCTYPE html><html></html>", "HTML page"),
    "nothing": ("", "an empty file"),
    "another file": ("\x89PNG\r\n\x1a\n".encode("latin-1") + bytes(99), "PNG image"),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_xml(name: str, streamed: bool) -> None:
    data, expected = HOSTILE[name]
    with pytest.raises(FormatError) as caught:
        strict(data, streamed=streamed)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [type(r) for r in salvaged(data, streamed=streamed)] == [Defect]


LARGE = {
    "a trace": (f"{HEAD}<traceGroup><trace>".encode(), b"1 2,", "at most 1,048,576 characters"),
    "a comment": (f"{HEAD}<!--".encode(), b"abcd", "tags of at most 1,048,576 bytes"),
    "an attribute": (f'{HEAD}<a b="'.encode(), b"abcd", "tags of at most 1,048,576 bytes"),
    "a character": (f"{HEAD}<traceGroup>".encode(), b"<trace/>", "points a character"),
}


@pytest.mark.parametrize("name", list(LARGE))
def test_memory_stays_small(name: str) -> None:
    head, more, expected = LARGE[name]
    data = head + more * (24 << 20 >> 2)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError) as caught:
            strict(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert expected in str(caught.value)
    assert peak < 24 << 20


@pytest.mark.parametrize("streamed", [False, True])
def test_a_cut_at_every_place(streamed: bool) -> None:
    data = file_of(*LIMITS[:4])
    ends = [data.index(b"</traceGroup>", r.offset) + 13 for r in strict(data)]
    last = data.rindex(b"</ink>") + 6
    for cut in range(len(data)):
        if cut >= last:
            continue
        with pytest.raises(FormatError):
            strict(data[:cut], streamed=streamed)
        found = salvaged(data[:cut], streamed=streamed)
        assert len([r for r in found if isinstance(r, Defect)]) == 1
        assert len(found) - 1 == sum(end <= cut for end in ends)
        assert [r.record for r in found] == list(range(len(found)))  # type: ignore[attr-defined]


def test_a_cut_page_is_no_page() -> None:
    facts = Source("a.ptts", "casia:501")
    stream = MappedBytes("a.ptts", memoryview(PAGES["501-P14.ptts"]))
    (one,) = reader_for("ptts").read(stream, facts)
    data = "".join(page(one)).encode()  # type: ignore[arg-type]
    for cut in range(data.rindex(b"</ink>") + 6):
        assert [type(r) for r in salvaged(data[:cut])] == [Defect]


PAGE = (
    f'{HEAD}<annotation type="layout">page</annotation><traceGroup><trace xml:id="s0">1 2</trace>'
    "</traceGroup>{}</ink>"
)
LINE = '<traceView>{}<traceView><annotation type="code">{}</annotation>{}</traceView></traceView>'
TRUTH = '<annotation type="truth">永</annotation>'
REF = '<traceView traceDataRef="#s{}"/>'
BENT_PAGES = {
    "a stroke that is not there": (LINE.format("", "d3c0", TRUTH + REF.format(1)), "#s0 to #s0"),
    "a reference to something": (LINE.format("", "d3c0", REF.format("x")), "#s0 to #s0"),
    "a truth that is not the code's": (LINE.format("", "bacd", TRUTH), "the character of bacd"),
    "a code of three bytes": (LINE.format("", "d3c0d3", TRUTH), "two hexadecimal bytes"),
    "both kinds of strokes": (LINE.format(REF.format(0), "d3c0", TRUTH), "references where"),
    "strokes that are no numbers": (
        LINE.format('<annotation type="strokes">x</annotation>', "d3c0", TRUTH),
        "numbers of strokes",
    ),
    "strokes out of range": (
        LINE.format('<annotation type="strokes">9</annotation>', "d3c0", TRUTH),
        "strokes below 1",
    ),
    "no line": ("", "strokes and lines"),
    "no header": (LINE.format("", "d3c0", TRUTH), "the page's header"),
    "views in views": ("<traceView>" * 5 + "</traceView>" * 5, "a line, its characters"),
    "a stroke of the page": (REF.format(0), "strokes in lines and characters"),
    "a stroke twice": ('<trace xml:id="s0">1 2</trace>', "a stroke s1"),
}


@pytest.mark.parametrize("name", list(BENT_PAGES))
def test_bent_pages(name: str) -> None:
    inner, expected = BENT_PAGES[name]
    with pytest.raises(FormatError) as caught:
        strict(PAGE.replace("{}", inner))
    assert expected in str(caught.value)
    assert [type(r) for r in salvaged(PAGE.replace("{}", inner))] == [Defect]


WHOLE = file_of(*LIMITS[:3])
(_ONE,) = reader_for("ptts").read(
    MappedBytes("a.ptts", memoryview(PAGES["501-P14.ptts"])), Source("a.ptts", "casia:501")
)
WHOLE_PAGE = "".join(page(_ONE)).encode()  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    whole=st.sampled_from([WHOLE, WHOLE_PAGE]),
    streamed=st.booleans(),
    bends=st.lists(
        st.tuples(st.integers(0, 1 << 30), st.binary(max_size=6), st.integers(0, 6)), max_size=4
    ),
)
def test_mutated_files(whole: bytes, streamed: bool, bends: list[tuple[int, bytes, int]]) -> None:
    content = whole
    for place, new, gone in bends:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + gone :]
    found = salvaged(content, streamed=streamed)
    try:
        exact = strict(content, streamed=streamed)
    except FormatError as error:
        assert "\n" not in str(error)
        first = next(r for r in found if isinstance(r, Defect))
        assert (first.offset, first.field) == (error.offset, error.field)
    else:
        assert not any(isinstance(r, Defect) for r in found)
        assert len(exact) == len(found)


def test_check_finds_planted_faults(tmp_path: Path) -> None:
    (tmp_path / "001.pot").write_bytes(fakes.pot("今天上午"))

    def problems(change) -> str:
        convert(tmp_path / "001.pot", tmp_path / "o", to="inkml", overwrite=True)
        path = tmp_path / "o" / "train" / "00000.inkml"
        change(path)
        return "\n".join(check(tmp_path / "o").problems)

    def edit(old: str, new: str):
        return lambda p: p.write_text(p.read_text("utf-8").replace(old, new, 1), "utf-8")

    assert problems(lambda p: None) == ""
    assert "not the file that was written" in problems(edit(">今<", ">和<"))
    assert "no differences" in problems(edit("<trace>", "<trace>'1 2, "))
    assert "3 lines, the report says 4" in problems(edit(">今<", ">今天<"))
    assert "well-formed" in problems(lambda p: p.write_bytes(p.read_bytes()[:-20]))
    assert "00000.inkml: missing" in problems(Path.unlink)
    assert "not in the report" in problems(lambda p: (p.parent / "x.inkml").write_bytes(b""))
