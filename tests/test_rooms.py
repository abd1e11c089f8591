"""What a package offers under a name is one thing: a function, or a module, and not both."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules, walk_packages
from types import ModuleType

import pytest

import penline

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
