"""Which arrays of a listing are pictures, and which label them: by shapes and by names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from penline.errors import FormatError
from penline.formats.npy import NpyHead, read_head
from penline.formats.zipped import open_member
from penline.sources.listing import Listing
from penline.sources.tables.classes import part_of_name
from penline.sources.tables.pixels import ArrayPlace, ArraySet, arrays_in, picture_shape

__all__ = ["array_sets"]

_PICTURES = ("imgs", "images", "image", "img", "pictures", "x", "data", "pixels", "samples")
_LABELS = ("labels", "label", "y", "targets", "target", "classes", "characters")
_BETWEEN = re.compile(r"([^A-Za-z0-9]+)")


class _Array(NamedTuple):
    file: str
    key: str
    place: ArrayPlace
    head: NpyHead


def array_sets(
    listing: Listing, names: list[str]
) -> tuple[dict[str, tuple[ArraySet, ...]], set[str], dict[str, FormatError]]:
    """Pair the arrays of pictures of a listing with the arrays of their labels.

    Args:
        listing: of a folder.
        names: those of its files that are NPY or NPZ.

    Returns:
        The sets of each file that holds pictures; the names of files that only label them; and
        what is wrong with others.
    """
    faults: dict[str, FormatError] = {}
    arrays: list[_Array] = []
    for name in names:
        try:
            arrays += _arrays(listing, name)
        except FormatError as error:
            faults[name] = error
    pictures = [one for one in arrays if _are_pictures(one.head)]
    vectors = [one for one in arrays if one not in pictures]
    sets: dict[str, tuple[ArraySet, ...]] = {}
    beside: set[str] = set()
    for one in pictures:
        labels = _labels_of(one, vectors, alone=len(pictures) == 1)
        sets[one.file] = (*sets.get(one.file, ()), (one.place, labels.place if labels else None))
        if labels is not None:
            beside.add(labels.file)
    return sets, beside - set(sets), faults


def _arrays(listing: Listing, name: str) -> Iterator[_Array]:
    """The arrays of a file, under keys that tell which belong together."""
    place, stem = listing.place(name), name[:-4].lower()
    if name.lower().endswith(".npy"):
        with place.open() as stream:
            yield _Array(
                name, stem, ArrayPlace(place, "", name, part_of_name(name)), read_head(stream)
            )
        return
    every, archive = arrays_in(place)
    found = list(every)
    for member in found:
        own = member.name.removesuffix(".npy")
        key = stem if len(found) == 1 else f"{stem}/{own.lower()}"
        part = part_of_name(own) or part_of_name(name)
        with open_member(member, archive) as stream:
            head = read_head(stream)
        yield _Array(name, key, ArrayPlace(place, member.name, f"{name}:{own}", part), head)


def _are_pictures(head: NpyHead) -> bool:
    try:
        picture_shape("", head.dtype, head.shape)
    except FormatError:
        return False
    return True


def _labels_of(pictures: _Array, vectors: list[_Array], *, alone: bool) -> _Array | None:
    """The array of the name that labels have, or the only one of as many items."""
    wanted = set(_label_keys(pictures.key))
    named = [one for one in vectors if one.key in wanted]
    if named:
        return named[0]
    fitting = [one for one in vectors if one.head.shape[:1] == pictures.head.shape[:1]]
    return fitting[0] if alone and len(fitting) == 1 else None


def _label_keys(key: str) -> Iterator[str]:
    parts = _BETWEEN.split(key)
    for place, word in enumerate(parts):
        if word in _PICTURES:
            for label in _LABELS:
                yield "".join([*parts[:place], label, *parts[place + 1 :]])
