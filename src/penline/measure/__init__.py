"""Geometry of handwriting measured: ink cut into characters, boxes into numbers, numbers into laws.

Nothing here reads a file or draws a pixel. `segment` finds the characters of a line's ink,
`geometry` makes one record a line of boxes from any source, `grid` of isolated characters on a
sheet, `appearance` looks at the ink itself; `estimate` turns records into a `PlacementModel` and
`sample` draws placements from one; `distance` and `classify` say how far two sets are apart.
"""
