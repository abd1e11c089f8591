"""Your own hand: the sheet to write on."""

from __future__ import annotations

import os
from pathlib import Path

from penline.bank import Bank, open_bank
from penline.errors import UsageError
from penline.sample import sample_bank
from penline.template import Made, bank_guides, font_guides
from penline.template import template as _template
from penline.template.presets import listed_characters

__all__ = ["template"]

AnyPath = str | os.PathLike[str]


def template(
    out: AnyPath,
    chars: AnyPath,
    *,
    guides: Bank | AnyPath | None = None,
    font: AnyPath | None = None,
    cell_mm: int = 15,
    times: int | None = None,
    overwrite: bool = False,
    language: str = "en",
) -> Made:
    """Make sheets with a cell for each character of a list; see `penline.template.template`.

    Args:
        out: ``.pdf``, or ``.png`` for a picture a sheet.
        chars: a UTF-8 file, a list's name (``digits``, ``latin``, ``ascii``, ``kana``, ``zh-500``,
            ``zh-3500``, ``hangul-100``, several joined by ``+``) or a text; its different
            characters are asked for in their order. A ``Path`` is always a file.
        guides: a bank whose glyphs are printed above the cells; None for the embedded sample.
        font: a font file for the same, in place of a bank.
        cell_mm: side of a cell, 8 to 40 mm.
        times: how often each character is asked for, 1 to 8, side by side; None: three times where
            the list has up to 200 characters, else once.
        overwrite: replace files that are there.
        language: of what is printed: ``"en"``, or ``"zh"`` where bank or font has its characters.

    Raises:
        UsageError: a list, font or bank that cannot be used, a name that is taken, another
            language.
        MissingExtra: a font without Pillow.
        BankError: a damaged bank.
    """
    if font is not None and guides is not None:
        raise UsageError("guide characters come from a bank or from a font, not from both")
    listed_characters(chars)  # before the sample, whose first use takes a while
    if font is not None:
        found = font_guides(Path(font))
    elif guides is None:
        found = bank_guides(sample_bank())
    else:
        found = bank_guides(guides if isinstance(guides, Bank) else open_bank(guides))
    return _template(
        Path(out),
        chars,
        found,
        cell_mm=cell_mm,
        times=times,
        overwrite=overwrite,
        language=language,
    )
