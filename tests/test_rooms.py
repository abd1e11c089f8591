"""What holds in every room: a name means one thing, and no function takes too much."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages
from types import ModuleType

import pytest

import penline

SOURCE = Path(penline.__file__).parent
ROOMS = Path(__file__).parents[1] / "docs" / "decisions" / "0004-rooms.md"
MOST_PARAMETERS = 12
MOST_LINES = 300
TWICE = {"Batch": "of glyphs inside `bank`, and of lines in `stream`, where it is public"}
"""Names of more than one class, and why."""
PACKAGES = ["penline", *(m.name for m in walk_packages(penline.__path__, "penline.") if m.ispkg)]


@pytest.mark.parametrize("name", PACKAGES)
def test_no_package_exports_what_bears_the_name_of_one_of_its_modules(name: str) -> None:
    package = import_module(name)
    modules = {module.name for module in iter_modules(package.__path__)}
    offered = {one for one in dir(package) if not one.startswith("_")} | {*_all(package)}
    shadowed = {
        one for one in offered & modules if not isinstance(getattr(package, one), ModuleType)
    }
    assert shadowed == set()


def _all(package: ModuleType) -> list[str]:
    return list(getattr(package, "__all__", ()))


def _nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path.relative_to(SOURCE), node


def test_no_two_classes_have_one_name() -> None:
    places = defaultdict(list)
    for path, node in _nodes():
        if isinstance(node, ast.ClassDef):
            places[node.name.lstrip("_")].append(str(path))
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert twice.keys() == TWICE.keys(), twice


def test_long_files_have_their_reasons() -> None:
    _, _, listed = ROOMS.read_text("utf-8").partition("## Files past 300 lines")
    reasons = dict(re.findall(r"^\| `(.+?\.py)` \| (.+?) \|$", listed, re.MULTILINE))
    lines = {
        path.relative_to(SOURCE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in SOURCE.rglob("*.py")
    }
    assert {name for name, count in lines.items() if count > MOST_LINES} - reasons.keys() == set()
    # one that has become a little shorter keeps its row
    assert {name for name in reasons if lines.get(name, 0) < MOST_LINES - 20} == set()


def test_no_function_takes_more_than_its_job_needs() -> None:
    """Commands alone do, whose parameters are their options."""
    many = {}
    for path, node in _nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and path.parts[0] != "cli":
            given = node.args
            count = len(given.posonlyargs + given.args + given.kwonlyargs)
            if count > MOST_PARAMETERS:
                many[f"{path}: {node.name}"] = count
    assert many == {}
