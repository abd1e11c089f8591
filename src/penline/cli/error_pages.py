"""The page that tells more of an error: which of its messages lead to which place on it.

``docs/errors.md``, and in Chinese ``docs/errors.zh.md``, have each place under the same name.
"""

from __future__ import annotations

import re

__all__ = ["PAGE", "PLACES", "with_page"]

PAGE = "docs/errors.md"

PLACES = {
    "no-such-file": "no such file or folder",
    "nothing-to-read": r"expected (at least )?one of \.|, which is not read",
    "broken-archive": "zip directory: |tar header: ",
    "two-rules-fit": "rules fit ",
    "labels-not-told": r": (labels|texts beside): expected ",
    "damaged-record": "pass --salvage",
    "no-such-writer": "no known writer ",
    "no-such-setting": "no setting `",
    "no-such-recipe": "no recipe file ",
    "not-yaml": "not YAML",
    "value-out-of-range": r"the smaller first|at (least|most) [\d.]+, not ",
    "no-text": "no text in it",
    "encoding": "not UTF-8",
    "nobody-can-write-it": "no line was made|, which is not drawn",
    "not-a-bank": " is not a bank ",
    "bank-version": "this penline reads penline-bank ",
    "not-a-set": "not a finished data set",
    "no-such-card": "no card '",
    "name-is-taken": r"choose another name|pass --overwrite",
    "missing-extra": "needs an optional package",
}
"""Name of a place: what messages that lead there have in them; the first that fits is taken."""


def with_page(message: str) -> str:
    """Return a message with the page that tells more at its end, where there is one.

    >>> with_page("x exists; choose another name")
    'x exists; choose another name (more: docs/errors.md#name-is-taken)'
    >>> with_page("stopped")
    'stopped'
    """
    for place, form in PLACES.items():
        if re.search(form, message):
            return f"{message} (more: {PAGE}#{place})"
    return message
