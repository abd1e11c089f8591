"""Tables of pictures give the same ink as the files that they come from."""

from __future__ import annotations

import gzip
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

import fakes_tables as made
from fakes import REAL, gnt, png_file, zip_file
from fakes_etl import tar_file
from fakes_pages import idx_images, idx_labels
from penline.bank import Bank
from penline.check import check
from penline.convert import convert
from penline.errors import FormatError, UsageError
from penline.pack import pack
from penline.records import Defect
from penline.sources.collect import open_sources
from penline.sources.reading import Reading

NUMBER = 240
PARQUET_CLASSES = ["a", "b", "永", "U+4E00"]


def digits(number: int = NUMBER, seed: int = 3) -> tuple[np.ndarray, list[int]]:
    """Pictures as MNIST's are: light strokes on black, 20 px high, within a square of 28."""
    rng = np.random.default_rng(seed)
    pictures = np.zeros((number, 28, 28), np.uint8)
    for one in pictures:
        left, right = rng.integers(4, 11), rng.integers(17, 25)
        one[4:24, 12:15] = rng.integers(90, 256, (20, 3))
        for row in rng.integers(4, 23, 5):
            one[row, left:right] = rng.integers(60, 256, right - left)
    return pictures, rng.integers(0, 10, number).tolist()


PICTURES, LABELS = digits()
WRITERS = [1 + number % 7 for number in range(NUMBER)]


def glyphs(bank: Bank) -> list[tuple[str, tuple[int, ...], bytes]]:
    return [(one.character, one.ink.shape, one.ink.tobytes()) for one in bank]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, tuple[int, ...], bytes]]:
    """What the IDX files of the same pictures give."""
    folder = tmp_path_factory.mktemp("idx")
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx_images(PICTURES))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx_labels(LABELS))
    return glyphs(pack(folder, folder / "idx.bank"))


def lying(pictures: np.ndarray) -> np.ndarray:
    return pictures.swapaxes(1, 2)


def hugging_face() -> bytes:
    return made.parquet(made.arrow_rows(PICTURES, LABELS, list("0123456789")))


MAPPING = {number: str(number) for number in range(10)}
FLAT = PICTURES.reshape(NUMBER, -1)
FORMS: dict[str, Mapping[str, bytes]] = {
    "csv": {"mnist_test.csv": made.pixel_csv(PICTURES, LABELS)},
    "csv-gz": {"mnist_test.csv.gz": gzip.compress(made.pixel_csv(PICTURES, LABELS), mtime=0)},
    "csv-bare": {"mnist_test.csv": made.pixel_csv(PICTURES, LABELS, header=False)},
    "csv-last": {"mnist_test.csv": made.pixel_csv(PICTURES, LABELS, last=True)},
    "csv-bare-last": {"mnist.csv": made.pixel_csv(PICTURES, LABELS, header=False, last=True)},
    "csv-emnist": {"emnist-digits-test.csv": made.pixel_csv(lying(PICTURES), LABELS, header=False)},
    "npz-pairs": {
        "mnist-test-imgs.npz": made.npz(arr_0=PICTURES),
        "mnist-test-labels.npz": made.npz(arr_0=np.array(LABELS, np.uint8)),
    },
    "npz": {"mnist.npz": made.npz(x_test=PICTURES, y_test=np.array(LABELS))},
    "npz-stored": {"mnist.npz": made.npz(zipfile.ZIP_STORED, images=FLAT, labels=np.array(LABELS))},
    "npy": {
        "mnist_X.npy": made.npy(PICTURES[..., None]),
        "mnist_y.npy": made.npy(np.eye(10)[LABELS]),
    },
    "npy-floats": {
        "mnist_X.npy": made.npy(PICTURES.astype(np.float32) / np.float32(255)),
        "mnist_y.npy": made.npy(np.array([str(one) for one in LABELS])),
    },
    "mat": {"emnist-digits.mat": made.emnist_mat(PICTURES, LABELS, WRITERS, MAPPING)},
    "mat-plain": {
        "mnist.mat": made.mat(
            packed=False, X=np.moveaxis(PICTURES, 0, -1), y=np.array(LABELS, np.float64)[:, None]
        )
    },
    "parquet": {"data/test-00000-of-00001.parquet": hugging_face()},
    "arrow": {"d.arrow": made.arrow(made.arrow_rows(PICTURES, LABELS, list("0123456789")))},
    "arrow-file": {
        "d.arrow": made.arrow(made.arrow_rows(PICTURES, [str(n) for n in LABELS]), stream=False)
    },
}


