"""What all settings share: their base, types of shares and intervals, and how YAML is read."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

__all__ = [
    "ORDERED",
    "EmRange",
    "Interval",
    "SampledSettings",
    "Settings",
    "Share",
    "ShareRange",
    "SizeRange",
    "Version1",
    "first_fault",
    "marks_of",
    "plain_yaml",
]

T = TypeVar("T")

_MOST_DEPTH = 64


class Settings(BaseModel):
    """Settings that cannot change, hold no unknown field, and no infinity.

    The text under a field is its documentation; `tools/pages/docstrings.py` reads it. (pydantic
    can, too, but then reads the source of every class whenever penline starts.)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SampledSettings(Settings):
    """Settings that numbers are drawn by: of a paper, of an effect."""

    def sample_params(self, rng: Any, about: Any, /) -> dict[str, Any]:
        """Draw the numbers that decide one picture: plain numbers, strings and short lists.

        Args:
            rng: chance.
            about: what they are drawn for.
        """
        if type(self).draw is SampledSettings.draw:
            raise NotImplementedError
        self._warn()
        return self.draw(rng, about)

    def draw(self, rng: Any, about: Any, /) -> dict[str, Any]:
        """Draw the numbers by the old name of `sample_params`, which still works and warns."""
        self._warn()
        return self.sample_params(rng, about)

    def _warn(self) -> None:
        old = f"{type(self).__name__}.draw is now called sample_params"
        warnings.warn(old, DeprecationWarning, stacklevel=3)


@dataclass(frozen=True, slots=True)
class Version1:
    """For the annotation of a field: what it is in recipes of version 1 that say nothing of it.

    A recipe's hash leaves the field out where it has this value, so that a new field changes no
    hash of the recipes that there were.

    Attributes:
        default: what makes lines as they were before there was the field, or another default.
        hashed: whether hashes name it all the same, as those of the first recipes did.
        of_strokes: whether it acts on glyphs that are drawn from strokes alone: hashes leave it
            out, whatever it is, where no bank has any.
        of_ends: whether it acts on letters that came as pictures, too.
    """

    default: Any
    hashed: bool = False
    of_strokes: bool = False
    of_ends: bool = False


def marks_of(settings: type[BaseModel], mark: type[T]) -> dict[str, T]:
    """Find the fields whose annotation has a mark of some class: name -> mark."""
    fields = settings.model_fields.items()
    return {name: one for name, field in fields for one in field.metadata if isinstance(one, mark)}


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong with a file that penline wrote once, for a person."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        return "it is no whole JSON"
    if first["type"] == "missing":
        return f"it has no {place}"
    said = first["msg"].removeprefix("Value error, ").replace("Input should be", "not")
    return f"{place}: {said}" if place else said


def _ordered(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] > interval[1]:
        raise ValueError("the first number of a range must not exceed the second")
    return interval


ORDERED = AfterValidator(_ordered)
"""For the annotation of an interval: its first number must not exceed its second."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Interval: TypeAlias = Annotated[tuple[T, T], ORDERED]
"""Two numbers, the smaller first."""
ShareRange: TypeAlias = Interval[Share]
SizeRange: TypeAlias = Interval[Annotated[float, Field(ge=0, le=64)]]
EmRange: TypeAlias = Interval[Annotated[float, Field(ge=-0.5, le=4)]]
"""Lengths in ems, the height of a writer's median Chinese character."""


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Once(_Loader):  # type: ignore[misc]
    """A loader that refuses a key that a mapping has twice; others take the last silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if (key.tag, str(key.value)) in seen:
                line = key.start_mark.line + 1
                raise ValueError(f"line {line}: {key.value} stands there twice; leave one of them")
            seen.add((key.tag, str(key.value)))
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def plain_yaml(text: str) -> Any:
    """The values of a YAML text without aliases, tags and doubled keys, at most 64 levels deep.

    With aliases a few hundred bytes can stand for gigabytes; a deep nesting ends the process
    inside libyaml; tags make values of text that is none.

    >>> plain_yaml("size: [1, 2]"), plain_yaml("")
    ({'size': [1, 2]}, None)

    Raises:
        ValueError: the text is not such YAML; the message is one line.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MOST_DEPTH:
                what = f"deeper than {_MOST_DEPTH} levels"
            elif isinstance(event, yaml.AliasEvent):
                what = f"an alias, *{event.anchor}; write the value itself"
            elif (tag := getattr(event, "tag", None)) is not None:
                what = f"a tag, {tag}; write the value without it"
            else:
                continue
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise ValueError(f"line {line}: {what}")
        return yaml.load(text, Loader=_Once)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        said = (error.problem, error.context)
        raise ValueError(f"{place}{', '.join(filter(None, said))}"[:300]) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ValueError(" ".join(str(error).split())[:300]) from error
