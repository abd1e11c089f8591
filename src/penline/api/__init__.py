"""The verbs as functions: what the command line calls, and what a program may call, too.

A verb's modules are loaded when it is asked for: composing needs no reader of archives, and reading
none of what composes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penline.ablate.reading import read_lines as read_lines
    from penline.ablate.running import ablate as ablate
    from penline.acquire import get as get
    from penline.api.ablating import ablation_files as ablation_files
    from penline.api.ablating import readings_file as readings_file
    from penline.api.archives import FileFacts as FileFacts
    from penline.api.archives import bank_notes as bank_notes
    from penline.api.archives import choice_of as choice_of
    from penline.api.archives import convert as convert
    from penline.api.archives import info as info
    from penline.api.archives import line_cutter as line_cutter
    from penline.api.archives import pack as pack
    from penline.api.archives import sheet as sheet
    from penline.api.checking import check as check
    from penline.api.checking import clashes as clashes
    from penline.api.composing import alphabet_of as alphabet_of
    from penline.api.composing import compose as compose
    from penline.api.composing import rebuild as rebuild
    from penline.api.composing import recipe_of as recipe_of
    from penline.api.template_sheets import template as template
    from penline.api.writing import line_files as line_files
    from penline.api.writing import write as write
    from penline.census import census as census
    from penline.cover import cover as cover
    from penline.fit import fit as fit
    from penline.look.app.server import serve as serve
    from penline.new_card import new_card as new_card
    from penline.realism import realism as realism
    from penline.select import select as select
    from penline.template import scan as scan

_PLACES = {
    "ablate": "penline.ablate.running",
    "ablation_files": "penline.api.ablating",
    "read_lines": "penline.ablate.reading",
    "readings_file": "penline.api.ablating",
    "FileFacts": "penline.api.archives",
    "alphabet_of": "penline.api.composing",
    "bank_notes": "penline.api.archives",
    "census": "penline.census",
    "check": "penline.api.checking",
    "check_links": "penline.acquire.links",
    "choice_of": "penline.api.archives",
    "clashes": "penline.api.checking",
    "compose": "penline.api.composing",
    "convert": "penline.api.archives",
    "cover": "penline.cover",
    "fit": "penline.fit",
    "get": "penline.acquire",
    "info": "penline.api.archives",
    "line_cutter": "penline.api.archives",
    "line_files": "penline.api.writing",
    "new_card": "penline.new_card",
    "pack": "penline.api.archives",
    "realism": "penline.realism",
    "rebuild": "penline.api.composing",
    "recipe_of": "penline.api.composing",
    "scan": "penline.template",
    "select": "penline.select",
    "serve": "penline.look.app.server",
    "sheet": "penline.api.archives",
    "template": "penline.api.template_sheets",
    "write": "penline.api.writing",
}

__all__ = [
    "FileFacts",
    "ablate",
    "ablation_files",
    "alphabet_of",
    "bank_notes",
    "census",
    "check",
    "check_links",
    "choice_of",
    "clashes",
    "compose",
    "convert",
    "cover",
    "fit",
    "get",
    "info",
    "line_cutter",
    "line_files",
    "new_card",
    "pack",
    "read_lines",
    "readings_file",
    "realism",
    "rebuild",
    "recipe_of",
    "scan",
    "select",
    "serve",
    "sheet",
    "template",
    "write",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Load a verb on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
