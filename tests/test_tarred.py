"""Tar archives read in place: plain and packed, in order, damaged, hostile."""

from __future__ import annotations

import pickle
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes import gnt, pot, zip_file
from fakes_etl import tar_bytes, tar_file
from penline.errors import FormatError
from penline.formats import tarred
from penline.formats.byte_source import MappedBytes
from penline.formats.tarred import TarMember, walk
from penline.records import Defect, GlyphRecord
from penline.sources.collect import open_sources, read

TEXT = "永和九年岁在癸丑" * 20
FILES = {
    "Gnt1.0Test/002-f.gnt": gnt(TEXT),
    "Gnt1.0Test/001-f.gnt": gnt("会于会稽", seed=1),
    "Gnt1.0Test/readme.txt": b"x" * 700,
    "Gnt1.0Test/003.pot": pot("山阴之兰亭"),
}
ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("listed", [False, True])
def test_members_in_the_archives_order(tmp_path: Path, ending: str, listed: bool) -> None:
    path = tar_file(tmp_path / f"a{ending}", FILES)
    files = open_sources(path)
    found = []
    for file in list(files) if listed else files:
        name = file.source.file.partition("::")[2]
        assert file.size_bytes == len(FILES[name])
        found.append(name)
        records = list(file.read())
        plain = list(read(tmp_path_of(tmp_path, name)))
        assert [r.labels for r in records] == [r.labels for r in plain]
        assert [r.offset for r in records] == [r.offset for r in plain]
        for one, two in zip(records, plain, strict=True):
            if isinstance(one, GlyphRecord) and isinstance(two, GlyphRecord):
                np.testing.assert_array_equal(one.pixels, two.pixels)
                assert not one.pixels.flags.owndata
        assert (file.source.part, file.source.card[:6]) == ("test", "casia-")
    assert found == [name for name in FILES if not name.endswith(".txt")]


def tmp_path_of(tmp_path: Path, name: str) -> Path:
    """The member's content as a plain file."""
    path = tmp_path / Path(name).name
    path.write_bytes(FILES[name])
    return path


def test_a_plain_archive_is_mapped(tmp_path: Path) -> None:
    (file, *_) = open_sources(tar_file(tmp_path / "a.tar", FILES))
    with file.open() as stream:
        assert isinstance(stream, MappedBytes)


@pytest.mark.parametrize(("listed", "times"), [(False, 1), (True, 2)])
def test_a_packed_archive_is_unpacked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: bool, times: int
) -> None:
    """Once where each file is read before the next is asked for; a list costs one more."""
    path = tar_file(tmp_path / "a.tar.gz", FILES)
    made = []
    original = tarred.decompressed
    monkeypatch.setattr(tarred, "decompressed", lambda *a: made.append(1) or original(*a))
    files = open_sources(path)
    for file in list(files) if listed else files:
        assert list(file.read())
    assert len(made) == times


def test_going_back_and_two_at_once(tmp_path: Path) -> None:
    files = list(open_sources(tar_file(tmp_path / "a.tar.gz", FILES)))
    plain = [[r.labels for r in file.read()] for file in files]
    assert [[r.labels for r in file.read()] for file in reversed(files)] == plain[::-1]
    one, two = files[0].read(), files[1].read()
    mixed = [r.labels for pair in zip(one, two, strict=False) for r in pair]
    assert mixed[:4] == [plain[0][0], plain[1][0], plain[0][1], plain[1][1]]
    again = pickle.loads(pickle.dumps(files[2]))  # noqa: S301
    assert [r.labels for r in again.read()] == plain[2]


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_of_every_layout(tmp_path: Path, layout: int) -> None:
    deep = "/".join(["folder" * 4] * 5)
    long = f"{deep}/1001-c.gnt"
    names = [long, "../../up-c.gnt", "/abs/1002-c.gnt", "./1003-c.gnt"]
    names += [] if layout == tarfile.USTAR_FORMAT else [f"{deep}/{'手写' * 60}.gnt"]
    path = tar_file(tmp_path / "a.tar", {name: gnt("永") for name in names}, layout)
    assert [m.name for m in walk(path)] == names
    files = list(open_sources(path))
    assert [file.source.writer for file in files][:4] == [
        *("casia:1001", "unknown:up-c", "casia:1002", "casia:1003")
    ]
    assert [r.labels for file in files for r in file.read()] == [("永",)] * len(names)
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar"]


def test_links_and_devices_are_said(tmp_path: Path) -> None:
    link = tarfile.TarInfo("002-f.gnt")
    link.type, link.linkname = tarfile.SYMTYPE, "../../secret"
    device = tarfile.TarInfo("003-f.gnt")
    device.type = tarfile.CHRTYPE
    other = tarfile.TarInfo("notes.txt")
    other.type, other.linkname = tarfile.LNKTYPE, "x"
    folder = tarfile.TarInfo("d.gnt")
    folder.type = tarfile.DIRTYPE
    members = {"001-f.gnt": gnt("永"), "a": link, "b": device, "c": other, "d": folder}
    path = tar_file(tmp_path / "a.tar", members)
    found = list(read(path, salvage=True))
    assert [type(r) for r in found] == [GlyphRecord, Defect, Defect]
    assert [r.found for r in found if isinstance(r, Defect)] == ["a symbolic link", "a device"]
    with pytest.raises(FormatError, match="symbolic link"):
        list(read(path))


