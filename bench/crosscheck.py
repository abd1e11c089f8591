"""Read the same files with penline and with readers of other people, and compare every pixel.

    python bench/crosscheck.py [--folder build/crosscheck] [--without PEER]...

The files are true-layout fakes made by the tests' writers, and the real ones beside the project
where they are there. The peers live in an environment of their own under the folder, which is made
once: pycasia, emnist and python-mnist as they are installed; of torchvision only the two source
files that read IDX, out of its wheel, beside PyTorch (whose download is large).

Known differences, and why:

pycasia decodes labels with gb2312, as whole two-byte codes. ASCII comes with its zero byte
("a\\0"); a1a4 becomes U+30FB instead of U+00B7; of a code outside of gb2312 it knows nothing and
stops. It imports scipy.misc.toimage, which SciPy dropped in 1.2: a stand-in is given to it, which
keeps what the loader parsed. The true toimage would stretch the grey values besides, since the
loader hands it whole numbers of 64 bits and not bytes.

emnist 0.0 stops with NumPy 2.4, which no longer makes a number of an array of one; the environment
has an older NumPy.

torchvision leaves EMNIST's images as they are stored, transposed; labels stay numbers, so do
emnist's and python-mnist's. Numbers are compared with the raw codes of penline's records.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import subprocess
import sys
import types
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data"
NUMPY = "numpy<2.4"
PACKAGES = {
    "pycasia": ["Pycasia==0.2", "tqdm", NUMPY],
    "emnist": ["emnist==0.0", NUMPY],
    "python-mnist": ["python-mnist==0.7", NUMPY],
    "torchvision": ["torch==2.13.0", NUMPY],
}
WHEEL = "torchvision==0.29.1"
ITEMS = 40
SIDE_PX = 28
CHINESE = "永和九年岁在癸丑暮春之初会于会稽山阴之兰亭"
HEADER = ("file", "peer", "items", "pixels", "labels", "why")


# ---- the files ---------------------------------------------------------------------------------


def make_files(folder: Path) -> None:
    """Write every fake under `folder`."""
    sys.path.insert(0, str(ROOT / "tests"))
    import numpy as np

    from fakes import gnt
    from fakes_pages import idx_images, idx_labels, idx_long_labels

    for name, text in (("chinese", CHINESE * 3), ("ascii", "a,Z09"), ("dot", "·"), ("gbk", "啰瞭")):
        (folder / f"{name}.gnt").write_bytes(gnt(text))
    rng = np.random.default_rng(11)
    pictures = rng.integers(0, 256, (ITEMS, SIDE_PX, SIDE_PX)).astype(np.uint8)
    labels = rng.integers(0, 10, ITEMS)
    columns = rng.integers(0, 2600, (ITEMS, 8))
    columns[:, 0] = labels
    stem = "emnist-digits-test"
    files = {
        "mnist/t10k-images-idx3-ubyte": idx_images(pictures),
        "mnist/t10k-labels-idx1-ubyte": idx_labels(labels.tolist()),
        f"emnist/{stem}-images-idx3-ubyte": idx_images(pictures),
        f"emnist/{stem}-labels-idx1-ubyte": idx_labels(labels.tolist()),
        "qmnist/qmnist-test-images-idx3-ubyte": idx_images(pictures),
        "qmnist/qmnist-test-labels-idx2-int": idx_long_labels(columns),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    with zipfile.ZipFile(folder / "emnist.zip", "w") as archive:
        for part in ("images-idx3", "labels-idx1"):
            content = files[f"emnist/{stem}-{part}-ubyte"]
            archive.writestr(f"gzip/{stem}-{part}-ubyte.gz", gzip.compress(content))
    real = REAL / "idx" / "t10k-images-idx3-ubyte.gz"
    if real.is_file():
        (folder / "real-mnist").mkdir(exist_ok=True)
        for kind in ("images-idx3", "labels-idx1"):
            packed = (REAL / "idx" / f"t10k-{kind}-ubyte.gz").read_bytes()
            (folder / "real-mnist" / f"t10k-{kind}-ubyte").write_bytes(gzip.decompress(packed))


def cases(folder: Path) -> Iterator[tuple[str, str, Path, str]]:
    """Name, peer, path, and what the difference should be (``""``: none)."""
    yield "fake GNT, Chinese", "pycasia", folder / "chinese.gnt", ""
    yield "fake GNT, ASCII", "pycasia", folder / "ascii.gnt", "labels: keeps the padding, a\\0"
    yield "fake GNT, code a1a4", "pycasia", folder / "dot.gnt", "labels: gb2312 has U+30FB there"
    yield "fake GNT, beyond GB2312", "pycasia", folder / "gbk.gnt", "stops: gb2312 has no such code"
    for name in ("hwdb1-crops-test.gnt", "hwdb1-101.gnt"):
        real = REAL / "casia" / name
        if real.is_file():
            yield f"real {name}", "pycasia", real, ""
    transposed = "pixels: left transposed, as stored"
    for peer in ("python-mnist", "emnist", "torchvision"):
        yield "fake MNIST", peer, folder / "mnist", ""
        if (folder / "real-mnist").is_dir():
            yield "real MNIST test set", peer, folder / "real-mnist", ""
        expected = transposed if peer == "torchvision" else ""
        yield "fake EMNIST Digits", peer, folder / "emnist", expected
    yield "fake QMNIST, writers too", "torchvision", folder / "qmnist", ""
    letters = REAL / "idx" / "emnist-letters-test-labels-idx1-ubyte.gz"
    if letters.is_file():
        yield "real EMNIST Letters, labels", "emnist", letters, ""
        yield "real EMNIST Letters, labels", "torchvision", letters, ""


# ---- penline's reading -------------------------------------------------------------------------


def ours(path: Path) -> tuple[list[Any], list[str]]:
    """Pictures as the file has them (EMNIST upright), and labels as text."""
    from penline.formats.idx import open_idx, read_labels
    from penline.records import GlyphRecord
    from penline.sources.collect import read

    if path.suffix == ".gz":
        with open_idx(path) as door:
            return [], [str(n) for n in read_labels(door).tolist()]
    records = [record for record in read(path) if isinstance(record, GlyphRecord)]
    if path.suffix == ".gnt":
        return [r.pixels for r in records], [r.character for r in records]
    labels = [str(int.from_bytes(r.code, "big")) for r in records]
    if path.name == "qmnist":
        labels = [f"{n} {int(r.source.writer[5:])}" for n, r in zip(labels, records, strict=True)]
    return [r.pixels for r in records], labels


# ---- the peers' readings: run in their environment, without penline ------------------------------


def by_pycasia(path: Path) -> tuple[list[Any], list[str]]:
    """Through `CASIA.load_gnt_file`, with a stand-in for what SciPy dropped."""
    misc = types.ModuleType("scipy.misc")
    misc.toimage = lambda pixels: pixels  # type: ignore[attr-defined]
    sys.modules["scipy"] = types.ModuleType("scipy")
    sys.modules["scipy.misc"] = misc
    found = list(importlib.import_module("pycasia.CASIA").CASIA.load_gnt_file(str(path)))
    return [pixels for pixels, _ in found], [label for _, label in found]


def by_emnist(path: Path) -> tuple[list[Any], list[str]]:
    """Through `parse_idx`, and `extract_data` for a split of EMNIST."""
    emnist = importlib.import_module("emnist")
    if path.suffix == ".gz":
        return [], [str(n) for n in emnist.parse_idx(gzip.decompress(path.read_bytes())).tolist()]
    if path.name == "emnist":
        emnist.CACHE_FILE_PATH = str(path.with_suffix(".zip"))
        images, labels = emnist.extract_samples("digits", "test")
    else:
        images = emnist.parse_idx((path / "t10k-images-idx3-ubyte").read_bytes())
        labels = emnist.parse_idx((path / "t10k-labels-idx1-ubyte").read_bytes())
    return list(images), [str(n) for n in labels.tolist()]


def by_python_mnist(path: Path) -> tuple[list[Any], list[str]]:
    """Through `MNIST.load_testing`."""
    import numpy as np

    reader = importlib.import_module("mnist").MNIST(str(path))
    if path.name == "emnist":
        for file in path.glob("*-ubyte"):
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        reader.select_emnist("digits")
    images, labels = reader.load_testing()
    pictures = np.array(images, np.uint8).reshape(len(images), SIDE_PX, SIDE_PX)
    return list(pictures), [str(n) for n in labels]


def by_torchvision(path: Path) -> tuple[list[Any], list[str]]:
    """Through the functions of `torchvision.datasets.mnist`, and `QMNIST._load_data`."""
    unpacked = Path(os.environ["CROSSCHECK_TORCHVISION"])
    for name in ("torchvision", "torchvision.datasets"):
        package = types.ModuleType(name)
        package.__path__ = [str(unpacked.joinpath(*name.split(".")))]  # type: ignore[attr-defined]
        sys.modules[name] = package
    stand_ins: dict[str, dict[str, object]] = {
        "torchvision.utils": {"_Image_fromarray": None, "_log_api_usage_once": None},
        "torchvision.datasets.vision": {"VisionDataset": object},
    }
    for name, members in stand_ins.items():
        module = types.ModuleType(name)
        module.__dict__.update(members)
        sys.modules[name] = module
    mnist = importlib.import_module("torchvision.datasets.mnist")
    if path.suffix == ".gz":
        plain = path.name.removesuffix(".gz")
        copy = Path(os.environ["CROSSCHECK_FOLDER"]) / plain
        copy.write_bytes(gzip.decompress(path.read_bytes()))
        return [], [str(n) for n in mnist.read_label_file(str(copy)).tolist()]
    if path.name == "qmnist":
        reader = object.__new__(
            type("Reader", (mnist.QMNIST,), {"raw_folder": str(path), "what": "test"})
        )
        images, rows = reader._load_data()
        return list(images.numpy()), [f"{row[0]} {row[2]}" for row in rows.tolist()]
    stem = "emnist-digits-test" if path.name == "emnist" else "t10k"
    images = mnist.read_image_file(str(path / f"{stem}-images-idx3-ubyte"))
    labels = mnist.read_label_file(str(path / f"{stem}-labels-idx1-ubyte"))
    return list(images.numpy()), [str(n) for n in labels.tolist()]


PEERS: dict[str, Callable[[Path], tuple[list[Any], list[str]]]] = {
    "pycasia": by_pycasia,
    "emnist": by_emnist,
    "python-mnist": by_python_mnist,
    "torchvision": by_torchvision,
}


def read_as_peer(peer: str, path: Path, out: Path) -> None:
    """Write what a peer reads: sizes, pixels one after the other, labels."""
    import numpy as np

    try:
        pictures, labels = PEERS[peer](path)
    except Exception as error:
        out.write_text(json.dumps({"error": f"{type(error).__name__}: {error}"}), "utf-8")
        return
    sides = [list(np.asarray(picture).shape) for picture in pictures]
    flat = [np.asarray(picture).astype(np.uint8).tobytes() for picture in pictures]
    out.with_suffix(".bin").write_bytes(b"".join(flat))
    out.write_text(json.dumps({"sides": sides, "labels": labels}), "utf-8")


# ---- the comparison ----------------------------------------------------------------------------


def compare(folder: Path, python: Path, case: tuple[str, str, Path, str]) -> tuple[str, ...]:
    """One row of the table."""
    import numpy as np

    name, peer, path, expected = case
    out = folder / "peer.json"
    command = [str(python), str(Path(__file__)), "--as-peer", peer, str(path), str(out)]
    environment = {
        **os.environ,
        "CROSSCHECK_FOLDER": str(folder),
        "CROSSCHECK_TORCHVISION": str(folder / "torchvision"),
        "PYTHONWARNINGS": "ignore",
    }
    subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
    theirs = json.loads(out.read_text("utf-8"))
    pictures, labels = ours(path)
    items = f"{len(labels):,}"
    if "error" in theirs:
        found = f"stops: {theirs['error']}"
        return name, peer, items, "-", "-", _why(found, expected)
    rest = out.with_suffix(".bin").read_bytes()
    same = len(theirs["sides"]) == len(pictures)
    turned = same and bool(pictures)
    for (height, width), picture in zip(theirs["sides"], pictures, strict=same):
        there = np.frombuffer(rest, np.uint8, height * width).reshape(height, width)
        rest = rest[height * width :]
        same = same and np.array_equal(there, picture)
        turned = turned and np.array_equal(there.T, picture)
    pixels = "equal" if same else "transposed" if turned else "differ"
    as_text = "equal" if theirs["labels"] == labels else "differ"
    if not pictures:
        pixels = "none"
    differs = ("pixels",) * (pixels in ("transposed", "differ")) + ("labels",) * (
        as_text != "equal"
    )
    shown = ""
    if as_text != "equal":
        one = next((a, b) for a, b in zip(theirs["labels"], labels, strict=False) if a != b)
        shown = f" ({one[0]!r} against {one[1]!r})"
    found = ", ".join(differs)
    return name, peer, items, pixels, as_text, _why(found, expected) + shown


def _why(found: str, expected: str) -> str:
    if not found and not expected:
        return ""
    if found.split(":")[0] == expected.split(":")[0]:
        return expected
    return f"UNEXPECTED: {found or 'no difference'} (expected: {expected or 'none'})"


def make_environment(folder: Path, peers: list[str]) -> Path:
    """The peers' interpreter; installs what is not there yet."""
    environment = folder / "environment"
    python = environment.joinpath(
        *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python"))
    )
    if not python.is_file():
        venv.create(environment, with_pip=True)
    mark = folder / "installed.json"
    there = json.loads(mark.read_text("utf-8")) if mark.is_file() else []
    pip = [str(python), "-m", "pip"]
    for peer in peers:
        if peer in there:
            continue
        print(f"crosscheck: installing {peer}", file=sys.stderr)
        subprocess.run([*pip, "install", "-q", *PACKAGES[peer]], check=True, stdout=sys.stderr)
        if peer == "torchvision":
            wheels = folder / "wheels"
            fetch = [*pip, "download", "-q", "--no-deps", "-d", str(wheels), WHEEL]
            subprocess.run(fetch, check=True, stdout=sys.stderr)
            with zipfile.ZipFile(next(wheels.glob("torchvision-*.whl"))) as wheel:
                for name in (
                    "datasets/mnist.py",
                    "datasets/utils.py",
                    "_internally_replaced_utils.py",
                ):
                    target = folder / "torchvision" / "torchvision" / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(wheel.read(f"torchvision/{name}"))
        there.append(peer)
        mark.write_text(json.dumps(there), "utf-8")
    return python


def main() -> int:
    """Print the table; 1 where a difference is not an expected one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path("build/crosscheck"))
    parser.add_argument("--without", action="append", default=[], choices=sorted(PEERS))
    parser.add_argument(
        "--as-peer", nargs=3, metavar=("PEER", "PATH", "OUT"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.as_peer:
        peer, path, out = arguments.as_peer
        read_as_peer(peer, Path(path), Path(out))
        return 0
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    peers = [peer for peer in PEERS if peer not in arguments.without]
    python = make_environment(folder, peers)
    files = folder / "files"
    files.mkdir(exist_ok=True)
    make_files(files)
    rows = [compare(folder, python, case) for case in cases(files) if case[1] in peers]
    print("| " + " | ".join(HEADER) + " |")
    print("|" + " --- |" * len(HEADER))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return int(any("UNEXPECTED" in row[-1] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
