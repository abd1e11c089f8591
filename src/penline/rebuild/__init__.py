"""A data set again from its recipe, and proven to be the same.

``report.json`` says all that decides a set: the recipe, the content hashes of banks, text and
dictionary, the seed, the numbers of the samples, the settings of the files. Its recipe form is the
same without what the lines turned out to be: a few kilobytes that may be shared where pictures may
not. Of a finished set the recipe form keeps one hash over the pixels of all shards.
"""

from __future__ import annotations

from penline.rebuild.again import RebuildJob, rebuild
from penline.rebuild.plan import Plan, read_plan, write_plan
from penline.rebuild.proof import Rebuilt, recipe_form

__all__ = ["Plan", "RebuildJob", "Rebuilt", "read_plan", "rebuild", "recipe_form", "write_plan"]
