"""What a finished set says of itself, for hubs of data sets and for whoever comes upon it.

    croissant.json     files and records, as Croissant (MLCommons) describes them: every format
    records.parquet    a row a record: index, split, text, writer; where no table of the format's
                       own holds them
    README.md          a data-set card: formats that Hugging Face's library reads

All follow from the report and from what the shards told, so they are the same wherever the same
set is made; ``report.json`` has their hashes under ``about``.
"""

from __future__ import annotations

from penline.hub.ending import finish
from penline.hub.facts import notice

__all__ = ["finish", "notice"]
