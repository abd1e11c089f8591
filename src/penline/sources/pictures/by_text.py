"""Whether the texts beside pictures are their labels; or their names; or why the user says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from penline.errors import FormatError, UsageError
from penline.sources.pictures.choice import Choice, as_option
from penline.sources.pictures.class_map import ClassMap
from penline.sources.pictures.files import PictureFiles
from penline.sources.pictures.forms import BARE, CLASS, PLAIN
from penline.sources.pictures.labels import RuleFit, fit_by_text
from penline.sources.pictures.texts import TEXTS, are_boxes, text_label
from penline.sources.understood import PAGE
from penline.words import listed, printable

__all__ = ["FITTING", "SeenTexts", "by_text", "see_texts"]

FITTING = 0.9
"""So many of the texts have to be labels."""
_COUNTS = (*BARE, CLASS)
"""Forms of names that may only number the pictures."""


class SeenTexts(NamedTuple):
    """The texts beside some pictures.

    Attributes:
        labels: what they say, by the paths of their pictures.
        ending: how most of their names end.
        share: how many of the pictures have one, sound or not.
    """

    labels: dict[str, str]
    ending: str
    share: float


def see_texts(files: PictureFiles, top: str, wanted: Sequence[int]) -> SeenTexts | None:
    """Read the texts beside some pictures; None where there are none.

    Args:
        files: the collection.
        top: the name of what holds it.
        wanted: numbers of files to look at.
    """
    if not files.text_count:
        return None
    labels = dict[str, str]()
    endings = Counter[str]()
    for file in files.each(wanted):
        if file.text is None:
            continue
        endings[TEXTS[not file.text.label.endswith(TEXTS[0])]] += 1
        try:
            labels[f"{top}/{file.name}"] = text_label(file.text.read(), file.text.label)
        except FormatError:
            continue  # told when its turn comes
    if not endings:
        return None
    return SeenTexts(labels, endings.most_common(1)[0][0], endings.total() / len(wanted))


def by_text(
    seen: SeenTexts,
    paths: Sequence[str],
    names: RuleFit | None,
    maps: Iterable[ClassMap],
    file: str,
) -> Choice | str:
    """Take texts as labels; or say why the names are to tell them.

    Args:
        seen: texts of some pictures.
        paths: the names of the pictures that were looked at.
        names: the rule that fits the names best; None where the user says that texts tell it.
        maps: what class numbers may stand for.
        file: the collection, for messages.

    Raises:
        FormatError: the texts are no labels of characters, and the names tell none.
        UsageError: texts and names tell different characters.
    """
    named = names if names is not None and _is_sure(names, len(paths)) else None
    fit, fault = _fit(seen, paths, maps, file)
    if fault is not None:
        few = names is not None and seen.share < 0.5
        numbers = all(map(str.isdecimal, seen.labels.values()))
        if few or (named is not None and (named.strength > 2 or numbers)):
            return f"the {seen.ending} beside pictures are not read: {fault.found}"
        if named is not None:
            expected = f"{fault.expected}; for what names say, {as_option(named.rule, paths)}"
            fault = FormatError(file, 0, fault.field, expected, fault.found)
        raise fault
    digits = fit.strength == 1
    if named is not None and (digits or seen.share < 0.5 or not _differing(named, fit, seen)):
        return f"the {seen.ending} beside pictures are not read: names tell the labels"
    if named is not None:
        path = _differing(named, fit, seen)
        label = fit.rule.character_of(seen.labels[path])
        raise UsageError(
            f"{file}: two rules fit its pictures, their names and the texts beside; say which: "
            f"{as_option(named.rule, [path])} or --labels {seen.ending} ({printable(path)} is "
            f"{label})"
        )
    doubts = []
    if digits and fit.classes > 1:
        doubts.append(
            "digits in texts are taken for the digits themselves; for numbers of classes, "
            "give --classes FILE"
        )
    if fit.share < 1:
        percent = 100 * (1 - fit.share)
        doubts.append(f"{percent:.2g} % of the texts looked at are no label, and are left out")
    return Choice(fit.rule, tuple(doubts))


_FIELD = "texts beside"


def _fit(
    seen: SeenTexts, paths: Sequence[str], maps: Iterable[ClassMap], file: str
) -> tuple[RuleFit, FormatError | None]:
    """The rule by texts that fits, and what is wrong where none does."""
    labels = list(seen.labels.values())
    fit = fit_by_text(paths, labels, seen.ending, PLAIN.name)
    for known in maps:
        numbered = fit_by_text(paths, labels, seen.ending, CLASS, known)
        if numbered.share >= FITTING and (fit.share < FITTING or fit.strength == 1):
            return numbered, None
    if fit.share >= FITTING:
        return fit, None
    shown = listed([printable(one[:20]) for one in dict.fromkeys(labels)], 3)
    one = f"one character in each {seen.ending}"
    if not labels:
        return fit, FormatError(file, 0, _FIELD, f"{one}, in UTF-8", "none that says one")
    if all(label.isdecimal() for label in labels):
        expected = f"{one}; say what numbers stand for with --classes FILE, see {PAGE}"
        return fit, FormatError(
            file, 0, _FIELD, expected, f"class numbers {shown}, and no list of them"
        )
    if sum(map(are_boxes, labels)) > len(labels) / 2:
        expected = f"{one}, see {PAGE}"
        return fit, FormatError(file, 0, _FIELD, expected, f"boxes of YOLO: {shown}")
    expected = f"{one}; lines of text are for penline convert {printable(file)} -o OUT, see {PAGE}"
    return fit, FormatError(file, 0, _FIELD, expected, f"texts such as {shown}")


def _is_sure(fit: RuleFit, count: int) -> bool:
    """Whether names tell labels by themselves, and do not only number the pictures."""
    numbers = fit.rule.form in _COUNTS and fit.classes > count / 2
    return fit.enough and fit.strength > 1 and not numbers


def _differing(names: RuleFit, texts: RuleFit, seen: SeenTexts) -> str:
    """The path of a picture of which name and text tell different characters; "" of none."""
    for path, label in seen.labels.items():
        pieces = names.rule.named(path)
        told = names.rule.character(pieces) if pieces is not None else None
        text = texts.rule.character_of(label)
        if told is not None and text is not None and told != text:
            return path
    return ""
