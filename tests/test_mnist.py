"""MNIST and its kin: images with the labels beside them, in folders, zips and tars."""

from __future__ import annotations

import gzip
import lzma
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fakes import REAL, zip_file
from fakes_etl import tar_file
from fakes_pages import idx_images, idx_labels, idx_long_labels
from penline.errors import FormatError
from penline.records import Defect, GlyphRecord
from penline.sources import identify, mnist, mnist_images
from penline.sources.collect import open_sources, read

PICTURES = np.random.default_rng(5).integers(0, 256, (6, 9, 7)).astype(np.uint8)
LABELS = [1, 0, 5, 3, 9, 1]
IMAGES, ONES = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def compressed(content: bytes, name: str) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(content, mtime=0)
    return lzma.compress(content) if name.endswith(".xz") else content


def glyphs(path: Path) -> list[GlyphRecord]:
    found = [r for r in read(path) if isinstance(r, GlyphRecord)]
    rescued = [r for r in read(path, salvage=True) if isinstance(r, GlyphRecord)]
    assert [r.character for r in rescued] == [r.character for r in found]
    return found


@pytest.mark.parametrize(
    ("name", "part", "card"),
    [
        ("t10k-images-idx3-ubyte.gz", "test", "mnist"),
        ("MNIST/raw/train-images.idx3-ubyte", "train", "mnist"),
        ("kmnist/train-images-idx3-ubyte.gz", "train", "kmnist"),
        ("Kuzushiji.zip::t10k-images-idx3-ubyte", "test", "kmnist"),
        ("fashion-mnist/t10k-images-idx3-ubyte.gz", "test", ""),
        ("gzip.zip::gzip/emnist-byclass-train-images-idx3-ubyte.gz", "train", "emnist"),
        ("qmnist-test-images-idx3-ubyte.gz", "test", "qmnist"),
        ("xnist-images-idx3-ubyte.xz", "", "qmnist"),
        ("k49-test-images-idx3-ubyte", "test", "kuzushiji-49"),
        ("my-images-idx3-ubyte", "", ""),
    ],
)
def test_identify(name: str, part: str, card: str) -> None:
    found = identify(name)
    assert (found.part, found.card) == (part, card)
    assert found.writer.startswith("unknown:")


@pytest.mark.parametrize("packed", ["", ".gz", ".xz"])
@pytest.mark.parametrize("labels_packed", ["", ".gz"])
@pytest.mark.parametrize("holder", ["folder", "file", ".zip", ".tar", ".tar.gz"])
def test_labels_beside_images(tmp_path: Path, packed: str, labels_packed: str, holder: str) -> None:
    files = {
        f"d/{ONES}{labels_packed}": compressed(idx_labels(LABELS), labels_packed),
        f"d/{IMAGES}{packed}": compressed(idx_images(PICTURES), packed),
        f"e/{ONES}": idx_labels([0]),
    }
    if holder == ".zip":
        path = zip_file(tmp_path / "a.zip", files, zipfile.ZIP_DEFLATED)
    elif holder.startswith(".tar"):
        path = tar_file(tmp_path / f"a{holder}", dict(reversed(files.items())))
    else:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(content)
        path = tmp_path if holder == "folder" else tmp_path / "d" / f"{IMAGES}{packed}"
    (file,) = open_sources(path)
    assert (file.kind, file.source.part, file.source.card) == ("idx", "train", "mnist")
    assert not file.note
    found = glyphs(path)
    assert [r.character for r in found] == [str(n) for n in LABELS]
    assert [r.code for r in found] == [bytes([n]) for n in LABELS]
    np.testing.assert_array_equal([r.ink for r in found], PICTURES)
    again = pickle.loads(pickle.dumps(file))  # noqa: S301
    assert [r.labels for r in again.read()] == [(str(n),) for n in LABELS]