def folder(place: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


@pytest.mark.parametrize("form", FORMS)
def test_its_ink_and_labels_are_those_of_the_idx_files(form: str, tmp_path: Path, expected) -> None:
    found = glyphs(pack(folder(tmp_path / "set", FORMS[form]), tmp_path / "x.bank"))
    assert found == expected


@pytest.mark.parametrize("form", FORMS)
def test_the_same_in_a_zip_and_a_tar(form: str, tmp_path: Path, expected) -> None:
    for archive in (
        zip_file(tmp_path / "set.zip", FORMS[form], zipfile.ZIP_DEFLATED),
        tar_file(tmp_path / "set.tar", FORMS[form]),
    ):
        assert glyphs(pack(archive, tmp_path / "x.bank", overwrite=True)) == expected


def test_an_npz_in_a_stored_zip_and_a_packed_tar(tmp_path: Path, expected) -> None:
    for archive in (
        zip_file(tmp_path / "set.zip", FORMS["npz"], zipfile.ZIP_STORED),
        tar_file(tmp_path / "set.tar.gz", FORMS["npz-stored"]),
    ):
        assert glyphs(pack(archive, tmp_path / "x.bank", overwrite=True)) == expected


def test_pictures_in_a_packed_tar_without_their_labels_say_what_to_do(tmp_path: Path) -> None:
    path = tar_file(tmp_path / "set.tar.gz", FORMS["npz-pairs"])
    with pytest.raises(FormatError, match=r"labels in the same array file \(unpack the archive"):
        list(open_sources(path))


def test_arrays_without_labels_show_what_the_user_says(tmp_path: Path) -> None:
    np.save(tmp_path / "own.npy", PICTURES)
    with pytest.raises(FormatError, match="--character"):
        list(open_sources(tmp_path / "own.npy"))
    bank = pack(tmp_path / "own.npy", tmp_path / "x.bank", reading=Reading(character="U+6C38"))
    assert bank.characters == ("永",)
    assert len(bank) == NUMBER


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"labels": "{label}/*"}, "--labels is for pictures"),
        ({"many": True}, "--many and --one are for pictures"),
        ({"many": False}, "--many and --one are for pictures"),
    ],
)
def test_what_says_nothing_of_arrays_is_refused(tmp_path: Path, said, words: str) -> None:
    path = folder(tmp_path / "set", FORMS["npz"])
    with pytest.raises(UsageError, match=words):
        pack(path, tmp_path / "x.bank", reading=Reading(**said))


@pytest.mark.parametrize("said", [{"classes": "x.txt"}, {"keep_odd": True}, {"character": "a"}])
def test_what_says_nothing_of_archives_is_refused(tmp_path: Path, said) -> None:
    (tmp_path / "a.gnt").write_bytes(gnt("永"))
    with pytest.raises(UsageError, match="there are none here"):
        pack(tmp_path / "a.gnt", tmp_path / "x.bank", reading=Reading(**said))


