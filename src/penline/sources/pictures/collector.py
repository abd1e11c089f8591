"""Finds collections of pictures: in folders, zips and tars, where no other collection is."""

from __future__ import annotations

import dataclasses
import functools
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from penline.errors import FormatError, UsageError
from penline.records import Source
from penline.sources.collector import Claims, Collector
from penline.sources.listing import Listing, Root, TarListing
from penline.sources.names import is_picture
from penline.sources.pictures.alike import unlikeness
from penline.sources.pictures.by_text import SeenTexts, by_text, see_texts
from penline.sources.pictures.choice import Choice, Unlike, choose
from penline.sources.pictures.class_map import based, is_class_map
from penline.sources.pictures.collection import PictureCollection
from penline.sources.pictures.deciding import SAMPLES, decide_ink
from penline.sources.pictures.decode import decode
from penline.sources.pictures.files import PictureFile, PictureFiles
from penline.sources.pictures.forms import class_number
from penline.sources.pictures.ink import InkRule
from penline.sources.pictures.labels import LabelRule, fits
from penline.sources.pictures.many import ManyCollection, shows_many, told
from penline.sources.pictures.maps import classes_beside, classes_said, open_ended
from penline.sources.pictures.names import id_part
from penline.sources.pictures.pattern import Pattern
from penline.sources.pictures.pieces import pieces_of
from penline.sources.pictures.planes import Picture
from penline.sources.pictures.said import said_character
from penline.sources.pictures.texts import TEXTS, stems, texts_beside
from penline.sources.understood import Example, Understood
from penline.sources.unit import Place, Unit
from penline.sources.unread import first_unread, unread_words
from penline.words import counted, printable

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
        self._texts: Counter[int] = Counter()
        self._unread: dict[int, str] = {}

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
        texts = [name for name in listing.names if name.endswith(TEXTS[1])]
        beside: dict[str, str] = {}
        if isinstance(listing, TarListing):  # where they may be listed apart
            self._texts[id(root)] += len(texts)
        else:
            if listing.root.path == listing.path and len(listing.names) == len(names) == 1:
                own = (stem + ending for ending in TEXTS for stem in stems(names[0]))
                texts = [name for name in own if listing.find(name)]  # of a picture by itself
            beside = texts_beside(names, texts)
        if not names:
            return Claims(listing.names, {})
        _, files = self._found.setdefault(id(root), (root, PictureFiles(root.path)))
        files.take(listing, names, beside)
        taken = {*names, *beside.values()}
        left = [name for name in listing.names if name not in taken]
        rest = (name for name in left if not is_class_map(name))
        self._unread[id(root)] = first_unread(rest, self._unread.get(id(root), ""))
        return Claims(left, {}, later=True)

    def close(self) -> Iterator[Unit | FormatError]:
        """Yield the collections, each understood first."""
        for key, (root, files) in self._found.items():
            if root.known and not self.reading.says_label:
                continue
            files.text_count += self._texts[key]
            try:
                yield self._collection(files, self._maps.get(key, []))
            except FormatError as error:
                yield _with_unread(error, self._unread.get(key, ""))

    def _collection(self, files: PictureFiles, maps: list[Place]) -> PictureCollection:
        file = Place(files.root).label
        top = _top(files.root)
        wanted = files.spread(_NAMES)
        chosen = set(wanted)
        paths = [f"{top}/{name}" for at, name in enumerate(files.names()) if at in chosen]
        unlike = functools.partial(unlikeness, files=files, top=top, wanted=wanted)
        if self.reading.character is not None:
            choice = Choice(LabelRule(Pattern("{label}"), said=said_character(self.reading)), ())
        elif (texts := self._texts_seen(files, top, wanted, file)) is not None:
            choice = self._by_text(texts, files, paths, file, maps, unlike)
        else:
            choice = self._by_name(paths, file, maps, unlike)
        return self._made(files, file, top, choice)

    def _texts_seen(
        self, files: PictureFiles, top: str, wanted: list[int], file: str
    ) -> SeenTexts | None:
        """The texts beside pictures, where the user does not say that names tell the labels."""
        said = self.reading.labels
        if said is not None and said not in TEXTS:
            return None
        seen = see_texts(files, top, wanted)
        if said is not None and (seen is None or seen.ending != said):
            raise UsageError(f"--labels {said}: the pictures of {file} have no {said} beside them")
        return seen

    def _by_text(
        self,
        seen: SeenTexts,
        files: PictureFiles,
        paths: list[str],
        file: str,
        maps: list[Place],
        unlike: Unlike,
    ) -> Choice:
        said = self.reading
        known = classes_said(self.reading)
        found = fits(paths) if said.labels is None else []
        classes = map(classes_beside, maps) if known is None else (known,)
        best = found[0] if found else None
        choice = by_text(seen, paths, best, map(open_ended, classes), file)
        if isinstance(choice, str):
            names = self._by_name(paths, file, maps, unlike)
            return names._replace(doubts=(*names.doubts, choice))
        lacking = files.without_text()
        told = f"{counted(lacking, 'picture')} without a {seen.ending} beside left out"
        return choice._replace(doubts=(*choice.doubts, *([told] if lacking else [])))

    def _by_name(self, paths: list[str], file: str, maps: list[Place], unlike: Unlike) -> Choice:
        said, known = self.reading, classes_said(self.reading)
        patterns = [] if said.labels is None else [said.labels]
        if known is not None:
            name = said.classes or known.name
            found = fits(paths, open_ended(known), map_said=True, patterns=patterns)
            numbered = [fit for fit in found if fit.strength == _SAID]
            if not numbered:
                raise UsageError(f"{name}: no name of {file} stands for a class of it")
            return choose(numbered, paths, file, said.labels, unlike)
        found = fits(paths, patterns=patterns)
        for place in maps if not any(fit.enough and fit.strength > 1 for fit in found) else ():
            near = classes_beside(place)
            if near.characters:
                more = fits(paths, open_ended(near), patterns=patterns)
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
            complete=files.count <= (_NAMES if rule.texts else _COUNTED),
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


