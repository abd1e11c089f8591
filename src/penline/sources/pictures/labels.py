"""By which rule a collection's names tell the characters: the one that fits, or a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from penline.sources.pictures.class_map import NO_CLASSES, ClassMap
from penline.sources.pictures.files import BesideText
from penline.sources.pictures.forms import (
    BARE,
    CASES,
    CLASS,
    ENTRY,
    FORMS,
    OTHER_ENCODINGS,
    PARTS,
    PLAIN,
    class_number,
    likely,
)
from penline.sources.pictures.forms import named as named_entry
from penline.sources.pictures.pattern import NamePieces, Pattern
from penline.sources.pictures.texts import text_label

__all__ = ["LabelRule", "RuleFit", "fit_by_text", "fits"]

_SEPARATORS = re.compile(r"[-_. ~]+|\((?=\d{1,4}\)$)")
_MARKS = re.compile(r"[{}*]")
_WRITER = re.compile(
    r"(writer|author|user|person|subject|scribe|hand|w|u|p|s)[-_ ]?\d+", re.IGNORECASE
)
_ENOUGH = 0.97
"""So many of the names have to fit."""
_PIECES_LIMIT = 8
OMNIGLOT = "{entry+writer}/{entry}/*_{writer}"
"""Classes without a code point: an alphabet's name and a character's number, drawn by twenty
people, others for each alphabet."""
_OMNIGLOT = re.compile(r"character\d\d/\d{4}_\d\d\.png", re.ASCII)


@dataclass(frozen=True, slots=True)
class LabelRule:
    """Tells the character, the writer and the part of a picture by its path.

    Attributes:
        pattern: finds the pieces.
        form: how the label is written: a name of `forms.FORMS`, or ``"class"``.
        classes: what class numbers stand for.
        map_said: the user named the file that says so.
        said: what every picture shows, as the user said; "" where names tell it.
        texts: how the names of the texts end that tell the labels; "" where names tell them.
    """

    pattern: Pattern
    form: str = PLAIN.name
    classes: ClassMap = NO_CLASSES
    map_said: bool = False
    said: str = ""
    texts: str = ""

    def named(self, path: str) -> NamePieces | None:
        """Find the pieces of a path; None where the pattern does not fit.

        The part may be told by a folder above those of the pattern, too.
        """
        if self.said:
            return NamePieces(self.said, "", "", "")
        found = self.pattern(path)
        if found is None or found.part:
            return found
        above = path.lower().split("/")[: -1 - self.pattern.text.count("/")]
        part = next((PARTS[name] for name in reversed(above) if name in PARTS), "")
        return found._replace(part=part) if part else found

    def character(self, named: NamePieces) -> str | None:
        """Tell the character of a label; None where it stands for none."""
        if self.said:
            return self.said
        if self.form == ENTRY:
            return named_entry(named.label)
        if self.form == CLASS:
            known = self.classes.characters
            found = known.get(named.label)
            return known.get(class_number(named.label) or "") if found is None else found
        found = FORMS[self.form].read(named.label)
        if found is not None and named.case:
            cased = found.upper() if named.case == "upper" else found.lower()
            return cased if len(cased) == len(found) else None
        return found

    def told(self, path: str, text: BesideText | None) -> NamePieces | None:
        """Find the pieces of a picture: of its path, and its label, where that is in its text.

        Raises:
            FormatError: the text is no label.
        """
        pieces = self.named(path)
        if not self.texts or pieces is None:
            return pieces
        label = None if text is None else text_label(text.read(), text.label)
        return None if label is None else pieces._replace(label=label, case="")

    def character_of(self, label: str) -> str | None:
        """Tell the character of a text's label; None where it stands for none."""
        return self.character(NamePieces(label, "", "", ""))

    def words(self) -> str:
        """Say where the label comes from."""
        if self.said:
            return f"{self.said}, as said"
        where = _WHERE.get(self.pattern.text, f"name by {self.pattern.text!r}")
        where = f"the text beside ({self.texts})" if self.texts else where
        if self.form == CLASS:
            return f"{where} as a number of {self.classes.name}"
        return where + ("" if self.form == ENTRY else FORMS[self.form].words)

    def option(self) -> str:
        """The pattern that says the same without guessing."""
        form = "" if self.form in (PLAIN.name, ENTRY) else f":{self.form}"
        return re.sub(r"\{label(:[^}]*)?\}", f"{{label{form}}}", self.pattern.text)


_SHORTEST_POINT = 4
"""Digits of a code point that may be a collection's own name, or is of other than ASCII."""
_FEWEST_COUNTED = 3
_NO_LETTER = 10
"""Of so many numbers that are hexadecimal one has a letter."""
_WHERE = {
    "{label}/*": "folder's name",
    "{label}/*/*": "name of the folder above",
    "{label}": "file's name",
    "{label}_*": "file's name up to the first _",
    "{label}-*": "file's name up to the first -",
    "*_{label}": "file's name after the last _",
    "*-{label}": "file's name after the last -",
    "{entry}/*": "folder's name as it stands",
    OMNIGLOT: "names of both folders (Omniglot's)",
}


