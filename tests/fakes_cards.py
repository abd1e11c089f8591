"""Cards with small made-up figures, in the place of penline's own.

write(folder, "casia-hwdb1.1", [figure("writers", 3), figure("samples", 33, part="test")])
monkeypatch.setenv("PENLINE_CARDS", str(folder))
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

CARD = """---
id: {id}
title: Made up
kind: offline characters
scripts: [Hans]
publisher: nobody
homepages: []
simulated: true
licence:
  {{name: none, summary: none, redistribution: "yes", commercial: "yes", url: https://example.org,
   sources: [s]}}
citations: [{{key: k, kind: misc, authors: [A], title: T, venue: V}}]
access: ask
prefixes: []
files: {files}
counts:
{counts}
{more}
formats: [gnt]
writers: {{family: f, rule: r, example: null, numbers: n, expected: [{expected}]}}
advice: [none]
sources:
  s: {{title: Source one}}
  t: {{title: Source two}}
---

Made up.
"""


def figure(what: str, value: int, **more: object) -> str:
    """One entry of a card's counts; of source ``s``, unless told otherwise (``t``)."""
    facts = {"what": what, "value": value, "source": "s", "confidence": "official", **more}
    return "  - {" + ", ".join(f"{key}: {item}" for key, item in facts.items()) + "}"


def write(
    folder: Path,
    id: str,
    counts: Iterable[str],
    *,
    files: str = "[]",
    expected: str = "",
    more: str = "",
) -> Path:
    """Write ``<id>.md`` into a folder, which is made.

    Args:
        folder: where to.
        id: the card's id.
        counts: entries as `figure` gives them.
        files: YAML of the card's files.
        expected: YAML of the numbers of writers that are expected, separated by commas.
        more: further lines of YAML, as they stand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{id}.md"
    rows = "\n".join(counts)
    text = CARD.format(id=id, counts=rows, expected=expected, more=more, files=files)
    place.write_text(text, "utf-8")
    return place
