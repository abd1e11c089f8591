"""penline: from handwriting archives to training-ready text lines."""

__version__ = "0.1.0"
