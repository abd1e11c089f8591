"""Finished samples into the formats of trainers."""

from __future__ import annotations

from importlib import import_module

from penline.errors import UsageError
from penline.export.base import Exporter

__all__ = ["EXPORTERS", "Exporter", "exporter_class"]

EXPORTERS: dict[str, str] = {"paddleocr": "penline.export.paddleocr:PaddleOCR"}


def exporter_class(name: str) -> type[Exporter]:
    """The exporter called `name`.

    Raises:
        UsageError: no format has that name; the message lists those that there are.
    """
    if name not in EXPORTERS:
        raise UsageError(f"no format is called {name!r}; there are: {', '.join(sorted(EXPORTERS))}")
    module, _, attribute = EXPORTERS[name].partition(":")
    found: type[Exporter] = getattr(import_module(module), attribute)
    return found
