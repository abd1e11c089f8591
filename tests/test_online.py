"""Lines as strokes: what the pen writes, its times, its files, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import fakes_unipen
from conftest import build
from penline import Composer, api
from penline.bank import Bank
from penline.check import check
from penline.compose.line_layout import lay_out
from penline.compose.line_strokes import LineStrokes
from penline.compose.online import (
    LIFT_MS,
    MS_PER_EM,
    MS_PER_STROKE,
    MS_PER_TURN,
    joined_strokes,
    stroke_times,
)
from penline.convert import convert
from penline.errors import FormatError, RecipeError, UsageError
from penline.export.base import Options, StrokeItem
from penline.export.unipen import Unipen
from penline.formats import reader_for
from penline.formats.byte_source import MappedBytes
from penline.randomness import rng
from penline.records import OnlineLine, Source
from penline.sources.collect import read
from penline.stream import Item, LineDataset, LineStream

LETTERS = "abdeinorstu"
TEXT = "nine in it in one\nsent it to eros\nno one is in it do not run\n" * 4
FORMATS = ("inkml", "strokes-npz", "ndjson", "unipen")
SUFFIX = {"inkml": "inkml", "strokes-npz": "npz", "ndjson": "ndjson", "unipen": "unipen"}
NS = "{http://www.w3.org/2003/InkML}"
RECIPE = {"corpus": {"length_range": [6, 20]}, "joins": "always"}


def letter(at: int) -> list[list[tuple[int, int]]]:
    """Strokes of a letter that can be left and entered; every third has a dot."""
    wide = 40 + at
    body = [(0, 0), (3, 80 + at), (wide // 2, 96), (wide, 60), (wide, 99), (wide + 12, 92)]
    return [body, [(wide // 2, -40), (wide // 2 + 4, -38)]] if at % 3 == 2 else [body]


@pytest.fixture(scope="module")
def penned(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Two hands with all letters of the text, from UNIPEN files."""
    folder = tmp_path_factory.mktemp("penned")
    for hand in "ab":
        text, body, at = ".VERSION 1.0\n.COORD X Y\n.STYLE MIXED\n", "", 0
        for number, one in enumerate(LETTERS):
            own = letter(number + (hand == "b"))
            text += fakes_unipen.pen(own)
            body += fakes_unipen.segment("CHARACTER", fakes_unipen.run(at, len(own)), one)
            at += len(own)
        (folder / f"{hand}.unipen").write_text(text + body)
        api.pack(folder / f"{hand}.unipen", folder / f"{hand}.bank", writer=f"own:{hand}")
    return api.pack([folder / f"{hand}.bank" for hand in "ab"], folder / "both.bank")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text(TEXT, "utf-8")
    return path


def made(out: Path, to: str) -> dict[str, bytes]:
    files = (out / "train").glob(f"*.{SUFFIX[to]}")
    return {path.name: path.read_bytes() for path in sorted(files)}


def same(one: OnlineLine, other: OnlineLine) -> None:
    assert (one.text, list(one.items)) == (other.text, list(other.items))
    assert (one.source.writer, one.record) == (other.source.writer, other.record)
    assert one.spans.tolist() == other.spans.tolist()
    for trace, again in zip(one.traces, other.traces, strict=True):
        assert trace.dtype == again.dtype == np.float32
        np.testing.assert_array_equal(trace, again)


