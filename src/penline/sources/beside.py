"""What lies beside a file of records and labels it: in a folder, a zip or a tar archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from penline.errors import FormatError
from penline.formats.tarred import TarMember, walk
from penline.formats.zipped import Member
from penline.sources import identify, mnist
from penline.sources.names import hidden
from penline.sources.source_file import Place, SourceFile

__all__ = [
    "Beside",
    "beside_member",
    "beside_path",
    "labels_in",
    "may_lie_beside",
    "source_file",
]

Beside: TypeAlias = Callable[[str], Place | None]
"""The file of a given name that lies beside another one."""

_BESIDE = ("-mapping.txt", ".cls", ".mit")


def source_file(
    place: Place, kind: str, size_bytes: int, part: str | None, beside: Beside
) -> SourceFile:
    """One file of records, with the files that label it.

    Args:
        place: where its bytes lie.
        kind: its format.
        size_bytes: its size, unpacked.
        part: ``"train"`` or ``"test"``, instead of what its name says.
        beside: finds the file of a name that lies beside it.
    """
    source = identify(place.label, part)
    if kind != "idx":
        return SourceFile(source, kind, size_bytes, place.path, place.member)
    own = PurePosixPath(place.member.name if place.member else place.path.name).name
    names, mappings = mnist.beside(own)
    labels = next(filter(None, map(beside, names)), None)
    mapping = next(filter(None, map(beside, mappings)), None)
    note = mnist.note(source, labels is not None)
    twin = next((one for one in (f"{own}.gz", f"{own}.xz") if beside(one)), "")
    if twin:
        note = "; ".join(filter(None, (note, f"{twin} is taken for the same file, and left out")))
    return SourceFile(source, kind, size_bytes, place.path, place.member, labels, mapping, note)


def beside_path(path: Path) -> Beside:
    """Finds what lies in the same folder as a file."""

    def beside(name: str) -> Place | None:
        found = path.with_name(name)
        return Place(found) if found.is_file() else None

    return beside


def labels_in(path: Path) -> dict[str, TarMember]:
    """Members of a tar that may label others.

    For this the archive is gone through once more; where it is packed, finding and reading the
    labels costs two passes over it besides the images' own.
    """
    placed = {}
    try:
        for member in walk(path):
            if may_lie_beside(member.name) and not member.other:
                placed[str(PurePosixPath(member.name))] = member
    except FormatError:
        pass  # said when the members' own turn comes
    return placed


def may_lie_beside(name: str) -> bool:
    """Whether a file of a name may label others: classes, origins, labels, or what they mean."""
    own = PurePosixPath(name).name.lower()
    return not hidden(name) and ("labels" in own or own.endswith(_BESIDE))


def beside_member(
    path: Path, name: str, placed: dict[str, Member] | dict[str, TarMember]
) -> Beside:
    """Finds what lies in the same folder of an archive as the member of a name."""

    def beside(wanted: str) -> Place | None:
        found = placed.get(str(PurePosixPath(name).with_name(wanted)))
        return Place(path, found) if found is not None else None

    return beside
