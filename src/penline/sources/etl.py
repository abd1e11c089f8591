"""ETL8 and ETL9 by their publisher's file names: `ETL8G_01`, `ETL8B2C1`, `ETL9G_50`, `ETL9B_5`.

The files have no extension. The publisher's page on ETL-9 calls each set of 3,036 characters one
writer's, 20 sheets each: sheets 1 to 20 are the first writer's, 21 to 40 the second's, up to the
200th. That a set has one hand is the page's word; papers count each sheet as another person. For
training it is the safe reading: a set is never split. The last file of ETL9B goes on after its
121,440 characters with the 3,036 that the writers copied, which are nobody's handwriting.

For ETL8 no source says how sheets and writers go together: its characters have no known writer.
The last 956 records of the third ETL8B file are what the writers copied (form_e8b).
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from penline.formats import etl
from penline.formats.byte_source import ByteSource
from penline.records import Defect, GlyphRecord, Source
from penline.sources.collector import Collector
from penline.sources.names import leaf
from penline.sources.unit import FileUnit

__all__ = ["EtlCollector", "identify", "sources_of_sheets"]

_NAME = re.compile(r"ETL([89])([GB])(?:2C|2-|[-_])(\d\d?)", re.ASCII | re.IGNORECASE)
_SHEETS_A_WRITER = 20
_WRITERS = 200
_FILES = {("8", "G"): 33, ("8", "B"): 3, ("9", "G"): 50, ("9", "B"): 5}
_LAST_OF_9B = 5
_RECORDS_OF_9B = 121_440


def identify(file: str) -> Source | None:
    """Tell the card of an ETL file; None for a name outside the patterns.

    >>> identify("ETL9G.zip::ETL9G/ETL9G_01")
    Source(file='ETL9G.zip::ETL9G/ETL9G_01', writer='unknown:ETL9G_01', part='', card='etl9')
    """
    name = leaf(file)
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    number, kind = found[1], found[2].upper()
    if not 1 <= int(found[3]) <= _FILES[number, kind]:
        return None
    return Source(file, f"unknown:{name}", "", f"etl{number}")


def sources_of_sheets(source: Source) -> Callable[[int, int], Source] | None:
    """Make what tells a record's source by its sheet and number; None where nothing is known.

    Args:
        source: the file's facts.
    """
    name = _NAME.fullmatch(leaf(source.file))
    if source.card != "etl9" or name is None:
        return None
    last_of_9b = name[2].upper() == "B" and int(name[3]) == _LAST_OF_9B

    @functools.lru_cache(maxsize=256)
    def of(writer: int) -> Source:
        return dataclasses.replace(source, writer=f"etl9:{writer:03d}")

    def source_of(sheet: int, record: int) -> Source:
        writer = (sheet - 1) // _SHEETS_A_WRITER + 1
        if writer > _WRITERS or (last_of_9b and record >= _RECORDS_OF_9B):
            return source
        return of(writer)

    return source_of


@dataclass(frozen=True, slots=True)
class SheetsUnit(FileUnit):
    """Gives the characters of one file, each with the writer of its sheet."""

    def records(self, stream: ByteSource, *, salvage: bool) -> Iterator[GlyphRecord | Defect]:
        """Yield the records behind a stream, strictly or with defects."""
        formats: etl.Etl = getattr(etl, self.kind)
        reader = dataclasses.replace(formats, source_of=sources_of_sheets(self.source))
        return (reader.salvage if salvage else reader.read)(stream, self.source)


class EtlCollector(Collector):
    """Claims files of ETL8 and ETL9."""

    identify = staticmethod(identify)
    unit_type = SheetsUnit
