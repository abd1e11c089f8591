"""The notice that goes with the sample."""

from __future__ import annotations

from collections.abc import Iterable

from sample.fonts import Font
from sample.hands import Hand
from sample.repairs import LOANS

_HEAD = """\
# The embedded sample

**Simulated handwriting.** No person wrote the glyphs in `sample.zip`. They are drawn by a program
from handwriting fonts, each font varied into several writers by stroke width, slant, proportion,
size, ink and a smooth warp that differs from glyph to glyph. Use them to try penline and to test
what you build on it. Do not report results on them as results on handwriting.

## Licence

The glyphs are a derivative of the fonts below and are under the **SIL Open Font License, Version
1.1**, like the fonts. The licence texts, with their copyright lines, are the files
`OFL-1.1-*.txt` among the licence files of this package. None of the fonts declares a reserved font
name, and no writer bears a font's name. The fonts' authors have not endorsed the sample.

The sentences in `zh.txt` and `en.txt` were written for this project, or are in the public domain
by age; they are under the project's licence, Apache-2.0, where it can apply at all.

## Fonts

"""


def notice(fonts: dict[str, Font], hands: Iterable[Hand]) -> str:
    """Markdown: what the sample is, its licence, its fonts with their copyright lines."""
    lines = []
    writers = list(hands)
    for font in fonts.values():
        numbers = [hand.number for hand in writers if font.id in (hand.chinese, hand.latin)]
        used = ", ".join(f"{number:02d}" for number in numbers)
        first = font.licence.splitlines()[0].strip()
        lines.append(f"- `{font.id}` (writers {used})")
        lines.extend(f"  - {line}" for line in dict.fromkeys((first, font.copyright)))
    for font_id, loans in LOANS.items():
        for lender in sorted(set(loans.values())):
            lent = "".join(character for character in loans if loans[character] == lender)
            lines.append(f"\nThe writers of `{font_id}` take {lent} from `{lender}`.")
    return _HEAD + "\n".join(lines) + "\n"
