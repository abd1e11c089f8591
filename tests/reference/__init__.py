"""Kernels written again from their definition, in plain Python and NumPy; none ships."""
