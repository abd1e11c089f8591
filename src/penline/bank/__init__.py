"""A bank: many glyphs packed for random access, memory-mapped."""

from penline.bank.read import Bank, BankGlyph, open_bank
from penline.bank.write import BankWriter

__all__ = ["Bank", "BankGlyph", "BankWriter", "open_bank"]
