"""NIST SD19: its trees of pictures and stacks of pictures, each character with label and writer."""
