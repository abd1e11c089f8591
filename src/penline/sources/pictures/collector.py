"""Finds collections of pictures: in folders, zips and tars, where no other collection is."""

from __future__ import annotations

import dataclasses
import functools
import shlex
from collections.abc import Iterator
from pathlib import Path

from penline.errors import FormatError, UsageError
from penline.records import Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing, Root, TarListing
from penline.sources.names import is_picture
from penline.sources.pictures.alike import unlikeness
from penline.sources.pictures.choice import Choice, Unlike, choose
from penline.sources.pictures.class_map import (
    BYTES_LIMIT,
    NO_CLASSES,
    ClassMap,
    based,
    is_class_map,
    listed_classes,
    read_class_map,
)
from penline.sources.pictures.collection import PictureCollection
from penline.sources.pictures.deciding import SAMPLES, decide_ink
from penline.sources.pictures.decode import decode
from penline.sources.pictures.files import PictureFile, PictureFiles
from penline.sources.pictures.forms import class_number
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.labels import LabelRule, fits
from penline.sources.pictures.many import ManyCollection, shows_many, told
from penline.sources.pictures.names import id_part
from penline.sources.pictures.pattern import Pattern
from penline.sources.pictures.pieces import pieces_of
from penline.sources.pictures.planes import Picture
from penline.sources.pictures.said import said_character
from penline.sources.understood import Example, Understood
from penline.sources.unit import Place, Unit
from penline.words import printable

__all__ = ["PictureCollector"]

_NAMES = 2_000
"""So many names, from all over a collection, decide by which rule they are read."""
_COUNTED = 200_000
"""Of up to so many pictures all labels are counted before they are read."""
_EXAMPLES = 5
_SAID = 5
_MAPS = 8
_HEEDED = frozenset(("labels", "classes", "character", "many", "keep_odd"))


