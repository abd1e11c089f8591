"""Fuzz every target: `python -m fuzz --cases 10000 --seconds 120` (or `make fuzz`).

Exit code 1 with any finding; its input then lies in the target's folder.
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fuzz.limits import HANG_SECONDS
from fuzz.mutate import MOST_BYTES
from fuzz.targets import SEEDS, TARGETS

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
_RSS_MB = 2048
_LEAST_BYTES = 1024
"""Inputs are at most twice as long as the longest seed, and may always be as long as this."""
_DONE = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
_FAILED = re.compile(r"^(==\d+== ?)?ERROR: ", re.MULTILINE)  # OpenCV's own lines begin with [ERROR
_RAISED = re.compile(r"=== Uncaught Python exception: ===\n(.*)")
_SUMMARY = re.compile(r"(SUMMARY.*|.*Error:.*)")
_UNITS = re.compile(r"number_of_executed_units: (\d+)")


def main() -> None:
    """Parse, run, print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all, if none is named")
    parser.add_argument("--cases", type=int, default=10_000, help="of hypothesis, a target")
    parser.add_argument("--seconds", type=int, default=120, help="of atheris, a target")
    parser.add_argument("--seed", type=int, default=None, help="of hypothesis; else by chance")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "fuzz")
    options = parser.parse_args()
    unknown = sorted(set(options.targets) - TARGETS.keys())
    if unknown:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    seed = secrets.randbelow(1 << 32) if options.seed is None else options.seed
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    print(f"hypothesis seed {seed}; findings, logs and corpora in {options.out}", flush=True)
    print(_ROW.format(*_HEAD), flush=True)
    names = options.targets or list(TARGETS)
    with ThreadPoolExecutor(options.jobs) as pool:
        done = list(
            pool.map(lambda name: _target(name, options.cases, options.seconds, seed, out), names)
        )
    (out / "figures.json").write_text(json.dumps(done, indent=1, ensure_ascii=False))
    found = [figures for figures in done if figures["findings"]]
    print(f"{len(done)} targets, {len(found)} with findings")
    sys.exit(1 if found else 0)


_HEAD = ("target", "cases", "slowest ms", "executions", "edges", "features", "lines", "findings")
_ROW = "{:13}{:>8}{:>12}{:>12}{:>8}{:>10}{:>11}  {}"


def _target(name: str, cases: int, seconds: int, seed: int, out: Path) -> dict[str, Any]:
    folder = out / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"target": name, "findings": []}
    if cases:
        figures |= _hypothesis(name, cases, seed, folder, figures["findings"])
    if seconds:
        figures |= _atheris(name, seconds, folder, figures["findings"])
    said = _python(folder / "reached.log", 900, "reached", name, str(SEEDS / name), str(corpus))
    figures |= _last_json(said)
    lines = f"{figures.get('reached', '?')}/{figures.get('lines', '?')}"
    keys = ("target", "cases", "slowest_ms", "executions", "edges", "features")
    row = [str(figures.get(key, "-")) for key in keys]
    print(_ROW.format(*row, lines, "; ".join(figures["findings"]) or "none"), flush=True)
    return figures


def _hypothesis(
    name: str, cases: int, seed: int, folder: Path, findings: list[str]
) -> dict[str, Any]:
    limit = 600 + cases // 10
    arguments = (name, str(cases), str(seed), str(folder))
    said = _python(folder / "hypothesis.log", limit, "run_hypothesis", *arguments)
    figures = _last_json(said)
    if not figures:
        findings.append(f"hypothesis: the process died (see {folder / 'current.bin'})")
    elif figures["finding"]:
        findings.append(f"hypothesis: {figures['finding']}")
    return {"cases": figures.get("cases", 0), "slowest_ms": figures.get("slowest_ms", "-")}


def _atheris(name: str, seconds: int, folder: Path, findings: list[str]) -> dict[str, Any]:
    longest = min(MOST_BYTES, max(_LEAST_BYTES, *(2 * len(s) for s in TARGETS[name].seeds())))
    said = _python(
        *(folder / "atheris.log", seconds + 300, "run_atheris", name),
        *(f"-max_total_time={seconds}", f"-max_len={longest}", f"-timeout={HANG_SECONDS}"),
        *(f"-rss_limit_mb={_RSS_MB}", "-print_final_stats=1", f"-artifact_prefix={folder}/"),
        *(str(folder / "corpus"), str(SEEDS / name)),
    )
    units, last = _UNITS.search(said), _DONE.findall(said)
    if _FAILED.search(said) or "Done " not in said:
        what = _RAISED.search(said) or _SUMMARY.search(said)
        findings.append(f"atheris: {what.group(1)[:300] if what else 'the process died'}")
    edges, features, _ = last[-1] if last else ("-", "-", "-")
    return {
        "executions": int(units.group(1)) if units else "-",
        "edges": edges,
        "features": features,
    }


def _python(log: Path, limit: int, module: str, *arguments: str) -> str:
    """Run a module of this folder; what it said, also kept in `log`."""
    command = [sys.executable, "-m", f"fuzz.{module}", *arguments]
    with log.open("wb") as file:
        try:
            subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, timeout=limit, cwd=ROOT)
        except subprocess.TimeoutExpired:
            file.write(f"\nERROR: no end after {limit} s\n".encode())
    return log.read_text("utf-8", "replace")


def _last_json(said: str) -> dict[str, Any]:
    lines = said.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


if __name__ == "__main__":
    main()