class RuleFit(NamedTuple):
    """One rule, and how well names fit it.

    Attributes:
        rule: the rule.
        share: of the names that were looked at, how many have a character by it.
        strength: 5 for a map that the user gave, 4 for names that say it without doubt, 1 for
            digits that may be anything, 0 for numbers of classes that nothing explains.
        classes: how many different characters were seen.
    """

    rule: LabelRule
    share: float
    strength: int
    classes: int

    @property
    def enough(self) -> bool:
        """Whether the rule may be taken."""
        return self.share >= _ENOUGH


def fits(
    paths: Sequence[str],
    classes: ClassMap | None = None,
    *,
    map_said: bool = False,
    patterns: Iterable[str] = (),
) -> list[RuleFit]:
    """Try every rule on names.

    Args:
        paths: paths of files, from the name of the collection's root on, some thousand from all
            over it.
        classes: what class numbers stand for, where that is known.
        map_said: the user named the file that says so.
        patterns: the only ones that are tried, as the user said; else all that may be meant.

    Returns:
        What fits at all, the best first.
    """
    found = []
    for text in patterns or dict.fromkeys(map(_said_once, _patterns(paths))):
        pattern = Pattern(text)
        named = [one for path in paths if (one := pattern(path)) is not None]
        if not named:
            continue
        for form in (pattern.form,) if pattern.form else (*FORMS, CLASS):
            known = classes if form == CLASS and classes is not None else NO_CLASSES
            rule = LabelRule(pattern, form, known, map_said)
            fit = _fit(rule, named, len(paths))
            if not patterns and (
                _only_counts(form, named) or (form == "within" and fit.classes == 1)
            ):
                fit = fit._replace(strength=0)
            if not patterns and named[0].label == paths[0].partition("/")[0]:
                fit = _by_own_name(fit, named)
            if fit.share > 0:
                found.append(fit)
    found.sort(key=lambda fit: (fit.enough, fit.strength, fit.share), reverse=True)
    return found


def _only_counts(form: str, named: Sequence[NamePieces]) -> bool:
    """Whether what may be code points only counts pictures or folders: IMG_5012, IMG_5013."""
    pieces = {one.label for one in named}
    if form not in BARE or len(pieces) < _FEWEST_COUNTED or not all(map(str.isdecimal, pieces)):
        return False
    hexadecimal = form == "hex" and min(map(len, pieces)) >= _SHORTEST_POINT
    return len(pieces) > 0.9 * len(named) or (hexadecimal and len(pieces) >= _NO_LETTER)


def _by_own_name(fit: RuleFit, named: Sequence[NamePieces]) -> RuleFit:
    """A fit, less sure where all labels are the collection's own name, which may be any: `a7`."""
    own = named[0].label
    if not own.isascii() or any(one.label != own for one in named):
        return fit
    if fit.rule.form in (PLAIN.name, ENTRY):
        return fit._replace(strength=min(fit.strength, 1)) if len(own) == 1 else fit
    return fit._replace(share=0.0) if len(own) < _SHORTEST_POINT else fit


def fit_by_text(
    paths: Sequence[str],
    labels: Sequence[str],
    ending: str,
    form: str,
    classes: ClassMap = NO_CLASSES,
) -> RuleFit:
    """Try labels that stand in texts beside pictures; their names tell writer and part.

    Args:
        paths: as `fits` takes them.
        labels: what the texts say.
        ending: how the names of the texts end.
        form: how labels are written.
        classes: what class numbers stand for.
    """
    found = map(_said_once, _patterns(paths))
    pattern = Pattern(next(one for one in found if one.rpartition("/")[2] == "{label}"))
    rule = LabelRule(pattern, form, classes, texts=ending)
    return _fit(rule, [NamePieces(label, "", "", "") for label in labels], max(len(labels), 1))


