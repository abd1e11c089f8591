"""What pages say: each English text has its Chinese one, none is left over, and none goes past."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fakes
import fakes_sets
import penline
from penline.bank import open_bank
from penline.census import census
from penline.formats import READERS
from penline.look.app.judge import FLAGS
from penline.look.app.line_request import INKS, effects, papers
from penline.look.catalogue import catalogue_page
from penline.look.realism import realism_page
from penline.look.sheet import sheet
from penline.look.strings import asked_language, said, strings, strings_script, told
from penline.realism import realism
from test_sheet import make_bank, make_set

LOOK = Path(penline.__file__).parent / "look"
SCRIPTS = sorted([*LOOK.glob("*.js"), *(LOOK / "app" / "static").glob("*.js")])
TEMPLATES = sorted((LOOK / "app" / "templates").glob("*.html"))
LITERAL = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
SAID = re.compile(rf"\bt\(\s*(?:[^\"'()]*\? *)?({LITERAL})(?! *\+)(?:\s*:\s*({LITERAL}))?")
TOGETHER = (
    *(("page.html", "sheets", "base.js", "plots.js", name) for name in
      ("glyphs.js", "lines.js", "seen.js", "census.js", "realism.js", "ablation.js")),
    ("page.html", "sheets", "base.js", "catalogue.js", "catalogue"),
    ("sheets", "seen.js", "lines.js"),
    ("server", "app.js", "seen.js", "write.js"),
    ("server", "templates"),
)  # fmt: skip
"""Sections of which one page has all: one English text is one Chinese text there."""
AT_START = {"server.py", "open_set.py"}
"""Their errors are the command line's: no page is there yet."""


def keys_of(text: str) -> list[str]:
    return [ast.literal_eval(one) for found in SAID.findall(text) for one in found if one]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_its_section_of_strings(path: Path) -> None:
    if path.name == "words.js":
        return  # it says nothing itself
    asked = set(keys_of(path.read_text("utf-8")))
    assert asked - {"."} == strings().get(path.name, {}).keys() - {"."}


def test_templates_have_their_section_of_strings() -> None:
    asked = {key for path in TEMPLATES for key in keys_of(path.read_text("utf-8"))}
    assert asked == strings()["templates"].keys()
    page = (LOOK / "page.html").read_text("utf-8")
    told_there = set(re.findall(r'data-t(?:-label)?="([^"]+)"', page))
    assert told_there == strings()["page.html"].keys()