def test_traces_are_the_strokes_of_the_picture(penned: Bank, text: Path) -> None:
    composer, joined, dots = Composer(RECIPE, penned, text), 0, 0
    for index in range(8):
        line, strokes = composer.online(index), lay_out(composer.plan, 0, index).shapes.strokes
        assert strokes is not None
        starts = strokes.ends - np.diff(strokes.ends, prepend=0)
        written = [k for k in range(len(strokes.ends)) if not strokes.cuts_q8[k].any()]
        drawn = [
            point.tolist()
            for k in written
            for point in strokes.points_q8[starts[k] : strokes.ends[k]]
        ]
        middles = np.unique(strokes.cuts_q8[strokes.cuts_q8.any(1), :2], axis=0).tolist()
        points = np.concatenate(line.strokes).astype(np.float64) * 256
        assert sorted(points.astype(int).tolist()) == sorted(drawn + middles)
        assert len(line.traces) == len(written) - int(strokes.joined.sum())
        joined += int(strokes.joined.sum())
        own = [[*part] for part in line.spans.tolist()]
        assert line.text == composer[index].text
        for item, trace, first, past in own:
            # of the letter's own strokes, and half a join to either side
            box = composer[index].quads[item]
            x = line.traces[trace][first:past, 0]
            assert box[0, 0] - 1 <= x.min() and x.max() <= box[1, 0] + 1
        dots += sum(len(one) == 2 for one in line.traces)
    assert joined > 20 and dots > 3


def test_a_join_is_one_trace_and_dots_come_after_the_word() -> None:
    bodies = [[(0, 0), (0, 256)], [(300, 0), (300, 256)]]
    dot, middle = [(0, -99), (9, -99)], [(0, 256), (150, 300), (300, 0)]
    strokes = LineStrokes(
        points_q8=np.array([*bodies[0], *dot, *middle, *bodies[1], *middle]),
        radii_q8=np.full(12, 99),
        tones=np.full(12, 255),
        ends=np.array([2, 4, 7, 9, 12]),
        owners=np.array([0, 0, 0, 1, 1]),
        bows_q8=np.zeros(5, np.int64),
        joined=np.array([False, False, False, True, False]),
        late=np.array([False, True, False, False, False]),
        cuts_q8=np.array([[0] * 4, [0] * 4, [150, 300, 9, 0], [0] * 4, [150, 300, -9, 0]]),
        leads=np.zeros(5, np.bool_),
        pen=(256, 256, 0, 0),  # type: ignore[arg-type]
    )
    found = [[(item, part.tolist()) for item, part in one] for one in joined_strokes(strokes)]
    assert found == [
        [(0, [[0, 0], [0, 256]]), (1, [[150, 300], [300, 0], [300, 256]])],
        [(0, [[0, -99], [9, -99]])],
    ]


def test_times_follow_the_way_of_the_pen() -> None:
    straight = np.array([[0, 0], [100, 0], [200, 0]])
    times = stroke_times([straight, straight + np.array([300, 0])], 100.0, rng(1, 2, "times"))
    pace = rng(1, 2, "times").uniform(0.7, 1.5)
    took = pace * (2 * MS_PER_EM + MS_PER_STROKE)
    assert times[0][0] == 0 and abs(times[0][-1] - took) <= 1
    lift = times[1][0] - times[0][-1]
    assert 0.8 * pace * LIFT_MS < lift < 1.4 * pace * (LIFT_MS + 151)
    back = np.array([[0, 0], [100, 0], [0, 0]])  # as long, with a turn
    slow = stroke_times([back], 100.0, rng(1, 2, "times"))
    assert abs(slow[0][-1] - took - pace * MS_PER_TURN) <= 1
    dot = stroke_times([straight[:1], straight[:1], straight], 100.0, rng(1, 2, "times"))
    assert [len(one) for one in dot] == [1, 1, 3]
    assert (np.diff(np.concatenate(dot)) > 0).all()


