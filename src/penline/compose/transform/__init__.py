"""What is done to glyphs before they are drawn. One file a transform, one row of `TRANSFORMS`."""