def test_images_without_labels(tmp_path: Path) -> None:
    (tmp_path / IMAGES).write_bytes(idx_images(PICTURES))
    (file,) = open_sources(tmp_path)
    assert "no labels beside it" in file.note
    assert f"put {ONES}" in file.note
    assert [r.character for r in glyphs(tmp_path)] == [""] * 6
    fashion = tmp_path / "fashion"
    fashion.mkdir()
    (fashion / IMAGES).write_bytes(idx_images(PICTURES))
    (fashion / ONES).write_bytes(idx_labels(LABELS))
    (file,) = open_sources(fashion)
    assert "no characters" in file.note
    assert [r.character for r in glyphs(fashion)] == [""] * 6


def test_a_packed_twin_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / ONES).write_bytes(idx_labels(LABELS))
    (tmp_path / IMAGES).write_bytes(idx_images(PICTURES))
    (tmp_path / f"{IMAGES}.gz").write_bytes(gzip.compress(idx_images(PICTURES)))
    (file,) = open_sources(tmp_path)
    assert f"{IMAGES}.gz is taken for the same file" in file.note
    assert len(glyphs(tmp_path)) == 6


def test_a_packed_twin_in_an_archive_is_left_out_too(tmp_path: Path) -> None:
    files = {
        ONES: idx_labels(LABELS),
        IMAGES: idx_images(PICTURES),
        f"{IMAGES}.gz": gzip.compress(idx_images(PICTURES)),
    }
    for path in (zip_file(tmp_path / "a.zip", files), tar_file(tmp_path / "a.tar", files)):
        (file,) = open_sources(path)
        assert f"{IMAGES}.gz is taken for the same file" in file.note
        assert len(glyphs(path)) == 6


@pytest.mark.parametrize("mapping", [False, True])
@pytest.mark.parametrize(
    ("split", "labels", "characters"),
    [
        ("letters", [1, 26, 2], "AZB"),
        ("byclass", [0, 10, 61], "0Az"),
        ("balanced", [9, 36, 46], "9at"),
        ("bymerge", [9, 35, 41], "9Zg"),
        ("digits", [0, 5, 9], "059"),
        ("mnist", [0, 5, 9], "059"),
    ],
)
def test_emnist(
    tmp_path: Path, split: str, labels: list[int], characters: str, mapping: bool
) -> None:
    stem = f"emnist-{split}-test"
    upright = PICTURES[:3]
    turned = upright.transpose(0, 2, 1)
    path = tmp_path / f"{stem}-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_images(np.ascontiguousarray(turned))))
    (tmp_path / f"{stem}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_labels(labels)))
    if mapping:
        lines = [f"{n} {ord(c)} {ord(c.lower())}\n" for n, c in zip(labels, "XYZ", strict=True)]
        (tmp_path / f"emnist-{split}-mapping.txt").write_text("".join(lines))
    found = glyphs(path)
    np.testing.assert_array_equal([r.ink for r in found], upright)
    assert "".join(r.character for r in found) == ("XYZ" if mapping else characters)
    (file,) = open_sources(path)
    assert ("share a class" in file.note) == (split in ("letters", "balanced", "bymerge"))


def test_qmnist_tells_the_writers(tmp_path: Path) -> None:
    rows = np.zeros((6, 8), np.int64)
    rows[:, 0] = LABELS
    rows[:, 2] = [7, 7, 610, 2100, 2599, 70_000]
    name = "qmnist-train-images-idx3-ubyte.gz"
    (tmp_path / name).write_bytes(gzip.compress(idx_images(PICTURES)))
    labels = gzip.compress(idx_long_labels(rows))
    (tmp_path / "qmnist-train-labels-idx2-int.gz").write_bytes(labels)
    (tmp_path / "qmnist-train-labels-idx1-ubyte").write_bytes(idx_labels([0] * 6))
    found = glyphs(tmp_path)
    assert [r.source.writer for r in found] == [
        *("sd19:0007", "sd19:0007", "sd19:0610", "sd19:2100", "sd19:2599"),
        "unknown:qmnist-train-images-idx3-ubyte",
    ]
    assert found[0].source is found[1].source
    assert [r.character for r in found] == [str(n) for n in LABELS]
    assert found[2].code == bytes([0, 0, 0, 5])


def test_kuzushiji(tmp_path: Path) -> None:
    folder = tmp_path / "kmnist"
    folder.mkdir()
    (folder / IMAGES).write_bytes(idx_images(PICTURES))
    (folder / ONES).write_bytes(idx_labels(LABELS))
    assert "".join(r.character for r in glyphs(folder)) == "きおはつをき"
    (tmp_path / "k49-test-images-idx3-ubyte").write_bytes(idx_images(PICTURES))
    (tmp_path / "k49-test-labels-idx1-ubyte").write_bytes(idx_labels([0, 24, 43, 46, 47, 48]))
    path = tmp_path / "k49-test-images-idx3-ubyte"
    assert "".join(r.character for r in glyphs(path)) == "あのわをんゝ"


@pytest.mark.parametrize(
    ("labels", "field", "good"),
    [
        (idx_labels([*LABELS, 1]), "number of labels", 6),
        (idx_labels(LABELS[:4]), "number of labels", 4),
        (idx_labels([1, 10, 5, 3, 9, 1]), "label", 5),
        (idx_labels(LABELS)[:-1], "6 labels", 0),
        (b"<html>", "first record", 0),
    ],
    ids=["one too many", "two too few", "an unknown class", "cut", "html"],
)
def test_labels_that_do_not_fit(tmp_path: Path, labels: bytes, field: str, good: int) -> None:
    (tmp_path / IMAGES).write_bytes(idx_images(PICTURES))
    (tmp_path / ONES).write_bytes(labels)
    with pytest.raises(FormatError) as caught:
        list(read(tmp_path))
    assert caught.value.field == field
    assert caught.value.file.endswith(ONES)
    found = list(read(tmp_path, salvage=True))
    assert sum(isinstance(r, GlyphRecord) for r in found) == good
    first = next(r for r in found if isinstance(r, Defect))
    assert (first.field, first.offset) == (field, caught.value.offset)
    assert [r.record for r in found] == list(range(len(found)))


def test_a_balanced_set_is_not_mnist(tmp_path: Path) -> None:
    """KMNIST and Fashion-MNIST bear MNIST's names: their labels would become digits."""
    pictures = np.zeros((10_000, 1, 1), np.uint8)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx_images(pictures))
    labels = idx_labels(list(range(10)) * 1000)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(labels)
    with pytest.raises(FormatError, match="folder with kmnist"):
        list(read(tmp_path))