def test_the_files_say_the_lines(penned: Bank, text: Path, tmp_path: Path) -> None:
    composer = Composer(RECIPE, penned, text, 3)
    given = {"banks": [penned], "corpora": [text], "recipe": RECIPE, "seed": 3, "n": 12}
    for to in FORMATS:
        api.compose(tmp_path / to, to=to, workers=1, **given)
        found = check(tmp_path / to)
        assert (found.problems, found.lines) == ([], {"train": 12})
    rows = (tmp_path / "ndjson" / "train" / "00000.ndjson").read_text("utf-8").splitlines()
    arrays = np.load(tmp_path / "strokes-npz" / "train" / "00000.npz", allow_pickle=False)
    places = np.stack([arrays["dx"], arrays["dy"]], 1)
    back = list(read(tmp_path / "inkml" / "train" / "lines-00000.inkml"))
    for index, again in enumerate(back):
        assert isinstance(again, OnlineLine)
        line = composer.online(index)
        same(line, again)
        row = json.loads(rows[index])
        assert (row["text"], row["writer"], row["index"]) == (line.text, line.source.writer, index)
        assert [np.float32(one).tolist() for one in row["strokes"]] == [
            trace.tolist() for trace in line.traces
        ]
        assert row["spans"] == line.spans.tolist()
        own = slice(arrays["starts"][index], arrays["starts"][index + 1])
        whole = np.concatenate(line.traces)
        np.testing.assert_array_equal(np.cumsum(places[own], 0), whole[:, :2])
        np.testing.assert_array_equal(arrays["t"][own], whole[:, 2])
        ends = np.cumsum([len(trace) for trace in line.traces]) - 1
        assert np.flatnonzero(arrays["pen"][own]).tolist() == ends.tolist()
        assert arrays["text"][index] == line.text


def test_unipen_by_the_words_of_the_format(penned: Bank, text: Path, tmp_path: Path) -> None:
    """Another reader: components counted through the file, y upwards, points within them."""
    given = {"banks": [penned], "corpora": [text], "recipe": RECIPE, "n": 6, "workers": 1}
    api.compose(tmp_path / "o", to="unipen", **given)
    path = tmp_path / "o" / "train" / "00000.unipen"
    written = path.read_text("latin-1")
    pens: list[list[list[float]]] = []
    texts: list[tuple[str, int, int]] = []
    shares: dict[int, list[tuple[str, list[list[float]]]]] = {}
    for row in written.splitlines():
        if row == ".PEN_DOWN":
            pens.append([])
        elif row[:1] in "-0123456789":
            pens[-1].append([float(word) for word in row.split()])
        elif row.startswith(".SEGMENT TEXT"):
            low, high = row.split()[2].split("-")
            texts.append((row.split(" ", 4)[4].strip('"'), int(low), int(high)))
        elif row.startswith(".SEGMENT CHARACTER"):
            points = []
            for part in row.split()[2].split(","):
                ends = [[int(number) for number in one.split(":")] for one in part.split("-")]
                first, last = ends[0], ends[-1]
                stop = last[1] + 1 if len(last) > 1 else None
                points += pens[first[0]][first[1] if len(first) > 1 else 0 : stop]
            shares.setdefault(len(texts) - 1, []).append((row[-2], points))
    composer = Composer(RECIPE, penned, text)
    records = list(read(path))
    for index, (label, low, high) in enumerate(texts):
        line = composer.online(index)
        assert label == line.text
        up = np.array([1, -1, 1])
        for trace, pen in zip(line.traces, pens[low : high + 1], strict=True):
            np.testing.assert_array_equal(np.array(pen) * up, trace)
        own = [(i, line.traces[t][first:past]) for i, t, first, past in line.spans.tolist()]
        items = sorted({item for item, _ in own})
        for item, (character, points) in zip(items, shares[index], strict=True):
            assert character == line.items[item]
            whole = np.concatenate([part for number, part in own if number == item])
            np.testing.assert_array_equal(np.array(points) * up, whole)
        again = records[index]
        assert isinstance(again, OnlineLine)
        same(line, again)
    assert len(texts) == 6 and any(":" in row for row in written.splitlines())


def test_unipen_leaves_out_what_it_has_no_letter_for(tmp_path: Path) -> None:
    trace, none = np.array([[1.25, 2], [3, 4]], np.float32), np.zeros((0, 4), np.int64)
    texts = ("no", "n\u4e00", 'a"\\')
    items = [
        StrokeItem(at, "train", OnlineLine(text, (trace,), none, Source("", "own:a"), at))
        for at, text in enumerate(texts)
    ]
    found = Unipen(tmp_path, Options()).shard(0, items)
    assert found["labels"] == [("train", "no"), ("train", 'a"\\')]
    alien = "line skipped: text and ids of UNIPEN are Latin-1, which has no \u4e00"
    assert found["counts"] == {alien: 1}
    back = list(read(tmp_path / "train" / "00000.unipen"))
    assert [line.text for line in back] == ["no", 'a"\\']
    assert [one.traces[0].tolist() for one in back] == [trace.tolist()] * 2


