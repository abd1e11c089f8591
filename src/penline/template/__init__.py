"""Your own hand: sheets of cells to write on, and their photographs into a bank."""

from penline.template.guides import bank_guides, font_guides
from penline.template.make import Made, template
from penline.template.reading import SeenSheet
from penline.template.scanning import Flaw, Scanned, scan

__all__ = [
    "Flaw",
    "Made",
    "Scanned",
    "SeenSheet",
    "bank_guides",
    "font_guides",
    "scan",
    "template",
]
