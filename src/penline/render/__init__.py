"""Ink: strokes to glyphs, and placements to lines."""
