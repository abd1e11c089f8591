"""One target under hypothesis: `python -m fuzz.run_hypothesis TARGET CASES SEED FOLDER`."""

from __future__ import annotations

import faulthandler
import json
import mmap
import sys
import time
from collections.abc import Callable
from pathlib import Path

import hypothesis
from hypothesis import strategies as st

from fuzz.limits import confine, in_time
from fuzz.mutate import BEND_BYTES, MOST_BYTES, bend_of, bent
from fuzz.targets import TARGETS, Target

__all__ = ["inputs", "main"]

_SLOW_SHOWN = 3


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Seeds with one to four bends; one in sixteen is nothing but any bytes.

    A bend is drawn as 18 bytes, which is three times as fast as drawing its numbers one by one.
    """
    seeds = target.seeds()

    def made(which: int, raw: bytes) -> bytes:
        if which == 0:
            return raw
        content = seeds[which % len(seeds)]
        bends = [bend_of(raw[at : at + BEND_BYTES]) for at in range(0, len(raw), BEND_BYTES)]
        content = bent(content, bends, target.places, seeds, target.words)
        return target.repair(content) if target.repair and which % 4 else content

    return st.builds(made, st.integers(0, 15), st.binary(max_size=4 * BEND_BYTES))


class _Current:
    """The input at hand in a mapped file, which outlives a process that dies."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(bytes(4 + MOST_BYTES))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 0)

    def __call__(self, content: bytes) -> None:
        self._map[: 4 + len(content)] = len(content).to_bytes(4, "little") + content


def run(target: Target, cases: int, seed: int, note: Callable[[bytes], None]) -> dict[str, object]:
    """Run the cases; the figures, and with a finding its smallest input (in ``input``)."""
    count, slowest, last = 0, 0.0, b""

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        report_multiple_bugs=False,
    )
    @hypothesis.given(inputs(target))
    def case(content: bytes) -> None:
        nonlocal count, slowest, last
        note(content)
        count, last = count + 1, content
        begun = time.perf_counter()
        with in_time():
            target.check(content)
        slowest = max(slowest, time.perf_counter() - begun)

    begun = time.perf_counter()
    figures: dict[str, object] = {"target": target.name, "finding": None}
    try:
        case()
    except BaseException as error:
        figures |= {"finding": f"{type(error).__name__}: {error}"[:500], "input": last.hex()}
        if isinstance(error, KeyboardInterrupt):
            raise
        import traceback

        traceback.print_exc()
    return figures | {
        "cases": count,
        "seconds": round(time.perf_counter() - begun, 1),
        "slowest_ms": round(1000 * slowest, 1),
    }


def main() -> None:
    """Run one target and print its figures as JSON, the last line of output."""
    name, cases, seed, folder = sys.argv[1:]
    faulthandler.enable()
    confine()
    room = Path(folder)
    room.mkdir(parents=True, exist_ok=True)
    figures = run(TARGETS[name], int(cases), int(seed), _Current(room / "current.bin"))
    if figures["finding"]:
        (room / "hypothesis-finding.bin").write_bytes(bytes.fromhex(str(figures.pop("input"))))
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
