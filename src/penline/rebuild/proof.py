"""What was made, held against what the report says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penline.export.base import hasher
from penline.export.run import SHARD
from penline.produce import versions
from penline.rebuild.plan import Plan
from penline.registry import check_packages

__all__ = ["ENCODERS", "Rebuilt", "compare", "recipe_form"]

ENCODERS = ("penline", "opencv-python-headless", "pyarrow")
"""Of what ``made_with`` tells: the versions that decide a file's bytes, its pixels given."""
_TEXT = (".txt", ".jsonl")
"""Ends of the names of files that hold labels and boxes, and no picture."""
_OF_THE_LINES = ("lines", "pages", "characters", "spaces", "classes", "longest_label")
_PLAN = ("penline", "run", "simulated", "mixed_writers", "sources", "proof")


@dataclass(slots=True)
class Rebuilt:
    """What `rebuild` made and found.

    Attributes:
        out: the folder.
        report: what its ``report.json`` holds.
        proven: shards whose pixels are those of the report.
        problems: one line each; none where the set is the same.
        notes: what could not be compared, and why.
    """

    out: Path
    report: Mapping[str, Any]
    proven: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def recipe_form(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report without what the lines turned out to be; of a finished set with a ``proof``.

    Args:
        report: what ``report.json`` holds, or a recipe form.
    """
    form = {name: report[name] for name in _PLAN if name in report}
    if report.get("shards"):
        form["proof"] = _proof(report)
    return form


def compare(plan: Plan, whole: Mapping[str, Any], found: Rebuilt) -> None:
    """Hold a set that was made again against its report; what is found goes into `found`.

    Args:
        plan: the report's parts.
        whole: all of it.
        found: whose report is that of the new set.
    """
    here = versions()
    found.notes += check_packages(plan.run.packages, "this set")
    apart = [
        f"{name} {plan.run.made_with.get(name, 'unknown')}, here {here[name]}"
        for name in ENCODERS
        if plan.run.made_with.get(name) != here[name]
    ]
    if apart:
        found.notes.append(f"made with {'; '.join(apart)}: hashes of files were not compared")
    if plan.shards is None:
        proof = _proof(found.report)
        if plan.proof is None:
            found.notes.append("a plan without a proof: nothing to compare the pixels with")
        elif plan.proof != proof:
            found.problems.append(
                "the pixels or counts are not those of the plan's proof; the set's whole "
                "report.json would say which shard"
            )
        else:
            found.proven = len(found.report["shards"])
        return
    _shards(plan, found, files=not apart)
    for name in _OF_THE_LINES:
        if whole.get(name) != found.report.get(name):
            found.problems.append(
                f"{name}: {whole.get(name)} in the report, {found.report.get(name)} made"
            )
    about = found.report["about"]
    other = [name for name in sorted(plan.about.keys() & about) if plan.about[name] != about[name]]
    if other and whole.get("sources") != found.report["sources"]:
        told = "the sources' terms are told otherwise here"
        found.notes.append(f"{told}, so this was not compared: {', '.join(other)}")
    elif not apart:
        found.problems += [f"{name}: not the file of the report" for name in other]
    for name in sorted({*plan.files, *found.report["files"]}):
        if apart and not name.endswith(_TEXT):
            continue
        if plan.files.get(name) != found.report["files"].get(name):
            found.problems.append(f"{name}: not the file of the report")


def _shards(plan: Plan, found: Rebuilt, *, files: bool) -> None:
    recorded = {shard.number: shard for shard in plan.shards or ()}
    made = {shard["number"]: shard for shard in found.report["shards"]}
    first, last = plan.run.start, plan.run.start + plan.run.count
    for number in sorted({*recorded, *made}):
        inside = max(first, number * SHARD), min(last, (number + 1) * SHARD) - 1
        place = f"shard {number} (samples {inside[0]:,} to {inside[1]:,})"
        if number not in recorded or number not in made:
            what = "is not in the report" if number in made else "was not made"
            found.problems.append(f"shard {number}: {what}")
        elif recorded[number].pixels != made[number].get("pixels"):
            found.problems.append(f"{place}: its pixels are not those of the report")
        else:
            found.proven += 1
            if files and recorded[number].files != made[number].get("files"):
                found.problems.append(f"{place}: its files are not those of the report")


def _proof(report: Mapping[str, Any]) -> dict[str, Any]:
    """One hash over the pixels of all shards; counts and files of the labels."""
    whole = hasher()
    for shard in report["shards"]:
        whole.update(f"{shard['number']} {shard.get('pixels')}\n".encode())
    counts = {name: report[name] for name in _OF_THE_LINES if name in report}
    files = {name: recorded for name, recorded in report["files"].items() if name.endswith(_TEXT)}
    return {"shards": len(report["shards"]), "pixels": whole.hexdigest(), **counts, "files": files}
