"""A bank: many glyphs packed for random access, memory-mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penline.bank.read import Bank, BankGlyph, open_bank

if TYPE_CHECKING:
    from penline.bank.write import BankWriter as BankWriter

__all__ = ["Bank", "BankGlyph", "BankWriter", "open_bank"]


def __getattr__(name: str) -> Any:
    """Load the writer on first use: composing needs none."""
    if name != "BankWriter":
        raise AttributeError(f"module 'penline.bank' has no attribute {name!r}")
    from penline.bank.write import BankWriter

    return BankWriter