def slots(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_strings_are_whole() -> None:
    for section in strings().values():
        for key, value in section.items():
            assert slots(key) == slots(value), key
            assert value or key == "A ", key  # an article
    for names in TOGETHER:
        seen: dict[str, str] = {}
        for name in names:
            for key, value in strings().get(name, {}).items():
                assert seen.setdefault(key, value) == value, key


# What goes past the strings

VISIBLE = re.compile(r"[A-Za-z]{2,}")
NAMES = {
    "{writer}/{label}/*.png",
    "penline",
    "recipe.yaml",
    "Python",
    "anna",
    ".gnt",
    ".pot",
    ".zip",
    ".txt",
    "px",
}
ATTRIBUTES = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')


def visible(template: str) -> Iterator[str]:
    """The words of a template that no string has."""
    plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", template, flags=re.DOTALL)
    plain = re.sub(r"<(script|style|code)\b.*?</\1>", " ", plain, flags=re.DOTALL)
    yield from ATTRIBUTES.findall(plain)
    yield from re.sub(r"<[^>]*>", "\n", plain).split("\n")


def test_no_template_says_what_is_not_among_the_strings() -> None:
    for path in TEMPLATES:
        for text in visible(path.read_text("utf-8")):
            left = [one for one in text.split() if VISIBLE.search(one) and one not in NAMES]
            assert not left, (path.name, left)
    assert list(filter(VISIBLE.search, visible('<p title="Take it">Now <b>{{ t("x") }}</b>')))


WORDS = re.compile(r"^\s?[A-Z][a-z]+[ a-z.:…]*$|[A-Za-z]{2,}[,;:]? [a-z]{2,}")
TECHNICAL = {
    *("use strict", "(prefers-color-scheme: dark)", " 0 4px, transparent 4px 7px)"),
    *("English", "Enter", "Escape", "Tab", "Backspace", "Home", "End"),
    *("penline: drawn", "grid by-", "ink of an unknown kind", "ink that points outside"),
    *("character borrowed", "penline sheet"),  # looked for; said by way of the data
}
TECHNICAL_PLACE = re.compile(
    r"(?:\b(?:class|rel|role|type|id|lang|scope|name|key): *|===|\bel\(|closest\?*\.*\(|"
    r"\"class\",)\s*$"
)


def bare(script: str) -> list[str]:
    """The literals of a script that somebody may read, and that are no argument of ``t``."""
    code = re.sub(r"(?m)//.*$|/\*.*?\*/", "", script)
    code = SAID.sub("", code)
    found = []
    for match in re.finditer(rf"{LITERAL}|`(?:[^`\\]|\\.)*`", code):
        text = re.sub(r"\$\{[^}]*\}", " ", match[0][1:-1])
        before = code[: match.start()].rstrip()[-60:]
        if TECHNICAL_PLACE.search(before) or code[match.end() :].lstrip().startswith(":"):
            continue
        if WORDS.search(text) and text not in TECHNICAL:
            found.append(match[0])
    return found


def test_no_script_says_what_is_not_among_the_strings() -> None:
    left = {path.name: some for path in SCRIPTS if (some := bare(path.read_text("utf-8")))}
    assert left == {}
    assert bare('el("p", {}, "No glyph matches")') == ['"No glyph matches"']
    assert bare('say(`More than ${n} strokes`); say(t("All is sent."));') == [
        "`More than ${n} strokes`"
    ]


# What Python says


def known(text: str, *sections: str) -> bool:
    """Whether a text, or its form, is among the strings."""
    keys = {key for name in sections for key in strings()[name]}
    forms = (re.sub(r"\\\{\w+\\\}", "(.+?)", re.escape(key)) for key in keys if "{" in key)
    return text in keys or any(re.fullmatch(form, text, re.DOTALL) for form in forms)


def form_of(node: ast.expr) -> str:
    """The text of a message, with empty braces for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)
        return "".join(map(str, parts))
    return "{}"


def test_every_error_of_the_server_has_its_string() -> None:
    keys = {re.sub(r"\{\w+\}", "{}", key) for key in strings()["server"]}
    constant = {"hands.py": {"{}: {} is larger than any that penline writes"}}  # a name in it
    asked = 0
    for path in sorted((LOOK / "app").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or path.name in AT_START:
                continue
            if ast.unparse(node.func) not in ("UsageError", "_Refused", "HTTPException"):
                continue
            for form in filter(VISIBLE.search, map(form_of, node.args)):
                if form in constant.get(path.name, ()):
                    continue
                asked += 1
                assert form in keys, (path.name, form)
    assert asked > 50


def test_no_string_of_what_python_says_is_left_over() -> None:
    forms = []
    for path in sorted(LOOK.parent.rglob("*.py")):
        forms += [
            form_of(node)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant | ast.JoinedStr)
        ]
    forms += [form for path in SCRIPTS for form in ast_free(path.read_text("utf-8"))]
    forms += [path.read_text("utf-8") for path in (LOOK.parent / "catalogue").glob("*.md")]
    everything = "\n".join(forms)
    left = []
    for section in ("sheets", "server", "catalogue"):
        for key in strings()[section]:
            longest = max(re.split(r"\{\w+\}", key), key=len)
            if longest.strip(" .:,;") not in everything and not is_made(key):
                left.append((section, key))
    assert not left, left


def ast_free(script: str) -> list[str]:
    return [one[1:-1] for one in re.findall(LITERAL, script)]


MADE = {
    "it has no entry in boxes.jsonl",
    "{name}: written.jsonl is larger than any that penline writes",
    "No one writer has all of these. Columns and cells are placed by the layout's rules.",
    *("Not Found", "Method Not Allowed"),  # by Starlette
}


def is_made(key: str) -> bool:
    """Whether a text is put together from two: a kind that is simulated, a reason and its end."""
    ends = (", simulated", ", which is not drawn.", " lines", " pages")
    starts = ("repeats, ", "{count} ", "{shown} of {all} shown ")
    return key in MADE or key.endswith(ends) or key.startswith(starts)


def test_names_on_the_server_have_their_strings() -> None:
    for name in (*INKS, *papers(), *effects(), *FLAGS, *FLAGS.values()):
        assert name in strings()["server"], name


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The data of a sheet of each kind."""
    folder = tmp_path_factory.mktemp("said")
    made = {
        "bank": make_bank(folder / "x.bank", "永和你好", ["w:1", "w:2"]),
        "set": make_set(folder / "set"),
        "pages": fakes.folder(folder / "pages", fakes_sets.page_2019() | fakes_sets.pairs()),
    }
    (folder / "got").mkdir()
    records = fakes.gnt("永和你好大小", 30)
    (folder / "got" / "001-f.gnt").write_bytes(records + records[:40])
    made["archive"] = folder / "got"
    made["census"] = folder / "census.json"
    made["census"].write_text(json.dumps(census(folder / "got").as_json()), "utf-8")
    found = {}
    for name, source in made.items():
        page = sheet(source, folder / f"{name}.html", limit=5).path.read_text("utf-8")
        found[name] = data_of(page)
    long = make_set(folder / "long", 60, text="你好，，你好，，你好，，")
    found["realism"] = data_of(realism_page(realism(long, long)).decode())
    found["catalogue"] = data_of(catalogue_page(READERS).decode())
    assert len(open_bank(made["bank"])) > 5  # so that a sheet does not show all
    return found


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def sayings(data: dict[str, Any]) -> Iterator[str]:
    """All that a sheet's data says in words of penline's own."""
    yield from (
        data["kind"].split(", ")
        if data["unit"] not in ("pages", "lines", "pages and lines")
        else []
    )
    yield "{count} " + data["unit"]
    yield from (data["spread"],) if data.get("spread") else ()
    yield from (name for name, _ in data["figures"])
    yield from data["notes"]
    yield from (table["title"] for table in data["tables"])
    for badge in data["badges"]:
        yield from (badge["text"], badge["why"])
    for row in data["sources"]:
        yield from (row["redistribution"],) if row["redistribution"] not in ("yes", "no") else ()
    for plot in data.get("plots", ()):
        yield from (plot["title"], plot["unit"], plot["each"], "{count} " + plot["each"])
        yield from (plot["of"],) if plot["of"] else ()
    for row in data.get("damage", ()):
        yield from (row["place"], row["says"], *([row["how"]] if "how" in row else []))
    for row in data.get("counts", ()):
        yield from (row["what"], row["part"], row["scope"])
    yield from (kind for kind, _ in data.get("kinds", ()))
    yield from (data["verdict"],) if "verdict" in data else ()
    yield from (row[0] for row in (*data.get("distances", ()), *data.get("areas", ())))
    for row in data.get("rows", ()):
        yield from (row["kind"], *row["units"], row["commercial"], row["redistribution"])
        yield from ("{count} " + row["size"][0],) if row["size"] else ()
    yield from data.get("scripts", {}).values()


KINDS = ("bank", "set", "pages", "archive", "census", "realism", "catalogue")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_sheet_says_has_its_string(pages: dict[str, dict[str, Any]], kind: str) -> None:
    sections = ["sheets", *(("catalogue", "catalogue.js") if kind == "catalogue" else ("base.js",))]
    asked = list(sayings(pages[kind]))
    assert len(asked) > 5
    assert [one for one in asked if not known(one, *sections)] == []


def test_strings_are_carried_by_the_pages_that_need_them(pages: Any, tmp_path: Path) -> None:
    page = catalogue_page(READERS).decode()
    assert "筛选" in page and "可疑的" not in page
    script = strings_script(["base.js", "no such.js"])
    assert json.loads(script.removeprefix("const TRANSLATED = ").removesuffix(";")) == {
        "base.js": strings()["base.js"]
    }
    assert "<" not in strings_script(strings())


def test_which_language() -> None:
    for chosen, accepted, language in (
        ("", "", "en"), ("", "zh-TW,zh;q=0.9", "zh"), ("", "en-GB,zh;q=0.9", "en"),
        ("zh", "en", "zh"), ("xx", "de, *", "en"), ("", "zh;q=0, en;q=0.1", "en"),
        ("", "," * 9000 + "zh", "en"), ("", "zh;q=x", "zh"),
        ("", "de;q=1, zh;q=0.2,en;q=0.3", "en"),
    ):  # fmt: skip
        assert asked_language(chosen, accepted) == language, (chosen, accepted)


def test_saying_and_telling() -> None:
    assert said("Search", "en") == "Search" and said("no such text", "zh") == "no such text"
    assert told("Search: <b>{x}", "zh") == "搜索：<b>{x}"
    assert told("永 · Atlas", "zh") == "永 · 字形图谱" and told("永 · Atlas", "en") == "永 · Atlas"
