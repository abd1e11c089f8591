"""Which of the rules that fit a collection's names is taken; or why the user has to say it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from penline.errors import FormatError, UsageError
from penline.sources.pictures.forms import BARE, CLASS
from penline.sources.pictures.labels import LabelRule, RuleFit
from penline.sources.understood import PAGE
from penline.words import counted, printable

__all__ = ["Choice", "Unlike", "as_option", "choose"]

Unlike: TypeAlias = Callable[[LabelRule], float | None]
"""What `alike.unlikeness` tells of a rule."""

_SHOWN = 3
_CLEARLY = 0.9
_TELLING = 0.95
_DIGITS = 1
"""The strength of names that are digits."""
_MOST_WRITERS = 5_000


class Choice(NamedTuple):
    """The rule that was taken.

    Attributes:
        rule: the rule.
        doubts: what speaks against it.
    """

    rule: LabelRule
    doubts: tuple[str, ...]


def choose(
    found: Sequence[RuleFit],
    paths: Sequence[str],
    file: str,
    said: str | None,
    unlike: Unlike,
) -> Choice:
    """Take the best rule.

    Args:
        found: as `labels.fits` gives them.
        paths: the names that were looked at.
        file: the collection, for messages.
        said: the pattern that the user gave.
        unlike: tells how unlike pictures of one label by a rule are; asked where two rules fit.

    Raises:
        FormatError: no rule fits: with the three nearest, and the page that has them all.
        UsageError: two rules fit: with both.
    """
    fits = [fit for fit in found if fit.enough and fit.strength]
    if said is None:
        fits = [fit for fit in fits if fit.strength > _DIGITS or _tells(fit, unlike, len(paths))]
    elif not fits or fits[0].share < 1:
        fits = [fit for fit in found if fit.strength][:1]  # what does not fit is left out, counted
    if not fits:
        raise _none(found, paths, file)
    best = fits[0]
    if said is None and best.rule.form in BARE:
        best = _looked_over(fits, paths, unlike)
    rivals = [
        fit
        for fit in fits
        if fit is not best and fit.strength == best.strength and _differ(best, fit, paths)
    ]
    if rivals:
        seen = [(unlike(fit.rule) or 1.0, at) for at, fit in enumerate((best, *rivals))]
        seen.sort()
        if seen[0][0] < _CLEARLY * seen[1][0]:
            best, rivals = (best, *rivals)[seen[0][1]], []
    if best.classes == 1 and any(fit.classes > 1 for fit in rivals):
        best = next(fit for fit in rivals if fit.classes > 1)
        rivals = [fit for fit in rivals if fit.classes > 1 and _differ(best, fit, paths)]
    doubts: list[str] = []
    if best.strength == _DIGITS and best.classes > 1 and said is None:
        doubts.append(
            "digits in names are taken for the digits themselves; for numbers of classes, "
            "give --classes FILE"
        )
    if rivals:
        both = " or ".join(as_option(fit.rule, paths) for fit in (best, *rivals[:1]))
        raise UsageError(f"{file}: two rules fit its names; say which: {both}")
    if best.share < 1:
        percent = 100 * (1 - best.share)
        doubts.append(
            f"{percent:.2g} % of the names that were looked at do not fit, and are left out"
        )
    doubts += _writers(best.rule, paths)
    return Choice(best.rule, tuple(doubts))


def _looked_over(fits: Sequence[RuleFit], paths: Sequence[str], unlike: Unlike) -> RuleFit:
    """The first rule, whose bare numbers are taken for code points; or one by digits, where
    pictures of one digit are clearly more alike: `5_1234.png`."""
    best, found = fits[0], fits[0]
    least = unlike(best.rule) or 1.0
    for fit in fits[1:]:
        if fit.strength == _DIGITS and fit.classes > 1 and _differ(best, fit, paths):
            apart = unlike(fit.rule)
            if apart is not None and apart < _CLEARLY * least:
                found, least = fit, apart
    return found


def _tells(fit: RuleFit, unlike: Unlike, count: int) -> bool:
    """Whether digits in names tell what is written, and do not only count the pictures."""
    found = unlike(fit.rule)
    if found is None:  # one picture each: a whole name is its label
        last = fit.rule.pattern.text.rpartition("/")[2]
        return last == "*" or (last == "{label}" and (fit.classes > 1 or count == 1))
    return found < _TELLING


def _differ(one: RuleFit, other: RuleFit, paths: Sequence[str]) -> bool:
    """Whether two rules give some name two characters."""
    for path in paths:
        first, second = one.rule.named(path), other.rule.named(path)
        if first is None or second is None:
            continue
        a, b = one.rule.character(first), other.rule.character(second)
        if a is not None and b is not None and a != b:
            return True
    return False


def as_option(rule: LabelRule, paths: Sequence[str]) -> str:
    """Return a rule as the user may give it, with an example."""
    example = next((path for path in paths if (named := rule.named(path))), "")
    named = rule.named(example)
    label = rule.character(named) if named else None
    shown = f" ({printable(example)} is {label})" if label else ""
    return f"--labels {shlex.quote(rule.option())}{shown}"


def _writers(rule: LabelRule, paths: Sequence[str]) -> list[str]:
    """Folders above the label that nothing is said of may be writers."""
    text = rule.pattern.text
    if "writer" in rule.pattern.fields or not text.startswith("{label") or "/" not in text:
        return []
    above = len(text.split("/"))
    names = {path.split("/")[-above - 1] for path in paths if path.count("/") > above}
    if not 1 < len(names) <= _MOST_WRITERS:
        return []
    shown = ", ".join(sorted(map(printable, names))[:_SHOWN])
    option = shlex.quote(f"{{writer}}/{rule.option()}")
    return [f"{counted(len(names), 'folder')} above ({shown}, ...): of writers? --labels {option}"]


def _none(found: Sequence[RuleFit], paths: Sequence[str], file: str) -> FormatError:
    near = sorted(found, key=lambda fit: fit.share, reverse=True)
    nearest: list[str] = []
    for fit in near:
        words = f"{_near(fit.rule)} ({100 * fit.share:.0f} % of the names)"
        if len(nearest) < _SHOWN and words not in nearest:
            nearest.append(words)
    nearest += [one for one in _USUAL if len(nearest) < _SHOWN]
    expected = (
        f"names that tell the character; nearest: {'; '.join(nearest[:_SHOWN])}; "
        f"--labels '{{label}}/*' says another pattern, --character what all show, --texts "
        f"'gt/*.txt' where texts of lines lie apart (penline convert); all forms: {PAGE}"
    )
    examples = ", ".join(
        printable(path) for path in paths[:: max(len(paths) // _SHOWN, 1)][:_SHOWN]
    )
    return FormatError(file, 0, "file name", expected, f"names such as {examples}")


_USUAL = (
    "a folder a character, called by it (永/1.png)",
    "a folder a character, called by its code point (U+6C38/1.png)",
    "a folder a class, with --classes FILE for what its number stands for",
)


def _near(rule: LabelRule) -> str:
    if rule.form == CLASS:
        known = "" if rule.classes.characters else ", with --classes FILE for what it stands for"
        return f"{rule.words().partition(' as a number')[0]} as a number of a class{known}"
    said = f", by --labels {shlex.quote(rule.option())}" if rule.form in BARE else ""
    return rule.words() + said
