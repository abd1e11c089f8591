"""Where glyphs go: numbers only, no pixels. One file a placer, one row of `PLACERS`."""
