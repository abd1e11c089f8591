"""Commands and Python of the documentation are run, beside small stand-ins for its files."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import fakes_docs
from fakes_card_layouts import FAKES
from penline import cli
from test_docs import DOCS, PAGES, name_of, text_of

_FENCE = re.compile(r"^```(sh|python|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`([\w-]+\.yaml)`[^`]*\Z")

NOT_RUN = {
    r"^penline serve": "it serves until Ctrl-C; test_serve.py and test_browser.py visit it",
    r"^penline (ablate|read) ": "it trains and reads with PyTorch; test_ablate.py does both",
    r"--from-lines --model": "it reads with trained weights; test_ablate.py aligns by such a model",
    r'told\["weights"\]': "Python that loads the weights of a comparison; test_ablate.py runs it",
    r"^penline get (?!.*--adopt)": "it needs the network; test_acquire.py has a server of its own",
    r"^penline check-links": "it needs the network; test_links.py has a server of its own",
    r"^penline get .*--adopt": "archives of the true sizes and hashes; test_acquire.py",
    r"--for ": "it reads PaddleOCR's own dictionary; test_paddleocr.py takes a small one",
    r"--engine ray": "it needs a cluster; test_ray.py starts one",
    r"s3://": "it needs an object store; test_remote.py has one",
    r"--font ": "no font lies in the repository; test_template.py takes one where there is one",
    r"^(pip|make|python|ketos|sed|cp|cd|calamari-train|pylaia-\S+|\.venv/bin/python) ": (
        "no command of penline's"
    ),
    r"^(make$|hf |mlcroissant )": "no command of penline's",
    r"from_pretrained": "Python that downloads a published model",
    r"optimiser\.step|net\.state_dict": "Python that trains; test_stream_torch.py runs such a loop",
    r"endless=True": "Python that goes on for ever; test_stream_torch.py reads such a stream",
    r"from train import train": "Python in EasyOCR's own folder; tools/run_trainers.py runs it",
    r"type=\"RecogTextDataset\"": "Python that is a part of a configuration of MMOCR",
    r"run_path\(": "Python that runs docTR's own training script, out of a clone of docTR",
    r"model\.state_dict\(\)": "Python that is a fragment: the model is the reader's own",
}
"""What is not run, and why; a pattern that matches nothing is a failure."""
EXTRAS = {
    *("torch", "torchdata", "datasets", "transformers", "lmdb", "doctr", "kraken", "webdataset"),
    "mlcroissant",
}
"""Modules of extras and trainers: Python that asks for one that is not here is not run."""
NOT_WHOLE = re.compile("^penline (census|fit real|realism real) ")
"""Exit code 1: the stand-ins have not the published counts, or too little ink to measure;
test_fit.py measures lines of every form."""
FEW = 12
"""No more lines are made than this, whatever the page says."""


@dataclass
class Block:
    """A block of a page: its language, its text, and the file that the paragraph before names."""

    language: str
    text: str
    name: str

    @property
    def commands(self) -> list[str]:
        """Lines of a shell block, without comments."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language == "sh" else []
        return [line.split("  #")[0].strip() for line in lines if line.strip()]

    @property
    def run(self) -> list[str]:
        """Those of them that are run."""
        return [one for one in self.commands if one.startswith("penline ") and not reason(one)]

    @property
    def makes(self) -> set[str]:
        """What these write."""
        words = [shlex.split(one) for one in self.run]
        if self.language == "python":
            return set(re.findall(r'BankWriter\("([^"]+)"\)', self.text))
        return {one[one.index("-o") + 1].rstrip("/") for one in words if "-o" in one}


def blocks_of(page: Path) -> Iterator[Block]:
    text = text_of(page)
    for found in _FENCE.finditer(text):
        before = text[: found.start()].rstrip("\n").rsplit("\n\n", 1)[-1]
        named = _NAMED.search(before)
        yield Block(found[1], found[2], named[1] if named else "")


def reason(text: str) -> str:
    """Why a command or a piece of Python is not run; "" where it is."""
    return next((why for what, why in NOT_RUN.items() if re.search(what, text)), "")


