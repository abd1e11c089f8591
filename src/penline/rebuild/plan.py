"""Reports and recipe forms as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from penline.durable import made, put, read_file
from penline.errors import ExportError, UsageError, refuse_taken
from penline.export.run import FORMAT_OF_RUN, PREFIX
from penline.recipe.identity import recipe_hash
from penline.settings import first_fault
from penline.words import reason_of

__all__ = ["Plan", "read_plan", "write_plan"]

MAX_PLAN_BYTES = 1 << 28


class _PlannedRun(BaseModel, extra="allow", strict=True):
    format_of_run: int
    made_with: dict[str, str]
    recipe_hash: str
    recipe: dict[str, Any]
    contents: dict[str, str]
    seed: int = Field(ge=0)
    start: int = Field(ge=0)
    count: int = Field(ge=1)
    part: str
    val: float = Field(ge=0, lt=1)
    to: str
    format: Literal["jpg", "png"]
    quality: int = Field(ge=1, le=100)
    boxes: bool
    dictionary: str | None = None
    field: str = "text"
    prefix: Annotated[str, StringConstraints(pattern=PREFIX)] = ""
    turned: bool = False
    network: str = ""
    encoding: str = "utf-8"
    packages: dict[str, str] = Field(default_factory=dict)


class _ProvenShard(BaseModel, extra="allow", strict=True):
    number: int
    pixels: str | None = None
    files: Any = None


class Plan(BaseModel, extra="allow", strict=True):
    """A report, or its recipe form, as far as rebuilding needs it.

    Attributes:
        run: what decides the set.
        shards: hashes of each shard; None in the recipe form.
        files: name -> hash of the files that belong to all shards.
        about: the same, of what describes the set; nothing in sets that have none.
        proof: of the recipe form of a finished set: what `recipe_form` kept of the lines.
    """

    run: _PlannedRun
    shards: list[_ProvenShard] | None = None
    files: dict[str, str] = Field(default_factory=dict)
    about: dict[str, str] = Field(default_factory=dict)
    proof: dict[str, Any] | None = None


def read_plan(path: Path) -> tuple[Plan, dict[str, Any]]:
    """A finished set's ``report.json``, or a recipe form: its parts with their types, and all.

    Raises:
        UsageError: no such file.
        ExportError: it does not say how a set was composed, or was changed by hand.
    """
    if not path.is_file():
        raise UsageError(f"no file {path}; name the report.json of a set, or its recipe form")
    if path.stat().st_size > MAX_PLAN_BYTES:
        raise ExportError(f"{path} is larger than any report")
    data = read_file(path)
    try:
        plan = Plan.model_validate_json(data)
        whole: dict[str, Any] = json.loads(data)
        run = whole["run"]
        made_of = {**plan.run.contents, "part": plan.run.part, "val": str(run["val"])}
        found = recipe_hash(run["recipe"], made_of)
    except ValidationError as error:
        raise ExportError(
            f"{path} does not say how a set was composed: {first_fault(error)}"
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ExportError(
            f"{path} does not say how a set was composed: {reason_of(error)}"
        ) from None
    if plan.run.format_of_run != FORMAT_OF_RUN:
        raise ExportError(f"{path}: runs of form {plan.run.format_of_run} are not known here")
    if found != plan.run.recipe_hash:
        raise ExportError(
            f"{path}: its recipe, contents, part or val is not what its recipe_hash was made of: "
            "the file was changed; take it as it was written"
        )
    return plan, whole


def write_plan(form: Mapping[str, Any], path: Path, *, overwrite: bool = False) -> None:
    """Write a recipe form.

    Raises:
        UsageError: the name does not end in ``.json``, or is taken.
    """
    if path.suffix != ".json":
        raise UsageError(f"{path}: a plan is one file; give it a name that ends in .json")
    refuse_taken(path, overwrite=overwrite)
    with made(path.parent):
        put(path, json.dumps(form, ensure_ascii=False, indent=1).encode())