def _fit(rule: LabelRule, named: Sequence[NamePieces], count: int) -> RuleFit:
    labels: Counter[str] = Counter()
    if rule.form in OTHER_ENCODINGS and all(one.label.isascii() for one in named):
        return RuleFit(rule, 0.0, 0, 0)
    unlikely = strange = 0
    numbers = True
    pieces = Counter((one.label, one.case) for one in named)
    for (label, case), times in pieces.items():
        if rule.form == CLASS and not rule.classes.characters:
            number = class_number(label)
            character = f"class {number}" if number is not None else None
        else:
            character = rule.character(NamePieces(label, "", "", case))
        if character is None:
            continue
        labels[character] += times
        numbers = numbers and label.isdecimal()
        short = rule.form == "hex" and len(label) < _SHORTEST_POINT  # a1, b2 are no ¡, ²
        sure = likely(character) and not (short and not character.isascii())
        unlikely += not (rule.form in (CLASS, ENTRY) or sure)
        strange += not label.isascii() or len(label) > 1
    share = sum(labels.values()) / count
    if not labels:
        return RuleFit(rule, 0.0, 0, 0)
    ascii_only = all(one.isascii() for one in labels)
    if rule.form == ENTRY:
        strength = 4
    elif rule.form == CLASS:
        strength = (5 if rule.map_said else 3) if rule.classes.characters else 0
    elif rule.form == PLAIN.name:
        strength = 1 if numbers else 2 if ascii_only and strange * 2 < len(labels) else 4
    else:
        strength = 2 if ascii_only else 3
        # a code point of no script that is written today is none
        share *= 1 - unlikely / len(labels)
    return RuleFit(rule, share, strength, len(labels))


def _patterns(paths: Sequence[str]) -> Iterator[str]:
    """The patterns that may be meant: a label in a folder's name, in the file's, in a piece of it;
    with the parts, writers and cases that can be told by their names."""
    split = [path.split("/") for path in paths]
    depth = Counter(len(one) - 1 for one in split).most_common(1)[0][0]
    usual = [one for one in split if len(one) - 1 == depth]
    levels = [_role({one[at] for one in usual}) for at in range(depth)]
    # of two levels that may be the parts, the one below is
    levels = ["*" if role in levels[at + 1 :] else role for at, role in enumerate(levels)]
    stems = [one[-1].rpartition(".")[0] or one[-1] for one in usual]
    free = [at for at, role in enumerate(levels) if role == "*"]
    for at in reversed(free):
        if len({one[at] for one in usual}) > 1 or at == depth - 1:
            yield _folders(levels, at) + "*"
    if depth > 1 and all(_OMNIGLOT.fullmatch("/".join(one[-2:])) for one in usual):
        yield OMNIGLOT
    above = _folders(levels, None)
    yield above + "{label}"
    yield from (above + text for text in _in_stems(stems))


def _said_once(text: str) -> str:
    """The pattern with anything in the place of a part or a case that stands in it before."""
    for field in ("{part}", "{case}"):
        before, met, after = text.partition(field)
        text = before + met + after.replace(field, "{}")
    return text


def _role(names: set[str]) -> str:
    """What all folders of one level are, where their names say it."""
    lower = {name.lower() for name in names}
    if lower <= PARTS.keys():
        return "{part}"
    if lower <= CASES.keys() | {"digit", "digits", "number", "numbers", "other", "symbols"}:
        return "{case}"
    return "{writer}" if all(map(_WRITER.fullmatch, names)) else "*"


def _folders(levels: Sequence[str], label: int | None) -> str:
    """The folders of a pattern: from the first that says something on."""
    named = ["{label}" if at == label else role for at, role in enumerate(levels)]
    first = next((at for at, role in enumerate(named) if role != "*"), len(named))
    return "".join(f"{role}/" for role in named[first:])


def _in_stems(stems: Sequence[str]) -> Iterator[str]:
    """Patterns of one piece of the file's name, between its separators."""
    pieces = [_SEPARATORS.split(stem) for stem in stems]
    marks = [_SEPARATORS.findall(stem) for stem in stems]
    counts = Counter(map(len, pieces))
    count, times = counts.most_common(1)[0]
    if count == 1 and len(counts) == 1:
        return
    first = Counter(found[0] for found in marks if found).most_common(1)
    last = Counter(found[-1] for found in marks if found).most_common(1)
    if times < _ENOUGH * len(stems) or count > _PIECES_LIMIT:
        # of differing numbers of pieces only the first and the last can be meant
        if first:
            yield f"{{label}}{first[0][0]}*"
            yield f"*{last[0][0]}{{label}}"
        return
    usual = [(one, mark) for one, mark in zip(pieces, marks, strict=True) if len(one) == count]
    roles = []
    for at in range(count):
        found = {one[at] for one, _ in usual}
        same = len(found) == 1 and len(usual) > 1 and not _MARKS.search("".join(found))
        roles.append(found.pop() if same else _role(found))
    between = usual[0][1]
    for at, role in enumerate(roles):
        if role == "*" or len(usual) == 1:
            named = ["{label}" if one == at else role for one, role in enumerate(roles)]
            named = ["{}" if one == "*" else one for one in named]
            text = "".join(one + mark for one, mark in zip(named, [*between, ""], strict=True))
            # what follows the label, or comes before it, does not matter
            text = re.sub(r"(\{label\}[-_. ~]+)\{\}$", r"\1*", text)
            yield re.sub(r"^\{\}([-_. ~]+\{label\})$", r"*\1", text)
