"""The catalogue as one page: a table with filters, and two to four sets side by side."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from penline.catalogue import Card, load
from penline.catalogue.finding import SCRIPTS, facts
from penline.look.page import page

__all__ = ["catalogue_page"]

_STYLE = """
.filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
  gap: .6rem 1rem; width: 100%; }
.filters label { display: grid; gap: .15rem; color: var(--quiet); font-size: .85rem; }
.filters select, .filters input { width: 100%; min-width: 0; padding: .3rem .5rem; font: inherit;
  font-size: .95rem; color: var(--text); background: var(--paper);
  border: 1px solid var(--quiet); border-radius: .4rem; }
.tools { position: static; }
.tools > details { width: 100%; }
.sets { width: 100%; }
thead td { border-top: 0; }
.sets th button { padding: 0; border: 0; background: none; color: inherit; cursor: pointer;
  text-align: left; }
.sets th[aria-sort] button::after { content: " \\2195"; }
.sets th[aria-sort="ascending"] button::after { content: " \\2191"; }
.sets th[aria-sort="descending"] button::after { content: " \\2193"; }
.sets tbody th small { display: block; color: var(--quiet); font-size: .85em; }
.sets td, .sets th { padding-right: .9rem; }
.sets thead span { display: none; }
.sets input { width: 1.2rem; height: 1.2rem; accent-color: var(--accent); }
a { color: var(--accent); }
.compared tbody td { min-width: 11rem; max-width: 24rem; }
.compared .unlike th, .compared .unlike td { background: var(--mind-ground); }
.compared ul { margin: 0; padding-left: 1.1rem; }
@media (max-width: 60rem) {
  .sets thead tr { display: flex; flex-wrap: wrap; gap: 0 1.2rem; padding: .3rem 0; border: 0; }
  .sets thead span { display: inline; }
  .sets thead span, .sets thead button { line-height: 2.2; }
  .sets, .sets thead, .sets tbody, .sets tbody tr, .sets th, .sets td { display: block; }
  .sets tbody tr { padding: .6rem 0 .6rem 2.2rem; border-top: 1px solid var(--rule);
    position: relative; }
  .sets th, .sets td { border: 0; padding: .05rem 0; text-align: left; }
  .sets td:empty { display: none; }
  .sets td[data-name]::before { content: attr(data-name) ": "; color: var(--quiet); }
  .sets td.pick { position: absolute; left: 0; top: .6rem; }
}
@media (max-width: 40rem) {
  .compared th, .compared td { padding-right: .6rem; }
  .compared tbody th { min-width: 4.8rem; max-width: 6rem; overflow-wrap: normal; hyphens: auto; }
  .compared tbody td { min-width: 7.2rem; }
}
"""


def catalogue_page(known: Collection[str]) -> bytes:
    """Make the page, UTF-8; it opens from disk, and loads nothing.

    Args:
        known: kinds of file that have a reader.
    """
    rows = [_row(card, known) for card in load().values()]
    ready = sum(row["readable"] for row in rows)
    data = {
        "by": "penline",
        "kind": "the catalogue",
        "title": "Sets of handwriting",
        "badges": [],
        "total": len(rows),
        "shown": len(rows),
        "unit": "sets",
        "figures": [["Sets", len(rows)], ["Readable", ready]],
        "notes": [
            "Readable: penline has a reader for the files. Gettable: penline get knows where they "
            "are. Terms are a summary; the publisher's own hold."
        ],
        "sources": [],
        "tables": [],
        "scripts": {one: SCRIPTS.get(one, one) for row in rows for one in row["scripts"]},
        "rows": rows,
    }
    return page(
        "Sets of handwriting: penline's catalogue", ("base.js", "catalogue.js"), data, _STYLE
    )


def _row(card: Card, known: Collection[str]) -> dict[str, Any]:
    counts = [
        f"{count.value:,} {count.what}"
        + "".join(f", {one}" for one in (count.part, count.scope) if one not in _WHOLE)
        for count in card.counts
        if count.value is not None
    ]
    more = {"publisher": card.publisher, "access": card.access, "terms": card.licence.summary}
    return {**facts(card, known), **more, "counts": counts, "advice": list(card.advice)}


_WHOLE = ("all", "everything")
