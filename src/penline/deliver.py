"""Compose a data set into an object store: made in a local folder, and sent as it grows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penline.compose import Composer
from penline.export.base import Options
from penline.export.remote import Remote
from penline.produce import Produced, Progress, plan, produce

__all__ = ["deliver"]


def deliver(
    composer: Composer,
    url: str,
    *,
    staging: Path | None = None,
    to: str = "paddleocr",
    start: int = 0,
    options: Options,
    overwrite: bool = False,
    facts: Mapping[str, Any],
    field: str = "text",
    workers: int = 1,
    engine: str = "local",
    address: str | None = None,
    progress: Progress | None = None,
) -> Produced:
    """Write the composer's lines or pages to a URL; other arguments as in `produce`.

    Args:
        composer: the lines; its length says where to stop.
        url: of the folder to make, of any scheme that fsspec knows.
        staging: a local folder for the set under way; None for one in the user's cache. It
            takes as much room as the set, and is emptied when all is sent.

    Raises:
        MissingExtra: no package for such URLs is installed.
        UsageError, Interrupted, ExportError: as in `produce`, or the store does not answer.
    """
    remote = Remote(url, staging)
    planned = plan(composer, to=to, start=start, options=options, facts=facts, field=field)
    remote.begin(planned["run"], overwrite=overwrite)
    report = remote.made(planned["run"])
    resumed = 0
    if report is None:
        made = produce(
            composer,
            remote.staging,
            to=to,
            start=start,
            options=options,
            workers=workers,
            engine=engine,
            address=address,
            overwrite=True,  # what else may lie in the staging folder was for this same URL
            facts=facts,
            field=field,
            whole=remote.shard,
            progress=progress,
        )
        report, resumed = dict(made.report), made.resumed
    remote.end()
    return Produced(url, report, resumed)
