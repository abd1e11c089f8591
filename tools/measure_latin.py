"""Measure how Latin characters stand in real lines: makes `src/penline/measure/latin.tsv`.

    python tools/measure_latin.py train_r01_v07.zip --bank BANK -o src/penline/measure/latin.tsv

See `penline.measure.latin_lines`; rare capitals and digits are drawn towards those of their kind.
BANK holds what the same people wrote alone, see `penline.measure.latin_alone`.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from penline.bank import Bank, open_bank
from penline.measure.latin_alone import figures_of
from penline.measure.latin_lines import KIND, latin_line, latin_shapes, shrunk
from penline.measure.reading import of_records
from penline.sources.collect import open_sources

FEWEST = 10
HEAD = """# Latin characters in real lines, in x-heights between the middles of strokes; see
# `penline.measure.latin`. By tools/measure_latin.py: {lines:,} lines of {writers} hands, most of
# them printed, of UNIPEN train_r01_v07 (International Unipen Foundation, CC BY 4.0 by its Zenodo
# record, doi 10.5281/zenodo.1195803).
character\tn\theight\tbelow\tbefore\tafter\tgrows\thangs
"""


def written_alone(bank: Bank) -> Iterator[tuple[str, str, float]]:
    """Of each glyph its writer, character, and height between the middles of strokes."""
    names = ("writer", "character", "height_px")
    writers = bank.header.writers
    for writer, one, high in zip(*(bank.columns[name] for name in names), strict=True):
        yield writers[writer].id, bank.characters[one], float(high) - writers[writer].pen_px


def main() -> None:
    """Measure all lines of the sources, and write the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    records = (
        record
        for unit in open_sources(given.sources)
        for record in unit.sound(lambda _: None, salvage=True)
        if hasattr(record, "linked") and record.linked
    )
    found = ((one.writer, latin_line(one)) for one in of_records(records, Counter()))
    both = [(writer, line) for writer, line in found if line is not None]
    writers, lines = [writer for writer, _ in both], [line for _, line in both]
    shapes = shrunk(latin_shapes(lines, writers))
    alone = written_alone(open_bank(given.bank))
    rows = [
        "\t".join([one, str(n), *(f"{value + 0.0:.2f}" for value in figures)])
        for one, (n, *figures) in sorted(figures_of(shapes, lines, writers, alone).items())
        if one in map(chr, range(33, 127)) and (one in KIND or n >= FEWEST)
    ]
    head = HEAD.format(lines=len(lines), writers=len(set(writers)))
    given.output.write_text(head + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