def test_archives_inside_a_tar_are_refused(tmp_path: Path) -> None:
    for name in ("inner.zip", "HWDB1.1trn_gnt.alz", "x.tar.gz", "y.rar"):
        path = tar_file(tmp_path / "a.tar", {"1001-c.gnt": gnt("永"), name: b"PK"})
        with pytest.raises(FormatError, match="unpack the archive inside first"):
            list(open_sources(path))
    with pytest.raises(FormatError, match="none among 1 file"):
        list(open_sources(tar_file(tmp_path / "b.tgz", {"x.txt": b"x"})))


def test_an_archive_without_its_end(tmp_path: Path) -> None:
    whole = tar_bytes({"001-f.gnt": gnt("永和"), "002-f.gnt": gnt("九年")})
    second = next(m.offset for m in walk_bytes(tmp_path, whole) if m.name == "002-f.gnt")
    ends = {len(whole.rstrip(b"\0"))}
    path = tmp_path / "cut.tar"
    for cut in [*range(0, len(whole), 97), second, second + 512, *ends]:
        path.write_bytes(whole[:cut])
        found = list(read(path, salvage=True))
        defects = [r for r in found if isinstance(r, Defect)]
        good = [r for r in found if isinstance(r, GlyphRecord)]
        # the last member's data may be whole, and the mark of the end, too
        marked = cut >= -(-len(whole.rstrip(b"\0")) // 512) * 512 + 512
        assert bool(defects) != marked, cut
        assert [r.character for r in good] == list("永和九年")[: len(good)]
        if not marked:
            with pytest.raises(FormatError):
                list(read(path))


def walk_bytes(tmp_path: Path, content: bytes) -> list[TarMember]:
    path = tmp_path / "w.tar"
    path.write_bytes(content)
    return list(walk(path))


@pytest.mark.parametrize("ending", [".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_packed_archive_cut_and_bent(tmp_path: Path, ending: str) -> None:
    whole = tar_file(tmp_path / f"a{ending}", FILES).read_bytes()
    path = tmp_path / f"b{ending}"
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        path.write_bytes(whole[:cut])
        assert any(isinstance(r, Defect) for r in read(path, salvage=True)), cut
        with pytest.raises(FormatError):
            list(read(path))
    bent = bytearray(whole)
    bent[len(bent) // 2] ^= 0x55
    path.write_bytes(bent)
    found = list(read(path, salvage=True))
    assert any(isinstance(r, Defect) for r in found)


def test_a_name_twice(tmp_path: Path) -> None:
    one = tar_bytes({"001-f.gnt": gnt("永")})
    body = one[: len(one.rstrip(b"\0")) // 512 * 512 + 512]
    path = tmp_path / "a.tar"
    path.write_bytes(body + one)
    with pytest.raises(FormatError, match="a name used once"):
        list(walk(path))


def test_lying_headers_allocate_nothing(tmp_path: Path) -> None:
    whole = bytearray(tar_bytes({"n" * 300 + ".gnt": gnt("永")}))
    for at, text in ((124, b"77777777777\0"), (124, b"\xff" * 12), (124, b"\x80" + b"\x7f" * 11)):
        bent = bytearray(whole)
        bent[at : at + 12] = text
        bent[148:156] = b" " * 8
        bent[148:156] = b"%06o\0 " % sum(bent[:512])
        path = tmp_path / "a.tar"
        path.write_bytes(bent)
        tracemalloc.start()
        try:
            with pytest.raises(FormatError):
                list(read(path))
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()


def test_a_bomb_stays_small(tmp_path: Path) -> None:
    """200 MB of zeros behind a long name: neither the name nor the skipping is held."""
    info = tarfile.TarInfo("bomb.bin")
    info.size = 200 << 20
    path = tmp_path / "a.tar.gz"
    import gzip

    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(info.tobuf(tarfile.PAX_FORMAT))
        for _ in range(200):
            file.write(bytes(1 << 20))
        file.write(bytes(1024))
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="none among 1"):
            list(read(path))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_not_a_tar(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    for content in (b"", b"x" * 600, b"PK\3\4" + bytes(600)):
        path.write_bytes(content)
        with pytest.raises(FormatError, match="tar header"):
            list(read(path))
    zip_file(tmp_path / "z.tar", {"001-f.gnt": gnt("永")})
    with pytest.raises(FormatError):
        list(read(tmp_path / "z.tar"))


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    places=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 20_000),
    ending=st.sampled_from([".tar", ".tgz"]),
)
def test_any_bytes(tmp_path: Path, places: list[tuple[int, int]], cut: int, ending: str) -> None:
    content = bytearray(tar_file(tmp_path / f"w{ending}", {**FILES, "k" * 200: b"x"}).read_bytes())
    for at, value in places:
        content[at % len(content)] = value
    path = tmp_path / f"a{ending}"
    path.write_bytes(content[: max(cut, 1)])
    try:
        for _ in read(path, salvage=True):
            pass
    except FormatError as error:
        assert "\n" not in str(error)
