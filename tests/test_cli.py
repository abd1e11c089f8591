"""The command line as a user meets it: exit codes, one line for an error, JSON for scripts."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import typer
from rich.markdown import Markdown
from typer.testing import CliRunner

import fakes
from penline import catalogue, cli, errors
from penline.cli.examples import EXAMPLES, GROUPS, START
from penline.console import out
from penline.errors import MissingExtra


def run(monkeypatch: pytest.MonkeyPatch, capsys, *arguments: object) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["penline", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    else:
        code = 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def penline(monkeypatch, capsys):
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


@pytest.fixture
def gnt(tmp_path: Path) -> Path:
    path = tmp_path / "001-f.gnt"
    path.write_bytes(
        fakes.gnt(
            "今天上午九点我们在学校门口集合准备去参观老师说习没有捷径只坚持会议定于年月日下举"
        )
    )
    return path


def test_a_terminal_gets_no_control_characters_of_texts(penline) -> None:
    code, _, error = penline("info", "no\x1b[2J\x9b\x7ffile")
    assert code == 2
    assert "no?[2J??file" in error
    file = io.StringIO()
    terminal = type(out)(file=file, force_terminal=True, highlight=False)
    terminal.print(Markdown("a\x1b]0;b\x07 **c**"), "\x1b[2J手\u3000")
    shown = file.getvalue()
    assert "a?]0;b" in shown
    assert "?[2J手\u3000" in shown
    assert "\x1b[1mc" in shown


def test_list_and_card(penline) -> None:
    code, text, _ = penline("list")
    assert code == 0
    assert "casia-hwdb1.1" in text
    assert "penline-sample" in text
    code, text, _ = penline("list", "--json")
    assert {card["id"] for card in json.loads(text)["cards"]} >= {"nist-sd19", "casia-olhwdb2.2"}
    code, text, _ = penline("card", "nist-sd19")
    assert code == 0
    assert "814,255" in text
    code, _, error = penline("card", "casia-hwdb9")
    assert code == 1
    assert error.count("\n") == 1
    assert "casia-hwdb" in error


def test_bank_info_compose_check(penline, gnt: Path, tmp_path: Path) -> None:
    code, text, error = penline("bank", gnt, "-o", tmp_path / "b")
    assert (code, error) == (0, "")
    assert "40 glyphs" in text
    code, text, _ = penline("info", tmp_path / "b", "--json")
    told = json.loads(text)[0]
    assert told["writers"] == {"casia:001": 40}
    assert (told["records"], told["pages"], told["characters"]) == (40, 0, 40)
    assert "40 glyphs, 40 characters" in penline("info", tmp_path / "b")[1]
    code, text, _ = penline("info", gnt)
    assert code == 0
    assert "40 records" in text
    corpus = tmp_path / "t.txt"
    characters = [glyph.character for glyph in __import__("penline").read(gnt)]
    corpus.write_text("".join(dict.fromkeys(c for c in characters if c.isalnum())) * 3, "utf-8")
    code, text, error = penline(
        "compose", "--bank", tmp_path / "b", "--corpus", corpus, "-n", 5, "--recipe", "plain",
        "-o", tmp_path / "o", "--workers", 1,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "5 train lines" in text
    code, text, _ = penline("check", tmp_path / "o")
    assert code == 0
    assert "sound" in text
    next((tmp_path / "o").rglob("*.jpg")).unlink()
    assert penline("check", tmp_path / "o")[0] == 1


def test_a_defect_is_shown_with_its_place(penline, gnt: Path, tmp_path: Path) -> None:
    gnt.write_bytes(gnt.read_bytes()[:-3])
    code, text, _ = penline("info", gnt)
    assert code == 1
    assert "39 records" in text
    assert "defect" in text
    assert "byte" in text
    code, _, error = penline("bank", gnt, "-o", tmp_path / "b")
    assert code == 1
    assert error.count("\n") == 1
    assert "001-f.gnt: byte" in error
    assert "pass --salvage" in error
    assert "pass --salvage" in penline("convert", gnt, "-o", tmp_path / "set")[2]
    assert "salvage" not in penline("bank", tmp_path, "-o", tmp_path / "b", "--part", "x")[2]
    assert not (tmp_path / "b").exists()
    code, text, _ = penline("bank", gnt, "-o", tmp_path / "b", "--salvage")
    assert code == 0
    assert "39 glyphs" in text
    assert "left out: 1" in text


def test_names_are_printed_as_they_are(penline, tmp_path: Path) -> None:
    """No mark-up and no picture is made of a file's or a writer's name."""
    path = tmp_path / "x.gnt"
    path.write_bytes(fakes.gnt("今天"))
    marked = tmp_path / "[red]b[red].gnt"
    marked.write_bytes(fakes.gnt("今天"))
    _, text, _ = penline("info", path, marked)
    assert "unknown:x: 2" in text
    assert "[red]b[red].gnt" in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["info", "absent.gnt"], 2, "absent.gnt"),
        (["compose", "-o", "x", "-n", "0"], 2, "-n"),
        (["compose", "-o", "x", "--recipe", "fancy"], 2, "fancy"),
        (["compose", "-o", "x", "--to", "tape"], 2, "tape"),
        (["compose", "-o", "x", "--bank", "absent"], 1, "absent"),
        (["compose", "-o", "x", "--corpus", "absent.txt"], 1, "absent.txt"),
        (["compose", "-o", "x", "--dict", "absent.txt"], 2, "absent.txt"),
        (["compose", "-o", "x", "--part", "middle"], 2, "middle"),
        (["check", "absent"], 1, "absent"),
        (["frobnicate"], 2, "frobnicate"),
        (["bank"], 2, ""),
    ],
)
def test_wrong_usage(penline, tmp_path: Path, monkeypatch, arguments, code, message) -> None:
    monkeypatch.chdir(tmp_path)
    found, _, error = penline(*arguments)
    assert found == code, error
    assert message in error
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_every_command_says_what_it_does() -> None:
    result = CliRunner().invoke(cli.app, ["--help"])
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__.rstrip("_")
        assert name in result.output
        assert command.callback.__doc__


def test_a_beginner_is_told_what_to_do_first(penline) -> None:
    code, text, _ = penline()
    assert (code, text) == (0, START)
    for line in [line.strip() for line in text.splitlines() if line.startswith("  penline ")]:
        _, name, *words = shlex.split(line.split("   ")[0])
        typer.main.get_command(cli.app).commands[name].make_context(name, words)


def test_every_command_has_a_group_and_examples_that_it_takes(penline) -> None:
    commands = typer.main.get_command(cli.app).commands
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(commands) and list(commands) == grouped
    assert set(EXAMPLES) == set(commands)
    for group in GROUPS:
        assert group in penline("--help")[1]
    for name, examples in EXAMPLES.items():
        for line in "\n".join(examples.values()).splitlines():
            _, verb, *words = shlex.split(line)
            commands[verb].make_context(verb, words)
        assert "penline" in commands[name].epilog


def test_the_catalogue_is_filtered(penline) -> None:
    def ids(*options: str) -> list[str]:
        return [card["id"] for card in json.loads(penline("list", *options, "--json")[1])["cards"]]

    everything, readable = ids(), ids("--readable")
    assert set(ids("--readable", "--gettable")) < set(readable) < set(everything)
    assert "nist-sd19" in ids("--script", "latin", "--kind", "characters")
    assert ids("--script", "Latn") == ids("--script", "Latin") != everything
    assert "hwr200" in ids("--script", "cyrillic") and "nist-sd19" not in ids("--script", "Cyrl")
    assert all("cc by" in card for card in map(licence_of, ids("--licence", "cc by")))
    assert set(ids("--licence", "commercial")) < set(everything)
    assert ids("--licence", "Commercial") == ids("--licence", "commercial")
    assert ids("--kind", "Words") == ids("--kind", "words")
    chinese = {*ids("--script", "Hans"), *ids("--script", "Hant")}
    assert set(ids("--script", "chinese")) == chinese
    assert "Latn (Latin)" in penline("list", "--script", "klingon")[2]
    wrongs = (("--script", "klingon"), ("--kind", "gold"), ("--licence", "commercal"))
    for option, wrong in wrongs:
        code, _, error = penline("list", option, wrong)
        assert code == 2 and wrong in error and "there are" in error
    none = penline("list", "--licence", "cc by", "--script", "Armn", "--kind", "formulas")
    assert "no card has all of that" in none[1]


def licence_of(id: str) -> str:
    return catalogue.card(id).licence.name.lower()


def test_what_is_missing_is_installed_from_where_penline_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(errors, "__file__", str(tmp_path / "src" / "penline" / "errors.py"))
    told = "a page needs an optional package: pip install "
    assert str(MissingExtra("a page", "serve")) == told + "'penline[serve]'"
    (tmp_path / "pyproject.toml").touch()
    assert str(MissingExtra("a page", "serve")) == told + f"'{tmp_path}[serve]'"
    monkeypatch.chdir(tmp_path)
    assert str(MissingExtra("a page", "serve")) == told + "'.[serve]'"


def test_a_shell_is_taught_to_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import sys; sys.argv = ['penline']; from penline.cli import main; main()"
    asked = {"_PENLINE_COMPLETE": "complete_bash", "COMP_WORDS": "penline comp", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | asked,
    )
    assert done.stdout.split() == ["compose"], done.stderr


def test_settings_of_a_recipe_are_given_on_the_command_line(penline, tmp_path: Path) -> None:
    out = tmp_path / "lines"
    short = ("compose", "-n", 6, "-o", out, "--recipe", "plain", "--overwrite")
    code, _, error = penline(*short, "--length", "4-6", "--writers", "mixed", "--set", "seed=1")
    assert code == 1 and "no setting `seed` here" in error
    code, _, error = penline(*short, "--length", "4-6", "--set", "corpus.length_range=[4, 6]")
    assert code == 2 and "corpus.length_range is set twice" in error
    code, _, error = penline(*short, "--length", "few")
    assert code == 2 and "write 10-40, or one number" in error
    options = ("--length", "4-6", "--writers", "mixed", "--set", "image.height_px=40")
    assert penline(*short, *options)[0] == 0
    report = json.loads((out / "report.json").read_text())
    recipe = report["run"]["recipe"]
    assert recipe["corpus"]["length_range"] == [4, 6]
    assert report["mixed_writers"] and recipe["image"]["height_px"] == 40
    one = tmp_path / "line.png"
    assert penline("write", "Good day", "-o", one, "--set", "image.height_px=40")[0] == 0
    assert cv2.imread(str(one)).shape[0] == 40


@pytest.mark.parametrize("arguments", [("bank", "", "-o", "out"), ("write", "x", "--bank=")])
def test_an_empty_word_is_no_path(penline, arguments: tuple[str, ...]) -> None:
    code, _, error = penline(*arguments)
    assert code == 2
    assert f"{arguments[-1] if '=' in arguments[-1] else 'an argument'} is empty; name" in error


def test_what_penline_made_is_named_by_its_folder(penline, gnt: Path, tmp_path: Path) -> None:
    for name in ("a.bank", "b.bank"):
        assert penline("bank", gnt, "-o", tmp_path / "banks" / name)[0] == 0
    bank = tmp_path / "banks" / "a.bank"
    code, _, error = penline("info", bank / "bank.json")
    assert code == 1 and f"of a bank name the folder: {bank}, found a file of a bank" in error
    code, _, error = penline("bank", tmp_path / "banks", "-o", tmp_path / "c.bank")
    assert code == 1 and error.rstrip().endswith("found 2 folders of banks")
    assert f"name the folders themselves: {bank}, {tmp_path / 'banks' / 'b.bank'}" in error
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "report.json").write_text("{}")
    code, _, error = penline("info", tmp_path / "set" / "report.json")
    assert code == 1 and f"of a finished data set name the folder: {tmp_path / 'set'}" in error


def test_reading_archives_needs_nothing_that_composes() -> None:
    code = (
        "import sys, penline.api.archives\n"
        "print([m for m in sys.modules if m.startswith(('penline.compose', 'penline.recipe'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_start_up_is_light() -> None:
    """``import penline`` and ``--version`` load none of the heavy packages."""
    program = (
        "import sys, penline\n"
        "heavy = {'numba', 'cv2', 'pyarrow', 'numpy', 'torch', 'ray'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "penline", "--version"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("penline 0.")