def batches(page: Path) -> list[list[Block]]:
    """Blocks that go on from each other: those of a page; a verb's examples each by itself."""
    blocks = list(blocks_of(page))
    return [[block] for block in blocks] if page.parent.name == "verbs" else [blocks]


SHOWN = (
    "casia-hwdb1.1",
    "casia-hwdb2.0",
    "casia-ahcdb",
    "penline-sample",
    "iam",
    "unipen",
    "omniglot",
)
"""Data sets whose pages are run; those of the others have the same commands with another id."""
CARDS = sorted(
    page
    for page in (DOCS / "catalogue").glob("*.md")
    if page.stem != "which" and not page.stem.startswith("by-script-")
)
WITH_CODE = [
    page
    for page in PAGES
    if any(blocks_of(page)) and (page.parent.name != "catalogue" or page.stem in SHOWN)
]


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "files"
    folder.mkdir()
    fakes_docs.make(folder)
    return folder


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_a_page_runs(
    page: Path,
    stand_ins: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number, batch in enumerate(batches(page)):
        here = tmp_path / str(number)
        made = set().union(*(block.makes for block in batch))
        shutil.copytree(stand_ins, here, ignore=lambda place, names, made=made: made & {*names})
        if page.parent.name == "catalogue" and page.stem in FAKES:
            shutil.rmtree(here / "downloads")
            FAKES[page.stem](here / "downloads")
        monkeypatch.chdir(here)
        monkeypatch.setenv("PENLINE_ROOT", str(here / "shelf"))
        names: dict[str, object] = {"__name__": "__main__"}
        for block in batch:
            for command in block.run:
                call(command, monkeypatch, capsys)
            if block.language == "yaml" and block.name:
                Path(block.name).write_text(block.text, "utf-8")
            if block.language == "python" and not reason(block.text) and able(block.text):
                exec(block.text, names)  # noqa: S102 - our own page


def call(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command in this process; it has to end as the page lets one expect."""
    command, _, into = command.partition(" > ")
    monkeypatch.setattr(sys, "argv", ["penline", *words_of(command)])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    told = capsys.readouterr()
    if into:
        Path(into.strip()).write_text(told.out, "utf-8")
    assert code == bool(NOT_WHOLE.search(command)), f"{command}: {code}: {told.err or told.out}"


def words_of(command: str) -> list[str]:
    """The words after ``penline``, with few lines on both sides and one process."""
    words = shlex.split(command)[1:]
    if words[0] in ("compose", "select") and "-n" in words:
        at = words.index("-n") + 1
        words[at] = str(min(int(words[at]), FEW))
    if "--val" in words:
        words[words.index("--val") + 1] = "0.4"
    if words[0] in ("compose", "rebuild") and "--plan-only" not in words:
        words += ["--workers", "1"]
    return words


def able(text: str) -> bool:
    """Whether the extras that a piece of Python imports are installed."""
    asked = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE)) & EXTRAS
    with contextlib.suppress(ImportError, ValueError):
        return all(importlib.util.find_spec(module) is not None for module in asked)
    return False


def test_what_is_not_run_is_there_and_little() -> None:
    every = [block for page in WITH_CODE for block in blocks_of(page)]
    commands = [command for block in every for command in block.commands]
    texts = [*commands, *(block.text for block in every if block.language == "python")]
    for what in NOT_RUN:
        assert any(re.search(what, text) for text in texts), what
    assert [one for one in commands if not one.startswith("penline ") and not reason(one)] == []
    ours = [command for command in commands if command.startswith("penline ")]
    assert len(ours) > 60
    assert sum(bool(reason(command)) for command in ours) < len(ours) / 4
    assert DOCS / "tutorial.md" in WITH_CODE


def forms(page: Path) -> set[str]:
    return {
        command.replace(page.stem, "ID") for block in blocks_of(page) for command in block.commands
    }


def test_the_pages_of_other_data_sets_have_the_same_commands() -> None:
    shown = set().union(*(forms(page) for page in CARDS if page.stem in SHOWN))
    assert all(forms(page) <= shown for page in CARDS)
    assert all(forms(page) for page in CARDS if page.stem != "index")
