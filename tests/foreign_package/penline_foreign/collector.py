"""Albums: DOTS files whose names say who wrote them, as `anna-003.dots`."""

from __future__ import annotations

from penline.records import Source
from penline.sources.collector import Collector
from penline.sources.names import leaf

__all__ = ["AlbumCollector"]


class AlbumCollector(Collector):
    """Claims the files of albums."""

    @staticmethod
    def identify(file: str) -> Source | None:
        """See `Collector.identify`."""
        writer, dash, _ = leaf(file).partition("-")
        return Source(file, f"album:{writer}") if dash and file.endswith(".dots") else None
