"""One HTML file out of a template, styles, scripts and data; nothing in it can act but our script.

The data stand in a ``<script type="application/json">`` block with every ``<`` written as
``\\u003c``, and the script puts them into the document as text, never as markup. The page's own
policy names the hash of the script and of each style sheet and forbids everything else, so a label
that should ever get out of the block would still do nothing, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from penline.look.strings import strings_script

__all__ = ["data_uri", "page", "safe_json", "table"]

_WORDS = "app/static/words.js"
_STYLES = ("page.css", "app/static/seen.css")
_ROWS = 200
_SLOT = re.compile(r"@@([a-z]+)@@")


def page(
    title: str,
    scripts: Iterable[str],
    data: Mapping[str, Any],
    style: str = "",
    blocks: Iterable[str] = (),
) -> bytes:
    """The whole file, UTF-8.

    Args:
        title: the document's title; any text.
        scripts: names of the scripts beside this module, in the order in which they run; before
            them comes what they say in other languages (`penline.look.strings`).
        data: what the scripts show; any text in it, no number that JSON has not.
        style: rules that belong to these data; made by penline alone.
        blocks: base64 of ink, which stands after the script, so that a browser shows the page
            while it still reads them.
    """
    scripts = list(scripts)
    names = [name.rpartition("/")[2] for name in scripts]
    said = strings_script(["page.html", "sheets", *names, *(Path(name).stem for name in names)])
    slots = {
        "title": html.escape(title.encode("utf-8", "replace").decode()),
        "style": "\n".join(map(_read, _STYLES)),
        "more": style,
        "data": safe_json(data),
        "script": "\n".join([said, *map(_read, (_WORDS, *scripts))]),
        "blocks": "".join(
            f'<script type="text/plain" id="ink{number}">{block}</script>\n'
            for number, block in enumerate(blocks)
        ),
    }
    styles = " ".join(_hash(slots[name]) for name in ("style", "more"))
    slots["policy"] = (
        f"default-src 'none'; img-src data:; style-src {styles}; "
        f"script-src {_hash(slots['script'])}; base-uri 'none'; form-action 'none'"
    )
    # one pass: what is put in is not searched for slots
    return _SLOT.sub(lambda slot: slots[slot[1]], _read("page.html")).encode()


def safe_json(data: Mapping[str, Any]) -> str:
    r"""JSON in ASCII that can stand inside a script element.

    >>> safe_json({"label": "</script>"})
    '{"label":"\\u003c/script>"}'
    """
    return json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def data_uri(data: bytes, media_type: str) -> str:
    """Bytes as a ``data:`` address."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def table(title: str, rows: Sequence[Any], *, names: bool = False) -> list[dict[str, Any]]:
    """A table of a sheet, cut to its first rows; none without a row.

    Args:
        title: what stands above it.
        rows: of a name and a number, or None.
        names: whether what stands in it is no sentence of penline's.
    """
    found = {"title": title, "rows": rows[:_ROWS], "total": len(rows)}
    return [found | ({"names": True} if names else {})] if rows else []


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _read(name: str) -> str:
    return resources.files("penline.look").joinpath(name).read_text(encoding="utf-8")
