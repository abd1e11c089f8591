"""Jobs: a verb's keywords as one record, made once and handed down whole."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

__all__ = ["Execution", "takes_keywords"]

P = ParamSpec("P")
J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How lines are made: by whom, over what, and who is told.

    Attributes:
        workers: processes; None for as many as there are processors.
        engine: where shards run: ``local``, or ``ray``, a cluster whose nodes see the banks and
            the output folder under the same paths.
        address: of the cluster; None for ``$RAY_ADDRESS``, or else one started on this machine.
        overwrite: replace a data set that is there.
        progress: called with lines done and lines in all.
    """

    workers: int | None = None
    engine: str = "local"
    address: str | None = None
    overwrite: bool = False
    progress: Callable[[int, int], None] | None = None


def takes_keywords(
    job: Callable[P, J],
) -> Callable[[Callable[[J], R]], Callable[P, R]]:
    """Make a verb that takes a job callable with the fields of the job.

    The fields stand once, in the job, with their defaults; what the job says of them takes the
    place of ``job`` in the verb's docstring.

    Args:
        job: the class of the job, a dataclass with ``Attributes:`` in its docstring.

    Returns:
        A decorator of the verb.
    """

    def decorated(verb: Callable[[J], R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def call(*given: P.args, **named: P.kwargs) -> R:
            return verb(job(*given, **named))

        call.__signature__ = _signature(verb, job)  # type: ignore[attr-defined]
        if verb.__doc__:
            told = "".join(map(_attributes, inspect.getmro(job)))  # type: ignore[arg-type]
            doc = inspect.cleandoc(verb.__doc__)
            call.__doc__ = re.sub(r"(?m)^    job: .*\n", lambda _: told, doc)
        return call

    return decorated


def _signature(verb: Callable[..., Any], job: Any) -> inspect.Signature:
    """The fields of a job, its own before those of its base, and what its verb returns."""
    made, own = inspect.signature(job), inspect.get_annotations(job)
    fields = sorted(made.parameters.values(), key=lambda one: (one.kind, one.name not in own))
    return inspect.Signature(fields, return_annotation=inspect.signature(verb).return_annotation)


def _attributes(job: type) -> str:
    """What the docstring of a job says of its own fields."""
    found = re.search(r"(?m)^Attributes:\n((?: {4}.*\n?)+)", inspect.cleandoc(job.__doc__ or ""))
    return f"{found[1].rstrip()}\n" if found else ""
