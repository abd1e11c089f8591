"""UNIPEN's two trees: annotation in ``data``, and the strokes that it counts in ``include``."""