def test_leaf_gives_ink_and_the_writers_of_sd19(tmp_path: Path) -> None:
    light = 1 - PICTURES / 255
    content = made.leaf(light, LABELS, {"f0000_14": 100, "f2100_03": NUMBER - 100})
    np.savez(tmp_path / "own.npz", x=light.astype(np.float32), y=LABELS)
    (tmp_path / "digits.txt").write_text("".join(f"{n}\t{n}\n" for n in range(10)))
    said = Reading(classes=str(tmp_path / "digits.txt"))
    expected = glyphs(pack(tmp_path / "own.npz", tmp_path / "own.bank", reading=said))
    file = tmp_path / "all_data_0_niid_0_keep_0_train_9.json"
    file.write_bytes(content)
    bank = pack(file, tmp_path / "x.bank")
    assert glyphs(bank) == expected
    assert bank.writers == ("sd19:0000", "sd19:2100")
    assert {one.part for one in bank} == {"train"}
    spaced = tmp_path / "spaced_train.json"
    spaced.write_bytes(
        b'{ "hierarchies": [["a]\\"", {}], 1e3, null], ' + content[1:].replace(b",", b" ,\n")
    )
    assert glyphs(pack(spaced, tmp_path / "y.bank")) == expected
    zipped = zip_file(tmp_path / "set.zip", {"a_train.json": content})
    assert glyphs(pack(zipped, tmp_path / "z.bank")) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"users": ["a"], "user_data": {"a": {"x": ["the"], "y": ["e"]}}}', "a row of numbers"),
        (b'{"users": [], "user_data": {"a": {"x": [[1, 2, 3]], "y": [1]}}}', "of a square"),
        (b'{"users": [], "user_data": {"a": {"x": [[1, 0, 0, 1]], "y": []}}}', "1 labels"),
        (b'{"users": [], "user_data": {"a": {"x": [[1, 0, 0, 1]], "y": [0.5]}}}', "class numbers"),
        (b'{"users": [], "user_data": {"a": {"x": [[1, 0, 0', "a row of numbers"),
        (b'{"users": ["a', "end of a string"),
        (b'{"users": [[[[', "end of a value"),
    ],
)
def test_leaf_that_lies_is_a_defect(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    (unit,) = open_sources(tmp_path / "a.json")
    (found,) = unit.salvage()
    assert isinstance(found, Defect)
    assert words in str(found)


def test_json_that_only_begins_like_leafs_is_anothers(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"users": ["a"], "version": 2}')
    with pytest.raises(FormatError, match="a picture, table or list"):
        list(open_sources(tmp_path / "a.json"))


def test_lmdb_gives_the_same(tmp_path: Path, expected) -> None:
    made.lmdb_file(tmp_path / "set", PICTURES, [str(label) for label in LABELS])
    assert glyphs(pack(tmp_path / "set", tmp_path / "x.bank")) == expected


@pytest.mark.parametrize("kind", ["txt", "cls", "json"])
@pytest.mark.parametrize("name", ["shard-000.tar", "shard-000.tar.gz"])
def test_a_webdataset_gives_the_same(kind: str, name: str, tmp_path: Path, expected) -> None:
    tar = made.webdataset(tmp_path / name, PICTURES, [str(label) for label in LABELS], kind)
    bank = pack(tar, tmp_path / "x.bank")
    assert glyphs(bank) == expected
    writers = {writer.id for writer in bank.header.writers}
    assert writers == (
        {"shard-000:w0", "shard-000:w1"} if kind == "json" else {"unknown:shard-000"}
    )


def test_a_member_whose_name_is_no_text_is_told_in_plain_words(tmp_path: Path) -> None:
    files = {"\udcff/1.json": b"{}"}
    for number, one in enumerate(PICTURES[:20]):
        files |= {f"{number:06d}.png": png_file(one), f"{number:06d}.cls": b"7"}
    (unit,) = open_sources(tar_file(tmp_path / "set.tar", files, tarfile.GNU_FORMAT))
    (told,) = [one for one in unit.salvage() if isinstance(one, Defect)]
    assert told.expected == "a picture" and told.found == "?/1.json alone"


def test_a_matlab_file_tells_its_writers_and_parts(tmp_path: Path) -> None:
    (unit,) = open_sources(folder(tmp_path, FORMS["mat"]))
    records = list(unit.read())
    assert {record.source.writer for record in records} == {f"emnist:{n}" for n in range(1, 8)}
    half = NUMBER // 2
    assert [record.source.part for record in records] == ["train"] * half + ["test"] * half
    (unit,) = open_sources(tmp_path, part="train")
    assert {record.source.part for record in unit.read()} == {"train"}


@pytest.mark.parametrize("form", FORMS)
def test_a_unit_can_be_pickled_and_says_how_it_was_understood(form: str, tmp_path: Path) -> None:
    (unit,) = open_sources(folder(tmp_path, FORMS[form]))
    again = pickle.loads(pickle.dumps(unit))  # noqa: S301
    assert len(list(again.read())) == len(list(unit.salvage())) == NUMBER
    assert "(10 classes)" in unit.understood.line()
    assert "light ink on dark paper" in unit.understood.ink
    assert len(unit.understood.examples) == 5
    assert unit.understood.examples[0].label in "0123456789"


def test_capitals_of_a_z_have_letters(tmp_path: Path) -> None:
    letters = [number // 10 for number in range(NUMBER)]
    content = made.pixel_csv(PICTURES, letters, header=False)
    path = folder(tmp_path, {"A_Z Handwritten Data.csv": content}) / "A_Z Handwritten Data.csv"
    bank = pack(path, tmp_path / "x.bank")
    assert "".join(bank.characters) == "".join(sorted({chr(65 + n) for n in letters}))


def test_names_of_classes_come_from_the_schema(tmp_path: Path) -> None:
    rows = made.arrow_rows(PICTURES[:8], [0, 1, 2, 3] * 2, PARQUET_CLASSES, writer=["x", "y"] * 4)
    bank = pack(folder(tmp_path / "s", {"a.parquet": made.parquet(rows)}), tmp_path / "x.bank")
    assert sorted(bank.characters) == sorted(["a", "b", "永", "一"])
    assert {writer.id for writer in bank.header.writers} == {"a:x", "a:y"}


def test_class_numbers_that_nobody_explains_are_refused(tmp_path: Path) -> None:
    content = made.pixel_csv(PICTURES[:20], range(20))
    with pytest.raises(FormatError, match="--classes FILE"):
        pack(folder(tmp_path / "s", {"mine.csv": content}), tmp_path / "x.bank")


def test_a_label_that_may_be_first_or_last_is_asked_for(tmp_path: Path) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (9, 5, 5)).astype(np.uint8)
    content = made.pixel_csv(pictures, range(9), header=False)
    place = folder(tmp_path / "s", {"mnist.csv": content})
    with pytest.raises(FormatError, match="--columns label=1, or =-1"):
        pack(place, tmp_path / "x.bank")
    (unit,) = open_sources(place, reading=Reading(columns="label=1"))
    assert "".join(record.character for record in unit.read()) == "012345678"


def test_classes_are_said_or_lie_beside(tmp_path: Path) -> None:
    place = folder(tmp_path / "s", {"mine.csv": made.pixel_csv(PICTURES, LABELS)})
    (tmp_path / "classes.txt").write_text("\n".join("abcdefghij"))
    said = Reading(classes=str(tmp_path / "classes.txt"))
    (unit,) = open_sources(place, reading=said)
    wanted = "".join(chr(97 + label) for label in LABELS)
    assert "".join(record.character for record in unit.read()) == wanted
    assert "by classes.txt" in unit.understood.label_rule
    (tmp_path / "classes.txt").rename(place / "label_map.txt")
    (unit,) = open_sources(place)
    assert "".join(record.character for record in unit.read()) == wanted


ROW = made.pixel_csv(PICTURES[:1], [5], header=False)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ROW.replace(b",0,0,0,", b",0,0,", 1), "row"),
        (ROW.replace(b",0,0,0,", b",0,x,0,", 1), "pixel"),
        (ROW.replace(b",0,0,0,", b",0,=1+1,0,", 1), "pixel"),
        (ROW.replace(b",0,0,0,", b",0,-1,0,", 1), "pixel"),
        (ROW.replace(b",0,0,0,", b",0,nan,0,", 1), "pixel"),
        (ROW.replace(b",0,0,0,", b",0,70000,0,", 1), "pixel"),
        (ROW.replace(b"5,", b"77,", 1), "label"),
    ],
)
def test_a_row_that_lies_is_a_defect(row: bytes, field: str, tmp_path: Path) -> None:
    content = made.pixel_csv(PICTURES[:60], LABELS[:60], header=False) + row
    (unit,) = open_sources(folder(tmp_path, {"mnist.csv": content}))
    found = list(unit.salvage())
    assert [one.field for one in found if isinstance(one, Defect)] == [field]
    assert len(found) == 61
    with pytest.raises(FormatError, match=field):
        list(unit.read())