class PictureCollector(Collector):
    """Claims pictures, and makes one collection of those of each folder or archive that was named.

    Where other records are found in the same, its pictures are left alone, as other files are.
    """

    guesses = True

    def __init__(self, part: str | None = None) -> None:
        super().__init__(part)
        self._found: dict[int, tuple[Root, PictureFiles]] = {}
        self._maps: dict[int, list[Place]] = {}

    @property
    def heeds(self) -> frozenset[str]:  # type: ignore[override]
        """What is said of pictures, where there are any."""
        return _HEEDED if self._found else frozenset()

    def claim(self, listing: Listing) -> Claims:
        """Take pictures, and look for maps of classes beside them."""
        root = listing.root
        if root.known and not self.reading.says_label:
            return Claims(listing.names, {})
        alone = listing.pictures_alone
        # of pages, each with its text beside it
        others = () if alone or self.reading.says_label else listing.names
        pages = {name[:-4] for name in others if name[-4:].lower() == ".xml"}
        names = [
            name
            for name in listing.names
            if alone or (is_picture(name) and not (pages and name.rpartition(".")[0] in pages))
        ]
        maps = self._maps.setdefault(id(root), [])
        if not (alone or (isinstance(listing, TarListing) and listing.packed)):
            named = filter(is_class_map, listing.names)
            maps += [listing.place(name) for name in named][: _MAPS - len(maps)]
        if not names:
            return Claims(listing.names, {})
        _, files = self._found.setdefault(id(root), (root, PictureFiles(root.path)))
        files.take(listing, names)
        taken = set(names)
        return Claims([name for name in listing.names if name not in taken], {}, later=True)

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield the collections, each understood first."""
        for key, (root, files) in self._found.items():
            if root.known and not self.reading.says_label:
                continue
            try:
                yield self._collection(files, self._maps.get(key, []))
            except FormatError as error:
                yield error

    def _collection(self, files: PictureFiles, maps: list[Place]) -> PictureCollection:
        file = Place(files.root).label
        top = _top(files.root)
        wanted = files.spread(_NAMES)
        chosen = set(wanted)
        paths = [f"{top}/{name}" for at, name in enumerate(files.names()) if at in chosen]
        unlike = functools.partial(unlikeness, files=files, top=top, wanted=wanted)
        choice = self._rule(paths, file, maps, unlike)
        return self._made(files, file, top, choice)

    def _rule(self, paths: list[str], file: str, maps: list[Place], unlike: Unlike) -> Choice:
        said = self.reading
        if said.character is not None:
            return Choice(LabelRule(Pattern("{label}"), said=said_character(said)), ())
        patterns = [] if said.labels is None else [said.labels]
        if said.classes is not None or said.listed_classes:
            name = said.classes or f"the card {said.card}"
            if said.classes is None:
                known = listed_classes(said.listed_classes, name)
            else:
                known = _read_map(Path(said.classes), name)
            found = fits(paths, _open_ended(known), map_said=True, patterns=patterns)
            numbered = [fit for fit in found if fit.strength == _SAID]
            if not numbered:
                raise UsageError(f"{name}: no name of {file} stands for a class of it")
            return choose(numbered, paths, file, said.labels, unlike)
        found = fits(paths, patterns=patterns)
        for place in maps if not any(fit.enough and fit.strength > 1 for fit in found) else ():
            known = _beside(place)
            if known.characters:
                more = fits(paths, _open_ended(known), patterns=patterns)
                if any(fit.enough and fit.rule.classes.characters for fit in more):
                    found = more
                    break
        return choose(found, paths, file, said.labels, unlike)

    def _made(self, files: PictureFiles, file: str, top: str, choice: Choice) -> PictureCollection:
        rule = _based(choice.rule, files, file, top)
        family = id_part(top)
        sampled: list[tuple[PictureFile, Picture]] = []
        for one in files.each(files.spread(SAMPLES)):
            try:
                sampled.append((one, decode(one.read(), one.label)))
            except FormatError:
                continue  # told when its turn comes
        characters, sides = _named(rule, files, top)
        ink = decide_ink([picture for _, picture in sampled], characters)
        many = self.reading.many
        if many is None:
            many = shows_many([picture for _, picture in sampled], ink)
        understood = Understood(
            ("photographs of many" if many else "pictures")
            + (" in folders" if files.root.is_dir() else " in an archive"),
            rule.words(),
            len(characters),
            "name by the pattern" if "writer" in rule.pattern.fields else "not told",
            ink.words(),
            (*choice.doubts, *ink.doubts),
            tuple(_examples(sampled, rule, ink, top, many=many)),
            self._command(files),
            complete=files.count <= _COUNTED,
            many=many,
        )
        source = self.said(Source(file, f"unknown:{family}"))
        return (ManyCollection if many else PictureCollection)(
            source=source,
            kind="pictures",
            size_bytes=files.size_bytes,
            rule=ink,
            understood=understood,
            keep_odd=self.reading.keep_odd,
            file_count=files.count,
            files=files,
            labels=rule,
            top=top,
            family=family,
            part_said=self.part is not None,
            sides=frozenset() if self.part is not None else sides,
        )

    def _command(self, files: PictureFiles) -> str:
        root = files.root
        name = next(files.names()) if files.count == 1 and root.is_dir() else ""
        source = root / name if name and "/" not in name else root
        words = ["penline", "bank", str(source), "-o", f"{_top(root)}.bank"]
        if self.reading.character is not None:
            words += ["--character", self.reading.character]
        if self.reading.many is not None:
            words += ["--many" if self.reading.many else "--one"]
        said = self.reading
        told = {"card": said.card} if said.card else {"labels": said.labels}
        for option, value in {**told, "classes": said.classes}.items():
            words += [] if value is None else [f"--{option}", value]
        words += ["--keep-odd"] if self.reading.keep_odd else []
        return printable(" ".join(map(shlex.quote, words)))


def _named(rule: LabelRule, files: PictureFiles, top: str) -> tuple[set[str], frozenset[str]]:
    """The labels and the sides of a collection, or of pictures of each of its folders."""
    found, parts, seen = set[str](), set[str](), set[tuple[str, str]]()
    by_folder = rule.said or rule.pattern.any_file
    wanted = {*(() if by_folder else files.spread(_COUNTED)), *files.starts()}
    for at, name in enumerate(files.names()):
        named = rule.named(f"{top}/{name}") if at in wanted else None
        if named is None:
            continue
        parts.add(named.part)
        if (named.label, named.case) not in seen:
            seen.add((named.label, named.case))
            character = rule.character(named)
            if character is not None:
                found.add(character)
    return found, frozenset(part or "train" for part in parts)


def _examples(
    sampled: list[tuple[PictureFile, Picture]],
    rule: LabelRule,
    ink: InkRule,
    top: str,
    *,
    many: bool,
) -> Iterator[Example]:
    step = max(len(sampled) // _EXAMPLES, 1)
    for file, picture in sampled[step // 2 :: step][:_EXAMPLES]:
        named = rule.named(f"{top}/{file.name}")
        character = rule.character(named) if named else None
        found = ink.whole_ink(picture)
        share = 100 * float((found > 0).mean()) if found.size else 0.0
        yield Example(
            printable(file.name),
            character or "",
            printable(named.writer) if named else "",
            round(share, 1),
            told(pieces_of(found, ink.pen_px, character or "")) if many else "",
        )


def _top(root: Path) -> str:
    """The name of a folder, or of an archive without its endings."""
    name = root.name or root.resolve().name or "pictures"
    return name if root.is_dir() else name.partition(".")[0] or name


def _based(rule: LabelRule, files: PictureFiles, file: str, top: str) -> LabelRule:
    """The rule with its classes by the collection's own numbers."""
    if not rule.classes.counted:
        return rule
    seen = set()
    for name in files.names():
        named = rule.named(f"{top}/{name}")
        number = class_number(named.label) if named else None
        if number is not None:
            seen.add(int(number))
    behind = str(rule.classes.counted)
    listed = {key: one for key, one in rule.classes.characters.items() if key != behind}
    classes = based(rule.classes._replace(characters=listed), seen, file)
    return dataclasses.replace(rule, classes=classes)


def _open_ended(known: ClassMap) -> ClassMap:
    """A list that may count from 1: its last number is a class, too, until that is known."""
    if not known.counted:
        return known
    characters, last = dict(known.characters), str(known.counted - 1)
    if last in characters:
        characters[str(known.counted)] = characters[last]
    return known._replace(characters=characters)


def _read_map(path: Path, file: str) -> ClassMap:
    try:
        with path.open("rb") as stream:
            data = stream.read(BYTES_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be opened: {error.strerror or error}") from error
    if len(data) > BYTES_LIMIT:
        raise UsageError(f"{file}: a map of classes is of at most {BYTES_LIMIT >> 20} MiB")
    return read_class_map(data, file, names=True)


def _beside(place: Place) -> ClassMap:
    """A map that lies beside pictures; nothing where it is none."""
    try:
        with place.open() as stream:
            buffer, at, have = stream.peek(0, BYTES_LIMIT)
            return read_class_map(bytes(buffer[at : at + have]), place.label)
    except (FormatError, UsageError):
        return NO_CLASSES
