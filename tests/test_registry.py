"""One kind of table: penline's own rows, and those of other people's packages."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import penline
from penline.errors import PenlineError
from penline.export import EXPORTERS, exporter_class
from penline.export.base import TAKES
from penline.registry import Registry, Row

SOURCE = Path(penline.__file__).parent


def tables() -> list[Registry[object]]:
    """Every table of penline, wherever it is."""
    found: dict[str, Registry[object]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if "] = Registry(" in path.read_text(encoding="utf-8"):
            place = path.relative_to(SOURCE.parent).with_suffix("")
            module = import_module(".".join(place.parts).removesuffix(".__init__"))
            found |= {one.group: one for one in vars(module).values() if isinstance(one, Registry)}
    return list(found.values())


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.group)
def test_every_row_of_every_table_loads_and_says_what_it_is(table: Registry[object]) -> None:
    for name, row in table.own.items():
        found = table.load(name)
        assert table._fits is None or table._fits(found), name
        assert row.package is None
        assert row.help and not row.help.endswith(".")


def test_help_says_of_a_format_what_it_takes() -> None:
    for name, row in EXPORTERS.own.items():
        assert row.help.startswith(exporter_class(name, *TAKES).takes), name


def test_what_is_not_there_is_told_with_what_there_is() -> None:
    table: Registry[object] = Registry(
        "penline.nothing", "thing", {"one": Row("json:loads", "a thing")}, error=PenlineError
    )
    with pytest.raises(PenlineError, match=r"^no thing is called 'two'; there are: one$"):
        table.load("two")
    assert "two" not in table and list(table) == ["one"] and len(table) == 1


def test_start_up_asks_no_package_for_its_entry_points() -> None:
    code = (
        "import penline.registry\n"
        "def asked(_): raise SystemExit('asked')\n"
        "penline.registry._entry_points = asked\n"
        "import penline, penline.cli\n"
        "from penline.recipe import load_recipe\n"
        "load_recipe('papers'); load_recipe('plain')\n"
        "from penline.export import exporter_class\n"
        "exporter_class('paddleocr')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
