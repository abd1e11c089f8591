"""What all settings share: their base, and the types of shares and intervals."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = ["ORDERED", "EmRange", "Settings", "Share", "ShareRange", "SizeRange"]


class Settings(BaseModel):
    """Settings that cannot change, hold no unknown field, and no infinity.

    The text under a field is its documentation.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


def _ordered(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] > interval[1]:
        raise ValueError("the first number of a range must not exceed the second")
    return interval


ORDERED = AfterValidator(_ordered)
"""For the annotation of an interval: its first number must not exceed its second."""

Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
ShareRange: TypeAlias = Annotated[tuple[Share, Share], ORDERED]
SizeRange: TypeAlias = Annotated[
    tuple[Annotated[float, Field(ge=0, le=64)], Annotated[float, Field(ge=0, le=64)]],
    ORDERED,
]
EmRange: TypeAlias = Annotated[
    tuple[Annotated[float, Field(ge=-0.5, le=4)], Annotated[float, Field(ge=-0.5, le=4)]],
    ORDERED,
]
"""Lengths in ems, the height of a writer's median Chinese character."""
