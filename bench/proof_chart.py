"""The picture of the proof on Latin: errors by style, as docs/what-teaches.md shows them.

python bench/proof_chart.py [proof_results.json] [-o docs/pictures/what-teaches.svg]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HERE = Path(__file__).parent
BARS = {
    "placed": ("letters in their places", "#c9c9c9"),
    "varied": ("and varied", "#e0a458"),
    "joined": ("or joined", "#7fb069"),
    "both": ("varied and joined", "#2f6f4f"),
    "real": ("real words of other people", "#33658a"),
}
STYLES = ("all", "printed", "mixed", "cursive")
WIDTH, HEIGHT, LEFT, TOP, BAR, GAP = 760, 330, 48, 64, 28, 28


def chart(arms: dict[str, dict[str, dict[str, float]]]) -> str:
    """The picture as SVG."""
    most = max(arms[arm][style]["error"] for arm in BARS for style in STYLES)
    top = 10 * -(-most // 10)
    scale = (HEIGHT - TOP - 30) / top
    foot = HEIGHT - 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for level in range(0, int(top) + 1, 10):
        y = foot - level * scale
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 8}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{level} %</text>')
    x = LEFT + 10
    for style in STYLES:
        middle = x + BAR * len(BARS) / 2
        parts.append(f'<text x="{middle}" y="{foot + 20}" text-anchor="middle">{style}</text>')
        for arm, (_, colour) in BARS.items():
            found = arms[arm][style]
            high = found["error"] * scale
            low, up = (foot - end * scale for end in found["interval"])  # type: ignore[attr-defined]
            parts.append(
                f'<rect x="{x}" y="{foot - high:.1f}" width="{BAR - 3}" height="{high:.1f}" '
                f'fill="{colour}"/>'
                f'<path d="M{x + BAR / 2 - 1.5} {low:.1f}V{up:.1f}" stroke="#222"/>'
            )
            x += BAR
        x += GAP
    for number, (name, colour) in enumerate(BARS.values()):
        across, down = LEFT + 10 + 220 * (number % 3), 10 + 22 * (number // 3)
        parts.append(f'<rect x="{across}" y="{down}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{across + 18}" y="{down + 11}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path, nargs="?", default=HERE / "proof_results.json")
    out = HERE.parent / "docs" / "pictures" / "what-teaches.svg"
    parser.add_argument("-o", "--out", type=Path, default=out)
    given = parser.parse_args()
    given.out.write_text(chart(json.loads(given.results.read_text("utf-8"))["arms"]), "utf-8")


if __name__ == "__main__":
    main()
