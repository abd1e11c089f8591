"""What is drawn once for a line: its figures, by the names of `spacing.NUMBERS`."""

from __future__ import annotations

from penline.randomness import Draws, span
from penline.recipe.layout import Layout

__all__ = ["layout_spans", "sample_line_params"]


def layout_spans(layout: Layout) -> tuple[tuple[int, int], ...]:
    """The intervals of `sample_line_params`, in its order."""
    return (
        span(*layout.fill_range),
        span(0.0, 1.0),
        span(*layout.margin_em_range),
        span(*layout.margin_em_range),
        span(*layout.gap_em_range),
        span(*layout.gap_latin_em_range),
        span(*layout.gap_mixed_em_range),
        span(*layout.cell_pull_range),
        span(*layout.space_em_range),
    )


def sample_line_params(layout: Layout, rng: Draws, cells: bool) -> dict[str, float]:
    """The figures of one line, by the names of `spacing.NUMBERS`."""
    fill, place, left, right, gap, latin, mixed, pull, space = rng.uniforms(layout_spans(layout))
    return {
        "fill": fill,
        "em_most": layout.em_most,
        "place": place,
        "margin_left": left,
        "margin_right": right,
        "gap": gap,
        "gap_latin": latin,
        "gap_mixed": mixed,
        "gap_walk": layout.gap_deviation_em,
        "cell_pull": pull,
        "space": space,
        "size_walk": layout.size_deviation,
        "size_trend": rng.normal(0.0, layout.size_trend),
        "rise_walk": layout.rise_deviation_em,
        "slope": rng.normal(0.0, layout.slope_deviation),
        "slant": rng.normal(0.0, layout.slant_deviation),
        "slant_walk": layout.slant_walk_deviation,
        "press_walk": layout.press_deviation,
        "keep": layout.correlation,
        "cell": rng.uniform(*layout.cell_em_range) if cells else 0.0,
    }
