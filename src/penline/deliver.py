"""Compose a data set into an object store: made in a local folder, and sent as it grows."""

from __future__ import annotations

from dataclasses import replace

from penline.export.remote import Remote
from penline.produce import Produced, ProduceJob, plan, produce

__all__ = ["deliver"]


def deliver(job: ProduceJob) -> Produced:
    """Write the lines or pages of a job to its URL, of any scheme that fsspec knows.

    Raises:
        MissingExtra: no package for such URLs is installed.
        UsageError, Interrupted, ExportError: as in `produce`, or the store does not answer.
    """
    url = str(job.out)
    remote = Remote(url, job.staging)
    planned = plan(job)
    remote.begin(planned["run"], overwrite=job.how.overwrite)
    report = remote.made(planned["run"])
    resumed = 0
    if report is None:
        # what else may lie in the staging folder was for this same URL
        how = replace(job.how, overwrite=True)
        made = produce(replace(job, out=remote.staging, how=how, whole=remote.shard))
        report, resumed = dict(made.report), made.resumed
    remote.end()
    return Produced(url, report, resumed)
