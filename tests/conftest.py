"""Fixtures that several tests share: a small bank of made-up hands, and a corpus for it."""

from __future__ import annotations

import importlib
import json
import urllib.request
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from penline import compiled
from penline.bank import Bank, BankWriter, open_bank
from penline.characters import kind_of
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES
from penline.records import Source

collect_ignore = ["foreign_package"]  # another author's, one of whose modules is broken

compiled._PATIENCE_SECONDS = 1e9
"""Tests run on fresh machines, too: a command under test does not tell that it compiles first."""

TEXT = (
    "今天上午九点，我们在学校门口集合，准备去参观。\n"
    "老师说：“学习没有捷径，只有坚持。”\n"
    "会议定于2026年11月22日下午3:30举行！\n"
    "The quick brown fox jumps over the lazy dog.\n"
    "北京的秋天是一年中最美的季节，天高云淡。\n"
)


PICTURED = sorted(name for name in EXPORTERS if exporter_class(name, *TAKES).takes != "strokes")
"""Formats that any bank's lines can be written in; those of strokes need banks of strokes."""


def blob(character: str, seed: int, em_px: int = 60) -> np.ndarray:
    """Ink of a size that suits the character: a frame with noise in it."""
    rng = np.random.default_rng([seed, *map(ord, character)])
    height = round((kind_of(character).height or 0.25) * em_px * rng.uniform(0.9, 1.1))
    width = max(round(height * rng.uniform(0.6, 1.0)), 4)
    ink = np.where(rng.random((height, width)) < 0.4, rng.integers(120, 256, (height, width)), 0)
    ink[0] = ink[-1] = ink[:, 0] = ink[:, -1] = 200
    return ink.astype(np.uint8)


def cross(ink: np.ndarray) -> np.ndarray:
    """The diagonals of a glyph's box, as a pen's strokes."""
    height, width = ink.shape
    corners = [(0, 0), (width, height), (width, 0), (0, height)]
    return np.array([(256 * x, 256 * y, 400, 200, k % 2) for k, (x, y) in enumerate(corners)])


def build(
    path: Path,
    writers: Mapping[str, Sequence[str]],
    part: str = "train",
    copies: int = 2,
    seed: int = 0,
    penned: Container[str] = (),
) -> Bank:
    """A bank in which each writer has some entries; the same seed, the same ink. The glyphs of some
    writers have two crossed strokes beside it."""
    with BankWriter(path) as bank:
        for number, (writer, characters) in enumerate(writers.items()):
            source = Source(f"{writer.split(':')[1]}.gnt", writer, part, "casia-hwdb1.0")
            record = 0
            for character in dict.fromkeys(characters):
                for copy in range(copies):
                    ink = blob(character, 100 * number + copy + seed)
                    strokes = cross(ink) if writer in penned else None
                    bank.add(ink, character, source, record=record, strokes=strokes)
                    record += 1
    return open_bank(path)


@pytest.fixture(scope="session")
def characters() -> str:
    return "".join(sorted(set(TEXT) - set(" \n")))


@pytest.fixture(scope="session")
def small_bank(tmp_path_factory: pytest.TempPathFactory, characters: str) -> Bank:
    """Four writers; the third lacks the full-width comma but has the ASCII one."""
    folder = tmp_path_factory.mktemp("bank")
    return build(
        folder / "small.bank",
        {
            "casia:001": characters,
            "casia:002": characters,
            "casia:003": characters.replace("，", ","),
            "casia:004": characters[: len(characters) // 2],
        },
    )


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "text.txt"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture(params=range(20))
def chance(request: pytest.FixtureRequest) -> np.random.Generator:
    """Twenty times other random input, for what is held against an oracle."""
    return np.random.default_rng(request.param)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where to put a set on an S3 server on this machine, which has an empty bucket."""
    s3fs = pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    forget = urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")
    urllib.request.urlopen(forget).close()  # noqa: S310 - what a server before held is there, too
    s3fs.S3FileSystem().mkdir("lines")
    yield "s3://lines/set"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture
def torchvision_fits() -> None:
    """Skips where torchvision is of another build than torch: then docTR and others fail."""
    try:
        importlib.import_module("torchvision")
    except ImportError:
        pass  # some do without
    except RuntimeError as error:
        pytest.skip(f"torchvision is of another build than torch: {error}")


def ended(exporter: Any, shards: Any, told: dict[str, Any]) -> dict[str, Any]:
    """End a set as a run does, without what describes it; return what its report says."""
    report = exporter.finish(shards, told)
    (exporter.out / "report.json").write_text(json.dumps(report), "utf-8")
    return report
