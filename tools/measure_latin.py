"""Measure how Latin characters stand in real lines: makes `src/penline/measure/latin.tsv`.

    python tools/measure_latin.py train_r01_v07.zip -o src/penline/measure/latin.tsv

See `penline.measure.latin_lines`; rare capitals and digits are drawn towards those of their kind.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from penline.measure.latin_lines import KIND, latin_line, latin_shapes, shrunk
from penline.measure.reading import of_records
from penline.sources.collect import open_sources

FEWEST = 10
HEAD = """# Latin characters in real lines, in x-heights between the middles of strokes; see
# `penline.measure.latin`. By tools/measure_latin.py: {lines:,} lines of {writers} hands, most of
# them printed, of UNIPEN train_r01_v07 (International Unipen Foundation, CC BY 4.0 by its Zenodo
# record, doi 10.5281/zenodo.1195803).
character\tn\theight\tbelow\tbefore\tafter
"""


def main() -> None:
    """Measure all lines of the sources, and write the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    records = (
        record
        for unit in open_sources(given.sources)
        for record in unit.sound(lambda _: None, salvage=True)
        if hasattr(record, "linked") and record.linked
    )
    found = ((one.writer, latin_line(one)) for one in of_records(records, Counter()))
    lines = [(writer, line) for writer, line in found if line is not None]
    shapes = shrunk(latin_shapes([line for _, line in lines], [writer for writer, _ in lines]))
    rows = [
        "\t".join([one, str(n), *(f"{value + 0.0:.2f}" for value in figures)])
        for one, shape in sorted(shapes.items())
        for n, *figures in [shape.model_dump().values()]
        if one in map(chr, range(33, 127)) and (one in KIND or n >= FEWEST)
    ]
    head = HEAD.format(lines=len(lines), writers=len({writer for writer, _ in lines}))
    given.output.write_text(head + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
