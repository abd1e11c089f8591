"""What the licence asks to be told of the hands: whose they are, and what was changed."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["notice"]

_HEAD = """# Real hands

**Real handwriting**: pen strokes of {count} people, in `hands.zip`, one file each, three glyphs
of a character at most. Chosen from the UNIPEN data set train_r01_v07. Most are printed; two are
mixed, some of a style that nobody told. Where letters are joined, penline made the joining strokes.

## Licence and attribution

These strokes are under the **Creative Commons Attribution 4.0 International** licence (CC BY 4.0),
whose text is `CC-BY-4.0.txt` among the licence files of this package, and at
<https://creativecommons.org/licenses/by/4.0/>. Nothing else of penline is. They come as they are,
without warranties (section 5 there).

> UNIPEN data set of on-line (vectorial) handwriting: train_r01_v07. International Unipen
> Foundation, December 1999. Copyright 1999, International Unipen Foundation. Published by the
> consortium on Zenodo under CC BY 4.0, <https://doi.org/10.5281/zenodo.1195803>.
>
> I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet: UNIPEN project of on-line data
> exchange and recognizer benchmarks. 12th ICPR, 1994, pages 29-33.

Neither the Foundation nor those who gave it data have endorsed penline. The notice of 1999 on the
CD allowed research alone, and forbade distribution for commercial purposes. Why the later grant is
taken, and how to build penline without these hands, is told by decision 20 in its documentation.

## Changed before

The copy that they were read from is one in which its keeper patched brackets and quotes in the
headers of 316 files, so that programs can read them. Some contributors are not in it.

## Changed here

- Isolated letters, digits and signs alone. {refused} people, and some glyphs of others, were left
  out by eye, or by what an outside reader made of lines in them: they were hard to read, broken or
  labelled wrong. `tools/hands/refused.txt` in penline's source has each with its reason.
- Of each character the glyphs that look most like those of other people, and are as high.
- y turned to grow downwards; each glyph moved to its own corner, scaled so that two x-heights of
  its writer are 256 units, and rounded to whole units. Times, forces of the pen and its paths
  above the pad left out.
- Characters that the data set holds in boxes of their own, of a scale that is not told, were put
  back to the scale of the others of their writer, where these lack them.
- Writers have new numbers, in the order of a hash of their strokes. No name, no other number,
  nothing of who they are was carried along.

## What they lack

{whole} hands have all letters, all digits and . , ' ? ! -. The others lack at most six of these:

"""


def notice(lacking: Mapping[str, str], refused: int) -> str:
    """Return the notice.

    Args:
        lacking: of each hand's number the signs that it does not have.
        refused: how many people were left out by name of the list.
    """
    whole = sum(not signs for signs in lacking.values())
    rows = [f"- hand {number}: `{' '.join(signs)}`" for number, signs in lacking.items() if signs]
    return _HEAD.format(count=len(lacking), whole=whole, refused=refused) + "\n".join(rows) + "\n"
