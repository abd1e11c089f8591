"""The data-set card of a finished set: Markdown with front matter, as Hugging Face's hub reads it.

Source: Hugging Face, "Dataset Cards" and its specification of their metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from penline.hub.facts import SetFacts, notice
from penline.hub.known import languages, licences, size_category

__all__ = ["card_text"]

_MAY = {
    "yes": "yes",
    "no": "**no**",
    "conditional": "on conditions",
    "unclear": "not known",
}
_KNOWN_BY = {
    "user": "whoever made the set said so",
    "name": "by their names",
    "": "",
}


def card_text(facts: SetFacts) -> str:
    """The whole of ``README.md``; its first line below the front matter says what is forbidden."""
    head = yaml.safe_dump(_front(facts), sort_keys=False, allow_unicode=True, width=100)
    return f"---\n{head}---\n\n" + "\n".join(_body(facts)) + "\n"


def _front(facts: SetFacts) -> dict[str, Any]:
    """The metadata; what is not known is left out."""
    terms = licences(facts.sources)
    named = terms[0] if len(terms) == 1 else terms
    told = facts.report.get("languages") or ()
    spoken = languages(facts.letters, facts.cards, told)
    mixed = isinstance(facts.report.get("mixed"), dict)
    made = ["machine-generated"] if facts.composed or mixed else []
    made += ["found"] if not facts.composed else []
    front: dict[str, Any] = {"pretty_name": facts.title, "license": named}
    if terms == ["other"]:
        front |= {"license_name": "terms-of-its-sources", "license_link": "README.md"}
    front |= {
        "language": spoken,
        "task_categories": ["image-to-text"],
        "size_categories": [size_category(sum(facts.splits.values()))],
        "annotations_creators": made,
        "tags": ["handwriting", "ocr", "penline", *(["synthetic"] if made[0] != "found" else [])],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": split, "path": facts.kind.hub_files.format(split=split)}
                    for split in facts.splits
                ],
            }
        ],
        "dataset_info": {
            "features": _features(facts.kind.features(facts.form, boxes=facts.boxes)),
            "splits": [
                {"name": split, "num_examples": count} for split, count in facts.splits.items()
            ],
        },
    }
    return {name: value for name, value in front.items() if value}


def _features(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Features in the form that front matter has them in."""
    return [{"name": name, **_feature(feature)} for name, feature in columns.items()]


def _feature(feature: Any) -> dict[str, Any]:
    if isinstance(feature, list):
        inner = _feature(feature[0])
        if "struct" in inner:
            return {"list": inner["struct"]}
        return {"list": inner.get("dtype", inner)}
    if "_type" not in feature:
        return {"struct": _features(feature)}
    return {"dtype": feature.get("dtype", feature["_type"].lower())}


def _body(facts: SetFacts) -> Iterator[str]:
    warned = notice(facts.sources)
    if warned:
        yield f"**{warned}**\n"
    yield f"# {facts.title}\n"
    yield f"{facts.parted}. {facts.made}\n"
    if facts.report.get("simulated"):
        yield "The handwriting is simulated: no person wrote its characters.\n"
    yield f"{facts.text}\n"
    yield "## Records\n"
    columns = facts.kind.features(facts.form, boxes=facts.boxes)
    yield f"Columns: {', '.join(f'`{name}`' for name in columns)}.\n"
    yield "```python"
    yield "from datasets import load_dataset\n"
    yield 'lines = load_dataset("path/of/this/folder")'
    yield "```\n"
    yield (
        "`croissant.json` describes files and records for programs, `report.json` says how each "
        "was made; `penline check` proves both.\n"
    )
    yield "## Sources and their terms\n"
    yield "| source | files | terms | may be passed on | how it is known |"
    yield "| --- | --- | --- | --- | --- |"
    for row in facts.sources:
        cells = [
            f"{row['title']} (simulated)" if row["simulated"] else row["title"],
            f"{row['files'] or 0:,}",
            row["licence"],
            _MAY.get(row["redistribution"], row["redistribution"]),
            _KNOWN_BY.get(row["known_by"], ""),
        ]
        yield f"| {' | '.join(map(_cell, cells))} |"
    yield ""
    yield "Summaries, not legal advice: what the sources' publishers say decides.\n"
    cited = [cited.text for card in facts.cards for cited in card.citations]
    if cited:
        yield "## Please cite\n"
        yield from (f"- {_cell(text)}" for text in cited)
        yield ""
    yield "*penline wrote this card: go on with it.*"


def _cell(text: str) -> str:
    """A text inside a table: one line, its marks kept from Markdown."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")