def test_names_beside() -> None:
    labels, mapping = mnist.sidecar_names("train-images.idx3-ubyte")
    assert labels[0] == "train-labels.idx1-ubyte"
    assert "train-labels-idx1-ubyte.gz" in labels
    assert not mapping
    assert (
        mnist.sidecar_names("qmnist-test-images-idx3-ubyte.gz")[0][0]
        == "qmnist-test-labels-idx2-int"
    )


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
def test_real_files(tmp_path: Path) -> None:
    (file,) = open_sources(REAL / "idx")
    assert (file.source.part, file.source.card, file.note) == ("test", "mnist", "")
    found = [r.character for r in file.read() if isinstance(r, GlyphRecord)]
    counts = [found.count(str(n)) for n in range(10)]
    assert counts == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    tables = mnist_images._SPLITS
    for split, table in tables.items():
        with (REAL / "idx" / f"emnist-{split}-mapping.txt").open() as lines:
            said = {int(line.split()[0]): chr(int(line.split()[1])) for line in lines}
        assert said == {n: c for n, c in enumerate(table) if c != "\0"}


def test_an_unknown_set(tmp_path: Path) -> None:
    (tmp_path / "my-images-idx3-ubyte").write_bytes(idx_images(PICTURES))
    (tmp_path / "my-labels-idx1-ubyte").write_bytes(idx_labels(LABELS))
    (file,) = open_sources(tmp_path)
    assert "no set that penline knows" in file.note
    assert [r.character for r in glyphs(tmp_path)] == [""] * 6
