"""Make the embedded sample: simulated handwriting drawn from openly licensed fonts.

    python tools/make_sample.py [--work build/fonts]

Needs node's `npm` for the first run (it fetches the fonts), the extra `sample`, and the package
itself on the path. Writes `src/penline/sample/sample.zip`, `src/penline/sample/NOTICE.md` and the
fonts' licences in `LICENSES/`. The same versions of Pillow and OpenCV give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sample.archive import write_archive
from sample.fonts import PACKAGES, fetch
from sample.hands import HANDS
from sample.notice import notice
from sample.writing import gnt_bytes, held_by, shapes

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Fetch the fonts, draw every hand, write the archive and what the licences ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "fonts")
    parser.add_argument("--out", type=Path, default=ROOT / "src" / "penline" / "sample")
    parser.add_argument("--licenses", type=Path, default=ROOT / "LICENSES")
    options = parser.parse_args()

    fonts = {font_id: fetch(options.work, font_id) for font_id in PACKAGES}
    measured = {font_id: shapes(font) for font_id, font in fonts.items()}
    lines = (options.out / "zh.txt").read_text(encoding="utf-8").splitlines()
    members: dict[str, bytes] = {}
    for hand in HANDS:
        held = held_by(hand, fonts, lines)
        data, records = gnt_bytes(hand, held, measured, lines)
        members[f"{hand.name}.gnt"] = data
        written = sum(set(line) <= held.keys() | {" "} for line in lines)
        print(f"{hand.name}: {len(held):,} characters, {records:,} glyphs, {written} lines")
    write_archive(options.out / "sample.zip", members)
    print(f"sample.zip: {(options.out / 'sample.zip').stat().st_size:,} bytes")

    options.licenses.mkdir(exist_ok=True)
    for font in fonts.values():
        path = options.licenses / f"OFL-1.1-{font.id}.txt"
        path.write_text(font.licence, encoding="utf-8", newline="\n")
    text = notice(fonts, HANDS)
    (options.out / "NOTICE.md").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
