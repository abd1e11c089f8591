"""One paper, effect, exporter, engine and format of another author's."""
