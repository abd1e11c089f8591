"""Small runs of the verbs that write, and what has to hold when a step of one fails."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import fakes
import fakes_pages
import fakes_photo
from bad_server import BadServer, Manners
from conftest import TEXT
from penline import api
from penline.acquire import get
from penline.acquire.web import Limits
from penline.catalogue import File, card
from penline.cli import base
from penline.sample import sample_bank
from penline.template import bank_guides

CHARACTERS = "".join(sorted(set(TEXT) - set(" \n")))
RECIPE = """\
corpus: {length_range: [4, 12]}
papers: [plain]
effects: []
"""
OF_LINES = f"{RECIPE}image: {{height_px: 32}}\n"
OF_PAGES = f"""{RECIPE}\
page: {{width_px: 400, height_px: 300, em_px_range: [20, 24], lines_range: [2, 3]}}
"""
PAGES = ("paddleocr-det", "page-xml", "alto", "coco")
BODY = bytes(range(256)) * 1200


@dataclass
class Case:
    """One command.

    Attributes:
        name: what it is called.
        command: its arguments, or what is called in its place; ``OUT`` stands for the folder
            that it writes into.
        before: what is done before each run of it.
        kept: names that a run which failed may leave, for the next one to go on from.
    """

    name: str
    command: list[str] | Callable[[Path], object]
    before: Callable[[Path], object] = field(default=lambda _: None)
    kept: str = ""


def inputs(folder: Path) -> Path:
    """Archives, a bank, a text, a recipe, photographs."""
    folder.mkdir()
    (folder / "got" / "more").mkdir(parents=True)
    (folder / "got" / "1001-c.gnt").write_bytes(fakes.gnt(CHARACTERS))
    names = {"d/1002-c.gnt": fakes.gnt(CHARACTERS, 1), "d/1003-c.gnt": fakes.gnt(CHARACTERS, 2)}
    fakes.zip_file(folder / "got" / "more" / "got.zip", names, 8)
    (folder / "006-P16.dgrl").write_bytes(fakes_pages.dgrl(["今天", "九点"]))
    (folder / "001.pot").write_bytes(fakes.pot("今天上午"))
    (folder / "text.txt").write_text(TEXT, "utf-8")
    (folder / "lines.yaml").write_text(OF_LINES)
    (folder / "pages.yaml").write_text(OF_PAGES)
    api.pack(folder / "got", folder / "in.bank")
    characters = "".join(c for c in sample_bank().characters if ord(c) > 0x4E00)[:12]
    (folder / "list.txt").write_text(characters, "utf-8")
    sheet, grid = fakes_photo.sheet_of(tuple(characters), bank_guides(sample_bank()))
    rng = np.random.default_rng(5)
    fakes_photo.write(sheet, grid, sample_bank(), sample_bank().writers[0], rng)
    page = cv2.resize(sheet.page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    (folder / "IMG_1.jpg").write_bytes(fakes_photo.jpeg(page, 95))
    return folder


def cases(given: Path, url: str = "") -> list[Case]:
    """The commands, over what `inputs` made."""
    bank, text, recipe = str(given / "in.bank"), str(given / "text.txt"), str(given / "lines.yaml")
    compose = [*("compose", "-o", "OUT/set", "--bank", bank, "--corpus", text, "--workers", "1")]
    compose += ["--recipe", recipe, "--boxes", "--val", "0.3", "-n", "8", "--start", "996"]
    formats = ("paddleocr", "lmdb", "parquet", "webdataset", "imagefolder", "doctr", "kraken")
    formats += ("kraken-arrow", "easyocr", *PAGES)

    def composed(to: str) -> list[str]:
        of = str(given / ("pages.yaml" if to in PAGES else "lines.yaml"))
        return [*(of if one == recipe else one for one in compose), "--to", to]

    page, pot, photo = str(given / "006-P16.dgrl"), str(given / "001.pot"), str(given / "IMG_1.jpg")
    scan = ["scan", photo, "-o", "OUT/me.bank", "--chars", str(given / "list.txt")]
    packed = ["bank", str(given / "got"), "-o", "OUT/x.bank"]

    def standing(out: Path) -> None:
        shutil.copytree(given / "in.bank", out / "x.bank")

    return [
        Case("bank", packed),
        Case("bank --overwrite", [*packed, "--overwrite"], standing),
        *(Case(f"compose {to}", composed(to), kept=_RESUMED) for to in formats),
        Case("compose --plan-only", [*compose[:2], "OUT/p/plan.json", *compose[3:], "--plan-only"]),
        *(Case(f"convert {to}", ["convert", page, "-o", "OUT/set", "--boxes", "--to", to])
          for to in formats),
        Case("convert inkml", ["convert", pot, "-o", "OUT/set", "--to", "inkml"]),
        Case("scan", [*scan, "--writer", "me", "--again", "OUT/again.txt"]),
        *([Case("get", lambda out: _get(out, url), kept=_PART)] if url else []),
        Case("get --adopt", lambda out: _get(out, "", given), kept=_PART),
    ]  # fmt: skip


_RESUMED = r"set/(\.penline.*|parts/.*|.*\.shard|.*/)"
_MARK = re.compile(r"set/\.penline/shards/\d+\.json|test-set/.*")
"""Of what may be left, that without which there is nothing to go on from."""
_PART = r"test-set(/a\.bin\.part(\.json)?|/\.penline\.json)?"
_NEVER = r"\.partial|\.lock|\.new|\.adopt|/tmp"


def _get(out: Path, url: str, source: Path | None = None) -> object:
    if source is not None:
        (source / "a.bin").exists() or (source / "a.bin").write_bytes(BODY)
    facts: dict[str, Any] = {"bytes": len(BODY), "part": "test", "confidence": "memory"}
    one = File(name="a.bin", sources=("memory",), path="a.bin", **facts)
    like = card("nist-sd19").model_copy(
        update={"id": "test-set", "files": (one,), "prefixes": (url,) if url else ()}
    )
    limits = Limits(sleep=lambda _: None)
    return get(like, root=out, adopt=source, accept_terms=True, limits=limits)


@contextlib.contextmanager
def serving(server: BadServer) -> Iterator[str]:
    server.paths["/a.bin"] = Manners(BODY)
    yield server.url


def told(case: Case, out: Path) -> tuple[int, str]:
    """Run a command as the command line does; its exit code, and what it says of errors."""
    said = io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
        if isinstance(case.command, list):
            words = [word.replace("OUT", str(out)) for word in case.command]
            patch.setattr(sys, "argv", ["penline", *words])
        else:
            patch.setattr(base, "app", lambda standalone_mode: case.command(out))  # type: ignore[operator]
        patch.setattr(tempfile, "tempdir", str(out / "tmp"))
        # or what one run leaves to the end of its process is never let go in this one
        patch.setattr(base, "leave_all", lambda: None)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                base.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            signal.signal(signal.SIGTERM, before)
    return code, said.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file, and every folder that holds nothing; without the times in a shelf's record."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            data = path.read_bytes()
            shelf = path.name == ".penline.json"
            found[name] = re.sub(rb'"(accepted|mtime_ns)": [^,\n}]*', b"", data) if shelf else data
        elif not any(path.iterdir()):
            found[f"{name}/"] = b""
    return found


def fresh(case: Case, out: Path) -> Path:
    """The folder that a command writes into, as it is before."""
    shutil.rmtree(out, ignore_errors=True)
    (out / "tmp").mkdir(parents=True)
    case.before(out)
    return out


def faults_of(case: Case, out: Path, wanted: dict[str, bytes], code: int, said: str) -> list[str]:
    """What does not hold after a run of which a step failed; then it is run once more."""
    found = []
    before = tree(fresh_copy(case, out))
    if code not in (0, 1, 2):
        found.append(f"exit {code}")
    if code and (said.count("\n") != 1 or not said.startswith("penline: ")):
        found.append(f"not one line: {said!r}")
    if code and str(out.parent) not in said:
        found.append(f"names no path: {said!r}")
    kept = case.kept if any(map(_MARK.fullmatch, tree(out))) else ""
    for name, data in tree(out).items():
        if wanted.get(name) == data or (code and before.get(name) == data):
            continue
        if code and kept and re.fullmatch(kept, name) and not re.search(_NEVER, name):
            continue
        half = "left" if name not in wanted else "half, or another"
        found.append(f"{half}: {name}")
    if not code and tree(out) != wanted:
        found.append(f"said nothing: {sorted(wanted.keys() ^ tree(out).keys())}")
    if code:
        again, why = told(case, out)
        # what was whole when the fault came bears its name, and stands
        if again and not ("exists; choose" in why and tree(out) == wanted):
            found.append(f"the next run: {why!r}")
        elif tree(out) != wanted:
            names = sorted(n for n in wanted.keys() | tree(out).keys()
                           if wanted.get(n) != tree(out).get(n))  # fmt: skip
            found.append(f"the next run differs: {names}")
    return found


def fresh_copy(case: Case, out: Path) -> Path:
    """As `fresh`, beside it."""
    return fresh(case, out.with_name(out.name + "-before"))
