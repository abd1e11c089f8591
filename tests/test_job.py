"""Verbs called by the fields of their job."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import KW_ONLY, MISSING, dataclass, fields
from typing import Any

import pytest

from penline import api
from penline.api.composing import ComposeJob
from penline.api.writing import WriteJob
from penline.convert.job import ConvertJob
from penline.job import Execution, takes_keywords
from penline.pack import PackJob
from penline.rebuild import RebuildJob
from penline.select import SelectJob

VERBS: dict[Callable[..., Any], type] = {
    api.compose: ComposeJob,
    api.rebuild: RebuildJob,
    api.convert: ConvertJob,
    api.pack: PackJob,
    api.select: SelectJob,
    api.write: WriteJob,
}


@dataclass(frozen=True, slots=True)
class Walk(Execution):
    """A walk.

    Attributes:
        to: where to,
            and no farther.
        steps: how many.
    """

    to: str
    _: KW_ONLY
    steps: int = 3


@takes_keywords(Walk)
def walk(job: Walk) -> Walk:
    """Walk.

    Args:
        job: the walk.

    Raises:
        ValueError: never.
    """
    return job


def test_keywords_make_the_job() -> None:
    assert walk("home", steps=4, workers=2) == Walk("home", steps=4, workers=2)
    with pytest.raises(TypeError, match="pace"):
        walk("home", pace=2)  # type: ignore[call-arg]


def test_the_signature_and_the_docstring_are_the_fields() -> None:
    names = ["to", "steps", "workers", "engine", "address", "overwrite", "progress"]
    signature = inspect.signature(walk)
    assert list(signature.parameters) == names
    assert signature.return_annotation == "Walk"
    doc = inspect.getdoc(walk) or ""
    head = (
        "Walk.\n\nArgs:\n    to: where to,\n        and no farther.\n    steps: how many.\n    work"
    )
    assert doc.startswith(head)
    assert doc.endswith("in all.\n\nRaises:\n    ValueError: never.")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_verb_has_its_jobs_defaults_and_says_each_field(verb: Callable[..., Any]) -> None:
    job = VERBS[verb]
    defaults = {
        field.name: inspect.Parameter.empty if field.default is MISSING else field.default
        for field in fields(job)
    }
    found = inspect.signature(verb).parameters
    assert {name: one.default for name, one in found.items()} == defaults
    doc = inspect.getdoc(verb) or ""
    assert "    job:" not in doc
    combined = "    writer, card, licence:" in doc
    for name in defaults.keys() - ({"writer", "card", "licence"} if combined else set()):
        assert f"\n    {name}: " in doc, name
