"""What is done to an item's glyph before it is drawn. One file a transform."""
