"""Count lines of code: without comments, docstrings and blank lines.

    python tools/count_lines.py                      # each room of the package, and all
    python tools/count_lines.py src/penline/sources  # each file of a folder
    python tools/count_lines.py --over 300           # files of more lines than that, as they stand

A line counts where a token of code begins or ends on it, or lies across it; a string that stands
alone as a statement (a docstring, or one after an attribute) is none.
"""

from __future__ import annotations

import argparse
import ast
import tokenize
from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "penline"
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(path: Path) -> int:
    """Count the lines of one file that hold code."""
    text = path.read_text(encoding="utf-8")
    strings = {
        number
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    with path.open("rb") as file:
        lines = {
            number
            for token in tokenize.tokenize(file.readline)
            if token.type not in _NO_CODE
            for number in range(token.start[0], token.end[0] + 1)
        }
    return len(lines - strings)


def main() -> None:
    """Print the counts, the largest first, and their sum."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SOURCE)
    parser.add_argument("--over", type=int, help="list files of more lines, comments and all")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    for path in sorted(given.folder.rglob("*.py")):
        place = path.relative_to(given.folder)
        if given.over is not None:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > given.over:
                counts[str(place)] = lines
            continue
        rooms = given.folder == SOURCE and len(place.parts) > 1
        counts[place.parts[0] + "/" if rooms else str(place)] += code_lines(path)
    for name, count in counts.most_common():
        print(f"{count:7,}  {name}")
    print(f"{counts.total():7,}  in all")


if __name__ == "__main__":
    main()
