"""Touch all that a record offers: every field, every property, every pixel and point."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import Any

import numpy as np

from penline.records import Source

__all__ = ["fingerprint"]


def fingerprint(value: object) -> str:
    """A hash over everything that can be asked of `value`.

    Backing buffers (memoryviews) are read, but do not count: two streams may hold more or less of
    the same file.

    Raises:
        UnicodeEncodeError: a text that cannot be written as UTF-8.
    """
    found = hashlib.blake2b(digest_size=16)
    _feed(found, value)
    return found.hexdigest()


_OLD = "told"
"""A name of before, which warns."""


@functools.cache
def _parts(kind: type) -> tuple[str, ...]:
    """Names of the fields and properties of a class."""
    fields = [field.name for field in dataclasses.fields(kind)]
    asked = [
        name
        for one in kind.__mro__
        for name, what in vars(one).items()
        if isinstance(what, property | functools.cached_property) and name != _OLD
    ]
    return (*fields, *asked)


def _feed(found: Any, value: object) -> None:
    if isinstance(value, np.ndarray):
        found.update(f"{value.dtype.str}{value.shape}".encode())
        found.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, memoryview):
        hashlib.blake2b(value).digest()
    elif isinstance(value, str):
        found.update(b"s" + value.encode("utf-8") + b"\0")
    elif isinstance(value, tuple | list):
        found.update(b"(%d" % len(value))
        for one in value:
            _feed(found, one)
    elif isinstance(value, dict):
        _feed(found, tuple(value.items()))
    elif isinstance(value, Source):
        found.update(b"source")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        found.update(type(value).__name__.encode())
        for name in _parts(type(value)):
            _feed(found, getattr(value, name))
    else:
        found.update(repr(value).encode())
