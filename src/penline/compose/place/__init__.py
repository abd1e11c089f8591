"""Where glyphs go: numbers only, no pixels."""