def test_bytes_are_the_same_by_any_number_of_workers(
    penned: Bank, text: Path, tmp_path: Path
) -> None:
    given = {"banks": [penned], "corpora": [text], "recipe": RECIPE, "start": 996, "n": 8}
    for workers in (1, 2):
        api.compose(tmp_path / str(workers), to="inkml", workers=workers, **given)
    one = made(tmp_path / "1", "inkml")
    assert len(one) == 2  # shards
    assert one == made(tmp_path / "2", "inkml")


@pytest.mark.parametrize("to", FORMATS)
def test_sets_are_made_again_from_their_report(
    penned: Bank, text: Path, tmp_path: Path, to: str
) -> None:
    given: dict[str, Any] = {"banks": [penned], "corpora": [text], "workers": 1}
    api.compose(tmp_path / "o", n=5, to=to, val=0.4, recipe=RECIPE, **given)
    assert {path.parent.name for path in (tmp_path / "o").glob("*/*")} == {"train", "val"}
    found = api.rebuild(tmp_path / "o" / "report.json", tmp_path / "again", **given)
    assert (found.problems, found.proven) == ([], 1)
    (tmp_path / "o" / "val" / ".DS_Store").write_bytes(b"left")
    assert check(tmp_path / "o").problems == []


def standard_traces(group: ElementTree.Element, names: list[str]) -> dict[str, np.ndarray]:
    """Traces by the standard's rules: points parted by commas, values in the channels' order."""
    found = {}
    for trace in group.iterfind(f"{NS}trace"):
        rows = [[float(v) for v in point.split()] for point in str(trace.text).split(",")]
        assert {len(row) for row in rows} == {len(names)}
        found[str(trace.get("{http://www.w3.org/XML/1998/namespace}id"))] = np.array(rows)
    return found


def test_inkml_by_the_standards_rules(penned: Bank, text: Path, tmp_path: Path) -> None:
    """Another reader: channels by the trace format, views by references and ranges of points."""
    given = {"banks": [penned], "corpora": [text], "recipe": RECIPE, "n": 6, "workers": 1}
    api.compose(tmp_path / "o", to="inkml", **given)
    root = ElementTree.parse(tmp_path / "o" / "train" / "lines-00000.inkml").getroot()  # noqa: S314
    channels = root.findall(f".//{NS}traceFormat/{NS}channel")
    names = [str(one.get("name")) for one in channels]
    assert [(one.get("name"), one.get("type"), one.get("units")) for one in channels] == [
        ("X", "decimal", "dev"),
        ("Y", "decimal", "dev"),
        ("T", "integer", "ms"),
    ]
    composer = Composer(RECIPE, penned, text)
    groups, views = root.findall(f"{NS}traceGroup"), root.findall(f"{NS}traceView")
    assert len(groups) == len(views) == 6
    for index, (group, view) in enumerate(zip(groups, views, strict=True)):
        assert group.get("contextRef") == "#pen"
        sample, laid = composer[index], lay_out(composer.plan, 0, index)
        assert str(group.findtext(f"{NS}annotation[@type='truth']")) == sample.text
        traces = standard_traces(group, names)
        items, told = view.findall(f"{NS}traceView"), 0
        assert "".join(str(one.findtext(f"{NS}annotation")) for one in items) == sample.text
        drawn = np.zeros(laid.ink.shape, bool)
        strokes = laid.shapes.strokes
        assert strokes is not None
        reach = int(strokes.radii_q8.max()) / 256 + 2
        rows, columns = np.mgrid[: laid.ink.shape[0], : laid.ink.shape[1]] + 0.5
        for one in items:
            for part in one.findall(f"{NS}traceView"):
                points = traces[str(part.get("traceDataRef")).removeprefix("#")]
                first, last = int(part.get("from", 1)), int(part.get("to", len(points)))
                told += last - first + 1
        for points in traces.values():
            for (x0, y0), (x1, y1) in zip(points[:, :2], points[1:, :2], strict=False):
                dx, dy = x1 - x0, y1 - y0
                along = ((columns - x0) * dx + (rows - y0) * dy) / max(dx * dx + dy * dy, 1e-9)
                along = along.clip(0, 1)
                drawn |= np.hypot(columns - x0 - along * dx, rows - y0 - along * dy) <= reach
            x, y = points[:, :2].T.astype(int).clip(0)
            near = [
                laid.ink[max(b - 1, 0) : b + 2, max(a - 1, 0) : a + 2].max()
                for a, b in zip(x, y, strict=True)
            ]
            assert min(near) > 0  # every point is inked
        assert not (laid.ink > 0)[~drawn].any()  # and nothing is inked that is no trace
        assert told == sum(map(len, traces.values()))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"effects": "default"}, "effects"),
        ({"marks": {"strike": 0.2}}, "marks.strike"),
        ({"papers": ["ruled"]}, "papers"),
        ({"ink": {"tone_range": [10, 20]}}, "ink.tone_range"),
        ({"image": {"mode": "rgb"}}, "image.mode"),
    ],
)
def test_what_strokes_do_not_show_is_refused(
    penned: Bank, text: Path, settings: dict[str, Any], named: str
) -> None:
    composer = Composer(settings, penned, text)
    composer[0]  # of pictures it is one of the settings that do something
    with pytest.raises(RecipeError, match=f"{named}: of no effect on lines of strokes"):
        composer.online(0)


