"""Make the lists of Chinese characters that `penline template --chars` names, from Unihan.

    python tools/make_lists.py FOLDER     # with Unihan_OtherMappings.txt and Unihan_Readings.txt

``zh-3500``: level 1 of the General Standard Chinese Characters (通用规范汉字表, State Council of
China, 2013), in its order: the property kTGH of Unihan, numbers 1 to 3500. ``zh-500``: those of
them that the Modern Chinese Frequency Dictionary (现代汉语频率词典, 1986) counted most often: the
property kHanyuPinlu, all readings together; of equal ones the smaller code point. Unihan is part of
the Unicode Character Database (Unicode Standard Annex 38).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

OUT = Path(__file__).parents[1] / "src" / "penline" / "template" / "lists"


def values(file: Path, field: str) -> dict[str, str]:
    """Each character's value of a property."""
    rows = (line.rstrip("\n").split("\t") for line in file.open(encoding="utf-8"))
    return {chr(int(row[0][2:], 16)): row[2] for row in rows if len(row) == 3 and row[1] == field}


def main(folder: Path) -> None:
    """Write both lists."""
    numbers = {
        int(one.split(":")[1]): character
        for character, said in values(folder / "Unihan_OtherMappings.txt", "kTGH").items()
        for one in said.split()
    }
    level_1 = [numbers[number] for number in range(1, 3501)]
    read = values(folder / "Unihan_Readings.txt", "kHanyuPinlu")
    counts = {one: sum(map(int, re.findall(r"\((\d+)\)", said))) for one, said in read.items()}
    often = sorted(level_1, key=lambda one: (-counts.get(one, 0), one))[:500]
    for name, found in (("zh-3500", level_1), ("zh-500", often)):
        text = "\n".join("".join(found[at : at + 50]) for at in range(0, len(found), 50)) + "\n"
        (OUT / f"{name}.txt").write_text(text, "utf-8")
        print(f"{name}: {len(set(found)):,} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
