"""Tables of what penline is made of and others may add to: papers, effects, exporters, engines ...

A table's row says where the thing is, and nothing is imported before it is used. Other people's
packages add rows by entry points, in the group of the table's name (``penline.papers``)::

    [project.entry-points."penline.papers"]
    crumpled = "my_papers.crumpled:Crumpled"

They are looked for when a name is not one of penline's own, or when all are listed, and at no
other time: start-up does not wait for them, and a broken package is told of where its name is used.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module, metadata
from typing import Any, Generic, NamedTuple, TypeVar

from penline.errors import MissingExtra, PenlineError, UsageError
from penline.machine import say_once

__all__ = ["Package", "Registry", "Row", "check_packages", "required_packages", "subclass_of"]

T = TypeVar("T")

_ENTRY_POINTS = "entry_points.txt"
_SECTION = re.compile(r"\[\s*(penline\.\w+)\s*\]")
_OURS = "penline"


class Package(NamedTuple):
    """An installed package that adds to a table."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        place: ``"module:attribute"``, or ``"module"`` for the module itself.
        help: what it is, for help texts and the documentation: a phrase without a full stop.
        extra: the extra of penline that it needs (``pip install 'penline[EXTRA]'``), or ``""``.
        package: whose it is; None for penline's own.
    """

    place: str
    help: str
    extra: str = ""
    package: Package | None = None


class Registry(Mapping[str, Row], Generic[T]):
    """A table: name -> `Row`, penline's own in their order, then other packages' by name.

    Args:
        group: name of the table and of the entry points' group, as ``penline.papers``.
        what: one of its members in words, as ``paper``.
        rows: penline's own.
        error: raised for a name that is not there, and for a package that cannot be used.
        fits: whether an object is what the table holds; None for anything.

    Attributes:
        own: penline's own rows alone: what help texts and pages name, wherever they are made.
    """

    def __init__(
        self,
        group: str,
        what: str,
        rows: Mapping[str, Row],
        *,
        error: type[PenlineError] = UsageError,
        fits: Callable[[Any], bool] | None = None,
    ) -> None:
        self.group, self.what, self.own = group, what, dict(rows)
        self._error, self._fits = error, fits
        self._loaded: dict[Row, T] = {}
        self._others: tuple[tuple[str, ...], dict[str, tuple[Row, ...]]] = ((), {})

    def __getitem__(self, name: str) -> Row:
        """The row of that name; KeyError where there is none."""
        return self.own[name] if name in self.own else self._foreign()[name][0]

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self._foreign()

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from self._foreign()

    def __len__(self) -> int:
        return len(self.own) + len(self._foreign())

    def load(self, name: str) -> T:
        """Import what the row of that name stands for.

        Raises:
            PenlineError: of the table's own class: no row has that name, and the message lists
                those that there are; or its package is broken.
            MissingExtra: it needs an optional package.
        """
        row = self.row(name)
        if row not in self._loaded:
            self._loaded[row] = self._imported(name, row)
        return self._loaded[row]

    def module_function(self, name: str, function: str) -> Any:
        """Import a function from the module of the class that `load` gives; errors of `load`."""
        found: Any = self.load(name)
        try:
            return getattr(sys.modules[found.__module__], function)
        except AttributeError as error:
            raise self._refusal(name, self.row(name), error) from error

    def row(self, name: str) -> Row:
        """The row of that name; errors as of `load`."""
        if name in self.own:
            return self.own[name]
        found = self._foreign().get(name, ())
        if len(found) == 1:
            return found[0]
        if found:
            whose = " and ".join(str(row.package) for row in found)
            raise self._error(f"the {self.what} {name!r} is in {whose}; uninstall one of them")
        known = ", ".join(sorted(self))
        raise self._error(f"no {self.what} is called {name!r}; there are: {known}")

    def _imported(self, name: str, row: Row) -> T:
        module, _, attribute = row.place.partition(":")
        try:
            found: Any = import_module(module)
            for part in filter(None, attribute.split(".")):
                found = getattr(found, part)
            if row.package and self._fits and not self._fits(found):
                raise TypeError(f"{row.place} is no {self.what}")
        except Exception as error:
            if row.package is None:
                if row.extra and isinstance(error, ImportError):
                    raise MissingExtra(f"the {self.what} {name}", row.extra) from error
                raise
            raise self._refusal(name, row, error) from error
        loaded: T = found
        return loaded

    def _refusal(self, name: str, row: Row, error: Exception) -> PenlineError:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        return self._error(
            f"the {self.what} {name!r} of the package {row.package} cannot be used ({why}); "
            "update or uninstall that package"
        )

    def _foreign(self) -> dict[str, tuple[Row, ...]]:
        """Name -> rows of other packages; more than one where two packages give the same name."""
        path = tuple(sys.path)
        if path != self._others[0]:
            found = _entry_points(path).get(self.group, {})
            for name in found.keys() & self.own.keys():
                whose = ", ".join(str(row.package) for row in found[name])
                say_once(f"the {self.what} {name!r} of {whose} is not used: penline has its own")
            others = {name: rows for name, rows in found.items() if name not in self.own}
            self._others = (path, others)
        return self._others[1]


def subclass_of(base: type) -> Callable[[Any], bool]:
    """Make what tells whether an object is a class that is derived from `base`."""
    return lambda found: isinstance(found, type) and issubclass(found, base)


def required_packages(used: Iterable[tuple[Registry[Any], str]]) -> dict[str, str]:
    """Tell the packages of others that something needs, for its report.

    Args:
        used: tables, and names in them.

    Returns:
        ``"group:name"`` -> package and version, as ``"penline.papers:crumpled"`` ->
        ``"my-papers 1.2"``; nothing of penline's own.
    """
    rows = {f"{table.group}:{name}": table.row(name) for table, name in used}
    return {key: str(row.package) for key, row in sorted(rows.items()) if row.package}


def check_packages(needed: Mapping[str, str], who: str, *only: str) -> list[str]:
    """Hold what a report needs against what is installed here.

    Args:
        needed: as `required_packages` gives it.
        who: what needs it, for the message.
        only: those of its keys that matter; none for all.

    Returns:
        One line for each package that is here in another version.

    Raises:
        UsageError: one is not installed.
    """
    notes = []
    for key, told in needed.items():
        if only and key not in only:
            continue
        group, _, name = key.partition(":")
        rows = _entry_points(tuple(sys.path)).get(group, {}).get(name, ())
        here = [str(row.package) for row in rows]
        if not here:
            raise UsageError(
                f"{who} needs the package {told} for {name!r} ({group}); install it: "
                f"pip install '{told.replace(' ', '==')}'"
            )
        if told not in here:
            notes.append(f"made with {told}, here {here[0]}: {name!r} may differ")
    return notes


@functools.lru_cache(maxsize=8)
def _entry_points(path: tuple[str, ...]) -> dict[str, dict[str, tuple[Row, ...]]]:  # noqa: ARG001
    """Group -> name -> rows of all installed packages; `path` is that of Python's modules.

    One package whose metadata are broken must not hide the others, so each is read by itself.
    """
    found: dict[str, dict[str, tuple[Row, ...]]] = {}
    seen: set[str] = {_OURS}
    for package in metadata.distributions():
        try:
            text = package.read_text(_ENTRY_POINTS) or ""
            if not _SECTION.search(text):
                continue
            whose = Package(package.metadata["Name"], package.version)
            if whose.name in seen:
                continue  # a second copy, farther back on the path
            seen.add(whose.name)
            for entry in package.entry_points:
                if entry.group.startswith(f"{_OURS}."):
                    rows = found.setdefault(entry.group, {})
                    place = f"{entry.module}:{entry.attr or ''}".rstrip(":")
                    row = Row(place, f"of {whose.name}", package=whose)
                    rows[entry.name] = (*rows.get(entry.name, ()), row)
        except Exception as error:  # noqa: BLE001 - whatever a foreign package is wrong about
            where = getattr(package, "_path", "a package")
            said = " ".join(f"{type(error).__name__}: {error}".split())
            say_once(f"{where}: its entry points cannot be read ({said}); they are not used")
    return {group: dict(sorted(rows.items())) for group, rows in found.items()}
