"""Attribute docstrings of classes, read from their source: the string under a field is its text."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import textwrap

__all__ = ["field_docs"]


@functools.cache
def field_docs(model: type) -> dict[str, str]:
    """The text under each annotated field of `model` and its bases, on one line each."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if cls.__module__.startswith("penline"):
            found.update(_own(cls))
    return found


def _own(cls: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    found = {}
    for field, text in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            found[field.target.id] = " ".join(text.value.value.split())
    return found
