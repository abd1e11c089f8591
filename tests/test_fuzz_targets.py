"""Every reader is fuzzed: a target each, sound seeds, and a short run over all of them."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from hypothesis import strategies as st

from fakes import gnt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from fuzz import make_seeds  # noqa: E402
from fuzz.checks import Finding, check_reader, little_memory  # noqa: E402
from fuzz.limits import in_time  # noqa: E402
from fuzz.mutate import BEND_BYTES, KINDS, Bend, bend_of, bent  # noqa: E402
from fuzz.reached import lines_of, reached  # noqa: E402
from fuzz.repair import chunks, mend_png, mend_tar  # noqa: E402
from fuzz.run_hypothesis import inputs  # noqa: E402
from fuzz.targets import SEEDS, TARGETS  # noqa: E402

from penline.errors import FormatError  # noqa: E402
from penline.formats import READERS  # noqa: E402
from penline.formats import gnt as gnt_format  # noqa: E402
from penline.records import Defect, Source  # noqa: E402

NAMES = sorted(TARGETS)
SOURCE = Source("x.gnt", "casia:001")
MOST_SEED_BYTES = 300_000
EXAMPLES = 200
OF_SETS = 40
"""Of targets that are folders, which are gone through each time."""


def test_every_reader_is_fuzzed() -> None:
    assert READERS.keys() <= TARGETS.keys()
    made = make_seeds.seeds()
    assert made.keys() == TARGETS.keys(), "fuzz/make_seeds.py makes seeds for every target"
    folders = {folder.name for folder in SEEDS.iterdir()}
    assert folders == TARGETS.keys(), "python -m fuzz.make_seeds"
    for name, contents in made.items():
        assert len(TARGETS[name].seeds()) == len(contents), name
    assert sum(file.stat().st_size for file in SEEDS.rglob("*.bin")) < MOST_SEED_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_seeds_are_sound(name: str) -> None:
    target = TARGETS[name]
    assert lines_of(target)
    for content in target.seeds():
        target.check(content)
        assert all(place >= 0 for place in target.places(content))
        if target.repair:
            assert target.repair(content) == content


@pytest.mark.parametrize("name", sorted(READERS))
def test_seeds_of_readers_are_read_strictly(name: str) -> None:
    from penline.formats import reader_for
    from penline.formats.byte_source import MappedBytes

    for content in TARGETS[name].seeds():
        found = list(reader_for(name).salvage(MappedBytes("x", memoryview(content)), SOURCE))
        assert found
        assert not [one for one in found if isinstance(one, Defect)]


@pytest.mark.parametrize("name", NAMES)
def test_a_short_run(name: str) -> None:
    target = TARGETS[name]

    @hypothesis.settings(
        max_examples=OF_SETS if name.startswith("set-") else EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(inputs(target))
    def case(content: bytes) -> None:
        with in_time(60):
            target.check(content)

    case()


def test_half_of_the_lines_of_a_reader_are_reached_by_its_seeds() -> None:
    target = TARGETS["gnt"]
    assert len(reached(target, target.seeds())) > len(lines_of(target)) // 2


def reader(**changed: object) -> SimpleNamespace:
    return SimpleNamespace(**{"read": gnt_format.read, "salvage": gnt_format.salvage, **changed})


def failing(error: Exception) -> object:
    def read(stream: object, source: object) -> object:
        raise error

    return read


GOOD = gnt("永a", side_px=5)


def test_a_sound_reader_passes() -> None:
    check_reader(reader(), GOOD, SOURCE)
    check_reader(reader(), GOOD[:-1], SOURCE)
    check_reader(reader(), b"", SOURCE)


@pytest.mark.parametrize(
    ("which", "content", "error"),
    [
        ("read", GOOD, KeyError("x")),
        ("salvage", GOOD, FormatError("x.gnt", 0, "field", "this", "that")),
        ("read", GOOD, FormatError("x.gnt", -1, "field", "this", "that")),
        ("read", GOOD, FormatError("x.gnt", 0, "field", "this", "two\nlines")),
    ],
)
def test_what_escapes_is_found(which: str, content: bytes, error: Exception) -> None:
    with pytest.raises((KeyError, FormatError, Finding)):
        check_reader(reader(**{which: failing(error)}), content, SOURCE)


def dropping(stream: object, source: Source) -> object:
    return iter(list(gnt_format.salvage(stream, source))[:1])  # type: ignore[arg-type]


def hungry(stream: object, source: Source) -> object:
    bytearray(50 << 20)
    return gnt_format.read(stream, source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"salvage": dropping}, "salvaging differs"),
        ({"read": lambda stream, source: iter(())}, "salvaging"),
        ({"read": hungry}, "bytes allocated"),
    ],
)
def test_a_broken_promise_is_found(changed: dict[str, object], message: str) -> None:
    with pytest.raises(Finding, match=message):
        check_reader(reader(**changed), GOOD, SOURCE)


def test_memory_and_time_are_bounded() -> None:
    with little_memory(10, 1 << 20):
        bytearray(1 << 19)
    with pytest.raises(Finding, match="allocated"), little_memory(10, 1 << 20):
        bytearray(1 << 22)
    with pytest.raises(Finding, match="still reading"), in_time(1):
        while True:
            pass


@hypothesis.settings(max_examples=200, derandomize=True, database=None)
@hypothesis.given(raw=st.binary(max_size=BEND_BYTES), content=st.binary(max_size=200))
def test_bends_bend_anything(raw: bytes, content: bytes) -> None:
    changed = bent(content, [bend_of(raw)], lambda _: (0, 3, 900), [b"other"], [b"word"])
    assert len(changed) <= len(content) * 2 + 64


def test_each_kind_of_bend_changes_a_file() -> None:
    places = TARGETS["gnt"].places
    for kind in range(len(KINDS) + 4):
        content = GOOD + b"12"
        found = {
            bent(content, [Bend(kind, True, 1, 3, value, b"raw")], places, [gnt("和")], [b"word"])
            for value in range(1, 40)
        }
        assert found != {content}, kind


def test_checksums_are_mended() -> None:
    (picture, *_) = TARGETS["png"].seeds()
    bytes_bent = bytearray(picture)
    bytes_bent[chunks(picture)[0] + 8 + 3] ^= 1
    assert mend_png(bytes(bytes_bent)) not in (picture, bytes(bytes_bent))
    assert mend_png(picture) == picture
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    whole = bytearray(file.getvalue())
    whole[0:1] = b"b"
    with tarfile.open(fileobj=io.BytesIO(mend_tar(bytes(whole)))) as archive:
        assert archive.getnames() == ["b"]
