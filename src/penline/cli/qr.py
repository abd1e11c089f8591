"""A QR code on the terminal: what a telephone opens without typing."""

from __future__ import annotations

from collections.abc import Sequence

from penline.console import out

__all__ = ["print_qr", "qr_rows"]

_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def print_qr(text: str) -> None:
    """Print a QR code, black on white whatever the terminal's colours are."""
    try:
        import segno
    except ImportError:
        out.print("  for a QR code of it: pip install 'penline[serve]'", markup=False)
        return
    for row in qr_rows([list(row) for row in segno.make(text, error="l").matrix]):
        out.print(f"  [black on white]{row}[/black on white]", soft_wrap=True)


def qr_rows(modules: Sequence[Sequence[int]]) -> list[str]:
    """Rows of half blocks, two rows of modules each, with the quiet zone of four modules around.

    >>> qr_rows([[1, 0], [1, 1]])[2:4]
    ['    █▄    ', '          ']
    """
    width = len(modules[0]) + 8
    blank = [[0] * width] * 4
    rows = [*blank, *([0] * 4 + [int(bool(one)) for one in row] + [0] * 4 for row in modules)]
    rows += [*blank, *([[0] * width] if len(rows) % 2 else [])]
    return [
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
