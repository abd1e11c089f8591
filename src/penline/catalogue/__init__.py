"""The catalogue: one card a data set, as Markdown with YAML front matter beside this file."""

from penline.catalogue.card import Card, Citation, Count, File, Licence, Source, State, Writers
from penline.catalogue.load import card, ids, load, parse

__all__ = [
    "Card",
    "Citation",
    "Count",
    "File",
    "Licence",
    "Source",
    "State",
    "Writers",
    "card",
    "ids",
    "load",
    "parse",
]