def test_squared_paper_gives_cells_to_strokes(penned: Bank, text: Path) -> None:
    squared = Composer({"papers": ["squared"]}, penned, text).online(0)
    assert squared.text != "" and len(squared.traces) > 0


def test_without_strokes_there_is_nothing_to_write(
    penned: Bank, text: Path, tmp_path: Path
) -> None:
    flat = build(tmp_path / "flat.bank", {"own:c": LETTERS + "m"})
    given: dict[str, Any] = {"corpora": [text], "n": 4, "to": "inkml", "workers": 1}
    with pytest.raises(RecipeError, match=r"no bank keeps strokes \(flat.bank\); build one again"):
        api.compose(tmp_path / "o", banks=[flat], **given)
    with pytest.raises(RecipeError, match=r"strokes: never \(version 2\) leaves none"):
        api.compose(tmp_path / "o", banks=[penned], recipe={"strokes": "never"}, **given)
    with pytest.raises(UsageError, match="leave --boxes out"):
        api.compose(tmp_path / "o", banks=[penned], boxes=True, **given)
    with pytest.raises(UsageError, match="is of strokes: no column"):
        api.compose(tmp_path / "o", banks=[penned], turn=True, **given)
    assert not (tmp_path / "o").exists()
    report = api.compose(tmp_path / "o", banks=[penned, flat], **{**given, "n": 20}).report
    assert 0 < report["lines"]["train"] < 20
    assert len(report["errors"]) == 20 - report["lines"]["train"]
    assert "bank flat.bank keeps no strokes; build it again" in report["errors"][0]
    assert check(tmp_path / "o").problems == []


def test_samples_and_items_give_strokes(penned: Bank, text: Path, tmp_path: Path) -> None:
    composer = Composer({**RECIPE, "effects": "default", "marks": {"strike": 0.5}}, penned, text)
    plain = Composer(RECIPE, penned, text)
    for index in range(6):
        found = pickle.loads(pickle.dumps(composer[index])).strokes  # noqa: S301 - our own
        assert (found.text, found.record) == (composer[index].text, index)
        assert sum(map(len, found.traces)) >= (found.spans[:, 3] - found.spans[:, 2]).sum()
        own = plain[index].strokes
        assert own is not None
        same(own, plain.online(index))
        item = LineStream(plain, strokes=True, shuffle=False).items[index]
        assert isinstance(item, Item) and item.strokes is not None
        same(own, item.strokes)
        bare = LineDataset(plain)[index]
        assert isinstance(bare, Item) and bare.strokes is None
    flat = build(tmp_path / "flat.bank", {"own:c": LETTERS + "m"})
    assert Composer({}, flat, text)[0].strokes is None


