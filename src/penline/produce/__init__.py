"""Compose a data set: shards of lines or pages, run by an engine, written by an exporter."""

from __future__ import annotations

from penline.produce.planning import ProduceJob, contents, plan, set_prefix, versions
from penline.produce.running import Produced, produce

__all__ = ["ProduceJob", "Produced", "contents", "plan", "produce", "set_prefix", "versions"]