def _with_unread(error: FormatError, beside: str) -> FormatError:
    """An error for names that tell nothing, with what lies beside them and is not read."""
    known = unread_words(beside)
    if known is None or error.field != "file name":
        return error
    expected = f"{error.expected}; of {known[0]}, which is not read: {known[1]}"
    return FormatError(error.file, error.offset, error.field, expected, error.found)


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
        if not rule.texts and (named.label, named.case) not in seen:
            seen.add((named.label, named.case))
            character = rule.character(named)
            if character is not None:
                found.add(character)
    if rule.texts:
        labels = {rule.character_of(label) for label in _text_labels(rule, files, top)}
        found = {one for one in labels if one is not None}
    return found, frozenset(part or "train" for part in parts)


def _text_labels(rule: LabelRule, files: PictureFiles, top: str) -> Iterator[str]:
    """The labels of some pictures that stand in texts beside them."""
    for file in files.each(files.spread(_NAMES)):
        try:
            named = rule.told(f"{top}/{file.name}", file.text)
        except FormatError:
            continue
        if named is not None:
            yield named.label


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
        try:
            named = rule.told(f"{top}/{file.name}", file.text)
        except FormatError:
            named = None
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
    labels = (
        _text_labels(rule, files, top)
        if rule.texts
        else (named.label for name in files.names() if (named := rule.named(f"{top}/{name}")))
    )
    for label in labels:
        number = class_number(label)
        if number is not None:
            seen.add(int(number))
    behind = str(rule.classes.counted)
    listed = {key: one for key, one in rule.classes.characters.items() if key != behind}
    classes = based(rule.classes._replace(characters=listed), seen, file)
    return dataclasses.replace(rule, classes=classes)