def test_columns_are_told_as_they_are_read(penned: Bank, text: Path) -> None:
    recipe = {"layout": {"direction": "vertical"}, "corpus": {"length_range": [6, 8]}}
    composer = Composer(recipe, penned, text)
    line, sample = composer.online(0), composer[0]
    for item, trace, first, past in line.spans.tolist():
        own = line.traces[trace][first:past, :2]
        low, high = sample.quads[item].min(0) - 1, sample.quads[item].max(0) + 1
        assert (own >= low).all() and (own <= high).all()


def changed(out: Path, to: str, was: bytes, now: bytes) -> list[str]:
    """What `check` finds when a file's bytes are changed, and its hash in the report, too."""
    (path,) = (out / "train").glob(f"*.{SUFFIX[to]}")
    data = path.read_bytes()
    assert was in data
    path.write_bytes(data.replace(was, now, 1))
    problems = check(out).problems
    path.write_bytes(data)
    return problems


def test_check_finds_what_was_changed(penned: Bank, text: Path, tmp_path: Path) -> None:
    given = {"banks": [penned], "corpora": [text], "recipe": RECIPE, "n": 4, "workers": 1}
    for to in FORMATS:
        api.compose(tmp_path / to, to=to, **given)
    first = Composer(RECIPE, penned, text).online(0)
    item, trace, start, past = first.spans.tolist()[0]
    span = f"[{item},{trace},{start},{past}]"
    for was, now, told in (
        (span, f"[{item},{trace},{start},{past - 1}]", "points that are not of one item"),
        (span, f"[99,{trace},{start},{past}]", "a span of an item or of a trace that is not there"),
        (f'"text":"{first.text[0]}', '"text":"X', "classes"),
    ):
        problems = changed(tmp_path / "ndjson", "ndjson", was.encode(), now.encode())
        assert any(told in one for one in problems), problems
    ends = f"{first.traces[0][-1, 2]:.0f}<"
    problems = changed(tmp_path / "inkml", "inkml", ends.encode(), b"0<")
    assert any("times that do not rise" in one for one in problems), problems
    problems = changed(
        tmp_path / "inkml", "inkml", b'traceDataRef="#l0s0"', b'traceDataRef="#l9s0"'
    )
    assert any("points of a trace of the line" in one for one in problems), problems
    problems = changed(tmp_path / "strokes-npz", "strokes-npz", b"<f4", b"<i4")
    assert any("not arrays of lines of strokes" in one for one in problems), problems
    for was, now in (
        (b"SEGMENT TEXT 0-", b"SEGMENT TEXT 9-"),
        (b" OK ", b" "),
        (b".PEN_DOWN\n", b".PEN_DOWN\nx"),
        (b".COORD X Y T", b".COORD"),
        (b".LINE_INDEX 0", b".LINE_INDEX a"),
        (b"SEGMENT CHARACTER 0", b"SEGMENT CHARACTER 7777777"),
    ):
        problems = changed(tmp_path / "unipen", "unipen", was, now)
        assert any("a line of strokes" in one for one in problems), (was, problems)
    for was, now in ((b'"strokes":[[[', b'"strokes":[[9,['), (b'"index":0', b'"index":1e999')):
        problems = changed(tmp_path / "ndjson", "ndjson", was, now)
        assert "train/00000.ndjson: line 1: not a line of strokes" in problems
    name = tmp_path / "strokes-npz" / "train" / "00000.npz"
    data = name.read_bytes()
    for at in range(0, len(data), len(data) // 40):  # a file that is cut, or overwritten
        for broken in (data[:at], data[:at] + b"\xff" * 9 + data[at + 9 :]):
            name.write_bytes(broken)
            assert check(tmp_path / "strokes-npz").problems
    name.write_bytes(data)
    (tmp_path / "ndjson" / "train" / "stray.txt").write_text("x")
    assert "train/stray.txt: not in the report" in check(tmp_path / "ndjson").problems


HEAD = (
    '<ink xmlns="http://www.w3.org/2003/InkML"><annotation type="layout">lines</annotation>'
    '<traceFormat><channel name="X"/><channel name="Y"/><channel name="T"/></traceFormat>'
)
GROUP = (
    '<traceGroup xml:id="l0"><annotation type="truth">ab</annotation>'
    '<trace xml:id="t">1 2 0,3 4.5 7</trace></traceGroup>'
)
VIEW = (
    '<traceView><traceView><annotation type="truth">a</annotation>'
    '<traceView traceDataRef="#t" from="1" to="1"/></traceView>'
    '<traceView><annotation type="truth">b</annotation>'
    '<traceView traceDataRef="#t" from="2"/></traceView></traceView>'
)


def parsed(text: str) -> list[Any]:
    stream = MappedBytes("x.inkml", memoryview(text.encode()))
    return list(reader_for("inkml").salvage(stream, Source("x.inkml", "unknown:x")))


def test_lines_are_read() -> None:
    (line,) = parsed(f"{HEAD}{GROUP}{VIEW}</ink>")
    assert (line.text, line.spans.tolist()) == ("ab", [[0, 0, 0, 1], [1, 0, 1, 2]])
    assert line.traces[0].tolist() == [[1, 2, 0], [3, 4.5, 7]]
    assert line.source.left_out == ""


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("ab", "abc", "items of 'abc'"),
        ("3 4.5 7", "3 4.5", "points of X, Y and whole milliseconds"),
        ("3 4.5 7", "3 4.5 7 8", "points of X, Y and whole milliseconds"),
        ("3 4.5 7", "0x3 4 7", "points of X, Y and whole milliseconds"),
        ('from="2"', 'from="3"', "points from 1 to 2"),
        ('from="2"', 'from="0"', "points of a trace of the line"),
        ('to="1"', 'to="9"', "points from 1 to 2"),
        ('"#t" from="2"', '"#u" from="2"', "points of a trace of the line"),
        ('<channel name="T"/>', "", "X, Y and T"),
        (VIEW, "", "a view of its traces"),
        (VIEW, GROUP.replace('"t"', '"u"') + VIEW, "a view of the line before"),
        (GROUP, "", "points of a trace of the line"),
        ('<trace xml:id="t">', "<trace>", "an id of its own"),
    ],
)
def test_faulty_lines_are_told(was: str, now: str, told: str) -> None:
    text = f"{HEAD}{GROUP}{VIEW}</ink>"
    assert was in text
    broken = text.replace(was, now, 1)
    whole = broken.replace("</ink>", GROUP.replace('"t"', '"t2"').replace("l0", "l1"))
    whole += VIEW.replace("#t", "#t2") + "</ink>"
    found = parsed(broken)
    assert any(told in str(one) for one in found), [str(one) for one in found]
    stream = MappedBytes("x.inkml", memoryview(broken.encode()))
    with pytest.raises(FormatError):
        list(reader_for("inkml").read(stream, Source("x.inkml", "unknown:x")))


