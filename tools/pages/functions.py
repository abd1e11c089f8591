"""The library function that each verb calls."""

from __future__ import annotations

__all__ = ["FUNCTIONS"]

FUNCTIONS = {
    "ablate": "penline.api.ablate",
    "read": "penline.api.read_lines",
    "list": "penline.catalogue.load",
    "card": "penline.catalogue.card",
    "get": "penline.api.get",
    "info": "penline.api.info",
    "census": "penline.api.census",
    "bank": "penline.api.pack",
    "compose": "penline.api.compose",
    "write": "penline.api.write",
    "rebuild": "penline.api.rebuild",
    "cover": "penline.api.cover",
    "select": "penline.api.select",
    "fit": "penline.api.fit",
    "convert": "penline.api.convert",
    "check": "penline.api.check",
    "realism": "penline.api.realism",
    "sheet": "penline.api.sheet",
    "serve": "penline.api.serve",
    "template": "penline.api.template",
    "scan": "penline.api.scan",
    "new-card": "penline.api.new_card",
    "check-links": "penline.api.check_links",
}
"""The library function that each verb calls."""