class Pickled:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return (pytest.fail, ("a pickle was loaded",))


OBJECTS = made.npy(np.array([Pickled(), Pickled()], object))


def lied(array: np.ndarray, shape: str) -> bytes:
    """An array whose header tells another shape."""
    content = made.npy(array)
    size = int.from_bytes(content[8:10], "little")
    text = f"{{'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': {shape}, }}"
    return content[:10] + text.encode().ljust(size - 1) + b"\n" + content[10 + size :]


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "pickle": ("mnist_X.npy", OBJECTS, "Python objects"),
    "rows": ("mnist_X.npy", lied(PICTURES, "(1000000000, 28, 28)"), "1,000,000,000 items"),
    "shape": ("mnist_X.npy", lied(PICTURES, "(240, 29, 28)"), "bytes"),
    "npz": ("mnist.npz", made.npz(x=np.array([Pickled()], object)), "Python objects"),
    "no-zip": ("mnist.npz", b"PK but no zip", "zip"),
    "cut": ("mnist.npz", FORMS["npz"]["mnist.npz"][:-900], "zip"),
    "hdf5": ("mnist.mat", b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\x02IM", "-v7"),
    "mat-sides": (
        "mnist.mat",
        made.mat(packed=False, X=FLAT[:2]).replace(
            np.array([2, 784], "<i4").tobytes(), np.array([1 << 30, 784], "<i4").tobytes()
        ),
        "as its sides say",
    ),
    "mat-cut": ("mnist.mat", FORMS["mat"]["emnist-digits.mat"][:-2000], "bytes"),
    "parquet": ("a.parquet", hugging_face()[:-300], "Parquet"),
    "arrow": ("a.arrow", FORMS["arrow"]["d.arrow"][:3000], "Arrow"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_tables_are_refused(case: str, tmp_path: Path) -> None:
    name, content, message = HOSTILE[case]
    (unit,) = open_sources(folder(tmp_path, {name: content}))
    assert [one for one in unit.salvage() if isinstance(one, Defect)]
    with pytest.raises(FormatError, match=message):
        list(unit.read())


def test_a_bomb_in_a_matlab_file_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penline.formats.mat._UNPACKED_LIMIT", 1 << 20)
    bomb = made.mat(images=np.zeros((2000, 784), np.uint8), labels=np.zeros((2000, 1), np.uint8))
    assert len(bomb) < 20_000
    (unit,) = open_sources(folder(tmp_path, {"mnist.mat": bomb}))
    with pytest.raises(FormatError, match="1,048,576 bytes unpacked"):
        list(unit.read())


@pytest.mark.parametrize("value", [np.nan, -1.0, np.inf])
def test_pixels_are_numbers_from_0_up(value: float, tmp_path: Path) -> None:
    pictures = PICTURES.astype(np.float32) / np.float32(255)
    pictures[7, 3, 3] = value
    files = {"mnist_X.npy": made.npy(pictures), "mnist_y.npy": made.npy(np.array(LABELS))}
    (unit,) = open_sources(folder(tmp_path, files))
    defects = [one for one in unit.salvage() if isinstance(one, Defect)]
    assert [(one.record, one.field) for one in defects] == [(7, "pixels")]


def test_labels_of_another_number_are_told(tmp_path: Path) -> None:
    files = {"mnist_X.npy": made.npy(PICTURES), "mnist_y.npy": made.npy(np.array(LABELS[:-1]))}
    (unit,) = open_sources(folder(tmp_path, files))
    with pytest.raises(FormatError, match="240, one a picture, found 239 labels"):
        list(unit.read())


def test_an_lmdb_without_a_label_has_a_defect(tmp_path: Path) -> None:
    import lmdb

    made.lmdb_file(tmp_path / "s", PICTURES[:5], list("12345"))
    with lmdb.open(str(tmp_path / "s")) as environment, environment.begin(write=True) as writing:
        writing.delete(b"label-000000003")
    (unit,) = open_sources(tmp_path / "s")
    found = list(unit.salvage())
    defects = [one for one in found if isinstance(one, Defect)]
    assert [one.record for one in defects] == [2] and "label-000000003" in str(defects[0])
    assert "".join(one.character for one in found if not isinstance(one, Defect)) == "1245"


def test_a_table_of_something_else_is_left_alone(tmp_path: Path) -> None:
    files = {
        "a.csv": b"name,age\nanna,7\n",
        "b.csv": b"1,2,3\n4,5,6\n",
        "c.npy": made.npy(np.arange(5.0)),
        "readme.txt": b"x",
    }
    with pytest.raises((FormatError, UsageError)):
        list(open_sources(folder(tmp_path, files)))


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no real data beside the project")
@pytest.mark.parametrize("form", ["csv", "npz", "mat", "parquet"])
def test_mnist_itself(form: str, tmp_path: Path) -> None:
    images = gzip.decompress((REAL / "idx" / "t10k-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((REAL / "idx" / "t10k-labels-idx1-ubyte.gz").read_bytes())
    pictures = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)
    numbers = np.frombuffer(labels, np.uint8, offset=8)
    files = {
        "csv": lambda: {"mnist_test.csv": made.pixel_csv(pictures, numbers)},
        "npz": lambda: {"mnist.npz": made.npz(x_test=pictures, y_test=numbers)},
        "mat": lambda: {
            "emnist-mnist.mat": made.emnist_mat(
                pictures, numbers.tolist(), [1] * len(numbers), MAPPING
            )
        },
        "parquet": lambda: {
            "t.parquet": made.parquet(
                made.arrow_rows(pictures, numbers.tolist(), list("0123456789"))
            )
        },
    }[form]()
    found = pack(folder(tmp_path / "s", files), tmp_path / "x.bank")
    wanted = pack(REAL / "idx" / "t10k-images-idx3-ubyte.gz", tmp_path / "idx.bank")
    assert glyphs(found) == glyphs(wanted)


def test_a_table_of_both_parts_is_converted_by_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "emnist-digits.mat"
    path.write_bytes(made.emnist_mat(PICTURES, LABELS, WRITERS, MAPPING))
    report = convert(path, tmp_path / "out", to="parquet")
    assert report["lines"] == {"train": NUMBER // 2, "test": NUMBER // 2}
    assert check(tmp_path / "out").problems == []