def test_real_characters_go_into_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a.unipen").write_bytes(fakes_unipen.unipen("ab"))
    for to in ("strokes-npz", "ndjson"):
        report = convert(tmp_path / "a.unipen", tmp_path / to, to=to)
        assert check(tmp_path / to).problems == []
        assert report["lines"]["train"] == 3  # two characters, and the word of both
    rows = (tmp_path / "ndjson" / "train" / "00000.ndjson").read_text("utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    assert texts == ["a", "b", "ab"]
    (record, *_) = read(tmp_path / "a.unipen")
    assert [np.array(one).tolist() for one in json.loads(rows[0])["strokes"]] == [
        one.tolist() for one in record.strokes
    ]


TIMED = (
    ".VERSION 1.0\n.COORD X Y T P\n.PEN_DOWN\n1 -2 70 5\n3 -4 78 7\n.PEN_UP\n9 9 9 9\n"
    '.PEN_DOWN\n5 -6 110 9\n.PEN_UP\n.SEGMENT CHARACTER 0-2 ? "a"\n.COORD Y X\n'
    '.PEN_DOWN\n-2 1\n-4 3\n.PEN_UP\n.SEGMENT CHARACTER 3 ? "b"\n'
)


def test_time_and_pressure_of_a_source_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.unipen").write_text(TIMED)
    convert(tmp_path / "a.unipen", tmp_path / "o", to="inkml")
    assert check(tmp_path / "o").problems == []
    timed, plain = read(tmp_path / "o" / "train" / "00000.inkml")
    for record, other in zip(read(tmp_path / "a.unipen"), (timed, plain), strict=True):
        np.testing.assert_array_equal(record.points, other.points)
        for name, values in record.channels.items():
            np.testing.assert_array_equal(values, other.channels[name])
    assert [one[:2].tolist() for one in timed.strokes] == [[[1, 2], [3, 4]], [[5, 6]]]
    assert {name: one.tolist() for name, one in timed.channels.items()} == {
        "T": [70, 78, 0, 110, 0, 0],  # 0 at end marks
        "F": [5, 7, 0, 9, 0, 0],
    }
    assert plain.channels == {}
    root = ElementTree.parse(tmp_path / "o" / "train" / "00000.inkml").getroot()  # noqa: S314
    groups = list(root.findall(f"{NS}traceGroup"))
    pens = [str(one.get("contextRef")).removeprefix("#") for one in groups]
    names = []
    for pen in pens:
        (context,) = [
            one
            for one in root.iter(f"{NS}context")
            if one.get("{http://www.w3.org/XML/1998/namespace}id") == pen
        ]
        names.append([str(one.get("name")) for one in context.iter(f"{NS}channel")])
    assert names == [["X", "Y", "T", "F"], ["X", "Y"]]
    convert(tmp_path / "a.unipen", tmp_path / "n", to="ndjson")
    rows = (tmp_path / "n" / "train" / "00000.ndjson").read_text("utf-8").splitlines()
    assert [json.loads(row)["strokes"] for row in rows] == [
        [[[1, 2, 0], [3, 4, 8]], [[5, 6, 40]]],
        [[[1, 2], [3, 4]]],
    ]


def test_seconds_are_milliseconds_and_odd_values_are_left_out() -> None:
    head = HEAD.replace('"T"', '"T" units="s"').replace("lines", "characters")
    group = GROUP.replace("ab", "a").replace("4.5", "4")
    (record,) = parsed(f"{head}{group}</ink>")
    assert record.channels["T"].tolist() == [0, 7000, 0, 0]
    (odd,) = parsed(f"{head}{group.replace('2 0,', '2 ?,')}</ink>")
    assert (odd.channels, odd.source.left_out) == ({}, "channels beside X and Y (T)")
    assert odd.points.tolist()[0] == [1, 2]
    other = '<traceFormat><channel name="X"/><channel name="Y"/></traceFormat>'
    mixed = group.replace("</traceGroup>", f"{other}<trace>5 6</trace></traceGroup>")
    assert parsed(
        f"{head}<traceGroup><traceFormat><trace>1 2</trace></traceFormat></traceGroup></ink>"
    )
    (plain,) = parsed(f"{head}{mixed}</ink>")
    assert (plain.channels, len(plain.strokes)) == ({}, 2)


def test_composed_inkml_is_read_counted_and_converted(
    penned: Bank, text: Path, tmp_path: Path
) -> None:
    given = {"banks": [penned], "corpora": [text], "recipe": RECIPE, "n": 3, "workers": 1}
    api.compose(tmp_path / "o", to="inkml", **given)
    source = tmp_path / "o" / "train"
    again = convert(source, tmp_path / "again", to="inkml")
    assert again["lines"] == {"train": 3}
    for one, other in zip(read(source), read(tmp_path / "again" / "train"), strict=True):
        same(one, other)  # type: ignore[arg-type]
