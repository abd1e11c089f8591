"""The pictures of settings: what each shows, and where it stands on the pages of recipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["ELSEWHERE", "STRIPS", "Strip", "shown", "shown_in_chinese"]


@dataclass(frozen=True, slots=True)
class Strip:
    """One picture: the same text under several values of a setting, as `tools/strips.yaml` has it.

    Attributes:
        name: the file's, ``pictures/recipe-NAME`` and its ending.
        part: what it stands after: a section of the page, or ``papers.NAME``, ``effects.NAME``.
        rows: the settings, a line each; each is its line's label.
        en, zh: what there is to see.
        text: what is written; "": what the recipe's corpus asks for.
        writer: who writes; "" for anybody.
        over: settings of all rows.
        kind: ``png`` or ``jpg``.
        seed: of all lines.
    """

    name: str
    part: str
    rows: tuple[str, ...]
    en: str
    zh: str
    text: str = "日日是好日，人人都说好。"
    writer: str = "sample:02"
    over: Mapping[str, Any] | None = None
    kind: str = "png"
    seed: int = 1

    @property
    def file(self) -> str:
        """The file's name."""
        return f"recipe-{self.name}.{self.kind}"

    @property
    def section(self) -> str:
        """The section of the page."""
        return self.part.partition(".")[0]

    def settings(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each row's label and its part of a recipe."""
        for row in self.rows:
            found = yaml.safe_load(row)
            if self.section == self.part:
                yield row, found
            elif self.section == "papers":
                yield row, {"papers": [found], "image": {"mode": "rgb"}}
            else:
                yield row, {"effects": [found], "papers": ["ruled"], "image": {"mode": "rgb"}}

    @property
    def real(self) -> bool:
        """By a real hand of the embedded sample; else by a simulated one."""
        return self.writer.startswith("hand:")

    def shows(self) -> list[str]:
        """The settings whose values differ, as dotted names; a paper or an effect by its own."""
        if self.section != self.part:
            return [self.part]
        names: dict[str, None] = {}
        for _, found in self.settings():
            for key, value in found.items():
                inner = value if isinstance(value, dict) else [""]
                names |= dict.fromkeys(f"{key}.{one}".rstrip(".") for one in inner)
        return list(names)


STRIPS = tuple(
    Strip(**one)
    for one in yaml.safe_load(
        (Path(__file__).resolve().parents[1] / "strips.yaml").read_text("utf-8")
    )
)
ELSEWHERE = {
    "version": "a set of defaults",
    "transforms": "parts of other packages",
    "page": "pictures of a page and a form stand with it",
    "corpus.length_range": "which lines there are",
    "corpus.lines": "which lines there are",
    "corpus.missing": "which lines there are, and whose glyphs are borrowed",
    "corpus.borrow_most": "which lines there are",
    "corpus.latin": "needs two banks",
    "corpus.tries": "which lines there are",
    "corpus.nfkc": "which characters there are",
    "image.max_width_px": "which lines there are",
    "image.format": "the file; pixels are the same",
    "image.quality": "the file; the effect jpeg shows the same",
    "layout.direction": "columns stand with it",
    "layout.replay": "needs templates of real lines",
    "layout.cell_em_range": "the size of the cells of squared paper",
    "papers.photo": "needs a folder of one's own",
}
"""Settings without a picture of their own, and why."""


def shown(part: str) -> str:
    """The pictures that stand after a part of the page, each with its caption."""
    return "\n".join(
        _pictured(one, one.en, f"{'Real' if one.real else 'Simulated'} handwriting: ", ", ", ".")
        for one in STRIPS
        if one.part == part
    )


def shown_in_chinese(section: str) -> str:
    """The pictures of a section of the Chinese page, which has none for each paper and effect."""
    return "\n".join(
        _pictured(one, one.zh, f"{'真实' if one.real else '模拟'}手写：", "、", "。")
        for one in STRIPS
        if one.section == section
    )


def _pictured(strip: Strip, alt: str, whose: str, comma: str, stop: str) -> str:
    names = comma.join(f"`{name}`" for name in strip.shows())
    return f"![{alt}](pictures/{strip.file})\n\n*{whose}{names}{stop}*\n"
