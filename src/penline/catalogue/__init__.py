"""The catalogue: one card a data set, as Markdown with YAML front matter beside this file."""

from penline.catalogue.alphabets import alphabet
from penline.catalogue.errata import Erratum, Relabel
from penline.catalogue.loading import card, ids, load, parse
from penline.catalogue.model import (
    Card,
    Citation,
    Count,
    File,
    Licence,
    Reference,
    WriterNumbers,
    Writers,
)

__all__ = [
    "Card",
    "Citation",
    "Count",
    "Erratum",
    "File",
    "Licence",
    "Reference",
    "Relabel",
    "WriterNumbers",
    "Writers",
    "alphabet",
    "card",
    "ids",
    "load",
    "parse",
]
