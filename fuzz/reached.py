"""How many of a target's lines its inputs reach: `python -m fuzz.reached TARGET FOLDER...`.

The lines of all functions of the target's modules count; what runs on import does not.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from fuzz.targets import TARGETS, Target

__all__ = ["lines_of", "main", "reached"]

Line = tuple[str, int]


def lines_of(target: Target) -> set[Line]:
    """File and number of each line inside a function of the target's modules."""
    found: set[Line] = set()
    for name in target.modules:
        file = importlib.import_module(name).__file__ or ""
        code = compile(Path(file).read_text("utf-8"), file, "exec")
        for inner in _functions(code):
            numbers = {line for _, _, line in inner.co_lines() if line}
            found |= {(file, line) for line in numbers - {inner.co_firstlineno}}
    return found


def _functions(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & 0x2:  # CO_NEWLOCALS: a function, not a class
                yield constant
            yield from _functions(constant)


def reached(target: Target, inputs: Iterable[bytes]) -> set[Line]:
    """Those of the target's lines that are reached."""
    wanted = lines_of(target)
    files = {file for file, _ in wanted}
    found: set[Line] = set()

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            found.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    def entered(frame: FrameType, event: str, _: Any) -> Any:  # noqa: ARG001
        return inside if frame.f_code.co_filename in files else None

    sys.settrace(entered)
    try:
        for content in inputs:
            target.check(content)
    finally:
        sys.settrace(None)
    return found & wanted


def main() -> None:
    """Print the figures as JSON; the numbers of the lines that were not reached, too."""
    target = TARGETS[sys.argv[1]]
    files = [file for folder in sys.argv[2:] for file in sorted(Path(folder).iterdir())]
    found = reached(target, (file.read_bytes() for file in files))
    wanted = lines_of(target)
    missed: dict[str, list[int]] = {}
    for file, line in sorted(wanted - found):
        missed.setdefault(Path(file).name, []).append(line)
    figures = {"lines": len(wanted), "reached": len(found), "missed": missed}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
